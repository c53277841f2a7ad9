/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_BUS_MACHINE_IMPL_H
#define IRQLAB_BUS_MACHINE_IMPL_H

#include <irqlab/bus.h>
#include <irqlab/cpumask.h>
#include <irqlab/provider/access.h>
#include <irqlab/provider/hardware.h>
#include <irqlab/provider/object.h>
#include <irqlab/trace.h>

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* ---- arena: blocks of a size class, each after its header ---- */

#define OBJECT_MAX_BYTES   (UINT32_C(256) << 20)
#define OBJECT_UNIT	   16u	/* payloads are multiples of it, and aligned to it */
#define SIZE_CLASSES_SMALL 16u	/* one a unit */
#define SIZE_CLASSES	   176u /* then eight a doubling, up to OBJECT_MAX_BYTES */

struct object_header {
	const struct object_type *type; /* NULL: a free block */
	uint32_t size; /* as asked for; tells the size class also of a free block */
	uint32_t slot; /* in machine.slots; 0: nobody watched it so far */
};

struct free_block { /* the start of a free block's payload */
	struct object_header *next;
	uint64_t saved; /* epoch in which the journal last took a copy */
};

struct digest_sums {
	unsigned __int128 semantic, complete;
};

/* What the watchers know of an object: kept outside it, and only while somebody watches. */
struct slot {
	struct digest_sums digest; /* as it entered machine.sums, unless dirty */
	uint64_t saved;		   /* epoch in which the journal last took a copy */
	uint32_t dirty;		   /* 1 + place in machine.dirty; 0: clean */
	uint32_t next_free;
};

enum { WATCH_SNAPSHOTS = 1, WATCH_DIGESTS = 2 };

/* ---- the bus ---- */

enum bus_side { SIDE_CPU, SIDE_DEVICE, NR_BUS_SIDES };

struct memory;
struct region {
	struct bus_region claim;
	int number;
	struct memory *memory; /* NULL: a device */
};

struct pointer_table { /* an ordered array in the arena, of no digest */
	uint32_t nr, capacity;
	void *at[];
};

#define MAX_HELD 32u
struct held_lock {
	struct lock *lock;
	uint32_t cpu;
};

#define MAX_LISTENERS	  8u
#define MAX_EOI_LISTENERS 16u
#define CPU_WORDS	  (CPUMASK_MAX_CPUS / 64)

struct eoi_listener {
	void (*eoi)(struct machine *m, void *owner, unsigned vector);
	void *owner;
};

/*
 * What the machine knows besides its objects. A snapshot copies it as a whole,
 * so it must stay small and hold nothing of the host.
 */
struct machine_state {
	uint32_t layer; /* first: enum machine_layer of the code that runs */
	uint64_t steps, ticks;
	uint64_t switches; /* bit: enum machine_switch */
	uint64_t warnings[NR_MACHINE_WARNINGS];
	const char *poisoned;
	void *parts[NR_MACHINE_PARTS];

	/* memory */
	uint64_t allocations, fail_at; /* fail_at: number of the call that fails; 0: none */
	size_t bytes_in_use;
	char *arena_next;
	struct object_header *free[SIZE_CLASSES];

	/* who executes */
	uint32_t cpu, hardirq, spinning, nr_held;
	struct held_lock held[MAX_HELD]; /* in the order they were taken */
	struct timer *timers;		 /* by expiry, then in the order they were armed */

	/* the bus */
	int next_region;
	struct pointer_table *regions[NR_BUS_SIDES]; /* struct region, by address */
	struct pointer_table *upstreams;	     /* struct upstream, oldest first */
	const struct interrupt_sink_ops *sink_ops;
	void *sink;
	void (*entry)(struct machine *m, unsigned cpu, unsigned vector);
	struct eoi_listener eoi[MAX_EOI_LISTENERS];
	uint32_t nr_eoi;

	/* CPUs */
	bool pending_told;	  /* the sink says which CPUs to look at */
	uint32_t nr_cpus_seen;	  /* 1 + the highest that was switched */
	uint64_t pending_summary; /* bit: a word of pending that is not 0 */
	uint64_t pending[CPU_WORDS], online[CPU_WORDS], switched[CPU_WORDS];
	uint64_t sent_on[4]; /* bit: a vector, on the CPU that leaves */
	uint32_t leaving;
};

struct snapshot;

struct machine {
	uint32_t watched; /* first: touch() reads it */
	bool tracing;
	struct machine_state state; /* second: layer_refuses() reads its first member */

	/* the tape; a restore takes the position back, but not what was overwritten since */
	struct tape_record *tape;
	uint64_t tape_position, tape_mask, tape_floor;
	const struct bus_listener *listeners[MAX_LISTENERS];
	unsigned nr_listeners;

	/* the last answer of each look-up */
	struct region *last_region[NR_BUS_SIDES], *last_memory;
	const struct upstream *last_upstream;
	uint32_t last_requester; /* segment << 16 | requester */
	bool last_upstream_valid;

	chooser_fn chooser;
	void *chooser_context;

	/* one mapping: everything below points into it */
	void *mapping;
	size_t mapping_bytes;
	char *arena, *arena_end;
	size_t arena_reserve; /* of it, for what cannot fail */
	char *arena_dirty;    /* from here on the arena was never used, hence is zero */
	/*
	 * Where the arena ended when the youngest snapshot was taken. Blocks below keep their
	 * places as long as it is in force; those above are younger, and taking back forgets them
	 * as a whole.
	 */
	char *arena_floor;

	/* watchers */
	struct slot *slots;
	uint32_t nr_slots, free_slots; /* heads the list; slot 0 is never used */
	struct object_header **dirty;
	uint32_t nr_dirty;
	struct digest_sums sums; /* of all clean objects */

	/* undo journal */
	char *journal;
	size_t journal_used, journal_bytes;
	uint64_t epoch;
	struct snapshot *snapshots;
	int nr_snapshots, max_snapshots;

	/* CPU sets: never taken back, because they are values */
	char *masks, *masks_next, *masks_end;
	const struct cpumask **mask_table;
	uint32_t nr_masks, max_masks;
	const struct cpumask *mask_none;
	const struct cpumask **mask_of;
};

_Static_assert(offsetof(struct machine, state.layer) == 2 * sizeof(uint32_t),
	       "layer.h reads it there");

/* ---- arena.c ---- */

static inline struct object_header *header_of(const void *object)
{
	return (struct object_header *)(uintptr_t)object - 1;
}
static inline void *object_of(const struct object_header *header)
{
	return (void *)(uintptr_t)(header + 1);
}
/* Like object_alloc(), but neither counted nor told to fail, and from the reserve if need be. */
void *arena_alloc(struct machine *m, const struct object_type *type, size_t size);
/* Counts an allocation of the model; false: this is the one that shall fail. */
bool arena_count_allocation(struct machine *m);
/* Whether `object` can be a live object of m. */
bool arena_plausible(const struct machine *m, const void *object);
/* Live objects, in no particular order; start with NULL. */
struct object_header *arena_walk(const struct machine *m, const struct object_header *previous);
/*
 * Taking back. A live block first stops being one, then becomes live with the
 * saved content, or free with the saved header and link.
 */
void arena_retire(struct machine *m, struct object_header *block);
/* All blocks from `end` on stop being. */
void arena_cut(struct machine *m, char *end);
void arena_revive(struct object_header *block, const struct object_header *saved,
		  const void *content);
void arena_release(struct object_header *block, const void *saved, size_t size);
void arena_put_raw(void *at, const void *bytes, size_t size);
void arena_unpoison(struct machine *m);

/* ---- watch.c ---- */

struct slot *slot_of(struct machine *m, struct object_header *header);
void slot_release(struct machine *m, struct object_header *header);
void sums_add(struct digest_sums *to, const struct digest_sums *what);
void sums_subtract(struct digest_sums *from, const struct digest_sums *what);
void mark_dirty(struct machine *m, struct object_header *header, struct slot *slot);
/* The object's part of the sums is taken out, whether it is clean or dirty. */
void digest_forget(struct machine *m, struct slot *slot);
/* Its digest is known: enters the sums as clean. */
void digest_remember(struct machine *m, struct slot *slot, const struct digest_sums *known);
void watch_alloc(struct machine *m, struct object_header *header);
void watch_free(struct machine *m, struct object_header *header);
static inline bool digesting(const struct machine *m)
{
	return m->watched & WATCH_DIGESTS;
}

/* ---- snapshot.c ---- */

/*
 * Each saves what is there now, for restores; called only while there is a snapshot, and once in an
 * epoch for each place: so a journal is bounded by what exists, however long the run.
 */
void journal_object(struct machine *m, struct object_header *header, const struct slot *slot);
void journal_free_block(struct machine *m, struct object_header *block);
/* Bytes inside an object that change without touch(). */
void journal_bytes(struct machine *m, void *at, size_t size);
void snapshots_drop(struct machine *m);

/* ---- exec.c ---- */

/* An object goes: locks in it are held no more. Whether there was one. */
bool locks_free_inside(struct machine *m, const void *object, size_t size);
/* In a copy of the object all locks are free; who restores holds again those that were held. */
void locks_release_in_copy(const struct machine *m, const void *object, size_t size, char *copy);
void locks_release_all(const struct machine *m);
void locks_hold_again(const struct machine *m);

/* ---- tape.c ---- */

static inline struct tape_record *tape_append(struct machine *m)
{
	return &m->tape[m->tape_position++ & m->tape_mask];
}
void listeners_before(struct machine *m, const struct tape_record *write);
void listeners_after(struct machine *m, const struct tape_record *record);

/* ---- region.c ---- */

#define NO_REGION UINT32_C(0) /* numbers start at 1 */
struct region *region_search(const struct machine *m, enum bus_side side, uint64_t address);
/* Claims first … last for `claim`; NULL and *err if that cannot be. */
struct region *region_add(struct machine *m, const struct bus_region *claim, struct memory *memory,
			  int *err);
void region_remove(struct machine *m, struct region *region);
void lookups_forget(struct machine *m);
int pointer_table_insert(struct machine *m, struct pointer_table **table, uint32_t at, void *what);
void pointer_table_remove(struct machine *m, struct pointer_table *table, uint32_t at);
/* The first region of the side that ends at or after `address`: an index, or the number of them. */
uint32_t region_index(const struct machine *m, enum bus_side side, uint64_t address);

/* The region that claims all of address … address + size − 1. */
static inline struct region *region_find(struct machine *m, enum bus_side side, uint64_t address,
					 unsigned size)
{
	struct region *region = m->last_region[side];

	if (unlikely(!region || address < region->claim.first || address > region->claim.last)) {
		region = region_search(m, side, address);
		if (!region)
			return NULL;
		m->last_region[side] = region;
	}
	return region->claim.last - address >= size - 1 ? region : NULL;
}

/* ---- memory.c ---- */

/* Inside the range: the caller has looked. */
uint64_t memory_load(const struct memory *memory, uint64_t offset, unsigned size);
void memory_store(struct machine *m, struct memory *memory, uint64_t offset, unsigned size,
		  uint64_t value);
void memory_place(const struct memory *memory, uint64_t offset, struct bus_place *out);

/* ---- time.c ---- */

/* Armed timers enter the machine's own digest. */
void timers_digest(const struct machine *m, struct digest *d);
bool timers_inside(const struct machine *m, const void *object, size_t size);

/* ---- digest.c ---- */

struct digest_sums object_digest(const struct object_header *header);
unsigned __int128 timer_digest(const struct timer *timer, uint64_t ticks_left);

/* ---- cpumask.c ---- */

bool cpumasks_init(struct machine *m);
void cpumasks_exit(struct machine *m);

static inline bool bit_test(const uint64_t *words, unsigned bit)
{
	return words[bit / 64] >> (bit % 64) & 1;
}
static inline void bit_set(uint64_t *words, unsigned bit, bool on)
{
	uint64_t mask = UINT64_C(1) << (bit % 64);

	words[bit / 64] = on ? words[bit / 64] | mask : words[bit / 64] & ~mask;
}

#endif
