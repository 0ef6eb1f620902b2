#include "rakkan/tsp/timestamp_facts.hpp"

#include <algorithm>

#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/der/ber.hpp"
#include "rakkan/der/reader.hpp"
#include "rakkan/pki/name.hpp"
#include "tsp/malformed.hpp"
#include "tsp/tst_info_fields.hpp"

namespace rakkan::tsp {
namespace {

using der::Tag;

// The token in `encoding`: all of it, or the second element of a TimeStampResp, which begins with a SEQUENCE where a
// ContentInfo begins with an OBJECT IDENTIFIER.
Result<ByteView> token_in(ByteView encoding) {
  ByteView rest = encoding;
  RAKKAN_TRY(const der::BerElement top, der::take_ber(rest));
  ByteView inside = top.content;
  RAKKAN_TRY(const der::BerElement first, der::take_ber(inside));
  if (top.tag != Tag::sequence || first.tag != Tag::sequence) {
    return encoding;
  }
  RAKKAN_TRY(const der::BerElement token, der::take_ber(inside));
  return token.encoding;
}

bool is_tst_info(const cms::Message& message) noexcept {
  return message.content_type() == cms::kIdCtTstInfo && message.content().has_value();
}

template <class Hash>
ImprintFact imprint_fact(const std::optional<TstInfoFacts>& info, bool content_is_there, Hash hash_of_stamped) {
  if (!info) {
    return ImprintFact::unreadable;
  }
  if (!info->imprint_algorithm) {
    return ImprintFact::unsupported;
  }
  if (info->message_imprint.hashed_message.size() != crypto::info(*info->imprint_algorithm).size) {
    return ImprintFact::wrong_size;
  }
  if (!content_is_there) {
    return ImprintFact::no_content;
  }
  const Result<crypto::HashValue> hash = hash_of_stamped(*info->imprint_algorithm);
  if (!hash) {
    // The hash cannot be computed, or, for an archive timestamp, what it is of cannot be told: no hash index.
    return hash.error().code == ErrorCode::unsupported_algorithm ? ImprintFact::unsupported : ImprintFact::mismatch;
  }
  return equal(hash->view(), info->message_imprint.hashed_message) ? ImprintFact::match : ImprintFact::mismatch;
}

UnitPurpose purpose_of(const pki::Certificate& certificate) {
  const auto& usage = certificate.extended_key_usage();
  if (!usage) {
    return {};
  }
  const auto& purposes = usage->purposes;
  return {.present = true,
          .time_stamping = std::find(purposes.begin(), purposes.end(), pki::kEkuTimeStamping) != purposes.end(),
          .alone = purposes.size() == 1,
          .critical = usage->critical};
}

// tsa [0] GeneralName, here its directoryName [4].
TsaName tsa_name(const TstInfoFacts& info, const std::optional<pki::Certificate>& certificate) {
  if (info.tsa_name.empty()) {
    return TsaName::absent;
  }
  der::Reader reader(info.tsa_name);
  auto directory_name = reader.enter(der::context_constructed(4));
  if (!directory_name || !certificate) {
    return TsaName::not_comparable;
  }
  const auto name = pki::Name::parse(directory_name->rest());
  if (!name) {
    return TsaName::not_comparable;
  }
  return name->matches(certificate->subject()) ? TsaName::match : TsaName::mismatch;
}

TimestampFacts facts_beside_imprint(const TokenMessage& token, std::span<const pki::Certificate> outside,
                                    crypto::VerificationBudget* budget) {
  const cms::Message& message = token.message();
  TimestampFacts facts;
  facts.signer_infos = message.signers().size();
  facts.content_is_tst_info = is_tst_info(message);
  if (!message.signers().empty()) {
    facts.signer =
        cms::signer_facts(message, message.signers().front(), cms::SignedContent::of(message), outside, budget);
  }
  const std::optional<pki::Certificate>& certificate = facts.signer.certificate.certificate;
  if (certificate) {
    facts.purpose = purpose_of(*certificate);
  }
  if (token.info()) {
    facts.tsa_name = tsa_name(*token.info(), certificate);
    if (certificate) {
      const pki::Validity& validity = certificate->validity();
      const Instant time = token.info()->generation_time;
      facts.certificate_valid_at_generation = validity.not_before <= time && time <= validity.not_after;
    }
  }
  return facts;
}

TimestampFacts whole(const TokenMessage& token, TimestampFacts facts, ImprintFact imprint) {
  facts.imprint = imprint;
  facts.is_cryptographically_valid = imprint == ImprintFact::match && token.info() && token.info()->version == 1 &&
                                     token.info()->critical_extensions.empty() && facts.content_is_tst_info &&
                                     facts.signer_infos == 1 && facts.signer.has_signed_attributes &&
                                     facts.signer.is_cryptographically_valid() &&
                                     (!facts.hash_index || facts.hash_index->is_whole());
  return facts;
}

}  // namespace

Result<TokenMessage> TokenMessage::read(ByteView encoding) {
  const auto inside = token_in(encoding);
  auto message = inside ? cms::Message::read(*inside) : Result<cms::Message>(tl::unexpected(inside.error()));
  if (!message) {
    return malformed_as(ErrorCode::malformed_timestamp_response, std::move(message).error());
  }
  TokenMessage token(*std::move(message));
  if (!is_tst_info(token.message_)) {
    token.unreadable_ = "the signed content is not a TSTInfo";
    return token;
  }
  auto info = read_tst_info(*token.message_.content(), TstInfoReading::lenient);
  if (info) {
    token.info_ = *std::move(info);
  } else {
    token.unreadable_ = info.error().detail;
  }
  return token;
}

TimestampFacts timestamp_facts(const TokenMessage& token, const cms::SignedContent& stamped,
                               std::span<const pki::Certificate> outside, crypto::VerificationBudget* budget) {
  const auto hash = [&](crypto::HashAlgorithm algorithm) { return stamped.hash(algorithm); };
  return whole(token, facts_beside_imprint(token, outside, budget),
               imprint_fact(token.info(), stamped.is_known(), hash));
}

TimestampFacts timestamp_facts(const TokenMessage& token, cms::EmbeddedTokenKind kind, const cms::Message& signature,
                               const cms::MessageSigner& signer, const cms::SignedContent& content,
                               std::span<const pki::Certificate> outside, crypto::VerificationBudget* budget) {
  const auto hash = [&](crypto::HashAlgorithm algorithm) {
    return cms::imprint_of(kind, algorithm, signature, signer, content, token.message());
  };
  const bool is_there = kind == cms::EmbeddedTokenKind::signature || content.is_known();
  TimestampFacts facts = facts_beside_imprint(token, outside, budget);
  if (kind == cms::EmbeddedTokenKind::archive_v3) {
    facts.hash_index = cms::hash_index_facts(signature, signer, token.message());
  }
  return whole(token, std::move(facts), imprint_fact(token.info(), is_there, hash));
}

std::string_view to_string(ImprintFact value) noexcept {
  switch (value) {
    case ImprintFact::match:
      return "match";
    case ImprintFact::mismatch:
      return "mismatch";
    case ImprintFact::no_content:
      return "no content";
    case ImprintFact::unsupported:
      return "unsupported";
    case ImprintFact::wrong_size:
      return "wrong size";
    case ImprintFact::unreadable:
      return "unreadable";
  }
  return {};
}

}  // namespace rakkan::tsp
