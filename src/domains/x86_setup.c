/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/x86_internal.h>
#include <string.h>

/* The x86 root as an object: making it, starting it in a given state, looking at it. */

/* ---- objects ---- */

static void vector_table_digest(const void *object, struct digest *d)
{
	const struct vector_table *t = object;

	digest_u64(d, t->cpu);
	for (uint64_t vector = 0; vector < NR_VECTORS; vector++) {
		const struct irq_desc *entry = t->entry[vector];

		if (entry_is_desc(entry))
			digest_u64(d, vector << 56 | UINT64_C(4) << 32 | entry->irq_data.irq);
		else if (entry != ENTRY_UNUSED) /* decides about a log line, no more */
			digest_counter(d, vector << 56 | (uint64_t)(uintptr_t)entry << 32);
	}
}
static const struct object_type vector_table_type = {"vector-table", vector_table_digest};

static void vector_cleanup_digest(const void *object, struct digest *d)
{
	const struct vector_cleanup *list = object;

	digest_u64(d, list->cpu);
	for (const struct x86_vector *v = list->first; v; v = v->cleanup_next)
		digest_u64(d, v->irq);
}
static const struct object_type vector_cleanup_type = {"vector-cleanup", vector_cleanup_digest};

static void x86_root_digest(const void *object, struct digest *d)
{
	const struct x86_root *x = object;

	digest_u64(d, x->domain ? x->domain->id : 0);
	digest_u64(d, (uint64_t)x->mode << 32 | x->legacy_irqs);
	for (uint32_t cpu = 0; cpu < x->nr_cpus; cpu++)
		digest_u64(d, x->cpu[cpu].apic_id);
	for (unsigned i = 0; i < NR_VECTORS - X86_FIRST_SYSTEM_VECTOR; i++)
		digest_u64(d, x->system[i] != NULL);
}
static const struct object_type x86_root_type = {"x86-root", x86_root_digest};

/* ---- tables ---- */

struct irq_desc *table_entry(const struct x86_root *x, unsigned cpu, unsigned vector)
{
	return x->cpu[cpu].table->entry[vector];
}

void set_table_entry(struct x86_root *x, unsigned cpu, unsigned vector, struct irq_desc *entry)
{
	struct vector_table *t = x->cpu[cpu].table;

	if (t->entry[vector] == entry)
		return;
	touch(x->machine, t);
	t->entry[vector] = entry;
}

/* ---- destinations ---- */

uint32_t x86_dest_apicid(const struct x86_root *x, unsigned cpu)
{
	uint32_t id = x->cpu[cpu].apic_id;

	switch (x->mode) {
	case APIC_LOGICAL_FLAT:
		return UINT32_C(1) << (cpu % 8);
	case APIC_X2APIC_CLUSTER:
		return (id >> 4) << 16 | UINT32_C(1) << (id & 15);
	default:
		return id;
	}
}

uint32_t x86_cpu_dest(const struct machine *m, unsigned cpu)
{
	return x86_dest_apicid(x86_root(m), cpu);
}

uint32_t x86_cpu_apic_id(const struct machine *m, unsigned cpu)
{
	return x86_root(m)->cpu[cpu].apic_id;
}

enum apic_mode x86_apic_mode(const struct machine *m)
{
	return x86_root(m)->mode;
}

bool x86_dest_is_logical(const struct machine *m)
{
	enum apic_mode mode = x86_root(m)->mode;

	return mode == APIC_LOGICAL_FLAT || mode == APIC_X2APIC_CLUSTER;
}

const struct irq_cfg *irqd_cfg(const struct irq_data *d)
{
	const struct x86_vector *v = x86_vector_of(d);

	return v ? &v->cfg : NULL;
}

/* ---- making ---- */

static void destroy_root(struct machine *m, struct x86_root *x)
{
	if (x->domain)
		irq_domain_remove(x->domain);
	for (uint32_t cpu = x->nr_cpus; cpu-- > 0;) {
		object_free(m, x->cpu[cpu].cleanup);
		object_free(m, x->cpu[cpu].table);
	}
	irq_matrix_destroy(x->matrix);
	object_free(m, x);
}

static bool add_cpu(struct x86_root *x, uint32_t cpu, uint32_t apic_id)
{
	struct machine *m = x->machine;
	struct x86_cpu *c = &x->cpu[cpu];

	c->apic_id = apic_id;
	c->table = object_alloc(m, &vector_table_type, sizeof(*c->table));
	c->cleanup = object_alloc(m, &vector_cleanup_type, sizeof(*c->cleanup));
	if (!c->table || !c->cleanup)
		return false;
	c->table->cpu = cpu;
	c->cleanup->cpu = cpu;
	c->cleanup->timer.expired = cleanup_expired;
	c->cleanup->timer.object = c->cleanup;
	return true;
}

/* In the order in which they are set aside: exceptions, the system call gate, the local
 * APIC's own, and at last that of the PICs' cascade. */
static const uint8_t pc_system_vectors[][2] = {
	{0, 21},    {29, 29},
	{128, 128}, {236, 236},
	{240, 242}, {244, 244},
	{246, 255}, {X86_ISA_IRQ_VECTOR(X86_CASCADE_IRQ), X86_ISA_IRQ_VECTOR(X86_CASCADE_IRQ)},
};

static void assign_pc_system_vectors(struct x86_root *x)
{
	for (unsigned i = 0; i < sizeof(pc_system_vectors) / sizeof(*pc_system_vectors); i++)
		for (unsigned v = pc_system_vectors[i][0]; v <= pc_system_vectors[i][1]; v++)
			irq_matrix_assign_system(x->matrix, 0, v, false);
}

static void assign_system_vectors(struct x86_root *x, const uint64_t *bits)
{
	if (!bits)
		assign_pc_system_vectors(x);
	for (unsigned v = 0; bits && v < NR_VECTORS; v++)
		if (bits[v / 64] >> (v % 64) & 1)
			irq_matrix_assign_system(x->matrix, 0, v, false);
}

static struct irq_domain *make_domain(struct x86_root *x, const char *name)
{
	const struct irq_domain_config config = {
		.name = name ? name : "VECTOR",
		.ops = &x86_vector_domain_ops,
		.flags = IRQ_DOMAIN_FLAG_MSI_PARENT,
		.host_data = x,
	};
	struct irq_domain *domain = irq_domain_create(x->machine, &config);

	if (!domain)
		return NULL;
	touch(x->machine, domain);
	domain->msi_parent_ops = &x86_msi_parent_ops;
	return domain;
}

static struct x86_root *make_root(struct machine *m, const struct x86_vector_config *config)
{
	uint32_t nr_cpus = config->nr_cpus;
	struct x86_root *x;

	x = object_alloc(m, &x86_root_type, sizeof(*x) + nr_cpus * sizeof(x->cpu[0]));
	if (!x)
		return NULL;
	x->machine = m;
	x->mode = config->mode;
	x->nr_cpus = nr_cpus;
	x->lock.name = "vector";
	x->managed.machine = m;
	x->managed.key = digest_key("managed bits");
	for (uint32_t cpu = 0; cpu < nr_cpus; cpu++)
		if (!add_cpu(x, cpu, config->apic_ids ? config->apic_ids[cpu] : cpu))
			goto fail;
	x->domain = make_domain(x, config->name);
	if (!x->domain)
		goto fail;
	x->matrix = irq_matrix_create(m, x->domain->id, nr_cpus, config->window_first,
				      config->window_last);
	if (!x->matrix)
		goto fail;
	return x;
fail:
	destroy_root(m, x);
	return NULL;
}

struct irq_domain *x86_vector_create(struct machine *m, const struct x86_vector_config *given)
{
	struct x86_vector_config config = *given;
	struct x86_root *x;

	if (!config.window_first && !config.window_last) {
		config.window_first = X86_FIRST_EXTERNAL_VECTOR;
		config.window_last = X86_FIRST_SYSTEM_VECTOR - 1;
	}
	if (x86_root(m) || !config.nr_cpus || config.nr_cpus > CPUMASK_MAX_CPUS)
		return NULL;
	x = make_root(m, &config);
	if (!x)
		return NULL;
	if (irq_register_root(m, &x86_root_ops)) {
		destroy_root(m, x);
		return NULL;
	}
	machine_set_part(m, PART_X86, x);
	assign_system_vectors(x, config.system_bits);
	for (uint32_t cpu = 0; cpu < x->nr_cpus; cpu++)
		if (config.online ? config.online[cpu / 64] >> (cpu % 64) & 1
				  : cpumask_test(cpu_online_mask(m), cpu))
			irq_matrix_online(x->matrix, cpu);
	bus_set_entry(m, x86_common_interrupt);
	return x->domain;
}

/* ---- a PC before its I/O APIC is used ---- */

int x86_vector_own_legacy(struct machine *m, uint16_t irqs)
{
	struct x86_root *x = x86_root(m);
	const unsigned cpu = this_cpu(m);

	for (unsigned irq = 0; irq < X86_LEGACY_IRQS; irq++)
		if (irqs >> irq & 1 && !irq_to_desc(m, irq))
			return -EINVAL;
	touch(m, x);
	x->legacy_irqs |= irqs;
	for (unsigned irq = 0; irq < X86_LEGACY_IRQS; irq++) {
		if (!(irqs >> irq & 1))
			continue;
		/* The cascade's is a system vector. */
		if (irq != X86_CASCADE_IRQ)
			irq_matrix_assign(x->matrix, cpu, X86_ISA_IRQ_VECTOR(irq));
		set_table_entry(x, cpu, X86_ISA_IRQ_VECTOR(irq), irq_to_desc(m, irq));
	}
	return 0;
}

/* ---- a given state ---- */

static int load_entry(struct x86_root *x, const struct vector_record *record)
{
	struct irq_desc *entry;

	if (record->cpu >= x->nr_cpus || record->vector >= NR_VECTORS)
		return -EINVAL;
	if (record->irq == VECTOR_SHUTDOWN) {
		entry = ENTRY_SHUTDOWN;
	} else if (record->irq == VECTOR_RETRIGGERED) {
		entry = ENTRY_RETRIGGERED;
	} else {
		entry = record->irq < 0 ? NULL : irq_to_desc(x->machine, (unsigned)record->irq);
		if (!entry)
			return -EINVAL;
		/* Not ours, yet in the table: it comes through an old PIC. */
		if (record->irq < X86_LEGACY_IRQS && !x86_vector_of(&entry->irq_data) &&
		    record->vector == X86_ISA_IRQ_VECTOR(record->irq)) {
			touch(x->machine, x);
			x->legacy_irqs |= UINT32_C(1) << record->irq;
		}
	}
	set_table_entry(x, record->cpu, record->vector, entry);
	return 0;
}

int x86_vector_load(struct machine *m, const struct start_state *start)
{
	struct x86_root *x = x86_root(m);
	int ret;

	if (!x)
		return -EINVAL;
	if (start->has_matrix) {
		ret = irq_matrix_load(x->matrix, start);
		if (ret)
			return ret;
	}
	for (uint32_t i = 0; i < start->nr_vectors; i++) {
		ret = load_entry(x, &start->vectors[i]);
		if (ret)
			return ret;
	}
	return 0;
}

int x86_vector_load_irq(struct irq_data *d, const struct irq_record *record)
{
	struct machine *m = irq_data_machine(d);
	struct x86_root *x = x86_root(m);
	struct x86_vector *v;
	int ret;

	if (!x || record->vec.cpu >= x->nr_cpus || record->vec.prev_cpu >= x->nr_cpus ||
	    record->vec.vector >= NR_VECTORS || record->vec.prev_vector >= NR_VECTORS)
		return -EINVAL;
	v = object_alloc(m, &x86_vector_type, sizeof(*v));
	if (!v)
		return -ENOMEM;
	*v = (struct x86_vector){
		.irq = d->irq,
		.vector = (uint8_t)record->vec.vector,
		.cpu = (uint16_t)record->vec.cpu,
		.prev_vector = (uint8_t)record->vec.prev_vector,
		.prev_cpu = (uint16_t)record->vec.prev_cpu,
		.move_in_progress = record->vec.move_in_progress,
		.is_managed = record->vec.managed,
		.can_reserve = record->vec.can_reserve,
		.has_reserved = record->vec.has_reserved,
		.cfg = {.vector = record->vec.cfg_vector, .dest_apicid = record->vec.cfg_dest},
	};
	ret = irq_domain_set_hwirq_and_chip(d->domain, d->irq, d->hwirq, &x86_apic_chip, v);
	if (ret) {
		object_free(m, v);
		return ret;
	}
	if (v->prev_vector && !v->move_in_progress)
		cleanup_enqueue(x, v);
	return 0;
}

/* ---- looking ---- */

bool x86_vector_info(const struct machine *m, unsigned irq, struct x86_vector_info *out)
{
	const struct irq_data *d = irq_get_irq_data(m, irq);
	const struct x86_vector *v = d ? x86_vector_of(d) : NULL;

	if (!v)
		return false;
	*out = (struct x86_vector_info){
		.vector = v->vector,
		.cpu = v->cpu,
		.prev_vector = v->prev_vector,
		.prev_cpu = v->prev_cpu,
		.cfg_vector = v->cfg.vector,
		.cfg_dest = v->cfg.dest_apicid,
		.move_in_progress = v->move_in_progress,
		.is_managed = v->is_managed,
		.can_reserve = v->can_reserve,
		.has_reserved = v->has_reserved,
		.cleanup_pending = v->cleanup_pending,
	};
	return true;
}

const struct irq_matrix *x86_matrix(const struct machine *m)
{
	return x86_root(m) ? x86_root(m)->matrix : NULL;
}

struct irq_domain *x86_vector_domain(const struct machine *m)
{
	return x86_root(m) ? x86_root(m)->domain : NULL;
}

int64_t x86_vector_entry(const struct machine *m, unsigned cpu, unsigned vector)
{
	const struct x86_root *x = x86_root(m);
	const struct irq_desc *entry;

	if (!x || cpu >= x->nr_cpus || vector >= NR_VECTORS)
		return VECTOR_UNUSED;
	entry = table_entry(x, cpu, vector);
	if (entry_is_desc(entry))
		return entry->irq_data.irq;
	if (entry == ENTRY_UNUSED)
		return VECTOR_UNUSED;
	return entry == ENTRY_SHUTDOWN ? VECTOR_SHUTDOWN : VECTOR_RETRIGGERED;
}
