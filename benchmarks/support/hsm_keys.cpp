#include "hsm_keys.hpp"

#include <dlfcn.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>
#include <vector>

#include <p11-kit/pkcs11.h>

#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/hsm/token.hpp"

namespace rakkan::bench {
namespace {

constexpr const char* kTokenLabel = "benchmark";

SecureBytes pin() { return SecureBytes(bytes_of("benchmark")); }

// SHA-256's DigestInfo (RFC 8017 §9.2, note 1) before 32 octets.
constexpr std::array<Byte, 19> kDigestInfo{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                           0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};

CK_FUNCTION_LIST* functions_of(void* library) {
  // POSIX lets a symbol's address become a function; the standard has no cast for it but this.
  const auto list = reinterpret_cast<CK_C_GetFunctionList>(dlsym(library, "C_GetFunctionList"));
  CK_FUNCTION_LIST* functions = nullptr;
  return list != nullptr && list(&functions) == CKR_OK ? functions : nullptr;
}

std::optional<CK_SLOT_ID> slot_of(CK_FUNCTION_LIST& pkcs11, std::string_view label) {
  std::array<CK_SLOT_ID, 64> slots{};
  CK_ULONG count = slots.size();
  if (pkcs11.C_GetSlotList(CK_TRUE, slots.data(), &count) != CKR_OK) {
    return std::nullopt;
  }
  for (CK_ULONG i = 0; i < count; ++i) {
    CK_TOKEN_INFO info{};
    if (pkcs11.C_GetTokenInfo(slots.at(i), &info) == CKR_OK &&
        std::string_view(reinterpret_cast<const char*>(info.label), sizeof info.label).rfind(label, 0) == 0) {
      return slots.at(i);
    }
  }
  return std::nullopt;
}

// One thread's session with the key found in it.
struct Session {
  CK_FUNCTION_LIST* pkcs11;
  CK_SESSION_HANDLE session = 0;
  CK_OBJECT_HANDLE key = 0;

  bool open(CK_SLOT_ID slot, std::string label) {
    if (pkcs11->C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &session) != CKR_OK) {
      return false;
    }
    CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;
    std::array<CK_ATTRIBUTE, 2> wanted{CK_ATTRIBUTE{CKA_CLASS, &kind, sizeof kind},
                                       CK_ATTRIBUTE{CKA_LABEL, label.data(), label.size()}};
    CK_ULONG found = 0;
    const bool ok = pkcs11->C_FindObjectsInit(session, wanted.data(), wanted.size()) == CKR_OK &&
                    pkcs11->C_FindObjects(session, &key, 1, &found) == CKR_OK && found == 1;
    pkcs11->C_FindObjectsFinal(session);
    return ok;
  }

  bool sign(CK_MECHANISM_TYPE type, Bytes& input) const {
    CK_MECHANISM mechanism{type, nullptr, 0};
    std::array<CK_BYTE, 512> value{};
    CK_ULONG size = value.size();
    return pkcs11->C_SignInit(session, &mechanism, key) == CKR_OK &&
           pkcs11->C_Sign(session, input.data(), input.size(), value.data(), &size) == CKR_OK;
  }
};

}  // namespace

struct HsmKeys::Impl {
  std::filesystem::path folder;
  std::shared_ptr<hsm::Token> token;
  void* library = nullptr;
  CK_FUNCTION_LIST* pkcs11 = nullptr;
  CK_SLOT_ID slot = 0;

  ~Impl() {
    token.reset();
    if (library != nullptr) {
      dlclose(library);
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
};

HsmKeys::HsmKeys(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
HsmKeys::~HsmKeys() = default;

Result<std::unique_ptr<HsmKeys>> HsmKeys::create() {
  auto impl = std::make_unique<Impl>();
  std::string folder = (std::filesystem::temp_directory_path() / "rakkan-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) {
    return fail(ErrorCode::file_unwritable, "no temporary folder", folder);
  }
  impl->folder = folder;
  std::filesystem::create_directory(impl->folder / "tokens");
  const std::string configuration = (impl->folder / "softhsm2.conf").string();
  std::ofstream(configuration) << "directories.tokendir = " << (impl->folder / "tokens").string()
                               << "\nobjectstore.backend = file\nlog.level = ERROR\n";
  setenv("SOFTHSM2_CONF", configuration.c_str(), 1);
  RAKKAN_TRY(auto module, hsm::Module::load({}));
  RAKKAN_CHECK(module->initialise_token(kTokenLabel, pin(), pin()));
  hsm::TokenAddress address;
  address.label = kTokenLabel;
  RAKKAN_TRY(impl->token, hsm::Token::open(std::move(module), std::move(address), pin()));

  for (const char* path : {"/usr/lib/softhsm/libsofthsm2.so", "libsofthsm2.so"}) {
    impl->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (impl->library != nullptr) {
      break;
    }
  }
  impl->pkcs11 = impl->library != nullptr ? functions_of(impl->library) : nullptr;
  const std::optional<CK_SLOT_ID> slot = impl->pkcs11 != nullptr ? slot_of(*impl->pkcs11, kTokenLabel) : std::nullopt;
  if (!slot) {
    return fail(ErrorCode::hsm_module_unusable, "SoftHSM does not show the benchmark's token");
  }
  impl->slot = *slot;
  return std::make_unique<HsmKeys>(std::move(impl));
}

Result<HsmKeys::Key> HsmKeys::generate(crypto::KeyKind kind, std::string label) {
  label = label.empty() ? std::string(crypto::name(kind)) : std::move(label);
  RAKKAN_TRY(const hsm::KeyDescription made, impl_->token->generate(kind, label, bytes_of(label)));
  RAKKAN_TRY(auto signer, impl_->token->signer(made.label, made.id));
  return Key{label, kind, std::move(signer)};
}

long HsmKeys::raw_signatures(const Key& key, unsigned threads, std::chrono::milliseconds time) const {
  const bool rsa = key.kind != crypto::KeyKind::ec_p256 && key.kind != crypto::KeyKind::ec_p384;
  const CK_MECHANISM_TYPE mechanism = rsa ? CKM_RSA_PKCS : CKM_ECDSA;
  std::atomic<long> total{0};
  std::atomic<bool> failed{false};
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < threads; ++i) {
    workers.emplace_back([&] {
      Session session{impl_->pkcs11};
      Bytes input = rsa ? Bytes(kDigestInfo.begin(), kDigestInfo.end()) : Bytes();
      input.resize(input.size() + 32, Byte{0x42});
      long count = 0;
      bool ok = session.open(impl_->slot, key.label);
      while (ok && std::chrono::steady_clock::now() - begin < time) {
        ok = session.sign(mechanism, input);
        ++count;
      }
      impl_->pkcs11->C_CloseSession(session.session);
      total += count;
      if (!ok) {
        failed = true;
      }
    });
  }
  for (std::thread& worker : workers) {
    worker.join();
  }
  return failed ? 0 : total.load();
}

}  // namespace rakkan::bench
