#include "rakkan/base/file.hpp"
#include "rakkan/base/permissions.hpp"
#include "rakkan/config/trust_file.hpp"

namespace rakkan::config {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestFile = 4ULL << 20;  // bytes

Result<Bytes> read_guarded(const fs::path& file) {
  RAKKAN_CHECK(check_permissions(file, Readers::everybody));
  return read_file(file, kLargestFile);
}

}  // namespace

Result<pki::TrustStore> read_trust_file(const fs::path& file) {
  RAKKAN_TRY(const Bytes content, read_guarded(file));
  const auto read_certificate = [&file](std::string_view path) { return read_guarded(file.parent_path() / path); };
  return parse_trust_file(text_of(content), file.string(), read_certificate);
}

}  // namespace rakkan::config
