// Worker is one I/O thread with its acceptor and its connections. Everything but post() and the atomics belongs to that
// thread.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "http/admission.hpp"
#include "http/connection.hpp"
#include "http/lingering.hpp"
#include "http/local_socket.hpp"
#include "http/prepared_problems.hpp"
#include "http/refusal_pace.hpp"
#include "http/shared.hpp"
#include "http/silence.hpp"

namespace rakkan::http {

class Worker {
 public:
  // `id_prefix` is random, so that ids of requests differ from those of other threads and other starts.
  Worker(Shared& shared, TlsContext tls, std::string id_prefix);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Takes the address for this process: address_in_use when any socket listens on it, also one that would share it;
  // configuration_invalid when the address is not this machine's. For port 0 the system chooses one, which address()
  // has.
  [[nodiscard]] Result<void> listen(const boost::asio::ip::tcp::endpoint& at);
  // Listens on the address of `first`, which is listening: the kernel spreads connections over the two (SO_REUSEPORT).
  // Errors as of listen().
  [[nodiscard]] Result<void> listen_beside(Worker& first);
  // Accepts on the Unix socket too; its owner keeps the name and removes it.
  [[nodiscard]] Result<void> listen_locally(LocalSocket& socket);
  [[nodiscard]] boost::asio::ip::tcp::endpoint address() const;
  void start(unsigned number);

  // To be called from any thread:
  void use(TlsContext tls);  // uses the context for connections from now on
  void stop_accepting();     // stops accepting and closes idle connections
  void break_off();          // closes every connection
  void make_room();          // closes the connection that has been silent for longest
  void join() noexcept;      // ends the thread once all connections have ended
  [[nodiscard]] bool alive() const noexcept;

  // For the worker's sessions:
  [[nodiscard]] Shared& shared() noexcept { return shared_; }
  [[nodiscard]] std::string_view date() const noexcept { return date_; }  // "Date: …\r\n", not older than a tick
  void write_new_id(std::string& id);
  // Succeeds when this thread may take on one more request for that route. overloaded.
  [[nodiscard]] Result<void> admit(const Route& route, async::Owner owner);
  [[nodiscard]] Admission& admission(Needs needs) noexcept { return admissions_.at(static_cast<std::size_t>(needs)); }
  [[nodiscard]] Silence& silence() noexcept { return silence_; }
  [[nodiscard]] RefusalPace& refusal_pace() noexcept { return refusal_pace_; }
  [[nodiscard]] PreparedProblems& problems() noexcept { return problems_; }
  // The account of a tenant's bodies; finding it takes a lock only the first time.
  [[nodiscard]] async::ByteBudget::Account& memory_of(std::string_view tenant);
  void enter(Connection& connection);
  void leave(Connection& connection);

 private:
  enum class Sharing : bool { no, yes };
  [[nodiscard]] Result<void> open_acceptor(const boost::asio::ip::tcp::endpoint& at, Sharing sharing);
  [[nodiscard]] async::Task<void> accept_all();
  [[nodiscard]] async::Task<void> accept_local();
  [[nodiscard]] async::Task<void> pause_for_descriptors(const boost::system::error_code& error);
  [[nodiscard]] async::Task<void> tick_always();
  void accept_waiting();
  void welcome(boost::asio::ip::tcp::socket socket);
  void welcome_local(boost::asio::local::stream_protocol::socket socket);
  void close_acceptors();
  void refuse(Stream::Socket socket, const IpAddress& peer, const Error& error);
  [[nodiscard]] Result<AddressCounts::Place> take_place(const IpAddress& address);
  [[nodiscard]] bool one_gives_way();
  void tick();
  void measure_lag(Admission::Time now);

  Shared& shared_;
  TlsContext tls_;
  const std::string id_prefix_;
  std::uint64_t ids_ = 0;
  std::string date_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stays_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::local::stream_protocol::acceptor local_acceptor_;  // not open: none
  boost::asio::steady_timer ticker_;
  Lingering lingering_;
  bool ending_ = false;
  bool more_are_late_ = false;  // the last tick may have left late connections to the next
  std::unordered_set<Connection*> connections_;
  Silence silence_;
  RefusalPace refusal_pace_;
  PreparedProblems problems_;
  std::size_t asked_for_room_ = 0;  // how often other workers were asked to make room, one after another
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept { return std::hash<std::string_view>{}(name); }
  };
  std::unordered_map<std::string, async::ByteBudget::Account*, Hash, std::equal_to<>> accounts_;
  std::array<Admission, kNeeds> admissions_;
  // When the empty task was posted that measures how long ready work waits for this thread; one at a time.
  std::optional<Admission::Time> lag_since_;
  Admission::Duration lag_{};
  std::atomic<std::chrono::steady_clock::rep> last_tick_;
  std::thread thread_;
};

[[nodiscard]] IpAddress ip_address(const boost::asio::ip::address& address);

}  // namespace rakkan::http
