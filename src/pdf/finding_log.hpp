// FindingLog gathers what the documents of one History find out about the structure of their file.
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "rakkan/pdf/history.hpp"

namespace rakkan::pdf {

class FindingLog {
 public:
  // Notes a fault once for each object and offset; `section` is the offset of the section that it is about.
  void note(StructureFault fault, std::uint64_t section, std::uint32_t object, std::uint64_t offset,
            std::string detail) {
    if (full() || !known_.emplace(fault, object, offset).second) {
      return;
    }
    findings_.push_back({fault, revision_of(section), object, offset, std::move(detail)});
    sections_.push_back(section);
  }

  [[nodiscard]] bool full() const noexcept { return findings_.size() >= History::kMaxFindings; }
  [[nodiscard]] const std::vector<StructureFinding>& findings() const noexcept { return findings_; }

  // Gives the findings their revisions, once these are known: pairs of a section's offset and its revision.
  void know_revisions(std::vector<std::pair<std::uint64_t, std::size_t>> revisions) {
    std::sort(revisions.begin(), revisions.end());
    revisions_ = std::move(revisions);
    for (std::size_t i = 0; i < findings_.size(); ++i) {
      findings_[i].revision = revision_of(sections_[i]);
    }
  }

 private:
  [[nodiscard]] std::size_t revision_of(std::uint64_t section) const noexcept {
    const auto found = std::lower_bound(revisions_.begin(), revisions_.end(), std::pair(section, std::size_t{0}));
    return found != revisions_.end() && found->first == section ? found->second : 0;
  }

  std::vector<StructureFinding> findings_;
  std::vector<std::uint64_t> sections_;  // of each finding
  std::set<std::tuple<StructureFault, std::uint32_t, std::uint64_t>> known_;
  std::vector<std::pair<std::uint64_t, std::size_t>> revisions_;
};

}  // namespace rakkan::pdf
