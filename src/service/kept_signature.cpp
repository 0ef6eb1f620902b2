#include "service/kept_signature.hpp"

#include <utility>

#include "rakkan/base/fields.hpp"
#include "rakkan/cms/signed_data_builder.hpp"
#include "rakkan/service/signing_line.hpp"

namespace rakkan::service {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::string_view kTimestamp = "timestamp";

tl::unexpected<Error> corrupt(const store::KeptSignatureRow& row) {
  return fail(ErrorCode::store_corrupt, "a kept signature has not the form in which it is written",
              "signature " + row.id.value());
}

void write(FieldWriter& to, const pades::KeptRevision& revision) {
  to.bytes(revision.own).number(revision.digits_at).number(revision.reserve).number(revision.base_size);
  to.number(revision.byte_range.first_length).number(revision.byte_range.second_offset);
  to.number(revision.byte_range.second_length).text(revision.field_name);
}

pades::KeptRevision read_revision(FieldReader& from) {
  pades::KeptRevision revision;
  revision.own = copy_of(from.bytes());
  revision.digits_at = from.number();
  revision.reserve = static_cast<std::size_t>(from.number());
  revision.base_size = from.number();
  revision.byte_range.first_length = from.number();
  revision.byte_range.second_offset = from.number();
  revision.byte_range.second_length = from.number();
  revision.field_name = from.text();
  return revision;
}

}  // namespace

store::KeptSignatureRow row_of(const records::SigningFacts& facts, const SigningRequest& request,
                               const credentials::SigningMaterial& key, const cms::SignedAttributes& attributes,
                               ByteView value, const pades::PreparedRevision* revision, Instant now) {
  store::KeptSignatureRow row;
  row.id = facts.signature;
  row.tenant = request.principal.tenant;
  row.credential = request.credential;
  row.intent = facts.intent;
  row.created = now;
  row.level = name(request.level);
  row.missing = kTimestamp;
  row.source = request.tsa;
  row.idempotency_key = request.claim ? request.claim->key : std::string();
  row.certificates = key.embedded();
  FieldWriter fields(1'024 + (revision != nullptr ? revision->tail().size() - 2 * revision->reserve() : 0));
  fields.number(kVersion, 1).text(request.principal.id).text(records::subject(*facts.grant));
  fields.text(records::answer_begun(facts)).text(attributes.suite().name);
  fields.text(crypto::info(facts.message_digest->algorithm()).name).bytes(facts.message_digest->view());
  fields.bytes(attributes.der()).bytes(value).number(revision != nullptr ? 1 : 0, 1);
  if (revision != nullptr) {
    write(fields, pades::KeptRevision::of(*revision));
  }
  row.content = std::move(fields).take();
  return row;
}

Result<KeptSignature> KeptSignature::read(const store::KeptSignatureRow& row) {
  FieldReader fields(row.content);
  if (fields.number(1) != kVersion) {
    return corrupt(row);
  }
  access::Principal by{fields.text(), row.tenant};
  std::string subject = fields.text();
  std::string answer = fields.text();
  const crypto::AlgorithmSuite* const suite = crypto::suite_from_name(fields.text());
  const auto algorithm = crypto::digest_algorithm_from_name(fields.text());
  const ByteView digest = fields.bytes();
  Bytes der = copy_of(fields.bytes());
  Bytes value = copy_of(fields.bytes());
  std::optional<pades::KeptRevision> revision;
  if (fields.number(1) != 0) {
    revision = read_revision(fields);
  }
  const auto message_digest = algorithm ? crypto::Digest::from_bytes(*algorithm, digest) : std::nullopt;
  if (!fields.done() || suite == nullptr || !message_digest || row.certificates.empty() || answer.size() < 2) {
    return corrupt(row);
  }
  auto attributes = cms::SignedAttributes::restore(std::move(der), *suite);
  if (!attributes) {
    return corrupt(row);
  }
  std::vector<pki::Certificate> certificates;
  for (const auto& shared : row.certificates) {
    auto certificate = pki::Certificate::parse(shared->der);
    if (!certificate) {
      return corrupt(row);
    }
    certificates.push_back(*std::move(certificate));
  }
  return KeptSignature{row.id,
                       row.tenant,
                       row.credential,
                       row.intent,
                       row.created,
                       std::move(by),
                       std::move(subject),
                       std::move(answer),
                       row.source,
                       *message_digest,
                       *std::move(attributes),
                       std::move(value),
                       std::move(revision),
                       std::move(certificates),
                       row.certificates};
}

Result<void> KeptSignature::check() const {
  RAKKAN_TRY(const crypto::PublicKey key, certificates.front().public_key());
  if (Result<void> verified = key.verify(attributes.suite(), attributes.digest(), value); !verified) {
    return fail(
        Error{ErrorCode::self_check_failed, "the certificate's key does not verify the kept value", {}, {}, {}}.because(
            std::move(verified).error()));
  }
  return {};
}

crypto::Digest KeptSignature::imprint() const { return crypto::digest(attributes.suite().digest, value); }

Result<CompletedSignature> complete(const KeptSignature& kept, tsp::TimestampToken token) {
  const std::optional made(std::move(token));
  const Bytes cms = cms::assemble_signed_data({
      .attributes = kept.attributes,
      .signer = kept.certificates.front(),
      .signature = kept.value,
      .certificates = std::span(kept.certificates).subspan(1),
      .embed_signer = true,
      .content = std::nullopt,
      .content_type = cms::kIdData,
      .signature_timestamp = made->der(),
  });
  CompletedSignature done{{}, {}, find_certificates(cms, kept.shared, made), *facts_of(made)};
  if (!kept.revision) {
    done.answer = records::answer(kept.answer, done.timestamp);
    done.tail = cms;
    return done;
  }
  const pades::KeptRevision& revision = *kept.revision;
  RAKKAN_TRY(done.tail, pades::embed(revision, cms));
  done.certificates = in_hex(std::move(done.certificates), revision.digits_at);
  done.answer = records::answer(kept.answer, done.timestamp,
                                {revision.field_name, revision.byte_range, kept.message_digest, revision.base_size,
                                 done.tail.size(), cms.size(), revision.reserve});
  return done;
}

}  // namespace rakkan::service
