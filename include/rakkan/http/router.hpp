// Router: the table of what the server answers. A row is a method, a path, what a caller's key must allow, how large a
// body may be, who answers, and which query parameters it reads.
//
//   router.add({Method::get, "/v1/signatures/{id}", Scope::sign, 0, find_signature});
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/http/request.hpp"
#include "rakkan/http/response.hpp"

namespace rakkan::http {

enum class Scope : std::uint8_t { none, sign, timestamp, audit, admin };  // none: no key is asked for nor looked at

[[nodiscard]] std::string_view name(Scope scope) noexcept;
[[nodiscard]] std::optional<Scope> scope_from_name(std::string_view name) noexcept;

// Runs on the connection's thread and must not block it: work goes to a pool. The request outlives the task.
using Handler = std::function<async::Task<Result<Response>>(Request&)>;

// A kind of request, by its most urgent need. While that is short, requests of the kind are refused, and none but them.
enum class Needs : std::uint8_t {
  keys,       // the hsm pool
  documents,  // the cpu pool, then a key
  pins,       // the pin pool
  records,    // reads of store and logs, changes of keys
};
inline constexpr std::size_t kNeeds = 4;

// So many times a request waits for its I/O thread: to be read, after intent, key and outcome, and once to spare.
inline constexpr int kPassages = 5;

struct Route {
  Method method = Method::get;  // a GET route answers HEAD as well
  std::string path;             // "/v1/signatures/{id}": a parameter is a whole segment
  Scope scope = Scope::none;
  std::uint64_t body_limit = 0;  // bytes; more is refused with 413, before it is read when its length is known
  Handler handler;
  Needs needs = Needs::keys;
  std::vector<std::string_view> query = {};  // names of the parameters that may stand behind "?"; others are refused
  bool open = false;         // a caller without a key is served, too; a key that comes along must have the scope
  Scope also = Scope::none;  // a key with this one instead will do, too; none: no other
  bool polled = false;  // asked again and again by balancers and monitors: not every answer is worth a line of the log

  // What anybody may ask and brings no body (health, readiness) costs next to nothing and is answered under any load.
  [[nodiscard]] bool is_work() const noexcept { return scope != Scope::none || body_limit > 0; }
};

// Asked before the body is read: may this request go on? Sets caller and rate_key. The route and the request outlive
// the task.
using Guard = std::function<async::Task<Result<void>>(const Route&, Request&)>;

// How long work has been standing in the queues of what is needed; asked for each request, from any thread.
using Backlog = std::function<std::chrono::nanoseconds(Needs)>;

class Router {
 public:
  Route& add(Route route);
  Router& guard(Guard guard);      // in the order added; all must agree
  Router& backlog(Backlog gauge);  // without one: no time

  // The route, its parameters written to `parameters` (reused from request to request). route_unknown;
  // method_not_allowed, with the methods for Allow in `allowed`.
  [[nodiscard]] Result<const Route*> find(Method method, std::string_view path,
                                          std::vector<PathParameter>& parameters) const;
  // GET, HEAD, OPTIONS; empty when nothing is at the path.
  [[nodiscard]] std::vector<std::string> allowed(std::string_view path) const;

  [[nodiscard]] const std::vector<Route>& routes() const noexcept { return routes_; }
  [[nodiscard]] const std::vector<Guard>& guards() const noexcept { return guards_; }
  [[nodiscard]] std::chrono::nanoseconds backlog(Needs needs) const {
    return backlog_ ? backlog_(needs) : std::chrono::nanoseconds(0);
  }

 private:
  std::vector<Route> routes_;
  std::vector<Guard> guards_;
  Backlog backlog_;
};

}  // namespace rakkan::http
