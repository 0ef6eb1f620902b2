// Router is the table of the server's routes. A row is a method, a path, the scope that a caller's key needs, the
// largest body, the handler, and the query parameters that it reads.
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

// none: a key is neither needed nor looked at
enum class Scope : std::uint8_t { none, sign, timestamp, audit, admin, augment };

[[nodiscard]] std::string_view name(Scope scope) noexcept;
[[nodiscard]] std::optional<Scope> scope_from_name(std::string_view name) noexcept;

// Handler answers a request. It runs on the connection's thread and must not block it: work goes to a pool. The request
// outlives the task.
using Handler = std::function<async::Task<Result<Response>>(Request&)>;

// Needs is a kind of request, named by the resource that it needs most. While that resource is short, only requests of
// this kind are refused.
enum class Needs : std::uint8_t {
  keys,       // the hsm pool
  documents,  // the cpu pool, then a key
  pins,       // the pin pool
  records,    // reads of store and logs, changes of keys
};
inline constexpr std::size_t kNeeds = 4;

// How often a request waits for its I/O thread: to be read, after intent, key and outcome, and once to spare.
inline constexpr int kPassages = 5;

struct Route {
  Method method = Method::get;  // a GET route answers HEAD as well
  std::string path;  // "/v1/signatures/{id}": a parameter is a whole segment, or one but for a ":verb" at its end
  Scope scope = Scope::none;
  std::uint64_t body_limit = 0;  // bytes; more is refused with 413, before it is read when its length is known
  Handler handler;
  Needs needs = Needs::keys;
  std::vector<std::string_view> query = {};  // names of the query parameters; others are refused
  bool open = false;         // callers without a key are served, too; a key that is sent must have the scope
  Scope also = Scope::none;  // another scope that suffices as well; none: there is no other
  bool polled = false;  // balancers and monitors ask it again and again, so only some answers get a line in the log

  // False for a route that anybody may ask and that takes no body (health, readiness): it costs next to nothing and is
  // answered under any load.
  [[nodiscard]] bool is_work() const noexcept { return scope != Scope::none || body_limit > 0; }
};

// Guard decides, before the body is read, whether a request may go on; it sets caller and rate_key. The route and the
// request outlive the task.
using Guard = std::function<async::Task<Result<void>>(const Route&, Request&)>;

// Backlog returns how long work has been standing in the queues of a kind of request; it is asked for each request,
// from any thread.
using Backlog = std::function<std::chrono::nanoseconds(Needs)>;

class Router {
 public:
  Route& add(Route route);
  Router& guard(Guard guard);      // guards are asked in the order in which they were added; all must consent
  Router& backlog(Backlog gauge);  // without one the backlog is zero

  // Finds the route, and writes its parameters to `parameters` (reused from request to request). route_unknown;
  // method_not_allowed, with the methods for Allow in `allowed`.
  [[nodiscard]] Result<const Route*> find(Method method, std::string_view path,
                                          std::vector<PathParameter>& parameters) const;
  // The methods of a path ("GET", "HEAD", "OPTIONS"); empty when no route has the path.
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
