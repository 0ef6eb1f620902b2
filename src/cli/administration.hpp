// Administration carries an operator's request to its endpoint, wherever the data folder is at that moment: to a server
// (--server), to the server of this machine that has the folder, by its Unix socket, or to the same endpoint in this
// process, which locks the folder meanwhile. So a command has one implementation and one answer.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "cli/command.hpp"
#include "cli/remote.hpp"
#include "rakkan/base/wiped_bytes.hpp"

namespace rakkan::cli {

class Administration {
 public:
  // Needs says what this process has to open when there is no server.
  enum class Needs : std::uint8_t {
    service,  // store, trail and tokens
    log,      // the audit log alone, which works for a damaged folder too, or one without its tokens
  };

  // Finds the way to the endpoint. file_unreadable for the API key's file of --server; the errors of opening a folder.
  [[nodiscard]] static Result<std::unique_ptr<Administration>> open(const GlobalOptions& global,
                                                                    const RemoteOptions& remote,
                                                                    Needs needs = Needs::service);
  // The same, but only to a server, by --server or by its socket; null when there is none.
  [[nodiscard]] static Result<std::unique_ptr<Administration>> of_server(const GlobalOptions& global,
                                                                         const RemoteOptions& remote);
  virtual ~Administration() = default;
  Administration() = default;
  Administration(const Administration&) = delete;
  Administration& operator=(const Administration&) = delete;

  // Sends a request and returns the answer's body. Fails with the error of the endpoint, wherever that ran.
  [[nodiscard]] virtual Result<WipedBytes> ask(const RemoteRequest& request) const = 0;
  // The same for JSON in and out; malformed_server_answer. A POST without members sends an empty object.
  [[nodiscard]] Result<boost::json::object> ask_json(std::string method, std::string path,
                                                     const boost::json::object& body = {}) const;
  // Sends a request that changes something; it is not sent again when its result is unknown.
  [[nodiscard]] Result<boost::json::object> change(std::string path, std::string_view json) const;
  // Sends a POST without a body.
  [[nodiscard]] Result<boost::json::object> post(std::string path) const;
};

// The answer as a JSON object. malformed_server_answer.
[[nodiscard]] Result<boost::json::object> json_of(const WipedBytes& answer);

// A member of an answer; empty when there is none of that name and type.
[[nodiscard]] std::string text_member(const boost::json::object& object, std::string_view member);
[[nodiscard]] boost::json::array array_member(const boost::json::object& object, std::string_view member);
[[nodiscard]] boost::json::object object_member(const boost::json::object& object, std::string_view member);
// The text percent-encoded (RFC 3986 §2.1), for a query or a path.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace rakkan::cli
