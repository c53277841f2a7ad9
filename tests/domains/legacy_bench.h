/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_LEGACY_BENCH_H
#define IRQLAB_TESTS_LEGACY_BENCH_H

#include "driver/every_machine.h"

#include <irqlab/bus.h>
#include <irqlab/device.h>
#include <irqlab/driver.h>
#include <irqlab/invariants.h>
#include <irqlab/provider/pci.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* What the tests of back ends without a hierarchy have in common. */

/* Counts its runs in the int that dev_id points to. */
enum irqreturn count_run(int irq, void *dev_id);
/* Vector `nr` of the device gets count_run(); returns its irq. */
unsigned request_vector(struct machine *m, struct device *dev, unsigned nr, int *ran);
void raise_vector(struct machine *m, struct device *dev, enum raise_source source, unsigned index);

/* Values that were written to object.store since `from`, in order; returns how many. */
unsigned written_to(struct machine *m, uint64_t from, const char *object, const char *store,
		    uint64_t *values, unsigned max);
void check_invariants(struct machine *m);

static inline struct fingerprint print_complete(struct machine *m)
{
	return machine_fingerprint(m, FINGERPRINT_COMPLETE);
}
/* The call gives this, and leaves no trace. */
#define assert_no_trace(m, call, error)                                                            \
	do {                                                                                       \
		struct fingerprint before_ = print_complete(m);                                    \
		assert_int_equal(call, error);                                                     \
		assert_true(fingerprint_equal(print_complete(m), before_));                        \
		assert_true(fingerprint_equal(                                                     \
			machine_fingerprint_recompute(m, FINGERPRINT_COMPLETE), before_));         \
	} while (0)

/* The descriptor at an index, and what was last written for it. */
static inline const struct msi_desc *descriptor(struct device *dev, unsigned index)
{
	return msi_peek_desc(dev, MSI_DEFAULT_DOMAIN, index);
}

#endif
