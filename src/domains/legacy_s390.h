/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_LEGACY_S390_H
#define IRQLAB_DOMAINS_LEGACY_S390_H

#include <irqlab/provider/software.h>

/*
 * s390: adapter interrupts. The function as a whole is registered with a vector
 * of bits in memory; a message sets the bit that its data counts to. A function
 * gets no more than its limit, and is told how many those are.
 *
 * Floating: any CPU is told, finds the function in a summary and its bits in the
 * function's own vector. Directed: the message names a CPU, which has its own
 * copy of one vector that all functions share; only there an affinity means
 * something.
 */
struct s390_config {
	uint64_t message_address; /* bits 23:8 are left for a CPU */
	uint64_t registers;	  /* 32 bytes a requester id */
	uint64_t stride_register;
	uint32_t nr_cpus;
	uint32_t limit;	    /* vectors a function: 1 to 2,048 */
	uint32_t functions; /* that can be registered at once: 1 to 256 */
	uint32_t directed;  /* bits of the vector of a CPU, up to 65,535; 0: floating */
};
/* -EINVAL, -EEXIST (the machine has its legacy already), -ENOMEM. */
int legacy_s390_create(struct machine *m, const struct s390_config *config);

#endif
