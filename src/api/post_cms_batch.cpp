// POST /v1/cms:batch takes lines of JSON and returns an answer for each, in their order, as soon as the answers are
// made. A line that fails is answered like the others; only a body that breaks off, or is no batch at all, ends the
// batch. A limited number of its lines is worked on at a time, and their answers count like bytes of bodies. Batches
// use the capacity that single requests leave: while work stands in the queues, all but one line of each batch waits.
#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <deque>
#include <exception>
#include <memory>

#include "api/endpoints.hpp"
#include "api/json_request.hpp"
#include "api/media_type.hpp"
#include "api/sign.hpp"
#include "api/signature_answer.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/http/problem.hpp"
#include "rakkan/json/writer.hpp"
#include "rakkan/service/options.hpp"

namespace rakkan::api {
namespace {

constexpr std::string_view kType = "application/x-ndjson";
constexpr std::size_t kAtOnce = 16;         // lines of one batch that are taken and not answered
constexpr unsigned kMostMalformed = 100;    // in a row
constexpr std::size_t kUsualAnswer = 4096;  // bytes that are reserved for an answer until one is larger
constexpr std::chrono::milliseconds kPause{1};
constexpr auto kUntilChanged = std::chrono::steady_clock::time_point::max();

// A copy of the part of the request that lines need. They may outlive the request: when the connection breaks, lines
// that were begun go on.
Request lasting(const Request& request, std::string_view id) {
  Request kept = request;
  kept.path = kept.query = {};
  kept.headers = {};
  kept.parameters = {};
  kept.body = nullptr;
  kept.quota = nullptr;
  kept.id = id;
  return kept;
}

json::ObjectWriter answer_to(std::uint64_t line, const std::optional<std::string>& reference) {
  json::ObjectWriter json;
  json.number("line", line);
  if (reference) {
    json.text("reference", *reference);
  }
  return json;
}

std::string failed_line(std::uint64_t number, const std::optional<std::string>& reference, const Error& error,
                        Language language) {
  json::ObjectWriter json = answer_to(number, reference);
  json.number("status", row(error.code).http_status).raw("problem", line_problem(error, language));
  return std::move(json).finish() + "\n";
}

std::string signed_line(std::uint64_t number, const std::optional<std::string>& reference,
                        const service::GivenSignature& made) {
  json::ObjectWriter json = answer_to(number, reference);
  json.number("status", 200);
  if (made.replayed) {
    json.flag("replayed", true);
  }
  json.raw("result", describe_cms(made.stored, false, std::nullopt));
  return std::move(json).finish() + "\n";
}

class Batch : public std::enable_shared_from_this<Batch> {
 public:
  // Everything runs on `executor`, which is the connection's.
  Batch(Context& context, const Request& request, const boost::asio::any_io_executor& executor)
      : context_(context),
        body_(*request.body),
        quota_(*request.quota),
        id_(request.id),
        request_(lasting(request, id_)),
        changed_(executor) {}

  // Waits for answers and returns those that are ready, at least one; empty at the end. Only while the request lives.
  async::Task<Result<Bytes>> next();

 private:
  struct Line {  // a line from when it is taken until its answer is given out
    std::uint64_t number;
    std::string answer = {};  // empty: the line is worked on
  };

  async::Task<Result<void>> read();
  Result<bool> find_line();
  async::Task<Result<bool>> begin_lines();
  [[nodiscard]] Result<void> find_room();
  void begin();
  Result<BatchLine> open_line(std::uint64_t number);
  void refuse(Line& line, const Error& error);
  void give_up();
  void end_with(const Error& error);
  static async::Task<> work(std::shared_ptr<Batch> self, Line& line, BatchLine parsed);
  async::Task<Result<service::GivenSignature>> sign(BatchLine parsed);
  void finish(Line& line, std::string answer);
  Bytes take_answers();
  async::Task<> change(std::chrono::steady_clock::time_point until);
  [[nodiscard]] bool is_busy(std::chrono::nanoseconds lag) const;

  Context& context_;
  Body& body_;          // used by next() alone
  http::Quota& quota_;  // likewise
  const std::string id_;
  Request request_;

  ByteView input_;   // bytes of the body that were received last and are not divided into lines yet
  WipedBytes line_;  // the next line, as far as it has been read
  bool complete_ = false;
  bool over_ = false;  // nothing more is read

  std::deque<Line> lines_;  // in their order
  std::uint64_t number_ = 0;
  unsigned malformed_ = 0;   // in a row
  std::size_t working_ = 0;  // of lines_, those without an answer
  std::size_t answers_ = 0;  // bytes of answers in lines_
  std::size_t largest_ = kUsualAnswer;
  boost::asio::steady_timer changed_;  // cancelled when a line is answered
  std::exception_ptr thrown_;
};

async::Task<Result<Bytes>> Batch::next() {
  for (;;) {
    RAKKAN_CO_TRY(const bool waits_for_queues, co_await begin_lines());
    Bytes answers = take_answers();
    if (!answers.empty()) {
      co_return answers;
    }
    if (!lines_.empty()) {
      co_await change(waits_for_queues ? std::chrono::steady_clock::now() + kPause : kUntilChanged);
    } else if (over_) {
      co_return Bytes();
    } else {
      RAKKAN_CO_CHECK(co_await read());
    }
  }
}

async::Task<Result<void>> Batch::read() {
  const Result<ByteView> bytes = co_await body_.next();
  if (!bytes && bytes.error().code == ErrorCode::api_key_expired) {  // the next line is answered with the error
    end_with(bytes.error());
    co_return Result<void>();
  }
  RAKKAN_CO_CHECK(bytes);
  input_ = *bytes;
  if (input_.empty()) {  // the last line may end without a line end
    static constexpr Byte kLineEnd = '\n';
    over_ = true;
    input_ = ByteView(&kLineEnd, 1);
  }
  co_return Result<void>();
}

// Fills line_ from the input; true when it is a complete line. A line of blanks alone is skipped.
Result<bool> Batch::find_line() {
  while (!complete_ && !input_.empty()) {
    const std::size_t size = std::min(text_of(input_).find('\n'), input_.size());
    if (size > context_.options.json - line_.size()) {
      return fail(ErrorCode::input_too_large, "a line is longer than allowed", "line " + std::to_string(number_ + 1));
    }
    line_.insert(line_.end(), input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(size));
    const bool ended = size < input_.size();
    input_ = input_.subspan(size + (ended ? 1U : 0U));
    complete_ = ended && text_of(line_).find_first_not_of(" \t\r") != std::string_view::npos;
    if (ended && !complete_) {
      line_.clear();
    }
  }
  return complete_;
}

// Begins the received lines that may begin now. True when the next one has to wait until less work stands in the
// queues.
async::Task<Result<bool>> Batch::begin_lines() {
  while (lines_.size() < kAtOnce) {
    RAKKAN_CO_TRY(const bool is_there, find_line());
    if (!is_there) {
      break;
    }
    if (working_ > 0) {  // one line of a batch always goes on
      const auto ready = std::chrono::steady_clock::now();
      co_await boost::asio::post(changed_.get_executor(), boost::asio::use_awaitable);
      if (is_busy(std::chrono::steady_clock::now() - ready)) {
        co_return true;
      }
    }
    if (const Result<void> room = find_room(); !room) {
      if (!lines_.empty()) {
        break;  // until some of this batch's own answers are written
      }
      refuse(lines_.emplace_back(Line{++number_}), room.error());
      line_ = {};
      complete_ = false;
      continue;
    }
    begin();
  }
  co_return false;
}

// Takes room for one more answer from the quota.
Result<void> Batch::find_room() { return quota_.hold(answers_ + (working_ + 1) * largest_); }

// True when a batch has to give way. `lag` is the time that ready work waits for this thread. Batches stop at half the
// delay at which requests are refused, and leave the other half to single requests.
bool Batch::is_busy(std::chrono::nanoseconds lag) const {
  const std::chrono::nanoseconds delay = context_.options.queue_delay;
  return delay.count() > 0 && context_.environment.state.waits().hsm + http::kPassages * lag > delay / 2;
}

void Batch::begin() {
  Line& line = lines_.emplace_back(Line{++number_});
  Result<BatchLine> parsed = open_line(line.number);
  if (!parsed) {
    refuse(line, parsed.error());
    if (malformed_ == kMostMalformed) {
      give_up();
    }
    return;
  }
  // A batch may take longer than one signature, so each line has a deadline of its own.
  request_.deadline = async::deadline_in(context_.options.deadline);
  const auto end = [self = shared_from_this()](const std::exception_ptr& fault) {
    self->thrown_ = fault ? fault : self->thrown_;
    self->changed_.cancel();
  };
  ++working_;
  boost::asio::co_spawn(changed_.get_executor(), work(shared_from_this(), line, *std::move(parsed)), end);
}

// Each line counts as a request for the caller's rate; the first line was counted with the batch itself.
Result<BatchLine> Batch::open_line(std::uint64_t number) {
  complete_ = false;
  WipedBytes text = std::exchange(line_, {});
  if (number > 1) {
    if (Result<void> turn = quota_.take_turn(); !turn) {
      return fail(std::move(turn).error());
    }
  }
  Result<BatchLine> parsed = read_batch_line(std::move(text));
  malformed_ = parsed ? 0 : malformed_ + 1;
  return parsed;
}

void Batch::refuse(Line& line, const Error& error) {
  finish(line, failed_line(line.number, std::nullopt, error, request_.language));
}

// A caller that sends nothing but malformed lines does not mean a batch: answering each would send far more than came.
void Batch::give_up() {
  const Error error{ErrorCode::malformed_request,
                    std::to_string(kMostMalformed) + " lines in a row were malformed: the batch ends here",
                    {},
                    {},
                    {}};
  end_with(error);
}

// Adds one more answer, with the error, and reads nothing more.
void Batch::end_with(const Error& error) {
  refuse(lines_.emplace_back(Line{++number_}), error);
  over_ = true;
  input_ = {};
}

async::Task<> Batch::work(std::shared_ptr<Batch> self, Line& line, BatchLine parsed) {
  const std::optional<std::string> reference = std::move(parsed.reference);
  const Result<service::GivenSignature> made = co_await self->sign(std::move(parsed));
  self->finish(line,
               made ? signed_line(line.number, reference, *made)
                    : failed_line(line.number, reference, as_request_error(made.error()), self->request_.language));
  --self->working_;
}

async::Task<Result<service::GivenSignature>> Batch::sign(BatchLine parsed) {
  std::optional<std::string> key;
  if (parsed.idempotency_key) {
    Result<std::string> read = service::parse_idempotency_key(*parsed.idempotency_key);
    if (!read) {
      co_return fail(std::move(read).error().at("idempotency_key"));
    }
    key = *std::move(read);
  }
  co_return co_await sign_digest(context_, request_, std::move(parsed.parameters), std::move(key), false);
}

void Batch::finish(Line& line, std::string answer) {
  line.answer = std::move(answer);
  answers_ += line.answer.size();
  largest_ = std::max(largest_, line.answer.size());
}

// The answers of the first lines, up to the first one that is not answered yet.
Bytes Batch::take_answers() {
  if (thrown_) {
    std::rethrow_exception(thrown_);
  }
  Bytes answers;
  while (!lines_.empty() && !lines_.front().answer.empty()) {
    append(answers, bytes_of(lines_.front().answer));
    lines_.pop_front();
  }
  answers_ -= answers.size();
  return answers;
}

// Waits until a line is answered, or until `until`.
async::Task<> Batch::change(std::chrono::steady_clock::time_point until) {
  changed_.expires_at(until);
  co_await changed_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

}  // namespace

async::Task<Result<Response>> post_cms_batch(Context& context, Request& request) {
  RAKKAN_CO_CHECK(require_media_type(request, kType));
  if (request.header("Idempotency-Key")) {
    co_return fail(ErrorCode::invalid_request, "a batch has no such field: give each line its idempotency_key",
                   "Idempotency-Key");
  }
  const auto executor = co_await boost::asio::this_coro::executor;
  auto batch = std::make_shared<Batch>(context, request, executor);
  Response response;
  response.header("Content-Type", kType);
  response.header("Cache-Control", "no-store");
  response.stream([batch] { return batch->next(); });
  co_return response;
}

}  // namespace rakkan::api
