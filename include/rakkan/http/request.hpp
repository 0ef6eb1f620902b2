// Request is an HTTP request as a handler sees it. Its views point into the connection and are valid until the response
// has been written; the body is read once, in pieces or whole.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rakkan/async/deadline.hpp"
#include "rakkan/async/owner.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/ip_address.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/wiped_bytes.hpp"
#include "rakkan/telemetry/trace_id.hpp"

namespace rakkan::http {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

[[nodiscard]] std::string_view name(Method method) noexcept;

enum class Language : std::uint8_t { en, ja };

struct Header {
  std::string_view name;
  std::string_view value;
};

class DocumentBuffer;

// Body is the body of a request as it arrives.
class Body {
 public:
  virtual ~Body() = default;
  // The value of Content-Length; nothing for a chunked body, 0 without a body.
  [[nodiscard]] virtual std::optional<std::uint64_t> length() const noexcept = 0;
  // The next bytes, valid until the next call; empty at the end. input_too_large (beyond the route's limit),
  // overloaded, request_timeout, malformed_request (also when the client went away).
  [[nodiscard]] virtual async::Task<Result<ByteView>> next() = 0;
  // The next bytes like next(), received into `room` where that spares a copy: then the view begins where `room` does.
  // A view of other memory may be longer than `room`.
  [[nodiscard]] virtual async::Task<Result<ByteView>> next_into(ByteSpan room);
  // Memory for a document of at most so many bytes that arrives with this body. internal.
  [[nodiscard]] virtual Result<DocumentBuffer> reserve(std::uint64_t capacity);

  // Question asks whether the rest of the body may still come. It is asked whenever bytes have arrived, and next()
  // fails with its error. A guard sets it, since its own consent was given before the body.
  using Question = std::function<Result<void>()>;
  void ask_with_each_piece(Question question) { question_ = std::move(question); }

 protected:
  [[nodiscard]] Result<void> may_go_on() const { return question_ ? question_() : Result<void>(); }

 private:
  Question question_;
};

// Reads the whole body. input_too_large beyond `limit`, and the errors of next().
[[nodiscard]] async::Task<Result<Bytes>> read_all(Body& body, std::uint64_t limit);
// The same for a body that may hold a PIN, an activation or a key.
[[nodiscard]] async::Task<Result<WipedBytes>> read_secret(Body& body, std::uint64_t limit);

// Quota is a request's share of the resources that all requests share. A request that is many in one (a batch) takes
// more here, until its answer is written.
class Quota {
 public:
  virtual ~Quota() = default;
  // Takes one more request of the caller's rate. rate_limited with retry_after.
  [[nodiscard]] virtual Result<void> take_turn() = 0;
  // States that answers of so many bytes, together, wait to be written; they count like bytes of bodies. overloaded.
  [[nodiscard]] virtual Result<void> hold(std::uint64_t bytes) = 0;
};

// Caller is the sender of a request, as far as the server itself has to know it. The guard that recognises it knows
// more and derives a class of its own.
class Caller {
 public:
  virtual ~Caller() = default;
  // The owner of the request's work in pools and queues.
  [[nodiscard]] virtual async::Owner owner() const noexcept = 0;
  // The name of the account for the memory of its bodies and answers. As long-lived as the caller.
  [[nodiscard]] virtual std::string_view account() const noexcept = 0;
};

struct PathParameter {
  std::string_view name;
  std::string_view value;
};

// The address that stands for callers of this machine on the Unix socket: that of the loopback, ::1.
inline constexpr IpAddress kLocalPeer{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

struct Request {
  Method method = Method::other;
  std::string_view path;   // begins with "/", not decoded; "*" in an OPTIONS for the server as a whole
  std::string_view query;  // without "?", not decoded
  std::span<const Header> headers;
  std::span<const PathParameter> parameters;
  std::string_view route;  // the pattern that matched: "/v1/signatures/{id}"
  Body* body = nullptr;    // never null in a handler
  Quota* quota = nullptr;  // likewise

  IpAddress peer;
  // The user of this machine who calls over the server's Unix socket, as the kernel names it; nothing over TCP.
  std::optional<std::uint32_t> local_user;
  std::string_view id;                          // X-Request-Id, [A-Za-z0-9._-]{1,64}: the caller's, or made here
  std::optional<telemetry::TraceParent> trace;  // the caller's traceparent
  Language language = Language::en;             // by Accept-Language
  // The deadline of the work. Its time begins when the header is complete, and again when the whole body is.
  async::Deadline deadline{};

  // Set by a guard, before the body is read.
  std::shared_ptr<const Caller> caller;  // null: a caller without a key
  std::string rate_key;                  // the key of the rate limit under which it counts; empty: it is not counted

  // The owner of the request's work. Callers without a key are one owner.
  [[nodiscard]] async::Owner owner() const noexcept;

  // The field's value; nothing when it is missing. The case of the name does not matter. Fields that may occur only
  // once do.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view field) const noexcept;
  // The value of a parameter "{id}" of the route; empty when the route has none of that name.
  [[nodiscard]] std::string_view parameter(std::string_view parameter_name) const noexcept;
  // The value of a query parameter, percent-decoded (RFC 3986 §2.1); nothing when it is missing or not well formed.
  [[nodiscard]] std::optional<std::string> query_parameter(std::string_view parameter_name) const;
  // The media type of Content-Type in lower case without parameters; empty when there is none.
  [[nodiscard]] std::string media_type() const;
  // The media type that Accept prefers (RFC 9110 §12.5.1): the first of `offered` with the highest quality; nothing
  // when none is acceptable.
  [[nodiscard]] std::optional<std::string_view> preferred(std::span<const std::string_view> offered) const;
};

}  // namespace rakkan::http
