/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_PROVIDER_SOFTWARE_H
#define IRQLAB_PROVIDER_SOFTWARE_H

#include <irqlab/provider/access.h>
#include <irqlab/provider/irq.h>
#include <irqlab/provider/irqdomain.h>
#include <irqlab/provider/msi.h>

/*
 * The software half of a back end: domains and chips. Types, fields and flags
 * have the kernel's names and meaning; a chip written here moves to the kernel
 * with small changes. Functions that the kernel calls with a bare irq number
 * take the machine first.
 *
 * Whoever changes a field of one of these structs says touch() before. The
 * helpers of these headers do.
 *
 * Everything here is for domains and chips, and for whoever puts a machine together;
 * a driver that calls it is refused with warning LAYER_VIOLATION (provider/layer.h),
 * and so is a chip's callback that allocates.
 */

#endif
