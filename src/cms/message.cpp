#include "rakkan/cms/message.hpp"

#include <algorithm>
#include <utility>

#include "cms/encoding.hpp"
#include "cms/structure.hpp"
#include "rakkan/der/ber.hpp"
#include "rakkan/der/reader.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::cms {
namespace {

using der::BerElement;
using der::Element;
using der::Reader;
using der::Tag;

constexpr std::size_t kMostDigestAlgorithms = 64;  // of the hint; others are not looked at

// The parts of a message that keep their bytes, as they stand in its BER.
struct OriginalSigner {
  ByteView signed_attributes;  // content
  std::vector<std::vector<ByteView>> unsigned_values;
};
struct Originals {
  std::vector<ByteView> certificate_choices;
  std::vector<ByteView> revocation_choices;
  std::vector<OriginalSigner> signers;
};

Result<std::vector<BerElement>> children(ByteView content) {
  std::vector<BerElement> elements;
  while (!content.empty()) {
    RAKKAN_TRY(const BerElement element, der::take_ber(content));
    elements.push_back(element);
  }
  return elements;
}

Result<std::vector<ByteView>> encodings(ByteView content) {
  RAKKAN_TRY(const std::vector<BerElement> elements, children(content));
  std::vector<ByteView> views;
  views.reserve(elements.size());
  for (const BerElement& element : elements) {
    views.push_back(element.encoding);
  }
  return views;
}

// The only element inside, at that place.
Result<BerElement> child(const BerElement& parent, std::size_t index) {
  RAKKAN_TRY(const std::vector<BerElement> inside, children(parent.content));
  if (index >= inside.size()) {
    return fail(ErrorCode::malformed_der, "an element is missing");
  }
  return inside[index];
}

Result<OriginalSigner> find_original_signer(const BerElement& signer_info) {
  OriginalSigner signer;
  RAKKAN_TRY(const std::vector<BerElement> fields, children(signer_info.content));
  for (const BerElement& field : fields) {
    if (field.tag == der::context_constructed(0)) {
      signer.signed_attributes = field.content;
    } else if (field.tag == der::context_constructed(1)) {
      RAKKAN_TRY(const std::vector<BerElement> attributes, children(field.content));
      for (const BerElement& attribute : attributes) {
        RAKKAN_TRY(const BerElement values, child(attribute, 1));
        RAKKAN_TRY(std::vector<ByteView> views, encodings(values.content));
        signer.unsigned_values.push_back(std::move(views));
      }
    }
  }
  return signer;
}

// Finds the parts by their place: the structure of a message is the same in BER and in the DER that was made of it.
Result<Originals> find_originals(ByteView content_info) {
  RAKKAN_TRY(const BerElement top, der::take_ber(content_info));
  RAKKAN_TRY(const BerElement explicit_content, child(top, 1));
  RAKKAN_TRY(const BerElement signed_data, child(explicit_content, 0));
  RAKKAN_TRY(const std::vector<BerElement> fields, children(signed_data.content));
  Originals originals;
  for (std::size_t i = 3; i < fields.size(); ++i) {  // behind version, digestAlgorithms and encapContentInfo
    if (fields[i].tag == der::context_constructed(0)) {
      RAKKAN_TRY(originals.certificate_choices, encodings(fields[i].content));
    } else if (fields[i].tag == der::context_constructed(1)) {
      RAKKAN_TRY(originals.revocation_choices, encodings(fields[i].content));
    } else {
      RAKKAN_TRY(const std::vector<BerElement> signer_infos, children(fields[i].content));
      for (const BerElement& signer_info : signer_infos) {
        RAKKAN_TRY(OriginalSigner signer, find_original_signer(signer_info));
        originals.signers.push_back(std::move(signer));
      }
    }
  }
  return originals;
}

Bytes encode_attribute(const Attribute& attribute) {
  der::Writer writer;
  writer.sequence([&] {
    writer.oid(attribute.type);
    std::vector<ByteView> values = attribute.values;
    writer.set_of(Tag::set, values);
  });
  return writer.take();
}

// The content of the SET OF as DER has it (RFC 5652 §5.4): shortest lengths everywhere, values and attributes sorted. A
// value that is not even BER inside stays as it is.
Bytes canonical_content(const std::vector<Attribute>& attributes) {
  std::vector<Bytes> sorted;
  for (const Attribute& attribute : attributes) {
    Attribute shortest{attribute.type, {}};
    std::vector<Bytes> values;
    values.reserve(attribute.values.size());
    for (const ByteView value : attribute.values) {
      auto der = der::from_ber_prefix(value, {kMaxMessageSize, true});
      values.push_back(der ? std::move(der->der) : copy_of(value));
      shortest.values.emplace_back(values.back());
    }
    sorted.push_back(encode_attribute(shortest));
  }
  std::sort(sorted.begin(), sorted.end());
  Bytes content;
  for (const Bytes& attribute : sorted) {
    append(content, attribute);
  }
  return content;
}

// The OBJECT IDENTIFIER of an AlgorithmIdentifier; empty when there is none.
der::Oid identifier_of(ByteView algorithm) {
  Reader reader(algorithm);
  auto fields = reader.enter(Tag::sequence);
  const auto oid = fields ? fields->oid() : Result<der::Oid>(der::Oid());
  return oid ? *oid : der::Oid();
}

std::optional<crypto::HashAlgorithm> hash_of(ByteView algorithm) {
  Reader reader(algorithm);
  const auto hash = crypto::read_hash_algorithm(reader);
  return hash ? std::optional(*hash) : std::nullopt;
}

std::vector<ByteView> values_of(const std::vector<Attribute>& attributes, const der::Oid& type) {
  std::vector<ByteView> values;
  for (const Attribute& attribute : attributes) {
    if (attribute.type == type) {
      values.insert(values.end(), attribute.values.begin(), attribute.values.end());
    }
  }
  return values;
}

}  // namespace

std::vector<ByteView> MessageSigner::signed_values(const der::Oid& type) const {
  return values_of(signed_attributes, type);
}

std::vector<ByteView> MessageSigner::unsigned_values(const der::Oid& type) const {
  return values_of(unsigned_attributes, type);
}

std::size_t MessageSigner::count_signed(const der::Oid& type) const noexcept {
  return static_cast<std::size_t>(std::count_if(signed_attributes.begin(), signed_attributes.end(),
                                                [&](const Attribute& one) { return one.type == type; }));
}

struct Message::Parsed {
  Result<void> read(ByteView encoded);
  Result<void> read_ber(ByteView encoded, const Error& why_not_der);
  Result<void> take(Structure&& structure, const Originals* originals);
  Result<MessageSigner> take_signer(SignerStructure&& from, const OriginalSigner* original);
  void note_trailing(ByteView behind);

  EncodingFacts encoding;
  Bytes original;
  Bytes converted;               // empty for DER
  std::vector<Bytes> canonical;  // signed attributes that had to be encoded again
  std::uint64_t version = 0;
  std::vector<der::Oid> digest_algorithms;
  der::Oid content_type;
  ByteView content_type_encoding;
  std::optional<ByteView> content;
  bool content_is_octet_string = true;
  std::vector<ByteView> certificates;
  std::vector<ByteView> certificate_choices;
  std::vector<ByteView> revocation_choices;
  std::vector<MessageSigner> signers;
};

// DER is read where it stands; only what cannot be read so is converted.
Result<void> Message::Parsed::read(ByteView encoded) {
  Reader top(encoded);
  const auto content_info = top.element(Tag::sequence);
  if (!content_info) {
    return read_ber(encoded, content_info.error());
  }
  original = copy_of(content_info->encoding);
  auto structure = read_structure(original, kLenientRules);
  if (!structure) {
    return read_ber(encoded, structure.error());
  }
  note_trailing(top.rest());
  return take(*std::move(structure), nullptr);
}

Result<void> Message::Parsed::read_ber(ByteView encoded, const Error& why_not_der) {
  auto prefix = der::from_ber_prefix(encoded, {kMaxMessageSize, true});
  if (!prefix) {
    return fail(prefix.error());
  }
  if (equal(prefix->der, encoded.first(prefix->size))) {
    return fail(why_not_der);
  }
  encoding.is_der = false;
  original = copy_of(encoded.first(prefix->size));
  converted = std::move(prefix->der);
  note_trailing(encoded.subspan(prefix->size));
  RAKKAN_TRY(Structure structure, read_structure(converted, kLenientRules));
  RAKKAN_TRY(const Originals originals, find_originals(original));
  return take(std::move(structure), &originals);
}

void Message::Parsed::note_trailing(ByteView behind) {
  encoding.trailing_size = behind.size();
  encoding.trailing_zeros = std::all_of(behind.begin(), behind.end(), [](Byte b) { return b == 0; });
}

Result<void> Message::Parsed::take(Structure&& structure, const Originals* originals) {
  if (originals != nullptr && (originals->certificate_choices.size() != structure.certificate_choices.size() ||
                               originals->revocation_choices.size() != structure.revocation_choices.size() ||
                               originals->signers.size() != structure.signers.size())) {
    return fail(ErrorCode::malformed_cms, "the message reads differently in BER and in DER");
  }
  version = structure.version;
  Reader algorithms(structure.digest_algorithms);
  while (!algorithms.at_end() && digest_algorithms.size() < kMostDigestAlgorithms) {
    const auto algorithm = algorithms.any();
    if (!algorithm) {
      break;
    }
    digest_algorithms.push_back(identifier_of(algorithm->encoding));
  }
  content_type = structure.content_type;
  content_type_encoding = structure.content_type_encoding;
  if (structure.content) {
    content = structure.content->content;
    content_is_octet_string = structure.content->tag == Tag::octet_string;
  }
  for (std::size_t i = 0; i < structure.certificate_choices.size(); ++i) {
    const Element& choice = structure.certificate_choices[i];
    certificate_choices.push_back(originals == nullptr ? choice.encoding : originals->certificate_choices[i]);
    if (choice.tag == Tag::sequence) {
      certificates.push_back(certificate_choices.back());
    }
  }
  for (std::size_t i = 0; i < structure.revocation_choices.size(); ++i) {
    revocation_choices.push_back(originals == nullptr ? structure.revocation_choices[i].encoding
                                                      : originals->revocation_choices[i]);
  }
  canonical.reserve(structure.signers.size());
  for (std::size_t i = 0; i < structure.signers.size(); ++i) {
    RAKKAN_TRY(MessageSigner signer,
               take_signer(std::move(structure.signers[i]), originals == nullptr ? nullptr : &originals->signers[i]));
    signers.push_back(std::move(signer));
  }
  return {};
}

Result<MessageSigner> Message::Parsed::take_signer(SignerStructure&& from, const OriginalSigner* signer_original) {
  MessageSigner signer;
  signer.version = from.version;
  signer.issuer = from.issuer;
  signer.serial_number = from.serial_number;
  signer.subject_key_identifier = from.subject_key_identifier;
  signer.digest_algorithm = from.digest_algorithm;
  signer.digest_identifier = identifier_of(from.digest_algorithm);
  signer.hash_algorithm = hash_of(from.digest_algorithm);
  signer.signature_algorithm = from.signature_algorithm;
  signer.signature_identifier = identifier_of(from.signature_algorithm);
  signer.signature = from.signature;
  signer.fields_to_signature = from.fields_to_signature;
  signer.signed_attributes = std::move(from.signed_attributes.attributes);
  signer.unsigned_attributes = std::move(from.unsigned_attributes.attributes);
  if (signer_original != nullptr) {
    if (signer_original->unsigned_values.size() != signer.unsigned_attributes.size()) {
      return fail(ErrorCode::malformed_cms, "the message reads differently in BER and in DER");
    }
    signer.unsigned_values_as_encoded = signer_original->unsigned_values;
  }
  if (from.signed_attributes.present) {
    const ByteView as_encoded =
        signer_original == nullptr ? from.signed_attributes.content : signer_original->signed_attributes;
    const bool sorted = from.signed_attributes.sorted;
    signer.signed_attributes_as_encoded = as_encoded;
    signer.signed_attributes_as_der = as_encoded;
    signer.signed_attribute_facts = {true, sorted && der::has_der_form(as_encoded), sorted,
                                     std::move(from.signed_attributes.repeated)};
    if (!signer.signed_attribute_facts.is_der) {
      canonical.push_back(canonical_content(signer.signed_attributes));
      signer.signed_attributes_as_der = canonical.back();
    }
  }
  return signer;
}

Result<Message> Message::read(ByteView encoding) {
  if (encoding.size() > kMaxMessageSize) {
    return fail(ErrorCode::malformed_cms, "longer than " + std::to_string(kMaxMessageSize) + " bytes");
  }
  const auto parsed = std::make_shared<Parsed>();
  if (auto read = parsed->read(encoding); !read) {
    return malformed_as(ErrorCode::malformed_cms, std::move(read).error());
  }
  return Message(parsed);
}

const EncodingFacts& Message::encoding() const noexcept { return parsed_->encoding; }
ByteView Message::original() const noexcept { return parsed_->original; }
ByteView Message::der() const noexcept { return parsed_->encoding.is_der ? parsed_->original : parsed_->converted; }
std::uint64_t Message::version() const noexcept { return parsed_->version; }
const std::vector<der::Oid>& Message::digest_algorithms() const noexcept { return parsed_->digest_algorithms; }
const der::Oid& Message::content_type() const noexcept { return parsed_->content_type; }
ByteView Message::content_type_encoding() const noexcept { return parsed_->content_type_encoding; }
std::optional<ByteView> Message::content() const noexcept { return parsed_->content; }
bool Message::content_is_octet_string() const noexcept { return parsed_->content_is_octet_string; }
const std::vector<ByteView>& Message::certificates() const noexcept { return parsed_->certificates; }
const std::vector<ByteView>& Message::certificate_choices() const noexcept { return parsed_->certificate_choices; }
const std::vector<ByteView>& Message::revocation_choices() const noexcept { return parsed_->revocation_choices; }
const std::vector<MessageSigner>& Message::signers() const noexcept { return parsed_->signers; }

std::vector<pki::Certificate> readable_certificates(const Message& message) {
  return readable_certificates(message.certificates());
}

SignedContent SignedContent::of(std::span<const ByteView> parts) {
  SignedContent content;
  content.has_bytes_ = true;
  content.parts_.assign(parts.begin(), parts.end());
  content.computed_ = std::make_shared<std::vector<crypto::HashValue>>();
  return content;
}

SignedContent SignedContent::of_hashes(std::vector<crypto::HashValue> hashes) {
  SignedContent content;
  content.hashes_ = std::move(hashes);
  return content;
}

SignedContent SignedContent::of(const Message& message) {
  return message.content() ? of(*message.content()) : SignedContent();
}

Result<crypto::HashValue> SignedContent::hash(crypto::HashAlgorithm algorithm) const {
  const auto is_wanted = [algorithm](const crypto::HashValue& each) { return each.algorithm() == algorithm; };
  if (const auto known = std::find_if(hashes_.begin(), hashes_.end(), is_wanted); known != hashes_.end()) {
    return *known;
  }
  if (!has_bytes_) {
    return fail(ErrorCode::unsupported_algorithm,
                "the content's " + std::string(crypto::info(algorithm).name) + " is not known");
  }
  if (const auto known = std::find_if(computed_->begin(), computed_->end(), is_wanted); known != computed_->end()) {
    return *known;
  }
  RAKKAN_TRY(const crypto::HashValue hash, crypto::hash(algorithm, parts_));
  computed_->push_back(hash);
  return hash;
}

}  // namespace rakkan::cms
