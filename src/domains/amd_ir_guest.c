/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/amd_ir_internal.h>
#include <domains/unit_msi.h>
#include <irqlab/driver.h>
#include <string.h>

/* The guest log, in which a unit tells of interrupts for vCPUs that don't run. */

/* AMD IOMMU specification, 3.4 and 2.7 */
#define REG_CONTROL	   0x18
#define REG_GA_LOG_BASE	   0xe0
#define REG_STATUS	   0x2020
#define REG_GA_LOG_HEAD	   0x2040
#define REG_GA_LOG_TAIL	   0x2048
#define CONTROL_GA_LOG	   (UINT64_C(1) << 28)
#define CONTROL_GA_INT	   (UINT64_C(1) << 29)
#define STATUS_GA_OVERFLOW (UINT64_C(1) << 9)
#define STATUS_GA_ENTRY	   (UINT64_C(1) << 10)
#define LOG_LENGTH	   512u
#define LOG_SIZE_FIELD	   (UINT64_C(9) << 56)
#define ENTRY_BYTES	   8u
#define ENTRY_TYPE(entry)  ((entry) >> 60)
#define ENTRY_VCPU	   1

static void read_log(struct amd_unit *u)
{
	struct machine *m = u->machine;
	uint64_t head = bus_read(m, u->registers + REG_GA_LOG_HEAD, 8);
	uint64_t tail = bus_read(m, u->registers + REG_GA_LOG_TAIL, 8);

	while (head != tail && !machine_poisoned(m)) {
		uint64_t entry = bus_read(m, u->guest_log + head, 8);

		head = (head + ENTRY_BYTES) % (LOG_LENGTH * ENTRY_BYTES);
		bus_write(m, u->registers + REG_GA_LOG_HEAD, 8, head);
		if (ENTRY_TYPE(entry) == ENTRY_VCPU)
			u->notify(m, (uint32_t)entry);
	}
}

/* Cleared before it is read: what comes later is told again. */
static enum irqreturn guest_log_interrupt(int irq, void *dev_id)
{
	struct amd_unit *u = dev_id;
	uint64_t status = bus_read(u->machine, u->registers + REG_STATUS, 8);

	(void)irq;
	if (!(status & STATUS_GA_ENTRY))
		return IRQ_NONE;
	bus_write(u->machine, u->registers + REG_STATUS, 8, STATUS_GA_ENTRY | STATUS_GA_OVERFLOW);
	read_log(u);
	if (status & STATUS_GA_OVERFLOW) /* whose entry is missing is not known */
		u->notify(u->machine, AMD_IR_ANY_VCPU);
	return IRQ_HANDLED;
}

static int take_interrupt(struct amd_unit *u)
{
	struct machine *m = u->machine;
	int irq = amd_iommu_alloc_irq(m, u->domain->parent, u->registers, AMD_INT_GA), ret;

	if (irq < 0)
		return irq;
	ret = request_irq(m, (unsigned)irq, guest_log_interrupt, 0, "AMD-Vi-GA", u);
	if (ret)
		irq_domain_free_irqs(m, (unsigned)irq, 1);
	return ret;
}

int amd_ir_start_guest_log(struct irq_domain *domain, amd_ir_notify_t notify)
{
	static const char *const fields[] = {"entry", NULL};
	const struct memory_label label = {
		.store = "galog",
		.stride = ENTRY_BYTES,
		.fields = fields,
		.ring = true,
	};
	struct amd_unit *u = domain->host_data;
	struct memory_label named = label;
	uint64_t control, address;
	int ret;

	layer_runs(u->machine, LAYER_DOMAIN);

	if (u->legacy)
		return -EOPNOTSUPP;
	if (u->guest_log)
		return -EBUSY;
	memcpy(named.object, u->name, sizeof(u->name));
	address = bus_memory_alloc(u->machine, LOG_LENGTH * ENTRY_BYTES, 4096, &named);
	if (!address)
		return -ENOMEM;
	ret = take_interrupt(u);
	if (ret) {
		bus_memory_free(u->machine, address);
		return ret;
	}
	touch(u->machine, u);
	u->guest_log = address;
	u->notify = notify;
	control = bus_read(u->machine, u->registers + REG_CONTROL, 8);
	bus_write(u->machine, u->registers + REG_GA_LOG_BASE, 8, address | LOG_SIZE_FIELD);
	bus_write(u->machine, u->registers + REG_CONTROL, 8,
		  control | CONTROL_GA_LOG | CONTROL_GA_INT);
	return 0;
}
