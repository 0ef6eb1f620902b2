// Signatures of the openssl program, verified by us, and ours, verified by it; and signatures that no verifier may
// accept.
#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>
#include <vector>

#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "rakkan/der/reader.hpp"
#include "rakkan/der/writer.hpp"
#include "support/corpora.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::crypto {
namespace {

using test::FailsWith;
using test::IsOk;
using test::run_command;
using testing::HasSubstr;

struct Case {
  std::string_view suite;
  KeyKind kind;
};
constexpr Case kCases[] = {
    {"rsa-pkcs1-sha256", KeyKind::rsa_2048}, {"rsa-pkcs1-sha384", KeyKind::rsa_2048},
    {"rsa-pkcs1-sha512", KeyKind::rsa_2048}, {"rsa-pss-sha256", KeyKind::rsa_2048},
    {"rsa-pss-sha384", KeyKind::rsa_2048},   {"rsa-pss-sha512", KeyKind::rsa_2048},
    {"rsa-pkcs1-sha256", KeyKind::rsa_3072}, {"rsa-pss-sha256", KeyKind::rsa_3072},
    {"rsa-pkcs1-sha256", KeyKind::rsa_4096}, {"rsa-pss-sha512", KeyKind::rsa_4096},
    {"ecdsa-sha256", KeyKind::ec_p256},      {"ecdsa-sha384", KeyKind::ec_p256},
    {"ecdsa-sha512", KeyKind::ec_p256},      {"ecdsa-sha256", KeyKind::ec_p384},
    {"ecdsa-sha384", KeyKind::ec_p384},      {"ecdsa-sha512", KeyKind::ec_p384},
};

// A private key made by the program, once a kind: its PEM.
const std::string& key_pem(KeyKind kind) {
  static std::map<KeyKind, std::string> keys;
  std::string& pem = keys[kind];
  if (pem.empty()) {
    std::vector<std::string> command = {"openssl", "genpkey", "-quiet", "-algorithm"};
    switch (kind) {
      case KeyKind::rsa_2048:
        command.insert(command.end(), {"RSA", "-pkeyopt", "rsa_keygen_bits:2048"});
        break;
      case KeyKind::rsa_3072:
        command.insert(command.end(), {"RSA", "-pkeyopt", "rsa_keygen_bits:3072"});
        break;
      case KeyKind::rsa_4096:
        command.insert(command.end(), {"RSA", "-pkeyopt", "rsa_keygen_bits:4096"});
        break;
      case KeyKind::ec_p256:
        command.insert(command.end(), {"EC", "-pkeyopt", "ec_paramgen_curve:P-256"});
        break;
      case KeyKind::ec_p384:
        command.insert(command.end(), {"EC", "-pkeyopt", "ec_paramgen_curve:P-384"});
        break;
      case KeyKind::ed25519:
        command.insert(command.end(), {"ED25519"});
        break;
    }
    pem = run_command(command).output;
  }
  return pem;
}

// "-sigopt" words that make `openssl dgst` use the suite.
std::vector<std::string> options_for(const AlgorithmSuite& suite) {
  if (suite.scheme != SignatureScheme::rsa_pss) {
    return {};
  }
  return {"-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"};
}

class ForeignFiles {
 public:
  ForeignFiles() { document(bytes_of("電子契約書")); }
  void document(ByteView content) { write("document", content); }
  std::string write(const std::string& name, ByteView content) {
    return test::write_bytes(folder_.path() / name, content).string();
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  [[nodiscard]] Bytes read(const std::string& name) const { return test::file_bytes(folder_.path() / name); }

  // The program's public key in our hands.
  PublicKey public_key(KeyKind kind) {
    write("key.pem", bytes_of(key_pem(kind)));
    run_command({"openssl", "pkey", "-in", path("key.pem"), "-pubout", "-outform", "DER", "-out", path("key.spki")});
    return PublicKey::from_spki(read("key.spki")).value();
  }
  Bytes sign(const AlgorithmSuite& suite, std::vector<std::string> options) {
    std::vector<std::string> command = {"openssl",       "dgst", "-" + digest_name(suite), "-sign",
                                        path("key.pem"), "-out", path("signature")};
    command.insert(command.end(), options.begin(), options.end());
    command.push_back(path("document"));
    const auto outcome = run_command(command);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    return read("signature");
  }
  std::string verify(const AlgorithmSuite& suite, ByteView signature) {
    run_command({"openssl", "pkey", "-in", path("key.pem"), "-pubout", "-out", path("key.pub")});
    std::vector<std::string> command = {"openssl",       "dgst",       "-" + digest_name(suite), "-verify",
                                        path("key.pub"), "-signature", write("ours", signature)};
    const auto options = options_for(suite);
    command.insert(command.end(), options.begin(), options.end());
    command.push_back(path("document"));
    return run_command(command).output;
  }

 private:
  static std::string digest_name(const AlgorithmSuite& suite) {
    return "sha" + std::to_string(info(suite.digest).size * 8);
  }

  test::TemporaryFolder folder_;
};

class Signatures : public testing::TestWithParam<Case> {};

TEST_P(Signatures, OfOpensslVerifyWithUs) {
  ForeignFiles files;
  const AlgorithmSuite& suite = *suite_from_name(GetParam().suite);
  const PublicKey key = files.public_key(GetParam().kind);
  EXPECT_EQ(key.kind(), GetParam().kind);
  Bytes signature = files.sign(suite, options_for(suite));
  EXPECT_THAT(key.verify_message(suite, bytes_of("電子契約書"), signature), IsOk());
  EXPECT_THAT(key.verify_message(suite, bytes_of("電子契約害"), signature), FailsWith(ErrorCode::signature_invalid));
}

TEST_P(Signatures, OfOursVerifyWithOpenssl) {
  ForeignFiles files;
  const AlgorithmSuite& suite = *suite_from_name(GetParam().suite);
  const PublicKey key = files.public_key(GetParam().kind);
  ASSERT_OK_AND_ASSIGN(SoftwareSigner signer, SoftwareSigner::from_pem(key_pem(GetParam().kind)));
  EXPECT_EQ(signer.public_key(), key);
  ASSERT_OK_AND_ASSIGN(const Bytes signature, signer.sign(suite, digest(suite.digest, bytes_of("電子契約書"))));
  EXPECT_THAT(files.verify(suite, signature), HasSubstr("Verified OK"));
  files.document(bytes_of("電子契約害"));
  EXPECT_THAT(files.verify(suite, signature), HasSubstr("Verification failure"));
}

INSTANTIATE_TEST_SUITE_P(Suites, Signatures, testing::ValuesIn(kCases), [](const auto& parameter) {
  std::string text = std::string(parameter.param.suite) + "_with_" + std::string(name(parameter.param.kind));
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
});

TEST(Ed25519, SignaturesOfOpensslVerifyWithUs) {
  ForeignFiles files;
  const PublicKey key = files.public_key(KeyKind::ed25519);
  const auto signed_by_openssl = run_command({"openssl", "pkeyutl", "-sign", "-rawin", "-inkey", files.path("key.pem"),
                                              "-in", files.path("document"), "-out", files.path("signature")});
  ASSERT_EQ(signed_by_openssl.exit_code, 0) << signed_by_openssl.output;
  const AlgorithmSuite& suite = default_suite(KeyKind::ed25519);
  EXPECT_THAT(key.verify_message(suite, bytes_of("電子契約書"), files.read("signature")), IsOk());
  EXPECT_THAT(key.verify_message(suite, bytes_of("電子契約害"), files.read("signature")),
              FailsWith(ErrorCode::signature_invalid));
}

TEST(Pss, ASaltOfAnotherLengthIsRefused) {
  ForeignFiles files;
  const AlgorithmSuite& suite = *suite_from_name("rsa-pss-sha256");
  const PublicKey key = files.public_key(KeyKind::rsa_2048);
  for (const std::string salt : {"0", "20", "31", "33", "222"}) {
    const Bytes signature =
        files.sign(suite, {"-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:" + salt});
    EXPECT_THAT(key.verify_message(suite, bytes_of("電子契約書"), signature), FailsWith(ErrorCode::signature_invalid))
        << salt;
  }
}

TEST(Pss, AMaskOfAnotherDigestIsRefused) {
  ForeignFiles files;
  const AlgorithmSuite& suite = *suite_from_name("rsa-pss-sha256");
  const PublicKey key = files.public_key(KeyKind::rsa_2048);
  const Bytes signature = files.sign(
      suite, {"-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest", "-sigopt", "rsa_mgf1_md:sha512"});
  EXPECT_THAT(key.verify_message(suite, bytes_of("電子契約書"), signature), FailsWith(ErrorCode::signature_invalid));
}

TEST(Schemes, AreNotMistakenForEachOther) {
  ForeignFiles files;
  const PublicKey key = files.public_key(KeyKind::rsa_2048);
  const AlgorithmSuite& pkcs1 = *suite_from_name("rsa-pkcs1-sha256");
  const AlgorithmSuite& pss = *suite_from_name("rsa-pss-sha256");
  const Bytes by_pkcs1 = files.sign(pkcs1, {});
  EXPECT_THAT(key.verify_message(pss, bytes_of("電子契約書"), by_pkcs1), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(key.verify_message(*suite_from_name("rsa-pkcs1-sha384"), bytes_of("電子契約書"), by_pkcs1),
              FailsWith(ErrorCode::signature_invalid));
}

// Raw RSA over a block of our making, as a forger of small exponents or a careless signer might send it.
Bytes raw_rsa(KeyKind kind, const Bytes& block) {
  const std::string& pem = key_pem(kind);
  const std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free(bio); })> input(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* key) { EVP_PKEY_free(key); })> key(
      PEM_read_bio_PrivateKey(input.get(), nullptr, nullptr, nullptr));
  const std::unique_ptr<EVP_PKEY_CTX, decltype([](EVP_PKEY_CTX* c) { EVP_PKEY_CTX_free(c); })> context(
      EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  EVP_PKEY_sign_init(context.get());
  EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING);
  Bytes signature(block.size());
  std::size_t size = signature.size();
  EXPECT_EQ(EVP_PKEY_sign(context.get(), signature.data(), &size, block.data(), block.size()), 1);
  return signature;
}

// RFC 8017 §9.2: EM = 00 01 FF.. 00 DigestInfo, and nothing else.
TEST(Pkcs1, OnlyTheExactPaddingIsAccepted) {
  ForeignFiles files;
  const PublicKey key = files.public_key(KeyKind::rsa_2048);
  const AlgorithmSuite& suite = *suite_from_name("rsa-pkcs1-sha256");
  const Digest document = digest(DigestAlgorithm::sha256, bytes_of("電子契約書"));
  const auto verify = [&](std::string_view before_digest, std::size_t after, Byte padding, Byte type) {
    Bytes tail = from_hex(before_digest).value();
    append(tail, document.view());
    tail.resize(tail.size() + after);
    Bytes block(256 - tail.size(), padding);
    block[0] = 0x00;
    block[1] = type;
    block.back() = 0x00;
    append(block, tail);
    return key.verify(suite, document, raw_rsa(KeyKind::rsa_2048, block));
  };
  constexpr std::string_view kDigestInfo = "3031300d060960864801650304020105000420";
  EXPECT_THAT(verify(kDigestInfo, 0, 0xFF, 0x01), IsOk());
  EXPECT_THAT(verify(kDigestInfo, 1, 0xFF, 0x01), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(verify(kDigestInfo, 0, 0xFE, 0x01), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(verify(kDigestInfo, 0, 0xFF, 0x02), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(verify("302f300b06096086480165030402010420", 0, 0xFF, 0x01), FailsWith(ErrorCode::signature_invalid))
      << "NULL left out";
  EXPECT_THAT(verify("", 0, 0xFF, 0x01), FailsWith(ErrorCode::signature_invalid)) << "no DigestInfo";
}

// RFC 3279 §2.2.3: Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }, in DER.
TEST(Ecdsa, OnlyDerIsAccepted) {
  ForeignFiles files;
  const PublicKey key = files.public_key(KeyKind::ec_p256);
  const AlgorithmSuite& suite = *suite_from_name("ecdsa-sha256");
  const Bytes signature = files.sign(suite, {});
  der::Reader top(signature);
  ASSERT_OK_AND_ASSIGN(der::Reader values, top.enter(der::Tag::sequence));
  ASSERT_OK_AND_ASSIGN(const ByteView r, values.integer());
  ASSERT_OK_AND_ASSIGN(const ByteView s, values.integer());
  const auto verify = [&](const Bytes& first, const Bytes& second, ByteView inside, ByteView after) {
    der::Writer writer;
    writer.sequence([&] {
      writer.integer(first);
      writer.integer(second);
      writer.raw(inside);
    });
    writer.raw(after);
    return key.verify_message(suite, bytes_of("電子契約書"), writer.view());
  };
  const Bytes good_r = copy_of(r);
  const Bytes good_s = copy_of(s);
  const auto padded = [](const Bytes& value) {
    Bytes longer(value.size() + 1);
    std::copy(value.begin(), value.end(), longer.begin() + 1);
    return longer;
  };
  EXPECT_THAT(verify(good_r, good_s, {}, {}), IsOk());
  EXPECT_THAT(verify(good_s, good_r, {}, {}), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(verify(padded(padded(good_r)), good_s, {}, {}), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(verify({0}, good_s, {}, {}), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(verify(good_r, {0}, {}, {}), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(verify({0}, {0}, {}, {}), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(verify(good_r, good_s, Bytes{0x05, 0x00}, {}), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(verify(good_r, good_s, {}, Bytes{0x00}), FailsWith(ErrorCode::signature_invalid));
}

TEST(PrivateKeys, AnEncryptedOneIsRefusedWithoutAskingAnybody) {
  ForeignFiles files;
  files.public_key(KeyKind::ec_p256);
  run_command({"openssl", "pkcs8", "-topk8", "-in", files.path("key.pem"), "-passout", "pass:1234", "-out",
               files.path("encrypted.pem")});
  const Bytes encrypted = files.read("encrypted.pem");
  ASSERT_THAT(std::string(text_of(encrypted)), HasSubstr("ENCRYPTED"));
  EXPECT_THAT(SoftwareSigner::from_pem(text_of(encrypted)), FailsWith(ErrorCode::invalid_argument));
}

}  // namespace
}  // namespace rakkan::crypto
