// ComparedBefore is what the comparisons of earlier updates with the same signed revision have found. A file that is
// renewed for years names all that was ever added in each of its updates: what earlier comparisons have explained is
// not looked at again, or the work would grow with the cube of the updates.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace rakkan::pades {

struct ComparedBefore {
  // A new field that shows nothing, as a rule has approved it.
  struct Field {
    std::string name;
    std::vector<std::uint32_t> widgets;
  };

  std::set<std::uint32_t> live;  // objects to which the document leads
  // New objects that were explained, with all new ones to which they lead: until one of them is declared anew.
  std::set<std::uint32_t> explained;
  std::map<std::uint32_t, Field> fields;       // some of `explained`
  std::optional<std::set<std::string>> names;  // of the fields of the signed revision, when they were asked for

  // `changes`: a map by the numbers of what the next update declares.
  template <class Changes>
  void forget_what_changed(const Changes& changes) {
    const bool stands =
        std::none_of(changes.begin(), changes.end(), [&](const auto& each) { return explained.contains(each.first); });
    if (!stands) {
      explained.clear();
      fields.clear();
    }
  }
};

}  // namespace rakkan::pades
