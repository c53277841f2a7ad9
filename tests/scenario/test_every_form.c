/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/scenario_test.h"

#include "scenario/ast.h"

/*
 * Every verb of the table, with each of its arguments in each form that a value of its type may
 * have: parse(print(parse(x))) = parse(x), and what is printed is a fixed point.
 */

#define FORMS 24
static const char *const forms[NR_PARAM_TYPES][FORMS] = {
	[PARAM_WORD] = {"word", "two-words"},
	[PARAM_INT] = {"7", "0x1F", "0b101", "1_000", "1+2", "1<<4|3", "~0", "(1+2)&~1", "9-4",
		       "$v", "18446744073709551615"},
	[PARAM_RANGE] = {"0..3", "0x20 .. 0xef", "4", "1+1..2<<3"},
	[PARAM_LIST] = {"3", "0..3", "{0,2..3}", "{ 1, 2 }", "{7}", "1<<2"},
	[PARAM_PATTERN] = {"_", "5", "0x40/0xf0", "1 .. 4", "{1,3..5}", "{vector=$v dest=1}",
			   "{present, dest={1,2}}", "{a={b=1/2 c} d}", "$x", "word", "\"text\"",
			   "00:03.0", "1<<2|1", "{}", "{0x1..~0}", "{_}"},
	[PARAM_VALUE] = {"word", "5", "0x5", "\"a b\"", "00:03.0"},
	[PARAM_NAME] = {"name", "with-dash", "under_score", "linux-6.12", "end2"},
	[PARAM_STRING] = {"\"text\"", "\"\"", "\"a \\\"b\\\" \\\\ \\n \\t #;'\"", "\"\xc3\xa4\""},
	[PARAM_BDF] = {"00:03.0", "0001:00:1f.7", "ff:1f.7"},
	[PARAM_DEVICE] = {"nic"},
	[PARAM_POOL] = {"wq"},
	[PARAM_TARGET] = {"nic"},
	[PARAM_STORE] = {"nic.wq"},
	[PARAM_UNIT] = {"ir"},
	[PARAM_VCPU] = {"v0"},
	[PARAM_IRQS] = {"q", "q[0]", "q[0..3]", "q[$i]", "q[1+1]"},
	[PARAM_SOURCE] = {"nic.msix[0]", "nic.intx", "nic.msix", "q[1]", "nic.wq[$i]",
			  "wires.wire[3]"},
	[PARAM_PLACE] = {"nic.msix[3].data", "nic", "ir.irte[$h].lo", "ir.nic.irte[0].hi",
			 "ir.irte[_]", "ir.irte[{1,2}].lo", "ir.irte[1..4]", "nic.cfg.command",
			 "cpu[0]", "vectors"},
	[PARAM_CHECKPOINT] = {"quiet"},
	[PARAM_SWITCH] = {"careful-irr-check"},
	[PARAM_WARNING] = {"BUG"},
	[PARAM_TIMES] = {"x2", "x1000"},
	[PARAM_PROPERTY] = {"no-lost", "no-lost q[0]", "raise between write(lo) and write(data)"},
};

struct form { /* of one parameter */
	const struct param *param;
	const char *text;
};

static unsigned nr_choices(const struct param *p)
{
	unsigned nr = *p->choices != '\0';

	for (const char *c = p->choices; *c; c++)
		nr += *c == '|';
	return nr;
}

/* The nth form of a parameter; false beyond the last. */
static bool form_of(const struct param *p, unsigned nr, char out[200])
{
	char choices[sizeof(p->choices)], *rest = choices, *word = NULL;

	strcpy(choices, p->choices);
	if (*p->choices && p->type != PARAM_NAME) {
		for (unsigned i = 0; i <= nr; i++)
			word = strsep(&rest, "|");
		if (nr >= nr_choices(p))
			return false;
		snprintf(out, 200, "%s%s%s", p->keyed ? p->name : "", p->keyed ? "=" : "", word);
		return true;
	}
	if (p->literal && !p->operand) {
		snprintf(out, 200, "%s", p->name);
		return nr == 0;
	}
	if (nr >= FORMS || !forms[p->type][nr])
		return false;
	snprintf(out, 200, "%s%s%s",
		 p->any_key   ? "key="
		 : p->keyed   ? p->name
		 : p->operand ? p->name
			      : "",
		 p->any_key || !(p->keyed || p->operand) ? ""
		 : p->keyed				 ? "="
							 : " ",
		 forms[p->type][nr]);
	return true;
}

static void add_argument(char *line, const struct param *p, unsigned nr, bool more)
{
	char text[200];

	assert_true(form_of(p, nr, text));
	strcat(line, " ");
	strcat(line, text);
	if (more && p->repeated) {
		strcat(line, " ");
		strcat(line, text);
	}
}

/* All required parameters, and `chosen` in its nth form; `all`: optional ones, too. */
static void make_line(enum verb verb, const struct signature *s, unsigned chosen, unsigned nr,
		      bool all, char *line)
{
	unsigned group = s->nr ? s->params[chosen].group : 0;

	strcpy(line, verb_name(verb));
	for (unsigned i = 0; i < s->nr; i++) {
		const struct param *p = &s->params[i];

		if (i == chosen) {
			add_argument(line, p, nr, all);
			group = p->group;
		} else if (!p->optional) {
			add_argument(line, p, 0, all);
		} else if (all && (!p->group || p->group != group)) {
			add_argument(line, p, 0, true);
			group = p->group ? p->group : group;
		}
	}
}

/* ---- where a verb may stand ---- */

static bool has_body(enum verb verb)
{
	return verb == VERB_TOPOLOGY || verb == VERB_REPEAT || verb == VERB_STRICT ||
	       verb == VERB_LOOSE || verb == VERB_SWEEP || verb == VERB_HANDLER ||
	       verb == VERB_UNSUPPORTED || verb == VERB_SNAPSHOT || verb == VERB_EXPLORE ||
	       verb == VERB_E_WRITES || verb == VERB_E_ANY_ORDER;
}

/* Tails that a statement of the phase may have. */
static const char *const tails[] = {
	"",	    " when stack=plain",       " when a={b c} d=1",
	" -> ok",   " -> error ENOSPC",	       " -> error EBUSY \"why \\\"not\\\"\"",
	" as name", " as name -> ok when a=b", "  # a comment",
	" ; tick"};

static bool tail_fits(enum verb verb, const struct signature *s, const char *tail)
{
	enum verb_phase phase = verb_phase(verb);

	if (strstr(tail, " as ") && !s->can_name)
		return false;
	if (strstr(tail, "->") && phase != PHASE_ACTION)
		return false;
	return !strstr(tail, "tick") || (phase == PHASE_ACTION && !has_body(verb));
}

static void in_its_place(enum verb verb, const char *line, const char *tail, char *text)
{
	const char *body = verb == VERB_SNAPSHOT ? " | a  b\n |\nend"
			   : has_body(verb)	 ? "# inside\nend # over"
						 : "";
	const char *head = "", *before = "", *after = "";

	switch (verb_phase(verb)) {
	case PHASE_TOPOLOGY:
		before = "topology\n";
		after = "end\n";
		break;
	case PHASE_EXPLORE:
		before = "explore\n";
		after = "end\n";
		break;
	case PHASE_ASSERTION:
		head = "expect ";
		break;
	default:
		break;
	}
	sprintf(text, "%s%s%s%s\n%s%s%s", before, head, line, tail, body, *body ? "\n" : "", after);
}

/* ---- the property ---- */

static unsigned checked;

static void check_text(const char *text)
{
	struct scenario *s = parse_text(text), *again;
	char *printed, *twice;

	if (scenario_diagnostics(s)) {
		scenario_print_diagnostics(&s, 1, stdout, DIAGNOSTICS_HUMAN, false);
		fail_msg("this does not parse:\n%s", text);
	}
	printed = scenario_normal_form(s);
	assert_non_null(printed);
	again = parse_text(printed);
	if (scenario_diagnostics(again) || !scenario_equal(s, again))
		fail_msg("%s--- becomes\n%s", text, printed);
	twice = scenario_normal_form(again);
	assert_string_equal(printed, twice);
	free(twice);
	free(printed);
	scenario_close(again);
	scenario_close(s);
	checked++;
}

static void check_line(enum verb verb, const struct signature *s, const char *line)
{
	char text[4096];

	for (unsigned i = 0; i < sizeof(tails) / sizeof(*tails); i++) {
		if (!tail_fits(verb, s, tails[i]))
			continue;
		in_its_place(verb, line, tails[i], text);
		check_text(text);
	}
}

static void check_verb(enum verb verb)
{
	struct signature s;
	char line[2048], form[200];

	verb_signature(verb, &s);
	if (!s.nr)
		check_line(verb, &s, verb_name(verb));
	for (unsigned i = 0; i < s.nr; i++) {
		for (unsigned nr = 0; form_of(&s.params[i], nr, form); nr++) {
			make_line(verb, &s, i, nr, false, line);
			check_line(verb, &s, line);
			make_line(verb, &s, i, nr, true, line);
			check_line(verb, &s, line);
		}
	}
}

/* Their arguments are not arguments: a version, a file, another verb. test_normal_form has them. */
static bool is_special(enum verb verb)
{
	return verb == VERB_VERSION || verb == VERB_INCLUDE || verb == VERB_EXPECT ||
	       verb == VERB_IGNORE;
}

static void test_every_verb(void **state)
{
	(void)state;
	for (unsigned verb = VERB_PLACE + 1; verb < NR_VERBS; verb++)
		if (!is_special((enum verb)verb))
			check_verb((enum verb)verb);
	assert_true(checked > 5000);
}

/* What events there are can be expected in four ways. */
static void test_ways_to_expect(void **state)
{
	static const char *const ways[] = {"expect not ", "expect count 2 ", "expect count {0,2} ",
					   "expect count $n ", "ignore "};
	char text[4096], line[1024];
	struct signature s;

	(void)state;
	for (unsigned verb = VERB_E_DELIVER; verb <= VERB_E_CPU; verb++) {
		verb_signature((enum verb)verb, &s);
		make_line((enum verb)verb, &s, 0, 0, true, line);
		for (unsigned i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
			snprintf(text, sizeof(text), "%s%s\n", ways[i], line);
			check_text(text);
			snprintf(text, sizeof(text),
				 "expect any-order\n%s\nexpect %s when a=1\nend\n", line, line);
			check_text(text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_verb),
		cmocka_unit_test(test_ways_to_expect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
