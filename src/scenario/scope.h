/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_SCOPE_H
#define IRQLAB_SCENARIO_SCOPE_H

#include "scenario/ast.h"
#include "scenario/bits.h"

#include <irqlab/device.h>
#include <irqlab/driver.h>
#include <irqlab/topology.h>

/*
 * What names mean in one combination of the matrix. Checking and running go the
 * same way through a scenario; checking knows no machine, so interrupts have no
 * numbers there.
 */

enum name_kind {
	NAME_DEVICE,
	NAME_UNIT,
	NAME_ROOT,
	NAME_IRQS,
	NAME_POOL,
	NAME_CHECKPOINT,
	NAME_VCPU,
	NAME_BROKEN /* its declaration was wrong: nothing is known of it */
};

struct irq_entry {	    /* one interrupt that a script has a name for */
	struct msi_map map; /* virq 0: no such number, or only checked */
	const struct device_desc *device;
	enum raise_source source;
	unsigned store;
	irq_pool_t pool;	    /* of RAISE_STORE */
	logical_function_t logical; /* 0: the driver's of the device */
	uint64_t slot; /* where the device has its message: index, or object of a queue */
	unsigned handlers;
	void *dev_id[8];
	const struct stmt *does; /* the block with what its handlers do; NULL: nothing */
};

struct name {
	struct name *next;
	const char *name;
	enum name_kind kind;
	struct span span;		  /* where it was defined */
	bool gone;			  /* checking: what it named was given back */
	const struct device_desc *device; /* of devices and pools */
	const struct remap_desc *unit;	  /* NULL: a unit of another kind */
	struct irq_entry *irqs;
	unsigned nr_irqs;
	unsigned store; /* of pools, and of the logical functions that draw from them */
	irq_pool_t pool;
	logical_function_t logical;
	int snapshot; /* of checkpoints */
	struct fingerprint fingerprint;
};

struct variable {
	struct variable *next;
	const char *name;
	uint64_t number;
	const char *word; /* NULL: it is the number */
};

struct store_name { /* what scripts and the bus call a store */
	const char *name, *on_bus;
};

struct topology {
	struct machine_desc desc;
	struct cpu_desc *cpus;
	struct remap_desc *remaps;
	struct device_desc *devices;
	struct store_name (*stores)[DEVICE_MAX_STORES]; /* of each device */
	struct gic_desc gic;
	struct its_desc *its;
	struct v2m_desc *v2ms;
	struct smmu_desc *smmus;
	struct ioapic_desc *ioapics;
	struct platform_desc *platforms;
	struct imsic_desc imsic;
	struct legacy_desc legacy;
	struct vmd_desc *vmds;
	struct aplic_desc *aplics;
	struct mbigen_desc *mbigens;
	const char **vcpus;
	/*
	 * Devices on no bus follow in `devices`, from first_platform on, as devices with one table
	 * of messages, called "slot"; then bridges, whose wires are a store called "wire".
	 */
	uint32_t first_platform, first_bridge;
	uint32_t first_vf, nr_vfs; /* virtual functions follow, from first_vf on */
	bool boots;		   /* it is not loaded but started */
	struct boot_desc boot;
	struct boot_function *functions;
	const char *root; /* name of the root domain */
	const struct stmt *stmt;
};

struct scope {
	struct scenario *scenario;
	struct stash *stash;
	struct diags *diags;
	const unsigned *choice; /* value number of each parameter */
	struct topology topology;
	struct name *names;
	struct variable *variables;
	bool has_topology;
	bool invalid;		 /* a name or bound was wrong */
	const char *unsupported; /* why this combination ends here; NULL: it does not */
};

/* "[stack=plain]" with a blank before it; "" without a matrix. */
const char *scope_combination(const struct scope *scope, struct stash *stash);
/* Does the guard let it through? */
bool scope_applies(struct scope *scope, const struct stmt *stmt);

#define scope_error(scope, id, span, ...)                                                          \
	((scope)->invalid = true, diag_add((scope)->diags, id, span, ##__VA_ARGS__))

/* ---- names ---- */

struct name *name_find(const struct scope *scope, const char *name);
/* Forgets an older meaning if it was an interrupt's. NULL: the name is taken. */
struct name *name_define(struct scope *scope, const char *name, enum name_kind kind,
			 struct span span);
/* Uses of the name are no errors of their own. */
void name_is_broken(struct scope *scope, const char *name, struct span span);
/* One name that is of that kind; an error otherwise. */
struct name *name_resolve(struct scope *scope, const struct pattern *path, enum name_kind kind);
const char *name_kind_text(enum name_kind kind);

/* q, q[0], q[0..3]: which interrupts; false with an error. */
struct irq_slice {
	struct irq_entry *first;
	unsigned nr;
	const char *name;
	unsigned index; /* of the first in its batch */
	bool alone;	/* the batch has one: no index is printed */
};
bool irqs_resolve(struct scope *scope, const struct pattern *path, struct irq_slice *out);
const char *irq_entry_name(struct scope *scope, const struct irq_entry *entry);

/* nic.msix[3], nic.wq[0], nic.intx, nic.msix, or the source of an interrupt. */
struct source_ref {
	const struct device_desc *device;
	enum raise_source source;
	unsigned store;
	uint64_t index;
	bool has_index;
};
bool source_resolve(struct scope *scope, const struct pattern *path, struct source_ref *out);
const char *source_print(struct scope *scope, const struct source_ref *ref);
/* nic.wq: a store of a device. */
bool store_resolve(struct scope *scope, const struct pattern *path,
		   const struct device_desc **device, unsigned *store);
/* What a message is made of: nothing with fields but on x86. */
enum form message_form(const struct topology *t, enum form on_x86);
bool device_is_platform(const struct topology *t, const struct device_desc *device);
bool device_is_bridge(const struct topology *t, const struct device_desc *device);
bool store_is_table(const struct store_desc *store);

/* ---- places on the bus ---- */

/* ir.irte[$h].lo, nic.msix[1].data, nic.wq[2]. Empty strings and NULL: any. */
struct place_pattern {
	const char *object;
	const char *store;
	const struct pattern *index;
	const char *field;
	struct source_ref
		entry; /* set instead of `index` where an interrupt stands for its entry */
	bool is_entry;
};
/* ir.nic…: on AMD, whose table of the unit is meant; NULL: no device stands there. */
const struct device_desc *table_owner(const struct scope *scope, const struct segment *path);
/* `suffix` continues `path`; either may be NULL. */
bool place_resolve(struct scope *scope, const struct segment *path, const struct segment *suffix,
		   struct place_pattern *out);
/* Of a line of `expect writes`: a field alone belongs to the place in the head, if there is one. */
bool listed_place(struct scope *scope, const struct pattern *head, const struct stmt *line,
		  struct place_pattern *out);
/* As scripts write it. */
struct bus_place;
const char *place_print(struct scope *scope, const struct bus_place *place);

/* ---- numbers ---- */

/* A constant, or a variable that has a value; false with an error. */
bool number_resolve(struct scope *scope, const struct pattern *p, uint64_t *out);
/* The same of an argument; `otherwise` if it isn't given. Out of bounds is an error. */
bool arg_number(struct scope *scope, const struct stmt *stmt, const char *param, uint64_t lowest,
		uint64_t highest, uint64_t otherwise, uint64_t *out);
/* Each number of a number, range or set, in order; at most `room`; out may be NULL. False: more, or
 * above highest. */
bool list_resolve(struct scope *scope, const struct pattern *p, uint64_t highest, const char *what,
		  uint32_t *out, unsigned room, unsigned *nr);
const char *arg_word(const struct stmt *stmt, const char *param); /* "" if it isn't given */

/* ---- topology.c ---- */

/* Fills in scope->topology and defines its names. False: there were errors. */
bool topology_build(struct scope *scope, const struct stmt *stmt);
/* Behind its last line: devices for the virtual functions of those that can have some. */
#define TOPOLOGY_MAX_VFS 256 /* of a device */
size_t topology_room_for_vfs(const struct stmt *block);
bool topology_add_vfs(struct scope *scope);
/* 00:03.0 or 0000:00:03.0 */
bool bdf_parse(const char *text, uint16_t *segment, uint16_t *requester);

#endif
