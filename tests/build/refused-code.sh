#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What must not compile does not: drivers can't reach into descriptors, domains or chips (S1, S6).
# Each snippet is compiled twice: without the line marked BAD it must pass, with it it must fail.
# Arguments: the compiler and its options.
. "$(dirname "$0")/lib.sh"

touch "$scratch/wrong"
count=0
for snippet in tests/build/refused/*.c; do
	count=$((count + 1))
	"$@" -std=gnu17 -Iinclude -Werror=implicit-function-declaration -fsyntax-only "$snippet" \
		2>"$scratch/errors" || { echo "$snippet: fails even without its bad line"; cat "$scratch/errors"; } >>"$scratch/wrong"
	if "$@" -std=gnu17 -Iinclude -Werror=implicit-function-declaration -fsyntax-only -DBAD "$snippet" \
		2>"$scratch/errors"; then
		echo "$snippet: compiles" >>"$scratch/wrong"
	else
		expected=$(sed -n 's|.*/\* error: \(.*\) \*/|\1|p' "$snippet")
		grep -qE "$expected" "$scratch/errors" ||
			{ echo "$snippet: fails, but not with '$expected'"; cat "$scratch/errors"; } >>"$scratch/wrong"
	fi
done
[ "$count" -gt 0 ] || echo "no snippets" >>"$scratch/wrong"

finish "$scratch/wrong" "$count programs refused"
