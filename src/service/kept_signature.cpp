#include "service/kept_signature.hpp"

#include <utility>

#include "rakkan/base/fields.hpp"
#include "rakkan/cms/signed_data_builder.hpp"
#include "rakkan/service/signing_line.hpp"

namespace rakkan::service {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::string_view kTimestamp = "timestamp";
constexpr std::string_view kDocument = "document";
constexpr std::size_t kEmptyField = 4;  // bytes that a field without content takes

tl::unexpected<Error> corrupt(const store::KeptSignatureRow& row) {
  return fail(ErrorCode::store_corrupt, "a kept signature has not the form in which it is written",
              "signature " + row.id.value());
}

void write(FieldWriter& to, const crypto::Digest& digest) {
  to.text(crypto::info(digest.algorithm()).name).bytes(digest.view());
}

std::optional<crypto::Digest> read_digest(FieldReader& from) {
  const auto algorithm = crypto::digest_algorithm_from_name(from.text());
  const ByteView value = from.bytes();
  return algorithm ? crypto::Digest::from_bytes(*algorithm, value) : std::nullopt;
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
  // The levels above B-T are completed behind the document, which is not kept.
  row.missing = pades::needs_validation_data(request.level) ? kDocument : kTimestamp;
  row.source = request.tsa;
  row.idempotency_key = request.claim ? request.claim->key : std::string();
  row.certificates = key.embedded();
  FieldWriter fields(1'024 + (revision != nullptr ? revision->tail().size() - 2 * revision->reserve() : 0));
  fields.number(kVersion, 1).text(request.principal.id).text(records::subject(*facts.grant));
  fields.text(records::answer_begun(facts)).text(attributes.suite().name);
  write(fields, facts.document_digest);
  write(fields, *facts.message_digest);
  fields.bytes(attributes.der()).bytes(value).number(revision != nullptr ? 1 : 0, 1);
  if (revision != nullptr) {
    write(fields, pades::KeptRevision::of(*revision));
  }
  fields.bytes({});  // the token
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
  const std::optional<crypto::Digest> document_digest = read_digest(fields);
  const std::optional<crypto::Digest> message_digest = read_digest(fields);
  Bytes der = copy_of(fields.bytes());
  Bytes value = copy_of(fields.bytes());
  std::optional<pades::KeptRevision> revision;
  if (fields.number(1) != 0) {
    revision = read_revision(fields);
  }
  Bytes token = copy_of(fields.bytes());
  const auto level = pades::baseline_level_from_name(row.level);
  if (!fields.done() || suite == nullptr || !document_digest || !message_digest || !level || row.certificates.empty() ||
      answer.size() < 2) {
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
                       *level,
                       *document_digest,
                       *message_digest,
                       *std::move(attributes),
                       std::move(value),
                       std::move(revision),
                       std::move(certificates),
                       row.certificates,
                       std::move(token)};
}

std::vector<store::RowChange> changes_to_keep_token(store::KeptSignatureRow row, ByteView token) {
  FieldWriter fields(kEmptyField + token.size());
  fields.bytes(token);
  row.content.resize(row.content.size() - kEmptyField);
  append(row.content, std::move(fields).take());
  std::vector<store::RowChange> changes;
  changes.reserve(2);
  changes.emplace_back(store::KeptSignatureRelease{row.id, true});
  changes.emplace_back(std::move(row));
  return changes;
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

Result<CompletedSignature> complete(const KeptSignature& kept, const tsp::TimestampToken& token) {
  const Bytes cms = cms::assemble_signed_data({
      .attributes = kept.attributes,
      .signer = kept.certificates.front(),
      .signature = kept.value,
      .certificates = std::span(kept.certificates).subspan(1),
      .embed_signer = true,
      .content = std::nullopt,
      .content_type = cms::kIdData,
      .signature_timestamp = token.der(),
  });
  CompletedSignature done{{}, find_certificates(cms, kept.shared, token), *facts_of(token), cms.size()};
  if (!kept.revision) {
    done.tail = cms;
    return done;
  }
  RAKKAN_TRY(done.tail, pades::embed(*kept.revision, cms));
  done.certificates = in_hex(std::move(done.certificates), kept.revision->digits_at);
  return done;
}

std::string answer_about(const KeptSignature& kept, const CompletedSignature& done, const RaisedLevel* raised) {
  if (!kept.revision) {
    return records::answer(kept.answer, done.timestamp);
  }
  const pades::KeptRevision& revision = *kept.revision;
  return records::answer(kept.answer, done.timestamp,
                         {revision.field_name, revision.byte_range, kept.message_digest, revision.base_size,
                          done.tail.size(), done.cms_size, revision.reserve, raised});
}

}  // namespace rakkan::service
