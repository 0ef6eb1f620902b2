// The OCSPRequest of a request to a loopback server: the body of a POST, or the base64 behind the path of a GET (RFC
// 6960 §A.1), percent-encoded as fetch::ocsp_get_url writes it.
#pragma once

#include <string>
#include <string_view>

#include "rakkan/base/base64.hpp"
#include "rakkan/base/bytes.hpp"
#include "support/loopback_server.hpp"

namespace rakkan::test {

// "/ocsp/MFEw…" of "GET /ocsp/MFEw… HTTP/1.1".
inline std::string target_of(const LoopbackExchange& client) {
  const std::size_t begin = client.head.find(' ') + 1;
  return client.head.substr(begin, client.head.find(' ', begin) - begin);
}

// `path` is the responder's, without a slash at its end.
inline Bytes ocsp_request_in(const LoopbackExchange& client, std::string_view path) {
  if (!client.body.empty()) {
    return client.body;
  }
  const std::string target = target_of(client);
  std::string base64;
  for (std::size_t i = path.size() + 1; i < target.size(); ++i) {
    if (target[i] != '%') {
      base64 += target[i];
      continue;
    }
    base64 += static_cast<char>(std::stoi(target.substr(i + 1, 2), nullptr, 16));
    i += 2;
  }
  return from_base64(base64).value();
}

}  // namespace rakkan::test
