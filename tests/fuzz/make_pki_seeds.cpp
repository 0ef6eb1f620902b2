// Writes the seeds of the der, certificate, name_text, certificate_bundle, crl, ocsp, path, revocation and trust_file
// fuzz targets into corpus/: make_pki_seeds CORPUS_FOLDER
#include <filesystem>
#include <fstream>

#include "rakkan/der/writer.hpp"
#include "rakkan/pki/ocsp_request.hpp"
#include "support/handmade_certificates.hpp"
#include "support/handmade_revocation.hpp"
#include "support/ocsp_responder.hpp"
#include "support/pki_authority.hpp"
#include "support/revocation_world.hpp"

namespace {

using namespace rakkan::pki;

void write(const std::filesystem::path& file, std::string_view content) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

void certificate_seeds(const std::filesystem::path& folder) {
  Authority root("Rakkan Root");
  Authority issuing("Rakkan Issuing");
  const Certificate tsu = issuing.certify("TSU", [](CertificateTemplate& content) {
    content.extended_key_usage = ExtendedKeyUsage{{kEkuTimeStamping}, true};
    content.private_key_usage_period = PrivateKeyUsagePeriod{kNotBefore, kNotAfter};
    content.crl_url = "http://c.example/";
    content.ocsp_url = "http://o.example/";
    content.certificate_policies = {rakkan::der::Oid{1, 2, 392, 1}};
    content.ocsp_no_check = true;
  });
  const Certificate ca =
      root.certify_ca(issuing, [](CertificateTemplate& content) { content.basic_constraints->path_length = 0; });
  write(folder / "root.der", rakkan::text_of(root.self_signed().der()));
  write(folder / "tsu.der", rakkan::text_of(tsu.der()));
  write(folder / "chain.pem", to_pem("CERTIFICATE", tsu.der()) + "# issued by\n" + to_pem("CERTIFICATE", ca.der()) +
                                  to_pem("CERTIFICATE", root.self_signed().der()));
  Authority rsa("RSA", rakkan::crypto::KeyKind::rsa_2048);
  write(folder / "rsa.der", rakkan::text_of(rsa.certify("電子印鑑").der()));
}

void bundle_seeds(const std::filesystem::path& folder) {
  using rakkan::test::hex;
  using rakkan::test::sequence;
  using rakkan::test::tagged;
  Authority root("Rakkan Root");
  const Certificate leaf = root.certify("Leaf", [](CertificateTemplate& content) {
    content.crl_url = "http://c.example/";
    content.ocsp_url = "http://o.example/";
  });
  const rakkan::Bytes certificates = tagged(0xA0, {root.self_signed().der(), leaf.der()});
  const rakkan::Bytes message =
      sequence({hex("06092a864886f70d010702"),
                tagged(0xA0, {sequence({hex("020101"), hex("3100"), sequence({hex("06092a864886f70d010701")}),
                                        certificates, hex("3100")})})});
  write(folder / "certs-only.der", rakkan::text_of(message));
  write(folder / "certs-only.pem", to_pem("PKCS7", message));
  write(folder / "one.der", rakkan::text_of(leaf.der()));
  write(folder / "two.pem", to_pem("CERTIFICATE", leaf.der()) + to_pem("CERTIFICATE", root.self_signed().der()));
}

void crl_seeds(const std::filesystem::path& folder) {
  Authority root("Rakkan Root");
  CrlTemplate crl;
  crl.issuer = root.name();
  crl.this_update = kNotBefore;
  crl.next_update = kNotAfter;
  crl.number = 129;
  crl.authority_key_identifier = key_identifier(root.spki()).value();
  const auto put = [&](const std::string& name) {
    const rakkan::Bytes der = issue_crl(crl, root.suite(), root.signer()).value();
    write(folder / (name + ".der"), rakkan::text_of(der));
    write(folder / (name + ".pem"), to_pem("X509 CRL", der));
  };
  crl.revoked = {{rakkan::Bytes{0x5A, 0x01}, kNotBefore, std::uint8_t{1}, kNotBefore},
                 {rakkan::Bytes{0x80}, kNotBefore}};
  put("complete");
  crl.base_number = 128;
  crl.freshest_crl_url = "http://c.example/delta.crl";
  crl.scope = CrlScope{.url = "http://c.example/1.crl", .only_some_reasons = std::uint16_t{6}, .indirect_crl = true};
  crl.revoked[1].certificate_issuer = name_of("Other");
  put("delta-indirect");
}

void ocsp_seeds(const std::filesystem::path& folder) {
  Authority root("Rakkan Root");
  const Certificate issuer = root.self_signed();
  const Certificate leaf = root.certify("Leaf");
  rakkan::test::OcspResponder responder(root);
  const OcspResponse good = responder.answer(leaf, issuer, [&](OcspResponseTemplate& content) {
    content.nonce = rakkan::Bytes{1, 2, 3};
    content.responses[0].cert_hash = leaf.fingerprint();
    content.responses[0].archive_cutoff = kNotBefore;
    content.certificates.push_back(issuer);
  });
  const OcspResponse revoked = responder.answer(leaf, issuer, [](OcspResponseTemplate& content) {
    content.responder_id = ResponderIdForm::by_name;
    content.responses[0].status = OcspCertificateStatus::revoked;
    content.responses[0].revocation_time = kNotBefore;
    content.responses[0].reason = CrlReason::superseded;
  });
  write(folder / "good.der", rakkan::text_of(good.der()));
  write(folder / "revoked-bare.der", rakkan::text_of(revoked.basic_response()));
  write(folder / "try-later.der", rakkan::text_of(ocsp_error_response(OcspResponseStatus::try_later)));
  write(folder / "request.der",
        rakkan::text_of(OcspRequest::create(leaf, issuer, rakkan::Bytes{1, 2, 3}).value().der()));
}

void der_seeds(const std::filesystem::path& folder) {
  using rakkan::Instant;
  rakkan::der::Writer writer;
  writer.sequence([&] {
    writer.boolean(true);
    writer.small_unsigned(300);
    writer.unsigned_integer(rakkan::Bytes(20, 0xFE));
    writer.named_bits(0b11, 9);
    writer.octet_string(rakkan::Bytes(130, 0x41));
    writer.null();
    writer.oid(rakkan::der::Oid{2, 16, 840, 1, 101, 3, 4, 2, 1});
    writer.time(kNotBefore);
    writer.generalized_time(kNotBefore);
    writer.set_of(rakkan::der::context_constructed(1), std::vector<rakkan::Bytes>{{0x05, 0x00}, {0x04, 0x01, 0x41}});
    writer.text(rakkan::der::Tag::utf8_string, "印");
  });
  write(folder / "values.der", rakkan::text_of(writer.view()));
  write(folder / "oid.content", rakkan::text_of(rakkan::der::Oid{1, 2, 840, 113549, 1, 9, 16, 2, 47}.content()));
}

void name_seeds(const std::filesystem::path& folder) {
  write(folder / "japanese", "CN=山田 太郎,O=株式会社ラッカン,C=JP");
  write(folder / "escapes", R"(CN=\ a\,b\+c\\ \E5\B1\B1\#+serialNumber=7 , 1.2.3=#0c0141)");
}

// The certificates one after the other: the target, those that may be issuers, the anchor.
void write_path(const std::filesystem::path& file, const std::vector<Certificate>& certificates) {
  std::string text;
  for (const Certificate& each : certificates) {
    text.append(rakkan::text_of(each.der()));
  }
  write(file, text);
}

void path_seeds(const std::filesystem::path& folder) {
  using namespace rakkan::test;
  using rakkan::der::Oid;
  const HandmadeCa root("Root");
  const HandmadeCa a("A");
  const HandmadeCa b("B");
  const Oid gold{1, 2, 392, 1, 1};
  const Oid silver{1, 2, 392, 1, 2};
  write_path(folder / "chain", {a.certify_end("End"), root.certify(a), root.self_signed()});
  write_path(
      folder / "names",
      {b.certify_end("End",
                     {.extensions = {subject_names_extension(
                          {general_text(1, "a@a.test"), general_text(2, "w.a.test"), general_text(6, "https://a.test/"),
                           general_octets(7, rakkan::Bytes(4, 9)), general_directory(a.name())})}}),
       a.certify(
           b, {.extensions = {name_constraints_extension(
                   {general_text(2, "a.test"), general_octets(7, rakkan::Bytes(8, 0))}, {general_text(1, "b.test")})}}),
       root.certify(a), root.self_signed()});
  write_path(folder / "policies",
             {a.certify_end("End", {.extensions = {policies_extension({silver})}}),
              root.certify(a, {.extensions = {policies_extension({gold, kAnyPolicy}),
                                              policy_mappings_extension({{gold, silver}}),
                                              policy_constraints_extension(0, 2), inhibit_any_policy_extension(1)}}),
              root.self_signed()});
  write_path(folder / "tangle", {a.certify_end("End"), a.certify(b), b.certify(a), a.certify(a), root.certify(b),
                                 root.certify(a, {.spoil_signature = true}), root.self_signed()});
}

// Target, issuer, further certificates and the anchor, then CRLs and responses: as revocation_fuzz reads them.
void write_revocation(const std::filesystem::path& file, const rakkan::test::RevocationWorld& world,
                      const std::vector<Certificate>& others = {}) {
  std::string text;
  const auto add = [&](rakkan::ByteView der) { text.append(rakkan::text_of(der)); };
  add(world.leaf.der());
  add(world.ca_certificate.der());
  for (const Certificate& each : others) {
    add(each.der());
  }
  add(world.root_certificate.der());
  for (const CertificateList& each : world.lists) {
    add(each.der());
  }
  for (const OcspResponse& each : world.responses) {
    add(each.der());
  }
  write(file, text);
}

void revocation_seeds(const std::filesystem::path& folder) {
  using rakkan::test::kLeaf;
  using World = rakkan::test::RevocationWorld;
  constexpr const char* kUrl = "http://c.example/1";
  World complete({{.url = kUrl, .reasons_msb_first = 0b011111111}});
  complete.lists = {World::list(complete.root),
                    World::list(complete.ca, World::revoking(kLeaf, CrlReason::certificate_hold)),
                    World::list(complete.ca, [](CrlTemplate& content) {
                      content.base_number = 4;
                      content.number = 6;
                      content.revoked = {World::entry(kLeaf, CrlReason::remove_from_crl)};
                    })};
  write_revocation(folder / "delta", complete);

  World parts;
  parts.lists = {
      World::list(parts.ca, [](CrlTemplate& c) { c.scope = CrlScope{.only_some_reasons = std::uint16_t{6}}; }),
      World::list(parts.ca, [](CrlTemplate& c) {
        c.scope = CrlScope{.only_contains_user_certificates = true, .only_some_reasons = std::uint16_t{0x1F8}};
      })};
  write_revocation(folder / "reasons", parts);

  Authority crl_issuer("CRL issuer");
  World indirect({{.url = kUrl, .crl_issuer = crl_issuer.name()}});
  indirect.lists = {World::list(crl_issuer,
                                [&](CrlTemplate& content) {
                                  content.scope = CrlScope{.url = kUrl, .indirect_crl = true};
                                  content.revoked = {World::entry(kLeaf)};
                                  content.revoked[0].certificate_issuer = indirect.ca.name();
                                }),
                    World::list(indirect.root)};
  write_revocation(folder / "indirect", indirect, {World::crl_issuer_certificate(indirect.root, crl_issuer)});

  Authority first("First");
  Authority second("Second");
  World loop;
  const Certificate one = World::responder_certificate(loop.ca, first);
  const Certificate two = World::responder_certificate(loop.ca, second, rakkan::test::numbered({0x32}));
  loop.responses = {World::response(loop.leaf, loop.ca_certificate, one, first),
                    World::response(one, loop.ca_certificate, two, second),
                    World::response(two, loop.ca_certificate, one, first)};
  write_revocation(folder / "responders", loop, {one, two});
}

void trust_file_seeds(const std::filesystem::path& folder) {
  const std::string root = to_pem("CERTIFICATE", rakkan::test::HandmadeCa("Root").self_signed().der());
  const std::string own = to_pem("CERTIFICATE", rakkan::test::HandmadeCa("Own").self_signed().der());
  write(folder / "whole.toml",
        "[[anchor]]\nlabel = \"局\"\npurposes = [\"signing\", \"timestamping\", \"revocation\"]\n"
        "accreditation = { number = \"1\", from = 2024-01-01, to = 2029-12-31T00:00:00+09:00 }\n"
        "sunset = 2034-01-01T00:00:00Z\noperator = true\ncertificate = \"\"\"\n" +
            root + "\"\"\"\n[[certificate]]\noperator = true\ncertificate = \"\"\"\n" + own + "\"\"\"\n");
  write(folder / "file.toml", "[[anchor]]\npurposes = [\"signing\"]\ncertificate_file = \"\"\"\n" + root + "\"\"\"\n");
  write(folder / "wrong.toml", "[[anchor]]\ncolour = 1\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    return 1;
  }
  const std::filesystem::path corpus = argv[1];
  certificate_seeds(corpus / "certificate");
  der_seeds(corpus / "der");
  name_seeds(corpus / "name_text");
  bundle_seeds(corpus / "certificate_bundle");
  crl_seeds(corpus / "crl");
  ocsp_seeds(corpus / "ocsp");
  path_seeds(corpus / "path");
  revocation_seeds(corpus / "revocation");
  trust_file_seeds(corpus / "trust_file");
}
