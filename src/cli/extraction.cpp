#include "cli/extraction.hpp"

#include <algorithm>

#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/digest.hpp"

namespace rakkan::cli {

Result<std::vector<Document>> extract(ByteView file, const gather::Gathered& gathered, const std::string& field,
                                      const std::filesystem::path& folder) {
  const auto part = std::find_if(gathered.parts.begin(), gathered.parts.end(), [&](const gather::SignedPart& each) {
    return each.field == field || (each.field.empty() && each.id == field);
  });
  if (part == gathered.parts.end()) {
    return fail(ErrorCode::invalid_argument, "there is no signature of that name", "--extract " + field);
  }
  std::vector<Document> documents;
  if (part->end != 0) {
    const ByteView revision = file.first(static_cast<std::size_t>(std::min<std::uint64_t>(part->end, file.size())));
    documents.push_back({folder / "revision.pdf", {revision}, nullptr});
    const std::string sum =
        to_hex(crypto::digest(crypto::DigestAlgorithm::sha256, revision).view()) + "  revision.pdf\n";
    documents.push_back(Document::of(folder / "revision.pdf.sha256", sum));
  }
  documents.push_back({folder / "signed-bytes.bin", {part->before, part->behind}, part->owner});
  documents.push_back(Document::of(folder / "signature.p7s", part->message));
  std::size_t number = 0;
  for (const Bytes& token : part->tokens) {
    documents.push_back(Document::of(folder / ("timestamp-" + std::to_string(++number) + ".tst"), token));
  }
  return documents;
}

}  // namespace rakkan::cli
