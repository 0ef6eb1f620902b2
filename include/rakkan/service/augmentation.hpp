// Augmentation brings a document that is signed already, by whomever, to a higher level (EN 319 142-1 §6): the use case
// SigningService::augment. No document key is used.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/access/principal.hpp"
#include "rakkan/async/deadline.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/pades/baseline_level.hpp"
#include "rakkan/service/signing_request.hpp"

namespace rakkan::service {

struct AugmentCommand {
  access::Principal principal;
  ByteView document;             // outlives the task
  pades::BaselineLevel level{};  // B-T, B-LT or B-LTA
  std::string only = {};         // the name of one signature field: the others may be broken; empty: all of them
  bool iso_docmdp = false;       // add to a certified document of P 1, which ISO 32000-2 allows and Acrobat rejects
  std::string tsa = {};          // the profile of document timestamps; empty: the list of the role archive
  std::optional<async::Deadline> deadline = {};
  std::optional<IdempotencyClaim> claim = {};
};

struct AugmentedDocument {
  Bytes tail;  // the bytes that follow the document; empty: it had the level already
  // JSON: {"level":…,"signatures":[{"field":…,"before":…,"level":…,"existed_at":…},…],"document_digest":{…},
  // "result_digest":{…},"bytes_added":…,"timestamps":[…],"warnings":[…],"evidence":{…},"unreadable":[…],"ltv":{…},
  // "renewal":{…}}
  std::string facts;
  std::uint64_t entry = 0;  // index in the trail; 0 in the answer to a request that was answered before

  // As the answer of an Idempotency-Key is kept, without the entry. decode fails with store_corrupt.
  [[nodiscard]] Bytes encode() const;
  [[nodiscard]] static Result<AugmentedDocument> decode(ByteView kept);
};

}  // namespace rakkan::service
