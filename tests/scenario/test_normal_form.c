/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/scenario_test.h"

/*
 * parse(print(parse(x))) = parse(x), for generated texts and for every verb's
 * example; and what is printed is a fixed point.
 */

struct generator {
	uint64_t state;
	char text[8192];
	size_t length;
	unsigned depth;
};

static unsigned pick(struct generator *g, unsigned below)
{
	g->state ^= g->state << 13;
	g->state ^= g->state >> 7;
	g->state ^= g->state << 17;
	return (unsigned)(g->state % below);
}

static void put(struct generator *g, const char *s)
{
	size_t length = strlen(s);

	if (g->length + length >= sizeof(g->text))
		return;
	memcpy(g->text + g->length, s, length + 1);
	g->length += length;
}

static void put_choice(struct generator *g, const char *const *choices, unsigned nr)
{
	put(g, choices[pick(g, nr)]);
}
#define PUT_CHOICE(g, ...)                                                                         \
	do {                                                                                       \
		static const char *const choices_[] = {__VA_ARGS__};                               \
		put_choice(g, choices_, sizeof(choices_) / sizeof(*choices_));                     \
	} while (0)

static void put_number(struct generator *g)
{
	PUT_CHOICE(g, "0", "7", "0x20", "0b11", "1_000", "1+2", "1<<4|3", "~0", "(1+2)&~1",
		   "0xfee00000");
}

static void put_pattern(struct generator *g);

static void put_fields(struct generator *g)
{
	put(g, "{");
	for (unsigned i = pick(g, 3) + 1; i; i--) {
		PUT_CHOICE(g, "vector", "dest", "remappable");
		if (pick(g, 2)) {
			put(g, "=");
			put_pattern(g);
		}
		put(g, i > 1 ? pick(g, 2) ? " " : ", " : "");
	}
	put(g, "}");
}

static void put_set(struct generator *g)
{
	put(g, "{");
	for (unsigned i = pick(g, 3); i; i--) {
		put_number(g);
		put(g, i > 1 ? "," : "");
	}
	put(g, "}");
}

static void put_pattern(struct generator *g)
{
	if (g->depth > 4) {
		put(g, "_");
		return;
	}
	g->depth++;
	switch (pick(g, 7)) {
	case 0:
		put_number(g);
		break;
	case 1:
		put(g, "0x4000/0xff00");
		break;
	case 2:
		put(g, "2 .. 5");
		break;
	case 3:
		put_set(g);
		break;
	case 4:
		put_fields(g);
		break;
	case 5:
		PUT_CHOICE(g, "$x", "$long_name");
		break;
	default:
		put(g, "_");
		break;
	}
	g->depth--;
}

static void put_tail(struct generator *g)
{
	if (!pick(g, 4))
		put(g, "   when stack=plain");
	if (!pick(g, 4))
		put(g, "  # a comment \t");
	put(g, pick(g, 5) ? "\n" : "\n\n");
}

static void put_statement(struct generator *g);

static void put_block(struct generator *g)
{
	g->depth++;
	PUT_CHOICE(g, "repeat 3", "strict", "strict writes", "loose", "sweep allocation limit=9");
	put(g, pick(g, 3) ? "\n" : "  # head\n");
	for (unsigned i = pick(g, 4); i; i--)
		put_statement(g);
	put(g, "end");
	g->depth--;
	put(g, "\n");
}

static void put_expect(struct generator *g)
{
	PUT_CHOICE(g, "expect msg nic.msix[0] addr=", "expect msg nic.wq[$i] data=",
		   "expect write ir.irte[$h].lo ",
		   "expect deliver q[1] cpu=", "expect not fault ir reason=",
		   "expect count 2 irr vector=", "expect state q[0] depth=", "ignore accept cpu=");
	put_pattern(g);
	put_tail(g);
}

static void put_statement(struct generator *g)
{
	static const char *const plain[] = {
		"enable nic msix 0..3 managed pre=1 as q -> count=4",
		"alloc nic msix range 2..5 cpu={0,2..3} as x -> index=$i irq=_",
		"alloc nic msix at 1 -> error EBUSY \"a \\\"word\\\"\\n\"",
		"request q[0..2] name=\"rx\" shared returns=none",
		"disable q[0] ; raise nic.msix[0] x2 ; raise nic.msix[0]",
		"tick ; tick 2 ; settle",
		"expect writes nic.msix[0]\n lo _\n ctrl mask=0 # c\nend",
		"expect any-order\n deliver q[0]\n expect deliver q[1] cpu=1\nend",
		"snapshot domains\n | a  b\n |\n |   # no comment\nend",
		"unsupported \"why\"  # head\n tick -> error EBUSY\nend",
		("explore exhaustive\n actor os { disable q[0] ; tick }\n actor cpu*\n"
		 " finally a ; b q[0] ; c\n expect-violation a as $s\nend"),
		"map wires.wire[3] high as w -> irq=_",
		"# alone",
		"write ir.irte[3].lo 1<<3",
	};

	if (g->depth < 4 && !pick(g, 6)) {
		put_block(g);
	} else if (!pick(g, 3)) {
		put_expect(g);
	} else {
		put_choice(g, plain, sizeof(plain) / sizeof(*plain));
		if (strcmp(g->text + g->length - 3, "end") == 0)
			put(g, pick(g, 2) ? "\n" : " # over\n");
		else
			put_tail(g);
	}
}

static void check_text(const char *text)
{
	struct scenario *s = parse_text(text), *again;
	char *printed, *twice;

	if (scenario_diagnostics(s)) {
		print_message("%s\n", text);
		scenario_print_diagnostics(&s, 1, stdout, DIAGNOSTICS_HUMAN, false);
	}
	assert_int_equal(scenario_diagnostics(s), 0);
	printed = scenario_normal_form(s);
	assert_non_null(printed);
	again = parse_text(printed);
	if (!scenario_equal(s, again))
		print_message("%s--- becomes\n%s", text, printed);
	assert_int_equal(scenario_diagnostics(again), 0);
	assert_true(scenario_equal(s, again));
	twice = scenario_normal_form(again);
	assert_string_equal(printed, twice);
	free(twice);
	free(printed);
	scenario_close(again);
	scenario_close(s);
}

static void test_generated(void **state)
{
	static struct generator g;

	(void)state;
	for (unsigned seed = 1; seed <= 3000; seed++) {
		g = (struct generator){.state = seed * UINT64_C(0x9e3779b97f4a7c15)};
		for (unsigned i = pick(&g, 12); i; i--)
			put_statement(&g);
		if (g.length + 1000 < sizeof(g.text))
			check_text(g.text);
	}
}

static void test_spacing(void **state)
{
	struct scenario *s = parse_text("topology ; cpus   2 ; end\n\n\n\ntick;tick   # x\n");
	char *printed = scenario_normal_form(s);

	(void)state;
	assert_string_equal(printed, "topology\n  cpus 2\nend\n\ntick ; tick  # x\n");
	free(printed);
	scenario_close(s);
}

/* After ';' a property need not say again what it is. */
static void test_properties(void **state)
{
	struct scenario *s =
		parse_text("explore\nfinally a ; b q[0]\nalways c;sometimes d ; e\nend\n");
	char *printed = scenario_normal_form(s);

	(void)state;
	assert_string_equal(printed, "explore\n  finally a ; finally b q[0]\n"
				     "  always c ; sometimes d ; sometimes e\nend\n");
	free(printed);
	scenario_close(s);
	s = parse_text("explore\nfinally a\nb\nend\n");
	assert_string_equal(diag_id_of(s, 0), "unknown-verb");
	scenario_close(s);
}

static void test_different(void **state)
{
	static const char *const texts[] = {
		"tick\n",
		"tick 1\n",
		"tick 2\n",
		"tick 0x1\n",
		"settle\n",
		"tick when a=1\n",
		"expect none\n",
		"raise n.msi[0]\n",
		"raise n.msi[0] x2\n",
		"repeat 2\nend\n",
		"repeat 2\ntick\nend\n",
		"expect deliver\n",
		"expect not deliver\n",
		"snapshot irqs\nend\n",
		"snapshot irqs\n| a\nend\n",
		"release q -> ok\n",
		"release q -> error EBUSY\n",
		"release q -> error EINVAL\n",
		"release q\n",
		"alloc n any as a\n",
		"alloc n any as b\n",
	};
	enum { NR = sizeof(texts) / sizeof(*texts) };

	(void)state;
	for (unsigned i = 0; i < NR; i++) {
		for (unsigned j = 0; j < NR; j++) {
			struct scenario *a = parse_text(texts[i]), *b = parse_text(texts[j]);

			assert_int_equal(scenario_equal(a, b), i == j);
			scenario_close(a);
			scenario_close(b);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_generated),
		cmocka_unit_test(test_spacing),
		cmocka_unit_test(test_properties),
		cmocka_unit_test(test_different),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
