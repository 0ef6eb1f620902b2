#include "rakkan/base/permissions.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include "base/permissions_of.hpp"

namespace rakkan {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;

mode_t forbidden_to(Readers readers) noexcept {
  switch (readers) {
    case Readers::owner:
      return S_IRWXG | S_IRWXO;
    case Readers::group:
      return S_IWGRP | S_IRWXO;
    case Readers::everybody:
      return kOthersWrite;
  }
  return S_IRWXG | S_IRWXO;
}

// The mode that a refusal recommends; for a folder always one that keeps everybody else out, even where less would do.
const char* mended_mode(bool is_folder, Readers readers) noexcept {
  if (is_folder) {
    return "0700";
  }
  return readers == Readers::owner ? "0600" : readers == Readers::group ? "0640" : "0644";
}

// The path quoted for a shell.
std::string quoted(const fs::path& path) {
  std::string text = "'";
  for (const char c : path.string()) {
    text += c == '\'' ? "'\\''" : std::string(1, c);
  }
  text += "'";
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '.' ||
           c == '_' || c == '-';
  };
  const std::string bare = path.string();
  return std::all_of(bare.begin(), bare.end(), plain) ? bare : text;
}

tl::unexpected<Error> unknown(const fs::path& path) {
  const int error = errno;
  return fail(ErrorCode::file_unreadable, "cannot tell its owner and mode: " + std::system_category().message(error),
              path.string());
}

}  // namespace

UserId this_user() noexcept { return ::geteuid(); }

Result<void> check_permissions_of(const struct stat& status, const fs::path& path, Readers readers,
                                  std::initializer_list<UserId> owners) {
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    return {};  // a pipe or a terminal belongs to the user who gave it to this process
  }
  const std::string owner = std::to_string(status.st_uid);
  if (std::find(owners.begin(), owners.end(), status.st_uid) == owners.end()) {
    const std::string wanted = std::to_string(*owners.begin());
    return fail(
        ErrorCode::permissions_unsafe,
        "it belongs to user " + owner + " and has to be user " + wanted + "'s: chown " + wanted + " " + quoted(path),
        path.string());
  }
  if (const mode_t open = status.st_mode & forbidden_to(readers); open != 0) {
    const std::string what = (open & kOthersWrite) != 0 ? "others than its owner may write it" : "others may read it";
    return fail(ErrorCode::permissions_unsafe,
                what + ": chmod " + mended_mode(S_ISDIR(status.st_mode), readers) + " " + quoted(path), path.string());
  }
  return {};
}

Result<void> check_permissions(const fs::path& path, Readers readers, std::initializer_list<UserId> owners) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return errno == ENOENT ? Result<void>() : unknown(path);
  }
  return check_permissions_of(status, path, readers, owners);
}

Result<void> check_permissions(const fs::path& path, Readers readers) {
  return check_permissions(path, readers, {this_user(), kRoot});
}

Result<UserId> owner_of(const fs::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return unknown(path);
  }
  return status.st_uid;
}

}  // namespace rakkan
