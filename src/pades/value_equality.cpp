#include "pades/value_equality.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace rakkan::pades {
namespace {

using pdf::Kind;
using pdf::Value;

using Sorted = std::vector<std::pair<std::string, Value>>;

Sorted sorted_entries(Value dictionary) {
  Sorted entries;
  for (const pdf::Entry entry : dictionary.entries()) {
    entries.emplace_back(entry.key.name().value_or(""), entry.value);
  }
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return entries;
}

bool repeats(const Sorted& entries) {
  return std::adjacent_find(entries.begin(), entries.end(),
                            [](const auto& a, const auto& b) { return a.first == b.first; }) != entries.end();
}

// The parser bounds how deep values are nested, and so this recursion.
bool same_arrays(Value a, Value b) {
  const pdf::Elements left = a.elements();
  const pdf::Elements right = b.elements();
  auto at = right.begin();
  for (const Value element : left) {
    if (at == right.end() || !same_value(element, *at)) {
      return false;
    }
    ++at;
  }
  return at == right.end();
}

bool same_dictionaries(Value a, Value b) {
  const Sorted left = sorted_entries(a);
  const Sorted right = sorted_entries(b);
  if (left.size() != right.size()) {
    return false;
  }
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i].first != right[i].first || !same_value(left[i].second, right[i].second)) {
      return false;
    }
  }
  if (!repeats(left)) {
    return true;
  }
  // The order decides which of two equal keys counts.
  auto at = b.entries().begin();
  for (const pdf::Entry entry : a.entries()) {
    if (entry.key.name() != (*at).key.name()) {
      return false;
    }
    ++at;
  }
  return true;
}

}  // namespace

bool same_value(Value a, Value b) {
  if (a == b) {
    return true;
  }
  const bool numbers = a.number() && b.number();
  if (a.kind() != b.kind() && !numbers) {
    return false;
  }
  switch (a.kind()) {
    case Kind::null:
      return true;
    case Kind::boolean:
      return a.boolean() == b.boolean();
    case Kind::integer:
    case Kind::real:
      return a.integer() && b.integer() ? a.integer() == b.integer()
                                        : equal(a.bytes(), b.bytes()) || a.number() == b.number();
    case Kind::string:
      return a.string() == b.string();
    case Kind::name:
      return a.name() == b.name();
    case Kind::array:
      return same_arrays(a, b);
    case Kind::dictionary:
      return same_dictionaries(a, b);
    case Kind::reference:
      return a.reference() == b.reference();
  }
  return false;
}

std::vector<std::string> different_keys(Value a, Value b) {
  std::vector<std::string> keys;
  if (a == b) {
    return keys;
  }
  const Sorted left = sorted_entries(a);
  const Sorted right = sorted_entries(b);
  std::size_t i = 0;
  std::size_t k = 0;
  while (i < left.size() || k < right.size()) {
    const bool in_left = i < left.size() && (k == right.size() || left[i].first <= right[k].first);
    const bool in_right = k < right.size() && (i == left.size() || right[k].first <= left[i].first);
    const Value one = in_left ? left[i].second : Value{};
    const Value other = in_right ? right[k].second : Value{};
    if (!same_value(one, other)) {
      keys.push_back(in_left ? left[i].first : right[k].first);
    }
    i += in_left ? 1U : 0U;
    k += in_right ? 1U : 0U;
  }
  return keys;
}

bool has_duplicate_keys(Value dictionary) { return repeats(sorted_entries(dictionary)); }

}  // namespace rakkan::pades
