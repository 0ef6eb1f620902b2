// The command `rakkan cms DIGEST -o FILE.p7s`, which makes a detached CMS in the PAdES profile over a digest; the
// document is never needed.
#include <CLI/CLI.hpp>

#include "cli/input.hpp"
#include "cli/made_signature.hpp"
#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "cli/parse_digest.hpp"
#include "cli/remote.hpp"
#include "cli/runtime.hpp"
#include "cli/signing_options.hpp"
#include "cli/signing_request.hpp"
#include "rakkan/async/task.hpp"

namespace rakkan::cli {
namespace {

class CmsCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("digest", digest_,
                   "Digest of the content in hexadecimal (SHA-256, SHA-384 or SHA-512 by its length), or ALG:HEX")
        ->required();
    app.add_option("-o,--output", output_, "CMS in DER; - is standard output")->type_name(kFile)->required();
    options_.declare(app);
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const crypto::Digest digest, parse_digest(digest_));
    RAKKAN_TRY(MadeSignature made, remote_.chosen() ? sign_there(global, digest) : sign_here(global, digest));
    boost::json::object json = made.facts;
    json["output"] = output_.string();
    json["cms_size"] = made.bytes.size();
    std::string text = shown(output_) + ": signed (" + options_.type + ", " + options_.level + "), " +
                       std::to_string(made.bytes.size()) + " bytes\n" + lines_of(made.facts);
    return Outcome{std::move(json), std::move(text), ExitCode::ok, {Document::of(output_, std::move(made.bytes))}};
  }

 private:
  [[nodiscard]] Result<MadeSignature> sign_here(const GlobalOptions& global, const crypto::Digest& digest) const {
    RAKKAN_TRY(const auto runtime, Runtime::open(global));
    RAKKAN_TRY(SigningInputs inputs, read_inputs(options_, runtime->configuration().service.limits));
    service::SignHashCommand command{
        {runtime->principal(), inputs.credential, inputs.type, inputs.level, std::move(inputs.consent), options_.tsa},
        digest};
    RAKKAN_TRY(service::SignedDigest made, async::block_on(runtime->signing().sign_hash(std::move(command))));
    return made_here(std::move(made.stored));
  }

  [[nodiscard]] Result<MadeSignature> sign_there(const GlobalOptions& global, const crypto::Digest& digest) const {
    RAKKAN_TRY(const config::Configuration configuration, load_configuration(global));
    RAKKAN_TRY(const SigningInputs inputs, read_inputs(options_, configuration.service.limits));
    RAKKAN_TRY(const Remote remote, Remote::open(remote_));
    const SigningRequest request(options_, inputs, {{"digest", to_json(digest)}});
    RAKKAN_TRY(fetch::HttpResponse response,
               remote.ask({"POST", "/v1/cms", "application/json", "application/pkcs7-signature", request.pieces(),
                           Repeat::by_key}));
    return made_there(remote, std::move(response));
  }

  std::string digest_;
  std::filesystem::path output_;
  SigningOptions options_;
  RemoteOptions remote_;
};

}  // namespace

std::unique_ptr<Command> make_cms_command() { return std::make_unique<CmsCommand>(); }

}  // namespace rakkan::cli
