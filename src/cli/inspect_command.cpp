// The command `rakkan inspect IN.pdf`, which shows a file's revisions and signatures and checks the digest and
// signature value of each. Trust is not judged: each signature is said to be not verified.
#include <CLI/CLI.hpp>

#include "cli/input.hpp"
#include "cli/make_commands.hpp"
#include "cli/runtime.hpp"
#include "cli/signature_report.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/pdf/acro_form.hpp"
#include "rakkan/pdf/document.hpp"

namespace rakkan::cli {
namespace {

namespace json = boost::json;

// The exit code with one more result: a broken signature decides, then one that could not be checked.
ExitCode worse(ExitCode before, pades::Check found) noexcept {
  if (found == pades::Check::failed || before == ExitCode::verification_failed) {
    return ExitCode::verification_failed;
  }
  return found == pades::Check::not_done ? ExitCode::indeterminate : before;
}

class InspectCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("input", input_, "PDF to look at; - is standard input")->type_name(kFile)->required();
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const config::Configuration configuration, load_configuration(global));
    RAKKAN_TRY(const auto file, InputFile::open(input_, configuration.service.limits.document));
    RAKKAN_TRY(const pdf::Document document, pdf::Document::open(file->view(), configuration.service.limits.pdf));
    Outcome outcome;
    describe_document(document, outcome);
    describe_revisions(document, outcome);
    RAKKAN_CHECK(describe_signatures(document, outcome));
    return outcome;
  }

 private:
  void describe_document(const pdf::Document& document, Outcome& outcome) const {
    const pdf::Version version = document.version();
    const std::string version_text = std::to_string(version.major) + "." + std::to_string(version.minor);
    outcome.json["file"] = input_.string();
    outcome.json["size"] = document.size();
    outcome.json["version"] = version_text;
    outcome.text += input_.string() + ": PDF " + version_text + ", " + std::to_string(document.size()) + " bytes\n";
  }

  // Describes the revisions, oldest first; a linearized file begins with one revision of two sections.
  static void describe_revisions(const pdf::Document& document, Outcome& outcome) {
    json::array rows;
    for (const pdf::Revision& revision : document.revisions()) {
      json::array sections;
      outcome.text += "  revision " + std::to_string(rows.size() + 1) + "      ";
      for (const pdf::Section& section : document.sections().subspan(revision.first_section, revision.section_count)) {
        sections.push_back(json::object{{"xref", pdf::to_string(section.kind)}, {"offset", section.offset}});
        outcome.text += std::string(pdf::to_string(section.kind)) + " at " + std::to_string(section.offset) + ", ";
      }
      outcome.text += revision.end ? "ends at " + std::to_string(*revision.end) + "\n" : "has no end\n";
      rows.push_back(json::object{{"end", revision.end ? json::value(*revision.end) : json::value(nullptr)},
                                  {"sections", std::move(sections)}});
    }
    outcome.json["revisions"] = std::move(rows);
  }

  static Result<void> describe_signatures(const pdf::Document& document, Outcome& outcome) {
    json::array rows;
    RAKKAN_TRY(const auto form, pdf::AcroForm::read(document));
    if (form) {
      RAKKAN_TRY(const auto signatures, pdf::signatures(document, *form));
      for (const pdf::Signature& signature : signatures) {
        RAKKAN_TRY(SignatureReport report, report_signature(document, signature, signatures));
        rows.push_back(std::move(report.json));
        outcome.text += report.text;
        outcome.exit_code = worse(outcome.exit_code, report.outcome);
      }
    }
    if (rows.empty()) {
      outcome.text += "  no signatures\n";
    }
    outcome.json["signatures"] = std::move(rows);
    return {};
  }

  std::filesystem::path input_;
};

}  // namespace

std::unique_ptr<Command> make_inspect_command() { return std::make_unique<InspectCommand>(); }

}  // namespace rakkan::cli
