// SigningService wires store, keys, pools and timestampers to the use cases: sign_pdf, sign_hash, issue_timestamp.
// One per process. All use cases block the caller, run their steps on the pools, and are thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/service/activation.hpp"
#include "rakkan/service/authorizer.hpp"
#include "rakkan/service/credential.hpp"
#include "rakkan/service/key_source.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/service/signing_line.hpp"
#include "rakkan/store/store.hpp"

namespace rakkan::service {

enum class BaselineLevel : std::uint8_t { b_b, b_t };  // EN 319 142-1 §6

[[nodiscard]] std::string_view name(BaselineLevel level) noexcept;  // "B-B", "B-T"
[[nodiscard]] std::optional<BaselineLevel> baseline_level_from_name(std::string_view name) noexcept;

// What the caller may say in the signature dictionary; the two types fill in the rest.
struct FieldChoice {
  std::string field_name;  // empty: the first free "Signature<n>"
  std::string name;        // /Name; empty: the witness's configured name, or the certificate's CN
  std::string reason;      // /Reason; of a witness it follows the text that says on whose instruction
  std::string location;
  std::string contact_info;
};

struct SignPdfCommand {
  Principal principal;
  CredentialId credential;
  SignatureType type{};
  BaselineLevel level{};
  ByteView document;  // outlives the call
  FieldChoice field;
  std::optional<Instruction> instruction;  // witness
  std::optional<SecureBytes> pin;          // party
  std::string tsa;                         // profile; empty: the default
};

struct SignHashCommand {
  Principal principal;
  CredentialId credential;
  SignatureType type{};
  BaselineLevel level{};
  crypto::Digest digest;  // of the content; an instruction must name the same
  std::optional<Instruction> instruction;
  std::optional<SecureBytes> pin;
  std::string tsa;
};

struct IssueTimestampCommand {
  Principal principal;
  crypto::Digest digest;
  std::string tsa;
};

struct Environment {  // outlives the service
  store::Store& store;
  KeySource& keys;
  const Clock& clock;
  RandomSource& random;
  const MonotonicClock* monotonic = nullptr;  // null: the machine's
};

class SigningService {
 public:
  // Checks the options (configuration_invalid); touches no key.
  [[nodiscard]] static Result<std::unique_ptr<SigningService>> create(Options options, Environment environment);
  ~SigningService();  // finishes what was accepted

  [[nodiscard]] Result<SignedPdf> sign_pdf(const SignPdfCommand& command);
  [[nodiscard]] Result<DetachedCms> sign_hash(const SignHashCommand& command);
  [[nodiscard]] Result<tsp::TimestampToken> issue_timestamp(const IssueTimestampCommand& command);
  // RFC 3161 request to response by the internal unit: an answer always, a rejection when nothing else.
  [[nodiscard]] Bytes answer_timestamp_request(ByteView request);

  [[nodiscard]] CredentialRegistry& credentials() noexcept;
  [[nodiscard]] Activation& activation() noexcept;
  [[nodiscard]] const Options& options() const noexcept;

 private:
  struct Parts;
  explicit SigningService(std::unique_ptr<Parts> parts) noexcept;
  std::unique_ptr<Parts> parts_;
};

}  // namespace rakkan::service
