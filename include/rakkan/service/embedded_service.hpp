// EmbeddedService is the signing service of one process with all that it needs: the data folder, which is this
// process's alone, the store and the trail in it, the keys in their tokens, the wall clock, the system's randomness.
// Programs open one; tests wire SigningService themselves.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "rakkan/audit/options.hpp"
#include "rakkan/audit/trail.hpp"
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
  audit::Options audit;
  // A program that serves others says so in the trail when it starts and stops; empty: it does not.
  std::string program;
};

class EmbeddedService {
 public:
  // Opens the folder, the store and the trail, making what is not there, the key of the trail's checkpoints included;
  // touches no other key. configuration_invalid, data_folder_in_use, permissions_unsafe, store_unavailable,
  // store_corrupt, audit_unavailable, audit_log_corrupt, hsm_ codes.
  [[nodiscard]] static Result<std::unique_ptr<EmbeddedService>> open(const EmbeddedOptions& options);
  ~EmbeddedService();  // finishes what was accepted, writes the last checkpoint

  [[nodiscard]] SigningService& signing() noexcept;
  [[nodiscard]] audit::Trail& trail() noexcept;
  [[nodiscard]] store::Store& store() noexcept;
  [[nodiscard]] const Clock& clock() const noexcept;
  [[nodiscard]] RandomSource& random() noexcept;

 private:
  struct Parts;
  explicit EmbeddedService(std::unique_ptr<Parts> parts) noexcept;
  std::unique_ptr<Parts> parts_;
};

// SoftHSM, the embedded default, keeps its tokens where a configuration file of its own says. Makes that file and an
// empty token folder, both the owner's alone, in the data folder. file_unwritable.
[[nodiscard]] Result<void> make_softhsm_folder(const std::filesystem::path& data_dir);

}  // namespace rakkan::service
