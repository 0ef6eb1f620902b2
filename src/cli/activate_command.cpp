// The command `rakkan credentials activate` turns a party's PIN, given once, into a token that signs exactly these
// documents.
#include <CLI/CLI.hpp>

#include "cli/input.hpp"
#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "cli/parse_digest.hpp"
#include "cli/remote.hpp"
#include "cli/runtime.hpp"
#include "cli/signing_options.hpp"
#include "cli/signing_request.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/credentials/activation_book.hpp"
#include "rakkan/service/command.hpp"

namespace rakkan::cli {
namespace {

class ActivateCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("id", id_, "Credential of kind party")->required();
    app.add_option("--pin-file", pin_file_, "File with the party's PIN; - is standard input")
        ->type_name(kFile)
        ->required();
    app.add_option("--digest", digests_, "Digest of a document in hexadecimal, or ALG:HEX; may be repeated")
        ->required()
        ->allow_extra_args(false);
    app.add_option("-o,--output", output_,
                   "File for the token, or - for standard output; each digest can be signed once within five minutes")
        ->type_name(kFile)
        ->required();
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    std::vector<crypto::Digest> digests;
    for (const std::string& text : digests_) {
      RAKKAN_TRY(const crypto::Digest digest, parse_digest(text));
      digests.push_back(digest);
    }
    RAKKAN_TRY(SecureBytes pin, read_secret_input(pin_file_));
    return remote_.chosen() ? activate_there(digests, pin) : activate_here(global, digests, std::move(pin));
  }

 private:
  [[nodiscard]] Result<Outcome> activate_here(const GlobalOptions& global, const std::vector<crypto::Digest>& digests,
                                              SecureBytes pin) const {
    RAKKAN_TRY(std::shared_ptr<Runtime> runtime, Runtime::open(global));
    service::ActivateCommand command{runtime->principal(), CredentialId(id_), digests, std::move(pin)};
    RAKKAN_TRY(const service::Activated activated, async::block_on(runtime->signing().activate(std::move(command))));
    const auto withdraw = [runtime, id = credentials::activation_id(activated.token)] {
      return async::block_on(runtime->signing().withdraw_activation(runtime->principal(), id)).map([](std::uint64_t) {
        return withdrawn_again();
      });
    };
    return outcome(activated.token.text(), digests.size(), to_rfc3339(activated.expires), withdraw);
  }

  static std::string withdrawn_again() { return "the activation was withdrawn again"; }

  // `withdraw` takes the activation back when its token could not be given to anybody.
  [[nodiscard]] Outcome outcome(std::string_view token, std::size_t documents, const std::string& expires,
                                std::function<Result<std::string>()> withdraw) const {
    return {{{"id", id_}, {"output", output_.string()}, {"expires", expires}},
            shown(output_) + ": activates " + id_ + " for " + std::to_string(documents) + " documents until " +
                expires + "\n",
            ExitCode::ok,
            {Document::secret_line(output_, token)},
            std::move(withdraw)};
  }

  [[nodiscard]] Result<Outcome> activate_there(const std::vector<crypto::Digest>& digests,
                                               const SecureBytes& pin) const {
    boost::json::array wanted;
    for (const crypto::Digest& digest : digests) {
      wanted.push_back(to_json(digest));
    }
    std::string head = boost::json::serialize(boost::json::object{{"credential", id_}, {"digests", std::move(wanted)}});
    head.pop_back();
    const SecureBytes secret = secret_member("pin", pin);
    RAKKAN_TRY(Remote opened, Remote::open(remote_));
    const auto remote = std::make_shared<const Remote>(std::move(opened));
    // The request is not repeated: a wrong PIN that is sent twice counts twice.
    RAKKAN_TRY(fetch::HttpResponse response, remote->ask({"POST",
                                                          "/v1/activations",
                                                          "application/json",
                                                          "application/json",
                                                          {bytes_of(head), secret.view(), bytes_of("}")},
                                                          Repeat::never}));
    RAKKAN_TRY(boost::json::object answer, json_of(response));
    secure_wipe(response.body);
    auto* const token = answer.if_contains("activation");
    const auto* const expires = answer.if_contains("expires");
    if (token == nullptr || !token->is_string() || expires == nullptr || !expires->is_string()) {
      return fail(ErrorCode::malformed_server_answer, "no token", remote_.server);
    }
    boost::json::string& text = token->get_string();
    const Bytes id = credentials::activation_id(SecureBytes(bytes_of(text)));
    const auto withdraw = [remote, id] {
      return remote->ask_json("DELETE", "/v1/activations/" + to_hex(id)).map([](const auto&) {
        return withdrawn_again();
      });
    };
    Outcome made = outcome(text, digests.size(), std::string(expires->get_string()), withdraw);
    secure_wipe({reinterpret_cast<Byte*>(text.data()), text.size()});
    return made;
  }

  std::string id_;
  std::filesystem::path pin_file_;
  std::vector<std::string> digests_;
  std::filesystem::path output_;
  RemoteOptions remote_;
};

}  // namespace

std::unique_ptr<Command> make_credentials_activate_command() { return std::make_unique<ActivateCommand>(); }

}  // namespace rakkan::cli
