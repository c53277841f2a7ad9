/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/legacy_powerpc.h"

#include <irqlab/provider/pci.h>

#include <string.h>

#define SOURCE_ENABLED UINT64_C(0x80000000) /* the rest of the register: target CPU */

struct powerpc {
	struct machine *machine;
	struct powerpc_config config;
	struct irq_domain *domain;
	struct powerpc_function functions[];
};

static void powerpc_digest(const void *object, struct digest *d)
{
	const struct powerpc *p = object;

	digest_u64(d, p->config.bus_total);
	digest_u64(d, p->config.firmware);
}

static const struct object_type powerpc_type = {"powerpc-msi", powerpc_digest};

/* ---- the controller ---- */

static void write_source(struct irq_data *d, unsigned cpu, bool enabled)
{
	struct machine *m = irq_data_machine(d);
	const struct powerpc *p = msi_legacy_data(m);

	bus_write(m, p->config.sources + 8 * d->hwirq, 8, cpu | (enabled ? SOURCE_ENABLED : 0));
}

static unsigned target(const struct irq_data *d)
{
	const struct cpumask *mask = irq_data_get_effective_affinity_mask(d);

	return cpumask_empty(mask) ? 0 : cpumask_first(mask);
}

static void source_mask(struct irq_data *d)
{
	write_source(d, target(d), false);
}

static void source_unmask(struct irq_data *d)
{
	write_source(d, target(d), true);
}

/* The function's own mask opens once; from then on the controller masks. */
static unsigned source_startup(struct irq_data *d)
{
	pci_msi_unmask_irq(d);
	source_unmask(d);
	return 0;
}

static void source_eoi(struct irq_data *d)
{
	struct machine *m = irq_data_machine(d);
	const struct powerpc *p = msi_legacy_data(m);

	bus_write(m, p->config.cpus + 8 * (uint64_t)this_cpu(m), 8, d->hwirq);
}

static int source_set_affinity(struct irq_data *d, const struct cpumask *mask, bool force)
{
	struct machine *m = irq_data_machine(d);

	(void)force;
	irq_data_update_effective_affinity(d, cpumask_of(m, cpumask_first(mask)));
	write_source(d, target(d), !irqd_has(d, IRQD_IRQ_MASKED));
	return IRQ_SET_MASK_OK;
}

static const struct irq_chip source_chip = {
	.name = "XIVE-IRQ",
	.irq_startup = source_startup,
	.irq_mask = source_mask,
	.irq_unmask = source_unmask,
	.irq_eoi = source_eoi,
	.irq_set_affinity = source_set_affinity,
};

static int map_source(struct irq_domain *d, unsigned virq, uint64_t hwirq)
{
	(void)hwirq;
	irq_set_chip_and_handler(d->machine, virq, &source_chip, handle_fasteoi_irq, "fasteoi");
	return 0;
}

static const struct irq_domain_ops source_domain_ops = {.map = map_source};

static void powerpc_interrupt(struct machine *m, unsigned cpu, unsigned line)
{
	const struct powerpc *p = msi_legacy_data(m);
	uint64_t at = p->config.cpus + 8 * (uint64_t)cpu, source = bus_read(m, at, 8);

	(void)line;
	if (!source || !generic_handle_domain_irq(p->domain, source))
		return;
	machine_warn(m, WARN_SPURIOUS_VECTOR, 0);
	bus_write(m, at, 8, source);
}

/* ---- what a function may have ---- */

static bool same_bus(uint16_t a, uint16_t b)
{
	return a >> 8 == b >> 8;
}

uint32_t legacy_powerpc_quota(const struct machine *m, uint16_t requester, uint32_t wanted)
{
	const struct powerpc *p = msi_legacy_data(m);
	uint32_t functions = 0, share, spare = 0, greedy = 0;

	if (!p->config.bus_total)
		return UINT32_MAX;
	for (uint32_t i = 0; i < p->config.nr_functions; i++)
		functions += same_bus(p->functions[i].requester, requester);
	share = functions ? p->config.bus_total / functions : p->config.bus_total;
	if (wanted <= share)
		return share;
	for (uint32_t i = 0; i < p->config.nr_functions; i++) {
		const struct powerpc_function *f = &p->functions[i];

		if (!same_bus(f->requester, requester))
			continue;
		if (f->wants < share)
			spare += share - f->wants;
		greedy += f->wants > share;
	}
	return greedy ? share + spare / greedy : share;
}

static uint32_t round_up(uint32_t n)
{
	return n > 1 ? UINT32_C(1) << (32 - __builtin_clz(n - 1)) : 1;
}

/* ---- firmware ---- */

static uint64_t firmware_call(const struct powerpc *p, const struct device *dev)
{
	return p->config.firmware + ((uint64_t)dev->requester << 16);
}

static uint32_t change_msi(const struct powerpc *p, struct device *dev, uint32_t count)
{
	bus_write(p->machine, firmware_call(p, dev), 8, count);
	return (uint32_t)bus_read(p->machine, firmware_call(p, dev), 8);
}

static uint64_t query_source(const struct powerpc *p, struct device *dev, uint32_t index)
{
	return bus_read(p->machine, firmware_call(p, dev) + 8 * (1 + (uint64_t)index), 8);
}

/* A function that got a rounded count has more than it uses. Fewer: so many there could be. */
static uint32_t ask_firmware(const struct powerpc *p, struct device *dev, uint32_t nvec, bool msix)
{
	uint32_t wanted = msix ? round_up(nvec) : nvec, given;

	if (wanted > legacy_powerpc_quota(p->machine, dev->requester, wanted))
		wanted = nvec;
	given = change_msi(p, dev, wanted);
	if (given != wanted && wanted != nvec)
		given = change_msi(p, dev, nvec);
	return given;
}

/* ---- setup and teardown ---- */

static int setup_desc(const struct powerpc *p, struct msi_desc *desc, uint64_t source)
{
	struct machine *m = p->machine;
	const struct msi_msg msg = {
		.address_lo = (uint32_t)p->config.message_address,
		.address_hi = (uint32_t)(p->config.message_address >> 32),
		.data = (uint32_t)source,
	};
	unsigned virq = irq_create_mapping(p->domain, source, desc->dev->node, desc->affinity);

	if (!virq)
		return -ENOSPC;
	irq_set_msi_desc(m, virq, 0, desc);
	pci_write_msi_msg(m, virq, &msg);
	return 0;
}

static int powerpc_setup(struct device *dev, int nvec, bool msix)
{
	const struct powerpc *p = msi_legacy_data(dev->machine);
	uint32_t quota, given, i = 0;
	struct msi_desc *desc;

	if (!p->config.firmware)
		return -ENOSYS;
	if (!msix && nvec > 1)
		return 1;
	quota = legacy_powerpc_quota(dev->machine, dev->requester, (uint32_t)nvec);
	if (quota < (uint32_t)nvec)
		return quota ? (int)quota : -ENOSPC;
	given = ask_firmware(p, dev, (uint32_t)nvec, msix);
	if (given < (uint32_t)nvec)
		return given ? (int)given : -ENOSPC;
	msi_for_each_desc (desc, dev, MSI_DEFAULT_DOMAIN, MSI_DESC_NOTASSOCIATED) {
		int ret = setup_desc(p, desc, query_source(p, dev, i++));

		if (ret)
			return ret;
	}
	return 0;
}

static void powerpc_teardown(struct device *dev)
{
	const struct powerpc *p = msi_legacy_data(dev->machine);
	struct msi_desc *desc;

	msi_for_each_desc (desc, dev, MSI_DEFAULT_DOMAIN, MSI_DESC_ASSOCIATED) {
		source_mask(irq_get_irq_data(dev->machine, desc->irq));
		irq_free_msi_desc(dev->machine, desc);
	}
	if (p->config.firmware)
		change_msi(p, dev, 0);
}

static const struct msi_legacy_ops powerpc_ops = {
	.name = "powerpc",
	.setup = powerpc_setup,
	.teardown = powerpc_teardown,
};

int legacy_powerpc_create(struct machine *m, const struct powerpc_config *config)
{
	const struct irq_domain_config sources = {.name = "XIVE", .ops = &source_domain_ops};
	size_t tree = config->nr_functions * sizeof(config->functions[0]);
	struct powerpc *p = object_alloc(m, &powerpc_type, sizeof(*p) + tree);
	int err = -ENOMEM;

	if (!p)
		return -ENOMEM;
	p->machine = m;
	p->config = *config;
	p->config.functions = p->functions;
	memcpy(p->functions, config->functions, tree);
	p->domain = irq_domain_create(m, &sources);
	if (p->domain)
		err = msi_register_legacy(m, &powerpc_ops, p);
	if (err) {
		if (p->domain)
			irq_domain_remove(p->domain);
		object_free(m, p);
		return err;
	}
	bus_set_entry(m, powerpc_interrupt);
	return 0;
}
