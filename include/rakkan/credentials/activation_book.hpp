// ActivationBook knows which activations are open and which of their digests were used: a party's consent to exactly
// these documents, each once. It answers from memory; the store holds the same for the next start, and refuses a second
// use by itself.
//
// A digest is taken while a request works on it and stays used once its signature is durable, or its signature value is
// kept until it can be completed. When the signing line fails before that (the HSM is gone, say), nothing was given
// out, so the digest is given back: the same token signs again within its time, with an intent of its own. Only a
// restart in between makes the digest a used one.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/access/principal.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/store/ledger.hpp"

namespace rakkan::credentials {

// "SHA-256:<hex>"
[[nodiscard]] std::string text_of_digest(const crypto::Digest& digest);
// An activation's id, and all that is kept of its token: SHA-256 of the token's text.
[[nodiscard]] Bytes activation_id(const SecureBytes& token);

class ActivationBook {
 public:
  explicit ActivationBook(std::size_t capacity) : capacity_(capacity) {}

  // Claim is the right to sign one digest. Its destructor gives the digest back unless keep() was called. The book
  // outlives it.
  class Claim {
   public:
    Claim(Claim&& other) noexcept
        : book_(std::exchange(other.book_, nullptr)), use_(std::move(other.use_)), recorded_(other.recorded_) {}
    Claim& operator=(Claim&&) = delete;
    ~Claim();

    // The use that has to become durable with the intent; nothing when an earlier intent has recorded it.
    [[nodiscard]] std::optional<store::ActivationUse> use_to_record() const {
      return recorded_ ? std::nullopt : std::optional(use_);
    }
    [[nodiscard]] const Bytes& activation() const noexcept { return use_.id; }
    void recorded() noexcept { recorded_ = true; }  // the use is durable
    void keep() noexcept;                           // the signature is made or kept: used for good
    [[nodiscard]] bool is_open() const noexcept { return book_ != nullptr; }  // keep() was not called yet

   private:
    friend class ActivationBook;
    Claim(ActivationBook& book, store::ActivationUse use, bool recorded)
        : book_(&book), use_(std::move(use)), recorded_(recorded) {}
    ActivationBook* book_;
    store::ActivationUse use_;
    bool recorded_;
  };

  // Takes over the activations that the store has.
  void load(const std::vector<store::ActivationRow>& rows);
  // Succeeds when there is room for one more activation, for which those that expired long ago are forgotten.
  // overloaded.
  [[nodiscard]] Result<void> make_room(Instant now);
  void add(const store::ActivationRow& row);  // `row` is durable in the store already

  struct Known {
    TenantId tenant;
    CredentialId credential;
  };
  // Whose activation this is. activation_unknown (also for another tenant's).
  [[nodiscard]] Result<Known> find(const Bytes& id, const access::Principal& principal);
  // Ends an activation: nobody can use it any more. A document that is being signed with it still gets its signature.
  void remove(const Bytes& id);
  // The same for all of a credential.
  void remove_of(const CredentialId& credential);

  // Takes the digest for one signature. activation_unknown (also another tenant's or another credential's),
  // activation_expired, activation_digest_mismatch, activation_used.
  [[nodiscard]] Result<Claim> claim(const SecureBytes& token, const access::Principal& principal,
                                    const CredentialId& credential, const crypto::Digest& digest, Instant now);

 private:
  enum class Use : std::uint8_t { open, taken, reopened, used };  // reopened: open, but its use is recorded already
  struct Activation {
    TenantId tenant;
    CredentialId credential;
    Instant expires;
    std::map<std::string, Use> digests;
  };
  void set(const store::ActivationUse& use, Use state) noexcept;

  std::size_t capacity_;
  std::mutex mutex_;
  std::map<Bytes, Activation> activations_;
};

}  // namespace rakkan::credentials
