/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/imsic_internal.h>
#include <domains/msi_lib.h>
#include <inttypes.h>
#include <stdio.h>

/* The root domain of RISC-V machines with interrupt files, and as an MSI parent. */

static struct imsic_vector *vector_of(const struct irq_data *d)
{
	return d->chip_data;
}

/* ---- messages ---- */

uint64_t imsic_cpu_address(const struct machine *m, unsigned cpu)
{
	const struct imsic_config *c = &imsic_root(m)->config;

	return c->base | (uint64_t)(cpu / c->group_harts) << c->group_shift |
	       (uint64_t)(cpu % c->group_harts) << (12 + c->guest_bits);
}

static void compose(struct machine *m, const struct imsic_vector *v, struct msi_msg *msg)
{
	const uint64_t address = imsic_cpu_address(m, v->cpu);

	*msg = (struct msi_msg){
		.address_lo = (uint32_t)address,
		.address_hi = (uint32_t)(address >> 32),
		.data = v->id,
	};
}

static void imsic_compose_msi_msg(struct irq_data *d, struct msi_msg *msg)
{
	compose(irq_data_machine(d), vector_of(d), msg);
}

/* ---- the chip ---- */

static void enable(struct irq_data *d, bool enabled)
{
	struct imsic_root *r = d->domain->host_data;

	lock_acquire(r->machine, &r->lock);
	imsic_vector_enable(r, vector_of(d), enabled);
	lock_release(r->machine, &r->lock);
}

static void imsic_mask(struct irq_data *d)
{
	enable(d, false);
}

static void imsic_unmask(struct irq_data *d)
{
	enable(d, true);
}

static int imsic_retrigger(struct irq_data *d)
{
	const struct imsic_vector *v = vector_of(d);

	bus_write(irq_data_machine(d), imsic_cpu_address(irq_data_machine(d), v->cpu), 4, v->id);
	return 1;
}

static void write_message(struct irq_data *d, const struct imsic_vector *v)
{
	struct irq_data *outermost = &irq_data_to_desc(d)->irq_data;
	struct msi_msg msg[2] = {0};

	compose(irq_data_machine(d), v, msg);
	if (outermost->chip->irq_write_msi_msg)
		outermost->chip->irq_write_msi_msg(outermost, msg);
}

/* 0 and another identity, or an error. */
static int alloc_for_move(struct imsic_root *r, const struct imsic_vector *old,
			  const struct cpumask *mask, struct imsic_vector **new)
{
	int ret = -EBUSY;

	lock_acquire(r->machine, &r->lock);
	if (!old->move_prev)
		ret = imsic_vector_alloc(r, old->irq, mask, new);
	lock_release(r->machine, &r->lock);
	return ret;
}

static int imsic_set_affinity(struct irq_data *d, const struct cpumask *mask, bool force)
{
	struct imsic_root *r = d->domain->host_data;
	struct imsic_vector *old = vector_of(d), *new;
	int ret;

	if (layer_refuses(irq_data_machine(d), NOT_FOR_DRIVERS))
		return -EPERM;
	(void)force;
	if (cpumask_test(mask, old->cpu))
		return IRQ_SET_MASK_OK_DONE;
	ret = alloc_for_move(r, old, mask, &new);
	if (ret)
		return ret;
	write_message(d, new);
	touch_irq_data(r->machine, d);
	d->chip_data = new;
	irq_data_update_effective_affinity(d, cpumask_of(r->machine, new->cpu));
	lock_acquire(r->machine, &r->lock);
	imsic_vector_move(r, old, new);
	lock_release(r->machine, &r->lock);
	return IRQ_SET_MASK_OK_DONE;
}

static const struct irq_chip imsic_chip = {
	.name = "IMSIC",
	.irq_mask = imsic_mask,
	.irq_unmask = imsic_unmask,
	.irq_retrigger = imsic_retrigger,
	.irq_set_affinity = imsic_set_affinity,
	.irq_compose_msi_msg = imsic_compose_msi_msg,
	.flags = IRQCHIP_SKIP_SET_WAKE | IRQCHIP_MASK_ON_SUSPEND,
};

/* ---- the level ---- */

/* An interrupt that was given no CPUs may go to all that run. */
static void set_first_affinity(struct irq_desc *desc, unsigned cpu)
{
	struct irq_data *d = &desc->irq_data;
	struct machine *m = desc->irq_common_data.machine;

	touch(m, desc);
	if (!irqd_has(d, IRQD_AFFINITY_SET | IRQD_AFFINITY_MANAGED))
		desc->irq_common_data.affinity = cpu_online_mask(m);
	irq_data_update_effective_affinity(d, cpumask_of(m, cpu));
}

static int imsic_domain_alloc(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg)
{
	struct imsic_root *r = domain->host_data;
	struct imsic_vector *v;
	int ret;

	(void)arg;
	if (nr > 1)
		return -EOPNOTSUPP;
	lock_acquire(r->machine, &r->lock);
	ret = imsic_vector_alloc(r, virq, cpu_online_mask(r->machine), &v);
	lock_release(r->machine, &r->lock);
	if (ret)
		return ret;
	/* It is claimed before the flow handler runs: there is nothing to acknowledge. */
	irq_domain_set_info(domain, virq, virq, &imsic_chip, v, handle_simple_irq, NULL, NULL);
	irq_modify_status(r->machine, virq, 0, IRQ_NOPROBE);
	set_first_affinity(irq_to_desc(r->machine, virq), v->cpu);
	return 0;
}

static void imsic_domain_free(struct irq_domain *domain, unsigned virq, unsigned nr)
{
	struct imsic_root *r = domain->host_data;

	for (unsigned i = nr; i--;) {
		struct irq_data *d = irq_domain_get_irq_data(domain, virq + i);
		struct imsic_vector *v = vector_of(d);

		irq_domain_reset_irq_data(d);
		lock_acquire(r->machine, &r->lock);
		imsic_vector_free(r, v);
		lock_release(r->machine, &r->lock);
	}
}

/* The identity is an object of its own; this says which one it is. */
static void level_digest(const struct irq_data *d, struct digest *digest)
{
	const struct imsic_vector *v = vector_of(d);

	digest_u64(digest, (uint64_t)v->cpu << 32 | v->id);
}

static const struct irq_domain_ops imsic_domain_ops = {
	.alloc = imsic_domain_alloc,
	.free = imsic_domain_free,
	.digest = level_digest,
};

/* ---- as a parent of device domains ---- */

static bool imsic_init_dev_msi_info(struct device *dev, struct irq_domain *domain,
				    struct irq_domain *msi_parent_domain,
				    struct msi_domain_info *info)
{
	if (WARN_IF(domain->machine, domain != msi_parent_domain, MSI_BAD_TEMPLATE, 0) ||
	    !msi_lib_init_dev_msi_info(dev, domain, msi_parent_domain, info))
		return false;
	/* The root writes the message itself, at the right moment of a move. */
	info->chip->irq_set_affinity = irq_chip_set_affinity_parent;
	return true;
}

/* A device that can't be masked, or not reliably, is still masked in the file. */
static const struct msi_parent_ops imsic_msi_parent_ops = {
	.supported_flags = MSI_GENERIC_FLAGS_MASK | MSI_FLAG_PCI_MSIX,
	.required_flags =
		MSI_FLAG_USE_DEF_DOM_OPS | MSI_FLAG_USE_DEF_CHIP_OPS | MSI_FLAG_PCI_MSI_MASK_PARENT,
	.bus_select_token = DOMAIN_BUS_PCI_MSI,
	.bus_select_mask = 1u << DOMAIN_BUS_PCI_MSI | 1u << DOMAIN_BUS_PLATFORM_MSI,
	.init_dev_msi_info = imsic_init_dev_msi_info,
};

/* ---- CPUs come and go ---- */

/* All CPUs stand still meanwhile, so that one can be asked to look into another's file. */
static void force_complete_move(struct machine *m, struct irq_data *d, unsigned cpu)
{
	struct imsic_root *r = imsic_root(m);
	struct imsic_vector *v;

	while (d->parent_data)
		d = d->parent_data;
	if (d->chip != &imsic_chip)
		return;
	v = vector_of(d);
	if (!v->move_prev || (v->cpu != cpu && v->move_prev->cpu != cpu))
		return;
	lock_acquire(m, &r->lock);
	imsic_vector_complete_move(r, v);
	lock_release(m, &r->lock);
}

static void cpu_dead(struct machine *m, unsigned cpu)
{
	struct imsic_root *r = imsic_root(m);

	lock_acquire(m, &r->lock);
	imsic_local_stop(r);
	irq_matrix_offline(r->matrix, cpu);
	lock_release(m, &r->lock);
}

static void cpu_online(struct machine *m, unsigned cpu)
{
	struct imsic_root *r = imsic_root(m);

	lock_acquire(m, &r->lock);
	irq_matrix_online(r->matrix, cpu);
	imsic_local_start(r);
	lock_release(m, &r->lock);
}

static const struct irq_root_ops imsic_root_ops = {
	.force_complete_move = force_complete_move,
	.cpu_dead = cpu_dead,
	.cpu_online = cpu_online,
};

/* ---- making it ---- */

static void root_digest(const void *object, struct digest *d)
{
	const struct imsic_root *r = object;

	digest_u64(d, r->domain ? r->domain->id : 0);
	digest_u64(d, r->config.base);
	digest_u64(d, r->config.registers);
	digest_u64(d, (uint64_t)r->config.group_harts << 32 | r->config.nr_cpus);
	digest_u64(d, (uint64_t)r->config.ids << 16 | (uint64_t)r->config.guest_bits << 8 |
			      r->config.group_shift);
}

static void cpu_digest(const void *object, struct digest *d)
{
	const struct imsic_cpu *c = object;

	digest_u64(d, c->cpu);
	digest_bytes(d, c->dirty, sizeof(c->dirty));
}

static const struct object_type root_type = {"imsic-root", root_digest};
static const struct object_type cpu_type = {"imsic-cpu", cpu_digest};

static void destroy(struct imsic_root *r)
{
	if (r->domain)
		irq_domain_remove(r->domain);
	irq_matrix_destroy(r->matrix);
	for (uint32_t cpu = 0; cpu < r->config.nr_cpus; cpu++)
		object_free(r->machine, r->cpu[cpu]);
	object_free(r->machine, r);
}

static bool add_cpu(struct imsic_root *r, uint32_t cpu)
{
	struct imsic_cpu *c = object_alloc(
		r->machine, &cpu_type, sizeof(*c) + (r->config.ids + 1u) * sizeof(c->vector[0]));

	if (!c)
		return false;
	c->cpu = cpu;
	c->timer.expired = imsic_sync_expired;
	c->timer.object = c;
	r->cpu[cpu] = c;
	return true;
}

static struct irq_domain *make_domain(struct imsic_root *r)
{
	const struct irq_domain_config config = {
		.name = r->name,
		.fwnode = r->name,
		.ops = &imsic_domain_ops,
		.bus_token = DOMAIN_BUS_NEXUS,
		.flags = IRQ_DOMAIN_FLAG_MSI_PARENT,
		.host_data = r,
	};
	struct irq_domain *domain = irq_domain_create(r->machine, &config);

	if (!domain)
		return NULL;
	touch(r->machine, domain);
	domain->msi_parent_ops = &imsic_msi_parent_ops;
	return domain;
}

static bool fill(struct imsic_root *r)
{
	for (uint32_t cpu = 0; cpu < r->config.nr_cpus; cpu++)
		if (!add_cpu(r, cpu))
			return false;
	r->domain = make_domain(r);
	if (!r->domain)
		return false;
	r->matrix =
		irq_matrix_create(r->machine, r->domain->id, r->config.nr_cpus, 0, r->config.ids);
	return r->matrix != NULL;
}

static struct imsic_root *make_root(struct machine *m, const struct imsic_config *config)
{
	struct imsic_root *r =
		object_alloc(m, &root_type, sizeof(*r) + config->nr_cpus * sizeof(r->cpu[0]));

	if (!r)
		return NULL;
	r->machine = m;
	r->config = *config;
	r->lock.name = "imsic";
	if (config->name)
		snprintf(r->name, sizeof(r->name), "%s", config->name);
	else
		snprintf(r->name, sizeof(r->name), ":soc:interrupt-controller@%" PRIx64,
			 config->base);
	r->config.name = r->name;
	if (fill(r) && !irq_register_root(m, &imsic_root_ops))
		return r;
	destroy(r);
	return NULL;
}

static void start_cpus(struct imsic_root *r)
{
	struct machine *m = r->machine;
	const unsigned before = this_cpu(m);

	for_each_cpu (cpu, cpu_online_mask(m)) {
		irq_matrix_online(r->matrix, cpu);
		run_on_cpu(m, cpu);
		imsic_local_start(r);
	}
	run_on_cpu(m, before);
}

struct irq_domain *imsic_domain_create(struct machine *m, const struct imsic_config *config)
{
	struct imsic_root *r;

	if (imsic_root(m) || config->ids <= IMSIC_IPI_ID || config->ids >= IMSIC_MAX_IDS ||
	    !config->nr_cpus || config->nr_cpus > CPUMASK_MAX_CPUS || !config->group_harts)
		return NULL;
	r = make_root(m, config);
	if (!r)
		return NULL;
	machine_set_part(m, PART_RISCV, r);
	irq_matrix_assign_system(r->matrix, 0, 0, false);
	irq_matrix_assign_system(r->matrix, 0, IMSIC_IPI_ID, false);
	start_cpus(r);
	bus_set_entry(m, imsic_handle_irq);
	return r->domain;
}

/* ---- looking ---- */

const struct imsic_config *imsic_config(const struct machine *m)
{
	const struct imsic_root *r = imsic_root(m);

	return r ? &r->config : NULL;
}

const struct irq_matrix *imsic_matrix(const struct machine *m)
{
	const struct imsic_root *r = imsic_root(m);

	return r ? r->matrix : NULL;
}

bool imsic_irq_info(const struct machine *m, unsigned irq, struct imsic_irq_info *out)
{
	const struct irq_data *d = irq_get_irq_data(m, irq);
	const struct imsic_vector *v;

	while (d && d->chip != &imsic_chip)
		d = d->parent_data;
	if (!d)
		return false;
	v = vector_of(d);
	*out = (struct imsic_irq_info){
		.cpu = v->cpu,
		.id = v->id,
		.enabled = v->enabled,
		.moving = v->move_prev,
	};
	if (v->move_prev) {
		out->prev_cpu = v->move_prev->cpu;
		out->prev_id = v->move_prev->id;
	}
	return true;
}

int64_t imsic_identity(const struct machine *m, unsigned cpu, unsigned id)
{
	const struct imsic_root *r = imsic_root(m);
	const struct imsic_vector *v = NULL;

	if (r && cpu < r->config.nr_cpus && id <= r->config.ids)
		v = r->cpu[cpu]->vector[id];
	if (!v)
		return IMSIC_UNUSED;
	return v->leaving ? IMSIC_LEAVING : (int64_t)v->irq;
}
