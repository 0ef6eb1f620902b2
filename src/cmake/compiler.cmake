# The language, the warnings (errors for us) and the sanitizers, for every target of the project.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

# Not -O3: what is slow is OpenSSL's, and GCC's false alarms multiply.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(rakkan_options INTERFACE)
target_compile_options(rakkan_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Wcast-align -Woverloaded-virtual
  -Wimplicit-fallthrough -Werror -fstack-protector-strong
  # Paths of the building machine do not reach the program: builds are the same wherever they are made.
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 and 14 see overflows in std::string and std::vector that are not there (GCC PR 105329, 105651), deletions of what was
  # never allocated, an uninitialised value in an empty std::optional (GCC PR 80635), and one of the pair of operators new and
  # delete of a coroutine's frame without the other (GCC PR 109224).
  target_compile_options(rakkan_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized -Wno-free-nonheap-object
    -Wno-stringop-overflow -Wno-array-bounds -Wno-stringop-overread -Wno-mismatched-new-delete)
endif()
if(CMAKE_BUILD_TYPE MATCHES "Rel" AND NOT RAKKAN_SANITIZE)
  target_compile_definitions(rakkan_options INTERFACE _FORTIFY_SOURCE=2 _GLIBCXX_ASSERTIONS)
endif()
if(RAKKAN_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # ThreadSanitizer does not see Asio's fences. They stand beside locks that it does see.
  target_compile_options(rakkan_options INTERFACE -Wno-tsan)
endif()
if(RAKKAN_SANITIZE)
  target_compile_options(rakkan_options INTERFACE -fsanitize=${RAKKAN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(rakkan_options INTERFACE -fsanitize=${RAKKAN_SANITIZE})
endif()
if(RAKKAN_FUZZ)
  target_compile_options(rakkan_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
