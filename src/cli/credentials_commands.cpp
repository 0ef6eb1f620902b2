// The commands `rakkan credentials generate|adopt|csr|import|pin|list|disable`: an operator's way from a key in the
// token to a certificate.
#include <CLI/CLI.hpp>

#include "cli/administration.hpp"
#include "cli/credential_line.hpp"
#include "cli/input.hpp"
#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/public_key.hpp"
#include "rakkan/json/writer.hpp"
#include "rakkan/pki/name.hpp"

namespace rakkan::cli {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kLargestCertificateFile = 1UL << 20;

std::string path_of(const std::string& id, std::string_view what) {
  return "/v1/credentials/" + percent_encoded(id) + "/" + std::string(what);
}

Outcome outcome(json::object credential) {
  std::string text = line_of_credential(credential);
  return {std::move(credential), std::move(text), ExitCode::ok};
}

// The options that generate and adopt share: where the key is, and for whom.
class NewCredentialCommand : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("id", id_, "Name of the credential: [a-z0-9._-], at most 32")->required();
    app.add_option("--kind", kind_, "operator (立会人型), party (当事者型) or tsu (timestamps)")
        ->required()
        ->check(CLI::IsMember({"operator", "party", "tsu"}));
    app.add_option("--party", party_, "The party whose key it is (kind party)");
    app.add_option("--tenant", tenant_, "Tenant whose API keys alone may use and see it (default: every tenant's)");
    app.add_option("--key", key_, "rsa-2048, rsa-3072, rsa-4096, p-256 or p-384")->capture_default_str();
    app.add_option("--suite", suite_, "Signature suite, e.g. rsa-pss-sha256 (default: the key's usual one)");
    app.add_option("--token", token_, "Token label, or slot:NUMBER (default: the credential's name)");
    app.add_option("--key-label", key_label_,
                   "Key label (default: the credential's name, or what the key of --key-id bears)");
    remote_.declare(app);
  }

 protected:
  // The request's body as the API takes it.
  [[nodiscard]] json::object request() const {
    json::object request{{"id", id_}, {"kind", kind_}, {"key_kind", key_}};
    add(request, "party", party_);
    add(request, "tenant", tenant_);
    add(request, "suite", suite_);
    add(request, "token", token_);
    add(request, "key_label", key_label_);
    return request;
  }
  static void add(json::object& request, const char* member, const std::string& text) {
    if (!text.empty()) {
      request[member] = text;
    }
  }
  [[nodiscard]] const std::string& token() const noexcept { return token_.empty() ? id_ : token_; }
  [[nodiscard]] Result<std::unique_ptr<Administration>> open(const GlobalOptions& global) const {
    if (!crypto::key_kind_from_name(key_)) {
      return fail(ErrorCode::invalid_argument, "unknown kind of key", key_);
    }
    return Administration::open(global, remote_);
  }

 private:
  std::string id_;
  std::string kind_;
  std::string party_;
  std::string tenant_;
  std::string key_ = "rsa-2048";
  std::string suite_;
  std::string token_;
  std::string key_label_;
  RemoteOptions remote_;
};

class GenerateCommand final : public NewCredentialCommand {
 public:
  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto administration, open(global));
    progress("generating a key in token " + token());
    return administration->change("/v1/credentials", json::serialize(request())).map(outcome);
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
    if (!from_hex(key_id_)) {
      return fail(ErrorCode::invalid_argument, "--key-id is not hexadecimal", key_id_);
    }
    RAKKAN_TRY(const auto administration, open(global));
    json::object wanted = request();
    add(wanted, "key_id", key_id_);
    return administration->change("/v1/credentials:adopt", json::serialize(wanted)).map(outcome);
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
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const pki::Name name, pki::Name::from_text(subject_));
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_));
    RAKKAN_TRY(const json::object answer,
               administration->ask_json("POST", path_of(id_, "csr"), {{"subject", subject_}}));
    const std::string subject = text_member(answer, "subject");
    return Outcome{{{"output", output_.string()}, {"subject", subject}},
                   shown(output_) + ": certificate request for " + subject + "\n",
                   ExitCode::ok,
                   {Document::of(output_, text_member(answer, "request"))}};
  }

 private:
  std::string id_;
  std::string subject_;
  std::filesystem::path output_;
  RemoteOptions remote_;
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
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_));
    RAKKAN_TRY(const Bytes certificates, read_input(file_, kLargestCertificateFile));
    const bool pem = text_of(ByteView(certificates)).find("-----BEGIN") != std::string_view::npos;
    const std::string chain = allow_incomplete_chain_ ? "?chain=incomplete" : "";
    RAKKAN_TRY(const WipedBytes answer,
               administration->ask({"POST",
                                    path_of(id_, "certificate") + chain,
                                    pem ? "application/pem-certificate-chain" : "application/pkix-cert",
                                    "application/json",
                                    {ByteView(certificates)},
                                    Repeat::harmless}));
    return json_of(answer).map(outcome);
  }

 private:
  std::string id_;
  std::filesystem::path file_;
  bool allow_incomplete_chain_ = false;
  RemoteOptions remote_;
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
    app.add_option(
           "--tenant", tenant_,
           "Tenant whose failures are forgotten (default: every tenant's; of a server: those of the key's tenant)")
        ->needs(reset);
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    if (!reset_ && pin_file_.empty()) {
      return fail(ErrorCode::invalid_argument, "--pin-file or --reset", "--pin-file");
    }
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_));
    RAKKAN_CHECK(reset_ ? reset(*administration) : set(*administration));
    const std::string done = reset_ ? "reset" : "set";
    return Outcome{{{"id", id_}, {"pin", done}},
                   id_ + (reset_ ? ": the failures are forgotten\n" : ": the PIN is set\n"),
                   ExitCode::ok};
  }

 private:
  [[nodiscard]] Result<void> reset(const Administration& administration) const {
    json::object request;
    if (!tenant_.empty()) {
      request["tenant"] = tenant_;
    }
    RAKKAN_CHECK(administration.change(path_of(id_, "pin-reset"), json::serialize(request)));
    return {};
  }

  [[nodiscard]] Result<void> set(const Administration& administration) const {
    RAKKAN_TRY(const SecureBytes pin, read_secret_input(pin_file_));
    SecureBytes old_pin;
    if (!old_pin_file_.empty()) {
      RAKKAN_TRY(old_pin, read_secret_input(old_pin_file_));
    }
    std::string request = secret_request(pin, old_pin);
    const auto done = administration.change(path_of(id_, "pin"), request);
    secure_wipe(request);
    RAKKAN_CHECK(done);
    return {};
  }

  // The body is written into one piece of memory that is reserved whole: a quoted PIN is at most six times as long.
  static std::string secret_request(const SecureBytes& pin, const SecureBytes& old_pin) {
    std::string request;
    request.reserve(64 + 6 * (pin.view().size() + old_pin.view().size()));
    request += "{\"pin\":";
    ::rakkan::json::append_quoted(request, pin.text());
    if (!old_pin.empty()) {
      request += ",\"old_pin\":";
      ::rakkan::json::append_quoted(request, old_pin.text());
    }
    request += "}";
    return request;
  }

  std::string id_;
  std::filesystem::path pin_file_;
  std::filesystem::path old_pin_file_;
  bool reset_ = false;
  std::string tenant_;
  RemoteOptions remote_;
};

class ListCommand final : public Command {
 public:
  void declare(CLI::App& app) override { remote_.declare(app); }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_));
    RAKKAN_TRY(const json::object answer, administration->ask_json("GET", "/v1/credentials"));
    json::array rows = array_member(answer, "credentials");
    std::string text;
    for (const json::value& row : rows) {
      text += row.is_object() ? line_of_credential(row.get_object()) : std::string();
    }
    return Outcome{{{"credentials", std::move(rows)}}, std::move(text), ExitCode::ok};
  }

 private:
  RemoteOptions remote_;
};

class DisableCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("id", id_, "Credential")->required();
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_));
    RAKKAN_TRY(json::object answer, administration->post(path_of(id_, "disable")));
    return Outcome{std::move(answer), id_ + ": disabled\n", ExitCode::ok};
  }

 private:
  std::string id_;
  RemoteOptions remote_;
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
