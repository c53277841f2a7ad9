#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# docs/requirements.md has each row once, in order, and every proof that it names exists: a test of
# `ctest -N`, alone or with one of its cases (test/case), or a file. Rows without proof say "not yet"
# and are counted. Rows E have a scenario with their tag. Argument: the build tree.
. "$(dirname "$0")/lib.sh"

table=docs/requirements.md
ctest --test-dir "$1" -N | sed -n 's/^ *Test *#[0-9]*: //p' | sort -u >"$scratch/tests"
[ -s "$scratch/tests" ] || { echo "$1: no tests"; exit 1; }
awk -F'|' '/^\| [SE][0-9]+ \|/ { gsub(/ /, "", $2); print $2 "|" $(NF - 1) }' "$table" >"$scratch/rows"

{
	seq 1 60 | sed 's/^/S/'
	seq 1 18 | sed 's/^/E/'
} >"$scratch/ids"
cut -d'|' -f1 "$scratch/rows" | diff "$scratch/ids" - >"$scratch/diff" ||
	sed -n "s|^[<>].*|$table: row missing, twice or out of place: &|p" "$scratch/diff" >"$scratch/wrong"
touch "$scratch/wrong"

while IFS='|' read -r row proof; do
	case $proof in
	*"not yet"*) echo "$row" >>"$scratch/open"; continue ;;
	esac
	printf '%s\n' "$proof" | grep -oE '`[^`]+`' | tr -d '`' >"$scratch/proofs" || true
	[ -s "$scratch/proofs" ] || echo "$table: $row names no test" >>"$scratch/wrong"
	while IFS= read -r name; do
		test=${name%%/*}
		case=${name#*/}
		if [ -f "$name" ]; then
			continue
		elif ! grep -qxF "$test" "$scratch/tests"; then
			echo "$table: $row names $name, which is neither a test nor a file"
		elif [ "$case" != "$name" ] && ! grep -rqwF --include='*.c' "$case" tests; then
			echo "$table: $row names $name, but $test has no case $case"
		fi >>"$scratch/wrong"
	done <"$scratch/proofs"
done <"$scratch/rows"

# What people met in the field is a scenario with a tag of its own.
for row in $(seq 1 18); do
	grep -rqE --include='*.irq' "^tags .*\<field-e$row\>" tests/scenario ||
		echo "$table: no scenario in tests/scenario has the tag field-e$row"
done >>"$scratch/wrong"

touch "$scratch/open"
echo "not proven yet: $(wc -l <"$scratch/open") of 78: $(tr '\n' ' ' <"$scratch/open")"
finish "$scratch/wrong" "requirements table"
