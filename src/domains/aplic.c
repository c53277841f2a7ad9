/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/aplic.h>
#include <domains/imsic.h>

/* Registers (AIA 4.5) */
#define DOMAINCFG	 0x0000u
#define SOURCECFG(n)	 (0x0004u + ((n)-1) * 4)
#define MMSIADDRCFG	 0x1bc0u
#define MMSIADDRCFGH	 0x1bc4u
#define SMSIADDRCFG	 0x1bc8u
#define SMSIADDRCFGH	 0x1bccu
#define IN_CLRIP(word)	 (0x1d00u + (word)*4)
#define SETIENUM	 0x1edcu
#define CLRIE(word)	 (0x1f00u + (word)*4)
#define CLRIENUM	 0x1fdcu
#define SETIPNUM_LE	 0x2000u
#define TARGET(n)	 (0x3004u + ((n)-1) * 4)
#define DOMAINCFG_IE	 0x100u
#define DOMAINCFG_DM_MSI 0x4u
#define TARGET_HART	 18
#define TARGET_GUEST	 12
#define TARGET_ID	 0x7ffu
#define LEVEL_TYPES	 (IRQ_TYPE_LEVEL_HIGH | IRQ_TYPE_LEVEL_LOW)

static void write_register(const struct wired_bridge *bridge, uint32_t offset, uint32_t value)
{
	bus_write(bridge->dev.machine, bridge->registers + offset, 4, value);
}

/* ---- where hart and guest are in an address ---- */

struct fields {
	unsigned guest_bits, hart_bits, group_bits, group_shift;
};

static unsigned bits_for(uint32_t nr) /* that number 0 … nr − 1 */
{
	return nr <= 1 ? 0 : 32 - (unsigned)__builtin_clz(nr - 1);
}

static struct fields address_fields(const struct imsic_config *imsic)
{
	const uint32_t groups = (imsic->nr_cpus - 1) / imsic->group_harts + 1;

	return (struct fields){
		.guest_bits = imsic->guest_bits,
		.hart_bits = bits_for(imsic->group_harts),
		.group_bits = bits_for(groups),
		.group_shift = imsic->group_shift,
	};
}

static uint32_t field(uint64_t address, unsigned shift, unsigned bits)
{
	return (uint32_t)(address >> shift) & ((UINT32_C(1) << bits) - 1);
}

static uint32_t target_of(const struct fields *f, const struct msi_msg *msg)
{
	const uint64_t address = (uint64_t)msg->address_hi << 32 | msg->address_lo;
	const uint32_t group = field(address, f->group_shift, f->group_bits);
	const uint32_t hart = field(address, 12 + f->guest_bits, f->hart_bits);
	const uint32_t guest = field(address, 12, f->guest_bits);

	return (group << f->hart_bits | hart) << TARGET_HART | guest << TARGET_GUEST |
	       (msg->data & TARGET_ID);
}

/* A message of zeroes is hart 0 without an identity. */
static void aplic_write_msi_msg(struct irq_data *d, const struct msi_msg *msg)
{
	const struct wired_bridge *bridge = wired_bridge_of(d);
	const struct fields f = address_fields(imsic_config(bridge->dev.machine));

	write_register(bridge, TARGET((uint32_t)d->hwirq), target_of(&f, msg));
}

/* ---- the chip ---- */

static bool input_is_up(const struct irq_data *d)
{
	const struct wired_bridge *bridge = wired_bridge_of(d);
	const uint32_t source = (uint32_t)d->hwirq;
	const uint64_t address = bridge->registers + IN_CLRIP(source / 32);

	return bus_read(bridge->dev.machine, address, 4) >> (source % 32) & 1;
}

static void retrigger_level(const struct irq_data *d, unsigned type)
{
	if (type & LEVEL_TYPES && input_is_up(d))
		write_register(wired_bridge_of(d), SETIPNUM_LE, (uint32_t)d->hwirq);
}

static unsigned trigger_of(const struct irq_data *d)
{
	return d->common->state_use_accessors & IRQD_TRIGGER_MASK;
}

static void aplic_mask(struct irq_data *d)
{
	write_register(wired_bridge_of(d), CLRIENUM, (uint32_t)d->hwirq);
	irq_chip_mask_parent(d);
}

static void aplic_unmask(struct irq_data *d)
{
	irq_chip_unmask_parent(d);
	write_register(wired_bridge_of(d), SETIENUM, (uint32_t)d->hwirq);
	retrigger_level(d, trigger_of(d));
}

static void aplic_eoi(struct irq_data *d)
{
	retrigger_level(d, trigger_of(d));
}

static int aplic_set_type(struct irq_data *d, unsigned type)
{
	static const uint8_t modes[] = {
		[IRQ_TYPE_NONE] = 0,	   [IRQ_TYPE_EDGE_RISING] = 4, [IRQ_TYPE_EDGE_FALLING] = 5,
		[IRQ_TYPE_LEVEL_HIGH] = 6, [IRQ_TYPE_LEVEL_LOW] = 7,
	};

	if (type >= sizeof(modes) || (type && !modes[type]))
		return -EINVAL;
	write_register(wired_bridge_of(d), SOURCECFG((uint32_t)d->hwirq), modes[type]);
	retrigger_level(d, type);
	return 0;
}

static const struct msi_domain_template aplic_template = {
	.chip =
		{
			.name = "APLIC-MSI",
			.irq_mask = aplic_mask,
			.irq_unmask = aplic_unmask,
			.irq_eoi = aplic_eoi,
			.irq_set_type = aplic_set_type,
			.irq_write_msi_msg = aplic_write_msi_msg,
			.flags = IRQCHIP_SET_TYPE_MASKED | IRQCHIP_SKIP_SET_WAKE |
				 IRQCHIP_MASK_ON_SUSPEND,
		},
	.info =
		{
			.bus_token = DOMAIN_BUS_WIRED_TO_MSI,
			.flags = MSI_FLAG_USE_DEV_FWNODE,
			.handler = handle_fasteoi_irq,
			.handler_name = "fasteoi",
		},
};

/* ---- the unit ---- */

static bool fields_fit(const struct fields *f)
{
	return f->hart_bits + f->group_bits <= 14 && f->group_bits <= 7 &&
	       (!f->group_bits || f->group_shift >= 24);
}

static void program_unit(const struct wired_bridge *bridge, const struct imsic_config *imsic)
{
	const struct fields f = address_fields(imsic);
	const uint64_t page = imsic->base >> 12;
	const uint32_t high_shift = f.group_bits ? f.group_shift - 24 : 0;

	write_register(bridge, DOMAINCFG, 0);
	for (uint32_t word = 0; word <= bridge->last / 32; word++)
		write_register(bridge, CLRIE(word), UINT32_MAX);
	for (uint32_t source = bridge->first; source <= bridge->last; source++)
		write_register(bridge, SOURCECFG(source), 0);
	write_register(bridge, MMSIADDRCFG, 0);
	write_register(bridge, MMSIADDRCFGH,
		       high_shift << 24 | f.group_bits << 16 | f.hart_bits << 12);
	write_register(bridge, SMSIADDRCFG, (uint32_t)page);
	write_register(bridge, SMSIADDRCFGH, f.guest_bits << 20 | (uint32_t)(page >> 32));
	write_register(bridge, DOMAINCFG, DOMAINCFG_IE | DOMAINCFG_DM_MSI);
}

int aplic_bridge_create(struct machine *m, const struct aplic_config *config,
			struct wired_bridge **out)
{
	const struct imsic_config *imsic = imsic_config(m);
	const struct wired_config wired = {
		.name = config->name,
		.kind = "aplic",
		.parent = imsic ? irq_domain_find(m, imsic->name, DOMAIN_BUS_NEXUS) : NULL,
		.registers = config->registers,
		.first = 1,
		.last = config->sources,
		.device_id = config->device_id,
	};
	struct fields f;
	int ret;

	if (!imsic)
		return -ENODEV;
	f = address_fields(imsic);
	if (!fields_fit(&f))
		return -EINVAL;
	ret = wired_bridge_create(m, &wired, &aplic_template, out);
	if (!ret)
		program_unit(*out, imsic);
	return ret;
}
