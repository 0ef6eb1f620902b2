// The lines that a Log wrote, read back as JSON.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "rakkan/telemetry/log.hpp"
#include "support/fake_clock.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::test {

class LogLines {
 public:
  explicit LogLines(const std::string& level = "debug")
      : log(telemetry::Log::open({.level = level, .output = file().string()}, clock).value()) {}

  // Ends the log.
  std::vector<boost::json::object> read() {
    log.reset();
    std::ifstream in(file());
    std::vector<boost::json::object> lines;
    for (std::string line; std::getline(in, line);) {
      lines.push_back(boost::json::parse(line).as_object());
    }
    return lines;
  }

  FakeClock clock{Instant(std::chrono::milliseconds(1'795'482'123'004))};
  TemporaryFolder folder;
  std::unique_ptr<telemetry::Log> log;

 private:
  [[nodiscard]] std::filesystem::path file() const { return folder.path() / "log"; }
};

}  // namespace rakkan::test
