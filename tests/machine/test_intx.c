/* SPDX-License-Identifier: GPL-2.0-only OR MIT */

#include "machine_test.h"

#include "domains/intel_ir.h"
#include "domains/ioapic.h"
#include "domains/x86.h"
#include "sim_iommu/ioapic.h"

/*
 * Pins of devices, through an I/O APIC: what its entries hold, how a level is
 * ended, moved and shared. Behind each kind of remapping.
 */

#define PINS 24
#define IRQ  20

struct card { /* a device whose handler lets go of the line at its last call */
	struct lab *lab;
	const char *name;
	unsigned wanted; /* calls until then */
	unsigned calls, spurious, cpu;
};

struct lab {
	struct machine *m;
	enum remap_kind kind;
	enum apic_mode apic;
	struct card a, b;
	struct bus_listener listener;
	uint32_t index;	  /* of the I/O APIC, as last written */
	unsigned torn;	  /* entries that changed with their remote IRR set */
	unsigned open;	  /* high halves that changed with the entry unmasked */
	unsigned writes;  /* of the entry's halves */
	unsigned lets_in; /* writes that unmask */
	uint32_t first;	  /* the half that was written first */
};

static enum irqreturn service(int irq, void *dev_id)
{
	struct card *card = dev_id;

	(void)irq;
	if (!card->wanted) {
		card->spurious++;
		return IRQ_NONE;
	}
	card->calls++;
	card->cpu = this_cpu(card->lab->m);
	if (!--card->wanted)
		assert_int_equal(device_lower_intx(card->lab->m, card->name), 0);
	return IRQ_HANDLED;
}

static struct machine *machine_with(enum remap_kind kind, enum apic_mode apic)
{
	static const struct device_desc devices[] = {
		{.name = "a", .requester = 0x18, .node = -1, .pin = 1, .intx_irq = IRQ},
		{.name = "b", .requester = 0x20, .node = -1, .pin = 2, .intx_irq = IRQ},
		{.name = "elsewhere", .requester = 0x28, .node = -1, .pin = 1, .intx_irq = 40},
		{.name = "none", .requester = 0x30, .node = -1},
	};
	const struct ioapic_desc ioapic = {.pins = PINS, .requester = 0xff00};
	const struct remap_desc remap = {.name = "ir", .kind = kind, .entries = 256};
	const struct machine_desc desc = {
		.nr_cpus = 2,
		.apic_mode = apic,
		.remaps = &remap,
		.nr_remaps = kind != REMAP_NONE,
		.devices = devices,
		.nr_devices = sizeof(devices) / sizeof(devices[0]),
		.ioapics = &ioapic,
		.nr_ioapics = 1,
	};
	struct machine *m = machine_create(NULL);
	const char *why = NULL;

	assert_non_null(m);
	if (machine_load(m, &desc, &why))
		fail_msg("%s", why);
	return m;
}

static void watch_entry(void *context, struct machine *m, const struct tape_record *record);

static int setup_with(void **state, enum remap_kind kind, enum apic_mode apic)
{
	struct lab *lab = test_calloc(1, sizeof(*lab));

	lab->m = machine_with(kind, apic);
	lab->kind = kind;
	lab->apic = apic;
	lab->listener = (struct bus_listener){.before = watch_entry, .context = lab};
	assert_int_equal(bus_listen(lab->m, &lab->listener), 0);
	lab->a = (struct card){.lab = lab, .name = "a"};
	lab->b = (struct card){.lab = lab, .name = "b"};
	*state = lab;
	return 0;
}

static int setup_plain(void **state)
{
	return setup_with(state, REMAP_NONE, 0);
}

static int setup_intel(void **state)
{
	return setup_with(state, REMAP_INTEL, 0);
}

static int setup_amd(void **state)
{
	return setup_with(state, REMAP_AMD, 0);
}

static int setup_logical(void **state)
{
	return setup_with(state, REMAP_NONE, APIC_LOGICAL_FLAT);
}

static int teardown(void **state)
{
	struct lab *lab = *state;

	assert_null(machine_poisoned(lab->m));
	assert_int_equal(machine_warnings_total(lab->m), 0);
	assert_int_equal(lab->torn, 0);
	assert_int_equal(lab->open, 0);
	machine_destroy(lab->m);
	test_free(lab);
	return 0;
}

static uint64_t entry(const struct lab *lab)
{
	return ioapic_peek_entry(lab->m, 0, IRQ);
}

static void watch_entry(void *context, struct machine *m, const struct tape_record *record)
{
	uint32_t low = IOAPIC_ENTRY + 2 * IRQ;
	struct lab *lab = context;
	struct bus_place place;

	if (record->kind != TAPE_MMIO || !tape_place(m, record, &place) ||
	    strcmp(place.object, "ioapic0"))
		return;
	if (!strcmp(place.field, "index")) {
		lab->index = (uint32_t)record->value;
		return;
	}
	if (lab->index != low && lab->index != low + 1)
		return;
	if (!lab->writes++)
		lab->first = lab->index - low;
	lab->lets_in += lab->index == low && !(record->value & IOAPIC_RTE_MASKED);
	lab->torn += lab->index == low + 1 && entry(lab) & IOAPIC_RTE_REMOTE_IRR;
	lab->open += lab->index == low + 1 && !(entry(lab) & IOAPIC_RTE_MASKED);
}

/* Of what is written from now on. */
static void watch_anew(struct lab *lab)
{
	lab->writes = lab->lets_in = 0;
}

static void request(struct card *card)
{
	assert_int_equal(request_irq(card->lab->m, IRQ, service, IRQF_SHARED, card->name, card), 0);
}

static void raise(struct card *card, unsigned calls)
{
	card->wanted += calls;
	assert_int_equal(device_raise(card->lab->m, card->name, RAISE_INTX, 0, 0, RAISE_NO_PASID),
			 0);
	assert_true(machine_deliver(card->lab->m, 1000) >= 0);
}

static void move_to(struct lab *lab, unsigned cpu)
{
	assert_int_equal(irq_set_affinity(lab->m, IRQ, cpumask_of(lab->m, cpu)), 0);
}

/* ---- what is there ---- */

static void lines_become_interrupts(void **state)
{
	struct lab *lab = *state;
	const struct irq_desc *desc = irq_to_desc(lab->m, IRQ);
	struct ioapic_pin_info info;

	assert_non_null(desc);
	assert_string_equal(desc->irq_data.domain->name, "IO-APIC-0");
	assert_string_equal(desc->irq_data.chip->name,
			    lab->kind == REMAP_NONE ? "IO-APIC" : "IR-IO-APIC");
	assert_int_equal(desc->irq_data.hwirq, IRQ);
	assert_string_equal(irq_flow_name(desc->handle_irq, true), "handle_fasteoi_irq");
	assert_int_equal(desc->status_use_accessors & IRQ_LEVEL, IRQ_LEVEL);
	assert_true(ioapic_pin_info(lab->m, IRQ, &info));
	assert_int_equal(info.users, 2);
	assert_int_equal(info.pin, IRQ);
	assert_true(info.level && info.low);
	assert_int_equal(entry(lab), IOAPIC_RTE_MASKED);
	/* Beyond the inputs there is nothing to map. */
	assert_null(irq_to_desc(lab->m, 40));
	assert_false(ioapic_pin_info(lab->m, 40, &info));
	assert_null(irq_to_desc(lab->m, IRQ + 1));
}

static void entries_follow_the_message(void **state)
{
	struct lab *lab = *state;
	uint64_t common = IOAPIC_RTE_LEVEL | IOAPIC_RTE_LOW;
	struct x86_vector_info vector;
	struct intel_ir_info intel;

	request(&lab->a);
	assert_int_equal(lab->first, 1); /* what lets the line in comes last */
	assert_true(x86_vector_info(lab->m, IRQ, &vector));
	switch (lab->kind) {
	case REMAP_INTEL:
		assert_true(intel_ir_info(lab->m, IRQ, &intel));
		assert_int_equal(entry(lab),
				 common | IOAPIC_RTE_REMAP | (uint64_t)intel.index << 49 | IRQ);
		break;
	case REMAP_AMD: /* the pin's own entry of the table */
		assert_int_equal(entry(lab), common | IRQ);
		break;
	default:
		assert_int_equal(entry(lab),
				 common | (uint64_t)vector.cfg_dest << 56 |
					 (lab->apic == APIC_LOGICAL_FLAT ? IOAPIC_RTE_LOGICAL : 0) |
					 vector.vector);
	}
	assert_int_equal(free_irq(lab->m, IRQ, &lab->a), 0);
	assert_int_equal(entry(lab) & IOAPIC_RTE_MASKED, IOAPIC_RTE_MASKED);
}

/* ---- levels ---- */

static void a_level_comes_until_it_is_gone(void **state)
{
	struct lab *lab = *state;

	request(&lab->a);
	raise(&lab->a, 3);
	assert_int_equal(lab->a.calls, 3);
	assert_int_equal(entry(lab) & IOAPIC_RTE_REMOTE_IRR, 0);
	raise(&lab->a, 1);
	assert_int_equal(lab->a.calls, 4);
	assert_int_equal(lab->a.spurious, 0);
}

static void a_line_is_shared(void **state)
{
	struct lab *lab = *state;

	request(&lab->a);
	request(&lab->b);
	raise(&lab->b, 1);
	assert_int_equal(lab->b.calls, 1);
	assert_int_equal(lab->a.calls, 0);
	assert_int_equal(lab->a.spurious, 1);

	lab->a.wanted = 2;
	assert_int_equal(device_raise(lab->m, "a", RAISE_INTX, 0, 0, RAISE_NO_PASID), 0);
	raise(&lab->b, 1);
	assert_int_equal(lab->a.calls, 2);
	assert_int_equal(lab->b.calls, 2);
}

static void disabled_it_waits(void **state)
{
	struct lab *lab = *state;

	request(&lab->a);
	disable_irq(lab->m, IRQ);
	assert_int_equal(entry(lab) & IOAPIC_RTE_MASKED, 0); /* lazily */
	raise(&lab->a, 1);
	assert_int_equal(lab->a.calls, 0);
	assert_int_equal(entry(lab) & IOAPIC_RTE_MASKED, IOAPIC_RTE_MASKED);
	enable_irq(lab->m, IRQ);
	assert_true(machine_deliver(lab->m, 0) >= 0);
	assert_int_equal(lab->a.calls, 1);
}

static void nobody_listens(void **state)
{
	struct lab *lab = *state;

	/* Masked, not lost: the line is still there when somebody does. */
	raise(&lab->a, 1);
	assert_int_equal(lab->a.calls, 0);
	request(&lab->a);
	assert_true(machine_deliver(lab->m, 0) >= 0);
	assert_int_equal(lab->a.calls, 1);
}

static void it_starts_when_asked(void **state)
{
	struct lab *lab = *state;

	assert_int_equal(request_irq(lab->m, IRQ, service, IRQF_NO_AUTOEN, "a", &lab->a), 0);
	assert_int_equal(entry(lab) & IOAPIC_RTE_MASKED, IOAPIC_RTE_MASKED);
	assert_int_equal(lab->lets_in, 0);
	raise(&lab->a, 1);
	assert_int_equal(lab->a.calls, 0);
	enable_irq(lab->m, IRQ);
	assert_true(machine_deliver(lab->m, 0) >= 0);
	assert_int_equal(lab->a.calls, 1);
}

/* ---- moves ---- */

/* The line stays asserted over the move: it must not end where nobody listens. */
static void a_level_moves_while_it_is_asserted(void **state)
{
	struct lab *lab = *state;
	struct x86_vector_info before, after;

	request(&lab->a);
	assert_true(x86_vector_info(lab->m, IRQ, &before));
	move_to(lab, !before.cpu);
	raise(&lab->a, 2);
	assert_true(x86_vector_info(lab->m, IRQ, &after));
	assert_int_equal(after.cpu, !before.cpu);
	assert_int_equal(lab->a.calls, 2);
	assert_int_equal(lab->a.cpu, !before.cpu);
	assert_int_equal(entry(lab) & IOAPIC_RTE_REMOTE_IRR, 0);
	raise(&lab->a, 1);
	assert_int_equal(lab->a.cpu, !before.cpu);
	assert_int_equal(machine_settle(lab->m), 0);
	assert_true(x86_vector_info(lab->m, IRQ, &after));
	assert_int_equal(after.prev_vector, 0);
}

static void behind_a_unit_the_entry_stays(void **state)
{
	struct lab *lab = *state;
	struct x86_vector_info info;
	uint64_t before;

	request(&lab->a);
	before = entry(lab);
	assert_true(x86_vector_info(lab->m, IRQ, &info));
	watch_anew(lab);
	move_to(lab, !info.cpu);
	assert_int_equal(lab->writes, 0);
	assert_int_equal(entry(lab), before);
	raise(&lab->a, 1);
	assert_int_equal(lab->a.cpu, !info.cpu);
}

/* Software's order comes first: disabled in its handler, it moves all the same. */
static enum irqreturn move_and_disable(int irq, void *dev_id)
{
	struct card *card = dev_id;

	card->cpu = this_cpu(card->lab->m);
	move_to(card->lab, !card->cpu);
	disable_irq_nosync(card->lab->m, (unsigned)irq);
	return service(irq, dev_id);
}

static void a_disabled_level_moves_at_its_end(void **state)
{
	struct lab *lab = *state;
	struct x86_vector_info info;

	assert_int_equal(request_irq(lab->m, IRQ, move_and_disable, 0, "a", &lab->a), 0);
	raise(&lab->a, 1);
	assert_int_equal(lab->a.calls, 1);
	assert_true(x86_vector_info(lab->m, IRQ, &info));
	assert_int_equal(info.cpu, !lab->a.cpu);
	assert_int_equal(entry(lab) & IOAPIC_RTE_MASKED, 0); /* lazily: as it was */
}

/*
 * Somebody changes the entry's vector while the interrupt is in service: its end
 * does not reach the I/O APIC, and with remote IRR set nothing may move.
 */
static enum irqreturn move_and_lose_end(int irq, void *dev_id)
{
	struct card *card = dev_id;
	struct lab *lab = card->lab;

	card->cpu = this_cpu(lab->m);
	move_to(lab, !card->cpu);
	layer_runs(lab->m, LAYER_OUTSIDE); /* no driver does that */

	bus_write(lab->m, IOAPIC_REGISTER_BASE + IOAPIC_INDEX, 4, IOAPIC_ENTRY + 2 * IRQ);
	bus_write(lab->m, IOAPIC_REGISTER_BASE + IOAPIC_DATA, 4, (uint32_t)entry(lab) ^ 1);
	watch_anew(lab);
	return service(irq, dev_id);
}

static void without_an_end_it_does_not_move(void **state)
{
	struct lab *lab = *state;
	struct x86_vector_info before, after;

	assert_int_equal(request_irq(lab->m, IRQ, move_and_lose_end, IRQF_ONESHOT, "a", &lab->a),
			 0);
	assert_true(x86_vector_info(lab->m, IRQ, &before));
	raise(&lab->a, 1);
	assert_int_equal(lab->a.calls, 1);
	assert_true(x86_vector_info(lab->m, IRQ, &after));
	assert_int_equal(after.cpu, before.cpu);
	assert_int_equal(after.vector, before.vector);
	/* Oneshot: masked in the handler, and unmasked once, by the flow. */
	assert_int_equal(lab->lets_in, 1);
	assert_int_equal(lab->writes, 1);

	/* The end comes after all, and so does the move with the next interrupt. */
	assert_int_equal(entry(lab) & IOAPIC_RTE_REMOTE_IRR, IOAPIC_RTE_REMOTE_IRR);
	bus_write(lab->m, IOAPIC_REGISTER_BASE + IOAPIC_EOI, 4, before.vector);
	assert_int_equal(entry(lab) & IOAPIC_RTE_REMOTE_IRR, 0);
	assert_int_equal(free_irq(lab->m, IRQ, &lab->a), 0);
}

static void an_offline_cpu_is_left(void **state)
{
	struct lab *lab = *state;

	request(&lab->a);
	move_to(lab, 1);
	raise(&lab->a, 2);
	assert_int_equal(lab->a.cpu, 1);
	assert_int_equal(cpu_down(lab->m, 1), 0);
	raise(&lab->a, 1);
	assert_int_equal(lab->a.cpu, 0);
	assert_int_equal(lab->a.calls, 3);
}

/* ---- users, and what is refused ---- */

static void the_last_user_frees(void **state)
{
	const struct gsi_line edge = {.level = false, .node = -1};
	const struct gsi_line level = {.level = true, .low = true, .node = -1};
	struct lab *lab = *state;
	struct fingerprint before;

	assert_int_equal(ioapic_map_gsi(lab->m, IRQ, &edge), -EBUSY);
	assert_int_equal(ioapic_map_gsi(lab->m, PINS, &level), -EINVAL);
	/* An AMD table's entry of a pin that was used once looks different from then on. */
	assert_int_equal(ioapic_map_gsi(lab->m, 21, &level), 21);
	ioapic_unmap_gsi(lab->m, 21);
	before = machine_fingerprint(lab->m, FINGERPRINT_SEMANTIC);
	assert_int_equal(ioapic_map_gsi(lab->m, 21, &edge), 21);
	assert_string_equal(irq_flow_name(irq_to_desc(lab->m, 21)->handle_irq, true),
			    "handle_edge_irq");
	ioapic_unmap_gsi(lab->m, 21);
	assert_null(irq_to_desc(lab->m, 21));
	assert_true(fingerprint_equal(before, machine_fingerprint(lab->m, FINGERPRINT_SEMANTIC)));
	ioapic_unmap_gsi(lab->m, 21); /* nobody's */

	ioapic_unmap_gsi(lab->m, IRQ);
	assert_non_null(irq_to_desc(lab->m, IRQ));
	ioapic_unmap_gsi(lab->m, IRQ);
	assert_null(irq_to_desc(lab->m, IRQ));
}

static void a_pin_is_one_interrupt(void **state)
{
	struct lab *lab = *state;
	struct gsi_line level = {.level = true, .low = true, .node = -1};
	struct irq_alloc_info info = {.type = IRQ_ALLOC_IOAPIC, .hwirq = IRQ, .data = &level};
	unsigned pin;
	struct irq_domain *domain = ioapic_of_gsi(lab->m, IRQ, &pin);

	assert_int_equal(irq_domain_alloc_irqs(domain, -1, 1, -1, &info, NULL), -EEXIST);
	info.hwirq = PINS;
	assert_int_equal(irq_domain_alloc_irqs(domain, -1, 1, -1, &info, NULL), -EINVAL);
	info.hwirq = PINS - 1;
	assert_int_equal(irq_domain_alloc_irqs(domain, -1, 2, -1, &info, NULL), -EINVAL);
}

static void failed_mapping_leaves_no_trace(void **state)
{
	const struct gsi_line level = {.level = true, .low = true, .node = -1};
	struct lab *lab = *state;
	struct fingerprint before = machine_fingerprint(lab->m, FINGERPRINT_SEMANTIC);
	unsigned failures = 0;

	for (;; failures++) {
		int ret;

		machine_fail_allocation(lab->m, failures + 1);
		ret = ioapic_map_gsi(lab->m, 21, &level);
		machine_fail_allocation(lab->m, 0);
		if (ret == 21)
			break;
		assert_int_equal(ret, -ENOMEM);
		assert_true(fingerprint_equal(before,
					      machine_fingerprint(lab->m, FINGERPRINT_SEMANTIC)));
	}
	assert_true(failures >= 3);
}

#define ON_ALL(test)                                                                               \
	{#test " (plain)", test, setup_plain, teardown, NULL},                                     \
		{#test " (intel)", test, setup_intel, teardown, NULL},                             \
	{                                                                                          \
#test " (amd)", test, setup_amd, teardown, NULL                                    \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_ALL(lines_become_interrupts),
		ON_ALL(entries_follow_the_message),
		ON_ALL(a_level_comes_until_it_is_gone),
		ON_ALL(a_line_is_shared),
		ON_ALL(disabled_it_waits),
		ON_ALL(nobody_listens),
		ON_ALL(it_starts_when_asked),
		ON_ALL(a_level_moves_while_it_is_asserted),
		ON_ALL(an_offline_cpu_is_left),
		ON_ALL(the_last_user_frees),
		ON_ALL(a_pin_is_one_interrupt),
		ON_ALL(failed_mapping_leaves_no_trace),
		{"entries_follow_the_message (logical)", entries_follow_the_message, setup_logical,
		 teardown, NULL},
		{"a_level_moves_while_it_is_asserted (logical)", a_level_moves_while_it_is_asserted,
		 setup_logical, teardown, NULL},
		{"a_disabled_level_moves_at_its_end (plain)", a_disabled_level_moves_at_its_end,
		 setup_plain, teardown, NULL},
		{"without_an_end_it_does_not_move (plain)", without_an_end_it_does_not_move,
		 setup_plain, teardown, NULL},
		{"behind_a_unit_the_entry_stays (intel)", behind_a_unit_the_entry_stays,
		 setup_intel, teardown, NULL},
		{"behind_a_unit_the_entry_stays (amd)", behind_a_unit_the_entry_stays, setup_amd,
		 teardown, NULL},
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
