/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips_test.h"

#include "sim_pci/function.h"

/* The two message store chips: what they write to the device, and when. */

static struct machine *m;
static struct device *dsa;

static void make(enum chips_parent kind)
{
	m = chips_machine(&(struct chips_options){.parent = kind});
	dsa = device_by_name(m, "dsa");
}

static int setup(void **state)
{
	(void)state;
	make(PARENT_INTEL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	machine_destroy(m);
	return 0;
}

static irq_pool_t pool(enum irq_pool_kind kind, unsigned store)
{
	int error;
	irq_pool_t cookie = irq_pool_create(dsa, kind, store, 0, &error);

	assert_int_equal(error, 0);
	assert_true(cookie);
	return cookie;
}

static void request(struct msi_map map, int *ran)
{
	assert_true(map.virq > 0);
	assert_int_equal(request_irq(m, (unsigned)map.virq, chips_handler, 0, "dsa", ran), 0);
}

/* ---- tables ---- */

static void dsa_table(void **state)
{
	irq_pool_t table = pool(IRQ_POOL_IMS_TABLE, 0);
	struct message_entry slot;
	struct msi_map map;
	uint64_t at = tape_position(m);
	int ran = 0;

	(void)state;
	/* Masked before the interrupt exists; no message yet. */
	map = irq_pool_alloc(m, table, 0x12345, NULL);
	assert_writes(m, at, "ims[0].ctrl=0x12345009");
	assert_int_equal(map.index, 0);
	at = tape_position(m);
	request(map, &ran);
	assert_writes(m, at,
		      "ims[0].addr_lo=0xfee00018 ims[0].addr_hi=0x0 ims[0].data=0x0 "
		      "ims[0].ctrl=0x12345008");
	device_raise(m, "dsa", RAISE_STORE, 0, 0, 0x12345);
	device_raise(m, "dsa", RAISE_STORE, 0, 0, 0x11111);
	machine_deliver(m, 0);
	assert_int_equal(ran, 1);

	/* The message is the remapping table's business from now on. */
	at = tape_position(m);
	assert_int_equal(irq_set_affinity(m, (unsigned)map.virq, cpumask_of(m, 3)), 0);
	assert_writes(m, at, "");
	device_raise(m, "dsa", RAISE_STORE, 0, 0, 0x12345);
	machine_deliver(m, 0);
	assert_int_equal(ran, 2);

	at = tape_position(m);
	assert_int_equal(free_irq(m, (unsigned)map.virq, &ran), 0);
	assert_writes(
		m, at,
		"ims[0].ctrl=0x12345009 ims[0].addr_lo=0x0 ims[0].addr_hi=0x0 ims[0].data=0x0");
	/* The device ignored that address: only the mask keeps it quiet. */
	assert_int_equal(function_peek_store(m, "dsa", 0, 0, &slot), 0);
	assert_int_equal(slot.address, 0xfee00018);
	assert_int_equal(slot.ctrl & 1, 1);
	assert_int_equal(irq_pool_free(m, table, map), 0);
}

static void generic_table(void **state)
{
	irq_pool_t table = pool(IRQ_POOL_IMS_TABLE, 1);
	struct msi_map map;
	uint64_t at = tape_position(m);
	int ran = 0;

	(void)state;
	/* Another stride, other offsets, another mask bit: the same chip. */
	map = irq_pool_alloc_at(m, table, 3, 77, NULL);
	assert_writes(m, at, "ims1[3].ctrl=0x80");
	at = tape_position(m);
	request(map, &ran);
	assert_writes(
		m, at,
		"ims1[3].addr_lo=0xfee00018 ims1[3].addr_hi=0x0 ims1[3].data=0x0 ims1[3].ctrl=0x0");
	device_raise(m, "dsa", RAISE_STORE, 2, 3, RAISE_NO_PASID);
	machine_deliver(m, 0);
	assert_int_equal(ran, 1);
	assert_int_equal(free_irq(m, (unsigned)map.virq, &ran), 0);
}

/* An event that comes while the slot is masked waits there. */
static void disabled_table_interrupt(void **state)
{
	irq_pool_t table = pool(IRQ_POOL_IMS_TABLE, 1);
	struct msi_map map = irq_pool_alloc(m, table, 0, NULL);
	uint64_t at;
	int ran = 0;

	(void)state;
	request(map, &ran);
	at = tape_position(m);
	disable_irq(m, (unsigned)map.virq);
	assert_writes(m, at, "");
	device_raise(m, "dsa", RAISE_STORE, 2, 0, RAISE_NO_PASID);
	machine_deliver(m, 0);
	assert_writes(m, at, "ims1[0].ctrl=0x80");
	assert_int_equal(ran, 0);
	enable_irq(m, (unsigned)map.virq);
	machine_deliver(m, 0);
	assert_int_equal(ran, 1);
	assert_int_equal(free_irq(m, (unsigned)map.virq, &ran), 0);
}

/* Shutting down masks the slot and empties its message, whatever it was before; once. */
static void shutdown_of_a_masked_slot(void **state)
{
	irq_pool_t table = pool(IRQ_POOL_IMS_TABLE, 1);
	struct msi_map map = irq_pool_alloc(m, table, 0, NULL);
	uint64_t at;
	int ran = 0;

	(void)state;
	request(map, &ran);
	disable_irq(m, (unsigned)map.virq);
	device_raise(m, "dsa", RAISE_STORE, 2, 0, RAISE_NO_PASID);
	machine_deliver(m, 0);
	at = tape_position(m);
	assert_int_equal(free_irq(m, (unsigned)map.virq, &ran), 0);
	assert_writes(m, at,
		      "ims1[0].ctrl=0x80 ims1[0].addr_lo=0x0 ims1[0].addr_hi=0x0 "
		      "ims1[0].data=0x0");
	assert_int_equal(irq_pool_free(m, table, map), 0);
}

static void failed_allocation_restores_the_slot(void **state)
{
	irq_pool_t table = pool(IRQ_POOL_IMS_TABLE, 0);
	const struct irq_affinity_desc nowhere = {cpumask_none(m), false};
	uint64_t at = tape_position(m);

	(void)state;
	assert_refused(m, irq_pool_alloc(m, table, 5, &nowhere).index, -ENOSPC);
	assert_writes(m, at, "ims[0].ctrl=0x5009 ims[0].ctrl=0x1");
	assert_refused(m, irq_pool_alloc(m, table, 0x100000, NULL).index, -EINVAL);
}

/* ---- queues ---- */

#define COMMAND(slot, object, lo, state)                                                           \
	"queue[" slot "].opcode=0x1 queue[" slot "].object=" object " queue[" slot "].addr_lo=" lo \
	" queue[" slot "].addr_hi=0x0 queue[" slot "].data=0x0 queue[" slot "].state=" state       \
	" queue[" slot "].status=0x0 "

static void queue(void **state)
{
	irq_pool_t queues = pool(IRQ_POOL_IMS_QUEUE, 0);
	struct message_entry context;
	struct msi_map map;
	uint64_t at = tape_position(m);
	int ran = 0;

	(void)state;
	map = irq_pool_alloc(m, queues, 9, NULL);
	assert_int_equal(map.index, 0);
	assert_writes(m, at, "");
	/* Message and unmasking collapse into one command. */
	request(map, &ran);
	assert_writes(m, at, COMMAND("0", "0x9", "0xfee00018", "0x1") "queue.doorbell=0x1");
	device_raise(m, "dsa", RAISE_STORE, 1, 9, RAISE_NO_PASID);
	machine_deliver(m, 0);
	assert_int_equal(ran, 1);

	at = tape_position(m);
	assert_int_equal(irq_set_affinity(m, (unsigned)map.virq, cpumask_of(m, 2)), 0);
	assert_writes(m, at, "");

	/* So do mask and the empty message. */
	assert_int_equal(free_irq(m, (unsigned)map.virq, &ran), 0);
	assert_writes(m, at, COMMAND("1", "0x9", "0x0", "0x0") "queue.doorbell=0x2");
	assert_int_equal(function_peek_store(m, "dsa", 1, 9, &context), 0);
	assert_int_equal(context.address, 0);
	assert_int_equal(context.ctrl, 0);
	assert_int_equal(machine_warnings_total(m), 0);
}

/* It masks at once, where a command can be sent, and not in the flow handler. */
static void disabled_queue_interrupt(void **state)
{
	irq_pool_t queues = pool(IRQ_POOL_IMS_QUEUE, 0);
	struct msi_map map = irq_pool_alloc(m, queues, 9, NULL);
	uint64_t at;
	int ran = 0;

	(void)state;
	request(map, &ran);
	at = tape_position(m);
	disable_irq(m, (unsigned)map.virq);
	assert_writes(m, at, COMMAND("1", "0x9", "0xfee00018", "0x0") "queue.doorbell=0x2");
	at = tape_position(m);
	enable_irq(m, (unsigned)map.virq);
	assert_writes(m, at, COMMAND("2", "0x9", "0xfee00018", "0x1") "queue.doorbell=0x3");
	device_raise(m, "dsa", RAISE_STORE, 1, 9, RAISE_NO_PASID);
	machine_deliver(m, 0);
	assert_int_equal(ran, 1);
	assert_int_equal(free_irq(m, (unsigned)map.virq, &ran), 0);
}

/*
 * What was on its way when it was disabled arrives afterwards: the flow handler
 * can't send a command, keeps the event, and enabling repeats it.
 */
static void event_while_disabled(void **state)
{
	irq_pool_t queues = pool(IRQ_POOL_IMS_QUEUE, 0);
	struct msi_map map = irq_pool_alloc(m, queues, 9, NULL);
	int ran = 0;

	(void)state;
	request(map, &ran);
	device_raise(m, "dsa", RAISE_STORE, 1, 9, RAISE_NO_PASID);
	disable_irq(m, (unsigned)map.virq);
	machine_deliver(m, 0);
	assert_int_equal(ran, 0);
	assert_int_equal(machine_warnings_total(m), 0);
	enable_irq(m, (unsigned)map.virq);
	machine_deliver(m, 0);
	assert_int_equal(ran, 1);
	assert_int_equal(free_irq(m, (unsigned)map.virq, &ran), 0);
}

/* A command that the device refuses is repeated; a few times, not for ever. */
static void refused_commands(void **state)
{
	irq_pool_t queues, dead;
	struct message_entry context;
	struct msi_map map;
	int ran = 0;

	(void)state;
	dsa = device_by_name(m, "shaky");
	queues = pool(IRQ_POOL_IMS_QUEUE, 0);
	dead = pool(IRQ_POOL_IMS_QUEUE, 1);
	map = irq_pool_alloc(m, queues, 3, NULL);
	/* More commands than the ring has slots. */
	for (int i = 0; i < 8; i++) {
		request(map, &ran);
		device_raise(m, "shaky", RAISE_STORE, 0, 3, RAISE_NO_PASID);
		machine_deliver(m, 0);
		assert_int_equal(ran, i + 1);
		assert_int_equal(free_irq(m, (unsigned)map.virq, &ran), 0);
		assert_int_equal(function_peek_store(m, "shaky", 0, 3, &context), 0);
		assert_int_equal(context.address, 0);
	}
	assert_int_equal(machine_warnings_total(m), 0);
	map = irq_pool_alloc(m, dead, 3, NULL);
	request(map, &ran);
	assert_int_equal(machine_warnings(m, WARN_QUEUE_NOT_WRITTEN), 1);
	assert_int_equal(function_peek_store(m, "shaky", 1, 3, &context), 0);
	assert_int_equal(context.ctrl, 0);
}

/* Handles are software's own: the device sees objects only. */
static void handles_are_not_objects(void **state)
{
	irq_pool_t queues = pool(IRQ_POOL_IMS_QUEUE, 0);

	(void)state;
	assert_int_equal(irq_pool_alloc(m, queues, 31, NULL).index, 0);
	assert_int_equal(irq_pool_alloc_at(m, queues, 65535, 7, NULL).index, 65535);
	assert_int_equal(irq_pool_alloc_at(m, queues, 65536, 7, NULL).index, -ERANGE);
	/* The device has 32 objects. */
	assert_int_equal(irq_pool_alloc(m, queues, 32, NULL).index, -EINVAL);
}

/* ---- why the parent must keep the message ---- */

static void forced_on_plain_x86(void **state)
{
	int ran = 0, error;
	struct msi_map map;
	irq_pool_t queues;

	(void)state;
	machine_destroy(m);
	make(PARENT_VECTOR);
	assert_int_equal(irq_pool_create(dsa, IRQ_POOL_IMS_QUEUE, 0, 0, &error), 0);
	assert_int_equal(error, -ENOTSUPP);
	machine_set_switch(m, SWITCH_FORCE_PARENT_IMS, true);
	queues = pool(IRQ_POOL_IMS_QUEUE, 0);
	map = irq_pool_alloc(m, queues, 9, NULL);
	request(map, &ran);
	assert_int_equal(irq_set_affinity(m, (unsigned)map.virq, cpumask_of(m, 2)), 0);
	assert_int_equal(machine_warnings_total(m), 0);
	/* The move is carried out by the interrupt itself, where nobody may wait for a device. */
	device_raise(m, "dsa", RAISE_STORE, 1, 9, RAISE_NO_PASID);
	machine_deliver(m, 0);
	assert_true(machine_warnings(m, WARN_SLEEP_IN_ATOMIC) > 0);
	assert_true(machine_warnings(m, WARN_QUEUE_NOT_WRITTEN) > 0);
}

/* A table can be written in any context: no complaint, although it is forced. */
static void forced_table_on_plain_x86(void **state)
{
	irq_pool_t table;
	struct msi_map map;
	int ran = 0;

	(void)state;
	machine_destroy(m);
	make(PARENT_VECTOR);
	machine_set_switch(m, SWITCH_FORCE_PARENT_IMS, true);
	table = pool(IRQ_POOL_IMS_TABLE, 0);
	map = irq_pool_alloc(m, table, 1, NULL);
	request(map, &ran);
	assert_int_equal(irq_set_affinity(m, (unsigned)map.virq, cpumask_of(m, 2)), 0);
	for (int i = 0; i < 2; i++) {
		device_raise(m, "dsa", RAISE_STORE, 0, 0, 1);
		machine_deliver(m, 0);
	}
	assert_int_equal(ran, 2);
	assert_ptr_equal(
		irq_data_get_effective_affinity_mask(irq_get_irq_data(m, (unsigned)map.virq)),
		cpumask_of(m, 2));
	assert_int_equal(machine_warnings(m, WARN_SLEEP_IN_ATOMIC), 0);
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(dsa_table),
		test(generic_table),
		test(disabled_table_interrupt),
		test(shutdown_of_a_masked_slot),
		test(failed_allocation_restores_the_slot),
		test(queue),
		test(disabled_queue_interrupt),
		test(event_while_disabled),
		test(refused_commands),
		test(handles_are_not_objects),
		test(forced_on_plain_x86),
		test(forced_table_on_plain_x86),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
