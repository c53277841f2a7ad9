/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/rig.h"

#include <stdio.h>

#include "sim_cpu/lapic.h"

static void end_at_once(struct machine *m, unsigned cpu, unsigned vector)
{
	(void)cpu;
	(void)vector;
	bus_write(m, BUS_LAPIC_BASE + LAPIC_EOI, 4, 0);
}

static void do_nothing(struct machine *m, unsigned cpu, unsigned vector)
{
	(void)m;
	(void)cpu;
	(void)vector;
}

static void check_digest(struct rig *r, enum fingerprint_scope scope)
{
	struct fingerprint kept = machine_fingerprint(r->m, scope);
	struct fingerprint fresh = machine_fingerprint_recompute(r->m, scope);

	assert_true(fingerprint_equal(kept, fresh));
}

void rig_after(struct rig *r)
{
	if (r->operations++ < 64 || r->operations % 4096 == 0)
		check_digest(r, FINGERPRINT_COMPLETE);
}

struct rig *rig_create(void)
{
	const struct machine_options options = {.arena_bytes = 64 << 20, .tape_records = 4096};
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->m = machine_create(&options);
	assert_non_null(r->m);
	bus_set_entry(r->m, end_at_once);
	check_digest(r, FINGERPRINT_COMPLETE); /* from now on digests are kept */
	return r;
}

void rig_destroy(struct rig *r)
{
	check_digest(r, FINGERPRINT_SEMANTIC);
	check_digest(r, FINGERPRINT_COMPLETE);
	assert_null(machine_poisoned(r->m));
	machine_destroy(r->m);
	free(r);
}

struct rig *rig_with_cpus(unsigned nr, enum apic_mode mode)
{
	struct rig *r = rig_create();

	assert_int_equal(lapics_create(r->m, NULL, nr, mode), 0);
	return r;
}

void rig_never_ends(struct rig *r)
{
	bus_set_entry(r->m, do_nothing);
}

const struct tape_record *rig_next(struct rig *r, enum tape_kind kind)
{
	while (r->at < tape_position(r->m)) {
		const struct tape_record *record = tape_at(r->m, r->at++);

		assert_non_null(record);
		if (record->kind == kind)
			return record;
	}
	return NULL;
}

void rig_forget(struct rig *r)
{
	r->at = tape_position(r->m);
}

unsigned rig_count(const struct rig *r, enum tape_kind kind)
{
	unsigned nr = 0;

	for (uint64_t at = r->at; at < tape_position(r->m); at++)
		nr += tape_at(r->m, at)->kind == kind;
	return nr;
}

void rig_expect_request(struct rig *r, unsigned cpu, unsigned vector)
{
	const struct tape_record *record = rig_next(r, TAPE_REQUEST);

	assert_non_null(record);
	assert_int_equal(record->actor, cpu);
	assert_int_equal(record->value, vector);
}

void rig_expect_drop(struct rig *r, enum drop_reason reason)
{
	const struct tape_record *record = rig_next(r, TAPE_DROP);

	assert_non_null(record);
	assert_string_equal(drop_reason_name((enum drop_reason)record->value),
			    drop_reason_name(reason));
}

void rig_expect_none(struct rig *r, enum tape_kind kind)
{
	assert_int_equal(rig_count(r, kind), 0);
}

void rig_expect_accept(struct rig *r, unsigned cpu, unsigned vector)
{
	const struct tape_record *record;

	machine_deliver(r->m, 0);
	rig_after(r);
	record = rig_next(r, TAPE_ACCEPT);
	assert_non_null(record);
	assert_int_equal(record->actor, cpu);
	assert_int_equal(record->value, vector);
}

void rig_send(struct rig *r, uint16_t requester, uint64_t address, uint32_t data)
{
	const struct bus_message message = {
		.address = address,
		.data = data,
		.requester = requester,
		.pasid = BUS_NO_PASID,
	};

	bus_send_message(r->m, &message);
	rig_after(r);
}

void rig_interrupt(struct rig *r, const struct apic_interrupt *interrupt)
{
	bus_interrupt(r->m, interrupt);
	rig_after(r);
}

void rig_write(struct rig *r, uint64_t address, unsigned size, uint64_t value)
{
	bus_write(r->m, address, size, value);
	rig_after(r);
}

uint64_t rig_read(struct rig *r, uint64_t address, unsigned size)
{
	return bus_read(r->m, address, size);
}

uint64_t rig_memory(struct rig *r, uint64_t size)
{
	uint64_t address = bus_memory_alloc(r->m, size, 4096, NULL);

	assert_int_not_equal(address, 0);
	return address;
}

const char *rig_last_place(struct rig *r, char text[128])
{
	struct bus_place place;
	uint64_t at = tape_position(r->m);

	while (at-- > tape_oldest(r->m)) {
		if (!tape_place(r->m, tape_at(r->m, at), &place))
			continue;
		if (place.index >= 0)
			snprintf(text, 128, "%s.%s[%d].%s", place.object, place.store,
				 (int)place.index, place.field);
		else
			snprintf(text, 128, "%s.%s.%s", place.object, place.store, place.field);
		return text;
	}
	return "";
}

void rig_check_allocation_failures(struct rig *r, int (*create)(struct machine *m))
{
	struct fingerprint before = machine_fingerprint(r->m, FINGERPRINT_COMPLETE);
	size_t bytes = machine_bytes_in_use(r->m);
	unsigned failures = 0;
	int err;

	for (;;) {
		machine_fail_allocation(r->m, failures + 1);
		err = create(r->m);
		machine_fail_allocation(r->m, 0);
		if (err != -ENOMEM)
			break;
		failures++;
		assert_int_equal(machine_bytes_in_use(r->m), bytes);
		assert_true(
			fingerprint_equal(before, machine_fingerprint(r->m, FINGERPRINT_COMPLETE)));
	}
	assert_int_equal(err, 0);
	assert_int_not_equal(failures, 0);
}
