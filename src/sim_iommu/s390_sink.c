/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/s390_sink.h"
#include "sim_iommu/sink.h"

#define REGISTERS_SIZE (32 * UINT64_C(0x10000) + 8)

struct adapter { /* what software registered for a function */
	uint16_t requester;
	uint64_t vector, summary, control;
};

struct s390_sink {
	struct sink_regions regions;
	uint64_t stride;
	uint32_t nr;
	struct adapter adapter[];
};

static void s390_sink_digest(const void *object, struct digest *d)
{
	const struct s390_sink *sink = object;

	digest_u64(d, sink->stride);
	for (uint32_t i = 0; i < sink->nr; i++) {
		digest_u64(d, sink->adapter[i].requester);
		digest_u64(d, sink->adapter[i].vector);
		digest_u64(d, sink->adapter[i].summary);
		digest_u64(d, sink->adapter[i].control);
	}
}

static const struct object_type s390_sink_type = {"s390-sink", s390_sink_digest};

static struct adapter *adapter_of(struct s390_sink *sink, uint64_t requester)
{
	for (uint32_t i = 0; i < sink->nr; i++)
		if (sink->adapter[i].requester == requester)
			return &sink->adapter[i];
	return NULL;
}

/* ---- messages ---- */

static void set_bit(struct machine *m, uint64_t vector, unsigned bit)
{
	uint64_t address = vector + bit / 64 * 8, word = 0;

	bus_memory_read(m, address, &word, sizeof(word));
	word |= s390_bit(bit);
	bus_memory_write(m, address, &word, sizeof(word));
}

static void message(struct machine *m, void *owner, const struct bus_message *msg)
{
	struct s390_sink *sink = owner;
	const struct adapter *a = adapter_of(sink, msg->requester);
	uint32_t cpu = (uint32_t)(msg->address >> 8) & 0xffff;

	if (!a || !(a->control & S390_CONTROL_ENABLE) || msg->data >= (a->control & 0xffff)) {
		sink_drop(m, &sink->regions, msg, DROP_NO_TARGET);
		return;
	}
	step(m, STEP_REQUEST, sink);
	if (a->control & S390_CONTROL_DIRECTED) {
		set_bit(m, a->vector + cpu * sink->stride,
			(unsigned)(a->control >> 16 & 0xffff) + msg->data);
		sink_raise(m, cpu, 1);
		return;
	}
	set_bit(m, a->vector, (unsigned)(a->control >> 16 & 0xffff) + msg->data);
	set_bit(m, a->summary, (unsigned)(a->control >> 32 & 0xffff));
	sink_raise(m, UINT32_MAX, 0);
}

/* ---- registers ---- */

static uint64_t *register_at(struct s390_sink *sink, uint64_t offset)
{
	struct adapter *a = adapter_of(sink, offset / 32);

	if (S390_REGISTERS + offset == S390_STRIDE)
		return &sink->stride;
	switch (a ? offset % 32 : 24) {
	case S390_VECTOR:
		return &a->vector;
	case S390_SUMMARY:
		return &a->summary;
	case S390_CONTROL:
		return &a->control;
	default:
		return NULL;
	}
}

static uint64_t read_register(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	const uint64_t *reg = register_at(owner, offset);

	(void)m;
	(void)size;
	return reg ? *reg : 0;
}

static void write_register(struct machine *m, void *owner, uint64_t offset, unsigned size,
			   uint64_t value)
{
	struct s390_sink *sink = owner;
	uint64_t *reg = register_at(sink, offset);
	struct adapter *a = adapter_of(sink, offset / 32);

	(void)size;
	if (!reg)
		return;
	if (a && a->control & S390_CONTROL_ENABLE && (reg != &a->control || value))
		return; /* registered already */
	touch(m, sink);
	*reg = value;
	if (a && reg == &a->control && !value)
		a->vector = a->summary = 0;
}

static void describe(const struct machine *m, const void *owner, uint64_t offset, unsigned size,
		     struct bus_place *out)
{
	static const char *const fields[] = {"vector", "summary", "control", ""};

	(void)m;
	(void)owner;
	(void)size;
	sink_place(out, "adapter", "function", (int64_t)(offset / 32), offset);
	out->field = fields[offset % 32 / 8];
}

/* ---- making ---- */

static const struct bus_region_ops register_ops = {
	.read = read_register,
	.write = write_register,
	.describe = describe,
};
static const struct bus_region_ops message_ops = {.message = message};

int s390_sink_create(struct machine *m, const uint16_t *requesters, uint32_t nr)
{
	const struct sink_window windows[] = {
		{S390_REGISTERS, REGISTERS_SIZE, &register_ops},
		{S390_MSI_ADDRESS, S390_MSI_SIZE, &message_ops},
	};
	struct s390_sink *sink =
		object_alloc(m, &s390_sink_type, sizeof(*sink) + nr * sizeof(sink->adapter[0]));
	int err;

	if (!sink)
		return -ENOMEM;
	sink->nr = nr;
	for (uint32_t i = 0; i < nr; i++)
		sink->adapter[i].requester = requesters[i];
	err = sink_attach(m, &sink->regions, windows, 2, sink);
	if (err)
		object_free(m, sink);
	return err;
}
