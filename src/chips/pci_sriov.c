/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/pci.h"

#include <irqlab/provider/layer.h>

#include <stdio.h>

/*
 * Virtual functions. Each is a device of its own, with a requester, messages and
 * domains; of its physical function it has the bus, and so the MSI parent.
 */

struct pci_sriov {
	uint32_t key; /* segment << 16 | requester of the physical function */
	uint16_t total, offset, stride, num_vfs;
	uint8_t last_bus;
	uint64_t bar[PCI_NR_BARS], bar_bytes[PCI_NR_BARS]; /* of the first */
	/* What a driver knows of the kind of device. */
	struct store_desc store[DEVICE_MAX_STORES];
	uint32_t nr_stores;
};

static void sriov_digest(const void *object, struct digest *d)
{
	const struct pci_sriov *s = object;

	digest_u64(d, s->key);
	digest_u64(d, (uint64_t)s->total << 48 | (uint64_t)s->offset << 32 |
			      (uint64_t)s->stride << 16 | s->num_vfs);
	digest_u64(d, s->last_bus);
	for (unsigned i = 0; i < PCI_NR_BARS; i++)
		digest_u64(d, s->bar[i] ^ s->bar_bytes[i]);
}
static const struct object_type sriov_type = {.name = "pci_sriov", .digest = sriov_digest};

/* ---- the capability ---- */

static uint32_t read_cap(const struct pci_dev *pdev, unsigned where, unsigned size)
{
	return pci_read_config(pdev, PCI_EXT_CAPABILITIES + where, size);
}

static void write_cap(const struct pci_dev *pdev, unsigned where, unsigned size, uint32_t value)
{
	pci_write_config(pdev, PCI_EXT_CAPABILITIES + where, size, value);
}

/* Its address bits that can be written, found as those of any BAR are (PCI 3.0, 6.2.5.1). */
static uint32_t size_bar(const struct pci_dev *pdev, unsigned where, uint32_t value)
{
	uint32_t mask;

	write_cap(pdev, where, 4, UINT32_MAX);
	mask = read_cap(pdev, where, 4);
	write_cap(pdev, where, 4, value);
	return mask;
}

static void read_bars(const struct pci_dev *pdev, struct pci_sriov *s)
{
	for (unsigned i = 0; i < PCI_NR_BARS; i++) {
		unsigned where = PCI_SRIOV_BAR + 4 * i, at = i;
		uint32_t low = read_cap(pdev, where, 4), high;
		uint64_t mask;

		if (!low)
			continue;
		s->bar[at] = low & PCI_BASE_ADDRESS_MEM_MASK;
		mask = size_bar(pdev, where, low) & PCI_BASE_ADDRESS_MEM_MASK;
		if ((low & PCI_BASE_ADDRESS_TYPE_MASK) == PCI_BASE_ADDRESS_TYPE_64) {
			high = read_cap(pdev, where + 4, 4);
			s->bar[at] |= (uint64_t)high << 32;
			mask |= (uint64_t)size_bar(pdev, where + 4, high) << 32;
			i++;
		} else {
			mask |= UINT64_MAX << 32;
		}
		s->bar_bytes[at] = ~mask + 1;
	}
}

int pci_sriov_probe(struct pci_dev *pdev, const struct device_desc *desc)
{
	struct pci_sriov *s;

	if ((pci_read_config(pdev, PCI_EXT_CAPABILITIES, 4) & 0xffff) != PCI_EXT_CAP_ID_SRIOV)
		return 0;
	s = object_alloc(pdev->dev.machine, &sriov_type, sizeof(*s));
	if (!s)
		return -ENOMEM;
	pdev->sriov = s;
	s->key = (uint32_t)pdev->dev.segment << 16 | pdev->dev.requester;
	s->total = (uint16_t)read_cap(pdev, PCI_SRIOV_TOTAL_VF, 2);
	s->offset = (uint16_t)read_cap(pdev, PCI_SRIOV_VF_OFFSET, 2);
	s->stride = (uint16_t)read_cap(pdev, PCI_SRIOV_VF_STRIDE, 2);
	s->last_bus = (uint8_t)(pdev->dev.requester >> 8);
	if (desc->sriov.last_bus > s->last_bus)
		s->last_bus = desc->sriov.last_bus;
	s->nr_stores = desc->nr_stores;
	for (uint32_t i = 0; i < desc->nr_stores && i < DEVICE_MAX_STORES; i++)
		s->store[i] = desc->store[i];
	read_bars(pdev, s);
	return 0;
}

static void switch_vfs(const struct pci_dev *pdev, unsigned nr)
{
	const uint16_t on = PCI_SRIOV_CTRL_VFE | PCI_SRIOV_CTRL_MSE;

	if (nr)
		write_cap(pdev, PCI_SRIOV_NUM_VF, 2, nr);
	pci_update_config16(pdev, PCI_EXT_CAPABILITIES + PCI_SRIOV_CTRL, on, nr ? on : 0);
	if (!nr)
		write_cap(pdev, PCI_SRIOV_NUM_VF, 2, 0);
}

/* ---- virtual functions come ---- */

static uint32_t requester_of(const struct pci_dev *pdev, unsigned n)
{
	return pdev->dev.requester + pdev->sriov->offset + n * pdev->sriov->stride;
}

static struct device_desc describe(const struct pci_dev *pdev, unsigned n, char name[32])
{
	const struct pci_sriov *s = pdev->sriov;
	struct device_desc desc = {
		.name = name,
		.segment = pdev->dev.segment,
		.requester = (uint16_t)requester_of(pdev, n),
		.node = pdev->dev.node,
		.doorbell_page = pdev->dev.doorbell_page,
		.bus_no_msi = pdev->bus_no_msi,
		.nr_stores = s->nr_stores,
	};

	snprintf(name, 32, "%.25s-vf%u", pdev->dev.name, n);
	for (uint32_t i = 0; i < s->nr_stores; i++)
		desc.store[i] = s->store[i];
	return desc;
}

/* Not registered yet; `behind` follows in the list. */
static struct pci_dev *alloc_vf(struct pci_dev *pdev, unsigned n, struct pci_dev *behind)
{
	struct machine *m = pdev->dev.machine;
	char name[32];
	struct device_desc desc = describe(pdev, n, name);
	struct pci_dev *vf = pci_device_alloc(m, &desc, pdev->dev.msi_domain);

	if (!vf)
		return NULL;
	vf->physfn = pdev;
	for (unsigned i = 0; i < PCI_NR_BARS; i++)
		if (pdev->sriov->bar[i])
			vf->bar[i] = pdev->sriov->bar[i] + n * pdev->sriov->bar_bytes[i];
	if (msi_setup_device_data(&vf->dev)) {
		pci_device_free(vf);
		return NULL;
	}
	vf->dev.next = behind ? &behind->dev : NULL;
	return vf;
}

static struct pci_dev *next_vf(const struct pci_dev *vf)
{
	return to_pci_dev(vf->dev.next);
}

static void free_vfs(struct pci_dev *first)
{
	while (first) {
		struct pci_dev *vf = first;

		first = next_vf(vf);
		pci_device_free(vf);
	}
}

/* The last first, so that the list is in their order. */
static struct pci_dev *alloc_vfs(struct pci_dev *pdev, unsigned nr)
{
	struct pci_dev *first = NULL;

	while (nr--) {
		struct pci_dev *vf = alloc_vf(pdev, nr, first);

		if (!vf) {
			free_vfs(first);
			return NULL;
		}
		first = vf;
	}
	return first;
}

static int probe_vfs(struct pci_dev *pdev, struct pci_dev *first)
{
	unsigned n = 0;
	int err = 0;

	for (struct pci_dev *vf = first; vf && !err; vf = next_vf(vf)) {
		char name[32];
		struct device_desc desc = describe(pdev, n++, name);

		err = pci_device_probe(vf, &desc);
	}
	return err;
}

/* Names were found to be free. */
static void register_vfs(struct pci_dev *first)
{
	while (first) {
		struct pci_dev *vf = first;

		first = next_vf(vf);
		pci_update_config16(vf, PCI_COMMAND, 0, PCI_COMMAND_MASTER);
		device_register(&vf->dev);
	}
}

static int check_request(struct pci_dev *pdev, unsigned nr)
{
	const struct pci_sriov *s = pdev->sriov;
	char name[32];

	if (s->num_vfs || nr > s->total)
		return -EINVAL;
	if (requester_of(pdev, nr - 1) >> 8 > s->last_bus)
		return -ENOMEM;
	for (unsigned n = 0; n < nr; n++) {
		describe(pdev, n, name);
		if (device_by_name(pdev->dev.machine, name))
			return -EEXIST;
	}
	return 0;
}

static int add_vfs(struct pci_dev *pdev, unsigned nr)
{
	struct pci_dev *first = alloc_vfs(pdev, nr);
	int err;

	if (!first)
		return -ENOMEM;
	switch_vfs(pdev, nr);
	err = probe_vfs(pdev, first);
	if (err) {
		switch_vfs(pdev, 0);
		free_vfs(first);
		return err;
	}
	touch(pdev->dev.machine, pdev->sriov);
	pdev->sriov->num_vfs = (uint16_t)nr;
	register_vfs(first);
	return 0;
}

int pci_enable_sriov(struct device *dev, unsigned nr_virtfn)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	int err;

	if (layer_refuses(dev->machine, NOT_FOR_CHIPS))
		return -EPERM;
	layer_runs(dev->machine, LAYER_CORE);

	if (machine_poisoned(dev->machine))
		return -EIO;
	if (!pdev || !pdev->sriov)
		return -ENOSYS;
	if (!nr_virtfn)
		return 0;
	err = check_request(pdev, nr_virtfn);
	return err ? err : add_vfs(pdev, nr_virtfn);
}

/* ---- and go ---- */

/* The newest first; NULL: none is left. */
static struct pci_dev *find_vf(const struct pci_dev *pdev)
{
	for (struct device *dev = device_first(pdev->dev.machine); dev; dev = dev->next) {
		struct pci_dev *vf = to_pci_dev(dev);

		if (vf && vf->physfn == pdev)
			return vf;
	}
	return NULL;
}

static void remove_vfs(struct pci_dev *pdev)
{
	struct machine *m = pdev->dev.machine;
	struct pci_dev *vf;

	while ((vf = find_vf(pdev))) {
		pci_device_unbind(vf);
		touch(m, vf);
		vf->physfn = NULL;
		pci_device_remove(vf);
	}
	switch_vfs(pdev, 0);
	touch(m, pdev->sriov);
	pdev->sriov->num_vfs = 0;
}

static bool any_in_use(struct pci_dev *pdev)
{
	bool in_use = false;

	for (struct device *dev = device_first(pdev->dev.machine); dev; dev = dev->next) {
		struct pci_dev *vf = to_pci_dev(dev);
		unsigned irq = vf && vf->physfn == pdev ? pci_device_irq_in_use(vf) : 0;

		in_use |= WARN_IF(pdev->dev.machine, irq, FREE_WITH_ACTION, irq);
	}
	return in_use;
}

int pci_disable_sriov(struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(dev);

	if (layer_refuses(dev->machine, NOT_FOR_CHIPS))
		return -EPERM;
	layer_runs(dev->machine, LAYER_CORE);

	if (machine_poisoned(dev->machine))
		return -EIO;
	if (!pdev || !pdev->sriov)
		return -ENOSYS;
	if (!pdev->sriov->num_vfs)
		return 0;
	if (WARN_IF(dev->machine, in_hardirq(dev->machine), SLEEP_IN_ATOMIC, 0))
		return -EINVAL;
	if (any_in_use(pdev))
		return -EBUSY;
	remove_vfs(pdev);
	return 0;
}

void pci_sriov_remove(struct pci_dev *pdev)
{
	if (pdev->sriov->num_vfs)
		remove_vfs(pdev);
	touch(pdev->dev.machine, pdev);
	object_free(pdev->dev.machine, pdev->sriov);
	pdev->sriov = NULL;
}

unsigned pci_num_vf(struct device *dev)
{
	const struct pci_dev *pdev = to_pci_dev(dev);

	return pdev && pdev->sriov ? pdev->sriov->num_vfs : 0;
}
