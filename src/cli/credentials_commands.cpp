// rakkan credentials generate|adopt|csr|import|pin|list|disable: an operator's way from a key in the token to a
// certificate.
#include <CLI/CLI.hpp>

#include "cli/certificate_facts.hpp"
#include "cli/input.hpp"
#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "cli/runtime.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/credentials/activation.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::cli {
namespace {

constexpr std::uint64_t kLargestCertificateFile = 1UL << 20;

boost::json::object to_json(const credentials::CredentialSummary& credential) {
  boost::json::object json{
      {"id", credential.id.value()},     {"kind", name(credential.kind)}, {"status", name(credential.status)},
      {"token", credential.token_label}, {"key", credential.key_label},   {"key_id", to_hex(credential.key_id)},
      {"key_kind", credential.key_kind}, {"suite", credential.suite},     {"created", to_rfc3339(credential.created)}};
  if (!credential.party.empty()) {
    json["party"] = credential.party.value();
  }
  if (!credential.tenant.empty()) {
    json["tenant"] = credential.tenant.value();
  }
  if (const auto& certificate = credential.certificate) {
    json["certificate"] = certificate_facts(*certificate);
    boost::json::array warnings;
    for (const pki::CertificateFinding& finding : credential.findings) {
      warnings.push_back(
          {{"code", row(code_of(finding.flaw)).slug}, {"detail", finding.detail}, {"subject", finding.subject}});
    }
    json["warnings"] = std::move(warnings);
  }
  return json;
}

std::string to_text(const credentials::CredentialSummary& credential) {
  std::string text = credential.id.value() + "  " + std::string(name(credential.kind)) + "  " +
                     std::string(name(credential.status)) + "  " + credential.key_kind;
  if (!credential.party.empty()) {
    text += "  party " + credential.party.value();
  }
  if (!credential.tenant.empty()) {
    text += "  tenant " + credential.tenant.value();
  }
  text += "  token " + credential.token_label + "\n";
  if (const auto& certificate = credential.certificate) {
    text += "    " + certificate->subject().text() + "\n    valid to " + to_rfc3339(certificate->validity().not_after) +
            "\n";
    for (const pki::CertificateFinding& finding : credential.findings) {
      text += "    warning: " + finding.detail + " [" + std::string(row(code_of(finding.flaw)).slug) + "]\n";
    }
  }
  return text;
}

Outcome outcome(const credentials::CredentialSummary& credential) {
  return {to_json(credential), to_text(credential), ExitCode::ok};
}

// What generate and adopt share: where the key is, and for whom.
class NewCredentialCommand : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("id", id_, "Name of the credential: [a-z0-9._-], at most 32")->required();
    app.add_option("--kind", kind_, "operator (立会人型), party (当事者型) or tsu (timestamps)")
        ->required()
        ->check(CLI::IsMember({"operator", "party", "tsu"}));
    app.add_option("--party", party_, "Whose key it is (kind party)");
    app.add_option("--tenant", tenant_, "Whose API keys alone may use and see it (default: every tenant's)");
    app.add_option("--key", key_, "rsa-2048, rsa-3072, rsa-4096, p-256 or p-384")->capture_default_str();
    app.add_option("--suite", suite_, "Signature suite, e.g. rsa-pss-sha256 (default: the key's usual one)");
    app.add_option("--token", request_.token_label, "Token label, or slot:NUMBER (default: the credential's name)");
    app.add_option("--key-label", request_.key_label,
                   "Key label (default: the credential's name, or what the key of --key-id bears)");
  }

 protected:
  [[nodiscard]] Result<credentials::NewCredential> request() const {
    const auto kind = credentials::credential_kind_from_name(kind_);
    const auto key = crypto::key_kind_from_name(key_);
    if (!kind || !key) {
      return fail(ErrorCode::invalid_argument, "unknown kind of credential or key", kind ? key_ : kind_);
    }
    credentials::NewCredential request = request_;
    request.id = CredentialId(id_);
    request.kind = *kind;
    request.party = PartyId(party_);
    request.tenant = TenantId(tenant_);
    request.key_kind = *key;
    request.suite = suite_;
    return request;
  }

 private:
  std::string id_;
  std::string kind_;
  std::string party_;
  std::string tenant_;
  std::string key_ = "rsa-2048";
  std::string suite_;
  credentials::NewCredential request_;
};

class GenerateCommand final : public NewCredentialCommand {
 public:
  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(credentials::NewCredential credential, request());
    RAKKAN_TRY(const auto runtime, Runtime::open(global));
    progress("generating a key in token " +
             (credential.token_label.empty() ? credential.id.value() : credential.token_label));
    return runtime->service().credentials().generate(runtime->principal(), std::move(credential)).map(outcome);
  }
};

class AdoptCommand final : public NewCredentialCommand {
 public:
  void declare(CLI::App& app) override {
    NewCredentialCommand::declare(app);
    app.add_option("--key-id", key_id_,
                   "CKA_ID of the key in hexadecimal; with --key-label both must be the same key's");
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(credentials::NewCredential credential, request());
    const auto key_id = from_hex(key_id_);
    if (!key_id) {
      return fail(ErrorCode::invalid_argument, "--key-id is not hexadecimal", key_id_);
    }
    credential.key_id = *key_id;
    RAKKAN_TRY(const auto runtime, Runtime::open(global));
    return runtime->service().credentials().adopt(runtime->principal(), std::move(credential)).map(outcome);
  }

 private:
  std::string key_id_;
};

class CsrCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("id", id_, "Credential")->required();
    app.add_option("--subject", subject_, "Distinguished name, e.g. \"CN=株式会社ラッカン,C=JP\" (RFC 4514)")
        ->required();
    app.add_option("-o,--output", output_, "PKCS #10 request in PEM; - is standard output")
        ->type_name(kFile)
        ->required();
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const pki::Name subject, pki::Name::from_text(subject_));
    RAKKAN_TRY(const auto runtime, Runtime::open(global));
    RAKKAN_TRY(const Bytes request, runtime->service().credentials().certification_request(CredentialId(id_), subject));
    return Outcome{{{"output", output_.string()}, {"subject", subject.text()}},
                   shown(output_) + ": certificate request for " + subject.text() + "\n",
                   ExitCode::ok,
                   {Document::of(output_, pki::to_pem("CERTIFICATE REQUEST", request))}};
  }

 private:
  std::string id_;
  std::string subject_;
  std::filesystem::path output_;
};

class ImportCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("id", id_, "Credential")->required();
    app.add_option("file", file_,
                   "The certificate and its chain up to the root, PEM or DER, in any order; - is standard input")
        ->type_name(kFile)
        ->required();
    app.add_flag("--allow-incomplete-chain", allow_incomplete_chain_,
                 "Take it although the chain ends before a root; each start warns of it");
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto runtime, Runtime::open(global));
    RAKKAN_TRY(const Bytes certificates, read_input(file_, kLargestCertificateFile));
    return runtime->service()
        .credentials()
        .import_certificates(
            runtime->principal(), CredentialId(id_), certificates,
            allow_incomplete_chain_ ? credentials::IncompleteChain::allow : credentials::IncompleteChain::refuse)
        .map(outcome);
  }

 private:
  std::string id_;
  std::filesystem::path file_;
  bool allow_incomplete_chain_ = false;
};

class PinCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("id", id_, "Credential of kind party")->required();
    auto* pin = app.add_option("--pin-file", pin_file_, "File with the new PIN; - is standard input")->type_name(kFile);
    app.add_option("--old-pin-file", old_pin_file_, "File with the PIN that holds, to change it; - is standard input")
        ->type_name(kFile)
        ->needs(pin);
    auto* reset =
        app.add_flag("--reset", reset_, "An operator's way out of a lock: the failures are forgotten, the PIN stays")
            ->excludes(pin);
    app.add_option("--tenant", tenant_, "Whose failures are forgotten (default: everybody's)")->needs(reset);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    if (!reset_ && pin_file_.empty()) {
      return fail(ErrorCode::invalid_argument, "--pin-file or --reset", "--pin-file");
    }
    RAKKAN_TRY(const auto runtime, Runtime::open(global));
    RAKKAN_TRY(const credentials::CredentialSummary credential,
               runtime->service().credentials().find(runtime->principal(), CredentialId(id_)));
    if (credential.kind != credentials::CredentialKind::party) {
      return fail(ErrorCode::credential_type_mismatch, "only a party's key is activated by a PIN", id_);
    }
    RAKKAN_CHECK(reset_ ? reset(*runtime) : set(*runtime));
    const std::string done = reset_ ? "reset" : "set";
    return Outcome{{{"id", id_}, {"pin", done}},
                   id_ + (reset_ ? ": the failures are forgotten\n" : ": the PIN is set\n"),
                   ExitCode::ok};
  }

 private:
  [[nodiscard]] Result<void> reset(Runtime& runtime) const {
    const access::Principal by = runtime.principal();
    const CredentialId id(id_);
    const auto whose = tenant_.empty() ? std::nullopt : std::optional(TenantId(tenant_));
    return async::block_on(runtime.service().activation().reset_failures(by, id, whose, runtime.deadline()));
  }

  [[nodiscard]] Result<void> set(Runtime& runtime) const {
    credentials::Activation& activation = runtime.service().activation();
    const access::Principal by = runtime.principal();
    const CredentialId id(id_);
    RAKKAN_TRY(const SecureBytes pin, read_secret_input(pin_file_));
    if (old_pin_file_.empty()) {
      return async::block_on(activation.set_pin(by, id, pin, runtime.deadline()));
    }
    RAKKAN_TRY(const SecureBytes old_pin, read_secret_input(old_pin_file_));
    return async::block_on(activation.change_pin(by, id, old_pin, pin, runtime.deadline()));
  }

  std::string id_;
  std::filesystem::path pin_file_;
  std::filesystem::path old_pin_file_;
  bool reset_ = false;
  std::string tenant_;
};

class ListCommand final : public Command {
 public:
  void declare(CLI::App&) override {}

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto runtime, Runtime::open(global));
    const auto credentials = runtime->service().credentials().list(runtime->principal());
    boost::json::array rows;
    std::string text;
    for (const credentials::CredentialSummary& credential : credentials) {
      rows.push_back(to_json(credential));
      text += to_text(credential);
    }
    return Outcome{{{"credentials", std::move(rows)}}, std::move(text), ExitCode::ok};
  }
};

class DisableCommand final : public Command {
 public:
  void declare(CLI::App& app) override { app.add_option("id", id_, "Credential")->required(); }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto runtime, Runtime::open(global));
    RAKKAN_CHECK(runtime->service().credentials().disable(runtime->principal(), CredentialId(id_)));
    return Outcome{{{"id", id_}, {"status", "disabled"}}, id_ + ": disabled\n", ExitCode::ok};
  }

 private:
  std::string id_;
};

}  // namespace

std::unique_ptr<Command> make_credentials_generate_command() { return std::make_unique<GenerateCommand>(); }
std::unique_ptr<Command> make_credentials_adopt_command() { return std::make_unique<AdoptCommand>(); }
std::unique_ptr<Command> make_credentials_csr_command() { return std::make_unique<CsrCommand>(); }
std::unique_ptr<Command> make_credentials_import_command() { return std::make_unique<ImportCommand>(); }
std::unique_ptr<Command> make_credentials_pin_command() { return std::make_unique<PinCommand>(); }
std::unique_ptr<Command> make_credentials_list_command() { return std::make_unique<ListCommand>(); }
std::unique_ptr<Command> make_credentials_disable_command() { return std::make_unique<DisableCommand>(); }

}  // namespace rakkan::cli
