#include "rakkan/base/standard_streams.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>

#include "base/read_descriptor.hpp"

namespace rakkan {
namespace {

constexpr const char* kOutput = "standard output";
constexpr const char* kInput = "standard input";

tl::unexpected<Error> unwritable(int error) {
  return fail(ErrorCode::output_unwritable, "cannot write: " + std::system_category().message(error), kOutput);
}

Result<void> write_all(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return unwritable(errno);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

// Asks for write errors that a network file system reports only when a descriptor of the file is closed (close(2)).
Result<void> ask_for_late_errors() {
  const int copy = ::dup(STDOUT_FILENO);
  return copy >= 0 && ::close(copy) == 0 ? Result<void>() : unwritable(errno);
}

Result<void> take_standard_input() {
  static std::atomic<bool> taken{false};
  if (taken.exchange(true)) {
    return fail(ErrorCode::invalid_argument, "standard input is read once: only one file can be -", kInput);
  }
  return {};
}

}  // namespace

Result<void> write_standard_output(std::span<const ByteView> parts) {
  for (const ByteView part : parts) {
    RAKKAN_CHECK(write_all(part));
  }
  return ask_for_late_errors();
}

Result<void> write_standard_output(std::string_view text) {
  const std::array<ByteView, 1> parts{bytes_of(text)};
  return write_standard_output(parts);
}

Result<Bytes> read_standard_input(std::uint64_t limit) {
  RAKKAN_CHECK(take_standard_input());
  return read_all(STDIN_FILENO, kInput, limit);
}

Result<SecureBytes> read_standard_input_secret() {
  RAKKAN_CHECK(take_standard_input());
  return read_secret(STDIN_FILENO, kInput);
}

}  // namespace rakkan
