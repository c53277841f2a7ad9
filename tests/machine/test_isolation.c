/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/x86.h"
#include "machine/machine_test.h"
#include "sim_iommu/amdvi.h"
#include "sim_iommu/gicv2m.h"
#include "sim_iommu/its.h"
#include "sim_iommu/vtd.h"
#include "sim_pci/function.h"

#include <irqlab/bus.h>
#include <irqlab/invariants.h>
#include <irqlab/provider/hardware.h>
#include <irqlab/provider/software.h>

/*
 * A device writes whatever it can to wherever interrupts are sent. Where the
 * hardware promises isolation, no handler of another device may run, and each
 * attempt is recorded with the reason that the manual gives; where it promises
 * none, the other device's handlers do run.
 */

#define VICTIM	  0x18
#define ROGUE	  0x20
#define IDLE	  0x28 /* no driver ever asked for its interrupts */
#define ENTRIES	  16   /* of remapping tables */
#define WINDOW	  UINT64_C(0xfee00000)
#define NR_VICTIM 3
#define NR_ROGUE  2

enum kind { INTEL, AMD, ITS, V2M, IMSIC, PLAIN };

struct stage {
	struct machine *m;
	struct device *victim, *rogue;
	int victim_irq[NR_VICTIM];
	unsigned victim_runs, rogue_runs;
	unsigned each[NR_VICTIM]; /* of victim_runs, by vector */
};

/* ---- the machine ---- */

static enum irqreturn victim_handler(int irq, void *dev_id)
{
	struct stage *s = dev_id;

	for (unsigned i = 0; i < NR_VICTIM; i++)
		s->each[i] += s->victim_irq[i] == irq;
	s->victim_runs++;
	return IRQ_HANDLED;
}

static enum irqreturn rogue_handler(int irq, void *dev_id)
{
	(void)irq;
	((struct stage *)dev_id)->rogue_runs++;
	return IRQ_HANDLED;
}

static void start_driver(struct stage *s, struct device *dev, int nr, irq_handler_t handler)
{
	assert_int_equal(pci_alloc_irq_vectors(dev, nr, nr, PCI_IRQ_MSIX), nr);
	for (int i = 0; i < nr; i++)
		assert_int_equal(request_irq(s->m, (unsigned)pci_irq_vector(dev, i), handler, 0,
					     device_name(dev), s),
				 0);
}

static void stage_create(struct stage *s, enum kind kind, enum bridge_kind behind)
{
	struct device_desc devices[] = {
		{.name = "victim", .requester = VICTIM, .node = -1, .msix.size = NR_VICTIM},
		{.name = "rogue", .requester = ROGUE, .node = -1, .msix.size = NR_ROGUE},
		{.name = "idle", .requester = IDLE, .node = -1, .msix.size = 2},
	};
	const struct remap_desc remap = {
		.name = "ir",
		.kind = kind == AMD ? REMAP_AMD : REMAP_INTEL,
		.entries = ENTRIES,
	};
	const struct gic_desc gic = {.version = kind == V2M ? 2 : 3};
	const struct its_desc its = {.name = "its"};
	const struct v2m_desc v2m = {.name = "v2m"};
	const struct imsic_desc imsic = {.ids = 63};
	const struct machine_desc desc = {
		.nr_cpus = 2,
		.vector_first = 32,
		.vector_last = 34,
		.remaps = &remap,
		.nr_remaps = kind <= AMD,
		.devices = devices,
		.nr_devices = 3,
		.gic = kind == ITS || kind == V2M ? &gic : NULL,
		.its = &its,
		.nr_its = kind == ITS,
		.v2ms = &v2m,
		.nr_v2ms = kind == V2M,
		.imsic = kind == IMSIC ? &imsic : NULL,
	};
	const char *why = "";

	if (behind != BRIDGE_NONE) {
		devices[0].requester = behind == BRIDGE_PCI ? 0x108 : 0x318;
		devices[0].behind = behind;
		devices[0].bridge_requester = behind == BRIDGE_PCI ? 0x58 : 0x300;
	}
	*s = (struct stage){.m = machine_create(NULL)};
	assert_non_null(s->m);
	if (machine_load(s->m, &desc, &why))
		fail_msg("%s", why);
	s->victim = device_by_name(s->m, "victim");
	s->rogue = device_by_name(s->m, "rogue");
	start_driver(s, s->victim, NR_VICTIM, victim_handler);
	for (unsigned i = 0; i < NR_VICTIM; i++)
		s->victim_irq[i] = pci_irq_vector(s->victim, i);
	start_driver(s, s->rogue, NR_ROGUE, rogue_handler);
	machine_settle(s->m); /* an identity of another hart is enabled by a timer there */
}

static void stage_destroy(struct stage *s)
{
	char violation[200];

	if (!machine_invariants(s->m, violation, sizeof(violation)))
		fail_msg("%s", violation);
	machine_destroy(s->m);
}

/* What the driver had written into a device's table: the target of the attacks. */
static struct message_entry message_of(struct stage *s, struct device *dev, unsigned index)
{
	struct message_entry entry;

	assert_int_equal(function_peek_msix(s->m, device_name(dev), index, &entry), 0);
	return entry;
}

/* ---- one attempt ---- */

struct seen {
	unsigned faults, drops, victim, rogue;
	uint64_t reason;    /* of the fault */
	uint64_t index;	    /* of the fault */
	uint32_t requester; /* of the fault */
	uint64_t drop;	    /* enum drop_reason */
	uint32_t drop_extra;
};

static struct seen attempt(struct stage *s, uint16_t requester, uint64_t address, uint32_t data)
{
	const struct bus_message message = {
		.address = address,
		.data = data,
		.requester = requester,
		.pasid = BUS_NO_PASID,
	};
	unsigned victim = s->victim_runs, rogue = s->rogue_runs;
	uint64_t from = tape_position(s->m);
	struct seen seen = {0};

	bus_send_message(s->m, &message);
	machine_deliver(s->m, 0);
	for (; from < tape_position(s->m); from++) {
		const struct tape_record *r = tape_at(s->m, from);

		if (r->kind == TAPE_FAULT) {
			seen.faults++;
			seen.reason = r->value;
			seen.index = r->address;
			seen.requester = r->extra;
		} else if (r->kind == TAPE_DROP) {
			seen.drops++;
			seen.drop = r->value;
			seen.drop_extra = r->extra;
		}
	}
	seen.victim = s->victim_runs - victim;
	seen.rogue = s->rogue_runs - rogue;
	return seen;
}

static void expect_blocked(const struct seen *seen, uint64_t reason, uint16_t requester,
			   uint64_t address, uint32_t data)
{
	if (seen->victim || seen->rogue || seen->faults != 1 || seen->drops != 1 ||
	    seen->reason != reason || seen->requester != requester ||
	    seen->drop != DROP_REMAP_FAULT || seen->drop_extra != reason)
		fail_msg("%#x wrote %#x to %#llx: ran %u of the other's handlers and %u of its "
			 "own, %u faults, reason %#llx by %#x; expected %#llx",
			 requester, data, (unsigned long long)address, seen->victim, seen->rogue,
			 seen->faults, (unsigned long long)seen->reason, seen->requester,
			 (unsigned long long)reason);
}

static void expect_own(const struct seen *seen, uint64_t address, uint32_t data)
{
	if (seen->victim || seen->rogue != 1 || seen->faults)
		fail_msg("data %#x to %#llx is the device's own, but ran %u handlers of it, %u of "
			 "the other",
			 data, (unsigned long long)address, seen->rogue, seen->victim);
}

/* ---- VT-d ---- */

/* 5.1.2.2 and 5.1.3: the entry that a remappable request selects. */
static uint64_t vtd_index(uint64_t address, uint32_t data)
{
	uint64_t handle = (address >> 5 & 0x7fff) | (address >> 2 & 1) << 15;

	return address & 8 ? handle + (data & 0xffff) : handle;
}

struct vtd_attack {
	struct stage s;
	struct device *owner[ENTRIES];
	uint64_t reached[8]; /* how often each reason from 0x20 on was the right one */
};

static void vtd_create_attack(struct vtd_attack *a, enum bridge_kind behind)
{
	memset(a, 0, sizeof(*a));
	stage_create(&a->s, INTEL, behind);
	for (unsigned i = 0; i < NR_VICTIM + NR_ROGUE; i++) {
		struct device *dev = i < NR_VICTIM ? a->s.victim : a->s.rogue;
		struct message_entry entry =
			message_of(&a->s, dev, i < NR_VICTIM ? i : i - NR_VICTIM);
		uint64_t index = vtd_index(entry.address, entry.data);

		assert_true(index < ENTRIES && !a->owner[index]);
		a->owner[index] = dev;
	}
}

/* 0: it is the rogue's own interrupt. Otherwise the reason that 5.1.4.1 gives. */
static unsigned vtd_reason(const struct vtd_attack *a, uint64_t address, uint32_t data)
{
	uint64_t index = vtd_index(address, data);

	if (address >> 20 != 0xfee)
		return VTD_FAULT_REQUEST_RESERVED;
	if (!(address & 0x10))
		return VTD_FAULT_COMPATIBILITY;
	if (index >= ENTRIES)
		return VTD_FAULT_INDEX;
	if (!a->owner[index])
		return VTD_FAULT_NOT_PRESENT;
	if (a->owner[index] != a->s.rogue)
		return VTD_FAULT_SOURCE;
	return address & 8 && data >> 16 ? VTD_FAULT_REQUEST_RESERVED : 0;
}

/* Reads the fault record (11.4.14) as a driver would, and makes room for the next. */
static void expect_fault_record(struct machine *m, unsigned reason, uint16_t requester,
				uint64_t index)
{
	unsigned at = VTD_FRCD + 16 * (vtd_peek_register(m, 0, VTD_FSTS) >> 8 & 0xff);

	assert_int_equal(vtd_peek_register(m, 0, at + 12), 0x80000000u | reason);
	assert_int_equal(vtd_peek_register(m, 0, at + 8), requester);
	assert_int_equal(vtd_peek_register(m, 0, at + 4) >> 16, index & 0xffff);
	bus_write(m, VTD_REGISTER_BASE + at + 12, 4, 0x80000000u);
	assert_int_equal(vtd_peek_register(m, 0, VTD_FSTS) & 3, 0);
}

static void vtd_try(struct vtd_attack *a, uint64_t address, uint32_t data)
{
	unsigned reason = vtd_reason(a, address, data);
	struct seen seen = attempt(&a->s, ROGUE, address, data);

	if (!reason) {
		expect_own(&seen, address, data);
		return;
	}
	expect_blocked(&seen, reason, ROGUE, address, data);
	expect_fault_record(a->s.m, reason, ROGUE, seen.index);
	a->reached[reason - VTD_FAULT_REQUEST_RESERVED]++;
}

static void vtd_try_handles(struct vtd_attack *a)
{
	static const uint32_t subhandles[] = {0, 1, ENTRIES - 1, ENTRIES, 0xfff0, 0xffff, 1u << 16};

	for (uint32_t handle = 0; handle < 0x10000; handle++) {
		uint64_t address = WINDOW | 0x10 | (handle & 0x7fff) << 5 | (handle >> 15) << 2;

		vtd_try(a, address, handle);
		for (unsigned i = 0; i < sizeof(subhandles) / sizeof(subhandles[0]); i++)
			vtd_try(a, address | 8, subhandles[i]);
	}
}

/* Every handle from which a sub-handle leads into the table, and every sub-handle. */
static void vtd_try_subhandles(struct vtd_attack *a)
{
	for (uint32_t handle = 0; handle <= ENTRIES; handle++)
		for (uint32_t sub = 0; sub < 0x10000; sub++)
			vtd_try(a, WINDOW | 0x18 | handle << 5, sub);
}

static void vtd_every_handle(void **state)
{
	struct vtd_attack a;

	(void)state;
	vtd_create_attack(&a, BRIDGE_NONE);
	assert_true(msi_device_has_isolated_msi(a.s.rogue));
	vtd_try_handles(&a);
	vtd_try_subhandles(&a);
	assert_int_equal(a.s.victim_runs, 0);
	assert_true(a.s.rogue_runs > 0);
	assert_true(a.reached[VTD_FAULT_SOURCE - 0x20] >= NR_VICTIM * 3);
	assert_true(a.reached[VTD_FAULT_NOT_PRESENT - 0x20] > 0);
	assert_true(a.reached[VTD_FAULT_INDEX - 0x20] > 0);
	assert_true(a.reached[VTD_FAULT_REQUEST_RESERVED - 0x20] > 0);
	stage_destroy(&a.s);
}

/* Every destination, redirection and mode with every vector and delivery mode, unremapped. */
static void vtd_compatibility_format(void **state)
{
	struct vtd_attack a;

	(void)state;
	vtd_create_attack(&a, BRIDGE_NONE);
	for (uint64_t low = 0; low < 0x100000; low += 4) {
		if (low & 0x10)
			continue;
		vtd_try(&a, WINDOW | low, 32 + (uint32_t)(low >> 2) % 3);
	}
	for (uint64_t destination = 0; destination < 4; destination++)
		for (uint32_t data = 0; data < 0x10000; data++)
			vtd_try(&a, WINDOW | destination << 12, data);
	assert_int_equal(a.s.victim_runs + a.s.rogue_runs, 0);
	stage_destroy(&a.s);
}

/* Bits 63:32 of an x2APIC destination, and windows beside the right one. */
static void vtd_other_addresses(void **state)
{
	struct vtd_attack a;

	(void)state;
	vtd_create_attack(&a, BRIDGE_NONE);
	for (uint64_t top = 0; top < 0x2000; top++)
		vtd_try(&a, top << 20 | 0x18, 0);
	for (unsigned bit = 32; bit < 64; bit++)
		vtd_try(&a, UINT64_C(1) << bit | WINDOW | 0x18, 0);
	assert_int_equal(a.s.victim_runs, 0);
	stage_destroy(&a.s);
}

/* 9.10: who may use an entry, by its source validation type, qualifier and source id. */
static bool vtd_source_may(uint64_t high, unsigned requester)
{
	static const unsigned ignored[4] = {0, 4, 6, 7};
	unsigned sid = high & 0xffff, bus = requester >> 8;

	switch (high >> 18 & 3) {
	case 0:
		return true;
	case 1:
		return !((sid ^ requester) & ~ignored[high >> 16 & 3] & 0xffff);
	case 2:
		return sid >> 8 <= bus && bus <= (sid & 0xff);
	}
	return false;
}

static void vtd_try_requesters(struct vtd_attack *a, uint64_t high)
{
	struct message_entry entry = message_of(&a->s, a->s.victim, 0);

	for (unsigned requester = 0; requester < 0x10000; requester++) {
		struct seen seen = attempt(&a->s, (uint16_t)requester, entry.address, entry.data);

		if (!vtd_source_may(high, requester)) {
			expect_blocked(&seen, VTD_FAULT_SOURCE, (uint16_t)requester, entry.address,
				       entry.data);
			expect_fault_record(a->s.m, VTD_FAULT_SOURCE, (uint16_t)requester,
					    seen.index);
		} else if (seen.victim != 1 || seen.faults) {
			fail_msg("requester %#x is let through by %#llx, but was not", requester,
				 (unsigned long long)high);
		}
	}
}

/*
 * What the kernel writes for each kind of device, against all requesters there
 * are. Behind a bridge devices can't be told apart: the group is isolated.
 */
static void vtd_every_requester(void **state)
{
	static const struct {
		enum bridge_kind behind;
		uint64_t high; /* SVT, SQ and SID */
	} cases[] = {
		{BRIDGE_NONE, 1 << 18 | VICTIM},
		{BRIDGE_PCI, 1 << 18 | 0x58},
		{BRIDGE_PCIE_TO_PCI, 2 << 18 | 0x303}, /* buses 3 to 3 */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vtd_attack a;
		uint64_t entry[2];

		vtd_create_attack(&a, cases[i].behind);
		assert_true(bus_memory_read(
			a.s.m,
			vtd_entry_address(
				a.s.m, 0,
				(unsigned)vtd_index(message_of(&a.s, a.s.victim, 0).address, 0)),
			entry, sizeof(entry)));
		assert_int_equal(entry[1], cases[i].high);
		vtd_try_requesters(&a, cases[i].high);
		stage_destroy(&a.s);
	}
}

/* The other ways of validation, written into the entry before it is used for the first time. */
static void vtd_validation_variants(void **state)
{
	static const uint64_t sources[] = {VICTIM, 0x0203 /* as a range: buses 2 and 3 */};

	(void)state;
	for (unsigned variant = 0; variant < 32; variant++) {
		uint64_t high = sources[variant >> 4] | (uint64_t)(variant & 15) << 16;
		struct message_entry entry;
		struct vtd_attack a;

		vtd_create_attack(&a, BRIDGE_NONE);
		entry = message_of(&a.s, a.s.victim, 0);
		bus_write(a.s.m,
			  vtd_entry_address(a.s.m, 0,
					    (unsigned)vtd_index(entry.address, entry.data)) +
				  8,
			  8, high);
		vtd_try_requesters(&a, high);
		machine_destroy(a.s.m);
	}
}

/* ---- AMD-Vi ---- */

struct amd_attack {
	struct stage s;
	uint16_t requester;
	uint64_t own;	   /* indexes of interrupts that the requester has */
	uint64_t codes[9]; /* how often each event code was the right one */
};

/* 0, or the event code of 2.2.5 and 2.5. */
static unsigned amd_code(const struct amd_attack *a, uint64_t address, uint32_t data)
{
	unsigned type = data >> 8 & 7, index = data & 0x7ff;

	if (address >> 20 != 0xfee)
		return AMDVI_INVALID_REQUEST;
	if (type == 2 || type == 3 || type == 6) /* SMI, and two that are reserved */
		return AMDVI_INVALID_REQUEST;
	return index < ENTRIES && a->own >> index & 1 ? 0 : AMDVI_PAGE_FAULT;
}

/* The last event in the log in memory (2.5): code, I bit, device, address. */
static void expect_event(struct machine *m, unsigned code, uint16_t requester, uint64_t address)
{
	uint64_t base = amdvi_peek_register(m, 0, AMDVI_EVENT_BASE) & UINT64_C(0xffffffffff000);
	uint64_t tail = amdvi_peek_register(m, 0, AMDVI_EVENT_TAIL);
	uint64_t last = (tail ? tail : 512 * 16) - 16, event[2];

	assert_true(bus_memory_read(m, base + last, event, sizeof(event)));
	assert_int_equal(event[0] >> 60, code);
	assert_int_equal(event[0] >> 51 & 1, 1);
	assert_int_equal(event[0] & 0xffff, requester);
	assert_int_equal(event[1], address);
	assert_int_equal(amdvi_peek_register(m, 0, AMDVI_EVENT_HEAD), last);
	bus_write(m, AMDVI_REGISTER_BASE + AMDVI_EVENT_HEAD, 8, tail);
}

static void amd_try(struct amd_attack *a, uint64_t address, uint32_t data)
{
	unsigned code = amd_code(a, address, data);
	struct seen seen = attempt(&a->s, a->requester, address, data);

	if (!code) {
		expect_own(&seen, address, data);
		return;
	}
	expect_blocked(&seen, code, a->requester, address, data);
	expect_event(a->s.m, code, a->requester, address);
	a->codes[code]++;
}

/* A table of its own, an empty one, or none: nothing leads into another one's. */
static void amd_every_message(void **state)
{
	static const struct {
		uint16_t requester;
		uint64_t own;
	} attackers[] = {{ROGUE, 3}, {IDLE, 0}, {0xff, 0}, {0, 0}};

	(void)state;
	for (unsigned i = 0; i < sizeof(attackers) / sizeof(attackers[0]); i++) {
		struct amd_attack a = {.requester = attackers[i].requester,
				       .own = attackers[i].own};

		stage_create(&a.s, AMD, BRIDGE_NONE);
		assert_true(msi_device_has_isolated_msi(a.s.rogue));
		for (uint32_t data = 0; data < 0x10000; data++)
			amd_try(&a, WINDOW, data);
		for (uint64_t low = 0; low < 0x100000; low += 4)
			amd_try(&a, WINDOW | low, (uint32_t)(low >> 2) % 4);
		for (uint64_t top = 0; top < 0x2000; top++)
			amd_try(&a, top << 20, 0);
		assert_int_equal(a.s.victim_runs, 0);
		assert_true(a.codes[AMDVI_PAGE_FAULT] > 0);
		assert_true((a.s.rogue_runs > 0) == (a.own != 0));
		stage_destroy(&a.s);
	}
}

/* All requesters that the device table knows, with the victim's message. */
static void amd_every_requester(void **state)
{
	struct amd_attack a = {0};

	(void)state;
	stage_create(&a.s, AMD, BRIDGE_NONE);
	for (uint16_t requester = 0; requester < 0x100; requester++) {
		if (requester == VICTIM)
			continue;
		a.requester = requester;
		a.own = requester == ROGUE ? 3 : 0;
		for (uint32_t data = 0; data < 0x800; data++)
			amd_try(&a, WINDOW, data);
	}
	assert_int_equal(a.s.victim_runs, 0);
	stage_destroy(&a.s);
}

/* ---- ITS ---- */

static enum its_drop its_reason(uint16_t requester, uint64_t event)
{
	if (requester >= 0x2000) /* the device table's second level has 64 KiB of 8 bytes a page */
		return ITS_DROP_DEVICE_RANGE;
	if (requester != VICTIM && requester != ROGUE)
		return ITS_DROP_DEVICE;
	if (event < (requester == VICTIM ? NR_VICTIM : NR_ROGUE))
		return ITS_TRANSLATED;
	/* The kernel prepares 2^n events: 4 for three, 2 for two. */
	return event < (requester == VICTIM ? 4 : 2) ? ITS_DROP_EVENT : ITS_DROP_EVENT_RANGE;
}

static void its_try(struct stage *s, uint16_t requester, uint32_t event)
{
	struct seen seen = attempt(s, requester, ITS_BASE(0) + GITS_TRANSLATER, event);
	enum its_drop why = its_reason(requester, event);

	if (seen.victim != (!why && requester == VICTIM) ||
	    seen.rogue != (!why && requester == ROGUE))
		fail_msg("DeviceID %#x, EventID %#x ran %u and %u handlers", requester, event,
			 seen.victim, seen.rogue);
	assert_int_equal(seen.drops, why != ITS_TRANSLATED);
	if (!why)
		return;
	assert_int_equal(seen.drop, DROP_UNTRANSLATED);
	assert_int_equal(seen.drop_extra, why);
}

static void its_every_event(void **state)
{
	struct stage s;

	(void)state;
	stage_create(&s, ITS, BRIDGE_NONE);
	assert_true(msi_device_has_isolated_msi(s.rogue));
	for (uint32_t event = 0; event < 0x10000; event++)
		its_try(&s, ROGUE, event);
	for (unsigned bit = 16; bit < 32; bit++)
		its_try(&s, ROGUE, 1u << bit);
	assert_int_equal(s.victim_runs, 0);
	assert_int_equal(s.rogue_runs, NR_ROGUE);
	for (unsigned requester = 0; requester < 0x10000; requester++)
		for (uint32_t event = 0; event < 5; event++)
			its_try(&s, (uint16_t)requester, event);
	assert_int_equal(s.victim_runs, NR_VICTIM);
	stage_destroy(&s);
}

/* ---- no isolation: the promise above is a real difference ---- */

static void expect_all_reached(const struct stage *s)
{
	for (unsigned i = 0; i < NR_VICTIM; i++)
		if (!s->each[i])
			fail_msg("interrupt %u of the victim was out of reach", i);
	assert_false(msi_device_has_isolated_msi(s->rogue));
}

/* Each handler of the victim runs when the rogue writes its message, or finds it by trying. */
static void expect_open(enum kind kind, uint64_t first, uint64_t step, unsigned nr,
			unsigned nr_data)
{
	struct stage s;

	stage_create(&s, kind, BRIDGE_NONE);
	for (unsigned i = 0; i < NR_VICTIM; i++) {
		struct message_entry entry = message_of(&s, s.victim, i);
		struct seen seen = attempt(&s, ROGUE, entry.address, entry.data);

		assert_int_equal(seen.victim, 1);
		assert_int_equal(seen.faults + seen.drops, 0);
	}
	expect_all_reached(&s);
	machine_destroy(s.m);

	stage_create(&s, kind, BRIDGE_NONE);
	for (unsigned i = 0; i < nr; i++)
		for (uint32_t data = 0; data < nr_data; data++)
			attempt(&s, ROGUE, first + i * step, data);
	expect_all_reached(&s);
	machine_destroy(s.m);
}

static void plain_x86_is_open(void **state)
{
	(void)state;
	expect_open(PLAIN, WINDOW, 1 << 12, 2, 256);
}

static void imsic_is_open(void **state)
{
	(void)state;
	expect_open(IMSIC, 0x28000000, 0x1000, 2, 64);
}

static void gicv2m_is_open(void **state)
{
	(void)state;
	expect_open(V2M, V2M_BASE(0) + V2M_SETSPI, 0, 1, 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vtd_every_handle),
		cmocka_unit_test(vtd_compatibility_format),
		cmocka_unit_test(vtd_other_addresses),
		cmocka_unit_test(vtd_every_requester),
		cmocka_unit_test(vtd_validation_variants),
		cmocka_unit_test(amd_every_message),
		cmocka_unit_test(amd_every_requester),
		cmocka_unit_test(its_every_event),
		cmocka_unit_test(plain_x86_is_open),
		cmocka_unit_test(imsic_is_open),
		cmocka_unit_test(gicv2m_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
