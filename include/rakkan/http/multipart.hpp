// MultipartReader reads multipart/form-data (RFC 7578, RFC 2046 §5.1) as it arrives, part after part in the order in
// which the caller asks for them: a part in another order, twice or unasked is malformed_multipart, which names all
// parts.
//
//   RAKKAN_CO_TRY(MultipartReader form, MultipartReader::open(request, {"request", "document"}));
//   RAKKAN_CO_TRY(const WipedBytes json, co_await form.field("request", "application/json", 64 * 1024));
//   const auto hash = [&](ByteView bytes) { hasher.update(bytes); };
//   RAKKAN_CO_TRY(DocumentBuffer pdf, co_await form.document("document", "application/pdf", limit, hash));
//   RAKKAN_CO_CHECK(co_await form.finish());
//
// Deviations: no preamble and no epilogue but line breaks, header fields of parts at most 16 and 4 KiB together, no
// Content-Transfer-Encoding but binary, 8bit and 7bit, file names are not looked at.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/http/document_buffer.hpp"
#include "rakkan/http/request.hpp"

namespace rakkan::http {

class MultipartReader {
 public:
  // Begins to read. `parts` are the names of all parts in their order, for errors. media_type_unsupported when the
  // request has another type; malformed_multipart for an impossible boundary.
  [[nodiscard]] static Result<MultipartReader> open(const Request& request, std::vector<std::string> parts);
  // The same for a body with the value of its Content-Type. `body` outlives the reader.
  [[nodiscard]] static Result<MultipartReader> open(std::string_view content_type, Body& body,
                                                    std::vector<std::string> parts);
  MultipartReader(MultipartReader&&) noexcept;
  MultipartReader& operator=(MultipartReader&&) noexcept;
  ~MultipartReader();

  // Reads the next part, which must have this name and this media type. A part without a media type is accepted (RFC
  // 7578 §4.4 makes it text/plain, and curl sends none for fields). media_type_unsupported, malformed_multipart,
  // input_too_large (`where` is the part), and the errors of the body.
  [[nodiscard]] async::Task<Result<WipedBytes>> field(std::string_view name, std::string_view media_type,
                                                      std::uint64_t limit);
  // Reads the next part into a buffer that does not move; `arrived` is called with every piece, in order, as it comes.
  [[nodiscard]] async::Task<Result<DocumentBuffer>> document(std::string_view name, std::string_view media_type,
                                                             std::uint64_t limit,
                                                             const std::function<void(ByteView)>& arrived);
  // Reads the closing boundary and the end of the body; a further part is malformed_multipart.
  [[nodiscard]] async::Task<Result<void>> finish();

 private:
  struct Impl;
  explicit MultipartReader(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::http
