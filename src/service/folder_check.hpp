// Checks at start that the files on which the service relies are its own: the data folder's contents, and the PIN files
// of its tokens.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/service/options.hpp"

namespace rakkan::service {

// Succeeds for a folder that has a database: `rakkan init` made it, or an earlier version did. data_folder_missing.
[[nodiscard]] Result<void> check_is_data_folder(const std::filesystem::path& data_dir);

// Succeeds when everything in the folder belongs to the folder's owner (or to root, when we are root), nobody else may
// write it, and others read neither database nor tokens. Of the logs only the folders and their newest files are looked
// at: nobody else can reach the other files through these folders. permissions_unsafe.
[[nodiscard]] Result<void> check_folder(const std::filesystem::path& data_dir);

// Checks the existing PIN files of the tokens as read_secret_file does, at the start instead of when a token is opened
// at its first use. permissions_unsafe.
[[nodiscard]] Result<void> check_pin_files(const credentials::TokenOptions& options,
                                           const std::filesystem::path& data_dir,
                                           const std::vector<std::string>& token_labels);

}  // namespace rakkan::service
