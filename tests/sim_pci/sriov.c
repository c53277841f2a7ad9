/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_pci/pci_rig.h"

#include <stdio.h>

/* PCIe 5.0, 9.3.3: the SR-IOV capability, and who answers when. */
#define CAP	  0x100u
#define CONTROL	  (CAP + 0x08)
#define NUM_VFS	  (CAP + 0x10)
#define VF_BAR0	  (CAP + 0x24)
#define VF_ENABLE 0x1u
#define VF_MSE	  0x8u

static struct rig *sriov_create(uint16_t total, uint16_t offset, uint16_t stride, uint8_t bar)
{
	struct device_desc desc = nic_with_msix(4);

	desc.msix.table_bar = bar;
	desc.sriov.total = total;
	desc.sriov.offset = offset;
	desc.sriov.stride = stride;
	return nic_create(desc);
}

static uint32_t vf_cfg(struct rig *r, uint16_t requester, unsigned where, unsigned size)
{
	return (uint32_t)rig_read(r, bus_config_address(0, requester, where), size);
}

static void vf_cfg_write(struct rig *r, uint16_t requester, unsigned where, unsigned size,
			 uint32_t value)
{
	rig_write(r, bus_config_address(0, requester, where), size, value);
}

static void enable(struct rig *r, unsigned nr)
{
	cfg_write(r, NUM_VFS, 2, nr);
	cfg_write(r, CONTROL, 2, VF_ENABLE | VF_MSE);
}

static void capability(void **state)
{
	struct rig *r = sriov_create(7, 0x80, 2, 0);

	(void)state;
	assert_int_equal(cfg_read(r, CAP, 4), 0x00010010); /* id, version 1, no next */
	assert_int_equal(cfg_read(r, CAP + 4, 4), 0);	   /* no migration */
	assert_int_equal(cfg_read(r, CONTROL, 2), 0);
	assert_int_equal(cfg_read(r, CAP + 0x0c, 2), 7); /* InitialVFs */
	assert_int_equal(cfg_read(r, CAP + 0x0e, 2), 7); /* TotalVFs */
	assert_int_equal(cfg_read(r, NUM_VFS, 2), 0);
	assert_int_equal(cfg_read(r, CAP + 0x14, 2), 0x80); /* First VF Offset */
	assert_int_equal(cfg_read(r, CAP + 0x16, 2), 2);    /* VF Stride */
	assert_int_equal(cfg_read(r, CAP + 0x1c, 4), 1);    /* pages of 4 KiB */
	assert_int_equal(cfg_read(r, CAP + 0x20, 4), 1);
	cfg_write(r, CAP + 0x0c, 4, 0x00010001);
	cfg_write(r, CAP + 0x14, 4, 0x00010001);
	assert_int_equal(cfg_read(r, CAP + 0x0c, 4), 0x00070007);
	assert_int_equal(cfg_read(r, CAP + 0x14, 4), 0x00020080);
	assert_int_equal(function_peek_config(r->m, NIC, CAP + 0x14, 4), 0x00020080);
	assert_int_equal(cfg_read(r, CAP + 0x40, 4), 0); /* nothing behind it */
	rig_destroy(r);
	r = nic_create(nic_with_msix(4));
	assert_int_equal(cfg_read(r, CAP, 4), 0); /* no extended capability at all */
	rig_destroy(r);
}

static void number_of_functions(void **state)
{
	struct rig *r = sriov_create(4, 1, 1, 0);

	(void)state;
	cfg_write(r, NUM_VFS, 2, 5); /* more than there are: undefined, here nothing */
	assert_int_equal(cfg_read(r, NUM_VFS, 2), 0);
	enable(r, 2);
	cfg_write(r, NUM_VFS, 2, 3); /* 9.3.3.7: not while there are some */
	assert_int_equal(cfg_read(r, NUM_VFS, 2), 2);
	cfg_write(r, CONTROL, 2, 0);
	cfg_write(r, NUM_VFS, 2, 3);
	assert_int_equal(cfg_read(r, NUM_VFS, 2), 3);
	rig_destroy(r);
}

/* All combinations: function n is at offset + n × stride, and answers while it is counted. */
static void who_answers(void **state)
{
	static const struct {
		uint16_t offset, stride;
	} places[] = {{1, 1}, {0x80, 2}, {0x100, 0x10}};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct rig *r = sriov_create(4, places[i].offset, places[i].stride, 0);

		for (unsigned nr = 0; nr <= 4; nr++) {
			enable(r, nr);
			for (unsigned n = 0; n < 4; n++) {
				uint16_t id = (uint16_t)(NIC_REQUESTER + places[i].offset +
							 n * places[i].stride);

				assert_int_equal(vf_cfg(r, id, CONFIG_VENDOR, 4), UINT32_MAX);
				assert_int_equal(vf_cfg(r, id, 0x08, 4) != UINT32_MAX, n < nr);
				assert_int_equal(vf_cfg(r, id, CONFIG_STATUS, 2),
						 n < nr ? 0x10 : 0xffff);
			}
			cfg_write(r, CONTROL, 2, 0);
		}
		rig_destroy(r);
	}
}

/* 9.3.4.1: bus mastering is a function's own; memory space, INTx and BARs are not there. */
static void registers_of_a_virtual_function(void **state)
{
	struct rig *r = sriov_create(2, 1, 1, 0);
	const uint16_t id = NIC_REQUESTER + 2;

	(void)state;
	enable(r, 2);
	vf_cfg_write(r, id, CONFIG_COMMAND, 2, 0xffff);
	assert_int_equal(vf_cfg(r, id, CONFIG_COMMAND, 2), 0x0004);
	assert_int_equal(vf_cfg(r, NIC_REQUESTER + 1, CONFIG_COMMAND, 2), 0);
	for (unsigned bar = 0; bar < 6; bar++) {
		vf_cfg_write(r, id, CONFIG_BAR0 + 4 * bar, 4, UINT32_MAX);
		assert_int_equal(vf_cfg(r, id, CONFIG_BAR0 + 4 * bar, 4), 0);
	}
	assert_int_equal(vf_cfg(r, id, CONFIG_INTX_PIN, 1), 0);
	assert_int_equal(device_raise(r->m, NIC "-vf1", RAISE_INTX, 0, 0, RAISE_NO_PASID), -EINVAL);
	rig_destroy(r);
}

/* Where table n is, by the capability alone. */
static uint64_t table_of(struct rig *r, unsigned bar, unsigned n)
{
	uint32_t low = cfg_read(r, VF_BAR0 + 4 * bar, 4), mask;
	uint64_t address = low & ~15u;

	cfg_write(r, VF_BAR0 + 4 * bar, 4, UINT32_MAX);
	mask = cfg_read(r, VF_BAR0 + 4 * bar, 4) & ~15u;
	cfg_write(r, VF_BAR0 + 4 * bar, 4, low);
	if ((low & 6) == 4)
		address |= (uint64_t)cfg_read(r, VF_BAR0 + 4 * bar + 4, 4) << 32;
	return address + n * (uint64_t)(~mask + 1) + TABLE_OFFSET;
}

static void messages(void **state)
{
	(void)state;
	for (uint8_t bar = 0; bar < 2; bar++) { /* 64 bits, and 32 */
		struct rig *r = sriov_create(3, 1, 1, bar);

		enable(r, 3);
		for (unsigned n = 0; n < 3; n++) {
			uint16_t id = (uint16_t)(NIC_REQUESTER + 1 + n);
			uint64_t table = table_of(r, bar, n);
			char name[32];

			rig_write(r, table, 4, ADDRESS(n));
			rig_write(r, table + 8, 4, 0x50 + n);
			rig_write(r, table + 12, 4, 0);
			vf_cfg_write(r, id, MSIX_CAP + 2, 2, 0x8000);
			snprintf(name, sizeof(name), "%s-vf%u", NIC, n);
			rig_forget(r);
			assert_int_equal(device_raise(r->m, name, RAISE_MSIX, 0, 0, RAISE_NO_PASID),
					 0);
			assert_int_equal(rig_next(r, TAPE_DROP)->value, DROP_BUS_MASTER);
			vf_cfg_write(r, id, CONFIG_COMMAND, 2, 0x4);
			rig_forget(r);
			assert_int_equal(device_raise(r->m, name, RAISE_MSIX, 0, 0, RAISE_NO_PASID),
					 0);
			assert_int_equal(rig_next(r, TAPE_MESSAGE)->actor, id);
			rig_forget(r);
			assert_int_equal(device_raise(r->m, name, RAISE_MSIX, 0, 0, RAISE_NO_PASID),
					 0);
			expect_message(r, ADDRESS(n), 0x50 + n);
		}
		rig_destroy(r);
	}
}

static void memory_space(void **state)
{
	struct rig *r = sriov_create(2, 1, 1, 0);
	uint64_t table = table_of(r, 0, 1);

	(void)state;
	cfg_write(r, NUM_VFS, 2, 2);
	cfg_write(r, CONTROL, 2, VF_ENABLE);
	assert_int_equal((uint32_t)rig_read(r, table + 12, 4), UINT32_MAX);
	cfg_write(r, CONTROL, 2, VF_ENABLE | VF_MSE);
	assert_int_equal((uint32_t)rig_read(r, table + 12, 4), 1);
	cfg_write(r, CONTROL, 2, VF_MSE);
	assert_int_equal((uint32_t)rig_read(r, table + 12, 4), UINT32_MAX);
	rig_destroy(r);
}

/* Off and on again, and after a reset of the physical function, it is as new. */
static void forgets_when_disabled(void **state)
{
	struct fingerprint fresh;
	struct rig *r;

	(void)state;
	for (int by_reset = 0; by_reset < 2; by_reset++) {
		uint64_t table;

		r = sriov_create(2, 1, 1, 0);
		if (by_reset)
			assert_int_equal(device_reset(r->m, NIC), 0);
		fresh = machine_fingerprint(r->m, FINGERPRINT_SEMANTIC);
		table = table_of(r, 0, 0);
		enable(r, 2);
		rig_write(r, table, 4, 0xfee00000);
		rig_write(r, table + 12, 4, 0);
		vf_cfg_write(r, NIC_REQUESTER + 1, CONFIG_COMMAND, 2, 0x4);
		vf_cfg_write(r, NIC_REQUESTER + 1, MSIX_CAP + 2, 2, 0xc000);
		assert_int_equal(device_raise(r->m, NIC "-vf0", RAISE_MSIX, 0, 0, RAISE_NO_PASID),
				 0);
		if (by_reset) {
			assert_int_equal(device_reset(r->m, NIC), 0);
		} else {
			cfg_write(r, CONTROL, 2, 0);
			cfg_write(r, NUM_VFS, 2, 0);
		}
		assert_int_equal(device_raise(r->m, NIC "-vf0", RAISE_MSIX, 0, 0, RAISE_NO_PASID),
				 -ENODEV);
		assert_int_equal(device_reset(r->m, NIC "-vf0"), -ENODEV);
		assert_true(
			fingerprint_equal(fresh, machine_fingerprint(r->m, FINGERPRINT_SEMANTIC)));
		assert_true(fingerprint_equal(
			fresh, machine_fingerprint_recompute(r->m, FINGERPRINT_SEMANTIC)));
		rig_destroy(r);
	}
}

static void descriptions(void **state)
{
	struct device_desc pf = nic_with_msix(8), vf;
	char name[32];

	(void)state;
	pf.name = "abcdefghijklmnopqrstuvwxy"; /* 25 letters */
	pf.requester = 0xff00;
	pf.sriov.total = 256;
	pf.sriov.msix = 3;
	assert_true(device_vf_desc(&pf, 254, &vf, name));
	assert_string_equal(vf.name, "abcdefghijklmnopqrstuvwxy-vf254");
	assert_int_equal(vf.requester, 0xffff);
	assert_int_equal(vf.msix.size, 3);
	assert_int_equal(vf.sriov.total, 0);
	assert_false(device_vf_desc(&pf, 255, &vf, name)); /* requester 0x10000 */
	assert_false(device_vf_desc(&pf, 256, &vf, name));
	pf.name = "abcdefghijklmnopqrstuvwxyz";
	assert_false(device_vf_desc(&pf, 0, &vf, name));
}

/* Places and names are taken, whoever was first; nothing is left of a failure. */
static void clashes(void **state)
{
	struct device_desc pf = nic_with_msix(2), other = nic_with_msix(2);
	struct machine *m = machine_create(NULL);
	struct fingerprint before;

	(void)state;
	pf.name = "pf";
	pf.requester = 0x10;
	pf.sriov.total = 4;
	other.name = "pf-vf3";
	other.requester = 0x100;
	assert_int_equal(function_create(m, &other), 0);
	before = machine_fingerprint(m, FINGERPRINT_COMPLETE);
	assert_int_equal(function_create(m, &pf), -EEXIST);
	pf.name = "fp";
	pf.sriov.offset = 0xf0 - 2; /* the third is where the other one is */
	assert_int_equal(function_create(m, &pf), -EEXIST);
	pf.sriov.total = 257;
	assert_int_equal(function_create(m, &pf), -EINVAL);
	assert_true(fingerprint_equal(before, machine_fingerprint(m, FINGERPRINT_COMPLETE)));
	for (unsigned nth = 1; nth < 40; nth++) {
		int ret;

		pf.sriov.total = 2;
		machine_fail_allocation(m, nth);
		ret = function_create(m, &pf);
		machine_fail_allocation(m, 0);
		if (!ret)
			break;
		assert_int_equal(ret, -ENOMEM);
		assert_true(
			fingerprint_equal(before, machine_fingerprint(m, FINGERPRINT_COMPLETE)));
	}
	assert_non_null(device_function(m, "fp-vf1"));
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capability),
		cmocka_unit_test(number_of_functions),
		cmocka_unit_test(who_answers),
		cmocka_unit_test(registers_of_a_virtual_function),
		cmocka_unit_test(messages),
		cmocka_unit_test(memory_space),
		cmocka_unit_test(forgets_when_disabled),
		cmocka_unit_test(descriptions),
		cmocka_unit_test(clashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
