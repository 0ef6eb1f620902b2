# Every third-party package, found once.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto SSL)
find_package(ZLIB REQUIRED)
find_package(CURL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(spdlog REQUIRED)
pkg_check_modules(P11KIT REQUIRED IMPORTED_TARGET p11-kit-1)
pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
# Debian 12 has Botan 2, Debian 13 has Botan 3; the adapter compiles with both.
pkg_search_module(BOTAN REQUIRED IMPORTED_TARGET botan-3 botan-2)

# Boost 1.81 or newer, headers only (JSON by its src.hpp). On Debian 12 libboost1.81-dev and libpodofo-dev exclude each other
# in apt, so ./dev setup unpacks Boost's headers into build/boost; Debian 13 has 1.83 and no such conflict.
add_library(rakkan_boost INTERFACE)
file(GLOB unpacked_boost ${CMAKE_SOURCE_DIR}/build/boost/usr/include)
if(unpacked_boost)
  target_include_directories(rakkan_boost SYSTEM INTERFACE ${unpacked_boost})
else()
  find_package(Boost 1.81 REQUIRED)
  target_link_libraries(rakkan_boost INTERFACE Boost::headers)
endif()

# Boost.JSON compiled once from its headers; whoever uses <boost/json.hpp> links this.
add_library(rakkan_boost_json STATIC ${CMAKE_CURRENT_LIST_DIR}/boost_json.cpp)
target_link_libraries(rakkan_boost_json PUBLIC rakkan_boost)
