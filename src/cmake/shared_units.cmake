# rakkan_share_units(<target> <files...>)
#
# With RAKKAN_SHARED_UNITS files of the target are compiled together, as far as the names in them are different
# (tests/tools/shared_units.py): for builds that are made whole, and seldom (with sanitizers, for release, of a fresh clone in .ci/run), in
# half of the time. A build for daily work compiles each file alone: a change costs one file, and each shows what it forgot to include.
option(RAKKAN_SHARED_UNITS "Compile several files as one translation unit" OFF)
if(RAKKAN_SHARED_UNITS)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
endif()

function(rakkan_share_units target)
  if(NOT RAKKAN_SHARED_UNITS)
    return()
  endif()
  set(files)
  foreach(file IN LISTS ARGN)
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${file})  # others are generated, and compiled alone
      list(APPEND files ${file})
    endif()
  endforeach()
  execute_process(COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tests/tools/shared_units.py ${files}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE units OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" units "${units}")
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # A private Impl may hold what is in an anonymous namespace: GCC takes an included file for a header.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  foreach(file unit IN ZIP_LISTS files units)
    set_source_files_properties(${file} PROPERTIES UNITY_GROUP unit${unit})
  endforeach()
endfunction()
