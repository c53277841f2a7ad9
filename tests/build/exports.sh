#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Three lists agree: functions declared in public headers, cmake/irqlab.map, and what the shared
# library exports. Then a program that uses each of them is linked against the library and run.
# Arguments: the shared library, the compiler, and its options. With --bless alone: rewrites the map.
. "$(dirname "$0")/lib.sh"

map=cmake/irqlab.map
project_files 'include/*.h' >"$scratch/headers"
xargs awk -f tests/build/declared-functions.awk <"$scratch/headers" | awk '{ print $2 }' | sort -u >"$scratch/declared"
[ -s "$scratch/declared" ] || { echo "no function found in the headers"; exit 1; }

if [ "${1-}" = --bless ]; then
	{
		echo "# SPDX-License-Identifier: GPL-2.0-only OR MIT"
		echo "# The functions of the public headers, and nothing else: sh tests/build/exports.sh --bless"
		echo "IRQLAB_0 {"
		echo "global:"
		sed 's/.*/	&;/' "$scratch/declared"
		echo "local:"
		echo "	*;"
		echo "};"
	} >"$map"
	echo "$map: $(wc -l <"$scratch/declared") functions"
	exit 0
fi

library=$1
shift
sed -n 's/^	\([a-z_][a-z0-9_]*\);$/\1/p' "$map" | sort -u >"$scratch/mapped"
nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort -u >"$scratch/exported"
compare() { # what is in $1 and not in $2
	comm -23 "$scratch/$1" "$scratch/$2" | sed "s|\$|: $3|"
}
{
	compare declared mapped "declared in a header, not in $map (sh tests/build/exports.sh --bless)"
	compare mapped declared "in $map, but no header declares it"
	compare declared exported "declared in a header, but $(basename "$library") does not export it"
	# Sanitizers bring symbols of their own.
	compare exported declared "exported, but no header declares it" | grep -vE '^(__asan|__ubsan|__sanitizer|__odr_asan|__gcov|__llvm)' || true
} >"$scratch/wrong"
[ ! -s "$scratch/wrong" ] || finish "$scratch/wrong" "exports"

{
	sed 's|^include/\(.*\)|#include <\1>|' "$scratch/headers"
	echo '#include <stdio.h>'
	echo 'typedef void (*any_fn)(void);'
	echo 'static const any_fn volatile used[] = {'
	sed 's/.*/	(any_fn)&,/' "$scratch/declared"
	cat <<-'END'
	};

	int main(void)
	{
		unsigned linked = 0;
		struct machine *m = machine_create(0);

		for (unsigned i = 0; i < sizeof(used) / sizeof(*used); i++)
			linked += used[i] != 0;
		machine_destroy(m);
		printf("%u functions linked, a machine %s\n", linked, m ? "made" : "missing");
		return !m;
	}
	END
} >"$scratch/linkage.c"
"$@" -std=gnu17 -Iinclude "$scratch/linkage.c" -o "$scratch/linkage" "$library" -Wl,-rpath,"$(dirname "$library")"
"$scratch/linkage"
finish "$scratch/wrong" "$(wc -l <"$scratch/declared") exported functions"
