// A row of a benchmark's table: our figure, the limit taken in the same run, their ratio, and the target where the
// project has one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rakkan::bench {

struct Row {
  std::string table;  // heading
  std::string name;
  double value = 0;
  std::string unit;        // "us", "MB", "/s"
  std::string limit_name;  // empty: no limit
  double limit = 0;
  // At most this, in the row's unit; or at most this many times the limit.
  std::optional<double> target;
  std::optional<double> target_ratio;

  [[nodiscard]] std::optional<bool> met() const noexcept;
};

class Report {
 public:
  // Prints the row at once and keeps it.
  void add(Row row);
  // All rows as JSON, for benchmarks/support/report.py.
  [[nodiscard]] bool write(const std::filesystem::path& path) const;

 private:
  std::vector<Row> rows_;
};

}  // namespace rakkan::bench
