#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Output in README.md is what the command prints: each line that ends with (`irqlab …`): is followed
# by an indented block, whose lines stand in the output of that command, one after the other.
# Argument: the command.
. "$(dirname "$0")/lib.sh"

irqlab=$1
: >"$scratch/wrong"
blocks=0
sed -n 's/.*(`irqlab \(.*\)`):$/\1/p' README.md >"$scratch/commands"
while IFS= read -r command; do
	blocks=$((blocks + 1))
	# shellcheck disable=SC2086 # words
	"$irqlab" $command >"$scratch/output" || echo "README.md: irqlab $command fails"
	awk -v command="(\`irqlab $command\`):" '
		FILENAME == ARGV[1] { text = text "\n" $0; next }
		index($0, command) { inside = 1; next }
		inside && /^    / { block = block "\n" substr($0, 5); next }
		inside && block { exit }
		END {
			if (!block || !index(text "\n", block "\n"))
				print "README.md: irqlab prints something else:" block
		}' "$scratch/output" README.md
done <"$scratch/commands" >"$scratch/wrong"
[ "$blocks" -gt 0 ] || echo "README.md shows no output" >>"$scratch/wrong"
finish "$scratch/wrong" "$blocks pieces of output in README.md"
