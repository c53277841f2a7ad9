/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/pci.h"
#include "harness_store.h"
#include "json_tools.h"
#include "operation.h"
#include <string.h>

/* Verbs that allocate and free vectors. */

#define MAX_ENTRIES 4096u
#define MAX_COUNT   70000

int call_irq(const struct call *call, unsigned index)
{
	unsigned irq;

	if (!call->dev)
		return -EINVAL;
	if (!harness_store_exists(call->dev) && to_pci_dev(call->dev))
		return pci_irq_vector(call->dev, index);
	irq = msi_domain_get_virq(call->dev, MSI_DEFAULT_DOMAIN, index);
	return irq ? (int)irq : -EINVAL;
}

static void give_first_irq(struct call *call, int ret)
{
	if (ret >= 0)
		json_object_set_new(call->results, "first_irq", json_integer(call_irq(call, 0)));
}

static void give_map(struct call *call, int index, int irq)
{
	json_object_set_new(call->results, "map",
			    json_pack("{s:i,s:i}", "index", index, "irq", irq));
}

/* ---- batches ---- */

static unsigned allocation_flags(struct call *call)
{
	static const struct flag_word words[] = {
		{"intx", PCI_IRQ_INTX},	    {"msi", PCI_IRQ_MSI},	    {"msix", PCI_IRQ_MSIX},
		{"all", PCI_IRQ_ALL_TYPES}, {"affinity", PCI_IRQ_AFFINITY},
	};

	return (unsigned)call_flags(call, words, sizeof(words) / sizeof(words[0]));
}

static int alloc_vectors(struct call *call)
{
	int ret = pci_alloc_irq_vectors(call->dev, (unsigned)call_integer(call, "min", 0),
					(unsigned)call_integer(call, "max", 0),
					allocation_flags(call));

	give_first_irq(call, ret);
	return ret;
}

/* The sizes of the recording, as far as there are vectors for them. */
static void sets_of_recording(struct irq_affinity *affd, unsigned nvecs)
{
	const json_t *sets = affd->priv;

	affd->nr_sets = 0;
	for (size_t i = 0; i < json_array_size(sets) && i < IRQ_AFFINITY_MAX_SETS; i++) {
		json_int_t size = json_integer_value(json_array_get(sets, i));

		if (size < 0 || size > nvecs)
			size = nvecs;
		affd->set_size[affd->nr_sets++] = (unsigned)size;
		nvecs -= (unsigned)size;
	}
}

static int alloc_vectors_affinity(struct call *call)
{
	const json_t *sets = json_object_get(call->arguments, "sets");
	struct irq_affinity affd = {
		.pre_vectors = (unsigned)call_integer(call, "pre", 0),
		.post_vectors = (unsigned)call_integer(call, "post", 0),
		.calc_sets = sets ? sets_of_recording : NULL,
		.priv = (void *)sets,
	};
	int ret = pci_alloc_irq_vectors_affinity(call->dev, (unsigned)call_integer(call, "min", 0),
						 (unsigned)call_integer(call, "max", 0),
						 allocation_flags(call), &affd);

	give_first_irq(call, ret);
	return ret;
}

static int free_vectors(struct call *call)
{
	pci_free_irq_vectors(call->dev);
	return 0;
}

static int enable_msi(struct call *call)
{
	int ret = pci_enable_msi(call->dev);

	give_first_irq(call, ret);
	return ret;
}

static int disable_msi(struct call *call)
{
	pci_disable_msi(call->dev);
	return 0;
}

static int disable_msix(struct call *call)
{
	pci_disable_msix(call->dev);
	return 0;
}

static int enable_msix_range(struct call *call)
{
	const json_t *list = json_object_get(call->arguments, "entries");
	struct msix_entry entries[MAX_ENTRIES];
	size_t nr = json_array_size(list);
	json_t *irqs;
	int ret;

	if (nr > MAX_ENTRIES || (json_int_t)nr < call_integer(call, "max", 0)) {
		call->why = "entries is not a list of as many indexes";
		return 0;
	}
	for (size_t i = 0; i < nr; i++)
		entries[i] = (struct msix_entry){
			.entry = (uint16_t)json_integer_value(json_array_get(list, i))};
	ret = pci_enable_msix_range(call->dev, entries, (int)call_integer(call, "min", 0),
				    (int)call_integer(call, "max", 0));
	irqs = json_array();
	for (size_t i = 0; i < nr; i++)
		json_array_append_new(irqs,
				      json_pack("[i,i]", entries[i].entry, (int)entries[i].vector));
	json_object_set_new(call->results, "entry_irqs", irqs);
	give_first_irq(call, ret);
	return ret;
}

/* ---- asking ---- */

static int vec_count(struct call *call)
{
	json_object_set_new(call->results, "counts",
			    json_pack("{s:i,s:i}", "msi", pci_msi_vec_count(call->dev), "msix",
				      pci_msix_vec_count(call->dev)));
	json_object_set_new(call->results, "can_alloc_dyn",
			    json_integer(pci_msix_can_alloc_dyn(call->dev)));
	return 0;
}

static int can_alloc_dyn(struct call *call)
{
	return pci_msix_can_alloc_dyn(call->dev);
}

static int vector(struct call *call, unsigned irq)
{
	(void)call;
	return (int)irq;
}

/* ---- one by one ---- */

/* `index`, or MSI_ANY_INDEX for "any". */
static unsigned wanted_index(struct call *call)
{
	const json_t *index = json_object_get(call->arguments, "index");
	const char *word = json_string_value(index);

	if (word && strcmp(word, "any"))
		call->why = "index is neither a number nor \"any\"";

	return json_is_integer(index) ? (unsigned)json_integer_value(index) : MSI_ANY_INDEX;
}

static int finish_alloc_at(struct call *call, struct msi_map map)
{
	if (map.index < 0)
		return map.index;
	give_map(call, map.index, map.virq);
	return 0;
}

static int alloc_at(struct call *call)
{
	struct irq_affinity_desc desc;

	return finish_alloc_at(call, pci_msix_alloc_irq_at(call->dev, wanted_index(call),
							   call_affinity(call, false, &desc)));
}

/* How often `allocate` works; it stops at the first failure. */
static int many(struct call *call,
		struct msi_map (*allocate)(struct call *call, uint64_t i,
					   const struct irq_affinity_desc *affinity))
{
	json_int_t count = call_integer(call, "count", 0), done = 0;
	struct irq_affinity_desc desc;
	const struct irq_affinity_desc *affinity = call_affinity(call, true, &desc);
	int ret = 0;

	if (count < 0 || count > MAX_COUNT) {
		call->why = "count is out of range";
		return 0;
	}
	while (done < count) {
		struct msi_map map = allocate(call, (uint64_t)done, affinity);

		if (map.index < 0) {
			ret = map.index;
			break;
		}
		done++;
	}
	json_object_set_new(call->results, "done", json_integer(done));
	return ret;
}

static struct msi_map alloc_any(struct call *call, uint64_t i,
				const struct irq_affinity_desc *affinity)
{
	(void)i;
	return pci_msix_alloc_irq_at(call->dev, MSI_ANY_INDEX, affinity);
}

static int alloc_at_many(struct call *call)
{
	return many(call, alloc_any);
}

static int free_at(struct call *call)
{
	int index = (int)call_integer(call, "index", 0);
	int irq = call_irq(call, (unsigned)index);
	struct msi_map map = {.index = index, .virq = irq};

	give_map(call, index, irq);
	if (irq >= 0)
		pci_msix_free_irq(call->dev, map);
	return 0;
}

/* ---- message stores ---- */

static int ims_create(struct call *call)
{
	const char *type = json_string_value(json_object_get(call->arguments, "type"));
	json_int_t size = call_integer(call, "size", 0);

	if (!type || (strcmp(type, "queue") && strcmp(type, "table"))) {
		call->why = "type is neither \"table\" nor \"queue\"";
		return 0;
	}
	if (size < 0 || size > HARNESS_STORE_MAX_SIZE)
		return -EINVAL;
	return harness_store_create(call->dev, type[0] == 'q', (unsigned)size,
				    call->stage->observer);
}

static int ims_alloc(struct call *call)
{
	struct irq_affinity_desc desc;

	return finish_alloc_at(call, harness_store_alloc(call->dev, wanted_index(call),
							 (uint64_t)call_integer(call, "cookie", 0),
							 call_affinity(call, false, &desc)));
}

static struct msi_map ims_any(struct call *call, uint64_t i,
			      const struct irq_affinity_desc *affinity)
{
	return harness_store_alloc(call->dev, MSI_ANY_INDEX, i, affinity);
}

static int ims_alloc_many(struct call *call)
{
	return many(call, ims_any);
}

static int ims_free(struct call *call)
{
	return harness_store_free(call->dev, (unsigned)call_integer(call, "index", 0));
}

static int ims_remove(struct call *call)
{
	return harness_store_remove(call->dev);
}

const struct verb verbs_allocation[] = {
	{.name = "alloc_vectors", .arguments = "dev min max flags ", .perform = alloc_vectors},
	{.name = "alloc_vectors_affinity",
	 .arguments = "dev min max flags pre post sets ",
	 .perform = alloc_vectors_affinity},
	{.name = "free_vectors", .arguments = "dev ", .perform = free_vectors},
	{.name = "enable_msi", .arguments = "dev ", .perform = enable_msi},
	{.name = "disable_msi", .arguments = "dev ", .perform = disable_msi},
	{.name = "disable_msix", .arguments = "dev ", .perform = disable_msix},
	{.name = "enable_msix_range",
	 .arguments = "dev min max entries ",
	 .perform = enable_msix_range},
	{.name = "vec_count", .arguments = "dev ", .perform = vec_count},
	{.name = "can_alloc_dyn", .arguments = "dev ", .perform = can_alloc_dyn},
	{.name = "vector", .arguments = "dev index ", .vector = vector},
	{.name = "alloc_at", .arguments = "dev index mask managed ", .perform = alloc_at},
	{.name = "alloc_at_many", .arguments = "dev count mask managed ", .perform = alloc_at_many},
	{.name = "free_at", .arguments = "dev index ", .perform = free_at},
	{.name = "ims_create", .arguments = "dev type size ", .perform = ims_create},
	{.name = "ims_alloc", .arguments = "dev cookie index mask managed ", .perform = ims_alloc},
	{.name = "ims_alloc_many",
	 .arguments = "dev count mask managed ",
	 .perform = ims_alloc_many},
	{.name = "ims_free", .arguments = "dev index ", .perform = ims_free},
	{.name = "ims_remove", .arguments = "dev ", .perform = ims_remove},
	{.name = NULL},
};
