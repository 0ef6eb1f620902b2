// TimestampRequest is an RFC 3161 §2.4.1 TimeStampReq.
//
//   TimeStampReq ::= SEQUENCE { version INTEGER { v1(1) }, messageImprint MessageImprint,
//        reqPolicy TSAPolicyId OPTIONAL, nonce INTEGER OPTIONAL, certReq BOOLEAN DEFAULT FALSE,
//        extensions [0] … OPTIONAL }
//
// Parsing checks the encoding only. accept_request and Tsu::prepare decide whether algorithm, policy and extensions are
// acceptable.
#pragma once

#include <optional>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/der/reader.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::tsp {

struct MessageImprint {
  // Reads MessageImprint ::= SEQUENCE { hashAlgorithm AlgorithmIdentifier, hashedMessage OCTET STRING }, whose
  // algorithm has absent or NULL parameters. Fails with malformed_der.
  [[nodiscard]] static Result<MessageImprint> read(der::Reader& reader);
  void write(der::Writer& writer) const;

  [[nodiscard]] static MessageImprint of(const crypto::Digest& digest);
  // The imprint as a Digest. Fails with bad_imprint_algorithm for an unknown algorithm, malformed_timestamp_request
  // when its size is not that of a digest of the algorithm (RFC 3161 §2.4.1: "Its length MUST match").
  [[nodiscard]] Result<crypto::Digest> digest() const;

  der::Oid hash_algorithm;
  Bytes hashed_message;
  bool null_parameters = false;  // whether the encoding has them, since a token repeats the request's encoding

  // Absent and NULL parameters mean the same (RFC 5754 §2).
  friend bool operator==(const MessageImprint& a, const MessageImprint& b) noexcept {
    return a.hash_algorithm == b.hash_algorithm && a.hashed_message == b.hashed_message;
  }
};

struct TimestampRequest {
  // Parses one DER TimeStampReq with nothing after it, of at most 4 KiB and with a nonce of at most 64 octets. An
  // encoded certReq FALSE is accepted (X.690 §11.5 forbids it, but requesters send it). Fails with
  // malformed_timestamp_request.
  [[nodiscard]] static Result<TimestampRequest> parse(ByteView der);
  // The encoding of the request without extensions.
  [[nodiscard]] Bytes encode() const;

  std::uint64_t version = 1;
  MessageImprint message_imprint;
  std::optional<der::Oid> policy;
  std::optional<Bytes> nonce;  // INTEGER content octets, echoed byte for byte
  bool certificate_requested = false;
  std::vector<der::Oid> extensions;  // their ids; no extension is accepted

  // A request for a digest, with certReq and a 64-bit nonce from `random_octets` (8, the first bit is cleared).
  [[nodiscard]] static TimestampRequest for_digest(const crypto::Digest& digest, ByteView random_octets);
};

}  // namespace rakkan::tsp
