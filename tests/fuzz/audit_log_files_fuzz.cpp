// A log of one partial tile whose bundle comes from outside, under a checkpoint over what that bundle gives: the
// verifier takes it exactly when every entry is one that we write.
#include <algorithm>
#include <cstdlib>

#include "rakkan/audit/tiles.hpp"
#include "rakkan/audit/verify.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "support/memory_files.hpp"
#include "support/memory_tree.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan;
  using namespace rakkan::audit;
  static auto signer = crypto::SoftwareMessageSigner::generate().value();
  static const VerifierKey key = VerifierKey::create("fuzz.invalid", signer.public_key()).value();
  const unsigned count = size == 0 ? 0 : data[0];
  const ByteView bundle{data + (size == 0 ? 0 : 1), size == 0 ? 0 : size - 1};
  const auto entries = parse_entries(bundle, count);
  test::MemoryTree tree;
  std::vector<TreeHash> leaves;
  for (unsigned i = 0; i < count; ++i) {
    tree.append(entries ? (*entries)[i].entry : ByteView{});
    leaves.push_back(tree.leaf(i));
  }
  const std::string text = Checkpoint{key.name(), tree.head(), {}}.encode();
  test::MemoryFiles files;
  files.put("log/checkpoint", bytes_of(sign_note(text, key, signer).value()));
  files.put("log/" + Tile{0, 0, std::max(count, 1U)}.path(), encode_hashes(leaves));
  files.put("log/" + Tile{Tile::kEntries, 0, std::max(count, 1U)}.path(), bundle);
  const bool ours = count == 0 || (entries && std::all_of(entries->begin(), entries->end(), [](const auto& entry) {
                                     return Entry::parse(entry.entry).has_value();
                                   }));
  return verify_log({files, "log"}, key).has_value() == ours ? 0 : (std::abort(), 1);
}
