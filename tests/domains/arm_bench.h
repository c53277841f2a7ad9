/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_DOMAINS_ARM_BENCH_H
#define IRQLAB_TESTS_DOMAINS_ARM_BENCH_H

#include "domains/gic.h"
#include "domains/its.h"
#include "sim_iommu/its.h"

#include <irqlab/bus.h>
#include <irqlab/device.h>
#include <irqlab/driver.h>
#include <irqlab/invariants.h>
#include <irqlab/topology.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/*
 * An Arm machine as devices and drivers use it:
 *   nic    01:03.0, MSI-X, 8 entries
 *   disk   00:05.0, MSI-X, 64 entries
 *   old    00:04.0, MSI, 8 vectors, cannot be masked
 *   host   00:00.0, MSI-X, 4 entries: DeviceID 0
 *   left   02:01.0, MSI-X, 5 entries, and
 *   right  02:02.0, MSI, 4 vectors, both behind a plain bridge 00:06.0
 *   uart   on no bus, DeviceID 0x4000, 4 message slots
 *   spi    on no bus, DeviceID 0x4000 too, 40 message slots
 */
struct arm_shape {
	uint32_t cpus; /* 0: 4 */
	bool no_its;
	struct its_desc its;
	uint8_t gic_version; /* 0: 3 */
	uint32_t nr_frames;  /* of GICv2m */
	struct v2m_desc frames[2];
	uint32_t nr_smmus; /* 0 or 1 */
	struct smmu_desc smmu;
	uint64_t doorbell_page; /* of nic */
	bool no_msi;		/* of nic's bus */
	int32_t node_of_cpu[8]; /* unless has_nodes is false */
	bool has_nodes;
	const uint32_t *default_affinity;
	uint32_t nr_default_affinity;
	const struct start_state *start;
	enum machine_profile profile;
};

struct arm_bench {
	struct machine *m;
	struct device *nic, *disk, *old, *host, *left, *right, *uart, *spi;
	struct irq_domain *its; /* NULL: none */
	unsigned handled;	/* handler runs so far */
	unsigned handled_on;	/* CPU of the last one */
	int handled_irq;
	void (*in_handler)(struct arm_bench *b, int irq); /* NULL: nothing */
};

struct arm_bench *arm_create(const struct arm_shape *shape); /* NULL: all defaults */
void arm_destroy(struct arm_bench *b);			     /* checks the invariants first */
void arm_check(struct arm_bench *b);			     /* invariants, and digests */
/* What machine_load() says to such a machine. */
int arm_refused(const struct machine_desc *desc, const char **why);

enum irqreturn arm_handler(int irq, void *dev_id);
/* nr vectors of the device, exactly; the first irq. */
unsigned arm_alloc(struct arm_bench *b, struct device *dev, unsigned nr);
unsigned arm_alloc_spread(struct arm_bench *b, struct device *dev, unsigned nr);
void arm_free(struct arm_bench *b, struct device *dev);
void arm_request(struct arm_bench *b, unsigned irq);
void arm_free_irq(struct arm_bench *b, unsigned irq);
int arm_affinity(struct arm_bench *b, unsigned irq, const char *cpus);
/* The device raises vector `index`, and CPUs take what they can. Handler runs since. */
unsigned arm_raise(struct arm_bench *b, struct device *dev, unsigned index);
unsigned arm_raise_slot(struct arm_bench *b, struct device *dev, unsigned slot);

struct its_device_info arm_device(struct arm_bench *b, uint32_t device_id); /* known */
bool arm_knows(struct arm_bench *b, uint32_t device_id);
unsigned arm_target(struct arm_bench *b, unsigned irq); /* CPU of its collection */
const struct irq_data *arm_level(struct arm_bench *b, unsigned irq, unsigned level);

/*
 * What went to the ITS since `from`, in words: "MAPD 118 v1 b3; MAPTI 118 e0 i8192 c0;
 * SYNC 0; …". Device ids are hexadecimal; between commands stand other writes whose
 * place begins with `places`: "nic.msix[0].address_lo=8090040; " (NULL: none).
 */
const char *arm_story(struct arm_bench *b, uint64_t from, const char *places);

#endif
