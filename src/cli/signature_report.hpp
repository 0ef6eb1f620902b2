// The report of `rakkan inspect` on one signature, as JSON and as lines for people.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "rakkan/pades/signature_integrity.hpp"
#include "rakkan/pdf/acro_form.hpp"

namespace rakkan::cli {

struct SignatureReport {
  boost::json::object json;
  std::string text;
  pades::Check outcome{};
};

// `all` are the document's signatures, this one among them.
[[nodiscard]] Result<SignatureReport> report_signature(const pdf::Document& document, const pdf::Signature& signature,
                                                       const std::vector<pdf::Signature>& all);

}  // namespace rakkan::cli
