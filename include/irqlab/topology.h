/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TOPOLOGY_H
#define IRQLAB_TOPOLOGY_H

#include <irqlab/machine.h>

/*
 * What a machine consists of, and the state it starts in: plain data, from a
 * recording, from a scenario, or written by hand. After loading, only
 * operations change it.
 *
 * Strings and arrays stay the caller's and are copied. Arrays come with their
 * length; a zeroed struct is a machine with nothing in it.
 */

enum apic_mode {		       /* how destinations are written */
		 APIC_PHYSICAL_FLAT,   /* xAPIC, 8-bit physical ids */
		 APIC_LOGICAL_FLAT,    /* xAPIC, one bit a CPU, at most 8 */
		 APIC_X2APIC_PHYSICAL, /* 32-bit physical ids */
		 APIC_X2APIC_CLUSTER,  /* 32-bit logical ids: cluster << 16 | bit */
};

struct cpu_desc {
	uint32_t apic_id;
	int32_t node; /* below 1,024; −1: none is known, which is node 0, as without NUMA */
	bool offline; /* at the start */
	bool absent;  /* there is a place for it, no more; offline as well */
	/* 1 + number of the core that it is a thread of; 0: it has one for itself. */
	uint32_t core;
};

enum remap_kind { REMAP_NONE, REMAP_INTEL, REMAP_AMD };

struct remap_desc {	  /* one remapping unit */
	const char *name; /* of the unit on the bus, and in scenarios: "ir" */
	enum remap_kind kind;
	const char *domain; /* as the kernel calls it: "INTEL-IR-0-13" */
	uint32_t entries;   /* Intel: a power of two, 2 to 65,536. AMD: per device, up to 512 */
	bool eim;	    /* Intel: 32-bit destinations */
	bool caching_mode;  /* Intel: emulated, and so offers no IMS */
	bool legacy_format; /* AMD: 32-bit entries */
	uint8_t max_mask;   /* Intel: ECAP.MHMV, log2 of the largest block; 0: 15 */
	uint16_t segment, first_requester, last_requester; /* whose messages; last 0: all */
};

struct ioapic_desc {	    /* an I/O APIC: "IO-APIC-" and its place in the list */
	uint32_t pins;	    /* 1 to 120 */
	uint32_t gsi_base;  /* number of the interrupt at its input 0 */
	uint16_t requester; /* of its messages, as remapping units see them; segment 0 */
};

enum bridge_kind { BRIDGE_NONE, BRIDGE_PCI, BRIDGE_PCIE_TO_PCI };

struct store_desc { /* an interrupt message store (IMS) of a device */
	enum { STORE_TABLE_DSA, STORE_TABLE, STORE_QUEUE } kind;
	uint32_t slots;
	/* generic table: bytes; 0 in stride: 16, 0, 4, 8, 12 and mask bit 0 */
	uint32_t stride, address_lo, address_hi, data, ctrl, mask_bit;
	/* queue: steps until a command completes, ring slots (0: 32), every nth command fails (0:
	 * none) */
	uint32_t latency, ring, fail_every;
};

#define DEVICE_MAX_STORES 4

struct device_desc {
	const char *name;     /* as scripts call it: "nic" */
	const char *bus_name; /* "0000:00:03.0"; NULL: of the requester id */
	uint16_t segment, requester;
	int32_t node;	   /* −1: on none, so that all CPUs are as good */
	uint16_t command;  /* at the start: bit 1 memory, 2 bus master, 10 INTx disable. 0: 0x107 */
	uint8_t pin;	   /* INTx: 0 none, 1 to 4 */
	uint32_t intx_irq; /* irq number behind the pin; 0: none */
	const char *parent; /* name of the MSI parent: a remap unit's, or the vector domain's; NULL:
			       the outermost */

	/* cap 0: 0x50 and 0x70. pba_offset equal to table_offset: behind the table. */
	struct {
		uint16_t cap;
		uint8_t vectors; /* 1 to 32, 0: no MSI */
		bool is_64, maskbit;
		uint16_t ctrl;
	} msi;
	struct {
		uint16_t cap;
		uint16_t size; /* 1 to 2048, 0: no MSI-X */
		uint8_t table_bar;
		uint32_t table_offset, pba_offset;
		uint16_t ctrl;
	} msix;
	struct store_desc store[DEVICE_MAX_STORES];
	uint32_t nr_stores;

	/*
	 * A physical function that can have virtual ones: functions of their own named "nic-vf0",
	 * "nic-vf1" …, with its kinds of MSI, MSI-X and stores. They answer while SR-IOV is on.
	 */
	struct {
		uint16_t total;		 /* up to 256; 0: none */
		uint16_t offset, stride; /* of requester ids; 0: 1 */
		uint16_t msix;	  /* entries of a virtual function; 0: as many as msix.size */
		uint8_t last_bus; /* of those whose ids reach it; 0: only its own bus */
	} sriov;

	uint16_t class_code; /* base class and subclass, as 0x0108 for NVM storage; 0: 0x0200 */
	enum bridge_kind behind;
	uint16_t
		bridge_requester; /* BRIDGE_PCI: the bridge's id; PCIE_TO_PCI: secondary bus << 8 */
	bool bus_no_msi;	  /* a bus above it carries no messages (pci=nomsi: all of them) */
	/* Arm, behind an SMMU: the page of device addresses that its messages go through, as for a
	 * device with a driver. 0: they are not translated. */
	uint64_t doorbell_page;
};

/*
 * Virtual function n, from 0, of a physical one (PCIe 5.0, 9.3.3.9): its requester
 * is the physical function's + offset + n × stride. The name is put into `name`.
 * False, *vf unchanged: n is not below sriov.total, pf's name has more than 25
 * letters, or the requester would have more than 16 bits.
 */
bool device_vf_desc(const struct device_desc *pf, unsigned n, struct device_desc *vf,
		    char name[32]);

/* ---- Arm: a machine with a `gic` has no local APICs and no remapping units ---- */

struct redistributor_desc { /* GICv3, in the order of their addresses */
	uint32_t cpu;
	uint32_t processor; /* GICR_TYPER.Processor_Number, below 65,536: what an ITS calls it */
	uint32_t affinity;  /* aff3 << 24 | aff2 << 16 | aff1 << 8 | aff0; unique */
};

struct gic_desc {
	const char *name; /* NULL: "gic" */
	uint8_t version;  /* 2 or 3 */
	uint8_t id_bits;  /* v3: of LPI numbers, 14 to 16; 0: 16 */
	uint16_t spis;	  /* INTIDs 32 and up: a multiple of 32 up to 960; 0: 224 (v3), 256 (v2) */
	/* v3: one a CPU. NULL: CPU n's is the nth, processor n, affinity n / 16 << 8 | n % 16 */
	const struct redistributor_desc *redistributors;
};

struct its_desc {	  /* an ITS of a GICv3 */
	const char *name; /* NULL: "its" */
	uint64_t
		base; /* of its registers, 64 KiB aligned; 0: ITS_BASE(number) of sim_iommu/its.h */
	/*
	 * GITS_TYPER as a recording has it; if it is 0, made of the fields below. Of virtual LPIs
	 * (bits 1, 2, 37 and above) nothing is modelled: they read as 0.
	 */
	uint64_t typer;
	uint8_t event_bits, device_bits, collection_bits; /* 1 to 32, 32, 16; 0: 16 */
	uint8_t entry_size;	  /* of an ITT entry, 8 to 16 bytes; 0: 12 */
	uint8_t held_collections; /* HCC: so many need no table in memory */
	bool pta;		  /* redistributors are named by address, not by number */
};

struct v2m_desc {		  /* a GICv2m frame: messages become SPIs */
	const char *name;	  /* NULL: "v2m" */
	uint64_t base;		  /* 4 KiB aligned; 0: V2M_BASE(number) of sim_iommu/gicv2m.h */
	uint16_t first_spi, spis; /* INTIDs; 0, 0: 80 and 64 */
	uint16_t spi_offset;	  /* data is the INTID less this (a quirk of some chips) */
	bool in_address; /* the SPI is told by the address, base + (INTID − 32) × 8, not by data */
};

struct smmu_desc {	  /* what stands between devices and the doorbell, as far as messages go */
	const char *name; /* NULL: "smmu" */
	uint16_t segment, first_requester, last_requester; /* whose messages; last 0: all */
	bool blocks_others; /* messages of functions without a doorbell_page get nowhere (6.12: no
			       driver has claimed them); false: they pass */
};

struct platform_desc { /* a device on no bus that sends messages */
	const char *name;
	uint32_t device_id; /* as the ITS sees it */
	uint32_t slots;	    /* 1 to 4,096 */
};

/* ---- RISC-V: a machine with an `imsic` has no local APICs and no remapping units ---- */

struct imsic_desc {	    /* an interrupt file for each hart; hart n is CPU n */
	const char *name;   /* on the bus; NULL: "imsic" */
	const char *domain; /* of the root, as the kernel calls it; NULL:
			       ":soc:interrupt-controller@<base>" */
	uint64_t base; /* of the first page; 0: 0x28000000. Nothing in the bits of the fields below
			*/
	uint16_t ids;  /* identities 1 … ids: 64 k − 1, from 63 to 2,047; 0: 255 */
	uint8_t guest_bits;  /* a hart has 1 << guest_bits pages, the first of them its own; 0 to 6
			      */
	uint8_t group_shift; /* where the number of the group stands in an address, 24 and up; 0: 24
			      */
	uint32_t group_harts; /* so many harts make a group; 0: there is one */
};

struct aplic_desc {	  /* wires in, messages to the interrupt files out */
	const char *name; /* of the device; NULL: "aplic" and, beyond the first, its number */
	uint16_t sources; /* 1 … sources, up to 1,023; 0: 96 */
};

struct mbigen_desc {	    /* wires in, messages of a fixed address out (Hisilicon) */
	const char *name;   /* of the device; NULL: "mbigen" and, beyond the first, its number */
	const char *parent; /* MSI parent, by the name of its domain; NULL: the outermost */
	uint32_t device_id; /* of its messages, as an ITS sees them */
	uint32_t pins;	    /* 64 … 64 + pins − 1: up to 1,152; 0: 128 */
	/* Where messages go; an ITS's GITS_TRANSLATER. Interrupt files have an address for each
	 * hart, so that it reaches one of them only. */
	uint64_t doorbell;
};

/*
 * ---- architectures without a hierarchy for MSI: no local APICs, no remapping units ----
 *
 * All devices are in segment 0 and name no parent. There is no start state.
 */

enum legacy_kind { LEGACY_POWERPC, LEGACY_S390, LEGACY_OCTEON, LEGACY_XEN };

struct legacy_desc {
	enum legacy_kind kind;
	struct {
		uint32_t sources; /* interrupts that firmware can give away, up to 4,096; 0: 256 */
		uint32_t bus_total; /* of them, what a bus may have; 0: all */
		uint32_t grant; /* the most that firmware gives one function; 0: no such limit */
		bool powers_of_two; /* it gives no other counts */
		bool no_firmware;   /* the platform has no call for it */
	} powerpc;
	struct {
		uint32_t limit;	    /* vectors of a function, up to 2,048; 0: 64 */
		uint32_t functions; /* that can have vectors at once, up to 256; 0: 64 */
		uint32_t directed;  /* to CPUs: bits that all functions share, up to 65,535; 0:
				       floating */
	} s390;
	struct {
		uint32_t words; /* of 64 MSI bits, up to 4; 0: 4 */
	} octeon;
	struct {
		uint32_t pirqs; /* up to 4,096; 0: 256 */
		bool multi;	/* the initial domain: blocks for MSI */
	} xen;
};

/* ---- VMD: a segment of PCI functions behind an endpoint, whose interrupts carry theirs ---- */

struct vmd_desc {
	const char *endpoint; /* name of a device with MSI-X, listed before those behind it */
	uint16_t segment;     /* all devices in it are behind the endpoint */
	uint8_t first_vector; /* vectors of the endpoint that are left alone */
	bool bypass;	      /* it lets their messages pass: they have its MSI parent */
};

/* ---- start state: interrupts that exist before the first operation ---- */

struct level_record {
	const char *domain; /* "" or NULL: none (an interrupt outside any hierarchy) */
	const char *chip;
	uint64_t hwirq;
};

struct irq_record {
	uint32_t irq;
	const char *action;    /* handler's name; "": none */
	const char *flow;      /* "handle_edge_irq" … */
	const char *flow_name; /* "edge" */
	bool foreign_flow; /* `flow` is one that irqlab doesn't have: the interrupt does nothing */
	uint32_t depth, status, state;			/* settings word, irqd state word */
	const uint32_t *affinity, *effective, *pending; /* CPUs; pending: of a move that waits */
	uint32_t nr_affinity, nr_effective, nr_pending;
	struct level_record level[4]; /* outer to inner */
	uint32_t nr_levels;
	/* Interrupts of a device: its name or bus name (NULL: none), and the descriptor. */
	const char *dev;
	struct {
		uint32_t index, base, nvec; /* base: irq of its first vector */
		uint32_t address_lo, address_hi, data;
		bool is_msix, can_mask, is_64;
		uint8_t multiple, multi_cap;
		uint32_t mask_shadow;
		bool has_hint, hint_managed; /* the affinity it was allocated with */
		const uint32_t *hint;
		uint32_t nr_hint;
	} msi;
	bool has_vector;
	struct {
		uint32_t vector, cpu, prev_vector, prev_cpu, cfg_vector, cfg_dest;
		bool move_in_progress, managed, can_reserve, has_reserved;
	} vec;
	bool has_irte;
	struct {
		uint32_t devid, index, sub, mask; /* devid: AMD */
		uint32_t min_index;		  /* AMD: lowest entry it may have */
		uint64_t shadow[2], table[2];
		uint32_t address_lo, address_hi, data;
	} irte;
};

struct matrix_cpu_record {
	uint32_t cpu;
	bool online;
	uint32_t available, allocated, managed, managed_allocated;
	uint64_t bits[4], managed_bits[4]; /* vector n is bit n % 64 of word n / 64 */
};

enum { VECTOR_SHUTDOWN = -1, VECTOR_RETRIGGERED = -2 };
struct vector_record {
	uint32_t cpu, vector;
	int64_t irq; /* or VECTOR_SHUTDOWN, VECTOR_RETRIGGERED */
};

struct its_device_record { /* a device that the ITS knows already */
	uint32_t its;	   /* in the order of the description */
	uint32_t device_id, first_lpi, nr_lpis;
	uint8_t event_bits; /* log2 of the events in its table */
};

struct start_state {
	const struct irq_record *irqs;
	uint32_t nr_irqs;
	bool has_matrix;
	uint32_t global_available, global_reserved, total_allocated, online_maps, system_in_window;
	uint64_t system_bits[4];
	const struct matrix_cpu_record *matrix;
	uint32_t nr_matrix;
	const struct vector_record *vectors;
	uint32_t nr_vectors;
	const struct its_device_record *its_devices; /* their interrupts are among irqs */
	uint32_t nr_its_devices;
	const uint32_t
		*irte_ranges;	 /* allocated entries of the first Intel unit: first, last pairs */
	uint32_t nr_irte_ranges; /* pairs */
};

struct machine_desc {
	const struct cpu_desc *cpus; /* NULL: ids 0 … nr_cpus − 1, no node, all online */
	uint32_t nr_cpus;	     /* 1 to 4,096 */
	enum apic_mode apic_mode;
	uint32_t first_dynamic_irq;	    /* 0: 24 */
	uint32_t vector_first, vector_last; /* window; 0, 0: 32 and 234 */
	const char *vector_domain;	    /* NULL: "VECTOR" */
	const struct remap_desc *remaps;
	uint32_t nr_remaps;
	const struct device_desc *devices;
	uint32_t nr_devices;
	/* Where pins lead that have an intx_irq: at most 8; none: nowhere. */
	const struct ioapic_desc *ioapics;
	uint32_t nr_ioapics;
	const struct start_state *start; /* NULL: nothing but the system vectors */
	const uint32_t
		*default_affinity; /* of interrupts that have none of their own; NULL: all CPUs */
	uint32_t nr_default_affinity;
	const struct vmd_desc *vmds;
	uint32_t nr_vmds;		  /* up to 8 */
	const struct legacy_desc *legacy; /* NULL: MSI goes through a hierarchy */
	const struct gic_desc *gic;	  /* NULL: an x86 machine */
	const struct its_desc *its;
	uint32_t nr_its;
	const struct v2m_desc *v2ms;
	uint32_t nr_v2ms;
	const struct smmu_desc *smmus;
	uint32_t nr_smmus;
	const struct platform_desc *platforms;
	uint32_t nr_platforms;
	const struct imsic_desc *imsic; /* NULL: no RISC-V machine */
	const struct aplic_desc *aplics;
	uint32_t nr_aplics;
	const struct mbigen_desc *mbigens;
	uint32_t nr_mbigens;
	const char *const *vcpus; /* names, up to 31 bytes; x86 only (passthrough.h) */
	uint32_t nr_vcpus;	  /* up to 255 */
};

/*
 * 0, or -EINVAL (contradiction), -ENOMEM, -EEXIST (the machine is not empty). With an
 * error `*why` says in words what is wrong, a constant (`why` may be NULL), and the
 * machine is as it was: an empty one can be loaded again. Writes to the bus what an
 * operating system does when it sets the units up: the first records on the tape.
 */
int machine_load(struct machine *m, const struct machine_desc *desc, const char **why);
/*
 * The same. With an error `*at` is the element of the description's arrays that it is about, a
 * struct cpu_desc, remap_desc or device_desc, or the names of the vCPUs; NULL: it is about none of
 * these. NULL is permitted.
 */
int machine_load_at(struct machine *m, const struct machine_desc *desc, const char **why,
		    const void **at);

/* ---- a machine that starts as a live one does ---- */

enum boot_class {
	BOOT_ENDPOINT,
	BOOT_USB_CONTROLLER, /* taken from the firmware during the start */
	BOOT_PCIE_PORT,	     /* root, upstream or downstream port: enabled during the start */
	BOOT_BRIDGE,	     /* enabled with the first device behind it */
};

struct boot_function { /* a PCI function, as far as the start is concerned; segment 0 */
	uint16_t requester;
	uint8_t pin; /* INTx: 0 none, 1 to 4 */
	enum boot_class class;
	uint8_t secondary_bus; /* behind a port or bridge; 0: none */
};

struct boot_desc {
	const char *platform; /* "q35"; NULL: that */
	/*
	 * CPUs, units, devices; without a start state. Its ioapics: the platform's if
	 * there are none. A device without intx_irq gets the interrupt that its pin is
	 * routed to, one with it gets that.
	 */
	const struct machine_desc *machine;
	/* Functions on the machine's buses, whether devices of `machine` or not. */
	const struct boot_function *functions;
	uint32_t nr_functions;
	/* Names of devices in the order in which they are enabled; NULL: all, as listed. */
	const char *const *enable_order;
	uint32_t nr_enabled;
};

/*
 * Builds the machine and starts it as Linux does, by a script that belongs to the
 * platform: CPU 0 with its system vectors and those of the legacy irqs, the I/O
 * APIC that takes them over, the other CPUs, timer, ACPI, remapping units,
 * keyboard and clock, and at last the devices, whose INTx interrupts are mapped.
 * Every choice of number, vector and CPU is made by the domains themselves.
 * Errors as machine_load(); -EINVAL also for an unknown platform or device.
 */
int machine_boot(struct machine *m, const struct boot_desc *desc, const char **why);

#endif
