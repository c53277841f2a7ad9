# SPDX-License-Identifier: GPL-2.0-only OR MIT
# irqlab_add_scenarios([PREFIX name] [LABELS …] [OPTIONS …] FILES a.irq b.irq …)
# One CTest for each file, named PREFIX.file ("scenario" if no prefix is given). OPTIONS go to `irqlab run`.
# Works the same in irqlab's own build and after find_package(irqlab).
function(irqlab_add_scenarios)
	cmake_parse_arguments(arg "" "PREFIX" "LABELS;OPTIONS;FILES" ${ARGN})
	if(NOT arg_PREFIX)
		set(arg_PREFIX scenario)
	endif()
	if(NOT arg_FILES)
		message(FATAL_ERROR "irqlab_add_scenarios: FILES names no scenario")
	endif()
	foreach(file IN LISTS arg_FILES)
		get_filename_component(path ${file} ABSOLUTE)
		if(NOT EXISTS ${path})
			message(FATAL_ERROR "irqlab_add_scenarios: there is no ${path}")
		endif()
		get_filename_component(name ${file} NAME_WLE)
		add_test(NAME ${arg_PREFIX}.${name} COMMAND irqlab::command run ${arg_OPTIONS} ${path})
		set_tests_properties(${arg_PREFIX}.${name} PROPERTIES
			LABELS "scenario;${arg_LABELS}" SKIP_RETURN_CODE 77 TIMEOUT 60)
	endforeach()
endfunction()
