/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_CORE_FAKE_DOMAINS_H
#define IRQLAB_TESTS_CORE_FAKE_DOMAINS_H

#include <irqlab/provider/software.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/*
 * A hierarchy that does nothing but keep a log of what it is asked: a root that
 * hands out vectors, a middle that hands out slots, and whatever a test puts
 * above. Each can be told to fail.
 */

#define FAKE_SLOTS 64u

enum fake_level { FAKE_ROOT, FAKE_MIDDLE, FAKE_TOP, FAKE_LEVELS };

struct fake {
	struct machine *m;
	struct irq_domain *domain[FAKE_LEVELS];
	struct fake_pool *pool[FAKE_LEVELS];
	char log[16384];
	size_t used;

	/* what is to go wrong */
	unsigned vectors;		     /* the root has no more */
	int fail_alloc[FAKE_LEVELS];	     /* errno of the level's own part */
	unsigned fail_activate[FAKE_LEVELS]; /* this irq's activation: -ENOSPC */
	bool disconnect_root;		     /* the middle marks the root not connected */
	bool no_chip[FAKE_LEVELS];	     /* the level forgets its chip */
	bool chip_below_marker;
	bool same_hwirq;	/* the middle gives every irq hwirq 7 */
	bool immutable_message; /* the middle's setter says DONE */
	bool second_message;
	bool refuse_children;
	int prepare_result;
};

/* Of a test: a machine with two CPUs, numbers from 24, and root and middle (no top). */
int fake_setup(void **state);
int fake_teardown(void **state);
/* A domain above the middle that is no MSI domain. */
struct irq_domain *fake_add_top(struct fake *fake);
struct device *fake_device(struct fake *fake, const char *bus_name, struct irq_domain *parent);
void fake_device_free(struct fake *fake, struct device *dev);

void fake_note(struct fake *fake, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What was logged since the last call, "; " in between. */
const char *fake_log(struct fake *fake);
#define assert_log(fake, expected) assert_string_equal(fake_log(fake), expected)

struct fingerprint fake_print(struct fake *fake);
#define assert_same(fake, before)                                                                  \
	assert_true(fingerprint_equal(fake_print(fake), before));                                  \
	assert_true(fingerprint_equal(                                                             \
		machine_fingerprint_recompute((fake)->m, FINGERPRINT_COMPLETE), before))

/* A store with a message for each index. Its domain_data is the struct fake. */
extern const struct msi_domain_template fake_template;
/* Creates a domain from it with these flags added. */
int fake_msi_domain(struct fake *fake, struct device *dev, unsigned domid, unsigned hwsize,
		    uint32_t flags);
/* A device below the middle with such a domain in slot 0. */
struct device *fake_device_with(struct fake *fake, unsigned hwsize, uint32_t flags);
/* A descriptor of one vector in slot 0, index … last as for the store. Its index, or an error. */
int fake_insert(struct device *dev, unsigned index, unsigned last);

#endif
