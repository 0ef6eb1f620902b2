#include "cli/remote.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <thread>

#include "cli/command.hpp"
#include "cli/input.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/system_random.hpp"

namespace rakkan::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::string_view kBearer = "Bearer ";
constexpr int kTries = 5;
constexpr milliseconds kFirstPause = 200ms;
constexpr milliseconds kLongestPause = 30s;  // a server that demands a longer pause is not waited for
constexpr unsigned kDeepestCause = 4;

std::string text_member(const boost::json::object& object, std::string_view name) {
  const boost::json::value* const value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

Error error_of(const boost::json::object& problem, unsigned depth) {
  const std::string slug = text_member(problem, "code");
  const auto code = error_code_from_slug(slug);
  Error error{code.value_or(ErrorCode::malformed_server_answer),
              text_member(problem, "detail"),
              text_member(problem, "where"),
              std::nullopt,
              {}};
  const boost::json::value* const offset = problem.if_contains("offset");
  if (offset != nullptr && offset->is_int64() && offset->get_int64() >= 0) {
    error.offset = static_cast<std::uint64_t>(offset->get_int64());
  }
  const boost::json::value* const allowed = problem.if_contains("allowed");
  if (allowed != nullptr && allowed->is_array()) {
    for (const boost::json::value& one : allowed->get_array()) {
      if (one.is_string()) {
        error.allowed.emplace_back(one.get_string());
      }
    }
  }
  if (!code) {
    error.detail = "unknown problem \"" + slug + "\": " + error.detail;
  }
  const boost::json::value* const causes = problem.if_contains("causes");
  if (causes != nullptr && causes->is_array() && depth < kDeepestCause) {
    for (const boost::json::value& cause : causes->get_array()) {
      if (cause.is_object()) {
        error.causes.push_back(error_of(cause.get_object(), depth + 1));
      }
    }
  }
  return error;
}

// Retry-After (RFC 9110 §10.2.3) as a number of seconds; dates are not read.
std::optional<milliseconds> retry_after(const fetch::HttpResponse& response) {
  const std::string_view text = response.header("retry-after").value_or("");
  unsigned seconds = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || failed != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return std::chrono::seconds(seconds);
}

Result<std::string> fresh_key() {
  std::array<Byte, 16> random{};
  crypto::SystemRandom source;
  RAKKAN_CHECK(source.fill(random));
  return to_hex(random);
}

// The pause before the next try, doubled each time and a little longer than demanded, so that callers that were refused
// together do not come back together.
milliseconds pause_before(int next_try, const Error& error) {
  const milliseconds least = error.retry_after.value_or(0ms);
  std::array<Byte, 1> random{};
  crypto::SystemRandom source;
  static_cast<void>(source.fill(random));
  const milliseconds usual = kFirstPause * (1 << (next_try - 1));
  return std::max(least, usual) + usual * random[0] / 512;
}

bool may_repeat(const RemoteRequest& request, const Error& error) {
  return request.repeat != Repeat::never && row(error.code).retryable &&
         error.retry_after.value_or(0ms) <= kLongestPause;
}

bool is_good(const fetch::HttpResponse& response) noexcept { return response.status >= 200 && response.status < 300; }

}  // namespace

void RemoteOptions::declare(CLI::App& app) {
  app.add_option("--server", server, "URL of a running rakkand that does the work, e.g. https://sign.example.jp")
      ->type_name("URL")
      ->check([](const std::string& url) {
        return url.starts_with("http://") || url.starts_with("https://") ? std::string()
                                                                         : "an http or https URL is needed";
      });
  app.add_option("--api-key-file", api_key_file, "File with the API key for --server; - is standard input")
      ->type_name(kFile);
  app.add_option("--server-ca", ca_file, "Certificates (PEM) that may vouch for the server (default: the system's)")
      ->type_name(kFile);
}

Result<boost::json::object> json_of(const fetch::HttpResponse& response) {
  boost::json::error_code broken;
  boost::json::value document = boost::json::parse(text_of(response.body), broken);
  if (broken || !document.is_object()) {
    return fail(ErrorCode::malformed_server_answer, "the answer is no JSON object");
  }
  return std::move(document.get_object());
}

Error error_of(const fetch::HttpResponse& response) {
  boost::json::error_code broken;
  const boost::json::value document = boost::json::parse(text_of(response.body), broken);
  Error error{ErrorCode::malformed_server_answer, "HTTP status " + std::to_string(response.status), {}, {}, {}};
  if (response.media_type() == "application/problem+json" && !broken && document.is_object()) {
    error = error_of(document.get_object(), 0);
  }
  if (row(error.code).retryable) {
    error.retry_after = retry_after(response);
  }
  return error;
}

Remote Remote::by_socket(const std::filesystem::path& socket, milliseconds patience) {
  fetch::HttpOptions http;
  http.timeout = patience;
  http.unix_socket = socket;
  return Remote("http://localhost", {}, fetch::HttpClient(std::move(http)));
}

Result<Remote> Remote::open(const RemoteOptions& options, milliseconds patience) {
  SecureBytes key;
  if (!options.api_key_file.empty()) {
    RAKKAN_TRY(key, read_secret_input(options.api_key_file));
  }
  std::string server = options.server;
  while (server.ends_with('/')) {
    server.pop_back();
  }
  fetch::HttpOptions http;
  http.timeout = patience;
  http.ca_file = options.ca_file.string();
  return Remote(std::move(server), std::move(key), fetch::HttpClient(std::move(http)));
}

Result<fetch::HttpResponse> Remote::ask(const RemoteRequest& request) const {
  std::string key;
  if (request.repeat == Repeat::by_key) {
    RAKKAN_TRY(key, fresh_key());
  }
  for (int tried = 1;; ++tried) {
    auto answer = ask_once(request, key);
    if (answer || tried == kTries || !may_repeat(request, answer.error())) {
      return answer;
    }
    std::this_thread::sleep_for(pause_before(tried, answer.error()));
  }
}

Result<boost::json::object> Remote::ask_json(std::string method, std::string path, const boost::json::object& body,
                                             Repeat repeat) const {
  const std::string text = body.empty() ? std::string() : boost::json::serialize(body);
  RemoteRequest request{std::move(method),  std::move(path),  text.empty() ? "" : "application/json",
                        "application/json", {bytes_of(text)}, repeat};
  RAKKAN_TRY(const fetch::HttpResponse response, ask(request));
  return json_of(response);
}

Result<fetch::HttpResponse> Remote::ask_once(const RemoteRequest& request, const std::string& idempotency_key) const {
  fetch::HttpRequest http{request.method, server_ + request.path, {}, request.body, request.max_answer};
  const auto add = [&](const char* name, std::string_view value) {
    if (!value.empty()) {
      http.headers.push_back({name, std::string(value)});
    }
  };
  add("Content-Type", request.content_type);
  add("Accept", request.accept.empty() ? std::string() : request.accept + ", application/problem+json");
  add("Idempotency-Key", idempotency_key);
  if (!api_key_.empty()) {
    http.headers.push_back({"Authorization", {}});
    std::string& value = http.headers.back().value;
    value.reserve(kBearer.size() + api_key_.view().size());  // the value is never moved, so no copy is left behind
    value.append(kBearer).append(api_key_.text());
  }
  Result<fetch::HttpResponse> sent = client_.send(http);
  for (fetch::HttpHeader& header : http.headers) {
    secure_wipe({reinterpret_cast<Byte*>(header.value.data()), header.value.size()});  // one of the headers had the key
  }
  RAKKAN_TRY(fetch::HttpResponse response, std::move(sent).map_error([&](Error error) {
    return error.code == ErrorCode::input_too_large
               ? Error{ErrorCode::malformed_server_answer, "the answer is too large", server_, {}, {}}
               : std::move(error).at(server_);
  }));
  if (!is_good(response)) {
    return fail(error_of(response));
  }
  if (!request.accept.empty() && response.media_type() != request.accept) {
    return fail(ErrorCode::malformed_server_answer, "an answer of another type: " + response.media_type(), server_);
  }
  return response;
}

}  // namespace rakkan::cli
