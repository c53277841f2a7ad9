/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_BITS_H
#define IRQLAB_SCENARIO_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;

/*
 * Bit fields by name: what {vector=0x21 dest=1} means in a word that is written
 * or stored somewhere. Columns: form, name, lowest bit, highest bit. A field
 * that lies in two pieces has two rows, the lower piece first.
 */
enum form {
	FORM_PLAIN,	 /* a number without fields */
	FORM_ADDRESS,	 /* of a message, 64 bits */
	FORM_DATA,	 /* of a message */
	FORM_ENTRY_CTRL, /* MSI-X vector control */
	FORM_STORE_CTRL, /* control of a slot in a DSA table */
	FORM_QUEUE_STATE,
	FORM_MSI_CTRL,	  /* capability */
	FORM_MSIX_CTRL,	  /* capability */
	FORM_COMMAND,	  /* PCI command register */
	FORM_INTEL_LO,	  /* table entry, xAPIC destination */
	FORM_INTEL_LO_X2, /* …with 32 bits of destination */
	FORM_INTEL_HI,
	FORM_AMD_LO, /* 128-bit table entry */
	FORM_AMD_HI,
	FORM_AMD_32,	  /* 32-bit table entry */
	FORM_INTEL_FLUSH, /* invalidation descriptor, low half */
	FORM_POSTED,	  /* control word of a posted-interrupt descriptor */
	NR_FORMS
};

#define IRQLAB_BIT_FIELDS(X)                                                                       \
	/* SDM vol. 3, 11.11.1; VT-d 5.1.2.2 */                                                    \
	X(ADDRESS, "remappable", 4, 4)                                                             \
	X(ADDRESS, "handle", 5, 19)                                                                \
	X(ADDRESS, "handle", 2, 2)                                                                 \
	X(ADDRESS, "shv", 3, 3)                                                                    \
	X(ADDRESS, "dest", 12, 19)                                                                 \
	X(ADDRESS, "dest", 40, 63)                                                                 \
	X(ADDRESS, "extended", 5, 11)                                                              \
	X(ADDRESS, "rh", 3, 3)                                                                     \
	X(ADDRESS, "logical", 2, 2)                                                                \
	X(ADDRESS, "base", 20, 31)                                                                 \
	/* SDM vol. 3, 11.11.2 */                                                                  \
	X(DATA, "vector", 0, 7)                                                                    \
	X(DATA, "delivery", 8, 10)                                                                 \
	X(DATA, "assert", 14, 14)                                                                  \
	X(DATA, "level", 15, 15)                                                                   \
	X(DATA, "subhandle", 0, 15)                                                                \
	X(DATA, "index", 0, 10)                                                                    \
	X(ENTRY_CTRL, "mask", 0, 0)                                                                \
	X(STORE_CTRL, "mask", 0, 0)                                                                \
	X(STORE_CTRL, "pending", 1, 1)                                                             \
	X(STORE_CTRL, "ignore", 2, 2)                                                              \
	X(STORE_CTRL, "pasid-enable", 3, 3)                                                        \
	X(STORE_CTRL, "pasid", 12, 31)                                                             \
	X(QUEUE_STATE, "armed", 0, 0)                                                              \
	/* PCI 3.0, 6.8.1.3 and 6.8.2.3 */                                                         \
	X(MSI_CTRL, "enable", 0, 0)                                                                \
	X(MSI_CTRL, "capable", 1, 3)                                                               \
	X(MSI_CTRL, "enabled", 4, 6)                                                               \
	X(MSI_CTRL, "is-64", 7, 7)                                                                 \
	X(MSI_CTRL, "maskbit", 8, 8)                                                               \
	X(MSIX_CTRL, "enable", 15, 15)                                                             \
	X(MSIX_CTRL, "maskall", 14, 14)                                                            \
	X(MSIX_CTRL, "last", 0, 10)                                                                \
	X(COMMAND, "memory", 1, 1)                                                                 \
	X(COMMAND, "bus-master", 2, 2)                                                             \
	X(COMMAND, "intx-disable", 10, 10)                                                         \
	/* VT-d 9.10 */                                                                            \
	X(INTEL_LO, "present", 0, 0)                                                               \
	X(INTEL_LO, "fpd", 1, 1)                                                                   \
	X(INTEL_LO, "logical", 2, 2)                                                               \
	X(INTEL_LO, "rh", 3, 3)                                                                    \
	X(INTEL_LO, "level", 4, 4)                                                                 \
	X(INTEL_LO, "delivery", 5, 7)                                                              \
	X(INTEL_LO, "urgent", 14, 14)                                                              \
	X(INTEL_LO, "posted", 15, 15)                                                              \
	X(INTEL_LO, "vector", 16, 23)                                                              \
	X(INTEL_LO, "dest", 40, 47)                                                                \
	X(INTEL_LO_X2, "present", 0, 0)                                                            \
	X(INTEL_LO_X2, "fpd", 1, 1)                                                                \
	X(INTEL_LO_X2, "logical", 2, 2)                                                            \
	X(INTEL_LO_X2, "rh", 3, 3)                                                                 \
	X(INTEL_LO_X2, "level", 4, 4)                                                              \
	X(INTEL_LO_X2, "delivery", 5, 7)                                                           \
	X(INTEL_LO_X2, "urgent", 14, 14)                                                           \
	X(INTEL_LO_X2, "posted", 15, 15)                                                           \
	X(INTEL_LO_X2, "vector", 16, 23)                                                           \
	X(INTEL_LO_X2, "dest", 32, 63)                                                             \
	X(INTEL_HI, "sid", 0, 15)                                                                  \
	X(INTEL_HI, "sq", 16, 17)                                                                  \
	X(INTEL_HI, "svt", 18, 19)                                                                 \
	/* AMD I/O Virtualization Technology, interrupt remapping tables */                        \
	X(AMD_LO, "present", 0, 0)                                                                 \
	X(AMD_LO, "suppress", 1, 1)                                                                \
	X(AMD_LO, "delivery", 2, 4)                                                                \
	X(AMD_LO, "log", 2, 2)                                                                     \
	X(AMD_LO, "logical", 6, 6)                                                                 \
	X(AMD_LO, "running", 6, 6)                                                                 \
	X(AMD_LO, "guest", 7, 7)                                                                   \
	X(AMD_LO, "dest", 8, 31)                                                                   \
	X(AMD_LO, "tag", 32, 63)                                                                   \
	X(AMD_HI, "vector", 0, 7)                                                                  \
	X(AMD_HI, "dest-high", 56, 63)                                                             \
	X(AMD_32, "present", 0, 0)                                                                 \
	X(AMD_32, "suppress", 1, 1)                                                                \
	X(AMD_32, "delivery", 2, 4)                                                                \
	X(AMD_32, "logical", 6, 6)                                                                 \
	X(AMD_32, "dest", 8, 15)                                                                   \
	X(AMD_32, "vector", 16, 23)                                                                \
	/* VT-d 9.11 */                                                                            \
	X(POSTED, "on", 0, 0)                                                                      \
	X(POSTED, "sn", 1, 1)                                                                      \
	X(POSTED, "nv", 16, 23)                                                                    \
	X(POSTED, "ndst", 32, 63)                                                                  \
	/* VT-d 6.5.2.7 */                                                                         \
	X(INTEL_FLUSH, "type", 0, 3)                                                               \
	X(INTEL_FLUSH, "selective", 4, 4)                                                          \
	X(INTEL_FLUSH, "mask", 27, 31)                                                             \
	X(INTEL_FLUSH, "handle", 32, 47)

/* False: the form has no such field. */
bool form_field(enum form form, const char *name, uint64_t word, uint64_t *out);
/* FORM_PLAIN: of any form. */
bool form_has_field(enum form form, const char *name);
/* The closest name; NULL: none. FORM_PLAIN: of any form. */
const char *form_suggestion(enum form form, const char *name);
const char *form_text(enum form form); /* "a message address" */
/* "vector=0x24 dest=1": the fields that are not 0; nothing for FORM_PLAIN. */
void form_print(enum form form, uint64_t word, struct text *to);

/* What the word at a place on the bus is made of. */
struct topology;
struct bus_place;
bool object_is_of_unit(const char *object, const char *unit);
struct remap_desc;
enum form form_of_entry(const struct remap_desc *unit, const char *field); /* "lo", "hi" */
enum form form_of_place(const struct topology *t, const struct bus_place *place);

#endif
