// Notes, checkpoints, keys, proofs and record files from outside: what is read is written again the same.
#include <cstdlib>

#include "rakkan/audit/proof.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan::audit;
  const std::string_view text = rakkan::text_of({data, size});
  const auto require = [](bool holds) { holds ? void() : std::abort(); };
  static const VerifierKey key =
      VerifierKey::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").value();
  if (const auto note = Note::parse(text)) {
    require(note->encode() == text);
    static_cast<void>(open_checkpoint(text, key));
  }
  if (const auto checkpoint = Checkpoint::parse(text)) {
    require(checkpoint->encode() == text);
  }
  if (const auto parsed = VerifierKey::parse(text)) {
    require(VerifierKey::parse(parsed->text()).has_value());
  }
  if (const auto proof = Proof::parse(text)) {
    require(proof->encode() == text);
    static_cast<void>(verify_proof(*proof, EntryFile{"entry", {}}, key));
  }
  if (const auto file = EntryFile::parse(text)) {
    const auto again = EntryFile::parse(file->encode());
    require(again && again->entry == file->entry && again->record.has_value() == file->record.has_value());
  }
  return 0;
}
