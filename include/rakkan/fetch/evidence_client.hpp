// Clients of the servers that certificates name: OCSP responders, CRL distribution points, and the places of issuers'
// certificates (AIA). They exchange bytes: a function of the caller reads an answer and says whether it is good and how
// long, and only what it accepts is given back and kept in the cache.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/deadline.hpp"
#include "rakkan/async/owner.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/fetch/evidence_cache.hpp"
#include "rakkan/fetch/exchange.hpp"
#include "rakkan/fetch/options.hpp"

namespace rakkan::fetch {

// Reads and verifies an answer, whose media type (RFC 9110 §8.3.1) it may consider. Runs on the pool, at any time until
// the task has ended.
using VerifyEvidence = std::function<Result<Freshness>(ByteView answer, std::string_view media_type)>;

struct EvidenceQuery {
  std::string url;
  VerifyEvidence verify;
  ExchangePurpose purpose = {};  // its kind is the client's
  async::Deadline deadline;
  async::Owner owner = {};
  // The cache is asked only for data that speaks for this time or later; nothing: any that is not over yet. A time in
  // the future asks the server in any case.
  std::optional<Instant> not_before = std::nullopt;
  bool cacheable = true;  // false: neither asked of the cache nor kept (an OCSP request with a nonce)
};

struct Evidence {
  std::shared_ptr<const Bytes> bytes;
  std::string media_type;  // in lower case; may be empty
  Freshness freshness;
  bool from_cache = false;
  std::string key = {};  // under which the cache may hold it
};

struct EvidenceEnvironment {  // all of it outlives the clients and their tasks
  const Options& options;
  ExchangeLoop& loop;
  EvidenceCache& cache;
  const Clock& clock;
  async::BoundedPool& pool;  // answers are verified on it
};

// Every client fails, naming purpose and URL, with evidence_unreachable, evidence_timeout, evidence_answer_invalid (too
// large, another status or media type, refused by the caller's function, whose error is the cause),
// outside_address_refused, configuration_invalid (the URL), overloaded, shutting_down. Thread-safe.

// OCSP over HTTP (RFC 6960 appendix A): by GET when the request is short (RFC 5019 §5), else by POST; by POST, too,
// when a responder does not know the GET. Answers must be of type application/ocsp-response.
class OcspClient {
 public:
  enum class Method : std::uint8_t { by_length, post };
  explicit OcspClient(EvidenceEnvironment environment) noexcept : environment_(environment) {}
  // `request` is an OCSPRequest in DER.
  [[nodiscard]] async::Task<Result<Evidence>> fetch(Bytes request, EvidenceQuery query,
                                                    Method method = Method::by_length) const;

 private:
  EvidenceEnvironment environment_;
};

// The URL of an OCSP request by GET (RFC 5019 §5); nothing when it is longer than 255 bytes.
[[nodiscard]] std::optional<std::string> ocsp_get_url(const std::string& url, ByteView request);

// CRLs over HTTP (RFC 5280 §4.2.1.13). Servers give them many media types, and DER or PEM: both are handed on.
class CrlClient {
 public:
  explicit CrlClient(EvidenceEnvironment environment) noexcept : environment_(environment) {}
  [[nodiscard]] async::Task<Result<Evidence>> fetch(EvidenceQuery query) const;

 private:
  EvidenceEnvironment environment_;
};

// Issuers' certificates over HTTP (RFC 5280 §4.2.2.1): a certificate in DER or PEM, or several in PKCS#7, whatever the
// media type says.
class AiaClient {
 public:
  explicit AiaClient(EvidenceEnvironment environment) noexcept : environment_(environment) {}
  [[nodiscard]] async::Task<Result<Evidence>> fetch(EvidenceQuery query) const;

 private:
  EvidenceEnvironment environment_;
};

}  // namespace rakkan::fetch
