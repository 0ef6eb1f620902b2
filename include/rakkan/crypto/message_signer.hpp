// MessageSigner signs a message itself, not its digest: Ed25519 (RFC 8032 PureEdDSA) and nothing else.
#pragma once

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/public_key.hpp"

namespace rakkan::crypto {

class MessageSigner {
 public:
  virtual ~MessageSigner() = default;
  [[nodiscard]] virtual const PublicKey& public_key() const noexcept = 0;  // KeyKind::ed25519
  // The signature of the message, 64 octets (RFC 8032 §5.1.6). Blocks; thread-safe. Fails with one of the hsm_ codes.
  [[nodiscard]] virtual Result<Bytes> sign_message(ByteView message) = 0;
};

}  // namespace rakkan::crypto
