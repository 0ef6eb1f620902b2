#include "rakkan/http/multipart.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "rakkan/async/task.hpp"
#include "rakkan/http/text.hpp"

namespace rakkan::http {
namespace {

constexpr std::size_t kMostFields = 16;
constexpr std::size_t kMostHeader = 4 * 1024;
// Room behind the longest document, for the delimiter and for bytes that arrive together with it.
constexpr std::uint64_t kBehind = 4 * 1024;
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kClosing = "--";

tl::unexpected<Error> malformed(std::string what, std::string_view part = {}) {
  return fail(ErrorCode::malformed_multipart, std::move(what), std::string(part));
}

// True for a boundary (RFC 2046 §5.1.1): 1 to 70 bchars, not ending with a space.
bool is_boundary(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 70 && text.back() != ' ' && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
  });
}

// The value of a parameter: a token, or a quoted string without escapes.
std::optional<std::string_view> parameter_value(std::string_view text) noexcept {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
    return text.find_first_of("\"\\") == std::string_view::npos ? std::optional(text) : std::nullopt;
  }
  return text.find_first_of("\"\\ \t") == std::string_view::npos ? std::optional(text) : std::nullopt;
}

// The named parameter behind the first ";" of a field's value; nothing when it is missing, twice, or malformed.
std::optional<std::string_view> parameter_of(std::string_view value, std::string_view wanted) noexcept {
  std::optional<std::string_view> found;
  static_cast<void>(take_until(value, ';'));
  while (!value.empty()) {
    // A file name may contain any character, also ";", so a quoted string is skipped whole.
    std::string_view rest = value;
    const std::string_view name = take_until(rest, '=');
    rest = trimmed(rest);
    std::size_t size = std::min(rest.find(';'), rest.size());
    if (rest.starts_with('"')) {
      std::size_t end = 1;
      while (end < rest.size() && rest[end] != '"') {
        end += rest[end] == '\\' ? 2U : 1U;
      }
      size = std::min(end + 1, rest.size());
    }
    if (same_ignoring_case(name, wanted)) {
      if (found) {
        return std::nullopt;
      }
      found = parameter_value(trimmed(rest.substr(0, size)));
      if (!found) {
        return std::nullopt;
      }
    }
    rest.remove_prefix(size);
    static_cast<void>(take_until(rest, ';'));
    value = rest;
  }
  return found;
}

std::string_view first_word(std::string_view value) noexcept { return take_until(value, ';'); }

struct PartHeader {
  std::optional<std::string> name;
  std::optional<std::string> media_type;  // lower case
};

Result<void> read_field(std::string_view line, PartHeader& header) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || !is_token(name)) {
    return malformed("a line of a part's header is no field");
  }
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (same_ignoring_case(name, "Content-Disposition")) {
    const auto part_name = parameter_of(value, "name");
    if (header.name || !same_ignoring_case(first_word(value), "form-data") || !part_name) {
      return malformed("a part without one name");  // RFC 7578 §4.2
    }
    header.name = *part_name;
  } else if (same_ignoring_case(name, "Content-Type")) {
    if (header.media_type) {
      return malformed("a part with two media types");
    }
    header.media_type = lower_case(first_word(value));
  } else if (same_ignoring_case(name, "Content-Transfer-Encoding")) {
    const bool as_is =
        same_ignoring_case(value, "binary") || same_ignoring_case(value, "8bit") || same_ignoring_case(value, "7bit");
    if (!as_is) {
      return malformed("a part in another transfer encoding");  // RFC 7578 §4.7 deprecates them
    }
  }
  return {};
}

// Parses the lines of a part's header, without the empty line behind them.
Result<PartHeader> read_header(std::string_view text) {
  PartHeader header;
  for (std::size_t fields = 0; !text.empty(); ++fields) {
    const std::size_t end = std::min(text.find(kLineEnd), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + kLineEnd.size(), text.size()));
    const bool controls = std::any_of(line.begin(), line.end(), [](char c) {
      const auto octet = static_cast<unsigned char>(c);
      return (octet < 0x20 && c != '\t') || octet == 0x7F;
    });
    if (fields >= kMostFields || controls) {
      return malformed("a part's header is malformed");
    }
    RAKKAN_CHECK(read_field(line, header));
  }
  if (!header.name) {
    return malformed("a part without a name");
  }
  return header;
}

// The position of `needle` in `hay`; the size of `hay` when it does not occur.
std::size_t find(ByteView hay, std::string_view needle) noexcept {
  const void* found = hay.empty() ? nullptr : ::memmem(hay.data(), hay.size(), needle.data(), needle.size());
  return found == nullptr ? hay.size() : static_cast<std::size_t>(static_cast<const Byte*>(found) - hay.data());
}

// How many bytes at the end of `hay` may be the beginning of `needle`.
std::size_t begun_at_end(std::string_view hay, std::string_view needle) noexcept {
  for (std::size_t size = std::min(hay.size(), needle.size() - 1); size > 0; --size) {
    if (hay.substr(hay.size() - size) == needle.substr(0, size)) {
      return size;
    }
  }
  return 0;
}

}  // namespace

struct MultipartReader::Impl {
  Impl(Body& from, std::string_view boundary, std::vector<std::string> names)
      : body(from), delimiter("\r\n--" + std::string(boundary)), parts(std::move(names)) {}

  // Reads more input behind the window. malformed_multipart at the end of the body.
  async::Task<Result<void>> more();
  async::Task<Result<void>> need(std::size_t size);
  async::Task<Result<void>> open_part(std::string_view name, std::string_view media_type);
  // Reads the header of a part, from the line end behind its boundary on.
  async::Task<Result<PartHeader>> read_part_header();
  // The next bytes of the open part, valid until the next call; empty: its end, the delimiter consumed.
  async::Task<Result<ByteView>> next();
  // Brings more bytes behind those that are pending in the buffer, received into the buffer where possible.
  async::Task<Result<void>> more_into(DocumentBuffer& buffer);
  void consume(std::size_t size) noexcept { window = window.subspan(size); }
  // Makes the bytes that are pending in the buffer, from `from` on, the window's.
  void take_back(DocumentBuffer& buffer, std::size_t from);
  // The error for a part that is missing or in the wrong place.
  [[nodiscard]] tl::unexpected<Error> misplaced(std::string what, std::string part) const;

  Body& body;
  const std::string delimiter;
  const std::vector<std::string> parts;
  ByteView window;  // bytes that have arrived and are not used yet, in the body's memory or in `kept`
  WipedBytes kept;
  bool begun = false;
};

MultipartReader::MultipartReader(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
MultipartReader::MultipartReader(MultipartReader&&) noexcept = default;
MultipartReader& MultipartReader::operator=(MultipartReader&&) noexcept = default;
MultipartReader::~MultipartReader() = default;

Result<MultipartReader> MultipartReader::open(const Request& request, std::vector<std::string> parts) {
  return open(request.header("Content-Type").value_or(""), *request.body, std::move(parts));
}

Result<MultipartReader> MultipartReader::open(std::string_view content_type, Body& body,
                                              std::vector<std::string> parts) {
  if (!same_ignoring_case(first_word(content_type), "multipart/form-data")) {
    return fail(not_among(ErrorCode::media_type_unsupported, {"multipart/form-data"}, "Content-Type"));
  }
  const auto boundary = parameter_of(content_type, "boundary");
  if (!boundary || !is_boundary(*boundary)) {
    return malformed("there is no valid boundary", "Content-Type");
  }
  return MultipartReader(std::make_unique<Impl>(body, *boundary, std::move(parts)));
}

tl::unexpected<Error> MultipartReader::Impl::misplaced(std::string what, std::string part) const {
  Error error{ErrorCode::malformed_multipart, std::move(what), std::move(part), std::nullopt, {}};
  error.detail += "; the parts are, in this order: " + list_of(parts);
  error.allowed = parts;
  return fail(std::move(error));
}

async::Task<Result<void>> MultipartReader::Impl::more() {
  WipedBytes rest(window.begin(), window.end());
  RAKKAN_CO_TRY(const ByteView arrived, co_await body.next());
  if (arrived.empty()) {
    co_return malformed("the body ends before its closing boundary");
  }
  if (rest.empty()) {
    window = arrived;
    co_return Result<void>();
  }
  rest.insert(rest.end(), arrived.begin(), arrived.end());
  kept = std::move(rest);
  window = kept;
  co_return Result<void>();
}

async::Task<Result<void>> MultipartReader::Impl::need(std::size_t size) {
  while (window.size() < size) {
    RAKKAN_CO_CHECK(co_await more());
  }
  co_return Result<void>();
}

async::Task<Result<void>> MultipartReader::Impl::open_part(std::string_view name, std::string_view media_type) {
  if (!std::exchange(begun, true)) {
    const std::string_view first = std::string_view(delimiter).substr(kLineEnd.size());
    RAKKAN_CO_CHECK(co_await need(first.size()));
    if (text_of(window.first(first.size())) != first) {
      co_return malformed("the body does not begin with its boundary");
    }
    consume(first.size());
  }
  RAKKAN_CO_CHECK(co_await need(kLineEnd.size()));
  const std::string_view after = text_of(window.first(kLineEnd.size()));
  if (after == kClosing) {
    co_return misplaced("the part is missing", std::string(name));
  }
  if (after != kLineEnd) {
    co_return malformed("something stands behind a boundary");
  }
  RAKKAN_CO_TRY(const PartHeader header, co_await read_part_header());
  if (header.name != name) {
    co_return misplaced("stands where the part \"" + std::string(name) + "\" must", shown(*header.name));
  }
  if (header.media_type && header.media_type != media_type) {
    co_return fail(not_among(ErrorCode::media_type_unsupported, {std::string(media_type)}, std::string(name)));
  }
  co_return Result<void>();
}

// The line end behind the boundary is kept, so that a header without fields ends as every other header does, with an
// empty line.
async::Task<Result<PartHeader>> MultipartReader::Impl::read_part_header() {
  constexpr std::string_view kHeaderEnd = "\r\n\r\n";
  std::size_t end = find(window, kHeaderEnd);
  while (end == window.size()) {
    if (window.size() > kMostHeader) {
      co_return malformed("a part's header is too long");
    }
    RAKKAN_CO_CHECK(co_await more());
    end = find(window, kHeaderEnd);
  }
  if (end > kMostHeader) {
    co_return malformed("a part's header is too long");
  }
  const std::string_view lines = end == 0 ? std::string_view() : text_of(window.first(end)).substr(kLineEnd.size());
  RAKKAN_CO_TRY(PartHeader header, read_header(lines));
  consume(end + kHeaderEnd.size());
  co_return header;
}

async::Task<Result<ByteView>> MultipartReader::Impl::next() {
  for (;;) {
    const std::size_t end = find(window, delimiter);
    if (end == 0 && !window.empty()) {
      consume(delimiter.size());
      co_return ByteView();
    }
    const std::size_t held = end < window.size() ? 0 : begun_at_end(text_of(window), delimiter);
    const ByteView data = window.first(end - held);
    if (!data.empty()) {
      consume(data.size());
      co_return data;
    }
    RAKKAN_CO_CHECK(co_await more());
  }
}

async::Task<Result<WipedBytes>> MultipartReader::field(std::string_view name, std::string_view media_type,
                                                       std::uint64_t limit) {
  RAKKAN_CO_CHECK(co_await impl_->open_part(name, media_type));
  WipedBytes whole;
  for (;;) {
    RAKKAN_CO_TRY(const ByteView bytes, co_await impl_->next());
    if (bytes.empty()) {
      co_return whole;
    }
    if (bytes.size() > limit - whole.size()) {
      co_return fail(ErrorCode::input_too_large, "more than " + std::to_string(limit) + " bytes", std::string(name));
    }
    whole.insert(whole.end(), bytes.begin(), bytes.end());
  }
}

async::Task<Result<void>> MultipartReader::Impl::more_into(DocumentBuffer& buffer) {
  RAKKAN_CO_TRY(const ByteSpan room, buffer.room());
  if (window.empty()) {
    RAKKAN_CO_TRY(window, co_await body.next_into(room));
    if (window.empty()) {
      co_return malformed("the body ends before its closing boundary");
    }
  }
  const std::size_t size = std::min(window.size(), room.size());
  if (window.data() != room.data()) {
    std::memcpy(room.data(), window.data(), size);
  }
  buffer.arrived(size);
  consume(size);
  co_return Result<void>();
}

void MultipartReader::Impl::take_back(DocumentBuffer& buffer, std::size_t from) {
  const ByteView behind = buffer.pending().subspan(from);
  WipedBytes rest(behind.begin(), behind.end());
  rest.insert(rest.end(), window.begin(), window.end());
  kept = std::move(rest);
  window = kept;
  buffer.drop_pending();  // they may be another part's
}

// The delimiter is looked for among the pending bytes in the buffer, which may end with the beginning of a delimiter.
async::Task<Result<DocumentBuffer>> MultipartReader::document(std::string_view name, std::string_view media_type,
                                                              std::uint64_t limit,
                                                              const std::function<void(ByteView)>& arrived) {
  RAKKAN_CO_CHECK(co_await impl_->open_part(name, media_type));
  // The document cannot be longer than the body that it is in; a little more may arrive together with its end.
  const std::uint64_t most = std::min(limit, impl_->body.length().value_or(limit));
  RAKKAN_CO_TRY(DocumentBuffer document, impl_->body.reserve(std::min(most, UINT64_MAX - kBehind) + kBehind));
  for (;;) {
    const ByteView pending = document.pending();
    const std::size_t end = find(pending, impl_->delimiter);
    const std::size_t held = end < pending.size() ? 0 : begun_at_end(text_of(pending), impl_->delimiter);
    const ByteView bytes = pending.first(end - held);
    if (bytes.size() > limit - document.view().size()) {
      co_return fail(ErrorCode::input_too_large, "more than " + std::to_string(limit) + " bytes", std::string(name));
    }
    document.take(bytes.size());
    if (!bytes.empty()) {
      arrived(bytes);
    }
    if (end < pending.size()) {
      impl_->take_back(document, impl_->delimiter.size());
      co_return document;
    }
    RAKKAN_CO_CHECK(co_await impl_->more_into(document));
  }
}

async::Task<Result<void>> MultipartReader::finish() {
  RAKKAN_CO_CHECK(co_await impl_->need(kClosing.size()));
  if (text_of(impl_->window.first(kClosing.size())) == kLineEnd) {
    RAKKAN_CO_TRY(const PartHeader header, co_await impl_->read_part_header());
    co_return impl_->misplaced("is a part more than expected", shown(*header.name));
  }
  if (text_of(impl_->window.first(kClosing.size())) != kClosing) {
    co_return malformed("something stands behind a boundary");
  }
  ByteView rest = impl_->window.subspan(kClosing.size());
  impl_->window = {};
  for (;;) {
    const std::string_view text = text_of(rest);
    if (text.find_first_not_of(kLineEnd) != std::string_view::npos) {
      co_return malformed("something stands behind the closing boundary");
    }
    RAKKAN_CO_TRY(rest, co_await impl_->body.next());
    if (rest.empty()) {
      co_return Result<void>();
    }
  }
}

}  // namespace rakkan::http
