/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_impl.h"

/* ---- switches ---- */

static const struct {
	bool in_612, in_intended;
} defaults[] = {
#define DEFAULT_OF(id, name, kind, in_612, in_intended, witness) {in_612, in_intended},
	IRQLAB_SWITCHES(DEFAULT_OF)};

_Static_assert(NR_MACHINE_SWITCHES <= 64, "switches are bits of one word");

bool machine_switch(const struct machine *m, enum machine_switch which)
{
	return (unsigned)which < NR_MACHINE_SWITCHES && (m->state.switches >> which & 1);
}

void machine_set_switch(struct machine *m, enum machine_switch which, bool on)
{
	if ((unsigned)which < NR_MACHINE_SWITCHES)
		bit_set(&m->state.switches, which, on);
}

void machine_set_profile(struct machine *m, enum machine_profile profile)
{
	bool intended = profile == PROFILE_INTENDED;

	for (unsigned i = 0; i < NR_MACHINE_SWITCHES; i++)
		machine_set_switch(m, (enum machine_switch)i,
				   intended ? defaults[i].in_intended : defaults[i].in_612);
}

/* ---- warnings ---- */

uint64_t machine_warnings(const struct machine *m, enum machine_warning which)
{
	return (unsigned)which < NR_MACHINE_WARNINGS ? m->state.warnings[which] : 0;
}

uint64_t machine_warnings_total(const struct machine *m)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < NR_MACHINE_WARNINGS; i++)
		total += m->state.warnings[i];
	return total;
}

const char *machine_poisoned(const struct machine *m)
{
	return m->state.poisoned;
}

bool machine_warn(struct machine *m, enum machine_warning which, uint64_t irq)
{
	if ((unsigned)which >= NR_MACHINE_WARNINGS)
		return true;
	m->state.warnings[which]++;
	if (which == WARN_BUG && !m->state.poisoned)
		m->state.poisoned = "a state that must not happen";
	tape_event(m, TAPE_WARNING, ACTOR_CPU, (uint16_t)m->state.cpu, irq, which, 0, 0);
	return true;
}

void machine_poison(struct machine *m, const char *why)
{
	if (m->state.poisoned)
		return;
	m->state.poisoned = why;
	machine_warn(m, WARN_BUG, 0);
}
