/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_BUS_H
#define IRQLAB_BUS_H

#include <irqlab/machine.h>

/*
 * The tape: every single write that software or a device makes, in order, and
 * the events that follow from them. It is a ring of small binary records that
 * are decoded only when somebody reads them.
 */

#define IRQLAB_TAPE_KINDS(X)                                                                             \
	/* writes: address, value, size */                                                               \
	X(MEMORY, "memory", "a CPU wrote simulated memory")                                              \
	X(MMIO, "mmio", "a CPU wrote a device register")                                                 \
	X(CONFIG, "config", "a CPU wrote PCI configuration space")                                       \
	X(MESSAGE, "message", "a device wrote an interrupt message")                                     \
	X(DMA, "dma", "hardware wrote simulated memory; a unit's table, log or status")                  \
	/* events of the hardware */                                                                     \
	X(RAISE, "raise", "a device wants attention; object function, value vector")                     \
	X(LATCH, "latch", "…but is masked: pending; object function, value vector")                      \
	X(DROP, "drop", "an interrupt went nowhere; value reason (enum drop_reason)")                    \
	X(FAULT, "fault",                                                                                \
	  "a unit blocked a message or refused a command; address index, value reason, extra requester") \
	X(REQUEST, "request", "an interrupt became pending for a CPU; actor CPU, value vector")          \
	X(ACCEPT, "accept", "a CPU took a vector; actor CPU, value vector")                              \
	X(EOI, "eoi", "a CPU ended a vector; actor CPU, value vector")                                   \
	X(COMMAND, "command", "a unit or queue carried out a command; value its word")                   \
	X(COMMAND_ARGS, "command-args", "the third and fourth word of the COMMAND before")               \
	/* events of the software */                                                                     \
	X(HANDLER, "deliver", "a driver's handler ran; actor CPU, value irq, extra irqreturn")           \
	X(MIGRATE, "migrate", "CPU offline moved an irq; value irq, address from << 32 | to")            \
	X(WARNING, "warn", "value enum machine_warning, address irq or 0")                               \
	X(CPU, "cpu", "a CPU went online (1) or offline (0); actor CPU, value")                          \
	X(TRACE, "trace",                                                                                \
	  "a step inside the software; value enum trace_point, more in the next record")                 \
	X(TRACE_ARGS, "trace-args", "arguments of the TRACE record before")                              \
	/* inside a guest */                                                                             \
	X(GUEST, "deliver-guest",                                                                        \
	  "a vCPU took a virtual interrupt; actor CPU, value vector, address its APIC page")

enum tape_kind {
#define IRQLAB_TAPE_ENUM(id, name, text) TAPE_##id,
	IRQLAB_TAPE_KINDS(IRQLAB_TAPE_ENUM)
#undef IRQLAB_TAPE_ENUM
		NR_TAPE_KINDS
};
/* Vectors that a vCPU can take (SDM vol. 3, 11.5.2: lower ones are illegal). */
enum { GUEST_VECTOR_FIRST = 16, GUEST_VECTOR_LAST = 255 };

#define IRQLAB_DROP_REASONS(X)                                                                     \
	X(DISABLED, "disabled", "MSI or MSI-X is not enabled")                                     \
	X(BUS_MASTER, "bus-master", "bus mastering is off")                                        \
	X(REMAP_FAULT, "remap-fault", "blocked by the remapping unit")                             \
	X(NO_TARGET, "no-target", "no local APIC has that destination")                            \
	X(OFFLINE, "offline", "the target CPU is offline")                                         \
	X(SENT_ON, "sent-on", "its CPU goes offline, but software has sent it on before")          \
	X(STRAY, "stray", "the address belongs to nobody")                                         \
	X(ILLEGAL, "illegal", "vector below 16, reserved delivery mode, no such identity")         \
	X(IGNORED, "ignored", "the slot's ignore bit is set")                                      \
	X(INVALID_HANDLE, "invalid-handle", "PASID differs from the slot's")                       \
	X(UNTRANSLATED, "untranslated", "an ITS or v2m frame knows no interrupt for it; extra why")

enum drop_reason {
#define IRQLAB_DROP_ENUM(id, name, text) DROP_##id,
	IRQLAB_DROP_REASONS(IRQLAB_DROP_ENUM)
#undef IRQLAB_DROP_ENUM
		NR_DROP_REASONS
};

/* ACTOR_HARDWARE: which one is not told; the place that it wrote tells whose that is. */
enum tape_actor { ACTOR_CPU, ACTOR_DEVICE, ACTOR_UNIT, ACTOR_HARDWARE };

struct tape_record { /* 32 bytes */
	uint64_t address;
	uint64_t value;
	uint32_t step;	 /* low half of machine_steps() */
	uint32_t object; /* bus region the write went to, or see the kind */
	uint32_t extra;
	uint16_t actor; /* CPU number, requester id, or unit number */
	uint8_t kind;	/* enum tape_kind */
	uint8_t size : 4, actor_kind : 4;
};

/* Has the record an address, a value and a size? Those of CPUs are what software wrote. */
static inline bool tape_is_cpu_write(const struct tape_record *record)
{
	return record->kind == TAPE_MEMORY || record->kind == TAPE_MMIO ||
	       record->kind == TAPE_CONFIG;
}
static inline bool tape_is_write(const struct tape_record *record)
{
	return tape_is_cpu_write(record) || record->kind == TAPE_MESSAGE ||
	       record->kind == TAPE_DMA;
}

/* The names in the tables above, constants. */
const char *tape_kind_name(enum tape_kind kind);
const char *drop_reason_name(enum drop_reason reason);

/* Records made so far; a position in the tape is such a number. */
uint64_t tape_position(const struct machine *m);
/* The oldest position that is still on the tape. */
uint64_t tape_oldest(const struct machine *m);
/* NULL if the position was overwritten or lies ahead. Valid until the next operation. */
const struct tape_record *tape_at(const struct machine *m, uint64_t position);

/* What a write hit, in words: "nic.msix[3].addr_lo". */
struct bus_place {
	char object[32];   /* device, unit or table: "nic", "ir" */
	const char *store; /* "cfg", "msix", "msi", "irte", "ims", "queue", "reg", "" */
	const char *field; /* "addr_lo", "data", "ctrl", "lo", "hi", … or "" */
	int64_t index;	   /* entry, −1 if it has none */
	uint64_t offset;   /* inside the object */
};
/* Decodes the place of a write record. False: the record is no write, or the region is gone. */
bool tape_place(const struct machine *m, const struct tape_record *record, struct bus_place *out);

/*
 * Listeners see each write before and after it takes effect, and each event
 * after it is on the tape. They must not change the machine.
 */
struct bus_listener {
	void (*before)(void *context, struct machine *m, const struct tape_record *write);
	void (*after)(void *context, struct machine *m, const struct tape_record *record);
	void *context;
};
/* The listener stays the caller's and must live until it is removed. -ENOSPC: 8 are registered. */
int bus_listen(struct machine *m, const struct bus_listener *listener);
/* Nothing happens if it is not registered. */
void bus_unlisten(struct machine *m, const struct bus_listener *listener);

#endif
