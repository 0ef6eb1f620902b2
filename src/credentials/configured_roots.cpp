#include "rakkan/credentials/configured_roots.hpp"

#include <utility>

#include "rakkan/base/file.hpp"
#include "rakkan/base/permissions.hpp"

namespace rakkan::credentials {
namespace {

constexpr std::uint64_t kLargestFile = 4UL << 20;  // bytes

// A user who may write the file decides which certificates are roots, so its permissions are checked.
Result<std::vector<pki::Certificate>> read_certificates(const std::filesystem::path& file) {
  RAKKAN_CHECK(check_permissions(file, Readers::everybody));
  RAKKAN_TRY(const Bytes pem, read_file(file, kLargestFile));
  auto certificates = pki::parse_certificates(pem);
  if (!certificates) {
    Error none{ErrorCode::configuration_invalid, file.string() + " holds no certificates", {}, std::nullopt, {}};
    return fail(std::move(none).because(std::move(certificates).error()));
  }
  return certificates;
}

}  // namespace

Result<std::vector<pki::Certificate>> configured_roots(const CredentialOptions& options) {
  if (options.roots.empty()) {
    return std::vector<pki::Certificate>{};
  }
  auto roots = read_certificates(options.roots);
  return roots ? std::move(roots) : fail(std::move(roots).error().blamed_on("credentials.roots"));
}

}  // namespace rakkan::credentials
