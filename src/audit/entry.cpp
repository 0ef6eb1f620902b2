#include "rakkan/audit/entry.hpp"

#include <algorithm>

#include "audit/text.hpp"
#include "rakkan/crypto/digest.hpp"

namespace rakkan::audit {
namespace {

constexpr std::string_view kEvent = R"({"v":1,"event":")";
constexpr std::string_view kAt = R"(","at":")";
constexpr std::string_view kRecord = R"(","record":")";
constexpr std::string_view kRecordEnd = R"("})";
constexpr std::string_view kBody = R"(","body":)";
constexpr std::string_view kBodyEnd = "}";
constexpr std::size_t kMaxEventSize = 64;

bool take(std::string_view& text, std::string_view prefix) noexcept {
  if (!text.starts_with(prefix)) {
    return false;
  }
  text.remove_prefix(prefix.size());
  return true;
}

std::string_view take_until_quote(std::string_view& text) noexcept {
  const std::string_view taken = text.substr(0, text.find('"'));
  text.remove_prefix(taken.size());
  return taken;
}

}  // namespace

TreeHash commitment_of(ByteView salt, std::string_view body) {
  const crypto::Digest digest = crypto::digest(crypto::DigestAlgorithm::sha256, {salt, bytes_of(body)});
  TreeHash value;
  std::copy_n(digest.view().begin(), value.size(), value.begin());
  return value;
}

Result<Entry> Entry::parse(ByteView line) {
  const auto corrupt = [] { return fail(ErrorCode::audit_log_corrupt, "not an entry of a log"); };
  std::string_view text = text_of(line);
  if (!take(text, kEvent)) {
    return corrupt();
  }
  const std::string_view event = take_until_quote(text);
  if (!is_event_name(event) || !take(text, kAt)) {
    return corrupt();
  }
  const std::string_view time = take_until_quote(text);
  const auto at = parse_rfc3339(time);
  if (!at || to_rfc3339(*at) != time) {
    return corrupt();
  }
  if (take(text, kRecord)) {
    const auto commitment = parse_hash(take_until_quote(text));
    return commitment && text == kRecordEnd ? Result<Entry>(Entry{std::string(event), *at, *commitment}) : corrupt();
  }
  if (!take(text, kBody) || !text.ends_with(kBodyEnd) || !is_body(text.substr(0, text.size() - kBodyEnd.size()))) {
    return corrupt();
  }
  return Entry{std::string(event), *at, std::string(text.substr(0, text.size() - kBodyEnd.size()))};
}

std::string Entry::encode() const {
  std::string line;
  line.reserve(kEvent.size() + event.size() + 128 + (body() != nullptr ? body()->size() : 0));
  line.append(kEvent).append(event).append(kAt).append(to_rfc3339(at));
  if (const TreeHash* record = commitment()) {
    return line.append(kRecord).append(encode_hash(*record)).append(kRecordEnd);
  }
  return line.append(kBody).append(*body()).append(kBodyEnd);
}

bool is_event_name(std::string_view text) noexcept {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.'; };
  return !text.empty() && text.size() <= kMaxEventSize && std::all_of(text.begin(), text.end(), allowed) &&
         text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos;
}

bool is_body(std::string_view text) noexcept {
  return text.size() >= 2 && text.front() == '{' && text.back() == '}' &&
         std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace rakkan::audit
