/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/vmd_sink.h"

#include <irqlab/device.h>
#include <irqlab/provider/hardware.h>

#define WINDOW_FIRST UINT64_C(0xfee00000)
#define WINDOW_LAST  UINT64_C(0xfeefffff)

struct vmd_sink {
	struct function *endpoint;
	uint16_t endpoint_segment, segment;
	bool bypass;
};

static void vmd_sink_digest(const void *object, struct digest *d)
{
	const struct vmd_sink *sink = object;

	digest_u64(d, sink->segment);
	digest_u64(d, (uint64_t)sink->endpoint_segment << 1 | sink->bypass);
}

static const struct object_type vmd_sink_type = {"vmd-sink", vmd_sink_digest};

static bool message(struct machine *m, void *unit, const struct bus_message *msg)
{
	struct vmd_sink *sink = unit;
	struct bus_message own = *msg;

	if (msg->address < WINDOW_FIRST || msg->address > WINDOW_LAST)
		return false;
	if (sink->bypass) {
		own.segment = sink->endpoint_segment;
		bus_send_message(m, &own);
	} else if (function_raise(m, sink->endpoint, RAISE_MSIX, 0,
				  (unsigned)(msg->address >> 12 & 0xff), RAISE_NO_PASID)) {
		tape_event(m, TAPE_DROP, ACTOR_DEVICE, msg->requester, msg->address, DROP_NO_TARGET,
			   0, msg->data);
	}
	return true;
}

static const struct bus_upstream_ops upstream_ops = {.message = message};

int vmd_sink_create(struct machine *m, const char *endpoint, uint16_t endpoint_segment,
		    uint16_t segment, bool bypass)
{
	struct function *fn = device_function(m, endpoint);
	struct vmd_sink *sink;
	int err;

	if (!fn)
		return -ENODEV;
	sink = object_alloc(m, &vmd_sink_type, sizeof(*sink));
	if (!sink)
		return -ENOMEM;
	*sink = (struct vmd_sink){fn, endpoint_segment, segment, bypass};
	err = bus_add_upstream(m, segment, 0, UINT16_MAX, &upstream_ops, sink);
	if (err)
		object_free(m, sink);
	return err;
}
