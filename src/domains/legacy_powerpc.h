/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_LEGACY_POWERPC_H
#define IRQLAB_DOMAINS_LEGACY_POWERPC_H

#include <irqlab/provider/software.h>

/*
 * powerpc: firmware gives a function its interrupt sources, and may give fewer
 * than it was asked for. A domain without a hierarchy maps their numbers.
 *
 * Before it is asked: what the parent bus has is shared among the functions on
 * it; what some don't need goes to those that want more. MSI-X counts are rounded
 * up to a power of two if the share allows it; if firmware then gives less it is
 * asked for the exact count.
 */
struct powerpc_function { /* as the device tree tells */
	uint16_t requester;
	uint32_t wants; /* the most that it can use */
};

struct powerpc_config {
	uint64_t message_address; /* devices write there */
	uint64_t firmware;	  /* 64 KiB a requester id; 0: the platform has no such call */
	uint64_t sources;	  /* registers of the controller: 8 bytes a source … */
	uint64_t cpus;		  /* … and 8 bytes a CPU */
	uint32_t bus_total;	  /* MSIs of each bus; 0: as many as are wanted */
	uint32_t nr_functions;
	const struct powerpc_function *functions; /* copied */
};
/* -EEXIST (the machine has its legacy already), -ENOMEM. */
int legacy_powerpc_create(struct machine *m, const struct powerpc_config *config);
/* What the function may have, of the share of its bus; UINT32_MAX: there is no limit. */
uint32_t legacy_powerpc_quota(const struct machine *m, uint16_t requester, uint32_t wanted);

#endif
