#include "rakkan/tsp/timestamp_request.hpp"

#include "tsp/encodings.hpp"
#include "tsp/malformed.hpp"

namespace rakkan::tsp {
namespace {

using der::Reader;
using der::Tag;

constexpr std::size_t kMaxRequestSize = 4096;
constexpr std::size_t kMaxNonceSize = 64;
constexpr Tag kExtensions = der::context_constructed(0);

// Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
Result<std::vector<der::Oid>> read_extension_ids(Reader extensions) {
  std::vector<der::Oid> ids;
  do {
    RAKKAN_TRY(Reader extension, extensions.enter(Tag::sequence));
    RAKKAN_TRY(const der::Oid id, extension.oid());
    RAKKAN_CHECK(read_flag(extension));
    RAKKAN_CHECK(extension.octet_string());
    RAKKAN_CHECK(extension.end());
    ids.push_back(id);
  } while (!extensions.at_end());
  return ids;
}

Result<TimestampRequest> read(ByteView der) {
  Reader top(der);
  RAKKAN_TRY(Reader fields, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  TimestampRequest request;
  RAKKAN_TRY(request.version, fields.small_unsigned());
  RAKKAN_TRY(request.message_imprint, MessageImprint::read(fields));
  if (fields.peek() == Tag::oid) {
    RAKKAN_TRY(request.policy, fields.oid());
  }
  if (fields.peek() == Tag::integer) {
    RAKKAN_TRY(const ByteView nonce, fields.integer());
    if (nonce.size() > kMaxNonceSize) {
      return fields.malformed("nonce longer than 64 octets");
    }
    request.nonce = copy_of(nonce);
  }
  RAKKAN_TRY(request.certificate_requested, read_flag(fields));
  RAKKAN_TRY(const auto extensions, fields.enter_if(kExtensions));
  if (extensions) {
    RAKKAN_TRY(request.extensions, read_extension_ids(*extensions));
  }
  RAKKAN_CHECK(fields.end());
  return request;
}

}  // namespace

Result<MessageImprint> MessageImprint::read(Reader& reader) {
  RAKKAN_TRY(Reader fields, reader.enter(Tag::sequence));
  RAKKAN_TRY(Reader identifier, fields.enter(Tag::sequence));
  MessageImprint imprint;
  RAKKAN_TRY(imprint.hash_algorithm, identifier.oid());
  imprint.null_parameters = !identifier.at_end();
  if (imprint.null_parameters) {
    RAKKAN_CHECK(identifier.null());
    RAKKAN_CHECK(identifier.end());
  }
  RAKKAN_TRY(const ByteView hashed_message, fields.octet_string());
  RAKKAN_CHECK(fields.end());
  imprint.hashed_message = copy_of(hashed_message);
  return imprint;
}

void MessageImprint::write(der::Writer& writer) const {
  writer.sequence([&] {
    writer.sequence([&] {
      writer.oid(hash_algorithm);
      if (null_parameters) {
        writer.null();
      }
    });
    writer.octet_string(hashed_message);
  });
}

MessageImprint MessageImprint::of(const crypto::Digest& digest) {
  return {crypto::info(digest.algorithm()).oid, copy_of(digest.view()), false};
}

Result<crypto::Digest> MessageImprint::digest() const {
  const auto algorithm = crypto::digest_algorithm_from_oid(hash_algorithm);
  if (!algorithm) {
    return fail(ErrorCode::bad_imprint_algorithm, "hash algorithm " + hash_algorithm.dotted());
  }
  const auto digest = crypto::Digest::from_bytes(*algorithm, hashed_message);
  if (!digest) {
    return fail(ErrorCode::malformed_timestamp_request, "an imprint of " + std::to_string(hashed_message.size()) +
                                                            " octets is none of " +
                                                            std::string(crypto::info(*algorithm).name));
  }
  return *digest;
}

Result<TimestampRequest> TimestampRequest::parse(ByteView der) {
  if (der.size() > kMaxRequestSize) {
    return fail(ErrorCode::malformed_timestamp_request, "longer than 4 KiB");
  }
  auto request = read(der);
  if (!request) {
    return malformed_as(ErrorCode::malformed_timestamp_request, std::move(request).error());
  }
  return request;
}

Bytes TimestampRequest::encode() const {
  der::Writer writer(128 + message_imprint.hashed_message.size());
  writer.sequence([&] {
    writer.small_unsigned(version);
    message_imprint.write(writer);
    if (policy) {
      writer.oid(*policy);
    }
    if (nonce) {
      writer.integer(*nonce);
    }
    if (certificate_requested) {
      writer.boolean(true);
    }
  });
  return writer.take();
}

TimestampRequest TimestampRequest::for_digest(const crypto::Digest& digest, ByteView random_octets) {
  TimestampRequest request;
  request.message_imprint = MessageImprint::of(digest);
  request.certificate_requested = true;
  // Positive and minimal: the first octet is 01 to 7F, which leaves 62 random bits or more.
  Bytes nonce = copy_of(random_octets);
  nonce.front() = static_cast<Byte>((nonce.front() & 0x7FU) | 0x40U);
  request.nonce = std::move(nonce);
  return request;
}

}  // namespace rakkan::tsp
