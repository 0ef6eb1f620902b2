// Timestamper gives a signature its timestamp: our own unit in process, or an outside authority.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/fetch/tsa_client.hpp"
#include "rakkan/tsp/timestamp_token.hpp"
#include "rakkan/tsp/tsu.hpp"

namespace rakkan::service {

class Timestamper {
 public:
  virtual ~Timestamper() = default;
  // A token for that digest, checked against the request and its signature verified. Blocks; thread-safe.
  [[nodiscard]] virtual Result<tsp::TimestampToken> timestamp(const crypto::Digest& digest) = 0;
  // How many bytes to reserve for a token. A larger token costs a second signature, nothing else.
  [[nodiscard]] virtual std::size_t expected_token_size() const noexcept = 0;
};

// Room for the next token of an authority that made one of that size: serial numbers, times and signatures vary a
// little.
[[nodiscard]] std::size_t with_margin(std::size_t token_size) noexcept;

// The internal unit: its largest token is known beforehand.
class InternalTimestamper final : public Timestamper {
 public:
  InternalTimestamper(std::shared_ptr<tsp::Tsu> unit, RandomSource& random) noexcept
      : unit_(std::move(unit)), random_(&random) {}
  [[nodiscard]] Result<tsp::TimestampToken> timestamp(const crypto::Digest& digest) override;
  [[nodiscard]] std::size_t expected_token_size() const noexcept override;

 private:
  std::shared_ptr<tsp::Tsu> unit_;
  RandomSource* random_;
};

// An outside authority: a generous guess at first, then what its largest token so far needed.
class OutsideTimestamper final : public Timestamper {
 public:
  OutsideTimestamper(fetch::TsaOptions options, RandomSource& random) : client_(std::move(options), random) {}
  [[nodiscard]] Result<tsp::TimestampToken> timestamp(const crypto::Digest& digest) override;
  [[nodiscard]] std::size_t expected_token_size() const noexcept override;

 private:
  fetch::TsaClient client_;
  std::atomic<std::size_t> largest_seen_{0};
};

}  // namespace rakkan::service
