// A wrong option of a server is found without binding, and named by its key.
#include <gmock/gmock.h>

#include <fstream>

#include "rakkan/http/server.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> keys_of(const std::vector<Error>& wrong) {
  std::vector<std::string> keys;
  for (const Error& one : wrong) {
    keys.push_back(one.where);
  }
  return keys;
}

TEST(CheckOptions, OfDefaultsFindsNothing) { EXPECT_THAT(check(Options{}), IsEmpty()); }

TEST(CheckOptions, NamesEveryKeyThatIsWrong) {
  Options options;
  options.listen.address = "0.0.0.0";
  options.metrics.address = "nowhere";
  options.trusted_proxies = {"10.0.0.0/8", "proxy"};
  EXPECT_THAT(keys_of(check(options)), UnorderedElementsAre("http.address", "metrics.address", "http.trusted_proxies"));
}

TEST(CheckOptions, NamesEveryFileThatIsMissing) {
  Options options;
  options.listen.tls = {"/none/a.pem", "/none/a.key", "/none/ca.pem"};
  EXPECT_THAT(keys_of(check(options)), ElementsAre("http.tls.certificate", "http.tls.key", "http.tls.client_ca"));
}

TEST(CheckOptions, WantsCertificateAndKeyTogether) {
  const test::TemporaryFolder folder;
  std::ofstream(folder.path() / "a") << "x";
  Options options;
  options.listen.tls.certificate_file = folder.path() / "a";
  EXPECT_THAT(keys_of(check(options)), ElementsAre("http.tls.key"));
  options.listen.tls = {{}, folder.path() / "a", {}};
  EXPECT_THAT(keys_of(check(options)), ElementsAre("http.tls.certificate"));
}

}  // namespace
}  // namespace rakkan::http
