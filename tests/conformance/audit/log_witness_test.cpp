// Our log judged by Go's golang.org/x/mod/sumdb (log_witness.go): checkpoints, proofs, tiles, consistency. It must
// refuse everything that it verified as soon as one byte is altered.
#include <gmock/gmock.h>

#include <fstream>

#include "rakkan/base/file.hpp"
#include "support/run_command.hpp"
#include "support/trail_fixture.hpp"

namespace rakkan::audit {
namespace {

namespace fs = std::filesystem;

using test::IsOk;
using ::testing::HasSubstr;

#ifdef RAKKAN_LOG_WITNESS
constexpr const char* kWitness = RAKKAN_LOG_WITNESS;
#else
constexpr const char* kWitness = nullptr;
#endif

class LogWitness : public ::testing::Test {
 protected:
  // A log of 70,000 entries (three levels of tiles) and an earlier checkpoint of 300.
  void SetUp() override {
    if (kWitness == nullptr) {
      GTEST_SKIP() << "go is not installed";
    }
    fixture_.options.waiting = 100'000;
    ASSERT_THAT(fixture_.open(), IsOk());
    record(300);
    write("earlier", fixture_.trail->checkpoint(Journal::trail));
    record(69'700);
    ASSERT_OK_AND_ASSIGN(const std::string proof, fixture_.trail->prove(Journal::trail, kIndex));
    write("proof", proof);
    ASSERT_OK_AND_ASSIGN(const std::string line, read_entry(fixture_.log(), kIndex));
    write("entry", line);
    key_ = fixture_.trail->verifier_key(Journal::trail);
    fixture_.close();
  }

  void record(std::uint64_t count) {
    std::atomic<std::uint64_t> recorded = 0;
    for (std::uint64_t i = 1; i < count; ++i) {
      fixture_.trail->record(test::submission("{}"),
                             [&](const Result<Receipt>& result) { recorded += result.has_value() ? 1 : 0; });
    }
    ASSERT_THAT(fixture_.trail->record_and_wait(test::submission("{}")), IsOk());
    ASSERT_EQ(recorded + 1, count);
    ASSERT_THAT(fixture_.wait_for_checkpoint(fixture_.trail->size(Journal::trail) - 1), IsOk());
  }

  [[nodiscard]] fs::path path(const std::string& name) const { return fixture_.temporary.path() / name; }
  void write(const std::string& name, std::string_view content) {
    std::ofstream(path(name), std::ios::binary | std::ios::trunc) << content;
  }
  [[nodiscard]] fs::path folder() { return fixture_.log().path; }

  [[nodiscard]] test::CommandOutcome ask(std::vector<std::string> words) const {
    words.insert(words.begin(), kWitness);
    return test::run_command(std::move(words));
  }
  void expect_verified(const std::vector<std::string>& words) const {
    const test::CommandOutcome outcome = ask(words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    EXPECT_EQ(outcome.output, "verified\n");
  }
  // Expects a refusal while a byte of that file is altered; mends the file afterwards.
  void expect_refused(const std::vector<std::string>& words, const fs::path& file, std::size_t offset) const {
    const Bytes whole = read_file(file, 1U << 26U).value();
    Bytes altered = whole;
    altered.at(offset) ^= 0x01;
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text_of(altered);
    const test::CommandOutcome outcome = ask(words);
    EXPECT_NE(outcome.exit_code, 0) << file << " with byte " << offset << " altered";
    EXPECT_THAT(outcome.output, HasSubstr("refused")) << file;
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text_of(whole);
  }

  static constexpr std::uint64_t kIndex = 65'537;

  test::TrailFixture fixture_;
  std::string key_;
};

TEST_F(LogWitness, AgreesWithCheckpointsProofsTilesAndConsistency) {
  const std::string checkpoint = (folder() / "checkpoint").string();
  const std::vector<std::string> of_checkpoint = {"checkpoint", key_, checkpoint};
  expect_verified(of_checkpoint);
  for (const std::size_t offset : {3U, 20U, 24U, 60U, 100U, 150U}) {
    expect_refused(of_checkpoint, checkpoint, offset);
  }

  const std::vector<std::string> of_proof = {"proof", key_, path("proof").string(), path("entry").string()};
  expect_verified(of_proof);
  for (const std::size_t offset : {5U, 31U, 40U, 100U, 500U}) {
    expect_refused(of_proof, path("proof"), offset);
  }
  expect_refused(of_proof, path("entry"), 30);

  const std::vector<std::string> of_tree = {"tree", key_, folder().string()};
  expect_verified(of_tree);
  for (const std::string file : {"tile/entries/000", "tile/entries/256", "tile/0/000", "tile/0/200", "tile/1/000",
                                 "tile/1/001.p/17", "tile/2/000.p/1", "tile/0/273.p/112", "tile/entries/273.p/112"}) {
    ASSERT_TRUE(fs::exists(folder() / file)) << file;
    expect_refused(of_tree, folder() / file, 17);
  }

  const std::vector<std::string> of_consistency = {"consistency", key_, folder().string(), path("earlier").string()};
  expect_verified(of_consistency);
  expect_refused(of_consistency, path("earlier"), 24);
  expect_refused(of_consistency, folder() / "tile/0/001", 43 * 32);

  // A fork: the same key, another history of 300.
  test::TrailFixture fork;
  fork.key = fixture_.key;
  fork.ledger.facts = fixture_.ledger.facts;
  ASSERT_THAT(fork.open(), IsOk());
  ASSERT_THAT(fork.record(300), IsOk());
  fork.close();
  const auto forked = ask({"consistency", key_, folder().string(), (fork.log().path / "checkpoint").string()});
  EXPECT_NE(forked.exit_code, 0);
  EXPECT_THAT(forked.output, HasSubstr("refused"));
}

}  // namespace
}  // namespace rakkan::audit
