# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What `cmake --install` puts where: libraries, headers, the command, man pages, and the two ways
# to find them, find_package(irqlab) and pkg-config.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/irqlab)
set(generated ${PROJECT_BINARY_DIR}/package)

install(TARGETS irqlab_static irqlab_shared irqlab EXPORT irqlab
	RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
	ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
	LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
	FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT irqlab NAMESPACE irqlab:: FILE irqlab-targets.cmake DESTINATION ${package_dir})

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/irqlab-config.cmake.in
	${generated}/irqlab-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${generated}/irqlab-config-version.cmake
	COMPATIBILITY SameMinorVersion)
install(FILES ${generated}/irqlab-config.cmake ${generated}/irqlab-config-version.cmake
	${CMAKE_CURRENT_LIST_DIR}/irqlab-scenarios.cmake DESTINATION ${package_dir})

# irqlab.pc finds its prefix from where it lies, so that an installed tree can be moved.
set(pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pc_to_prefix /prefix/${pc_dir} /prefix)
string(REGEX REPLACE "/$" "" pc_to_prefix ${pc_to_prefix})
get_property(libraries GLOBAL PROPERTY IRQLAB_LIBRARIES)
list(REMOVE_DUPLICATES libraries)
list(TRANSFORM libraries PREPEND -l)
list(JOIN libraries " " pc_libs_private)
configure_file(${CMAKE_CURRENT_LIST_DIR}/irqlab.pc.in ${generated}/irqlab.pc @ONLY)
install(FILES ${generated}/irqlab.pc DESTINATION ${pc_dir})

install(FILES ${PROJECT_SOURCE_DIR}/docs/man/irqlab.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${PROJECT_SOURCE_DIR}/docs/man/irqlab-scenario.5
	DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
# Side by side, as the pages refer to the examples.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR}
	PATTERN man EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples DESTINATION ${CMAKE_INSTALL_DOCDIR}
	REGEX "/examples/CMakeLists.txt$" EXCLUDE)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/LICENSES/MIT.txt
	${PROJECT_SOURCE_DIR}/LICENSES/GPL-2.0-only.txt DESTINATION ${CMAKE_INSTALL_DOCDIR})
