/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "passthrough/vcpu.h"

#include "domains/amd_ir.h"
#include "domains/intel_ir.h"
#include "domains/x86.h"

#include <irqlab/driver.h>
#include <irqlab/provider/access.h>
#include <stdio.h>
#include <string.h>

/* vCPUs come and go on CPUs; what is made for a vCPU finds it, wherever it is. */

#define MAX_VCPUS  255u
#define PAGE_BYTES 4096u

static void guests_digest(const void *object, struct digest *d)
{
	const struct guests *g = object;

	digest_u64(d, (uint64_t)g->nr_vcpus << 1 | (g->ops == &vcpu_amd));
}
static const struct object_type guests_type = {"guests", guests_digest};

static void vcpu_digest(const void *object, struct digest *d)
{
	const struct vcpu *v = object;

	digest_u64(d, v->id);
	digest_string(d, v->name);
	digest_u64(d, (uint64_t)(v->cpu + 1) << 32 | (v->waits ? v->last_cpu : 0));
	digest_counter(d, v->last_cpu);
	digest_u64(d, (uint64_t)v->waits << 1 | v->woken);
	digest_u64(d, v->apic_page);
	digest_u64(d, v->descriptor);
	for (const struct posted *p = v->posted; p; p = p->next)
		digest_u64(d, (uint64_t)p->irq << 8 | p->vector);
}
static const struct object_type vcpu_type = {"vcpu", vcpu_digest};

/* Its values are those of the vCPU. */
static const struct object_type posted_type = {.name = "posted"};

struct guests *guests_of(const struct machine *m)
{
	return machine_part(m, PART_GUESTS);
}

int guests_refuse(struct machine *m)
{
	if (layer_refuses(m, NOT_FOR_CHIPS))
		return -EPERM;
	if (machine_poisoned(m))
		return -EIO;
	return WARN_IF(m, in_hardirq(m), SLEEP_IN_ATOMIC, 0) ? -EINVAL : 0;
}

/* ---- finding them ---- */

struct vcpu *vcpu_by_name(const struct machine *m, const char *name)
{
	const struct guests *g = guests_of(m);
	struct vcpu *v = g && name ? g->vcpus : NULL;

	while (v && strcmp(v->name, name) != 0)
		v = v->next;
	return v;
}

const char *vcpu_name(const struct vcpu *v)
{
	return v ? v->name : NULL;
}

const struct vcpu *vcpu_by_apic_page(const struct machine *m, uint64_t page)
{
	const struct guests *g = guests_of(m);
	const struct vcpu *v = g ? g->vcpus : NULL;

	while (v && v->apic_page != page)
		v = v->next;
	return v;
}

/* ---- the APIC page ---- */

bool vcpu_has_request(const struct vcpu *v)
{
	for (unsigned first = 0; first < 256; first += 32)
		if (bus_read(v->machine, v->apic_page + APIC_PAGE_IRR + first / 2, 4))
			return true;
	return false;
}

void vcpu_request(struct vcpu *v, unsigned first, uint32_t bits)
{
	uint64_t where = v->apic_page + APIC_PAGE_IRR + first / 2;
	uint64_t old = bus_read(v->machine, where, 8);

	while (!bus_try_cmpxchg(v->machine, where, &old, old | bits))
		;
}

void vcpu_wake(struct vcpu *v)
{
	if (v->cpu >= 0 || v->woken)
		return;
	touch(v->machine, v);
	v->woken = true;
}

void vcpu_look(const struct vcpu *v, struct vcpu_info *out)
{
	struct machine *m;
	uint64_t control;

	if (!v) {
		*out = (struct vcpu_info){.cpu = -1};
		return;
	}
	m = v->machine;
	*out = (struct vcpu_info){
		.cpu = v->cpu,
		.waits = v->waits,
		.woken = v->woken,
		.apic_page = v->apic_page,
		.descriptor = v->descriptor,
	};
	for (unsigned i = 0; i < 8; i++) {
		uint64_t bits = bus_read(m, v->apic_page + APIC_PAGE_IRR + i * 16, 4);

		out->requested[i / 2] |= bits << (i % 2 * 32);
	}
	if (!v->descriptor)
		return;
	for (unsigned i = 0; i < 4; i++)
		out->posted[i] = bus_read(m, v->descriptor + i * 8, 8);
	control = bus_read(m, v->descriptor + POSTED_CONTROL, 8);
	out->outstanding = control & POSTED_ON;
	out->suppressed = control & POSTED_SN;
	out->notification = (uint8_t)(control >> POSTED_NV_SHIFT);
	out->destination = (uint32_t)(control >> POSTED_NDST_SHIFT);
}

/* ---- scheduling ---- */

static void guest_write(const struct vcpu *v, unsigned reg, uint64_t value)
{
	bus_write(v->machine, guests_of(v->machine)->registers + reg, 8, value);
}

static bool runs_another(const struct machine *m, unsigned cpu)
{
	for (const struct vcpu *v = guests_of(m)->vcpus; v; v = v->next)
		if (v->cpu == (int)cpu)
			return true;
	return false;
}

int vcpu_load(struct vcpu *v, unsigned cpu)
{
	struct machine *m = v ? v->machine : NULL;
	int ret = v ? guests_refuse(m) : -EINVAL;
	unsigned before;

	if (ret)
		return ret;
	layer_runs(m, LAYER_CORE);
	if (!cpumask_test(cpu_online_mask(m), cpu))
		return -EINVAL;
	if (v->cpu >= 0 || runs_another(m, cpu))
		return -EBUSY;
	before = run_on_cpu(m, cpu);
	touch(m, v);
	v->cpu = (int)cpu;
	v->last_cpu = cpu;
	v->waits = v->woken = false;
	guests_of(m)->ops->load(v);
	guest_write(v, REG_GUEST_APIC_PAGE, v->apic_page);
	guest_write(v, REG_GUEST_DESCRIPTOR, v->descriptor);
	guest_write(v, REG_GUEST_NOTIFICATION, v->descriptor ? POSTED_INTR_VECTOR : 0);
	guest_write(v, REG_GUEST_RUN, 1);
	run_on_cpu(m, before);
	return 0;
}

static void leave(struct vcpu *v, bool waits)
{
	struct machine *m = v->machine;
	unsigned before = run_on_cpu(m, (unsigned)v->cpu);

	guest_write(v, REG_GUEST_RUN, 0);
	touch(m, v);
	v->cpu = -1;
	v->waits = waits;
	guests_of(m)->ops->put(v);
	/* Looked at last: from now on whatever comes wakes it. */
	if (waits && vcpu_has_request(v))
		vcpu_wake(v);
	run_on_cpu(m, before);
}

int vcpu_put(struct vcpu *v, bool waits)
{
	int ret = v ? guests_refuse(v->machine) : -EINVAL;

	if (ret)
		return ret;
	layer_runs(v->machine, LAYER_CORE);
	if (v->cpu < 0)
		return -EINVAL;
	leave(v, waits);
	return 0;
}

/* Its threads go elsewhere; who would be woken on this CPU wakes now. */
static void cpu_dead(struct machine *m, unsigned cpu)
{
	for (struct vcpu *v = guests_of(m)->vcpus; v; v = v->next) {
		if (v->cpu == (int)cpu)
			leave(v, false);
		else if (v->waits && v->last_cpu == cpu)
			vcpu_wake(v);
	}
}

/* ---- interrupts of devices ---- */

/* What the remapping unit says; nothing of an interrupt that was freed. */
static bool is_posted(const struct machine *m, unsigned irq)
{
	struct intel_ir_info intel;
	struct amd_ir_info amd;

	return (intel_ir_info(m, irq, &intel) && intel.posted) ||
	       (amd_ir_info(m, irq, &amd) && amd.guest_mode);
}

/* The link to it, in whosever list it is; NULL: it is in none. */
static struct posted **find_posted(const struct machine *m, unsigned irq, struct vcpu **owner)
{
	for (struct vcpu *v = guests_of(m) ? guests_of(m)->vcpus : NULL; v; v = v->next) {
		for (struct posted **at = &v->posted; *at; at = &(*at)->next) {
			if ((*at)->irq != irq)
				continue;
			*owner = v;
			return at;
		}
	}
	return NULL;
}

const struct vcpu *vcpu_of_irq(const struct machine *m, unsigned irq, unsigned *vector)
{
	struct vcpu *owner;
	struct posted **at = find_posted(m, irq, &owner);

	if (!at)
		return NULL;
	*vector = (*at)->vector;
	return owner;
}

/* In the order of irqs, so that it does not matter who came first. */
static void insert_posted(struct vcpu *v, struct posted *p)
{
	struct posted **at = &v->posted;

	touch(v->machine, v);
	while (*at && (*at)->irq < p->irq)
		at = &(*at)->next;
	if (at != &v->posted)
		touch(v->machine, (char *)at - offsetof(struct posted, next));
	p->next = *at;
	*at = p;
}

static void forget_posted(struct machine *m, unsigned irq)
{
	struct vcpu *owner;
	struct posted **at = find_posted(m, irq, &owner), *p;

	if (!at)
		return;
	p = *at;
	touch(m, owner);
	if (at != &owner->posted)
		touch(m, (char *)at - offsetof(struct posted, next));
	*at = p->next;
	object_free(m, p);
}

/* Activation gives an interrupt to the host, and one that is gone is nobody's. */
static void irq_changed(struct machine *m, unsigned irq)
{
	if (!is_posted(m, irq))
		forget_posted(m, irq);
}

static const struct irq_root_ops root_ops = {.cpu_dead = cpu_dead, .irq_changed = irq_changed};

int vcpu_post(struct vcpu *v, unsigned irq, unsigned vector)
{
	struct posted *p;
	struct machine *m;
	int ret;

	if (!v || vector < GUEST_VECTOR_FIRST || vector > GUEST_VECTOR_LAST)
		return -EINVAL;
	m = v->machine;
	layer_runs(m, LAYER_CORE);
	p = object_alloc(m, &posted_type, sizeof(*p));
	if (!p)
		return -ENOMEM;
	ret = guests_of(m)->ops->post(v, irq, vector);
	if (ret) {
		object_free(m, p);
		return ret;
	}
	forget_posted(m, irq);
	*p = (struct posted){.irq = irq, .vector = vector};
	insert_posted(v, p);
	return 0;
}

int vcpu_unpost(struct machine *m, unsigned irq)
{
	struct vcpu *owner;

	layer_runs(m, LAYER_CORE);
	return find_posted(m, irq, &owner) ? irq_set_vcpu_affinity(m, irq, NULL) : -EINVAL;
}

int vcpu_inject(struct vcpu *v, unsigned vector)
{
	if (!v || vector < GUEST_VECTOR_FIRST || vector > GUEST_VECTOR_LAST)
		return -EINVAL;
	layer_runs(v->machine, LAYER_CORE);
	guests_of(v->machine)->ops->inject(v, vector);
	return 0;
}

/* ---- making them ---- */

static void wake_by_tag(struct machine *m, uint32_t tag)
{
	for (struct vcpu *v = guests_of(m)->vcpus; v; v = v->next)
		if (tag == v->id || tag == AMD_IR_ANY_VCPU)
			vcpu_wake(v);
}

static void wakeup_interrupt(struct machine *m)
{
	struct vcpu_info info;

	for (struct vcpu *v = guests_of(m)->vcpus; v; v = v->next) {
		if (!v->waits || v->last_cpu != this_cpu(m))
			continue;
		vcpu_look(v, &info);
		if (info.outstanding)
			vcpu_wake(v);
	}
}

/* It came while the CPU was in no guest: what it is about is seen at the next entry. */
static void notification_interrupt(struct machine *m)
{
	(void)m;
}

static int start_intel(struct machine *m)
{
	int ret = x86_set_system_vector(m, POSTED_INTR_VECTOR, notification_interrupt);

	return ret ? ret : x86_set_system_vector(m, POSTED_INTR_WAKEUP_VECTOR, wakeup_interrupt);
}

static int start_amd(const struct vcpus_config *config)
{
	for (uint32_t i = 0; i < config->nr_amd_units; i++) {
		int ret = amd_ir_start_guest_log(config->amd_units[i], wake_by_tag);

		if (ret && ret != -EOPNOTSUPP)
			return ret;
	}
	return 0;
}

static int add_vcpu(struct guests *g, const char *name)
{
	struct memory_label label = {.store = "apic", .stride = 16};
	struct machine *m = g->machine;
	struct vcpu *v;

	if (!name || !*name || strlen(name) >= sizeof(v->name))
		return -EINVAL;
	if (vcpu_by_name(m, name))
		return -EEXIST;
	v = object_alloc(m, &vcpu_type, sizeof(*v));
	if (!v)
		return -ENOMEM;
	snprintf(label.object, sizeof(label.object), "%s", name);
	v->apic_page = bus_memory_alloc(m, PAGE_BYTES, PAGE_BYTES, &label);
	if (!v->apic_page)
		return -ENOMEM;
	snprintf(v->name, sizeof(v->name), "%s", name);
	v->machine = m;
	v->cpu = -1;
	touch(m, g);
	v->id = ++g->nr_vcpus;
	v->next = g->vcpus;
	g->vcpus = v;
	return g->ops->create ? g->ops->create(v) : 0;
}

int vcpus_create(struct machine *m, const struct vcpus_config *config)
{
	struct guests *g;
	int ret;

	if (config->nr > MAX_VCPUS)
		return -EINVAL;
	g = object_alloc(m, &guests_type, sizeof(*g));
	if (!g)
		return -ENOMEM;
	g->machine = m;
	g->ops = config->nr_amd_units ? &vcpu_amd : &vcpu_intel;
	g->registers = config->registers;
	machine_set_part(m, PART_GUESTS, g);
	for (uint32_t i = 0; i < config->nr; i++) {
		ret = add_vcpu(g, config->names[i]);
		if (ret)
			return ret;
	}
	ret = irq_register_root(m, &root_ops);
	if (ret)
		return ret;
	return config->nr_amd_units ? start_amd(config) : start_intel(m);
}
