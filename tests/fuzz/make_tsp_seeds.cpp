// Writes the seeds of the ber, cms_ and tsp_ fuzz targets into corpus/, with new keys each time: make_tsp_seeds
// CORPUS_FOLDER
#include <filesystem>
#include <fstream>
#include <iostream>

#include "rakkan/cms/embedded_evidence.hpp"
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
  tsp_seeds(arguments[1], authority);
  return 0;
}
