#include "rakkan/cms/embedded_timestamps.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/der/ber.hpp"
#include "rakkan/der/reader.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::cms {
namespace {

using der::Reader;
using der::Tag;

constexpr der::Oid kIdCounterSignature{1, 2, 840, 113549, 1, 9, 6};
constexpr der::Oid kIdEscTimeStamp{1, 2, 840, 113549, 1, 9, 16, 2, 25};      // CAdES-C-time-stamp
constexpr der::Oid kIdCertCrlTimestamp{1, 2, 840, 113549, 1, 9, 16, 2, 26};  // time-stamped-certs-crls-references
constexpr der::Oid kIdArchiveTimestamp{1, 2, 840, 113549, 1, 9, 16, 2, 27};  // of TS 101 733 V1.4
constexpr der::Oid kIdArchiveTimestampV2{1, 2, 840, 113549, 1, 9, 16, 2, 48};
constexpr der::Oid kIdErInternal{1, 2, 840, 113549, 1, 9, 16, 2, 49};  // RFC 4998 §A
constexpr der::Oid kIdErExternal{1, 2, 840, 113549, 1, 9, 16, 2, 50};
constexpr der::Oid kIdLongTermValidation{0, 4, 0, 1733, 2, 2};  // TS 101 733 V2.1

std::optional<EmbeddedTokenKind> unsigned_kind(const der::Oid& type) noexcept {
  if (type == kIdSignatureTimeStampToken) {
    return EmbeddedTokenKind::signature;
  }
  if (type == kIdArchiveTimestampV3) {
    return EmbeddedTokenKind::archive_v3;
  }
  if (type == kIdArchiveTimestampV2) {
    return EmbeddedTokenKind::archive_v2;
  }
  if (type == kIdArchiveTimestamp) {
    return EmbeddedTokenKind::archive_v1;
  }
  if (type == kIdEscTimeStamp || type == kIdCertCrlTimestamp) {
    return EmbeddedTokenKind::references;
  }
  return std::nullopt;
}

std::optional<UnjudgedKind> unjudged_kind(const der::Oid& type) noexcept {
  if (type == kIdCounterSignature) {
    return UnjudgedKind::counter_signature;
  }
  if (type == kIdErInternal || type == kIdErExternal) {
    return UnjudgedKind::evidence_record;
  }
  if (type == kIdArchiveTimestampV2 || type == kIdArchiveTimestamp || type == kIdLongTermValidation) {
    return UnjudgedKind::archive_timestamp;
  }
  if (type == kIdEscTimeStamp || type == kIdCertCrlTimestamp) {
    return UnjudgedKind::reference_timestamp;
  }
  return std::nullopt;
}

// --- The hash index -------------------------------------------------------------------------------------------------

using Hashes = std::set<Bytes>;
constexpr std::size_t kMostHashes = 65536;  // different ones of one list

struct HashIndex {
  der::Oid hash_identifier;
  Hashes certificates, revocation, attributes;
};

Result<Hashes> read_hashes(Reader& fields) {
  RAKKAN_TRY(Reader list, fields.enter(Tag::sequence));
  Hashes hashes;
  while (!list.at_end()) {
    RAKKAN_TRY(const ByteView hash, list.octet_string());
    hashes.insert(copy_of(hash));
    if (hashes.size() > kMostHashes) {
      return list.malformed("too many hashes");
    }
  }
  return hashes;
}

// hashIndAlgorithm is DEFAULT id-sha256 in the oldest form; an AlgorithmIdentifier begins with an OBJECT IDENTIFIER.
Result<HashIndex> read_index(ByteView value) {
  Reader top(value);
  RAKKAN_TRY(Reader fields, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  HashIndex index;
  index.hash_identifier = crypto::info(crypto::HashAlgorithm::sha256).oid;
  Reader again = fields;
  if (auto algorithm = again.enter(Tag::sequence); algorithm && algorithm->peek() == Tag::oid) {
    RAKKAN_TRY(index.hash_identifier, algorithm->oid());
    fields = again;
  }
  RAKKAN_TRY(index.certificates, read_hashes(fields));
  RAKKAN_TRY(index.revocation, read_hashes(fields));
  RAKKAN_TRY(index.attributes, read_hashes(fields));
  RAKKAN_CHECK(fields.end());
  return index;
}

// The value of the hash index among the unsigned attributes of a token, with its type.
struct IndexValue {
  der::Oid type;
  ByteView value;
  std::size_t count = 0;
};
IndexValue find_index(const Message& token) {
  IndexValue found;
  if (token.signers().empty()) {
    return found;
  }
  for (const Attribute& attribute : token.signers().front().unsigned_attributes) {
    if (attribute.type == kIdAtsHashIndexV3 || attribute.type == kIdAtsHashIndexV2 ||
        attribute.type == kIdAtsHashIndex) {
      for (const ByteView value : attribute.values) {
        found = {attribute.type, value, found.count + 1};
      }
    }
  }
  return found;
}

// Matching takes the objects of a message out of an index.
class Matching {
 public:
  Matching(crypto::HashAlgorithm algorithm, Hashes hashes) : algorithm_(algorithm), hashes_(std::move(hashes)) {}

  // True when the index has the hash of the parts; it serves for several objects that are equal.
  [[nodiscard]] bool covers(std::span<const ByteView> parts) {
    const auto hash = crypto::hash(algorithm_, parts);
    if (!hash || !hashes_.contains(copy_of(hash->view()))) {
      return false;
    }
    used_.insert(copy_of(hash->view()));
    return true;
  }
  [[nodiscard]] bool covers(ByteView whole) { return covers(std::span(&whole, 1)); }
  // Entries that no object has had.
  [[nodiscard]] std::size_t missing() const {
    return static_cast<std::size_t>(
        std::count_if(hashes_.begin(), hashes_.end(), [&](const Bytes& hash) { return !used_.contains(hash); }));
  }

 private:
  crypto::HashAlgorithm algorithm_;
  Hashes hashes_;
  std::set<Bytes> used_;
};

Bytes encoded_type(const der::Oid& type) {
  der::Writer writer;
  writer.oid(type);
  return writer.take();
}

// The encodings of an attribute value that may have been hashed: as it came, and in DER where that is another one.
std::vector<Bytes> other_encodings(const MessageSigner& signer, std::size_t attribute, std::size_t value) {
  std::vector<Bytes> others;
  if (!signer.unsigned_values_as_encoded.empty()) {
    others.push_back(copy_of(signer.unsigned_values_as_encoded[attribute][value]));
  }
  const ByteView read = signer.unsigned_attributes[attribute].values[value];
  if (!der::has_der_form(read)) {
    if (auto der = der::from_ber_prefix(read, {read.size(), true})) {
      others.push_back(std::move(der->der));
    }
  }
  return others;
}

// EN 319 122-1 §5.5.2: an entry is the hash of attrType and one attrValue; in the oldest form of the whole Attribute.
void match_attributes(const MessageSigner& signer, const der::Oid& index_type, Matching& matching,
                      std::vector<ByteView>& covered) {
  for (std::size_t i = 0; i < signer.unsigned_attributes.size(); ++i) {
    const Attribute& attribute = signer.unsigned_attributes[i];
    if (index_type == kIdAtsHashIndex) {
      if (matching.covers(attribute.encoding)) {
        covered.insert(covered.end(), attribute.values.begin(), attribute.values.end());
      }
      continue;
    }
    const Bytes type = encoded_type(attribute.type);
    for (std::size_t j = 0; j < attribute.values.size(); ++j) {
      const auto covers = [&](ByteView value) {
        const std::array<ByteView, 2> parts{type, value};
        return matching.covers(parts);
      };
      bool found = covers(attribute.values[j]);
      if (!found) {
        const std::vector<Bytes> others = other_encodings(signer, i, j);
        found = std::any_of(others.begin(), others.end(), covers);
      }
      if (found) {
        covered.push_back(attribute.values[j]);
      }
    }
  }
}

std::vector<ByteView> match_objects(const std::vector<ByteView>& objects, Matching& matching) {
  std::vector<ByteView> covered;
  for (const ByteView object : objects) {
    if (matching.covers(object)) {
      covered.push_back(object);
    }
  }
  return covered;
}

// EN 319 122-1 §5.5.3, item by item: eContentType, the hash of the content, the SignerInfo's fields up to the
// signature, and the hash index.
Result<crypto::HashValue> archive_imprint(crypto::HashAlgorithm algorithm, const Message& message,
                                          const MessageSigner& signer, const SignedContent& content,
                                          const Message& token) {
  const IndexValue index = find_index(token);
  if (index.count != 1) {
    return fail(ErrorCode::malformed_cms, index.count == 0 ? "an archive timestamp without ats-hash-index"
                                                           : "an archive timestamp with several ats-hash-index");
  }
  RAKKAN_TRY(const crypto::HashValue content_hash, content.hash(algorithm));
  const std::array<ByteView, 4> parts{message.content_type_encoding(), content_hash.view(), signer.fields_to_signature,
                                      index.value};
  return crypto::hash(algorithm, parts);
}

}  // namespace

EmbeddedTimestamps embedded_timestamps(const MessageSigner& signer) {
  EmbeddedTimestamps result;
  const auto add = [&](EmbeddedTokenKind kind, const std::vector<ByteView>& values, std::size_t index) {
    for (const ByteView value : values) {
      if (result.tokens.size() == kMostEmbeddedTokens) {
        ++result.left_out;
      } else {
        result.tokens.push_back({kind, value, index});
      }
    }
  };
  for (std::size_t i = 0; i < signer.signed_attributes.size(); ++i) {
    if (signer.signed_attributes[i].type == kIdContentTimeStamp) {
      add(EmbeddedTokenKind::content, signer.signed_attributes[i].values, i);
    }
  }
  std::set<UnjudgedKind> not_judged;
  const bool is_ber = !signer.unsigned_values_as_encoded.empty();
  for (std::size_t i = 0; i < signer.unsigned_attributes.size(); ++i) {
    const Attribute& attribute = signer.unsigned_attributes[i];
    if (const auto kind = unjudged_kind(attribute.type)) {
      not_judged.insert(*kind);
    }
    if (const auto kind = unsigned_kind(attribute.type)) {
      add(*kind, is_ber ? signer.unsigned_values_as_encoded[i] : attribute.values, i);
    }
  }
  result.not_judged.assign(not_judged.begin(), not_judged.end());
  return result;
}

HashIndexFacts hash_index_facts(const Message& message, const MessageSigner& signer, const Message& archive_token) {
  HashIndexFacts facts;
  const IndexValue value = find_index(archive_token);
  facts.attribute = value.type;
  if (value.count != 1) {
    facts.state = value.count == 0 ? HashIndexFacts::State::absent : HashIndexFacts::State::repeated;
    return facts;
  }
  auto index = read_index(value.value);
  if (!index) {
    facts.state = HashIndexFacts::State::malformed;
    return facts;
  }
  facts.hash_algorithm = crypto::hash_algorithm_from_oid(index->hash_identifier);
  if (!facts.hash_algorithm || !crypto::hash(*facts.hash_algorithm, ByteView{})) {
    facts.state = HashIndexFacts::State::unsupported;
    return facts;
  }
  facts.state = HashIndexFacts::State::read;
  Matching certificates(*facts.hash_algorithm, std::move(index->certificates));
  facts.certificates = match_objects(message.certificate_choices(), certificates);
  facts.missing_certificates = certificates.missing();
  Matching revocation(*facts.hash_algorithm, std::move(index->revocation));
  facts.revocation = match_objects(message.revocation_choices(), revocation);
  facts.missing_revocation = revocation.missing();
  Matching attributes(*facts.hash_algorithm, std::move(index->attributes));
  match_attributes(signer, value.type, attributes, facts.attribute_values);
  facts.missing_attributes = attributes.missing();
  return facts;
}

Result<crypto::HashValue> imprint_of(EmbeddedTokenKind kind, crypto::HashAlgorithm algorithm, const Message& message,
                                     const MessageSigner& signer, const SignedContent& content, const Message& token) {
  switch (kind) {
    case EmbeddedTokenKind::signature:
      return crypto::hash(algorithm, signer.signature);
    case EmbeddedTokenKind::content:
    case EmbeddedTokenKind::archive_v3:
      if (!content.is_known()) {
        return fail(ErrorCode::signature_invalid, "the signed content is not there");
      }
      return kind == EmbeddedTokenKind::content ? content.hash(algorithm)
                                                : archive_imprint(algorithm, message, signer, content, token);
    case EmbeddedTokenKind::archive_v2:
    case EmbeddedTokenKind::archive_v1:
    case EmbeddedTokenKind::references:
      break;
  }
  return fail(ErrorCode::unsupported_algorithm, std::string(to_string(kind)) + " is not judged");
}

std::string_view to_string(EmbeddedTokenKind value) noexcept {
  switch (value) {
    case EmbeddedTokenKind::content:
      return "content-time-stamp";
    case EmbeddedTokenKind::signature:
      return "signature-time-stamp";
    case EmbeddedTokenKind::archive_v3:
      return "archive-time-stamp-v3";
    case EmbeddedTokenKind::archive_v2:
      return "archive-time-stamp-v2";
    case EmbeddedTokenKind::archive_v1:
      return "archive-time-stamp";
    case EmbeddedTokenKind::references:
      return "time-stamp of references";
  }
  return {};
}

std::string_view to_string(UnjudgedKind value) noexcept {
  switch (value) {
    case UnjudgedKind::counter_signature:
      return "counter-signature";
    case UnjudgedKind::evidence_record:
      return "evidence record";
    case UnjudgedKind::archive_timestamp:
      return "archive timestamp of an older form";
    case UnjudgedKind::reference_timestamp:
      return "time-stamp of references";
  }
  return {};
}

}  // namespace rakkan::cms
