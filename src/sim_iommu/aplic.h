/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_IOMMU_APLIC_H
#define IRQLAB_SIM_IOMMU_APLIC_H

#include <irqlab/machine.h>
#include <irqlab/topology.h>

/*
 * Advanced platform-level interrupt controller (RISC-V AIA 1.0, chapter 4): one
 * supervisor-level domain that turns wires into messages. Without domaincfg.DM
 * (delivery to harts directly) it sends nothing; there are no child domains, and a
 * source that is delegated is inactive.
 *
 * A source's input, inverted for the modes that fall, makes it pending when it
 * rises. One that is pending and enabled, while the domain is, is sent to the
 * file of its target and is not pending any more. A level source is no longer
 * pending when its input falls, and what is written to make it pending counts only
 * while its input is up (AIA 4.7). So a level that stays up is sent once: who has
 * dealt with it asks for another look by making it pending.
 *
 * On the tape: RAISE (unit, value the source), then MESSAGE and what follows, or
 * LATCH while it is disabled, or DROP with reason DISABLED (extra the source) if it
 * is inactive.
 */

enum aplic_register { /* 32 bits each */
		      APLIC_DOMAINCFG = 0x0000,
		      APLIC_SOURCECFG = 0x0004, /* of source 1; 4 bytes a source */
		      APLIC_MMSIADDRCFG = 0x1bc0,
		      APLIC_MMSIADDRCFGH = 0x1bc4, /* 28:24 HHXS, 18:16 HHXW, 15:12 LHXW */
		      APLIC_SMSIADDRCFG = 0x1bc8,  /* base page, bits 31:0 */
		      APLIC_SMSIADDRCFGH = 0x1bcc, /* 22:20 LHXS, 11:0 base page, bits 43:32 */
		      APLIC_SETIP = 0x1c00,	   /* 32 words: source 32k + i is bit i of word k */
		      APLIC_SETIPNUM = 0x1cdc,
		      APLIC_IN_CLRIP =
			      0x1d00, /* R: inputs, as the modes see them. W: not pending */
		      APLIC_CLRIPNUM = 0x1ddc,
		      APLIC_SETIE = 0x1e00,
		      APLIC_SETIENUM = 0x1edc,
		      APLIC_CLRIE = 0x1f00,
		      APLIC_CLRIENUM = 0x1fdc,
		      APLIC_SETIPNUM_LE = 0x2000,
		      APLIC_SETIPNUM_BE = 0x2004,
		      APLIC_GENMSI = 0x3000, /* 31:18 hart, 10:0 identity: sent at once */
		      APLIC_TARGET =
			      0x3004, /* of source 1: 31:18 hart, 17:12 guest, 10:0 identity */
};
#define APLIC_DOMAINCFG_IE 0x100u
#define APLIC_DOMAINCFG_DM 0x4u
#define APLIC_DOMAINCFG_BE 0x1u /* reads as 0: little-endian only */
#define APLIC_DELEGATE	   0x400u
enum aplic_mode {
	APLIC_INACTIVE = 0,
	APLIC_DETACHED = 1, /* its input means nothing */
	APLIC_RISES = 4,
	APLIC_FALLS = 5,
	APLIC_HIGH = 6,
	APLIC_LOW = 7,
};
#define APLIC_MAX_SOURCE      1023u
#define APLIC_DEFAULT_SOURCES 96u
#define APLIC_BYTES	      UINT64_C(0x8000)
#define APLIC_BASE(unit)      (UINT64_C(0x0d000000) + (unit)*APLIC_BYTES)

/*
 * APLIC `unit` (below 64) of the machine, domain off and all sources inactive; its
 * messages carry device_id. *registers: where they are. -EINVAL: sources, unit.
 * -EEXIST, -ENOMEM.
 */
int aplic_create(struct machine *m, const struct aplic_desc *desc, unsigned unit,
		 uint64_t *registers);

/* A wire, high or not. Unknown units and sources are ignored. */
void aplic_set_line(struct machine *m, unsigned unit, unsigned source, bool high);

/* ---- looking, without a trace on the bus ---- */

struct aplic_source {
	uint32_t config, target;
	bool pending, enabled;
	bool input; /* as the mode sees it */
};
/* False: no such unit or source. */
bool aplic_peek_source(const struct machine *m, unsigned unit, unsigned source,
		       struct aplic_source *out);

#endif
