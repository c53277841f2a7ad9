# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Functions of the build: one place for flags, layers and tests.

option(IRQLAB_WERROR "Warnings are errors" OFF)
option(IRQLAB_LTO "Optimise the command across files" OFF)
option(IRQLAB_COVERAGE "Count what the tests reach" OFF)
option(IRQLAB_FUZZ "Fuzz targets run libFuzzer instead of their corpus (clang)" OFF)
set(IRQLAB_SANITIZE "" CACHE STRING "Sanitizers, such as address,undefined")

add_library(irqlab_flags INTERFACE)
target_include_directories(irqlab_flags INTERFACE ${PROJECT_SOURCE_DIR}/include)
# Names are hidden by the symbol map of the shared library (irqlab.map), not by the compiler, so
# that tests can reach inside the static one; nobody may put another function in the place of ours.
target_compile_options(irqlab_flags INTERFACE
	-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes
	-Wmissing-prototypes -Wvla -fno-strict-aliasing -fno-semantic-interposition
	$<$<BOOL:${IRQLAB_WERROR}>:-Werror>)

set(instrument)
if(IRQLAB_SANITIZE)
	list(APPEND instrument -fsanitize=${IRQLAB_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
endif()
if(IRQLAB_COVERAGE)
	list(APPEND instrument --coverage)
endif()
if(IRQLAB_FUZZ)
	list(APPEND instrument -fsanitize=fuzzer-no-link)
endif()
target_compile_options(irqlab_flags INTERFACE ${instrument})
target_link_options(irqlab_flags INTERFACE ${instrument})
if(IRQLAB_LTO)
	target_link_options(irqlab_flags INTERFACE
		$<IF:$<BOOL:$<TARGET_PROPERTY:OPTIMISED_ACROSS_FILES>>,-flto=auto,-fno-lto>)
endif()

# One target a folder: irqlab_layer(NAME SOURCES … USES other layers and libraries).
# Sources of a layer see include/, src/ and nothing else. What a layer may use is the table in
# src/README.md; a test checks the include directives.
function(irqlab_layer name)
	cmake_parse_arguments(arg "" "" "SOURCES;USES" ${ARGN})
	add_library(irqlab_${name} OBJECT ${arg_SOURCES})
	target_include_directories(irqlab_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
	target_link_libraries(irqlab_${name} PUBLIC irqlab_flags)
	if(IRQLAB_LTO) # both kinds of code in each object: only the command is linked that way
		target_compile_options(irqlab_${name} PRIVATE -flto=auto -ffat-lto-objects)
	endif()
	set_property(GLOBAL APPEND PROPERTY IRQLAB_LAYERS ${name})
	foreach(use IN LISTS arg_USES)
		string(REGEX REPLACE "^irqlab_" "" layer ${use})
		if(NOT IS_DIRECTORY ${PROJECT_SOURCE_DIR}/src/${layer})
			set_property(GLOBAL APPEND PROPERTY IRQLAB_LIBRARIES ${use})
		endif()
	endforeach()
endfunction()

# A time limit is there for what hangs: with sanitizers on a busy machine a test may well need ten
# times as long as usual.

# A CMocka program: irqlab_unit_test(NAME SOURCES … [LABELS …]).
function(irqlab_unit_test name)
	cmake_parse_arguments(arg "" "" "SOURCES;LABELS" ${ARGN})
	add_executable(test_${name} ${arg_SOURCES})
	target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src
		${PROJECT_SOURCE_DIR}/tests)
	target_link_libraries(test_${name} PRIVATE irqlab_static cmocka)
	add_test(NAME ${name} COMMAND test_${name})
	set_tests_properties(${name} PROPERTIES LABELS "unit;${arg_LABELS}" TIMEOUT 600)
endfunction()

# A fuzz target: irqlab_fuzz_test(NAME SOURCES … CORPUS folders …). The source defines
# LLVMFuzzerTestOneInput(). As a test it runs once over each file of its corpus, under any compiler.
function(irqlab_fuzz_test name)
	cmake_parse_arguments(arg "" "" "SOURCES;CORPUS" ${ARGN})
	add_executable(fuzz_${name} ${arg_SOURCES})
	target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
	target_link_libraries(fuzz_${name} PRIVATE irqlab_static)
	set(once)
	if(IRQLAB_FUZZ)
		set(once -runs=0)
		target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
	else()
		target_sources(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/run_corpus.c)
	endif()
	add_test(NAME fuzz.${name} COMMAND fuzz_${name} ${once} ${arg_CORPUS})
	set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 600)
endfunction()
