/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_CHIPS_PCI_H
#define IRQLAB_CHIPS_PCI_H

#include "core/devres.h"

#include "chips/ims.h"
#include "chips/pci_regs.h"

#include <irqlab/provider/software.h>
#include <irqlab/topology.h>

/* A PCI function as its bus driver knows it; what it can do was read from the function itself. */

enum pci_quirks {
	PCI_QUIRK_MSI_INTX_DISABLE_BUG = 1 << 0,  /* MSI is dead while INTx is disabled */
	PCI_QUIRK_HAS_MSI_MASKING = 1 << 1,	  /* mask word without the bit that says so */
	PCI_QUIRK_MSIX_TOUCH_DATA_FIRST = 1 << 2, /* an entry is written before its first read */
};

/* Nodes of struct pci_dev in its list, by key: beyond all irq numbers. */
enum { PCI_DEVRES_MANAGED = 1 << 30, PCI_DEVRES_MSI };

struct pci_sriov;
struct logical_function;
struct pci_dev {
	struct device dev;
	uint16_t msi_cap, msix_cap; /* offsets; 0: none */
	uint16_t msix_size;	    /* entries of the table */
	uint8_t pin;		    /* INTx: 0 none, 1 to 4 */
	uint8_t quirks;		    /* enum pci_quirks */
	uint8_t current_state;	    /* power: 0 is D0 */
	bool disconnected;	    /* removed by surprise */
	bool no_msi;
	bool bus_no_msi;   /* not the function's own doing: a bus above it, or the whole machine */
	bool no_64bit_msi; /* messages must lie below 4 GiB */
	bool is_managed;   /* the bus frees what the driver enabled */
	bool is_msi_managed;
	struct devres managed, msi_managed; /* while they are */
	bool msi_enabled, msix_enabled;
	uint32_t irq;		   /* what the driver finds: INTx or, with MSI, its first */
	uint64_t bar[PCI_NR_BARS]; /* bus addresses; 0: not assigned, or not memory */
	uint64_t msix_table;	   /* bus address while MSI-X is enabled, else 0 */
	struct lock msi_lock;	   /* the mask word is shared by up to 32 interrupts */
	struct ims_store store[DEVICE_MAX_STORES];
	uint32_t nr_stores;
	struct pci_sriov *sriov;	  /* NULL: it has no virtual functions */
	struct pci_dev *physfn;		  /* NULL: it is no virtual one */
	struct logical_function *logical; /* newest first */
	uint32_t logical_made;
};

/*
 * Finds out about the function at desc->segment and desc->requester, switches
 * off what firmware left enabled (MSI and MSI-X), and registers it. Of desc it
 * uses names, place, node, the irq behind the pin, bridges, and the stores'
 * layout: what a driver knows about its kind of device. msi_parent may be NULL.
 * -ENODEV (nobody answers), -EEXIST (name taken), -EINVAL (stores), -ENOMEM.
 */
int pci_device_add(struct machine *m, const struct device_desc *desc, struct irq_domain *msi_parent,
		   struct pci_dev **out);
/* Managed vectors are freed, domains go; vectors that are left: MSI_STORE_NOT_EMPTY. Virtual
 * functions go first, as pci_disable_sriov() has it. -EINVAL: in a handler (SLEEP_IN_ATOMIC). */
int pci_device_remove(struct pci_dev *pdev);
/* The two halves of finding out, for a function that is not registered yet. */
struct pci_dev *pci_device_alloc(struct machine *m, const struct device_desc *desc,
				 struct irq_domain *msi_parent); /* NULL: -ENOMEM */
int pci_device_probe(struct pci_dev *pdev, const struct device_desc *desc);
/* It was not registered. */
void pci_device_free(struct pci_dev *pdev);
/* What a driver does that lets go of its device: its pools and vectors go, if without handlers. */
void pci_device_unbind(struct pci_dev *pdev);
/* Has an interrupt of any of its domains a handler? Its number, or 0. */
unsigned pci_device_irq_in_use(struct pci_dev *pdev);

/* ---- virtual functions (pci_sriov.c) ---- */

/* Looks for the capability; desc says what a driver knows of the virtual functions' stores. -ENOMEM
 */
int pci_sriov_probe(struct pci_dev *pdev, const struct device_desc *desc);
void pci_sriov_remove(struct pci_dev *pdev);

/* NULL if it is no PCI function. */
struct pci_dev *to_pci_dev(struct device *dev);

/* ---- configuration space (pci_config.c) ---- */

uint32_t pci_read_config(const struct pci_dev *pdev, unsigned where, unsigned size);
void pci_write_config(const struct pci_dev *pdev, unsigned where, unsigned size, uint32_t value);
/* Changes bits of a 16-bit register; writes even if nothing changes. */
void pci_update_config16(const struct pci_dev *pdev, unsigned where, uint16_t clear, uint16_t set);
/* Command bit 10; written only if it changes. */
void pci_intx(const struct pci_dev *pdev, bool enable);
/* The same, unless the function needs INTx on for its messages. */
void pci_intx_for_msi(const struct pci_dev *pdev, bool enable);
/* In D0 and present: its registers can be written. */
static inline bool pci_accessible(const struct pci_dev *pdev)
{
	return !pdev->current_state && !pdev->disconnected;
}

/* ---- what MSI and MSI-X share (pci_msi.c) ---- */

/* May nvec messages of any kind be used? */
bool pci_msi_supported(const struct pci_dev *pdev, int nvec);
/*
 * Does the MSI parent, or the global domain, offer all of these MSI_FLAG_*? Where the architecture
 * serves the function (pci_legacy.c) it is as `mode` says; with nobody behind the function: false.
 */
enum support_mode { DENY_LEGACY, ALLOW_LEGACY };
bool pci_msi_domain_supports(const struct pci_dev *pdev, uint32_t flags, enum support_mode mode);
/* A device of a managed driver frees its vectors by itself. */
void pci_setup_msi_context(struct pci_dev *pdev);
/* Caches the message and tells whoever hooked it. */
void pci_msi_note_message(struct msi_desc *desc, const struct msi_msg *msg);
/* No message above 4 GiB for a device that can't: -EIO. */
int pci_msi_verify_entries(struct pci_dev *pdev);
/* One of its interrupts has a handler. */
bool pci_msi_in_use(const struct pci_dev *pdev, const struct msi_desc *desc);

/*
 * The one default device domain is of the kind wanted: kept if it is already,
 * else replaced. A failed enabling undoes that.
 */
struct pci_domain_setup {
	bool created;
	struct irq_domain *replaced;
};
int pci_msi_setup_domain(struct pci_dev *pdev, const struct msi_domain_template *template,
			 unsigned hwsize, struct pci_domain_setup *setup); /* -ENODEV */
void pci_msi_commit_domain(const struct pci_domain_setup *setup);
void pci_msi_undo_domain(struct pci_dev *pdev, const struct pci_domain_setup *setup);

/* ---- whoever gives the interrupts (pci_legacy.c) ---- */

/*
 * For all descriptors of the function in one call: its MSI domain, or the architecture. 0,
 * negative, or positive: so many can be tried next. Only after 0 something is left.
 */
int pci_msi_setup_irqs(struct pci_dev *pdev, int nvec, bool msix);
/* And the descriptors go. */
void pci_msi_teardown_irqs(struct pci_dev *pdev);
/* False: all or none of them can be freed. */
bool pci_msi_frees_singly(const struct pci_dev *pdev);
/* False: the messages were written again by whoever owns them. */
bool pci_msi_restore_irqs(struct pci_dev *pdev);

/* ---- MSI (pci_msi_chip.c, pci_enable_msi.c) ---- */

extern const struct msi_domain_template pci_msi_template;
/* Clears, then sets bits of the mask word; nothing if there is none. */
void pci_msi_update_mask(struct msi_desc *desc, uint32_t clear, uint32_t set);
/* All messages that the function is capable of. */
uint32_t pci_msi_multi_mask(const struct msi_desc *desc);
void pci_msi_write_message(struct msi_desc *desc, const struct msi_msg *msg);
/* The interrupt is one of up to 32 of the one descriptor. */
unsigned pci_msi_get_virq(struct device *dev, unsigned domid, unsigned index);
int pci_enable_msi_range(struct pci_dev *pdev, int min, int max, struct irq_affinity *affd);
void pci_msi_disable(struct pci_dev *pdev);
void pci_msi_restore(struct pci_dev *pdev);

/* ---- MSI-X (pci_msix_chip.c, pci_enable_msix.c) ---- */

extern const struct msi_domain_template pci_msix_template;
void pci_msix_mask(struct msi_desc *desc);
void pci_msix_unmask(struct msi_desc *desc);
void pci_msix_write_message(struct msi_desc *desc, const struct msi_msg *msg);
void pci_msix_write_control(const struct msi_desc *desc, uint32_t control);
/* Fills in what an entry's descriptor needs, from its msi_index and the table. */
void pci_msix_prepare_desc(struct pci_dev *pdev, struct msi_desc *desc);
/* Bus address of the table; 0: the BAR behind it was never assigned. */
uint64_t pci_msix_find_table(const struct pci_dev *pdev);
static inline uint64_t pci_msix_entry(uint64_t table, unsigned index)
{
	return table + (uint64_t)index * PCI_MSIX_ENTRY_SIZE;
}
int pci_enable_msix_range_flags(struct pci_dev *pdev, struct msix_entry *entries, int min, int max,
				struct irq_affinity *affd, unsigned flags);
void pci_msix_disable(struct pci_dev *pdev);
void pci_msix_restore(struct pci_dev *pdev);

#endif
