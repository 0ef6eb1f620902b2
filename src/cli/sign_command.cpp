// rakkan sign IN.pdf -o OUT.pdf: one PAdES signature as an incremental update.
#include <CLI/CLI.hpp>

#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "cli/runtime.hpp"
#include "cli/signing_options.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/base/hex.hpp"

namespace rakkan::cli {
namespace {

class SignCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("input", input_, "PDF to sign")->required();
    app.add_option("-o,--output", output_, "Signed PDF; replaced in one step")->required();
    options_.declare(app);
    app.add_option("--field", field_.field_name, "Signature field: a new name, or an empty field that is there");
    app.add_option("--reason", field_.reason,
                   "/Reason; behind the text that says on whose instruction a witness signs");
    app.add_option("--name", field_.name, "/Name (default: the witness's configured name, or the certificate's CN)");
    app.add_option("--location", field_.location, "/Location");
    app.add_option("--contact", field_.contact_info, "/ContactInfo");
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto runtime, Runtime::open(global));
    RAKKAN_TRY(SigningInputs inputs, read_inputs(options_, runtime->configuration().service.limits));
    RAKKAN_TRY(const MappedFile document, MappedFile::open(input_));
    progress("signing " + input_.string());
    const service::Principal principal = runtime->principal();
    RAKKAN_TRY(const auto algorithm, runtime->service().digest_algorithm(principal, inputs.credential));
    service::SignPdfCommand command{principal,
                                    inputs.credential,
                                    inputs.type,
                                    inputs.level,
                                    service::HashedDocument::hash(document.view(), algorithm),
                                    field_,
                                    std::move(inputs.consent),
                                    options_.tsa,
                                    std::nullopt,
                                    std::nullopt};
    RAKKAN_TRY(const service::SignedDocument made, async::block_on(runtime->service().sign_pdf(std::move(command))));
    RAKKAN_CHECK(write_file_atomically(output_, {document.view(), made.stored.tail}));
    return outcome(made, document.view().size());
  }

 private:
  [[nodiscard]] Outcome outcome(const service::SignedDocument& made, std::size_t base_size) const {
    const service::SignedPdf& signed_pdf = made.pdf;
    boost::json::object json = describe(options_, signed_pdf.timestamp);
    const auto& range = signed_pdf.byte_range;
    json["output"] = output_.string();
    json["field"] = signed_pdf.field_name;
    json["document_digest"] = to_json(signed_pdf.document_digest);
    json["byte_range"] = boost::json::array{0, range.first_length, range.second_offset, range.second_length};
    json["byte_range_digest"] = to_json(signed_pdf.byte_range_digest);
    json["base_size"] = base_size;
    json["bytes_added"] = made.stored.tail.size();
    json["cms_size"] = signed_pdf.cms_size;
    json["reserve"] = signed_pdf.reserve;
    json["signatures_made"] = signed_pdf.signatures_made;
    std::string text = output_.string() + ": signed (" + options_.type + ", " + options_.level + ")\n" +
                       "  field           " + signed_pdf.field_name + "\n" + "  document digest SHA-256 " +
                       to_hex(signed_pdf.document_digest.view()) + "\n" + timestamp_line(signed_pdf.timestamp) +
                       "  bytes added     " + std::to_string(made.stored.tail.size()) + "\n";
    return {std::move(json), std::move(text), ExitCode::ok};
  }

  std::filesystem::path input_;
  std::filesystem::path output_;
  SigningOptions options_;
  service::FieldChoice field_;
};

}  // namespace

std::unique_ptr<Command> make_sign_command() { return std::make_unique<SignCommand>(); }

}  // namespace rakkan::cli
