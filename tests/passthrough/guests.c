/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "guests.h"

#include <irqlab/invariants.h>

#include <stdlib.h>

#define NR_CPUS 3

struct bench *bench_create(enum make make, enum apic_mode mode)
{
	static const char *const names[] = {"v0", "v1"};
	static const struct cpu_desc cpus[NR_CPUS] = {
		{.apic_id = 0, .node = -1}, {.apic_id = 2, .node = -1}, {.apic_id = 5, .node = -1}};
	const struct remap_desc remap = {
		.name = "ir",
		.kind = make == INTEL ? REMAP_INTEL : REMAP_AMD,
		.entries = make == INTEL ? 256 : 512,
		.eim = mode >= APIC_X2APIC_PHYSICAL,
		.legacy_format = make == AMD_32,
	};
	static const struct device_desc devices[] = {
		{.name = "nic", .bus_name = "0000:00:03.0", .requester = 0x18, .msix.size = 8},
		{.name = "hba", .bus_name = "0000:00:04.0", .requester = 0x20, .msix.size = 8},
	};
	const struct machine_desc desc = {
		.cpus = cpus,
		.nr_cpus = NR_CPUS,
		.apic_mode = mode,
		.remaps = &remap,
		.nr_remaps = make != PLAIN,
		.devices = devices,
		.nr_devices = 2,
		.vcpus = names,
		.nr_vcpus = 2,
	};
	struct bench *b = calloc(1, sizeof(*b));
	const char *why = NULL;

	assert_non_null(b);
	b->m = machine_create(NULL);
	assert_non_null(b->m);
	if (machine_load(b->m, &desc, &why))
		fail_msg("%s", why);
	b->v[0] = vcpu_by_name(b->m, "v0");
	b->v[1] = vcpu_by_name(b->m, "v1");
	b->nic = device_by_name(b->m, "nic");
	assert_non_null(b->v[0]);
	assert_non_null(b->v[1]);
	assert_non_null(b->nic);
	bench_forget(b);
	return b;
}

/* All holds that has to, nobody changed an object in secret, and nobody was warned. */
void bench_destroy(struct bench *b)
{
	char violation[200];

	if (!machine_invariants(b->m, violation, sizeof(violation)))
		fail_msg("%s", violation);
	assert_true(fingerprint_equal(machine_fingerprint(b->m, FINGERPRINT_COMPLETE),
				      machine_fingerprint_recompute(b->m, FINGERPRINT_COMPLETE)));
	assert_int_equal(machine_warnings_total(b->m), 0);
	assert_null(machine_poisoned(b->m));
	machine_destroy(b->m);
	free(b);
}

static enum irqreturn count(int irq, void *dev_id)
{
	(void)irq;
	++*(unsigned *)dev_id;
	return IRQ_HANDLED;
}

unsigned bench_irq(struct bench *b, unsigned index)
{
	int irq = pci_irq_vector(b->nic, index);

	assert_true(irq > 0);
	return (unsigned)irq;
}

unsigned bench_enable(struct bench *b, unsigned nr)
{
	assert_int_equal(pci_alloc_irq_vectors(b->nic, nr, nr, PCI_IRQ_MSIX), nr);
	for (unsigned i = 0; i < nr; i++)
		assert_int_equal(
			request_irq(b->m, bench_irq(b, i), count, 0, "nic", &b->handled[i]), 0);
	return bench_irq(b, 0);
}

void bench_raise(struct bench *b, unsigned index)
{
	assert_int_equal(device_raise(b->m, "nic", RAISE_MSIX, 0, index, RAISE_NO_PASID), 0);
}

void bench_raise_and_deliver(struct bench *b, unsigned index)
{
	bench_raise(b, index);
	assert_true(machine_deliver(b->m, 0) >= 0);
}

void bench_forget(struct bench *b)
{
	b->from = tape_position(b->m);
}

const struct tape_record *bench_next(struct bench *b, enum tape_kind kind)
{
	while (b->from < tape_position(b->m)) {
		const struct tape_record *record = tape_at(b->m, b->from++);

		if (record && record->kind == kind)
			return record;
	}
	fail_msg("no %s on the tape", tape_kind_name(kind));
	return NULL;
}

void bench_expect_no(struct bench *b, enum tape_kind kind)
{
	for (uint64_t at = b->from; at < tape_position(b->m); at++)
		if (tape_at(b->m, at)->kind == kind)
			fail_msg("an unexpected %s on the tape", tape_kind_name(kind));
}

void bench_expect_guest(struct bench *b, unsigned vcpu, unsigned vector, unsigned cpu)
{
	const struct tape_record *record = bench_next(b, TAPE_GUEST);

	assert_ptr_equal(vcpu_by_apic_page(b->m, record->address), b->v[vcpu]);
	assert_int_equal(record->value, vector);
	assert_int_equal(record->actor, cpu);
}

struct vcpu_info bench_look(const struct bench *b, unsigned vcpu)
{
	struct vcpu_info info;

	vcpu_look(b->v[vcpu], &info);
	return info;
}
