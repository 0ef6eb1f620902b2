// A PIN code is an operator's single-use word by which a party sets its PIN: 20 symbols of Crockford's base 32 in
// groups of four ("7K3M-9QXW-2HPT-VJ5N-R8CD"), 100 random bits. Of them the SHA-256 is kept and nothing slow: a slow
// hash makes up for secrets that people choose, and 2^100 equally likely codes are out of reach at any speed.
#pragma once

#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"

namespace rakkan::credentials {

// Makes a fresh code, as it is shown. Fails with the error of the random source.
[[nodiscard]] Result<SecureBytes> make_pin_code(RandomSource& random);

// Returns the hash that is kept of a code, however the code was typed: in small letters or large ones, with hyphens and
// spaces anywhere, o for 0, i or l for 1. invalid_argument when the text is no code at all, and so no guess of one.
[[nodiscard]] Result<Bytes> hash_of_pin_code(const SecureBytes& typed);

}  // namespace rakkan::credentials
