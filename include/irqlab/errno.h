/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_ERRNO_H
#define IRQLAB_ERRNO_H

/*
 * Error numbers as Linux uses them. Functions return 0 or a positive result on
 * success and a negative error number on failure, as in the kernel.
 * One table, so that names in scenarios, help and diagnostics cannot drift.
 */
#define IRQLAB_ERRNOS(X)                                                                           \
	X(EPERM, 1, "not permitted")                                                               \
	X(ENOENT, 2, "no such object")                                                             \
	X(EIO, 5, "input or output error")                                                         \
	X(ENXIO, 6, "no such device or address")                                                   \
	X(EAGAIN, 11, "try again")                                                                 \
	X(ENOMEM, 12, "out of memory")                                                             \
	X(EBUSY, 16, "in use, or still moving")                                                    \
	X(EEXIST, 17, "exists already")                                                            \
	X(ENODEV, 19, "no device, or no domain for it")                                            \
	X(EINVAL, 22, "invalid argument or state")                                                 \
	X(ENOSPC, 28, "no vector, table entry or number left")                                     \
	X(ERANGE, 34, "outside the permitted range")                                               \
	X(ENOSYS, 38, "no level of the hierarchy implements this")                                 \
	X(EOVERFLOW, 75, "value too large")                                                        \
	X(EOPNOTSUPP, 95, "operation not supported")                                               \
	X(ENOTCONN, 107, "not connected")                                                          \
	X(ENOTSUPP, 524, "feature refused by the back end")

#include <errno.h>
#ifndef ENOTSUPP
#define ENOTSUPP 524 /* kernel internal, not in the C library's headers */
#endif

/* The name of an error number, positive or negative ("ENOSPC"); "E?" if unknown. */
const char *irqlab_errno_name(int err);

/* One line for people; "" if unknown. */
const char *irqlab_errno_text(int err);

/* The positive number of a name ("ENOSPC" → 28); 0 if there is no such name. */
int irqlab_errno_number(const char *name);

#endif
