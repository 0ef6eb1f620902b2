#include "rakkan/tsp/tsu.hpp"

#include <algorithm>

#include "rakkan/cms/signed_data_builder.hpp"
#include "rakkan/pki/algorithm_policy.hpp"
#include "rakkan/pki/certificate_profile.hpp"

namespace rakkan::tsp {

Result<void> accept_request(const TimestampRequest& request, const TsuPolicy& policy) {
  if (request.version != 1) {
    return fail(ErrorCode::bad_request_version, "version " + std::to_string(request.version));
  }
  RAKKAN_TRY(const crypto::Digest imprint, request.message_imprint.digest());
  const auto& algorithms = policy.imprint_algorithms;
  if (std::find(algorithms.begin(), algorithms.end(), imprint.algorithm()) == algorithms.end()) {
    return fail(ErrorCode::bad_imprint_algorithm, std::string(crypto::info(imprint.algorithm()).name));
  }
  const auto& accepted = policy.accepted_policies;
  if (request.policy && *request.policy != policy.default_policy &&
      std::find(accepted.begin(), accepted.end(), *request.policy) == accepted.end()) {
    return fail(ErrorCode::unaccepted_policy, request.policy->dotted());
  }
  // RFC 3161 §2.4.1: "If an extension, whether it is marked critical or not critical, is used by a requester but is not
  // recognized by a time-stamping server, the server SHALL NOT issue a token".
  if (!request.extensions.empty()) {
    return fail(ErrorCode::unaccepted_extension, request.extensions.front().dotted());
  }
  return {};
}

struct Tsu::Impl {
  std::shared_ptr<crypto::Signer> signer;
  const crypto::AlgorithmSuite& suite;
  pki::Certificate certificate;
  std::vector<pki::Certificate> chain;
  TsuPolicy policy;
  std::shared_ptr<SerialSource> serials;
  std::shared_ptr<ClockGate> clock;
  std::shared_ptr<crypto::SelfCheck> self_check;  // verifies with the certificate's key
  pki::AlgorithmStanding standing;                // of the suite with that key
  Bytes tsa_name;                                 // GeneralName; empty when the policy leaves it out
  std::size_t max_token_size;

  [[nodiscard]] Result<void> require_acceptable(Instant time) const;
  [[nodiscard]] TstInfo describe(const TimestampRequest& request, Instant time, Bytes serial) const;
  [[nodiscard]] cms::SignedDataParts parts(const cms::SignedAttributes& attributes, ByteView signature,
                                           ByteView content, bool embed_certificates) const;
  [[nodiscard]] std::size_t measure_max_token() const;
};

// The standing was looked up when the unit was made, since each request asks.
Result<void> Tsu::Impl::require_acceptable(Instant time) const {
  if (standing.acceptable_at(time)) {
    return {};
  }
  return pki::require_acceptable(pki::AlgorithmPolicy::ts_119_312(), suite, self_check->key().kind(), time);
}

TstInfo Tsu::Impl::describe(const TimestampRequest& request, Instant time, Bytes serial) const {
  TstInfo info;
  info.policy = request.policy.value_or(policy.default_policy);
  info.message_imprint = request.message_imprint;
  info.serial_number = std::move(serial);
  info.generation_time = time;
  info.accuracy = policy.accuracy;
  info.nonce = request.nonce;
  info.tsa_name = tsa_name;
  return info;
}

cms::SignedDataParts Tsu::Impl::parts(const cms::SignedAttributes& attributes, ByteView signature, ByteView content,
                                      bool embed_certificates) const {
  return {
      .attributes = attributes,
      .signer = certificate,
      .signature = signature,
      .certificates =
          embed_certificates ? std::span<const pki::Certificate>(chain) : std::span<const pki::Certificate>(),
      .embed_signer = embed_certificates,
      .content = content,
      .content_type = cms::kIdCtTstInfo,
      .signature_timestamp = std::nullopt,
  };
}

// Measures a token with the largest values of all fields that differ between tokens.
std::size_t Tsu::Impl::measure_max_token() const {
  TimestampRequest request;
  request.message_imprint = MessageImprint::of(crypto::digest(crypto::DigestAlgorithm::sha512, ByteView{}));
  request.message_imprint.null_parameters = true;
  request.nonce = Bytes(64, 0x7F);
  request.policy = policy.default_policy;
  for (const der::Oid& accepted : policy.accepted_policies) {
    if (accepted.content().size() > request.policy->content().size()) {
      request.policy = accepted;
    }
  }
  const Instant odd_millisecond{std::chrono::milliseconds{1}};
  const Bytes content = describe(request, odd_millisecond, Bytes(20, 0x7F)).encode();
  const auto attributes =
      cms::SignedAttributes::make(cms::kIdCtTstInfo, crypto::digest(suite.digest, content), certificate, suite);
  return cms::signed_data_size(parts(attributes, {}, content, true),
                               crypto::max_signature_size(self_check->key().kind()), 0);
}

namespace {

bool possible(const Accuracy& accuracy) noexcept {
  const bool zero = accuracy == Accuracy{};
  const bool at_most_a_second = accuracy.seconds == 0 || accuracy == Accuracy{1, 0, 0};
  return !zero && at_most_a_second && accuracy.milliseconds <= 999 && accuracy.microseconds <= 999;
}

// The GeneralName directoryName [4] (RFC 5280 §4.2.1.6), which is explicit since Name is a CHOICE.
Bytes directory_name(const pki::Name& name) {
  der::Writer writer(name.der().size() + 8);
  writer.constructed(der::context_constructed(4), [&] { writer.raw(name.der()); });
  return writer.take();
}

}  // namespace

Result<std::shared_ptr<Tsu>> Tsu::create(std::shared_ptr<crypto::Signer> signer, const crypto::AlgorithmSuite& suite,
                                         pki::Certificate certificate, std::vector<pki::Certificate> chain,
                                         TsuPolicy policy, std::shared_ptr<SerialSource> serials,
                                         std::shared_ptr<ClockGate> clock) {
  RAKKAN_CHECK(pki::require_profile(certificate, pki::kTokenSignerProfile));
  RAKKAN_TRY(crypto::PublicKey public_key, certificate.public_key());
  if (!(public_key == signer->public_key())) {
    return fail(ErrorCode::key_certificate_mismatch, "the unit's certificate is for another key");
  }
  if (!crypto::suits(suite, public_key.kind())) {
    return fail(ErrorCode::unsupported_algorithm,
                std::string(suite.name) + " with a key " + std::string(crypto::name(public_key.kind())));
  }
  if (policy.default_policy.empty()) {
    return fail(ErrorCode::configuration_invalid, "a timestamp unit needs a policy");
  }
  if (!possible(policy.accuracy)) {
    return fail(ErrorCode::configuration_invalid, "the accuracy must be above zero and at most one second");
  }
  Bytes tsa_name = policy.include_tsa_name ? directory_name(certificate.subject()) : Bytes{};
  const auto standing = pki::AlgorithmPolicy::ts_119_312().signature(suite, public_key.kind());
  auto impl = std::make_unique<Impl>(Impl{
      std::move(signer), suite, std::move(certificate), std::move(chain), std::move(policy), std::move(serials),
      std::move(clock), std::make_shared<crypto::SelfCheck>(std::move(public_key)), standing, std::move(tsa_name), 0});
  impl->max_token_size = impl->measure_max_token();
  return std::make_shared<Tsu>(std::move(impl));
}

// The unit's line: request -> policy -> clock gate -> certificate and algorithms at that time -> serial number ->
// TSTInfo, all here in prepare; then signature, own check and token.
Result<UnsignedToken> Tsu::prepare(const TimestampRequest& request) {
  RAKKAN_CHECK(accept_request(request, impl_->policy));
  RAKKAN_TRY(const Instant time, impl_->clock->trusted_time());
  RAKKAN_CHECK(pki::check_validity(impl_->certificate, time));
  RAKKAN_CHECK(impl_->require_acceptable(time));
  RAKKAN_TRY(Bytes serial, impl_->serials->next());
  TstInfo info = impl_->describe(request, time, std::move(serial));
  Bytes content = info.encode();
  auto attributes = cms::SignedAttributes::make(cms::kIdCtTstInfo, crypto::digest(impl_->suite.digest, content),
                                                impl_->certificate, impl_->suite);
  return UnsignedToken(std::move(info), std::move(content), std::move(attributes), request.certificate_requested);
}

Result<Bytes> Tsu::sign(const UnsignedToken& token) {
  return impl_->signer->sign(impl_->suite, token.attributes_.digest());
}

Result<Bytes> Tsu::complete(const UnsignedToken& token, ByteView signature) const {
  if (auto own_check = impl_->self_check->verify(impl_->suite, token.attributes_.digest(), signature); !own_check) {
    return fail(
        Error{ErrorCode::self_check_failed, "the unit's own signature does not verify", {}, std::nullopt, {}}.because(
            std::move(own_check).error()));
  }
  return cms::assemble_signed_data(
      impl_->parts(token.attributes_, signature, token.content_, token.embed_certificates_));
}

Bytes Tsu::reject(const Error& why) {
  const ErrorRow& reason = row(why.code);
  return encode_rejection({2, reason.failure_info, std::string(reason.title_en)});
}

const pki::Certificate& Tsu::certificate() const noexcept { return impl_->certificate; }
const std::shared_ptr<crypto::SelfCheck>& Tsu::self_check() const noexcept { return impl_->self_check; }
std::size_t Tsu::max_token_size() const noexcept { return impl_->max_token_size; }

Tsu::Tsu(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Tsu::~Tsu() = default;

}  // namespace rakkan::tsp
