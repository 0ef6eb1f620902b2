#include "rakkan/audit/checkpoint.hpp"

#include "audit/text.hpp"

namespace rakkan::audit {

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
  const auto malformed = [](std::string what) {
    return fail(ErrorCode::malformed_note, std::move(what), "checkpoint");
  };
  Lines lines(text);
  const auto origin = lines.next();
  if (!origin || origin->empty()) {
    return malformed("no origin");
  }
  const auto size_line = lines.next();
  const auto size = size_line ? parse_decimal(*size_line) : std::nullopt;
  if (!size) {
    return malformed("no tree size");
  }
  const auto root_line = lines.next();
  const auto root = root_line ? parse_hash(*root_line) : std::nullopt;
  if (!root) {
    return malformed("no root hash");
  }
  Checkpoint checkpoint{std::string(*origin), {*size, *root}, {}};
  while (!lines.at_end()) {
    const auto line = lines.next();
    if (!line || line->empty()) {
      return malformed("an extension line is empty or has no end");
    }
    checkpoint.extensions.emplace_back(*line);
  }
  return checkpoint;
}

std::string Checkpoint::encode() const {
  std::string text = origin + "\n" + std::to_string(tree.size) + "\n" + encode_hash(tree.root) + "\n";
  for (const std::string& line : extensions) {
    text += line + "\n";
  }
  return text;
}

Result<Checkpoint> open_checkpoint(std::string_view note, const VerifierKey& key) {
  RAKKAN_TRY(const Note parsed, Note::parse(note));
  RAKKAN_CHECK(parsed.verify(key));
  RAKKAN_TRY(Checkpoint checkpoint, Checkpoint::parse(parsed.text));
  if (checkpoint.origin != key.name()) {
    return fail(ErrorCode::audit_log_mismatch, "the checkpoint is of the log " + checkpoint.origin);
  }
  return checkpoint;
}

}  // namespace rakkan::audit
