/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_pci/function_internal.h"

#define WORD(offset) ((offset) / 4)

static void queue_digest(const void *object, struct digest *d)
{
	const struct queue *q = object;

	digest_u64(d, q->key);
	digest_u64(d, queue_busy(q));
	digest_u64(d, q->until_failure);
	for (uint32_t n = q->completed; n != q->submitted; n++)
		digest_bytes(d, q->command[n & (q->ring_slots - 1)], QUEUE_COMMAND_BYTES);
	/* Where in the ring it stands, and what was done, is history. */
	digest_counter(d, q->completed);
	digest_counter(d, q->due);
	for (uint32_t n = 0; n < q->ring_slots; n++)
		for (unsigned word = 0; word < QUEUE_COMMAND_BYTES / 4; word++)
			digest_counter(d, q->command[n][word]);
}

static const struct object_type queue_type = {.name = "store-queue", .digest = queue_digest};

int queue_create(struct machine *m, struct store *s, uint64_t key)
{
	struct queue *q =
		object_alloc(m, &queue_type, sizeof(*q) + s->desc.ring * sizeof(q->command[0]));

	if (!q)
		return -ENOMEM;
	q->key = key;
	q->ring_slots = s->desc.ring;
	q->until_failure = s->desc.fail_every;
	s->queue = q;
	return 0;
}

void queue_reset(struct machine *m, struct store *s)
{
	struct queue *q = s->queue;

	touch(m, q);
	q->submitted = q->completed = 0;
	q->due = 0;
	q->until_failure = s->desc.fail_every;
	memset(q->command, 0, q->ring_slots * sizeof(q->command[0]));
}

static enum queue_status modify(struct machine *m, struct store *s, const uint32_t *command)
{
	uint32_t object = command[WORD(QUEUE_CMD_OBJECT)];

	if (command[WORD(QUEUE_CMD_OPCODE)] != QUEUE_OP_MODIFY)
		return QUEUE_STATUS_BAD_OPCODE;
	if (object >= s->slots.nr)
		return QUEUE_STATUS_BAD_OBJECT;
	touch(m, chunk_of(&s->slots, object));
	*entry_of(&s->slots, object) = (struct entry){
		.address = command[WORD(QUEUE_CMD_ADDR_LO)] |
			   (uint64_t)command[WORD(QUEUE_CMD_ADDR_HI)] << 32,
		.data = command[WORD(QUEUE_CMD_DATA)],
		.ctrl = command[WORD(QUEUE_CMD_STATE)],
	};
	return QUEUE_STATUS_DONE;
}

static bool fails_now(const struct store *s)
{
	struct queue *q = s->queue;

	if (!s->desc.fail_every || --q->until_failure)
		return false;
	q->until_failure = s->desc.fail_every;
	return true;
}

static void complete_one(struct machine *m, struct store *s)
{
	struct queue *q = s->queue;
	uint32_t *command = q->command[q->completed & (q->ring_slots - 1)];
	enum queue_status status;

	step(m, STEP_COMMAND, q);
	touch(m, q);
	status = fails_now(s) ? QUEUE_STATUS_FAILED : modify(m, s, command);
	command[WORD(QUEUE_CMD_STATUS)] = status;
	q->completed++;
	tape_event(m, TAPE_COMMAND, ACTOR_DEVICE, s->fn->requester,
		   DEVICE_EVENT(RAISE_STORE, s->number),
		   command[WORD(QUEUE_CMD_OPCODE)] | (uint64_t)command[WORD(QUEUE_CMD_OBJECT)]
							     << 32,
		   (uint32_t)s->fn->region, status);
}

static uint64_t latency(struct machine *m, const struct store *s)
{
	return s->desc.latency - choose(m, CHOICE_QUEUE_LATENCY, s->desc.latency + 1);
}

/*
 * The device works beside the CPUs; that its progress is worked out only when
 * somebody looks makes no difference to anybody.
 */
static void progress(struct machine *m, struct store *s)
{
	struct queue *q = s->queue;

	while (queue_busy(q) && machine_steps(m) >= q->due) {
		complete_one(m, s);
		q->due += queue_busy(q) ? latency(m, s) : 0;
	}
}

static void ring_doorbell(struct machine *m, struct store *s, uint32_t submitted)
{
	struct queue *q = s->queue;

	if (submitted - q->completed > q->ring_slots || submitted == q->submitted)
		return;
	touch(m, q);
	if (!queue_busy(q))
		q->due = machine_steps(m) + latency(m, s);
	q->submitted = submitted;
	progress(m, s);
}

void queue_raise(struct machine *m, struct store *s, unsigned index)
{
	struct event event = {s->fn, RAISE_STORE, s->number, index};
	const struct entry *context;

	progress(m, s);
	context = entry_of(&s->slots, index);
	if (context->ctrl & QUEUE_STATE_ARMED)
		event_send(m, &event, context->address, context->data);
	else
		event_drop(m, &event, DROP_DISABLED);
}

/* ---- access ---- */

static bool in_ring(const struct queue *q, uint64_t offset)
{
	return offset >= QUEUE_RING &&
	       offset - QUEUE_RING < (uint64_t)q->ring_slots * QUEUE_COMMAND_BYTES;
}

static uint32_t *ring_word(struct queue *q, uint64_t offset)
{
	offset -= QUEUE_RING;
	return &q->command[offset / QUEUE_COMMAND_BYTES][offset % QUEUE_COMMAND_BYTES / 4];
}

static uint32_t read32(struct machine *m, void *owner, uint64_t offset)
{
	struct store *s = owner;

	if (!memory_enabled(s->fn))
		return UINT32_MAX;
	progress(m, s);
	if (in_ring(s->queue, offset))
		return *ring_word(s->queue, offset);
	switch (offset) {
	case QUEUE_COMPLETED:
		return s->queue->completed;
	case QUEUE_RING_SLOTS:
		return s->queue->ring_slots;
	case QUEUE_OBJECTS:
		return s->slots.nr;
	}
	return 0;
}

static void write32(struct machine *m, void *owner, uint64_t offset, uint32_t value)
{
	struct store *s = owner;

	if (!memory_enabled(s->fn))
		return;
	progress(m, s);
	if (offset == QUEUE_DOORBELL) {
		ring_doorbell(m, s, value);
	} else if (in_ring(s->queue, offset)) {
		touch(m, s->queue);
		*ring_word(s->queue, offset) = value;
	}
}

static uint64_t queue_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	return split_read(m, owner, offset, size, read32);
}

static void queue_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
			uint64_t value)
{
	split_write(m, owner, offset, size, value, write32);
}

static void describe(const struct machine *m, const void *owner, uint64_t offset, unsigned size,
		     struct bus_place *out)
{
	static const char *const words[QUEUE_COMMAND_BYTES / 4] = {
		"opcode", "object", "addr_lo", "addr_hi", "data", "state", "status", "",
	};
	const struct store *s = owner;

	(void)m;
	(void)size;
	*out = (struct bus_place){.store = s->name, .field = "", .index = -1, .offset = offset};
	memcpy(out->object, s->fn->name, sizeof(out->object));
	if (offset == QUEUE_DOORBELL) {
		out->field = "doorbell";
	} else if (in_ring(s->queue, offset)) {
		out->index = (int64_t)((offset - QUEUE_RING) / QUEUE_COMMAND_BYTES);
		out->field = words[offset % QUEUE_COMMAND_BYTES / 4];
	}
}

const struct bus_region_ops queue_ops = {
	.read = queue_read,
	.write = queue_write,
	.describe = describe,
};
