// FaultyPkcs11 is the module of tests/support/faulty_pkcs11.cpp: SoftHSM with faults at chosen calls. Load it like any
// module by options(); the tests link rakkan_faulty_pkcs11_control. There is one in a process.
//
//   auto token = SoftHsm::process().new_token("t", FaultyPkcs11::process().options());
//   FaultyPkcs11::process().fail("C_Sign", 1, 1, 0x30);      // from the next call of C_Sign on, once
#pragma once

#include <dlfcn.h>

#include <chrono>
#include <limits>
#include <stdexcept>
#include <string>

#include "rakkan/hsm/module.hpp"

namespace rakkan::test {

class FaultyPkcs11 {
 public:
  static constexpr unsigned long kForever = std::numeric_limits<unsigned long>::max();

  static FaultyPkcs11& process() {
    static FaultyPkcs11 instance;
    return instance;
  }

  // Options that load the module, with a breaker that waits a moment only.
  [[nodiscard]] hsm::Options options() const {
    hsm::Options options;
    options.module_path = RAKKAN_FAULTY_PKCS11;
    options.breaker_first = std::chrono::milliseconds(5);
    options.breaker_last = std::chrono::milliseconds(40);
    return options;
  }

  // Plans no fault, and counts all calls from 0.
  void reset() { reset_(); }
  // Makes `times` calls of `function` ("*": any), the first of them the `first`-th since the last reset, answer `code`.
  // With `after` the call is made before its outcome is lied about.
  void fail(const std::string& function, unsigned long first, unsigned long times, unsigned long code,
            bool after = false) {
    fail_(function.c_str(), first, times, code, after ? 1 : 0);
  }
  // The calls of the function since the last reset.
  [[nodiscard]] unsigned long calls(const std::string& function) const { return calls_(function.c_str()); }
  // The function in which a fault came last; empty when none did.
  [[nodiscard]] std::string last_fired() const { return last_fired_(); }
  // While on, every signature is wrong in one bit.
  void corrupt_signatures(bool on) { corrupt_(on ? 1 : 0); }

 private:
  FaultyPkcs11() {
    void* handle = ::dlopen(RAKKAN_FAULTY_PKCS11, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      throw std::runtime_error(::dlerror());
    }
    reset_ = reinterpret_cast<void (*)()>(::dlsym(handle, "rakkan_faulty_reset"));
    fail_ = reinterpret_cast<void (*)(const char*, unsigned long, unsigned long, unsigned long, int)>(
        ::dlsym(handle, "rakkan_faulty_fail"));
    calls_ = reinterpret_cast<unsigned long (*)(const char*)>(::dlsym(handle, "rakkan_faulty_calls"));
    last_fired_ = reinterpret_cast<const char* (*)()>(::dlsym(handle, "rakkan_faulty_last_fired"));
    corrupt_ = reinterpret_cast<void (*)(int)>(::dlsym(handle, "rakkan_faulty_corrupt_signatures"));
  }

  void (*reset_)();
  void (*fail_)(const char*, unsigned long, unsigned long, unsigned long, int);
  unsigned long (*calls_)(const char*);
  const char* (*last_fired_)();
  void (*corrupt_)(int);
};

}  // namespace rakkan::test
