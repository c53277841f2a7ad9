/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/imsic_internal.h>

/*
 * Identities of interrupt files: taken, enabled, moved, given back. What concerns
 * a file is written by its own CPU.
 */

/* Registers of the executing CPU's file (AIA 2.1, 3.8 to 3.10). */
enum { REG_SELECT = 0x00, REG_VALUE = 0x08, REG_SET = 0x10, REG_CLEAR = 0x18, REG_CLAIM = 0x28 };
enum { SELECT_DELIVERY = 0x70, SELECT_THRESHOLD = 0x72, SELECT_EIP = 0x80, SELECT_EIE = 0xc0 };

static uint64_t vector_key(const struct imsic_vector *v)
{
	return v ? UINT64_C(1) << 63 | (uint64_t)v->cpu << 32 | v->id : 0;
}

static void vector_digest(const void *object, struct digest *d)
{
	const struct imsic_vector *v = object;

	digest_u64(d, vector_key(v));
	digest_u64(d, (uint64_t)v->irq << 2 | v->enabled << 1 | v->leaving);
	digest_u64(d, vector_key(v->move_next));
	digest_u64(d, vector_key(v->move_prev));
}
const struct object_type imsic_vector_type = {"imsic-vector", vector_digest};

/* ---- the file of the executing CPU ---- */

static void write_register(struct imsic_root *r, unsigned reg, uint64_t value)
{
	bus_write(r->machine, r->config.registers + reg, 8, value);
}

/* Of 64-bit harts only the even registers of an array exist. */
static void select_word(struct imsic_root *r, unsigned array, unsigned id)
{
	write_register(r, REG_SELECT, array + id / 64 * 2);
}

static void write_enable(struct imsic_root *r, unsigned id, bool enabled)
{
	select_word(r, SELECT_EIE, id);
	write_register(r, enabled ? REG_SET : REG_CLEAR, UINT64_C(1) << (id % 64));
}

static bool take_pending(struct imsic_root *r, unsigned id)
{
	const uint64_t bit = UINT64_C(1) << (id % 64);

	select_word(r, SELECT_EIP, id);
	if (!(bus_read(r->machine, r->config.registers + REG_VALUE, 8) & bit))
		return false;
	write_register(r, REG_CLEAR, bit);
	return true;
}

static void send(struct imsic_root *r, unsigned cpu, unsigned id)
{
	bus_write(r->machine, imsic_cpu_address(r->machine, cpu), 4, id);
}

/* ---- identities ---- */

int imsic_vector_alloc(struct imsic_root *r, unsigned irq, const struct cpumask *mask,
		       struct imsic_vector **out)
{
	struct imsic_vector *v = object_alloc(r->machine, &imsic_vector_type, sizeof(*v));
	unsigned cpu = 0;
	int id;

	if (!v)
		return -ENOMEM;
	id = irq_matrix_alloc(r->matrix, mask, false, &cpu);
	if (id < 0) {
		object_free(r->machine, v);
		return id;
	}
	v->cpu = cpu;
	v->id = (uint32_t)id;
	v->irq = irq;
	touch(r->machine, r->cpu[cpu]);
	r->cpu[cpu]->vector[id] = v;
	*out = v;
	return 0;
}

static void give_back(struct imsic_root *r, struct imsic_vector *v)
{
	touch(r->machine, r->cpu[v->cpu]);
	r->cpu[v->cpu]->vector[v->id] = NULL;
	irq_matrix_free(r->matrix, v->cpu, v->id, false);
	object_free(r->machine, v);
}

static void set_dirty(struct imsic_root *r, const struct imsic_vector *v)
{
	touch(r->machine, r->cpu[v->cpu]);
	r->cpu[v->cpu]->dirty[v->id / 64] |= UINT64_C(1) << (v->id % 64);
}

/* At once by this CPU, soon by another one, and by one that is off when it comes back. */
static void sync_cpu(struct imsic_root *r, unsigned cpu)
{
	struct imsic_cpu *c = r->cpu[cpu];

	if (cpu == this_cpu(r->machine))
		imsic_local_sync(r);
	else if (cpumask_test(cpu_online_mask(r->machine), cpu) && !c->timer.armed)
		timer_arm(r->machine, &c->timer, cpu, 1);
}

void imsic_vector_enable(struct imsic_root *r, struct imsic_vector *v, bool enabled)
{
	touch(r->machine, v);
	v->enabled = enabled;
	set_dirty(r, v);
	sync_cpu(r, v->cpu);
}

/* ---- moves ---- */

void imsic_vector_move(struct imsic_root *r, struct imsic_vector *from, struct imsic_vector *to)
{
	const bool enabled = from->enabled;

	touch(r->machine, to);
	to->move_prev = from;
	touch(r->machine, from);
	from->leaving = true;
	from->move_next = to;
	imsic_vector_enable(r, from, false); /* may give it back */
	imsic_vector_enable(r, to, enabled);
}

static void forget_prev(struct imsic_root *r, struct imsic_vector *v)
{
	struct imsic_vector *prev = v->move_prev;

	touch(r->machine, prev);
	prev->move_next = NULL;
	prev->irq = 0;
	touch(r->machine, v);
	v->move_prev = NULL;
}

void imsic_vector_free(struct imsic_root *r, struct imsic_vector *v)
{
	if (v->move_prev)
		forget_prev(r, v);
	if (v->enabled)
		imsic_vector_enable(r, v, false);
	give_back(r, v); /* if its CPU has yet to disable it, that is noted by number */
}

/* What came before the device knew better goes after its interrupt. */
static void finish_leaving(struct imsic_root *r, struct imsic_vector *v)
{
	struct imsic_vector *next = v->move_next;

	if (take_pending(r, v->id) && next)
		send(r, next->cpu, next->id);
	if (next) {
		touch(r->machine, next);
		next->move_prev = NULL;
	}
	give_back(r, v);
}

void imsic_local_sync(struct imsic_root *r)
{
	struct imsic_cpu *c = r->cpu[this_cpu(r->machine)];

	touch(r->machine, c);
	for (unsigned word = 0; word < IMSIC_WORDS; word++) {
		while (c->dirty[word]) {
			unsigned id = word * 64 + (unsigned)__builtin_ctzll(c->dirty[word]);
			struct imsic_vector *v = c->vector[id];

			c->dirty[word] &= c->dirty[word] - 1;
			write_enable(r, id, v && v->enabled);
			if (v && v->leaving)
				finish_leaving(r, v);
		}
	}
}

void imsic_sync_expired(struct machine *m, struct timer *timer)
{
	struct imsic_root *r = imsic_root(m);

	(void)timer;
	lock_acquire(m, &r->lock);
	imsic_local_sync(r);
	lock_release(m, &r->lock);
}

void imsic_vector_complete_move(struct imsic_root *r, struct imsic_vector *v)
{
	struct machine *m = r->machine;
	const unsigned cpu = v->move_prev ? v->move_prev->cpu : 0;
	unsigned before;

	if (!v->move_prev)
		return;
	if (cpu != this_cpu(m) && !cpumask_test(cpu_online_mask(m), cpu)) {
		forget_prev(r, v); /* nobody can look into that file now */
		return;
	}
	before = run_on_cpu(m, cpu);
	imsic_local_sync(r);
	run_on_cpu(m, before);
}

/* ---- CPUs ---- */

void imsic_local_start(struct imsic_root *r)
{
	struct imsic_cpu *c = r->cpu[this_cpu(r->machine)];

	touch(r->machine, c);
	for (unsigned id = IMSIC_IPI_ID + 1; id <= r->config.ids; id++)
		if (c->vector[id])
			c->dirty[id / 64] |= UINT64_C(1) << (id % 64);
	imsic_local_sync(r);
	write_enable(r, IMSIC_IPI_ID, true);
	write_register(r, REG_SELECT, SELECT_THRESHOLD);
	write_register(r, REG_VALUE, 0);
	write_register(r, REG_SELECT, SELECT_DELIVERY);
	write_register(r, REG_VALUE, 1);
}

void imsic_local_stop(struct imsic_root *r)
{
	struct imsic_cpu *c = r->cpu[this_cpu(r->machine)];

	imsic_local_sync(r);
	timer_cancel(r->machine, &c->timer);
	write_register(r, REG_SELECT, SELECT_DELIVERY);
	write_register(r, REG_VALUE, 0);
}

/* One at a time: if there are more, the CPU comes again at once. */
void imsic_handle_irq(struct machine *m, unsigned cpu, unsigned cause)
{
	struct imsic_root *r = imsic_root(m);
	unsigned id = (unsigned)bus_read(m, r->config.registers + REG_CLAIM, 8) >> 16;
	const struct imsic_vector *v;

	(void)cause;
	if (!id || id == IMSIC_IPI_ID)
		return;
	v = r->cpu[cpu]->vector[id];
	if (!v || !v->irq || generic_handle_domain_irq(r->domain, v->irq) == -EINVAL)
		machine_warn(m, WARN_SPURIOUS_VECTOR, 0);
}
