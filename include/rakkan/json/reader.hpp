// Reading JSON (RFC 8259) from outside strictly: UTF-8, size and nesting limited, no member twice, none unknown, each
// of its type. The memory of a Document is overwritten when it is freed, since a request may hold a PIN.
//
//   constexpr json::Codes kCodes{ErrorCode::malformed_json, ErrorCode::invalid_request};
//   RAKKAN_TRY(const json::Document document, json::Document::parse(text, kCodes));
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

// Codes are the error codes for a text that is no JSON, and for JSON whose values are not as they must be.
struct Codes {
  ErrorCode syntax;
  ErrorCode value;
};

// Members reads an object's members by name; done() refuses members that were never asked for. Errors carry the code
// for values that the document was parsed with, and the member's path ("field.name", "digests[2]") in `where`. Members
// is a view: the Document outlives it.
class Members {
 public:
  // A text of 1 to `longest` bytes without control characters.
  [[nodiscard]] Result<std::string> text(std::string_view name, std::size_t longest);
  // The same for a text that may have line ends.
  [[nodiscard]] Result<std::string> lines(std::string_view name, std::size_t longest);
  [[nodiscard]] Result<SecureBytes> secret(std::string_view name, std::size_t longest);
  [[nodiscard]] Result<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
  [[nodiscard]] Result<bool> flag(std::string_view name);
  [[nodiscard]] Result<Members> object(std::string_view name);
  // An array of 1 to `most` texts.
  [[nodiscard]] Result<std::vector<std::string>> texts(std::string_view name, std::size_t most, std::size_t longest);
  [[nodiscard]] Result<std::vector<Members>> objects(std::string_view name, std::size_t most);

  // The member's value; nothing when it is absent.
  [[nodiscard]] Result<std::optional<std::string>> optional_text(std::string_view name, std::size_t longest);
  [[nodiscard]] Result<std::optional<SecureBytes>> optional_secret(std::string_view name, std::size_t longest);
  [[nodiscard]] bool has(std::string_view name);

  // Fails when the object has a member that was never asked for; `allowed` of the error are the names that were.
  [[nodiscard]] Result<void> done() const;

  // An error at this member, for checks of the caller's own.
  [[nodiscard]] tl::unexpected<Error> wrong(std::string_view name, std::string what) const;
  [[nodiscard]] tl::unexpected<Error> not_among(std::string_view name, std::vector<std::string> allowed) const;
  [[nodiscard]] std::string path_of(std::string_view name) const;
  // The object as JSON text again, for a record: members in their order, no white space, nothing escaped but the
  // characters that RFC 8259 §7 demands.
  [[nodiscard]] std::string to_json() const;

 private:
  friend class Document;
  Members(const void* object, std::string path, ErrorCode code)
      : object_(object), path_(std::move(path)), code_(code) {}
  [[nodiscard]] Result<const void*> member(std::string_view name);
  void know(std::string_view name);

  const void* object_;  // the JSON library's object
  std::string path_;
  ErrorCode code_;
  std::vector<std::string_view> read_;
  std::vector<std::string_view> known_;  // names that were asked for, whether the object has them or not
};

class Document {
 public:
  // Parses one JSON object and nothing after it. Fails with the code for syntax and the position of the octet in
  // `offset`; with the code for values when the text is another value than an object, has a member twice, or a number
  // that is no integer of 64 bits.
  [[nodiscard]] static Result<Document> parse(std::string_view text, const Codes& codes, const Limits& limits = {});
  [[nodiscard]] static Result<Document> parse(std::string_view text, ErrorCode both, const Limits& limits = {}) {
    return parse(text, Codes{both, both}, limits);
  }
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  [[nodiscard]] Members root() const;

 private:
  struct Impl;
  explicit Document(std::unique_ptr<Impl> impl) noexcept;
  [[nodiscard]] static Result<Document> parse_text(std::string_view text, const Codes& codes, const Limits& limits);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::json
