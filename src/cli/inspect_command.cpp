// rakkan inspect IN.pdf: what stands in the file. Facts only: nothing here says that a signature is valid.
#include <CLI/CLI.hpp>

#include "cli/input.hpp"
#include "cli/make_commands.hpp"
#include "cli/runtime.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "rakkan/pdf/acro_form.hpp"
#include "rakkan/pdf/document.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::cli {
namespace {

namespace json = boost::json;

// What the CMS in /Contents says of itself; empty when it cannot be read.
struct CmsFacts {
  std::string signer;     // subject of the certificate that it names
  std::string timestamp;  // genTime of its signature-time-stamp, or of the token itself
  std::string problem;    // why it cannot be read
};

std::string token_time(ByteView der) {
  const auto token = tsp::TimestampToken::parse(der);
  return token ? to_rfc3339(token->info().generation_time) : std::string();
}

CmsFacts read_cms(const pdf::Signature& signature) {
  const std::optional<Bytes> contents = signature.dictionary.find("Contents").string();
  if (!contents) {
    return {"", "", "/Contents is no string"};
  }
  const auto signed_data = cms::SignedData::parse(*contents, true);
  if (!signed_data) {
    return {"", "", to_string(signed_data.error())};
  }
  CmsFacts facts;
  if (signed_data->content_type() == cms::kIdCtTstInfo) {
    facts.timestamp = token_time(signed_data->der());
  }
  for (const cms::SignerInfo& signer : signed_data->signer_infos()) {
    if (const auto certificate = cms::find_signer_certificate(*signed_data, signer)) {
      facts.signer = certificate->subject().text();
    }
    if (const auto token = signer.unsigned_attribute(cms::kIdSignatureTimeStampToken)) {
      facts.timestamp = token_time(*token);
    }
  }
  return facts;
}

// The last byte that the ByteRange covers, plus one; nothing when it is not of the usual shape.
std::optional<std::uint64_t> covered_end(const pdf::Signature& signature) {
  const auto& range = signature.byte_range;
  if (range.size() != 4 || range[2] < 0 || range[3] < 0) {
    return std::nullopt;
  }
  return checked_add(static_cast<std::uint64_t>(range[2]), static_cast<std::uint64_t>(range[3]));
}

// The number, from 1, of the revision that a ByteRange covers to its end, or up to two line-end bytes of it; nothing
// when it covers no whole revision.
std::optional<std::size_t> covered_revision(const pdf::Document& document, std::uint64_t end) {
  constexpr std::uint64_t kLineEnd = 2;
  const std::vector<pdf::Revision> revisions = document.revisions();
  for (std::size_t i = 0; i < revisions.size(); ++i) {
    const auto& last = revisions[i].end;
    if (last && end <= *last && *last - end <= kLineEnd) {
      return i + 1;
    }
  }
  return std::nullopt;
}

class InspectCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("input", input_, "PDF to look at; - is standard input")->required();
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
    outcome.json["size"] = document.base().size();
    outcome.json["version"] = version_text;
    outcome.text +=
        input_.string() + ": PDF " + version_text + ", " + std::to_string(document.base().size()) + " bytes\n";
  }

  // Oldest first, as the file grew; a linearized file begins with one revision of two sections.
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
        rows.push_back(describe_signature(document, signature, outcome.text));
      }
    }
    if (rows.empty()) {
      outcome.text += "  no signatures\n";
    }
    outcome.json["signatures"] = std::move(rows);
    return {};
  }

  static json::object describe_signature(const pdf::Document& document, const pdf::Signature& signature,
                                         std::string& text) {
    const CmsFacts cms = read_cms(signature);
    json::array range(signature.byte_range.begin(), signature.byte_range.end());
    const auto end = covered_end(signature);
    const bool covers_all = end == document.base().size();
    const auto revision = end ? covered_revision(document, *end) : std::nullopt;
    json::object row{{"field", signature.field_name}, {"type", signature.type}, {"sub_filter", signature.sub_filter},
                     {"byte_range", range},           {"signer", cms.signer},   {"timestamp", cms.timestamp},
                     {"covers_file", covers_all}};
    row["covers_revision"] = revision ? json::value(*revision) : json::value(nullptr);
    if (signature.contents_offset) {
      row["contents"] = {{"offset", *signature.contents_offset}, {"length", signature.contents_length}};
    }
    if (!cms.problem.empty()) {
      row["problem"] = cms.problem;
    }
    text += "  signature       " + signature.field_name + " (" + signature.sub_filter + ")\n" + "    signer        " +
            (cms.signer.empty() ? "unknown" : cms.signer) + "\n" + "    timestamp     " +
            (cms.timestamp.empty() ? "none" : cms.timestamp) + "\n" + "    byte range    " + json::serialize(range) +
            (covers_all ? ", to the end of the file"
             : revision ? ", revision " + std::to_string(*revision)
                        : ", no whole revision") +
            "\n";
    if (!cms.problem.empty()) {
      text += "    problem       " + cms.problem + "\n";
    }
    return row;
  }

  std::filesystem::path input_;
};

}  // namespace

std::unique_ptr<Command> make_inspect_command() { return std::make_unique<InspectCommand>(); }

}  // namespace rakkan::cli
