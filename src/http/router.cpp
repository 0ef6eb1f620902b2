#include "rakkan/http/router.hpp"

#include <algorithm>
#include <utility>

namespace rakkan::http {
namespace {

// Takes the next segment, up to the next "/", from the front of `rest`, which begins with "/".
std::string_view take_segment(std::string_view& rest) noexcept {
  rest.remove_prefix(1);
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view segment = rest.substr(0, end);
  rest.remove_prefix(end);
  return segment;
}

bool is_parameter(std::string_view segment) noexcept {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool matches(std::string_view pattern, std::string_view path, std::vector<PathParameter>& parameters) {
  if (pattern == path) {
    return true;
  }
  while (!pattern.empty() && path.starts_with('/')) {
    const std::string_view expected = take_segment(pattern);
    const std::string_view segment = take_segment(path);
    if (is_parameter(expected) && !segment.empty()) {
      parameters.push_back({expected.substr(1, expected.size() - 2), segment});
    } else if (expected != segment) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

bool answers(const Route& route, Method method) noexcept {
  return route.method == method || (route.method == Method::get && method == Method::head);
}

}  // namespace

Route& Router::add(Route route) { return routes_.emplace_back(std::move(route)); }

Router& Router::guard(Guard guard) {
  guards_.push_back(std::move(guard));
  return *this;
}

Router& Router::backlog(Backlog gauge) {
  backlog_ = std::move(gauge);
  return *this;
}

Result<const Route*> Router::find(Method method, std::string_view path, std::vector<PathParameter>& parameters) const {
  bool other_method = false;
  for (const Route& route : routes_) {
    parameters.clear();
    if (!matches(route.path, path, parameters)) {
      continue;
    }
    if (answers(route, method)) {
      return &route;
    }
    other_method = true;
  }
  parameters.clear();
  if (other_method) {
    Error error{ErrorCode::method_not_allowed, "this path answers other methods", {}, std::nullopt, {}};
    error.allowed = allowed(path);
    return fail(std::move(error));
  }
  return fail(ErrorCode::route_unknown, "there is no route with this path");
}

std::vector<std::string> Router::allowed(std::string_view path) const {
  std::vector<std::string> methods;
  std::vector<PathParameter> parameters;
  for (const Route& route : routes_) {
    if (matches(route.path, path, parameters)) {
      methods.emplace_back(name(route.method));
      if (route.method == Method::get) {
        methods.emplace_back(name(Method::head));
      }
    }
  }
  if (!methods.empty()) {
    methods.emplace_back(name(Method::options));
  }
  return methods;
}

}  // namespace rakkan::http
