// Strict JSON (RFC 8259) from outside: UTF-8, size and nesting limited, no member twice, none unknown, each of its
// type. What was read is overwritten when it goes: a request may hold a PIN.
//
//   RAKKAN_TRY(const json::Document document, json::Document::parse(text, ErrorCode::malformed_json));
//   json::Members request = document.root();
//   RAKKAN_TRY(const std::string credential, request.text("credential", 64));
//   RAKKAN_CHECK(request.done());
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"

namespace rakkan::json {

struct Limits {
  std::size_t bytes = 1024 * 1024;
  std::size_t depth = 16;
};

// Reads an object's members by name; done() refuses what nobody asked for. Errors carry the code that the document was
// parsed with, and the member's path ("field.name", "digests[2]") in `where`. A view: the Document outlives it.
class Members {
 public:
  // Text of 1 to `longest` bytes without control characters.
  [[nodiscard]] Result<std::string> text(std::string_view name, std::size_t longest);
  [[nodiscard]] Result<SecureBytes> secret(std::string_view name, std::size_t longest);
  [[nodiscard]] Result<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
  [[nodiscard]] Result<bool> flag(std::string_view name);
  [[nodiscard]] Result<Members> object(std::string_view name);
  // 1 to `most` of them.
  [[nodiscard]] Result<std::vector<std::string>> texts(std::string_view name, std::size_t most, std::size_t longest);
  [[nodiscard]] Result<std::vector<Members>> objects(std::string_view name, std::size_t most);

  // The member's value when it is there.
  [[nodiscard]] Result<std::optional<std::string>> optional_text(std::string_view name, std::size_t longest);
  [[nodiscard]] Result<std::optional<SecureBytes>> optional_secret(std::string_view name, std::size_t longest);
  [[nodiscard]] bool has(std::string_view name) const;

  [[nodiscard]] Result<void> done() const;

  // For checks of the caller's own: an error at this member.
  [[nodiscard]] tl::unexpected<Error> wrong(std::string_view name, std::string what) const;
  [[nodiscard]] std::string path_of(std::string_view name) const;
  // The same object, whose errors carry another code.
  [[nodiscard]] Members with_code(ErrorCode code) const { return {object_, path_, code}; }
  // The object as JSON text again, for a record; members in their order.
  [[nodiscard]] std::string to_json() const;

 private:
  friend class Document;
  Members(const void* object, std::string path, ErrorCode code)
      : object_(object), path_(std::move(path)), code_(code) {}
  [[nodiscard]] Result<const void*> member(std::string_view name);

  const void* object_;  // the JSON library's
  std::string path_;
  ErrorCode code_;
  std::vector<std::string_view> read_;
};

class Document {
 public:
  // One JSON object and nothing after it. Fails with `code`.
  [[nodiscard]] static Result<Document> parse(std::string_view text, ErrorCode code, const Limits& limits = {});
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  [[nodiscard]] Members root() const;

 private:
  struct Impl;
  explicit Document(std::unique_ptr<Impl> impl) noexcept;
  [[nodiscard]] static Result<Document> parse_text(std::string_view text, ErrorCode code, const Limits& limits);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::json
