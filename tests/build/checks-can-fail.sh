#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The checks of this folder are run over a small tree of their own: they must pass it as it is, and
# find each fault that is put into it.
. "$(dirname "$0")/lib.sh"

tree=$scratch/tree
spdx='/* SPDX-License-Identifier: GPL-2.0-only OR MIT */'
plant() { # path, line …: a file with a licence line and these
	mkdir -p "$tree/$(dirname "$1")"
	path=$1
	shift
	printf '%s\n' "$spdx" "$@" >"$tree/$path"
}
fresh() {
	rm -rf "$tree"
	mkdir -p "$tree/tests/build" "$tree/src" "$tree/LICENSES"
	cp tests/build/*.sh tests/build/*.awk tests/build/*.txt "$tree/tests/build/"
	cp src/README.md "$tree/src/"
	cp LICENSES/*.txt "$tree/LICENSES/"
	plant src/core/a.c '#include <irqlab/provider/software.h>' '#include "core/a.h"'
	plant src/core/a.h '#include "bus/tape.h"'
	plant src/sim_pci/b.c '#include <irqlab/provider/hardware.h>'
	for header in provider/software provider/hardware provider/object bus machine; do
		plant "include/irqlab/$header.h" '/* nothing */'
	done
	printf '\t${include}/irqlab/%s.h\n' provider/software provider/hardware provider/object bus machine |
		sed '1i# SPDX-License-Identifier: GPL-2.0-only OR MIT' >"$tree/src/CMakeLists.txt"
	plant include/irqlab/bus.h '/* Nothing. */' 'int nothing(void);'
	plant examples/a.c 'int f(void)' '{' '	first();' '	second();' '	third();' '}'
	mkdir -p "$tree/docs"
	printf '%s\n' '```c' 'first();' '…' 'third();' '```' '```' 'prose();' '```' >"$tree/docs/guide.md"
}
run() { # check, its arguments …
	check=$1
	shift
	sh "$tree/tests/build/$check.sh" "$@" >"$scratch/out" 2>&1
}
finds() { # check, what it must say, its arguments …
	check=$1
	what=$2
	shift 2
	if run "$check" "$@"; then
		echo "$check passes although: $what"
	elif ! grep -q "$what" "$scratch/out"; then
		echo "$check fails, but doesn't say: $what"
		cat "$scratch/out"
	fi >>"$scratch/wrong"
	count=$((count + 1))
	fresh
}

touch "$scratch/wrong"
count=0
fresh
for check in include-directions spdx file-length header-list header-docs shell doc-code; do
	run "$check" || { echo "$check fails over a clean tree"; cat "$scratch/out"; } >>"$scratch/wrong"
done

plant src/core/c.c '#include "sim_pci/function.h"'
finds include-directions 'core may not include sim_pci/function.h'
plant src/sim_cpu/c.c '#include "core/core.h"'
finds include-directions 'sim_cpu may not include core/core.h'
plant src/sim_iommu/c.c '#  include <irqlab/provider/software.h>'
finds include-directions 'hardware may not include irqlab/provider/software.h'
plant src/sim_pci/c.c '#include <irqlab/provider/msi.h>'
finds include-directions 'hardware may not include irqlab/provider/msi.h'
plant include/irqlab/provider/software.h '#include <irqlab/provider/hardware.h>'
finds include-directions 'software half includes the hardware half'
plant src/domains/c.c '#include <irqlab/provider/hardware.h>'
finds include-directions 'software may not include irqlab/provider/hardware.h'
plant src/bus/c.c '#include <irqlab/driver.h>'
finds include-directions 'the bus knows no software'
plant src/chips/c.c '#include "../core/core.h"'
finds include-directions 'path with ..'
plant src/elsewhere/c.c '#include "core/core.h"'
finds include-directions 'folder elsewhere is not in'
plant include/irqlab/provider/hardware.h '#include <irqlab/provider/software.h>'
finds include-directions 'hardware half includes the software half'
plant src/core/c.c 'int f(void) { return pci_find_capability(0); }'
finds include-directions 'the core knows no bus'

echo 'int a;' >"$tree/src/core/c.c"
finds spdx 'src/core/c.c:1: no SPDX line'
rm "$tree/LICENSES/MIT.txt"
finds spdx 'MIT.txt: missing'

plant include/irqlab/new.h '/* Says why. */' 'int f(void);' '' 'int g(void); /* this too */' '' \
	'/* A pair. */' 'int h(void);' 'int i(void);' '' 'int undocumented(void);'
finds header-docs 'new.h:11: no comment on undocumented'
plant include/irqlab/new.h '/* About s. */' 'struct s {' '	int a;' '};' 'enum e undocumented(struct s *s);'
finds header-docs 'new.h:6: no comment on undocumented'

plant src/core/c.c "$(seq 1 800 | sed 's|.*|/* & */|')"
finds file-length 'src/core/c.c:800: 801 lines'
echo 'src/core/gone.c: it was long once' >>"$tree/tests/build/long-files.txt"
finds file-length 'there is no src/core/gone.c'

plant include/irqlab/new.h '/* nothing */'
finds header-list 'new.h: not on the list'
rm "$tree/include/irqlab/bus.h"
finds header-list 'bus.h: on the list'

mkdir "$tree/scripts"
printf '#!/bin/sh\nif true; then\n' >"$tree/scripts/broken"
chmod +x "$tree/scripts/broken"
finds shell 'broken'
mkdir "$tree/scripts"
printf '#!/bin/sh\ntrue\n' >"$tree/scripts/plain"
finds shell 'not executable'

plant examples/a.c 'int f(void)' '{' '	first();' '	other();' '}'
finds doc-code 'docs/guide.md:1: no example has this code'
sed -i '/^…/d' "$tree/docs/guide.md"
finds doc-code 'docs/guide.md:1: no example has this code'
sed -i 's/third/second/; 2s/first/third/' "$tree/docs/guide.md"
finds doc-code 'docs/guide.md:1: no example has this code'
sed -i '/```c/,/```/d' "$tree/docs/guide.md"
finds doc-code 'no document has code'

shown() { # a document that shows what `echo two words` prints
	printf '%s\n' 'It prints (`irqlab two words`):' '' "    $1" '' 'Prose.' >"$tree/README.md"
}
shown 'two words'
run doc-output echo || { echo "doc-output fails over true output"; cat "$scratch/out"; } >>"$scratch/wrong"
shown 'two word'
finds doc-output 'irqlab prints something else' echo
shown 'two words'
finds doc-output 'irqlab two words fails' false
: >"$tree/README.md"
finds doc-output 'README.md shows no output' echo

# Headers that need something else, or that a careful user's compiler refuses.
plant include/irqlab/new.h 'struct machine *machine_of(size_t size); /* no size_t */'
finds header-alone 'new.h: does not compile by itself' "${1:-cc}"
plant include/irqlab/new.h 'static int twice(void) { return 2; } /* unused */'
finds header-alone 'new.h: does not compile by itself' "${1:-cc}"
plant include/irqlab/new.h 'static inline char cut(int i) { return i; } /* converts */'
finds header-alone 'new.h: does not compile by itself' "${1:-cc}"

# A library of two functions, its headers and its map.
exported() { # what the map has; what else the library has
	plant include/irqlab/machine.h 'struct machine *machine_create(const void *options);' \
		'void machine_destroy(struct machine *m);'
	plant include/irqlab/bus.h 'int f(void);' 'typedef int (*callback)(void);' 'static inline int g(void) { return 1; }'
	mkdir -p "$tree/cmake"
	{
		echo 'IRQLAB_0 {'
		echo 'global:'
		# shellcheck disable=SC2086 # words
		printf '\t%s;\n' machine_create machine_destroy $1
		printf 'local:\n\t*;\n};\n'
	} >"$tree/cmake/irqlab.map"
	printf '%s\n' 'void *machine_create(const void *o) { return (void *)o + 1; }' 'void machine_destroy(void *m) {}' "$2" |
		"${cc:-cc}" -shared -fPIC -x c - -o "$scratch/lib.so" -Wl,--version-script="$tree/cmake/irqlab.map"
}
cc=${1:-cc}
f='int f(void) { return 1; }'
exported f "$f"
run exports "$scratch/lib.so" "$cc" || { echo "exports fails over a good library"; cat "$scratch/out"; } >>"$scratch/wrong"
exported '' "$f"
finds exports 'f: declared in a header, not in' "$scratch/lib.so" "$cc"
exported 'f h' "$f int h(void) { return 1; }"
finds exports 'h: in cmake/irqlab.map, but no header declares it' "$scratch/lib.so" "$cc"
exported 'f' ''
finds exports 'f: declared in a header, but lib.so does not export it' "$scratch/lib.so" "$cc"
exported 'f' "$f"
plant include/irqlab/new.h 'typedef int f; /* not with bus.h */'
finds exports 'error' "$scratch/lib.so" "$cc"
exported 'f' "$f"
echo 'void *machine_create(const void *o) { return 0; } void machine_destroy(void *m) {} int f(void) { return 1; }' |
	"$cc" -shared -fPIC -x c - -o "$scratch/lib.so"
finds exports 'a machine missing' "$scratch/lib.so" "$cc"

# A library with a variable in it.
for variable in 'int counter;' 'static int counter = 1; int *f(void) { return &counter; }'; do
	printf '%s\nint g(void); int g(void) { return 1; }\n' "$variable" >"$scratch/v.c"
	"${1:-cc}" -c "$scratch/v.c" -o "$scratch/v.o"
	ar rcs "$scratch/v.a" "$scratch/v.o"
	if sh tests/build/mutable-globals.sh "$scratch/v.a" >"$scratch/out"; then
		echo "mutable-globals passes although: $variable" >>"$scratch/wrong"
	fi
	rm "$scratch/v.a"
	count=$((count + 1))
done

# Warnings that nobody raises, or nobody expects.
warnings() { # source line, test line
	plant include/irqlab/warnings.h '	X(RAISED_AND_TESTED, "text")'
	plant src/core/w.c "$1"
	plant tests/core/w.c "$2"
}
warnings '	WARN_IF(m, true, RAISED_AND_TESTED, 0);' '	machine_warnings(m, WARN_RAISED_AND_TESTED);'
run warnings || { echo "warnings fails over a clean tree"; cat "$scratch/out"; } >>"$scratch/wrong"
warnings '	WARN_IF(m, true, OTHER, 0);' '	machine_warnings(m, WARN_RAISED_AND_TESTED);'
finds warnings 'nothing raises RAISED_AND_TESTED'
warnings '	WARN_IF(m, true, RAISED_AND_TESTED, 0);' '	machine_warn(m, WARN_RAISED_AND_TESTED, 0);'
finds warnings 'no test expects RAISED_AND_TESTED'

# Objects that call the host.
for call in 'void *malloc(unsigned long); void *f(void) { return malloc(1); }' 'void abort(void); void f(void) { abort(); }'; do
	echo "$call" >"$scratch/c.c"
	"${1:-cc}" -c "$scratch/c.c" -o "$scratch/c.o"
	if sh tests/build/host-calls.sh "$scratch/v.o" "$scratch/c.o" >"$scratch/out"; then
		echo "host-calls passes although: $call" >>"$scratch/wrong"
	fi
	count=$((count + 1))
done

# A table of requirements against a build tree with one test.
mkdir -p "$tree/docs" "$scratch/build"
echo 'add_test(lone "true")' >"$scratch/build/CTestTestfile.cmake"
table() { # proof of S1
	for row in $(seq 1 60 | sed 's/^/S/') $(seq 1 18 | sed 's/^/E/'); do
		proof='not yet'
		[ "$row" != S1 ] || proof=$1
		echo "| $row | what | $proof |"
	done >"$tree/docs/requirements.md"
}
mkdir -p "$tree/tests/core" "$tree/tests/scenario"
{
	printf 'tags'
	printf ' field-e%s' $(seq 1 18)
} >"$tree/tests/scenario/all.irq"
plant tests/core/lone.c 'static void a_case(void **state);'
table '`lone`, `lone/a_case`, `src/README.md`'
sh "$tree/tests/build/requirements.sh" "$scratch/build" >"$scratch/out" ||
	{ echo "requirements fails over a good table"; cat "$scratch/out"; } >>"$scratch/wrong"
for proof in '`gone`' '`lone/no_case`' '`src/gone.c`' 'by inspection'; do
	table "$proof"
	if sh "$tree/tests/build/requirements.sh" "$scratch/build" >"$scratch/out"; then
		echo "requirements passes although S1 is proven by $proof" >>"$scratch/wrong"
	fi
	count=$((count + 1))
done
sed -i /S7/d "$tree/docs/requirements.md"
if sh "$tree/tests/build/requirements.sh" "$scratch/build" >"$scratch/out"; then
	echo "requirements passes without S7" >>"$scratch/wrong"
fi
count=$((count + 1))
table '`lone`'
sed -i 's/field-e1 //' "$tree/tests/scenario/all.irq"
if sh "$tree/tests/build/requirements.sh" "$scratch/build" >"$scratch/out"; then
	echo "requirements passes without a scenario for E1" >>"$scratch/wrong"
fi
count=$((count + 1))

finish "$scratch/wrong" "$count faults found by the checks"
