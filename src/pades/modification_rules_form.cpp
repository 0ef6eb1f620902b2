// The form (ISO 32000-2 §12.7): invisible document timestamps (§12.8.5), in new fields or in fields that were empty.
#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>

#include "pades/growing_array.hpp"
#include "pades/modification_rules.hpp"
#include "pades/value_equality.hpp"
#include "rakkan/pdf/acro_form.hpp"
#include "rakkan/pdf/text_string.hpp"

namespace rakkan::pades {
namespace {

using pdf::Kind;
using pdf::Value;

constexpr auto kLta = ModificationLevel::lta_updates;
constexpr std::int64_t kHidden = 2;  // §12.5.3 table 167
constexpr std::size_t kMaxFieldEntries = 64;
constexpr std::size_t kStepsOfAField = 20;  // to read it

// Entries of a signature field and its widget (tables 166, 192, 226, 235) that act on nobody and show nothing.
constexpr std::array<std::string_view, 22> kFieldKeys{"Type",   "Subtype", "FT", "T",    "TU",   "TM",    "F",  "Ff",
                                                      "Rect",   "P",       "V",  "AP",   "Kids", "DA",    "MK", "BS",
                                                      "Border", "NM",      "M",  "Lock", "SV",   "Parent"};

// True for a widget that shows nothing: its rectangle is empty, or it is hidden.
Result<bool> is_invisible(const pdf::Document& document, Value widget) {
  RAKKAN_TRY(const Value flags, document.lookup(widget, "F"));
  if ((flags.integer().value_or(0) & kHidden) != 0) {
    return true;
  }
  RAKKAN_TRY(const Value rectangle, document.lookup(widget, "Rect"));
  std::vector<double> corners;
  for (const Value element : rectangle.elements()) {
    RAKKAN_TRY(const Value corner, document.resolve(element));
    corners.push_back(corner.number().value_or(1e9 + static_cast<double>(corners.size())));
    if (corners.size() > 4) {
      return false;
    }
  }
  return rectangle.is(Kind::null) || (corners.size() == 4 && (corners[0] == corners[2] || corners[1] == corners[3]));
}

Result<bool> is_document_timestamp(const pdf::Document& document, Value signature) {
  RAKKAN_TRY(const Value type, document.lookup(signature, "Type"));
  RAKKAN_TRY(const Value sub_filter, document.lookup(signature, "SubFilter"));
  const bool typed = type.is(Kind::null) || type.is_name("DocTimeStamp");
  return signature.is(Kind::dictionary) && typed && sub_filter.is_name("ETSI.RFC3161");
}

// True for the value of a timestamp that an update may put into a field: a new object of its own.
Result<bool> is_new_timestamp(const RevisionComparison& comparison, Value entry) {
  const auto reference = entry.reference();
  if (!reference) {
    return false;
  }
  RAKKAN_TRY(const bool added, comparison.is_new(reference->number));
  RAKKAN_TRY(const Value signature, comparison.after().resolve(entry));
  return added ? is_document_timestamp(comparison.after(), signature) : Result<bool>(false);
}

// True when the entries that an approval looks at are in the dictionary itself, where no change of an object of the
// signed revision reaches them.
bool are_direct(Value dictionary, std::initializer_list<std::string_view> keys) {
  return std::all_of(keys.begin(), keys.end(), [&](std::string_view key) {
    const Value entry = dictionary.find(key);
    bool direct = !entry.reference();
    for (const Value element : entry.elements()) {
      direct = direct && !element.reference();
    }
    return direct;
  });
}

class NewFields {
 public:
  explicit NewFields(RevisionComparison& comparison) noexcept : comparison_(comparison) {}

  // True when the element of /Fields is a new field that shows nothing, and holds a document timestamp or nothing.
  Result<bool> approve(Value element) {
    const auto reference = element.reference();
    if (!reference) {
      return refuse(0, "a field that is no reference");
    }
    const std::uint32_t number = reference->number;
    const auto known = comparison_.earlier().fields.find(number);
    if (known != comparison_.earlier().fields.end()) {
      comparison_.widgets.insert(known->second.widgets.begin(), known->second.widgets.end());
      return approve_name(number, known->second.name);
    }
    RAKKAN_TRY(const bool added, comparison_.is_new(number));
    RAKKAN_TRY(const pdf::Object* const object, comparison_.after().load(*reference));
    if (!added || object == nullptr || !object->value().is(Kind::dictionary) || object->is_stream()) {
      return refuse(number, "a field that is no new dictionary");
    }
    const Value field = object->value();
    RAKKAN_TRY(const bool plain, judge_entries(number, field));
    if (!plain) {
      return false;
    }
    RAKKAN_TRY(const Value type, comparison_.after().lookup(field, "FT"));
    RAKKAN_TRY(const Value name, comparison_.after().lookup(field, "T"));
    if (!type.is_name("Sig") || !name.is(Kind::string) || field.find("Parent")) {
      return refuse(number, "a new field that is no signature field of its own");
    }
    ComparedBefore::Field approved{pdf::decode_text_string(name.string().value_or(Bytes{})), {}};
    RAKKAN_TRY(const bool named, approve_name(number, approved.name));
    if (!named) {
      return false;
    }
    const Value value = field.find("V");
    if (value && !value.is(Kind::null)) {
      RAKKAN_TRY(const bool timestamp, is_new_timestamp(comparison_, value));
      if (!timestamp) {
        return refuse(number, "a new field with a signature that is no document timestamp");
      }
    }
    RAKKAN_TRY(const auto widgets, invisible_widgets(*object));
    if (widgets.empty()) {
      return refuse(number, "a new field that shows something");
    }
    RAKKAN_TRY(const Value signature, comparison_.after().resolve(value));
    bool stands_alone = are_direct(field, {"FT", "T"}) && are_direct(signature, {"Type", "SubFilter"});
    for (const pdf::Object* const widget : widgets) {
      comparison_.widgets.insert(widget->number());
      approved.widgets.push_back(widget->number());
      stands_alone = stands_alone && are_direct(widget->value(), {"F", "Rect"});
    }
    comparison_.explain(number, kLta);
    RAKKAN_CHECK(comparison_.explain_new_below(element, kLta));
    if (stands_alone) {
      comparison_.earlier().fields.emplace(number, std::move(approved));
    }
    return true;
  }

 private:
  Result<bool> refuse(std::uint32_t number, std::string what) {
    comparison_.refuse(ModificationFault::field_added, number, "/Root/AcroForm/Fields", std::move(what));
    return false;
  }

  Result<bool> judge_entries(std::uint32_t number, Value dictionary) {
    std::size_t entries = 0;
    for (const pdf::Entry entry : dictionary.entries()) {
      const bool known = std::any_of(kFieldKeys.begin(), kFieldKeys.end(),
                                     [&](std::string_view key) { return entry.key.is_name(key); });
      if (!known || ++entries > kMaxFieldEntries) {
        return refuse(number, "a new field with an entry that a document timestamp does not need");
      }
    }
    return has_duplicate_keys(dictionary) ? refuse(number, "a new field with a key that stands twice") : true;
  }

  // The field's own widget, or its kids, when each of them shows nothing; else none.
  Result<std::vector<const pdf::Object*>> invisible_widgets(const pdf::Object& field) {
    const pdf::Document& after = comparison_.after();
    std::vector<const pdf::Object*> found;
    RAKKAN_TRY(const Value kids, after.lookup(field.value(), "Kids"));
    for (const Value kid : kids.elements()) {
      const auto reference = kid.reference();
      RAKKAN_TRY(const pdf::Object* const object, reference ? after.load(*reference) : nullptr);
      RAKKAN_TRY(const bool added, comparison_.is_new(reference ? reference->number : 0));
      if (object == nullptr || !added || object->value().find("T") || object->value().find("Kids")) {
        return std::vector<const pdf::Object*>();
      }
      RAKKAN_TRY(const bool plain, judge_entries(object->number(), object->value()));
      if (!plain || found.size() >= kMaxFieldEntries) {
        return std::vector<const pdf::Object*>();
      }
      found.push_back(object);
    }
    if (found.empty()) {
      found.push_back(&field);
    }
    for (const pdf::Object* const widget : found) {
      RAKKAN_TRY(const bool invisible, is_invisible(after, widget->value()));
      if (!invisible) {
        return std::vector<const pdf::Object*>();
      }
    }
    return found;
  }

  // True for a full name that no field has yet.
  Result<bool> approve_name(std::uint32_t number, const std::string& name) {
    std::optional<std::set<std::string>>& signed_names = comparison_.earlier().names;
    if (!signed_names) {
      RAKKAN_TRY(const auto form, pdf::AcroForm::read(comparison_.before()));
      const std::size_t count = form ? form->fields.size() : 0;
      RAKKAN_CHECK(comparison_.spend(kStepsOfAField * count));
      signed_names.emplace();
      for (std::size_t i = 0; i < count; ++i) {
        signed_names->insert(form->fields[i].name);
      }
    }
    const bool unknown = !name.empty() && name.find('.') == std::string::npos && !signed_names->contains(name) &&
                         names_.insert(name).second;
    return unknown ? true : refuse(number, "a new field with the name of another one, or with a period in it");
  }

  RevisionComparison& comparison_;
  std::set<std::string> names_;  // of the new fields
};

}  // namespace

Result<void> form_part(RevisionComparison& comparison, Value signed_entry, Value entry) {
  const auto refuse = [&](const std::string& path, std::string what) -> Result<void> {
    comparison.refuse(ModificationFault::form_changed, entry.reference().value_or(pdf::Reference{}).number,
                      "/Root/AcroForm" + path, std::move(what));
    return {};
  };
  RAKKAN_TRY(const Value before, comparison.before().resolve(signed_entry));
  RAKKAN_TRY(const Value after, comparison.after().resolve(entry));
  if (before.is(Kind::null) && after.is(Kind::null)) {
    return {};
  }
  if (!after.is(Kind::dictionary) || has_duplicate_keys(after)) {
    return refuse("", "the form was removed, or is no dictionary");
  }
  RAKKAN_TRY(const bool contained, comparison.explain_container(signed_entry, entry, kLta,
                                                                ModificationFault::form_changed, "/Root/AcroForm"));
  if (!contained) {
    return {};
  }
  const bool created = before.is(Kind::null);
  for (const std::string& key : different_keys(before, after)) {
    const bool allowed = key == "Fields" || (created && key == "SigFlags");
    if (!allowed) {
      RAKKAN_CHECK(refuse("/" + key, "an entry of the form was changed, added or removed"));
    }
  }
  RAKKAN_TRY(const bool fields_contained,
             comparison.explain_container(before.find("Fields"), after.find("Fields"), kLta,
                                          ModificationFault::form_changed, "/Root/AcroForm/Fields"));
  if (!fields_contained) {
    return {};
  }
  RAKKAN_TRY(const Value old_fields, comparison.before().lookup(before, "Fields"));
  RAKKAN_TRY(const Value fields, comparison.after().lookup(after, "Fields"));
  RAKKAN_CHECK(comparison.spend(old_fields.size() + fields.size()));
  NewFields added(comparison);
  RAKKAN_TRY(const auto unexpected,
             first_unexpected(old_fields, fields, [&added](Value element) { return added.approve(element); }));
  if (unexpected && !*unexpected) {
    return refuse("/Fields", "a field was removed or moved");
  }
  return {};
}

// A signature field of the signed revision that was empty, shows nothing, and now holds a document timestamp.
Result<void> filled_field_rule(RevisionComparison& comparison) {
  for (const auto& [number, change] : comparison.changes()) {
    const bool judged = change.explained || change.refused || change.is_new;
    if (judged || change.object == nullptr || change.signed_object == nullptr) {
      continue;
    }
    RAKKAN_CHECK(comparison.spend(change.object->value_count() + change.signed_object->value_count()));
    const Value before = change.signed_object->value();
    const Value after = change.object->value();
    const bool empty_field = before.find("FT").is_name("Sig") && before.find("V").is(Kind::null);
    if (!empty_field || !after.find("V").is(Kind::reference) || has_duplicate_keys(after)) {
      continue;
    }
    const bool only_value = different_keys(before, after) == std::vector<std::string>{"V"};
    RAKKAN_TRY(const bool timestamp, is_new_timestamp(comparison, after.find("V")));
    RAKKAN_TRY(const bool invisible, is_invisible(comparison.before(), before));
    if (only_value && timestamp && invisible && before.find("Kids").is(Kind::null)) {
      comparison.explain(number, kLta);
      RAKKAN_CHECK(comparison.explain_new_below(after.find("V"), kLta));
    }
  }
  return {};
}

}  // namespace rakkan::pades
