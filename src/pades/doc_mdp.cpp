#include "pades/doc_mdp.hpp"

#include <string>

#include "rakkan/pdf/text_string.hpp"

namespace rakkan::pades {
namespace {

using pdf::Kind;
using pdf::Value;

constexpr std::int64_t kNoChanges = 1;

tl::unexpected<Error> certified(std::string where) {
  return fail(ErrorCode::pdf_certified_no_changes, "a certification signature allows no changes (DocMDP P 1)",
              std::move(where));
}

// True when the dictionary forbids everything (/P 1), or a change of that field (/Action, /Fields). A signature field
// lock dictionary (table 236) and the parameters of a FieldMDP transform (table 259) have the same keys.
Result<bool> forbids(const pdf::Document& document, Value lock, std::string_view field_name) {
  RAKKAN_TRY(const Value permissions, document.lookup(lock, "P"));
  if (permissions.integer() == kNoChanges) {
    return true;
  }
  RAKKAN_TRY(const Value action, document.lookup(lock, "Action"));
  if (action.is_name("All")) {
    return true;
  }
  if (!action.is_name("Include") && !action.is_name("Exclude")) {
    return false;
  }
  RAKKAN_TRY(const Value fields, document.lookup(lock, "Fields"));
  bool named = false;
  for (const Value element : fields.elements()) {
    RAKKAN_TRY(const Value text, document.resolve(element));
    const std::string name = pdf::decode_text_string(text.string().value_or(Bytes{}));
    // A name stands for the field and all fields under it.
    named = named || field_name == name || (!name.empty() && field_name.starts_with(name + '.'));
  }
  return named == action.is_name("Include");
}

// The transform parameters of the signature's references whose method is `transform`.
Result<std::vector<Value>> transform_parameters(const pdf::Document& document, const pdf::Signature& signature,
                                                std::string_view transform) {
  std::vector<Value> found;
  RAKKAN_TRY(const Value references, document.lookup(signature.dictionary, "Reference"));
  for (const Value element : references.elements()) {
    RAKKAN_TRY(const Value reference, document.resolve(element));
    RAKKAN_TRY(const Value method, document.lookup(reference, "TransformMethod"));
    if (method.is_name(transform)) {
      RAKKAN_TRY(const Value parameters, document.lookup(reference, "TransformParams"));
      found.push_back(parameters);
    }
  }
  return found;
}

}  // namespace

Result<void> check_certification(const pdf::Document& document, const std::vector<pdf::Signature>& signatures) {
  RAKKAN_TRY(const std::optional<pdf::Certification> by_catalog, pdf::certification(document));
  if (by_catalog && by_catalog->permissions == kNoChanges) {
    return certified("catalog /Perms");
  }
  for (const pdf::Signature& signature : signatures) {
    RAKKAN_TRY(const std::vector<Value> transforms, transform_parameters(document, signature, "DocMDP"));
    for (const Value parameters : transforms) {
      RAKKAN_TRY(const Value permissions, document.lookup(parameters, "P"));
      if (permissions.integer() == kNoChanges) {
        return certified("field " + signature.field_name);
      }
    }
  }
  return {};
}

Result<void> check_locks(const pdf::Document& document, const pdf::AcroForm& form,
                         const std::vector<pdf::Signature>& signatures, std::string_view field_name) {
  for (const pdf::Signature& signature : signatures) {
    RAKKAN_TRY(const std::vector<Value> transforms, transform_parameters(document, signature, "FieldMDP"));
    for (const Value parameters : transforms) {
      RAKKAN_TRY(const bool locked, forbids(document, parameters, field_name));
      if (locked) {
        return fail(ErrorCode::pdf_locked, "an earlier signature locks the field (FieldMDP)",
                    "field " + signature.field_name);
      }
    }
  }
  for (const pdf::Field& field : form.fields) {
    if (field.type != pdf::FieldType::signature || !field.lock) {
      continue;
    }
    RAKKAN_TRY(const Value value, document.resolve(field.value));
    if (value.is(Kind::null)) {
      continue;  // a lock acts only once its field is signed
    }
    RAKKAN_TRY(const Value lock, document.resolve(field.lock));
    RAKKAN_TRY(const bool locked, forbids(document, lock, field_name));
    if (locked) {
      return fail(ErrorCode::pdf_locked, "the lock of a signed field forbids the signature", "field " + field.name);
    }
  }
  return {};
}

}  // namespace rakkan::pades
