#include "crypto/openssl.hpp"

#include <openssl/err.h>

namespace rakkan::crypto {

Error openssl_error(std::string what) {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  if (reason != nullptr) {
    what += std::string(": ") + reason;
  }
  ERR_clear_error();
  return Error{ErrorCode::internal, std::move(what), {}, std::nullopt, {}};
}

}  // namespace rakkan::crypto
