// rakkan-dev-authority FOLDER: answers for the authorities of a development PKI, CRLs, OCSP and issuers' certificates,
// at the loopback address that its certificates name. Development only: whoever has the folder has the keys.
// Exit status: 0 ended by SIGTERM or SIGINT; 3 usage or local files, or the address is taken; 5 the token failed.
#include <cstdio>
#include <string_view>

#include "authority_server.hpp"
#include "rakkan/base/process.hpp"
#include "rakkan/base/service_manager.hpp"
#include "rakkan/crypto/system_random.hpp"

namespace {

using namespace rakkan;

constexpr int kUsage = 3;

Result<void> serve(std::string_view folder, const ServiceManager& manager) {
  RAKKAN_CHECK(keep_to_ourselves());
  RAKKAN_TRY(const auto authority, certs::DevelopmentAuthority::open(folder));
  const SystemClock clock;
  crypto::SystemRandom random;
  RAKKAN_TRY(const auto server, certs::AuthorityServer::start(*authority, clock, random));
  std::fprintf(stderr, "rakkan-dev-authority: CRLs and OCSP at %s, for development only\n",
               authority->origin().c_str());
  manager.ready();
  while (manager.wait() != ServiceManager::Event::stop) {
  }
  manager.stopping();
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || std::string_view(argv[1]).starts_with("-")) {
    std::fputs("usage: rakkan-dev-authority FOLDER (made by rakkan-dev-pki)\n", stderr);
    return kUsage;
  }
  const ServiceManager manager;  // made before the first thread, which inherits the signals that it blocks
  if (const Result<void> served = serve(argv[1], manager); !served) {
    std::fprintf(stderr, "rakkan-dev-authority: %s\n", to_string(served.error()).c_str());
    return static_cast<int>(row(served.error().code).exit_code);
  }
  return 0;
}
