#include "base/read_descriptor.hpp"

#include <unistd.h>

#include <string>

#include "base/system_error.hpp"

namespace rakkan {
namespace {

constexpr std::uint64_t kSecretLimit = 64 * 1024;  // bytes

ByteView without_line_break(ByteView text) noexcept {
  for (const Byte end : {Byte{'\n'}, Byte{'\r'}}) {
    if (!text.empty() && text.back() == end) {
      text = text.first(text.size() - 1);
    }
  }
  return text;
}

}  // namespace

Result<Bytes> read_all(int descriptor, const std::filesystem::path& path, std::uint64_t limit) {
  Bytes content;
  Bytes block(64 * 1024);
  for (;;) {
    const ssize_t count = ::read(descriptor, block.data(), block.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return refused_by_system(ErrorCode::file_unreadable, "cannot read", path);
    }
    if (count == 0) {
      return content;
    }
    append(content, ByteView(block).first(static_cast<std::size_t>(count)));
    if (content.size() > limit) {
      return fail(ErrorCode::input_too_large, "larger than " + std::to_string(limit) + " bytes", path.string());
    }
  }
}

Result<SecureBytes> read_secret(int descriptor, const std::filesystem::path& path) {
  // One buffer that never moves, so that no copy of the secret is left behind.
  Bytes buffer(kSecretLimit + 1);
  std::size_t size = 0;
  const auto fill = [&]() -> Result<void> {
    for (;;) {
      const ssize_t count = ::read(descriptor, buffer.data() + size, buffer.size() - size);
      if (count < 0 && errno == EINTR) {
        continue;
      }
      if (count < 0) {
        return refused_by_system(ErrorCode::file_unreadable, "cannot read", path);
      }
      if (count == 0) {
        return {};
      }
      size += static_cast<std::size_t>(count);
      if (size > kSecretLimit) {
        return fail(ErrorCode::input_too_large, "larger than " + std::to_string(kSecretLimit) + " bytes",
                    path.string());
      }
    }
  };
  const Result<void> filled = fill();
  SecureBytes secret(without_line_break(ByteView(buffer).first(size)));
  secure_wipe(ByteSpan(buffer).first(size));
  RAKKAN_CHECK(filled);
  return secret;
}

}  // namespace rakkan
