// The requests that the load consists of, made before it begins: each digest, document and nonce is another one.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http_load.hpp"
#include "rakkan/base/bytes.hpp"

namespace rakkan::bench {

struct Caller {
  std::string api_key;
  std::string credential;
};

// POST /v1/cms: a detached CMS, witness type, B-B.
[[nodiscard]] std::vector<WireRequest> cms_requests(const Caller& caller, std::size_t count);
// The same at B-T, with a timestamp of that profile; empty: of the server's list.
[[nodiscard]] std::vector<WireRequest> stamped_cms_requests(const Caller& caller, std::size_t count,
                                                            const std::string& tsa = {});
// POST /v1/cms:batch: so many lines of such requests.
[[nodiscard]] std::vector<WireRequest> batch_requests(const Caller& caller, std::size_t lines, std::size_t count);
// POST /v1/signatures: the document with a comment of its own behind it, the answer is the tail.
[[nodiscard]] std::vector<WireRequest> pdf_requests(const Caller& caller, std::string_view document, std::size_t count);
// POST /tsa: SHA-256, nonce, certReq.
[[nodiscard]] std::vector<WireRequest> tsa_requests(const Caller& caller, std::size_t count);

}  // namespace rakkan::bench
