// The command `rakkan decide FACTS`, which judges again from the facts of a verification alone and shows each step with
// its clause: for an expert who wants to follow the decision.
#include <CLI/CLI.hpp>

#include "cli/input.hpp"
#include "cli/judgement.hpp"
#include "cli/make_commands.hpp"
#include "cli/verdict_text.hpp"
#include "cli/visible_text.hpp"
#include "rakkan/validation/decide.hpp"
#include "rakkan/validation/facts_json.hpp"
#include "rakkan/validation/verdict_json.hpp"

namespace rakkan::cli {
namespace {

class DecideCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("facts", facts_, "Facts, as `rakkan verify --facts-out` writes them; - is standard input")
        ->type_name(kFile)
        ->required();
    judgement_.declare(app);
  }

  [[nodiscard]] bool asks_for_json() const noexcept override { return judgement_.format != "text"; }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const Instant time, judgement_.time());
    RAKKAN_TRY(const validation::Policy policy, judgement_.read_policy());
    RAKKAN_TRY(const Bytes content, read_input(facts_, validation::kMostFactsBytes));
    auto facts = validation::parse_facts(text_of(content));
    if (!facts) {
      return fail(std::move(facts).error().blamed_on(facts_.string()));
    }
    const validation::Verdict verdict = validation::decide(*facts, policy, time);
    Outcome outcome;
    if (global.json || asks_for_json()) {
      outcome.written = escaped_json(validation::to_json(verdict, *facts, {.steps = true})) + "\n";
    } else {
      const console::Language language = judgement_.shown_language();
      outcome.written = verdict_text(facts_.string(), verdict, *facts, language) + steps_text(verdict, language);
    }
    outcome.exit_code = exit_code_of(verdict);
    return outcome;
  }

 private:
  std::filesystem::path facts_;
  JudgementOptions judgement_;
};

}  // namespace

std::unique_ptr<Command> make_decide_command() { return std::make_unique<DecideCommand>(); }

}  // namespace rakkan::cli
