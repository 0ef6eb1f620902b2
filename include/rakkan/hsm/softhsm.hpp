// SoftHSM 2, the module of a data folder without a device, keeps its tokens in files and finds them by a configuration
// file that the environment names (SOFTHSM2_CONF), whose directories.tokendir must be absolute to be of any use. A
// folder that keeps its own tokens has a softhsm2.conf of its own with a path relative to the folder, so that it may be
// moved; the configuration that SoftHSM reads is made from that file at the start of each process and lies in memory.
//
//   FOLDER/softhsm2.conf     directories.tokendir = tokens
//   FOLDER/tokens/           one folder a token
//
// Tools of SoftHSM take the file as it is when they are started in the folder:
//   cd FOLDER && SOFTHSM2_CONF=softhsm2.conf softhsm2-util --show-slots
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "rakkan/base/result.hpp"

namespace rakkan::hsm {

inline constexpr std::string_view kSoftHsmConfiguration = "softhsm2.conf";

// Makes softhsm2.conf and an empty token folder, both open to their owner alone. file_unwritable.
[[nodiscard]] Result<void> make_softhsm_folder(const std::filesystem::path& folder);

enum class TokenPath : std::uint8_t {
  as_written,    // the tokens that the folder's softhsm2.conf names
  own_whatever,  // the folder's own tokens, also when an absolute path names those of another folder
};

// Makes the SoftHSM of this process keep its tokens where the softhsm2.conf of that folder says, whatever SOFTHSM2_CONF
// said before; changes nothing for a folder without that file. data_folder_copied when the file names the tokens of
// another folder by an absolute path although the folder has tokens of its own; file_unreadable; configuration_invalid
// for a file without directories.tokendir; hsm_module_unusable when the system gives no memory file. Changes the
// environment, so it has to be called before the module is loaded, and while no other thread reads the environment.
//
// SoftHSM empties the file of a token before it writes it anew, which it does at each login: a process that is killed
// in between leaves it empty, and the token is gone. So each of the folder's own tokens has a copy of that file beside
// it (token.kept), and here an empty file is replaced by its copy, and every other one is copied. file_unreadable,
// file_unwritable.
[[nodiscard]] Result<void> use_softhsm_folder(const std::filesystem::path& folder,
                                              TokenPath path = TokenPath::as_written);

// Copies the files of tokens that were made since, in the folder that use_softhsm_folder named, if that keeps its own.
// Thread-safe. file_unreadable, file_unwritable.
[[nodiscard]] Result<void> keep_softhsm_tokens();

// Replaces an absolute path of tokens in the folder's softhsm2.conf by the relative path of the folder's own tokens;
// every other line stays. file_unreadable, file_unwritable.
[[nodiscard]] Result<void> make_token_path_relative(const std::filesystem::path& folder);

struct OwnTokens {
  std::filesystem::path folder;  // where they are kept
  std::string configuration;     // softhsm2.conf of a copy of the folder, which names the copy's own tokens
};

// The tokens that the folder keeps itself; nothing when it has no softhsm2.conf, or one that names tokens elsewhere.
// file_unreadable, configuration_invalid.
[[nodiscard]] Result<std::optional<OwnTokens>> own_softhsm_tokens(const std::filesystem::path& folder);

}  // namespace rakkan::hsm
