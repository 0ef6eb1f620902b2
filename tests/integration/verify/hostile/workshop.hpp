// Workshop is what hostile files are made of: a world that signs properly, and a kind of file a function. Each file has
// about 1 MB, so that what it costs is the reader's doing.
#pragma once

#include <string>
#include <vector>

#include "rakkan/base/hex.hpp"
#include "support/handmade_cms.hpp"
#include "support/signed_pdf.hpp"
#include "support/signed_world.hpp"

namespace rakkan::test {

inline constexpr std::size_t kMegabyte = 1'000'000;
inline const Instant kJudged = kSigned + kDay;

// A file with what it is judged with.
struct Hostile {
  Bytes file = {};
  const char* ending = "pdf";
  std::vector<Bytes> evidence = {};  // beside the file
  Bytes content = {};                // of a detached CMS; empty: none
};

inline std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

class Workshop {
 public:
  // A document with a proper signature.
  [[nodiscard]] Bytes signed_document(SamplePdf sample = {}) {
    return world.sign(sample_pdf(sample), kSigned, Stamped::no).bytes();
  }
  // Goes on behind a document, revision by revision.
  [[nodiscard]] static PdfBuilder behind(ByteView document) {
    const auto opened = value_or_throw(pdf::Document::open(document));
    return PdfBuilder(document, opened.newest().offset, opened.next_object_number());
  }
  // The same, over bytes that are known to end with a section at that offset.
  [[nodiscard]] static PdfBuilder behind(const PdfBuilder& builder) {
    return PdfBuilder(bytes_of(builder.text()), builder.last_section(), builder.size());
  }

  // A signer of its own below the world's CA.
  [[nodiscard]] Identity identity(const std::string& name, Bytes serial) {
    auto key = std::make_shared<crypto::SoftwareSigner>(pki::new_key(crypto::KeyKind::ec_p256));
    pki::Certificate certificate =
        world.ca.certify(name, key->public_key().spki(), EvidenceWorld::numbered(std::move(serial)));
    return {std::move(key), std::move(certificate)};
  }
  // A CMS over nothing in particular, of some hundred bytes.
  [[nodiscard]] Bytes small_cms() {
    HandmadeCms cms(some_signer, world.suite, bytes_of("content"));
    cms.sign();
    return cms.encode();
  }
  // The same by the dearest hash and without signed attributes, so that the value itself is over the content.
  [[nodiscard]] Bytes bare_cms() {
    HandmadeCms cms(some_signer, world.suite, bytes_of("content"));
    cms.sign();
    cms.attributes.clear();
    cms.certificates.clear();
    cms.digest_algorithm = from_hex("300b060960864801650304020a").value();     // SHA3-512
    cms.signature_algorithm = from_hex("300b060960864801650304030c").value();  // ECDSA with SHA3-512
    return cms.encode();
  }
  // A detached CMS of the world's signer with these certificates beside its own.
  [[nodiscard]] Hostile message_with(const std::vector<pki::Certificate>& certificates) {
    const Bytes content = copy_of(bytes_of("content"));
    const auto attributes = cms::SignedAttributes::make(cms::kIdData, crypto::digest(world.suite.digest, content),
                                                        world.signer, world.suite);
    const Bytes value = value_or_throw(world.signer_key.sign(world.suite, attributes.digest()));
    return {.file = cms::assemble_signed_data({.attributes = attributes,
                                               .signer = world.signer,
                                               .signature = value,
                                               .certificates = certificates,
                                               .embed_signer = true,
                                               .content = std::nullopt,
                                               .content_type = cms::kIdData,
                                               .signature_timestamp = std::nullopt}),
            .ending = "p7s",
            .evidence = outside(),
            .content = content};
  }
  // A signed document with these in its document security store.
  [[nodiscard]] Bytes with_store(const std::vector<Bytes>& certificates, const std::vector<Bytes>& responses,
                                 const std::vector<Bytes>& lists) {
    SignedWorld::Draft draft = world.sign(sample_pdf(), kSigned, Stamped::no);
    const pades::ValidationData data{
        {certificates.begin(), certificates.end()}, {responses.begin(), responses.end()}, {lists.begin(), lists.end()}};
    static_cast<void>(value_or_throw(draft.augmentation->add_validation_data(data, world.random)));
    return draft.bytes();
  }
  // All that is needed to judge the world's signer and its unit.
  [[nodiscard]] std::vector<Bytes> outside() {
    const pki::CertificateList of_root = EvidenceWorld::crl(world.root, kJudged);
    const pki::CertificateList of_tsa = EvidenceWorld::crl(world.tsa_root, kJudged);
    return {copy_of(of_root.der()), copy_of(of_tsa.der()), world.response(kJudged).response_der()};
  }

  SignedWorld world;
  Identity some_signer = identity("Some signer", {0x41});
};

// A row of the table: what the file is called, and the exit status that it may end with.
struct HostileRow {
  const char* name;
  std::vector<int> exits;
  Hostile (*make)(Workshop& workshop);
};

[[nodiscard]] std::vector<HostileRow> hostile_pdfs();
[[nodiscard]] std::vector<HostileRow> hostile_streams();
[[nodiscard]] std::vector<HostileRow> hostile_signatures();
[[nodiscard]] std::vector<HostileRow> hostile_evidence();

}  // namespace rakkan::test
