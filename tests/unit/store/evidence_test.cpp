// Cached evidence: kept as it was, in places that are used again, and gone without a trace.
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <random>
#include <thread>

#include "rakkan/base/file.hpp"
#include "rakkan/store/store.hpp"
#include "store/evidence_pieces.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::store {
namespace {

using test::FailsWith;
using test::IsOk;
using test::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Instant at(int seconds) { return Instant(std::chrono::seconds(seconds)); }

EvidenceRow row(const std::string& key, const std::string& bytes) {
  return {key, "application/ocsp-response", at(10), at(20), std::make_shared<const Bytes>(copy_of(bytes_of(bytes)))};
}

class EvidenceTable : public ::testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    store_.reset();
    ASSERT_OK_AND_ASSIGN(store_, open_sqlite(folder_.path()));
  }
  Result<void> keep(std::vector<EvidenceRow> rows) { return store_->change_evidence({{}, std::move(rows)}); }
  Result<void> forget(std::vector<std::string> keys) { return store_->change_evidence({std::move(keys), {}}); }
  std::vector<EvidenceRow> rows() {
    auto all = store_->evidence();
    EXPECT_THAT(all, IsOk());
    return all.value_or(std::vector<EvidenceRow>());
  }
  std::vector<std::string> keys() {
    std::vector<std::string> keys;
    for (const EvidenceRow& one : rows()) {
      keys.push_back(one.key);
    }
    return keys;
  }
  bool is_in_files(std::string_view text) {
    for (const char* const name : {"rakkan.db", "rakkan.db-wal"}) {
      const auto content = read_file(folder_.path() / name, 1 << 30);
      if (content && text_of(*content).find(text) != std::string_view::npos) {
        return true;
      }
    }
    return false;
  }
  std::size_t size_of_database() { return std::filesystem::file_size(folder_.path() / "rakkan.db"); }

  TemporaryFolder folder_{test::memory_folder()};
  std::unique_ptr<Store> store_;
};

TEST_F(EvidenceTable, IsThereAfterReopeningAsItWas) {
  const std::string large = std::string(1'000'000, 'x') + "end";
  ASSERT_THAT(keep({row("b", large), row("a", "")}), IsOk());
  ASSERT_THAT(keep({row("c", "third")}), IsOk());
  reopen();
  const std::vector<EvidenceRow> all = rows();
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_THAT(keys(), ElementsAre("b", "a", "c")) << "in the order in which they were kept";
  EXPECT_EQ(text_of(*all.at(0).bytes), large);
  EXPECT_EQ(all.at(0).media_type, "application/ocsp-response");
  EXPECT_EQ(all.at(0).this_update, at(10));
  EXPECT_EQ(all.at(0).next_update, at(20));
  EXPECT_THAT(*all.at(1).bytes, IsEmpty());
  EXPECT_EQ(text_of(*all.at(2).bytes), "third");
  EXPECT_THAT(store_->evidence_keys().value(), ElementsAre("a", "b", "c"));
}

TEST_F(EvidenceTable, ANewerRowTakesTheOlderOnesPlace) {
  ASSERT_THAT(keep({row("a", "older <山田>"), row("b", "other")}), IsOk());
  ASSERT_THAT(keep({row("a", "newer")}), IsOk());
  EXPECT_THAT(keys(), ElementsAre("b", "a"));
  EXPECT_EQ(text_of(*rows().back().bytes), "newer");
  ASSERT_THAT(store_->purge(), IsOk());
  EXPECT_FALSE(is_in_files("older <山田>"));
}

TEST_F(EvidenceTable, WhatIsForgottenIsOverwritten) {
  ASSERT_THAT(keep({row("key of <山田太郎>", "<山田太郎>"), row("other", "<鈴木>")}), IsOk());
  ASSERT_THAT(forget({"key of <山田太郎>", "none"}), IsOk());
  EXPECT_THAT(keys(), ElementsAre("other"));
  ASSERT_THAT(store_->purge(), IsOk());
  EXPECT_FALSE(is_in_files("<山田太郎>"));
  reopen();
  EXPECT_THAT(keys(), ElementsAre("other"));
  EXPECT_TRUE(is_in_files("<鈴木>"));
}

TEST_F(EvidenceTable, ARowOfEverySizeAroundAPiecesEndIsReadAsItWasWritten) {
  for (std::size_t size = kPiecePayload - 64; size < kPiecePayload + 4; ++size) {
    const std::string text = std::string(size, 'x') + "!";
    ASSERT_THAT(keep({row("k", text)}), IsOk());
    ASSERT_THAT(rows(), SizeIs(1));
    ASSERT_EQ(text_of(*rows().front().bytes), text);
  }
}

TEST_F(EvidenceTable, PlacesAreUsedAgain) {
  const auto round = [&](int number) {
    std::vector<EvidenceRow> come;
    std::vector<std::string> go;
    for (int i = 0; i < 40; ++i) {
      // A round's pieces are as many as those of every other round, of other entries.
      come.push_back(row(std::to_string(number) + "-" + std::to_string(i),
                         std::string(static_cast<std::size_t>(3'000 * ((i + number) % 8)), 'x')));
      go.push_back(come.back().key);
    }
    ASSERT_THAT(keep(std::move(come)), IsOk());
    ASSERT_THAT(forget(std::move(go)), IsOk());
    ASSERT_THAT(store_->purge(), IsOk());
  };
  round(0);
  const std::size_t size = size_of_database();
  for (int number = 1; number < 20; ++number) {
    round(number);
  }
  EXPECT_EQ(size_of_database(), size);
  reopen();
  round(20);
  EXPECT_EQ(size_of_database(), size);
}

// Rows of every size come and go in any order. Of those that are gone nothing is left, whatever their neighbours do.
TEST_F(EvidenceTable, NothingIsLeftOfThoseThatAreGone) {
  std::mt19937 random(11);
  const auto text = [](std::uint64_t number) { return "<山田太郎 " + std::to_string(10'000 + number) + ">"; };
  std::vector<std::uint64_t> there;
  std::vector<std::uint64_t> gone;
  for (std::uint64_t number = 0; number < 300; ++number) {
    ASSERT_THAT(keep({row(text(number), text(number) + std::string(random() % 14'000, 'x') + text(number))}), IsOk());
    there.push_back(number);
    std::vector<std::string> leave;
    while (there.size() > 20 || (!there.empty() && random() % 3 == 0)) {
      const std::size_t which = random() % there.size();
      gone.push_back(there.at(which));
      leave.push_back(text(there.at(which)));
      there.erase(there.begin() + static_cast<std::ptrdiff_t>(which));
    }
    ASSERT_THAT(forget(std::move(leave)), IsOk());
    ASSERT_THAT(store_->purge(), IsOk());
    ASSERT_OK_AND_ASSIGN(const Bytes content_of_file, read_file(folder_.path() / "rakkan.db", 1 << 30));
    for (std::size_t i = number % 20 == 0 ? 0 : gone.size() - std::min<std::size_t>(gone.size(), 2); i < gone.size();
         ++i) {
      ASSERT_EQ(text_of(content_of_file).find(text(gone.at(i))), std::string_view::npos) << gone.at(i);
    }
  }
  EXPECT_THAT(rows(), SizeIs(there.size()));
}

TEST_F(EvidenceTable, TwoRowsOfOneKeyAreRefusedAndChangeNothing) {
  ASSERT_THAT(keep({row("a", "first")}), IsOk());
  EXPECT_THAT(keep({row("a", "1"), row("a", "2")}), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(keep({{"b", "", at(1), at(2), nullptr}}), FailsWith(ErrorCode::invalid_argument));
  ASSERT_THAT(rows(), SizeIs(1));
  EXPECT_EQ(text_of(*rows().front().bytes), "first");
  ASSERT_THAT(keep({row("b", "second")}), IsOk());
  reopen();
  EXPECT_THAT(keys(), ElementsAre("a", "b"));
}

TEST_F(EvidenceTable, OthersCommitWhileALargeRowIsWritten) {
  std::atomic<bool> written = false;
  std::thread writer([&] {
    EXPECT_THAT(keep({row("crl", std::string(12'000'000, 'x'))}), IsOk());
    written = true;
  });
  int commits = 0;
  for (; !written; ++commits) {
    EXPECT_THAT(store_->set_fact("f", std::to_string(commits)), IsOk());
  }
  writer.join();
  EXPECT_GT(commits, 5) << "the row of 47 transactions left no room for others";
  EXPECT_THAT(rows(), SizeIs(1));
}

TEST(EvidencePieces, AnyOtherBytesAreCorrupt) {
  const EvidenceRow one = row("key", "bytes");
  ASSERT_OK_AND_ASSIGN(const EvidencePieces pieces, EvidencePieces::of(one, 7));
  ASSERT_EQ(pieces.count(), 1U);
  const Bytes piece = pieces.piece(0);
  ASSERT_EQ(piece.size(), kPieceSize);
  ASSERT_OK_AND_ASSIGN(const PieceHead head, decode_piece_head(piece));
  EXPECT_EQ(head.number, 7U);
  EXPECT_EQ(head.index, 0U);
  EXPECT_EQ(head.count, 1U);
  EXPECT_THAT(decode_piece_head(Bytes(kPieceSize)), FailsWith(ErrorCode::store_corrupt)) << "a place that is free";
  EXPECT_THAT(decode_piece_head(ByteView(piece).first(15)), FailsWith(ErrorCode::store_corrupt));
  const ByteView payload = ByteView(piece).subspan(kPieceHead);
  ASSERT_THAT(decode_evidence(payload), IsOk());
  EXPECT_THAT(decode_evidence({}), FailsWith(ErrorCode::store_corrupt));
  EXPECT_THAT(decode_evidence(Bytes(kPiecePayload)), FailsWith(ErrorCode::store_corrupt));
  const std::size_t used = 28 + one.key.size() + one.media_type.size() + one.bytes->size();
  for (std::size_t size = 0; size < used; ++size) {
    EXPECT_THAT(decode_evidence(payload.first(size)), FailsWith(ErrorCode::store_corrupt)) << size;
  }
  Bytes shorter = copy_of(payload);
  --shorter.at(used - one.bytes->size() - 1);
  EXPECT_THAT(decode_evidence(shorter), FailsWith(ErrorCode::store_corrupt)) << "its last byte became padding";
}

}  // namespace
}  // namespace rakkan::store
