#include "cli/credential_line.hpp"

#include "cli/administration.hpp"

namespace rakkan::cli {

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
    for (const boost::json::value& warning : array_member(credential, "warnings")) {
      if (warning.is_object()) {
        text += "    warning: " + text_member(warning.get_object(), "detail") + " [" +
                text_member(warning.get_object(), "code") + "]\n";
      }
    }
  }
  return text;
}

}  // namespace rakkan::cli
