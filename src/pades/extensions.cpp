#include "pades/extensions.hpp"

#include <string>

namespace rakkan::pades {
namespace {

using pdf::Kind;
using pdf::Value;

// The extension level of the common PAdES writers that declares /DSS and document timestamps, and with them
// ETSI.CAdES.detached (level 2): these may follow later, when /Extensions must not change any more.
constexpr std::int64_t kLevel = 5;
constexpr std::string_view kEsic = "<</BaseVersion/1.7/ExtensionLevel 5>>";

}  // namespace

Result<void> declare_esic(const pdf::Document& document, pdf::IncrementalWriter& writer) {
  if (document.version() >= pdf::Version{2, 0}) {
    return {};
  }
  const Value catalog = document.catalog().value();
  RAKKAN_TRY(const Value extensions, document.lookup(catalog, "Extensions"));
  if (!extensions.is(Kind::dictionary)) {
    return writer.set(catalog, "Extensions", "<</ESIC" + std::string(kEsic) + ">>");
  }
  RAKKAN_TRY(const Value esic, document.lookup(extensions, "ESIC"));
  if (esic.is(Kind::array)) {
    return {};  // an array of several levels of one developer (PDF 2.0, §7.12.2)
  }
  if (!esic.is(Kind::dictionary)) {
    return writer.set(extensions, "ESIC", kEsic);
  }
  RAKKAN_TRY(const Value level, document.lookup(esic, "ExtensionLevel"));
  if (level.integer().value_or(0) >= kLevel) {
    return {};
  }
  return writer.set(esic, "ExtensionLevel", std::to_string(kLevel));
}

}  // namespace rakkan::pades
