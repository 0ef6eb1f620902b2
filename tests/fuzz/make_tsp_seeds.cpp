// Writes the seeds of the ber, cms_ and tsp_ fuzz targets into corpus/, with new keys each time: make_tsp_seeds
// CORPUS_FOLDER
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "rakkan/base/hex.hpp"
#include "rakkan/cms/embedded_evidence.hpp"
#include "rakkan/cms/embedded_timestamps.hpp"
#include "support/ber.hpp"
#include "support/handmade_cms.hpp"
#include "support/handmade_revocation.hpp"
#include "support/test_tsu.hpp"

namespace {

using namespace rakkan;

void write(const std::filesystem::path& file, ByteView bytes) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text_of(bytes);
}

void cms_seeds(const std::filesystem::path& folder, test::TestAuthority& authority) {
  const test::Identity signer = authority.signer(crypto::KeyKind::ec_p256);
  test::HandmadeCms cms(signer, *crypto::suite_from_name("ecdsa-sha256"), bytes_of("x"));
  cms.sign();
  write(folder / "detached", cms.encode());
  Bytes padded = cms.encode();
  padded.resize(padded.size() + 32);
  write(folder / "padded", padded);
  cms.content = test::encoded([](der::Writer& w) { w.octet_string(bytes_of("x")); });
  cms.unsigned_attributes = {test::attribute(cms::kIdSignatureTimeStampToken, {{0x30, 0x00}})};
  cms.certificates.push_back(copy_of(authority.certificate().der()));
  cms.revocation = {0xA1, 0x02, 0x30, 0x00};
  write(folder / "enveloping", cms.encode());
  cms.signer_version = 3;
  cms.signer_identifier = test::encoded(
      [&](der::Writer& w) { w.primitive(der::context(0), *signer.certificate.subject_key_identifier()); });
  write(folder / "key_identifier", cms.encode());
}

// Revocation data and certificates in every place where they may be.
void evidence_seed(const std::filesystem::path& folder, test::TestAuthority& authority) {
  const test::Identity signer = authority.signer(crypto::KeyKind::ec_p256);
  test::HandmadeCms cms(signer, *crypto::suite_from_name("ecdsa-sha256"), bytes_of("x"));
  const Bytes list = test::HandmadeCrl().encode();
  const Bytes response = test::HandmadeOcsp().encode();
  const auto values = [&](ByteView answer) {
    return test::sequence(
        {test::tagged(0xA0, {test::sequence({list})}), test::tagged(0xA1, {test::sequence({answer})})});
  };
  cms.attributes.push_back(test::attribute(cms::kAdbeRevocationInfoArchival, {values(response)}));
  std::sort(cms.attributes.begin(), cms.attributes.end());
  cms.sign();
  cms.revocation = test::tagged(
      0xA1, {list, test::tagged(0xA1, {test::tagged(0x06, {cms::kIdRiOcspResponse.content()}), response})});
  cms.unsigned_attributes = {
      test::attribute(cms::kIdAaEtsRevocationValues, {values(test::HandmadeOcsp().basic())}),
      test::attribute(cms::kIdAaEtsCertValues, {test::sequence({authority.certificate().der()})})};
  write(folder / "evidence", cms.encode());
}

// Messages that validation alone reads: BER, attributes out of order or missing, SHA-1, claims, an archive timestamp.
void message_seeds(const std::filesystem::path& folder, test::TestAuthority& authority) {
  const test::Identity signer = authority.signer(crypto::KeyKind::ec_p256);
  const crypto::AlgorithmSuite& suite = *crypto::suite_from_name("ecdsa-sha256");
  const auto handmade = [&] {
    test::HandmadeCms cms(signer, suite, bytes_of("x"));
    cms.content = test::encoded([](der::Writer& w) { w.octet_string(bytes_of("x")); });
    return cms;
  };
  test::HandmadeCms good = handmade();
  good.sign();
  write(folder / "streamed", test::as_streamed(good.encode()));
  write(folder / "indefinite", test::in_ber(good.encode()));
  test::HandmadeCms unsorted = handmade();
  std::reverse(unsorted.attributes.begin(), unsorted.attributes.end());
  unsorted.sign();
  write(folder / "unsorted", unsorted.encode());
  test::HandmadeCms bare = handmade();
  bare.attributes.clear();
  bare.signature =
      test::value_or_throw(signer.key->sign(suite, crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("x"))));
  write(folder / "without_attributes", bare.encode());
  test::HandmadeCms claims = handmade();
  for (const char* attribute : {
           "301c06092a864886f70d010905310f170d3236313132343031303230335a",  // signing-time
           "3018060b2a864886f70d010910020f3109300706052a03040506",          // signature-policy-identifier
           "3015060b2a864886f70d01091002103106300406022a03",                // commitment-type-indication
           "3019060b2a864886f70d0109100211310a3008a00413024a50a100",        // signer-location
       }) {
    claims.attributes.push_back(*from_hex(attribute));
  }
  std::sort(claims.attributes.begin(), claims.attributes.end());
  claims.sign();
  write(folder / "claims", claims.encode());
  test::HandmadeCms token(signer, suite, bytes_of("TSTInfo"), cms::kIdCtTstInfo);
  token.unsigned_attributes = {
      test::attribute(cms::kIdAtsHashIndexV3, {*from_hex("3013300b0609608648016503040201300030003000")})};
  good.unsigned_attributes = {test::attribute(cms::kIdArchiveTimestampV3, {token.encode()})};
  write(folder / "archived", good.encode());
  write(folder / "octet_string", *from_hex("0403010203"));
}

void tsp_seeds(const std::filesystem::path& corpus, test::TestAuthority& authority) {
  auto policy = test::TestTsu::policy();
  policy.include_tsa_name = true;
  policy.accuracy = {0, 500, 250};
  const test::TestTsu unit(authority, crypto::KeyKind::ec_p256, policy);
  auto request =
      tsp::TimestampRequest::for_digest(crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("x")), Bytes(8, 0x11));
  const auto token = test::value_or_throw(test::issue(*unit.tsu, request));
  write(corpus / "cms_signed_data" / "token", token.der());
  write(corpus / "tsp_response" / "granted", tsp::encode_granted(token.der()));
  write(corpus / "tsp_response" / "granted_in_ber", test::with_streamed_token(tsp::encode_granted(token.der())));
  write(corpus / "timestamp_facts" / "token", token.der());
  write(corpus / "timestamp_facts" / "streamed", test::as_streamed(token.der()));
  write(corpus / "timestamp_facts" / "granted", tsp::encode_granted(token.der()));
  write(corpus / "ber" / "token", test::as_streamed(token.der()));
  write(corpus / "tsp_response" / "tst_info", token.info().encode());
  write(corpus / "tsp_response" / "rejection", tsp::encode_rejection({2, PkiFailureInfo::bad_alg, "no"}));
  write(corpus / "tsp_request" / "with_nonce", request.encode());
  request.policy = test::kOtherTestPolicy;
  request.nonce.reset();
  request.certificate_requested = false;
  request.message_imprint.null_parameters = true;
  write(corpus / "tsp_request" / "with_policy", request.encode());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: make_tsp_seeds CORPUS_FOLDER\n";
    return 1;
  }
  test::TestAuthority authority;
  cms_seeds(std::filesystem::path(arguments[1]) / "cms_signed_data", authority);
  evidence_seed(std::filesystem::path(arguments[1]) / "cms_signed_data", authority);
  message_seeds(std::filesystem::path(arguments[1]) / "cms_message", authority);
  tsp_seeds(arguments[1], authority);
  return 0;
}
