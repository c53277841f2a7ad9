#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Every header in include/ is on the list in src/CMakeLists.txt, so that it is installed and verified.
. "$(dirname "$0")/lib.sh"

project_files 'include/*.h' | sort >"$scratch/files"
sed -n 's|^[[:space:]]*${include}/\([a-z_/]*\.h\).*|include/\1|p' src/CMakeLists.txt | sort >"$scratch/listed"
comm -23 "$scratch/files" "$scratch/listed" | sed 's/$/: not on the list in src\/CMakeLists.txt/' >"$scratch/wrong"
comm -13 "$scratch/files" "$scratch/listed" | sed 's/$/: on the list in src\/CMakeLists.txt, but not there/' >>"$scratch/wrong"

finish "$scratch/wrong" "$(wc -l <"$scratch/files") public headers"
