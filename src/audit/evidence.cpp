#include "rakkan/audit/evidence.hpp"

#include <algorithm>
#include <limits>

#include "rakkan/json/writer.hpp"

namespace rakkan::audit {
namespace {

constexpr std::size_t kDepth = 28;  // nesting: that of an entry file, and the two objects around it
constexpr std::size_t kLongestId = 64;
constexpr std::string_view kIntentEvent = "signature.intent";
constexpr std::string_view kOutcomeEvent = "signature.made";

Result<EvidencePart> read_part(json::Members& evidence, std::string_view name) {
  RAKKAN_TRY(json::Members part, evidence.object(name));
  RAKKAN_TRY(json::Members entry, part.object("entry"));
  EvidencePart read;
  RAKKAN_TRY(read.entry, EntryFile::read(std::move(entry)));
  RAKKAN_TRY(read.proof, part.lines("proof", Proof::kMaxSize));
  RAKKAN_CHECK(part.done());
  return read;
}

std::string encode_part(const EvidencePart& part) {
  std::string entry = part.entry.encode();
  entry.pop_back();  // the line end
  json::ObjectWriter json;
  json.raw("entry", entry).text("proof", part.proof);
  return std::move(json).finish();
}

tl::unexpected<Error> mismatch(std::string what, std::string_view part) {
  return fail(ErrorCode::audit_log_mismatch, std::move(what), std::string(part));
}

Result<ProvenEntry> prove(const EvidencePart& part, std::string_view name, std::string_view event,
                          std::span<const VerifierKey> keys) {
  RAKKAN_TRY(const Proof proof, Proof::parse(part.proof));
  RAKKAN_TRY(const VerifierKey key, key_for(proof.checkpoint, keys));
  RAKKAN_TRY(ProvenEntry proven, verify_proof(proof, part.entry, key));
  if (proven.entry.event != event) {
    return mismatch("the entry is a " + proven.entry.event + ", not a " + std::string(event), name);
  }
  return proven;
}

// Compares a record that was not erased with the evidence: both must name the same signature. The record's other
// members are not looked at.
Result<void> check_intent(const std::string& body, const SignatureId& signature) {
  RAKKAN_TRY(const json::Document document,
             json::Document::parse(body, ErrorCode::audit_log_mismatch, {kMaxRecordSize, kDepth}));
  json::Members record = document.root();
  RAKKAN_TRY(const std::string of, record.text("intent_of", kLongestId));
  return of == signature.value() ? Result<void>() : mismatch("the record is of the signature " + of, "intent");
}

Result<void> check_outcome(const std::string& body, const SignatureId& signature, std::uint64_t intent) {
  RAKKAN_TRY(const json::Document document,
             json::Document::parse(body, ErrorCode::audit_log_mismatch, {kMaxRecordSize, kDepth}));
  json::Members record = document.root();
  RAKKAN_TRY(const std::string of, record.text("signature", kLongestId));
  RAKKAN_TRY(const std::int64_t closes, record.integer("intent", 0, std::numeric_limits<std::int64_t>::max()));
  if (of != signature.value()) {
    return mismatch("the record is of the signature " + of, "outcome");
  }
  return static_cast<std::uint64_t>(closes) == intent
             ? Result<void>()
             : mismatch("the record closes the intent " + std::to_string(closes), "outcome");
}

}  // namespace

Result<Evidence> Evidence::parse(std::string_view text) {
  RAKKAN_TRY(const json::Document document,
             json::Document::parse(text, ErrorCode::malformed_proof, {kMaxSize, kDepth}));
  json::Members file = document.root();
  Evidence evidence;
  RAKKAN_TRY(std::string id, file.text("signature_id", kLongestId));
  evidence.signature = SignatureId(std::move(id));
  RAKKAN_TRY(evidence.intent, read_part(file, "intent"));
  RAKKAN_TRY(evidence.outcome, read_part(file, "outcome"));
  RAKKAN_CHECK(file.done());
  return evidence;
}

std::string Evidence::encode() const {
  json::ObjectWriter json;
  json.text("signature_id", signature.value()).raw("intent", encode_part(intent)).raw("outcome", encode_part(outcome));
  return std::move(json).finish() + "\n";
}

Result<VerifierKey> key_for(std::string_view checkpoint, std::span<const VerifierKey> keys) {
  const std::string_view name = checkpoint.substr(0, checkpoint.find('\n'));
  const auto of_name = [&](const VerifierKey& key) { return key.name() == name; };
  const auto first = std::find_if(keys.begin(), keys.end(), of_name);
  if (first == keys.end()) {
    return fail(ErrorCode::audit_log_mismatch,
                "this is the log \"" + std::string(name) + "\", for which no key was given");
  }
  const Result<Note> note = Note::parse(checkpoint);
  const auto has_signed = [&](const VerifierKey& key) {
    return of_name(key) && note &&
           std::any_of(note->signatures.begin(), note->signatures.end(), [&](const NoteSignature& signature) {
             return signature.name == key.name() && signature.id == key.id();
           });
  };
  const auto chosen = std::find_if(first, keys.end(), has_signed);
  return chosen == keys.end() ? *first : *chosen;
}

Result<VerifiedEvidence> verify_evidence(const Evidence& evidence, std::span<const VerifierKey> keys) {
  RAKKAN_TRY(ProvenEntry intent, prove(evidence.intent, "intent", kIntentEvent, keys));
  RAKKAN_TRY(ProvenEntry outcome, prove(evidence.outcome, "outcome", kOutcomeEvent, keys));
  if (intent.checkpoint.origin != outcome.checkpoint.origin) {
    return mismatch("intent and outcome are entries of two logs", "outcome");
  }
  if (evidence.intent.entry.record) {
    RAKKAN_CHECK(check_intent(evidence.intent.entry.record->body, evidence.signature));
  }
  if (evidence.outcome.entry.record) {
    RAKKAN_CHECK(check_outcome(evidence.outcome.entry.record->body, evidence.signature, intent.index));
  }
  return VerifiedEvidence{std::move(intent), std::move(outcome)};
}

}  // namespace rakkan::audit
