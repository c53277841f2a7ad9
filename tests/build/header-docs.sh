#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Every function of a public header has a comment: above it, behind it, or above the group of
# declarations without an empty line between them that it is part of.
. "$(dirname "$0")/lib.sh"

project_files 'include/*.h' >"$scratch/headers"
xargs awk -f tests/build/declared-functions.awk <"$scratch/headers" >"$scratch/declared"
[ -s "$scratch/declared" ] || { echo "no function found in the headers"; exit 1; }
while IFS= read -r header; do
	awk -v header="$header" '
		FILENAME == ARGV[1] { if ($1 == header) name[$2] = 1; next }
		/^$/ { commented = 0 }
		/\/\*/ { commented = 1 }
		/^(#|\}|(enum|struct) .*\{|static inline)/ { commented = 0 }
		match($0, /[a-z_][a-z0-9_]*\(/) {
			word = substr($0, RSTART, RLENGTH - 1)
			if (word in name && !commented)
				print header ":" FNR ": no comment on " word
			delete name[word]
		}
	' "$scratch/declared" "$header"
done <"$scratch/headers" >"$scratch/wrong"

finish "$scratch/wrong" "comments on $(wc -l <"$scratch/declared") functions"
