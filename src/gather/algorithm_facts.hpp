// Keys and algorithms as facts (rakkan/validation/facts.hpp).
#pragma once

#include <string>

#include "rakkan/base/result.hpp"
#include "rakkan/crypto/verification_algorithm.hpp"
#include "rakkan/crypto/verification_key.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/validation/facts.hpp"

namespace rakkan::gather {

[[nodiscard]] std::string id_of(ByteView object);  // SHA-256 in hex
[[nodiscard]] std::string id_of(const pki::Certificate& certificate);

[[nodiscard]] validation::Key key_facts(const crypto::VerificationKey& key);
[[nodiscard]] validation::Key key_facts(const pki::Certificate& certificate);  // of type other when it cannot be read

// `signer` is the certificate whose key signed; null when it is not known.
[[nodiscard]] validation::Algorithm algorithm_facts(const Result<crypto::VerificationAlgorithm>& algorithm,
                                                    const pki::Certificate* signer);
// The same of an AlgorithmIdentifier of X.509, a CRL or an OCSP response.
[[nodiscard]] validation::Algorithm algorithm_facts(ByteView algorithm_identifier, const pki::Certificate* signer);

// The outcome of a verification: bad for signature_invalid, unsupported for everything that could not be verified.
[[nodiscard]] validation::Check check_of(const Result<void>& verified);

}  // namespace rakkan::gather
