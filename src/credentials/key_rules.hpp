// The rules for the kind, the suite and the labels of a credential's key.
#pragma once

#include <string>
#include <string_view>

#include "rakkan/base/result.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"
#include "rakkan/store/credential_row.hpp"

namespace rakkan::credentials {

inline constexpr std::size_t kKeyIdSize = 16;  // bytes of a CKA_ID that is made up
inline constexpr std::size_t kMaxLabel = 32;   // PKCS#11 CK_TOKEN_INFO.label

// invalid_argument about a member of what was asked for.
[[nodiscard]] tl::unexpected<Error> wrong(const std::string& what, const std::string& member);
// The place that an error names: "credential ID".
[[nodiscard]] std::string place(const CredentialId& id);

// A token's label is also part of its PIN file's name.
[[nodiscard]] bool is_label(std::string_view text);
// invalid_argument.
[[nodiscard]] Result<void> check_labels(const std::string& token_label, const std::string& key_label);
// ed25519_document_key, unsupported_algorithm.
[[nodiscard]] Result<void> check_key_kind(store::CredentialKind kind, crypto::KeyKind key_kind);
// The suite of that name, or the kind's default where the name is empty. unsupported_algorithm.
[[nodiscard]] Result<const crypto::AlgorithmSuite*> suite_for(const std::string& name, crypto::KeyKind kind);

}  // namespace rakkan::credentials
