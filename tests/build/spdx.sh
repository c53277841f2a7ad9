#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Every file in which a comment can be written names the licence in its first three lines.
. "$(dirname "$0")/lib.sh"

project_files '*.[ch]' '*.sh' '*.irq' '*.cmake' '*.cmake.in' '*.pc.in' '*.map' '*.1' '*.5' '*.awk' \
	'CMakeLists.txt' '*/CMakeLists.txt' 'scripts/*' '.ci/*' >"$scratch/all"
# Bad input is bad as it stands: its first line may be what is tested.
grep -vE '^tests/(bad|fuzz/corpus)/' "$scratch/all" >"$scratch/files"
xargs awk '
	FNR == 1 && NR > 1 && !found { print last ":1: no SPDX line" }
	FNR == 1 { found = 0; last = FILENAME }
	FNR <= 3 && /SPDX-License-Identifier: GPL-2\.0-only OR MIT/ { found = 1 }
	END { if (!found) print last ":1: no SPDX line" }
' <"$scratch/files" >"$scratch/wrong"
# What is empty has no first line.
while IFS= read -r file; do
	[ -s "$file" ] || echo "$file:1: empty"
done <"$scratch/files" >>"$scratch/wrong"
for text in MIT GPL-2.0-only; do
	[ -s "LICENSES/$text.txt" ] || echo "LICENSES/$text.txt: missing" >>"$scratch/wrong"
done

finish "$scratch/wrong" "licence lines of $(wc -l <"$scratch/files") files"
