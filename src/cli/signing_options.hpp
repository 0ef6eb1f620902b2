// The options that `sign` and `cms` share: credential, signature type, instruction or PIN or activation, level,
// timestamp.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/service/signing_line.hpp"
#include "rakkan/service/signing_request.hpp"
#include "rakkan/service/signing_service.hpp"

namespace CLI {
class App;
}

namespace rakkan::cli {

struct SigningOptions {
  std::string credential;
  std::string type;
  std::filesystem::path instruction_file;
  std::filesystem::path pin_file;
  std::filesystem::path activation_file;
  std::string level = "B-T";
  std::string tsa;

  void declare(CLI::App& app);
};

// SigningInputs are the values of these options, with the contents of the files that they name.
struct SigningInputs {
  CredentialId credential;
  service::SignatureType type{};
  pades::BaselineLevel level{};
  service::Consent consent;
};

// Reads the files that the options name, of which one can be standard input. invalid_argument, file_unreadable,
// input_too_large, malformed_instruction.
[[nodiscard]] Result<SigningInputs> read_inputs(const SigningOptions& options, const service::Limits& limits);

[[nodiscard]] boost::json::object to_json(const crypto::Digest& digest);
[[nodiscard]] boost::json::object to_json(const service::TokenFacts& facts);

}  // namespace rakkan::cli
