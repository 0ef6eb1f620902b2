#include "pades/modification_permissions.hpp"

#include <algorithm>

#include "rakkan/pdf/acro_form.hpp"

namespace rakkan::pades {
namespace {

using pdf::Value;

constexpr std::size_t kMaxReferences = 100;  // of one signature

class Permissions {
 public:
  explicit Permissions(const pdf::Document& document) noexcept : document_(document) {}

  // §12.8.2.2 table 257: P is 2 by default.
  Result<void> add_transforms(Value signature, bool doc_mdp_only) {
    RAKKAN_TRY(const Value references, document_.lookup(signature, "Reference"));
    std::size_t count = 0;
    for (const Value element : references.elements()) {
      if (++count > kMaxReferences) {
        break;
      }
      RAKKAN_TRY(const Value reference, document_.resolve(element));
      RAKKAN_TRY(const Value method, document_.lookup(reference, "TransformMethod"));
      RAKKAN_TRY(const Value parameters, document_.lookup(reference, "TransformParams"));
      if (method.is_name("DocMDP")) {
        RAKKAN_CHECK(add_p(parameters, 2));
      } else if (method.is_name("FieldMDP") && !doc_mdp_only) {
        RAKKAN_CHECK(add_p(parameters, std::nullopt));
      }
    }
    return {};
  }

  Result<void> add_lock(Value lock) {
    RAKKAN_TRY(const Value resolved, document_.resolve(lock));
    return add_p(resolved, std::nullopt);
  }

  [[nodiscard]] std::optional<int> lowest() const noexcept { return lowest_; }

 private:
  Result<void> add_p(Value dictionary, std::optional<int> otherwise) {
    RAKKAN_TRY(const Value value, document_.lookup(dictionary, "P"));
    std::optional<int> p = otherwise;
    if (const auto number = value.integer(); number && *number >= 1 && *number <= 3) {
      p = static_cast<int>(*number);
    }
    if (p) {
      lowest_ = std::min(lowest_.value_or(*p), *p);
    }
    return {};
  }

  const pdf::Document& document_;
  std::optional<int> lowest_;
};

Result<Permission> read_permission(const pdf::Document& document, const FileSignature& signature) {
  Permissions permissions(document);
  RAKKAN_CHECK(permissions.add_transforms(signature.signature.dictionary, false));
  if (signature.signature.field != nullptr) {
    RAKKAN_CHECK(permissions.add_lock(signature.signature.field->value().find("Lock")));
  }
  RAKKAN_TRY(const auto certification, pdf::certification(document));
  if (certification) {
    RAKKAN_CHECK(permissions.add_transforms(certification->signature, true));
  }
  Permission permission{.level = ModificationLevel::form_filling, .doc_mdp = permissions.lowest()};
  switch (permission.doc_mdp.value_or(0)) {
    case 1:
      permission.level = ModificationLevel::lta_updates;
      break;
    case 3:
      permission.level = ModificationLevel::annotations;
      break;
    default:
      break;
  }
  return permission;
}

}  // namespace

Result<Permission> permission_of(const pdf::History& history, const FileSignature& signature) {
  RAKKAN_TRY(const pdf::Document* const document, history.document(signature.revision));
  auto permission = read_permission(*document, signature);
  if (!permission && permission.error().code == ErrorCode::pdf_malformed) {
    return Permission{};
  }
  return permission;
}

}  // namespace rakkan::pades
