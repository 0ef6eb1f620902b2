// Step 11 on a document of 200 KB that is signed: validation data, a document timestamp, and one reading for all
// signatures, over the base and its tails. The base is hashed before: its digest is a line of its own.
#include <benchmark/benchmark.h>

#include <array>
#include <string>

#include "micro.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/pades/augmentation.hpp"
#include "support/pdf_builder.hpp"

namespace rakkan::bench {
namespace {

constexpr std::array kSha256{crypto::DigestAlgorithm::sha256};
constexpr std::array kTwo{crypto::DigestAlgorithm::sha256, crypto::DigestAlgorithm::sha512};
constexpr std::size_t kReserve = 8'000;
constexpr std::size_t kLargestToken = 6'000;

Bytes document(bool xref_stream) {
  test::PdfBuilder pdf;
  pdf.object(1, "<</Type/Catalog/Pages 2 0 R>>").object(2, "<</Type/Pages/Count 1/Kids[3 0 R]>>");
  pdf.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>");
  pdf.stream(4, "", std::string(200'000, ' '));
  return (xref_stream ? pdf.xref_stream(5, "/Root 1 0 R") : pdf.table("/Root 1 0 R")).bytes();
}

// Bytes with names and digits in front of keys and signatures, as in certificates and OCSP responses.
Bytes evidence(std::uint32_t seed, std::size_t size) {
  Bytes bytes(size);
  std::uint32_t value = seed;
  for (std::size_t i = 0; i < size; ++i) {
    value = value * 1'664'525 + 1'013'904'223;
    bytes[i] = i < size / 3 ? static_cast<Byte>('A' + i % 23) : static_cast<Byte>(value >> 24);
  }
  return bytes;
}

// Five certificates, four OCSP responses, one CRL: a signer and a timestamp unit under two authorities.
struct Evidence {
  std::vector<Bytes> certificates, ocsp_responses, crls;
  explicit Evidence(std::uint32_t seed) {
    for (std::uint32_t i = 0; i < 5; ++i) {
      certificates.push_back(evidence(i, 1'300));
    }
    for (std::uint32_t i = 0; i < 4; ++i) {
      ocsp_responses.push_back(evidence(seed + i, 1'700));
    }
    crls.push_back(evidence(seed + 10, 900));
  }
  [[nodiscard]] pades::ValidationData data() const {
    return {{certificates.begin(), certificates.end()},
            {ocsp_responses.begin(), ocsp_responses.end()},
            {crls.begin(), crls.end()}};
  }
};

pades::Augmentation signed_once(ByteView base, crypto::SystemRandom& random) {
  pades::Augmentation augmentation(pades::HashedDocument::hash(pdf::DocumentBytes(base), kSha256), {});
  const pdf::Document opened = must(augmentation.open());
  const pades::PreparedRevision prepared = must(pades::prepare(opened, {}, kReserve, random));
  must(augmentation.add_revision(must(pades::SignedRevision::embed(prepared, Bytes(4'000, Byte{0x5A}))).take_tail()));
  return augmentation;
}

void WriteValidationData(benchmark::State& state, bool xref_stream) {
  const Bytes base = document(xref_stream);
  crypto::SystemRandom random;
  const pades::Augmentation augmentation = signed_once(base, random);
  const Evidence material(100);
  const pades::ValidationData data = material.data();
  for (auto unused : state) {
    static_cast<void>(unused);
    const pdf::Document opened = must(augmentation.open());
    benchmark::DoNotOptimize(must(pades::write_dss(opened, data, {}, random)));
  }
}
BENCHMARK_CAPTURE(WriteValidationData, table, false);
BENCHMARK_CAPTURE(WriteValidationData, xref_stream, true);

// The second time: certificates are there, OCSP responses and the CRL are new.
void RenewValidationData(benchmark::State& state) {
  const Bytes base = document(false);
  crypto::SystemRandom random;
  pades::Augmentation augmentation = signed_once(base, random);
  const Evidence first(100), second(200);
  static_cast<void>(must(augmentation.add_validation_data(first.data(), random)));
  const pades::ValidationData data = second.data();
  for (auto unused : state) {
    static_cast<void>(unused);
    const pdf::Document opened = must(augmentation.open());
    benchmark::DoNotOptimize(must(pades::write_dss(opened, data, {}, random)));
  }
}
BENCHMARK(RenewValidationData);

void PrepareTimestamp(benchmark::State& state, bool xref_stream) {
  const Bytes base = document(xref_stream);
  crypto::SystemRandom random;
  pades::Augmentation augmentation = signed_once(base, random);
  const Evidence material(100);
  static_cast<void>(must(augmentation.add_validation_data(material.data(), random)));
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(
        must(augmentation.prepare_timestamp({.largest_token = kLargestToken, .field_name = {}}, random)));
  }
}
BENCHMARK_CAPTURE(PrepareTimestamp, table, false);
BENCHMARK_CAPTURE(PrepareTimestamp, xref_stream, true);

// One reading of 200 KB: the plain digest, the digest that a signature goes on from, and the same with a second
// algorithm or with the ByteRanges of earlier signatures.
void HashDocument(benchmark::State& state, std::span<const crypto::DigestAlgorithm> algorithms,
                  std::vector<pades::CoveredBytes> covered) {
  const Bytes base = document(false);
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(pades::HashedDocument::hash(pdf::DocumentBytes(base), algorithms, covered));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(base.size()));
}
const std::vector<pades::CoveredBytes> kFourSignatures{{crypto::DigestAlgorithm::sha256, {10'000, 20'000, 1'000}},
                                                       {crypto::DigestAlgorithm::sha256, {60'000, 70'000, 1'000}},
                                                       {crypto::DigestAlgorithm::sha256, {110'000, 120'000, 1'000}},
                                                       {crypto::DigestAlgorithm::sha256, {160'000, 170'000, 1'000}}};
BENCHMARK_CAPTURE(HashDocument, sha256, kSha256, {});
BENCHMARK_CAPTURE(HashDocument, sha256_and_sha512, kTwo, {});
BENCHMARK_CAPTURE(HashDocument, sha256_and_four_signatures, kSha256, kFourSignatures);

void HashDocumentPlain(benchmark::State& state) {
  const Bytes base = document(false);
  for (auto unused : state) {
    static_cast<void>(unused);
    crypto::Hasher hasher(crypto::DigestAlgorithm::sha256);
    hasher.update(base);
    crypto::Hasher kept = hasher.clone();
    benchmark::DoNotOptimize(hasher.finish());
    benchmark::DoNotOptimize(kept);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(base.size()));
}
BENCHMARK(HashDocumentPlain);

}  // namespace
}  // namespace rakkan::bench
