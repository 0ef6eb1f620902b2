#include "rakkan/audit/proof.hpp"
#include "rakkan/audit/tiles.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/json/reader.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::audit {

Result<EntryFile> EntryFile::parse(std::string_view text) {
  RAKKAN_TRY(const json::Document document, json::Document::parse(text, ErrorCode::malformed_proof, {kMaxSize, 2}));
  json::Members file = document.root();
  RAKKAN_CHECK(file.integer("v", 1, 1));
  EntryFile result;
  RAKKAN_TRY(result.entry, file.text("entry", kMaxEntrySize));
  if (file.has("salt") || file.has("body")) {
    RAKKAN_TRY(const std::string salt, file.text("salt", kMaxRecordSize));
    RAKKAN_TRY(std::string body, file.text("body", kMaxRecordSize));
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
  file.number("v", 1).text("entry", entry);
  if (record) {
    file.text("salt", to_base64(record->salt)).text("body", record->body);
  }
  return std::move(file).finish() + "\n";
}

}  // namespace rakkan::audit
