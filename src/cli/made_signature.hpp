// MadeSignature is the signature that `sign` or `cms` got, made in this process or by a server: the service's facts
// about it, and its bytes. Both commands print it in the same way wherever it was made.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "cli/remote.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/stored_signature.hpp"

namespace rakkan::cli {

struct MadeSignature {
  boost::json::object facts;  // with "signature", "intent", "outcome"
  Bytes bytes;                // the bytes that follow the document, or the CMS
};

[[nodiscard]] Result<MadeSignature> made_here(service::StoredSignature stored);
// The signature in a server's answer; its facts are asked for by the signature's id. malformed_server_answer.
[[nodiscard]] Result<MadeSignature> made_there(const Remote& remote, fetch::HttpResponse response);

// Checks the position that the server gives for the bytes: malformed_server_answer unless it is the end of the
// document.
[[nodiscard]] Result<void> check_offset(const fetch::HttpResponse& response, std::uint64_t document_size);

// Lines for people about the document's digest, the timestamp and the entries in the log, as far as the facts have
// them.
[[nodiscard]] std::string lines_of(const boost::json::object& facts);

}  // namespace rakkan::cli
