// The requests of an upstream service, as JSON, for callers of a whole server: a witness signature (立会人型), a
// party's activation and signature (当事者型).
#pragma once

#include <string>

#include "rakkan/base/hex.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"

namespace rakkan::test {

inline std::string json_of(const crypto::Digest& digest) {
  return R"({"alg":"SHA-256","value":")" + to_hex(digest.view()) + R"("})";
}

// The members of a request that are the same for a document and for a digest, on an instruction given at `when`.
inline std::string witness_members(const std::string& credential, const crypto::Digest& digest,
                                   const std::string& when) {
  return R"("credential":")" + credential +
         R"(","type":"witness","level":"B-B","instruction":{"who":{"id":"u-1","name":"山田太郎"},"when":")" + when +
         R"(","authenticated":[{"class":"mailbox","method":"mail_link","at":")" + when +
         R"("},{"class":"phone","method":"sms_otp","at":")" + when + R"("}],"document_digest":)" + json_of(digest) +
         R"(,"envelope":"ENV-1"})";
}

// The request part of POST /v1/signatures, and the body of POST /v1/cms.
inline std::string document_request(const std::string& credential, const crypto::Digest& digest,
                                    const std::string& when) {
  return "{" + witness_members(credential, digest, when) + "}";
}
inline std::string cms_request(const std::string& credential, const crypto::Digest& digest, const std::string& when) {
  return R"({"digest":)" + json_of(digest) + "," + witness_members(credential, digest, when) + "}";
}

inline std::string party_cms_request(const std::string& credential, const crypto::Digest& digest,
                                     const std::string& activation) {
  return R"({"digest":)" + json_of(digest) + R"(,"credential":")" + credential +
         R"(","type":"party","level":"B-B","activation":")" + activation + R"("})";
}
inline std::string activation_request(const std::string& credential, const crypto::Digest& digest,
                                      const std::string& pin) {
  return R"({"credential":")" + credential + R"(","digests":[)" + json_of(digest) + R"(],"pin":")" + pin + R"("})";
}

}  // namespace rakkan::test
