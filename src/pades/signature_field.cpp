#include "pades/signature_field.hpp"

#include <algorithm>
#include <unordered_set>

#include "rakkan/pdf/text_string.hpp"

namespace rakkan::pades {
namespace {

std::string first_free_name(const std::optional<pdf::AcroForm>& form, std::string_view prefix) {
  std::unordered_set<std::string_view> taken;
  if (form) {
    for (const pdf::Field& field : form->fields) {
      taken.insert(field.name);
    }
  }
  for (std::size_t n = 1;; ++n) {
    std::string name = std::string(prefix) + std::to_string(n);
    if (!taken.contains(name)) {
      return name;
    }
  }
}

Result<void> check_new_name(std::string_view name) {
  // ISO 32000-2 §12.7.4.2: a partial name has no period, which separates the parts of a full name.
  if (name.find('.') != std::string_view::npos) {
    return fail(ErrorCode::pdf_field_not_found, "no field has this name, and the name of a new field has no period");
  }
  if (std::any_of(name.begin(), name.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; })) {
    return fail(ErrorCode::invalid_argument, "the field name holds a control character");
  }
  if (pdf::decode_text_string(pdf::encode_text_string(name)) != name) {
    return fail(ErrorCode::invalid_argument, "the field name is not UTF-8");
  }
  return {};
}

}  // namespace

Result<SignatureField> choose_signature_field(const pdf::Document& document, const std::optional<pdf::AcroForm>& form,
                                              std::string_view name) {
  if (name.empty()) {
    return SignatureField{first_free_name(form, "Signature"), nullptr};
  }
  const pdf::Field* field = form ? form->find(name) : nullptr;
  if (field == nullptr) {
    RAKKAN_CHECK(check_new_name(name));
    return SignatureField{std::string(name), nullptr};
  }
  if (field->type != pdf::FieldType::signature || !field->terminal) {
    return fail(ErrorCode::pdf_field_exists, "the name belongs to a field that is no signature field");
  }
  RAKKAN_TRY(const pdf::Value value, document.resolve(field->value));
  if (!value.is(pdf::Kind::null)) {
    return fail(ErrorCode::pdf_field_signed, "the field holds a signature");
  }
  return SignatureField{field->name, field};
}

Result<SignatureField> choose_timestamp_field(const std::optional<pdf::AcroForm>& form, std::string_view name) {
  if (name.empty()) {
    return SignatureField{first_free_name(form, "Timestamp"), nullptr};
  }
  if (form && form->find(name) != nullptr) {
    return fail(ErrorCode::pdf_field_exists, "a document timestamp stands in a field of its own");
  }
  RAKKAN_CHECK(check_new_name(name));
  return SignatureField{std::string(name), nullptr};
}

}  // namespace rakkan::pades
