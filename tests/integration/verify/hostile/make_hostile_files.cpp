// make_hostile_files FOLDER [NAME]: writes files that are made to cost their reader much, and on standard output what
// each is judged with, as JSON. For hostile_files.py, which has `rakkan verify` judge them. With a part of a name: the
// files of these names alone.
#include <boost/json.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>

#include "integration/verify/hostile/workshop.hpp"
#include "support/run_command.hpp"

namespace rakkan::test {
namespace {

namespace json = boost::json;

std::vector<HostileRow> table() {
  std::vector<HostileRow> rows;
  for (const auto& part : {hostile_pdfs(), hostile_streams(), hostile_signatures(), hostile_evidence()}) {
    rows.insert(rows.end(), part.begin(), part.end());
  }
  return rows;
}

class Maker {
 public:
  explicit Maker(std::filesystem::path folder) : folder_(std::move(folder)) {
    write("root.cer", workshop_.world.root_certificate.der());
    write("tsa.cer", workshop_.world.tsa_root_certificate.der());
  }

  json::object make(const HostileRow& row) {
    const std::string number = std::to_string(++number_);
    const Hostile made = row.make(workshop_);
    json::array options{"--trust", path("root.cer"), "--trust-tsa", path("tsa.cer"), "--at", to_rfc3339(kJudged)};
    for (const Bytes& each : made.evidence) {
      const std::string name = number + "-" + std::to_string(options.size()) + ".evidence";
      write(name, each);
      options.insert(options.end(), {"--evidence", path(name)});
    }
    if (!made.content.empty()) {
      write(number + ".content", made.content);
      options.insert(options.end(), {"--content", path(number + ".content")});
    }
    const std::string file = number + "." + made.ending;
    write(file, made.file);
    options.emplace_back(path(file));
    return {
        {"name", row.name}, {"options", options}, {"size", made.file.size()}, {"exits", json::value_from(row.exits)}};
  }

 private:
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, ByteView bytes) const { write_bytes(folder_ / name, bytes); }

  std::filesystem::path folder_;
  Workshop workshop_;
  int number_ = 0;
};

}  // namespace
}  // namespace rakkan::test

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fputs("usage: make_hostile_files FOLDER [NAME]\n", stderr);
    return 3;
  }
  try {
    rakkan::test::Maker maker(argv[1]);
    boost::json::array made;
    for (const rakkan::test::HostileRow& row : rakkan::test::table()) {
      if (argc == 2 || std::string_view(row.name).find(argv[2]) != std::string_view::npos) {
        made.push_back(maker.make(row));
      }
    }
    const std::string text = boost::json::serialize(made);
    return std::puts(text.c_str()) < 0 || std::fflush(stdout) != 0 ? 1 : 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_hostile_files: %s\n", error.what());
    return 1;
  }
}
