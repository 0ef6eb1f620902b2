#include "rakkan/service/embedded_service.hpp"

#include <cstdlib>
#include <string>
#include <system_error>

#include "rakkan/base/file.hpp"
#include "rakkan/crypto/system_random.hpp"

namespace rakkan::service {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSoftHsmConfiguration = "softhsm2.conf";

// SoftHSM finds its tokens through SOFTHSM2_CONF alone. An environment that names another file wins, and another
// vendor's module does not look at it.
void point_softhsm_to(const fs::path& data_dir) {
  const fs::path file = data_dir / kSoftHsmConfiguration;
  if (std::error_code ignored; fs::exists(file, ignored)) {
    ::setenv("SOFTHSM2_CONF", fs::absolute(file).c_str(), 0);
  }
}

}  // namespace

struct EmbeddedService::Parts {
  SystemClock clock;
  crypto::SystemRandom random;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<KeySource> keys;
  std::unique_ptr<SigningService> signing;
};

EmbeddedService::EmbeddedService(std::unique_ptr<Parts> parts) noexcept : parts_(std::move(parts)) {}
EmbeddedService::~EmbeddedService() = default;

SigningService& EmbeddedService::signing() noexcept { return *parts_->signing; }

Result<std::unique_ptr<EmbeddedService>> EmbeddedService::open(const EmbeddedOptions& options) {
  point_softhsm_to(options.data_dir);
  auto parts = std::make_unique<Parts>();
  RAKKAN_TRY(parts->store, store::open_sqlite(options.data_dir, options.store));
  parts->keys = make_hsm_keys(options.hsm, options.service.token, options.data_dir, parts->random);
  RAKKAN_TRY(parts->signing,
             SigningService::create(options.service, {*parts->store, *parts->keys, parts->clock, parts->random}));
  return std::unique_ptr<EmbeddedService>(new EmbeddedService(std::move(parts)));
}

Result<void> make_softhsm_folder(const fs::path& data_dir) {
  const fs::path tokens = data_dir / "tokens";
  RAKKAN_CHECK(make_private_folder(tokens));
  const std::string text =
      "# SoftHSM 2: where the tokens of this data folder are kept.\ndirectories.tokendir = " + tokens.string() +
      "\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n";
  return write_file_atomically(data_dir / kSoftHsmConfiguration, {bytes_of(text)});
}

}  // namespace rakkan::service
