#include "pdf/decryption.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <vector>

#include "pdf/rc4.hpp"
#include "rakkan/crypto/aes_cbc.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/crypto/hash_algorithm.hpp"

namespace rakkan::pdf {
namespace {

constexpr std::size_t kPadded = 32;
// §7.6.4.3.2: the padding of passwords.
constexpr std::array<Byte, kPadded> kPadding = {0x28, 0xBF, 0x4E, 0x5E, 0x4E, 0x75, 0x8A, 0x41, 0x64, 0x00, 0x4E,
                                                0x56, 0xFF, 0xFA, 0x01, 0x08, 0x2E, 0x2E, 0x00, 0xB6, 0xD0, 0x68,
                                                0x3E, 0x80, 0x2F, 0x0C, 0xA9, 0xFE, 0x64, 0x53, 0x69, 0x7A};
constexpr std::size_t kHash = 32;  // revisions 5 and 6: of O and U, before their salts
constexpr std::size_t kSalt = 8;   // validation salt, then key salt
constexpr std::size_t kLongEntry = kHash + 2 * kSalt;
constexpr std::size_t kMaxPassword = 127;  // octets of UTF-8
constexpr std::size_t kMaxCryptFilters = 100;

tl::unexpected<Error> damaged(std::string what) {
  return fail(ErrorCode::pdf_malformed, std::move(what), "encryption dictionary");
}

tl::unexpected<Error> not_read(std::string what) { return fail(ErrorCode::pdf_encrypted, std::move(what)); }

Result<Bytes> md5(std::initializer_list<ByteView> parts) {
  const std::vector<ByteView> all(parts);
  RAKKAN_TRY(const crypto::HashValue value, crypto::hash(crypto::HashAlgorithm::md5, all));
  return copy_of(value.view());
}

std::array<Byte, kPadded> padded(ByteView password) {
  std::array<Byte, kPadded> result{};
  const std::size_t size = std::min(password.size(), kPadded);
  std::copy_n(password.begin(), size, result.begin());
  std::copy_n(kPadding.begin(), kPadded - size, result.begin() + static_cast<std::ptrdiff_t>(size));
  return result;
}

// Encrypts with 20 keys that differ from the one by a constant, in rising or falling order (algorithms 3, 5 and 7).
Bytes rc4_twenty_times(ByteView key, Bytes data, bool falling) {
  for (unsigned i = 0; i < 20; ++i) {
    Bytes round_key = copy_of(key);
    for (Byte& octet : round_key) {
      octet = static_cast<Byte>(octet ^ (falling ? 19 - i : i));
    }
    data = rc4(round_key, data);
  }
  return data;
}

// Algorithm 2: the key of revisions 2 to 4 from a user's password.
Result<Bytes> short_key(const Decryption::Dictionary& from, ByteView identifier, ByteView password) {
  const auto pad = padded(password);
  const std::array<Byte, 4> permissions = {
      static_cast<Byte>(from.permissions), static_cast<Byte>(from.permissions >> 8),
      static_cast<Byte>(from.permissions >> 16), static_cast<Byte>(from.permissions >> 24)};
  static constexpr std::array<Byte, 4> kPlainMetadata = {0xFF, 0xFF, 0xFF, 0xFF};
  const bool plain = from.revision >= 4 && !from.encrypt_metadata;
  RAKKAN_TRY(Bytes key, md5({pad, from.owner, permissions, identifier, plain ? kPlainMetadata : ByteView{}}));
  for (unsigned i = 0; from.revision >= 3 && i < 50; ++i) {
    RAKKAN_TRY(key, md5({ByteView(key).first(from.key_size)}));
  }
  key.resize(from.key_size);
  return key;
}

// Algorithms 4, 5 and 6: the key, when the password is the user's.
Result<std::optional<Bytes>> key_of_user(const Decryption::Dictionary& from, ByteView identifier, ByteView password) {
  RAKKAN_TRY(Bytes key, short_key(from, identifier, password));
  if (from.revision == 2) {
    return equal(rc4(key, kPadding), from.user) ? std::optional(std::move(key)) : std::nullopt;
  }
  RAKKAN_TRY(Bytes digest, md5({kPadding, identifier}));
  const Bytes check = rc4_twenty_times(key, std::move(digest), false);
  return equal(check, ByteView(from.user).first(check.size())) ? std::optional(std::move(key)) : std::nullopt;
}

// Algorithm 7: the user's password that the owner's one opens, padded.
Result<Bytes> user_password(const Decryption::Dictionary& from, ByteView owner_password) {
  RAKKAN_TRY(Bytes key, md5({padded(owner_password)}));
  for (unsigned i = 0; from.revision >= 3 && i < 50; ++i) {
    RAKKAN_TRY(key, md5({key}));
  }
  key.resize(from.key_size);
  return from.revision == 2 ? rc4(key, from.owner) : rc4_twenty_times(key, from.owner, true);
}

// Algorithm 2.B: the hash of revision 6; revision 5 had its first step alone. `user` is U for the owner's password.
Result<Bytes> long_hash(int revision, ByteView password, ByteView salt, ByteView user) {
  Bytes k = copy_of(crypto::digest(crypto::DigestAlgorithm::sha256, {password, salt, user}).view());
  if (revision == 5) {
    return k;
  }
  constexpr unsigned kRounds = 64;
  constexpr unsigned kMostRounds = 64 + 256;  // the last octet is at most 255
  for (unsigned round = 1; round <= kMostRounds; ++round) {
    Bytes once = copy_of(password);
    append(once, ByteView(k));
    append(once, user);
    Bytes text;
    text.reserve(once.size() * 64);
    for (unsigned i = 0; i < 64; ++i) {
      append(text, ByteView(once));
    }
    RAKKAN_TRY(const Bytes e, crypto::aes_cbc_encrypt(ByteView(k).first(16), ByteView(k).subspan(16, 16), text));
    unsigned sum = 0;  // the first 16 octets as a number modulo 3: 256 is 1 modulo 3
    for (std::size_t i = 0; i < 16; ++i) {
      sum += e[i];
    }
    constexpr std::array kAlgorithms{crypto::DigestAlgorithm::sha256, crypto::DigestAlgorithm::sha384,
                                     crypto::DigestAlgorithm::sha512};
    k = copy_of(crypto::digest(kAlgorithms.at(sum % 3), e).view());
    if (round >= kRounds && e.back() <= round - 32) {
      break;
    }
  }
  k.resize(kHash);
  return k;
}

// Algorithm 2.A: the key, when the password is the owner's or the user's.
Result<std::optional<Bytes>> long_key(const Decryption::Dictionary& from, ByteView password, bool owner) {
  const ByteView entry = owner ? from.owner : from.user;
  const ByteView user = owner ? ByteView(from.user).first(kLongEntry) : ByteView{};
  RAKKAN_TRY(const Bytes check, long_hash(from.revision, password, entry.subspan(kHash, kSalt), user));
  if (!equal(check, entry.first(kHash))) {
    return std::nullopt;
  }
  RAKKAN_TRY(const Bytes key, long_hash(from.revision, password, entry.subspan(kHash + kSalt, kSalt), user));
  const std::array<Byte, crypto::kAesBlock> zero{};
  RAKKAN_TRY(Bytes opened, crypto::aes_cbc_decrypt(key, zero, owner ? from.owner_key : from.user_key));
  return opened;
}

Result<std::optional<Bytes>> key_of(const Decryption::Dictionary& from, ByteView identifier, ByteView password) {
  if (from.revision >= 5) {
    password = password.first(std::min(password.size(), kMaxPassword));
    RAKKAN_TRY(auto key, long_key(from, password, true));
    return key ? Result<std::optional<Bytes>>(std::move(key)) : long_key(from, password, false);
  }
  RAKKAN_TRY(auto key, key_of_user(from, identifier, password));
  if (key) {
    return key;
  }
  RAKKAN_TRY(const Bytes user, user_password(from, password));
  return key_of_user(from, identifier, user);
}

// The password in Latin-1, as older handlers have it (PDFDocEncoding, which differs in few characters); nothing for
// text that is none.
std::optional<std::string> latin1(std::string_view utf8) {
  std::string result;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto octet = static_cast<unsigned char>(utf8[i]);
    if (octet < 0x80) {
      result.push_back(utf8[i]);
      continue;
    }
    if ((octet != 0xC2 && octet != 0xC3) || i + 1 == utf8.size()) {
      return std::nullopt;
    }
    const auto next = static_cast<unsigned char>(utf8[++i]);
    result.push_back(static_cast<char>((octet & 3U) << 6 | (next & 0x3FU)));
  }
  return result;
}

// The method of a crypt filter (§7.6.6).
Result<CryptMethod> method_of(Value filters, std::string_view name) {
  if (name == "Identity") {
    return CryptMethod::none;
  }
  const Value filter = filters.find(name);
  const Value method = filter.find("CFM");
  if (!filter.is(Kind::dictionary)) {
    return damaged("a crypt filter is missing");
  }
  if (method.is(Kind::null) || method.is_name("None")) {
    return CryptMethod::none;
  }
  if (method.is_name("V2")) {
    return CryptMethod::rc4;
  }
  if (method.is_name("AESV2")) {
    return CryptMethod::aes_v2;
  }
  if (method.is_name("AESV3")) {
    return CryptMethod::aes_v3;
  }
  return not_read("encrypted by a method that is not read");
}

Result<void> read_methods(Value dictionary, std::int64_t version, Decryption::Dictionary& result) {
  if (version < 4) {
    return {};
  }
  const Value filters = dictionary.find("CF");
  if (filters.size() > kMaxCryptFilters) {
    return damaged("too many crypt filters");
  }
  RAKKAN_TRY(result.strings, method_of(filters, dictionary.find("StrF").name().value_or("Identity")));
  RAKKAN_TRY(result.streams, method_of(filters, dictionary.find("StmF").name().value_or("Identity")));
  const auto fits = [version](CryptMethod method) {
    return method == CryptMethod::none || (method == CryptMethod::aes_v3) == (version == 5);
  };
  return fits(result.strings) && fits(result.streams) ? Result<void>{}
                                                      : not_read("encrypted by a method of another version");
}

}  // namespace

Result<Decryption::Dictionary> Decryption::read(Value dictionary) {
  if (!dictionary.is(Kind::dictionary)) {
    return damaged("/Encrypt is no dictionary");
  }
  if (!dictionary.find("Filter").is_name("Standard")) {
    return not_read("encrypted for a security handler that is not read");
  }
  const std::int64_t version = dictionary.find("V").integer().value_or(0);
  const std::int64_t revision = dictionary.find("R").integer().value_or(0);
  const bool known = (version == 1 && (revision == 2 || revision == 3)) ||
                     (version == 2 && (revision == 2 || revision == 3)) || (version == 4 && revision == 4) ||
                     (version == 5 && (revision == 5 || revision == 6));
  if (!known) {
    return not_read("encrypted by a version that is not read");
  }
  Dictionary result;
  result.revision = static_cast<int>(revision);
  const std::int64_t bits = dictionary.find("Length").integer().value_or(40);
  if (version == 2 && (bits < 40 || bits > 128 || bits % 8 != 0)) {
    return damaged("a key of a size that there is not");
  }
  result.key_size = version == 5 ? 32 : version == 4 ? 16 : version == 2 ? static_cast<std::size_t>(bits) / 8 : 5;
  // /P is a number of 32 bits, signed or not.
  result.permissions = static_cast<std::uint32_t>(dictionary.find("P").integer().value_or(0));
  result.encrypt_metadata = dictionary.find("EncryptMetadata").boolean().value_or(true);
  result.owner = dictionary.find("O").string().value_or(Bytes{});
  result.user = dictionary.find("U").string().value_or(Bytes{});
  result.owner_key = dictionary.find("OE").string().value_or(Bytes{});
  result.user_key = dictionary.find("UE").string().value_or(Bytes{});
  const std::size_t entry = version == 5 ? kLongEntry : kPadded;
  if (result.owner.size() < entry || result.user.size() < entry ||
      (version == 5 && (result.owner_key.size() != kHash || result.user_key.size() != kHash))) {
    return damaged("an entry of the wrong size");
  }
  result.owner.resize(entry);
  result.user.resize(entry);
  RAKKAN_CHECK(read_methods(dictionary, version, result));
  return result;
}

Result<std::shared_ptr<const Decryption>> Decryption::open(const Dictionary& dictionary, ByteView identifier,
                                                           std::optional<std::string_view> password,
                                                           std::uint32_t own_object) {
  const std::string_view text = password.value_or("");
  RAKKAN_TRY(auto key, key_of(dictionary, identifier, bytes_of(text)));
  if (const auto older = dictionary.revision < 5 && !key ? latin1(text) : std::nullopt) {
    RAKKAN_TRY(key, key_of(dictionary, identifier, bytes_of(*older)));
  }
  if (!key && password && !password->empty()) {
    // A document without a user's password opens for everybody.
    RAKKAN_TRY(const auto unlocked, key_of(dictionary, identifier, ByteView{}));
    if (!unlocked) {
      return fail(ErrorCode::pdf_password_wrong, "the password opens nothing");
    }
    key = unlocked;
  }
  if (!key) {
    return password ? fail(ErrorCode::pdf_password_wrong, "the password opens nothing")
                    : fail(ErrorCode::pdf_password_needed, "the document opens with a password alone");
  }
  auto opened = std::shared_ptr<const Decryption>(new Decryption(dictionary, *key, own_object));
  secure_wipe(*key);
  return opened;
}

Decryption::Decryption(const Dictionary& dictionary, ByteView key, std::uint32_t own_object)
    : strings_(dictionary.strings),
      streams_(dictionary.streams),
      encrypt_metadata_(dictionary.encrypt_metadata),
      key_(key),
      own_object_(own_object) {}

bool Decryption::applies_to(const Object& object) const {
  const bool of_the_file = object.is_stream() && object.value().find("Type").is_name("XRef");
  return object.in_base() && object.number() != own_object_ && !of_the_file;
}

// Algorithm 1: the key of an object; revision 5 and 6 have one for all.
Result<Bytes> Decryption::object_key(CryptMethod method, Reference object) const {
  if (method == CryptMethod::aes_v3) {
    return copy_of(key_.view());
  }
  const std::array<Byte, 5> id = {static_cast<Byte>(object.number), static_cast<Byte>(object.number >> 8),
                                  static_cast<Byte>(object.number >> 16), static_cast<Byte>(object.generation),
                                  static_cast<Byte>(object.generation >> 8)};
  RAKKAN_TRY(Bytes key, md5({key_.view(), id, method == CryptMethod::aes_v2 ? bytes_of("sAlT") : ByteView{}}));
  key.resize(std::min<std::size_t>(key_.view().size() + 5, 16));
  return key;
}

// Algorithm 1 and 1.A: AES text has its vector in front, and is padded to whole blocks (RFC 8018 §6.2.2).
Result<Bytes> Decryption::decrypt(CryptMethod method, Reference object, ByteView encrypted) const {
  if (method == CryptMethod::none || encrypted.empty()) {
    return copy_of(encrypted);
  }
  RAKKAN_TRY(const Bytes key, object_key(method, object));
  if (method == CryptMethod::rc4) {
    return rc4(key, encrypted);
  }
  if (encrypted.size() < crypto::kAesBlock || encrypted.size() % crypto::kAesBlock != 0) {
    return fail(ErrorCode::pdf_malformed, "encrypted bytes that are no whole blocks",
                "object " + std::to_string(object.number));
  }
  RAKKAN_TRY(Bytes plain,
             crypto::aes_cbc_decrypt(key, encrypted.first(crypto::kAesBlock), encrypted.subspan(crypto::kAesBlock)));
  const std::size_t padding = plain.empty() ? 0 : plain.back();
  if (padding > crypto::kAesBlock || padding > plain.size() || (padding == 0 && !plain.empty())) {
    return fail(ErrorCode::pdf_malformed, "encrypted bytes without their padding",
                "object " + std::to_string(object.number));
  }
  plain.resize(plain.size() - padding);
  return plain;
}

Bytes Decryption::string(Reference object, ByteView encrypted) const {
  return decrypt(strings_, object, encrypted).value_or(Bytes{});
}

Result<Bytes> Decryption::stream(const Object& stream, std::optional<std::string_view> crypt_filter,
                                 ByteView encrypted) const {
  const bool plain_metadata = !encrypt_metadata_ && stream.value().find("Type").is_name("Metadata");
  const bool identity = crypt_filter && *crypt_filter == "Identity";
  return decrypt(identity || plain_metadata ? CryptMethod::none : streams_, stream.id(), encrypted);
}

}  // namespace rakkan::pdf
