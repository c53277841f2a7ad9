/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lzma.h>

#include "replay/reader.h"

static const struct reader_limits small = {
	.line_bytes = 100, .total_bytes = 1000, .values = 50, .depth = 4};

/* Reads all; returns the lines read and the message of the failure, or "". */
static unsigned read_all(const char *path, const struct reader_limits *limits, char message[400])
{
	struct failure failure = {0};
	struct reader *reader = reader_open(path, limits, &failure);
	json_t *line;
	unsigned nr = 0;

	message[0] = 0;
	while (reader && reader_next(reader, &line) > 0) {
		json_decref(line);
		nr++;
	}
	/* The name of a temporary file is no part of a message. */
	if (failure.text[0])
		strcpy(message, failure.text + strlen(path));
	reader_close(reader);
	return nr;
}

static void check(const void *bytes, size_t size, unsigned lines, const char *message)
{
	struct temporary file;
	char text[400];

	temporary_write(&file, bytes, size);
	assert_int_equal(read_all(file.path, &small, text), lines);
	assert_string_equal(text, message);
	temporary_remove(&file);
}

static void plain_files(void **state)
{
	static const struct {
		const char *text;
		unsigned lines;
		const char *message;
	} rows[] = {
		{"{}\n", 1, ""},
		{"{}\n{\"a\":1}\n", 2, ""},
		{"{}\n{\"a\":1}", 2, ""}, /* the last newline may be missing */
		{"", 0, ": empty: no header"},
		{"\n", 0, ":1: not JSON: '[' or '{' expected near end of file (column 0)"},
		{"{}\n\n{}\n", 1, ":2: not JSON: '[' or '{' expected near end of file (column 0)"},
		{"{}\n[]\n", 1, ":2: not a JSON object"},
		{"{}\n{\"a\":\n", 1, ":2: not JSON: unexpected token near end of file (column 5)"},
		{"{}\n{\"a\":1,\"a\":2}\n", 1,
		 ":2: not JSON: duplicate object key near '\"a\"' (column 10)"},
		{"{\"a\":99999999999999999999}\n", 0,
		 ":1: not JSON: too big integer near '99999999999999999999' (column 25)"},
		{"{\"a\":\"\xff\"}\n", 0,
		 ":1: not JSON: unable to decode byte 0xff near '\"' (column 6)"},
		{"{\"a\":\"\\u0000\"}\n", 0,
		 ":1: not JSON: \\u0000 is not allowed without JSON_ALLOW_NUL near '\"\\u0000\"' (column 13)"},
		{"{} {}\n", 0, ":1: not JSON: end of file expected near '{' (column 4)"},
		{"{\"a\":{\"b\":{\"c\":{}}}}\n", 1, ""},
		{"{\"a\":{\"b\":{\"c\":{\"d\":{}}}}}\n", 0, ":1: nested deeper than 4 levels"},
		{"{\"a\":\"[[[[[[[[[[\"}\n", 1, ""},
		{"{\"a\":\"\\\"[[[[[[\"}\n", 1, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(rows[i].text, strlen(rows[i].text), rows[i].lines, rows[i].message);
	check("{\0}\n", 4, 0, ":1: not JSON: string or '}' expected near end of file (column 2)");
}

/* `text` repeated until it is `size` bytes long, as the value of a member. */
static char *long_line(char c, size_t size)
{
	char *line = malloc(size + 1);

	assert_non_null(line);
	memset(line, c, size);
	memcpy(line, "{\"a\":\"", 6);
	memcpy(line + size - 3, "\"}\n", 4);
	return line;
}

static void limits(void **state)
{
	char *line = long_line('x', 101), *longer = long_line('x', 102);
	char *unending = long_line('x', 300000);
	char many[1100];
	char values[160] = "{\"a\":[";

	(void)state;
	check(line, 101, 1, "");
	check(longer, 102, 0, ": a line longer than 100 bytes");
	check(unending, 299000, 0, ": longer than 1000 bytes");
	memset(many, '\n', sizeof(many));
	for (size_t i = 0; i + 3 <= sizeof(many); i += 3)
		memcpy(many + i, "{}\n", 3);
	check(many, sizeof(many), 0, ": longer than 1000 bytes");
	for (int i = 0; i < 44; i++)
		strcat(values, "1,");
	strcat(values, "1]}");
	check(values, strlen(values), 1, "");
	check("{\"a\":[1,1,1,1,1,1,1,1,1,1]}\n{\"a\":[1,1,1,1,1,1,1,1,1,1]}\n"
	      "{\"a\":[1,1,1,1,1,1,1,1,1,1]}\n{\"a\":[1,1,1,1,1,1,1,1,1,1]}\n",
	      112, 3, ":4: more than 50 values");
	free(line);
	free(longer);
	free(unending);
}

/* ---- compressed files ---- */

static size_t compress(const void *bytes, size_t size, uint8_t *out, size_t space)
{
	size_t used = 0;

	assert_int_equal(
		lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL, bytes, size, out, &used, space),
		LZMA_OK);
	return used;
}

static void compressed_files(void **state)
{
	static const char text[] = "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n";
	uint8_t packed[4096];
	size_t size = compress(text, strlen(text), packed, sizeof(packed) / 2);
	const char *early = ": truncated: the compressed data ends early";

	(void)state;
	check(packed, size, 3, "");
	memcpy(packed + size, packed, size); /* two streams, one after the other */
	check(packed, 2 * size, 6, "");
	for (size_t cut = 7; cut < size; cut++) {
		struct temporary file;
		char message[400];

		temporary_write(&file, packed, cut);
		read_all(file.path, &small, message);
		assert_string_equal(strstr(message, ": truncated") ? strstr(message, ": truncated")
								   : message,
				    early);
		temporary_remove(&file);
	}
	packed[size / 2] ^= 0xff;
	check(packed, size, 0, ": the compressed data is damaged");
}

static void a_bomb_is_stopped(void **state)
{
	size_t size = 8u << 20;
	char *zeros = calloc(1, size);
	uint8_t packed[8192];
	size_t packed_size;

	(void)state;
	assert_non_null(zeros);
	packed_size = compress(zeros, size, packed, sizeof(packed));
	check(packed, packed_size, 0, ": longer than 1000 bytes");
	free(zeros);
}

static void both_forms_are_the_same(void **state)
{
	json_t *lines = recording_lines("x86_64-a2-msi_single"), *again = json_array(), *line;
	struct failure failure = {0};
	struct temporary file;
	struct reader *reader;

	(void)state;
	temporary_write_lines(&file, lines);
	reader = reader_open(file.path, &READER_LIMITS, &failure);
	assert_non_null(reader);
	while (reader_next(reader, &line) > 0)
		json_array_append_new(again, line);
	assert_true(json_equal(lines, again));
	reader_close(reader);
	temporary_remove(&file);
	json_decref(again);
	json_decref(lines);
}

static void no_such_file(void **state)
{
	struct failure failure = {0};

	(void)state;
	assert_null(reader_open("/nowhere/x.jsonl", &small, &failure));
	assert_string_equal(failure.text, "/nowhere/x.jsonl: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_files),
		cmocka_unit_test(limits),
		cmocka_unit_test(compressed_files),
		cmocka_unit_test(a_bomb_is_stopped),
		cmocka_unit_test(both_forms_are_the_same),
		cmocka_unit_test(no_such_file),
	};

	return cmocka_run_group_tests_name("replay: reader", tests, NULL, NULL);
}
