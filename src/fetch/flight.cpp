#include "fetch/flight.hpp"

#include <algorithm>
#include <charconv>

namespace rakkan::fetch {
namespace {

constexpr unsigned kMostRedirects = 3;
constexpr std::size_t kLongestUrl = 8 * 1024;

bool is_redirect(int status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

void add(std::string& key, std::string_view part) { key.append(std::to_string(part.size())).append(":").append(part); }

}  // namespace

Time Flight::last_deadline() const noexcept {
  Time last{};
  for (const Waiter& waiter : waiters) {
    last = std::max(last, waiter.deadline);
  }
  return last;
}

std::string key_of(const Exchange& request) {
  if (!request.idempotent || request.credentials) {
    return {};
  }
  std::string key;
  add(key, request.method);
  add(key, request.url);
  add(key, text_of(request.body));
  add(key, request.ca_file);
  for (const HttpHeader& header : request.headers) {
    add(key, header.name);
    add(key, header.value);
  }
  add(key, std::to_string(request.max_response));
  add(key, std::to_string(request.max_redirects) + (request.own_origin ? "o" : ""));
  return key;
}

Result<bool> follow(Flight& flight, const HttpResponse& response) {
  Exchange& request = flight.request;
  if (!is_redirect(response.status) || request.max_redirects == 0) {
    return false;
  }
  const auto refuse = [](std::string why) { return fail(ErrorCode::malformed_server_answer, std::move(why)); };
  if (flight.redirects >= std::min(request.max_redirects, kMostRedirects)) {
    return refuse("more than " + std::to_string(flight.redirects) + " redirects");
  }
  const auto location = response.header("location");
  const auto url = location ? redirected(request.url, std::string(*location)) : std::nullopt;
  if (!url || url->size() > kLongestUrl) {
    return refuse("a redirect without a URL");
  }
  const Result<Origin> origin = Origin::of(*url);
  if (!origin) {
    return refuse("a redirect to " + shown_url(*url) + ": " + origin.error().detail);
  }
  if (flight.origin.scheme == "https" && origin->scheme != "https") {
    return refuse("a redirect from https to http, to " + shown_url(*url));
  }
  // See Other asks for another resource, by GET (RFC 9110 §15.4.4). A POST that may be repeated stays one: an OCSP
  // request that became a GET would not be one.
  if (response.status == 303 && request.method != "GET") {
    return refuse("a redirect of a POST to another resource");
  }
  if (*origin != flight.origin) {
    request.credentials.reset();
    request.own_origin = false;
  }
  request.url = *url;
  flight.origin = *origin;
  ++flight.redirects;
  return true;
}

std::optional<std::chrono::milliseconds> retry_after_of(const HttpResponse& response) noexcept {
  const std::string_view text = response.header("retry-after").value_or("");
  unsigned seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr unsigned kLongest = 86'400;
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return std::chrono::seconds(std::min(seconds, kLongest));
}

}  // namespace rakkan::fetch
