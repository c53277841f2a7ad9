#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# No C file is longer than 800 lines, unless tests/build/long-files.txt names it with a reason.
. "$(dirname "$0")/lib.sh"

limit=800
list=tests/build/long-files.txt
project_files '*.[ch]' >"$scratch/files"
xargs wc -l <"$scratch/files" | awk '$2 != "total" { print $2, $1 }' >"$scratch/lengths"
awk -v limit="$limit" -v list="$list" '
	FILENAME == list { if (/^[^#:]+: ./) { sub(/:.*/, ""); excused[$0] = 1 } next }
	$2 > limit && !($1 in excused) { print $1 ":" limit ": " $2 " lines: is there a seam?" }
	$2 <= limit && $1 in excused { print list ": " $1 " has only " $2 " lines now: take it off" }
' "$list" "$scratch/lengths" >"$scratch/wrong"
sed -n 's/^\([^#:][^:]*\): .*/\1/p' "$list" | while IFS= read -r file; do
	[ -f "$file" ] || echo "$list: there is no $file"
done >>"$scratch/wrong"

finish "$scratch/wrong" "length of $(wc -l <"$scratch/files") files, at most $limit lines each"
