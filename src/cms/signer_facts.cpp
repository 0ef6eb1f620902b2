#include "rakkan/cms/signer_facts.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "cms/signer_rules.hpp"
#include "cms/signing_certificate.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::cms {
namespace {

using der::Reader;
using der::Tag;

// Larger content is not looked at for whether it is attributes: no signer's are of that size.
constexpr std::size_t kLargestAttributes = std::size_t{1} << 20;
// Certificates of one name or key identifier, beyond which no more are looked for, and with whose keys a value is
// tried: nobody but an attacker embeds so many.
constexpr std::size_t kMostFits = 256;
constexpr std::size_t kMostTried = 8;
// Attributes that name the certificate: RFC 5035 §5 allows one of each.
constexpr std::size_t kMostEssAttributes = 16;
constexpr std::size_t kMostEssSearched = 2;
constexpr std::size_t kFewLookups = 16;
// Ed25519 and Ed448 hash the whole message in each verification: so many bytes take as long as one costs.
constexpr std::size_t kBytesOfAVerification = std::size_t{32} << 10;

// The only value of the only attribute of that type, or what is wrong with their number.
struct OnlyValue {
  ByteView value;
  AttributeFact trouble = AttributeFact::match;  // match: there is one value
};
OnlyValue only_value(const MessageSigner& signer, const der::Oid& type) {
  const std::size_t attributes = signer.count_signed(type);
  const std::vector<ByteView> values = signer.signed_values(type);
  if (attributes == 0) {
    return {{}, AttributeFact::absent};
  }
  if (attributes != 1 || values.size() != 1) {
    return {{}, AttributeFact::repeated};
  }
  return {values.front()};
}

AttributeFact matched(bool match) noexcept { return match ? AttributeFact::match : AttributeFact::mismatch; }

// §11.2, RFC 8933 §3.1.
AttributeFact message_digest_fact(const MessageSigner& signer, const SignedContent& content) {
  const OnlyValue only = only_value(signer, kIdMessageDigest);
  if (only.trouble != AttributeFact::match) {
    return only.trouble;
  }
  const auto digest = read_message_digest(only.value);
  if (!digest) {
    return AttributeFact::malformed;
  }
  if (!content.is_known()) {
    return AttributeFact::no_content;
  }
  if (!signer.hash_algorithm) {
    return AttributeFact::unsupported;
  }
  const auto computed = content.hash(*signer.hash_algorithm);
  return computed ? matched(equal(computed->view(), *digest)) : AttributeFact::unsupported;
}

AttributeFact algorithm_protection_fact(const MessageSigner& signer) {
  const OnlyValue only = only_value(signer, kIdCmsAlgorithmProtection);
  if (only.trouble != AttributeFact::match) {
    return only.trouble;
  }
  const auto protects = protects_algorithms(only.value, signer.digest_identifier, signer.signature_algorithm);
  return protects ? matched(*protects) : AttributeFact::malformed;
}

AlgorithmFacts algorithm_facts(const MessageSigner& signer) {
  AlgorithmFacts facts;
  facts.digest_identifier = signer.digest_identifier;
  facts.digest = signer.hash_algorithm;
  facts.signature_identifier = signer.signature_identifier;
  auto algorithm = crypto::VerificationAlgorithm::parse(signer.signature_algorithm, signer.hash_algorithm);
  if (!algorithm) {
    // Where the two identifiers name different hashes, the signature's is tried.
    auto alone = crypto::VerificationAlgorithm::parse(signer.signature_algorithm);
    if (alone && alone->hash && signer.hash_algorithm && *alone->hash != *signer.hash_algorithm) {
      facts.hashes_differ = true;
      algorithm = std::move(alone);
    }
  }
  if (algorithm) {
    facts.signature = *std::move(algorithm);
  } else {
    facts.unsupported = algorithm.error().detail;
  }
  return facts;
}

std::vector<EssAttribute> ess_attributes(const MessageSigner& signer) {
  std::vector<EssAttribute> result;
  for (const auto& [type, version] : {std::pair{kIdSigningCertificateV2, EssVersion::signing_certificate_v2},
                                      std::pair{kIdSigningCertificate, EssVersion::signing_certificate}}) {
    for (const ByteView value : signer.signed_values(type)) {
      if (result.size() == kMostEssAttributes) {
        return result;
      }
      EssAttribute attribute;
      attribute.version = version;
      if (auto ids = read_ess_ids(value, version, EssReading::lenient)) {
        attribute.ids = *std::move(ids);
      } else {
        attribute.malformed = ids.error().detail;
        attribute.ids =
            read_ess_ids(value, version, EssReading::lenient_first).value_or(std::vector<EssCertificateId>());
      }
      result.push_back(std::move(attribute));
    }
  }
  return result;
}

// Value verifies one signature value, with any key.
class Value {
 public:
  Value(const MessageSigner& signer, const AlgorithmFacts& algorithms, const SignedContent& content,
        crypto::VerificationBudget* budget)
      : signer_(signer), algorithms_(algorithms), content_(content), budget_(budget) {}

  [[nodiscard]] ValueFacts verify(const pki::Certificate& certificate) const {
    ValueFacts facts;
    if (!algorithms_.signature) {
      return unsupported(algorithms_.unsupported);
    }
    const auto& key = certificate.verification_key();
    if (!key) {
      return unsupported(key.error().detail);
    }
    if (!signer_.signed_attribute_facts.present) {
      facts.as_der = content_.is_known() ? check(*key, content_, facts.reason) : ValueCheck::no_content;
      facts.as_encoded = facts.as_der;
      return facts;
    }
    facts.as_der = over_attributes(*key, signer_.signed_attributes_as_der, facts.reason);
    facts.as_encoded = signer_.signed_attribute_facts.is_der
                           ? facts.as_der
                           : over_attributes(*key, signer_.signed_attributes_as_encoded, facts.reason);
    return facts;
  }

 private:
  static ValueFacts unsupported(std::string reason) {
    return {ValueCheck::unsupported, ValueCheck::unsupported, std::move(reason)};
  }

  [[nodiscard]] ValueCheck over_attributes(const crypto::VerificationKey& key, ByteView attributes,
                                           std::string& reason) const {
    const Bytes header = signed_attributes_header(attributes.size());
    const std::array<ByteView, 2> parts{header, attributes};
    return check(key, SignedContent::of(parts), reason);
  }

  [[nodiscard]] ValueCheck check(const crypto::VerificationKey& key, const SignedContent& data,
                                 std::string& reason) const {
    const auto verified = algorithms_.signature->hash ? over_hash(key, data) : over_message(key, data);
    if (verified) {
      return ValueCheck::valid;
    }
    reason = verified.error().detail;
    return verified.error().code == ErrorCode::unsupported_algorithm ? ValueCheck::unsupported : ValueCheck::invalid;
  }

  [[nodiscard]] Result<void> over_hash(const crypto::VerificationKey& key, const SignedContent& data) const {
    RAKKAN_CHECK(spend(budget_, key.cost()));
    RAKKAN_TRY(const crypto::HashValue hash, data.hash(*algorithms_.signature->hash));
    return key.verify(*algorithms_.signature, hash, signer_.signature);
  }

  // Ed25519 and Ed448 take the message itself.
  [[nodiscard]] Result<void> over_message(const crypto::VerificationKey& key, const SignedContent& data) const {
    if (!data.has_bytes()) {
      return fail(ErrorCode::unsupported_algorithm, "the content itself is needed, and only a hash of it is known");
    }
    std::size_t size = 0;
    for (const ByteView part : data.parts()) {
      size += part.size();
    }
    RAKKAN_CHECK(spend(budget_, key.cost() + size / kBytesOfAVerification));
    Bytes message;
    message.reserve(size);
    for (const ByteView part : data.parts()) {
      append(message, part);
    }
    return key.verify_message(*algorithms_.signature, message, signer_.signature);
  }

  const MessageSigner& signer_;
  const AlgorithmFacts& algorithms_;
  const SignedContent& content_;
  crypto::VerificationBudget* budget_;
};

// Search finds the certificates that could be the signer's, each once.
class Search {
 public:
  Search(const Message& message, std::span<const pki::Certificate> outside) : message_(message), outside_(outside) {}

  struct Fit {
    pki::Certificate certificate;
    CertificateSource source{};
  };

  [[nodiscard]] std::vector<Fit> by_hash(const EssCertificateId& id) {
    std::vector<Fit> fits;
    if (!id.hash_algorithm) {
      return fits;
    }
    // Hashes are compared first, so that only the named certificates of a message have to be read.
    for (const ByteView der : message_.certificates()) {
      const auto hash = crypto::hash(*id.hash_algorithm, der);
      if (hash && equal(hash->view(), id.hash)) {
        add_embedded(der, fits);
      }
    }
    for (const pki::Certificate& certificate : outside_) {
      const EssMatch match = id.compare(certificate);
      if (match == EssMatch::match || match == EssMatch::issuer_serial_mismatch) {
        add(certificate, CertificateSource::outside, fits);
      }
    }
    return fits;
  }

  [[nodiscard]] std::vector<Fit> by_name(const SignerName& name) {
    std::vector<Fit> fits;
    for (const ByteView der : message_.certificates()) {
      if (const auto certificate = read(der); certificate && name.names(*certificate)) {
        add(*certificate, CertificateSource::message, fits);
      }
    }
    for (const pki::Certificate& certificate : outside_) {
      if (name.names(certificate)) {
        add(certificate, CertificateSource::outside, fits);
      }
    }
    return fits;
  }

  [[nodiscard]] std::size_t unreadable() const noexcept { return unreadable_; }

 private:
  // A certificate that the caller has read already keeps its key, which is made at first use.
  [[nodiscard]] std::optional<pki::Certificate> read(ByteView der) {
    if (const pki::Certificate* known = find_outside(der)) {
      return *known;
    }
    auto certificate = pki::Certificate::parse(der);
    if (!certificate) {
      ++unreadable_;
      return std::nullopt;
    }
    return *std::move(certificate);
  }

  // An index pays only where many are looked for.
  [[nodiscard]] const pki::Certificate* find_outside(ByteView der) {
    if (++looked_for_ <= kFewLookups) {
      const auto known = std::find_if(outside_.begin(), outside_.end(),
                                      [&](const pki::Certificate& other) { return equal(other.der(), der); });
      return known == outside_.end() ? nullptr : &*known;
    }
    if (known_.empty()) {
      for (const pki::Certificate& certificate : outside_) {
        known_.emplace(text_of(certificate.der()), &certificate);
      }
    }
    const auto known = known_.find(text_of(der));
    return known == known_.end() ? nullptr : known->second;
  }

  void add_embedded(ByteView der, std::vector<Fit>& fits) {
    if (const auto certificate = read(der)) {
      add(*certificate, CertificateSource::message, fits);
    }
  }

  static void add(const pki::Certificate& certificate, CertificateSource source, std::vector<Fit>& fits) {
    const auto same = [&](const Fit& fit) { return fit.certificate == certificate; };
    if (fits.size() < kMostFits && std::none_of(fits.begin(), fits.end(), same)) {
      fits.push_back({certificate, source});
    }
  }

  const Message& message_;
  std::span<const pki::Certificate> outside_;
  std::size_t looked_for_ = 0;
  std::unordered_map<std::string_view, const pki::Certificate*> known_;  // outside_ by DER
  std::size_t unreadable_ = 0;
};

// Tried is a certificate with what its key says of the value.
struct Tried {
  Search::Fit fit;
  ValueFacts value;
};

int rank_of(const ValueFacts& value) noexcept {
  return value.as_der == ValueCheck::valid ? 0 : value.as_encoded == ValueCheck::valid ? 1 : 2;
}

// Of several, of which there is one at least, the one whose key verifies, then the one with the smallest fingerprint:
// not the first one of an order that no signature covers.
Tried best_of(std::vector<Search::Fit> fits, const Value& value) {
  std::sort(fits.begin(), fits.end(), [](const Search::Fit& a, const Search::Fit& b) {
    const ByteView x = a.certificate.fingerprint().view();
    const ByteView y = b.certificate.fingerprint().view();
    return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end());
  });
  Tried best{fits.front(), value.verify(fits.front().certificate)};
  for (std::size_t i = 1; i < std::min(fits.size(), kMostTried) && rank_of(best.value) != 0; ++i) {
    if (ValueFacts facts = value.verify(fits[i].certificate); rank_of(facts) < rank_of(best.value)) {
      best = {fits[i], std::move(facts)};
    }
  }
  return best;
}

// Finds the signer's certificate, and verifies the value with its key.
SignerCertificate find_certificate(Search search, const MessageSigner& signer, const std::vector<EssAttribute>& ess,
                                   const Value& value, ValueFacts& verified) {
  const SignerName name{signer.issuer, signer.serial_number, signer.subject_key_identifier};
  SignerCertificate result;
  std::vector<Search::Fit> fits;
  std::size_t searched = 0;
  for (const EssAttribute& attribute : ess) {
    if (fits.empty() && !attribute.ids.empty() && searched < kMostEssSearched) {
      ++searched;
      fits = search.by_hash(attribute.ids.front());
      result.identified_by = IdentifiedBy::ess_hash;
    }
  }
  if (fits.empty()) {
    fits = search.by_name(name);
    result.identified_by =
        signer.subject_key_identifier.empty() ? IdentifiedBy::issuer_and_serial : IdentifiedBy::subject_key_identifier;
  }
  result.unreadable = search.unreadable();
  result.candidates = fits.size();
  if (fits.empty()) {
    result.identified_by = IdentifiedBy::nothing;
    return result;
  }
  Tried best = best_of(std::move(fits), value);
  verified = std::move(best.value);
  result.sid_match = name.names(best.fit.certificate);
  result.source = best.fit.source;
  result.certificate = std::move(best.fit.certificate);
  return result;
}

bool content_looks_like_attributes(const SignedContent& content) {
  Bytes whole;
  for (const ByteView part : content.parts()) {
    const bool no_set = whole.empty() && !part.empty() && part.front() != static_cast<Byte>(Tag::set);
    if (no_set || part.size() > kLargestAttributes - whole.size()) {
      return false;
    }
    append(whole, part);
  }
  return looks_like_signed_attributes(whole);
}

}  // namespace

std::string AlgorithmFacts::name() const { return signature ? signature->name() : signature_identifier.dotted(); }

bool SignerFacts::is_cryptographically_valid() const noexcept {
  if (value.as_der != ValueCheck::valid || algorithms.hashes_differ) {
    return false;
  }
  return !has_signed_attributes || (attributes.is_der && message_digest == AttributeFact::match);
}

SignerFacts signer_facts(const Message& message, const MessageSigner& signer, const SignedContent& content,
                         std::span<const pki::Certificate> outside, crypto::VerificationBudget* budget) {
  SignerFacts facts;
  facts.has_signed_attributes = signer.signed_attribute_facts.present;
  facts.attributes = signer.signed_attribute_facts;
  const OnlyValue content_type = only_value(signer, kIdContentType);
  facts.content_type = content_type.trouble;
  if (content_type.trouble == AttributeFact::match) {
    const auto type = read_content_type(content_type.value);
    facts.content_type = type ? matched(*type == message.content_type()) : AttributeFact::malformed;
    if (type) {
      facts.content_type_value = *type;
    }
  }
  facts.message_digest = message_digest_fact(signer, content);
  facts.algorithm_protection = algorithm_protection_fact(signer);
  facts.algorithms = algorithm_facts(signer);
  facts.ess = ess_attributes(signer);
  const Value value(signer, facts.algorithms, content, budget);
  facts.certificate = find_certificate(Search(message, outside), signer, facts.ess, value, facts.value);
  if (facts.certificate.certificate) {
    for (EssAttribute& attribute : facts.ess) {
      if (!attribute.ids.empty()) {
        attribute.match = attribute.ids.front().compare(*facts.certificate.certificate);
      }
    }
  }
  facts.content_is_attributes = content_looks_like_attributes(content);
  return facts;
}

bool looks_like_signed_attributes(ByteView bytes) {
  Reader top(bytes);
  auto attributes = top.enter(Tag::set);
  if (!attributes || !top.at_end()) {
    return false;
  }
  bool has_digest = false;
  while (!attributes->at_end()) {
    auto fields = attributes->enter(Tag::sequence);
    const auto type = fields ? fields->oid() : Result<der::Oid>(der::Oid());
    if (!fields || !type || !fields->element(Tag::set) || !fields->at_end()) {
      return false;
    }
    has_digest = has_digest || *type == kIdMessageDigest;
  }
  return has_digest;
}

AttributeFact encapsulated_sha1(const Message& message, const SignedContent& document) {
  if (!message.content()) {
    return AttributeFact::absent;
  }
  if (!document.is_known()) {
    return AttributeFact::no_content;
  }
  const auto computed = document.hash(crypto::HashAlgorithm::sha1);
  return computed ? matched(equal(computed->view(), *message.content())) : AttributeFact::unsupported;
}

std::string_view to_string(AttributeFact value) noexcept {
  switch (value) {
    case AttributeFact::absent:
      return "absent";
    case AttributeFact::match:
      return "match";
    case AttributeFact::mismatch:
      return "mismatch";
    case AttributeFact::repeated:
      return "repeated";
    case AttributeFact::malformed:
      return "malformed";
    case AttributeFact::no_content:
      return "no content";
    case AttributeFact::unsupported:
      return "unsupported";
  }
  return {};
}

std::string_view to_string(ValueCheck value) noexcept {
  switch (value) {
    case ValueCheck::valid:
      return "valid";
    case ValueCheck::invalid:
      return "invalid";
    case ValueCheck::unsupported:
      return "unsupported";
    case ValueCheck::no_certificate:
      return "no certificate";
    case ValueCheck::no_content:
      return "no content";
  }
  return {};
}

std::string_view to_string(EssMatch value) noexcept {
  switch (value) {
    case EssMatch::match:
      return "match";
    case EssMatch::hash_mismatch:
      return "hash mismatch";
    case EssMatch::issuer_serial_mismatch:
      return "issuerSerial mismatch";
    case EssMatch::unsupported_hash:
      return "unsupported hash";
    case EssMatch::no_certificate:
      return "no certificate";
  }
  return {};
}

std::string_view to_string(IdentifiedBy value) noexcept {
  switch (value) {
    case IdentifiedBy::nothing:
      return "nothing";
    case IdentifiedBy::ess_hash:
      return "ESS hash";
    case IdentifiedBy::issuer_and_serial:
      return "issuer and serial number";
    case IdentifiedBy::subject_key_identifier:
      return "subjectKeyIdentifier";
  }
  return {};
}

}  // namespace rakkan::cms
