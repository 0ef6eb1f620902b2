#include "http/worker.hpp"

#include <pthread.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdio>
#include <ctime>
#include <utility>

#include "http/client_address.hpp"
#include "http/response_head.hpp"
#include "http/session.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/http/problem.hpp"

namespace rakkan::http {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Local = asio::local::stream_protocol;
using std::chrono::steady_clock;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr std::chrono::milliseconds kTick{100};
// Connections that came together are too slow together. Ending one costs an answer, a line of the log, and often the
// next connection of the same peer: so many are ended at once, the others a little later, and requests pass between.
constexpr int kEndedAtOnce = 16;
constexpr std::chrono::milliseconds kTickWhileMoreAreLate{5};
constexpr std::chrono::seconds kAliveWithin{5};
constexpr std::chrono::milliseconds kPauseWithoutDescriptors{100};
constexpr int kBacklog = 4'096;
constexpr int kAcceptedAtOnce = 64;
// With fewer free places than this, connections are tight: silent ones give way, so that a new connection finds a
// place.
constexpr std::uint64_t kMostPlacesFree = 64;

// The field Date (RFC 9110 §5.6.7, §6.6.1), independent of the locale.
std::string date_field(std::time_t now) {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm t{};
  static_cast<void>(::gmtime_r(&now, &t));
  std::array<char, 64> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
                    kDays.at(static_cast<std::size_t>(t.tm_wday)), t.tm_mday,
                    kMonths.at(static_cast<std::size_t>(t.tm_mon)), t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
  return {text.data(), static_cast<std::size_t>(size)};
}

Result<void> cannot_listen(const Tcp::endpoint& at, const boost::system::error_code& error) {
  const bool taken = error == asio::error::address_in_use;
  return fail(taken ? ErrorCode::address_in_use : ErrorCode::configuration_invalid, "cannot listen: " + error.message(),
              at.address().to_string() + " port " + std::to_string(at.port()));
}

}  // namespace

IpAddress ip_address(const asio::ip::address& address) {
  IpAddress result;
  const asio::ip::address_v6 wide =
      address.is_v4() ? asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()) : address.to_v6();
  const auto octets = wide.to_bytes();
  std::copy(octets.begin(), octets.end(), result.octets.begin());
  return result;
}

Worker::Worker(Shared& shared, TlsContext tls, std::string id_prefix)
    : shared_(shared),
      tls_(std::move(tls)),
      id_prefix_(std::move(id_prefix)),
      date_(date_field(std::time(nullptr))),
      stays_(asio::make_work_guard(context_)),
      acceptor_(context_),
      local_acceptor_(context_),
      ticker_(context_),
      admissions_{Admission(shared.options.limits.queue_delay), Admission(shared.options.limits.queue_delay),
                  Admission(shared.options.limits.queue_delay), Admission(shared.options.limits.queue_delay)},
      last_tick_(steady_clock::now().time_since_epoch().count()) {}

Worker::~Worker() { join(); }

// SO_REUSEPORT makes the sockets of one user share an address, also those of other processes: a second server with
// another data folder would get a part of this one's connections. So the first socket asks for the address exclusively,
// and listens before it lets other sockets of this process join; Linux looks at the option of a listening socket
// whenever another one wants its address.
Result<void> Worker::listen(const Tcp::endpoint& at) { return open_acceptor(at, Sharing::no); }

Result<void> Worker::listen_beside(Worker& first) {
  const Tcp::endpoint at = first.address();
  boost::system::error_code error;
  first.acceptor_.set_option(ReusePort(true), error);
  return error ? cannot_listen(at, error) : open_acceptor(at, Sharing::yes);
}

Result<void> Worker::open_acceptor(const Tcp::endpoint& at, Sharing sharing) {
  boost::system::error_code error;
  const auto step = [&](auto operation) {
    if (!error) {
      operation();
    }
  };
  step([&] { acceptor_.open(at.protocol(), error); });
  // Ended connections of an earlier process that the kernel still remembers (TIME_WAIT) do not prevent a start.
  step([&] { acceptor_.set_option(Tcp::acceptor::reuse_address(true), error); });
  step([&] { acceptor_.set_option(ReusePort(sharing == Sharing::yes), error); });
  step([&] { acceptor_.bind(at, error); });
  step([&] { acceptor_.listen(kBacklog, error); });
  step([&] { acceptor_.non_blocking(true, error); });
  return error ? cannot_listen(at, error) : Result<void>();
}

Result<void> Worker::listen_locally(LocalSocket& socket) {
  boost::system::error_code error;
  local_acceptor_.assign(Local(), socket.take(), error);
  return error ? fail(ErrorCode::internal, "the Unix socket is not taken over: " + error.message()) : Result<void>();
}

Tcp::endpoint Worker::address() const { return acceptor_.local_endpoint(); }

void Worker::start(unsigned number) {
  asio::co_spawn(context_, accept_all(), asio::detached);
  if (local_acceptor_.is_open()) {
    asio::co_spawn(context_, accept_local(), asio::detached);
  }
  asio::co_spawn(context_, tick_always(), asio::detached);
  thread_ = std::thread([this] { context_.run(); });
  ::pthread_setname_np(thread_.native_handle(), ("http-" + std::to_string(number)).c_str());
}

void Worker::use(TlsContext tls) {
  asio::post(context_, [this, tls = std::move(tls)]() mutable { tls_ = std::move(tls); });
}

void Worker::stop_accepting() {
  asio::post(context_, [this] {
    close_acceptors();
    for (Connection* connection : connections_) {
      if (connection->is_idle() && !connection->has_input()) {
        connection->break_off();
      }
      connection->end_pause();
    }
  });
}

void Worker::close_acceptors() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  local_acceptor_.close(ignored);
}

void Worker::break_off() {
  asio::post(context_, [this] {
    for (Connection* connection : connections_) {
      connection->break_off();
    }
  });
}

void Worker::make_room() {
  asio::post(context_, [this] { static_cast<void>(one_gives_way()); });
}

bool Worker::one_gives_way() {
  Connection* const silent = silence_.first_to_go();
  if (silent == nullptr) {
    return false;
  }
  silent->give_way();
  shared_.gave_way.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void Worker::join() noexcept {
  if (!thread_.joinable()) {
    return;
  }
  asio::post(context_, [this] {
    close_acceptors();
    lingering_.end();
    ending_ = true;  // needed because cancelling does not reach a timer that has already expired
    ticker_.cancel();
    stays_.reset();
  });
  thread_.join();
}

bool Worker::alive() const noexcept {
  const steady_clock::duration last(last_tick_.load(std::memory_order_relaxed));
  return steady_clock::now().time_since_epoch() - last < kAliveWithin;
}

void Worker::write_new_id(std::string& id) {
  std::array<char, 16> counter{};
  std::uint64_t number = ids_++;
  for (std::size_t i = counter.size(); i-- > 0; number >>= 4U) {
    counter[i] = "0123456789abcdef"[number & 0xFU];
  }
  id.assign(id_prefix_).append(counter.data(), counter.size());
}

Result<void> Worker::admit(const Route& route, async::Owner owner) {
  const Admission::Time now = steady_clock::now();
  measure_lag(now);
  const Admission::Duration lag = lag_since_ ? std::max<Admission::Duration>(lag_, now - *lag_since_) : lag_;
  return admission(route.needs).ask(now, shared_.router.backlog(route.needs) + kPassages * lag, owner);
}

void Worker::measure_lag(Admission::Time now) {
  if (lag_since_) {
    return;
  }
  lag_since_ = now;
  asio::post(context_, [this] {
    lag_ = steady_clock::now() - *lag_since_;
    lag_since_.reset();
  });
}

async::ByteBudget::Account& Worker::memory_of(std::string_view tenant) {
  if (const auto known = accounts_.find(tenant); known != accounts_.end()) {
    return *known->second;
  }
  return *accounts_.emplace(std::string(tenant), &shared_.budget.account(tenant)).first->second;
}

void Worker::enter(Connection& connection) { connections_.insert(&connection); }
void Worker::leave(Connection& connection) { connections_.erase(&connection); }

async::Task<void> Worker::accept_all() {
  while (acceptor_.is_open()) {
    auto [error, socket] = co_await acceptor_.async_accept(Stream::kToken);
    if (!error) {
      welcome(std::move(socket));
      accept_waiting();
      continue;
    }
    co_await pause_for_descriptors(error);
  }
}

async::Task<void> Worker::accept_local() {
  while (local_acceptor_.is_open()) {
    auto [error, socket] = co_await local_acceptor_.async_accept(Stream::kToken);
    if (!error) {
      welcome_local(std::move(socket));
      continue;
    }
    co_await pause_for_descriptors(error);
  }
}

async::Task<void> Worker::pause_for_descriptors(const boost::system::error_code& error) {
  if (error == asio::error::no_descriptors || error == asio::error::no_buffer_space ||
      error == asio::error::no_memory) {
    asio::steady_timer pause(context_, kPauseWithoutDescriptors);  // connections that end make room
    co_await pause.async_wait(Stream::kToken);
  }
}

// Accepts the connections that wait behind the first: under load a connection must not cost a whole round of the
// thread.
void Worker::accept_waiting() {
  for (int i = 0; i < kAcceptedAtOnce; ++i) {
    boost::system::error_code error;
    Tcp::socket socket(context_);
    acceptor_.accept(socket, error);
    if (error) {
      return;  // no connection waits; any other error is met again by the next wait
    }
    welcome(std::move(socket));
  }
}

void Worker::welcome(Tcp::socket socket) {
  boost::system::error_code error;
  const Tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) {
    return;  // the peer is gone already
  }
  const IpAddress address = ip_address(peer.address());
  auto place = take_place(address);
  if (!place) {
    shared_.refused.fetch_add(1, std::memory_order_relaxed);
    refuse(std::move(socket), address, place.error());
    return;
  }
  socket.set_option(Tcp::no_delay(true), error);
  asio::co_spawn(context_, serve_connection(*this, Stream(std::move(socket), tls_), {address, {}}, *std::move(place)),
                 asio::detached);
}

// Serves the operator's commands, which are few, also when all places are taken.
void Worker::welcome_local(Local::socket socket) {
  const Result<std::uint32_t> user = check_peer(socket.native_handle());
  if (!user) {
    shared_.refused.fetch_add(1, std::memory_order_relaxed);
    refuse(std::move(socket), kLocalPeer, user.error());
    return;
  }
  shared_.connections.fetch_add(1);
  asio::co_spawn(context_, serve_connection(*this, Stream(std::move(socket), nullptr), {kLocalPeer, *user}, {}),
                 asio::detached);
}

// Takes a place among all connections, and one among those of the address. For a trusted proxy the latter is taken for
// each request, which names the caller behind the proxy.
Result<AddressCounts::Place> Worker::take_place(const IpAddress& address) {
  AddressCounts::Place place;
  if (!is_within(address, shared_.trusted_proxies)) {
    RAKKAN_TRY(place, shared_.addresses.enter(address));
  }
  const std::uint64_t most = shared_.options.limits.connections;
  const std::uint64_t open = shared_.connections.fetch_add(1) + 1;
  if (open > most - std::min(kMostPlacesFree, most / 8) && !one_gives_way()) {
    Worker* const other = shared_.workers[asked_for_room_++ % shared_.workers.size()];
    if (other != this) {  // on this thread the new connection itself might be the only silent one
      other->make_room();
    }
  }
  if (open > most) {
    shared_.connections.fetch_sub(1);
    return fail(Error{ErrorCode::overloaded, "too many connections", {}, std::chrono::milliseconds(1'000), {}});
  }
  return place;
}

// Refuses a connection by one attempt to write, without waiting: the answer fits into the socket's buffer. The socket
// lingers, so that the peer reads the answer.
void Worker::refuse(Stream::Socket socket, const IpAddress& peer, const Error& error) {
  shared_.observer.connection_failed(peer, error);
  if (tls_ && error.code != ErrorCode::local_user_refused) {
    return;
  }
  const Response response = problem(error, "", Language::en);
  std::string text = "HTTP/1.1 " + std::to_string(response.status()) + " " +
                     std::string(reason_phrase(response.status())) +
                     "\r\nConnection: close\r\nContent-Length: " + std::to_string(response.size()) + "\r\n" +
                     std::string(response.fields()) + "\r\n";
  for (const ByteView piece : response.pieces()) {
    text += text_of(piece);
  }
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(text), ignored);
  socket.shutdown(Stream::Socket::shutdown_send, ignored);
  lingering_.keep(std::move(socket));
}

async::Task<void> Worker::tick_always() {
  while (!ending_) {
    ticker_.expires_after(more_are_late_ ? kTickWhileMoreAreLate : kTick);
    const auto [error] = co_await ticker_.async_wait(Stream::kToken);
    if (error) {
      co_return;
    }
    tick();
  }
}

void Worker::tick() {
  const auto now = steady_clock::now();
  last_tick_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  date_ = date_field(std::time(nullptr));
  int ended = 0;
  for (auto connection = connections_.begin(); connection != connections_.end() && ended < kEndedAtOnce; ++connection) {
    ended += (*connection)->tick(now) ? 1 : 0;
  }
  more_are_late_ = ended == kEndedAtOnce;
  lingering_.tick(now);
  shared_.documents.age(now);
}

}  // namespace rakkan::http
