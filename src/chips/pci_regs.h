/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_CHIPS_PCI_REGS_H
#define IRQLAB_CHIPS_PCI_REGS_H

/* Configuration space as software reads it (PCI 3.0, 6.1, 6.7, 6.8; PCIe 5.0, 7.5, 7.7). */

enum pci_header {
	PCI_VENDOR_ID = 0x00,
	PCI_COMMAND = 0x04,
	PCI_STATUS = 0x06,
	PCI_CLASS_REVISION = 0x08,
	PCI_BASE_ADDRESS_0 = 0x10,
	PCI_CAPABILITY_LIST = 0x34,
	PCI_INTERRUPT_PIN = 0x3d,
};
enum pci_command {
	PCI_COMMAND_MEMORY = 1 << 1,
	PCI_COMMAND_MASTER = 1 << 2,
	PCI_COMMAND_INTX_DISABLE = 1 << 10,
};
#define PCI_STATUS_CAP_LIST  0x10
#define PCI_NR_BARS	     6
#define PCI_FIRST_CAPABILITY 0x40 /* below lies the header */
#define PCI_MAX_CAPABILITIES 48	  /* of 4 bytes and more between 0x40 and 0xff */

enum pci_base_address { /* 6.2.5.1 */
			PCI_BASE_ADDRESS_IO = 1 << 0,
			PCI_BASE_ADDRESS_TYPE_MASK = 0x6,
			PCI_BASE_ADDRESS_TYPE_64 = 0x4,
};
#define PCI_BASE_ADDRESS_MEM_MASK UINT64_C(~0xf)

enum pci_capability_id { PCI_CAP_ID_MSI = 0x05, PCI_CAP_ID_MSIX = 0x11 };

enum pci_msi_register { /* 6.8.1; offsets from the capability */
			PCI_MSI_FLAGS = 2,
			PCI_MSI_ADDRESS_LO = 4,
			PCI_MSI_ADDRESS_HI = 8,
			PCI_MSI_DATA_32 = 8,
			PCI_MSI_DATA_64 = 12,
			PCI_MSI_MASK_32 = 12,
			PCI_MSI_MASK_64 = 16,
};
enum pci_msi_flags { /* 6.8.1.3 */
		     PCI_MSI_FLAGS_ENABLE = 1 << 0,
		     PCI_MSI_FLAGS_QMASK = 7 << 1,
		     PCI_MSI_FLAGS_QSIZE = 7 << 4,
		     PCI_MSI_FLAGS_64BIT = 1 << 7,
		     PCI_MSI_FLAGS_MASKBIT = 1 << 8,
};
#define PCI_MSI_QMASK(flags) (((flags)&PCI_MSI_FLAGS_QMASK) >> 1) /* log2 of the count */
#define PCI_MSI_QMASK_MAX    5					  /* 6 and 7 are reserved */

enum pci_msix_register { /* 6.8.2 */
			 PCI_MSIX_FLAGS = 2,
			 PCI_MSIX_TABLE = 4,
};
enum pci_msix_flags { /* 6.8.2.3 */
		      PCI_MSIX_FLAGS_QSIZE = 0x7ff,
		      PCI_MSIX_FLAGS_MASKALL = 1 << 14,
		      PCI_MSIX_FLAGS_ENABLE = 1 << 15,
};
#define PCI_MSIX_TABLE_BIR 7u

enum pci_msix_entry { /* 6.8.2.6 to 6.8.2.9 */
		      PCI_MSIX_ENTRY_LOWER_ADDR = 0,
		      PCI_MSIX_ENTRY_UPPER_ADDR = 4,
		      PCI_MSIX_ENTRY_DATA = 8,
		      PCI_MSIX_ENTRY_VECTOR_CTRL = 12,
		      PCI_MSIX_ENTRY_SIZE = 16,
};
#define PCI_MSIX_ENTRY_CTRL_MASKBIT 1u

/* PCIe 5.0, 9.3.3: the extended capability that irqlab's functions have, if any, is the first. */
#define PCI_EXT_CAPABILITIES 0x100
#define PCI_EXT_CAP_ID_SRIOV 0x10
enum pci_sriov_register {
	PCI_SRIOV_CTRL = 0x08,
	PCI_SRIOV_TOTAL_VF = 0x0e,
	PCI_SRIOV_NUM_VF = 0x10,
	PCI_SRIOV_VF_OFFSET = 0x14,
	PCI_SRIOV_VF_STRIDE = 0x16,
	PCI_SRIOV_BAR = 0x24,
};
enum pci_sriov_ctrl { PCI_SRIOV_CTRL_VFE = 1 << 0, PCI_SRIOV_CTRL_MSE = 1 << 3 };

#endif
