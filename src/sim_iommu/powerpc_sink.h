/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_IOMMU_POWERPC_SINK_H
#define IRQLAB_SIM_IOMMU_POWERPC_SINK_H

#include <irqlab/machine.h>

/*
 * A pool of interrupt sources that firmware gives to PCI functions, and the
 * controller behind it. The data of a message is the number of its source.
 *
 * Firmware (one block for each requester id): writing a count gives the function
 * so many sources in place of those it had, 0 takes them back; reading tells how
 * many it has, which may be fewer. Behind the count are their numbers.
 *
 * Controller: a register for each source, target CPU and enable bit; what comes
 * while it is disabled stays pending. Each CPU has a register that hands out the
 * lowest source pending for it (0: none), and takes the end of one: if more are
 * pending, line 0 of the CPU is raised again.
 */
#define POWERPC_MSI_ADDRESS  UINT64_C(0x90000000) /* devices write here */
#define POWERPC_FIRST_SOURCE 0x1000u
#define POWERPC_MAX_SOURCES  4096u

#define POWERPC_FIRMWARE_BASE	      UINT64_C(0x180000000000)
#define POWERPC_FIRMWARE_SIZE	      UINT64_C(0x100000000)
#define POWERPC_FIRMWARE(requester)   (POWERPC_FIRMWARE_BASE + ((uint64_t)(requester) << 16))
#define POWERPC_FIRMWARE_SOURCE(r, i) (POWERPC_FIRMWARE(r) + 8 * ((uint64_t)(i) + 1))
#define POWERPC_CONTROLLER_BASE	      (POWERPC_FIRMWARE_BASE + POWERPC_FIRMWARE_SIZE)
#define POWERPC_SOURCE(number)	      (POWERPC_CONTROLLER_BASE + 8 * (uint64_t)(number))
#define POWERPC_CPU_BASE	      (POWERPC_CONTROLLER_BASE + 0x100000)
#define POWERPC_CPU(cpu)	      (POWERPC_CPU_BASE + 8 * (uint64_t)(cpu))
#define POWERPC_SOURCE_ENABLED	      UINT64_C(0x80000000) /* the rest: target CPU */

struct powerpc_sink_config {
	uint32_t sources;   /* 1 to POWERPC_MAX_SOURCES */
	uint32_t grant;	    /* firmware gives no function more; 0: no such limit */
	bool powers_of_two; /* it gives no other counts */
};
int powerpc_sink_create(struct machine *m, const struct powerpc_sink_config *config);

#endif
