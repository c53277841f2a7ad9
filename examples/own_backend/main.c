/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A back end of one's own: a unit on the bus (hardware.c), a domain for it (domain.c), and here a
 * machine that has both, a driver on it, and what must hold. Argument: bell.irq.
 */
#include "bell.h"

#include <irqlab/device.h>
#include <irqlab/driver.h>
#include <irqlab/invariants.h>
#include <irqlab/provider/hardware.h>
#include <irqlab/provider/software.h>
#include <irqlab/scenario.h>
#include <irqlab/topology.h>
#include <irqlab/view.h>
#include <stdio.h>
#include <string.h>

enum { CELLS = 4 };

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!holds(m, condition, #condition, __LINE__))                                    \
			return false;                                                              \
	} while (0)

/* …and whatever was done, the machine is sound. */
static bool holds(struct machine *m, bool condition, const char *what, int line)
{
	char violation[256] = "";

	if (condition && machine_invariants(m, violation, sizeof(violation)))
		return true;
	fprintf(stderr, "main.c:%d: %s %s\n", line, what, violation);
	view_tape(m, stderr, 0, UINT64_MAX);
	return false;
}

/* ---- a machine with a board between the function and the vectors ---- */

static int make_board(struct machine *m)
{
	return bell_board_create(m, CELLS);
}

static int make_domain(struct machine *m)
{
	struct irq_domain *bells;

	layer_runs(m, LAYER_DOMAIN); /* none of this is for drivers */
	bells = bell_domain_create(m, irq_domain_by_name(m, "VECTOR"));
	if (!bells)
		return -ENOMEM;
	dev_set_msi_domain(device_by_name(m, "nic"), bells);
	return 0;
}

static int attach_board(struct machine *m)
{
	int ret = make_board(m);

	return ret ? ret : make_domain(m);
}

static struct machine *make_machine(bool with_board)
{
	const struct device_desc nic = {.name = "nic",
					.bus_name = "0000:00:03.0",
					.requester = 0x18,
					.node = -1,
					.msix.size = 8};
	const struct machine_desc desc = {.nr_cpus = 2, .devices = &nic, .nr_devices = 1};
	struct machine *m = machine_create(NULL);
	const char *why = "out of memory";

	if (m && !machine_load(m, &desc, &why) && (!with_board || !attach_board(m)))
		return m;
	fprintf(stderr, "no machine: %s\n", why);
	machine_destroy(m);
	return NULL;
}

/* ---- what crossed the bus ---- */

struct line {
	const char *place; /* NULL: the end */
	uint64_t value;
};

/* A write in words and a number; of a message both address and data are the number. */
static bool line_of(const struct machine *m, const struct tape_record *record, char *place,
		    size_t size, uint64_t *value)
{
	struct bus_place p;
	char index[16] = "";

	*value = record->value;
	if (record->kind == TAPE_MESSAGE) {
		*value |= record->address << 32;
		snprintf(place, size, "message");
		return true;
	}
	if (!tape_place(m, record, &p))
		return false;
	if (p.index >= 0)
		snprintf(index, sizeof(index), "[%d]", (int)p.index);
	snprintf(place, size, "%s.%s%s.%s", p.object, p.store, index, p.field);
	return true;
}

/* The writes since `from` are these, no more, no less, in this order. */
static bool wrote(const struct machine *m, uint64_t from, const struct line *lines)
{
	for (uint64_t at = from; at < tape_position(m); at++) {
		char place[96];
		uint64_t value;

		if (!line_of(m, tape_at(m, at), place, sizeof(place), &value))
			continue;
		if (!lines->place || strcmp(place, lines->place) != 0 || value != lines->value)
			return false;
		lines++;
	}
	return !lines->place;
}
#define WROTE(from, ...) CHECK(wrote(m, from, (const struct line[]){__VA_ARGS__, {NULL, 0}}))

/* Physical destination and vector, as a local APIC takes them (SDM vol. 3, 11.11). */
#define APIC_MESSAGE(cpu, vector) ((UINT64_C(0xfee00000) | (cpu) << 12) << 32 | (vector))

/* ---- a driver: it knows nothing of boards ---- */

static enum irqreturn count_interrupt(int irq, void *context)
{
	(void)irq;
	++*(unsigned *)context;
	return IRQ_HANDLED;
}

static void raise_and_deliver(struct machine *m, unsigned index)
{
	device_raise(m, "nic", RAISE_MSIX, 0, index, RAISE_NO_PASID);
	machine_deliver(m, 0);
}

static int enable_two(struct machine *m)
{
	return pci_alloc_irq_vectors(device_by_name(m, "nic"), 2, 2, PCI_IRQ_MSIX);
}

static bool life_of_an_interrupt(struct machine *m)
{
	struct device *nic = device_by_name(m, "nic");
	unsigned irq, count = 0;
	uint64_t from;

	CHECK(enable_two(m) == 2);
	irq = (unsigned)pci_irq_vector(nic, 1);
	from = tape_position(m);
	CHECK(!request_irq(m, irq, count_interrupt, 0, "nic", &count));
	/* clang-format off */
	WROTE(from, {"bell.cell[1].target", APIC_MESSAGE(0, 0x20)},
	      {"nic.msix[1].addr_lo", BELL_BASE}, {"nic.msix[1].addr_hi", 0},
	      {"nic.msix[1].data", 1}, {"bell.cell[1].target", APIC_MESSAGE(0, 0x20)},
	      {"nic.msix[1].ctrl", 0});
	/* clang-format on */

	from = tape_position(m);
	raise_and_deliver(m, 1);
	CHECK(count == 1);
	WROTE(from, {"message", BELL_BASE << 32 | 1}, {"message", APIC_MESSAGE(0, 0x20)},
	      {"lapic.reg.eoi", 0});

	from = tape_position(m);
	CHECK(!irq_set_affinity(m, irq, cpumask_of(m, 1)));
	WROTE(from, {"bell.cell[1].target", APIC_MESSAGE(1, 0x20)}); /* the function is not told */
	raise_and_deliver(m, 1);
	CHECK(count == 2);
	CHECK(!machine_settle(m)); /* the old vector is free again */

	disable_irq(m, irq); /* lazy: what comes now is taken, and repeated later */
	raise_and_deliver(m, 1);
	CHECK(count == 2);
	enable_irq(m, irq);
	machine_deliver(m, 0);
	CHECK(count == 3);

	from = tape_position(m);
	CHECK(!free_irq(m, irq, &count));
	/* clang-format off */
	WROTE(from, {"nic.msix[1].ctrl", 1}, {"nic.msix[1].addr_lo", 0},
	      {"nic.msix[1].addr_hi", 0}, {"nic.msix[1].data", 0}, {"bell.cell[1].target", 0});
	/* clang-format on */
	pci_free_irq_vectors(nic);
	CHECK(machine_warnings_total(m) == 0);
	return true;
}

/* ---- messages that mean nothing ---- */

static bool is_dropped(struct machine *m, uint64_t address, uint32_t data, enum drop_reason why)
{
	const struct bus_message message = {
		.address = address, .data = data, .requester = 0x18, .pasid = BUS_NO_PASID};
	const struct tape_record *last;

	bus_send_message(m, &message);
	last = tape_at(m, tape_position(m) - 1);
	return last->kind == TAPE_DROP && last->value == why;
}

static bool nothing_else_rings(struct machine *m)
{
	CHECK(enable_two(m) == 2);
	CHECK(is_dropped(m, BELL_BASE + BELL_RING, 2, DROP_UNTRANSLATED));
	CHECK(is_dropped(m, BELL_BASE + BELL_RING, CELLS, DROP_UNTRANSLATED));
	CHECK(is_dropped(m, BELL_BASE + BELL_RING, UINT32_MAX, DROP_UNTRANSLATED));
	CHECK(is_dropped(m, BELL_BASE + BELL_CELL, 1, DROP_STRAY));
	return true;
}

/* ---- what fails leaves no trace ---- */

static int add_one(struct machine *m)
{
	return pci_msix_alloc_irq_at(device_by_name(m, "nic"), MSI_ANY_INDEX, NULL).index;
}

/* Every allocation that it makes fails once; then it succeeds. */
static bool survives_failures(struct machine *m, int (*operation)(struct machine *m))
{
	struct fingerprint before = machine_fingerprint(m, FINGERPRINT_COMPLETE);
	int ret = -ENOMEM;

	for (unsigned nth = 1; ret < 0; nth++) {
		machine_fail_allocation(m, nth);
		ret = operation(m);
		machine_fail_allocation(m, 0);
		CHECK(ret >= 0 ||
		      fingerprint_equal(before, machine_fingerprint(m, FINGERPRINT_COMPLETE)));
		CHECK(nth < 1000);
	}
	CHECK(fingerprint_equal(machine_fingerprint(m, FINGERPRINT_COMPLETE),
				machine_fingerprint_recompute(m, FINGERPRINT_COMPLETE)));
	return true;
}

static bool failures_leave_no_trace(struct machine *m)
{
	struct device *nic = device_by_name(m, "nic");
	struct fingerprint full;

	CHECK(bell_board_create(m, BELL_MAX_CELLS + 1) == -EINVAL);
	if (!survives_failures(m, make_board) || !survives_failures(m, make_domain) ||
	    !survives_failures(m, enable_two) || !survives_failures(m, add_one))
		return false;
	CHECK(bell_board_create(m, CELLS) == -EEXIST);

	/* Three cells are taken; the last one, and then there are none. */
	CHECK(add_one(m) == 3);
	full = machine_fingerprint(m, FINGERPRINT_COMPLETE);
	CHECK(add_one(m) == -ENOSPC);
	CHECK(fingerprint_equal(full, machine_fingerprint(m, FINGERPRINT_COMPLETE)));
	pci_free_irq_vectors(nic);
	CHECK(pci_alloc_irq_vectors(nic, 5, 8, PCI_IRQ_MSIX) == -ENOSPC);
	CHECK(pci_alloc_irq_vectors(nic, 1, 8, PCI_IRQ_MSIX) == 4);
	return true;
}

/* ---- a scenario that was written for another machine ---- */

static void begin(void *context, const char *name, struct machine *m)
{
	(void)context;
	(void)name;
	attach_board(m);
}

static bool scenario_passes(const char *path)
{
	const struct scenario_run_options options = {.begin = begin};
	struct scenario *s = scenario_open(path, NULL);
	bool passed = s && scenario_run(s, &options, NULL) == SCENARIO_PASSED;

	if (s)
		scenario_print_diagnostics(&s, 1, stderr, DIAGNOSTICS_HUMAN, false);
	scenario_close(s);
	return passed;
}

static bool passes(bool (*test)(struct machine *m), bool with_board)
{
	struct machine *m = make_machine(with_board);
	bool passed = m && test(m);

	machine_destroy(m);
	return passed;
}

int main(int argc, char **argv)
{
	return !(argc == 2 && passes(life_of_an_interrupt, true) &&
		 passes(nothing_else_rings, true) && passes(failures_leave_no_trace, false) &&
		 scenario_passes(argv[1]));
}
