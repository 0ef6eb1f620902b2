#include "service/open_folder.hpp"

#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "rakkan/hsm/softhsm.hpp"
#include "service/folder_check.hpp"

namespace rakkan::service {
namespace {

namespace fs = std::filesystem;

Result<std::vector<std::string>> tokens_in_use(store::Store& store, const audit::Options& audit) {
  std::vector<std::string> labels{audit.token_label};
  RAKKAN_TRY(const std::vector<store::CredentialRow> credentials, store.credentials());
  for (const store::CredentialRow& credential : credentials) {
    for (const store::GenerationRow& generation : credential.generations) {
      labels.push_back(generation.token_label);
    }
  }
  return labels;
}

Result<void> settle_identity(const EmbeddedOptions& options, const OpenFolder& folder) {
  if (options.opening != Opening::adopt) {
    RAKKAN_CHECK(folder.identity.check());
    RAKKAN_CHECK(folder.identity.follow_rename(*folder.store));
    return hsm::use_softhsm_folder(options.data_dir);
  }
  if (folder.identity.original_is_there() && !options.adoption.beside_original) {
    return folder.identity.check();
  }
  RAKKAN_CHECK(hsm::make_token_path_relative(options.data_dir));
  return hsm::use_softhsm_folder(options.data_dir);
}

}  // namespace

Result<OpenFolder> open_folder(const EmbeddedOptions& options, RandomSource& random) {
  RAKKAN_CHECK(options.opening == Opening::make ? Result<void>() : check_is_data_folder(options.data_dir));
  RAKKAN_TRY(store::DataFolder lock, store::DataFolder::lock(options.data_dir));
  RAKKAN_CHECK(check_folder(options.data_dir));
  RAKKAN_TRY(std::unique_ptr<store::Store> store, store::open_sqlite(options.data_dir, options.store));
  RAKKAN_TRY(FolderIdentity identity, FolderIdentity::open(*store, random, options.data_dir));
  OpenFolder folder{std::move(lock), std::move(store), std::move(identity)};
  RAKKAN_CHECK(settle_identity(options, folder));
  RAKKAN_TRY(const std::vector<std::string> tokens, tokens_in_use(*folder.store, options.audit));
  RAKKAN_CHECK(check_pin_files(options.service.token, options.data_dir, tokens));
  RAKKAN_TRY(const std::string origin, audit::Trail::known_origin(*folder.store));
  RAKKAN_CHECK(audit::check_origin(options.audit, origin, options.production));
  return folder;
}

}  // namespace rakkan::service
