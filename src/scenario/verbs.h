/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_VERBS_H
#define IRQLAB_SCENARIO_VERBS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The verbs: one table for the parser, for help, for suggestions and for the
 * editor files. Columns: constant, name, arguments, results, help, example.
 *
 * Arguments are separated by blanks. UPPER stands for a value of that type
 * (IRQLAB_PARAM_TYPES), NAME:TYPE gives it another name, NAME:a|b one of these
 * words, lower is that word itself, key=TYPE a value with a key. [ ] is
 * optional, | inside it separates what excludes each other, "..." repeats.
 */
#define IRQLAB_FILE_VERBS(X)                                                                       \
	X(VERSION, "irqlab-scenario", "INT", "",                                                   \
	  "The version of the format; only in the first line. This is version 1.",                 \
	  "irqlab-scenario 1")                                                                     \
	X(SCENARIO, "scenario", "STRING", "", "The title, one line.",                              \
	  "scenario \"MSI-X: retarget\"")                                                          \
	X(TAGS, "tags", "NAME...", "", "Words to select scenarios by.", "tags msix affinity")      \
	X(INCLUDE, "include", "STRING", "",                                                        \
	  "Reads another file here; its path is relative to this file's.",                         \
	  "include \"two-cpus.irq\"")                                                              \
	X(REQUIRES, "requires", "NAME...", "",                                                     \
	  "Skips the scenario (status 77) where this build lacks one of these features; "          \
	  "`irqlab help features` lists them.",                                                    \
	  "requires intel-ir ims")                                                                 \
	X(PROFILE, "profile", "NAME", "",                                                          \
	  "Which switches are on: linux-6.12 (the default) or intended.", "profile intended")      \
	X(SWITCH, "switch", "SWITCH on|off", "",                                                   \
	  "Switches one behaviour of the kernel on or off; `irqlab help switches` lists them.",    \
	  "switch careful-irr-check off")                                                          \
	X(LIMIT, "limit",                                                                          \
	  "[actions=INT] [deliveries=INT] [tape=INT] [states=INT] [preemptions=INT] "              \
	  "[seconds=INT]",                                                                         \
	  "",                                                                                      \
	  "What a run may cost: actions, interrupts taken after one action, records on the "       \
	  "tape; and in explore, states, preemptions and seconds. A limit that is hit is never "   \
	  "a pass (status 4).",                                                                    \
	  "limit deliveries=1000")                                                                 \
	X(FOR, "for", "each NAME in VALUE...", "",                                                 \
	  "Runs the file once for each value; several make all combinations.",                     \
	  "for each stack in plain remapped")                                                      \
	X(TOPOLOGY, "topology", "", "", "What the machine consists of, up to `end`.",              \
	  "topology ; cpus 2 ; end")

#define IRQLAB_TOPOLOGY_VERBS(X)                                                                    \
	X(T_CPUS, "cpus", "CPUS:INT [per-node=INT]", "",                                            \
	  "How many CPUs, and how many of them a node.", "cpus 4")                                  \
	X(T_CPU, "cpu", "CPU:INT [apic-id=INT] [node=INT] [core=INT] [offline | absent]", "",       \
	  "One CPU in detail.", "cpu 3 node=1 offline")                                             \
	X(T_APIC, "apic", "MODE:flat|logical-flat|x2apic|x2apic-cluster", "",                       \
	  "How interrupt destinations are written.", "apic x2apic-cluster")                         \
	X(T_VECTORS, "vectors", "RANGE", "",                                                        \
	  "The vectors that devices may get; 32..234 without this line.", "vectors 0x20..0x22")     \
	X(T_IRQS, "irqs", "first=INT", "", "The first dynamic irq number; 24 without this line.",   \
	  "irqs first=32")                                                                          \
	X(T_DOMAIN, "domain",                                                                       \
	  "NAME KIND:NAME [parent=NAME] [entries=INT] [label=STRING] [requesters=RANGE] "           \
	  "[segment=INT] [eim] [caching-mode] [legacy-format] [max-mask=INT] [spis=RANGE] "         \
	  "[id-bits=INT] [event-bits=INT] [device-bits=INT] [collection-bits=INT] [ids=INT] "       \
	  "[sources=INT] [bus-total=INT] [grant=INT] [powers-of-two] [no-firmware] [limit=INT] "    \
	  "[functions=INT] [directed=INT] [words=INT] [pirqs=INT] [multi] [device-id=INT]",         \
	  "",                                                                                       \
	  "A level of the hierarchy: a root, a unit under it, or a bridge from wires to messages, " \
	  "whose wires are NAME.wire[n]. Or an architecture without a hierarchy. Kinds and keys: "  \
	  "`irqlab help domain`.",                                                                  \
	  "domain ir intel-ir parent=vec entries=256")                                              \
	X(T_DEVICE, "device",                                                                       \
	  "NAME pci BDF [msi=INT] [msi-32] [msi-mask] [msi-cap=INT] [msix=INT] [msix-cap=INT] "     \
	  "[bar=INT] [table-offset=INT] [pba-offset=INT] [parent=NAME] [segment=INT] [node=INT] "   \
	  "[command=INT] [pin=INT] [intx-irq=INT] [behind=pci|pcie-to-pci] [bridge=PATTERN] "       \
	  "[doorbell-page=INT] [class=INT] [vmd-segment=INT] [vmd-first=INT] [vmd-bypass] "         \
	  "[sriov=INT] [vf-offset=INT] [vf-stride=INT] [vf-msix=INT] [vf-last-bus=INT]",            \
	  "",                                                                                       \
	  "A PCI function: msi= and msix= are how many vectors it has. parent is the domain its "   \
	  "messages belong to, without it the outermost. With vmd-segment it is a VMD "             \
	  "endpoint, and what is in that segment is behind it. sriov is how many virtual "          \
	  "functions it can have: nic-vf0 and so on.",                                              \
	  "device nic pci 00:03.0 msix=8 parent=ir")                                                \
	X(T_IOAPIC, "ioapic", "NAME pins=INT [gsi-base=INT] [requester=PATTERN]", "",               \
	  "An I/O APIC: where the pins of devices with intx-irq= lead.", "ioapic io pins=24")       \
	X(T_BOOT, "boot", "[NAME...]", "",                                                          \
	  "The machine starts as a q35 PC under Linux does: timer, I/O APIC, ACPI, remapping "      \
	  "units, keyboard and clock have their interrupts. The devices named are enabled in "      \
	  "this order; without names all, as they are listed.",                                     \
	  "boot nic disk")                                                                          \
	X(T_FUNCTION, "function", "BDF CLASS:usb|port|bridge [pin=INT] [bus=INT]", "",              \
	  "With boot: a PCI function that the start itself enables. bus= is the bus behind a port " \
	  "or bridge.",                                                                             \
	  "function 00:0c.0 port bus=2")                                                            \
	X(T_PLATFORM, "platform", "NAME slots=INT [device-id=INT]", "",                             \
	  "A device on no bus; its messages are in NAME.slot[n].", "platform timer slots=4")        \
	X(T_VCPU, "vcpu", "NAME", "",                                                               \
	  "A virtual CPU, on x86: it runs between `vcpu NAME in` and `out`.", "vcpu v0")            \
	X(T_STORE, "store",                                                                         \
	  "STORE KIND:dsa|ims-table|ims-queue [slots=INT] [stride=INT] [address-lo=INT] "           \
	  "[address-hi=INT] [data=INT] [ctrl=INT] [mask-bit=INT] [latency=INT] [ring=INT] "         \
	  "[fail-every=INT]",                                                                       \
	  "",                                                                                       \
	  "An interrupt message store of a device: a DSA table, a generic table (byte offsets "     \
	  "in an entry), or contexts behind a command queue (latency in steps).",                   \
	  "store nic.wq dsa slots=16")

#define IRQLAB_ACTIONS(X)                                                                                 \
	X(ENABLE, "enable",                                                                               \
	  "DEVICE KIND:msi|msix|intx|any|platform ENTRIES:LIST [min=INT] [managed] [pre=INT] [post=INT] " \
	  "[sets=LIST] [one-by-one] [as NAME]",                                                           \
	  "count",                                                                                        \
	  "Allocates a batch of vectors, all or nothing, or at least min of them. A range from "          \
	  "0, or any entries of an MSI-X table: {3,1,2}. managed spreads them over the CPUs, "            \
	  "without the first pre and last post. one-by-one, of MSI-X: what a loop over single "           \
	  "allocations would end with, where the driver's functions don't permit one.",                   \
	  "enable nic msix 0..3 as q")                                                                    \
	X(FREE_VECTORS, "free-vectors", "DEVICE", "",                                                     \
	  "Frees what enable and alloc gave the device.", "free-vectors nic")                             \
	X(ALLOC, "alloc",                                                                                 \
	  "TARGET [msix] [at INT | any | range RANGE] [cpu=LIST] [managed] [cookie=INT] "                 \
	  "[as NAME]",                                                                                    \
	  "index irq",                                                                                    \
	  "One more vector: a given index, the lowest free one, or the lowest of a range. cookie "        \
	  "is the driver's value in a pool (a PASID in a DSA table).",                                    \
	  "alloc nic msix at 5 as q5 -> index=5")                                                         \
	X(RELEASE, "release", "IRQS [from=POOL]", "",                                                     \
	  "Gives back what alloc gave; from: in the name of another pool or logical function.",           \
	  "release q5")                                                                                   \
	X(POOL, "pool", "STORE [size=INT] [as NAME]", "",                                                 \
	  "Makes a pool of interrupts on a message store of a device.", "pool nic.wq as wq")              \
	X(LOGICAL, "logical", "POOL [cookie=INT] [as NAME]", "",                                          \
	  "A logical function that takes interrupts from a pool: alloc and release do so in "             \
	  "its name. cookie tells it apart (a PASID in a DSA table).",                                    \
	  "logical wq cookie=0x17 as guest")                                                              \
	X(DESTROY, "destroy", "POOL", "",                                                                 \
	  "Frees a pool or a logical function, and its interrupts.", "destroy wq")                        \
	X(SRIOV, "sriov", "DEVICE VFS:INT", "",                                                           \
	  "Switches so many virtual functions of a device on; 0: off.", "sriov nic 2")                    \
	X(MAP, "map", "SOURCE TRIGGER:rising|falling|high|low [as NAME]", "irq",                          \
	  "Gives a wire of a bridge an interrupt, as for a device's entry in the firmware's tables.",     \
	  "map wires.wire[3] high as w")                                                                  \
	X(UNMAP, "unmap", "IRQS", "", "Takes what map gave.", "unmap w")                                  \
	X(REQUEST, "request",                                                                             \
	  "IRQS [name=STRING] [shared] [no-autoen] [no-balancing] [percpu] [oneshot] "                    \
	  "[trigger=rising|falling|high|low] [returns=handled|none] [lowers=SOURCE]",                     \
	  "",                                                                                             \
	  "Installs a handler (request_irq). This activates: table entry, message, unmask. The "          \
	  "handler may let go of a pin or a wire: lowers=nic.intx.",                                      \
	  "request q[0] name=\"rx-0\"")                                                                   \
	X(FREE, "free", "IRQS", "", "Takes the handler out (free_irq).", "free q[0]")                     \
	X(DISABLE, "disable", "IRQS [nosync]", "", "disable_irq(): lazy, writes nothing.",                \
	  "disable q[0]")                                                                                 \
	X(ENABLE_IRQ, "enable-irq", "IRQS", "", "enable_irq().", "enable-irq q[0]")                       \
	X(SYNCHRONIZE, "synchronize", "IRQS", "", "synchronize_irq().", "synchronize q[0]")               \
	X(AFFINITY, "affinity", "IRQS cpu=LIST [user | force]", "",                                       \
	  "Sets the CPUs; user: as through /proc, force: without looking at what is online.",             \
	  "affinity q[0] cpu={0,2..3}")                                                                   \
	X(HINT, "hint", "IRQS [cpu=LIST] [move]", "",                                                     \
	  "Where the driver would like it (irq_update_affinity_hint()), or no longer, without cpu. "      \
	  "move: and there it goes, if it can (irq_set_affinity_and_hint()).",                            \
	  "hint q[0] cpu=1 move")                                                                         \
	X(DEFAULT_AFFINITY, "default-affinity", "cpu=LIST", "",                                           \
	  "CPUs of interrupts that have none of their own.", "default-affinity cpu=0..1")                 \
	X(TYPE, "type", "IRQS TRIGGER:none|rising|falling|both|high|low", "", "irq_set_type().",          \
	  "type q[0] rising")                                                                             \
	X(INJECT, "inject", "IRQS", "", "irq_inject_interrupt().", "inject q[0]")                         \
	X(CHIP_STATE, "chip-state", "IRQS WHICH:pending|active|masked|line on|off", "",                   \
	  "irq_set_irqchip_state().", "chip-state q[0] pending on")                                       \
	X(RAISE, "raise", "SOURCE [xN] [pasid=INT] [hold]", "",                                           \
	  "The device wants attention, N times; hold: no CPU takes interrupts yet.",                      \
	  "raise nic.msix[0] x2")                                                                         \
	X(LOWER, "lower", "SOURCE", "", "The device lets go of its INTx line, or of a wire.",             \
	  "lower nic.intx")                                                                               \
	X(DELIVER, "deliver", "[limit=INT]", "", "CPUs take what they can take now.", "deliver")          \
	X(TICK, "tick", "[TICKS:INT]", "", "Time passes: n ticks, 1 without n.", "tick 2")                \
	X(SETTLE, "settle", "", "", "Time passes until no timer is armed.", "settle")                     \
	X(CPU, "cpu", "CPU:INT TO:offline|online", "", "Takes a CPU down, or brings it up.",              \
	  "cpu 1 offline")                                                                                \
	X(SUSPEND, "suspend", "", "",                                                                     \
	  "The system goes to sleep: what comes is held back (suspend_device_irqs()).", "suspend")        \
	X(RESUME, "resume", "", "irq",                                                                    \
	  "The system is awake (resume_device_irqs()); irq is the one that woke it, 0 if none did.",      \
	  "resume -> irq=0")                                                                              \
	X(WAKE, "wake", "IRQS on|off", "", "It shall wake the system, or no longer; calls nest.",         \
	  "wake q[0] on")                                                                                 \
	X(RUN_ON, "run-on", "CPU:INT", "", "The CPU that carries out what follows.", "run-on 1")          \
	X(MASK, "mask", "SOURCE", "",                                                                     \
	  "Sets the device's mask bit, past the kernel; nic.msix is the function mask.",                  \
	  "mask nic.msix[0]")                                                                             \
	X(UNMASK, "unmask", "SOURCE", "", "Clears the device's mask bit, past the kernel.",               \
	  "unmask nic.msix[0]")                                                                           \
	X(WRITE, "write", "PLACE INT", "", "A CPU writes a register or a table, past the kernel.",        \
	  "write ir.irte[3].lo 0")                                                                        \
	X(RESET, "reset", "DEVICE", "", "The device forgets its registers.", "reset nic")                 \
	X(RESTORE, "restore", "DEVICE", "",                                                               \
	  "The kernel writes the device's messages again, as after a reset.", "restore nic")              \
	X(REMOVE, "remove", "DEVICE", "", "Hot unplug: driver gone, domains gone.", "remove nic")         \
	X(VCPU, "vcpu", "VCPU TO:in|out [cpu=INT] [waits]", "",                                           \
	  "A virtual CPU is put on a CPU, or leaves it: because another is to run, or because it "        \
	  "waits for an interrupt.",                                                                      \
	  "vcpu v0 in cpu=1")                                                                             \
	X(POST, "post", "IRQS vcpu=VCPU vector=INT", "",                                                  \
	  "The interrupts go to a virtual CPU instead of the host (irq_set_vcpu_affinity): vector "       \
	  "is that of the first.",                                                                        \
	  "post q[0] vcpu=v0 vector=0x40")                                                                \
	X(UNPOST, "unpost", "IRQS", "", "…and back to the host.", "unpost q[0]")                          \
	X(PASSTHROUGH, "passthrough", "DEVICE [max=INT] [unsafe] [off]", "",                              \
	  "Gives a device to a guest, with MSI-X enabled for max entries, 1 without it; off: takes "      \
	  "it back. unsafe: even if nothing isolates its messages.",                                      \
	  "passthrough nic max=2")                                                                        \
	X(GUEST_UNMASK, "guest-unmask",                                                                   \
	  "SOURCE [vcpu=VCPU] [vector=INT] [raising=SOURCE] [as NAME]", "irq",                            \
	  "The guest unmasks an entry of the table that it sees, with a vCPU and a vector of it. "        \
	  "If the entry has no interrupt yet, the device raises another at the worst moment.",            \
	  "guest-unmask nic.msix[1] vcpu=v0 vector=0x41 as g1")                                           \
	X(GUEST_MASK, "guest-mask", "SOURCE", "", "The guest no longer uses an entry.",                   \
	  "guest-mask nic.msix[1]")                                                                       \
	X(FAULT, "fault", "WHAT:allocation|off [NTH:INT]", "",                                            \
	  "Lets the nth allocation of the next action fail.", "fault allocation 3")                       \
	X(CHECKPOINT, "checkpoint", "NAME", "", "Marks the present state.", "checkpoint quiet")           \
	X(BACK, "back", "CHECKPOINT", "", "Goes back to a marked state.", "back quiet")

#define IRQLAB_BLOCKS(X)                                                                           \
	X(EXPECT, "expect", "ASSERTION...", "",                                                    \
	  "Asserts what happened since the last action. `expect not`, `expect count N`, "          \
	  "`expect none`; `expect any-order … end`, `expect writes PLACE … end`.",                 \
	  "expect count 1 deliver q[0] cpu=1")                                                     \
	X(IGNORE, "ignore", "ASSERTION...", "",                                                    \
	  "Events of this kind need no expect, up to the end of the block.",                       \
	  "ignore deliver q[1]")                                                                   \
	X(REPEAT, "repeat", "TIMES:INT", "", "Carries out its lines N times.",                     \
	  "repeat 3 ; raise nic.msix[0] ; end")                                                    \
	X(STRICT, "strict", "[writes]", "",                                                        \
	  "Every delivery, fault and warning needs an expect (the default); with writes, every "   \
	  "single write of a CPU too (not what hardware writes: dma).",                            \
	  "strict writes ; request q[0] ; end")                                                    \
	X(LOOSE, "loose", "", "", "Nothing needs an expect.", "loose ; request q[0] ; end")        \
	X(SWEEP, "sweep", "allocation [limit=INT]", "",                                            \
	  "Carries out its lines again and again, the nth allocation failing, for every n. Each "  \
	  "failure must be reported and leave no trace.",                                          \
	  "sweep allocation ; enable nic msix 0..3 ; end")                                         \
	X(HANDLER, "handler", "IRQS", "",                                                          \
	  "What the handlers of these interrupts do from now on whenever they run: in interrupt "  \
	  "context, on the CPU that took it.",                                                     \
	  "handler q[0] ; disable q[0] nosync ; end")                                              \
	X(UNSUPPORTED, "unsupported", "REASON:STRING", "",                                         \
	  "What this combination cannot do, and why: its lines show the refusal, by an action "    \
	  "with `-> error`. Nothing after it is carried out, and the report says skipped, with "   \
	  "the reason.",                                                                           \
	  "unsupported \"its vectors are one CPU's\" ; enable nic msi 0..3 -> error ENOSPC ; end") \
	X(SNAPSHOT, "snapshot", "NAME [OBJECT:PLACE]", "",                                         \
	  "A golden picture, inline, one of:" IRQLAB_PICTURE_NAMES ". Filled in by --bless. "      \
	  "`irqlab show` has path, debug, json and dot besides.",                                  \
	  "snapshot domains ; end")                                                                \
	X(EXPLORE, "explore", "[NAME...]", "",                                                     \
	  "Every interleaving of its actors' steps; see always, sometimes, finally. "              \
	  "`irqlab help searches` and `help properties` list its words.",                          \
	  "explore exhaustive ; actor os { affinity q[0] cpu=1 } ; end")

#define IRQLAB_ASSERTIONS(X)                                                                             \
	X(E_DELIVER, "deliver", "[IRQS] [cpu=PATTERN] [returns=handled|none]", "",                       \
	  "A driver's handler ran.", "expect deliver q[0] cpu=1")                                        \
	X(E_GUEST, "deliver-guest", "[VCPU] [vector=PATTERN] [cpu=PATTERN]", "",                         \
	  "A virtual CPU took an interrupt.", "expect deliver-guest v0 vector=0x41 cpu=1")               \
	X(E_RAISE, "raise", "[SOURCE]", "", "A device wanted attention.",                                \
	  "expect count 2 raise nic.msix[0]")                                                            \
	X(E_LATCH, "latch", "[SOURCE]", "", "…but is masked: its pending bit is set.",                   \
	  "expect latch nic.msix[0]")                                                                    \
	X(E_MESSAGE, "message", "[DEVICE] [addr=PATTERN] [data=PATTERN]", "",                            \
	  "A device wrote an interrupt message.", "expect message nic data={vector=0x21}")               \
	X(E_DROP, "drop", "[reason=PATTERN]", "", "An interrupt went nowhere.",                          \
	  "expect drop reason=disabled")                                                                 \
	X(E_FAULT, "fault", "[UNIT] [reason=PATTERN] [index=PATTERN] [requester=PATTERN]", "",           \
	  "A remapping unit blocked a message.", "expect fault ir reason=0x22 index=$h")                 \
	X(E_REQUEST, "irr", "[cpu=PATTERN] [vector=PATTERN]", "",                                        \
	  "A local APIC set a bit in its request register.", "expect irr cpu=1 vector=$v")               \
	X(E_ACCEPT, "accept", "[cpu=PATTERN] [vector=PATTERN]", "", "A CPU took a vector.",              \
	  "expect accept cpu=1 vector=$v")                                                               \
	X(E_EOI, "eoi", "[cpu=PATTERN] [vector=PATTERN]", "", "A CPU ended a vector.",                   \
	  "expect eoi cpu=1")                                                                            \
	X(E_WRITE, "write", "[PLACE] [VALUE:PATTERN]", "", "One bus write by software.",                 \
	  "expect write ir.irte[$h].lo {vector=$v}")                                                     \
	X(E_DMA, "dma", "[PLACE] [VALUE:PATTERN]", "",                                                   \
	  "Hardware wrote memory: a word of a unit's table, log or status, or of a vCPU.",               \
	  "expect dma v0.pi[0].control {on=1}")                                                          \
	X(E_FLUSH, "flush", "[PLACE] [handle=PATTERN] [mask=PATTERN]", "",                               \
	  "The software invalidated a cached table entry.", "expect flush ir.iec handle=$h")             \
	X(E_COMMAND, "command",                                                                          \
	  "[PLACE] [VALUE:PATTERN] [device=PATTERN] [event=PATTERN] [intid=PATTERN] "                    \
	  "[collection=PATTERN]",                                                                        \
	  "",                                                                                            \
	  "A unit or a queue carried out a command. Of an ITS, VALUE is its name, such as MAPTI.",       \
	  "expect command its MAPTI event=0")                                                            \
	X(E_WARN, "warn", "[WARNING] [IRQS]", "", "The kernel warned.",                                  \
	  "expect warn UNBALANCED_ENABLE q[0]")                                                          \
	X(E_MIGRATE, "migrate", "[IRQS] [from=PATTERN] [to=PATTERN]", "",                                \
	  "A CPU that went offline moved an interrupt.", "expect migrate q[0] from=1 to=$c")             \
	X(E_CPU, "cpu", "[CPU:PATTERN] [to=offline|online]", "", "A CPU came or went.",                  \
	  "expect cpu 1 to=offline")                                                                     \
	X(E_MSG, "msg", "SOURCE [addr=PATTERN] [data=PATTERN] [masked=PATTERN] [pending=PATTERN]",       \
	  "", "The message that the device holds now, whoever wrote it.",                                \
	  "expect msg nic.msix[0] addr={dest=1} data={vector=$v}")                                       \
	X(E_STATE, "state", "OBJECT:PLACE KEY=PATTERN...", "",                                           \
	  "What the kernel or the hardware holds now: of interrupts, devices, units, vCPUs, cpu[n] and " \
	  "vectors.",                                                                                    \
	  "expect state q[0] affinity={1} depth=0")                                                      \
	X(E_UNCHANGED, "unchanged", "since CHECKPOINT", "",                                              \
	  "The machine is as it was at the checkpoint: nothing leaked.",                                 \
	  "expect unchanged since quiet")                                                                \
	X(E_NONE, "none", "", "", "Nothing at all happened.", "expect none")                             \
	X(E_WRITES, "writes", "[PLACE]", "",                                                             \
	  "Exactly these bus writes, in this order: a place and a value on each line.",                  \
	  "expect writes nic.msix[0] ; lo _ ; hi 0 ; data _ ; end")                                      \
	X(E_ANY_ORDER, "any-order", "", "", "These assertions, in any order.",                           \
	  "expect any-order ; deliver q[0] ; deliver q[1] ; end")

#define IRQLAB_EXPLORE_VERBS(X)                                                                    \
	X(X_ACTOR, "actor", "NAME", "", "One who takes steps: a list of actions, or cpu*.",        \
	  "actor os { affinity q[0] cpu=1 }")                                                      \
	X(X_ALWAYS, "always", "PROPERTY...", "", "Holds in each state.", "always no-misroute")     \
	X(X_SOMETIMES, "sometimes", "PROPERTY...", "", "Holds in at least one state.",             \
	  "sometimes raise between write(lo) and write(data)")                                     \
	X(X_FINALLY, "finally", "PROPERTY...", "", "Holds once nothing can move any more.",        \
	  "finally no-lost q[0]")                                                                  \
	X(X_SCHEDULE, "schedule", "STRING", "", "Runs this one interleaving.",                     \
	  "schedule \"os os dev os cpu1\"")                                                        \
	X(X_VIOLATION, "expect-violation", "PROPERTY... [as NAME]", "",                            \
	  "The search must find that this does not hold; $NAME is the shortest schedule.",         \
	  "expect-violation no-lost as $sched")

enum verb_phase {
	PHASE_FILE = 1,
	PHASE_TOPOLOGY = 2,
	PHASE_ACTION = 4,
	PHASE_BLOCK = 8,
	PHASE_ASSERTION = 16,
	PHASE_EXPLORE = 32,
};

#define IRQLAB_VERBS(X)                                                                            \
	IRQLAB_FILE_VERBS(X)                                                                       \
	IRQLAB_TOPOLOGY_VERBS(X)                                                                   \
	IRQLAB_ACTIONS(X) IRQLAB_BLOCKS(X) IRQLAB_ASSERTIONS(X) IRQLAB_EXPLORE_VERBS(X)

enum verb {
	VERB_NONE,  /* a line without a statement */
	VERB_PLACE, /* a line of `expect writes` */
#define IRQLAB_VERB_ENUM(id, name, arguments, results, help, example) VERB_##id,
	IRQLAB_VERBS(IRQLAB_VERB_ENUM)
#undef IRQLAB_VERB_ENUM
		NR_VERBS
};

#define IRQLAB_PARAM_TYPES(X)                                                                      \
	X(WORD, "a word")                                                                          \
	X(INT, "a number")                                                                         \
	X(RANGE, "a number or a range such as 0..3")                                               \
	X(LIST, "a number, a range or a set such as {0,2..3}")                                     \
	X(PATTERN, "a value")                                                                      \
	X(VALUE, "a word or a number")                                                             \
	X(NAME, "a name")                                                                          \
	X(STRING, "a string in quotes")                                                            \
	X(BDF, "a PCI address such as 00:03.0")                                                    \
	X(DEVICE, "a device")                                                                      \
	X(POOL, "a pool or a logical function")                                                    \
	X(TARGET, "a device, a pool or a logical function")                                        \
	X(STORE, "a message store such as nic.wq")                                                 \
	X(VCPU, "a virtual CPU")                                                                   \
	X(UNIT, "a remapping unit")                                                                \
	X(IRQS, "interrupts such as q, q[0] or q[0..3]")                                           \
	X(SOURCE, "a source of interrupts such as nic.msix[0] or q[0]")                            \
	X(PLACE, "a place such as nic.msix[0].data")                                               \
	X(CHECKPOINT, "a checkpoint")                                                              \
	X(SWITCH, "a switch")                                                                      \
	X(WARNING, "a warning")                                                                    \
	X(TIMES, "a count such as x2")                                                             \
	X(ASSERTION, "an assertion")                                                               \
	X(PROPERTY, "a property")

enum param_type {
#define IRQLAB_PARAM_ENUM(id, text) PARAM_##id,
	IRQLAB_PARAM_TYPES(IRQLAB_PARAM_ENUM)
#undef IRQLAB_PARAM_ENUM
		NR_PARAM_TYPES
};

struct param {
	char name[24]; /* "DEVICE", "at", "cpu" */
	enum param_type type;
	bool optional;
	bool keyed;   /* cpu=… */
	bool any_key; /* KEY=… */
	bool literal; /* the word itself */
	bool operand; /* the literal is followed by a value of `type` */
	bool repeated;
	unsigned group;	  /* of those that exclude each other; 0: none */
	char choices[48]; /* "msi|msix", or "" */
};

#define MAX_PARAMS 32
struct signature {
	struct param params[MAX_PARAMS];
	unsigned nr;
	bool can_name; /* [as NAME] */
};
void verb_signature(enum verb verb, struct signature *out);
bool param_has_choice(const struct param *p, const char *word);
const char *param_type_text(enum param_type type);
const char *param_type_name(enum param_type type);

/* Is `word` one of the words of `list`, which `separator` divides? */
bool word_in_list(const char *list, const char *word, char separator);

const char *verb_name(enum verb verb);
const char *verb_results(enum verb verb);
enum verb_phase verb_phase(enum verb verb);
const char *verb_phase_name(enum verb_phase phase);
/* VERB_NONE: none of these phases has it. */
enum verb verb_lookup(const char *name, unsigned phases);
bool verb_has_result(enum verb verb, const char *key);

/* How far apart two words are: letters to insert, delete, change or swap. At most `limit` + 1. */
unsigned word_distance(const char *a, const char *b, unsigned limit);
/* Keeps in *best whichever of *best and `candidate` is closer to `word`, if close at all. */
struct suggestion {
	const char *word;
	unsigned distance;
};
void suggestion_offer(struct suggestion *best, const char *word, const char *candidate);
const char *verb_suggestion(const char *word, unsigned phases);

#endif
