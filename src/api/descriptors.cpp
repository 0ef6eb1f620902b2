#include "rakkan/api/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "rakkan/http/server.hpp"

namespace rakkan::api {
namespace {

// The log keeps up to 64 of its files open until they are synced (audit::FileBatch); checkpoint, timestamps and the
// folders come one after another.
constexpr std::uint64_t kLogFiles = 64 + 16;
// Database, its log, the lock of the data folder.
constexpr std::uint64_t kStoreFiles = 8;
// SoftHSM opens a token's files for a moment; a client of a network HSM has sockets, and a file or two of its own.
constexpr std::uint64_t kTokenFiles = 16;
constexpr std::uint64_t kOfATokenThread = 4;
// Requests to other servers: beside a socket for each that is under way, the sockets of name look-ups, the loop's own
// wake-up, and a file of trusted authorities.
constexpr std::uint64_t kFetching = fetch::kResolverThreads + 4;
// A thread of the pool `store`: a proof reads tiles; the database itself is open already.
constexpr std::uint64_t kOfAStoreThread = 2;
// An I/O thread: epoll, its event and timer, the acceptor, a connection that is about to be served or refused, and
// refused ones whose peers still read why.
constexpr std::uint64_t kOfAnIoThread = 5 + http::kRefusedAtOnce;
// A backup: the files of a log that wait for their sync (service::Backup), the copied database, and a file that is
// read.
constexpr std::uint64_t kBackupFiles = 8 + 4;
// The process itself: standard streams, the log's output, the service manager, certificates that are read again, random
// numbers.
constexpr std::uint64_t kProcess = 32;

// The operator's Unix socket and some connections to it.
constexpr std::uint64_t kAdminSocket = 1 + 8;

constexpr unsigned kLeastConnections = 64;

std::string sum_of(const std::vector<DescriptorUse>& reserved) {
  std::string text;
  for (const DescriptorUse& use : reserved) {
    text += (text.empty() ? "" : " + ") + std::to_string(use.count) + " " + std::string(use.what);
  }
  return text;
}

}  // namespace

std::vector<DescriptorUse> reserved_descriptors(const http::Options& options, const service::Options& service) {
  const service::PoolsOptions& pools = service.pools;
  const std::uint64_t io_threads = std::uint64_t{options.listen.threads} + options.metrics.threads;
  return {
      {"log", kLogFiles},
      {"backup", kBackupFiles},
      {"store", kStoreFiles + kOfAStoreThread * pools.store.threads},
      {"tokens", kTokenFiles + kOfATokenThread * pools.hsm.threads},
      {"other servers", kFetching + service.fetch.in_flight},
      {"I/O threads", kOfAnIoThread * io_threads},
      {"metrics", http::metrics_listener(options).limits.connections},
      {"admin socket", options.admin_socket.empty() ? 0 : kAdminSocket},
      {"process", kProcess},
  };
}

Result<unsigned> connections_that_fit(std::uint64_t descriptors, unsigned wanted,
                                      const std::vector<DescriptorUse>& reserved) {
  std::uint64_t sum = 0;
  for (const DescriptorUse& use : reserved) {
    sum += use.count;
  }
  const std::uint64_t left = descriptors > sum ? descriptors - sum : 0;
  if (left < std::min(wanted, kLeastConnections)) {
    return fail(ErrorCode::configuration_invalid,
                "of " + std::to_string(descriptors) + " file descriptors " + std::to_string(sum) + " are reserved (" +
                    sum_of(reserved) + "), which leaves " + std::to_string(left) +
                    " connections; raise the hard limit of open files (LimitNOFILE=, ulimit -Hn)",
                "http.limits.connections");
  }
  return static_cast<unsigned>(std::min<std::uint64_t>(wanted, left));
}

std::uint64_t raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return 0;
  }
  const rlim_t before = std::exchange(limit.rlim_cur, limit.rlim_max);
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

Result<void> fit_descriptors(http::Options& options, const service::Options& service, telemetry::Log& log) {
  const std::uint64_t descriptors = raise_descriptor_limit();
  const std::vector<DescriptorUse> reserved = reserved_descriptors(options, service);
  unsigned& connections = options.limits.connections;
  RAKKAN_TRY(const unsigned fit, connections_that_fit(descriptors, connections, reserved));
  if (fit < connections) {
    const std::string reserve = sum_of(reserved);
    log.write(LogLevel::warning, "fewer connections than http.limits.connections fit beside the reserved descriptors",
              {{"connections", std::uint64_t{fit}},
               {"wanted", std::uint64_t{connections}},
               {"descriptors", descriptors},
               {"reserved", std::string_view(reserve)}});
  }
  connections = fit;
  return {};
}

}  // namespace rakkan::api
