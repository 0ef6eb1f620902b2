# rakkan_test(NAME <name> LABEL <folder under tests> SOURCES <files...> DEPENDS <modules...> [LINKS <targets...>])
#
# One GoogleTest program, one ctest case a TEST. The label is the folder: ctest -L unit.
if(RAKKAN_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

function(rakkan_test)
  cmake_parse_arguments(PARSE_ARGV 0 T "" "NAME;LABEL" "SOURCES;DEPENDS;LINKS")
  add_executable(${T_NAME} ${T_SOURCES})
  foreach(dependency IN LISTS T_DEPENDS)
    target_link_libraries(${T_NAME} PRIVATE rakkan_${dependency})
  endforeach()
  target_link_libraries(${T_NAME} PRIVATE rakkan_options ${T_LINKS} GTest::gmock GTest::gtest_main)
  target_include_directories(${T_NAME} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(${T_NAME} PRIVATE RAKKAN_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
  gtest_discover_tests(${T_NAME} TEST_PREFIX "${T_LABEL}." PROPERTIES LABELS ${T_LABEL} DISCOVERY_TIMEOUT 60)
endfunction()
