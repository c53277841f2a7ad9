#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Code in the documents is code that is compiled and run: each block marked c or cmake stands, line for
# line, in one of the examples or in the consumer's project. A line that is only "…" leaves lines out;
# indentation does not count.
. "$(dirname "$0")/lib.sh"

project_files 'examples/*.[ch]' 'examples/*CMakeLists.txt' 'tests/build/consumer/*' >"$scratch/files"
project_files '*.md' >>"$scratch/files"
xargs awk '
function trimmed(line) {
	gsub(/^[ \t]+|[ \t]+$/, "", line)
	return line
}
function end_of_piece() {
	if (piece != "\n")
		pieces[++nr_pieces] = piece
	piece = "\n"
}
function is_in(text,   i, at) {
	for (i = 1; i <= nr_pieces; i++) {
		at = index(text, pieces[i])
		if (!at)
			return 0
		text = substr(text, at + length(pieces[i]) - 1)
	}
	return nr_pieces > 0
}
function end_of_block(   i) {
	end_of_piece()
	blocks++
	for (i = 1; i <= nr_sources; i++)
		if (is_in(source[i]))
			return
	print FILENAME ":" start ": no example has this code"
}
FNR == 1 {
	inside = 0
	if (FILENAME !~ /\.md$/)
		source[++nr_sources] = "\n"
}
FILENAME !~ /\.md$/ { source[nr_sources] = source[nr_sources] trimmed($0) "\n"; next }
/^```/ {
	if (inside)
		end_of_block()
	inside = !inside && /^```(c|cmake)$/
	start = FNR
	nr_pieces = 0
	piece = "\n"
	next
}
inside && trimmed($0) == "…" { end_of_piece(); next }
inside { piece = piece trimmed($0) "\n" }
END { print blocks + 0 >"'"$scratch"'/blocks" }
' <"$scratch/files" >"$scratch/wrong"

[ "$(cat "$scratch/blocks")" -gt 0 ] || echo "no document has code" >>"$scratch/wrong"
finish "$scratch/wrong" "$(cat "$scratch/blocks") blocks of code in documents"
