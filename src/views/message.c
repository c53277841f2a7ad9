/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <irqlab/view.h>

/* Intel SDM vol. 3, 11.11; VT-d 5.1.2. */

static const char *const delivery_names[8] = {
	"fixed", "lowest", "SMI", "reserved", "NMI", "INIT", "reserved", "ExtINT",
};

static void print_remappable(FILE *out, uint32_t lo, uint32_t data)
{
	uint32_t handle = (lo >> 5 & 0x7fff) | (lo >> 2 & 1) << 15;

	fprintf(out, "remappable handle=%u shv=%u", handle, lo >> 3 & 1);
	if (lo & 8)
		fprintf(out, " subhandle=%u", data & 0xffff);
}

void view_message(FILE *out, uint32_t address_lo, uint32_t address_hi, uint32_t data)
{
	if (!address_lo && !address_hi && !data) {
		fputs("none", out);
	} else if (address_lo >> 20 != 0xfee || address_hi & 0xff) {
		fprintf(out, "address=0x%08x%08x data=0x%x", address_hi, address_lo, data);
	} else if (address_lo & 0x10) {
		print_remappable(out, address_lo, data);
	} else {
		fprintf(out, "vector=0x%02x %s %s dest=%u %s", data & 0xff,
			delivery_names[data >> 8 & 7], data >> 15 & 1 ? "level" : "edge",
			(address_lo >> 12 & 0xff) | (address_hi & 0xffffff00),
			address_lo & 4 ? "logical" : "physical");
		if (address_lo & 8)
			fputs(" redirection-hint", out);
	}
}
