#include "cli/credential_line.hpp"

#include "cli/administration.hpp"

namespace rakkan::cli {
namespace {

std::string lines_of_warnings(const boost::json::object& of) {
  std::string text;
  for (const boost::json::value& warning : array_member(of, "warnings")) {
    if (warning.is_object()) {
      text += "    warning: " + text_member(warning.get_object(), "detail") + " [" +
              text_member(warning.get_object(), "code") + "]\n";
    }
  }
  return text;
}

// Whether this is the key that is to come. The first key, which may be without its certificate too, is none.
bool is_next(const boost::json::object& generation) {
  const std::string status = text_member(generation, "status");
  const boost::json::value* const number = generation.if_contains("generation");
  return status == "scheduled" || (status == "uncertified" && number != nullptr && *number != boost::json::value(1));
}

std::string line_of_generation(const boost::json::object& generation) {
  const boost::json::value* const number = generation.if_contains("generation");
  std::string text = "    key " + (number != nullptr ? boost::json::serialize(*number) : std::string("?")) + "  " +
                     text_member(generation, "status") + "  " + text_member(generation, "key_kind") + "  " +
                     text_member(generation, "suite");
  for (const char* member : {"from", "until"}) {
    if (const std::string value = text_member(generation, member); !value.empty()) {
      text += "  " + std::string(member) + " " + value;
    }
  }
  text += "\n";
  if (const boost::json::object certificate = object_member(generation, "certificate"); !certificate.empty()) {
    text += "        " + text_member(certificate, "subject") + "\n        valid to " +
            text_member(certificate, "not_after") + ", serial number " + text_member(certificate, "serial_number") +
            "\n        SHA-256 " + text_member(certificate, "sha256") + "\n";
    if (is_next(generation)) {
      text += lines_of_warnings(generation);
    }
  }
  return text;
}

}  // namespace

std::string line_of_credential(const boost::json::object& credential) {
  std::string text = text_member(credential, "id") + "  " + text_member(credential, "kind") + "  " +
                     text_member(credential, "status") + "  " + text_member(credential, "key_kind");
  for (const char* member : {"party", "tenant", "token"}) {
    if (const std::string value = text_member(credential, member); !value.empty()) {
      text += "  " + std::string(member) + " " + value;
    }
  }
  text += "\n";
  if (const boost::json::object certificate = object_member(credential, "certificate"); !certificate.empty()) {
    text +=
        "    " + text_member(certificate, "subject") + "\n    valid to " + text_member(certificate, "not_after") + "\n";
    text += lines_of_warnings(credential);
  }
  for (const boost::json::value& one : array_member(credential, "generations")) {
    if (one.is_object() && is_next(one.get_object())) {
      text += line_of_generation(one.get_object());
    }
  }
  return text;
}

std::string lines_of_generations(const boost::json::object& credential) {
  std::string text;
  for (const boost::json::value& one : array_member(credential, "generations")) {
    if (!one.is_object() || is_next(one.get_object())) {  // the next key stands in the credential's own lines
      continue;
    }
    text += line_of_generation(one.get_object());
  }
  return text;
}

}  // namespace rakkan::cli
