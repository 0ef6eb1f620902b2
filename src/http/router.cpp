#include "rakkan/http/router.hpp"

#include <algorithm>
#include <optional>
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

// A pattern's segment that takes a parameter: "{id}", or "{id}:verb" for a segment that ends with ":verb".
struct ParameterPattern {
  std::string_view name;
  std::string_view suffix;
};
std::optional<ParameterPattern> parameter_pattern(std::string_view segment) noexcept {
  const std::size_t end = segment.find('}');
  if (segment.size() < 3 || segment.front() != '{' || end == std::string_view::npos) {
    return std::nullopt;
  }
  return ParameterPattern{segment.substr(1, end - 1), segment.substr(end + 1)};
}

bool matches(std::string_view pattern, std::string_view path, std::vector<PathParameter>& parameters) {
  if (pattern == path) {
    return true;
  }
  while (!pattern.empty() && path.starts_with('/')) {
    const std::string_view expected = take_segment(pattern);
    const std::string_view segment = take_segment(path);
    const auto parameter = parameter_pattern(expected);
    if (parameter && segment.size() > parameter->suffix.size() && segment.ends_with(parameter->suffix)) {
      parameters.push_back({parameter->name, segment.substr(0, segment.size() - parameter->suffix.size())});
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
