// Observer is told of the server's events, for logs and metrics. Its functions are called from all I/O threads at once
// and must be quick; the views are valid during the call.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "rakkan/base/error.hpp"
#include "rakkan/http/request.hpp"

namespace rakkan::http {

struct Served {
  const Request& request;  // its route is empty when none matched
  unsigned status = 0;
  std::string_view problem;                     // slug of the problem; empty when the answer is no problem document
  std::uint64_t received = 0;                   // bytes of the body
  std::uint64_t sent = 0;                       // bytes of the answer's body
  bool complete = true;                         // the answer was written to its end
  std::chrono::steady_clock::duration taken{};  // from the header's end to the answer's last byte
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void started(const Request& request) noexcept = 0;
  virtual void served(const Served& served) noexcept = 0;
  // An error became an answer; it is given in full, with `where` and causes.
  virtual void failed(const Request& request, const Error& error) noexcept = 0;
  virtual void connection_opened() noexcept = 0;
  virtual void connection_closed() noexcept = 0;
  // A connection was refused for its limit, timed out, broke or did not speak HTTP, so that there was no request.
  virtual void connection_failed(const IpAddress& peer, const Error& error) noexcept = 0;
  // An exception reached the session: a fault of the program.
  virtual void exception(const Request& request, std::string_view what) noexcept = 0;
};

}  // namespace rakkan::http
