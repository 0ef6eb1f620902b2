# rakkan_test(NAME <name> [ONE_CASE] [SOFTHSM_LEAKS] [TIMEOUT <seconds>] LABEL <folder under tests> SOURCES <files...>
#             DEPENDS <modules...> [LINKS <targets...>])
#
# One GoogleTest program, one ctest case a TEST. The label is the folder: ctest -L unit. With ONE_CASE the program is one ctest
# case: its tests share an expensive fixture. SOFTHSM_LEAKS: SoftHSM 2.6 leaks the curve's name of each Ed25519 key that it generates
# or signs with, on whatever thread and in whatever program the test starts; leaks are not looked for there (the stack that LeakSanitizer
# records ends in libcrypto, so that this one cannot be told from others). TIMEOUT is the last resort that ends a case which hangs: tests
# wait with deadlines of their own (tests/support/eventually.hpp), and the default leaves room for several of those.
if(RAKKAN_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

function(rakkan_test)
  cmake_parse_arguments(PARSE_ARGV 0 T "ONE_CASE;SOFTHSM_LEAKS" "NAME;LABEL;TIMEOUT" "SOURCES;DEPENDS;LINKS")
  add_executable(${T_NAME} ${T_SOURCES})
  rakkan_share_units(${T_NAME} ${T_SOURCES})
  foreach(dependency IN LISTS T_DEPENDS)
    target_link_libraries(${T_NAME} PRIVATE rakkan_${dependency})
  endforeach()
  target_link_libraries(${T_NAME} PRIVATE rakkan_options ${T_LINKS} GTest::gmock GTest::gtest_main)
  target_include_directories(${T_NAME} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  if(RAKKAN_SANITIZE STREQUAL thread)
    target_sources(${T_NAME} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support/thread_sanitizer.cpp)
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 600)
  endif()
  set(environment)
  if(T_SOFTHSM_LEAKS)
    set(environment ENVIRONMENT "ASAN_OPTIONS=detect_leaks=0")
  endif()
  if(T_ONE_CASE)
    add_test(NAME ${T_LABEL}.${T_NAME} COMMAND ${T_NAME})
    set_tests_properties(${T_LABEL}.${T_NAME} PROPERTIES LABELS ${T_LABEL} TIMEOUT ${T_TIMEOUT} ${environment})
    return()
  endif()
  gtest_discover_tests(${T_NAME} TEST_PREFIX "${T_LABEL}." PROPERTIES LABELS ${T_LABEL} TIMEOUT ${T_TIMEOUT} ${environment}
    DISCOVERY_TIMEOUT 300)
endfunction()
