#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Installs the build into a scratch prefix, moves it, and builds and runs other projects from it: a
# consumer and an example of a back end, each with find_package(irqlab) and with pkg-config.
# Arguments: the build tree, the compiler.
. "$(dirname "$0")/lib.sh"

build=$1
cc=$2
cmake --install "$build" --prefix "$scratch/first" >"$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
mv "$scratch/first" "$scratch/prefix"

# Nothing of this tree is found beside them.
cp -R tests/build/consumer "$(find "$scratch/prefix" -type d -name examples)" "$scratch"
consumer=$scratch/consumer
backend=$scratch/examples/own_backend
for project in "$consumer" "$backend"; do
	cmake -S "$project" -B "$project.build" -DCMAKE_PREFIX_PATH="$scratch/prefix" -DCMAKE_C_COMPILER="$cc" \
		-DCMAKE_C_FLAGS="-Wall -Wextra -Werror" >"$scratch/log" 2>&1 &&
		cmake --build "$project.build" >>"$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
	(cd "$project.build" && ctest --output-on-failure --no-tests=error) || exit 1
done

PKG_CONFIG_PATH=$(dirname "$(find "$scratch/prefix" -name irqlab.pc)")
export PKG_CONFIG_PATH
libdir=$(pkg-config --variable=libdir irqlab)
# shellcheck disable=SC2046 # the options are words
"$cc" -std=gnu17 -Wall -Wextra -Wpedantic -Werror "$consumer/consumer.c" -o "$scratch/shared" \
	$(pkg-config --cflags --libs irqlab) -Wl,-rpath,"$libdir"
"$scratch/shared"
# shellcheck disable=SC2046
"$cc" -std=c17 -Wall -Wextra -Wpedantic -Werror "$consumer/group.c" -o "$scratch/group" \
	$(pkg-config --cflags --libs irqlab cmocka) -Wl,-rpath,"$libdir"
"$scratch/group" "$consumer/hello.irq"
# shellcheck disable=SC2046
"$cc" -std=gnu17 -Wall -Wextra -Werror "$backend"/*.c -o "$scratch/backend" \
	$(pkg-config --cflags --libs irqlab) -Wl,-rpath,"$libdir"
"$scratch/backend" "$backend/bell.irq"
for example in "$scratch"/examples/*.c; do
	# shellcheck disable=SC2046
	"$cc" -std=gnu17 -Wall -Wextra -Werror "$example" -o "$scratch/example" \
		$(pkg-config --cflags --libs irqlab) -Wl,-rpath,"$libdir"
	"$scratch/example" >"$scratch/log" 2>&1 || { echo "$example fails"; cat "$scratch/log"; exit 1; }
done
# shellcheck disable=SC2046
"$cc" -std=gnu17 "$consumer/consumer.c" -o "$scratch/static" $(pkg-config --cflags irqlab) \
	"$libdir/libirqlab.a" $(pkg-config --static --libs irqlab | sed 's/-lirqlab//')
"$scratch/static"
if "$scratch/prefix/bin/irqlab" run "$scratch"/examples/*.irq >"$scratch/log" 2>&1; then
	echo "fine: installed tree used by find_package, by pkg-config (shared, static) and by the command"
else
	echo "the installed command does not run"
	cat "$scratch/log"
	exit 1
fi
