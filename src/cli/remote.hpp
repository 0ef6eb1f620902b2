// Remote is a running rakkand that a command asks instead of working on a data folder itself (--server URL).
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/fetch/http_client.hpp"

namespace CLI {
class App;
}

namespace rakkan::cli {

// RemoteOptions are the options of every command that a server can carry out.
struct RemoteOptions {
  std::string server;  // empty: the command works in this process
  std::filesystem::path api_key_file;
  std::filesystem::path ca_file;

  void declare(CLI::App& app);
  [[nodiscard]] bool chosen() const noexcept { return !server.empty(); }
};

// Repeat says whether the same request may be sent again when the result of the first is unknown.
enum class Repeat : std::uint8_t {
  never,     // the request would be carried out twice
  harmless,  // the request only reads, or a second answer costs nothing
  by_key,    // the request has an Idempotency-Key: the server answers a repetition with the first answer
};

struct RemoteRequest {
  std::string method = "GET";
  std::string path;  // "/v1/cms"
  std::string content_type;
  std::string accept;
  std::vector<ByteView> body;  // outlive the call
  Repeat repeat = Repeat::harmless;
  std::size_t max_answer = 64UL << 20;  // bytes
};

class Remote {
 public:
  // Reads the API key's file. file_unreadable.
  [[nodiscard]] static Result<Remote> open(const RemoteOptions& options,
                                           std::chrono::milliseconds patience = fetch::HttpOptions().timeout);
  // The server of this machine that listens on a Unix socket, for which the kernel names the caller.
  [[nodiscard]] static Remote by_socket(const std::filesystem::path& socket, std::chrono::milliseconds patience);

  // Sends a request and returns the answer, which has a 2xx status and the wanted media type. A problem document of the
  // server becomes the Error with which the same command would have failed in this process; server_unreachable,
  // malformed_server_answer. A request that may succeed later is tried again a few times, no sooner than Retry-After
  // says.
  [[nodiscard]] Result<fetch::HttpResponse> ask(const RemoteRequest& request) const;
  // The same for JSON in (where `body` is not empty) and a JSON object out.
  [[nodiscard]] Result<boost::json::object> ask_json(std::string method, std::string path,
                                                     const boost::json::object& body = {},
                                                     Repeat repeat = Repeat::harmless) const;

 private:
  Remote(std::string server, SecureBytes api_key, fetch::HttpClient client)
      : server_(std::move(server)), api_key_(std::move(api_key)), client_(std::move(client)) {}
  [[nodiscard]] Result<fetch::HttpResponse> ask_once(const RemoteRequest& request,
                                                     const std::string& idempotency_key) const;

  std::string server_;  // without a slash at its end
  SecureBytes api_key_;
  fetch::HttpClient client_;
};

// The answer's body as a JSON object. malformed_server_answer.
[[nodiscard]] Result<boost::json::object> json_of(const fetch::HttpResponse& response);

// The Error of an answer without a 2xx status: that of an RFC 9457 problem document's code, else
// malformed_server_answer with the status in its detail.
[[nodiscard]] Error error_of(const fetch::HttpResponse& response);

}  // namespace rakkan::cli
