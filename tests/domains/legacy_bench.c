/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/legacy_bench.h"

enum irqreturn count_run(int irq, void *dev_id)
{
	(void)irq;
	++*(int *)dev_id;
	return IRQ_HANDLED;
}

unsigned request_vector(struct machine *m, struct device *dev, unsigned nr, int *ran)
{
	int irq = pci_irq_vector(dev, nr);

	assert_true(irq > 0);
	assert_int_equal(request_irq(m, (unsigned)irq, count_run, 0, "test", ran), 0);
	return (unsigned)irq;
}

void raise_vector(struct machine *m, struct device *dev, enum raise_source source, unsigned index)
{
	assert_int_equal(device_raise(m, device_name(dev), source, 0, index, RAISE_NO_PASID), 0);
	assert_true(machine_deliver(m, 0) >= 0);
}

unsigned written_to(struct machine *m, uint64_t from, const char *object, const char *store,
		    uint64_t *values, unsigned max)
{
	unsigned found = 0;

	for (uint64_t at = from; at < tape_position(m); at++) {
		const struct tape_record *record = tape_at(m, at);
		struct bus_place place;

		if (record->kind > TAPE_CONFIG || !tape_place(m, record, &place) ||
		    strcmp(place.object, object) || strcmp(place.store, store))
			continue;
		if (found < max)
			values[found] = record->value;
		found++;
	}
	return found;
}

void check_invariants(struct machine *m)
{
	char violation[300];

	if (!machine_invariants(m, violation, sizeof(violation)))
		fail_msg("%s", violation);
	assert_true(fingerprint_equal(print_complete(m),
				      machine_fingerprint_recompute(m, FINGERPRINT_COMPLETE)));
}
