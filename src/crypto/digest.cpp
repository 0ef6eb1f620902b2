#include "rakkan/crypto/digest.hpp"

#include <algorithm>
#include <new>

#include "crypto/openssl.hpp"
#include "crypto/same_name.hpp"

namespace rakkan::crypto {
namespace {

constexpr std::array<DigestAlgorithmInfo, 3> kDigestAlgorithms = {{
    {DigestAlgorithm::sha256, "SHA-256", {2, 16, 840, 1, 101, 3, 4, 2, 1}, 32},
    {DigestAlgorithm::sha384, "SHA-384", {2, 16, 840, 1, 101, 3, 4, 2, 2}, 48},
    {DigestAlgorithm::sha512, "SHA-512", {2, 16, 840, 1, 101, 3, 4, 2, 3}, 64},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kDigestAlgorithms.size(); ++i) {
    if (static_cast<std::size_t>(kDigestAlgorithms[i].algorithm) != i) {
      return false;
    }
  }
  return true;
}
static_assert(in_order(), "a row per DigestAlgorithm, in the order of the enumeration");

// Throws bad_alloc when SHA-2 fails in OpenSSL, which happens only for want of memory.
void check(int result) {
  if (result != 1) {
    throw std::bad_alloc();
  }
}

DigestContext fresh_context(DigestAlgorithm algorithm) {
  DigestContext context(EVP_MD_CTX_new());
  check(context ? 1 : 0);
  check(EVP_DigestInit_ex2(context.get(), message_digest(algorithm), nullptr));
  return context;
}

// The context of this thread for one-shot digests, ready for data.
EVP_MD_CTX* thread_context(DigestAlgorithm algorithm) {
  thread_local std::array<DigestContext, kDigestAlgorithms.size()> contexts;
  DigestContext& context = contexts[static_cast<std::size_t>(algorithm)];
  if (!context) {
    context = fresh_context(algorithm);
  } else {
    check(EVP_DigestInit_ex2(context.get(), nullptr, nullptr));
  }
  return context.get();
}

}  // namespace

const EVP_MD* message_digest(DigestAlgorithm algorithm) {
  // The fetched implementations are never freed: they live as long as the process.
  static const std::array<EVP_MD*, kDigestAlgorithms.size()> fetched = [] {
    std::array<EVP_MD*, kDigestAlgorithms.size()> all{};
    for (const DigestAlgorithmInfo& row : kDigestAlgorithms) {
      EVP_MD* digest = EVP_MD_fetch(nullptr, row.name.data(), nullptr);
      check(digest != nullptr ? 1 : 0);
      all[static_cast<std::size_t>(row.algorithm)] = digest;
    }
    return all;
  }();
  return fetched[static_cast<std::size_t>(algorithm)];
}

const DigestAlgorithmInfo& info(DigestAlgorithm algorithm) noexcept {
  return kDigestAlgorithms[static_cast<std::size_t>(algorithm)];
}

std::optional<DigestAlgorithm> digest_algorithm_from_oid(const der::Oid& oid) noexcept {
  for (const DigestAlgorithmInfo& row : kDigestAlgorithms) {
    if (row.oid == oid) {
      return row.algorithm;
    }
  }
  return std::nullopt;
}

std::optional<DigestAlgorithm> digest_algorithm_from_name(std::string_view name) noexcept {
  for (const DigestAlgorithmInfo& row : kDigestAlgorithms) {
    if (same_name(row.name, name)) {
      return row.algorithm;
    }
  }
  return std::nullopt;
}

std::optional<Digest> Digest::from_bytes(DigestAlgorithm algorithm, ByteView value) noexcept {
  if (value.size() != info(algorithm).size) {
    return std::nullopt;
  }
  Digest digest(algorithm);
  std::copy(value.begin(), value.end(), digest.value_.begin());
  return digest;
}

struct Hasher::State {
  DigestAlgorithm algorithm;
  DigestContext context;
};

Hasher::Hasher(DigestAlgorithm algorithm)
    : state_(std::make_unique<State>(State{algorithm, fresh_context(algorithm)})) {}
Hasher::Hasher(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(ByteView data) { check(EVP_DigestUpdate(state_->context.get(), data.data(), data.size())); }

Hasher Hasher::clone() const {
  DigestContext copy(EVP_MD_CTX_new());
  check(copy ? 1 : 0);
  check(EVP_MD_CTX_copy_ex(copy.get(), state_->context.get()));
  return Hasher(std::make_unique<State>(State{state_->algorithm, std::move(copy)}));
}

Digest Hasher::finish() {
  Digest result(state_->algorithm);
  check(EVP_DigestFinal_ex(state_->context.get(), result.value_.data(), nullptr));
  check(EVP_DigestInit_ex2(state_->context.get(), nullptr, nullptr));
  return result;
}

Digest digest(DigestAlgorithm algorithm, ByteView data) { return digest(algorithm, {data}); }

Digest digest(DigestAlgorithm algorithm, std::initializer_list<ByteView> parts) {
  EVP_MD_CTX* context = thread_context(algorithm);
  for (const ByteView part : parts) {
    check(EVP_DigestUpdate(context, part.data(), part.size()));
  }
  Digest result(algorithm);
  check(EVP_DigestFinal_ex(context, result.value_.data(), nullptr));
  return result;
}

}  // namespace rakkan::crypto
