#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Every C file is as clang-format leaves it. Exit status 77: clang-format is not installed.
. "$(dirname "$0")/lib.sh"

command -v clang-format >/dev/null || { echo "skipped: no clang-format"; exit 77; }
project_files '*.[ch]' >"$scratch/files"
xargs clang-format --dry-run -Werror --ferror-limit=1 <"$scratch/files" 2>&1 |
	grep -E '(error|warning):' >"$scratch/wrong" || true

finish "$scratch/wrong" "format of $(wc -l <"$scratch/files") files (one line for each file that differs)"
