#include "cli/signing_options.hpp"

#include <CLI/CLI.hpp>

#include "cli/command.hpp"
#include "cli/input.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::cli {

void SigningOptions::declare(CLI::App& app) {
  app.add_option("--credential", credential, "Credential whose key signs")->required();
  app.add_option("--type", type,
                 "witness (立会人型: the operator's key, on an instruction) or party (当事者型: the party's own key)")
      ->required()
      ->check(CLI::IsMember({"witness", "party"}));
  app.add_option("--instruction", instruction_file,
                 "JSON record of the instruction; a witness signature needs it; of all files of a command one can be - "
                 "(standard input)")
      ->type_name(kFile);
  auto* pin = app.add_option("--pin-file", pin_file, "File with the party's PIN; a party signature needs it, or …")
                  ->type_name(kFile);
  app.add_option("--activation-file", activation_file, "… the token of `rakkan credentials activate` for this document")
      ->type_name(kFile)
      ->excludes(pin);
  app.add_option("--level", level, "B-B, or B-T with a signature timestamp; of a PDF also B-LT and B-LTA")
      ->check(CLI::IsMember({"B-B", "B-T", "B-LT", "B-LTA"}))
      ->capture_default_str();
  app.add_option("--tsa", tsa, "Timestamp authority's profile (default: the configured one)");
}

Result<SigningInputs> read_inputs(const SigningOptions& options, const service::Limits& limits) {
  const auto type = service::signature_type_from_name(options.type);
  const auto level = pades::baseline_level_from_name(options.level);
  if (!type || !level) {
    return fail(ErrorCode::invalid_argument, "unknown signature type or level", options.type + " " + options.level);
  }
  SigningInputs inputs{CredentialId(options.credential), *type, *level, {}};
  if (!options.instruction_file.empty()) {
    RAKKAN_TRY(const Bytes json, read_input(options.instruction_file, limits.instruction));
    RAKKAN_TRY(inputs.consent.instruction, service::Instruction::parse(text_of(json)));
  }
  if (!options.pin_file.empty()) {
    RAKKAN_TRY(inputs.consent.pin, read_secret_input(options.pin_file));
  }
  if (!options.activation_file.empty()) {
    RAKKAN_TRY(inputs.consent.activation, read_secret_input(options.activation_file));
  }
  return inputs;
}

boost::json::object to_json(const crypto::Digest& digest) {
  return {{"alg", crypto::info(digest.algorithm()).name}, {"value", to_hex(digest.view())}};
}

boost::json::object to_json(const service::TokenFacts& facts) {
  return {{"time", to_rfc3339(facts.generation_time)},
          {"serial_number", to_hex(facts.serial_number)},
          {"policy", facts.policy.dotted()}};
}

}  // namespace rakkan::cli
