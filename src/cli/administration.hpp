// Administration carries an operator's request to the endpoint that does it, wherever the data folder is at that
// moment: to a server (--server), to the server of this machine that has the folder, by its Unix socket, or to the same
// endpoint in this process, which takes the folder for as long. So a command has one implementation and one answer.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/command.hpp"
#include "cli/remote.hpp"
#include "rakkan/base/wiped_bytes.hpp"

namespace rakkan::cli {

// The server that a command is for: the one that --server names, or that of this machine which has the data folder, by
// its Unix socket; nothing when neither is there. file_unreadable for the key of --server, configuration_invalid.
[[nodiscard]] Result<std::optional<Remote>> find_server(
    const GlobalOptions& global, const RemoteOptions& remote,
    std::chrono::milliseconds patience = fetch::HttpOptions().timeout);

class Administration {
 public:
  // What has to be opened where no server does it.
  enum class Needs : std::uint8_t {
    service,  // store, trail and tokens
    log,      // the audit log alone, also of a damaged folder, or one without its tokens
  };

  // file_unreadable for the key of --server; what opening a folder fails with.
  [[nodiscard]] static Result<std::unique_ptr<Administration>> open(const GlobalOptions& global,
                                                                    const RemoteOptions& remote,
                                                                    Needs needs = Needs::service);
  // Only where a server does it, by --server or by its socket; else null.
  [[nodiscard]] static Result<std::unique_ptr<Administration>> of_server(const GlobalOptions& global,
                                                                         const RemoteOptions& remote);
  virtual ~Administration() = default;
  Administration() = default;
  Administration(const Administration&) = delete;
  Administration& operator=(const Administration&) = delete;

  // The answer's body. The Error that the endpoint ended in, wherever it ran.
  [[nodiscard]] virtual Result<WipedBytes> ask(const RemoteRequest& request) const = 0;
  // The same for JSON in and out; malformed_server_answer. A POST without members sends an empty object.
  [[nodiscard]] Result<boost::json::object> ask_json(std::string method, std::string path,
                                                     const boost::json::object& body = {}) const;
  // What changes something once is not asked again when nobody knows what became of it.
  [[nodiscard]] Result<boost::json::object> change(std::string path, std::string_view json) const;
  // A POST without a body.
  [[nodiscard]] Result<boost::json::object> post(std::string path) const;
};

// The object that an answer is. malformed_server_answer.
[[nodiscard]] Result<boost::json::object> json_of(const WipedBytes& answer);

// Members of an answer: empty when there is none of that kind.
[[nodiscard]] std::string text_member(const boost::json::object& object, std::string_view member);
[[nodiscard]] boost::json::array array_member(const boost::json::object& object, std::string_view member);
[[nodiscard]] boost::json::object object_member(const boost::json::object& object, std::string_view member);
// A text in a query or a path, percent-encoded (RFC 3986 §2.1).
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace rakkan::cli
