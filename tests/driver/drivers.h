/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_DRIVERS_H
#define IRQLAB_TESTS_DRIVERS_H

#include <irqlab/driver.h>

/* What a driver keeps of its own: numbers, and a log of what it was told. */
struct driver_log {
	char text[2048];
};
void driver_note(struct driver_log *log, const char *what, long value);

struct hello {
	int irq;
	unsigned calls; /* of the API */
	unsigned ran;
};
/* The least that a driver can do. 0, or an error. */
int hello_probe(struct machine *m, struct device *dev, struct hello *hello);

#define POOLED_QUEUES 4
struct pooled {
	struct machine *m;
	struct device *dev;
	struct driver_log *log;
	irq_pool_t pool;
	int admin; /* irq of MSI-X entry 0 */
	struct msi_map queue[POOLED_QUEUES];
	unsigned admin_ran, queue_ran[POOLED_QUEUES];
};
/* MSI-X entry 0 for errors, message store slots for work queues. */
int pooled_probe(struct machine *m, struct device *dev, struct pooled *pooled,
		 struct driver_log *log);
int pooled_retarget(struct pooled *pooled, unsigned cpu);
int pooled_remove(struct pooled *pooled);

#endif
