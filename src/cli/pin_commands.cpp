// The commands `rakkan credentials pin`, an operator's for a party's PIN, and `rakkan credentials change-pin`, the
// party's own.
#include <CLI/CLI.hpp>
#include <initializer_list>

#include "cli/administration.hpp"
#include "cli/input.hpp"
#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::cli {
namespace {

namespace json = boost::json;

struct SecretMember {
  std::string_view name;
  const SecureBytes* secret;
};

// Writes a request of secrets into one piece of memory that is reserved whole: a quoted secret is at most six times as
// long. The caller wipes it.
std::string secret_request(std::initializer_list<SecretMember> members) {
  std::size_t size = 2;
  for (const SecretMember& member : members) {
    size += member.name.size() + 8 + 6 * member.secret->view().size();
  }
  std::string request;
  request.reserve(size);
  for (const SecretMember& member : members) {
    request += request.empty() ? "{" : ",";
    ::rakkan::json::append_quoted(request, member.name);
    request += ":";
    ::rakkan::json::append_quoted(request, member.secret->text());
  }
  request += "}";
  return request;
}

// Reads a secret from its file, when one is named.
Result<std::optional<SecureBytes>> read_optional(const std::filesystem::path& file) {
  if (file.empty()) {
    return std::nullopt;
  }
  RAKKAN_TRY(SecureBytes secret, read_secret_input(file));
  return std::optional<SecureBytes>(std::move(secret));
}

class PinCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("id", id_, "Credential of kind party")->required();
    auto* pin = app.add_option("--pin-file", pin_file_, "File with the new PIN; - is standard input")->type_name(kFile);
    app.add_option("--old-pin-file", old_pin_file_, "File with the present PIN, to change it; - is standard input")
        ->type_name(kFile)
        ->needs(pin);
    auto* reset =
        app.add_flag("--reset", reset_, "An operator's way out of a lock: the failures are forgotten, the PIN stays")
            ->excludes(pin);
    app.add_option(
           "--tenant", tenant_,
           "Tenant whose failures are forgotten (default: every tenant's; of a server: those of the key's tenant)")
        ->needs(reset);
    auto* code = app.add_flag("--code", code_,
                              "Make a single-use code by which the party sets its PIN itself (change-pin); an earlier "
                              "code no longer works")
                     ->excludes(pin)
                     ->excludes(reset);
    app.add_option("-o,--output", output_,
                   "File for the code, its owner's alone, instead of printing it; - is standard output")
        ->type_name(kFile)
        ->needs(code);
    app.add_flag("--withdraw-code", withdraw_code_, "End the code that was given out, unused")
        ->excludes(pin)
        ->excludes(reset)
        ->excludes(code);
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    if (!reset_ && !code_ && !withdraw_code_ && pin_file_.empty()) {
      return fail(ErrorCode::invalid_argument, "--code, --pin-file, --reset or --withdraw-code", "--code");
    }
    RAKKAN_TRY(std::unique_ptr<Administration> opened, Administration::open(global, remote_));
    const std::shared_ptr<const Administration> administration = std::move(opened);
    if (code_) {
      return issue_code(administration);
    }
    if (withdraw_code_) {
      RAKKAN_CHECK(withdraw_code(*administration));
      return outcome("code-withdrawn", "the code is withdrawn");
    }
    RAKKAN_CHECK(reset_ ? reset(*administration) : set(*administration));
    return reset_ ? outcome("reset", "the failures are forgotten") : outcome("set", "the PIN is set");
  }

 private:
  [[nodiscard]] Outcome outcome(const std::string& done, const std::string& words) const {
    return {{{"id", id_}, {"pin", done}}, id_ + ": " + words + "\n", ExitCode::ok};
  }

  // A code that nobody has got is nobody's: it is withdrawn again.
  [[nodiscard]] Result<Outcome> issue_code(const std::shared_ptr<const Administration>& administration) const {
    RAKKAN_TRY(json::object answer, administration->change(path_of_credential(id_, "pin-code"), {}));
    json::value* const code = answer.if_contains("code");
    if (code == nullptr || !code->is_string()) {
      return fail(ErrorCode::malformed_server_answer, "no code", remote_.server);
    }
    json::string& secret = code->get_string();
    const std::string expires = text_member(answer, "expires");
    Outcome issued{{}, {}, ExitCode::ok, {}, [administration, path = path_of_credential(id_, "pin-code")] {
                     return administration->ask_json("DELETE", path).map([](const auto&) {
                       return std::string("the code was withdrawn again");
                     });
                   }};
    if (output_.empty()) {
      issued.text = "The code for the PIN of " + id_ + ", shown this once, good until " + expires + ":\n" +
                    std::string(secret) + "\n";
    } else {
      issued.text = shown(output_) + ": the code for the PIN of " + id_ + ", good until " + expires + "\n";
      issued.documents.push_back(Document::secret_line(output_, secret));
      secure_wipe({reinterpret_cast<Byte*>(secret.data()), secret.size()});
      answer.erase("code");
      answer["output"] = output_.string();
    }
    issued.json = std::move(answer);
    return issued;
  }

  [[nodiscard]] Result<void> withdraw_code(const Administration& administration) const {
    RAKKAN_CHECK(administration.ask_json("DELETE", path_of_credential(id_, "pin-code")));
    return {};
  }

  [[nodiscard]] Result<void> reset(const Administration& administration) const {
    json::object request;
    if (!tenant_.empty()) {
      request["tenant"] = tenant_;
    }
    RAKKAN_CHECK(administration.change(path_of_credential(id_, "pin-reset"), json::serialize(request)));
    return {};
  }

  [[nodiscard]] Result<void> set(const Administration& administration) const {
    RAKKAN_TRY(const SecureBytes pin, read_secret_input(pin_file_));
    RAKKAN_TRY(const std::optional<SecureBytes> old_pin, read_optional(old_pin_file_));
    std::string request =
        old_pin ? secret_request({{"pin", &pin}, {"old_pin", &*old_pin}}) : secret_request({{"pin", &pin}});
    const auto done = administration.change(path_of_credential(id_, "pin"), request);
    secure_wipe(request);
    RAKKAN_CHECK(done);
    return {};
  }

  std::string id_;
  std::filesystem::path pin_file_;
  std::filesystem::path old_pin_file_;
  bool reset_ = false;
  std::string tenant_;
  bool code_ = false;
  bool withdraw_code_ = false;
  std::filesystem::path output_;
  RemoteOptions remote_;
};

class ChangePinCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("id", id_, "Credential of kind party")->required();
    app.add_option("--pin-file", pin_file_, "File with the new PIN; - is standard input")->type_name(kFile)->required();
    auto* old_pin = app.add_option("--old-pin-file", old_pin_file_, "File with the present PIN; - is standard input")
                        ->type_name(kFile);
    app.add_option("--code-file", code_file_, "File with the code that the operator gave; - is standard input")
        ->type_name(kFile)
        ->excludes(old_pin);
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    if (old_pin_file_.empty() == code_file_.empty()) {
      return fail(ErrorCode::invalid_argument, "--old-pin-file or --code-file", "--old-pin-file");
    }
    RAKKAN_TRY(const SecureBytes pin, read_secret_input(pin_file_));
    const bool by_code = !code_file_.empty();
    RAKKAN_TRY(const SecureBytes right, read_secret_input(by_code ? code_file_ : old_pin_file_));
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_));
    std::string request = secret_request({{"pin", &pin}, {by_code ? "code" : "old_pin", &right}});
    // Not again by itself: a wrong PIN that is sent twice counts twice.
    const auto answer = administration->ask({"PUT",
                                             path_of_credential(id_, "pin"),
                                             "application/json",
                                             "application/json",
                                             {bytes_of(request)},
                                             Repeat::never});
    secure_wipe(request);
    RAKKAN_TRY(const WipedBytes body, answer);
    RAKKAN_TRY(json::object facts, json_of(body));
    return Outcome{std::move(facts), id_ + ": the PIN is changed\n", ExitCode::ok};
  }

 private:
  std::string id_;
  std::filesystem::path pin_file_;
  std::filesystem::path old_pin_file_;
  std::filesystem::path code_file_;
  RemoteOptions remote_;
};

}  // namespace

std::unique_ptr<Command> make_credentials_pin_command() { return std::make_unique<PinCommand>(); }
std::unique_ptr<Command> make_credentials_change_pin_command() { return std::make_unique<ChangePinCommand>(); }

}  // namespace rakkan::cli
