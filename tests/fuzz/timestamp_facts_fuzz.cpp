// A token or response from outside, read for validation: its facts are found without a crash, and whatever the strict
// reader accepts and verifies says the same and has good facts, too.
#include <array>
#include <cstdlib>

#include "rakkan/tsp/timestamp_facts.hpp"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan;
  const ByteView input(data, size);
  const auto token = tsp::TokenMessage::read(input);
  const auto strict = tsp::TimestampToken::parse(input);
  require(token || !strict);
  if (!token) {
    return 0;
  }
  const std::vector<pki::Certificate> outside = cms::readable_certificates(token->message());
  const tsp::TimestampFacts facts = tsp::timestamp_facts(*token, cms::SignedContent::of(bytes_of("x")), outside);
  require(!facts.is_cryptographically_valid || facts.imprint == tsp::ImprintFact::match);
  if (strict) {
    require(token->info() && token->info()->generation_time == strict->info().generation_time &&
            token->info()->serial_number == strict->info().serial_number &&
            token->info()->message_imprint == strict->info().message_imprint);
    if (strict->verify_signature()) {
      require(facts.signer.value.as_encoded == cms::ValueCheck::valid && facts.purpose.is_right() &&
              facts.certificate_valid_at_generation == true);
    }
  }
  for (const cms::MessageSigner& signer : token->message().signers()) {
    for (const auto kind : {cms::EmbeddedTokenKind::signature, cms::EmbeddedTokenKind::archive_v3}) {
      static_cast<void>(
          tsp::timestamp_facts(*token, kind, token->message(), signer, cms::SignedContent::of(token->message())));
    }
  }
  return 0;
}
