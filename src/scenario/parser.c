/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/parser.h"
#include "scenario/source.h"

#include <string.h>

/* Where statements are looked for, and what may stand there. */
struct block {
	const struct stmt *header; /* NULL: the file itself */
	unsigned phases;
	bool in_braces;
};

static const unsigned FILE_PHASES = PHASE_FILE | PHASE_ACTION | PHASE_BLOCK;

static struct stmt *parse_block(struct parser *p, const struct block *block);

static void skip_to_line_end(struct parser *p)
{
	while (p->token.kind != TOKEN_NEWLINE && p->token.kind != TOKEN_END_OF_FILE &&
	       p->token.kind != TOKEN_COMMENT)
		parser_advance(p);
}

static bool at_argument_end(const struct parser *p, const struct stmt *stmt, bool in_braces)
{
	switch (p->token.kind) {
	case TOKEN_NEWLINE:
	case TOKEN_END_OF_FILE:
	case TOKEN_COMMENT:
	case TOKEN_SEMICOLON:
	case TOKEN_ARROW:
		return true;
	case TOKEN_LEFT_BRACE:
		return stmt->verb == VERB_X_ACTOR;
	case TOKEN_RIGHT_BRACE:
		return in_braces;
	default:
		return parser_at_word(p, "as") || parser_at_word(p, "when");
	}
}

/* ---- the parts of a statement ---- */

/* A word alone may turn out to be the key of key=value. */
static bool parse_argument(struct parser *p, struct arg *arg)
{
	arg->span = p->token.span;
	if (!parse_pattern(p, &arg->value))
		return false;
	if (p->token.kind == TOKEN_EQUALS && pattern_is_word(arg->value)) {
		arg->key = arg->value->path->name;
		parser_advance(p);
		if (!parse_pattern(p, &arg->value))
			return false;
	} else if (p->token.kind == TOKEN_STAR && pattern_is_word(arg->value)) {
		arg->value->path->name = stash_printf(&p->s->stash, "%s*", arg->value->path->name);
		parser_advance(p);
	}
	arg->span.last = p->previous_end;
	return true;
}

static bool parse_arguments(struct parser *p, struct stmt *stmt, bool in_braces)
{
	struct arg **last = &stmt->args;

	while (*last)
		last = &(*last)->next;
	while (!at_argument_end(p, stmt, in_braces)) {
		*last = stash_new(&p->s->stash, struct arg);
		if (!parse_argument(p, *last))
			return false;
		last = &(*last)->next;
	}
	return true;
}

static bool parse_error_result(struct parser *p, struct result *result)
{
	parser_advance(p);
	result->kind = RESULT_ERROR;
	if (p->token.kind != TOKEN_NAME) {
		parser_unexpected(p, "the name of an error, such as ENOSPC");
		return false;
	}
	result->error = irqlab_errno_number(p->token.text);
	if (!result->error) {
		struct suggestion best = {0};
		struct diag *diag = diag_add(&p->s->parse_diags, DIAG_UNKNOWN_ERRNO, p->token.span,
					     p->token.text);

#define OFFER(name, number, meaning) suggestion_offer(&best, p->token.text, #name);
		IRQLAB_ERRNOS(OFFER)
#undef OFFER
		diag_suggest(&p->s->parse_diags, diag, best.word);
		return false;
	}
	parser_advance(p);
	if (p->token.kind == TOKEN_STRING) {
		result->text = p->token.text;
		parser_advance(p);
	}
	return true;
}

static bool result_keys_known(struct parser *p, const struct stmt *stmt)
{
	for (const struct field *f = stmt->result.keys; f; f = f->next) {
		if (verb_has_result(stmt->verb, f->name))
			continue;
		diag_add(&p->s->parse_diags, DIAG_UNKNOWN_RESULT, f->span, verb_name(stmt->verb),
			 f->name);
		return false;
	}
	return true;
}

/* "-> eror ENOSPC": a word that is not followed by its value. */
static bool result_is_no_word(struct parser *p, const struct stmt *stmt)
{
	struct lexer ahead = p->lexer;
	struct suggestion best = {0};
	const char *word = p->token.text;

	if (p->token.kind != TOKEN_NAME || verb_has_result(stmt->verb, word) ||
	    lexer_next(&ahead).kind == TOKEN_EQUALS)
		return false;
	suggestion_offer(&best, word, "error");
	suggestion_offer(&best, word, "ok");
	diag_suggest(&p->s->parse_diags,
		     diag_add(&p->s->parse_diags, DIAG_UNKNOWN_RESULT, p->token.span,
			      verb_name(stmt->verb), word),
		     best.word);
	return true;
}

static bool parse_result(struct parser *p, struct stmt *stmt)
{
	struct result *result = &stmt->result;
	bool good;

	result->span = p->token.span;
	if (verb_phase(stmt->verb) != PHASE_ACTION) {
		diag_add(&p->s->parse_diags, DIAG_NO_RESULT, p->token.span, verb_name(stmt->verb));
		return false;
	}
	parser_advance(p);
	if (parser_at_word(p, "error")) {
		good = parse_error_result(p, result);
	} else if (parser_at_word(p, "ok")) {
		result->kind = RESULT_OK;
		parser_advance(p);
		good = true;
	} else {
		result->kind = RESULT_KEYS;
		good = !result_is_no_word(p, stmt) && parse_keys(p, &result->keys) &&
		       result_keys_known(p, stmt);
	}
	result->span.last = p->previous_end;
	return good;
}

static bool parse_as(struct parser *p, struct stmt *stmt)
{
	struct signature signature;

	verb_signature(stmt->verb, &signature);
	if (!signature.can_name) {
		diag_add(&p->s->parse_diags, DIAG_CANNOT_NAME, p->token.span,
			 verb_name(stmt->verb));
		return false;
	}
	parser_advance(p);
	stmt->as = p->token.text;
	stmt->as_span = p->token.span;
	if (stmt->verb == VERB_X_VIOLATION && p->token.kind == TOKEN_VARIABLE) {
		stmt->as = stash_printf(&p->s->stash, "$%s", p->token.text); /* a schedule */
		parser_advance(p);
		return true;
	}
	return parser_expect(p, TOKEN_NAME, NULL);
}

static bool parse_tail(struct parser *p, struct stmt *stmt, bool in_braces)
{
	if (parser_at_word(p, "as") && !parse_as(p, stmt))
		return false;
	if (p->token.kind == TOKEN_ARROW && !parse_result(p, stmt))
		return false;
	if (parser_at_word(p, "when")) {
		parser_advance(p);
		if (!parse_keys(p, &stmt->when))
			return false;
	}
	if (at_argument_end(p, stmt, in_braces) && p->token.kind != TOKEN_ARROW &&
	    p->token.kind != TOKEN_NAME)
		return true;
	parser_unexpected(p, "the end of the statement");
	return false;
}

/* ---- expect ---- */

static bool parse_assertion_name(struct parser *p, struct stmt *stmt)
{
	struct diag *diag;

	if (p->token.kind != TOKEN_NAME) {
		parser_unexpected(p, "what to expect, such as 'deliver' or 'msg'");
		return false;
	}
	stmt->assertion = verb_lookup(p->token.text, PHASE_ASSERTION);
	if (stmt->assertion != VERB_NONE) {
		parser_advance(p);
		return true;
	}
	diag = diag_add(&p->s->parse_diags, DIAG_UNKNOWN_ASSERTION, p->token.span, p->token.text);
	diag_suggest(&p->s->parse_diags, diag, verb_suggestion(p->token.text, PHASE_ASSERTION));
	return false;
}

static bool assertion_is_event(enum verb assertion)
{
	return assertion >= VERB_E_DELIVER && assertion <= VERB_E_CPU;
}

static bool parse_expect_form(struct parser *p, struct stmt *stmt)
{
	struct span span = p->token.span;

	if (parser_at_word(p, "not")) {
		stmt->form = EXPECT_NOT;
		parser_advance(p);
	} else if (parser_at_word(p, "count")) {
		stmt->form = EXPECT_COUNT;
		parser_advance(p);
		if (!parse_pattern(p, &stmt->count))
			return false;
	}
	if (!parse_assertion_name(p, stmt))
		return false;
	if ((stmt->form == EXPECT_ONE && stmt->verb == VERB_EXPECT) ||
	    assertion_is_event(stmt->assertion))
		return true;
	diag_add(&p->s->parse_diags, DIAG_MISPLACED_VERB, span, verb_name(stmt->assertion),
		 stmt->verb == VERB_IGNORE  ? "after 'ignore'"
		 : stmt->form == EXPECT_NOT ? "after 'expect not'"
					    : "after 'expect count'");
	return false;
}

/* ---- blocks ---- */

static bool verb_has_body(const struct stmt *stmt)
{
	switch (stmt->verb) {
	case VERB_TOPOLOGY:
	case VERB_REPEAT:
	case VERB_STRICT:
	case VERB_LOOSE:
	case VERB_SWEEP:
	case VERB_HANDLER:
	case VERB_UNSUPPORTED:
	case VERB_SNAPSHOT:
	case VERB_EXPLORE:
		return true;
	case VERB_EXPECT:
		return stmt->assertion == VERB_E_WRITES || stmt->assertion == VERB_E_ANY_ORDER;
	default:
		return false;
	}
}

static struct block block_inside(const struct stmt *stmt)
{
	struct block block = {.header = stmt, .phases = PHASE_ACTION | PHASE_BLOCK};

	if (stmt->verb == VERB_TOPOLOGY)
		block.phases = PHASE_TOPOLOGY;
	else if (stmt->verb == VERB_EXPLORE)
		block.phases = PHASE_EXPLORE;
	else if (stmt->verb == VERB_HANDLER)
		block.phases = PHASE_ACTION;
	else if (stmt->verb == VERB_EXPECT)
		block.phases = PHASE_ASSERTION;
	return block;
}

/* What a golden may contain is what a comment may: text. */
static void check_golden(struct parser *p, const struct text *line, uint32_t number)
{
	const char *at = text_string(line), *end = at + line->length;
	size_t length;

	for (; at < end; at += length) {
		struct span span = {p->lexer.source, number, 0, 0};

		length = utf8_length(at, end);
		if (length && ((unsigned char)*at >= 0x20 || *at == '\t') && *at != 0x7f)
			continue;
		span.first = span.last = (uint32_t)(at - text_string(line)) + 1;
		diag_add(&p->s->parse_diags, DIAG_BAD_UTF8, span);
		return;
	}
}

/* The lines of a snapshot begin with '|'; the lexer stands at the start of the first. */
static void parse_golden(struct parser *p, struct stmt *stmt)
{
	struct lexer *l = &p->lexer;
	struct text golden = {0};
	bool more = true;

	stmt->golden_first = l->line;
	stmt->golden_last = l->line - 1;
	while (more) {
		struct lexer start = *l;
		struct text line = {0};
		const char *body;
		bool is_golden;

		more = lexer_skip_line(l, &line);
		body = text_string(&line);
		body += strspn(body, " \t");
		is_golden = *body == '|';
		if (is_golden) {
			check_golden(p, &line, start.line);
			body += body[1] == ' ' ? 2 : 1;
			text_printf(&golden, "%s\n", body);
			stmt->golden_last = start.line;
		}
		text_free(&line);
		if (!is_golden) { /* `end`, or an error that the block's parser will see */
			*l = start;
			break;
		}
	}
	if (golden.length)
		stmt->golden = stash_text(&p->s->stash, golden.data, golden.length);
	text_free(&golden);
}

static void parse_body(struct parser *p, struct stmt *stmt)
{
	struct block block = block_inside(stmt);

	if (stmt->verb == VERB_SNAPSHOT) {
		stmt->golden_first = p->token.span.line + 1;
		stmt->golden_last = p->token.span.line;
		if (p->token.kind == TOKEN_COMMENT) {
			stmt->comment = p->token.text;
			parser_advance(p);
		}
		if (p->token.kind == TOKEN_NEWLINE) {
			parse_golden(p, stmt);
			parser_advance(p);
		}
		block.phases = 0;
	}
	stmt->has_body = true;
	if (!parser_enter(p)) {
		skip_to_line_end(p);
		return;
	}
	stmt->body = parse_block(p, &block);
	p->depth--;
}

static void parse_actor_body(struct parser *p, struct stmt *stmt)
{
	struct block block = {stmt, PHASE_ACTION | PHASE_BLOCK, true};

	stmt->has_body = stmt->in_braces = true;
	parser_advance(p);
	if (!parser_enter(p))
		return;
	stmt->body = parse_block(p, &block);
	p->depth--;
}

/* ---- statements that the parser itself acts upon ---- */

static struct stmt *parse_file(struct scenario *s, const struct source *source, unsigned depth);

static const char *arg_string(const struct stmt *stmt, const char *param)
{
	const struct pattern *value = stmt_value(stmt, param);

	return value && value->kind == PATTERN_STRING ? value->text : "";
}

static void note_include(struct parser *p, struct stmt *stmt)
{
	const struct source *source;
	const char *path;

	path = source_relative(p->s, stmt->span.source, arg_string(stmt, "STRING"));
	source = source_read(p->s, path, stmt->args->span);
	if (source && parser_enter(p)) {
		stmt->body = parse_file(p->s, source, p->depth);
		p->depth--;
	}
}

static const char *value_text(struct scenario *s, const struct pattern *value)
{
	struct text text = {0};
	const char *copy;

	pattern_print(value, &text);
	copy = stash_text(&s->stash, text_string(&text), text.length);
	text_free(&text);
	return copy;
}

static void note_parameter(struct scenario *s, const struct stmt *stmt)
{
	struct parameter *parameter = stash_new(&s->stash, struct parameter);
	struct parameter **last = &s->parameters;
	unsigned nr = 0;

	for (const struct arg *a = stmt->args; a; a = a->next)
		nr += strcmp(a->param, "VALUE") == 0;
	parameter->name = value_text(s, stmt_value(stmt, "NAME"));
	parameter->span = stmt->span;
	parameter->values = stash_alloc(&s->stash, nr * sizeof(*parameter->values));
	for (const struct arg *a = stmt->args; a; a = a->next)
		if (strcmp(a->param, "VALUE") == 0)
			parameter->values[parameter->nr_values++] = value_text(s, a->value);
	for (; *last; last = &(*last)->next) {
		if (strcmp((*last)->name, parameter->name) == 0) {
			diag_add(&s->parse_diags, DIAG_DUPLICATE_NAME, stmt->span, parameter->name,
				 "a parameter");
			return;
		}
	}
	*last = parameter;
}

static void note_version(struct scenario *s, const struct stmt *stmt)
{
	const struct pattern *version = stmt_value(stmt, "INT");

	if (s->nr_statements > 1)
		diag_add(&s->parse_diags, DIAG_MISPLACED_VERB, stmt->verb_span,
			 verb_name(stmt->verb), "after other statements");
	if (version->kind != PATTERN_INT || version->first.value != 1)
		diag_add(&s->parse_diags, DIAG_WRONG_VERSION, version->span,
			 value_text(s, version));
}

static void note_title(struct parser *p, const struct stmt *stmt)
{
	struct diags *diags = &p->s->parse_diags;

	p->s->title = arg_string(stmt, "STRING");
	if (p->title)
		diag_note(diags,
			  diag_add(diags, DIAG_DUPLICATE_ARGUMENT, stmt->verb_span,
				   verb_name(stmt->verb)),
			  p->title->verb_span, "the first is here");
	else
		p->title = stmt;
}

static void note_statement(struct parser *p, struct stmt *stmt)
{
	switch (stmt->verb) {
	case VERB_VERSION:
		note_version(p->s, stmt);
		break;
	case VERB_SCENARIO:
		note_title(p, stmt);
		break;
	case VERB_INCLUDE:
		note_include(p, stmt);
		break;
	case VERB_FOR:
		note_parameter(p->s, stmt);
		break;
	default:
		break;
	}
}

/* ---- statements ---- */

static const char *block_shown(struct parser *p, const struct block *block)
{
	if (!block->header)
		return "at the top of a file";
	return stash_printf(&p->s->stash, "inside '%s'", verb_name(block->header->verb));
}

/* Returns the verb that was meant, as far as one can tell. */
static enum verb unknown_verb(struct parser *p, const struct block *block)
{
	const char *word = p->token.text;
	enum verb verb = verb_lookup(word, ~0u);
	struct diags *diags = &p->s->parse_diags;
	const char *suggestion;
	struct diag *diag;

	if (verb != VERB_NONE) {
		diag = diag_add(diags, DIAG_MISPLACED_VERB, p->token.span, word,
				block_shown(p, block));
		if (verb_phase(verb) == PHASE_ASSERTION && (block->phases & PHASE_BLOCK))
			diag_hint(diags, diag, "did you mean 'expect %s'?", word);
		return verb_phase(verb) & PHASE_EXPLORE ? VERB_NONE : verb;
	}
	diag = diag_add(diags, DIAG_UNKNOWN_VERB, p->token.span, word);
	suggestion = verb_suggestion(word, block->phases);
	diag_suggest(diags, diag, suggestion);
	return suggestion ? verb_lookup(suggestion, block->phases) : VERB_NONE;
}

/* `limit` also belongs to explore. After "finally a ;" the word b is another property. */
static enum verb find_verb(struct parser *p, const struct block *block)
{
	enum verb verb = verb_lookup(p->token.text, block->phases);

	if (verb != VERB_NONE || !(block->phases & PHASE_EXPLORE))
		return verb;
	if (verb_lookup(p->token.text, PHASE_FILE) == VERB_LIMIT)
		return VERB_LIMIT;
	return p->property;
}

static bool takes_properties(enum verb verb)
{
	return verb == VERB_X_ALWAYS || verb == VERB_X_SOMETIMES || verb == VERB_X_FINALLY;
}

static bool parse_place_line(struct parser *p, struct stmt *stmt)
{
	stmt->verb = VERB_PLACE;
	if (p->token.kind != TOKEN_NAME) {
		parser_unexpected(p, "a place");
		return false;
	}
	return parse_path(p, &stmt->subject) && parse_arguments(p, stmt, false) &&
	       args_match(p->s, stmt, VERB_PLACE) && parse_tail(p, stmt, false);
}

static bool parse_listed_assertion(struct parser *p, struct stmt *stmt)
{
	stmt->verb = VERB_EXPECT;
	if (parser_at_word(p, "expect"))
		parser_advance(p);
	if (!parse_assertion_name(p, stmt))
		return false;
	if (!assertion_is_event(stmt->assertion)) {
		diag_add(&p->s->parse_diags, DIAG_MISPLACED_VERB, stmt->verb_span,
			 verb_name(stmt->assertion), "inside 'expect any-order'");
		return false;
	}
	return parse_arguments(p, stmt, false) && args_match(p->s, stmt, stmt->assertion) &&
	       parse_tail(p, stmt, false);
}

static bool parse_statement_head(struct parser *p, struct stmt *stmt, const struct block *block)
{
	enum verb signature;

	if (p->token.kind != TOKEN_NAME) {
		parser_unexpected(p, "a verb");
		return false;
	}
	stmt->verb = find_verb(p, block);
	if (stmt->verb == VERB_NONE) { /* its body, if it has one, is not to blame */
		stmt->verb = unknown_verb(p, block);
		return false;
	}
	if (stmt->verb != p->property || verb_lookup(p->token.text, PHASE_EXPLORE))
		parser_advance(p);
	p->property = takes_properties(stmt->verb) ? stmt->verb : VERB_NONE;
	signature = stmt->verb;
	if (stmt->verb == VERB_EXPECT || stmt->verb == VERB_IGNORE) {
		if (!parse_expect_form(p, stmt))
			return false;
		signature = stmt->assertion;
	}
	return parse_arguments(p, stmt, block->in_braces) && args_match(p->s, stmt, signature) &&
	       parse_tail(p, stmt, block->in_braces);
}

static bool parse_any_head(struct parser *p, struct stmt *stmt, const struct block *block)
{
	if (block->phases != PHASE_ASSERTION)
		return parse_statement_head(p, stmt, block);
	if (block->header->assertion == VERB_E_WRITES)
		return parse_place_line(p, stmt);
	return parse_listed_assertion(p, stmt);
}

static bool count_statement(struct parser *p)
{
	if (p->s->nr_statements < p->s->limits.statements) {
		p->s->nr_statements++;
		return true;
	}
	diag_add(&p->s->parse_diags, DIAG_TOO_MANY_STATEMENTS, p->token.span,
		 p->s->limits.statements);
	p->s->parse_diags.full = true;
	return false;
}

/* NULL: nothing to keep. The body of a block is parsed even where its head is wrong. */
static struct stmt *parse_statement(struct parser *p, const struct block *block)
{
	struct stmt *stmt = stash_new(&p->s->stash, struct stmt);
	bool good;

	if (!count_statement(p))
		return NULL;
	stmt->span = stmt->verb_span = p->token.span;
	good = parse_any_head(p, stmt, block);
	stmt->span.last = p->previous_end < stmt->span.first ? stmt->span.last : p->previous_end;
	if (!good)
		skip_to_line_end(p);
	if (stmt->verb == VERB_X_ACTOR && p->token.kind == TOKEN_LEFT_BRACE)
		parse_actor_body(p, stmt);
	else if (verb_has_body(stmt))
		parse_body(p, stmt);
	if (good)
		note_statement(p, stmt);
	return good ? stmt : NULL;
}

/* ---- lines ---- */

static void missing_end(struct parser *p, const struct block *block)
{
	struct diag *diag = diag_add(&p->s->parse_diags, DIAG_MISSING_END, block->header->verb_span,
				     verb_name(block->header->verb));

	if (p->crooked && p->crooked->span.line > block->header->span.line)
		diag_note(&p->s->parse_diags, diag, p->crooked->verb_span,
			  "by its indentation, this '%s' has none", verb_name(p->crooked->verb));
}

/* An `end` that stands further left than the head of its block seems to belong to another. */
static void compare_indentation(struct parser *p, const struct block *block)
{
	if (!p->crooked && block->header->span.line != p->token.span.line &&
	    p->token.span.first < block->header->span.first)
		p->crooked = block->header;
}

/* A verb that can only follow the topology: its `end` was forgotten. */
static bool end_was_forgotten(struct parser *p, const struct block *block)
{
	return block->phases == PHASE_TOPOLOGY && p->token.kind == TOKEN_NAME &&
	       !verb_lookup(p->token.text, PHASE_TOPOLOGY) &&
	       verb_lookup(p->token.text, PHASE_ACTION | PHASE_BLOCK | PHASE_FILE);
}

static void check_after_end(struct parser *p)
{
	if (p->token.kind == TOKEN_NEWLINE || p->token.kind == TOKEN_END_OF_FILE ||
	    p->token.kind == TOKEN_COMMENT || p->token.kind == TOKEN_SEMICOLON)
		return;
	parser_unexpected(p, "the end of the line");
	skip_to_line_end(p);
}

/* True: the block is over, and its end behind us. */
static bool at_block_end(struct parser *p, const struct block *block)
{
	if (p->token.kind == TOKEN_END_OF_FILE || p->s->parse_diags.full) {
		if (block->header && !p->s->parse_diags.full)
			missing_end(p, block);
		return true;
	}
	if (block->in_braces && p->token.kind == TOKEN_RIGHT_BRACE) {
		parser_advance(p);
		return true;
	}
	if (parser_at_word(p, "end") && !block->in_braces) {
		if (!block->header && !p->s->parse_diags.errors)
			diag_add(&p->s->parse_diags, DIAG_STRAY_END, p->token.span);
		if (block->header)
			compare_indentation(p, block);
		parser_advance(p);
		check_after_end(p);
		return block->header != NULL;
	}
	if (block->header && end_was_forgotten(p, block)) {
		missing_end(p, block);
		return true;
	}
	return false;
}

struct line_state {
	struct stmt *first, **last, *latest;
	bool joined, blank, line_empty;
};

static void keep(struct line_state *state, struct stmt *stmt)
{
	stmt->joined = state->joined;
	stmt->after_blank = state->blank;
	state->blank = state->line_empty = false;
	*state->last = stmt;
	state->last = &stmt->next;
	state->latest = stmt;
}

static void keep_comment(struct parser *p, struct line_state *state)
{
	struct stmt *on = state->line_empty ? NULL : state->latest;

	if (!on) {
		on = stash_new(&p->s->stash, struct stmt);
		on->span = p->token.span;
		keep(state, on);
	}
	if (on->has_body && on->span.line != p->token.span.line)
		on->end_comment = p->token.text;
	else
		on->comment = p->token.text;
	parser_advance(p);
}

static void take_newline(struct parser *p, struct line_state *state)
{
	if (state->line_empty && state->first)
		state->blank = true;
	state->line_empty = true;
	state->joined = false;
	p->property = VERB_NONE;
	parser_advance(p);
}

static void take_statement(struct parser *p, struct line_state *state, const struct block *block)
{
	struct stmt *stmt = parse_statement(p, block);

	state->line_empty = false;
	if (stmt)
		keep(state, stmt);
	else
		state->latest = NULL;
	state->joined = false;
}

static struct stmt *parse_block(struct parser *p, const struct block *block)
{
	struct line_state state = {.line_empty = !block->header};
	const uint32_t header_line = p->token.span.line;

	state.last = &state.first;
	while (!at_block_end(p, block)) {
		switch (p->token.kind) {
		case TOKEN_NEWLINE:
			take_newline(p, &state);
			break;
		case TOKEN_COMMENT:
			if (block->header && p->token.span.line == header_line && !state.first) {
				((struct stmt *)block->header)->comment = p->token.text;
				parser_advance(p);
				break;
			}
			keep_comment(p, &state);
			break;
		case TOKEN_SEMICOLON:
			state.joined = state.latest && !state.line_empty;
			parser_advance(p);
			break;
		case TOKEN_BAD:
			skip_to_line_end(p);
			break;
		default:
			take_statement(p, &state, block);
			break;
		}
	}
	return state.first;
}

static struct stmt *parse_file(struct scenario *s, const struct source *source, unsigned depth)
{
	struct parser p = {.s = s, .depth = depth};
	struct block top = {.phases = FILE_PHASES};

	lexer_begin(&p.lexer, s, source);
	parser_advance(&p);
	return parse_block(&p, &top);
}

void parse_program(struct scenario *s, const struct source *source)
{
	s->program = parse_file(s, source, 0);
}
