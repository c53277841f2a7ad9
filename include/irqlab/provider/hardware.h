/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_PROVIDER_HARDWARE_H
#define IRQLAB_PROVIDER_HARDWARE_H

#include <irqlab/bus.h>
#include <irqlab/provider/object.h>

/*
 * The hardware half of a back end: things on the bus. Hardware never sees a
 * software structure. It reads simulated memory at addresses that software
 * programmed, and raises vectors.
 */

/* ---- regions: who claims which physical addresses ---- */

struct bus_message;

struct bus_region_ops {
	/* CPU accesses; offset from the region's first byte, size 1, 2, 4 or 8. */
	uint64_t (*read)(struct machine *m, void *owner, uint64_t offset, unsigned size);
	void (*write)(struct machine *m, void *owner, uint64_t offset, unsigned size,
		      uint64_t value); /* required unless `message` is set */
	/* A device's write to this region: an interrupt message. Optional. */
	void (*message)(struct machine *m, void *owner, const struct bus_message *message);
	/* Names the place for whoever reads the tape. Optional. */
	void (*describe)(const struct machine *m, const void *owner, uint64_t offset, unsigned size,
			 struct bus_place *out);
};

struct bus_message { /* a posted 32-bit write by a device */
	uint64_t address;
	uint32_t data;
	uint16_t requester; /* bus << 8 | device << 3 | function */
	uint16_t segment;
	uint32_t pasid;	    /* BUS_NO_PASID: none */
	bool platform;	    /* by a device on no bus: requester and segment mean nothing… */
	uint32_t device_id; /* …and this is who it is */
};
#define BUS_NO_PASID UINT32_MAX

struct bus_region {
	uint64_t first, last; /* inclusive */
	const struct bus_region_ops
		*ops; /* `message` only: CPUs don't see it; no `message`: devices don't */
	void *owner;
	enum tape_kind tape_kind; /* TAPE_MMIO or TAPE_CONFIG for CPU writes */
};

/*
 * Returns the region's number, or -EINVAL (first > last, missing slot), -EEXIST
 * (overlaps another one of the same side), -ENOMEM. A number is not used again.
 */
int bus_add_region(struct machine *m, const struct bus_region *region);
/* Nobody answers there any more. Nothing happens if there is no such number. */
void bus_remove_region(struct machine *m, int number);

/* ---- memory of the model ---- */

/*
 * object_alloc() for what hardware must hold because of a write or a message, which cannot be
 * refused: outside the count of machine_fail_allocation(), and from a part of the machine's memory
 * (an eighth) that software leaves alone, so that software runs out first. NULL: that is full, too.
 */
void *object_alloc_hardware(struct machine *m, const struct object_type *type, size_t size);

/* ---- simulated memory ---- */

/*
 * Hardware's own reads and writes of memory. A write is a DMA record for each aligned word of 8
 * bytes that it touches. Outside memory: false, nothing is recorded, and a read gives all ones.
 */
bool bus_memory_read(const struct machine *m, uint64_t address, void *to, size_t size);
bool bus_memory_write(struct machine *m, uint64_t address, const void *from, size_t size);

/* ---- messages on their way ---- */

/*
 * A device writes its message: one MESSAGE record, then whoever stands upstream
 * of the requester, then the region that claims the address; nobody: a DROP
 * with reason STRAY.
 */
void bus_send_message(struct machine *m, const struct bus_message *message);

struct bus_upstream_ops {
	/* Sees the messages of its requesters before the address decoder does. Returns true when it
	 * consumed the message (delivered or blocked), false to let it pass unchanged. Required. */
	bool (*message)(struct machine *m, void *unit, const struct bus_message *message);
};
/* An upstream lets it pass to another address: no new record, and no other upstream sees it. */
void bus_forward_message(struct machine *m, const struct bus_message *message);
/* Requesters first … last of a segment; later ones win on overlap. 0, -EINVAL, -ENOMEM. */
int bus_add_upstream(struct machine *m, uint16_t segment, uint16_t first, uint16_t last,
		     const struct bus_upstream_ops *ops, void *unit);

/* ---- interrupts towards CPUs ---- */

/* x86: what arrives at a local APIC. An Arm GIC reaches its CPUs without it. */
enum apic_delivery { /* SDM vol. 3, 11.5.1 */
		     APIC_FIXED = 0,
		     APIC_LOWEST = 1,
		     APIC_SMI = 2,
		     APIC_NMI = 4,
		     APIC_INIT = 5,
		     APIC_EXTINT = 7,
};

struct apic_interrupt {
	uint32_t destination;
	uint8_t vector;
	uint8_t delivery; /* enum apic_delivery */
	bool logical;
	bool level;
	bool redirection_hint;
};
struct interrupt_sink_ops {
	/*
	 * x86, otherwise NULL. Returns the number of CPUs that took it; 0: none, and the sink has
	 * recorded the drop.
	 */
	unsigned (*accept)(struct machine *m, void *sink, const struct apic_interrupt *interrupt);
	/* One CPU takes its most urgent deliverable interrupt, if any; false: none. */
	bool (*dispatch)(struct machine *m, void *sink, unsigned cpu);
	/* Has the CPU something to dispatch? */
	bool (*deliverable)(const struct machine *m, const void *sink, unsigned cpu);
	/* Power: what online and offline mean for the CPU's interrupt controller. */
	void (*set_online)(struct machine *m, void *sink, unsigned cpu, bool online);
};
/* The CPU model registers itself once. 0, -EEXIST if there is one. */
int bus_set_interrupt_sink(struct machine *m, const struct interrupt_sink_ops *ops, void *sink);
/* A unit hands an interrupt to the CPU model: its accept(). 0, too, where it has none. */
unsigned bus_interrupt(struct machine *m, const struct apic_interrupt *interrupt);
/*
 * The CPU model says whether a CPU may have something to dispatch, so that nobody has to ask them
 * all. Optional: without any such call, every CPU that was ever switched on or off is asked.
 */
void bus_cpu_pending(struct machine *m, unsigned cpu, bool pending);
/* The CPU model enters the software at its interrupt entry point. */
void bus_enter_software(struct machine *m, unsigned cpu, unsigned vector);
/*
 * A level-triggered vector was ended (EOI broadcast, SDM vol. 3, 11.8.5): units that asked are
 * told, in the order in which they did. At most 16 may: -ENOSPC.
 */
void bus_broadcast_eoi(struct machine *m, unsigned vector);
int bus_listen_eoi(struct machine *m, void (*eoi)(struct machine *m, void *owner, unsigned vector),
		   void *owner);

#endif
