#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Rule 1 of docs/architecture.md and the table in src/README.md: who may include whom.
. "$(dirname "$0")/lib.sh"

# The software half of the provider ring, and what drivers see.
software='provider/(software|irq|irqdomain|msi|xarray|fwspec|pci)|driver'
project_files 'src/*.[ch]' 'src/*/*.[ch]' >"$scratch/files"
[ -s "$scratch/files" ] || { echo "no sources found"; exit 1; }

awk -F'|' '/^\| [a-z_]+ \|/ && $2 !~ /folder/ {
	gsub(/ /, "", $2); gsub(/ /, "", $3); print $2, $3, $5 }' src/README.md >"$scratch/layers"

{
	cat "$scratch/layers"
	echo "== includes"
	xargs awk '/^[ \t]*#[ \t]*include/ { print FILENAME ":" FNR, $0 }' <"$scratch/files"
} | awk -v software="^irqlab/($software)[.]h\$" '
	/^== includes/ { reading = 1; next }
	!reading {
		side[$1] = $2
		for (i = 3; i <= NF; i++)
			may[$1, $i] = 1
		next
	}
	{
		where = $1
		split(where, path, "/")
		layer = path[2]
		match($0, /["<][^">]+/)
		target = substr($0, RSTART + 1, RLENGTH - 1)
		split(target, parts, "/")
	}
	!(layer in side) { print where ": folder " layer " is not in src/README.md"; next }
	target ~ /\.\./ { print where ": path with ..: " target; next }
	parts[1] in side {
		if (parts[1] != layer && !((layer, parts[1]) in may))
			print where ": " layer " may not include " target
		next
	}
	side[layer] == "software" && target == "irqlab/provider/hardware.h" ||
	side[layer] == "hardware" && target ~ software {
		print where ": " side[layer] " may not include " target
	}
	side[layer] == "meetingpoint" && target ~ software {
		print where ": the bus knows no software: " target
	}
' >"$scratch/wrong"

# The two halves of the provider ring don't include each other either.
project_files 'include/irqlab/*.h' 'include/irqlab/*/*.h' | sort -u | grep -E "irqlab/($software)[.]h\$" |
	xargs awk '/include.*provider\/hardware\.h/ {
		print FILENAME ":" FNR ": software half includes the hardware half" }' >>"$scratch/wrong"
awk -v software="<irqlab/($software)[.]h>" '
	$0 ~ "include.*" software { print FILENAME ":" FNR ": hardware half includes the software half" }' \
	include/irqlab/provider/hardware.h include/irqlab/provider/object.h include/irqlab/bus.h \
	include/irqlab/machine.h >>"$scratch/wrong"
# The core knows no bus type and no architecture (what S9, S49 and S50 ask for).
project_files 'src/core/*.[ch]' | xargs -r grep -nE '\b(pci|apic|x86|intel|amd|vtd)_[a-z_0-9]+\(' |
	sed 's/$/   <- the core knows no bus and no architecture/' >>"$scratch/wrong" || true

finish "$scratch/wrong" "include directions of $(wc -l <"$scratch/files") files"
