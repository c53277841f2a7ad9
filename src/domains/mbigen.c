/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/mbigen.h>

/* Numbers of pins begin after those that are reserved; nodes are counted from 1. */
#define RESERVED_PINS 64u
#define NODE_PINS     128u
#define NODE_BYTES    0x1000u
#define REG_TYPE      0x0u
#define REG_VEC	      0x200u
#define REG_CLEAR     0xa000u
#define VEC_SHIFT     12
#define VEC_MASK      0x3ffu

static uint64_t node_address(const struct irq_data *d, uint32_t *pin)
{
	const uint32_t number = (uint32_t)d->hwirq - RESERVED_PINS;

	*pin = number % NODE_PINS;
	return wired_bridge_of(d)->registers + (number / NODE_PINS + 1) * (uint64_t)NODE_BYTES;
}

static void change_register(struct machine *m, uint64_t address, uint32_t clear, uint32_t set)
{
	const uint32_t value = (uint32_t)bus_read(m, address, 4);

	bus_write(m, address, 4, (value & ~clear) | set);
}

static void mbigen_write_msi_msg(struct irq_data *d, const struct msi_msg *msg)
{
	uint32_t pin;
	const uint64_t node = node_address(d, &pin);

	if (!msg->address_lo && !msg->address_hi && !msg->data)
		return;
	change_register(irq_data_machine(d), node + REG_VEC + pin * 4, VEC_MASK << VEC_SHIFT,
			(msg->data & VEC_MASK) << VEC_SHIFT);
}

static int mbigen_set_type(struct irq_data *d, unsigned type)
{
	uint32_t pin;
	const uint64_t node = node_address(d, &pin);
	const uint32_t bit = UINT32_C(1) << (pin % 32);

	if (type != IRQ_TYPE_LEVEL_HIGH && type != IRQ_TYPE_EDGE_RISING)
		return -EINVAL;
	change_register(irq_data_machine(d), node + REG_TYPE + pin / 32 * 4, bit,
			type == IRQ_TYPE_LEVEL_HIGH ? bit : 0);
	return 0;
}

/* The level below first: a level that is still up is sent again as soon as it is cleared. */
static void mbigen_eoi(struct irq_data *d)
{
	const uint32_t pin = (uint32_t)d->hwirq;

	wired_eoi_parent(d);
	if (irqd_has(d, IRQD_LEVEL))
		bus_write(irq_data_machine(d),
			  wired_bridge_of(d)->registers + REG_CLEAR + pin / 32 * 4, 4,
			  UINT32_C(1) << (pin % 32));
}

static const struct msi_domain_template mbigen_template = {
	.chip =
		{
			.name = "mbigen",
			.irq_mask = irq_chip_mask_parent,
			.irq_unmask = irq_chip_unmask_parent,
			.irq_eoi = mbigen_eoi,
			.irq_set_type = mbigen_set_type,
			.irq_write_msi_msg = mbigen_write_msi_msg,
		},
	.info =
		{
			.bus_token = DOMAIN_BUS_WIRED_TO_MSI,
			.flags = MSI_FLAG_USE_DEV_FWNODE,
			.handler = handle_fasteoi_irq,
			.handler_name = "fasteoi",
		},
};

int mbigen_bridge_create(struct machine *m, const struct mbigen_config *config,
			 struct wired_bridge **out)
{
	const struct wired_config wired = {
		.name = config->name,
		.kind = "mbigen",
		.parent = config->parent,
		.registers = config->registers,
		.first = RESERVED_PINS,
		.last = RESERVED_PINS + config->pins - 1,
		.device_id = config->device_id,
	};

	return wired_bridge_create(m, &wired, &mbigen_template, out);
}
