#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Each warning of include/irqlab/warnings.h is raised somewhere under src, and some test or scenario
# expects it: by machine_warnings(m, WARN_…), or `expect warn …`.
. "$(dirname "$0")/lib.sh"

list=include/irqlab/warnings.h
sed -n 's/^	X(\([A-Z_]*\),.*/\1/p' "$list" >"$scratch/ids"
[ -s "$scratch/ids" ] || { echo "$list: no warnings"; exit 1; }
project_files 'src/*.c' | xargs cat >"$scratch/sources"
# What a test raises itself proves nothing.
project_files 'tests/*.c' 'tests/*.h' 'tests/*.irq' | grep -v '^tests/bad/' | xargs cat |
	grep -v 'machine_warn(' >"$scratch/tests"

while IFS= read -r id; do
	grep -qE "WARN_${id}\b|[ (	]${id}," "$scratch/sources" || echo "$list: nothing raises $id"
	grep -qE "WARN_${id}\b|expect .*warn ${id}\b" "$scratch/tests" || echo "$list: no test expects $id"
done <"$scratch/ids" >"$scratch/wrong"
finish "$scratch/wrong" "$(wc -l <"$scratch/ids") warnings"
