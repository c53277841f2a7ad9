#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What `irqlab replay` prints, and its exit status. Arguments: the command, the folder of recordings.
set -u
irqlab=$1
oracle=$2
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
wrong=0

# expect STATUS PATTERN ARGUMENT…: that exit status, and a line of the output that matches
expect() {
	status=$1
	pattern=$2
	shift 2
	"$irqlab" replay "$@" >"$scratch/out" 2>&1
	got=$?
	if [ "$got" -ne "$status" ] || ! grep -Eq -e "$pattern" "$scratch/out"; then
		echo "irqlab replay $*: status $got instead of $status, or no line like: $pattern"
		cat "$scratch/out"
		wrong=$((wrong + 1))
	fi
}

exact=$oracle/x86_64-a2-msi_single.jsonl.xz
start=$oracle/x86_64-a1-boot_trace.jsonl.xz
natural=$oracle/x86_64-a4-natural_boot.jsonl.xz
unsupported=$scratch/unsupported.jsonl
xz -dc "$exact" >"$scratch/plain.jsonl"
sed 's/"n":2,\(.*\)"ret":1,/"n":2,\1"ret":2,/' "$scratch/plain.jsonl" >"$scratch/changed.jsonl"
sed 's/"hierarchy":\["x86-vector"\]/"hierarchy":["mystery"]/' "$scratch/plain.jsonl" >"$unsupported"
head -c 500 "$exact" >"$scratch/cut.jsonl.xz"

expect 0 '^exact [0-9]+ of [0-9]+ values, 1 of 1 files' "$exact"
expect 0 '^x86_64-a2-msi_single: exact [0-9]+ of [0-9]+$' --summary "$scratch/plain.jsonl"
expect 0 '^  deliveries [0-9]+ of [0-9]+$' "$exact"
expect 0 '^  trace +[0-9]+ of [0-9]+$' --trace "$exact"
expect 0 '^  not compared: trace [0-9]+$' "$exact"
expect 0 '^exact 0 of 0 values' --categories irt "$exact"
expect 0 ': loaded [0-9]+ of [0-9]+$' --summary "$start"
expect 0 'exact, 0 of 1 files, 1 loaded|0 of 1 files, 1 loaded' "$start"
expect 0 '^  trace +192 of 192$' --boot --trace "$start"
expect 0 '^  irqs +[0-9]+ of [0-9]+$' --boot "$start"
expect 0 '^  not compared: boot 1$' "$start"
expect 0 '^x86_64-a2-msi_single: exact [0-9]+ of [0-9]+$' --summary --boot "$exact"
expect 0 '\(not booted: stock drivers took part\)$' --boot "$natural"
expect 0 '^  irqs +[0-9]+ of [0-9]+, unchanged' --summary "$start" "$exact"
expect 0 '"verdict": "exact"' --json "$exact"
expect 1 '^x86_64-a2-msi_single: differs' "$scratch/changed.jsonl"
expect 1 'operation 2: alloc_vectors dev="E" min=1 max=1 flags=\["msi"\]$' "$scratch/changed.jsonl"
expect 1 '^    expected 2$' "$scratch/changed.jsonl"
expect 1 '^    actual   1$' "$scratch/changed.jsonl"
expect 1 '"path": "ret"' --json "$scratch/changed.jsonl"
expect 0 '^exact' --categories writes,irqs "$scratch/changed.jsonl"
expect 1 'x86_64-a2-msi_single: unsupported \(no such hierarchy' "$unsupported"
expect 1 '1 of 2 files, 1 unsupported' "$exact" "$unsupported"
expect 0 '1 of 2 files, 1 unsupported' --allow-unsupported "$exact" "$unsupported"
expect 2 'malformed \(.*cut.jsonl.xz.*: truncated' "$scratch/cut.jsonl.xz"
expect 3 'unreadable \(/nowhere: No such file' /nowhere
expect 3 '1 of 2 files, 1 unreadable' "$exact" /nowhere
expect 3 'unreadable' "$scratch"
expect 2 'no file is named; see `irqlab replay --help`$'
expect 2 'no such category: colours' --categories colours "$exact"
expect 2 'not a number' --differences x "$exact"
expect 2 "no option '--summery'; did you mean '--summary'\?; see" --summery "$exact"
expect 2 "no option '-q'; see" -sq "$exact"
expect 2 -- '--summary takes no value' --summary=3 "$exact"
expect 2 'a value is missing after: --differences' --differences
expect 0 '^usage: irqlab replay' --help

[ "$wrong" -eq 0 ]
