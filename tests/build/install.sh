#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Installs the build into a scratch prefix, moves it, and builds and runs a consumer from it twice:
# with find_package(irqlab) and with pkg-config. Arguments: the build tree, the compiler.
. "$(dirname "$0")/lib.sh"

build=$1
cc=$2
cmake --install "$build" --prefix "$scratch/first" >"$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
mv "$scratch/first" "$scratch/prefix"

consumer=$PWD/tests/build/consumer
cmake -S "$consumer" -B "$scratch/cmake" -DCMAKE_PREFIX_PATH="$scratch/prefix" -DCMAKE_C_COMPILER="$cc" \
	>"$scratch/log" 2>&1 && cmake --build "$scratch/cmake" >>"$scratch/log" 2>&1 ||
	{ cat "$scratch/log"; exit 1; }
(cd "$scratch/cmake" && ctest --output-on-failure --no-tests=error) || exit 1

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
"$cc" -std=gnu17 "$consumer/consumer.c" -o "$scratch/static" $(pkg-config --cflags irqlab) \
	"$libdir/libirqlab.a" $(pkg-config --static --libs irqlab | sed 's/-lirqlab//')
"$scratch/static"
if "$scratch/prefix/bin/irqlab" --help >"$scratch/log" 2>&1; then
	echo "fine: installed tree used by find_package, by pkg-config (shared, static) and by the command"
else
	echo "the installed command does not run"
	cat "$scratch/log"
	exit 1
fi
