# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Prints the functions that headers declare, one a line: FILE NAME. Inline ones (with a body),
# types and macros are no exports. Understands C as the headers of this project are written.
function flush(text,   name) {
	gsub(/[ \t]+/, " ", text)
	if (text ~ /(^| )typedef / || text !~ /\(/)
		return
	# Pointers to functions start with (* after the type.
	if (text ~ /^[^(]*\( ?\*/)
		return
	name = text
	sub(/ ?\(.*/, "", name)
	sub(/.*[ *]/, "", name)
	if (name ~ /^[a-z_][a-z0-9_]*$/ && name != "__attribute__")
		print FILENAME, name
}
FNR == 1 { depth = 0; text = ""; comment = 0; macro = 0 }
{
	line = $0
	if (macro || line ~ /^[ \t]*#/) {
		macro = line ~ /\\$/
		next
	}
	# Comments, also over several lines.
	out = ""
	while (line != "") {
		if (comment) {
			at = index(line, "*/")
			if (!at)
				break
			line = substr(line, at + 2)
			comment = 0
		} else {
			at = index(line, "/*")
			if (!at) {
				out = out line
				break
			}
			out = out substr(line, 1, at - 1)
			line = substr(line, at + 2)
			comment = 1
		}
	}
	sub(/\/\/.*/, "", out)
	n = length(out)
	for (i = 1; i <= n; i++) {
		c = substr(out, i, 1)
		if (c == "{") {
			depth++
		} else if (c == "}") {
			# The end of a body or a type: what went before is no plain declaration.
			if (--depth == 0)
				text = ""
		} else if (depth == 0 && c == ";") {
			flush(text)
			text = ""
		} else if (depth == 0) {
			text = text c
		}
	}
	text = text " "
}
