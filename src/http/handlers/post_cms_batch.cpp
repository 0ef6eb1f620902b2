// POST /v1/cms:batch: lines of JSON in, a line for each out, in their order, as they arrive. A line that fails is
// answered like the others; only a body that breaks off ends the batch. Batches take what single requests leave over:
// while work stands in the queues, all but one line of each waits.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <new>

#include "http/admission.hpp"
#include "http/handlers/endpoints.hpp"
#include "http/handlers/media_type.hpp"
#include "http/handlers/sign_digest.hpp"
#include "http/handlers/signature_answer.hpp"
#include "rakkan/http/problem.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::http {
namespace {

constexpr std::string_view kType = "application/x-ndjson";
constexpr std::size_t kAtOnce = 16;  // lines of one batch that are worked on at the same time
constexpr std::chrono::milliseconds kPause{1};
constexpr auto kUntilChanged = std::chrono::steady_clock::time_point::max();

std::string problem_body(const Error& error, const Request& request) {
  const Response response = problem(error, request);
  std::string text;
  for (const ByteView piece : response.pieces()) {
    text += text_of(piece);
  }
  text.erase(text.find_last_not_of('\n') + 1);
  return text;
}

class Batch {
 public:
  // On `executor`, the connection's, everything happens.
  Batch(Context& context, Request& request, const boost::asio::any_io_executor& executor)
      : context_(context), request_(request), changed_(executor) {}

  // The answers to what the next bytes complete; empty at the end.
  async::Task<Result<Bytes>> next();

 private:
  Result<void> take(ByteView bytes);
  async::Task<std::string> answer(std::uint64_t number, WipedBytes line);
  async::Task<Result<DigestSigned>> work(WipedBytes line, std::optional<std::string>& reference);
  void begin(std::string& text, std::uint64_t number, WipedBytes line) noexcept;
  async::Task<> answer_into(std::string& text, std::uint64_t number, WipedBytes line);
  async::Task<> wait_for_room();
  async::Task<> change(std::chrono::steady_clock::time_point until);
  [[nodiscard]] bool is_busy(std::chrono::nanoseconds lag) const;
  async::Task<Bytes> answer_lines();

  Context& context_;
  Request& request_;
  WipedBytes rest_;  // of a line that is not complete
  std::vector<WipedBytes> lines_;
  std::size_t working_ = 0;            // begun and not answered
  boost::asio::steady_timer changed_;  // cancelled when working_ falls
  std::exception_ptr thrown_;
  std::uint64_t answered_ = 0;
  bool ended_ = false;
};

// Splits at line ends; a line of blanks alone is none.
Result<void> Batch::take(ByteView bytes) {
  for (const Byte octet : bytes) {
    if (octet != '\n') {
      rest_.push_back(octet);
      if (rest_.size() > context_.options.json) {
        return fail(ErrorCode::input_too_large, "a line is longer than allowed",
                    "line " + std::to_string(answered_ + lines_.size() + 1));
      }
      continue;
    }
    if (text_of(rest_).find_first_not_of(" \t\r") != std::string_view::npos) {
      lines_.push_back(std::move(rest_));
    }
    rest_.clear();
  }
  return {};
}

async::Task<Result<DigestSigned>> Batch::work(WipedBytes line, std::optional<std::string>& reference) {
  RAKKAN_CO_TRY(BatchLine parsed, read_batch_line(std::move(line)));
  reference = std::move(parsed.reference);
  std::optional<std::string> key;
  if (parsed.idempotency_key) {
    RAKKAN_CO_TRY(key, service::parse_idempotency_key(*parsed.idempotency_key));
  }
  co_return co_await sign_digest(context_, request_, std::move(parsed.parameters), std::move(key));
}

async::Task<std::string> Batch::answer(std::uint64_t number, WipedBytes line) {
  std::optional<std::string> reference;
  const Result<DigestSigned> made = co_await work(std::move(line), reference);
  json::ObjectWriter json;
  json.number("line", number);
  if (reference) {
    json.text("reference", *reference);
  }
  if (!made) {
    json.number("status", row(made.error().code).http_status).raw("problem", problem_body(made.error(), request_));
    co_return std::move(json).finish() + "\n";
  }
  json.number("status", 200);
  if (made->replayed) {
    json.flag("replayed", true);
  }
  json.raw("result", describe_cms(made->stored, false, std::nullopt));
  co_return std::move(json).finish() + "\n";
}

async::Task<> Batch::answer_into(std::string& text, std::uint64_t number, WipedBytes line) {
  text = co_await answer(number, std::move(line));
}

// Returns when the next line may begin. One of a batch always goes on.
async::Task<> Batch::wait_for_room() {
  while (working_ > 0) {
    const bool full = working_ == kAtOnce;
    if (!full) {
      const auto ready = std::chrono::steady_clock::now();
      co_await boost::asio::post(changed_.get_executor(), boost::asio::use_awaitable);
      if (!is_busy(std::chrono::steady_clock::now() - ready)) {
        co_return;
      }
    }
    co_await change(full ? kUntilChanged : std::chrono::steady_clock::now() + kPause);
  }
}

// Until a line is answered, or until then.
async::Task<> Batch::change(std::chrono::steady_clock::time_point until) {
  changed_.expires_at(until);
  co_await changed_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

// `lag`: how long what is ready waits for this thread. Half the delay at which requests are refused is left to them.
bool Batch::is_busy(std::chrono::nanoseconds lag) const {
  const std::chrono::nanoseconds delay = context_.options.queue_delay;
  return delay.count() > 0 && context_.environment.signing.wait() + Admission::kPassages * lag > delay / 2;
}

// Side by side on the connection's thread, and all done when it returns.
async::Task<Bytes> Batch::answer_lines() {
  std::vector<std::string> answers(lines_.size());
  for (std::size_t i = 0; i < answers.size() && !thrown_; ++i) {
    co_await wait_for_room();
    begin(answers[i], answered_ + i + 1, std::move(lines_[i]));
  }
  while (working_ > 0) {
    co_await change(kUntilChanged);
  }
  if (thrown_) {
    std::rethrow_exception(thrown_);
  }
  answered_ += lines_.size();
  lines_.clear();
  Bytes body;
  for (const std::string& text : answers) {
    append(body, text);
  }
  co_return body;
}

void Batch::begin(std::string& text, std::uint64_t number, WipedBytes line) noexcept {
  const auto end = [this](const std::exception_ptr& fault) {
    thrown_ = fault ? fault : thrown_;
    --working_;
    changed_.cancel();
  };
  // A batch may take longer than one signature: the time is each line's.
  request_.deadline = async::deadline_in(context_.environment.signing.options().deadline);
  ++working_;
  try {
    boost::asio::co_spawn(changed_.get_executor(), answer_into(text, number, std::move(line)), end);
  } catch (const std::bad_alloc&) {  // what has begun is waited for all the same
    end(std::current_exception());
  }
}

async::Task<Result<Bytes>> Batch::next() {
  while (lines_.empty() && !ended_) {
    RAKKAN_CO_TRY(const ByteView bytes, co_await request_.body->next());
    ended_ = bytes.empty();
    static constexpr Byte kLineEnd = '\n';
    RAKKAN_CO_CHECK(take(ended_ ? ByteView(&kLineEnd, 1) : bytes));
  }
  if (lines_.empty()) {
    co_return Bytes();
  }
  co_return co_await answer_lines();
}

}  // namespace

async::Task<Result<Response>> post_cms_batch(Context& context, Request& request) {
  RAKKAN_CO_CHECK(require_media_type(request, kType));
  if (request.header("Idempotency-Key")) {
    co_return fail(ErrorCode::malformed_request, "a batch has none: give each line its idempotency_key",
                   "Idempotency-Key");
  }
  if (request.query_parameter("proof")) {
    co_return fail(ErrorCode::malformed_request, "is not for batches", "proof");
  }
  const auto executor = co_await boost::asio::this_coro::executor;
  auto batch = std::make_shared<Batch>(context, request, executor);
  Response response;
  response.header("Content-Type", kType);
  response.header("Cache-Control", "no-store");
  response.stream([batch] { return batch->next(); });
  co_return response;
}

}  // namespace rakkan::http
