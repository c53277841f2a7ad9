/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/octeon_sink.h"
#include "sim_iommu/sink.h"

struct octeon_sink {
	struct sink_regions regions;
	uint64_t received[OCTEON_MSI_WORDS], enabled[OCTEON_MSI_WORDS];
};

static void octeon_sink_digest(const void *object, struct digest *d)
{
	const struct octeon_sink *sink = object;

	digest_bytes(d, sink->received, sizeof(sink->received));
	digest_bytes(d, sink->enabled, sizeof(sink->enabled));
}

static const struct object_type octeon_sink_type = {"octeon-sink", octeon_sink_digest};

static void update_line(struct machine *m, const struct octeon_sink *sink, unsigned word)
{
	if (sink->received[word] & sink->enabled[word])
		sink_raise(m, 0, word);
}

static void message(struct machine *m, void *owner, const struct bus_message *msg)
{
	struct octeon_sink *sink = owner;
	unsigned word = msg->data / 64;

	if (word >= OCTEON_MSI_WORDS) {
		sink_drop(m, &sink->regions, msg, DROP_NO_TARGET);
		return;
	}
	step(m, STEP_REQUEST, sink);
	touch(m, sink);
	sink->received[word] |= UINT64_C(1) << msg->data % 64;
	update_line(m, sink, word);
}

static uint64_t *register_at(struct octeon_sink *sink, uint64_t offset, unsigned *word)
{
	*word = (unsigned)(offset / 8 % 8);
	if (*word >= OCTEON_MSI_WORDS || offset >= 0x80)
		return NULL;
	return offset < 0x40 ? &sink->received[*word] : &sink->enabled[*word];
}

static uint64_t read_register(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	unsigned word;
	const uint64_t *reg = register_at(owner, offset, &word);

	(void)m;
	(void)size;
	return reg ? *reg : 0;
}

static void write_register(struct machine *m, void *owner, uint64_t offset, unsigned size,
			   uint64_t value)
{
	struct octeon_sink *sink = owner;
	unsigned word;
	uint64_t *reg = register_at(sink, offset, &word);

	(void)size;
	if (!reg)
		return;
	touch(m, sink);
	*reg = reg == &sink->received[word] ? *reg & ~value : value;
	update_line(m, sink, word);
}

static void describe(const struct machine *m, const void *owner, uint64_t offset, unsigned size,
		     struct bus_place *out)
{
	(void)m;
	(void)owner;
	(void)size;
	sink_place(out, "octeon", offset < 0x40 ? "received" : "enabled", (int64_t)(offset / 8 % 8),
		   offset);
}

static const struct bus_region_ops register_ops = {
	.read = read_register,
	.write = write_register,
	.describe = describe,
};
static const struct bus_region_ops message_ops = {.message = message};

int octeon_sink_create(struct machine *m)
{
	struct octeon_sink *sink = object_alloc(m, &octeon_sink_type, sizeof(*sink));
	const struct sink_window windows[] = {
		{OCTEON_MSI_REGISTERS, 0x1000, &register_ops},
		{OCTEON_MSI_ADDRESS, 4, &message_ops},
	};
	int err;

	if (!sink)
		return -ENOMEM;
	err = sink_attach(m, &sink->regions, windows, 2, sink);
	if (err)
		object_free(m, sink);
	return err;
}
