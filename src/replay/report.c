/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "replay.h"
#include <inttypes.h>
#include <stdlib.h>

const char *replay_verdict_name(enum replay_verdict verdict)
{
	static const char *const names[] = {
		[REPLAY_EXACT] = "exact",	  [REPLAY_DIFFERS] = "differs",
		[REPLAY_LOADED] = "loaded",	  [REPLAY_UNSUPPORTED] = "unsupported",
		[REPLAY_MALFORMED] = "malformed", [REPLAY_UNREADABLE] = "unreadable",
	};

	return names[verdict];
}

static struct tally sum(const struct tally *tallies)
{
	struct tally all = {0};

	for (int i = 0; i < NR_CATEGORIES; i++) {
		all.matched += tallies[i].matched;
		all.compared += tallies[i].compared;
	}
	return all;
}

static void add(struct tally *to, const struct tally *tally)
{
	to->matched += tally->matched;
	to->compared += tally->compared;
}

void replay_summary_add(struct replay_summary *summary, const struct replay_result *result)
{
	struct tally recorded = sum(result->comparison.recorded);
	struct tally unchanged = sum(result->comparison.unchanged);

	summary->matched += recorded.matched;
	summary->compared += recorded.compared;
	summary->unchanged += unchanged.matched;
	summary->unchanged_compared += unchanged.compared;
	summary->files[result->verdict]++;
	for (int i = 0; i < NR_CATEGORIES; i++) {
		add(&summary->recorded[i], &result->comparison.recorded[i]);
		add(&summary->kept[i], &result->comparison.unchanged[i]);
	}
}

/* ---- for people ---- */

static const char *title(const struct replay_result *result)
{
	return result->name ? result->name : result->file;
}

static void print_side(FILE *out, const char *side, const json_t *value)
{
	char *text =
		value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS) : NULL;

	fprintf(out, "    %-8s %s\n", side, text ? text : "(nothing)");
	free(text);
}

static void print_difference(FILE *out, const struct replay_result *result,
			     const struct difference *difference)
{
	if (difference->n)
		fprintf(out, "  %s: operation %lu: %s\n", title(result), difference->n,
			difference->op);
	else
		fprintf(out, "  %s: %s\n", title(result), difference->op);
	fprintf(out, "    %s%s\n", difference->path,
		difference->unrecorded ? " (not recorded here: should be as before)" : "");
	print_side(out, "expected", difference->expected);
	print_side(out, "actual", difference->actual);
}

static void print_tallies(FILE *out, const struct tally *all_recorded,
			  const struct tally *all_unchanged)
{
	for (int i = 0; i < NR_CATEGORIES; i++) {
		const struct tally *recorded = &all_recorded[i], *unchanged = &all_unchanged[i];

		if (!recorded->compared && !unchanged->compared)
			continue;
		fprintf(out, "  %-10s %" PRIu64 " of %" PRIu64, category_name((enum category)i),
			recorded->matched, recorded->compared);
		if (unchanged->compared)
			fprintf(out, ", unchanged %" PRIu64 " of %" PRIu64, unchanged->matched,
				unchanged->compared);
		fputc('\n', out);
	}
}

static void print_counts(FILE *out, const char *what, const json_t *counts)
{
	const char *field;
	json_t *count;

	json_object_foreach((json_t *)counts, field, count) fprintf(
		out, "  %s: %s %" JSON_INTEGER_FORMAT "\n", what, field, json_integer_value(count));
}

void replay_print_line(FILE *out, const struct replay_result *result)
{
	struct tally recorded = sum(result->comparison.recorded);

	fprintf(out, "%s: %s", title(result), replay_verdict_name(result->verdict));
	if (recorded.compared)
		fprintf(out, " %" PRIu64 " of %" PRIu64, recorded.matched, recorded.compared);
	if (result->why[0])
		fprintf(out, " (%s)", result->why);
	fputc('\n', out);
}

void replay_print(FILE *out, const struct replay_result *result, unsigned max_differences)
{
	const struct comparison *cmp = &result->comparison;

	replay_print_line(out, result);
	print_tallies(out, cmp->recorded, cmp->unchanged);
	print_counts(out, "not compared", result->not_compared);
	print_counts(out, "unknown member", result->unknown);
	for (unsigned i = 0; i < cmp->nr_differences && i < max_differences; i++)
		print_difference(out, result, &cmp->differences[i]);
}

void replay_print_summary(FILE *out, const struct replay_summary *summary)
{
	unsigned all = 0;

	for (int i = 0; i < NR_REPLAY_VERDICTS; i++)
		all += summary->files[i];
	fprintf(out, "exact %" PRIu64 " of %" PRIu64 " values, %u of %u files", summary->matched,
		summary->compared, summary->files[REPLAY_EXACT], all);
	for (int i = REPLAY_DIFFERS; i < NR_REPLAY_VERDICTS; i++)
		if (summary->files[i])
			fprintf(out, ", %u %s", summary->files[i],
				replay_verdict_name((enum replay_verdict)i));
	fprintf(out, "; unchanged %" PRIu64 " of %" PRIu64 "\n", summary->unchanged,
		summary->unchanged_compared);
	if (all > 1)
		print_tallies(out, summary->recorded, summary->kept);
}

/* ---- for programs ---- */

static json_t *tally_json(const struct tally *tally)
{
	return json_pack("{s:I,s:I}", "matched", (json_int_t)tally->matched, "compared",
			 (json_int_t)tally->compared);
}

static json_t *difference_json(const struct difference *difference)
{
	return json_pack("{s:I,s:s,s:s,s:s,s:b,s:O?,s:O?}", "n", (json_int_t)difference->n, "op",
			 difference->op, "category", category_name(difference->category), "path",
			 difference->path, "recorded", !difference->unrecorded, "expected",
			 difference->expected, "actual", difference->actual);
}

json_t *replay_to_json(const struct replay_result *result)
{
	const struct comparison *cmp = &result->comparison;
	json_t *recorded = json_object(), *unchanged = json_object(), *differences = json_array();

	for (int i = 0; i < NR_CATEGORIES; i++) {
		const char *name = category_name((enum category)i);

		if (cmp->recorded[i].compared)
			json_object_set_new(recorded, name, tally_json(&cmp->recorded[i]));
		if (cmp->unchanged[i].compared)
			json_object_set_new(unchanged, name, tally_json(&cmp->unchanged[i]));
	}
	for (unsigned i = 0; i < cmp->nr_differences; i++)
		json_array_append_new(differences, difference_json(&cmp->differences[i]));
	return json_pack("{s:s,s:s?,s:s,s:s,s:I,s:o,s:o,s:O,s:O,s:o}", "file", result->file, "name",
			 result->name, "verdict", replay_verdict_name(result->verdict), "why",
			 result->why, "operations", (json_int_t)result->operations, "values",
			 recorded, "unchanged", unchanged, "not_compared", result->not_compared,
			 "unknown", result->unknown, "differences", differences);
}

json_t *replay_summary_to_json(const struct replay_summary *summary)
{
	json_t *files = json_object();

	for (int i = 0; i < NR_REPLAY_VERDICTS; i++)
		json_object_set_new(files, replay_verdict_name((enum replay_verdict)i),
				    json_integer(summary->files[i]));
	return json_pack("{s:I,s:I,s:I,s:I,s:o}", "matched", (json_int_t)summary->matched,
			 "compared", (json_int_t)summary->compared, "unchanged",
			 (json_int_t)summary->unchanged, "unchanged_compared",
			 (json_int_t)summary->unchanged_compared, "files", files);
}
