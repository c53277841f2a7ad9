/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <stdio.h>
#include <string.h>

#include "sim_cpu/gic_internal.h"

#define SPIS_V3 224u
#define SPIS_V2 256u

static void gic_digest(const void *object, struct digest *d)
{
	const struct gic *gic = object;

	digest_string(d, gic->name);
	digest_u64(d, (uint64_t)gic->version << 8 | gic->id_bits);
	digest_u64(d, (uint64_t)gic->nr_cpus << 32 | gic->nr_spi_words);
	digest_u64(d, gic->ctlr);
}

static void word_digest(const struct gic_word *w, struct digest *d)
{
	digest_u64(d, (uint64_t)w->group << 32 | w->enabled);
	digest_u64(d, (uint64_t)w->active << 32 | w->edge);
	digest_u64(d, (uint64_t)w->latched << 32 | w->line);
	digest_bytes(d, w->priority, sizeof(w->priority));
}

static void spis_digest(const void *object, struct digest *d)
{
	const struct gic_spis *spis = object;

	digest_u64(d, spis->first);
	word_digest(&spis->word, d);
	digest_bytes(d, spis->targets, sizeof(spis->targets));
	digest_bytes(d, spis->route, sizeof(spis->route));
}

static void cpu_digest(const void *object, struct digest *d)
{
	const struct gic_cpu *c = object;

	digest_u64(d, c->cpu);
	digest_u64(d, c->affinity);
	word_digest(&c->own, d);
	digest_bytes(d, c->sgi_from, sizeof(c->sgi_from));
	digest_u64(d, (uint64_t)c->online << 2 | (uint64_t)c->enabled << 1 | c->eoi_mode);
	digest_u64(d, (uint64_t)c->mask << 8 | c->binary_point);
	digest_bytes(d, c->running, sizeof(c->running));
}

static const struct object_type gic_type = {.name = "gic", .digest = gic_digest};
static const struct object_type spis_type = {.name = "gic-spis", .digest = spis_digest};
static const struct object_type cpu_type = {.name = "gic-cpu", .digest = cpu_digest};
static const struct object_type list_type = {.name = "gic-list"};

/* ---- the machine's interrupt sink ---- */

static bool dispatch(struct machine *m, void *sink, unsigned cpu)
{
	struct gic *gic = sink;
	unsigned from;
	uint32_t intid;

	if (cpu >= gic->nr_cpus)
		return false;
	intid = gic_acknowledge(m, gic, gic->cpu[cpu], &from);
	if (intid == GIC_SPURIOUS)
		return false;
	bus_enter_software(m, cpu, intid);
	return true;
}

static bool deliverable(const struct machine *m, const void *sink, unsigned cpu)
{
	const struct gic *gic = sink;

	(void)m;
	return cpu < gic->nr_cpus && gic_takeable(gic, gic->cpu[cpu]).intid != GIC_SPURIOUS;
}

static void set_online(struct machine *m, void *sink, unsigned cpu, bool online)
{
	struct gic *gic = sink;
	struct gic_cpu *c = cpu < gic->nr_cpus ? gic->cpu[cpu] : NULL;

	if (!c || c->online == online)
		return;
	touch(m, c);
	c->online = online;
	c->enabled = c->eoi_mode = false;
	c->mask = c->binary_point = 0;
	memset(c->running, 0, sizeof(c->running));
	gic_update(m, gic, c);
}

static const struct interrupt_sink_ops sink_ops = {
	.dispatch = dispatch,
	.deliverable = deliverable,
	.set_online = set_online,
};

/* ---- life ---- */

void gic_destroy(struct machine *m, struct gic *gic)
{
	for (uint32_t cpu = 0; cpu < gic->nr_cpus; cpu++) {
		if (gic->gicr && gic->gicr[cpu])
			gicr_destroy(m, gic->gicr[cpu]);
		if (gic->cpu)
			object_free(m, gic->cpu[cpu]);
	}
	for (uint32_t i = 0; gic->spis && i < gic->nr_spi_words; i++)
		object_free(m, gic->spis[i]);
	object_free(m, gic->gicr_number);
	object_free(m, gic->gicr);
	object_free(m, gic->spis);
	object_free(m, gic->cpu);
	object_free(m, gic);
}

static int create_cpus(struct machine *m, struct gic *gic, const struct cpu_desc *cpus)
{
	gic->cpu = object_alloc(m, &list_type, gic->nr_cpus * sizeof(*gic->cpu));
	for (uint32_t cpu = 0; gic->cpu && cpu < gic->nr_cpus; cpu++) {
		struct gic_cpu *c = object_alloc(m, &cpu_type, sizeof(*c));

		if (!c)
			return -ENOMEM;
		gic->cpu[cpu] = c;
		c->cpu = cpu;
		c->own.edge = 0xffff; /* SGIs */
		c->online = !(cpus && cpus[cpu].offline);
	}
	return gic->cpu ? 0 : -ENOMEM;
}

static int create_spis(struct machine *m, struct gic *gic)
{
	gic->spis = object_alloc(m, &list_type, gic->nr_spi_words * sizeof(*gic->spis));
	for (uint32_t i = 0; gic->spis && i < gic->nr_spi_words; i++) {
		gic->spis[i] = object_alloc(m, &spis_type, sizeof(*gic->spis[i]));
		if (!gic->spis[i])
			return -ENOMEM;
		gic->spis[i]->first = GIC_FIRST_SPI + i * 32;
	}
	return gic->spis ? 0 : -ENOMEM;
}

static int create_lists(struct machine *m, struct gic *gic)
{
	if (gic->version != 3)
		return 0;
	gic->gicr = object_alloc(m, &list_type, gic->nr_cpus * sizeof(*gic->gicr));
	gic->gicr_number = object_alloc(m, &list_type, gic->nr_cpus * sizeof(*gic->gicr_number));
	return gic->gicr && gic->gicr_number ? 0 : -ENOMEM;
}

int gic_create(struct machine *m, const struct gic_desc *desc, const struct cpu_desc *cpus,
	       uint32_t nr_cpus, struct gic **out)
{
	unsigned spis = desc->spis ? desc->spis : desc->version == 3 ? SPIS_V3 : SPIS_V2;
	struct gic *gic;
	int err;

	if (!nr_cpus || nr_cpus > (desc->version == 3 ? GIC_MAX_CPU : 8) || spis % 32 || spis > 960)
		return -EINVAL;
	if (gic_of(m) || machine_part(m, PART_CPUS))
		return -EEXIST;
	gic = object_alloc(m, &gic_type, sizeof(*gic));
	if (!gic)
		return -ENOMEM;
	snprintf(gic->name, sizeof(gic->name), "%s", desc->name ? desc->name : "gic");
	gic->version = desc->version;
	gic->nr_cpus = nr_cpus;
	gic->nr_spi_words = spis / 32;
	err = create_cpus(m, gic, cpus);
	if (!err)
		err = create_spis(m, gic);
	if (!err)
		err = create_lists(m, gic);
	if (err)
		gic_destroy(m, gic);
	*out = gic;
	return err;
}

int gic_attach(struct machine *m, struct gic *gic, struct bus_region *regions, unsigned nr)
{
	struct bus_region distributor = {
		.first = GICD_BASE,
		.last = GICD_BASE + GICD_BYTES - 1,
		.ops = &gicd_ops,
		.owner = gic,
		.tape_kind = TAPE_MMIO,
	};
	int number[4], err;
	unsigned done;

	gic->region = bus_add_region(m, &distributor);
	if (gic->region < 0)
		return gic->region;
	for (done = 0; done < nr; done++) {
		number[done] = bus_add_region(m, &regions[done]);
		err = number[done];
		if (err < 0)
			goto remove;
	}
	err = bus_set_interrupt_sink(m, &sink_ops, gic);
	if (!err) {
		machine_set_part(m, PART_GIC, gic);
		return 0;
	}
remove:
	while (done--)
		bus_remove_region(m, number[done]);
	bus_remove_region(m, gic->region);
	return err;
}
