#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Every public header compiles by itself, and twice, without a warning that a user may have switched on.
# Arguments: the compiler and its options.
. "$(dirname "$0")/lib.sh"

project_files 'include/*.h' >"$scratch/headers"
[ -s "$scratch/headers" ] || { echo "no headers"; exit 1; }
while IFS= read -r header; do
	name=${header#include/}
	printf '#include <%s>\n#include <%s>\n' "$name" "$name" |
		"$@" -std=gnu17 -Iinclude -Wall -Wextra -Wshadow -Wconversion -Wundef -Wstrict-prototypes -Wmissing-prototypes \
			-Werror -fsyntax-only -x c - 2>"$scratch/errors" ||
		{ echo "$header: does not compile by itself"; cat "$scratch/errors"; }
done <"$scratch/headers" >"$scratch/wrong"

finish "$scratch/wrong" "$(wc -l <"$scratch/headers") headers by themselves"
