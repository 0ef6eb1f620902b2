// The command `rakkan augment IN.pdf -o OUT.pdf --level B-LTA`, which adds document timestamps and validation data to a
// document that is signed already, by whomever. No document key is used.
#include <CLI/CLI.hpp>

#include "cli/administration.hpp"
#include "cli/certificate_facts.hpp"
#include "cli/document_form.hpp"
#include "cli/input.hpp"
#include "cli/made_signature.hpp"
#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "cli/remote.hpp"
#include "cli/runtime.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/service/augmentation.hpp"
#include "rakkan/service/signing_service.hpp"

namespace rakkan::cli {
namespace {

namespace json = boost::json;

struct Augmented {
  json::object facts;
  Bytes tail;
};

Result<json::object> parse_facts(const std::string& text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  return error || !value.is_object() ? fail(ErrorCode::internal, "the facts of an augmentation are no JSON object")
                                     : Result<json::object>(value.get_object());
}

Result<Augmented> augmented_there(const fetch::HttpResponse& response, std::uint64_t base_size) {
  RAKKAN_CHECK(check_offset(response, base_size));
  RAKKAN_TRY(const json::object answer, json_of(response));
  const json::value* const facts = answer.if_contains("facts");
  const json::value* const tail = answer.if_contains("tail");
  const auto bytes = tail != nullptr && tail->is_string() ? from_base64(tail->get_string()) : std::nullopt;
  if (facts == nullptr || !facts->is_object() || !bytes) {
    return fail(ErrorCode::malformed_server_answer, "an augmentation without facts or tail");
  }
  Augmented made{facts->get_object(), *bytes};
  if (const json::value* const audit = answer.if_contains("audit")) {
    made.facts["audit"] = *audit;
  }
  return made;
}

std::string text_of_member(const json::object& object, std::string_view member) {
  const json::value* const value = object.if_contains(member);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

class AugmentCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("input", input_, "Signed PDF; - is standard input")->type_name(kFile)->required();
    app.add_option("-o,--output", output_, "PDF of the wanted level; replaced in one step; - is standard output")
        ->type_name(kFile)
        ->required();
    app.add_option("--level", level_, "Level that the signatures shall have (EN 319 142-1)")
        ->check(CLI::IsMember({"B-T", "B-LT", "B-LTA"}))
        ->required();
    app.add_option("--only", only_, "Signature field: that signature alone; the others may be broken");
    app.add_flag("--iso-docmdp", iso_docmdp_,
                 "Add to a certified document that allows no changes: ISO 32000-2 permits it, Acrobat rejects it");
    app.add_option("--tsa", tsa_, "Timestamp profile (default: the list for archive timestamps)");
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const config::Configuration configuration, load_configuration(global));
    RAKKAN_TRY(const auto document, InputFile::open(input_, configuration.service.limits.document));
    progress("augmenting " + input_.string());
    RAKKAN_TRY(const std::optional<Remote> server, find_server(global, remote_));
    RAKKAN_TRY(Augmented made,
               server ? augment_there(*server, document->view()) : augment_here(global, document->view()));
    return outcome(std::move(made), document);
  }

 private:
  [[nodiscard]] Result<Augmented> augment_here(const GlobalOptions& global, ByteView document) const {
    RAKKAN_TRY(const auto runtime, Runtime::open(global));
    service::AugmentCommand command{.principal = runtime->principal(),
                                    .document = document,
                                    .level = *pades::baseline_level_from_name(level_),
                                    .only = only_,
                                    .iso_docmdp = iso_docmdp_,
                                    .tsa = tsa_};
    RAKKAN_TRY(service::AugmentedDocument made, async::block_on(runtime->signing().augment(std::move(command))));
    RAKKAN_TRY(json::object facts, parse_facts(made.facts));
    facts["audit"] = json::object{{"entry", made.entry}};
    return Augmented{std::move(facts), std::move(made.tail)};
  }

  [[nodiscard]] Result<Augmented> augment_there(const Remote& remote, ByteView document) const {
    json::object request{{"level", level_}};
    if (!only_.empty()) {
      request["only"] = only_;
    }
    if (!tsa_.empty()) {
      request["tsa"] = tsa_;
    }
    if (iso_docmdp_) {
      request["iso_docmdp"] = true;
    }
    const std::string text = json::serialize(request);
    RAKKAN_TRY(const DocumentForm form, DocumentForm::make());
    RAKKAN_TRY(const fetch::HttpResponse response,
               remote.ask({"POST", "/v1/augmentations", form.content_type(), "application/json",
                           form.pieces({bytes_of(text)}, document), Repeat::by_key}));
    return augmented_there(response, document.size());
  }

  [[nodiscard]] Outcome outcome(Augmented made, std::shared_ptr<const InputFile> base) const {
    std::string text = shown(output_) + ": " + level_ + "\n";
    if (const json::value* const rows = made.facts.if_contains("signatures"); rows != nullptr && rows->is_array()) {
      for (const json::value& row : rows->get_array()) {
        const json::object& signature = row.as_object();
        const std::string level = text_of_member(signature, "level");
        text += "  " + printable(text_of_member(signature, "field")) + "  " +
                (level.empty() ? "no baseline level" : level) + "\n";
      }
    }
    if (const json::value* const renewal = made.facts.if_contains("renewal"); renewal != nullptr) {
      text += "  renew by        " + text_of_member(renewal->as_object(), "by") + " (" +
              text_of_member(renewal->as_object(), "reason") + ")\n";
    }
    text += "  bytes added     " + std::to_string(made.tail.size()) + "\n";
    json::object json = std::move(made.facts);
    json["output"] = output_.string();
    json["base_size"] = base->view().size();
    Document document = Document::of(output_, std::move(base), std::move(made.tail));
    return {std::move(json), std::move(text), ExitCode::ok, {std::move(document)}};
  }

  std::filesystem::path input_, output_;
  std::string level_, only_, tsa_;
  bool iso_docmdp_ = false;
  RemoteOptions remote_;
};

}  // namespace

std::unique_ptr<Command> make_augment_command() { return std::make_unique<AugmentCommand>(); }

}  // namespace rakkan::cli
