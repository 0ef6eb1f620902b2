// rakkan-warm-signer ours|ours-whole|floor KEY.pem CERTIFICATE.pem CHAIN.pem DOCUMENT.pdf [OUTPUT]
//
// One warm process that signs the document in memory again and again: for each line "N" on stdin it signs N times and
// prints the CPU time in nanoseconds. `ours` makes what is appended, `ours-whole` also the whole new file in memory.
// `floor` is no product but a lower bound for a server that uses OpenSSL's CMS: copy of the document, SHA-256, CAdES
// CMS, no PDF at all. With OUTPUT one result is written there first, so that somebody else can judge it.
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "rakkan/base/file.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "support/bare_signing_line.hpp"

namespace rakkan::bench {
namespace {

[[noreturn]] void stop(const std::string& text) {
  std::cerr << "rakkan-warm-signer: " << text << '\n';
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) {
    stop(to_string(result.error()));
  }
  return std::move(*result);
}

struct Input {
  Bytes key, certificate, chain, document;
};

Bytes file(const char* path) { return must(read_file(path, 1ULL << 30)); }

std::function<Bytes()> ours(const Input& input, bool whole) {
  auto signer = std::make_shared<crypto::SoftwareSigner>(must(crypto::SoftwareSigner::from_pem(text_of(input.key))));
  const auto certificate = must(pki::parse_certificates(input.certificate)).front();
  const crypto::AlgorithmSuite& suite = crypto::default_suite(signer->public_key().kind());
  auto key = std::make_shared<credentials::SigningMaterial>(must(
      credentials::SigningMaterial::create(signer, certificate, must(pki::parse_certificates(input.chain)), suite)));
  auto random = std::make_shared<crypto::SystemRandom>();
  return [&input, key, random, whole] {
    pades::SignatureFieldSpec field;
    field.signing_time = SystemClock().now();
    service::SignedPdf result = must(test::sign_pdf_line(input.document, *key, field, *random));
    if (!whole) {
      return std::move(result.tail);
    }
    Bytes output;
    output.reserve(input.document.size() + result.tail.size());
    append(output, input.document);
    append(output, result.tail);
    return output;
  };
}

// OpenSSL's objects, freed in the end.
template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Cms = std::unique_ptr<CMS_ContentInfo, Deleter<CMS_ContentInfo_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;

Bio bio_of(ByteView bytes) { return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))); }

std::function<Bytes()> floor(const Input& input) {
  const std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio_of(input.key).get(), nullptr, nullptr, nullptr),
                                      EVP_PKEY_free);
  const std::shared_ptr<X509> certificate(PEM_read_bio_X509(bio_of(input.certificate).get(), nullptr, nullptr, nullptr),
                                          X509_free);
  const std::shared_ptr<X509> issuer(PEM_read_bio_X509(bio_of(input.chain).get(), nullptr, nullptr, nullptr),
                                     X509_free);
  if (!key || !certificate || !issuer) {
    stop("OpenSSL cannot read the key or the certificates");
  }
  return [&input, key, certificate, issuer] {
    constexpr unsigned kFlags = CMS_BINARY | CMS_DETACHED | CMS_CADES | CMS_NOSMIMECAP;
    const Bytes copy = input.document;
    const Cms cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, kFlags | CMS_PARTIAL));
    if (!cms || CMS_add1_signer(cms.get(), certificate.get(), key.get(), EVP_sha256(), kFlags) == nullptr ||
        CMS_add1_cert(cms.get(), issuer.get()) != 1 || CMS_final(cms.get(), bio_of(copy).get(), nullptr, kFlags) != 1) {
      stop("OpenSSL cannot sign");
    }
    Bytes der(static_cast<std::size_t>(i2d_CMS_ContentInfo(cms.get(), nullptr)));
    unsigned char* out = der.data();
    i2d_CMS_ContentInfo(cms.get(), &out);
    return der;
  };
}

long process_cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000L + now.tv_nsec;
}

int run(int argc, char** argv) {
  if (argc != 6 && argc != 7) {
    stop("usage: rakkan-warm-signer ours|ours-whole|floor KEY CERTIFICATE CHAIN DOCUMENT [OUTPUT]");
  }
  const Input input{file(argv[2]), file(argv[3]), file(argv[4]), file(argv[5])};
  const std::string who = argv[1];
  const std::function<Bytes()> sign = who == "floor" ? floor(input) : ours(input, who == "ours-whole");
  if (argc == 7) {
    if (auto written = write_file_atomically(argv[6], {sign()}); !written) {
      stop(to_string(written.error()));
    }
  }
  for (long count = 0; std::cin >> count;) {
    const long begin = process_cpu_ns();
    std::size_t bytes = 0;
    for (long i = 0; i < count; ++i) {
      bytes += sign().size();
    }
    if (bytes == 0 && count > 0) {
      stop("nothing was made");
    }
    std::cout << process_cpu_ns() - begin << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace rakkan::bench

int main(int argc, char** argv) { return rakkan::bench::run(argc, argv); }
