// tests/conformance/exclusions.tsv: the rows of corpora that are not compared, and why. Agreement counts the rows of a
// class that are compared, prints it, and fails the test when a row disagrees that is not excluded, when an excluded
// one would agree, and when more than 15 of 100 rows of a class are excluded.
//
//   # set <tab> row <tab> class (* for all) <tab> why
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace rakkan::test {

struct Exclusion {
  std::string set, row, kind, why;
};

inline std::vector<Exclusion> read_exclusions(const std::filesystem::path& file) {
  std::vector<Exclusion> rows;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') {
      continue;
    }
    Exclusion row;
    std::istringstream fields(line);
    std::getline(fields, row.set, '\t');
    std::getline(fields, row.row, '\t');
    std::getline(fields, row.kind, '\t');
    std::getline(fields, row.why);
    EXPECT_FALSE(row.why.empty()) << "a row without a reason: " << line;
    rows.push_back(std::move(row));
  }
  return rows;
}

class Agreement {
 public:
  static constexpr std::size_t kMostExcludedPercent = 15;

  Agreement(const std::filesystem::path& exclusions, std::string set) : set_(std::move(set)) {
    EXPECT_TRUE(std::filesystem::exists(exclusions)) << exclusions;
    for (Exclusion& row : read_exclusions(exclusions)) {
      if (row.set == set_) {
        excluded_[{row.row, row.kind}] = row.why;
      }
    }
  }

  // One row of the class: our word beside the other one's.
  void compare(const std::string& kind, const std::string& row, const std::string& ours, const std::string& theirs) {
    Count& count = counts_[kind];
    const auto why = std::find_if(excluded_.begin(), excluded_.end(), [&](const auto& one) {
      return one.first.first == row && (one.first.second == kind || one.first.second == "*");
    });
    const bool agrees = ours == theirs;
    if (why != excluded_.end()) {
      ++count.excluded;
      used_[why->first] = true;
      EXPECT_FALSE(agrees) << row << ", " << kind << ": excluded (" << why->second << "), and it agrees: " << ours;
      return;
    }
    ++(agrees ? count.agree : count.disagree);
    EXPECT_TRUE(agrees) << row << ", " << kind << ": ours is \"" << ours << "\", theirs \"" << theirs << "\"";
  }
  // A row that cannot be compared, for a reason of the data: nothing was there to compare with.
  void not_comparable(const std::string& kind, const std::string& why) { ++counts_[kind].other[why]; }

  void print_and_check() const {
    for (const auto& [kind, count] : counts_) {
      const std::size_t all = count.agree + count.disagree + count.excluded;
      std::cout << set_ << ", " << kind << ": " << count.agree << " of " << count.agree + count.disagree << " agree, "
                << count.excluded << " excluded";
      for (const auto& [why, number] : count.other) {
        std::cout << ", " << number << " " << why;
      }
      std::cout << "\n";
      EXPECT_LE(count.excluded * 100, all * kMostExcludedPercent) << kind << ": too many exclusions";
    }
    for (const auto& [row, why] : excluded_) {
      if (counts_.contains(row.second)) {
        EXPECT_TRUE(used_.contains(row)) << row.first << ", " << row.second << ": excluded, and there is no such row";
      }
    }
  }

 private:
  struct Count {
    std::size_t agree = 0, disagree = 0, excluded = 0;
    std::map<std::string, std::size_t> other;
  };
  using Key = std::pair<std::string, std::string>;  // row, class

  std::string set_;
  std::map<Key, std::string> excluded_;
  std::map<Key, bool> used_;
  std::map<std::string, Count> counts_;
};

}  // namespace rakkan::test
