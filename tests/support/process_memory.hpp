// The memory of another process, to be searched for secrets that should not stand there.
#pragma once

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace rakkan::test {

class ProcessMemory {
 public:
  explicit ProcessMemory(pid_t pid)
      : folder_("/proc/" + std::to_string(pid)), memory_(::open((folder_ + "/mem").c_str(), O_RDONLY | O_CLOEXEC)) {}
  ProcessMemory(const ProcessMemory&) = delete;
  ProcessMemory& operator=(const ProcessMemory&) = delete;
  ~ProcessMemory() {
    if (memory_ >= 0) {
      ::close(memory_);
    }
  }

  // Whether the kernel lets us read it.
  [[nodiscard]] bool is_open() const noexcept { return memory_ >= 0; }

  // The places of the text in the writable mappings, each with its mapping's line. A sanitizer's shadow, larger than
  // anything that a server keeps, is left out.
  [[nodiscard]] std::vector<std::string> places_of(std::string_view text) const {
    std::vector<std::string> places;
    std::ifstream maps(folder_ + "/maps");
    for (std::string line; std::getline(maps, line);) {
      std::uint64_t begin = 0;
      std::uint64_t end = 0;
      char dash = 0;
      std::string rights;
      std::istringstream words(line);
      words >> std::hex >> begin >> dash >> end >> rights;
      if (rights.starts_with("rw") && end - begin <= kLargest) {
        search(begin, end, text, line, places);
      }
    }
    return places;
  }

 private:
  static constexpr std::uint64_t kPiece = 1 << 20;
  static constexpr std::uint64_t kLargest = 1ULL << 30U;

  void search(std::uint64_t begin, std::uint64_t end, std::string_view text, const std::string& line,
              std::vector<std::string>& places) const {
    std::string piece;
    std::string rest;  // of the piece before, in which the text may have begun
    for (std::uint64_t at = begin; at < end; at += kPiece) {
      piece.resize(std::min(kPiece, end - at));
      const ssize_t size = ::pread(memory_, piece.data(), piece.size(), static_cast<off_t>(at));
      if (size <= 0) {
        rest.clear();
        continue;
      }
      piece.resize(static_cast<std::size_t>(size));
      const std::string whole = rest + piece;
      for (std::size_t found = whole.find(text); found != std::string::npos; found = whole.find(text, found + 1)) {
        std::ostringstream place;
        place << std::hex << at - rest.size() + found << " in " << line << ": " << around(whole, found, text.size());
        places.push_back(place.str());
      }
      rest = whole.substr(whole.size() - std::min(whole.size(), text.size() - 1));
    }
  }

  // The text around the place, which tells whose memory it is.
  static std::string around(const std::string& whole, std::size_t found, std::size_t size) {
    const std::size_t begin = found - std::min<std::size_t>(found, 48);
    std::string shown = whole.substr(begin, found - begin + size + 48);
    std::replace_if(shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '.');
    return shown;
  }

  std::string folder_;
  int memory_;
};

}  // namespace rakkan::test
