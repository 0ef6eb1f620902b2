// The commands `rakkan credentials generate|adopt|rotate|csr|import|list|show|disable`: an operator's way from a key in
// the token to a certificate, and to the next key.
#include <CLI/CLI.hpp>

#include "cli/administration.hpp"
#include "cli/credential_line.hpp"
#include "cli/input.hpp"
#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/public_key.hpp"
#include "rakkan/json/writer.hpp"
#include "rakkan/pki/name.hpp"

namespace rakkan::cli {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kLargestCertificateFile = 1UL << 20;

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

class RotateCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("id", id_, "Credential")->required();
    app.add_option("--key", key_, "rsa-2048, rsa-3072, rsa-4096, p-256 or p-384 (default: as the present key)");
    app.add_option(
        "--suite", suite_,
        "Signature suite, with the digest of the present one (default: the present one, or the key's usual)");
    app.add_option("--token", token_, "Token label, or slot:NUMBER (default: the present key's token)");
    app.add_option("--key-label", key_label_, "Key label (default: the credential's name and the key's CKA_ID)");
    app.add_option("--key-id", key_id_, "CKA_ID of the key in hexadecimal (default: random)");
    app.add_flag("--replace", replace_,
                 "Give up a next key that has not taken over yet, and make this one in its place");
    app.add_flag("--adopt", adopt_, "Use a key that is in its token already, of --key-label, --key-id or both");
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    if (!key_.empty() && !crypto::key_kind_from_name(key_)) {
      return fail(ErrorCode::invalid_argument, "unknown kind of key", key_);
    }
    if (!from_hex(key_id_)) {
      return fail(ErrorCode::invalid_argument, "--key-id is not hexadecimal", key_id_);
    }
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_));
    json::object request;
    for (const auto& [member, text] :
         {std::pair{"key_kind", &key_}, std::pair{"suite", &suite_}, std::pair{"token", &token_},
          std::pair{"key_label", &key_label_}, std::pair{"key_id", &key_id_}}) {
      if (!text->empty()) {
        request[member] = *text;
      }
    }
    if (replace_) {
      request["replace"] = true;
    }
    if (adopt_) {
      request["adopt"] = true;
    } else {
      progress("generating the next key of " + id_);
    }
    return administration->change(path_of_credential(id_, "rotate"), json::serialize(request)).map(outcome);
  }

 private:
  std::string id_;
  std::string key_;
  std::string suite_;
  std::string token_;
  std::string key_label_;
  std::string key_id_;
  bool replace_ = false;
  bool adopt_ = false;
  RemoteOptions remote_;
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
               administration->ask_json("POST", path_of_credential(id_, "csr"), {{"subject", subject_}}));
    const std::string subject = text_member(answer, "subject");
    const json::value* const number = answer.if_contains("generation");
    const json::value generation = number != nullptr ? *number : json::value(1);
    return Outcome{
        {{"output", output_.string()}, {"subject", subject}, {"generation", generation}},
        shown(output_) + ": certificate request for " + subject + ", key " + json::serialize(generation) + "\n",
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
    app.add_option("--at", at_, "When the next key takes over, e.g. 2027-11-30T00:00:00Z (default: at once)");
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    if (!at_.empty() && !parse_rfc3339(at_)) {
      return fail(ErrorCode::invalid_argument, "not a time like 2027-11-30T00:00:00Z", at_);
    }
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_));
    RAKKAN_TRY(const Bytes certificates, read_input(file_, kLargestCertificateFile));
    const bool pem = text_of(ByteView(certificates)).find("-----BEGIN") != std::string_view::npos;
    std::string query = allow_incomplete_chain_ ? "?chain=incomplete" : "";
    if (!at_.empty()) {
      query += (query.empty() ? "?at=" : "&at=") + percent_encoded(at_);
    }
    RAKKAN_TRY(const WipedBytes answer,
               administration->ask({"POST",
                                    path_of_credential(id_, "certificate") + query,
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
  std::string at_;
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

class ShowCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("id", id_, "Credential")->required();
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_));
    RAKKAN_TRY(json::object answer, administration->ask_json("GET", "/v1/credentials/" + percent_encoded(id_)));
    std::string text = line_of_credential(answer) + lines_of_generations(answer);
    return Outcome{std::move(answer), std::move(text), ExitCode::ok};
  }

 private:
  std::string id_;
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
    RAKKAN_TRY(json::object answer, administration->post(path_of_credential(id_, "disable")));
    return Outcome{std::move(answer), id_ + ": disabled\n", ExitCode::ok};
  }

 private:
  std::string id_;
  RemoteOptions remote_;
};

}  // namespace

std::unique_ptr<Command> make_credentials_generate_command() { return std::make_unique<GenerateCommand>(); }
std::unique_ptr<Command> make_credentials_adopt_command() { return std::make_unique<AdoptCommand>(); }
std::unique_ptr<Command> make_credentials_rotate_command() { return std::make_unique<RotateCommand>(); }
std::unique_ptr<Command> make_credentials_csr_command() { return std::make_unique<CsrCommand>(); }
std::unique_ptr<Command> make_credentials_import_command() { return std::make_unique<ImportCommand>(); }
std::unique_ptr<Command> make_credentials_list_command() { return std::make_unique<ListCommand>(); }
std::unique_ptr<Command> make_credentials_show_command() { return std::make_unique<ShowCommand>(); }
std::unique_ptr<Command> make_credentials_disable_command() { return std::make_unique<DisableCommand>(); }

}  // namespace rakkan::cli
