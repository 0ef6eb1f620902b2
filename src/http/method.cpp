#include <algorithm>
#include <array>

#include "rakkan/http/request.hpp"
#include "rakkan/http/router.hpp"

namespace rakkan::http {
namespace {

struct ScopeRow {
  Scope scope;
  std::string_view name;
};
constexpr std::array kScopes{
    ScopeRow{Scope::sign, "sign"},   ScopeRow{Scope::timestamp, "timestamp"}, ScopeRow{Scope::audit, "audit"},
    ScopeRow{Scope::admin, "admin"}, ScopeRow{Scope::augment, "augment"},
};

}  // namespace

std::string_view name(Method method) noexcept {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::delete_:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      return "other";
  }
  return "";
}

std::string_view name(Scope scope) noexcept {
  const auto found =
      std::find_if(kScopes.begin(), kScopes.end(), [&](const ScopeRow& row) { return row.scope == scope; });
  return found == kScopes.end() ? std::string_view() : found->name;
}

std::optional<Scope> scope_from_name(std::string_view name) noexcept {
  const auto found =
      std::find_if(kScopes.begin(), kScopes.end(), [&](const ScopeRow& row) { return row.name == name; });
  return found == kScopes.end() ? std::nullopt : std::optional(found->scope);
}

}  // namespace rakkan::http
