#include "rakkan/http/server.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "http/client_address.hpp"
#include "http/local_socket.hpp"
#include "http/shared.hpp"
#include "http/tls.hpp"
#include "http/worker.hpp"
#include "rakkan/base/hex.hpp"

namespace rakkan::http {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds kLook{5};  // how often a drain looks whether all connections have ended
constexpr unsigned kMetricsConnections = 64;

// The endpoint to listen on. Without TLS only loopback addresses are allowed: keys and PINs would cross the network
// readable.
Result<asio::ip::tcp::endpoint> endpoint_of(const ListenOptions& options) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error) {
    return fail(ErrorCode::configuration_invalid, "not an address", options.address);
  }
  if (!options.tls.enabled() && !ip_address(address).is_loopback()) {
    return fail(ErrorCode::configuration_invalid, "without TLS only a loopback address is listened on",
                options.address);
  }
  const auto port = checked_cast<std::uint16_t>(options.port);
  if (!port) {
    return fail(ErrorCode::configuration_invalid, "not a port", std::to_string(options.port));
  }
  return asio::ip::tcp::endpoint(address, *port);
}

struct NamedFile {
  std::string key;
  std::filesystem::path path;
};

void check_tls(const TlsOptions& tls, const std::string& prefix, std::vector<Error>& wrong) {
  const std::array<NamedFile, 3> files{NamedFile{prefix + ".tls.certificate", tls.certificate_file},
                                       NamedFile{prefix + ".tls.key", tls.key_file},
                                       NamedFile{prefix + ".tls.client_ca", tls.client_ca_file}};
  const std::size_t before = wrong.size();
  for (const NamedFile& file : files) {
    if (!file.path.empty() && !std::ifstream(file.path).is_open()) {
      wrong.push_back({ErrorCode::file_unreadable, "cannot read " + file.path.string(), file.key, {}, {}});
    }
  }
  if (tls.enabled() && (tls.certificate_file.empty() || tls.key_file.empty())) {
    const NamedFile& missing = tls.certificate_file.empty() ? files[0] : files[1];
    const NamedFile& there = tls.certificate_file.empty() ? files[1] : files[0];
    wrong.push_back({ErrorCode::configuration_invalid, "is needed beside " + there.key, missing.key, {}, {}});
  }
  if (wrong.size() != before) {
    return;
  }
  if (auto loaded = load_tls(tls); !loaded) {
    const auto named = std::find_if(files.begin(), files.end(), [&](const NamedFile& file) {
      return file.path == std::filesystem::path(loaded.error().where);
    });
    wrong.push_back(std::move(loaded).error().blamed_on((named == files.end() ? files.front() : *named).key));
  }
}

void check_listener(const ListenOptions& listen, const std::string& prefix, std::vector<Error>& wrong) {
  if (auto endpoint = endpoint_of(listen); !endpoint) {
    wrong.push_back(std::move(endpoint).error().blamed_on(prefix + ".address"));
  }
  check_tls(listen.tls, prefix, wrong);
}

Result<std::string> random_prefix(RandomSource& random) {
  std::array<Byte, 8> octets{};
  RAKKAN_CHECK(random.fill(octets));
  return to_hex(octets);
}

}  // namespace

struct Server::Impl {
  Impl(ServerOptions options, std::vector<IpRange> proxies, Router router, Observer& observer)
      : shared(std::move(options), std::move(proxies), std::move(router), observer) {}

  Shared shared;
  std::optional<LocalSocket> local;
  std::vector<std::unique_ptr<Worker>> workers;
  std::uint16_t port = 0;
  std::mutex drain_mutex;
  bool drained = false;
};

ServerOptions api_listener(const Options& options) {
  ServerOptions listener{options.listen,       options.limits,      options.timeouts,        options.key_rate,
                         options.address_rate, options.failed_rate, options.trusted_proxies, {}};
  // One address leaves half of the connections to the others, also where there are only few.
  Limits& limits = listener.limits;
  limits.address_connections = std::min(limits.address_connections, std::max(1U, limits.connections / 2));
  return listener;
}

ServerOptions metrics_listener(const Options& options) {
  ServerOptions listener{options.metrics, options.limits, options.timeouts, {}, {}, {}, {}, {}};
  listener.limits.connections = kMetricsConnections;
  listener.limits.address_connections = 0;
  return listener;
}

std::filesystem::path admin_socket(const Options& options, const std::filesystem::path& data_dir) {
  constexpr std::string_view kDataDir = "{data_dir}";
  const std::string& text = options.admin_socket;
  return text.starts_with(kDataDir) ? data_dir.string() + text.substr(kDataDir.size()) : text;
}

Result<void> check_admin_socket(const std::filesystem::path& path) {
  return path.empty() ? Result<void>() : LocalSocket::check(path).map_error([](Error error) {
    return std::move(error).blamed_on("admin.socket");
  });
}

std::vector<Error> check(const Options& options) {
  std::vector<Error> wrong;
  check_listener(options.listen, "http", wrong);
  check_listener(options.metrics, "metrics", wrong);
  if (auto proxies = proxies_of(options.trusted_proxies); !proxies) {
    wrong.push_back(std::move(proxies).error().blamed_on("http.trusted_proxies"));
  }
  return wrong;
}

Server::Server(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Server::~Server() { drain(); }

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Router router, RandomSource& random,
                                              Observer& observer) {
  RAKKAN_TRY(const asio::ip::tcp::endpoint at, endpoint_of(options.listen));
  RAKKAN_TRY(const TlsContext tls, load_tls(options.listen.tls));
  RAKKAN_TRY(std::vector<IpRange> proxies, proxies_of(options.trusted_proxies));
  auto impl = std::make_unique<Impl>(std::move(options), std::move(proxies), std::move(router), observer);
  const unsigned threads = std::max(1U, impl->shared.options.listen.threads);
  for (unsigned i = 0; i < threads; ++i) {
    RAKKAN_TRY(std::string prefix, random_prefix(random));
    impl->workers.emplace_back(std::make_unique<Worker>(impl->shared, tls, std::move(prefix)));
  }
  // The port comes last: it is what others wait for, and the socket is there when it answers.
  if (!impl->shared.options.local_socket.empty()) {
    RAKKAN_TRY(LocalSocket socket, LocalSocket::listen(impl->shared.options.local_socket));
    impl->local.emplace(std::move(socket));
    RAKKAN_CHECK(impl->workers.front()->listen_locally(*impl->local));
  }
  for (const auto& worker : impl->workers) {
    RAKKAN_CHECK(worker == impl->workers.front() ? worker->listen(at) : worker->listen_beside(*impl->workers.front()));
  }
  impl->port = impl->workers.front()->address().port();
  for (const auto& worker : impl->workers) {
    impl->shared.workers.push_back(worker.get());
  }
  for (unsigned i = 0; i < threads; ++i) {
    impl->workers[i]->start(i);
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::port() const noexcept { return impl_->port; }

Result<void> Server::reload_tls() {
  RAKKAN_TRY(const TlsContext tls, load_tls(impl_->shared.options.listen.tls));
  for (const auto& worker : impl_->workers) {
    worker->use(tls);
  }
  return {};
}

void Server::drain() noexcept {
  const std::lock_guard lock(impl_->drain_mutex);
  if (std::exchange(impl_->drained, true)) {
    return;
  }
  Shared& shared = impl_->shared;
  shared.draining = true;
  if (impl_->local) {
    impl_->local->remove();
  }
  for (const auto& worker : impl_->workers) {
    worker->stop_accepting();
  }
  const auto until = std::chrono::steady_clock::now() + shared.options.timeouts.drain;
  while (shared.connections.load() > 0 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(kLook);
  }
  for (const auto& worker : impl_->workers) {
    worker->break_off();
  }
  for (const auto& worker : impl_->workers) {
    worker->join();
  }
}

bool Server::draining() const noexcept { return impl_->shared.draining.load(std::memory_order_relaxed); }

bool Server::alive() const noexcept {
  return std::all_of(impl_->workers.begin(), impl_->workers.end(), [](const auto& worker) { return worker->alive(); });
}

Server::Load Server::load() const noexcept {
  const Shared& shared = impl_->shared;
  return {shared.connections.load(), shared.requests.load(), shared.refused.load(),  shared.exceptions.load(),
          shared.budget.taken(),     shared.gave_way.load(), shared.documents.kept()};
}

}  // namespace rakkan::http
