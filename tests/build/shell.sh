#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Scripts are executable, parse, and please shellcheck where it is installed.
. "$(dirname "$0")/lib.sh"

project_files 'scripts/*' '.ci/*' 'tests/*.sh' >"$scratch/files"
while IFS= read -r file; do
	read -r first <"$file"
	case $first in
	'#!/bin/sh') shell="sh" ;;
	'#!/usr/bin/env bash' | '#!/bin/bash') shell="bash" ;;
	*) shell= ;;
	esac
	[ -n "$shell" ] || continue
	[ -x "$file" ] || echo "$file:1: not executable"
	$shell -n "$file" 2>&1 || true
	if command -v shellcheck >/dev/null; then
		shellcheck -S warning -x -f gcc --source-path="$(dirname "$file")" "$file" || true
	fi
done <"$scratch/files" >"$scratch/wrong"

finish "$scratch/wrong" "$(wc -l <"$scratch/files") scripts"
