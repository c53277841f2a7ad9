#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The model asks nothing of the host but to copy and compare bytes: no memory of its own (all state is
# the machine's), no files, no clock, no abort. Arguments: the static library, then the objects of the model's layers.
. "$(dirname "$0")/lib.sh"

nm --defined-only "$1" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u >"$scratch/ours"
shift
[ $# -gt 0 ] || { echo "no objects"; exit 1; }
nm -A -u "$@" | awk '{ sub(/.*\//, "", $1); sub(/:$/, "", $1); print $NF, $1 }' | sort >"$scratch/wanted"
printf '%s\n' memcpy memmove memset memcmp strcmp strncmp strlen snprintf vsnprintf \
	__popcountdi2 _GLOBAL_OFFSET_TABLE_ __stack_chk_fail | sort - "$scratch/ours" >"$scratch/allowed"
join -v 1 "$scratch/wanted" "$scratch/allowed" | sed 's/\([^ ]*\) \(.*\)/\2: calls \1 of the host/' >"$scratch/wrong"

finish "$scratch/wrong" "what $# units ask of the host"
