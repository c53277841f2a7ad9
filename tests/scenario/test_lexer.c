/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scenario/lexer.h"
#include "scenario/source.h"

#include <string.h>

/* Tokens, their columns, and what is refused. */

struct fixture {
	struct scenario *s;
	struct lexer lexer;
	jmp_buf out;
};

static void begin(struct fixture *f, const char *text, size_t size)
{
	struct source *source;

	f->s = scenario_parse("empty.irq", "", 0, NULL);
	assert_non_null(f->s);
	if (setjmp(f->out))
		fail_msg("no memory");
	f->s->stash.out = &f->out;
	diags_begin(&f->s->parse_diags, &f->out, 20);
	source = source_add(f->s, "text.irq", text, size, (struct span){0});
	assert_non_null(source);
	lexer_begin(&f->lexer, f->s, source);
}

static void end(struct fixture *f)
{
	scenario_close(f->s);
}

static void expect_kinds(const char *text, const enum token_kind *kinds, unsigned nr)
{
	struct fixture f;

	begin(&f, text, strlen(text));
	for (unsigned i = 0; i < nr; i++)
		assert_int_equal(lexer_next(&f.lexer).kind, kinds[i]);
	assert_int_equal(lexer_next(&f.lexer).kind, TOKEN_END_OF_FILE);
	assert_int_equal(f.s->parse_diags.nr, 0);
	end(&f);
}
#define EXPECT_KINDS(text, ...)                                                                    \
	do {                                                                                       \
		static const enum token_kind kinds_[] = {__VA_ARGS__};                             \
		expect_kinds(text, kinds_, sizeof(kinds_) / sizeof(*kinds_));                      \
	} while (0)

static void test_kinds(void **state)
{
	(void)state;
	EXPECT_KINDS("alloc nic msix at 5 -> error EBUSY", TOKEN_NAME, TOKEN_NAME, TOKEN_NAME,
		     TOKEN_NAME, TOKEN_NUMBER, TOKEN_ARROW, TOKEN_NAME, TOKEN_NAME);
	EXPECT_KINDS("0..3", TOKEN_NUMBER, TOKEN_DOTS, TOKEN_NUMBER);
	EXPECT_KINDS("ir.irte[$h]", TOKEN_NAME, TOKEN_DOT, TOKEN_NAME, TOKEN_LEFT_BRACKET,
		     TOKEN_VARIABLE, TOKEN_RIGHT_BRACKET);
	EXPECT_KINDS("_ _x x_", TOKEN_ANY, TOKEN_NAME, TOKEN_NAME);
	EXPECT_KINDS("a<<1|~2&3", TOKEN_NAME, TOKEN_SHIFT, TOKEN_NUMBER, TOKEN_OR, TOKEN_NOT,
		     TOKEN_NUMBER, TOKEN_AND, TOKEN_NUMBER);
	EXPECT_KINDS("a\r\nb\n# c\n", TOKEN_NAME, TOKEN_NEWLINE, TOKEN_NAME, TOKEN_NEWLINE,
		     TOKEN_COMMENT, TOKEN_NEWLINE);
	EXPECT_KINDS("x86-vector enable-irq q->ok", TOKEN_NAME, TOKEN_NAME, TOKEN_NAME, TOKEN_ARROW,
		     TOKEN_NAME);
}

static void test_bdf(void **state)
{
	(void)state;
	EXPECT_KINDS("00:03.0 0000:fe:1f.7", TOKEN_BDF, TOKEN_BDF);
	EXPECT_KINDS("fe:00.0", TOKEN_BDF);
	EXPECT_KINDS("3.0", TOKEN_NUMBER, TOKEN_DOT, TOKEN_NUMBER);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} numbers[] = {
		{"0", 0},
		{"1_000", 1000},
		{"0xfee0_1000", 0xfee01000},
		{"0b1010", 10},
		{"18446744073709551615", UINT64_MAX},
		{"0xffffffffffffffff", UINT64_MAX},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		struct fixture f;

		begin(&f, numbers[i].text, strlen(numbers[i].text));
		assert_true(lexer_next(&f.lexer).value == numbers[i].value);
		assert_int_equal(f.s->parse_diags.nr, 0);
		end(&f);
	}
}

static void expect_refused(const char *text, size_t size, enum diag_id id, unsigned first,
			   unsigned last)
{
	struct fixture f;

	begin(&f, text, size);
	while (lexer_next(&f.lexer).kind != TOKEN_END_OF_FILE)
		;
	assert_int_equal(f.s->parse_diags.nr, 1);
	assert_int_equal(f.s->parse_diags.first->id, id);
	assert_int_equal(f.s->parse_diags.first->span.first, first);
	assert_int_equal(f.s->parse_diags.first->span.last, last);
	end(&f);
}
#define EXPECT_REFUSED(text, id, first, last)                                                      \
	expect_refused(text, sizeof(text) - 1, DIAG_##id, first, last)

static void test_refused(void **state)
{
	(void)state;
	EXPECT_REFUSED("a 18446744073709551616", NUMBER_TOO_LARGE, 3, 22);
	EXPECT_REFUSED("0x", BAD_NUMBER, 1, 2);
	EXPECT_REFUSED("12ab", BAD_NUMBER, 1, 4);
	EXPECT_REFUSED("1_", BAD_NUMBER, 1, 2);
	EXPECT_REFUSED("0b12", BAD_NUMBER, 1, 4);
	EXPECT_REFUSED("a $ b", BAD_VARIABLE, 3, 3);
	EXPECT_REFUSED("a \"b", UNTERMINATED_STRING, 3, 4);
	EXPECT_REFUSED("\"a\\qb\"", BAD_ESCAPE, 3, 4);
	EXPECT_REFUSED("a @ b", BAD_CHARACTER, 3, 3);
	EXPECT_REFUSED("a \0 b", BAD_CHARACTER, 3, 3);
	EXPECT_REFUSED("a \xc3\xa4 b", NOT_ASCII, 3, 4);
	EXPECT_REFUSED("# \xff", BAD_UTF8, 3, 3);
	EXPECT_REFUSED("\"\xc0\x80\"", BAD_UTF8, 2, 2);
	EXPECT_REFUSED("\"\xed\xa0\x80\"", BAD_UTF8, 2, 2); /* a surrogate */
}

static void test_strings(void **state)
{
	static const char text[] = "\"a\\\"b\\\\c\\n\xc3\xa4\"";
	struct fixture f;
	struct token t;

	(void)state;
	begin(&f, text, strlen(text));
	t = lexer_next(&f.lexer);
	assert_int_equal(t.kind, TOKEN_STRING);
	assert_string_equal(t.text, "a\"b\\c\n\xc3\xa4");
	end(&f);
}

static void test_long_line(void **state)
{
	static char text[5000];
	struct fixture f;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[4990] = '\n';
	begin(&f, text, sizeof(text));
	assert_int_equal(lexer_next(&f.lexer).kind, TOKEN_BAD);
	assert_int_equal(f.s->parse_diags.first->id, DIAG_LINE_TOO_LONG);
	assert_int_equal(lexer_next(&f.lexer).kind, TOKEN_NEWLINE);
	assert_int_equal(lexer_next(&f.lexer).kind, TOKEN_NAME); /* the next line is read */
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),	cmocka_unit_test(test_bdf),
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_strings), cmocka_unit_test(test_long_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
