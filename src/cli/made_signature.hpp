// MadeSignature is what `sign` and `cms` got, here or from a server: the facts that the service states of it, and its
// bytes. Both commands print it the same way wherever it was made.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "cli/remote.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/stored_signature.hpp"

namespace rakkan::cli {

struct MadeSignature {
  boost::json::object facts;  // with "signature", "intent", "outcome"
  Bytes bytes;                // what follows the document, or the CMS
};

[[nodiscard]] Result<MadeSignature> made_here(service::StoredSignature stored);
// From the answer of a server, whose facts are asked for by the signature's id. malformed_server_answer.
[[nodiscard]] Result<MadeSignature> made_there(const Remote& remote, fetch::HttpResponse response);

// Where the bytes belong, by the server's word. malformed_server_answer unless it is the end of the document.
[[nodiscard]] Result<void> check_offset(const fetch::HttpResponse& response, std::uint64_t document_size);

// Lines for people about the document's digest, the timestamp, the entries in the log; whichever the facts know.
[[nodiscard]] std::string lines_of(const boost::json::object& facts);

}  // namespace rakkan::cli
