// The verification of a finished log after every change that can be made to it.
#include "rakkan/audit/verify.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <thread>

#include "rakkan/audit/tiles.hpp"
#include "rakkan/base/file.hpp"
#include "support/test_tsu.hpp"
#include "support/trail_fixture.hpp"

namespace rakkan::audit {
namespace {

namespace fs = std::filesystem;

using test::FailsWith;
using test::IsOk;
using test::TrailFixture;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

class ALog : public ::testing::Test {
 protected:
  // A closed trail of `size` entries, its checkpoints timestamped.
  void make(std::size_t size, bool own_authority = false) {
    fixture_.key->broken = true;  // one checkpoint, when all is there
    ASSERT_THAT(fixture_.open(), IsOk());
    ASSERT_THAT(fixture_.record(size), IsOk());
    fixture_.close();
    fixture_.key->broken = false;
    fixture_.stamper = CheckpointStamper{[this](ByteView checkpoint) { return stamp(checkpoint); }, own_authority};
    ASSERT_THAT(fixture_.open(), IsOk());
    ASSERT_THAT(fixture_.wait_for_checkpoint(size - 1), IsOk());
    const auto token = fixture_.log().path / "timestamps" / (std::to_string(size) + ".json");
    ASSERT_TRUE(test::eventually([&] {
      return !fixture_.trail->load().last_timestamp_error.empty() || fs::exists(token);
    })) << "the checkpoint is neither timestamped nor refused";
    note_ = fixture_.trail->checkpoint(Journal::trail);
    fixture_.close();
  }

  Result<Bytes> stamp(ByteView checkpoint) {
    const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, checkpoint);
    RAKKAN_TRY(const auto token, test::issue(*tsu_.tsu, tsp::TimestampRequest::for_digest(digest, Bytes(8, 0x33))));
    return copy_of(token.der());
  }

  [[nodiscard]] Result<VerifiedLog> verify(std::string against = {}) {
    Verification verification;
    verification.against = std::move(against);
    verification.record = [this](std::uint64_t index) -> Result<std::optional<Record>> {
      const auto row = fixture_.ledger.record(index);
      return row ? std::optional(Record{row->salt, row->body}) : std::nullopt;
    };
    return verify_log(fixture_.log(), fixture_.verifier(), verification);
  }

  // The log's files without the folder.
  [[nodiscard]] std::vector<std::string> files() {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(fixture_.log().path)) {
      if (entry.is_regular_file()) {
        names.push_back(fs::relative(entry.path(), fixture_.log().path).string());
      }
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  [[nodiscard]] Bytes content(const std::string& name) {
    return read_file(fixture_.log().path / name, 1U << 26U).value();
  }
  void put(const std::string& name, ByteView bytes) {
    std::ofstream(fixture_.log().path / name, std::ios::binary | std::ios::trunc) << text_of(bytes);
  }

  // Every `step`-th byte of these files altered is found, and named by its file and place.
  void expect_flips_are_named(const std::vector<std::string>& names, std::size_t step) {
    ASSERT_THAT(verify(), IsOk());
    for (const std::string& name : names) {
      const Bytes whole = content(name);
      for (std::size_t offset = 0; offset < whole.size(); offset += step) {
        Bytes altered = whole;
        altered[offset] ^= static_cast<Byte>(1U << (offset % 8));
        put(name, altered);
        const Result<VerifiedLog> verified = verify();
        ASSERT_THAT(verified, FailsWith(ErrorCode::audit_log_corrupt)) << name << " offset " << offset;
        const std::string expected = name.substr(0, name.rfind(name.starts_with("timestamps/") ? '.' : '\0'));
        ASSERT_THAT(verified.error().where, StartsWith(expected)) << name << " offset " << offset;
        if (name.starts_with("tile/")) {
          expect_place_holds(verified.error().where, offset);
        }
      }
      put(name, whole);
    }
    ASSERT_THAT(verify(), IsOk());
  }

  // "… bytes 64 to 95"
  static void expect_place_holds(const std::string& where, std::size_t offset) {
    const std::size_t bytes = where.rfind("bytes ");
    ASSERT_NE(bytes, std::string::npos) << where;
    const std::size_t first = std::stoul(where.substr(bytes + 6));
    const std::size_t last = std::stoul(where.substr(where.rfind(' ')));
    ASSERT_LE(first, offset) << where;
    // An entry whose length was altered ends elsewhere.
    ASSERT_TRUE(offset <= last || offset < first + 2) << where << " does not hold " << offset;
  }

  test::TestAuthority authority_;
  test::TestTsu tsu_{authority_};
  TrailFixture fixture_;
  std::string note_;
};

TEST_F(ALog, IsWholeWithItsRecordsAndTimestamps) {
  make(300);
  ASSERT_OK_AND_ASSIGN(const VerifiedLog log, verify(note_));
  EXPECT_EQ(log.checkpoint.tree.size, 300U);
  EXPECT_EQ(log.note, note_);
  EXPECT_EQ(log.records, 300U);
  EXPECT_THAT(log.erased, IsEmpty());
  ASSERT_THAT(log.timestamps, SizeIs(1));
  EXPECT_EQ(log.timestamps[0].size, 300U);
  EXPECT_THAT(log.timestamps[0].authority, HasSubstr("Test TSU"));
  EXPECT_FALSE(log.timestamps[0].own);
}

TEST_F(ALog, SaysWhenATimestampIsOurOwn) {
  make(3, true);
  ASSERT_OK_AND_ASSIGN(const VerifiedLog log, verify());
  ASSERT_THAT(log.timestamps, SizeIs(1));
  EXPECT_TRUE(log.timestamps[0].own);
}

TEST_F(ALog, EveryFlippedByteOfASmallOneIsFoundAndNamed) {
  make(5);
  expect_flips_are_named(files(), 1);
}

TEST_F(ALog, FlippedBytesOfALargerOneAreFoundAndNamed) {
  make(260);
  expect_flips_are_named({"tile/0/000", "tile/entries/000"}, 61);
  expect_flips_are_named({"tile/0/001.p/4", "tile/1/000.p/1", "tile/entries/001.p/4"}, 7);
}

TEST_F(ALog, AMissingShorterOrLongerFileIsNamed) {
  make(300);
  for (const std::string& name : files()) {
    if (name == "checkpoint") {
      continue;
    }
    const Bytes whole = content(name);
    for (int change = 0; change < 3; ++change) {
      Bytes altered = whole;
      change == 0 ? altered.pop_back() : altered.push_back(0);
      put(name, altered);
      if (change == 2) {
        fs::remove(fixture_.log().path / name);
      }
      const Result<VerifiedLog> verified = verify();
      ASSERT_THAT(verified, FailsWith(ErrorCode::audit_log_corrupt)) << name << " " << change;
      EXPECT_THAT(verified.error().where, StartsWith(name.substr(0, name.find_first_of(".,")))) << change;
    }
    put(name, whole);
  }
  fs::remove(fixture_.log().path / "checkpoint");
  EXPECT_THAT(verify(), FailsWith(ErrorCode::audit_index_unknown));
}

TEST_F(ALog, AnErasedRecordLeavesItVerifiable) {
  make(10);
  fixture_.ledger.erase_records({3, 7});
  ASSERT_OK_AND_ASSIGN(const VerifiedLog log, verify());
  EXPECT_EQ(log.records, 8U);
  EXPECT_THAT(log.erased, ElementsAre(3, 7));
}

TEST_F(ALog, AnAlteredRecordIsNamed) {
  make(10);
  Verification verification;
  verification.record = [this](std::uint64_t index) -> Result<std::optional<Record>> {
    RAKKAN_TRY(const store::RecordRow row, fixture_.ledger.record(index));
    return Record{row.salt, index == 6 ? R"({"n":7})" : row.body};
  };
  const auto verified = verify_log(fixture_.log(), fixture_.verifier(), verification);
  ASSERT_THAT(verified, FailsWith(ErrorCode::audit_log_corrupt));
  EXPECT_EQ(verified.error().where, "record 6");
}

// A holder of the key and the folder can write another log, but cannot make it continue a checkpoint given out before.
TEST_F(ALog, ARemovedTailIsFoundAgainstACheckpoint) {
  make(10);
  const std::string later = note_;
  fs::remove_all(fixture_.temporary.path());
  fs::create_directory(fixture_.temporary.path());
  TrailFixture shorter;
  shorter.key = fixture_.key;
  shorter.ledger.facts = fixture_.ledger.facts;
  ASSERT_THAT(shorter.open(), IsOk());
  ASSERT_THAT(shorter.record(9), IsOk());
  shorter.close();
  EXPECT_THAT(verify_log(shorter.log(), shorter.verifier()), IsOk());
  const auto verified = verify_log(shorter.log(), shorter.verifier(), {later, {}});
  ASSERT_THAT(verified, FailsWith(ErrorCode::audit_log_mismatch));
  EXPECT_EQ(verified.error().where, "entry 9");
}

TEST_F(ALog, ARewrittenHistoryIsFoundAgainstACheckpoint) {
  make(10);
  TrailFixture fork;
  fork.key = fixture_.key;
  fork.ledger.facts = fixture_.ledger.facts;
  ASSERT_THAT(fork.open(), IsOk());
  ASSERT_THAT(fork.record(20), IsOk());
  fork.close();
  EXPECT_THAT(verify_log(fork.log(), fork.verifier()), IsOk());
  EXPECT_THAT(verify_log(fork.log(), fork.verifier(), {note_, {}}), FailsWith(ErrorCode::audit_log_mismatch));
}

TEST_F(ALog, AnEarlierCheckpointOfItIsContinued) {
  make(10);
  const std::string earlier = note_;
  ASSERT_THAT(fixture_.open(), IsOk());
  ASSERT_THAT(fixture_.record(600), IsOk());
  fixture_.close();
  EXPECT_THAT(verify(earlier), IsOk());
  std::string altered = earlier;
  altered[altered.find("\n\n") - 5] ^= 1;
  EXPECT_THAT(verify(altered), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(verify("no note"), FailsWith(ErrorCode::malformed_note));
}

TEST_F(ALog, OfAnotherKeyIsNotThisOne) {
  make(3);
  const auto other = crypto::SoftwareMessageSigner::generate().value();
  const VerifierKey key = VerifierKey::create("log.example/trail", other.public_key()).value();
  const auto verified = verify_log(fixture_.log(), key);
  ASSERT_THAT(verified, FailsWith(ErrorCode::audit_log_corrupt));
  EXPECT_EQ(verified.error().where, "checkpoint");
}

TEST_F(ALog, ATimestampOfAnotherForkIsFound) {
  make(10);
  TrailFixture fork;
  fork.key = fixture_.key;
  fork.ledger.facts = fixture_.ledger.facts;
  ASSERT_THAT(fork.open(), IsOk());
  ASSERT_THAT(fork.record(20), IsOk());
  fork.close();
  fs::copy(fixture_.log().path / "timestamps", fork.log().path / "timestamps");
  const auto verified = verify_log(fork.log(), fork.verifier());
  ASSERT_THAT(verified, FailsWith(ErrorCode::audit_log_mismatch));
  EXPECT_EQ(verified.error().where, "timestamps/10.checkpoint");
}

TEST_F(ALog, AnExportedCopyVerifiesAndGrows) {
  make(300);
  const LogFolder copy{posix_file_system(), fixture_.temporary.path() / "exported"};
  ASSERT_OK_AND_ASSIGN(const Checkpoint first, export_log(fixture_.log(), copy));
  EXPECT_EQ(first.tree.size, 300U);
  ASSERT_OK_AND_ASSIGN(const VerifiedLog verified, verify_log(copy, fixture_.verifier(), {note_, {}}));
  EXPECT_THAT(verified.timestamps, SizeIs(1));

  fixture_.stamper.reset();
  ASSERT_THAT(fixture_.open(), IsOk());
  ASSERT_THAT(fixture_.record(300), IsOk());
  fixture_.close();
  ASSERT_THAT(export_log(fixture_.log(), copy), IsOk());
  ASSERT_OK_AND_ASSIGN(const VerifiedLog grown, verify_log(copy, fixture_.verifier(), {note_, {}}));
  EXPECT_EQ(grown.checkpoint.tree.size, 600U);
}

TEST_F(ALog, AnAuthorityThatDoesNotAnswerIsReportedAndNothingElse) {
  tsu_.clock->closed = true;
  make(3);
  ASSERT_THAT(fixture_.open(), IsOk());
  ASSERT_TRUE(test::eventually([&] { return !fixture_.trail->load().last_timestamp_error.empty(); }))
      << "what the authority said is not told";
  EXPECT_TRUE(fixture_.trail->healthy());
  EXPECT_THAT(fixture_.record(1), IsOk());
  fixture_.close();
  ASSERT_OK_AND_ASSIGN(const VerifiedLog log, verify());
  EXPECT_THAT(log.timestamps, IsEmpty());
}

}  // namespace
}  // namespace rakkan::audit
