// Writes the seeds of the der, certificate and name_text fuzz targets into corpus/: make_pki_seeds CORPUS_FOLDER
#include <filesystem>
#include <fstream>

#include "rakkan/der/writer.hpp"
#include "support/pki_authority.hpp"

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

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    return 1;
  }
  const std::filesystem::path corpus = argv[1];
  certificate_seeds(corpus / "certificate");
  der_seeds(corpus / "der");
  name_seeds(corpus / "name_text");
}
