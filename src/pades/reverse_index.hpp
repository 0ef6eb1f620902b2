// ReverseIndex answers which objects of an earlier revision refer to a number that a later one defines: on which paths
// a change is reached. It knows only such numbers, so that its size depends on the updates and not on the file.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/pdf/history.hpp"

namespace rakkan::pades {

// True when both entries lead to the same place.
[[nodiscard]] bool same_place(const pdf::XrefEntry& a, const pdf::XrefEntry& b) noexcept;
[[nodiscard]] inline bool in_use(const std::optional<pdf::XrefEntry>& entry) noexcept {
  return entry && entry->type != pdf::XrefEntry::Type::free;
}

// The references to the number in a value.
[[nodiscard]] std::vector<pdf::Value> references_to(pdf::Value value, std::uint32_t number);
// The keys and indices that lead to a place in a value: "/Annots[2]".
[[nodiscard]] std::string path_to(pdf::Value value, pdf::Value place);

class ReverseIndex {
 public:
  // Reads every object of every revision but the last once. Views the history. Fails as the reader does, and with
  // pdf_limit_exceeded.
  [[nodiscard]] static Result<ReverseIndex> build(const pdf::History& history);

  // The numbers of the objects that refer to `target` in the state after the revision. Fails as the reader does.
  [[nodiscard]] Result<std::vector<std::uint32_t>> referrers(std::size_t revision, std::uint32_t target) const;

  // A number in use at or above its trailer's /Size.
  struct Hidden {
    std::uint32_t number = 0;
    std::size_t revision = 0;  // the one that declares it
  };
  [[nodiscard]] const std::vector<Hidden>& hidden() const noexcept { return hidden_; }

 private:
  struct Edge {
    std::uint32_t target;
    std::uint32_t source;
    std::uint32_t revision;  // the one that declares the source
  };
  explicit ReverseIndex(const pdf::History& history) noexcept : history_(&history) {}
  [[nodiscard]] Result<void> find_targets();
  [[nodiscard]] Result<void> find_edges();

  const pdf::History* history_;
  std::vector<bool> targets_;  // by number
  std::vector<Edge> edges_;    // sorted
  std::vector<Hidden> hidden_;
};

}  // namespace rakkan::pades
