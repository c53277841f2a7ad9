# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Shared by the checks of this folder. Each is run as `sh CHECK` from anywhere; it prints one line
# for each thing it finds wrong ("file:line: what") and ends with `finish`.
set -eu
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM

# Files of the project, as git sees them; without git, all but the build trees.
# Arguments: patterns such as '*.c'.
project_files() {
	if [ -e .git ] && command -v git >/dev/null; then
		# Not yet added ones are the project's too; deleted ones are not.
		git ls-files -co --exclude-standard -- "$@" | sort -u | while IFS= read -r file; do
			[ ! -f "$file" ] || printf '%s\n' "$file"
		done
	else
		for pattern; do
			find . \( -path ./build -o -path ./.git \) -prune -o -type f -path "./$pattern" -print
		done | sed 's|^\./||' | sort -u
	fi
}

# Reads what is wrong from the file $1; $2 says what was looked at.
finish() {
	if [ -s "$1" ]; then
		cat "$1"
		echo "$(wc -l <"$1") wrong: $2"
		exit 1
	fi
	echo "fine: $2"
}
