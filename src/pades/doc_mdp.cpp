#include "pades/doc_mdp.hpp"

#include <string>

#include "rakkan/pdf/text_string.hpp"

namespace rakkan::pades {
namespace {

using pdf::Kind;
using pdf::Value;

constexpr std::int64_t kNoChanges = 1;

// True when the dictionary of a lock or of transform parameters has /P 1.
Result<bool> allows_no_changes(const pdf::Document& document, Value dictionary) {
  RAKKAN_TRY(const Value permissions, document.lookup(dictionary, "P"));
  return permissions.integer() == kNoChanges;
}

// True when the dictionary forbids everything (/P 1), or a change of that field (/Action, /Fields). A signature field
// lock dictionary (table 236) and the parameters of a FieldMDP transform (table 259) have the same keys.
Result<bool> forbids(const pdf::Document& document, Value lock, std::string_view field_name) {
  RAKKAN_TRY(const bool everything, allows_no_changes(document, lock));
  if (everything) {
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

// The signature whose transform of that method allows no changes, in words; empty when there is none.
Result<std::string> forbidding_transform(const pdf::Document& document, const std::vector<pdf::Signature>& signatures,
                                         std::string_view transform) {
  for (const pdf::Signature& signature : signatures) {
    RAKKAN_TRY(const std::vector<Value> transforms, transform_parameters(document, signature, transform));
    for (const Value parameters : transforms) {
      RAKKAN_TRY(const bool none, allows_no_changes(document, parameters));
      if (none) {
        return "field " + signature.field_name;
      }
    }
  }
  return std::string();
}

// The certification that allows no changes, in words; empty when there is none.
Result<std::string> forbidding_certification(const pdf::Document& document,
                                             const std::vector<pdf::Signature>& signatures) {
  RAKKAN_TRY(const std::optional<pdf::Certification> by_catalog, pdf::certification(document));
  if (by_catalog && by_catalog->permissions == kNoChanges) {
    return std::string("catalog /Perms");
  }
  return forbidding_transform(document, signatures, "DocMDP");
}

// The /Lock of a signature field, resolved, once it acts: when its field is signed.
Result<Value> acting_lock(const pdf::Document& document, const pdf::Field& field) {
  if (field.type != pdf::FieldType::signature || !field.lock) {
    return Value{};
  }
  RAKKAN_TRY(const Value value, document.resolve(field.value));
  return value.is(Kind::null) ? Value{} : document.resolve(field.lock);
}

}  // namespace

Result<void> check_certification(const pdf::Document& document, const std::vector<pdf::Signature>& signatures) {
  RAKKAN_TRY(std::string forbidden, forbidding_certification(document, signatures));
  if (!forbidden.empty()) {
    return fail(ErrorCode::pdf_certified_no_changes, "a certification signature allows no changes (DocMDP P 1)",
                std::move(forbidden));
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
    RAKKAN_TRY(const Value lock, acting_lock(document, field));
    RAKKAN_TRY(const bool locked, forbids(document, lock, field_name));
    if (locked) {
      return fail(ErrorCode::pdf_locked, "the lock of a signed field forbids the signature", "field " + field.name);
    }
  }
  return {};
}

Result<bool> check_additions(const pdf::Document& document, const pdf::AcroForm& form,
                             const std::vector<pdf::Signature>& signatures, bool iso_docmdp) {
  RAKKAN_TRY(std::string forbidden, forbidding_certification(document, signatures));
  if (forbidden.empty()) {
    RAKKAN_TRY(forbidden, forbidding_transform(document, signatures, "FieldMDP"));
  }
  for (auto field = form.fields.begin(); forbidden.empty() && field != form.fields.end(); ++field) {
    RAKKAN_TRY(const Value lock, acting_lock(document, *field));
    RAKKAN_TRY(const bool none, allows_no_changes(document, lock));
    forbidden = none ? "lock of field " + field->name : "";
  }
  if (forbidden.empty()) {
    return false;
  }
  if (!iso_docmdp) {
    return fail(ErrorCode::docmdp_acrobat,
                "an earlier signature allows no changes (P 1): Acrobat would call the certification invalid",
                std::move(forbidden));
  }
  return true;
}

}  // namespace rakkan::pades
