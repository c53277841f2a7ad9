/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <inttypes.h>
#include <irqlab/provider/software.h>
#include <irqlab/trace.h>
#include <irqlab/view.h>
#include <string.h>

static void print_actor(FILE *out, const struct tape_record *record)
{
	char text[24];

	switch (record->actor_kind) {
	case ACTOR_CPU:
		snprintf(text, sizeof(text), "cpu%u", record->actor);
		break;
	case ACTOR_DEVICE:
		snprintf(text, sizeof(text), "%02x:%02x.%u", record->actor >> 8,
			 record->actor >> 3 & 0x1f, record->actor & 7);
		break;
	case ACTOR_HARDWARE:
		snprintf(text, sizeof(text), "hw");
		break;
	default:
		snprintf(text, sizeof(text), "unit%u", record->actor);
	}
	fprintf(out, "%-8s", text);
}

static void print_place(struct machine *m, FILE *out, const struct tape_record *record)
{
	struct bus_place place;
	char text[96];
	int used;

	if (!tape_place(m, record, &place)) {
		fprintf(out, "0x%-26" PRIx64, record->address);
		return;
	}
	used = snprintf(text, sizeof(text), "%s", place.object);
	if (*place.store)
		used += snprintf(text + used, sizeof(text) - (size_t)used, ".%s", place.store);
	if (place.index >= 0)
		used += snprintf(text + used, sizeof(text) - (size_t)used, "[%" PRId64 "]",
				 place.index);
	if (*place.field)
		snprintf(text + used, sizeof(text) - (size_t)used, ".%s", place.field);
	else if (place.index < 0)
		snprintf(text + used, sizeof(text) - (size_t)used, "+0x%" PRIx64, place.offset);
	fprintf(out, "%-28s", text);
}

static void print_trace(FILE *out, const struct tape_record *record)
{
	if (record->value < NR_TRACE_POINTS)
		fprintf(out, "%s irq=%" PRIu64, trace_point_name((enum trace_point)record->value),
			record->address);
}

static void print_event(FILE *out, const struct tape_record *record)
{
	switch ((enum tape_kind)record->kind) {
	case TAPE_DROP:
		fprintf(out, "%s",
			record->value < NR_DROP_REASONS
				? drop_reason_name((enum drop_reason)record->value)
				: "?");
		break;
	case TAPE_FAULT:
		fprintf(out, "reason=0x%" PRIx64 " index=%" PRIu64 " requester=0x%x", record->value,
			record->address, record->extra);
		break;
	case TAPE_HANDLER:
		fprintf(out, "irq=%" PRIu64, record->value);
		break;
	case TAPE_MIGRATE:
		fprintf(out, "irq=%" PRIu64 " from=%u to=%u", record->value,
			(uint32_t)(record->address >> 32), (uint32_t)record->address);
		break;
	case TAPE_WARNING:
		fprintf(out, "%s irq=%" PRIu64,
			record->value < NR_MACHINE_WARNINGS
				? machine_warning_name((enum machine_warning)record->value)
				: "?",
			record->address);
		break;
	case TAPE_CPU:
		fputs(record->value ? "online" : "offline", out);
		break;
	case TAPE_TRACE:
		print_trace(out, record);
		break;
	case TAPE_COMMAND:
	case TAPE_COMMAND_ARGS:
		fprintf(out, "0x%016" PRIx64 " 0x%016" PRIx64, record->value, record->address);
		break;
	case TAPE_REQUEST:
	case TAPE_ACCEPT:
	case TAPE_EOI:
	case TAPE_GUEST:
		fprintf(out, "vector=0x%02" PRIx64, record->value);
		break;
	default:
		fprintf(out, "%" PRIu64, record->value);
	}
}

void view_record(struct machine *m, FILE *out, const struct tape_record *record)
{
	print_actor(out, record);
	fprintf(out, "%-9s ", tape_kind_name((enum tape_kind)record->kind));
	switch ((enum tape_kind)record->kind) {
	case TAPE_MEMORY:
	case TAPE_DMA:
	case TAPE_MMIO:
	case TAPE_CONFIG:
		print_place(m, out, record);
		fprintf(out, " = 0x%0*" PRIx64, record->size * 2, record->value);
		break;
	case TAPE_MESSAGE:
		fprintf(out, "0x%08" PRIx64 " = 0x%08" PRIx64 "   ", record->address,
			record->value);
		view_message(out, (uint32_t)record->address, (uint32_t)(record->address >> 32),
			     (uint32_t)record->value);
		break;
	default:
		print_event(out, record);
	}
}

void view_tape(struct machine *m, FILE *out, uint64_t from, uint64_t to)
{
	uint64_t end = tape_position(m);

	if (from < tape_oldest(m)) {
		fprintf(out, "(%" PRIu64 " older records were overwritten)\n",
			tape_oldest(m) - from);
		from = tape_oldest(m);
	}
	for (uint64_t at = from; at < (to < end ? to : end); at++) {
		const struct tape_record *record = tape_at(m, at);

		if (record->kind == TAPE_TRACE_ARGS)
			continue;
		fprintf(out, "%6" PRIu64 "  ", at);
		view_record(m, out, record);
		fputc('\n', out);
	}
}
