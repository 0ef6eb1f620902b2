#include "rakkan/pdf/acro_form.hpp"

#include <algorithm>
#include <unordered_set>

#include "pdf/document_impl.hpp"
#include "rakkan/pdf/text_string.hpp"

namespace rakkan::pdf {
namespace {

constexpr unsigned kMaxFieldDepth = 64;
constexpr std::size_t kMaxPartialName = 4096;  // bytes of one /T
constexpr std::size_t kMaxNames = 64UL << 20;  // bytes of all full names together

FieldType field_type(Value name) noexcept {
  return name.is_name("Sig")   ? FieldType::signature
         : name.is_name("Tx")  ? FieldType::text
         : name.is_name("Btn") ? FieldType::button
         : name.is_name("Ch")  ? FieldType::choice
                               : FieldType::none;
}

// A form that readers do not agree on is refused, but for validation it is a finding: the damaged part is no field.
Result<void> damaged(const Document& document, const Object& object, std::string what) {
  if (Validating* const validating = document.impl().validating.get()) {
    validating->log.note(StructureFault::form_damaged, document.newest().offset, object.number(),
                         document.newest().offset, std::move(what));
    return {};
  }
  return fail(ErrorCode::pdf_malformed, std::move(what), "object " + std::to_string(object.number()));
}

// FieldWalk walks the field tree (§12.7.4.1) and fills AcroForm::fields.
class FieldWalk {
 public:
  FieldWalk(const Document& document, std::vector<Field>& fields) noexcept : document_(document), fields_(fields) {}

  Result<void> visit(Value node, std::optional<std::size_t> parent, unsigned depth) {
    const auto reference = node.reference();
    if (!reference) {
      return {};  // fields are indirect objects: a direct one cannot be signed, and no reader takes it for a field
    }
    const auto loaded = document_.load(*reference);
    if (!loaded && document_.impl().tolerates(loaded.error())) {
      return damaged(document_, document_.catalog(), "a field cannot be read");
    }
    RAKKAN_TRY(const Object* const object, loaded);
    if (object == nullptr || !object->value().is(Kind::dictionary)) {
      return {};
    }
    if (!seen_.insert(object->number()).second) {
      return damaged(document_, *object, "the field tree holds a node twice");
    }
    if (seen_.size() > document_.limits().max_fields || depth > kMaxFieldDepth) {
      return fail(ErrorCode::pdf_limit_exceeded, "the field tree is too large");
    }
    return visit(*object, parent, depth);
  }

 private:
  // §12.7.4.2: a kid without /T that is a widget is no field of its own but shows its parent.
  Result<void> visit(const Object& object, std::optional<std::size_t> parent, unsigned depth) {
    const Value dictionary = object.value();
    RAKKAN_TRY(const Value partial_name, document_.lookup(dictionary, "T"));
    RAKKAN_TRY(const Value subtype, document_.lookup(dictionary, "Subtype"));
    RAKKAN_TRY(const Value kids, document_.lookup(dictionary, "Kids"));
    const bool widget = subtype.is_name("Widget");
    if (parent && widget && !partial_name.is(Kind::string) && kids.elements().empty()) {
      fields_[*parent].widgets.push_back(&object);
      return {};
    }

    Field field;
    field.object = &object;
    field.parent = parent;
    if (parent) {
      const Field& above = fields_[*parent];
      field.name = above.name;
      field.type = above.type;
      field.value = above.value;
      fields_[*parent].terminal = false;
    }
    if (partial_name.bytes().size() > kMaxPartialName) {
      return fail(ErrorCode::pdf_limit_exceeded, "a field name is too long",
                  "object " + std::to_string(object.number()));
    }
    if (const auto bytes = partial_name.string()) {
      field.name += (field.name.empty() ? "" : ".") + decode_text_string(*bytes);
    }
    names_ += field.name.size();
    if (names_ > kMaxNames) {
      return fail(ErrorCode::pdf_limit_exceeded, "the field names are too long");
    }
    RAKKAN_TRY(const Value type, document_.lookup(dictionary, "FT"));
    if (type.is(Kind::name)) {
      field.type = field_type(type);
    }
    if (const Value value = dictionary.find("V")) {
      field.value = value;
    }
    field.lock = dictionary.find("Lock");
    field.seed_value = dictionary.find("SV");
    if (widget) {
      field.widgets.push_back(&object);
    }
    const std::size_t self = fields_.size();
    fields_.push_back(std::move(field));
    for (const Value kid : kids.elements()) {
      RAKKAN_CHECK(visit(kid, self, depth + 1));
    }
    return {};
  }

  const Document& document_;
  std::vector<Field>& fields_;
  std::unordered_set<std::uint32_t> seen_;
  std::size_t names_ = 0;
};

}  // namespace

Result<std::optional<AcroForm>> AcroForm::read(const Document& document) {
  AcroForm form;
  form.entry = document.catalog().value().find("AcroForm");
  RAKKAN_TRY(form.dictionary, document.resolve(form.entry));
  if (form.dictionary.is(Kind::null)) {
    return std::nullopt;
  }
  if (!form.dictionary.is(Kind::dictionary)) {
    RAKKAN_CHECK(damaged(document, document.catalog(), "/AcroForm is no dictionary"));
    return std::nullopt;
  }
  RAKKAN_TRY(const Value xfa, document.lookup(form.dictionary, "XFA"));
  form.has_xfa = !xfa.is(Kind::null);
  RAKKAN_TRY(const Value roots, document.lookup(form.dictionary, "Fields"));
  if (!roots.is(Kind::array) && !roots.is(Kind::null)) {
    RAKKAN_CHECK(damaged(document, document.catalog(), "/Fields is no array"));
  }
  FieldWalk walk(document, form.fields);
  for (const Value root : roots.elements()) {
    RAKKAN_CHECK(walk.visit(root, std::nullopt, 0));
  }
  return form;
}

const Field* AcroForm::find(std::string_view full_name) const noexcept {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.name == full_name; });
  return found == fields.end() ? nullptr : &*found;
}

}  // namespace rakkan::pdf
