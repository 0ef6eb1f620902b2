// The document security store (ISO 32000-2 §12.8.4.3) and the extensions dictionary (§7.12): both may only grow.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "pades/modification_rules.hpp"
#include "pades/value_equality.hpp"

namespace rakkan::pades {
namespace {

using pdf::Kind;
using pdf::Value;

constexpr auto kLta = ModificationLevel::lta_updates;
constexpr std::array<std::string_view, 3> kArrays{"Certs", "CRLs", "OCSPs"};
// §12.8.4.4 table 262.
constexpr std::array<std::string_view, 6> kVriKeys{"Type", "Cert", "CRL", "OCSP", "TU", "TS"};
constexpr std::size_t kVriName = 40;

bool is_vri_name(std::string_view name) noexcept {
  return name.size() == kVriName &&
         std::all_of(name.begin(), name.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); });
}

class StoreGrowth {
 public:
  explicit StoreGrowth(RevisionComparison& comparison) noexcept : comparison_(comparison) {}

  Result<void> judge(Value signed_entry, Value entry) {
    RAKKAN_TRY(const Value before, comparison_.before().resolve(signed_entry));
    RAKKAN_TRY(const Value after, comparison_.after().resolve(entry));
    if (after.is(Kind::null) && before.is(Kind::null)) {
      return {};
    }
    if (!after.is(Kind::dictionary) || has_duplicate_keys(after)) {
      return refuse("", "the store was removed, or is no dictionary");
    }
    RAKKAN_CHECK(contain(signed_entry, entry, ""));
    for (const pdf::Entry one : after.entries()) {
      const std::string key = one.key.name().value_or("");
      const bool known = key == "VRI" || std::find(kArrays.begin(), kArrays.end(), key) != kArrays.end();
      const bool unchanged = before.find(key) && same_value(before.find(key), one.value);
      if (!known && key != "Type" && !unchanged) {
        RAKKAN_CHECK(refuse("/" + key, "an entry that a store does not have"));
      } else if (one.value.is(Kind::null) && before.count(key) == 0) {
        RAKKAN_CHECK(refuse("/" + key, "an entry that is null, which hides what an update between had there"));
      }
    }
    for (const std::string_view key : kArrays) {
      RAKKAN_CHECK(judge_array(key, before.find(key), after.find(key)));
    }
    return judge_vri(before.find("VRI"), after.find("VRI"));
  }

 private:
  Result<void> refuse(const std::string& path, std::string what) {
    const std::uint32_t number = comparison_.after().catalog().number();
    comparison_.refuse(ModificationFault::dss_changed, number, "/Root/DSS" + path, std::move(what));
    return {};
  }

  Result<void> contain(Value before, Value after, const std::string& path) {
    RAKKAN_TRY(const bool contained,
               comparison_.explain_container(before, after, kLta, ModificationFault::dss_changed, "/Root/DSS" + path));
    static_cast<void>(contained);  // refused, when not
    return {};
  }

  // Arrays of references to streams. Their elements stay in them.
  Result<void> judge_array(std::string_view key, Value signed_entry, Value entry) {
    const std::string path = "/" + std::string(key);
    RAKKAN_TRY(const Value before, comparison_.before().resolve(signed_entry));
    RAKKAN_TRY(const Value after, comparison_.after().resolve(entry));
    const bool absent = !entry && before.is(Kind::null);
    if (absent) {
      return {};
    }
    if (!after.is(Kind::array)) {
      return refuse(path, "it was removed, or is no array");
    }
    RAKKAN_CHECK(contain(signed_entry, entry, path));
    RAKKAN_CHECK(comparison_.spend(before.size() + after.size()));
    std::set<pdf::Reference> kept;
    for (const Value element : after.elements()) {
      const auto reference = element.reference();
      if (!reference) {
        return refuse(path, "an element is no reference");
      }
      kept.insert(*reference);
      RAKKAN_TRY(const pdf::Object* const object, comparison_.after().load(*reference));
      if (object == nullptr || !object->is_stream()) {
        return refuse(path, "an element is no stream");
      }
    }
    for (const Value element : before.elements()) {
      const auto reference = element.reference();
      if (reference && !kept.contains(*reference)) {
        return refuse(path, "validation data were removed");
      }
    }
    return comparison_.explain_new_below(after, kLta);
  }

  // Entries of signatures may join; those that are there stay as they were.
  Result<void> judge_vri(Value signed_entry, Value entry) {
    RAKKAN_TRY(const Value before, comparison_.before().resolve(signed_entry));
    RAKKAN_TRY(const Value after, comparison_.after().resolve(entry));
    if (!entry && before.is(Kind::null)) {
      return {};
    }
    if (!after.is(Kind::dictionary) || has_duplicate_keys(after)) {
      return refuse("/VRI", "it was removed, or is no dictionary");
    }
    RAKKAN_CHECK(contain(signed_entry, entry, "/VRI"));
    std::map<std::string, Value> old_values;
    for (const pdf::Entry one : before.entries()) {
      old_values[one.key.name().value_or("")] = one.value;
    }
    std::set<std::string> names;
    for (const pdf::Entry one : after.entries()) {
      const std::string name = one.key.name().value_or("");
      names.insert(name);
      const std::string path = "/VRI/" + (is_vri_name(name) ? name : std::string("?"));
      const auto known = old_values.find(name);
      const Value old_value = known == old_values.end() ? Value{} : known->second;
      RAKKAN_CHECK(comparison_.spend(1));
      RAKKAN_TRY(const Value old_data, comparison_.before().resolve(old_value));
      RAKKAN_TRY(const Value data, comparison_.after().resolve(one.value));
      if (!old_data.is(Kind::null)) {
        if (!same_value(old_data, data)) {
          RAKKAN_CHECK(refuse(path, "the validation data of a signature were changed"));
        }
      } else if (name != "Type") {
        RAKKAN_CHECK(judge_new_entry(path, is_vri_name(name), data));
      }
      RAKKAN_CHECK(contain(old_value, one.value, path));
    }
    for (const auto& [name, value] : old_values) {
      if (!names.contains(name) && !value.is(Kind::null)) {
        RAKKAN_CHECK(refuse("/VRI", "the validation data of a signature were removed"));
      }
    }
    return {};
  }

  Result<void> judge_new_entry(const std::string& path, bool named, Value data) {
    if (!named) {
      return refuse(path, "the name of an entry is no digest");
    }
    for (const pdf::Entry one : data.entries()) {
      const std::string key = one.key.name().value_or("");
      if (std::find(kVriKeys.begin(), kVriKeys.end(), key) == kVriKeys.end()) {
        return refuse(path, "an entry that validation data do not have");
      }
    }
    if (!data.is(Kind::dictionary)) {
      return refuse(path, "validation data that are no dictionary");
    }
    return comparison_.explain_new_below(data, kLta);
  }

  RevisionComparison& comparison_;
};

}  // namespace

Result<void> dss_part(RevisionComparison& comparison, Value signed_entry, Value entry) {
  return StoreGrowth(comparison).judge(signed_entry, entry);
}

// Developers may be added; none is removed, and no level falls.
Result<void> extensions_part(RevisionComparison& comparison, Value signed_entry, Value entry) {
  const auto refuse = [&](const std::string& path, std::string what) -> Result<void> {
    comparison.refuse(ModificationFault::extensions_changed, comparison.after().catalog().number(),
                      "/Root/Extensions" + path, std::move(what));
    return {};
  };
  RAKKAN_TRY(const Value before, comparison.before().resolve(signed_entry));
  RAKKAN_TRY(const Value after, comparison.after().resolve(entry));
  if (after.is(Kind::null) && before.is(Kind::null)) {
    return {};
  }
  if (!after.is(Kind::dictionary) || has_duplicate_keys(after)) {
    return refuse("", "the extensions were removed, or are no dictionary");
  }
  RAKKAN_TRY(const bool contained,
             comparison.explain_container(signed_entry, entry, kLta, ModificationFault::extensions_changed,
                                          "/Root/Extensions"));
  if (!contained) {
    return {};
  }
  for (const pdf::Entry one : before.entries()) {
    const std::string developer = one.key.name().value_or("");
    RAKKAN_TRY(const Value old_value, comparison.before().resolve(one.value));
    RAKKAN_TRY(const Value value, comparison.after().lookup(after, developer));
    if (same_value(old_value, value)) {
      continue;
    }
    if (!old_value.is(Kind::dictionary) || !value.is(Kind::dictionary)) {
      return refuse("", "the extensions of a developer were changed or removed");
    }
    const std::int64_t old_level = old_value.find("ExtensionLevel").integer().value_or(0);
    const std::string old_base = old_value.find("BaseVersion").name().value_or("");
    if (value.find("ExtensionLevel").integer().value_or(-1) < old_level ||
        value.find("BaseVersion").name().value_or("") < old_base) {
      return refuse("", "the level of an extension fell");
    }
    RAKKAN_CHECK(comparison.explain_container(one.value, after.find(developer), kLta,
                                              ModificationFault::extensions_changed, "/Root/Extensions"));
  }
  return comparison.explain_new_below(after, kLta);
}

}  // namespace rakkan::pades
