// At start, what the service relies on must be its own: the data folder's contents, and the PIN files of its tokens.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/service/options.hpp"

namespace rakkan::service {

// A folder that `rakkan init` made, or an earlier version: it has a database. data_folder_missing.
[[nodiscard]] Result<void> check_is_data_folder(const std::filesystem::path& data_dir);

// Everything in it belongs to the folder's owner (or to root, when we are root), nobody else may write it, and others
// read neither database nor tokens. Of the logs the folders and their newest files are looked at: no way leads to the
// rest. permissions_unsafe.
[[nodiscard]] Result<void> check_folder(const std::filesystem::path& data_dir);

// The PIN files of those tokens that are there, as read_secret_file demands them: here, and not when a token is opened
// at its first use. permissions_unsafe.
[[nodiscard]] Result<void> check_pin_files(const credentials::TokenOptions& options,
                                           const std::filesystem::path& data_dir,
                                           const std::vector<std::string>& token_labels);

}  // namespace rakkan::service
