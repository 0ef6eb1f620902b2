// Steps 4 and 8 of the signing line: signed attributes and the finished SignedData; and reading one.
#include <benchmark/benchmark.h>

#include "micro.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "rakkan/cms/signed_data_builder.hpp"

namespace rakkan::bench {
namespace {

const crypto::AlgorithmSuite& suite() { return crypto::default_suite(crypto::KeyKind::ec_p256); }

cms::SignedAttributes attributes() {
  const crypto::Digest digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("a document"));
  return cms::SignedAttributes::make(cms::kIdData, digest, signer_identity().certificate, suite());
}

Bytes signed_data(const cms::SignedAttributes& signed_attributes, ByteView signature) {
  const Identity& identity = signer_identity();
  return cms::assemble_signed_data({.attributes = signed_attributes,
                                    .signer = identity.certificate,
                                    .signature = signature,
                                    .certificates = identity.chain,
                                    .content = std::nullopt,
                                    .signature_timestamp = std::nullopt});
}

void MakeSignedAttributes(benchmark::State& state) {
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(attributes());
  }
}
BENCHMARK(MakeSignedAttributes);

void AssembleSignedData(benchmark::State& state) {
  const cms::SignedAttributes made = attributes();
  const Bytes signature = must(signer_identity().key->sign(suite(), made.digest()));
  std::size_t size = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    size += signed_data(made, signature).size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(size));
}
BENCHMARK(AssembleSignedData);

void ParseSignedData(benchmark::State& state) {
  const cms::SignedAttributes made = attributes();
  const Bytes der = signed_data(made, must(signer_identity().key->sign(suite(), made.digest())));
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(must(cms::SignedData::parse(der)));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(der.size()));
}
BENCHMARK(ParseSignedData);

}  // namespace
}  // namespace rakkan::bench
