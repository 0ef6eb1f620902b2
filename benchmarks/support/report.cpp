#include "report.hpp"

#include <cstdio>
#include <fstream>

namespace rakkan::bench {
namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value >= 1000 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  return text;
}

std::string json_or_null(const std::optional<double>& value) { return value ? std::to_string(*value) : "null"; }

}  // namespace

std::optional<bool> Row::met() const noexcept {
  if (target) {
    return value <= *target;
  }
  if (target_ratio) {
    return value <= *target_ratio * limit;
  }
  return std::nullopt;
}

void Report::add(Row row) {
  if (rows_.empty() || rows_.back().table != row.table) {
    std::printf("\n%s\n", row.table.c_str());
  }
  std::string line = number(row.value) + " " + row.unit;
  if (!row.limit_name.empty()) {
    line += "   " + row.limit_name + " " + number(row.limit) + "   ratio " + number(row.value / row.limit);
  }
  if (row.target) {
    line += "   target " + number(*row.target) + " " + row.unit;
  }
  if (row.target_ratio) {
    line += "   target ratio " + number(*row.target_ratio);
  }
  if (const std::optional<bool> met = row.met()) {
    line += *met ? "   met" : "   MISSED";
  }
  std::printf("  %-44s %s\n", row.name.c_str(), line.c_str());
  std::fflush(stdout);
  rows_.push_back(std::move(row));
}

bool Report::write(const std::filesystem::path& path) const {
  std::ofstream out(path);
  out << "[";
  const char* separator = "\n";
  for (const Row& row : rows_) {  // the texts are ours and need no escaping
    out << separator << R"({"table": ")" << row.table << R"(", "name": ")" << row.name << R"(", "value": )" << row.value
        << R"(, "unit": ")" << row.unit << R"(", "limit_name": ")" << row.limit_name << R"(", "limit": )" << row.limit
        << R"(, "target": )" << json_or_null(row.target) << R"(, "target_ratio": )" << json_or_null(row.target_ratio)
        << "}";
    separator = ",\n";
  }
  out << "\n]\n";
  return out.good();
}

}  // namespace rakkan::bench
