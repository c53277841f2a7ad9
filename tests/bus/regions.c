/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "bus_test.h"

struct device {
	uint64_t offset, value;
	unsigned size, writes, messages;
	uint32_t data;
};

static uint64_t device_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	const struct device *device = owner;

	(void)m;
	(void)size;
	return device->value + offset;
}

static void device_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
			 uint64_t value)
{
	struct device *device = owner;

	(void)m;
	device->offset = offset;
	device->size = size;
	device->value = value;
	device->writes++;
}

static void device_message(struct machine *m, void *owner, const struct bus_message *message)
{
	struct device *device = owner;

	(void)m;
	device->messages++;
	device->data = message->data;
}

static const struct bus_region_ops cpu_only = {.read = device_read, .write = device_write};
static const struct bus_region_ops write_only = {.write = device_write};
static const struct bus_region_ops device_only = {.message = device_message};
static const struct bus_region_ops both = {
	.read = device_read, .write = device_write, .message = device_message};
static const struct bus_region_ops neither = {.read = device_read};

static int add(struct machine *m, uint64_t first, uint64_t last, const struct bus_region_ops *ops,
	       void *owner)
{
	const struct bus_region region = {first, last, ops, owner, TAPE_MMIO};

	return bus_add_region(m, &region);
}

static void bad_regions_are_refused(void **state)
{
	struct machine *m = *state;
	struct fingerprint before = machine_fingerprint(m, FINGERPRINT_COMPLETE);
	size_t in_use = machine_bytes_in_use(m);

	assert_int_equal(add(m, 2, 1, &cpu_only, NULL), -EINVAL);
	assert_int_equal(add(m, 1, 2, NULL, NULL), -EINVAL);
	assert_int_equal(add(m, 1, 2, &neither, NULL), -EINVAL);
	machine_fail_allocation(m, 1);
	assert_int_equal(add(m, 1, 2, &both, NULL), -ENOMEM);
	assert_int_equal(machine_bytes_in_use(m), in_use);
	assert_fingerprint(machine_fingerprint(m, FINGERPRINT_COMPLETE), before);
}

static void overlaps_are_refused_side_by_side(void **state)
{
	struct machine *m = *state;
	struct fingerprint before;
	int a, b;

	a = add(m, 0x1000, 0x1fff, &cpu_only, NULL);
	assert_true(a > 0);
	assert_int_equal(add(m, 0x1fff, 0x2fff, &cpu_only, NULL), -EEXIST);
	assert_int_equal(add(m, 0x0, 0x1000, &cpu_only, NULL), -EEXIST);
	assert_int_equal(add(m, 0x0, UINT64_MAX, &cpu_only, NULL), -EEXIST);
	assert_int_equal(add(m, 0x1800, 0x1800, &both, NULL), -EEXIST);
	b = add(m, 0x1800, 0x27ff, &device_only, NULL);
	assert_true(b > a);
	before = machine_fingerprint(m, FINGERPRINT_COMPLETE);
	/* free for CPUs, taken for devices: nothing of it may stay */
	assert_int_equal(add(m, 0x2000, 0x2fff, &both, NULL), -EEXIST);
	assert_fingerprint(machine_fingerprint(m, FINGERPRINT_COMPLETE), before);
	assert_true(add(m, 0x2000, 0x2fff, &cpu_only, NULL) > b);
	bus_remove_region(m, a);
	bus_remove_region(m, a);
	assert_true(add(m, 0x0, 0x17ff, &both, NULL) > b);
	assert_digests_hold(m);
}

static void accesses_reach_their_region(void **state)
{
	struct machine *m = *state;
	struct device device[40] = {0};

	for (unsigned i = 40; i-- > 0;)
		assert_true(add(m, i * 0x100, i * 0x100 + 0x7f, &cpu_only, &device[i]) > 0);
	for (unsigned i = 0; i < 40; i++) {
		bus_write(m, i * 0x100 + 8, 4, 0xffffffff00000000 + i);
		assert_int_equal(device[i].writes, 1);
		assert_int_equal(device[i].offset, 8);
		assert_int_equal(device[i].size, 4);
		assert_int_equal(device[i].value, i);
	}
	assert_int_equal(bus_read(m, 0x304, 8), 3 + 4);
	device[3].value = 0x1ff;
	assert_int_equal(bus_read(m, 0x300, 1), 0xff);
	assert_int_equal(machine_steps(m), 42);
	assert_int_equal(tape_position(m), 40);
}

static void strays_are_dropped(void **state)
{
	struct machine *m = *state;
	struct device device = {0};
	const struct tape_record *drop;

	add(m, 0x1000, 0x1003, &write_only, &device);
	bus_write(m, 0x1002, 4, 0x55); /* beyond its end */
	assert_int_equal(device.writes, 0);
	assert_int_equal(tape_position(m), 2);
	assert_int_equal(tape_at(m, 0)->kind, TAPE_MMIO);
	assert_int_equal(tape_at(m, 0)->object, 0);
	drop = tape_at(m, 1);
	assert_int_equal(drop->kind, TAPE_DROP);
	assert_int_equal(drop->value, DROP_STRAY);
	assert_int_equal(drop->address, 0x1002);
	assert_int_equal(bus_read(m, 0x2000, 2), 0xffff);
	assert_int_equal(bus_read(m, 0x1000, 4), 0xffffffff); /* write-only */
	assert_int_equal(bus_read(m, UINT64_MAX, 8), UINT64_MAX);
	bus_write(m, 0xfff, 1, 0);
	assert_int_equal(tape_at(m, 3)->kind, TAPE_DROP);
}

static void a_pair_is_one_step(void **state)
{
	struct machine *m = *state;
	uint64_t at = bus_memory_alloc(m, 4096, 16, NULL);

	bus_write_pair(m, at + 0x20, 1, 2);
	assert_int_equal(machine_steps(m), 1);
	assert_int_equal(tape_position(m), 2);
	assert_int_equal(tape_at(m, 0)->address, at + 0x20);
	assert_int_equal(tape_at(m, 1)->address, at + 0x28);
	assert_int_equal(tape_at(m, 0)->step, tape_at(m, 1)->step);
	assert_int_equal(bus_read(m, at + 0x20, 8), 1);
	assert_int_equal(bus_read(m, at + 0x28, 8), 2);
}

static void odd_sizes_poison(void **state)
{
	bus_write(*state, 0, 3, 0);
	assert_non_null(machine_poisoned(*state));
}

static void a_poisoned_machine_writes_nothing(void **state)
{
	struct machine *m = *state;
	struct device device = {0};
	const struct bus_message message = {.address = 0x1000, .pasid = BUS_NO_PASID};
	uint64_t position;

	add(m, 0x1000, 0x1fff, &both, &device);
	machine_poison(m, "test");
	machine_poison(m, "the first reason stays");
	assert_string_equal(machine_poisoned(m), "test");
	position = tape_position(m);
	bus_write(m, 0x1000, 4, 1);
	bus_write_pair(m, 0x1000, 1, 1);
	bus_send_message(m, &message);
	assert_int_equal(bus_read(m, 0x1000, 4), 0xffffffff);
	assert_int_equal(device.writes + device.messages, 0);
	assert_int_equal(tape_position(m), position);
	assert_int_equal(machine_deliver(m, 0), -EIO);
}

/* ---- messages ---- */

struct unit {
	unsigned seen;
	bool consume;
};

static bool unit_message(struct machine *m, void *owner, const struct bus_message *message)
{
	struct unit *unit = owner;

	(void)m;
	(void)message;
	unit->seen++;
	return unit->consume;
}

static const struct bus_upstream_ops unit_ops = {unit_message};

static void send(struct machine *m, uint16_t segment, uint16_t requester, uint64_t address)
{
	const struct bus_message message = {
		.address = address,
		.data = 0x4041,
		.requester = requester,
		.segment = segment,
		.pasid = BUS_NO_PASID,
	};

	bus_send_message(m, &message);
}

static void messages_find_their_region(void **state)
{
	struct machine *m = *state;
	struct device apic = {0}, registers = {0};
	const struct tape_record *r;
	int number = add(m, 0xfee00000, 0xfeefffff, &device_only, &apic);

	add(m, 0xfee00000, 0xfee00fff, &cpu_only, &registers);
	send(m, 0, 0x18, 0xfee01000);
	assert_int_equal(apic.messages, 1);
	assert_int_equal(apic.data, 0x4041);
	r = tape_at(m, 0);
	assert_int_equal(r->kind, TAPE_MESSAGE);
	assert_int_equal(r->actor_kind, ACTOR_DEVICE);
	assert_int_equal(r->actor, 0x18);
	assert_int_equal(r->object, number);
	assert_int_equal(r->size, 4);
	bus_write(m, 0xfee01000, 4, 0); /* CPUs have only the first page */
	assert_int_equal(tape_at(m, 2)->value, DROP_STRAY);
	bus_write(m, 0xfee000b0, 4, 0);
	assert_int_equal(registers.offset, 0xb0);
	send(m, 0, 0x18, 0xfed00000);
	assert_int_equal(tape_at(m, 5)->kind, TAPE_DROP);
	assert_int_equal(tape_at(m, 5)->value, DROP_STRAY);
	assert_int_equal(tape_at(m, 5)->actor, 0x18);
	assert_int_equal(apic.messages, 1);
}

static void later_upstreams_win(void **state)
{
	struct machine *m = *state;
	struct device apic = {0};
	struct unit all = {.consume = true}, one = {.consume = false};

	add(m, 0xfee00000, 0xfeefffff, &device_only, &apic);
	assert_int_equal(bus_add_upstream(m, 0, 2, 1, &unit_ops, &all), -EINVAL);
	assert_int_equal(bus_add_upstream(m, 0, 0, 1, NULL, &all), -EINVAL);
	machine_fail_allocation(m, 1);
	assert_int_equal(bus_add_upstream(m, 0, 0, 1, &unit_ops, &all), -ENOMEM);
	send(m, 0, 8, 0xfee00000);
	assert_int_equal(apic.messages, 1);
	assert_int_equal(bus_add_upstream(m, 0, 0, 0xffff, &unit_ops, &all), 0);
	assert_int_equal(bus_add_upstream(m, 0, 8, 8, &unit_ops, &one), 0);
	send(m, 0, 8, 0xfee00000);
	assert_int_equal(one.seen, 1);
	assert_int_equal(all.seen, 0);
	assert_int_equal(apic.messages, 2); /* passed */
	send(m, 0, 9, 0xfee00000);
	assert_int_equal(all.seen, 1);
	assert_int_equal(apic.messages, 2); /* consumed */
	send(m, 1, 9, 0xfee00000);
	assert_int_equal(all.seen, 1);
	assert_int_equal(apic.messages, 3); /* another segment */
}

static void count_before(void *context, struct machine *m, const struct tape_record *write)
{
	(void)m;
	*(unsigned *)context += write->kind == TAPE_MESSAGE;
}

static void count_after(void *context, struct machine *m, const struct tape_record *record)
{
	(void)m;
	*(unsigned *)context += record->kind == TAPE_MESSAGE ? 100 : 0;
}

static void messages_are_heard(void **state)
{
	struct machine *m = *state;
	struct device apic = {0};
	unsigned heard = 0;
	const struct bus_listener listener = {count_before, count_after, &heard};

	add(m, 0xfee00000, 0xfeefffff, &device_only, &apic);
	bus_listen(m, &listener);
	send(m, 0, 8, 0xfee00000);
	assert_int_equal(apic.messages, 1);
	assert_int_equal(heard, 101);
	assert_int_equal(tape_position(m), 1);
}

static void routes_enter_the_digest(void **state)
{
	struct machine *m = *state;
	struct fingerprint before = machine_fingerprint(m, FINGERPRINT_SEMANTIC);
	struct unit unit = {0};

	assert_int_equal(bus_add_upstream(m, 0, 8, 9, &unit_ops, &unit), 0);
	assert_false(fingerprint_equal(machine_fingerprint(m, FINGERPRINT_SEMANTIC), before));
	assert_digests_hold(m);
}

static void note_eoi(struct machine *m, void *owner, unsigned vector)
{
	(void)m;
	*(unsigned *)owner += vector;
}

static void eoi_broadcast(void **state)
{
	struct machine *m = *state;
	unsigned sum = 0;

	bus_broadcast_eoi(m, 1);
	for (int i = 0; i < 16; i++)
		assert_int_equal(bus_listen_eoi(m, note_eoi, &sum), 0);
	assert_int_equal(bus_listen_eoi(m, note_eoi, &sum), -ENOSPC);
	bus_broadcast_eoi(m, 3);
	assert_int_equal(sum, 48);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(bad_regions_are_refused),
		machine_test(overlaps_are_refused_side_by_side),
		machine_test(accesses_reach_their_region),
		machine_test(strays_are_dropped),
		machine_test(a_pair_is_one_step),
		machine_test(odd_sizes_poison),
		machine_test(a_poisoned_machine_writes_nothing),
		machine_test(messages_find_their_region),
		machine_test(later_upstreams_win),
		machine_test(messages_are_heard),
		machine_test(routes_enter_the_digest),
		machine_test(eoi_broadcast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
