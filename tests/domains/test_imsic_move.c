/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/riscv_bench.h"

#include "sim_cpu/imsic.h"
#include "sim_pci/function.h"

#include <stdlib.h>
#include <string.h>

static struct riscv_bench *plain(void)
{
	return riscv_create(&(struct riscv_shape){0});
}

static void expect_place(struct riscv_bench *b, unsigned irq, unsigned cpu, unsigned id)
{
	const struct imsic_irq_info info = riscv_info(b, irq);

	assert_int_equal(info.cpu, cpu);
	assert_int_equal(info.id, id);
}

static void raise_only(struct riscv_bench *b, unsigned index)
{
	assert_int_equal(device_raise(b->m, "nic", RAISE_MSIX, 0, index, RAISE_NO_PASID), 0);
}

static void settle(struct riscv_bench *b)
{
	assert_int_equal(machine_settle(b->m), 0);
	riscv_check(b);
}

/* ---- a move ---- */

/* The message first; then the old identity is disabled by its CPU, the new one by its own. */
static void test_order(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = riscv_alloc(b, 1);
	struct tape_write w[16];
	uint64_t from;

	(void)state;
	riscv_request(b, irq);
	settle(b);
	from = tape_position(b->m);
	assert_int_equal(riscv_affinity(b, irq, "2"), 0);
	assert_int_equal(tape_writes(b->m, from, "", w, 16), 8);
	assert_string_equal(w[0].place, "nic.msix[0].ctrl");
	assert_string_equal(w[1].place, "nic.msix[0].addr_lo");
	assert_int_equal(w[1].value, IMSIC_BASE + 0x2000);
	assert_string_equal(w[2].place, "nic.msix[0].addr_hi");
	assert_string_equal(w[3].place, "nic.msix[0].data");
	assert_int_equal(w[3].value, 2);
	assert_string_equal(w[4].place, "nic.msix[0].ctrl");
	assert_string_equal(w[5].place, "imsic.csr.select");
	assert_string_equal(w[6].place, "imsic.csr.reg_clear");
	assert_int_equal(w[6].cpu, 0);
	assert_int_equal(w[7].value, IMSIC_EIP);

	expect_place(b, irq, 2, 2);
	assert_ptr_equal(irq_to_desc(b->m, irq)->irq_common_data.affinity, cpumask_of(b->m, 2));
	assert_ptr_equal(irq_to_desc(b->m, irq)->irq_common_data.effective_affinity,
			 cpumask_of(b->m, 2));
	assert_int_equal(imsic_identity(b->m, 0, 2), IMSIC_UNUSED);
	assert_int_equal(riscv_raise(b, 0), 0); /* CPU 2 has not enabled it yet */
	from = tape_position(b->m);
	machine_tick(b->m, 1);
	assert_int_equal(tape_writes(b->m, from, "imsic.csr.reg_set", w, 16), 1);
	assert_int_equal(w[0].cpu, 2);
	assert_int_equal(b->handled, 1);
	assert_int_equal(b->handled_on, 2);
	riscv_destroy(b);
}

static void test_a_cpu_of_the_mask_stays(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = riscv_alloc(b, 1);
	uint64_t from;

	(void)state;
	riscv_request(b, irq);
	from = tape_position(b->m);
	assert_int_equal(riscv_affinity(b, irq, "0,3"), 0);
	assert_int_equal(tape_position(b->m), from);
	expect_place(b, irq, 0, 2);
	assert_ptr_equal(irq_to_desc(b->m, irq)->irq_common_data.affinity,
			 cpumask_parse(b->m, "0,3"));
	riscv_destroy(b);
}

static void test_busy_while_moving(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = riscv_alloc(b, 2) + 1;
	struct fingerprint before;

	(void)state;
	riscv_request(b, irq);
	settle(b);
	expect_place(b, irq, 1, 2);
	assert_int_equal(riscv_affinity(b, irq, "2"),
			 0); /* CPU 1 gives the old one back in a tick */
	assert_true(riscv_info(b, irq).moving);
	assert_int_equal(riscv_info(b, irq).prev_cpu, 1);
	assert_int_equal(imsic_identity(b->m, 1, 2), IMSIC_LEAVING);
	before = riscv_print(b);
	assert_int_equal(riscv_affinity(b, irq, "3"), -EBUSY);
	assert_int_equal(riscv_affinity(b, irq, "1"), -EBUSY); /* nor back */
	assert_true(riscv_unchanged(b, before));
	assert_false(irqd_has(irq_get_irq_data(b->m, irq), IRQD_SETAFFINITY_PENDING));
	assert_int_equal(riscv_affinity(b, irq, "2-3"), 0); /* it is where it may be */
	machine_tick(b->m, 1);
	assert_false(riscv_info(b, irq).moving);
	assert_int_equal(imsic_identity(b->m, 1, 2), IMSIC_UNUSED);
	assert_int_equal(riscv_affinity(b, irq, "3"), 0);
	settle(b);
	assert_int_equal(riscv_raise(b, 1), 1);
	assert_int_equal(b->handled_on, 3);
	riscv_destroy(b);
}

/* While its CPU doesn't know better, what comes at the old identity is handled there. */
static void test_old_identity_still_works(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = riscv_alloc(b, 2) + 1;

	(void)state;
	riscv_request(b, irq);
	settle(b);
	raise_only(b, 1);
	assert_int_equal(riscv_affinity(b, irq, "2"), 0);
	assert_int_equal(riscv_deliver(b), 1);
	assert_int_equal(b->handled_on, 1);
	settle(b);
	assert_int_equal(b->handled, 1);
	assert_int_equal(machine_warnings_total(b->m), 0);
	riscv_destroy(b);
}

/* What is pending at the old identity when that is disabled is sent to the new one. */
static void test_nothing_is_lost(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = riscv_alloc(b, 1);
	struct tape_write w[4];
	uint64_t from;

	(void)state;
	riscv_request(b, irq);
	raise_only(b, 0);
	assert_true(imsic_pending(b->m, 0, 2));
	from = tape_position(b->m);
	assert_int_equal(riscv_affinity(b, irq, "3"), 0);
	assert_int_equal(tape_writes(b->m, from, "imsic.file", w, 4), 1);
	assert_string_equal(w[0].place, "imsic.file[3].seteipnum_le");
	assert_int_equal(w[0].value, 2);
	assert_false(imsic_pending(b->m, 0, 2));
	settle(b);
	assert_int_equal(b->handled, 1);
	assert_int_equal(b->handled_on, 3);
	riscv_destroy(b);
}

/* The same for one that waits at a CPU that does not deliver: its own timer finds it. */
static void test_nothing_is_lost_on_another_cpu(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = riscv_alloc(b, 2) + 1;

	(void)state;
	riscv_request(b, irq);
	settle(b);
	disable_irq(b->m, irq);
	irq_get_irq_data(b->m, irq)->parent_data->chip->irq_mask(
		irq_get_irq_data(b->m, irq)->parent_data);
	settle(b);
	raise_only(b, 1);
	assert_int_equal(riscv_affinity(b, irq, "2"), 0);
	machine_tick(b->m, 1);
	assert_false(imsic_pending(b->m, 1, 2));
	assert_true(imsic_pending(b->m, 2, 2));
	riscv_destroy(b);
}

static void test_before_it_is_requested(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = riscv_alloc(b, 1);

	(void)state;
	assert_int_equal(riscv_affinity(b, irq, "3"), 0);
	expect_place(b, irq, 3, 2);
	assert_false(imsic_enabled(b->m, 3, 2));
	riscv_request(b, irq);
	settle(b);
	assert_int_equal(riscv_raise(b, 0), 1);
	assert_int_equal(b->handled_on, 3);
	riscv_destroy(b);
}

/* ---- errors ---- */

static void test_no_room_there(void **state)
{
	struct riscv_bench *b = riscv_create(&(struct riscv_shape){.cpus = 2, .imsic.ids = 63});
	unsigned irq = riscv_alloc(b, 1), others[124], nr = 0;
	struct fingerprint before;

	(void)state;
	riscv_request(b, irq);
	while (nr < 123) {
		int other = irq_domain_alloc_irqs(b->nic->msi_domain, -1, 1, -1, NULL, NULL);

		assert_true(other > 0);
		others[nr++] = (unsigned)other;
	}
	irqd_set(irq_get_irq_data(b->m, irq), IRQD_AFFINITY_SET);
	before = riscv_print(b);
	assert_int_equal(riscv_affinity(b, irq, "1"), -ENOSPC);
	assert_true(riscv_unchanged(b, before));
	assert_int_equal(irq_set_affinity(b->m, irq, cpumask_none(b->m)), -EINVAL);
	for (unsigned i = 0; i < nr; i++)
		irq_domain_free_irqs(b->m, others[i], 1);
	assert_int_equal(riscv_affinity(b, irq, "1"), 0);
	riscv_destroy(b);
}

static void test_no_memory(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = riscv_alloc(b, 1);
	struct fingerprint before;

	(void)state;
	riscv_request(b, irq);
	irqd_set(irq_get_irq_data(b->m, irq), IRQD_AFFINITY_SET);
	before = riscv_print(b);
	machine_fail_allocation(b->m, 1);
	assert_int_equal(riscv_affinity(b, irq, "1"), -ENOMEM);
	machine_fail_allocation(b->m, 0);
	assert_true(riscv_unchanged(b, before));
	assert_int_equal(riscv_affinity(b, irq, "1"), 0);
	riscv_destroy(b);
}

/* ---- freeing meanwhile ---- */

/* What still comes at the old identity is nobody's, though its number may be somebody's again. */
static void test_freed_while_moving(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = riscv_alloc(b, 2) + 1, again;

	(void)state;
	riscv_request(b, irq);
	settle(b);
	raise_only(b, 1);
	assert_int_equal(riscv_affinity(b, irq, "2"), 0);
	riscv_free_irq(b, irq);
	pci_free_irq_vectors(b->nic);
	riscv_check(b);
	assert_int_equal(imsic_identity(b->m, 1, 2), IMSIC_LEAVING);
	again = riscv_alloc(b, 2) + 1;
	assert_int_equal(again, irq);
	riscv_request(b, again);
	assert_int_equal(riscv_deliver(b), 0);
	assert_int_equal(machine_warnings(b->m, WARN_SPURIOUS_VECTOR), 1);
	settle(b);
	assert_int_equal(b->handled, 0);
	assert_int_equal(imsic_identity(b->m, 1, 2), IMSIC_UNUSED);
	riscv_destroy(b);
}

static void test_pending_while_freed(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = riscv_alloc(b, 2) + 1;

	(void)state;
	riscv_request(b, irq);
	settle(b);
	riscv_free_irq(b, irq); /* the file's bit goes in a tick */
	assert_true(imsic_enabled(b->m, 1, 2));
	pci_free_irq_vectors(b->nic);
	assert_true(imsic_enabled(b->m, 1, 2));
	machine_tick(b->m, 1);
	assert_false(imsic_enabled(b->m, 1, 2));
	riscv_destroy(b);
}

/* ---- CPUs ---- */

static void test_a_cpu_goes(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = riscv_alloc(b, 2) + 1;
	struct imsic_file_state file;

	(void)state;
	riscv_request(b, irq);
	settle(b);
	raise_only(b, 1);
	assert_int_equal(cpu_down(b->m, 1), 0);
	riscv_check(b);
	assert_true(riscv_info(b, irq).cpu != 1);
	assert_false(riscv_info(b, irq).moving); /* the old CPU looked before it went */
	assert_int_equal(irq_matrix_allocated(imsic_matrix(b->m), 1), 0);
	assert_int_equal(irq_matrix_totals(imsic_matrix(b->m)).online_maps, 3);
	imsic_peek_file(b->m, 1, &file);
	assert_int_equal(file.delivery, 0);
	settle(b);
	assert_int_equal(b->handled, 1); /* and took along what was there */
	assert_int_equal(riscv_raise(b, 1), 1);

	assert_int_equal(cpu_up(b->m, 1), 0);
	riscv_check(b);
	imsic_peek_file(b->m, 1, &file);
	assert_int_equal(file.delivery, 1);
	assert_int_equal(irq_matrix_totals(imsic_matrix(b->m)).online_maps, 4);
	assert_int_equal(riscv_affinity(b, irq, "1"), 0);
	settle(b);
	assert_int_equal(riscv_raise(b, 1), 1);
	assert_int_equal(b->handled_on, 1);
	riscv_destroy(b);
}

/* What a CPU has yet to do for others it does before it goes, so that nothing is left for later. */
static void test_a_cpu_goes_with_work_to_do(void **state)
{
	struct fingerprint print[2];

	(void)state;
	for (unsigned late = 0; late < 2; late++) {
		struct riscv_bench *b = plain();
		unsigned irq = riscv_alloc(b, 2) + 1;

		riscv_request(b, irq);
		settle(b);
		riscv_free_irq(b, irq); /* CPU 1 is to disable it */
		machine_tick(b->m, late ? 0 : 1);
		assert_int_equal(cpu_down(b->m, 1), 0);
		assert_false(imsic_enabled(b->m, 1, 2));
		machine_tick(b->m, late ? 1 : 0);
		print[late] = machine_fingerprint(b->m, FINGERPRINT_SEMANTIC);
		riscv_destroy(b);
	}
	assert_true(fingerprint_equal(print[0], print[1]));
}

/* CPU 0 is a CPU like others; the last one stays. */
static void test_any_cpu_but_the_last(void **state)
{
	struct riscv_bench *b = riscv_create(&(struct riscv_shape){.cpus = 2});
	unsigned irq = riscv_alloc(b, 1);

	(void)state;
	riscv_request(b, irq);
	assert_int_equal(cpu_down(b->m, 0), 0);
	settle(b);
	assert_int_equal(riscv_raise(b, 0), 1);
	assert_int_equal(b->handled_on, 1);
	assert_int_equal(cpu_down(b->m, 1), -EBUSY);
	riscv_destroy(b);
}

/* The new CPU goes before the old one has looked: all stand still, so it looks now. */
static void test_a_cpu_goes_during_a_move(void **state)
{
	for (unsigned leaving = 1; leaving <= 2; leaving++) {
		struct riscv_bench *b = plain();
		unsigned irq = riscv_alloc(b, 2) + 1;

		(void)state;
		riscv_request(b, irq);
		settle(b);
		raise_only(b, 1);
		assert_int_equal(riscv_affinity(b, irq, "2"), 0);
		assert_int_equal(cpu_down(b->m, leaving), 0);
		riscv_check(b);
		assert_true(riscv_info(b, irq).cpu != leaving);
		assert_false(riscv_info(b, irq).moving);
		assert_int_not_equal(imsic_identity(b->m, 1, 2), IMSIC_LEAVING);
		settle(b);
		assert_int_equal(b->handled, 1);
		assert_int_equal(riscv_raise(b, 1), 1);
		riscv_destroy(b);
	}
}

/* One that nobody requested stays behind, as long as nobody does. */
static void test_left_behind(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = riscv_alloc(b, 2) + 1;

	(void)state;
	assert_int_equal(cpu_down(b->m, 1), 0);
	expect_place(b, irq, 1, 2);
	riscv_request(b, irq); /* moves, to where it may run */
	assert_true(riscv_info(b, irq).cpu != 1);
	assert_true(riscv_info(b, irq).moving);
	settle(b);
	assert_int_equal(riscv_raise(b, 1), 1);
	assert_int_equal(riscv_affinity(b, irq, "3"), -EBUSY); /* who should look? */
	assert_int_equal(cpu_up(b->m, 1), 0);
	assert_false(riscv_info(b, irq).moving);
	assert_int_equal(riscv_affinity(b, irq, "3"), 0);
	settle(b);
	assert_int_equal(riscv_raise(b, 1), 1);
	riscv_destroy(b);
}

/* …and what it got meanwhile is not lost. */
static void test_left_behind_with_an_interrupt(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq;

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(b->old, 1, 1, PCI_IRQ_MSI), 1);
	irq = (unsigned)pci_irq_vector(b->old, 0);
	assert_int_equal(riscv_affinity(b, irq, "3"), 0);
	assert_int_equal(cpu_down(b->m, 3), 0);
	device_raise(b->m, "old", RAISE_MSI, 0, 0, RAISE_NO_PASID); /* it can't be masked */
	assert_true(imsic_pending(b->m, 3, 2));
	riscv_request(b, irq);
	settle(b);
	assert_int_equal(b->handled, 0);
	assert_int_equal(cpu_up(b->m, 3), 0);
	settle(b);
	assert_int_equal(b->handled, 1);
	riscv_destroy(b);
}

/* Both CPUs of a move go, one after the other: nobody is left to look into the first one's file. */
static void test_both_cpus_go(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = riscv_alloc(b, 2) + 1;

	(void)state;
	assert_int_equal(cpu_down(b->m, 1), 0);
	riscv_request(b, irq);
	settle(b);
	assert_int_equal(cpu_down(b->m, riscv_info(b, irq).cpu), 0);
	riscv_check(b);
	settle(b);
	assert_int_equal(riscv_raise(b, 1), 1);
	assert_int_equal(cpu_up(b->m, 1), 0);
	settle(b);
	assert_int_equal(imsic_identity(b->m, 1, 2), IMSIC_UNUSED);
	riscv_destroy(b);
}

static void test_managed(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq;

	(void)state;
	assert_int_equal(
		pci_alloc_irq_vectors_affinity(b->nic, 4, 4, PCI_IRQ_MSIX | PCI_IRQ_AFFINITY, NULL),
		4);
	irq = (unsigned)pci_irq_vector(b->nic, 0);
	for (unsigned i = 0; i < 4; i++) {
		riscv_request(b, irq + i);
		assert_int_equal(riscv_info(b, irq + i).cpu, i);
		assert_ptr_equal(pci_irq_get_affinity(b->nic, (int)i), cpumask_of(b->m, i));
	}
	settle(b);
	assert_int_equal(cpu_down(b->m, 2), 0);
	riscv_check(b);
	assert_true(irqd_has(irq_get_irq_data(b->m, irq + 2), IRQD_MANAGED_SHUTDOWN));
	assert_int_equal(riscv_info(b, irq + 2).cpu, 2);
	assert_int_equal(riscv_raise(b, 2), 0);
	assert_int_equal(cpu_up(b->m, 2), 0);
	settle(b);
	assert_int_equal(b->handled, 1); /* latched by the device */
	assert_int_equal(b->handled_on, 2);
	riscv_destroy(b);
}

/* An identity that is freed on an offline CPU: the total keeps it, in 6.12. */
static void test_total_drift(void **state)
{
	for (unsigned drifts = 0; drifts < 2; drifts++) {
		struct riscv_bench *b = riscv_create(&(struct riscv_shape){
			.profile = drifts ? PROFILE_LINUX_6_12 : PROFILE_INTENDED});

		(void)state;
		riscv_alloc(b, 4);
		assert_int_equal(cpu_down(b->m, 1), 0);
		pci_free_irq_vectors(b->nic);
		assert_int_equal(irq_matrix_totals(imsic_matrix(b->m)).total_allocated, drifts);
		assert_int_equal(cpu_up(b->m, 1), 0);
		assert_int_equal(irq_matrix_totals(imsic_matrix(b->m)).global_available, 4 * 254);
		riscv_destroy(b);
	}
}

/* ---- everything at once ---- */

#define NR_IRQS 4

struct chaos {
	struct riscv_bench *b;
	unsigned irq;
	bool waits[NR_IRQS]; /* raised, and not handled since */
	unsigned index_of[NR_IRQS];
};

static enum irqreturn note(int irq, void *dev_id)
{
	struct chaos *c = dev_id;

	c->waits[(unsigned)irq - c->irq] = false;
	return IRQ_HANDLED;
}

static void act(struct chaos *c, unsigned what, unsigned which)
{
	struct machine *m = c->b->m;
	const unsigned irq = c->irq + which % NR_IRQS, cpu = which % 4;
	int ret;

	switch (what) {
	case 0 ... 3:
		c->waits[which % NR_IRQS] = true;
		raise_only(c->b, which % NR_IRQS);
		break;
	case 4 ... 6:
		ret = irq_set_affinity(m, irq, cpumask_of(m, which / NR_IRQS % 4));
		assert_true(!ret || ret == -EBUSY || ret == -EINVAL);
		break;
	case 7:
		machine_tick(m, 1);
		break;
	case 8:
		machine_deliver(m, 1);
		break;
	case 9:
		machine_run_on(m, cpu);
		break;
	case 10:
		disable_irq(m, irq);
		enable_irq(m, irq);
		break;
	case 11:
		cpu_down(m, cpu);
		break;
	default:
		cpu_up(m, cpu);
		break;
	}
}

static void test_chaos(void **state)
{
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct chaos c = {.b = plain()};
		uint64_t random = seed;

		(void)state;
		c.irq = riscv_alloc(c.b, NR_IRQS);
		for (unsigned i = 0; i < NR_IRQS; i++)
			assert_int_equal(request_irq(c.b->m, c.irq + i, note, 0, "chaos", &c), 0);
		for (unsigned round = 0; round < 150; round++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			act(&c, (unsigned)(random >> 33) % 14, (unsigned)(random >> 45) % 64);
			riscv_check(c.b);
			if (round % 30 != 29)
				continue;
			settle(c.b);
			for (unsigned i = 0; i < NR_IRQS; i++)
				assert_false(c.waits[i]);
		}
		assert_int_equal(machine_warnings_total(c.b->m), 0);
		for (unsigned i = 0; i < NR_IRQS; i++)
			free_irq(c.b->m, c.irq + i, &c);
		pci_free_irq_vectors(c.b->nic);
		for (unsigned cpu = 0; cpu < 4; cpu++)
			cpu_up(c.b->m, cpu);
		settle(c.b);
		assert_int_equal(irq_matrix_totals(imsic_matrix(c.b->m)).global_available, 4 * 254);
		riscv_destroy(c.b);
	}
}

/* Whatever happened is taken back, moves under way and timers too. */
static void test_rewind(void **state)
{
	struct chaos c = {.b = plain()};
	uint64_t random = 7;

	(void)state;
	c.irq = riscv_alloc(c.b, NR_IRQS);
	for (unsigned i = 0; i < NR_IRQS; i++)
		assert_int_equal(request_irq(c.b->m, c.irq + i, note, 0, "chaos", &c), 0);
	riscv_affinity(c.b, c.irq + 1, "2");
	for (unsigned round = 0; round < 60; round++) {
		struct fingerprint before = riscv_print(c.b);

		assert_int_equal(machine_snapshot(c.b->m), 0);
		for (unsigned i = 0; i < 12; i++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			act(&c, (unsigned)(random >> 33) % 14, (unsigned)(random >> 45) % 64);
		}
		riscv_check(c.b);
		assert_int_equal(machine_restore(c.b->m, 0), 0);
		assert_true(riscv_unchanged(c.b, before));
		riscv_check(c.b);
		assert_int_equal(machine_discard(c.b->m, 0), 0);
		act(&c, (unsigned)(random >> 35) % 14, (unsigned)(random >> 47) % 64);
	}
	riscv_destroy(c.b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_a_cpu_of_the_mask_stays),
		cmocka_unit_test(test_busy_while_moving),
		cmocka_unit_test(test_old_identity_still_works),
		cmocka_unit_test(test_nothing_is_lost),
		cmocka_unit_test(test_nothing_is_lost_on_another_cpu),
		cmocka_unit_test(test_before_it_is_requested),
		cmocka_unit_test(test_no_room_there),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_freed_while_moving),
		cmocka_unit_test(test_pending_while_freed),
		cmocka_unit_test(test_a_cpu_goes),
		cmocka_unit_test(test_a_cpu_goes_with_work_to_do),
		cmocka_unit_test(test_any_cpu_but_the_last),
		cmocka_unit_test(test_a_cpu_goes_during_a_move),
		cmocka_unit_test(test_left_behind),
		cmocka_unit_test(test_left_behind_with_an_interrupt),
		cmocka_unit_test(test_both_cpus_go),
		cmocka_unit_test(test_managed),
		cmocka_unit_test(test_total_drift),
		cmocka_unit_test(test_chaos),
		cmocka_unit_test(test_rewind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
