#include "rakkan/async/task.hpp"
#include "rakkan/fetch/exchange.hpp"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>

#include "fetch/circuit_breaker.hpp"
#include "fetch/flight.hpp"
#include "fetch/turns.hpp"

namespace rakkan::fetch {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestPoll{60'000};
constexpr std::size_t kMostNames = 256;
constexpr std::size_t kMostOrigins = 1'024;
constexpr std::size_t kMostOwnOrigins = 256;  // that metrics name
constexpr std::string_view kOther = "other";
constexpr int kFirstServerError = 500;

struct MultiDeleter {
  void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};
using Multi = std::unique_ptr<CURLM, MultiDeleter>;

bool is_server_error(int status) noexcept { return status == 500 || status == 502 || status == 503 || status == 504; }
// Statuses after which the same request may soon succeed.
bool passes(int status) noexcept { return status == 429 || (is_server_error(status) && status != kFirstServerError); }

struct Submission {
  Exchange request;
  Origin origin;
  async::Owner owner;
  Waiter waiter;
};

struct Resolved {
  std::uint64_t flight;
  Result<std::vector<IpAddress>> addresses;
};

// Inbox is where other threads leave things for the loop. Resolvers share it, since their answers may come when the
// loop is gone.
struct Inbox {
  std::mutex mutex;
  CURLM* multi = nullptr;  // null once the loop has ended
  bool stopping = false;
  std::vector<Submission> submissions;
  std::vector<Resolved> resolved;
  ExchangeLoop::Load load;

  void wake() const noexcept {  // with the mutex held
    if (multi != nullptr) {
      curl_multi_wakeup(multi);
    }
  }
};

// Loop is the thread's own part. Nothing in it is locked; answers are given after the numbers of the step are
// published.
class Loop {
 public:
  Loop(const Options& options, OutsideAddresses addresses, std::shared_ptr<NameResolver> resolver,
       std::shared_ptr<Inbox> inbox, Multi multi)
      : options_(options),
        addresses_(std::move(addresses)),
        resolver_(std::move(resolver)),
        inbox_(std::move(inbox)),
        multi_(std::move(multi)),
        received_{options.receiving} {}

  void run() {
    while (take_inbox()) {
      const Time now = std::chrono::steady_clock::now();
      expire(now);
      admit(now);
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      const bool ended = collect();
      publish();
      if (!ended) {
        curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(until_next().count()), nullptr);
      }
    }
    end();
  }

 private:
  struct OriginState {
    explicit OriginState(const Options& options) noexcept
        : breaker(options.breaker_failures, options.breaker_first, options.breaker_last) {}
    CircuitBreaker breaker;
    std::size_t in_flight = 0;
    bool own_connections = false;  // libcurl may keep connections that were not judged
  };
  struct Names {
    std::vector<IpAddress> addresses;
    Time until;
  };
  struct Given {
    std::vector<Waiter> to;
    Result<SharedResponse> answer;
  };

  bool take_inbox();
  void submit(Submission submission);
  void make_room(Submission& submission);
  void expire(Time now);
  void admit(Time now);
  Flight* next_flight(Time now);
  void begin(Flight& flight, Time now);
  void resolve(Flight& flight);
  void resolved(Resolved answer);
  void connect(Flight& flight, const std::vector<IpAddress>& addresses);
  bool collect();
  void transferred(Flight& flight, CURLcode result);
  void answered(Flight& flight, HttpResponse response);
  void failed(Flight& flight, Error error, bool again);
  [[nodiscard]] bool pause(Flight& flight, std::optional<milliseconds> wanted);
  void release(Flight& flight);
  void finish(Flight& flight, Outcome outcome, Result<SharedResponse> answer);
  void give_up(Flight& flight, Time now);
  void publish();
  void end();
  [[nodiscard]] milliseconds until_next() const;

  [[nodiscard]] bool is_own(const Exchange& request, const Origin& origin) const {
    return request.own_origin || addresses_.allows(origin);
  }
  [[nodiscard]] OriginState& state_of(const Origin& origin);
  [[nodiscard]] std::string label(const Origin& origin) const {
    return named_.contains(origin) ? to_string(origin) : std::string(kOther);
  }
  void count(const Flight& flight, Outcome outcome) {
    ++counts_[{label(flight.origin), flight.request.purpose.kind, outcome}];
  }

  const Options options_;
  const OutsideAddresses addresses_;
  const std::shared_ptr<NameResolver> resolver_;
  const std::shared_ptr<Inbox> inbox_;
  const Multi multi_;
  Received received_;
  std::minstd_rand jitter_{std::random_device{}()};

  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, std::unique_ptr<Flight>> flights_;  // in the order of their arrival
  std::map<std::string, std::uint64_t> shared_;               // the flight of a key
  std::map<Origin, OriginState> origins_;
  std::set<Origin> named_;  // the operator's own origins
  std::map<std::string, Names> names_;
  std::map<std::tuple<std::string, ExchangeKind, Outcome>, std::uint64_t> counts_;
  Turns turns_;
  std::size_t waiting_ = 0;
  std::size_t in_flight_ = 0;
  std::vector<Given> given_;  // answers of this step
};

// False when the loop is to end.
bool Loop::take_inbox() {
  std::vector<Submission> submissions;
  std::vector<Resolved> answers;
  {
    const std::lock_guard lock(inbox_->mutex);
    if (inbox_->stopping) {
      return false;
    }
    submissions.swap(inbox_->submissions);
    answers.swap(inbox_->resolved);
  }
  for (Submission& submission : submissions) {
    submit(std::move(submission));
  }
  for (Resolved& answer : answers) {
    resolved(std::move(answer));
  }
  return true;
}

void Loop::submit(Submission submission) {
  const std::string key = key_of(submission.request);
  if (const auto found = shared_.find(key); !key.empty() && found != shared_.end()) {
    flights_.at(found->second)->waiters.push_back(std::move(submission.waiter));
    return;
  }
  if (waiting_ >= options_.waiting) {
    make_room(submission);
  }
  if (!submission.waiter.answer) {
    return;  // refused
  }
  if (is_own(submission.request, submission.origin) && named_.size() < kMostOwnOrigins) {
    named_.insert(submission.origin);
  }
  auto flight = std::make_unique<Flight>();
  flight->id = ++last_id_;
  flight->request = std::move(submission.request);
  flight->origin = std::move(submission.origin);
  flight->owner = submission.owner;
  flight->waiters.push_back(std::move(submission.waiter));
  if (!key.empty()) {
    shared_.emplace(key, flight->id);
    flight->key = key;
  }
  turns_.arrived(flight->owner);
  ++waiting_;
  flights_.emplace(flight->id, std::move(flight));
}

// Refuses the newest waiting exchange of the owner with the most of them, or the submission itself when its owner has
// no fewer.
void Loop::make_room(Submission& submission) {
  Flight* gone = nullptr;
  std::size_t most = turns_.waiting(submission.owner) + 1;
  for (const auto& [id, flight] : flights_) {
    if (!flight->holds_place() && !flight->began && turns_.waiting(flight->owner) >= most) {
      most = std::max(most, turns_.waiting(flight->owner));
      gone = turns_.waiting(flight->owner) > turns_.waiting(submission.owner) + 1 ? flight.get() : gone;
    }
  }
  Error full{ErrorCode::overloaded, "too many requests to other servers are waiting", {}, milliseconds(1'000), {}};
  if (gone != nullptr) {
    finish(*gone, Outcome::refused, fail(std::move(full)));
    return;
  }
  ++counts_[{label(submission.origin), submission.request.purpose.kind, Outcome::refused}];
  given_.push_back({{std::move(submission.waiter)}, fail(std::move(full))});
  submission.waiter.answer = nullptr;
}

void Loop::expire(Time now) {
  std::vector<Flight*> all;
  all.reserve(flights_.size());
  for (const auto& [id, flight] : flights_) {
    all.push_back(flight.get());
  }
  for (Flight* const flight : all) {
    auto& waiters = flight->waiters;
    const auto late =
        std::stable_partition(waiters.begin(), waiters.end(), [&](const Waiter& w) { return w.deadline > now; });
    if (late == waiters.begin()) {
      give_up(*flight, now);
    } else if (now >= flight->ends()) {
      if (flight->holds_place()) {
        state_of(flight->origin).breaker.failed(now);
      }
      finish(*flight, Outcome::timed_out, fail(ErrorCode::deadline_exceeded, "no answer in time"));
    } else if (late != waiters.end()) {
      std::vector<Waiter> gone(std::make_move_iterator(late), std::make_move_iterator(waiters.end()));
      waiters.erase(late, waiters.end());
      given_.push_back({std::move(gone), fail(ErrorCode::deadline_exceeded, "the deadline passed")});
    }
  }
}

// Nobody waits for the answer any more. An origin that had half of its time is to blame for that.
void Loop::give_up(Flight& flight, Time now) {
  const bool had_its_turn = flight.holds_place();
  if (had_its_turn) {
    CircuitBreaker& breaker = state_of(flight.origin).breaker;
    now - flight.admitted >= flight.request.timeout / 2 ? breaker.failed(now) : breaker.undecided(now);
  }
  finish(flight, Outcome::timed_out,
         fail(ErrorCode::deadline_exceeded, had_its_turn ? "the deadline passed before the answer"
                                                         : "the deadline passed before the request's turn"));
}

void Loop::admit(Time now) {
  while (Flight* const flight = next_flight(now)) {
    OriginState& state = state_of(flight->origin);
    if (!state.breaker.admits(now)) {
      Error open{ErrorCode::server_unreachable,
                 "not asked: the server failed again and again",
                 {},
                 state.breaker.retry_after(now),
                 {}};
      finish(*flight, Outcome::refused, fail(std::move(open)));
      continue;
    }
    begin(*flight, now);
  }
}

// The flight whose turn it is: one that may begin now, or one whose origin is not asked at present.
Flight* Loop::next_flight(Time now) {
  Flight* next = nullptr;
  for (const auto& [id, flight] : flights_) {
    if (flight->holds_place() || flight->ready_at > now) {
      continue;
    }
    const OriginState& state = state_of(flight->origin);
    const bool refused = state.breaker.refuses(now);
    if (refused) {
      return flight.get();
    }
    const bool room = in_flight_ < options_.in_flight && state.in_flight < options_.in_flight_an_origin;
    if (room && (next == nullptr || turns_.rank(flight->owner) < turns_.rank(next->owner))) {
      next = flight.get();
    }
  }
  return next;
}

void Loop::begin(Flight& flight, Time now) {
  ++state_of(flight.origin).in_flight;
  ++in_flight_;
  --waiting_;
  ++flight.attempts;
  flight.admitted = now;
  flight.began = flight.began.value_or(now);
  turns_.began(flight.owner);
  if (const auto literal = flight.origin.literal()) {
    const bool mapped = literal->is_v4() && flight.origin.host.find(':') != std::string::npos;
    if (!is_own(flight.request, flight.origin) && (mapped || !is_public(*literal))) {
      flight.phase = Phase::resolving;  // it holds a place, which failed() gives back
      failed(flight, {ErrorCode::outside_address_refused, flight.origin.host + " is not a public address", {}, {}, {}},
             false);
      return;
    }
    connect(flight, {});
    return;
  }
  resolve(flight);
}

void Loop::resolve(Flight& flight) {
  flight.phase = Phase::resolving;
  const auto known = names_.find(flight.origin.host);
  if (known != names_.end() && known->second.until > flight.admitted) {
    connect(flight, known->second.addresses);
    return;
  }
  resolver_->resolve(flight.origin.host, [inbox = std::weak_ptr(inbox_), id = flight.id](auto addresses) {
    if (const auto open = inbox.lock()) {
      const std::lock_guard lock(open->mutex);
      open->resolved.push_back({id, std::move(addresses)});
      open->wake();
    }
  });
}

void Loop::resolved(Resolved answer) {
  const auto found = flights_.find(answer.flight);
  if (found == flights_.end() || found->second->phase != Phase::resolving) {
    return;  // given up meanwhile
  }
  Flight& flight = *found->second;
  if (!answer.addresses) {
    failed(flight, std::move(answer.addresses).error(), true);
    return;
  }
  const Time now = std::chrono::steady_clock::now();
  if (names_.size() >= kMostNames) {
    std::erase_if(names_, [&](const auto& one) { return one.second.until <= now; });
  }
  if (names_.size() < kMostNames) {
    names_.insert_or_assign(flight.origin.host, Names{*answer.addresses, now + options_.name_lifetime});
  }
  connect(flight, *answer.addresses);
}

// Of a name's addresses only public ones are tried; a name without any is refused.
void Loop::connect(Flight& flight, const std::vector<IpAddress>& addresses) {
  const bool own = is_own(flight.request, flight.origin);
  std::vector<IpAddress> good;
  std::copy_if(addresses.begin(), addresses.end(), std::back_inserter(good),
               [&](const IpAddress& address) { return own || is_public(address); });
  flight.phase = Phase::resolving;
  if (good.empty() && !addresses.empty()) {
    failed(flight,
           {ErrorCode::outside_address_refused,
            flight.origin.host + " has the address " + to_string(addresses.front()) + ", which is not public",
            {},
            {},
            {}},
           false);
    return;
  }
  OriginState& state = state_of(flight.origin);
  // A connection that was made without judgement must not serve an exchange that needs one.
  const bool fresh = !own && state.own_connections;
  state.own_connections = state.own_connections || own;
  auto transfer = Transfer::prepare({flight.request, flight.origin, good, !own, fresh, &flight}, received_);
  if (!transfer) {
    failed(flight, std::move(transfer).error(), false);
    return;
  }
  flight.transfer = *std::move(transfer);
  if (curl_multi_add_handle(multi_.get(), flight.transfer->handle()) != CURLM_OK) {
    flight.transfer.reset();
    failed(flight, {ErrorCode::internal, "libcurl took no further request", {}, {}, {}}, false);
    return;
  }
  flight.phase = Phase::transferring;
}

// True when a transfer ended, so that another may begin at once.
bool Loop::collect() {
  std::vector<std::pair<Flight*, CURLcode>> ended;
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg == CURLMSG_DONE) {
      ended.emplace_back(static_cast<Flight*>(Transfer::owner_of(message->easy_handle)), message->data.result);
    }
  }
  for (const auto& [flight, result] : ended) {
    transferred(*flight, result);
  }
  return !ended.empty();
}

void Loop::transferred(Flight& flight, CURLcode result) {
  Result<HttpResponse> response = flight.transfer->end(result);
  if (response) {
    answered(flight, *std::move(response));
    return;
  }
  const bool repeatable = response.error().code == ErrorCode::server_unreachable && !Transfer::is_distrust(result);
  failed(flight, std::move(response).error(),
         repeatable && (flight.request.idempotent || flight.transfer->sent_nothing()));
}

void Loop::answered(Flight& flight, HttpResponse response) {
  CircuitBreaker& breaker = state_of(flight.origin).breaker;
  is_server_error(response.status) ? breaker.failed(std::chrono::steady_clock::now()) : breaker.succeeded();
  release(flight);
  const Result<bool> moved = follow(flight, response);
  if (!moved) {
    finish(flight, Outcome::failed, fail(moved.error()));
    return;
  }
  if (*moved) {
    flight.attempts = 0;
    return;  // it waits for its turn at the next hop
  }
  if (flight.request.idempotent && passes(response.status) && breaker.state() == BreakerState::closed &&
      pause(flight, retry_after_of(response))) {
    return;
  }
  finish(flight, is_server_error(response.status) ? Outcome::failed : Outcome::answered,
         std::make_shared<const HttpResponse>(std::move(response)));
}

// An attempt ended without an answer; `again` says whether another may follow. The flight holds its place still.
void Loop::failed(Flight& flight, Error error, bool again) {
  CircuitBreaker& breaker = state_of(flight.origin).breaker;
  const Time now = std::chrono::steady_clock::now();
  const bool late = error.code == ErrorCode::deadline_exceeded;
  const bool refused = error.code == ErrorCode::outside_address_refused;
  if (late || error.code == ErrorCode::server_unreachable || error.code == ErrorCode::malformed_server_answer) {
    breaker.failed(now);
  } else if (error.code == ErrorCode::input_too_large) {
    breaker.succeeded();
  } else {
    breaker.undecided(now);
  }
  release(flight);
  if (again && breaker.state() == BreakerState::closed && pause(flight, std::nullopt)) {
    return;
  }
  finish(flight, late ? Outcome::timed_out : refused ? Outcome::refused : Outcome::failed, fail(std::move(error)));
}

// Sets the time of a further attempt. False when there is none left, or nobody would wait so long.
bool Loop::pause(Flight& flight, std::optional<milliseconds> wanted) {
  if (flight.attempts >= options_.attempts) {
    return false;
  }
  const milliseconds longest = options_.retry_pause * (1U << std::min(flight.attempts - 1, 16U));
  std::uniform_int_distribution<milliseconds::rep> between(longest.count() / 2, longest.count());
  const milliseconds jittered(between(jitter_));
  const Time ready = std::chrono::steady_clock::now() + std::max(jittered, wanted.value_or(milliseconds(0)));
  if (ready >= std::min(flight.ends(), flight.last_deadline())) {
    return false;
  }
  flight.ready_at = ready;
  return true;
}

// Gives the flight's place back; it waits from then on.
void Loop::release(Flight& flight) {
  if (flight.transfer) {
    curl_multi_remove_handle(multi_.get(), flight.transfer->handle());
    flight.transfer.reset();
  }
  if (flight.holds_place()) {
    --state_of(flight.origin).in_flight;
    --in_flight_;
    ++waiting_;
    turns_.ended(flight.owner);
  }
  flight.phase = Phase::waiting;
}

void Loop::finish(Flight& flight, Outcome outcome, Result<SharedResponse> answer) {
  release(flight);
  count(flight, outcome);
  turns_.left(flight.owner);
  --waiting_;
  if (!flight.key.empty()) {
    shared_.erase(flight.key);
  }
  given_.push_back({std::move(flight.waiters), std::move(answer)});
  flights_.erase(flight.id);
}

Loop::OriginState& Loop::state_of(const Origin& origin) {
  if (origins_.size() >= kMostOrigins && !origins_.contains(origin)) {
    std::erase_if(origins_, [&](const auto& one) { return one.second.in_flight == 0 && !named_.contains(one.first); });
  }
  return origins_.try_emplace(origin, options_).first->second;
}

// Shows the numbers of this step, and gives its answers.
void Loop::publish() {
  ExchangeLoop::Load load{waiting_, in_flight_, {}, {}};
  for (const auto& [key, exchanges] : counts_) {
    load.counts.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), exchanges});
  }
  ExchangeLoop::OriginLoad other{std::string(kOther), BreakerState::closed, 0};
  for (const auto& [origin, state] : origins_) {
    if (named_.contains(origin)) {
      load.origins.push_back({to_string(origin), state.breaker.state(), state.in_flight});
    } else {
      other.breaker = std::max(other.breaker, state.breaker.state());
      other.in_flight += state.in_flight;
    }
  }
  load.origins.push_back(std::move(other));
  {
    const std::lock_guard lock(inbox_->mutex);
    inbox_->load = std::move(load);
  }
  for (Given& given : std::exchange(given_, {})) {
    for (Waiter& waiter : given.to) {
      waiter.answer(given.answer);
    }
  }
}

milliseconds Loop::until_next() const {
  const Time now = std::chrono::steady_clock::now();
  Time next = Time::max();
  for (const auto& [id, flight] : flights_) {
    next = std::min(next, flight->ends());
    for (const Waiter& waiter : flight->waiters) {
      next = std::min(next, waiter.deadline);
    }
    if (!flight->holds_place() && flight->ready_at > now) {
      next = std::min(next, flight->ready_at);
    }
  }
  if (next == Time::max()) {
    return kLongestPoll;
  }
  return std::clamp(std::chrono::ceil<milliseconds>(next - now), milliseconds(0), kLongestPoll);
}

void Loop::end() {
  std::vector<Submission> submissions;
  {
    const std::lock_guard lock(inbox_->mutex);
    submissions.swap(inbox_->submissions);
    inbox_->multi = nullptr;
  }
  const auto over = [] { return fail(ErrorCode::shutting_down, "requests to other servers are being ended"); };
  for (Submission& submission : submissions) {
    given_.push_back({{std::move(submission.waiter)}, over()});
  }
  while (!flights_.empty()) {
    finish(*flights_.begin()->second, Outcome::cancelled, over());
  }
  publish();
}

}  // namespace

struct ExchangeLoop::Impl {
  std::shared_ptr<Inbox> inbox = std::make_shared<Inbox>();
  std::mutex join_mutex;  // keeps two callers of stop() apart
  std::thread thread;
};

ExchangeLoop::ExchangeLoop(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}

ExchangeLoop::~ExchangeLoop() { stop(); }

Result<std::unique_ptr<ExchangeLoop>> ExchangeLoop::create(const Options& options,
                                                           std::shared_ptr<NameResolver> resolver) {
  RAKKAN_TRY(OutsideAddresses addresses, OutsideAddresses::allowing(options.allowed_origins));
  initialise_curl();
  Multi multi(curl_multi_init());
  if (!multi ||
      curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(options.in_flight)) != CURLM_OK) {
    return fail(ErrorCode::resource_shortage, "libcurl has no memory");
  }
  auto impl = std::make_unique<Impl>();
  impl->inbox->multi = multi.get();
  auto loop = std::make_unique<Loop>(options, std::move(addresses),
                                     resolver ? std::move(resolver) : std::shared_ptr(make_system_resolver()),
                                     impl->inbox, std::move(multi));
  try {
    impl->thread = std::thread([loop = std::move(loop)] {
      sigset_t all;
      sigfillset(&all);
      ::pthread_sigmask(SIG_BLOCK, &all, nullptr);  // signals are other threads' business, SIGPIPE nobody's
      loop->run();
    });
  } catch (const std::system_error& error) {
    return fail(ErrorCode::resource_shortage, std::string("no thread for requests to other servers: ") + error.what());
  }
  ::pthread_setname_np(impl->thread.native_handle(), "fetch");
  return std::unique_ptr<ExchangeLoop>(new ExchangeLoop(std::move(impl)));
}

async::Task<Result<SharedResponse>> ExchangeLoop::exchange(Exchange request, async::Deadline deadline,
                                                           async::Owner owner) {
  const ExchangePurpose purpose = request.purpose;
  const std::string url = shown_url(request.url);
  const auto named = [&](Error error) {
    error.detail = describe(purpose) + ": " + error.detail;
    return std::move(error).at(url);
  };
  if (!std::all_of(request.headers.begin(), request.headers.end(), is_one_line)) {
    co_return fail(named({ErrorCode::invalid_argument, "a header field of a request is not one line", {}, {}, {}}));
  }
  Result<Origin> origin = Origin::of(request.url);
  if (!origin) {
    co_return fail(named(std::move(origin).error()));
  }
  Inbox& inbox = *impl_->inbox;
  auto start = [&](Answerer answer) {
    {
      const std::lock_guard lock(inbox.mutex);
      if (inbox.multi != nullptr && !inbox.stopping) {
        inbox.submissions.push_back({std::move(request), *std::move(origin), owner, {std::move(answer), deadline}});
        inbox.wake();
        return;
      }
    }
    answer(fail(ErrorCode::shutting_down, "requests to other servers are being ended"));
  };
  Result<SharedResponse> answer = co_await async::await_answer<Result<SharedResponse>>(std::move(start));
  if (!answer) {
    co_return fail(named(std::move(answer).error()));
  }
  co_return answer;
}

void ExchangeLoop::stop() noexcept {
  {
    const std::lock_guard lock(impl_->inbox->mutex);
    impl_->inbox->stopping = true;
    impl_->inbox->wake();
  }
  const std::lock_guard lock(impl_->join_mutex);
  if (impl_->thread.joinable()) {
    impl_->thread.join();
  }
}

ExchangeLoop::Load ExchangeLoop::load() const {
  const std::lock_guard lock(impl_->inbox->mutex);
  return impl_->inbox->load;
}

std::string_view name(ExchangeKind kind) noexcept {
  switch (kind) {
    case ExchangeKind::timestamp:
      return "timestamp";
    case ExchangeKind::ocsp:
      return "ocsp";
    case ExchangeKind::crl:
      return "crl";
    case ExchangeKind::certificates:
      return "certificates";
  }
  return {};
}

std::string_view name(BreakerState state) noexcept {
  switch (state) {
    case BreakerState::closed:
      return "closed";
    case BreakerState::half_open:
      return "half-open";
    case BreakerState::open:
      return "open";
  }
  return {};
}

std::string_view name(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::answered:
      return "answered";
    case Outcome::failed:
      return "failed";
    case Outcome::timed_out:
      return "timed-out";
    case Outcome::refused:
      return "refused";
    case Outcome::cancelled:
      return "cancelled";
  }
  return {};
}

}  // namespace rakkan::fetch
