// StrongId<Tag> is a text identifier that cannot be mistaken for another kind of identifier.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace rakkan {

template <class Tag>
class StrongId {
 public:
  StrongId() = default;
  explicit StrongId(std::string value) : value_(std::move(value)) {}

  [[nodiscard]] const std::string& value() const noexcept { return value_; }
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

  friend bool operator==(const StrongId&, const StrongId&) = default;
  friend auto operator<=>(const StrongId&, const StrongId&) = default;

 private:
  std::string value_;
};

using CredentialId = StrongId<struct CredentialIdTag>;
using PartyId = StrongId<struct PartyIdTag>;
using SignatureId = StrongId<struct SignatureIdTag>;
using TenantId = StrongId<struct TenantIdTag>;  // a customer of the server: an upstream contract service
using ApiKeyId = StrongId<struct ApiKeyIdTag>;

}  // namespace rakkan

template <class Tag>
struct std::hash<rakkan::StrongId<Tag>> {
  std::size_t operator()(const rakkan::StrongId<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.value());
  }
};
