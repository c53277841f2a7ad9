/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_IOAPIC_H
#define IRQLAB_DOMAINS_IOAPIC_H

#include <irqlab/provider/software.h>
#include <irqlab/topology.h>

/*
 * The software side of an I/O APIC: lines become interrupts. Its input n is the
 * machine's GSI gsi_base + n; the interrupt of a GSI from 16 on has its number,
 * those below belong to the legacy irqs. A pin's entry is made from the message
 * that the parent composes: an I/O APIC is one more source of messages.
 *
 * Level lines have handle_fasteoi_irq, edges handle_edge_irq. A level that waits
 * to be moved is masked before its end, and moved if its remote IRR is clear
 * afterwards; if it is not, the next end tries again.
 */

struct ioapic_config {
	unsigned number; /* n of the domain's name "IO-APIC-n" */
	uint32_t pins, gsi_base;
	uint16_t requester; /* of its messages, for remapping units */
	uint64_t registers; /* where its page is */
};

/*
 * The domain of an I/O APIC below the root or a remapping unit (the chip is then
 * "IR-IO-APIC"). Its entries are as they are. NULL: out of memory, or no such
 * registers.
 */
struct irq_domain *ioapic_domain_create(struct machine *m, struct irq_domain *parent,
					const struct ioapic_config *config);

struct gsi_line {
	bool level;
	bool low;     /* active low */
	int32_t node; /* of the device, −1: none */
};

/*
 * The interrupt of a GSI, made at the first call; each call is one user. Returns
 * its number, -EINVAL (no I/O APIC has this GSI, or it is a legacy irq that
 * nobody took over), -EBUSY (mapped with another trigger), or what the levels
 * below returned.
 */
int ioapic_map_gsi(struct machine *m, uint32_t gsi, const struct gsi_line *line);
/* One user less; with the last one an interrupt above the legacy irqs is freed. */
void ioapic_unmap_gsi(struct machine *m, uint32_t gsi);
/*
 * Takes a legacy irq, which exists, over from the PICs: from now on it comes in at
 * the pin. Errors as irq_domain_realloc_irq(), -EINVAL beyond the pins.
 */
int ioapic_take_legacy_irq(struct irq_domain *domain, unsigned irq, unsigned pin,
			   const struct gsi_line *line);

/* Gives the level of a loaded irq its state. -ENOMEM, -EINVAL: beyond the pins. */
int ioapic_load_irq(struct irq_data *d, const struct irq_record *record);
/* When its other levels are loaded, too: programs its entry if it is activated. */
void ioapic_load_entry(struct irq_data *d);

/* ---- looking ---- */

bool ioapic_is_domain(const struct irq_domain *domain);
/* The domain that has the GSI, and its pin. NULL: none. */
struct irq_domain *ioapic_of_gsi(const struct machine *m, uint32_t gsi, unsigned *pin);
struct ioapic_pin_info {
	uint32_t pin, users;
	uint64_t entry; /* as software knows it: without remote IRR */
	bool level, low;
};
/* False: no such irq, or it has no level here. */
bool ioapic_pin_info(const struct machine *m, unsigned irq, struct ioapic_pin_info *out);

#endif
