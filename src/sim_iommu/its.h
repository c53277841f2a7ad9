/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_IOMMU_ITS_H
#define IRQLAB_SIM_IOMMU_ITS_H

#include <irqlab/machine.h>
#include <irqlab/topology.h>

/*
 * Interrupt Translation Service of a GICv3 (Arm IHI 0069, chapters 5 and 12.11):
 * a device's write of an EventID to GITS_TRANSLATER becomes an LPI of a
 * redistributor. Device table (flat or two-level), translation tables (ITTs),
 * collection table and command queue are in simulated memory.
 *
 * DeviceID of a message: segment << 16 | requester of PCI functions, after
 * bridges; device_id of platform devices.
 *
 * Commands are carried out when CWRITER is written. Each is a COMMAND event (value
 * doubleword 0, address doubleword 1) followed by COMMAND_ARGS (value
 * doubleword 2, address doubleword 3). One in error does nothing; it is a FAULT
 * event (value enum its_error, address its offset in the queue, extra the
 * DeviceID), and the next one follows. A message that leads to no LPI is a DROP
 * with reason UNTRANSLATED, extra enum its_drop, address DeviceID << 32 | EventID.
 *
 * MAPTI of an event that is mapped overwrites it, with the warning ITS_REMAPPED.
 */

enum gits_register {
	GITS_CTLR = 0x0000, /* bit 0 enabled, bit 31 quiescent */
	GITS_IIDR = 0x0004,
	GITS_TYPER = 0x0008,
	GITS_CBASER = 0x0080,  /* 63 valid, 51:12 address, 7:0 4 KiB pages − 1; resets CREADR */
	GITS_CWRITER = 0x0088, /* 19:5 offset, 0 retry */
	GITS_CREADR = 0x0090,  /* 19:5 offset, 0 stalled: the queue is out of its memory */
	GITS_BASER = 0x0100,   /* eight of 8 bytes: 0 devices, 1 collections */
	GITS_PIDR2 = 0xffe8,
	GITS_TRANSLATER = 0x10040, /* in the second frame; devices write it */
};
#define ITS_BYTES UINT64_C(0x20000)
#define ITS_BASE(number)                                                                           \
	(UINT64_C(0x08080000) + ((number) ? UINT64_C(0x30000000) + (number)*ITS_BYTES : 0))
#define ITS_COMMAND_BYTES   32u
#define GITS_CTLR_ENABLED   0x1u
#define GITS_CTLR_QUIESCENT 0x80000000u

/* GITS_TYPER, GITS_CBASER and GITS_BASER in parts */
#define GITS_TYPER_ENTRY_SIZE(t)      ((unsigned)((t) >> 4 & 0xf) + 1)
#define GITS_TYPER_EVENT_BITS(t)      ((unsigned)((t) >> 8 & 0x1f) + 1)
#define GITS_TYPER_DEVICE_BITS(t)     ((unsigned)((t) >> 13 & 0x1f) + 1)
#define GITS_TYPER_PTA		      (UINT64_C(1) << 19)
#define GITS_TYPER_HCC(t)	      ((unsigned)((t) >> 24 & 0xff))
#define GITS_TYPER_CIL		      (UINT64_C(1) << 36)
#define GITS_TYPER_COLLECTION_BITS(t) ((t)&GITS_TYPER_CIL ? (unsigned)((t) >> 32 & 0xf) + 1 : 16u)
#define GITS_VALID		      (UINT64_C(1) << 63)
#define GITS_BASER_INDIRECT	      (UINT64_C(1) << 62)
#define GITS_BASER_TYPE(b)	      ((unsigned)((b) >> 56 & 7))	 /* read only */
#define GITS_BASER_ENTRY_SIZE(b)      ((unsigned)((b) >> 48 & 0x1f) + 1) /* read only: 8 */
#define GITS_BASER_PAGE(b)	      ((unsigned)((b) >> 8 & 3)) /* 0 4 KiB, 1 16 KiB, 2 64 KiB */
#define GITS_BASER_PAGES(b)	      ((unsigned)((b)&0xff) + 1)
enum { GITS_BASER_DEVICES = 1, GITS_BASER_COLLECTIONS = 4 };
#define GITS_BASER_ADDRESS(b)  ((b)&UINT64_C(0x0000fffffffff000))
#define GITS_CBASER_ADDRESS(b) ((b)&UINT64_C(0x000ffffffffff000))
/* A first-level entry of an indirect table: GITS_VALID | address of a page. */

#define ITS_COMMANDS(X)                                                                            \
	X(MOVI, 0x01)                                                                              \
	X(INT, 0x03)                                                                               \
	X(CLEAR, 0x04)                                                                             \
	X(SYNC, 0x05)                                                                              \
	X(MAPD, 0x08)                                                                              \
	X(MAPC, 0x09)                                                                              \
	X(MAPTI, 0x0a)                                                                             \
	X(MAPI, 0x0b)                                                                              \
	X(INV, 0x0c)                                                                               \
	X(INVALL, 0x0d)                                                                            \
	X(MOVALL, 0x0e)                                                                            \
	X(DISCARD, 0x0f)
enum its_command {
#define ITS_COMMAND_ENUM(id, op) ITS_CMD_##id = op,
	ITS_COMMANDS(ITS_COMMAND_ENUM)
#undef ITS_COMMAND_ENUM
};
const char *its_command_name(unsigned opcode); /* "?" for others */

/* 0x01 << 16 | opcode << 8 | what; CLEAR's is printed with opcode 05. */
enum its_error {
	ITS_ERR_MOVI_UNMAPPED = 0x010107,
	ITS_ERR_MOVI_COLLECTION = 0x010109,
	ITS_ERR_INT_UNMAPPED = 0x010307,
	ITS_ERR_SYNC_TARGET = 0x010502,
	ITS_ERR_CLEAR_UNMAPPED = 0x010507,
	ITS_ERR_MAPD_DEVICE = 0x010801,
	ITS_ERR_MAPD_SIZE = 0x010802,
	ITS_ERR_MAPC_TARGET = 0x010902,
	ITS_ERR_MAPC_COLLECTION = 0x010903,
	ITS_ERR_MAPTI_COLLECTION = 0x010a03,
	ITS_ERR_MAPTI_DEVICE = 0x010a04,
	ITS_ERR_MAPTI_EVENT = 0x010a05,
	ITS_ERR_MAPTI_INTID = 0x010a06,
	ITS_ERR_INV_UNMAPPED = 0x010c07,
	ITS_ERR_INVALL_COLLECTION = 0x010d09,
	ITS_ERR_MOVALL_TARGET = 0x010e01,
	ITS_ERR_DISCARD_UNMAPPED = 0x010f07,
	/* MAPI: as MAPTI with opcode 0b. An unknown opcode op: 0x010000 | op << 8. */
};

#define ITS_DROPS(X)                                                                               \
	X(DISABLED, "the ITS is not enabled")                                                      \
	X(DEVICE_RANGE, "the device table has no such DeviceID")                                   \
	X(DEVICE, "the DeviceID is not mapped")                                                    \
	X(EVENT_RANGE, "the device has no such EventID")                                           \
	X(EVENT, "the event is not mapped")                                                        \
	X(TABLE, "a table lies outside memory")                                                    \
	X(COLLECTION, "the event's collection is not mapped")                                      \
	X(LPIS_OFF, "the redistributor has LPIs disabled")                                         \
	X(INTID, "the redistributor has no such LPI")
enum its_drop {
	ITS_TRANSLATED, /* no drop */
#define ITS_DROP_ENUM(id, text) ITS_DROP_##id,
	ITS_DROPS(ITS_DROP_ENUM)
#undef ITS_DROP_ENUM
};
const char *its_drop_text(unsigned why); /* "?" for others */

/*
 * ITS `unit` (below 64) of a machine with a GICv3, not enabled. *registers: where
 * its first frame is. -EINVAL: no GICv3, a width or size out of range, base, unit.
 * -EEXIST: the number or the addresses are taken. -ENOMEM.
 */
int its_create(struct machine *m, const struct its_desc *desc, unsigned unit, uint64_t *registers);

/* ---- looking: what the tables in memory say, without a trace on the bus ---- */

struct its_device {
	bool valid;
	unsigned event_bits;
	uint64_t itt;
};
/* False: no such unit, or the DeviceID is beyond the table. */
bool its_peek_device(const struct machine *m, unsigned unit, uint32_t device,
		     struct its_device *out);

struct its_event {
	uint32_t intid;
	uint16_t icid;
};
/* The ITT's entry. False: not mapped. */
bool its_peek_event(const struct machine *m, unsigned unit, uint32_t device, uint32_t event,
		    struct its_event *out);
/* The CPU that a collection targets; -ENOENT: not mapped. */
int its_peek_collection(const struct machine *m, unsigned unit, uint16_t icid);
/* Where a message would go now: 0 and the LPI and CPU, or why it would be dropped. */
enum its_drop its_peek_route(const struct machine *m, unsigned unit, uint32_t device,
			     uint32_t event, uint32_t *intid, unsigned *cpu);
/* 8 bytes at a register's offset; 0 for a unit that does not exist. */
uint64_t its_peek_register(const struct machine *m, unsigned unit, unsigned offset);
/* Commands in error so far, and the last one's code (0: none). */
uint64_t its_peek_errors(const struct machine *m, unsigned unit, uint32_t *last);

#endif
