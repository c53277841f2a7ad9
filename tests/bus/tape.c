/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "bus_test.h"

static void event(struct machine *m, uint64_t value)
{
	tape_event(m, TAPE_EOI, ACTOR_CPU, 3, 1, value, 2, 4);
}

static void positions_and_fields(void **state)
{
	struct machine *m = *state;
	const struct tape_record *r;

	assert_int_equal(tape_position(m), 0);
	assert_null(tape_at(m, 0));
	step(m, STEP_EOI, NULL);
	event(m, 9);
	assert_int_equal(tape_position(m), 1);
	r = tape_at(m, 0);
	assert_int_equal(r->kind, TAPE_EOI);
	assert_int_equal(r->actor_kind, ACTOR_CPU);
	assert_int_equal(r->actor, 3);
	assert_int_equal(r->address, 1);
	assert_int_equal(r->value, 9);
	assert_int_equal(r->object, 2);
	assert_int_equal(r->extra, 4);
	assert_int_equal(r->step, 1);
	assert_null(tape_at(m, 1));
}

static void the_ring_wraps(void **state)
{
	struct machine *m = *state;

	for (uint64_t i = 0; i < 64; i++)
		event(m, i);
	assert_int_equal(tape_oldest(m), 0);
	for (uint64_t i = 64; i < 1000; i++)
		event(m, i);
	assert_int_equal(tape_position(m), 1000);
	assert_int_equal(tape_oldest(m), 936);
	assert_null(tape_at(m, 935));
	for (uint64_t i = 936; i < 1000; i++)
		assert_int_equal(tape_at(m, i)->value, i);
	assert_null(tape_at(m, UINT64_MAX));
}

static void lengths_are_powers_of_two(void **state)
{
	struct machine *m = machine_create(&(struct machine_options){.tape_records = 33});

	(void)state;
	for (uint64_t i = 0; i < 100; i++)
		event(m, i);
	assert_int_equal(tape_oldest(m), 36);
	machine_destroy(m);
}

static void write_nothing(struct machine *m, void *owner, uint64_t offset, unsigned size,
			  uint64_t value)
{
	(void)m;
	(void)owner;
	(void)offset;
	(void)size;
	(void)value;
}

static void describe(const struct machine *m, const void *owner, uint64_t offset, unsigned size,
		     struct bus_place *out)
{
	(void)m;
	strcpy(out->object, owner);
	out->store = "reg";
	out->field = size == 4 ? "data" : "wide";
	out->index = (int64_t)(offset / 16);
}

static void places_of_device_writes(void **state)
{
	static const struct bus_region_ops ops = {.write = write_nothing, .describe = describe};
	static const struct bus_region_ops silent = {.write = write_nothing};
	struct machine *m = *state;
	struct bus_place place;
	int number;

	number = bus_add_region(m, &(struct bus_region){.first = 0x1000,
							.last = 0x1fff,
							.ops = &ops,
							.owner = "nic",
							.tape_kind = TAPE_CONFIG});
	assert_true(number > 0);
	assert_true(bus_add_region(m, &(struct bus_region){.first = 0x2000,
							   .last = 0x2fff,
							   .ops = &silent,
							   .tape_kind = TAPE_MMIO}) > number);
	bus_write(m, 0x1024, 4, 7);
	bus_write(m, 0x2008, 8, 7);
	bus_write(m, 0x9000, 8, 7);
	assert_int_equal(tape_at(m, 0)->kind, TAPE_CONFIG);
	assert_int_equal(tape_at(m, 0)->object, number);
	assert_true(tape_place(m, tape_at(m, 0), &place));
	assert_string_equal(place.object, "nic");
	assert_string_equal(place.store, "reg");
	assert_string_equal(place.field, "data");
	assert_int_equal(place.index, 2);
	assert_int_equal(place.offset, 0x24);
	assert_true(tape_place(m, tape_at(m, 1), &place));
	assert_string_equal(place.object, "");
	assert_int_equal(place.index, -1);
	assert_int_equal(place.offset, 8);
	assert_false(tape_place(m, tape_at(m, 2), &place));
	assert_false(tape_place(m, tape_at(m, 3), &place)); /* the DROP */
	bus_remove_region(m, number);
	assert_false(tape_place(m, tape_at(m, 0), &place));
}

static void places_in_memory(void **state)
{
	static const char *const fields[] = {"lo", "hi", NULL};
	const struct memory_label label = {
		.object = "ir", .store = "irte", .stride = 16, .fields = fields};
	struct machine *m = *state;
	struct bus_place place;
	uint64_t table = bus_memory_alloc(m, 4096, 4096, &label);

	bus_write_pair(m, table + 16 * 5, 1, 2);
	bus_write(m, table + 20, 4, 3);
	assert_true(tape_place(m, tape_at(m, 0), &place));
	assert_string_equal(place.object, "ir");
	assert_string_equal(place.store, "irte");
	assert_string_equal(place.field, "lo");
	assert_int_equal(place.index, 5);
	assert_true(tape_place(m, tape_at(m, 1), &place));
	assert_string_equal(place.field, "hi");
	assert_int_equal(place.index, 5);
	assert_true(tape_place(m, tape_at(m, 2), &place));
	assert_string_equal(place.field, "lo");
	assert_int_equal(place.index, 1);
	assert_int_equal(place.offset, 20);
}

static void trace_points(void **state)
{
	struct machine *m = *state;

	trace(m, vector_alloc, 30, 1, 2, 3);
	assert_int_equal(tape_position(m), 0);
	assert_false(machine_tracing(m));
	machine_set_tracing(m, true);
	run_on_cpu(m, 2);
	trace(m, vector_alloc, 30, 41, 42, 43);
	trace(m, handler, 31);
	assert_int_equal(tape_position(m), 4);
	assert_int_equal(tape_at(m, 0)->kind, TAPE_TRACE);
	assert_int_equal(tape_at(m, 0)->value, TRACE_vector_alloc);
	assert_int_equal(tape_at(m, 0)->address, 30);
	assert_int_equal(tape_at(m, 0)->extra, 3);
	assert_int_equal(tape_at(m, 0)->actor, 2);
	assert_int_equal(tape_at(m, 1)->kind, TAPE_TRACE_ARGS);
	assert_int_equal(tape_at(m, 1)->address, 41);
	assert_int_equal(tape_at(m, 1)->value, 42);
	assert_int_equal(tape_at(m, 2)->address, 43);
	assert_int_equal(tape_at(m, 2)->value, 0);
	assert_int_equal(tape_at(m, 3)->value, TRACE_handler);
	assert_int_equal(tape_at(m, 3)->extra, 0);
}

/* ---- listeners ---- */

struct heard {
	unsigned before, after;
	uint64_t memory_before, memory_after, position_before;
	uint8_t kind;
};

static void hear_before(void *context, struct machine *m, const struct tape_record *write)
{
	struct heard *heard = context;

	heard->before++;
	heard->position_before = tape_position(m);
	bus_memory_read(m, write->address, &heard->memory_before, 8);
}

static void hear_after(void *context, struct machine *m, const struct tape_record *record)
{
	struct heard *heard = context;

	heard->after++;
	heard->kind = record->kind;
	bus_memory_read(m, record->address, &heard->memory_after, 8);
}

static void listeners_hear_before_and_after(void **state)
{
	struct machine *m = *state;
	struct heard heard = {0}, other = {0};
	const struct bus_listener listener = {hear_before, hear_after, &heard};
	const struct bus_listener deaf = {NULL, NULL, &other}, late = {NULL, hear_after, &other};
	uint64_t at = bus_memory_alloc(m, 64, 64, NULL);

	bus_write(m, at, 8, 1);
	assert_int_equal(bus_listen(m, &listener), 0);
	assert_int_equal(bus_listen(m, &deaf), 0);
	assert_int_equal(bus_listen(m, &late), 0);
	bus_write(m, at, 8, 2);
	assert_int_equal(heard.before, 1);
	assert_int_equal(heard.after, 1);
	assert_int_equal(heard.memory_before, 1);
	assert_int_equal(heard.memory_after, 2);
	assert_int_equal(heard.position_before, 1);
	assert_int_equal(heard.kind, TAPE_MEMORY);
	event(m, 5);
	assert_int_equal(heard.before, 1);
	assert_int_equal(heard.after, 2);
	assert_int_equal(heard.kind, TAPE_EOI);
	bus_unlisten(m, &listener);
	bus_write(m, at, 8, 3);
	assert_int_equal(heard.after, 2);
	assert_int_equal(other.after, 3);
	bus_unlisten(m, &listener);
	bus_unlisten(m, &late);
	bus_unlisten(m, &deaf);
}

static void eight_listeners(void **state)
{
	struct bus_listener listeners[9] = {0};

	for (int i = 0; i < 8; i++)
		assert_int_equal(bus_listen(*state, &listeners[i]), 0);
	assert_int_equal(bus_listen(*state, &listeners[8]), -ENOSPC);
	bus_unlisten(*state, &listeners[3]);
	assert_int_equal(bus_listen(*state, &listeners[8]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(positions_and_fields),
		machine_test(the_ring_wraps),
		cmocka_unit_test(lengths_are_powers_of_two),
		machine_test(places_of_device_writes),
		machine_test(places_in_memory),
		machine_test(trace_points),
		machine_test(listeners_hear_before_and_after),
		machine_test(eight_listeners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
