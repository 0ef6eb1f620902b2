// Response is a status, fields, and a body in pieces that are written as they are, so that {base, tail} needs no copy.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/async/task_fwd.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::http {

class Response {
 public:
  // Producer returns the next piece of a body whose length is not known yet; empty: the end. A failure breaks the
  // connection off, as the status was sent already. Called on the connection's thread, one call at a time; lives as
  // long as the Request.
  using Producer = std::function<async::Task<Result<Bytes>>()>;

  explicit Response(unsigned status = 200) : status_(status) {}
  [[nodiscard]] static Response text(std::string body, std::string_view media_type = "text/plain; charset=utf-8");
  [[nodiscard]] static Response json(std::string body, unsigned status = 200);
  // A response whose body holds a secret: it is overwritten after it was sent, and kept by no cache.
  [[nodiscard]] static Response secret_json(std::string body, unsigned status);

  // Adds a field. The server itself adds Content-Length, Transfer-Encoding, Connection and Date. Control characters of
  // the value become spaces.
  Response& header(std::string_view name, std::string_view value);
  // Adds the fields() of another response.
  Response& fields(std::string_view written) {
    fields_.append(written);
    return *this;
  }
  Response& append(Bytes body);
  Response& append(std::string body);
  // Adds a piece of the body; `owner` keeps the bytes that `body` points to until they are written.
  Response& append(std::shared_ptr<const void> owner, ByteView body);
  // Adds a producer, whose pieces are sent chunked (RFC 9112 §7.1) after the appended pieces.
  Response& stream(Producer producer);

  [[nodiscard]] unsigned status() const noexcept { return status_; }
  [[nodiscard]] std::string_view fields() const noexcept { return fields_; }  // "Name: value\r\n"...
  [[nodiscard]] const std::vector<ByteView>& pieces() const noexcept { return pieces_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }  // bytes of all appended pieces
  [[nodiscard]] const Producer& producer() const noexcept { return producer_; }
  [[nodiscard]] bool is_secret() const noexcept { return secret_; }
  // The slug of the error that this response reports, for logs; empty when it reports none.
  [[nodiscard]] std::string_view problem() const noexcept { return problem_; }
  Response& problem(std::string_view slug) {
    problem_ = slug;
    return *this;
  }

 private:
  unsigned status_;
  std::string fields_;
  std::vector<ByteView> pieces_;
  std::vector<std::shared_ptr<const void>> owners_;
  std::uint64_t size_ = 0;
  Producer producer_;
  bool secret_ = false;
  std::string_view problem_;
};

}  // namespace rakkan::http
