// SoftHsm is a token folder of this process's own, with SOFTHSM2_CONF pointing at it for us and for the programs that
// we start. SoftHSM reads that variable at C_Initialize, so there is one folder a process: made at the first use,
// removed at the exit.
//
//   ASSERT_OK_AND_ASSIGN(auto token, test::SoftHsm::process().new_token("operator"));
//   ASSERT_OK_AND_ASSIGN(auto key, token->generate(crypto::KeyKind::ec_p256, "seal", bytes_of("01")));
//   ASSERT_OK_AND_ASSIGN(auto signer, token->signer("seal", {}));
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "rakkan/hsm/module.hpp"
#include "rakkan/hsm/token.hpp"
#include "support/temporary_folder.hpp"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

namespace rakkan::test {

// SoftHSM 2.6.1 leaks the curve's name of each Ed25519 key it generates or signs with.
#if defined(__SANITIZE_ADDRESS__)
using LeaksOfSoftHsm = __lsan::ScopedDisabler;
#else
struct LeaksOfSoftHsm {
  LeaksOfSoftHsm() {}
};
#endif

class SoftHsm {
 public:
  static SoftHsm& process() {
    static SoftHsm instance;
    return instance;
  }
  SoftHsm(const SoftHsm&) = delete;
  SoftHsm& operator=(const SoftHsm&) = delete;

  static constexpr std::string_view kSoPin = "87654321";
  static constexpr std::string_view kUserPin = "123456";
  [[nodiscard]] static SecureBytes so_pin() { return SecureBytes(bytes_of(kSoPin)); }
  [[nodiscard]] static SecureBytes user_pin() { return SecureBytes(bytes_of(kUserPin)); }

  // Holds softhsm2.conf and tokens/; free for a test's other files.
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  [[nodiscard]] std::filesystem::path configuration() const { return folder() / "softhsm2.conf"; }

  // SoftHSM, or the module of the options.
  [[nodiscard]] Result<std::shared_ptr<hsm::Module>> module(hsm::Options options = {}) {
    return hsm::Module::load(std::move(options));
  }

  // A fresh token, open.
  [[nodiscard]] Result<std::shared_ptr<hsm::Token>> new_token(const std::string& label, hsm::Options options = {}) {
    RAKKAN_TRY(std::shared_ptr<hsm::Module> loaded, module(std::move(options)));
    RAKKAN_CHECK(loaded->initialise_token(label, so_pin(), user_pin()));
    return hsm::Token::open(std::move(loaded), {label, std::nullopt}, user_pin());
  }

 private:
  SoftHsm() {
    std::filesystem::create_directory(folder() / "tokens");
    std::ofstream(configuration()) << "directories.tokendir = " << (folder() / "tokens").string()
                                   << "\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n";
    ::setenv("SOFTHSM2_CONF", configuration().c_str(), 1);
  }

  TemporaryFolder folder_{memory_folder()};
};

}  // namespace rakkan::test
