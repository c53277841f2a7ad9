/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/legacy_s390.h"

#include <irqlab/provider/pci.h>

#include <string.h>

#define MAX_LIMIT     2048u
#define MAX_FUNCTIONS 256u
#define LINE_FLOATING 0u
#define LINE_DIRECTED 1u
#define ADDRESS_MASK  0xff0000ffu

/* The block of registers of a function: what it is told once, as a whole. */
enum { REG_VECTOR = 0x00, REG_SUMMARY = 0x08, REG_CONTROL = 0x10 };
#define CONTROL_DIRECTED (UINT64_C(1) << 62)
#define CONTROL_ENABLE	 (UINT64_C(1) << 63)

struct s390_function {
	uint32_t device; /* id + 1; 0: this place is free */
	uint32_t first;	 /* bit of its vector's data 0 */
	uint32_t nr;
};

struct s390 {
	struct machine *machine;
	struct s390_config config;
	uint64_t summary; /* addresses in memory */
	uint64_t vectors;
	uint32_t words;	  /* of each vector */
	uint32_t nr_bits; /* that lead to an irq: of all vectors, or of the one that all share */
	uint32_t *irq;
	struct s390_function function[];
};

static void s390_digest(const void *object, struct digest *d)
{
	const struct s390 *s = object;

	digest_bytes(d, s->function, s->config.functions * sizeof(s->function[0]));
	digest_bytes(d, s->irq, s->nr_bits * sizeof(s->irq[0]));
}

static const struct object_type s390_type = {"s390-msi", s390_digest};
static const struct object_type s390_irqs_type = {"s390-irqs", NULL};

/* Bit 0 is the leftmost of a word. */
static uint64_t bit_mask(unsigned bit)
{
	return UINT64_C(1) << (63 - bit % 64);
}

static uint32_t place_of(const struct s390 *s, const struct s390_function *f)
{
	return (uint32_t)(f - s->function);
}

/* Of a floating function's own vector, or of a CPU's. */
static uint64_t vector_address(const struct s390 *s, uint32_t number)
{
	return s->vectors + (uint64_t)number * s->words * 8;
}

/* Bit `bit` of the function's vector; directed, they are all the same. */
static uint32_t *irq_of(struct s390 *s, const struct s390_function *f, uint32_t bit)
{
	return &s->irq[s->config.directed ? bit : place_of(s, f) * s->config.limit + bit];
}

/* ---- arrival ---- */

static void handle_vector(struct machine *m, uint64_t vector, uint32_t words, const uint32_t *irqs)
{
	for (uint32_t w = 0; w < words; w++) {
		uint64_t at = vector + 8 * (uint64_t)w, word = bus_read(m, at, 8);

		if (word)
			bus_write(m, at, 8, 0);
		while (word) {
			unsigned bit = w * 64 + (unsigned)__builtin_clzll(word);

			word &= ~bit_mask(bit);
			if (!irqs[bit])
				machine_warn(m, WARN_SPURIOUS_VECTOR, 0);
			else
				generic_handle_irq(m, irqs[bit]);
		}
	}
}

static void handle_summary(struct machine *m, struct s390 *s)
{
	uint32_t words = (s->config.functions + 63) / 64;

	for (uint32_t w = 0; w < words; w++) {
		uint64_t at = s->summary + 8 * (uint64_t)w, word = bus_read(m, at, 8);

		if (word)
			bus_write(m, at, 8, 0);
		while (word) {
			uint32_t place = w * 64 + (uint32_t)__builtin_clzll(word);

			word &= ~bit_mask(place);
			handle_vector(m, vector_address(s, place), s->words,
				      irq_of(s, &s->function[place], 0));
		}
	}
}

static void s390_interrupt(struct machine *m, unsigned cpu, unsigned line)
{
	struct s390 *s = msi_legacy_data(m);

	if (line == LINE_FLOATING)
		handle_summary(m, s);
	else if (line == LINE_DIRECTED)
		handle_vector(m, vector_address(s, cpu), s->words, s->irq);
}

/* ---- the chip ---- */

static void compose(const struct s390 *s, unsigned cpu, uint32_t data, struct msi_msg *msg)
{
	msg->address_lo = (uint32_t)s->config.message_address;
	if (s->config.directed)
		msg->address_lo = (msg->address_lo & ADDRESS_MASK) | cpu << 8;
	msg->address_hi = (uint32_t)(s->config.message_address >> 32);
	msg->data = data;
}

/* One message of a function that has no MSI-X moves all its interrupts. */
static int directed_set_affinity(struct irq_data *d, const struct cpumask *mask, bool force)
{
	struct machine *m = irq_data_machine(d);
	unsigned cpu = cpumask_first(mask);
	struct msi_msg msg;

	(void)force;
	compose(msi_legacy_data(m), cpu, irq_data_get_msi_desc(d)->msg.data, &msg);
	pci_write_msi_msg(m, d->irq, &msg);
	irq_data_update_effective_affinity(d, cpumask_of(m, cpu));
	return IRQ_SET_MASK_OK;
}

static const struct irq_chip floating_chip = {
	.name = "PCI-MSI",
	.irq_mask = pci_msi_mask_irq,
	.irq_unmask = pci_msi_unmask_irq,
};
static const struct irq_chip directed_chip = {
	.name = "PCI-MSI",
	.irq_mask = pci_msi_mask_irq,
	.irq_unmask = pci_msi_unmask_irq,
	.irq_set_affinity = directed_set_affinity,
};

/* ---- places and bits ---- */

static struct s390_function *function_of(struct s390 *s, uint32_t device)
{
	for (uint32_t i = 0; i < s->config.functions; i++)
		if (s->function[i].device == device)
			return &s->function[i];
	return NULL;
}

static bool bits_are_free(const struct s390 *s, uint32_t first, uint32_t nr)
{
	for (uint32_t i = 0; i < s->config.functions; i++) {
		const struct s390_function *f = &s->function[i];

		if (f->device && first < f->first + f->nr && f->first < first + nr)
			return false;
	}
	return first + nr <= s->config.directed;
}

/* A vector of its own starts at 0. −1: the one for all is too full. */
static int find_bits(const struct s390 *s, uint32_t nr)
{
	if (!s->config.directed)
		return 0;
	for (uint32_t first = 0; first + nr <= s->config.directed; first++)
		if (bits_are_free(s, first, nr))
			return (int)first;
	return -1;
}

static uint64_t register_of(const struct s390 *s, const struct device *dev, unsigned reg)
{
	return s->config.registers + 32 * (uint64_t)dev->requester + reg;
}

/* False: the function is registered already, and not for these. */
static bool register_function(const struct s390 *s, const struct device *dev,
			      const struct s390_function *f)
{
	uint64_t control =
		CONTROL_ENABLE | (uint64_t)place_of(s, f) << 32 | (uint64_t)f->first << 16 | f->nr;
	uint64_t vector = vector_address(s, place_of(s, f));

	if (s->config.directed) {
		control |= CONTROL_DIRECTED;
		vector = s->vectors;
	}
	bus_write(dev->machine, register_of(s, dev, REG_VECTOR), 8, vector);
	bus_write(dev->machine, register_of(s, dev, REG_SUMMARY), 8, s->summary);
	bus_write(dev->machine, register_of(s, dev, REG_CONTROL), 8, control);
	return bus_read(dev->machine, register_of(s, dev, REG_CONTROL), 8) == control;
}

/* ---- setup and teardown ---- */

/* The irqs of one descriptor, from bit f->first + f->nr on. */
static int setup_desc(struct s390 *s, struct s390_function *f, struct msi_desc *desc,
		      uint32_t count)
{
	struct machine *m = s->machine;
	const struct irq_chip *chip = s->config.directed ? &directed_chip : &floating_chip;
	const struct irq_affinity_desc *affinity = s->config.directed ? desc->affinity : NULL;
	struct msi_msg msg;
	int irq = irq_alloc_descs(m, -1, count, desc->dev->node, affinity);

	if (irq < 0)
		return irq;
	touch(m, s->irq);
	for (unsigned i = 0; i < count; i++) {
		irq_set_msi_desc(m, (unsigned)irq + i, i, desc);
		irq_set_chip_and_handler(m, (unsigned)irq + i, chip, handle_percpu_irq, "percpu");
		*irq_of(s, f, f->first + f->nr + i) = (unsigned)irq + i;
	}
	compose(s, affinity ? cpumask_first(affinity->mask) : 0, f->nr, &msg);
	pci_write_msi_msg(m, (unsigned)irq, &msg);
	f->nr += count;
	return 0;
}

static int s390_setup(struct device *dev, int nvec, bool msix)
{
	struct s390 *s = msi_legacy_data(dev->machine);
	uint32_t nr = (uint32_t)nvec < s->config.limit ? (uint32_t)nvec : s->config.limit;
	struct s390_function *f = function_of(s, 0);
	int first = find_bits(s, nr);
	struct msi_desc *desc;

	(void)msix;
	if (!f || first < 0 || function_of(s, dev->id + 1))
		return -EIO;
	touch(s->machine, s);
	*f = (struct s390_function){.device = dev->id + 1, .first = (uint32_t)first};
	msi_for_each_desc (desc, dev, MSI_DEFAULT_DOMAIN, MSI_DESC_NOTASSOCIATED) {
		uint32_t count = desc->nvec_used < nr - f->nr ? desc->nvec_used : nr - f->nr;
		int ret = count ? setup_desc(s, f, desc, count) : 0;

		if (ret)
			return ret;
	}
	if (!register_function(s, dev, f))
		return -EIO;
	return nr == (uint32_t)nvec ? 0 : (int)nr;
}

static void clear_bits(struct s390 *s, const struct s390_function *f)
{
	uint32_t vector = place_of(s, f), last = vector;

	if (s->config.directed) {
		vector = 0;
		last = s->config.nr_cpus - 1;
	}
	for (; vector <= last; vector++)
		for (uint32_t bit = f->first; bit < f->first + f->nr; bit++) {
			uint64_t at = vector_address(s, vector) + bit / 64 * 8;
			uint64_t word = bus_read(s->machine, at, 8);

			if (word & bit_mask(bit))
				bus_write(s->machine, at, 8, word & ~bit_mask(bit));
		}
}

static void s390_teardown(struct device *dev)
{
	struct machine *m = dev->machine;
	struct s390 *s = msi_legacy_data(m);
	struct s390_function *f = function_of(s, dev->id + 1);
	struct msi_desc *desc;

	if (!f)
		return;
	bus_write(m, register_of(s, dev, REG_CONTROL), 8, 0);
	msi_for_each_desc (desc, dev, MSI_DEFAULT_DOMAIN, MSI_DESC_ASSOCIATED)
		irq_free_msi_desc(m, desc);
	clear_bits(s, f);
	touch(m, s);
	touch(m, s->irq);
	if (f->nr)
		memset(irq_of(s, f, f->first), 0, f->nr * sizeof(s->irq[0]));
	*f = (struct s390_function){0};
}

static const struct msi_legacy_ops s390_ops = {
	.name = "s390",
	.setup = s390_setup,
	.teardown = s390_teardown,
	.isolates = true, /* a function's bits are its own */
};

/* ---- making ---- */

static bool config_is_good(const struct s390_config *c)
{
	return c->nr_cpus && c->limit && c->limit <= MAX_LIMIT && c->functions &&
	       c->functions <= MAX_FUNCTIONS && c->directed <= UINT16_MAX;
}

static bool make_vectors(struct s390 *s)
{
	static const char *const fields[] = {"bits", NULL};
	struct memory_label label = {.object = "adapter", .stride = 8, .fields = fields};
	uint32_t vectors = s->config.directed ? s->config.nr_cpus : s->config.functions;
	uint32_t bits = s->config.directed ? s->config.directed : s->config.limit;

	s->words = (bits + 63) / 64;
	s->nr_bits = s->config.directed ? bits : s->config.functions * bits;
	label.store = "summary";
	s->summary = bus_memory_alloc(s->machine, (s->config.functions + 63) / 64 * 8, 8, &label);
	label.store = s->config.directed ? "cpu" : "vector";
	s->vectors = bus_memory_alloc(s->machine, (uint64_t)vectors * s->words * 8, 8, &label);
	s->irq = object_alloc(s->machine, &s390_irqs_type, (s->nr_bits + 64u) * sizeof(s->irq[0]));
	return s->summary && s->vectors && s->irq;
}

static void destroy(struct s390 *s)
{
	struct machine *m = s->machine;

	if (s->summary)
		bus_memory_free(m, s->summary);
	if (s->vectors)
		bus_memory_free(m, s->vectors);
	object_free(m, s->irq);
	object_free(m, s);
}

int legacy_s390_create(struct machine *m, const struct s390_config *config)
{
	struct s390 *s;
	int err = -ENOMEM;

	if (!config_is_good(config))
		return -EINVAL;
	s = object_alloc(m, &s390_type, sizeof(*s) + config->functions * sizeof(s->function[0]));
	if (!s)
		return -ENOMEM;
	s->machine = m;
	s->config = *config;
	if (make_vectors(s))
		err = msi_register_legacy(m, &s390_ops, s);
	if (err) {
		destroy(s);
		return err;
	}
	bus_write(m, config->stride_register, 8, s->words * 8);
	bus_set_entry(m, s390_interrupt);
	return 0;
}
