#include "credentials/key_rules.hpp"

#include <algorithm>

#include "rakkan/credentials/credential.hpp"

namespace rakkan::credentials {

tl::unexpected<Error> wrong(const std::string& what, const std::string& member) {
  return fail(ErrorCode::invalid_argument, what, member);
}

std::string place(const CredentialId& id) { return "credential " + id.value(); }

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= kMaxLabel && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F && c != '/'; });
}

Result<void> check_labels(const std::string& token_label, const std::string& key_label) {
  if (!is_label(token_label) || !is_label(key_label)) {
    return wrong("a label has 1 to 32 printable ASCII characters without '/', the first not '.'", "label");
  }
  return {};
}

Result<void> check_key_kind(store::CredentialKind kind, crypto::KeyKind key_kind) {
  if (pki::allows(profile_of(kind), key_kind)) {
    return {};
  }
  if (kind == CredentialKind::tsu) {
    return fail(ErrorCode::unsupported_algorithm, "a time-stamping unit's key is RSA, P-256 or P-384");
  }
  return fail(ErrorCode::ed25519_document_key, "neither OpenSSL 3.0 nor pdfsig verifies such signatures");
}

Result<const crypto::AlgorithmSuite*> suite_for(const std::string& name, crypto::KeyKind kind) {
  const crypto::AlgorithmSuite* suite = name.empty() ? &crypto::default_suite(kind) : crypto::suite_from_name(name);
  if (suite == nullptr || !crypto::suits(*suite, kind)) {
    return fail(ErrorCode::unsupported_algorithm,
                name + " is not a suite for keys of kind " + std::string(crypto::name(kind)));
  }
  return suite;
}

}  // namespace rakkan::credentials
