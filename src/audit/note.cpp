#include "rakkan/audit/note.hpp"

#include <algorithm>
#include <string>

#include "audit/text.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/digest.hpp"

namespace rakkan::audit {
namespace {

constexpr Byte kEd25519Type = 0x01;
constexpr std::size_t kEd25519KeySize = 32;
constexpr std::string_view kSignatureMark = "\xE2\x80\x94 ";  // an em dash and a blank
constexpr std::string_view kSeparator = "\n\n";

// RFC 8410 §4: SubjectPublicKeyInfo of an Ed25519 key, up to its 32 octets.
constexpr Byte kSpkiPrefix[] = {0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00};

tl::unexpected<Error> malformed(std::string what) { return fail(ErrorCode::malformed_note, std::move(what)); }

// The type octet and the key, as the key id and the text of a verifier key take them (C2SP signed-note).
Bytes typed_key(const crypto::PublicKey& key) {
  Bytes typed = {kEd25519Type};
  append(typed, key.spki().last(kEd25519KeySize));
  return typed;
}

KeyHash key_hash(std::string_view name, ByteView typed) {
  constexpr Byte kNewline[] = {0x0A};
  const crypto::Digest digest = crypto::digest(crypto::DigestAlgorithm::sha256, {bytes_of(name), kNewline, typed});
  KeyHash id;
  std::copy_n(digest.view().begin(), id.size(), id.begin());
  return id;
}

const crypto::AlgorithmSuite& ed25519() { return crypto::default_suite(crypto::KeyKind::ed25519); }

Result<NoteSignature> parse_signature_line(std::string_view line) {
  if (!line.starts_with(kSignatureMark)) {
    return malformed("a line below the text is no signature");
  }
  line.remove_prefix(kSignatureMark.size());
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos || !is_key_name(line.substr(0, blank))) {
    return malformed("a signature without a key's name");
  }
  const auto value = from_base64(line.substr(blank + 1));
  NoteSignature signature{std::string(line.substr(0, blank)), {}, {}};
  if (!value || value->size() <= signature.id.size()) {
    return malformed("a signature that is not base64 of a key id and a value");
  }
  std::copy_n(value->begin(), signature.id.size(), signature.id.begin());
  signature.signature.assign(value->begin() + signature.id.size(), value->end());
  return signature;
}

}  // namespace

Result<VerifierKey> VerifierKey::parse(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos || !is_key_name(text.substr(0, first))) {
    return malformed("a verifier key is <name>+<hex key id>+<base64 key>");
  }
  const auto id = from_hex(text.substr(first + 1, second - first - 1));
  const auto typed = from_base64(text.substr(second + 1));
  if (!id || id->size() != KeyHash{}.size() || !typed || typed->empty()) {
    return malformed("a verifier key is <name>+<hex key id>+<base64 key>");
  }
  if (typed->front() != kEd25519Type || typed->size() != 1 + kEd25519KeySize) {
    return fail(ErrorCode::unsupported_algorithm, "the verifier key is not Ed25519");
  }
  Bytes spki(std::begin(kSpkiPrefix), std::end(kSpkiPrefix));
  append(spki, ByteView(*typed).subspan(1));
  RAKKAN_TRY(const crypto::PublicKey key, crypto::PublicKey::from_spki(spki));
  RAKKAN_TRY(VerifierKey made, create(std::string(text.substr(0, first)), key));
  if (!equal(made.id_, *id)) {
    return malformed("the verifier key's id is not that of its name and key");
  }
  return made;
}

Result<VerifierKey> VerifierKey::create(std::string name, const crypto::PublicKey& key) {
  if (!is_key_name(name)) {
    return fail(ErrorCode::invalid_argument, "the name of a log has no blanks and no '+', and is not empty");
  }
  if (key.kind() != crypto::KeyKind::ed25519) {
    return fail(ErrorCode::unsupported_algorithm, "the key of a log is Ed25519");
  }
  const KeyHash id = key_hash(name, typed_key(key));
  return VerifierKey(std::move(name), id, key);
}

std::string VerifierKey::text() const { return name_ + "+" + to_hex(id_) + "+" + to_base64(typed_key(key_)); }

Result<Note> Note::parse(std::string_view note) {
  if (note.size() > kMaxSize) {
    return malformed("the note is longer than " + std::to_string(kMaxSize) + " bytes");
  }
  if (!is_plain_text(note)) {
    return malformed("the note is not plain UTF-8");
  }
  const std::size_t separator = note.rfind(kSeparator);
  if (separator == std::string_view::npos || separator == 0) {
    return malformed("no text, or no signatures below it");
  }
  Note parsed{std::string(note.substr(0, separator + 1)), {}};
  Lines lines(note.substr(separator + kSeparator.size()));
  while (!lines.at_end()) {
    const auto line = lines.next();
    if (!line || parsed.signatures.size() == kMaxSignatures) {
      return malformed(line ? "too many signatures" : "the last line has no end");
    }
    RAKKAN_TRY(NoteSignature signature, parse_signature_line(*line));
    parsed.signatures.push_back(std::move(signature));
  }
  if (parsed.signatures.empty()) {
    return malformed("no signature");
  }
  return parsed;
}

std::string Note::encode() const {
  std::string note = text + "\n";
  for (const NoteSignature& signature : signatures) {
    Bytes value(signature.id.begin(), signature.id.end());
    append(value, ByteView(signature.signature));
    note.append(kSignatureMark).append(signature.name).append(" ").append(to_base64(value)).append("\n");
  }
  return note;
}

Result<void> Note::verify(const VerifierKey& key) const {
  bool verified = false;
  for (const NoteSignature& signature : signatures) {
    if (signature.name == key.name() && signature.id == key.id()) {
      RAKKAN_CHECK(key.key().verify_message(ed25519(), bytes_of(text), signature.signature));
      verified = true;
    }
  }
  if (!verified) {
    return fail(ErrorCode::signature_invalid, "no signature of the key " + key.name());
  }
  return {};
}

Result<std::string> sign_note(std::string_view text, const VerifierKey& key, crypto::MessageSigner& signer) {
  if (!text.ends_with('\n') || text.size() == 1 || !is_plain_text(text)) {
    return fail(ErrorCode::invalid_argument, "not a text for a note");
  }
  RAKKAN_TRY(Bytes value, signer.sign_message(bytes_of(text)));
  Note note{std::string(text), {NoteSignature{key.name(), key.id(), std::move(value)}}};
  if (const auto verified = note.verify(key); !verified) {
    return fail(Error{ErrorCode::self_check_failed, "the note's signature does not verify", {}, {}, {}}.because(
        verified.error()));
  }
  return note.encode();
}

}  // namespace rakkan::audit
