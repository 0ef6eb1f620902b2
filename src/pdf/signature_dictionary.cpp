// Finding signature dictionaries (ISO 32000-2 §12.8.1, table 255) and the positions of their values; nothing is judged.
#include <algorithm>
#include <array>

#include "pdf/document_impl.hpp"
#include "rakkan/pdf/acro_form.hpp"

namespace rakkan::pdf {
namespace {

// Readers disagree on which of two equal keys counts, so a signature with one of these twice has no one meaning.
constexpr std::array<std::string_view, 5> kDecidingKeys = {"Contents", "ByteRange", "Filter", "SubFilter", "Type"};

constexpr std::size_t kMaxByteRange = 16;  // numbers that are read; a proper /ByteRange has four
constexpr std::size_t kMaxName = 256;
constexpr std::size_t kMaxEntries = 1024;  // of a signature dictionary; table 255 knows 20

std::vector<std::int64_t> byte_range(Value array) {
  std::vector<std::int64_t> range;
  for (const Value element : array.elements()) {
    const auto number = element.integer();
    if (!number) {
      return {};
    }
    range.push_back(*number);
    if (range.size() == kMaxByteRange) {
      break;
    }
  }
  return range;
}

Result<Signature> read_signature(const Document& document, const Field& field) {
  Signature signature;
  signature.field_name = field.name;
  signature.field = field.object;
  signature.direct = !field.value.is(Kind::reference);
  const auto resolved = document.resolve(field.value);
  if (!resolved && document.impl().tolerates(resolved.error())) {
    return signature;  // counted, without a dictionary
  }
  RAKKAN_TRY(const Value value, resolved);
  signature.object = value.object();
  if (!value.is(Kind::dictionary)) {
    return signature;
  }
  // Fields may share a dictionary, so each reading of it must be short.
  std::size_t entries = 0;
  for (auto at = value.entries().begin(); at != value.entries().end(); ++at) {
    if (++entries > kMaxEntries) {
      return fail(ErrorCode::pdf_limit_exceeded, "a signature dictionary has too many entries",
                  "object " + std::to_string(value.object()->number()));
    }
  }
  signature.dictionary = value;
  const auto name_of = [&](std::string_view key) -> Result<std::string> {
    RAKKAN_TRY(const Value name, document.lookup(value, key));
    return name.bytes().size() > kMaxName ? std::string() : name.name().value_or("");
  };
  RAKKAN_TRY(signature.type, name_of("Type"));
  RAKKAN_TRY(signature.filter, name_of("Filter"));
  RAKKAN_TRY(signature.sub_filter, name_of("SubFilter"));
  signature.byte_range = byte_range(value.find("ByteRange"));
  const Value contents = value.find("Contents");
  if (contents.is_hex_string() && contents.object()->in_base()) {
    signature.contents_offset = contents.offset();
    signature.contents_length = contents.bytes().size();
  }
  signature.duplicate_keys = std::any_of(kDecidingKeys.begin(), kDecidingKeys.end(),
                                         [&](std::string_view key) { return value.count(key) > 1; });
  return signature;
}

}  // namespace

Result<std::vector<Signature>> signatures(const Document& document, const AcroForm& form) {
  std::vector<Signature> found;
  for (const Field& field : form.fields) {
    if (field.type != FieldType::signature || !field.terminal || !field.value || field.value.is(Kind::null)) {
      continue;
    }
    RAKKAN_TRY(Signature signature, read_signature(document, field));
    found.push_back(std::move(signature));
  }
  return found;
}

// The certification: /Perms /DocMDP names the signature (§12.8.6), its /Reference holds the transform, and /P is 2 by
// default (§12.8.2.2).
Result<std::optional<Certification>> certification(const Document& document) {
  RAKKAN_TRY(const Value permissions, document.lookup(document.catalog().value(), "Perms"));
  RAKKAN_TRY(const Value signature, document.lookup(permissions, "DocMDP"));
  if (!signature.is(Kind::dictionary)) {
    return std::nullopt;
  }
  Certification result{.signature = signature, .permissions = 2};
  RAKKAN_TRY(const Value references, document.lookup(signature, "Reference"));
  for (const Value element : references.elements()) {
    RAKKAN_TRY(const Value reference, document.resolve(element));
    RAKKAN_TRY(const Value method, document.lookup(reference, "TransformMethod"));
    if (!method.is_name("DocMDP")) {
      continue;
    }
    RAKKAN_TRY(const Value parameters, document.lookup(reference, "TransformParams"));
    RAKKAN_TRY(const Value p, document.lookup(parameters, "P"));
    if (const auto level = p.integer(); level && *level >= 1 && *level <= 3) {
      result.permissions = static_cast<int>(*level);
    }
  }
  return result;
}

}  // namespace rakkan::pdf
