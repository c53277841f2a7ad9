/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_PCI_FUNCTION_INTERNAL_H
#define IRQLAB_SIM_PCI_FUNCTION_INTERNAL_H

#include <irqlab/provider/access.h>
#include <irqlab/provider/hardware.h>
#include <irqlab/provider/store_layout.h>
#include <string.h>

#include "sim_pci/function.h"

#define COMMAND_MEMORY	     0x0002u
#define COMMAND_BUS_MASTER   0x0004u
#define COMMAND_INTX_DISABLE 0x0400u
#define STATUS_INTX	     0x0008u
#define MSI_ENABLE	     0x0001u
#define MSI_64BIT	     0x0080u
#define MSI_MASKBIT	     0x0100u
#define MSIX_ENABLE	     0x8000u
#define MSIX_MASKALL	     0x4000u
#define MSIX_ENTRY_MASKED    1u
#define CONFIG_BYTES	     256u
#define NR_BARS		     6u
#define BAR32_FIRST	     UINT64_C(0x80000000) /* where 32-bit BARs begin */
#define SRIOV_CAP	     0x100u		  /* the only extended capability there is */
#define SRIOV_BYTES	     0x40u
#define SRIOV_MAX_VFS	     256u

/* ---- entries of tables, in pieces that are cheap to save ---- */

#define CHUNK_ENTRIES 64u
struct entry {
	uint64_t address;
	uint32_t data;
	uint32_t ctrl;
};
struct entry_chunk {
	uint64_t key; /* function, table, first entry */
	uint64_t pending;
	struct entry entry[CHUNK_ENTRIES];
	uint64_t sent_at[CHUNK_ENTRIES]; /* no part of its identity: see struct raise_note */
};
struct entry_table {
	uint32_t nr;
	struct entry_chunk **chunk;
};
static inline struct entry_chunk *chunk_of(const struct entry_table *t, unsigned index)
{
	return t->chunk[index / CHUNK_ENTRIES];
}
static inline struct entry *entry_of(const struct entry_table *t, unsigned index)
{
	return &chunk_of(t, index)->entry[index % CHUNK_ENTRIES];
}
static inline bool entry_pending(const struct entry_table *t, unsigned index)
{
	return chunk_of(t, index)->pending >> (index % CHUNK_ENTRIES) & 1;
}
/* nr entries, each a copy of *reset. -ENOMEM; then the caller destroys it. */
int entries_create(struct machine *m, struct entry_table *t, uint64_t key, uint32_t nr,
		   const struct entry *reset);
void entries_reset(struct machine *m, struct entry_table *t, const struct entry *reset);
void entries_destroy(struct machine *m, struct entry_table *t);
void entries_set_pending(struct machine *m, struct entry_table *t, unsigned index, bool pending);

/* ---- a function ---- */

struct config_space {
	uint32_t key; /* segment << 16 | requester */
	uint8_t bytes[CONFIG_BYTES];
	uint8_t writable[CONFIG_BYTES];
	uint64_t msi_sent_at[32]; /* no part of its identity: see struct raise_note */
};

struct function;

struct queue {
	uint64_t key;
	uint32_t submitted, completed;
	uint64_t due;		/* machine_steps() at which the oldest command completes */
	uint32_t until_failure; /* commands left before one fails; 0: none does */
	uint32_t ring_slots;
	uint32_t command[][QUEUE_COMMAND_BYTES / 4];
};

struct store {
	struct function *fn;
	struct store_desc desc; /* defaults filled in */
	unsigned number;
	const char *name;
	int region;
	struct entry_table slots; /* of a table, or contexts of a queue */
	struct queue *queue;	  /* NULL: a table */
};

struct bar {
	uint64_t address, bytes; /* 0: not used */
	bool is_64;
};

struct sriov { /* of a physical function */
	uint32_t key, total;
	uint64_t bar[NR_BARS]; /* where those of virtual function 0 are; the others follow */
	uint8_t bytes[SRIOV_BYTES];
	uint8_t writable[SRIOV_BYTES];
};

typedef void (*set_line_fn)(struct machine *m, unsigned unit, unsigned input, bool asserted);

struct function {
	struct function *next;
	char name[32];
	uint16_t segment, requester;
	uint16_t seen_as; /* requester id above bridges */
	int region;	  /* of its configuration space; names it in events */
	uint8_t pin;

	uint8_t msi_cap;	    /* 0: none */
	uint8_t msi_data, msi_mask; /* offsets in configuration space; mask 0: none */
	uint8_t msi_order;	    /* log2 of vectors */
	bool msi_is_64;

	uint8_t msix_cap;	       /* 0: none */
	uint32_t msix_table, msix_pba; /* offsets in the BAR */
	uint8_t msix_bar;
	struct entry_table msix;

	uint32_t nr_stores;
	struct store *store[DEVICE_MAX_STORES];
	struct bar bar[NR_BARS];
	int bar_region[NR_BARS]; /* −1: none */

	set_line_fn set_line;
	unsigned line_unit, line_input;

	struct sriov *sriov; /* NULL: it has no virtual functions */
	struct function *pf; /* NULL: it is no virtual one */
	unsigned vf;	     /* which */

	struct config_space *config;
};

struct functions {
	struct function *first;
	uint64_t next_bar32;
};
static inline struct functions *functions_of(const struct machine *m)
{
	return machine_part(m, PART_FUNCTIONS);
}

static inline uint16_t config16(const struct function *fn, unsigned where)
{
	return (uint16_t)(fn->config->bytes[where] | fn->config->bytes[where + 1] << 8);
}
uint32_t config_get(const struct function *fn, unsigned where, unsigned size);
/* Past the write masks: what the device itself sets. The caller has touched config. */
void config_put(struct function *fn, unsigned where, unsigned size, uint32_t value);

/* ---- sriov.c ---- */

/* The capability of a physical function. -EINVAL, -ENOMEM. */
int sriov_build(struct machine *m, struct function *fn, const struct device_desc *desc);
/* The BARs of a virtual function show in the capability of its physical one. */
void sriov_show_bar(struct function *fn, unsigned nr);
uint32_t sriov_get(const struct sriov *s, unsigned where, unsigned size);
void sriov_write(struct machine *m, struct function *fn, unsigned where, unsigned size,
		 uint32_t value);
const char *sriov_field(unsigned where);
/* Virtual functions are gone, as after a reset of the physical one. */
void sriov_reset(struct machine *m, struct function *fn);
/* Always, but for a virtual function that is not enabled. */
bool function_responds(const struct function *fn);
bool sriov_memory_enabled(const struct function *vf);

static inline bool memory_enabled(const struct function *fn)
{
	return fn->pf ? sriov_memory_enabled(fn) : config16(fn, CONFIG_COMMAND) & COMMAND_MEMORY;
}

/* As after power-up, but for the BARs. */
void function_reset(struct machine *m, struct function *fn);

/* ---- config.c ---- */

/* Header, capabilities and write masks. -EINVAL: they don't fit or overlap. */
int config_build(struct function *fn, const struct device_desc *desc);
void config_reset(struct machine *m, struct function *fn);
extern const struct bus_region_ops config_ops;

/* ---- bars.c ---- */

/* Addresses of all BARs into fn->bar and configuration space. -EINVAL, -ENOSPC. */
int bars_assign(struct machine *m, struct function *fn);
int bars_attach(struct machine *m, struct function *fn);
void bars_detach(struct machine *m, struct function *fn);

/* ---- where events end ---- */

struct event {
	struct function *fn;
	enum raise_source source;
	unsigned store, index;
};
void event_latch(struct machine *m, const struct event *event);
void event_drop(struct machine *m, const struct event *event, enum drop_reason reason);
/* The device writes the message, if it may write at all. */
void event_send(struct machine *m, const struct event *event, uint64_t address, uint32_t data);

/* Each: the event was checked by its …_valid() before. */
bool msi_valid(const struct function *fn, unsigned index);
void msi_raise(struct machine *m, struct function *fn, unsigned index);
/* Sends what became unmasked; after any write that may have done so. */
void msi_flush(struct machine *m, struct function *fn);
void msix_raise(struct machine *m, struct function *fn, unsigned index);
void msix_flush(struct machine *m, struct function *fn);
void table_raise(struct machine *m, struct store *s, unsigned index, uint32_t pasid);
void queue_raise(struct machine *m, struct store *s, unsigned index);

/* INTx: the wire follows the status and disable bits. */
void intx_update(struct machine *m, struct function *fn);

/* ---- tables in BARs ---- */

extern const struct bus_region_ops msix_bar_ops;
extern const struct bus_region_ops plain_bar_ops;
extern const struct bus_region_ops table_ops;
extern const struct bus_region_ops queue_ops;
/* What a store's first slot holds after reset. */
struct entry table_reset_entry(const struct store_desc *desc);
int queue_create(struct machine *m, struct store *s, uint64_t key);
void queue_reset(struct machine *m, struct store *s);
static inline unsigned queue_busy(const struct queue *q)
{
	return q->submitted - q->completed;
}
static inline void store_reset(struct machine *m, struct store *s)
{
	struct entry reset = table_reset_entry(&s->desc);

	entries_reset(m, &s->slots, &reset);
	if (s->queue)
		queue_reset(m, s);
}

/* Splits what is no aligned 32-bit access: 8 bytes are two, others are none. */
typedef uint32_t (*read32_fn)(struct machine *m, void *owner, uint64_t offset);
typedef void (*write32_fn)(struct machine *m, void *owner, uint64_t offset, uint32_t value);
uint64_t split_read(struct machine *m, void *owner, uint64_t offset, unsigned size, read32_fn fn);
void split_write(struct machine *m, void *owner, uint64_t offset, unsigned size, uint64_t value,
		 write32_fn fn);

#endif
