// The permitted_subtrees and excluded_subtrees of path validation (RFC 5280 §6.1.1 h and i, §4.2.1.10).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/pki/path_extensions.hpp"
#include "rakkan/pki/path_validator.hpp"

namespace rakkan::pki {

// True when the name lies within the subtree, which is of the same kind.
[[nodiscard]] bool is_within(const GeneralName& name, const GeneralName& subtree);

// NameSpace gathers the constraints on the way down a path. The permitted subtrees of one certificate are a union; a
// name must lie within that of every certificate that speaks about names of its kind, which is the intersection of
// §6.1.4 (g) (1).
class NameSpace {
 public:
  // `comparisons` bounds the work over the whole path.
  explicit NameSpace(std::size_t comparisons) noexcept : left_(comparisons) {}

  // The constraints outlive this object.
  void add(const NameConstraints& constraints) { constraints_.push_back(&constraints); }

  // §6.1.3 (b) and (c), of the subject and all alternative names: the first name that is not permitted, or excluded.
  // Fails with certificate_path_limit.
  struct Violation {
    PathRefusal refusal;
    std::string detail;
  };
  [[nodiscard]] Result<std::optional<Violation>> check(const PathExtensions& of_certificate);

 private:
  [[nodiscard]] Result<std::optional<Violation>> check_name(const GeneralName& name);

  std::size_t left_;
  std::vector<const NameConstraints*> constraints_;
};

}  // namespace rakkan::pki
