// The commands `rakkan signatures list|finish|abandon`, for signatures that have their value and wait for their
// timestamp or for evidence.
#include <CLI/CLI.hpp>

#include "cli/administration.hpp"
#include "cli/document_form.hpp"
#include "cli/input.hpp"
#include "cli/make_commands.hpp"
#include "cli/runtime.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/digest.hpp"

namespace rakkan::cli {
namespace {

namespace json = boost::json;

std::string path_of(const std::string& id, std::string_view verb) {
  return "/v1/signatures/" + percent_encoded(id) + ":" + std::string(verb);
}

std::string line_of(const json::object& pending) {
  std::string tenant = text_member(pending, "tenant");
  return text_member(pending, "signature_id") + "  " + text_member(pending, "level") + " by " +
         text_member(pending, "credential") + (tenant.empty() ? "" : " for " + tenant) + ": waits for its " +
         text_member(pending, "missing") + " (" + text_member(pending, "reason") + "), made " +
         text_member(pending, "created") + ", given up at " + text_member(pending, "until") + "\n";
}

class ListSignaturesCommand final : public Command {
 public:
  void declare(CLI::App& app) override { remote_.declare(app); }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_));
    RAKKAN_TRY(json::object answer, administration->ask_json("GET", "/v1/signatures:pending"));
    std::string text;
    for (const json::value& one : array_member(answer, "signatures")) {
      text += one.is_object() ? line_of(one.get_object()) : std::string();
    }
    return Outcome{std::move(answer), text.empty() ? "no signature is pending\n" : std::move(text), ExitCode::ok};
  }

 private:
  RemoteOptions remote_;
};

class FinishSignatureCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("id", id_, "The signature's id")->required();
    app.add_option("--document", document_,
                   "The PDF that was signed, without which B-LT and B-LTA cannot be completed: the output is the whole "
                   "signed document")
        ->type_name(kFile);
    app.add_option("-o,--output", output_,
                   "File for the bytes behind the document, or the detached CMS, or with --document the signed "
                   "document; - is standard output")
        ->type_name(kFile);
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    if (!document_.empty() && output_.empty()) {
      return fail(ErrorCode::invalid_argument, "the signed document needs a file: -o", "--document");
    }
    std::shared_ptr<const InputFile> base;
    if (!document_.empty()) {
      RAKKAN_TRY(const config::Configuration configuration, load_configuration(global));
      RAKKAN_TRY(base, InputFile::open(document_, configuration.service.limits.document));
    }
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_));
    RAKKAN_TRY(json::object answer,
               base != nullptr ? finish(*administration, base->view()) : administration->post(path_of(id_, "finish")));
    const auto tail = from_base64(text_member(answer, "tail"));
    if (!tail) {
      return fail(ErrorCode::malformed_server_answer, "the answer has no signature", remote_.server);
    }
    RAKKAN_CHECK(base != nullptr ? check_is_of(answer, base->view()) : Result<void>());
    return outcome(std::move(answer), base, *tail);
  }

 private:
  // Brings the document with the request.
  [[nodiscard]] Result<json::object> finish(const Administration& administration, ByteView document) const {
    RAKKAN_TRY(const DocumentForm form, DocumentForm::make());
    RAKKAN_TRY(const WipedBytes answer,
               administration.ask({"POST", path_of(id_, "finish"), form.content_type(), "application/json",
                                   form.pieces(document), Repeat::harmless}));
    return json_of(answer);
  }
  // The bytes belong behind the document that was signed, and behind no other.
  [[nodiscard]] Result<void> check_is_of(const json::object& answer, ByteView base) const {
    const json::object digest = object_member(object_member(answer, "facts"), "document_digest");
    if (object_member(answer, "facts").if_contains("base_size") == nullptr ||
        text_member(digest, "value") != to_hex(crypto::digest(crypto::DigestAlgorithm::sha256, base).view())) {
      return fail(ErrorCode::digest_mismatch, "the signature is of another document", document_.string());
    }
    return {};
  }

  [[nodiscard]] Outcome outcome(json::object answer, std::shared_ptr<const InputFile> base, Bytes tail) const {
    Outcome outcome{{}, id_ + ": complete\n", ExitCode::ok};
    if (!output_.empty()) {
      outcome.documents.push_back(base != nullptr ? Document::of(output_, std::move(base), std::move(tail))
                                                  : Document::of(output_, std::move(tail)));
      answer.erase("tail");
      answer["output"] = output_.string();
      outcome.text += "  written to " + shown(output_) + "\n";
    }
    outcome.json = std::move(answer);
    return outcome;
  }

  std::string id_;
  std::filesystem::path document_;
  std::filesystem::path output_;
  RemoteOptions remote_;
};

class AbandonSignatureCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("id", id_, "The signature's id")->required();
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_));
    RAKKAN_TRY(json::object answer, administration->post(path_of(id_, "abandon")));
    return Outcome{std::move(answer), id_ + ": given up, its value is erased\n", ExitCode::ok};
  }

 private:
  std::string id_;
  RemoteOptions remote_;
};

}  // namespace

std::unique_ptr<Command> make_signatures_list_command() { return std::make_unique<ListSignaturesCommand>(); }
std::unique_ptr<Command> make_signatures_finish_command() { return std::make_unique<FinishSignatureCommand>(); }
std::unique_ptr<Command> make_signatures_abandon_command() { return std::make_unique<AbandonSignatureCommand>(); }

}  // namespace rakkan::cli
