/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_CHIPS_TEST_H
#define IRQLAB_TESTS_CHIPS_TEST_H

#include "chips/pci.h"

#include <irqlab/bus.h>
#include <irqlab/device.h>
#include <irqlab/driver.h>
#include <irqlab/topology.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * A machine with four CPUs and one of every kind of PCI function:
 *   nic    MSI-X, 8 entries
 *   multi  MSI, 16 messages, 64 bits, no mask bits
 *   mask   MSI, 2 messages, 32 bits, with mask bits
 *   both   MSI (1 message) and MSI-X (5 entries)
 *   none   neither
 *   dsa    MSI-X (4 entries), a DSA table of 16 slots, a queue, a generic table of 8
 *   shaky  two queues: each second command fails; each command fails
 *   big    MSI-X, 64 entries
 */
enum chips_parent {
	PARENT_VECTOR, /* plain x86 */
	PARENT_INTEL,  /* VT-d */
	PARENT_GUEST,  /* VT-d in caching mode: no IMS */
	PARENT_AMD,
};

struct chips_options {
	enum chips_parent parent;
	uint32_t remap_entries; /* Intel: of the table; 0: 256 */
	unsigned vector_last;	/* of the window that starts at 32; 0: 234 */
	unsigned cpus;		/* 0: 4 */
};

struct machine *chips_machine(const struct chips_options *options);
static inline struct pci_dev *chips_pci(struct machine *m, const char *name)
{
	return to_pci_dev(device_by_name(m, name));
}

/*
 * The writes of CPUs since a position, as "place=value" with spaces in between:
 * "cfg.command=0x507 msix[0].data=0xef"; a run of entries of one word and value
 * as "msix[0-7].ctrl=0x1". The string is good until the next call.
 */
const char *chips_writes(struct machine *m, uint64_t since);
#define assert_writes(m, since, expected) assert_string_equal(chips_writes(m, since), expected)

static inline struct fingerprint chips_print(struct machine *m)
{
	return machine_fingerprint(m, FINGERPRINT_COMPLETE);
}
/* Nothing has changed since `before`, and what is kept incrementally is right. */
#define assert_unchanged(m, before)                                                                \
	do {                                                                                       \
		assert_true(fingerprint_equal(chips_print(m), before));                            \
		assert_true(fingerprint_equal(                                                     \
			machine_fingerprint_recompute(m, FINGERPRINT_COMPLETE), before));          \
	} while (0)
/* The call gives this, and leaves no trace. */
#define assert_refused(m, call, error)                                                             \
	do {                                                                                       \
		struct fingerprint before_ = chips_print(m);                                       \
		assert_int_equal(call, error);                                                     \
		assert_unchanged(m, before_);                                                      \
	} while (0)

/* Counts into the int that it is given. */
enum irqreturn chips_handler(int irq, void *count);

#endif
