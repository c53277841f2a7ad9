/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_TRACEPOINT_H
#define IRQLAB_DOMAINS_TRACEPOINT_H

#include <irqlab/provider/software.h>
#include <irqlab/trace.h>

/*
 * A kernel tracepoint is silent on a CPU that is marked offline; a function
 * that is traced at its entry is not. trace() is the latter.
 */
#define tracepoint(m, name, irq, ...)                                                              \
	do {                                                                                       \
		if (__builtin_expect(machine_tracing(m), 0) &&                                     \
		    cpumask_test(cpu_online_mask(m), this_cpu(m)))                                 \
			trace(m, name, irq, ##__VA_ARGS__);                                        \
	} while (0)

#endif
