/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_DIAG_IDS_H
#define IRQLAB_SCENARIO_DIAG_IDS_H

/*
 * Every diagnostic. Columns: constant, identifier, severity, what it makes of
 * the scenario, text (a printf format). tests/bad/ has an example of each.
 */
#define IRQLAB_DIAGNOSTICS(X)                                                                      \
	/* malformed: the text */                                                                  \
	X(BAD_CHARACTER, "bad-character", ERROR, INVALID, "unexpected character '%s'")             \
	X(BAD_UTF8, "bad-utf8", ERROR, INVALID, "this is not UTF-8")                               \
	X(NOT_ASCII, "not-ascii", ERROR, INVALID, "'%s' outside of a string or comment")           \
	X(BAD_NUMBER, "bad-number", ERROR, INVALID, "malformed number '%s'")                       \
	X(NUMBER_TOO_LARGE, "number-too-large", ERROR, INVALID, "'%s' does not fit 64 bits")       \
	X(UNTERMINATED_STRING, "unterminated-string", ERROR, INVALID,                              \
	  "this string does not end on its line")                                                  \
	X(BAD_ESCAPE, "bad-escape", ERROR, INVALID, "unknown escape '\\%s' in a string")           \
	X(BAD_VARIABLE, "bad-variable", ERROR, INVALID, "'$' without the name of a variable")      \
	X(FILE_TOO_LARGE, "file-too-large", ERROR, INVALID,                                        \
	  "more than %zu bytes, with what is included")                                            \
	X(LINE_TOO_LONG, "line-too-long", ERROR, INVALID, "the line is longer than %u bytes")      \
	X(NESTING_TOO_DEEP, "nesting-too-deep", ERROR, INVALID, "nested deeper than %u levels")    \
	X(TOO_MANY_STATEMENTS, "too-many-statements", ERROR, INVALID, "more than %u statements")   \
	X(TOO_MANY_ERRORS, "too-many-errors", NOTE, INVALID,                                       \
	  "%u errors; what follows was not looked at")                                             \
	/* malformed: statements */                                                                \
	X(EXPECTED, "expected", ERROR, INVALID, "expected %s, found %s")                           \
	X(UNKNOWN_VERB, "unknown-verb", ERROR, INVALID, "unknown verb '%s'")                       \
	X(MISPLACED_VERB, "misplaced-verb", ERROR, INVALID, "'%s' does not belong %s")             \
	X(UNKNOWN_ASSERTION, "unknown-assertion", ERROR, INVALID, "nobody can expect '%s'")        \
	X(UNKNOWN_KEY, "unknown-key", ERROR, INVALID, "'%s' takes no '%s='")                       \
	X(UNKNOWN_WORD, "unknown-word", ERROR, INVALID, "'%s' does not take '%s'")                 \
	X(WRONG_ARGUMENT, "wrong-argument", ERROR, INVALID, "%s: expected %s, found %s")           \
	X(MISSING_ARGUMENT, "missing-argument", ERROR, INVALID, "'%s' needs %s")                   \
	X(DUPLICATE_ARGUMENT, "duplicate-argument", ERROR, INVALID, "'%s' is given twice")         \
	X(EXCLUSIVE_ARGUMENTS, "exclusive-arguments", ERROR, INVALID,                              \
	  "'%s' and '%s' exclude each other")                                                      \
	X(EMPTY_RANGE, "empty-range", ERROR, INVALID, "the range %s ends before it starts")        \
	X(UNKNOWN_ERRNO, "unknown-errno", ERROR, INVALID, "unknown error '%s'")                    \
	X(UNKNOWN_RESULT, "unknown-result", ERROR, INVALID, "'%s' has no result '%s'")             \
	X(NO_RESULT, "no-result", ERROR, INVALID, "'%s' has no result to look at")                 \
	X(CANNOT_NAME, "cannot-name", ERROR, INVALID, "'%s' gives nothing that 'as' could name")   \
	X(MISSING_END, "missing-end", ERROR, INVALID, "'%s' has no 'end'")                         \
	X(STRAY_END, "stray-end", ERROR, INVALID, "'end' without a block")                         \
	X(WRONG_VERSION, "wrong-version", ERROR, INVALID,                                          \
	  "this irqlab reads version 1 of the format, not %s")                                     \
	X(INCLUDE_FAILED, "include-failed", ERROR, INVALID, "cannot read '%s': %s")                \
	X(INCLUDE_CYCLE, "include-cycle", ERROR, INVALID, "'%s' includes itself")                  \
	X(TOO_MANY_FILES, "too-many-files", ERROR, INVALID, "more than %u files")                  \
	/* invalid: names and bounds */                                                            \
	X(NO_TOPOLOGY, "no-topology", ERROR, INVALID, "no topology before the first action")       \
	X(SECOND_TOPOLOGY, "second-topology", ERROR, INVALID, "there is a topology already")       \
	X(DUPLICATE_NAME, "duplicate-name", ERROR, INVALID, "'%s' is %s already")                  \
	X(UNKNOWN_NAME, "unknown-name", ERROR, INVALID, "%s is called '%s' here")                  \
	X(WRONG_KIND, "wrong-kind", ERROR, INVALID, "'%s' is %s, not %s")                          \
	X(UNKNOWN_DOMAIN_KIND, "unknown-domain-kind", ERROR, INVALID, "unknown domain kind '%s'")  \
	X(MISPLACED_KEY, "misplaced-key", ERROR, INVALID,                                          \
	  "'%s' does not belong to %s, which takes %s")                                            \
	X(UNKNOWN_FIELD, "unknown-field", ERROR, INVALID, "%s has no field '%s'")                  \
	X(UNKNOWN_STORE, "unknown-store", ERROR, INVALID, "'%s' has no '%s'")                      \
	X(BAD_INDEX, "bad-index", ERROR, INVALID, "%s has no index %" PRIu64)                      \
	X(BAD_VALUE, "bad-value", ERROR, INVALID,                                                  \
	  "%s = %" PRIu64 " is outside %" PRIu64 "..%" PRIu64)                                     \
	X(BAD_ADDRESS, "bad-address", ERROR, INVALID, "'%s' is no PCI address")                    \
	X(UNKNOWN_PARAMETER, "unknown-parameter", ERROR, INVALID,                                  \
	  "no 'for each' line says what '%s' is")                                                  \
	X(UNKNOWN_PARAMETER_VALUE, "unknown-parameter-value", ERROR, INVALID,                      \
	  "'%s' is never '%s'")                                                                    \
	X(TOO_MANY_COMBINATIONS, "too-many-combinations", ERROR, INVALID,                          \
	  "more than %u combinations")                                                             \
	X(TOO_MUCH_WORK, "too-much-work", ERROR, INVALID,                                          \
	  "%" PRIu64 " combinations of %u statements: more than %u in all")                        \
	X(UNBOUND_VARIABLE, "unbound-variable", ERROR, INVALID, "$%s has no value yet")            \
	X(UNKNOWN_SWITCH, "unknown-switch", ERROR, INVALID, "unknown switch '%s'")                 \
	X(UNKNOWN_PROFILE, "unknown-profile", ERROR, INVALID, "unknown profile '%s'")              \
	X(UNKNOWN_WARNING, "unknown-warning", ERROR, INVALID, "unknown warning '%s'")              \
	X(UNKNOWN_REASON, "unknown-reason", ERROR, INVALID, "unknown reason '%s'")                 \
	X(UNKNOWN_SNAPSHOT, "unknown-snapshot", ERROR, INVALID, "there is no picture of '%s'")     \
	X(UNKNOWN_FEATURE, "unknown-feature", ERROR, INVALID, "unknown feature '%s'")              \
	X(UNKNOWN_SEARCH, "unknown-search", ERROR, INVALID, "nobody can search '%s'")              \
	X(UNKNOWN_PROPERTY, "unknown-property", ERROR, INVALID, "unknown property '%s'")           \
	X(BAD_TOPOLOGY, "bad-topology", ERROR, INVALID, "the machine refuses this: %s")            \
	X(NOTHING_REFUSED, "nothing-refused", ERROR, INVALID,                                      \
	  "nothing in this block is refused: no action says '-> error'")                           \
	X(NOTHING_ASSERTED, "nothing-asserted", ERROR, INVALID,                                    \
	  "there is no action and no assertion, so nothing can fail")                              \
	/* failed: actions */                                                                      \
	X(ACTION_FAILED, "action-failed", ERROR, FAILED, "'%s' failed with %s: %s")                \
	X(ACTION_SUCCEEDED, "action-succeeded", ERROR, FAILED,                                     \
	  "'%s' succeeded instead of failing with %s")                                             \
	X(WRONG_ERROR, "wrong-error", ERROR, FAILED, "'%s' failed with %s instead of %s")          \
	X(RESULT_DIFFERS, "result-differs", ERROR, FAILED, "%s differs")                           \
	X(TRACE_LEFT, "trace-left", ERROR, FAILED, "'%s' failed, but left a trace")                \
	X(FAILURE_SWALLOWED, "failure-swallowed", ERROR, FAILED,                                   \
	  "allocation %" PRIu64 " of the sweep failed, and no action did")                         \
	X(INVARIANT_BROKEN, "invariant-broken", ERROR, FAILED, "an invariant does not hold: %s")   \
	X(POISONED, "poisoned", ERROR, FAILED, "the machine broke down: %s")                       \
	/* failed: assertions */                                                                   \
	X(MESSAGE_DIFFERS, "message-differs", ERROR, FAILED, "message %s differs")                 \
	X(MESSAGE_CHANGED, "message-changed", ERROR, FAILED,                                       \
	  "the message of %s changed and nothing expects it")                                      \
	X(STATE_DIFFERS, "state-differs", ERROR, FAILED, "%s of %s differs")                       \
	X(EVENT_MISSING, "event-missing", ERROR, FAILED, "there is no %s since the last action")   \
	X(EVENT_DIFFERS, "event-differs", ERROR, FAILED, "%s differs")                             \
	X(EVENT_EARLIER, "event-earlier", ERROR, FAILED,                                           \
	  "this %s came before what was expected ahead of it")                                     \
	X(EVENT_UNEXPECTED, "event-unexpected", ERROR, FAILED, "nothing expects this: %s")         \
	X(EVENT_FORBIDDEN, "event-forbidden", ERROR, FAILED, "this should not happen: %s")         \
	X(EVENT_COUNT, "event-count", ERROR, FAILED, "%" PRIu64 " of them instead of %s")          \
	X(NOT_QUIET, "not-quiet", ERROR, FAILED, "something happened: %s")                         \
	X(WRITES_DIFFER, "writes-differ", ERROR, FAILED, "the writes differ")                      \
	X(STATE_CHANGED, "state-changed", ERROR, FAILED,                                           \
	  "the machine is not as it was at checkpoint '%s'")                                       \
	X(SNAPSHOT_DIFFERS, "snapshot-differs", ERROR, FAILED, "snapshot '%s' differs")            \
	X(BLESS_REFUSED, "bless-refused", ERROR, FAILED, "snapshots are not rewritten: %s")        \
	/* exhausted, broken, skipped */                                                           \
	X(LIMIT_ACTIONS, "limit-actions", ERROR, EXHAUSTED, "more than %u actions")                \
	X(LIMIT_DELIVERIES, "limit-deliveries", ERROR, EXHAUSTED,                                  \
	  "more than %u interrupts were taken after one action")                                   \
	X(LIMIT_TICKS, "limit-ticks", ERROR, EXHAUSTED,                                            \
	  "timers are still armed after 1,000 ticks")                                              \
	X(LIMIT_TAPE, "limit-tape", ERROR, EXHAUSTED,                                              \
	  "one action wrote more than the tape holds (%u records)")                                \
	X(LIMIT_SWEEP, "limit-sweep", ERROR, EXHAUSTED, "more than %u allocations to fail")        \
	X(NO_MEMORY, "no-memory", ERROR, BROKEN, "the host has no memory left")                    \
	X(CANNOT_OPEN, "cannot-open", ERROR, BROKEN, "cannot read '%s': %s")                       \
	X(NOT_RUN, "not-run", ERROR, BROKEN, "this could not be run: %s")                          \
	X(NO_COMBINATION, "no-combination", NOTE, SKIPPED, "no combination of this is '%s'")       \
	X(MISSING_FEATURE, "missing-feature", NOTE, SKIPPED, "this build has no '%s'")

#endif
