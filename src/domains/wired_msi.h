/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_WIRED_MSI_H
#define IRQLAB_DOMAINS_WIRED_MSI_H

#include <irqlab/provider/fwspec.h>

/*
 * Bridges: devices that turn lines into messages. Each line that is mapped
 * (irq_create_fwspec_mapping()) is an MSI of the bridge under any MSI parent. Its
 * hwirq is the line; the index in the bridge's store means nothing.
 */

struct wired_bridge {
	struct device dev;
	char fwnode[48];
	uint64_t registers;   /* bus address */
	uint32_t first, last; /* lines */
	struct irq_domain *domain;
};

struct wired_config {
	const char *name; /* as users call the device */
	const char *kind; /* bus name "<registers>.<kind>", node ":soc:<kind>@<registers>" */
	struct irq_domain *parent; /* MSI parent */
	uint64_t registers;
	uint32_t first, last;
	uint32_t device_id; /* of its messages */
};

/*
 * Registers the device and makes its domain. The template's bus token is
 * WIRED_TO_MSI and its flags have USE_DEV_FWNODE; wired_set_desc and wired_translate
 * are its ops, unless it has its own. chip_data of its interrupts is the bridge.
 * -EEXIST (name taken), -ENODEV, -ENOTSUPP (the parent takes no lines), -EINVAL,
 * -ENOMEM.
 */
int wired_bridge_create(struct machine *m, const struct wired_config *config,
			const struct msi_domain_template *template, struct wired_bridge **out);
void wired_bridge_destroy(struct wired_bridge *bridge);

/* The line is in the cookie's lower half. */
void wired_set_desc(msi_alloc_info_t *arg, struct msi_desc *desc);
/* Two cells, line and trigger. -EINVAL: not so many, or the bridge has no such line. */
int wired_translate(struct irq_domain *domain, const struct irq_fwspec *fwspec, uint64_t *hwirq,
		    unsigned *type);

static inline struct wired_bridge *wired_bridge_of(const struct irq_data *d)
{
	return d->chip_data;
}
/* The level below ends it, if that means anything there. */
void wired_eoi_parent(struct irq_data *d);

/* The irq of a line, by the node of its bridge; 0: as irq_create_fwspec_mapping(). */
unsigned wired_map(struct wired_bridge *bridge, uint32_t line, unsigned type);
/* A bridge by its device's name; NULL: none. */
struct wired_bridge *wired_bridge_by_name(const struct machine *m, const char *name);

#endif
