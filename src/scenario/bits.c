/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/bits.h"

#include "scenario/scope.h"
#include "scenario/stash.h"

#include <irqlab/bus.h>
#include <string.h>

struct bit_field {
	enum form form;
	const char *name;
	unsigned low, high;
};

static const struct bit_field bit_fields[] = {
#define ROW(form, name, low, high) {FORM_##form, name, low, high},
	IRQLAB_BIT_FIELDS(ROW)
#undef ROW
};
enum { NR_BIT_FIELDS = sizeof(bit_fields) / sizeof(*bit_fields) };

static bool applies(const struct bit_field *f, enum form form, const char *name)
{
	return (form == FORM_PLAIN || f->form == form) && strcmp(f->name, name) == 0;
}

static uint64_t piece(const struct bit_field *f, uint64_t word)
{
	unsigned width = f->high - f->low + 1;

	return word >> f->low & (width == 64 ? ~UINT64_C(0) : (UINT64_C(1) << width) - 1);
}

bool form_field(enum form form, const char *name, uint64_t word, uint64_t *out)
{
	unsigned shift = 0;

	*out = 0;
	for (unsigned i = 0; i < NR_BIT_FIELDS; i++) {
		const struct bit_field *f = &bit_fields[i];

		if (form == FORM_PLAIN || !applies(f, form, name))
			continue;
		*out |= piece(f, word) << shift;
		shift += f->high - f->low + 1;
	}
	return shift > 0;
}

bool form_has_field(enum form form, const char *name)
{
	for (unsigned i = 0; i < NR_BIT_FIELDS; i++)
		if (applies(&bit_fields[i], form, name))
			return true;
	return false;
}

const char *form_suggestion(enum form form, const char *name)
{
	struct suggestion best = {0};

	for (unsigned i = 0; i < NR_BIT_FIELDS; i++)
		if (form == FORM_PLAIN || bit_fields[i].form == form)
			suggestion_offer(&best, name, bit_fields[i].name);
	return best.word;
}

const char *form_text(enum form form)
{
	static const char *const texts[NR_FORMS] = {
		[FORM_PLAIN] = "nothing that is written",
		[FORM_ADDRESS] = "a message address",
		[FORM_DATA] = "message data",
		[FORM_ENTRY_CTRL] = "vector control",
		[FORM_STORE_CTRL] = "slot control",
		[FORM_QUEUE_STATE] = "the state of an object",
		[FORM_MSI_CTRL] = "MSI control",
		[FORM_MSIX_CTRL] = "MSI-X control",
		[FORM_COMMAND] = "the command register",
		[FORM_INTEL_LO] = "a table entry's low half",
		[FORM_INTEL_LO_X2] = "a table entry's low half",
		[FORM_INTEL_HI] = "a table entry's high half",
		[FORM_AMD_LO] = "a table entry's low half",
		[FORM_AMD_HI] = "a table entry's high half",
		[FORM_AMD_32] = "a table entry",
		[FORM_INTEL_FLUSH] = "an invalidation",
		[FORM_POSTED] = "the control word of a posted-interrupt descriptor",
	};

	return texts[form];
}

#define AMD_GUEST 0x80 /* an entry that leads to a guest */

/* The fields of an address depend on its format bit, those of an AMD entry on where it leads. */
static bool shown(const struct bit_field *f, uint64_t word)
{
	bool remappable = word & 0x10;

	if (f->form == FORM_ADDRESS) {
		bool of_handle = strcmp(f->name, "handle") == 0 || strcmp(f->name, "shv") == 0;

		if (strcmp(f->name, "base") == 0 || strcmp(f->name, "extended") == 0)
			return false;
		return strcmp(f->name, "remappable") == 0 || of_handle == remappable;
	}
	if (f->form == FORM_AMD_LO && word & AMD_GUEST)
		return strcmp(f->name, "delivery") != 0 && strcmp(f->name, "logical") != 0;
	if (f->form == FORM_AMD_LO)
		return strcmp(f->name, "log") != 0 && strcmp(f->name, "running") != 0;
	if (f->form == FORM_DATA)
		return strcmp(f->name, "subhandle") != 0 && strcmp(f->name, "index") != 0;
	return true;
}

void form_print(enum form form, uint64_t word, struct text *to)
{
	bool first = true;

	if (form == FORM_ADDRESS && (word >> 20 & 0xfff) != 0xfee)
		return;
	for (unsigned i = 0; form != FORM_PLAIN && i < NR_BIT_FIELDS; i++) {
		const struct bit_field *f = &bit_fields[i];
		uint64_t value;

		if (f->form != form || !shown(f, word) ||
		    (i && strcmp(bit_fields[i - 1].name, f->name) == 0))
			continue;
		form_field(form, f->name, word, &value);
		if (!value && strcmp(f->name, "dest") != 0)
			continue;
		text_printf(to, value > 9 ? "%s%s=0x%" PRIx64 : "%s%s=%" PRIu64, first ? "" : " ",
			    f->name, value);
		first = false;
	}
}

/* ---- places ---- */

/* An AMD unit's tables are objects of their own: "ir-0018" is unit "ir", requester 0018. */
bool object_is_of_unit(const char *object, const char *unit)
{
	size_t length = strlen(unit);

	return strncmp(object, unit, length) == 0 &&
	       (!object[length] ||
		(object[length] == '-' &&
		 strspn(object + length + 1, "0123456789abcdef:") == strlen(object + length + 1)));
}

static const struct remap_desc *unit_named(const struct topology *t, const char *name)
{
	for (uint32_t i = 0; i < t->desc.nr_remaps; i++)
		if (object_is_of_unit(name, t->remaps[i].name))
			return &t->remaps[i];
	return NULL;
}

enum form form_of_entry(const struct remap_desc *unit, const char *field)
{
	bool high = strcmp(field, "hi") == 0;

	if (unit->kind == REMAP_AMD)
		return unit->legacy_format ? FORM_AMD_32 : high ? FORM_AMD_HI : FORM_AMD_LO;
	return high ? FORM_INTEL_HI : unit->eim ? FORM_INTEL_LO_X2 : FORM_INTEL_LO;
}

static bool is_store(const char *store, const char *base)
{
	size_t length = strlen(base);

	return strncmp(store, base, length) == 0 &&
	       strspn(store + length, "0123456789") == strlen(store + length);
}

static enum form form_of_ctrl(const struct bus_place *place)
{
	if (strcmp(place->store, "msix") == 0)
		return place->index < 0 ? FORM_MSIX_CTRL : FORM_ENTRY_CTRL;
	if (strcmp(place->store, "msi") == 0)
		return FORM_MSI_CTRL;
	return is_store(place->store, "ims") ? FORM_STORE_CTRL : FORM_PLAIN;
}

enum form message_form(const struct topology *t, enum form on_x86)
{
	return t->desc.gic || t->desc.imsic || t->desc.legacy ? FORM_PLAIN : on_x86;
}

enum form form_of_place(const struct topology *t, const struct bus_place *place)
{
	const struct remap_desc *unit = unit_named(t, place->object);

	if (unit && strcmp(place->store, "irte") == 0)
		return form_of_entry(unit, place->field);
	if (unit && strcmp(place->store, "iec") == 0 && strcmp(place->field, "hi") != 0)
		return FORM_INTEL_FLUSH;
	if (strcmp(place->store, "pi") == 0 && strcmp(place->field, "control") == 0)
		return FORM_POSTED;
	if (strcmp(place->field, "addr_lo") == 0)
		return message_form(t, FORM_ADDRESS);
	if (strcmp(place->field, "data") == 0)
		return message_form(t, FORM_DATA);
	if (strcmp(place->field, "ctrl") == 0)
		return form_of_ctrl(place);
	if (strcmp(place->field, "state") == 0)
		return FORM_QUEUE_STATE;
	if (strcmp(place->store, "cfg") == 0 && strcmp(place->field, "command") == 0)
		return FORM_COMMAND;
	return FORM_PLAIN;
}
