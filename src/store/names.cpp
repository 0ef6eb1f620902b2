#include <array>
#include <utility>

#include "rakkan/store/store.hpp"

namespace rakkan::store {
namespace {

constexpr std::array kKinds{
    std::pair{CredentialKind::operator_seal, std::string_view("operator")},
    std::pair{CredentialKind::party, std::string_view("party")},
    std::pair{CredentialKind::tsu, std::string_view("tsu")},
};
constexpr std::array kStatuses{
    std::pair{CredentialStatus::pending, std::string_view("pending")},
    std::pair{CredentialStatus::active, std::string_view("active")},
    std::pair{CredentialStatus::disabled, std::string_view("disabled")},
};

template <class Table>
auto value_of(const Table& table, std::string_view name) -> std::optional<decltype(table.front().first)> {
  for (const auto& [value, text] : table) {
    if (text == name) {
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view name(CredentialKind kind) noexcept { return kKinds[static_cast<std::size_t>(kind)].second; }
std::string_view name(CredentialStatus status) noexcept { return kStatuses[static_cast<std::size_t>(status)].second; }

std::string_view name(Journal journal) noexcept { return journal == Journal::trail ? "trail" : "tokens"; }

std::optional<CredentialKind> credential_kind_from_name(std::string_view name) noexcept {
  return value_of(kKinds, name);
}
std::optional<CredentialStatus> credential_status_from_name(std::string_view name) noexcept {
  return value_of(kStatuses, name);
}

}  // namespace rakkan::store
