#include "credentials/argon2.hpp"

#include <botan/pwdhash.h>

#include <exception>

namespace rakkan::credentials {

Result<Bytes> argon2id(const SecureBytes& secret, ByteView salt, const Argon2Cost& cost, std::size_t size) {
  try {
    const auto family = Botan::PasswordHashFamily::create_or_throw("Argon2id");
    const auto hash = family->from_params(cost.memory_kib, cost.iterations, cost.parallelism);
    Bytes tag(size);
    hash->derive_key(tag.data(), tag.size(), secret.text().data(), secret.text().size(), salt.data(), salt.size());
    return tag;
  } catch (const std::exception& error) {
    return fail(ErrorCode::internal, std::string("Argon2id: ") + error.what());
  }
}

}  // namespace rakkan::credentials
