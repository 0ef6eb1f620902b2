// Reading the input files of commands. "-" is standard input; only one file of a command can be.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"

namespace rakkan::cli {

// InputFile is a whole document, mapped, or read from standard input.
class InputFile {
 public:
  // Opens a file. file_unreadable; for standard input also input_too_large.
  [[nodiscard]] static Result<std::shared_ptr<const InputFile>> open(const std::filesystem::path& path,
                                                                     std::uint64_t limit);
  explicit InputFile(MappedFile file) : content_(std::move(file)) {}
  explicit InputFile(Bytes content) : content_(std::move(content)) {}

  [[nodiscard]] ByteView view() const noexcept;

 private:
  std::variant<MappedFile, Bytes> content_;
};

// As read_file: file_unreadable, input_too_large.
[[nodiscard]] Result<Bytes> read_input(const std::filesystem::path& path, std::uint64_t limit);
// As read_secret_file; the owner of standard input is not checked.
[[nodiscard]] Result<SecureBytes> read_secret_input(const std::filesystem::path& path);

// The name of an output file in lines for people.
[[nodiscard]] std::string shown(const std::filesystem::path& output);

}  // namespace rakkan::cli
