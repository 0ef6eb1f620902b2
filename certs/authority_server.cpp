#include "authority_server.hpp"

#include <cstdio>
#include <string>
#include <utility>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/http/server.hpp"

namespace rakkan::certs {
namespace {

constexpr std::uint64_t kLargestRequest = 16 * 1024;  // bytes of an OCSPRequest

// Says on standard error what could not be answered; a development authority has no other log.
class Complaints final : public http::Observer {
 public:
  void started(const http::Request& /*request*/) noexcept override {}
  void served(const http::Served& /*served*/) noexcept override {}
  void failed(const http::Request& request, const Error& error) noexcept override {
    std::fprintf(stderr, "rakkan-dev-authority: %.*s: %s\n", static_cast<int>(request.path.size()), request.path.data(),
                 to_string(error).c_str());
  }
  void connection_opened() noexcept override {}
  void connection_closed() noexcept override {}
  void connection_failed(const IpAddress& /*peer*/, const Error& /*error*/) noexcept override {}
  void exception(const http::Request& request, std::string_view what) noexcept override {
    std::fprintf(stderr, "rakkan-dev-authority: %.*s: %.*s\n", static_cast<int>(request.path.size()),
                 request.path.data(), static_cast<int>(what.size()), what.data());
  }
};

}  // namespace

struct AuthorityServer::Impl {
  Impl(DevelopmentAuthority& of, const Clock& now) : authority(of), clock(now) {}

  async::Task<Result<http::Response>> respond(http::Request& request) {
    const bool is_post = request.method == http::Method::post;
    RAKKAN_CO_TRY(const Bytes body, co_await http::read_all(*request.body, kLargestRequest));
    const std::string path(request.path);
    const auto answer = [&] {
      return authority.answer(path, is_post ? std::optional<ByteView>(body) : std::nullopt, clock.now());
    };
    RAKKAN_CO_TRY(DevelopmentAuthority::Answer given, co_await async::run_on(keys, answer, request.deadline));
    http::Response response(given.status);
    response.header("Content-Type", given.media_type);
    response.append(std::move(given.body));
    co_return response;
  }

  [[nodiscard]] http::Router routes() {
    const auto handler = [this](http::Request& request) { return respond(request); };
    http::Router router;
    for (const char* const path : {"/crls/{name}", "/certificates/{name}", "/ocsp/{request}"}) {
      router.add({http::Method::get, path, http::Scope::none, 0, handler});
    }
    for (const char* const path : {"/ocsp", "/ocsp/"}) {
      router.add({http::Method::post, path, http::Scope::none, kLargestRequest, handler});
    }
    return router;
  }

  DevelopmentAuthority& authority;
  const Clock& clock;
  Complaints complaints;
  async::BoundedPool keys{{"authority", 1, 256}};
  std::unique_ptr<http::Server> server;
};

AuthorityServer::AuthorityServer(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
AuthorityServer::~AuthorityServer() = default;

Result<std::unique_ptr<AuthorityServer>> AuthorityServer::start(DevelopmentAuthority& authority, const Clock& clock,
                                                                RandomSource& random) {
  RAKKAN_TRY(const LoopbackOrigin origin, LoopbackOrigin::parse(authority.origin()));
  auto impl = std::make_unique<Impl>(authority, clock);
  http::ServerOptions options;
  options.listen.address = origin.address;
  options.listen.port = origin.port;
  RAKKAN_TRY(impl->server, http::Server::start(std::move(options), impl->routes(), random, impl->complaints));
  return std::unique_ptr<AuthorityServer>(new AuthorityServer(std::move(impl)));
}

}  // namespace rakkan::certs
