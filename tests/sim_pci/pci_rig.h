/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_SIM_PCI_RIG_H
#define IRQLAB_TESTS_SIM_PCI_RIG_H

#include <irqlab/provider/store_layout.h>

#include "sim_cpu/rig.h"
#include "sim_pci/function.h"

#define NIC	      "nic"
#define NIC_REQUESTER 0x0018u
#define MSI_CAP	      0x50u
#define MSIX_CAP      0x70u
#define TABLE_OFFSET  0x2000u
#define PBA_OFFSET    0x3000u

/* Messages of the tests: to the CPU with that id. */
#define ADDRESS(cpu) (0xfee00000u | (cpu) << 12)

/* Four CPUs and a device of that description; its name and requester are set here. */
struct rig *nic_create(struct device_desc desc);
struct device_desc nic_with_msix(uint16_t size);
struct device_desc nic_with_msi(uint8_t vectors, bool is_64, bool maskbit);
struct device_desc nic_with_store(struct store_desc store);

void cfg_write(struct rig *r, unsigned where, unsigned size, uint32_t value);
uint32_t cfg_read(struct rig *r, unsigned where, unsigned size);
/* Address of a BAR, as configuration space tells it. */
uint64_t bar_address(struct rig *r, unsigned bar);

/* A word of the MSI-X table: 0 addr_lo, 1 addr_hi, 2 data, 3 ctrl. */
void entry_write(struct rig *r, unsigned index, unsigned word, uint32_t value);
uint32_t entry_read(struct rig *r, unsigned index, unsigned word);
/* Message to the CPU, vector 0x40 + index; masked or not. */
void entry_set(struct rig *r, unsigned index, unsigned cpu, bool masked);
uint32_t pba_word(struct rig *r, unsigned word);

/* A register of the device's store number `store`. */
void store_write(struct rig *r, unsigned store, uint32_t offset, unsigned size, uint64_t value);
uint64_t store_read(struct rig *r, unsigned store, uint32_t offset, unsigned size);

void nic_raise(struct rig *r, enum raise_source source, unsigned index);
/* The last raise sent exactly one message, of that address and data. */
void expect_message(struct rig *r, uint64_t address, uint32_t data);
void expect_latched(struct rig *r, unsigned index);

#endif
