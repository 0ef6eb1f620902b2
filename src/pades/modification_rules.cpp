#include "pades/modification_rules.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "pades/growing_array.hpp"
#include "pades/value_equality.hpp"
#include "pades/xmp_packet.hpp"

namespace rakkan::pades {
namespace {

using pdf::Kind;
using pdf::Value;

constexpr auto kLta = ModificationLevel::lta_updates;

constexpr std::array kRules{
    ModificationRule{"trailer", trailer_rule},           ModificationRule{"file form", file_form_rule},
    ModificationRule{"catalog", catalog_rule},           ModificationRule{"filled fields", filled_field_rule},
    ModificationRule{"annotations of pages", page_rule},
};

// The version may rise, by a name in the catalog (§7.2.2).
Result<void> version_part(RevisionComparison& comparison, Value /*signed_entry*/, Value /*entry*/) {
  if (comparison.after().version() < comparison.before().version()) {
    comparison.refuse(ModificationFault::version_lowered, comparison.after().catalog().number(), "/Root/Version",
                      "the version of the file was lowered");
  }
  return {};
}

// The metadata (§14.3.2) may be written anew as plain XMP: in the object of before, or in a new one.
Result<void> metadata_part(RevisionComparison& comparison, Value signed_entry, Value entry) {
  const auto refuse = [&](std::string what) -> Result<void> {
    comparison.refuse(ModificationFault::metadata_changed, entry.reference().value_or(pdf::Reference{}).number,
                      "/Root/Metadata", std::move(what));
    return {};
  };
  const auto reference = entry.reference();
  if (same_value(signed_entry, entry) && (!reference || comparison.change(reference->number) == nullptr)) {
    return {};
  }
  if (!reference) {
    return refuse("the metadata were removed, or are no stream");
  }
  RAKKAN_TRY(const pdf::Object* const object, comparison.after().load(*reference));
  if (object == nullptr || !object->is_stream() || !object->value().find("Subtype").is_name("XML")) {
    return refuse("the metadata are no stream of XML");
  }
  RAKKAN_TRY(const Bytes packet, comparison.after().decoded_stream(*object));
  if (!is_plain_xmp(packet)) {
    return refuse("the metadata are no plain XMP");
  }
  RAKKAN_TRY(const bool contained, comparison.explain_container(signed_entry, entry, kLta,
                                                                ModificationFault::metadata_changed, "/Root/Metadata"));
  return contained ? comparison.explain_new_below(object->value(), kLta) : Result<void>{};
}

// The keys of the catalog that may change, each with the rule for its value. Everything else stays as it was.
struct CatalogPart {
  std::string_view key;
  Result<void> (*apply)(RevisionComparison& comparison, Value signed_entry, Value entry);
};
constexpr std::array kCatalogParts{
    CatalogPart{"Version", version_part},   CatalogPart{"Extensions", extensions_part},
    CatalogPart{"Metadata", metadata_part}, CatalogPart{"DSS", dss_part},
    CatalogPart{"AcroForm", form_part},
};

bool is_catalog_part(std::string_view key) noexcept {
  return std::any_of(kCatalogParts.begin(), kCatalogParts.end(),
                     [key](const CatalogPart& part) { return part.key == key; });
}

bool is_stream_of_type(const pdf::Object* object, std::string_view type) {
  return object != nullptr && object->is_stream() && object->value().find("Type").is_name(type);
}

// The document information dictionary (§14.3.3) is no part of what is shown.
Result<void> info_part(RevisionComparison& comparison) {
  const Value signed_entry = comparison.before().trailer().find("Info");
  const Value entry = comparison.after().trailer().find("Info");
  const auto reference = entry.reference();
  if (!reference) {
    return comparison.explain_new_below(entry, kLta);
  }
  RAKKAN_TRY(const bool added, comparison.is_new(reference->number));
  const Change* const change = comparison.change(reference->number);
  if (change != nullptr && change->object != nullptr &&
      (!change->object->value().is(Kind::dictionary) || change->object->is_stream())) {
    comparison.refuse(ModificationFault::info_changed, reference->number, "/Trailer/Info", "it is no dictionary");
    return {};
  }
  if (added) {
    return comparison.explain_new_below(entry, kLta);
  }
  if (signed_entry.reference() == reference && change != nullptr && change->object != nullptr) {
    comparison.explain_at(reference->number, signed_entry, kLta);
    return comparison.explain_new_below(change->object->value(), kLta);
  }
  return {};
}

// The first string of /ID: decryption depends on it (§7.6.4.3.2).
Value first_identifier(Value trailer) {
  const pdf::Elements elements = trailer.find("ID").elements();
  return elements.begin() == elements.end() ? Value{} : *elements.begin();
}

bool is_page(const pdf::Object& object) { return object.value().find("Type").is_name("Page") && !object.is_stream(); }

class PageAnnotations {
 public:
  explicit PageAnnotations(RevisionComparison& comparison) noexcept : comparison_(comparison) {}

  // A page whose dictionary changed: in /Annots alone, and there by widgets that a rule has approved.
  Result<void> judge_page(std::uint32_t number, const Change& change) {
    const Value before = change.signed_object->value();
    const Value after = change.object->value();
    if (has_duplicate_keys(after)) {
      return refuse_page(number, "", "a key stands twice");
    }
    for (const std::string& key : different_keys(before, after)) {
      if (key != "Annots") {
        return refuse_page(number, "/" + key, "the page has changed");
      }
    }
    const std::string path = place_of(number) + "/Annots";
    RAKKAN_TRY(const bool contained, comparison_.explain_container(before.find("Annots"), after.find("Annots"), kLta,
                                                                   ModificationFault::annotation_changed, path));
    if (!contained) {
      return {};
    }
    RAKKAN_TRY(const Value old_array, comparison_.before().lookup(before, "Annots"));
    RAKKAN_TRY(const Value array, comparison_.after().lookup(after, "Annots"));
    RAKKAN_TRY(const bool grown, judge_array(number, path, old_array, array));
    if (grown) {
      comparison_.explain(number, kLta);
    }
    return {};
  }

  // An array that changed: explained where it is the /Annots of a page.
  Result<void> judge_array_object(std::uint32_t number, const Change& change) {
    RAKKAN_TRY(const auto sources, comparison_.index().referrers(comparison_.signed_revision(), number));
    std::vector<Value> places;
    for (const std::uint32_t source : sources) {
      RAKKAN_TRY(const pdf::Object* const holder, comparison_.before().load(source));
      RAKKAN_CHECK(comparison_.spend(holder != nullptr ? holder->value_count() : 1));
      const Value annotations = holder != nullptr && is_page(*holder) ? holder->value().find("Annots") : Value{};
      const auto reference = annotations.reference();
      if (reference && reference->number == number) {
        places.push_back(annotations);
      }
    }
    if (places.empty()) {
      return {};
    }
    RAKKAN_TRY(const bool grown, judge_array(number, place_of(places.front().object()->number()) + "/Annots",
                                             change.signed_object->value(), change.object->value()));
    for (const Value place : places) {
      if (grown) {
        comparison_.explain_at(number, place, kLta);
      }
    }
    return {};
  }

 private:
  static std::string place_of(std::uint32_t number) { return "object " + std::to_string(number); }

  Result<void> refuse_page(std::uint32_t number, const std::string& path, std::string what) {
    comparison_.refuse(ModificationFault::page_changed, number, place_of(number) + path, std::move(what));
    return {};
  }

  Result<bool> judge_array(std::uint32_t number, const std::string& path, Value before, Value after) {
    const auto may_join = [this](Value element) -> Result<bool> {
      const auto reference = element.reference();
      return reference && comparison_.widgets.contains(reference->number);
    };
    const bool kinds = (before.is(Kind::array) || before.is(Kind::null)) &&
                       (after.is(Kind::array) || after == before || after.is(Kind::null));
    if (!kinds) {
      comparison_.refuse(ModificationFault::annotation_changed, number, path, "/Annots is no array");
      return false;
    }
    RAKKAN_TRY(const auto unexpected, first_unexpected(before, after, may_join));
    if (unexpected) {
      comparison_.refuse(
          ModificationFault::annotation_changed, number, path,
          *unexpected ? "an annotation was added, and no rule has approved it" : "an annotation was removed");
      return false;
    }
    return true;
  }

  RevisionComparison& comparison_;
};

}  // namespace

std::span<const ModificationRule> modification_rules() noexcept { return kRules; }

Result<void> trailer_rule(RevisionComparison& comparison) {
  const Value before = comparison.before().trailer();
  const Value after = comparison.after().trailer();
  const auto refuse = [&](const std::string& path, std::string what) {
    comparison.refuse(ModificationFault::trailer_changed, 0, "/Trailer" + path, std::move(what));
  };
  if (before.find("Root").reference() != after.find("Root").reference()) {
    refuse("/Root", "another object is the catalog");
  }
  const Value encrypt = before.find("Encrypt");
  if (!same_value(encrypt, after.find("Encrypt"))) {
    refuse("/Encrypt", "the encryption was changed");
  }
  if (!encrypt.is(Kind::null) && !same_value(first_identifier(before), first_identifier(after))) {
    refuse("/ID", "the identifier on which the encryption depends was changed");
  }
  return info_part(comparison);
}

// The streams that carry the update itself, under numbers that had no object (§7.5.7, §7.5.8).
Result<void> file_form_rule(RevisionComparison& comparison) {
  std::set<std::uint32_t> containers;
  for (const auto& [number, change] : comparison.changes()) {
    if (change.entry.type == pdf::XrefEntry::Type::in_object_stream) {
      containers.insert(change.entry.object_stream);
    }
  }
  std::vector<std::uint32_t> carriers;
  for (const auto& [number, change] : comparison.changes()) {
    const bool carrier = is_stream_of_type(change.object, "XRef") ||
                         (is_stream_of_type(change.object, "ObjStm") && containers.contains(number));
    if (carrier && !change.refused) {
      carriers.push_back(number);
    }
  }
  for (const std::uint32_t number : carriers) {
    if (comparison.change(number)->is_new) {
      comparison.explain(number, kLta);
    } else {
      comparison.refuse(ModificationFault::object_reused, number, "",
                        "a stream of the file's form has the number of an object of the signed revision");
    }
  }
  return {};
}

Result<void> catalog_rule(RevisionComparison& comparison) {
  const pdf::Object& before = comparison.before().catalog();
  const pdf::Object& after = comparison.after().catalog();
  const std::uint32_t number = after.number();
  const auto refuse = [&](const std::string& key, std::string what) {
    comparison.refuse(ModificationFault::catalog_changed, number, "/Root" + key, std::move(what));
  };
  if (has_duplicate_keys(after.value())) {
    refuse("", "a key stands twice in the catalog");
  }
  RAKKAN_CHECK(comparison.spend(before.value_count() + after.value_count()));
  for (const std::string& key : different_keys(before.value(), after.value())) {
    if (!is_catalog_part(key)) {
      refuse("/" + key, "an entry of the catalog was changed, added or removed");
    }
  }
  for (const CatalogPart& part : kCatalogParts) {
    RAKKAN_CHECK(part.apply(comparison, before.value().find(part.key), after.value().find(part.key)));
  }
  comparison.explain(number, kLta);
  return {};
}

Result<void> page_rule(RevisionComparison& comparison) {
  PageAnnotations annotations(comparison);
  for (const auto& [number, change] : comparison.changes()) {
    const bool judged = change.explained || change.refused || change.is_new;
    if (judged || change.object == nullptr || change.signed_object == nullptr) {
      continue;
    }
    RAKKAN_CHECK(comparison.spend(change.object->value_count() + change.signed_object->value_count()));
    if (is_page(*change.signed_object) && is_page(*change.object)) {
      RAKKAN_CHECK(annotations.judge_page(number, change));
    } else if (change.signed_object->value().is(Kind::array) && change.object->value().is(Kind::array)) {
      RAKKAN_CHECK(annotations.judge_array_object(number, change));
    }
  }
  return {};
}

}  // namespace rakkan::pades
