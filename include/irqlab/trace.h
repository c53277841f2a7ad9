/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TRACE_H
#define IRQLAB_TRACE_H

#include <irqlab/machine.h>

/*
 * Points inside the software, by the names of the kernel's tracepoints and
 * functions. Off until machine_set_tracing(); then each is a TRACE record
 * (actor the CPU, value the point, address the irq, extra the number of
 * arguments) followed by TRACE_ARGS records of two arguments each (address,
 * value). Columns: name, arguments after the irq.
 */
#define IRQLAB_MATRIX_ARGS "bit cpu online avail alloc managed gavail greserved total"
#define IRQLAB_TRACE_POINTS(X)                                                                     \
	X(irq_matrix_online, "online gavail greserved total")                                      \
	X(irq_matrix_offline, "online gavail greserved total")                                     \
	X(irq_matrix_reserve, "online gavail greserved total")                                     \
	X(irq_matrix_remove_reserved, "online gavail greserved total")                             \
	X(irq_matrix_assign_system, "bit online gavail greserved total")                           \
	X(irq_matrix_assign, IRQLAB_MATRIX_ARGS)                                                   \
	X(irq_matrix_alloc, IRQLAB_MATRIX_ARGS)                                                    \
	X(irq_matrix_free, IRQLAB_MATRIX_ARGS)                                                     \
	X(irq_matrix_reserve_managed, IRQLAB_MATRIX_ARGS)                                          \
	X(irq_matrix_remove_managed, IRQLAB_MATRIX_ARGS)                                           \
	X(irq_matrix_alloc_managed, IRQLAB_MATRIX_ARGS)                                            \
	X(vector_reserve, "ret")                                                                   \
	X(vector_reserve_managed, "ret")                                                           \
	X(vector_config, "vector cpu apicdest")                                                    \
	X(vector_setup, "is_legacy ret")                                                           \
	X(vector_activate, "is_managed can_reserve reserve")                                       \
	X(vector_deactivate, "is_managed can_reserve reserve")                                     \
	X(vector_alloc, "vector reserved ret")                                                     \
	X(vector_alloc_managed, "vector ret")                                                      \
	X(vector_update, "vector cpu prev_vector prev_cpu")                                        \
	X(vector_clear, "vector cpu prev_vector prev_cpu")                                         \
	X(vector_teardown, "is_managed has_reserved")                                              \
	X(vector_free_moved, "cpu vector is_managed")                                              \
	X(vector_schedule_cleanup, "vector cpu prev_vector prev_cpu mip")                          \
	X(free_moved_vector, "")                                                                   \
	X(x86_vector_alloc_irqs, "nr domain")                                                      \
	X(x86_vector_free_irqs, "nr domain")                                                       \
	X(x86_vector_activate, "domain reserve")                                                   \
	X(x86_vector_deactivate, "domain")                                                         \
	X(x86_vector_msi_compose_msg, "domain")                                                    \
	X(apic_set_affinity, "mask force")                                                         \
	X(apic_retrigger_irq, "domain")                                                            \
	X(apic_ack_edge, "domain")                                                                 \
	X(apic_ack_irq, "domain")                                                                  \
	X(intel_irq_remapping_alloc, "nr domain")                                                  \
	X(intel_irq_remapping_free, "nr domain")                                                   \
	X(intel_irq_remapping_activate, "domain reserve")                                          \
	X(intel_irq_remapping_deactivate, "domain")                                                \
	X(intel_ir_compose_msi_msg, "domain")                                                      \
	X(intel_ir_set_affinity, "mask force")                                                     \
	X(irq_remapping_alloc, "nr domain")                                                        \
	X(irq_remapping_free, "nr domain")                                                         \
	X(irq_remapping_activate, "domain reserve")                                                \
	X(irq_remapping_deactivate, "domain")                                                      \
	X(ir_compose_msi_msg, "domain")                                                            \
	X(amd_ir_set_affinity, "mask force")                                                       \
	X(gic_irq_domain_alloc, "nr domain")                                                       \
	X(gic_irq_domain_free, "nr domain")                                                        \
	X(gic_mask_irq, "domain")                                                                  \
	X(gic_unmask_irq, "domain")                                                                \
	X(gic_set_affinity, "mask force")                                                          \
	X(gicv2m_irq_domain_alloc, "nr")                                                           \
	X(gicv2m_irq_domain_free, "nr")                                                            \
	X(gicv2m_compose_msi_msg, "")                                                              \
	X(its_irq_domain_alloc, "nr")                                                              \
	X(its_irq_domain_free, "nr")                                                               \
	X(its_irq_domain_activate, "reserve")                                                      \
	X(its_irq_domain_deactivate, "")                                                           \
	X(its_irq_compose_msi_msg, "")                                                             \
	X(its_set_affinity, "mask force")                                                          \
	X(its_irq_set_irqchip_state, "which state")                                                \
	X(its_irq_retrigger, "")                                                                   \
	X(its_mask_irq, "")                                                                        \
	X(its_unmask_irq, "")                                                                      \
	X(lpi_update_config, "")                                                                   \
	X(its_pci_msi_prepare, "nr")                                                               \
	X(its_pmsi_prepare, "nr")                                                                  \
	X(its_msi_prepare, "nr")                                                                   \
	X(its_create_device, "devid nr")                                                           \
	X(its_lpi_alloc, "")                                                                       \
	X(its_lpi_free, "")                                                                        \
	X(iommu_dma_prepare_msi, "")                                                               \
	X(msi_domain_alloc, "nr domain")                                                           \
	X(msi_domain_free, "nr domain")                                                            \
	X(msi_domain_activate, "domain reserve")                                                   \
	X(msi_domain_deactivate, "domain")                                                         \
	X(msi_domain_set_affinity, "mask force")                                                   \
	X(msi_set_affinity, "mask force")                                                          \
	X(irq_domain_activate_irq, "reserve")                                                      \
	X(irq_domain_deactivate_irq, "domain")                                                     \
	X(irq_do_set_affinity, "mask force")                                                       \
	X(__irq_move_irq, "domain")                                                                \
	X(irq_move_masked_irq, "domain")                                                           \
	X(pci_msi_domain_write_msg, "msg_lo msg_hi msg_data")                                      \
	X(__pci_write_msi_msg, "index msg_lo msg_hi msg_data")                                     \
	X(pci_irq_mask_msi, "domain")                                                              \
	X(pci_irq_unmask_msi, "domain")                                                            \
	X(pci_irq_mask_msix, "domain")                                                             \
	X(pci_irq_unmask_msix, "domain")                                                           \
	X(calc_sets, "nvecs set0 set1 set2 set3")                                                  \
	X(handler, "")

enum trace_point {
#define IRQLAB_TRACE_ENUM(name, args) TRACE_##name,
	IRQLAB_TRACE_POINTS(IRQLAB_TRACE_ENUM)
#undef IRQLAB_TRACE_ENUM
		NR_TRACE_POINTS
};

/* The names in the table above, constants. */
const char *trace_point_name(enum trace_point point);
const char *trace_point_args(enum trace_point point);
/* From now on, or no longer; nothing but the tape tells the difference. */
void machine_set_tracing(struct machine *m, bool on);

/* An argument "domain" is irq_domain.id; "mask" is the address of an interned cpumask. */
void trace_slow(struct machine *m, enum trace_point point, uint32_t irq, unsigned nr_args,
		const uint64_t *args);
bool machine_tracing(const struct machine *m);
#define trace(m, name, irq, ...)                                                                   \
	do {                                                                                       \
		if (__builtin_expect(machine_tracing(m), 0)) {                                     \
			const uint64_t args_[] = {0, ##__VA_ARGS__};                               \
			trace_slow(m, TRACE_##name, irq, sizeof(args_) / 8 - 1, args_ + 1);        \
		}                                                                                  \
	} while (0)

#endif
