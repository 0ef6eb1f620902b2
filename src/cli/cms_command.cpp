// rakkan cms DIGEST -o FILE.p7s: a detached CMS in the PAdES profile over a digest; the document is never needed.
#include <CLI/CLI.hpp>

#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "cli/parse_digest.hpp"
#include "cli/runtime.hpp"
#include "cli/signing_options.hpp"
#include "rakkan/base/file.hpp"

namespace rakkan::cli {
namespace {

class CmsCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("digest", digest_,
                   "Digest of the content in hexadecimal (SHA-256, SHA-384 or SHA-512 by its length), or ALG:HEX")
        ->required();
    app.add_option("-o,--output", output_, "CMS in DER")->required();
    options_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const crypto::Digest digest, parse_digest(digest_));
    RAKKAN_TRY(const auto runtime, Runtime::open(global));
    RAKKAN_TRY(SigningInputs inputs, read_inputs(options_, runtime->configuration().service.limits));
    service::SignHashCommand command{runtime->principal(),      inputs.credential, inputs.type,  inputs.level, digest,
                                     std::move(inputs.consent), options_.tsa,      std::nullopt, std::nullopt};
    RAKKAN_TRY(const service::SignedDigest signature,
               async::block_on(runtime->service().sign_hash(std::move(command))));
    const Bytes& cms = signature.stored.tail;
    RAKKAN_CHECK(write_file_atomically(output_, {cms}));
    boost::json::object json = describe(options_, signature.timestamp);
    json["output"] = output_.string();
    json["digest"] = to_json(digest);
    json["cms_size"] = cms.size();
    std::string text = output_.string() + ": signed (" + options_.type + ", " + options_.level + "), " +
                       std::to_string(cms.size()) + " bytes\n" + timestamp_line(signature.timestamp);
    return Outcome{std::move(json), std::move(text), ExitCode::ok};
  }

 private:
  std::string digest_;
  std::filesystem::path output_;
  SigningOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_cms_command() { return std::make_unique<CmsCommand>(); }

}  // namespace rakkan::cli
