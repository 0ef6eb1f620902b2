#include "bystander.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "attack_requests.hpp"
#include "rakkan/tsp/timestamp_token.hpp"
#include "support/eventually.hpp"

namespace rakkan::test {
namespace {

using namespace std::chrono_literals;

// A caller of a contract service gives up after some seconds.
constexpr int kPatienceMs = 5'000 * kSlowness;

std::chrono::milliseconds period_of(Bystander::Stream stream) {
  return (stream == Bystander::Stream::party ? 100ms : 25ms) * kSlowness;
}

// The reason in an answer that is no success, in few words.
std::string refusal_of(const RawAnswer& answer) {
  if (!answer.whole) {
    return answer.status == 0 ? "no answer" : "half an answer";
  }
  const std::size_t code = answer.body.find("\"code\":\"");
  const std::size_t begin = code + 8;
  return std::to_string(answer.status) +
         (code == std::string::npos ? "" : " " + answer.body.substr(begin, answer.body.find('"', begin) - begin));
}

std::string judged(const RawAnswer& answer, unsigned status = 200) {
  return answer.whole && answer.status == status ? std::string() : refusal_of(answer);
}

std::string judged_token(const RawAnswer& answer) {
  if (std::string refusal = judged(answer); !refusal.empty()) {
    return refusal;
  }
  const auto response = tsp::parse_response(bytes_of(answer.body));
  return response && std::get_if<tsp::TimestampToken>(&*response) != nullptr ? "" : "a rejection";
}

double p99_of(std::vector<double> values) {
  if (values.empty()) {
    return 0;
  }
  const auto rank = static_cast<std::size_t>(std::ceil(0.99 * double(values.size()))) - 1;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rank), values.end());
  return values[rank];
}

}  // namespace

const char* Bystander::name(Stream stream) {
  switch (stream) {
    case Stream::cms:
      return "cms";
    case Stream::tsa:
      return "tsa";
    case Stream::party:
      return "party";
  }
  return "";
}

double Bystander::Figures::worst_p99_ms() const {
  double worst = 0;
  for (const auto& [stream, p99] : p99_ms) {
    worst = std::max(worst, p99);
  }
  return worst;
}

Bystander::Bystander(Account account) : account_(std::move(account)) {
  for (const Stream stream : kStreams) {
    threads_.emplace_back([this, stream] { go_on(stream); });
  }
}

Bystander::~Bystander() {
  over_ = true;
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void Bystander::go_on(Stream stream) {
  const auto period = period_of(stream);
  auto& done_until = done_until_.at(static_cast<std::size_t>(stream));
  std::optional<Wire> wire;
  for (int n = 0; !over_; ++n) {
    const auto begun = Clock::now();
    done_until = begun.time_since_epoch().count();
    std::string refusal = ask_once(stream, wire, account_.peer.from + name(stream) + std::to_string(n));
    const auto took = Clock::now() - begun;
    {
      const std::scoped_lock lock(mutex_);
      samples_.push_back({stream, begun, std::chrono::duration<double, std::milli>(took).count(), std::move(refusal)});
    }
    let_pass(begun + std::max<Clock::duration>(period, took) - Clock::now());
  }
  done_until = Clock::time_point::max().time_since_epoch().count();
}

RawAnswer Bystander::exchange(std::optional<Wire>& wire, const std::string& request) const {
  const auto until = Wire::in(kPatienceMs);
  const bool was_open = wire && !wire->is_over();
  if (!was_open) {
    wire = Wire::open(account_.peer, until);
  }
  RawAnswer answer = wire ? wire->ask(request, until) : RawAnswer{};
  if (was_open && answer.status == 0 && wire->is_over()) {  // it was closed before the request came
    wire = Wire::open(account_.peer, until);
    answer = wire ? wire->ask(request, until) : RawAnswer{};
  }
  if (!answer.whole || answer.field("Connection") == "close") {
    wire.reset();
  }
  return answer;
}

// The reason of a refusal; empty when the request was served.
std::string Bystander::ask_once(Stream stream, std::optional<Wire>& wire, const std::string& about) {
  switch (stream) {
    case Stream::cms:
      return judged(exchange(wire, post("/v1/cms", account_.key, kJson, cms_body(about))));
    case Stream::tsa:
      return judged_token(exchange(wire, post("/tsa", account_.key, kTimestampQuery, timestamp_body(about))));
    case Stream::party:
      return judged(
          exchange(wire, post("/v1/cms", account_.key, kJson, party_body(account_.party, account_.pin, about))));
  }
  return {};
}

Bystander::Figures Bystander::between(Clock::time_point from, Clock::time_point to) {
  for (const auto& done_until : done_until_) {
    while (done_until.load() < to.time_since_epoch().count()) {
      let_pass(1ms);
    }
  }
  Figures figures;
  std::map<Stream, std::vector<double>> times;
  const std::scoped_lock lock(mutex_);
  for (const Sample& sample : samples_) {
    if (sample.begun < from || sample.begun >= to) {
      continue;
    }
    ++figures.asked;
    figures.served += sample.refusal.empty() ? 1 : 0;
    if (!sample.refusal.empty()) {
      ++figures.not_served[std::string(name(sample.stream)) + " " + sample.refusal];
    }
    const double period = std::chrono::duration<double, std::milli>(period_of(sample.stream)).count();
    for (double left = sample.milliseconds; left > 0; left -= period) {
      times[sample.stream].push_back(left);
    }
  }
  for (auto& [stream, values] : times) {
    figures.p99_ms[stream] = p99_of(std::move(values));
  }
  return figures;
}

Bystander::Figures Bystander::watch(std::chrono::milliseconds time) {
  const auto from = Clock::now();
  let_pass(time);
  return between(from, from + time);
}

}  // namespace rakkan::test
