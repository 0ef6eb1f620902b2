#include "hsm/key_objects.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "hsm/subject_public_key.hpp"
#include "rakkan/base/hex.hpp"

namespace rakkan::hsm {
namespace {

using crypto::KeyKind;

constexpr std::array<CK_MECHANISM_TYPE, 2> kRsaMechanisms = {CKM_RSA_PKCS, CKM_RSA_PKCS_PSS};
constexpr std::array<CK_MECHANISM_TYPE, 1> kEcMechanisms = {CKM_ECDSA};
constexpr std::array<CK_MECHANISM_TYPE, 1> kEd25519Mechanisms = {CKM_EDDSA};

std::span<const CK_MECHANISM_TYPE> allowed_mechanisms(KeyKind kind) noexcept {
  switch (kind) {
    case KeyKind::rsa_2048:
    case KeyKind::rsa_3072:
    case KeyKind::rsa_4096:
      return kRsaMechanisms;
    case KeyKind::ec_p256:
    case KeyKind::ec_p384:
      return kEcMechanisms;
    case KeyKind::ed25519:
      return kEd25519Mechanisms;
  }
  return {};
}

Error unsafe(std::string detail, const std::string& where) {
  return Error{ErrorCode::key_attributes_unsafe, std::move(detail), where, std::nullopt, {}};
}

Outcome<void> check_allowed_mechanisms(const Objects& objects, CK_OBJECT_HANDLE key, KeyKind kind, bool required,
                                       const std::string& where) {
  RAKKAN_HSM_TRY(const std::optional<Bytes> list, objects.bytes(key, CKA_ALLOWED_MECHANISMS));
  if (!list || list->empty()) {
    if (required) {
      return failed(unsafe("CKA_ALLOWED_MECHANISMS is not set: the key may be used with any mechanism", where));
    }
    return {};
  }
  std::vector<CK_MECHANISM_TYPE> mechanisms(list->size() / sizeof(CK_MECHANISM_TYPE));
  std::memcpy(mechanisms.data(), list->data(), mechanisms.size() * sizeof(CK_MECHANISM_TYPE));
  const std::span<const CK_MECHANISM_TYPE> ours = allowed_mechanisms(kind);
  for (const CK_MECHANISM_TYPE mechanism : mechanisms) {
    if (std::ranges::find(ours, mechanism) == ours.end()) {
      return failed(unsafe("CKA_ALLOWED_MECHANISMS allows more than signing as we do it", where));
    }
  }
  return {};
}

// The public object of a private key, which has the same CKA_ID (PKCS#11 2.40 §4.4.1).
Outcome<std::optional<CK_OBJECT_HANDLE>> public_object(const Objects& objects, CK_OBJECT_HANDLE key) {
  RAKKAN_HSM_TRY(const std::optional<Bytes> id, objects.bytes(key, CKA_ID));
  if (!id || id->empty()) {
    return std::nullopt;
  }
  const CK_OBJECT_CLASS wanted = CKO_PUBLIC_KEY;
  RAKKAN_HSM_TRY(const std::vector<CK_OBJECT_HANDLE> found,
                 objects.find({attribute_of(CKA_CLASS, wanted), attribute(CKA_ID, *id)}, 1));
  return found.empty() ? std::nullopt : std::optional(found.front());
}

Outcome<std::optional<Bytes>> spki_of_object(const Objects& objects, CK_OBJECT_HANDLE object) {
  RAKKAN_HSM_TRY(std::optional<Bytes> info, objects.bytes(object, CKA_PUBLIC_KEY_INFO));
  if (info && !info->empty()) {
    return info;
  }
  RAKKAN_HSM_TRY(const std::optional<CK_ULONG> type, objects.number(object, CKA_KEY_TYPE));
  if (type == CKK_RSA) {
    RAKKAN_HSM_TRY(const std::optional<Bytes> modulus, objects.bytes(object, CKA_MODULUS));
    RAKKAN_HSM_TRY(const std::optional<Bytes> exponent, objects.bytes(object, CKA_PUBLIC_EXPONENT));
    return modulus && exponent && !modulus->empty() && !exponent->empty() ? std::optional(rsa_spki(*modulus, *exponent))
                                                                          : std::nullopt;
  }
  if (type == CKK_EC || type == CKK_EC_EDWARDS) {
    RAKKAN_HSM_TRY(const std::optional<Bytes> parameters, objects.bytes(object, CKA_EC_PARAMS));
    RAKKAN_HSM_TRY(const std::optional<Bytes> point, objects.bytes(object, CKA_EC_POINT));
    if (!parameters || !point || point->empty()) {
      return std::nullopt;
    }
    return type == CKK_EC ? ec_spki(*parameters, *point) : ed25519_spki(*point);
  }
  return std::nullopt;
}

}  // namespace

std::string KeyAddress::text() const { return id.empty() ? "key " + label : "key id " + to_hex(id); }

Error key_gone(Error not_found) {
  not_found.code = ErrorCode::hsm_key_gone;
  not_found.detail = "the key was in use and is not found now: " + not_found.detail;
  return not_found;
}

Outcome<CK_OBJECT_HANDLE> find_private_key(const Objects& objects, const KeyAddress& address) {
  const CK_OBJECT_CLASS wanted = CKO_PRIVATE_KEY;
  const CK_ATTRIBUTE name =
      address.id.empty() ? attribute(CKA_LABEL, bytes_of(address.label)) : attribute(CKA_ID, address.id);
  RAKKAN_HSM_TRY(const std::vector<CK_OBJECT_HANDLE> found, objects.find({attribute_of(CKA_CLASS, wanted), name}, 2));
  if (found.size() != 1) {
    return failed(Error{ErrorCode::key_not_found,
                        found.empty() ? "the token holds no such private key" : "several private keys have that name",
                        address.text(),
                        std::nullopt,
                        {}});
  }
  return found.front();
}

Outcome<void> check_key_attributes(const Objects& objects, CK_OBJECT_HANDLE key, KeyKind kind,
                                   bool require_allowed_mechanisms, const std::string& where) {
  struct Demand {
    CK_ATTRIBUTE_TYPE type;
    bool value;
    const char* otherwise;
  };
  static constexpr std::array kDemands = {
      Demand{CKA_SENSITIVE, true, "CKA_SENSITIVE is not set: the key's value can be read"},
      Demand{CKA_ALWAYS_SENSITIVE, true, "CKA_ALWAYS_SENSITIVE is not set: the key's value could once be read"},
      Demand{CKA_EXTRACTABLE, false, "CKA_EXTRACTABLE is set: the key can leave the token"},
      Demand{CKA_NEVER_EXTRACTABLE, true, "CKA_NEVER_EXTRACTABLE is not set: the key could once leave the token"},
      Demand{CKA_LOCAL, true, "CKA_LOCAL is not set: the key was not made in the token"},
      Demand{CKA_SIGN, true, "CKA_SIGN is not set: the key cannot sign"},
  };
  for (const Demand& demand : kDemands) {
    RAKKAN_HSM_TRY(const std::optional<bool> value, objects.flag(key, demand.type));
    if (value != demand.value) {
      return failed(unsafe(demand.otherwise, where));
    }
  }
  return check_allowed_mechanisms(objects, key, kind, require_allowed_mechanisms, where);
}

Outcome<crypto::PublicKey> read_public_key(const Objects& objects, CK_OBJECT_HANDLE key, const std::string& where) {
  RAKKAN_HSM_TRY(std::optional<Bytes> spki, spki_of_object(objects, key));
  if (!spki) {
    RAKKAN_HSM_TRY(const std::optional<CK_OBJECT_HANDLE> other, public_object(objects, key));
    if (other) {
      RAKKAN_HSM_TRY(spki, spki_of_object(objects, *other));
    }
  }
  if (!spki) {
    return failed(Error{ErrorCode::key_not_found,
                        "the token does not give the public key: a public object of the same CKA_ID is needed",
                        where,
                        std::nullopt,
                        {}});
  }
  Result<crypto::PublicKey> parsed = crypto::PublicKey::from_spki(*spki);
  if (!parsed) {
    return failed(std::move(parsed).error().at(where));
  }
  return *std::move(parsed);
}

Outcome<CK_OBJECT_HANDLE> generate_key_pair(const Objects& objects, KeyKind kind, const KeyAddress& address,
                                            bool require_allowed_mechanisms) {
  const CK_BBOOL yes = CK_TRUE;
  const CK_BBOOL no = CK_FALSE;
  const CK_OBJECT_CLASS public_class = CKO_PUBLIC_KEY;
  const CK_OBJECT_CLASS private_class = CKO_PRIVATE_KEY;
  const std::span<const CK_MECHANISM_TYPE> mechanisms = allowed_mechanisms(kind);
  const std::array<Byte, 3> exponent = {0x01, 0x00, 0x01};
  CK_ULONG bits = 0;
  Bytes curve;
  CK_MECHANISM mechanism{CKM_RSA_PKCS_KEY_PAIR_GEN, nullptr, 0};

  std::vector<CK_ATTRIBUTE> of_public = {
      attribute_of(CKA_CLASS, public_class),
      attribute_of(CKA_TOKEN, yes),
      attribute_of(CKA_PRIVATE, no),
      attribute_of(CKA_VERIFY, yes),
      attribute_of(CKA_ENCRYPT, no),
      attribute_of(CKA_WRAP, no),
      attribute(CKA_LABEL, bytes_of(address.label)),
      attribute(CKA_ID, address.id),
  };
  std::vector<CK_ATTRIBUTE> of_private = {
      attribute_of(CKA_CLASS, private_class),
      attribute_of(CKA_TOKEN, yes),
      attribute_of(CKA_PRIVATE, yes),
      attribute_of(CKA_SENSITIVE, yes),
      attribute_of(CKA_EXTRACTABLE, no),
      attribute_of(CKA_SIGN, yes),
      attribute_of(CKA_DECRYPT, no),
      attribute_of(CKA_UNWRAP, no),
      attribute_of(CKA_SIGN_RECOVER, no),
      attribute_of(CKA_DERIVE, no),
      attribute(CKA_LABEL, bytes_of(address.label)),
      attribute(CKA_ID, address.id),
  };
  switch (kind) {
    case KeyKind::rsa_2048:
    case KeyKind::rsa_3072:
    case KeyKind::rsa_4096:
      bits = kind == KeyKind::rsa_2048 ? 2048 : kind == KeyKind::rsa_3072 ? 3072 : 4096;
      of_public.push_back(attribute_of(CKA_MODULUS_BITS, bits));
      of_public.push_back(attribute(CKA_PUBLIC_EXPONENT, exponent));
      break;
    case KeyKind::ec_p256:
    case KeyKind::ec_p384:
      mechanism.mechanism = CKM_EC_KEY_PAIR_GEN;
      curve = curve_parameters(kind);
      of_public.push_back(attribute(CKA_EC_PARAMS, curve));
      break;
    case KeyKind::ed25519:
      mechanism.mechanism = CKM_EC_EDWARDS_KEY_PAIR_GEN;
      curve = curve_parameters(kind);
      of_public.push_back(attribute(CKA_EC_PARAMS, curve));
      break;
  }
  const auto generate = [&](std::vector<CK_ATTRIBUTE> private_template) -> Outcome<CK_OBJECT_HANDLE> {
    CK_OBJECT_HANDLE public_key = 0;
    CK_OBJECT_HANDLE private_key = 0;
    RAKKAN_HSM_CALL(objects.functions, C_GenerateKeyPair, objects.session, &mechanism, of_public.data(),
                    of_public.size(), private_template.data(), private_template.size(), &public_key, &private_key);
    return private_key;
  };
  std::vector<CK_ATTRIBUTE> with_mechanisms = of_private;
  with_mechanisms.push_back(
      CK_ATTRIBUTE{CKA_ALLOWED_MECHANISMS, const_cast<CK_MECHANISM_TYPE*>(mechanisms.data()), mechanisms.size_bytes()});
  Outcome<CK_OBJECT_HANDLE> made = generate(std::move(with_mechanisms));
  const bool attribute_unknown =
      !made && (made.error().code == CKR_ATTRIBUTE_TYPE_INVALID || made.error().code == CKR_TEMPLATE_INCONSISTENT);
  if (attribute_unknown && !require_allowed_mechanisms) {
    return generate(std::move(of_private));
  }
  return made;
}

}  // namespace rakkan::hsm
