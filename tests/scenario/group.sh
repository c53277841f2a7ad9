#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Scenarios as a CMocka group. What tests/bad says of each file in its "#> " lines is what the failing
# test must print. Arguments: the program made of group.c, and `irqlab`.
set -u
group=$1
irqlab=$2
cd "$(dirname "$0")/../bad" || exit 1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
unset CMOCKA_MESSAGE_OUTPUT CMOCKA_TEST_FILTER CI
wrong=0

complain() {
	echo "$1"
	cat "$scratch/out"
	wrong=1
}
# fails COUNT FILE…: that many tests fail, and nothing else happens
fails() {
	wanted=$1
	shift
	"$group" "$@" >"$scratch/out" 2>&1
	got=$?
	[ "$got" -eq "$wanted" ] || complain "status $got instead of $wanted: $*"
}
says() {
	grep -qF -- "$1" "$scratch/out" || complain "no \"$1\" in:"
}

# A test for each combination, with the names of a report.
good=../../examples/first.irq
fails 0 "$good" ../../examples/writes.irq
"$irqlab" run --format=tap "$good" ../../examples/writes.irq | sed -n 's/^ok [0-9]* - //p' >"$scratch/names"
[ "$(wc -l <"$scratch/names")" -eq 3 ] || { echo "the report has other names"; cat "$scratch/names"; exit 1; }
while IFS= read -r name; do
	says "[       OK ] $name"
done <"$scratch/names"
says '3 test(s) run.'

# Each bad file fails a test, with all that there is to say, and the good one after it still runs.
count=0
for file in *.irq; do
	case $file in
	part-* | missing-feature.irq) continue ;;
	esac
	if grep -q '^#! ' "$file"; then # bad under a limit of its own
		continue
	fi
	count=$((count + 1))
	"$group" "$file" "$good" >"$scratch/out" 2>&1
	got=$?
	{ [ "$got" -ge 1 ] && [ "$got" -lt 100 ]; } || complain "$file: status $got"
	says '[       OK ] ../../examples/first.irq: first: one vector, delivered, moved, delivered again [stack=remapped]'
	sed -n 's/^#> \{0,1\}//p' "$file" >"$scratch/wanted"
	while IFS= read -r line; do
		says "$line"
	done <"$scratch/wanted"
done
[ "$count" -gt 60 ] || { echo "only $count bad files"; wrong=1; }

fails 1 message-differs.irq
says 'message-differs.irq:23: error: Failure!'
fails 1 nowhere.irq
says "cannot read 'nowhere.irq'"
says 'nowhere.irq:0: error: Failure!'
fails 0 missing-feature.irq
says '[  SKIPPED ]'
says "skipped: this build has no 'gic-v4'"
fails 0 ../scenario/every_back_end.irq
says "skipped: Octeon: its PCIe unit takes no MSI-X"
fails 255
says 'group: no scenario files'

# Whoever collects XML finds the diagnostic in it.
CMOCKA_MESSAGE_OUTPUT=xml "$group" message-differs.irq "$good" >"$scratch/out" 2>/dev/null
says '<testsuite name="group"'
says 'failures="1"'
says '= expected 0xfee01000  dest=1'
CMOCKA_MESSAGE_OUTPUT=xml "$group" "$good" >"$scratch/out" 2>/dev/null
says 'failures="0"'

[ "$wrong" -eq 0 ] && echo "fine: $count bad files fail their tests"
exit "$wrong"
