/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "reader.h"
#include <errno.h>
#include <lzma.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK	       (64u << 10)
#define DECODER_MEMORY (UINT64_C(128) << 20)
#define MAGIC                                                                                      \
	"\xfd"                                                                                     \
	"7zXZ"
#define MAGIC_SIZE 6 /* with the NUL that ends the string */

struct reader {
	FILE *file;
	struct reader_limits limits;
	struct failure *failure;
	bool compressed, started, end;
	lzma_stream decoder;
	uint64_t total, values;
	uint8_t in[CHUNK];
	size_t in_size, in_at;	   /* in_at: plain files, bytes of `in` already handed on */
	char *line;		   /* bytes received and not yet returned */
	size_t used, space, taken; /* taken: bytes of `line` already returned */
};

struct reader *reader_open(const char *path, const struct reader_limits *limits,
			   struct failure *failure)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	failure->file = path;
	failure->line = 0;
	failure->unreadable = true;
	if (!reader) {
		fail_at(failure, "no memory");
		return NULL;
	}
	reader->limits = *limits;
	reader->failure = failure;
	reader->file = fopen(path, "rb");
	if (!reader->file) {
		fail_at(failure, "%s", strerror(errno));
		free(reader);
		return NULL;
	}
	failure->unreadable = false;
	return reader;
}

void reader_close(struct reader *reader)
{
	if (!reader)
		return;
	lzma_end(&reader->decoder);
	fclose(reader->file);
	free(reader->line);
	free(reader);
}

static int refill(struct reader *reader)
{
	reader->in_at = 0;
	reader->in_size = fread(reader->in, 1, CHUNK, reader->file);
	reader->failure->unreadable = reader->in_size < CHUNK && ferror(reader->file);
	return reader->failure->unreadable ? fail_at(reader->failure, "%s", strerror(errno)) : 0;
}

static int start(struct reader *reader)
{
	lzma_stream empty = LZMA_STREAM_INIT;

	reader->started = true;
	if (refill(reader))
		return -1;
	reader->compressed =
		reader->in_size >= MAGIC_SIZE && !memcmp(reader->in, MAGIC, MAGIC_SIZE);
	if (!reader->compressed)
		return 0;
	reader->decoder = empty;
	if (lzma_stream_decoder(&reader->decoder, DECODER_MEMORY, LZMA_CONCATENATED) != LZMA_OK)
		return fail_at(reader->failure, "no memory to decompress");
	reader->decoder.next_in = reader->in;
	reader->decoder.avail_in = reader->in_size;
	return 0;
}

static const char *decoder_text(lzma_ret result)
{
	switch (result) {
	case LZMA_BUF_ERROR:
		return "truncated: the compressed data ends early";
	case LZMA_MEM_ERROR:
	case LZMA_MEMLIMIT_ERROR:
		return "needs too much memory to decompress";
	case LZMA_OPTIONS_ERROR:
		return "is compressed in an unknown way";
	default:
		return "the compressed data is damaged";
	}
}

/* Up to `size` decompressed bytes; 0 at the end of the file. */
static long read_compressed(struct reader *reader, char *to, size_t size)
{
	lzma_stream *decoder = &reader->decoder;

	decoder->next_out = (uint8_t *)to;
	decoder->avail_out = size;
	while (decoder->avail_out == size) {
		lzma_action action = LZMA_RUN;
		lzma_ret result;

		if (!decoder->avail_in && !feof(reader->file)) {
			if (refill(reader))
				return -1;
			decoder->next_in = reader->in;
			decoder->avail_in = reader->in_size;
		}
		if (feof(reader->file) && !decoder->avail_in)
			action = LZMA_FINISH;
		result = lzma_code(decoder, action);
		if (result == LZMA_STREAM_END)
			break;
		if (result != LZMA_OK)
			return fail_at(reader->failure, "%s", decoder_text(result));
	}
	return (long)(size - decoder->avail_out);
}

static long read_plain(struct reader *reader, char *to, size_t size)
{
	size_t left = reader->in_size - reader->in_at;

	if (!left) {
		if (refill(reader))
			return -1;
		left = reader->in_size;
	}
	if (left > size)
		left = size;
	memcpy(to, reader->in + reader->in_at, left);
	reader->in_at += left;
	return (long)left;
}

/* More bytes behind reader->line. 1, 0 at the end, or −1. */
static int receive(struct reader *reader)
{
	long got;

	if (reader->taken) {
		reader->used -= reader->taken;
		memmove(reader->line, reader->line + reader->taken, reader->used);
		reader->taken = 0;
	}
	if (reader->space - reader->used < CHUNK) {
		size_t space = (reader->space ? reader->space * 2 : 4 * CHUNK);
		char *line = realloc(reader->line, space);

		if (!line)
			return fail_at(reader->failure, "no memory for a line of %zu bytes", space);
		reader->line = line;
		reader->space = space;
	}
	got = reader->compressed ? read_compressed(reader, reader->line + reader->used, CHUNK)
				 : read_plain(reader, reader->line + reader->used, CHUNK);
	if (got <= 0)
		return (int)got;
	reader->used += (size_t)got;
	reader->total += (uint64_t)got;
	if (reader->total > reader->limits.total_bytes)
		return fail_at(reader->failure, "longer than %llu bytes",
			       (unsigned long long)reader->limits.total_bytes);
	return 1;
}

/* The next line without its newline. 1, 0 at the end, or −1. */
static int next_line(struct reader *reader, const char **text, size_t *size)
{
	size_t searched = 0;

	for (;;) {
		size_t left = reader->used - reader->taken;
		char *from = left ? reader->line + reader->taken : NULL;
		char *newline =
			left > searched ? memchr(from + searched, '\n', left - searched) : NULL;
		int more;

		if (newline)
			left = (size_t)(newline - from);
		if (left > reader->limits.line_bytes)
			return fail_at(reader->failure, "a line longer than %zu bytes",
				       reader->limits.line_bytes);
		if (newline || (reader->end && left)) {
			*text = from;
			*size = left;
			reader->taken += left + (newline ? 1 : 0);
			return 1;
		}
		if (reader->end)
			return 0;
		searched = left;
		more = receive(reader);
		if (more < 0)
			return -1;
		reader->end = more == 0;
	}
}

/* Counts values and nesting before the parser allocates anything. */
static int measure(struct reader *reader, const char *text, size_t size)
{
	uint64_t values = 1;
	unsigned depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < size; i++) {
		char c = text[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
			continue;
		}
		if (c == '"')
			in_string = true;
		else if (c == ',' || c == ':')
			values++;
		else if (c == ']' || c == '}')
			depth -= depth > 0;
		else if (c == '[' || c == '{') {
			values++;
			if (++depth > reader->limits.depth)
				return fail_at(reader->failure, "nested deeper than %u levels",
					       reader->limits.depth);
		}
	}
	reader->values += values;
	if (reader->values > reader->limits.values)
		return fail_at(reader->failure, "more than %llu values",
			       (unsigned long long)reader->limits.values);
	return 0;
}

static int parse(struct reader *reader, const char *text, size_t size, json_t **object)
{
	json_error_t error;
	json_t *value;

	if (measure(reader, text, size))
		return -1;
	value = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (!value)
		return fail_at(reader->failure, "not JSON: %s (column %d)", error.text,
			       error.column);
	if (!json_is_object(value)) {
		json_decref(value);
		return fail_at(reader->failure, "not a JSON object");
	}
	*object = value;
	return 1;
}

int reader_next(struct reader *reader, json_t **object)
{
	const char *text = NULL;
	size_t size = 0;
	int got;

	if (!reader->started && start(reader))
		return -1;
	got = next_line(reader, &text, &size);
	if (got <= 0) {
		if (got == 0 && reader->failure->line == 0)
			return fail_at(reader->failure, "empty: no header");
		return got;
	}
	reader->failure->line++;
	return parse(reader, text, size, object);
}
