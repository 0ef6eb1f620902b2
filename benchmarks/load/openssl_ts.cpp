#include "openssl_ts.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "support/run_command.hpp"

namespace rakkan::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kConfiguration = R"([req]
distinguished_name = name
[name]
[tsa_extensions]
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = unit
[unit]
serial = serial
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
ess_cert_id_chain = no
)";

Result<void> openssl(std::vector<std::string> words) {
  words.insert(words.begin(), "openssl");
  const test::CommandOutcome outcome = test::run_command(words);
  if (outcome.exit_code != 0) {
    return fail(ErrorCode::internal, "openssl " + words.at(1) + ": " + outcome.output);
  }
  return {};
}

double children_us() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  const auto us = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

}  // namespace

Result<double> openssl_ts_us_each(crypto::KeyKind kind, const fs::path& folder, int runs) {
  fs::remove_all(folder);
  fs::create_directories(folder);
  const std::string config = folder / "openssl.cnf";
  std::ofstream(config) << "[default]\n"
                        << std::string(kConfiguration)
                               .replace(kConfiguration.find("serial = serial"), 15,
                                        "serial = " + (folder / "serial").string());
  std::ofstream(folder / "serial") << "01\n";
  std::ofstream(folder / "data") << "data\n";
  std::vector<std::string> request{"req",
                                   "-x509",
                                   "-nodes",
                                   "-days",
                                   "2",
                                   "-subj",
                                   "/CN=peer",
                                   "-config",
                                   config,
                                   "-extensions",
                                   "tsa_extensions",
                                   "-keyout",
                                   folder / "key.pem",
                                   "-out",
                                   folder / "certificate.pem"};
  const std::vector<std::string> algorithm =
      kind == crypto::KeyKind::ec_p256
          ? std::vector<std::string>{"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"}
          : std::vector<std::string>{"-newkey", "rsa:2048"};
  request.insert(request.end(), algorithm.begin(), algorithm.end());
  RAKKAN_CHECK(openssl(request));
  RAKKAN_CHECK(openssl({"ts", "-query", "-data", folder / "data", "-sha256", "-cert", "-out", folder / "query.tsq"}));
  std::vector<double> costs;
  for (int i = 0; i < runs; ++i) {
    const double before = children_us();
    RAKKAN_CHECK(
        openssl({"ts", "-reply", "-config", config, "-section", "unit", "-queryfile", folder / "query.tsq", "-signer",
                 folder / "certificate.pem", "-inkey", folder / "key.pem", "-out", folder / "reply.tsr"}));
    costs.push_back(children_us() - before);
  }
  std::nth_element(costs.begin(), costs.begin() + runs / 2, costs.end());
  return costs.at(static_cast<std::size_t>(runs / 2));
}

}  // namespace rakkan::bench
