/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine/build.h"

#include "domains/vmd.h"
#include "sim_iommu/vmd_sink.h"

#include <string.h>

/* VMD endpoints: the hardware that takes the messages of a segment, then the driver. */

int build_check_vmds(struct build *b)
{
	const struct machine_desc *desc = b->desc;

	if (desc->nr_vmds > MAX_UNITS)
		return build_refuse(b, -EINVAL, "a machine has at most 8 VMDs");
	for (uint32_t i = 0; i < desc->nr_vmds; i++) {
		if (desc->gic || desc->legacy)
			return build_refuse(b, -EINVAL, "only an x86 machine has VMDs");
		if (!desc->vmds[i].endpoint || !desc->vmds[i].segment)
			return build_refuse(b, -EINVAL,
					    "a VMD needs an endpoint, and a segment other than 0");
		for (uint32_t j = 0; j < i; j++)
			if (desc->vmds[i].segment == desc->vmds[j].segment)
				return build_refuse(b, -EINVAL, "two VMDs have the same segment");
	}
	return 0;
}

bool build_behind_vmd(struct build *b, struct device_desc *dev, struct irq_domain **parent)
{
	for (uint32_t i = 0; i < b->desc->nr_vmds; i++) {
		const struct vmd_desc *vmd = &b->desc->vmds[i];

		if (vmd->segment != dev->segment)
			continue;
		*parent = b->vmd[i];
		/* What passes looks as if it came from the endpoint. */
		for (uint32_t e = 0; vmd->bypass && e < b->desc->nr_devices; e++)
			if (!strcmp(b->desc->devices[e].name, vmd->endpoint)) {
				dev->behind = BRIDGE_PCI;
				dev->bridge_requester = b->desc->devices[e].requester;
			}
		return true;
	}
	return false;
}

static int probe(struct build *b, uint32_t i, const struct device_desc *desc, struct device *dev)
{
	const struct vmd_desc *vmd = &b->desc->vmds[i];
	const struct vmd_config config = {
		.segment = vmd->segment,
		.first_vector = vmd->first_vector,
	};
	int ret = vmd_sink_create(b->m, desc->name, desc->segment, vmd->segment, vmd->bypass);

	if (ret)
		return ret;
	if (vmd->bypass) {
		b->vmd[i] = dev->msi_domain;
		return 0;
	}
	b->vmd[i] = vmd_create(dev, &config, &ret);
	return ret;
}

int build_vmd(struct build *b, const struct device_desc *desc, struct device *dev)
{
	int ret = 0;

	for (uint32_t i = 0; i < b->desc->nr_vmds && !ret; i++)
		if (!strcmp(desc->name, b->desc->vmds[i].endpoint))
			ret = probe(b, i, desc, dev);
	return ret < 0 ? build_refuse(b, ret, "a VMD endpoint has not enough vectors") : 0;
}
