/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_SCENARIO_TEST_H
#define IRQLAB_TESTS_SCENARIO_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <irqlab/scenario.h>
#include <stdlib.h>
#include <string.h>

/* What tests of the scenario language share. */

#define MACHINE                                                                                    \
	"topology\n"                                                                               \
	"  cpus 2\n"                                                                               \
	"  domain vec x86-vector\n"                                                                \
	"  device nic pci 00:03.0 msix=4 parent=vec\n"                                             \
	"end\n"
enum { MACHINE_LINES = 5 };

static inline struct scenario *parse_text(const char *text)
{
	struct scenario *s = scenario_parse("test.irq", text, strlen(text), NULL);

	assert_non_null(s);
	return s;
}

/* The identifier of the nth diagnostic; "" beyond the last. */
static inline const char *diag_id_of(struct scenario *s, unsigned nr)
{
	struct scenario_diagnostic d;

	return scenario_diagnostic(s, nr, &d) ? d.id : "";
}

/* Runs the text; the first diagnostic must have this identifier ("": none at all). */
static inline enum scenario_status run_text(const char *text, const char *id)
{
	struct scenario *s = parse_text(text);
	enum scenario_status status = scenario_run(s, NULL, NULL);

	if (strcmp(diag_id_of(s, 0), id) != 0)
		scenario_print_diagnostics(&s, 1, stdout, DIAGNOSTICS_HUMAN, false);
	assert_string_equal(diag_id_of(s, 0), id);
	scenario_close(s);
	return status;
}

#endif
