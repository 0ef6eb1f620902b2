// EmbeddedService is the signing service of one process with all that it needs: the store in its data folder, the keys
// in their tokens, the wall clock, the system's randomness. Programs open one; tests wire SigningService themselves.
#pragma once

#include <filesystem>
#include <memory>

#include "rakkan/base/result.hpp"
#include "rakkan/hsm/token.hpp"
#include "rakkan/service/signing_service.hpp"
#include "rakkan/store/options.hpp"

namespace rakkan::service {

struct EmbeddedOptions {
  std::filesystem::path data_dir;
  hsm::Options hsm;
  store::Options store;
  Options service;
};

class EmbeddedService {
 public:
  // Opens the store, making it when it is not there; touches no key. configuration_invalid, store_unavailable,
  // store_corrupt.
  [[nodiscard]] static Result<std::unique_ptr<EmbeddedService>> open(const EmbeddedOptions& options);
  ~EmbeddedService();

  [[nodiscard]] SigningService& signing() noexcept;

 private:
  struct Parts;
  explicit EmbeddedService(std::unique_ptr<Parts> parts) noexcept;
  std::unique_ptr<Parts> parts_;
};

// SoftHSM, the embedded default, keeps its tokens where a configuration file of its own says. Makes that file and an
// empty token folder, both the owner's alone, in the data folder. file_unwritable.
[[nodiscard]] Result<void> make_softhsm_folder(const std::filesystem::path& data_dir);

}  // namespace rakkan::service
