#include "rakkan/fetch/name_resolver.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace rakkan::fetch {
namespace {

constexpr std::array<Byte, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

// An IPv4-mapped address in an AAAA record would be connected to by way of IPv6: it is left out.
std::optional<IpAddress> address_of(const sockaddr* from) {
  IpAddress address;
  if (from->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(from);
    const auto* octets = reinterpret_cast<const Byte*>(&v4->sin_addr);
    std::copy(kMapped.begin(), kMapped.end(), address.octets.begin());
    std::copy(octets, octets + 4, address.octets.begin() + kMapped.size());
    return address;
  }
  if (from->sa_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(from);
    std::copy(std::begin(v6->sin6_addr.s6_addr), std::end(v6->sin6_addr.s6_addr), address.octets.begin());
    return address.is_v4() ? std::nullopt : std::optional(address);
  }
  return std::nullopt;
}

Result<std::vector<IpAddress>> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (failed != 0) {
    return fail(ErrorCode::server_unreachable, std::string("no address of the host: ") + ::gai_strerror(failed));
  }
  std::vector<IpAddress> addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    const auto address = address_of(one->ai_addr);
    if (address && std::find(addresses.begin(), addresses.end(), *address) == addresses.end()) {
      addresses.push_back(*address);
    }
  }
  ::freeaddrinfo(found);
  if (addresses.empty()) {
    return fail(ErrorCode::server_unreachable, "no address of the host");
  }
  return addresses;
}

// The threads own this state together with the resolver, since a thread may still wait for a name server when the
// resolver is gone.
struct LookUps {
  std::mutex mutex;
  std::map<std::string, std::vector<NameResolver::Answer>> asked;  // each host once, under way or in `queue`
  std::deque<std::string> queue;
  unsigned threads = 0;
  bool closed = false;
};

void work(const std::shared_ptr<LookUps>& look_ups) {
  std::unique_lock lock(look_ups->mutex);
  while (!look_ups->queue.empty() && !look_ups->closed) {
    const std::string host = std::move(look_ups->queue.front());
    look_ups->queue.pop_front();
    lock.unlock();
    const Result<std::vector<IpAddress>> found = look_up(host);
    lock.lock();
    const auto node = look_ups->asked.extract(host);
    lock.unlock();
    if (!node.empty()) {
      for (NameResolver::Answer& answer : node.mapped()) {
        answer(found);
      }
    }
    lock.lock();
  }
  --look_ups->threads;
}

class SystemResolver final : public NameResolver {
 public:
  ~SystemResolver() override {
    const std::lock_guard lock(look_ups_->mutex);
    look_ups_->closed = true;
  }

  void resolve(const std::string& host, Answer answer) override {
    std::unique_lock lock(look_ups_->mutex);
    auto& answers = look_ups_->asked[host];
    answers.push_back(std::move(answer));
    if (answers.size() > 1) {
      return;
    }
    look_ups_->queue.push_back(host);
    if (look_ups_->threads == kResolverThreads) {
      return;
    }
    try {
      std::thread([look_ups = look_ups_] { work(look_ups); }).detach();
      ++look_ups_->threads;
    } catch (const std::system_error& error) {
      if (look_ups_->threads > 0) {
        return;  // another thread comes to it
      }
      const auto node = look_ups_->asked.extract(host);
      look_ups_->queue.pop_back();
      lock.unlock();
      for (Answer& waiting : node.mapped()) {
        waiting(fail(ErrorCode::server_unreachable, std::string("no thread for a name look-up: ") + error.what()));
      }
    }
  }

 private:
  std::shared_ptr<LookUps> look_ups_ = std::make_shared<LookUps>();
};

}  // namespace

std::unique_ptr<NameResolver> make_system_resolver() { return std::make_unique<SystemResolver>(); }

}  // namespace rakkan::fetch
