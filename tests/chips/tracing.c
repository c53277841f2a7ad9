/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips_test.h"

#include <irqlab/trace.h>

/* The points of these chips, and where they lie between the writes (W), as a live kernel has them.
 */

static char seen[2048];

static void watch(void *context, struct machine *m, const struct tape_record *record)
{
	const char *name = NULL;

	(void)context;
	(void)m;
	if (record->kind == TAPE_MMIO || record->kind == TAPE_CONFIG)
		name = "W";
	else if (record->kind == TAPE_TRACE)
		name = trace_point_name((enum trace_point)record->value);
	if (!name || (strncmp(name, "pci_", 4) && strncmp(name, "__pci", 5) && strcmp(name, "W")))
		return;
	strncat(seen, name, sizeof(seen) - strlen(seen) - 1);
	strncat(seen, " ", sizeof(seen) - strlen(seen) - 1);
}

static const struct bus_listener listener = {.after = watch};

static struct machine *traced(void)
{
	struct machine *m = chips_machine(&(struct chips_options){.parent = PARENT_VECTOR});

	machine_set_tracing(m, true);
	assert_int_equal(bus_listen(m, &listener), 0);
	seen[0] = 0;
	return m;
}

static void assert_seen(const char *expected)
{
	assert_string_equal(seen, expected);
	seen[0] = 0;
}

#define MSIX_MESSAGE "pci_msi_domain_write_msg __pci_write_msi_msg W W W "
#define MSI_MESSAGE  "pci_msi_domain_write_msg __pci_write_msi_msg W W W W "

static void msix(void **state)
{
	struct machine *m = traced();
	struct device *nic = device_by_name(m, "nic");
	unsigned irq;
	int ran = 0;

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 1, PCI_IRQ_MSIX), 1);
	assert_seen("W " MSIX_MESSAGE "W W W W W W W W W W ");
	irq = (unsigned)pci_irq_vector(nic, 0);
	assert_int_equal(request_irq(m, irq, chips_handler, 0, "nic", &ran), 0);
	assert_seen(MSIX_MESSAGE MSIX_MESSAGE "pci_irq_unmask_msix W ");
	assert_int_equal(free_irq(m, irq, &ran), 0);
	assert_seen("pci_irq_mask_msix W " MSIX_MESSAGE);
	/* In bulk, and so without the chip. */
	pci_free_irq_vectors(nic);
	assert_seen("W W W ");
	machine_destroy(m);
}

static void msi(void **state)
{
	struct machine *m = traced();
	struct device *multi = device_by_name(m, "multi");
	unsigned irq;
	int ran = 0;

	(void)state;
	assert_int_equal(pci_enable_msi(multi), 0);
	assert_seen("W " MSI_MESSAGE "W W ");
	irq = (unsigned)pci_irq_vector(multi, 0);
	assert_int_equal(request_irq(m, irq, chips_handler, 0, "multi", &ran), 0);
	assert_seen(MSI_MESSAGE "pci_irq_unmask_msi ");
	assert_int_equal(free_irq(m, irq, &ran), 0);
	assert_seen("pci_irq_mask_msi " MSI_MESSAGE);
	machine_destroy(m);
}

/* One register for all: only the first interrupt's message reaches it. */
static void multi_msi(void **state)
{
	struct machine *m = chips_machine(&(struct chips_options){.parent = PARENT_AMD});
	uint64_t at;
	unsigned composed = 0, written = 0;

	(void)state;
	machine_set_tracing(m, true);
	at = tape_position(m);
	assert_int_equal(pci_alloc_irq_vectors(device_by_name(m, "multi"), 4, 4, PCI_IRQ_MSI), 4);
	for (; at < tape_position(m); at++) {
		const struct tape_record *record = tape_at(m, at);

		composed += record->kind == TAPE_TRACE &&
			    record->value == TRACE_pci_msi_domain_write_msg;
		written += record->kind == TAPE_TRACE && record->value == TRACE___pci_write_msi_msg;
	}
	assert_int_equal(composed, 4);
	assert_int_equal(written, 1);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(msix),
		cmocka_unit_test(msi),
		cmocka_unit_test(multi_msi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
