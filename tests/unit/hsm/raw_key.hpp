// Keys as other tools make them, with attributes that we would not choose: through the C API itself.
#pragma once

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/softhsm_fixture.hpp"

namespace rakkan::test {

struct RawKey {
  bool sensitive = true;
  bool extractable = false;
  bool sign = true;
  bool always_authenticate = false;
  std::vector<CK_MECHANISM_TYPE> allowed = {CKM_ECDSA};
  bool public_object = true;
};

// A P-256 key pair of that label in the token, while somebody else holds the login.
inline void make_raw_key(CK_SLOT_ID slot, const std::string& label, const RawKey& key) {
  const auto list = reinterpret_cast<CK_C_GetFunctionList>(
      ::dlsym(::dlopen("/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW), "C_GetFunctionList"));
  CK_FUNCTION_LIST_PTR functions = nullptr;
  list(&functions);
  CK_SESSION_HANDLE session = 0;
  if (functions->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session) != CKR_OK) {
    throw std::runtime_error("C_OpenSession");
  }
  CK_BBOOL yes = CK_TRUE;
  const auto flag = [](bool value) { return static_cast<CK_BBOOL>(value ? CK_TRUE : CK_FALSE); };
  CK_BBOOL sensitive = flag(key.sensitive);
  CK_BBOOL extractable = flag(key.extractable);
  CK_BBOOL sign = flag(key.sign);
  CK_BBOOL always = flag(key.always_authenticate);
  std::array<unsigned char, 10> curve = {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
  std::string name = label;
  std::vector<CK_MECHANISM_TYPE> allowed = key.allowed;
  std::vector<CK_ATTRIBUTE> of_public = {{CKA_TOKEN, &yes, 1},
                                         {CKA_EC_PARAMS, curve.data(), curve.size()},
                                         {CKA_ID, name.data(), name.size()},
                                         {CKA_LABEL, name.data(), name.size()}};
  std::vector<CK_ATTRIBUTE> of_private = {{CKA_TOKEN, &yes, 1},
                                          {CKA_PRIVATE, &yes, 1},
                                          {CKA_SENSITIVE, &sensitive, 1},
                                          {CKA_EXTRACTABLE, &extractable, 1},
                                          {CKA_SIGN, &sign, 1},
                                          {CKA_ALWAYS_AUTHENTICATE, &always, 1},
                                          {CKA_ID, name.data(), name.size()},
                                          {CKA_LABEL, name.data(), name.size()}};
  if (!allowed.empty()) {
    of_private.push_back({CKA_ALLOWED_MECHANISMS, allowed.data(), allowed.size() * sizeof(CK_MECHANISM_TYPE)});
  }
  CK_MECHANISM mechanism{CKM_EC_KEY_PAIR_GEN, nullptr, 0};
  CK_OBJECT_HANDLE public_key = 0;
  CK_OBJECT_HANDLE private_key = 0;
  if (functions->C_GenerateKeyPair(session, &mechanism, of_public.data(), of_public.size(), of_private.data(),
                                   of_private.size(), &public_key, &private_key) != CKR_OK) {
    throw std::runtime_error("C_GenerateKeyPair");
  }
  if (!key.public_object) {
    functions->C_DestroyObject(session, public_key);
  }
  functions->C_CloseSession(session);
}

}  // namespace rakkan::test
