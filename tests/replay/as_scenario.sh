#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Recordings told as scenarios are in normal form, pass, and tell what happened.
# Arguments: the command, the folder of recordings.
set -u
irqlab=$1
oracle=$2
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
wrong=0

fail() {
	echo "as_scenario: $*"
	wrong=$((wrong + 1))
}

# told NAME PATTERN…: a scenario of that recording passes, and each pattern matches a line of it
told() {
	name=x86_64-$1
	shift
	if ! "$irqlab" replay --as-scenario "$oracle/$name.jsonl.xz" >"$scratch/$name.irq" 2>"$scratch/err"; then
		fail "$name is not told: $(cat "$scratch/err")"
		return
	fi
	"$irqlab" fmt --check "$scratch/$name.irq" >/dev/null || fail "$name is not in normal form"
	"$irqlab" run "$scratch/$name.irq" >"$scratch/out" 2>&1 || fail "$name: $(cat "$scratch/out")"
	for pattern in "$@"; do
		grep -Eq -e "$pattern" "$scratch/$name.irq" || fail "$name has no line like: $pattern"
	done
}

# refused STATUS PATTERN FILE
refused() {
	"$irqlab" replay --as-scenario "$3" >"$scratch/out" 2>"$scratch/err"
	got=$?
	if [ "$got" -ne "$1" ] || [ -s "$scratch/out" ] || ! grep -Eq -e "$2" "$scratch/err"; then
		fail "$3: status $got instead of $1, or not: $2: $(cat "$scratch/err")"
	fi
}

told a1-boot_trace '^expect state vectors available=[0-9]+ reserved=[0-9]+ allocated=[0-9]+ online=1$'
told a4-basic_msix '^enable P msix 0\.\.2 .*as p -> count=3$' '^expect write P\.msix\[0\]\.data 0x21$' \
	'^expect count 1 deliver p\[1\] cpu=3$'
told b4-msi_multi '^enable M msi 0\.\.' '^expect flush [a-z0-9-]+\.iec handle=[0-9]+ mask=[1-9]'
told c4cl-basic_msix "^  domain ir intel-ir .* eim"
told d4-basic_msix "^  domain [a-z0-9]* amd-ir"
told a4-aff_moves '^affinity p\[[0-9]\] cpu=' '^expect state p\[[0-9]\] .*moving=1'
told a4-hotplug_plain '^cpu [0-9] offline$' '^cpu [0-9] online$'
told a4-msix_entries '^enable P msix \{3,7,9,11\}' '^enable P msix \{9,9\} min=1 -> error EINVAL$'
told a4-exhaust_managed '^  alloc N msix any cpu=1 managed as n_150 -> index=150 irq=174$'
told b4-ims_table '^pool T\.ims size=8 as t_pool$' '^alloc t_pool any cookie=91 -> error EBUSY$'
told a4-ims_queue '^switch force-parent-ims on'
told a4-errors '^affinity p\[0\] cpu=\{\}$|^  affinity p\[0\] cpu=\{\} -> error EINVAL$'
told a4-msix_intx_switch "^# It ends before operation 10 \(bar_write\): a device's own logic$"

# What a scenario expects is what was recorded.
xz -dc "$oracle/x86_64-a4-basic_msix.jsonl.xz" | sed 's/"vec":{"vector":33,/"vec":{"vector":34,/' >"$scratch/changed.jsonl"
"$irqlab" replay --as-scenario "$scratch/changed.jsonl" >"$scratch/changed.irq"
"$irqlab" run "$scratch/changed.irq" >"$scratch/out" 2>&1
[ $? -eq 1 ] && grep -q 'vector of p\[0\] differs' "$scratch/out" || fail "a changed vector: $(cat "$scratch/out")"

refused 1 'stock drivers took part' "$oracle/x86_64-a4-natural_boot.jsonl.xz"
refused 1 'only what an x86 machine' "$oracle/arm64-std-msi_single.jsonl.xz"
refused 3 'No such file' /nowhere
printf 'scenario "no recording"\n' >"$scratch/no.jsonl"
refused 2 . "$scratch/no.jsonl"

[ "$wrong" -eq 0 ]
