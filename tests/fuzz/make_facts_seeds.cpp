// make_facts_seeds CORPUS: makes the seeds of facts_fuzz again, from the world of the unit tests.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "rakkan/validation/facts_json.hpp"
#include "support/facts_world.hpp"

namespace {

using rakkan::test::FactsWorld;

void write(const std::filesystem::path& file, const FactsWorld& world) {
  std::ofstream(file, std::ios::binary) << rakkan::validation::to_json(world.facts);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace rakkan::validation;
  if (argc != 2) {
    std::cerr << "make_facts_seeds CORPUS\n";
    return 2;
  }
  const auto folder = std::filesystem::path(argv[1]) / "facts";
  std::filesystem::create_directories(folder);
  FactsWorld world;
  write(folder / "archived.json", world);
  world.revoke("ocsp-signer", "2026-01-10T06:00:00Z", "certificateHold");
  world.add_evidence("loop", RevocationKind::ocsp, "responder", "responder", "2026-01-10", "2026-02-10");
  world.certificate("responder").has_ocsp_no_check = false;
  world.certificate("ca").signature = rakkan::test::rsa_2048_with();
  world.facts.anchors.front().sunset = rakkan::test::at("2026-01-11");
  world.signature().structure = {{"contents-padding", "ISO 32000-2 §12.8.1", "3 octets", 1, "7 0 obj"}};
  write(folder / "troubled.json", world);
  world.be_basic();
  world.add_timestamp("content", TimestampKind::content, "2026-01-09", {"sig"});
  world.signature().timestamps = {"content"};
  write(folder / "content.json", world);
  return 0;
}
