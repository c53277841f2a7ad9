/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "passthrough/vcpu.h"

#include "chips/pci.h"
#include "core/devres.h"

#include <irqlab/driver.h>
#include <irqlab/provider/pci.h>
#include <stdio.h>

/* Devices given to guests, as VFIO does it: interrupts become events. */

#define GUEST_MESSAGE	 UINT64_C(0xfee00000)
#define GUEST_DEST_SHIFT 12

#define DEVRES_KEY (UINT64_C(1) << 32) /* beyond those of others */

struct entry { /* of the table that the guest sees */
	struct passthrough *owner;
	struct vcpu *vcpu;
	uint64_t events;
	uint32_t irq; /* while in use */
	uint8_t vector;
	bool in_use;
};

struct passthrough {
	struct machine *machine;
	struct passthrough *next;
	struct devres res;   /* of the device */
	uint64_t key;	     /* of the device, for digests */
	uint32_t device;     /* its id */
	uint32_t nr_vectors; /* MSI-X was enabled with; 0: it is not */
	void (*growing)(void *context);
	void *context;
	uint32_t nr_entries;
	struct entry entry[];
};

static void passthrough_digest(const void *object, struct digest *d)
{
	const struct passthrough *p = object;

	digest_u64(d, p->key);
	digest_u64(d, (uint64_t)p->nr_vectors << 32 | p->nr_entries);
	for (uint32_t i = 0; i < p->nr_entries; i++) {
		const struct entry *e = &p->entry[i];

		digest_u64(d, (uint64_t)e->irq << 32 | (uint64_t)e->vector << 8 | e->in_use);
		digest_u64(d, e->vcpu ? e->vcpu->id : 0);
		digest_counter(d, e->events);
	}
}
static const struct object_type passthrough_type = {"passthrough", passthrough_digest};

/* NULL only in a poisoned machine, if it was unplugged there. */
static struct device *device_of(const struct passthrough *p)
{
	return device_by_id(p->machine, p->device);
}

/* ---- one entry ---- */

static enum irqreturn handle(int irq, void *dev_id)
{
	struct entry *e = dev_id;

	(void)irq;
	touch(e->owner->machine, e->owner);
	e->events++;
	if (e->vcpu)
		(void)vcpu_inject(e->vcpu, e->vector);
	return IRQ_HANDLED;
}

/* What the device lost in a reset of the guest's, perhaps. */
static void rewrite_message(struct machine *m, unsigned irq)
{
	const struct msi_desc *desc = irq_data_get_msi_desc(irq_get_irq_data(m, irq));
	struct msi_msg msg;

	layer_runs(m, LAYER_CORE);
	if (!desc)
		return;
	msg = desc->msg;
	pci_write_msi_msg(m, irq, &msg);
}

static int use(struct passthrough *p, unsigned index)
{
	struct device *dev = device_of(p);
	struct entry *e = &p->entry[index];
	int irq = pci_irq_vector(dev, index), ret;
	char name[64]; /* request_irq() cuts it */

	if (irq < 0)
		return irq;
	snprintf(name, sizeof(name), "vfio-msix[%u](%s)", index, dev->bus_name);
	rewrite_message(p->machine, (unsigned)irq);
	ret = request_irq(p->machine, (unsigned)irq, handle, 0, name, e);
	if (ret)
		return ret;
	touch(p->machine, p);
	e->irq = (unsigned)irq;
	e->in_use = true;
	return 0;
}

/* Whoever freed the vectors in between took the handler too: the number may be another's by now. */
static bool owns_irq(const struct passthrough *p, unsigned index)
{
	uint32_t irq = p->entry[index].irq;

	return irq && pci_irq_vector(device_of(p), index) == (int)irq;
}

static void stop(struct passthrough *p, unsigned index)
{
	struct entry *e = &p->entry[index];

	if (owns_irq(p, index)) {
		(void)vcpu_unpost(p->machine, e->irq); /* if it was */
		(void)free_irq(p->machine, e->irq, e);
	}
	touch(p->machine, p);
	e->irq = 0;
}

/* ---- all of them ---- */

static void stop_all(struct passthrough *p)
{
	for (uint32_t i = 0; i < p->nr_entries; i++)
		stop(p, i);
	if (p->nr_vectors)
		pci_free_irq_vectors(device_of(p));
	touch(p->machine, p);
	p->nr_vectors = 0;
}

/* With the entries that are in use. All or nothing. */
static int start_all(struct passthrough *p, unsigned count)
{
	struct device *dev = device_of(p);
	int ret = pci_alloc_irq_vectors(dev, count, count, PCI_IRQ_MSIX);

	if (ret < 0)
		return ret;
	/* Handlers go before vectors, which may be managed. */
	devres_remove(dev, &p->res);
	devres_add(dev, &p->res);
	touch(p->machine, p);
	p->nr_vectors = count;
	ret = 0;
	for (uint32_t i = 0; i < p->nr_entries && !ret; i++)
		if (p->entry[i].in_use)
			ret = use(p, i);
	if (ret)
		stop_all(p);
	return ret;
}

static void forget_entries(struct passthrough *p)
{
	touch(p->machine, p);
	for (uint32_t i = 0; i < p->nr_entries; i++)
		p->entry[i].in_use = false;
}

static void tell_growing(const struct passthrough *p)
{
	if (p->growing)
		p->growing(p->context);
}

/* What stands in the device's entry: an interrupt that is freed leaves its message there. */
static void copy_entry(const struct passthrough *p, unsigned index, uint32_t words[3], bool write)
{
	uint64_t where = pci_msix_entry(to_pci_dev(device_of(p))->msix_table, index);

	layer_runs(p->machine, LAYER_CORE);
	for (unsigned i = 0; i < 3; i++) {
		if (write)
			bus_write(p->machine, where + i * 4, 4, words[i]);
		else
			words[i] = (uint32_t)bus_read(p->machine, where + i * 4, 4);
	}
}

static int add(struct passthrough *p, unsigned index)
{
	struct device *dev = device_of(p);
	struct msi_map map;
	uint32_t before[3];
	int ret;

	tell_growing(p);
	copy_entry(p, index, before, false);
	map = pci_msix_alloc_irq_at(dev, index, NULL);
	if (map.index < 0)
		return map.index;
	ret = use(p, index);
	if (ret) {
		(void)pci_msix_free_irq(dev, map);
		copy_entry(p, index, before, true);
	}
	return ret;
}

static int tear_down_and_enlarge(struct passthrough *p, unsigned index)
{
	unsigned before = p->nr_vectors;
	int ret;

	stop_all(p);
	tell_growing(p);
	touch(p->machine, p);
	p->entry[index].in_use = true;
	ret = start_all(p, index + 1);
	if (!ret)
		return 0;
	touch(p->machine, p);
	p->entry[index].in_use = false;
	if (start_all(p, before))
		forget_entries(p);
	return ret;
}

/* ---- what the guest does ---- */

/* Why nothing can be done with it now, before anything is; 0: it can. */
static int refusal(const struct passthrough *p)
{
	if (!p)
		return -ENODEV;
	return guests_refuse(p->machine);
}

int passthrough_enable(struct passthrough *p, unsigned count)
{
	int ret = refusal(p);

	if (ret)
		return ret;
	if (p->nr_vectors || !count || count > p->nr_entries)
		return -EINVAL;
	return start_all(p, count);
}

static void disable(struct passthrough *p)
{
	stop_all(p);
	forget_entries(p);
}

int passthrough_disable(struct passthrough *p)
{
	int ret = refusal(p);

	if (!ret)
		disable(p);
	return ret;
}

static int start(struct passthrough *p, unsigned index)
{
	struct device *dev = device_of(p);

	if (pci_irq_vector(dev, index) > 0)
		return use(p, index);
	if (pci_msix_can_alloc_dyn(dev))
		return add(p, index);
	return tear_down_and_enlarge(p, index);
}

int passthrough_unmask(struct passthrough *p, unsigned index, struct vcpu *vcpu, unsigned vector)
{
	int ret = refusal(p);
	struct entry *e, before;

	if (ret)
		return ret;
	if (!p->nr_vectors || index >= p->nr_entries ||
	    (vcpu && (vector < GUEST_VECTOR_FIRST || vector > GUEST_VECTOR_LAST)))
		return -EINVAL;
	e = &p->entry[index];
	if (e->in_use)
		return -EBUSY;
	before = *e;
	touch(p->machine, p);
	e->vcpu = vcpu; /* first: its handler may run at once */
	e->vector = (uint8_t)vector;
	ret = start(p, index);
	if (ret) {
		touch(p->machine, p);
		e->vcpu = before.vcpu;
		e->vector = before.vector;
	}
	return ret;
}

int passthrough_mask(struct passthrough *p, unsigned index)
{
	int ret = refusal(p);

	if (ret)
		return ret;
	if (index >= p->nr_entries || !p->entry[index].in_use)
		return -EINVAL;
	stop(p, index);
	touch(p->machine, p);
	p->entry[index].in_use = false;
	return 0;
}

void passthrough_on_growth(struct passthrough *p, void (*growing)(void *context), void *context)
{
	if (!p)
		return;
	touch(p->machine, p);
	p->growing = growing;
	p->context = context;
}

bool passthrough_look(const struct passthrough *p, unsigned index, struct passthrough_entry *out)
{
	const struct entry *e;
	struct device *dev;
	int irq;

	if (!p || index >= p->nr_entries)
		return false;
	dev = device_of(p);
	e = &p->entry[index];
	irq = dev && p->nr_vectors ? pci_irq_vector(dev, index) : 0;
	*out = (struct passthrough_entry){
		.irq = irq > 0 ? (unsigned)irq : 0,
		.in_use = e->in_use,
		.vcpu = e->vcpu,
		.vector = e->vector,
		.guest_address = GUEST_MESSAGE | (uint64_t)(e->vcpu ? e->vcpu->id - 1 : 0)
							 << GUEST_DEST_SHIFT,
		.guest_data = e->vector,
		.events = e->events,
	};
	return true;
}

/* ---- given and taken back ---- */

struct passthrough *passthrough_of(const struct device *dev)
{
	struct passthrough *p = dev ? machine_part(dev->machine, PART_ASSIGNED) : NULL;

	while (p && p->device != dev->id)
		p = p->next;
	return p;
}

static void take_off_list(struct passthrough *p)
{
	struct machine *m = p->machine;
	struct passthrough *before = machine_part(m, PART_ASSIGNED);

	if (before == p) {
		machine_set_part(m, PART_ASSIGNED, p->next);
		return;
	}
	while (before->next != p)
		before = before->next;
	touch(m, before);
	before->next = p->next;
}

static void release(struct passthrough *p)
{
	disable(p);
	take_off_list(p);
	object_free(p->machine, p);
}

static void device_goes(struct device *dev, struct devres *res)
{
	(void)dev;
	release(res->owner);
}

int passthrough_assign(struct device *dev, unsigned flags, struct passthrough **out)
{
	struct passthrough *p;
	struct machine *m;
	int size, ret;

	if (!dev)
		return -ENODEV;
	m = dev->machine;
	ret = guests_refuse(m);
	if (ret)
		return ret;
	size = pci_msix_vec_count(dev);
	if (size < 0)
		return -EINVAL;
	if (passthrough_of(dev) || to_pci_dev(dev)->msi_enabled || to_pci_dev(dev)->msix_enabled)
		return -EBUSY;
	if (!msi_device_has_isolated_msi(dev) && !(flags & PASSTHROUGH_UNSAFE))
		return -EPERM;
	p = object_alloc(m, &passthrough_type, sizeof(*p) + (size_t)size * sizeof(p->entry[0]));
	if (!p)
		return -ENOMEM;
	p->machine = m;
	p->device = dev->id;
	p->key = dev->key;
	p->res = (struct devres){.owner = p, .key = DEVRES_KEY, .release = device_goes};
	devres_add(dev, &p->res);
	p->nr_entries = (uint32_t)size;
	for (uint32_t i = 0; i < p->nr_entries; i++)
		p->entry[i].owner = p;
	p->next = machine_part(m, PART_ASSIGNED);
	machine_set_part(m, PART_ASSIGNED, p);
	if (out)
		*out = p;
	return 0;
}

int passthrough_release(struct passthrough *p)
{
	int ret = refusal(p);

	if (ret)
		return ret;
	devres_remove(device_of(p), &p->res);
	release(p);
	return 0;
}
