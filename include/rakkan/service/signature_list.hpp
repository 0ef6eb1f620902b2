// A list of a tenant's signatures: SignatureSearch describes the wanted ones, SignatureList is one page of them.
#pragma once

#include <optional>
#include <vector>

#include "rakkan/crypto/digest.hpp"
#include "rakkan/service/stored_signature.hpp"
#include "rakkan/store/signature_list.hpp"

namespace rakkan::service {

struct SignatureSearch {
  CredentialId credential = {};                        // empty: of any credential
  std::optional<Instant> from = {};                    // made then or later
  std::optional<Instant> before = {};                  // made earlier
  std::optional<crypto::Digest> document_digest = {};  // of the document, or the digest that was handed in
  bool oldest_first = false;
  std::optional<store::SignaturePosition> after = {};
  std::size_t most = 50;
};

struct SignatureList {
  std::vector<StoredSignature> signatures;       // without their tails; without facts when they were erased
  std::optional<store::SignaturePosition> next;  // nothing: the list ends here. A page may be empty and have one.
};

}  // namespace rakkan::service
