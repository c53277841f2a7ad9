/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_impl.h"

#include <string.h>

#define NR(table) (sizeof(table) / sizeof((table)[0]))

static const char *name_in(const char *const *names, size_t nr, unsigned which)
{
	return which < nr ? names[which] : "?";
}

static int find_name(const char *const *names, size_t nr, const char *name)
{
	for (size_t i = 0; i < nr; i++) {
		if (!strcmp(names[i], name))
			return (int)i;
	}
	return -ENOENT;
}

#define NAME_OF_ID(id, ...)	   #id,
#define NAME_OF_SECOND(id, s, ...) s,
#define NAME_OF_THIRD(id, s, t)	   t,

static const char *const switches[] = {IRQLAB_SWITCHES(NAME_OF_SECOND)};
static const char *const warnings[] = {IRQLAB_WARNINGS(NAME_OF_ID)};
static const char *const choices[] = {IRQLAB_CHOICES(NAME_OF_ID)};
static const char *const tape_kinds[] = {IRQLAB_TAPE_KINDS(NAME_OF_SECOND)};
static const char *const drop_reasons[] = {IRQLAB_DROP_REASONS(NAME_OF_SECOND)};
static const char *const trace_points[] = {IRQLAB_TRACE_POINTS(NAME_OF_ID)};
static const char *const trace_args[] = {IRQLAB_TRACE_POINTS(NAME_OF_SECOND)};
static const char *const errno_names[] = {IRQLAB_ERRNOS(NAME_OF_ID)};
static const char *const errno_texts[] = {IRQLAB_ERRNOS(NAME_OF_THIRD)};
#define NUMBER_OF(id, number, text) number,
static const int errno_numbers[] = {IRQLAB_ERRNOS(NUMBER_OF)};

const char *machine_switch_name(enum machine_switch which)
{
	return name_in(switches, NR(switches), which);
}

int machine_switch_by_name(const char *name)
{
	return find_name(switches, NR(switches), name);
}

const char *machine_warning_name(enum machine_warning which)
{
	return name_in(warnings, NR(warnings), which);
}

int machine_warning_by_name(const char *name)
{
	return find_name(warnings, NR(warnings), name);
}

const char *choice_name(enum choice_kind kind)
{
	return name_in(choices, NR(choices), kind);
}

const char *tape_kind_name(enum tape_kind kind)
{
	return name_in(tape_kinds, NR(tape_kinds), kind);
}

const char *drop_reason_name(enum drop_reason reason)
{
	return name_in(drop_reasons, NR(drop_reasons), reason);
}

const char *trace_point_name(enum trace_point point)
{
	return name_in(trace_points, NR(trace_points), point);
}

const char *trace_point_args(enum trace_point point)
{
	return name_in(trace_args, NR(trace_args), point);
}

static int errno_index(int err)
{
	int number = err < 0 ? -err : err;

	for (size_t i = 0; i < NR(errno_numbers); i++) {
		if (errno_numbers[i] == number)
			return (int)i;
	}
	return -1;
}

const char *irqlab_errno_name(int err)
{
	int i = errno_index(err);

	return i < 0 ? "E?" : errno_names[i];
}

const char *irqlab_errno_text(int err)
{
	int i = errno_index(err);

	return i < 0 ? "" : errno_texts[i];
}

int irqlab_errno_number(const char *name)
{
	int i = find_name(errno_names, NR(errno_names), name);

	return i < 0 ? 0 : errno_numbers[i];
}
