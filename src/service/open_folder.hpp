// Opening a data folder as far as no token is needed: the lock, the owners of its files, the store, whether the folder
// is where it belongs, the PIN files, and whether its log is the configured one. One implementation serves programs
// that go on with the folder and `config check`, which only asks whether a program could.
#pragma once

#include <memory>

#include "rakkan/base/random.hpp"
#include "rakkan/service/embedded_service.hpp"
#include "rakkan/store/data_folder.hpp"
#include "rakkan/store/store.hpp"
#include "service/folder_identity.hpp"

namespace rakkan::service {

struct OpenFolder {
  store::DataFolder lock;
  std::unique_ptr<store::Store> store;
  FolderIdentity identity;
};

// Errors as of EmbeddedService::open, without hsm_ codes and those of the log's files.
[[nodiscard]] Result<OpenFolder> open_folder(const EmbeddedOptions& options, RandomSource& random);

}  // namespace rakkan::service
