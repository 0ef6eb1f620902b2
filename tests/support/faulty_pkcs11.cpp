// A PKCS#11 module for tests: forwards to SoftHSM and answers a chosen code at the N-th call of a chosen function.
// Controlled by the functions at the end (tests/support/faulty_pkcs11.hpp) or, for a program that a test starts, by the
// environment:
//
//   RAKKAN_FAULTS="C_Sign:3:1:0x30,C_Login:1:2:0x102"      function:first call:how many calls:code
//   RAKKAN_SIGN_LOG=FILE        gets a line for each call of C_Sign that signs: the input in hexadecimal
//   RAKKAN_TOKEN_AWAY=FILE      while it is there, the function named in it ("*": any) answers CKR_DEVICE_REMOVED
#include <dlfcn.h>
#include <fcntl.h>
#include <p11-kit/pkcs11.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Fault {
  std::string function;  // "*" for any
  unsigned long first;   // its call, counted from 1 since the last reset
  unsigned long times;
  CK_RV code;
  bool after;  // forward the call first, then lie about its outcome
};

struct Faults {
  std::mutex mutex;
  std::map<std::string, unsigned long> calls;
  std::vector<Fault> faults;
  std::string last_fired;
  bool corrupt_signatures = false;
};

Faults& faults() {
  static Faults& instance = *new Faults;
  return instance;
}

CK_FUNCTION_LIST_PTR softhsm = nullptr;

struct Verdict {
  CK_RV code;
  bool forward;
};

bool is_away(const std::string& function) {
  static const char* const file = std::getenv("RAKKAN_TOKEN_AWAY");
  if (file == nullptr) {
    return false;
  }
  std::string named;
  std::ifstream(file) >> named;
  return named == "*" || named == function;
}

Verdict judge(const char* function) {
  if (is_away(function)) {
    return {CKR_DEVICE_REMOVED, false};
  }
  Faults& all = faults();
  const std::lock_guard lock(all.mutex);
  const unsigned long of_function = ++all.calls[function];
  const unsigned long of_all = ++all.calls["*"];
  for (const Fault& fault : all.faults) {
    const unsigned long call = fault.function == "*" ? of_all : of_function;
    const bool meant = fault.function == "*" || fault.function == function;
    if (meant && call >= fault.first && call - fault.first < fault.times) {
      all.last_fired = function;
      return {fault.code, fault.after};
    }
  }
  return {CKR_OK, true};
}

template <class Function, Function CK_FUNCTION_LIST::* member, const char* name>
struct Wrapper;

template <class... Arguments, CK_RV (*CK_FUNCTION_LIST::*member)(Arguments...), const char* name>
struct Wrapper<CK_RV (*)(Arguments...), member, name> {
  static CK_RV call(Arguments... arguments) {
    const Verdict verdict = judge(name);
    CK_RV code = verdict.code;
    if (verdict.forward) {
      const CK_RV real = (softhsm->*member)(arguments...);
      code = code == CKR_OK ? real : code;
    }
    return code;
  }
};

// One write(2) to the end of the file: whole also when the process is killed at any moment, and among those of others.
void log_signing(const CK_BYTE* data, CK_ULONG length) {
  static const char* const file = std::getenv("RAKKAN_SIGN_LOG");
  if (file == nullptr) {
    return;
  }
  static const int descriptor = ::open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string line;
  for (CK_ULONG i = 0; i < length; ++i) {
    line += kDigits[data[i] >> 4];
    line += kDigits[data[i] & 0xF];
  }
  line += '\n';
  if (::write(descriptor, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    std::abort();
  }
}

CK_RV sign_maybe_corrupt(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG length, CK_BYTE_PTR signature,
                         CK_ULONG_PTR signature_length) {
  static constexpr char kName[] = "C_Sign";
  if (signature != nullptr) {
    log_signing(data, length);
  }
  const CK_RV code = Wrapper<decltype(CK_FUNCTION_LIST::C_Sign), &CK_FUNCTION_LIST::C_Sign, kName>::call(
      session, data, length, signature, signature_length);
  const std::lock_guard lock(faults().mutex);
  if (code == CKR_OK && faults().corrupt_signatures && signature != nullptr && *signature_length > 0) {
    signature[*signature_length / 2] ^= 0x01;
  }
  return code;
}

CK_FUNCTION_LIST& list() {
  static CK_FUNCTION_LIST instance = [] {
    CK_FUNCTION_LIST wrapped = *softhsm;
#define RAKKAN_WRAP(NAME)                                                                  \
  {                                                                                        \
    static constexpr char kName[] = #NAME;                                                 \
    wrapped.NAME = &Wrapper<decltype(wrapped.NAME), &CK_FUNCTION_LIST::NAME, kName>::call; \
  }
    RAKKAN_WRAP(C_Initialize)
    RAKKAN_WRAP(C_Finalize)
    RAKKAN_WRAP(C_GetSlotList)
    RAKKAN_WRAP(C_GetTokenInfo)
    RAKKAN_WRAP(C_InitToken)
    RAKKAN_WRAP(C_InitPIN)
    RAKKAN_WRAP(C_OpenSession)
    RAKKAN_WRAP(C_CloseSession)
    RAKKAN_WRAP(C_CloseAllSessions)
    RAKKAN_WRAP(C_Login)
    RAKKAN_WRAP(C_Logout)
    RAKKAN_WRAP(C_GetAttributeValue)
    RAKKAN_WRAP(C_FindObjectsInit)
    RAKKAN_WRAP(C_FindObjects)
    RAKKAN_WRAP(C_FindObjectsFinal)
    RAKKAN_WRAP(C_SignInit)
    RAKKAN_WRAP(C_GenerateKeyPair)
#undef RAKKAN_WRAP
    wrapped.C_Sign = &sign_maybe_corrupt;
    return wrapped;
  }();
  return instance;
}

void read_environment() {
  const char* plan = std::getenv("RAKKAN_FAULTS");
  std::istringstream rows(plan != nullptr ? plan : "");
  for (std::string row; std::getline(rows, row, ',');) {
    std::istringstream fields(row);
    std::array<std::string, 4> field;
    for (std::string& value : field) {
      std::getline(fields, value, ':');
    }
    faults().faults.push_back({field[0], std::strtoul(field[1].c_str(), nullptr, 0),
                               std::strtoul(field[2].c_str(), nullptr, 0), std::strtoul(field[3].c_str(), nullptr, 0),
                               false});
  }
}

bool open_softhsm() {
  for (const char* path : {"/usr/lib/softhsm/libsofthsm2.so", "libsofthsm2.so"}) {
    void* handle = ::dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const auto entry =
        handle != nullptr ? reinterpret_cast<CK_C_GetFunctionList>(::dlsym(handle, "C_GetFunctionList")) : nullptr;
    if (entry != nullptr) {
      return entry(&softhsm) == CKR_OK;
    }
  }
  return false;
}

}  // namespace

extern "C" {

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR functions) {
  static const bool opened = [] {
    read_environment();
    return open_softhsm();
  }();
  if (!opened) {
    return CKR_GENERAL_ERROR;
  }
  *functions = &list();
  return CKR_OK;
}

void rakkan_faulty_reset() {
  const std::lock_guard lock(faults().mutex);
  faults().calls.clear();
  faults().faults.clear();
  faults().last_fired.clear();
  faults().corrupt_signatures = false;
}

void rakkan_faulty_fail(const char* function, unsigned long first, unsigned long times, unsigned long code, int after) {
  const std::lock_guard lock(faults().mutex);
  faults().faults.push_back({function, first, times, code, after != 0});
}

unsigned long rakkan_faulty_calls(const char* function) {
  const std::lock_guard lock(faults().mutex);
  return faults().calls[function];
}

const char* rakkan_faulty_last_fired() {
  const std::lock_guard lock(faults().mutex);
  return faults().last_fired.c_str();
}

void rakkan_faulty_corrupt_signatures(int on) {
  const std::lock_guard lock(faults().mutex);
  faults().corrupt_signatures = on != 0;
}

}  // extern "C"
