#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# irqlab_add_scenarios(): the names of its tests, what selects nothing, and what it refuses.
# Argument: the command.
. "$(dirname "$0")/lib.sh"

irqlab=$1
source=$PWD
: >"$scratch/wrong"
cd "$scratch"
mkdir project project/sub
cp "$source/tests/build/consumer/hello.irq" project
sed '1a tags fast' project/hello.irq >project/sub/hello.irq

# configure ARGUMENT…: a project that calls the function with them; output in log
configure() {
	cat >project/CMakeLists.txt <<-EOT
		cmake_minimum_required(VERSION 3.25)
		project(user NONE)
		enable_testing()
		add_executable(irqlab::command IMPORTED)
		set_target_properties(irqlab::command PROPERTIES IMPORTED_LOCATION "$irqlab")
		include("$source/cmake/irqlab-scenarios.cmake")
		irqlab_add_scenarios($*)
	EOT
	rm -rf built
	cmake -S project -B built >log 2>&1
}
# Words only: CMake breaks lines of messages as it likes.
says() {
	tr -s ' \n' '  ' <log | grep -qF -- "$1" || { echo "no \"$1\" in:"; cat log; } >>wrong
}
refused() { # WORDS ARGUMENT…
	words=$1
	shift
	configure "$@" && echo "taken: $*" >>wrong
	says "$words"
}
result() { # NAME PATTERN
	grep -qE -- " $1 \.+ *$2" log || { echo "test $1 is not \"$2\":"; cat log; } >>wrong
}

configure 'FILES hello.irq sub/hello.irq' || cat log >>wrong
ctest --test-dir built >log 2>&1 || cat log >>wrong
result scenario.hello Passed
result scenario.sub/hello Passed

configure 'PREFIX mine OPTIONS --tag=fast FILES hello.irq sub/hello.irq' || cat log >>wrong
ctest --test-dir built >log 2>&1 || cat log >>wrong
result mine.hello '\*+Skipped'
result mine.sub/hello Passed
configure 'OPTIONS --combination=cpus=2 FILES hello.irq' || cat log >>wrong
ctest --test-dir built >log 2>&1 || cat log >>wrong
result scenario.hello Passed
configure 'OPTIONS --combination=cpus=3 FILES hello.irq' || cat log >>wrong
ctest --test-dir built >log 2>&1 || cat log >>wrong
result scenario.hello '\*+Skipped'

refused "'WAT', 'LABLES', 'x' belongs to no keyword" WAT LABLES x FILES hello.irq
refused "there is no" FILES hello.irq LABLES
says "/LABLES"
refused "FILES names no scenario" LABELS x
refused "there is a test scenario.hello already; give hello.irq another PREFIX" \
	'FILES hello.irq)
		irqlab_add_scenarios(FILES hello.irq'

finish wrong "tests that irqlab_add_scenarios() makes"
