/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/bench.h"

#include <string.h>

/* Suspend and resume, and what else a driver says of its interrupt: wake, hint, thread. */

static struct bench *open_bench(unsigned *irq)
{
	struct bench *b = bench_create(&(struct bench_shape){.remap = REMAP_INTEL, .entries = 64});

	*irq = bench_alloc(b, b->nic, 2, PCI_IRQ_MSIX);
	bench_request(b, *irq);
	return b;
}

static struct irq_desc *desc_of(const struct bench *b, unsigned irq)
{
	return irq_to_desc(b->m, irq);
}

/* ---- sleep ---- */

static void held_back_and_replayed(void **state)
{
	struct irq_desc before;
	struct bench *b;
	unsigned irq;

	(void)state;
	b = open_bench(&irq);
	assert_int_equal(bench_raise(b, b->nic, 0), 1);
	before = *desc_of(b, irq);
	suspend_device_irqs(b->m);
	assert_int_equal(desc_of(b, irq)->depth, 1);
	assert_true(desc_of(b, irq)->istate & IRQS_SUSPENDED);
	assert_false(irqd_has(&desc_of(b, irq)->irq_data, IRQD_IRQ_MASKED)); /* lazily */
	assert_int_equal(bench_raise(b, b->nic, 0), 0);
	assert_int_equal(bench_raise(b, b->nic, 0), 0);
	assert_int_equal(machine_lost(b->m, NULL, 0), 0);
	assert_int_equal(pm_wakeup_irq(b->m), 0);
	resume_device_irqs(b->m);
	machine_deliver(b->m, 0);
	assert_int_equal(b->handled, 2); /* two edges, one handler */
	assert_int_equal(desc_of(b, irq)->depth, 0);
	assert_int_equal(machine_warnings_total(b->m), 0);
	assert_int_equal(desc_of(b, irq)->istate, before.istate);
	assert_int_equal(desc_of(b, irq)->irq_common_data.state_use_accessors,
			 before.irq_common_data.state_use_accessors);
	bench_destroy(b);
}

static void some_stay_on(void **state)
{
	struct bench *b;
	unsigned irq;

	(void)state;
	b = open_bench(&irq);
	assert_int_equal(request_irq(b->m, irq + 1, bench_handler, IRQF_NO_SUSPEND, "clock", b), 0);
	suspend_device_irqs(b->m);
	assert_int_equal(bench_raise(b, b->nic, 1), 1);
	assert_int_equal(bench_raise(b, b->nic, 0), 0);
	resume_device_irqs(b->m);
	assert_int_equal(desc_of(b, irq + 1)->depth, 0);
	bench_destroy(b);
}

static void one_wakes(void **state)
{
	struct bench *b;
	unsigned irq;

	(void)state;
	b = open_bench(&irq);
	bench_request(b, irq + 1);
	assert_int_equal(irq_set_irq_wake(b->m, irq, true), 0);
	suspend_device_irqs(b->m);
	assert_int_equal(desc_of(b, irq)->depth, 0);
	assert_true(irqd_has(&desc_of(b, irq)->irq_data, IRQD_WAKEUP_ARMED));
	assert_int_equal(bench_raise(b, b->nic, 1), 0);
	assert_int_equal(pm_wakeup_irq(b->m), 0);
	assert_int_equal(bench_raise(b, b->nic, 0), 0);
	assert_int_equal(pm_wakeup_irq(b->m), irq);
	assert_int_equal(desc_of(b, irq)->depth, 1);
	assert_true(desc_of(b, irq)->istate & IRQS_SUSPENDED);
	assert_int_equal(bench_raise(b, b->nic, 0), 0); /* the second is held back like others */
	assert_int_equal(machine_lost(b->m, NULL, 0), 0);
	resume_device_irqs(b->m);
	machine_deliver(b->m, 0);
	assert_int_equal(b->handled, 2); /* each once */
	assert_int_equal(pm_wakeup_irq(b->m), irq);
	suspend_device_irqs(b->m);
	assert_int_equal(pm_wakeup_irq(b->m), 0);
	resume_device_irqs(b->m);
	assert_int_equal(machine_warnings_total(b->m), 0);
	bench_destroy(b);
}

static void what_a_driver_disabled_stays_so(void **state)
{
	struct bench *b;
	unsigned irq;

	(void)state;
	b = open_bench(&irq);
	disable_irq(b->m, irq);
	suspend_device_irqs(b->m);
	assert_int_equal(desc_of(b, irq)->depth, 2);
	resume_device_irqs(b->m);
	assert_int_equal(desc_of(b, irq)->depth, 1);
	assert_int_equal(bench_raise(b, b->nic, 0), 0);
	enable_irq(b->m, irq);
	machine_deliver(b->m, 0);
	assert_int_equal(b->handled, 1);
	assert_int_equal(machine_warnings_total(b->m), 0);
	/* Nobody enables what the suspend disabled. */
	suspend_device_irqs(b->m);
	enable_irq(b->m, irq);
	assert_int_equal(machine_warnings(b->m, WARN_UNBALANCED_ENABLE), 1);
	assert_int_equal(desc_of(b, irq)->depth, 1);
	resume_device_irqs(b->m);
	assert_int_equal(desc_of(b, irq)->depth, 0);
	bench_destroy(b);
}

static void forced_on(void **state)
{
	struct bench *b;
	unsigned irq;

	(void)state;
	b = open_bench(&irq);
	assert_int_equal(request_irq(b->m, irq + 1, bench_handler,
				     IRQF_NO_SUSPEND | IRQF_FORCE_RESUME, "event", b),
			 0);
	suspend_device_irqs(b->m);
	resume_device_irqs(b->m);
	assert_int_equal(desc_of(b, irq + 1)->depth, 0);
	assert_int_equal(bench_raise(b, b->nic, 1), 1);
	assert_int_equal(machine_warnings_total(b->m), 0);
	bench_destroy(b);
}

/* ---- what chips want ---- */

static char *log_of(const struct irq_data *d)
{
	return d->common->handler_data;
}
static void chip_mask(struct irq_data *d)
{
	strcat(log_of(d), "mask ");
}
static void chip_unmask(struct irq_data *d)
{
	strcat(log_of(d), "unmask ");
}
static void chip_shutdown(struct irq_data *d)
{
	strcat(log_of(d), "shutdown ");
}
static void chip_release(struct irq_data *d)
{
	strcat(log_of(d), "release ");
}
static int chip_state(struct irq_data *d, enum irqchip_state which, bool *state)
{
	strcat(log_of(d), which == IRQCHIP_STATE_ACTIVE ? "active? " : "state? ");
	*state = false;
	return 0;
}
static int chip_wake(struct irq_data *d, bool on)
{
	strcat(log_of(d), on ? "wake " : "sleep ");
	return on ? 0 : -EBUSY;
}

static const struct irq_chip plain_chip = {
	.name = "PLAIN",
	.irq_mask = chip_mask,
	.irq_unmask = chip_unmask,
	.irq_shutdown = chip_shutdown,
	.irq_release_resources = chip_release,
	.irq_get_irqchip_state = chip_state,
};
static const struct irq_chip waking_chip = {
	.name = "WAKING",
	.irq_mask = chip_mask,
	.irq_unmask = chip_unmask,
	.irq_set_wake = chip_wake,
	.flags = IRQCHIP_MASK_ON_SUSPEND | IRQCHIP_ENABLE_WAKEUP_ON_SUSPEND,
};

static unsigned with_chip(struct bench *b, const struct irq_chip *chip, char *log)
{
	int irq = irq_alloc_descs(b->m, -1, 1, 0, NULL);

	assert_true(irq > 0);
	irq_set_chip_and_handler(b->m, (unsigned)irq, chip, handle_level_irq, "level");
	desc_of(b, (unsigned)irq)->irq_common_data.handler_data = log;
	bench_request(b, (unsigned)irq);
	*log = 0;
	return (unsigned)irq;
}

static void masked_where_the_chip_wants_it(void **state)
{
	char log[256] = "";
	struct bench *b;
	unsigned irq;

	(void)state;
	b = open_bench(&irq);
	irq = with_chip(b, &waking_chip, log);
	suspend_device_irqs(b->m);
	assert_string_equal(log, "mask ");
	resume_device_irqs(b->m);
	assert_string_equal(log, "mask unmask ");
	/* One that shall wake is enabled for the time, though its driver had disabled it. */
	*log = 0;
	disable_irq(b->m, irq);
	assert_int_equal(irq_set_irq_wake(b->m, irq, true), 0);
	suspend_device_irqs(b->m);
	assert_int_equal(desc_of(b, irq)->depth, 0);
	assert_true(irqd_has(&desc_of(b, irq)->irq_data, IRQD_IRQ_ENABLED_ON_SUSPEND));
	resume_device_irqs(b->m);
	assert_int_equal(desc_of(b, irq)->depth, 1);
	assert_false(irqd_has(&desc_of(b, irq)->irq_data,
			      IRQD_IRQ_ENABLED_ON_SUSPEND | IRQD_WAKEUP_ARMED));
	assert_int_equal(machine_warnings_total(b->m), 0);
	bench_destroy(b);
}

static void waking_is_counted(void **state)
{
	char log[256] = "";
	struct bench *b;
	unsigned irq, other;

	(void)state;
	b = open_bench(&irq);
	irq = with_chip(b, &waking_chip, log);
	assert_int_equal(irq_set_irq_wake(b->m, irq, true), 0);
	assert_int_equal(irq_set_irq_wake(b->m, irq, true), 0);
	assert_int_equal(irq_set_irq_wake(b->m, irq, false), 0);
	assert_string_equal(log, "wake ");
	assert_true(irqd_has(&desc_of(b, irq)->irq_data, IRQD_WAKEUP_STATE));
	/* What the chip refuses changes nothing. */
	assert_int_equal(irq_set_irq_wake(b->m, irq, false), -EBUSY);
	assert_string_equal(log, "wake sleep ");
	assert_true(irqd_has(&desc_of(b, irq)->irq_data, IRQD_WAKEUP_STATE));

	other = with_chip(b, &plain_chip, log);
	assert_int_equal(irq_set_irq_wake(b->m, other, true), -ENXIO);
	assert_int_equal(irq_set_irq_wake(b->m, 4711, true), -EINVAL);
	assert_int_equal(machine_warnings_total(b->m), 0);
	assert_int_equal(irq_set_irq_wake(b->m, other, false), 0);
	assert_int_equal(machine_warnings(b->m, WARN_UNBALANCED_WAKE), 1);
	bench_destroy(b);
}

/* ---- the end of a handler, its hint, its thread ---- */

/* free_irq() asks the hardware once the interrupt is off, before anything is given back. */
static void free_waits_for_the_hardware(void **state)
{
	char log[256] = "";
	struct bench *b;
	unsigned irq;

	(void)state;
	b = open_bench(&irq);
	irq = with_chip(b, &plain_chip, log);
	synchronize_irq(b->m, irq);
	assert_string_equal(log, "active? ");
	*log = 0;
	bench_free_irq(b, irq);
	assert_string_equal(log, "shutdown active? release ");
	bench_destroy(b);
}

static void hints(void **state)
{
	struct bench *b;
	unsigned irq;

	(void)state;
	b = open_bench(&irq);
	assert_int_equal(irq_update_affinity_hint(b->m, irq, cpumask_of(b->m, 2)), 0);
	assert_int_equal(bench_vector(b, irq).cpu, 0); /* a wish, no more */
	assert_int_equal(irq_set_affinity_and_hint(b->m, irq, cpumask_of(b->m, 1)), 0);
	assert_int_equal(bench_vector(b, irq).cpu, 1);
	assert_ptr_equal(desc_of(b, irq)->affinity_hint, cpumask_of(b->m, 1));
	/* What can't be done is not told. */
	assert_int_equal(irq_set_affinity_and_hint(b->m, irq, cpumask_none(b->m)), 0);
	assert_int_equal(irq_update_affinity_hint(b->m, 4711, NULL), -EINVAL);
	assert_int_equal(irq_update_affinity_hint(b->m, irq, NULL), 0);
	bench_free_irq(b, irq);
	assert_int_equal(machine_warnings_total(b->m), 0);

	bench_request(b, irq);
	assert_int_equal(irq_update_affinity_hint(b->m, irq, cpumask_of(b->m, 2)), 0);
	assert_int_equal(free_irq(b->m, irq, b), 0);
	assert_int_equal(machine_warnings(b->m, WARN_HINT_LEFT), 1);
	assert_null(desc_of(b, irq)->affinity_hint);
	bench_destroy(b);
}

static enum irqreturn wants_thread(int irq, void *dev_id)
{
	struct bench *b = dev_id;

	(void)irq;
	b->handled++;
	return IRQ_WAKE_THREAD;
}

static void no_thread_to_wake(void **state)
{
	struct bench *b;
	unsigned irq;

	(void)state;
	b = open_bench(&irq);
	assert_int_equal(request_irq(b->m, irq + 1, wants_thread, 0, "eager", b), 0);
	assert_int_equal(bench_raise(b, b->nic, 1), 1);
	assert_int_equal(bench_raise(b, b->nic, 1), 1);
	assert_int_equal(machine_warnings(b->m, WARN_NO_THREAD), 1); /* once */
	bench_destroy(b);
}

static void not_connected(void **state)
{
	struct bench *b;
	unsigned irq;

	(void)state;
	b = open_bench(&irq);
	assert_int_equal(request_irq(b->m, IRQ_NOTCONNECTED, bench_handler, 0, "air", b),
			 -ENOTCONN);
	assert_int_equal(request_irq(b->m, IRQ_NOTCONNECTED - 1, bench_handler, 0, "none", b),
			 -EINVAL);
	assert_int_equal(machine_warnings_total(b->m), 0);
	bench_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(held_back_and_replayed),
		cmocka_unit_test(some_stay_on),
		cmocka_unit_test(one_wakes),
		cmocka_unit_test(what_a_driver_disabled_stays_so),
		cmocka_unit_test(forced_on),
		cmocka_unit_test(masked_where_the_chip_wants_it),
		cmocka_unit_test(waking_is_counted),
		cmocka_unit_test(free_waits_for_the_hardware),
		cmocka_unit_test(hints),
		cmocka_unit_test(no_thread_to_wake),
		cmocka_unit_test(not_connected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
