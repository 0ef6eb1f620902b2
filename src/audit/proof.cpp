#include "rakkan/audit/proof.hpp"

#include "audit/text.hpp"
#include "rakkan/base/base64.hpp"

namespace rakkan::audit {
namespace {

constexpr std::string_view kHeader = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";
constexpr std::size_t kMaxPath = 64;  // a tree of 2^64 entries is no higher

tl::unexpected<Error> malformed(std::string what) { return fail(ErrorCode::malformed_proof, std::move(what)); }

}  // namespace

Result<Proof> Proof::parse(std::string_view text) {
  if (text.size() > kMaxSize) {
    return malformed("longer than " + std::to_string(kMaxSize) + " bytes");
  }
  Lines lines(text);
  if (lines.next() != kHeader) {
    return malformed("not a " + std::string(kHeader));
  }
  Proof proof;
  auto line = lines.next();
  if (line && line->starts_with(kExtra)) {
    const auto extra = from_base64(line->substr(kExtra.size()));
    if (!extra || extra->empty()) {
      return malformed("the extra line is not base64");
    }
    proof.extra = *extra;
    line = lines.next();
  }
  const auto index = line && line->starts_with(kIndex) ? parse_decimal(line->substr(kIndex.size())) : std::nullopt;
  if (!index) {
    return malformed("no index");
  }
  proof.index = *index;
  for (line = lines.next(); line && !line->empty(); line = lines.next()) {
    const auto hash = parse_hash(*line);
    if (!hash || proof.path.size() == kMaxPath) {
      return malformed(hash ? "too many hashes" : "a line is no hash");
    }
    proof.path.push_back(*hash);
  }
  if (!line) {
    return malformed("no checkpoint");
  }
  RAKKAN_CHECK(Note::parse(lines.rest()));
  proof.checkpoint = lines.rest();
  return proof;
}

std::string Proof::encode() const {
  std::string text(kHeader);
  text += '\n';
  if (!extra.empty()) {
    text.append(kExtra).append(to_base64(extra)).append("\n");
  }
  text.append(kIndex).append(std::to_string(index)).append("\n");
  for (const TreeHash& hash : path) {
    text.append(encode_hash(hash)).append("\n");
  }
  return text.append("\n").append(checkpoint);
}

Result<ProvenEntry> verify_proof(const Proof& proof, const EntryFile& file, const VerifierKey& key) {
  RAKKAN_TRY(Checkpoint checkpoint, open_checkpoint(proof.checkpoint, key));
  RAKKAN_CHECK(verify_inclusion(leaf_hash(bytes_of(file.entry)), proof.index, checkpoint.tree, proof.path));
  RAKKAN_TRY(Entry entry, Entry::parse(bytes_of(file.entry)));
  if (file.record) {
    if (entry.commitment() == nullptr) {
      return fail(ErrorCode::digest_mismatch, "the entry is public and commits to no record");
    }
    if (commitment_of(file.record->salt, file.record->body) != *entry.commitment()) {
      return fail(ErrorCode::digest_mismatch, "the record is not the one that the entry commits to");
    }
  }
  return ProvenEntry{proof.index, std::move(entry), std::move(checkpoint)};
}

}  // namespace rakkan::audit
