// The command `rakkan sign IN.pdf -o OUT.pdf`, which adds one PAdES signature as an incremental update.
#include <CLI/CLI.hpp>

#include "cli/administration.hpp"
#include "cli/document_form.hpp"
#include "cli/input.hpp"
#include "cli/made_signature.hpp"
#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "cli/remote.hpp"
#include "cli/runtime.hpp"
#include "cli/signing_options.hpp"
#include "cli/signing_request.hpp"
#include "rakkan/async/task.hpp"

namespace rakkan::cli {
namespace {

class SignCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("input", input_, "PDF to sign; - is standard input")->type_name(kFile)->required();
    app.add_option("-o,--output", output_, "Signed PDF; replaced in one step; - is standard output")
        ->type_name(kFile)
        ->required();
    options_.declare(app);
    app.add_option("--field", field_.field_name, "Signature field: a new name, or that of an existing empty field");
    app.add_option("--reason", field_.reason,
                   "/Reason; behind the text that says on whose instruction a witness signs");
    app.add_option("--name", field_.name, "/Name (default: the witness's configured name, or the certificate's CN)");
    app.add_option("--location", field_.location, "/Location");
    app.add_option("--contact", field_.contact_info, "/ContactInfo");
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const config::Configuration configuration, load_configuration(global));
    RAKKAN_TRY(const auto document, InputFile::open(input_, configuration.service.limits.document));
    progress("signing " + input_.string());
    RAKKAN_TRY(const std::optional<Remote> server, find_server(global, remote_));
    RAKKAN_TRY(MadeSignature made,
               server ? sign_there(*server, configuration, document->view()) : sign_here(global, document->view()));
    return outcome(std::move(made), document);
  }

 private:
  [[nodiscard]] Result<MadeSignature> sign_here(const GlobalOptions& global, ByteView document) const {
    RAKKAN_TRY(const auto runtime, Runtime::open(global));
    RAKKAN_TRY(SigningInputs inputs, read_inputs(options_, runtime->configuration().service.limits));
    const access::Principal principal = runtime->principal();
    RAKKAN_TRY(const auto algorithm, runtime->signing().digest_algorithm(principal, inputs.credential));
    service::SignPdfCommand command{
        {principal, inputs.credential, inputs.type, inputs.level, std::move(inputs.consent), options_.tsa},
        service::HashedDocument::hash(document, algorithm),
        field_};
    RAKKAN_TRY(service::SignedDocument made, async::block_on(runtime->signing().sign_pdf(std::move(command))));
    return made_here(std::move(made.stored));
  }

  // Has a server sign. Only the appended bytes come back, since the command has the document already.
  [[nodiscard]] Result<MadeSignature> sign_there(const Remote& remote, const config::Configuration& configuration,
                                                 ByteView document) const {
    RAKKAN_TRY(const SigningInputs inputs, read_inputs(options_, configuration.service.limits));
    RAKKAN_TRY(const DocumentForm form, DocumentForm::make());
    const SigningRequest request(options_, inputs, field());
    RAKKAN_TRY(fetch::HttpResponse response,
               remote.ask({"POST", "/v1/signatures", form.content_type(), "application/vnd.rakkan.tail",
                           form.pieces(request.pieces(), document), Repeat::by_key}));
    RAKKAN_CHECK(check_offset(response, document.size()));
    return made_there(remote, std::move(response));
  }

  [[nodiscard]] boost::json::object field() const {
    boost::json::object members;
    const auto add = [&](const char* name, const std::string& value) {
      if (!value.empty()) {
        members[name] = value;
      }
    };
    add("name", field_.field_name);
    add("signer_name", field_.name);
    add("reason", field_.reason);
    add("location", field_.location);
    add("contact_info", field_.contact_info);
    return members.empty() ? boost::json::object{} : boost::json::object{{"field", std::move(members)}};
  }

  [[nodiscard]] Outcome outcome(MadeSignature made, std::shared_ptr<const InputFile> base) const {
    boost::json::object json = made.facts;
    json["output"] = output_.string();
    json["base_size"] = base->view().size();
    json["bytes_added"] = made.bytes.size();
    std::string text = shown(output_) + ": signed (" + options_.type + ", " + options_.level + ")\n" +
                       lines_of(made.facts) + "  bytes added     " + std::to_string(made.bytes.size()) + "\n";
    Document document = Document::of(output_, std::move(base), std::move(made.bytes));
    return {std::move(json), std::move(text), ExitCode::ok, {std::move(document)}};
  }

  std::filesystem::path input_;
  std::filesystem::path output_;
  SigningOptions options_;
  service::FieldChoice field_;
  RemoteOptions remote_;
};

}  // namespace

std::unique_ptr<Command> make_sign_command() { return std::make_unique<SignCommand>(); }

}  // namespace rakkan::cli
