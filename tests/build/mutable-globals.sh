#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Rule 3 of docs/architecture.md: the library has no variable that outlives a machine. Nothing of
# it may lie in a section that is written to at run time. Argument: the static library.
. "$(dirname "$0")/lib.sh"

objdump -t "$1" >"$scratch/symbols"
grep -q ' F \.text' "$scratch/symbols" || { echo "$1: no function in it"; exit 1; }
awk '
	/file format/ { sub(/:.*/, "", $1); unit = $1; next }
	# section, size, name; constants with addresses in them (.data.rel.ro) are read-only at run time
	NF < 5 { next }
	$(NF - 2) ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ && $(NF - 2) !~ /^\.data\.rel\.ro/ &&
	$(NF - 1) !~ /^0+$/ { print unit ": " $NF " lies in " $(NF - 2) }
' "$scratch/symbols" >"$scratch/wrong"

finish "$scratch/wrong" "no mutable globals in $(grep -c 'file format' "$scratch/symbols") units"
