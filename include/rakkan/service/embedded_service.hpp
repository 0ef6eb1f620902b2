// EmbeddedService is the signing service of one process with everything it needs: the data folder, which is this
// process's alone, the store and the trail in it, the keys in their tokens, the wall clock, the system's randomness.
// Programs open one; tests make an Assembly themselves.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "rakkan/audit/options.hpp"
#include "rakkan/audit/trail.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/hsm/token.hpp"
#include "rakkan/service/assembly.hpp"
#include "rakkan/service/folder_standing.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/store/options.hpp"
#include "rakkan/store/store.hpp"

namespace rakkan::service {

enum class Opening : std::uint8_t {
  existing,  // a data folder that is where it belongs
  make,      // as `existing`; contents of the folder that are missing are made
  adopt,     // a data folder that was moved or copied: from then on it belongs where it is
};

struct EmbeddedOptions {
  std::filesystem::path data_dir;
  hsm::Options hsm;
  store::Options store;
  Options service;
  audit::Options audit;
  // The name of a program that serves others: its start and stop are entries of the trail. Empty: they are not.
  std::string program;
  Opening opening = Opening::existing;
  Adoption adoption = {};  // used with Opening::adopt
  // Reads whom to trust, when the service is opened; its errors are those of the opening. None: nobody is trusted.
  std::function<Result<SharedTrust>()> read_trust = {};
  bool production = false;  // a log whose name is one for development is refused
};

class EmbeddedService {
 public:
  // Opens the folder, the store and the trail; makes the key of the trail's checkpoints for a log that has not begun,
  // and touches no other key. data_folder_missing, data_folder_copied, data_folder_on_another_machine,
  // data_folder_in_use, configuration_invalid, permissions_unsafe, store_unavailable, store_corrupt, audit_unavailable,
  // audit_log_corrupt, hsm_ codes.
  [[nodiscard]] static Result<std::unique_ptr<EmbeddedService>> open(const EmbeddedOptions& options);
  ~EmbeddedService();  // finishes the accepted requests and writes the last checkpoint

  [[nodiscard]] Assembly& service() noexcept;
  [[nodiscard]] audit::Trail& trail() noexcept;
  [[nodiscard]] store::Store& store() noexcept;
  [[nodiscard]] const Clock& clock() const noexcept;
  [[nodiscard]] RandomSource& random() noexcept;

 private:
  struct Parts;
  explicit EmbeddedService(std::unique_ptr<Parts> parts) noexcept;
  std::unique_ptr<Parts> parts_;
};

}  // namespace rakkan::service
