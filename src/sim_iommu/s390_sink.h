/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_IOMMU_S390_SINK_H
#define IRQLAB_SIM_IOMMU_S390_SINK_H

#include <irqlab/machine.h>

/*
 * Adapter interrupts: a message sets a bit in memory, and a CPU is told. Which
 * vector that is, software says once for each function, as a whole: a function
 * that is registered refuses another registration until the first is undone.
 *
 * Bit 0 is the leftmost of a word. The data of a message counts from the
 * function's first bit. Floating: any CPU is told on line 0, after a bit in a
 * summary, too, was set. Directed: the message's address names a CPU, whose own
 * copy of the vector it is, and line 1 of that CPU.
 */
#define S390_MSI_ADDRESS UINT64_C(0xfe000000) /* with a CPU in bits 23:8 */
#define S390_MSI_SIZE	 UINT64_C(0x1000000)

#define S390_REGISTERS		 UINT64_C(0x180000000000)
#define S390_FUNCTION(requester) (S390_REGISTERS + 32 * (uint64_t)(requester))
#define S390_VECTOR		 0x00		 /* address of the word with the vector's bit 0 */
#define S390_SUMMARY		 0x08		 /* address of the word with the summary's bit 0 */
#define S390_CONTROL		 0x10		 /* written last; 0 undoes the registration */
#define S390_CONTROL_COUNT(n)	 ((uint64_t)(n)) /* bits 15:0 */
#define S390_CONTROL_FIRST(n)	 ((uint64_t)(n) << 16) /* bits 31:16 */
#define S390_CONTROL_SUMMARY(n)	 ((uint64_t)(n) << 32) /* bits 47:32 */
#define S390_CONTROL_DIRECTED	 (UINT64_C(1) << 62)
#define S390_CONTROL_ENABLE	 (UINT64_C(1) << 63)
/* Directed: bytes from one CPU's vector to the next one's. */
#define S390_STRIDE (S390_REGISTERS + 32 * UINT64_C(0x10000))

static inline uint64_t s390_bit(unsigned bit)
{
	return UINT64_C(1) << (63 - bit % 64);
}

/* requesters: the functions there are. -EEXIST, -ENOMEM. */
int s390_sink_create(struct machine *m, const uint16_t *requesters, uint32_t nr);

#endif
