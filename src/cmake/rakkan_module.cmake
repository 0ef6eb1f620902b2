include(GNUInstallDirs)

# rakkan_module(NAME <module> DEPENDS <modules...> [OPTIONS_OF <modules...>] SOURCES <files...> [LINKS <third-party targets...>])
#
# A module is a static library rakkan_<module> made of src/<module> with its public headers in include/rakkan/<module>.
# OPTIONS_OF are modules of which only a plain options.hpp is included: declared like the others, not linked.
# DEPENDS declares the only edges its includes may use; tests/tools/module_graph.py compares them with the real includes.
function(rakkan_module)
  cmake_parse_arguments(PARSE_ARGV 0 M "" "NAME" "DEPENDS;OPTIONS_OF;SOURCES;LINKS")
  add_library(rakkan_${M_NAME} STATIC ${M_SOURCES})
  rakkan_share_units(rakkan_${M_NAME} ${M_SOURCES})
  target_include_directories(rakkan_${M_NAME} PUBLIC ${CMAKE_SOURCE_DIR}/include PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(rakkan_${M_NAME} PUBLIC $<BUILD_INTERFACE:rakkan_options>)
  foreach(dependency IN LISTS M_DEPENDS)
    target_link_libraries(rakkan_${M_NAME} PUBLIC rakkan_${dependency})
  endforeach()
  target_link_libraries(rakkan_${M_NAME} PRIVATE ${M_LINKS})
  string(REPLACE ";" " " edges "${M_DEPENDS};${M_OPTIONS_OF}")
  set_property(GLOBAL APPEND PROPERTY RAKKAN_MODULE_GRAPH "${M_NAME}: ${edges}")
endfunction()

# rakkan_program([BUILD_TOOL] NAME <program> DEPENDS <modules...> SOURCES <files...>)
#
# A program of src/apps, left at the top of the build folder and installed, unless it is a tool of the build alone.
function(rakkan_program)
  cmake_parse_arguments(PARSE_ARGV 0 P "BUILD_TOOL" "NAME" "DEPENDS;SOURCES")
  add_executable(${P_NAME} ${P_SOURCES})
  foreach(dependency IN LISTS P_DEPENDS)
    target_link_libraries(${P_NAME} PRIVATE rakkan_${dependency})
  endforeach()
  set_target_properties(${P_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  if(NOT P_BUILD_TOOL)
    install(TARGETS ${P_NAME} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
  string(REPLACE ";" " " edges "${P_DEPENDS}")
  set_property(GLOBAL APPEND PROPERTY RAKKAN_MODULE_GRAPH "apps: ${edges}")
endfunction()

# Writes the declared edges to <build>/module_graph.txt, a line "module: dependency dependency ..." each.
function(rakkan_write_module_graph)
  get_property(graph GLOBAL PROPERTY RAKKAN_MODULE_GRAPH)
  list(JOIN graph "\n" text)
  file(WRITE ${CMAKE_BINARY_DIR}/module_graph.txt "${text}\n")
endfunction()
