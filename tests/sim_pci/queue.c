/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_pci/pci_rig.h"

struct command {
	uint32_t opcode, object, address_lo, address_hi, data, state;
};

static struct rig *queue(uint32_t latency, uint32_t ring, uint32_t fail_every)
{
	return nic_create(nic_with_store((struct store_desc){
		.kind = STORE_QUEUE,
		.slots = 16,
		.latency = latency,
		.ring = ring,
		.fail_every = fail_every,
	}));
}

static uint32_t slot_of(unsigned number, unsigned ring)
{
	return QUEUE_RING + number % ring * QUEUE_COMMAND_BYTES;
}

static void put(struct rig *r, unsigned number, unsigned ring, struct command c)
{
	const uint32_t words[7] = {c.opcode, c.object, c.address_lo,	 c.address_hi,
				   c.data,   c.state,  QUEUE_STATUS_NONE};

	for (uint32_t i = 0; i < 7; i++)
		store_write(r, 0, slot_of(number, ring) + 4 * i, 4, words[i]);
}

static void ring_bell(struct rig *r, uint32_t submitted)
{
	store_write(r, 0, QUEUE_DOORBELL, 4, submitted);
}

static uint32_t status_of(struct rig *r, unsigned number, unsigned ring)
{
	return (uint32_t)store_read(r, 0, slot_of(number, ring) + QUEUE_CMD_STATUS, 4);
}

static struct command arm(uint32_t object, unsigned cpu, uint32_t data)
{
	return (struct command){QUEUE_OP_MODIFY, object, ADDRESS(cpu), 0, data, QUEUE_STATE_ARMED};
}

static void registers(void **state)
{
	struct rig *r = queue(0, 8, 0);
	char text[128];

	(void)state;
	assert_int_equal(store_read(r, 0, QUEUE_RING_SLOTS, 4), 8);
	assert_int_equal(store_read(r, 0, QUEUE_OBJECTS, 4), 16);
	assert_int_equal(store_read(r, 0, QUEUE_COMPLETED, 4), 0);
	store_write(r, 0, slot_of(7, 8) + QUEUE_CMD_STATUS, 4, 0);
	assert_string_equal(rig_last_place(r, text), "nic.queue[7].status");
	ring_bell(r, 0);
	assert_string_equal(rig_last_place(r, text), "nic.queue.doorbell");
	rig_destroy(r);
	r = queue(0, 0, 0);
	assert_int_equal(store_read(r, 0, QUEUE_RING_SLOTS, 4), 32);
	rig_destroy(r);
}

static void command_arms_an_object(void **state)
{
	struct rig *r = queue(0, 8, 0);
	struct message_entry entry;
	const struct tape_record *record;

	(void)state;
	nic_raise(r, RAISE_STORE, 5);
	rig_expect_drop(r, DROP_DISABLED);
	put(r, 0, 8, arm(5, 2, 0x55));
	nic_raise(r, RAISE_STORE, 5); /* written, but not submitted */
	rig_expect_drop(r, DROP_DISABLED);
	ring_bell(r, 1);
	record = rig_next(r, TAPE_COMMAND);
	assert_int_equal(record->value, UINT64_C(5) << 32 | QUEUE_OP_MODIFY);
	assert_int_equal(record->extra, QUEUE_STATUS_DONE);
	assert_int_equal(status_of(r, 0, 8), QUEUE_STATUS_DONE);
	assert_int_equal(store_read(r, 0, QUEUE_COMPLETED, 4), 1);
	nic_raise(r, RAISE_STORE, 5);
	expect_message(r, ADDRESS(2), 0x55);
	put(r, 1, 8, (struct command){.opcode = QUEUE_OP_MODIFY, .object = 5});
	ring_bell(r, 2);
	nic_raise(r, RAISE_STORE, 5);
	rig_expect_drop(r, DROP_DISABLED);
	function_peek_store(r->m, NIC, 0, 5, &entry);
	assert_int_equal(entry.address, 0);
	assert_int_equal(entry.ctrl, 0);
	rig_destroy(r);
}

/* Between submission and completion the device uses the old message. */
static void latency_counts_steps(void **state)
{
	(void)state;
	for (uint32_t latency = 1; latency < 40; latency += 13) {
		struct rig *r = queue(latency, 8, 0);
		uint64_t submitted;
		unsigned old = 0;

		put(r, 0, 8, arm(5, 1, 0x51));
		ring_bell(r, 1);
		while (status_of(r, 0, 8) == QUEUE_STATUS_NONE)
			continue;
		put(r, 1, 8, arm(5, 2, 0x52));
		ring_bell(r, 2);
		submitted = machine_steps(r->m);
		for (;;) {
			nic_raise(r, RAISE_STORE, 5);
			if (rig_next(r, TAPE_MESSAGE)->value == 0x52)
				break;
			old++;
			assert_int_equal(function_queue_busy(r->m, NIC, 0), 1);
			assert_true(machine_steps(r->m) - submitted < latency + 8);
		}
		assert_true(machine_steps(r->m) - submitted >= latency);
		assert_int_equal(old > 0, latency > 1);
		assert_int_equal(function_queue_busy(r->m, NIC, 0), 0);
		rig_destroy(r);
	}
}

static void commands_go_one_after_another(void **state)
{
	struct rig *r = queue(10, 8, 0);
	uint64_t start;

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		put(r, i, 8, arm(i, 1, i));
	ring_bell(r, 4);
	start = machine_steps(r->m);
	for (unsigned i = 0; i < 4; i++) {
		while (status_of(r, i, 8) == QUEUE_STATUS_NONE)
			continue;
		assert_in_range(machine_steps(r->m) - start, 10 * (i + 1), 10 * (i + 1) + 6);
	}
	rig_destroy(r);
}

static void failing_commands(void **state)
{
	struct rig *r = queue(0, 8, 3);
	struct message_entry entry;

	(void)state;
	for (unsigned i = 0; i < 9; i++) {
		put(r, i, 8, arm(1, 1, 0x40 + i));
		ring_bell(r, i + 1);
		assert_int_equal(status_of(r, i, 8),
				 i % 3 == 2 ? QUEUE_STATUS_FAILED : QUEUE_STATUS_DONE);
		function_peek_store(r->m, NIC, 0, 1, &entry);
		assert_int_equal(entry.data, i % 3 == 2 ? 0x40 + i - 1 : 0x40 + i);
	}
	rig_destroy(r);
}

static void bad_commands(void **state)
{
	struct rig *r = queue(0, 8, 0);

	(void)state;
	put(r, 0, 8, (struct command){.opcode = 7, .object = 1});
	put(r, 1, 8, (struct command){.opcode = QUEUE_OP_MODIFY, .object = 16});
	ring_bell(r, 2);
	assert_int_equal(status_of(r, 0, 8), QUEUE_STATUS_BAD_OPCODE);
	assert_int_equal(status_of(r, 1, 8), QUEUE_STATUS_BAD_OBJECT);
	rig_destroy(r);
}

static void ring_limits(void **state)
{
	struct rig *r = queue(1000000, 4, 0);

	(void)state;
	ring_bell(r, 5); /* more than fit */
	assert_int_equal(function_queue_busy(r->m, NIC, 0), 0);
	ring_bell(r, 4);
	assert_int_equal(function_queue_busy(r->m, NIC, 0), 4);
	assert_int_equal(function_queue_busy(r->m, NIC, 1), -EINVAL);
	assert_int_equal(function_queue_busy(r->m, "other", 0), -ENODEV);
	assert_int_equal(device_reset(r->m, NIC), 0);
	assert_int_equal(function_queue_busy(r->m, NIC, 0), 0);
	rig_destroy(r);
}

static void ring_wraps(void **state)
{
	struct rig *r = queue(0, 4, 0);
	struct message_entry entry;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		put(r, i, 4, arm(i % 16, 1, i));
		ring_bell(r, i + 1);
		assert_int_equal(status_of(r, i, 4), QUEUE_STATUS_DONE);
		function_peek_store(r->m, NIC, 0, i % 16, &entry);
		assert_int_equal(entry.data, i);
	}
	rig_destroy(r);
}

/* Where the ring stands makes no difference to the machine's meaning, only to its history. */
static void position_is_history(void **state)
{
	struct fingerprint semantic[2], complete[2];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct rig *r = queue(0, 4, 0);

		for (unsigned n = 0; n <= i * 4; n++) {
			put(r, n, 4, arm(1, 1, 0x40));
			ring_bell(r, n + 1);
		}
		semantic[i] = machine_fingerprint(r->m, FINGERPRINT_SEMANTIC);
		complete[i] = machine_fingerprint(r->m, FINGERPRINT_COMPLETE);
		rig_destroy(r);
	}
	assert_true(fingerprint_equal(semantic[0], semantic[1]));
	assert_false(fingerprint_equal(complete[0], complete[1]));
}

static unsigned at_once(void *context, struct machine *m, enum choice_kind kind,
			unsigned alternatives)
{
	unsigned *asked = context;

	(void)m;
	if (kind != CHOICE_QUEUE_LATENCY)
		return 0;
	*asked = alternatives;
	return alternatives - 1;
}

static void latency_can_be_chosen(void **state)
{
	struct rig *r = queue(50, 4, 0);
	unsigned asked = 0;

	(void)state;
	machine_set_chooser(r->m, at_once, &asked);
	put(r, 0, 4, arm(1, 1, 0x40));
	ring_bell(r, 1);
	assert_int_equal(asked, 51);
	assert_int_equal(status_of(r, 0, 4), QUEUE_STATUS_DONE);
	rig_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers),
		cmocka_unit_test(command_arms_an_object),
		cmocka_unit_test(latency_counts_steps),
		cmocka_unit_test(commands_go_one_after_another),
		cmocka_unit_test(failing_commands),
		cmocka_unit_test(bad_commands),
		cmocka_unit_test(ring_limits),
		cmocka_unit_test(ring_wraps),
		cmocka_unit_test(position_is_history),
		cmocka_unit_test(latency_can_be_chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
