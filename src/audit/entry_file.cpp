#include "rakkan/audit/proof.hpp"
#include "rakkan/audit/tiles.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/json/reader.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::audit {
namespace {

constexpr std::int64_t kText = 1;
constexpr std::int64_t kNested = 2;
constexpr std::size_t kDepth = 24;  // nesting of a file's JSON; a record's is at most 16

// The text of a member whose value is an object in version 2.
Result<std::string> nested(json::Members& file, std::string_view name, std::size_t longest) {
  RAKKAN_TRY(const json::Members object, file.object(name));
  std::string text = object.to_json();
  if (text.size() > longest) {
    return file.wrong(name, "is longer than " + std::to_string(longest) + " bytes");
  }
  return text;
}

Result<std::string> read_text(json::Members& file, std::int64_t version, std::string_view name, std::size_t longest) {
  return version == kNested ? nested(file, name, longest) : file.text(name, longest);
}

// True when the text comes back letter for letter after it is read as JSON and written again.
bool is_stable(std::string_view text) {
  const auto document = json::Document::parse(text, ErrorCode::malformed_proof, {kMaxRecordSize, kDepth / 2});
  return document && document->root().to_json() == text;
}

}  // namespace

Result<EntryFile> EntryFile::parse(std::string_view text) {
  RAKKAN_TRY(const json::Document document,
             json::Document::parse(text, ErrorCode::malformed_proof, {kMaxSize, kDepth}));
  return read(document.root());
}

Result<EntryFile> EntryFile::read(json::Members file) {
  RAKKAN_TRY(const std::int64_t version, file.integer("v", kText, kNested));
  EntryFile result;
  RAKKAN_TRY(result.entry, read_text(file, version, "entry", kMaxEntrySize));
  if (file.has("salt") || file.has("body")) {
    RAKKAN_TRY(const std::string salt, file.text("salt", kMaxRecordSize));
    RAKKAN_TRY(std::string body, read_text(file, version, "body", kMaxRecordSize));
    auto octets = from_base64(salt);
    if (!octets || octets->size() != kSaltSize) {
      return file.wrong("salt", "must be 16 octets in base64");
    }
    result.record = Record{std::move(*octets), std::move(body)};
  }
  RAKKAN_CHECK(file.done());
  return result;
}

std::string EntryFile::encode() const {
  json::ObjectWriter file;
  if (is_stable(entry) && (!record || is_stable(record->body))) {
    file.number("v", kNested).raw("entry", entry);
    if (record) {
      file.text("salt", to_base64(record->salt)).raw("body", record->body);
    }
  } else {
    file.number("v", kText).text("entry", entry);
    if (record) {
      file.text("salt", to_base64(record->salt)).text("body", record->body);
    }
  }
  return std::move(file).finish() + "\n";
}

}  // namespace rakkan::audit
