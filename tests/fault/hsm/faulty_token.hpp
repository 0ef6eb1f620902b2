// A token with a P-256 key behind the faulty module, and signatures that are checked.
#pragma once

#include <string>
#include <thread>

#include "rakkan/crypto/digest.hpp"
#include "rakkan/hsm/token.hpp"
#include "support/eventually.hpp"
#include "support/faulty_pkcs11.hpp"
#include "support/result_matchers.hpp"
#include "support/softhsm_fixture.hpp"

namespace rakkan::hsm {

// The label of a token that the process does not have yet: ctest runs each test alone, a person may run all at once.
inline std::string fresh_label() {
  static int last = 0;
  return "t" + std::to_string(++last);
}

struct FaultyToken {
  std::shared_ptr<Token> token;
  std::shared_ptr<Pkcs11Signer> signer;
  std::string label = {};
  crypto::Digest digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("a contract"));

  // Makes one without planned faults, with calls counted from 0.
  [[nodiscard]] static Result<FaultyToken> make() {
    test::FaultyPkcs11::process().reset();
    std::string label = fresh_label();
    RAKKAN_TRY(auto token, test::SoftHsm::process().new_token(label, test::FaultyPkcs11::process().options()));
    RAKKAN_TRY(const KeyDescription made, token->generate(crypto::KeyKind::ec_p256, "key", bytes_of("1")));
    RAKKAN_TRY(auto signer, token->signer(made.label, made.id));
    test::FaultyPkcs11::process().reset();
    return FaultyToken{std::move(token), std::move(signer), std::move(label)};
  }

  // Nothing but a signature that verifies counts as success.
  [[nodiscard]] Result<void> sign() const {
    const crypto::AlgorithmSuite& suite = crypto::default_suite(crypto::KeyKind::ec_p256);
    RAKKAN_TRY(const Bytes signature, signer->sign(suite, digest));
    return signer->public_key().verify(suite, digest, signature);
  }

  // Signs on a new thread, which has no session yet and closes its session at its end.
  [[nodiscard]] Result<void> sign_on_new_thread() const {
    Result<void> result;
    std::thread([&] { result = sign(); }).join();
    return result;
  }
};

}  // namespace rakkan::hsm
