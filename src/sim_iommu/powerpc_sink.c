/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/powerpc_sink.h"
#include "sim_iommu/sink.h"

struct source {
	uint64_t control;
	uint32_t owner; /* requester id + 1; 0: nobody */
	bool pending;
};

struct powerpc_sink {
	struct sink_regions regions;
	struct powerpc_sink_config config;
	struct source source[];
};

static void powerpc_sink_digest(const void *object, struct digest *d)
{
	const struct powerpc_sink *sink = object;

	for (uint32_t i = 0; i < sink->config.sources; i++) {
		digest_u64(d, sink->source[i].control);
		digest_u64(d, (uint64_t)sink->source[i].owner << 1 | sink->source[i].pending);
	}
}

static const struct object_type powerpc_sink_type = {"powerpc-sink", powerpc_sink_digest};

/* ---- the controller ---- */

static struct source *source_of(struct powerpc_sink *sink, uint64_t number)
{
	uint64_t i = number - POWERPC_FIRST_SOURCE;

	return i < sink->config.sources ? &sink->source[i] : NULL;
}

static bool is_for(const struct source *s, uint32_t cpu)
{
	return s->pending && s->control == (cpu | POWERPC_SOURCE_ENABLED);
}

static void present(struct machine *m, const struct source *s)
{
	if (s->pending && s->control & POWERPC_SOURCE_ENABLED)
		sink_raise(m, (uint32_t)(s->control & ~POWERPC_SOURCE_ENABLED), 0);
}

static struct source *next_for(struct powerpc_sink *sink, uint32_t cpu)
{
	for (uint32_t i = 0; i < sink->config.sources; i++)
		if (is_for(&sink->source[i], cpu))
			return &sink->source[i];
	return NULL;
}

static void message(struct machine *m, void *owner, const struct bus_message *msg)
{
	struct powerpc_sink *sink = owner;
	struct source *s = source_of(sink, msg->data);

	if (!s || !s->owner) {
		sink_drop(m, &sink->regions, msg, DROP_NO_TARGET);
		return;
	}
	step(m, STEP_REQUEST, sink);
	touch(m, sink);
	s->pending = true;
	present(m, s);
}

static uint64_t read_controller(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	struct powerpc_sink *sink = owner;
	uint64_t first_cpu = POWERPC_CPU_BASE - POWERPC_CONTROLLER_BASE;
	struct source *s;

	(void)size;
	if (offset < first_cpu) {
		s = source_of(sink, offset / 8);
		return s ? s->control : 0;
	}
	s = next_for(sink, (uint32_t)((offset - first_cpu) / 8));
	if (!s)
		return 0;
	touch(m, sink);
	s->pending = false;
	return POWERPC_FIRST_SOURCE + (uint64_t)(s - sink->source);
}

static void write_controller(struct machine *m, void *owner, uint64_t offset, unsigned size,
			     uint64_t value)
{
	struct powerpc_sink *sink = owner;
	uint64_t first_cpu = POWERPC_CPU_BASE - POWERPC_CONTROLLER_BASE;
	struct source *s;

	(void)size;
	if (offset >= first_cpu) {
		s = next_for(sink, (uint32_t)((offset - first_cpu) / 8));
	} else {
		s = source_of(sink, offset / 8);
		if (s) {
			touch(m, sink);
			s->control = value;
		}
	}
	if (s)
		present(m, s);
}

static void describe_controller(const struct machine *m, const void *owner, uint64_t offset,
				unsigned size, struct bus_place *out)
{
	uint64_t first_cpu = POWERPC_CPU_BASE - POWERPC_CONTROLLER_BASE;

	(void)m;
	(void)owner;
	(void)size;
	if (offset < first_cpu)
		sink_place(out, "xive", "source", (int64_t)(offset / 8), offset);
	else
		sink_place(out, "xive", "cpu", (int64_t)((offset - first_cpu) / 8), offset);
}

/* ---- firmware ---- */

static void take_back(struct powerpc_sink *sink, uint32_t owner)
{
	for (uint32_t i = 0; i < sink->config.sources; i++)
		if (sink->source[i].owner == owner)
			sink->source[i] = (struct source){0};
}

static uint32_t willing(const struct powerpc_sink *sink, uint32_t wanted)
{
	uint32_t free = 0, given = wanted;

	for (uint32_t i = 0; i < sink->config.sources; i++)
		free += !sink->source[i].owner;
	if (sink->config.grant && given > sink->config.grant)
		given = sink->config.grant;
	if (given > free)
		given = free;
	while (sink->config.powers_of_two && given & (given - 1))
		given &= given - 1;
	return given;
}

static uint64_t nth_source(const struct powerpc_sink *sink, uint32_t owner, uint32_t n)
{
	for (uint32_t i = 0; i < sink->config.sources; i++)
		if (sink->source[i].owner == owner && !n--)
			return POWERPC_FIRST_SOURCE + i;
	return 0;
}

static uint64_t read_firmware(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	const struct powerpc_sink *sink = owner;
	uint32_t of = (uint32_t)(offset >> 16) + 1, place = (uint32_t)(offset & 0xffff) / 8;
	uint32_t count = 0;

	(void)m;
	(void)size;
	if (place)
		return nth_source(sink, of, place - 1);
	while (nth_source(sink, of, count))
		count++;
	return count;
}

static void write_firmware(struct machine *m, void *owner, uint64_t offset, unsigned size,
			   uint64_t value)
{
	struct powerpc_sink *sink = owner;
	uint32_t of = (uint32_t)(offset >> 16) + 1, left;

	(void)size;
	if (offset & 0xffff)
		return;
	step(m, STEP_COMMAND, sink);
	touch(m, sink);
	take_back(sink, of);
	left = willing(sink, (uint32_t)value);
	for (uint32_t i = 0; left; i++) {
		if (sink->source[i].owner)
			continue;
		sink->source[i].owner = of;
		left--;
	}
}

static void describe_firmware(const struct machine *m, const void *owner, uint64_t offset,
			      unsigned size, struct bus_place *out)
{
	(void)m;
	(void)owner;
	(void)size;
	sink_place(out, "firmware", "count", (int64_t)(offset >> 16), offset);
}

/* ---- making ---- */

static const struct bus_region_ops firmware_ops = {
	.read = read_firmware,
	.write = write_firmware,
	.describe = describe_firmware,
};
static const struct bus_region_ops controller_ops = {
	.read = read_controller,
	.write = write_controller,
	.describe = describe_controller,
};
static const struct bus_region_ops message_ops = {.message = message};

int powerpc_sink_create(struct machine *m, const struct powerpc_sink_config *config)
{
	const struct sink_window windows[] = {
		{POWERPC_FIRMWARE_BASE, POWERPC_FIRMWARE_SIZE, &firmware_ops},
		{POWERPC_CONTROLLER_BASE, 0x200000, &controller_ops},
		{POWERPC_MSI_ADDRESS, 4, &message_ops},
	};
	struct powerpc_sink *sink;
	int err;

	if (!config->sources || config->sources > POWERPC_MAX_SOURCES)
		return -EINVAL;
	sink = object_alloc(m, &powerpc_sink_type,
			    sizeof(*sink) + config->sources * sizeof(sink->source[0]));
	if (!sink)
		return -ENOMEM;
	sink->config = *config;
	err = sink_attach(m, &sink->regions, windows, 3, sink);
	if (err)
		object_free(m, sink);
	return err;
}
