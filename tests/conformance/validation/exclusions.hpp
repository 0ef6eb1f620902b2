// The rows of a corpus on which no agreement is expected, each with its reason (tests/conformance/exclusions.tsv). A
// row that would agree must not be excluded.
#pragma once

#include <fstream>
#include <map>
#include <string>

namespace rakkan::test {

// The excluded rows of one corpus with their reasons. `file` is exclusions.tsv.
inline std::map<std::string, std::string> exclusions_of(const std::string& file, const std::string& corpus) {
  std::map<std::string, std::string> rows;
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);  // column names
  while (std::getline(in, line)) {
    const std::size_t first = line.find('\t');
    const std::size_t second = first == std::string::npos ? first : line.find('\t', first + 1);
    if (second != std::string::npos && line.substr(0, first) == corpus) {
      rows[line.substr(first + 1, second - first - 1)] = line.substr(second + 1);
    }
  }
  return rows;
}

}  // namespace rakkan::test
