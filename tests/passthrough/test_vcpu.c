/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "guests.h"

#include "domains/amd_ir.h"
#include "domains/intel_ir.h"
#include "sim_cpu/guest.h"

#include <irqlab/provider/access.h>
#include <irqlab/provider/hardware.h>
#include <irqlab/view.h>
#include <stdio.h>
#include <stdlib.h>

/* vCPUs that are scheduled in and out while a device raises interrupts for them. */

#define NOTIFY 0xf2
#define WAKEUP 0xf1

static bool has_vector(const uint64_t words[4], unsigned vector)
{
	return words[vector / 64] >> (vector % 64) & 1;
}

static bool nothing(const uint64_t words[4])
{
	return !(words[0] | words[1] | words[2] | words[3]);
}

/* A device's interrupt that is v0's, vector 0x41; v0 is not running. */
static struct bench *posted(enum make make, enum apic_mode mode)
{
	struct bench *b = bench_create(make, mode);

	bench_enable(b, 2);
	assert_int_equal(vcpu_post(b->v[0], bench_irq(b, 0), 0x41), 0);
	bench_forget(b);
	return b;
}

/* ---- what both makes have in common ---- */

static const enum make makes[] = {INTEL, AMD};
static const enum apic_mode modes[] = {APIC_PHYSICAL_FLAT, APIC_LOGICAL_FLAT, APIC_X2APIC_PHYSICAL,
				       APIC_X2APIC_CLUSTER};

static void for_all(void (*test)(struct bench *b))
{
	for (unsigned i = 0; i < 2; i++) {
		for (unsigned mode = 0; mode < 4; mode++) {
			struct bench *b = posted(makes[i], modes[mode]);

			test(b);
			assert_int_equal(b->handled[0], 0); /* the host saw nothing of it */
			bench_destroy(b);
		}
	}
}

static void while_it_runs(struct bench *b)
{
	for (unsigned cpu = 0; cpu < 3; cpu++) {
		assert_int_equal(vcpu_load(b->v[0], cpu), 0);
		assert_true(guest_is_running(b->m, cpu));
		bench_raise_and_deliver(b, 0);
		bench_expect_guest(b, 0, 0x41, cpu);
		bench_expect_no(b, TAPE_GUEST);
		assert_true(nothing(bench_look(b, 0).posted));
		assert_true(nothing(bench_look(b, 0).requested));
		assert_int_equal(vcpu_put(b->v[0], false), 0);
		assert_false(guest_is_running(b->m, cpu));
	}
}

static void a_running_vcpu_takes_it(void **state)
{
	(void)state;
	for_all(while_it_runs);
}

/* Nobody runs: nothing is delivered, and all of it is when it runs again, elsewhere. */
static void while_preempted(struct bench *b)
{
	assert_int_equal(vcpu_post(b->v[0], bench_irq(b, 1), 0xc3), 0);
	assert_int_equal(vcpu_load(b->v[0], 0), 0);
	assert_int_equal(vcpu_put(b->v[0], false), 0);
	bench_forget(b);
	bench_raise_and_deliver(b, 0);
	bench_raise_and_deliver(b, 1);
	bench_raise_and_deliver(b, 0);
	bench_expect_no(b, TAPE_GUEST);
	assert_int_equal(vcpu_load(b->v[0], 2), 0);
	machine_deliver(b->m, 0);
	bench_expect_guest(b, 0, 0xc3, 2); /* the higher first */
	bench_expect_guest(b, 0, 0x41, 2);
	bench_expect_no(b, TAPE_GUEST);
	assert_int_equal(vcpu_put(b->v[0], false), 0);
	assert_int_equal(b->handled[1], 0);
}

static void a_preempted_vcpu_takes_it_later(void **state)
{
	(void)state;
	for_all(while_preempted);
}

static void while_waiting(struct bench *b)
{
	assert_int_equal(vcpu_load(b->v[0], 1), 0);
	assert_int_equal(vcpu_put(b->v[0], true), 0);
	assert_true(bench_look(b, 0).waits);
	assert_false(bench_look(b, 0).woken);
	bench_raise_and_deliver(b, 0);
	assert_true(bench_look(b, 0).woken);
	bench_expect_no(b, TAPE_GUEST);
	assert_int_equal(vcpu_load(b->v[0], 2), 0);
	assert_false(bench_look(b, 0).waits);
	machine_deliver(b->m, 0);
	bench_expect_guest(b, 0, 0x41, 2);
	bench_expect_no(b, TAPE_GUEST);
}

static void a_waiting_vcpu_is_woken(void **state)
{
	(void)state;
	for_all(while_waiting);
}

/* The interrupt is on its way to a CPU that leaves the guest before it looks. */
static void while_leaving(struct bench *b)
{
	assert_int_equal(vcpu_load(b->v[0], 1), 0);
	bench_raise(b, 0);
	assert_int_equal(vcpu_put(b->v[0], true), 0);
	machine_deliver(b->m, 0);
	bench_expect_no(b, TAPE_GUEST);
	assert_true(bench_look(b, 0).woken);
	assert_int_equal(vcpu_load(b->v[0], 0), 0);
	machine_deliver(b->m, 0);
	bench_expect_guest(b, 0, 0x41, 0);
	bench_expect_no(b, TAPE_GUEST);
}

static void an_interrupt_that_meets_a_leaving_vcpu_wakes_it(void **state)
{
	(void)state;
	for_all(while_leaving);
}

/* One CPU, two vCPUs in turn; what is for one never reaches the other. */
static void taking_turns(struct bench *b)
{
	assert_int_equal(vcpu_post(b->v[1], bench_irq(b, 1), 0x52), 0);
	for (unsigned round = 0; round < 4; round++) {
		unsigned in = round % 2, out = !in;

		assert_int_equal(vcpu_load(b->v[in], 1), 0);
		machine_deliver(b->m, 0);
		if (round)
			bench_expect_guest(b, in, in ? 0x52 : 0x41, 1);
		bench_expect_no(b, TAPE_GUEST);
		bench_raise_and_deliver(b, out);
		bench_expect_no(b, TAPE_GUEST);
		bench_raise_and_deliver(b, in);
		bench_expect_guest(b, in, in ? 0x52 : 0x41, 1);
		/* On its way while the one leaves and the other comes. */
		bench_raise(b, out);
		assert_int_equal(vcpu_put(b->v[in], false), 0);
	}
	assert_int_equal(b->handled[1], 0);
}

static void two_vcpus_share_a_cpu(void **state)
{
	(void)state;
	for_all(taking_turns);
}

/* Its notification was sent to a CPU that runs another vCPU by now. */
static void overtaken(struct bench *b)
{
	assert_int_equal(vcpu_load(b->v[0], 1), 0);
	bench_raise(b, 0);
	assert_int_equal(vcpu_put(b->v[0], false), 0);
	assert_int_equal(vcpu_load(b->v[1], 1), 0);
	machine_deliver(b->m, 0);
	bench_expect_no(b, TAPE_GUEST);
	assert_int_equal(vcpu_load(b->v[0], 2), 0);
	machine_deliver(b->m, 0);
	bench_expect_guest(b, 0, 0x41, 2);
	bench_expect_no(b, TAPE_GUEST);
}

static void a_notification_that_meets_another_vcpu_is_not_lost(void **state)
{
	(void)state;
	for_all(overtaken);
}

static void injected(struct bench *b)
{
	assert_int_equal(vcpu_inject(b->v[0], 15), -EINVAL);
	assert_int_equal(vcpu_inject(b->v[0], 256), -EINVAL);
	assert_int_equal(vcpu_inject(b->v[0], 0x60), 0); /* before it ever ran */
	assert_true(bench_look(b, 0).woken);
	assert_int_equal(vcpu_load(b->v[0], 1), 0);
	machine_deliver(b->m, 0);
	bench_expect_guest(b, 0, 0x60, 1);
	assert_int_equal(vcpu_inject(b->v[0], 0x61), 0);
	assert_int_equal(vcpu_inject(b->v[0], 0x61), 0); /* merges */
	machine_deliver(b->m, 0);
	bench_expect_guest(b, 0, 0x61, 1);
	bench_expect_no(b, TAPE_GUEST);
	assert_int_equal(vcpu_put(b->v[0], true), 0);
	assert_int_equal(vcpu_inject(b->v[0], 0xff), 0);
	assert_true(bench_look(b, 0).woken);
}

static void the_host_sends_interrupts_too(void **state)
{
	(void)state;
	for_all(injected);
}

/* A CPU goes: who ran there runs no more, who would be woken there is. */
static void cpu_goes(struct bench *b)
{
	assert_int_equal(vcpu_load(b->v[0], 1), 0);
	bench_raise(b, 0);
	assert_int_equal(cpu_down(b->m, 1), 0);
	assert_int_equal(bench_look(b, 0).cpu, -1);
	assert_int_equal(vcpu_load(b->v[0], 1), -EINVAL);
	assert_int_equal(vcpu_load(b->v[1], 2), 0);
	assert_int_equal(vcpu_put(b->v[1], true), 0);
	assert_int_equal(cpu_down(b->m, 2), 0);
	assert_true(bench_look(b, 1).woken);
	assert_int_equal(vcpu_load(b->v[0], 0), 0);
	machine_deliver(b->m, 0);
	bench_expect_guest(b, 0, 0x41, 0);
	bench_expect_no(b, TAPE_GUEST);
}

static void cpus_go_offline(void **state)
{
	(void)state;
	for_all(cpu_goes);
}

/* ---- back to the host, and refusals ---- */

static void unposted(struct bench *b)
{
	unsigned irq = bench_irq(b, 0), other = bench_irq(b, 1);

	assert_int_equal(vcpu_unpost(b->m, other), -EINVAL);
	assert_int_equal(vcpu_unpost(b->m, irq), 0);
	assert_int_equal(vcpu_unpost(b->m, irq), -EINVAL);
	bench_raise_and_deliver(b, 0);
	assert_int_equal(b->handled[0], 1);
	bench_expect_no(b, TAPE_GUEST);
	assert_int_equal(vcpu_post(b->v[1], irq, 0x77), 0);
	assert_int_equal(vcpu_post(b->v[0], irq, 0x78), 0); /* once more: moved */
	assert_int_equal(vcpu_load(b->v[0], 1), 0);
	bench_raise_and_deliver(b, 0);
	bench_expect_guest(b, 0, 0x78, 1);
	assert_int_equal(vcpu_unpost(b->m, irq), 0);
	assert_int_equal(vcpu_unpost(b->m, irq), -EINVAL); /* neither is it v1's */
	assert_int_equal(b->handled[0], 1);
	b->handled[0] = 0;
}

static void pictured(struct bench *b)
{
	unsigned irq = bench_irq(b, 0), vector = 0;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(view_path(b->m, out, irq), 0);
	fclose(out);
	assert_non_null(strstr(text, "posted to v0, vector 0x41"));
	free(text);
	assert_ptr_equal(vcpu_of_irq(b->m, irq, &vector), b->v[0]);
	assert_int_equal(vector, 0x41);
	assert_null(vcpu_of_irq(b->m, bench_irq(b, 1), &vector));
}

static void a_path_ends_at_the_vcpu(void **state)
{
	(void)state;
	for_all(pictured);
}

static void back_to_the_host(void **state)
{
	(void)state;
	for_all(unposted);
}

/* Freed under the hypervisor's feet: the number's next owner has nothing to do with the vCPU. */
static void freed_while_posted(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct bench *b = posted(makes[i], APIC_PHYSICAL_FLAT);
		unsigned irq = bench_irq(b, 0), vector;

		assert_int_equal(free_irq(b->m, irq, &b->handled[0]), 0);
		assert_int_equal(free_irq(b->m, bench_irq(b, 1), &b->handled[1]), 0);
		pci_free_irq_vectors(b->nic);
		assert_int_equal(bench_enable(b, 2), irq);
		assert_null(vcpu_of_irq(b->m, irq, &vector));
		assert_int_equal(vcpu_unpost(b->m, irq), -EINVAL);
		assert_int_equal(vcpu_load(b->v[0], 1), 0);
		bench_raise_and_deliver(b, 0);
		assert_int_equal(b->handled[0], 1);
		assert_int_equal(vcpu_post(b->v[1], irq, 0x99), 0);
		assert_ptr_equal(vcpu_of_irq(b->m, irq, &vector), b->v[1]);
		assert_int_equal(vcpu_unpost(b->m, irq), 0);
		assert_int_equal(machine_warnings(b->m, WARN_IRTE_STILL_POSTED), makes[i] == INTEL);
		machine_destroy(b->m);
		free(b);
	}
}

static void expect_error(struct bench *b, int ret, int error, struct fingerprint before)
{
	assert_int_equal(ret, error);
	assert_true(fingerprint_equal(before, machine_fingerprint(b->m, FINGERPRINT_SEMANTIC)));
}

static void errors_leave_no_trace(void **state)
{
	static const struct {
		enum make make;
		int error;
	} cases[] = {{PLAIN, -ENOSYS}, {AMD_32, -EINVAL}, {INTEL, 0}, {AMD, 0}};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct bench *b = bench_create(cases[i].make, APIC_PHYSICAL_FLAT);
		unsigned irq = bench_enable(b, 1);
		struct fingerprint before;

		assert_int_equal(vcpu_load(b->v[1], 2), 0);
		before = machine_fingerprint(b->m, FINGERPRINT_SEMANTIC);
		expect_error(b, vcpu_post(b->v[0], irq, 15), -EINVAL, before);
		expect_error(b, vcpu_post(b->v[0], irq, 256), -EINVAL, before);
		expect_error(b, vcpu_post(b->v[0], 4000, 0x40), -EINVAL, before);
		expect_error(b, irq_set_vcpu_affinity(b->m, 4000, NULL), -EINVAL, before);
		expect_error(b, vcpu_load(b->v[0], 3), -EINVAL, before);
		expect_error(b, vcpu_load(b->v[0], 2), -EBUSY, before);
		expect_error(b, vcpu_load(b->v[1], 0), -EBUSY, before);
		expect_error(b, vcpu_put(b->v[0], true), -EINVAL, before);
		if (cases[i].error)
			expect_error(b, vcpu_post(b->v[0], irq, 0x40), cases[i].error, before);
		machine_fail_allocation(b->m, 1);
		expect_error(b, vcpu_post(b->v[0], irq, 0x40), -ENOMEM, before);
		if (!cases[i].error)
			assert_int_equal(vcpu_post(b->v[0], irq, 0x40), 0);
		bench_destroy(b);
	}
}

/* ---- Intel ---- */

static void the_descriptor_says_where(void **state)
{
	struct bench *b = posted(INTEL, APIC_PHYSICAL_FLAT);
	struct vcpu_info info = bench_look(b, 0);

	(void)state;
	assert_int_equal(info.descriptor % 64, 0);
	assert_true(info.suppressed); /* it never ran */
	assert_int_equal(vcpu_load(b->v[0], 1), 0);
	info = bench_look(b, 0);
	assert_false(info.suppressed);
	assert_int_equal(info.notification, NOTIFY);
	assert_int_equal(info.destination, 2 << 8); /* xAPIC: bits 15:8 */
	bench_raise(b, 0);
	assert_int_equal(bench_next(b, TAPE_REQUEST)->value, NOTIFY);
	info = bench_look(b, 0);
	assert_true(info.outstanding);
	assert_true(has_vector(info.posted, 0x41));
	bench_raise(b, 0); /* another notification would be no news */
	assert_int_equal(bench_next(b, TAPE_LATCH)->value, 0x41);
	bench_expect_no(b, TAPE_REQUEST);
	machine_deliver(b->m, 0);
	assert_false(bench_look(b, 0).outstanding);

	assert_int_equal(vcpu_put(b->v[0], false), 0);
	bench_forget(b);
	bench_raise(b, 0);
	info = bench_look(b, 0);
	assert_true(info.suppressed);
	assert_false(info.outstanding);
	assert_true(has_vector(info.posted, 0x41));
	bench_expect_no(b, TAPE_REQUEST);

	assert_int_equal(vcpu_load(b->v[0], 2), 0);
	machine_deliver(b->m, 0);
	assert_int_equal(bench_look(b, 0).destination, 5 << 8);
	assert_int_equal(vcpu_put(b->v[0], true), 0);
	info = bench_look(b, 0);
	assert_false(info.suppressed);
	assert_int_equal(info.notification, WAKEUP);
	bench_forget(b);
	bench_raise(b, 0);
	assert_int_equal(bench_next(b, TAPE_REQUEST)->value, WAKEUP);
	machine_deliver(b->m, 0);
	bench_raise(b, 0);
	bench_expect_no(b, TAPE_REQUEST);
	bench_destroy(b);
}

static void x2apic_destinations_have_32_bits(void **state)
{
	struct bench *b = posted(INTEL, APIC_X2APIC_CLUSTER);

	(void)state;
	assert_int_equal(vcpu_load(b->v[0], 2), 0);
	assert_int_equal(bench_look(b, 0).destination, 5); /* a physical id, not a logical one */
	bench_destroy(b);
}

/* An urgent interrupt is told even to a vCPU that wants to know of none (VT-d, 9.10, URG). */
static void urgent_ones_ignore_suppression(void **state)
{
	struct bench *b = posted(INTEL, APIC_PHYSICAL_FLAT);
	struct intel_ir_info entry;
	uint64_t low;

	(void)state;
	assert_int_equal(vcpu_load(b->v[0], 1), 0);
	assert_int_equal(vcpu_put(b->v[0], false), 0);
	assert_true(intel_ir_info(b->m, bench_irq(b, 0), &entry));
	low = bus_read(b->m, entry.entry_address, 8);
	assert_int_equal(low >> 14 & 3, 2); /* posted, not urgent */
	bus_write(b->m, entry.entry_address, 8, low | 1 << 14);
	bench_forget(b);
	bench_raise_and_deliver(b, 0);
	assert_int_equal(bench_next(b, TAPE_REQUEST)->value, NOTIFY);
	assert_true(bench_look(b, 0).outstanding);
	bench_expect_no(b, TAPE_WARNING); /* the vector has a handler, for just this case */
	assert_int_equal(vcpu_load(b->v[0], 0), 0);
	machine_deliver(b->m, 0);
	bench_expect_guest(b, 0, 0x41, 0);
	bench_destroy(b);
}

/* The entry is the vCPU's: where the host wants it shows when it is the host's again. */
static void affinity_waits_for_the_host(void **state)
{
	struct bench *b = posted(INTEL, APIC_PHYSICAL_FLAT);
	unsigned irq = bench_irq(b, 0);
	struct intel_ir_info entry;

	(void)state;
	assert_int_equal(vcpu_load(b->v[0], 1), 0);
	bench_forget(b);
	assert_int_equal(irq_set_affinity(b->m, irq, cpumask_of(b->m, 2)), 0);
	bench_expect_no(b, TAPE_COMMAND);
	bench_raise_and_deliver(b, 0);
	bench_expect_guest(b, 0, 0x41, 1);
	assert_int_equal(vcpu_unpost(b->m, irq), 0);
	assert_true(intel_ir_info(b->m, irq, &entry));
	assert_int_equal(bus_read(b->m, entry.entry_address, 8), entry.shadow[0]);
	assert_int_equal(bus_read(b->m, entry.entry_address + 8, 8), 0x40018);
	bench_raise_and_deliver(b, 0);
	assert_int_equal(bench_next(b, TAPE_HANDLER)->actor, 2);
	bench_destroy(b);
}

/* ---- AMD ---- */

static void expect_place(struct bench *b, bool runs, unsigned apic_id)
{
	struct amd_ir_info entry;
	uint64_t low;

	assert_true(amd_ir_info(b->m, bench_irq(b, 0), &entry));
	low = bus_read(b->m, entry.entry_address, 8);
	assert_int_equal(low & 0xff, 0x85 | (runs ? 0x40 : 0)); /* valid, log, guest mode */
	assert_int_equal(low >> 8 & 0xffffff, apic_id);
	assert_int_equal(low >> 32, 1); /* the tag of v0 */
}

static void the_entry_says_where(void **state)
{
	struct bench *b = posted(AMD, APIC_LOGICAL_FLAT);

	(void)state;
	bench_raise_and_deliver(b, 0); /* cached now */
	bench_forget(b);
	expect_place(b, false, 0);
	assert_int_equal(vcpu_load(b->v[0], 2), 0);
	expect_place(b, true, 5);
	machine_deliver(b->m, 0);
	bench_expect_guest(b, 0, 0x41, 2);
	bench_raise_and_deliver(b, 0);
	bench_expect_guest(b, 0, 0x41, 2);
	bench_expect_no(b, TAPE_COMMAND); /* what is not cached need not be invalidated */
	assert_int_equal(vcpu_put(b->v[0], false), 0);
	expect_place(b, false, 0);
	bench_expect_no(b, TAPE_COMMAND);
	assert_int_equal(vcpu_load(b->v[0], 1), 0);
	assert_int_equal(vcpu_post(b->v[0], bench_irq(b, 0), 0x42), 0); /* while it runs */
	expect_place(b, true, 2);
	bench_raise_and_deliver(b, 0);
	bench_expect_guest(b, 0, 0x42, 1);
	bench_destroy(b);
}

/* One interrupt of the unit until the host has looked, and an entry for each of the device's. */
static void the_guest_log_tells_the_host(void **state)
{
	struct bench *b = posted(AMD, APIC_X2APIC_PHYSICAL);

	(void)state;
	assert_int_equal(vcpu_post(b->v[1], bench_irq(b, 1), 0x52), 0);
	bench_forget(b);
	bench_raise(b, 0);
	bench_raise(b, 1);
	bench_next(b, TAPE_REQUEST);
	bench_expect_no(b, TAPE_REQUEST);
	assert_false(bench_look(b, 0).woken);
	machine_deliver(b->m, 0);
	assert_true(bench_look(b, 0).woken);
	assert_true(bench_look(b, 1).woken);
	bench_forget(b);
	bench_raise(b, 0);
	bench_next(b, TAPE_REQUEST); /* the status bit is clear again */
	machine_deliver(b->m, 0);
	bench_destroy(b);
}

/* More entries than the log has room for: all are woken, as nobody knows whose are missing. */
static void a_full_log_wakes_everybody(void **state)
{
	struct bench *b = posted(AMD, APIC_PHYSICAL_FLAT);

	(void)state;
	for (unsigned i = 0; i < 520; i++)
		bench_raise(b, 0);
	machine_deliver(b->m, 0);
	assert_true(bench_look(b, 0).woken);
	assert_true(bench_look(b, 1).woken);
	bench_forget(b);
	assert_int_equal(vcpu_load(b->v[1], 1), 0);
	assert_int_equal(vcpu_put(b->v[1], true), 0);
	assert_int_equal(vcpu_post(b->v[1], bench_irq(b, 1), 0x52), 0);
	bench_raise_and_deliver(b, 1); /* it goes on */
	assert_true(bench_look(b, 1).woken);
	bench_destroy(b);
}

/* ---- descriptions that are none ---- */

static int load_with(const char *const *names, uint32_t nr, bool arm)
{
	const struct gic_desc gic = {.version = 3};
	const struct machine_desc desc = {
		.nr_cpus = 1, .vcpus = names, .nr_vcpus = nr, .gic = arm ? &gic : NULL};
	struct machine *m = machine_create(NULL);
	const char *why = NULL;
	int ret;

	assert_non_null(m);
	ret = machine_load(m, &desc, &why);
	assert_int_equal(why != NULL, ret != 0);
	assert_null(vcpu_by_name(m, "nobody"));
	machine_destroy(m);
	return ret;
}

static void bad_names(void **state)
{
	static const char *const good[] = {"a", "b"}, *const twice[] = {"a", "a"},
				 *const empty[] = {""}, *const none[] = {NULL},
				 *const longest[] = {"0123456789012345678901234567890"},
				 *const longer[] = {"01234567890123456789012345678901"};

	(void)state;
	assert_int_equal(load_with(good, 2, false), 0);
	assert_int_equal(load_with(longest, 1, false), 0);
	assert_int_equal(load_with(twice, 2, false), -EEXIST);
	assert_int_equal(load_with(empty, 1, false), -EINVAL);
	assert_int_equal(load_with(none, 1, false), -EINVAL);
	assert_int_equal(load_with(longer, 1, false), -EINVAL);
	assert_int_equal(load_with(good, 2, true), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_running_vcpu_takes_it),
		cmocka_unit_test(a_preempted_vcpu_takes_it_later),
		cmocka_unit_test(a_waiting_vcpu_is_woken),
		cmocka_unit_test(an_interrupt_that_meets_a_leaving_vcpu_wakes_it),
		cmocka_unit_test(two_vcpus_share_a_cpu),
		cmocka_unit_test(a_notification_that_meets_another_vcpu_is_not_lost),
		cmocka_unit_test(the_host_sends_interrupts_too),
		cmocka_unit_test(cpus_go_offline),
		cmocka_unit_test(a_path_ends_at_the_vcpu),
		cmocka_unit_test(back_to_the_host),
		cmocka_unit_test(freed_while_posted),
		cmocka_unit_test(errors_leave_no_trace),
		cmocka_unit_test(the_descriptor_says_where),
		cmocka_unit_test(x2apic_destinations_have_32_bits),
		cmocka_unit_test(urgent_ones_ignore_suppression),
		cmocka_unit_test(affinity_waits_for_the_host),
		cmocka_unit_test(the_entry_says_where),
		cmocka_unit_test(the_guest_log_tells_the_host),
		cmocka_unit_test(a_full_log_wakes_everybody),
		cmocka_unit_test(bad_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
