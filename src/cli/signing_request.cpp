#include "cli/signing_request.hpp"

#include "rakkan/base/hex.hpp"

namespace rakkan::cli {

SecureBytes secret_member(std::string_view name, const SecureBytes& value) {
  Bytes text;
  text.reserve(name.size() + 6 * value.view().size() + 8);  // the text is never moved, so no copy is left behind
  append(text, ",\"");
  append(text, name);
  append(text, "\":\"");
  for (const Byte c : value.view()) {
    if (c < ' ') {
      append(text, "\\u00");
      append(text, to_hex(ByteView(&c, 1)));
      continue;
    }
    if (c == '"' || c == '\\') {
      text.push_back('\\');
    }
    text.push_back(c);
  }
  text.push_back('"');
  SecureBytes member(text);
  secure_wipe(text);
  return member;
}

SigningRequest::SigningRequest(const SigningOptions& options, const SigningInputs& inputs, boost::json::object more) {
  more["credential"] = options.credential;
  more["type"] = options.type;
  more["level"] = options.level;
  if (!options.tsa.empty()) {
    more["tsa"] = options.tsa;
  }
  head_ = boost::json::serialize(more);
  head_.pop_back();
  if (inputs.consent.instruction) {
    instruction_ = ",\"instruction\":" + inputs.consent.instruction->json();
  }
  if (inputs.consent.pin) {
    secrets_ = secret_member("pin", *inputs.consent.pin);
  } else if (inputs.consent.activation) {
    secrets_ = secret_member("activation", *inputs.consent.activation);
  }
}

std::vector<ByteView> SigningRequest::pieces() const {
  return {bytes_of(head_), bytes_of(instruction_), secrets_.view(), bytes_of("}")};
}

}  // namespace rakkan::cli
