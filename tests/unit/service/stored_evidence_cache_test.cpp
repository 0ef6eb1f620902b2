// The cache of evidence in memory and store: what survives, what goes, and who waits for the disk.
#include "service/stored_evidence_cache.hpp"

#include <gmock/gmock.h>

#include <memory>

#include "rakkan/base/file.hpp"
#include "rakkan/pki/certificate_builder.hpp"
#include "support/eventually.hpp"
#include "support/gate.hpp"
#include "support/ocsp_responder.hpp"
#include "support/pki_authority.hpp"
#include "support/power_loss_file_system.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::service {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const Instant kNow = pki::kNotBefore;

fetch::CachedEvidence evidence(Bytes bytes, std::chrono::milliseconds good_for = 1h) {
  return {std::make_shared<const Bytes>(std::move(bytes)), "x/y", {kNow, kNow + good_for}};
}
fetch::CachedEvidence evidence(std::string_view text, std::chrono::milliseconds good_for = 1h) {
  return evidence(copy_of(bytes_of(text)), good_for);
}

// A cache with its store and its pool, to be closed and opened again as by another process.
class StoredCache : public ::testing::Test {
 protected:
  void SetUp() override { open(); }
  void TearDown() override { close(); }
  void open(Instant now = kNow) {
    ASSERT_OK_AND_ASSIGN(store, store::open_sqlite(folder.path()));
    open_cache(now);
  }
  void open_cache(Instant now = kNow) {
    ASSERT_OK_AND_ASSIGN(cache, StoredEvidenceCache::open(limits, *store, now));
    pool = std::make_unique<async::BoundedPool>(async::PoolOptions{"store", 1, 16});
    cache->write_on(*pool);
  }
  // The pool ends first, with the jobs that it accepted.
  void close() {
    pool.reset();
    cache.reset();
    store.reset();
  }
  void reopen(Instant now = kNow) {
    close();
    open(now);
  }
  [[nodiscard]] std::vector<std::string> rows() {
    auto keys = store->evidence_keys();
    EXPECT_THAT(keys, IsOk());
    return keys.value_or(std::vector<std::string>());
  }
  void wait_until_written() {
    EXPECT_TRUE(test::eventually([this] { return cache->load().unwritten == 0; }));
    EXPECT_THAT(pool->run([] { return Result<void>(); }, async::deadline_in(test::kPatience)), IsOk());
  }
  [[nodiscard]] bool is_in_files(std::string_view text) const {
    for (const char* const name : {"rakkan.db", "rakkan.db-wal"}) {
      const auto content = read_file(folder.path() / name, 1 << 30);
      if (content && text_of(*content).find(text) != std::string_view::npos) {
        return true;
      }
    }
    return false;
  }

  test::TemporaryFolder folder{test::memory_folder()};
  fetch::CacheLimits limits;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<StoredEvidenceCache> cache;
  std::unique_ptr<async::BoundedPool> pool;
};

TEST_F(StoredCache, WhatIsKeptSurvivesARestart) {
  cache->keep("a", evidence("first"), kNow);
  cache->keep("b", evidence(Bytes(1'000'000, Byte{7})), kNow);
  cache->keep("c", evidence("third"), kNow);
  reopen();
  const auto found = cache->find("a", kNow);
  ASSERT_TRUE(found);
  EXPECT_EQ(text_of(*found->bytes), "first");
  EXPECT_EQ(found->media_type, "x/y");
  EXPECT_EQ(found->freshness.this_update, kNow);
  EXPECT_EQ(found->freshness.next_update, kNow + 1h);
  EXPECT_EQ(cache->find("b", kNow)->bytes->size(), 1'000'000U);
  EXPECT_EQ(cache->load().cache.entries, 3U);
  EXPECT_EQ(cache->load().cache.hits, 2U);
  EXPECT_EQ(cache->load().write_failures, 0U);
}

TEST_F(StoredCache, NobodyWaitsForTheDisk) {
  test::Gate disk;
  ASSERT_THAT(pool->submit([&](const Result<void>&) { disk.pass(); }, async::Deadline::max()), IsOk());
  cache->keep("a", evidence("first"), kNow);
  cache->keep("a", evidence("newer"), kNow);
  cache->keep("b", evidence("other"), kNow);
  EXPECT_EQ(text_of(*cache->find("a", kNow)->bytes), "newer");
  EXPECT_EQ(cache->load().unwritten, 2U) << "of several changes of one entry the last is written";
  EXPECT_THAT(rows(), IsEmpty());
  disk.open();
  wait_until_written();
  EXPECT_THAT(rows(), ElementsAre("a", "b"));
}

TEST_F(StoredCache, WhatIsOverLeavesTheStoreToo) {
  cache->keep("a", evidence("short", 1min), kNow);
  cache->keep("b", evidence("long"), kNow);
  EXPECT_FALSE(cache->find("a", kNow + 1min));
  wait_until_written();
  EXPECT_THAT(rows(), ElementsAre("b"));
  cache->keep("c", evidence("short, and not asked for", 2min), kNow);
  cache->forget_expired(kNow + 2min);
  wait_until_written();
  EXPECT_THAT(rows(), ElementsAre("b"));
  reopen(kNow + 1h);
  EXPECT_EQ(cache->load().cache.entries, 0U);
  EXPECT_THAT(rows(), IsEmpty()) << "a row whose time was over at the start";
}

TEST_F(StoredCache, EntriesThatMakeRoomLeaveTheStoreToo) {
  close();
  limits = {.entries = 2, .bytes = 1'000};
  open();
  cache->keep("a", evidence("1"), kNow);
  cache->keep("b", evidence("2"), kNow);
  EXPECT_TRUE(cache->find("a", kNow));
  cache->keep("c", evidence("3"), kNow);
  wait_until_written();
  EXPECT_THAT(rows(), ElementsAre("a", "c"));
  close();
  limits = {.entries = 1, .bytes = 1'000};
  open();
  EXPECT_THAT(rows(), ElementsAre("c")) << "limits that are lower now";
  EXPECT_TRUE(cache->find("c", kNow));
}

TEST_F(StoredCache, AnErasureReachesAllThatSpeaksOfACertificateAndNothingElse) {
  pki::Authority root("Root");
  const pki::Certificate own = root.self_signed();
  const auto numbered = [&](const std::string& name, Byte serial) {
    return root.certify(name, [serial](pki::CertificateTemplate& content) { content.serial_number = {0x41, serial}; });
  };
  const pki::Certificate yamada = numbered("Yamada", 1);
  const pki::Certificate suzuki = numbered("Suzuki", 2);
  test::OcspResponder responder(root);
  const auto crl = [&](const pki::Certificate& revoked) {
    pki::CrlTemplate content;
    content.issuer = root.name();
    content.this_update = kNow;
    content.next_update = kNow + 1h;
    content.revoked = {{copy_of(revoked.serial_number()), kNow, std::nullopt}};
    content.authority_key_identifier = pki::key_identifier(root.spki()).value();
    return pki::issue_crl(content, root.suite(), root.signer()).value();
  };
  const std::string pem_of_yamada = pki::to_pem("CERTIFICATE", yamada.der());
  cache->keep("ocsp of yamada", evidence(responder.answer_der(yamada, own)), kNow);
  cache->keep("ocsp of suzuki", evidence(responder.answer_der(suzuki, own)), kNow);
  cache->keep("crl with yamada", evidence(crl(yamada)), kNow);
  cache->keep("crl with suzuki", evidence(crl(suzuki)), kNow);
  cache->keep("crl with suzuki as PEM", evidence(pki::to_pem("X509 CRL", crl(suzuki))), kNow);
  cache->keep("yamada", evidence(copy_of(yamada.der())), kNow);
  cache->keep("yamada as PEM", evidence(pem_of_yamada), kNow);
  cache->keep("root", evidence(copy_of(own.der())), kNow);
  cache->keep("unreadable", evidence("<山田>"), kNow);
  wait_until_written();
  // A row of which memory knows nothing, as a batch that was not written would leave it.
  ASSERT_THAT(store->change_evidence({{}, {{"left over", "", kNow, kNow + 1h, evidence("<山田>").bytes}}}), IsOk());

  ASSERT_THAT(cache->forget_about({copy_of(yamada.der())}), IsOk());
  EXPECT_THAT(rows(), UnorderedElementsAre("ocsp of suzuki", "crl with suzuki", "crl with suzuki as PEM", "root"));
  EXPECT_FALSE(cache->find("ocsp of yamada", kNow));
  EXPECT_TRUE(cache->find("ocsp of suzuki", kNow));
  ASSERT_THAT(store->purge(), IsOk());
  EXPECT_FALSE(is_in_files(text_of(yamada.der())));
  EXPECT_FALSE(is_in_files(pem_of_yamada.substr(100, 100)));
  EXPECT_FALSE(is_in_files("ocsp of yamada"));
  EXPECT_FALSE(is_in_files("<山田>"));
  ASSERT_THAT(cache->forget_about({}), IsOk());
  EXPECT_EQ(rows().size(), 4U) << "nobody's evidence";
}

TEST_F(StoredCache, AnErasureTakesWhatIsNotWrittenYet) {
  pki::Authority root("Root");
  const pki::Certificate yamada = root.certify("Yamada");
  test::Gate disk;
  ASSERT_THAT(pool->submit([&](const Result<void>&) { disk.pass(); }, async::Deadline::max()), IsOk());
  cache->keep("yamada", evidence(copy_of(yamada.der())), kNow);
  ASSERT_THAT(cache->forget_about({copy_of(yamada.der())}), IsOk());
  disk.open();
  wait_until_written();
  EXPECT_THAT(rows(), IsEmpty());
  EXPECT_FALSE(is_in_files(text_of(yamada.der())));
}

TEST(StoredCacheOnABrokenDisk, GoesOnInMemoryAndOwnsUpToAnErasureThatFailed) {
  test::PowerLossFileSystem disk;
  ASSERT_OK_AND_ASSIGN(const auto store, store::open_sqlite("/var/lib/rakkan", {}, disk));
  ASSERT_OK_AND_ASSIGN(const auto cache, StoredEvidenceCache::open({}, *store, kNow));
  async::BoundedPool pool({"store", 1, 16});
  cache->write_on(pool);
  cache->keep("a", evidence("kept"), kNow);
  EXPECT_TRUE(test::eventually([&] { return cache->load().unwritten == 0; }));
  EXPECT_THAT(pool.run([] { return Result<void>(); }, async::deadline_in(test::kPatience)), IsOk());
  disk.fail_at(disk.operations() + 1, test::PowerLossFileSystem::Fault::refused);
  cache->keep("b", evidence("in memory"), kNow);
  EXPECT_TRUE(test::eventually([&] { return cache->load().write_failures == 1; }));
  EXPECT_TRUE(cache->find("a", kNow));
  EXPECT_TRUE(cache->find("b", kNow));
  pki::Authority root("Root");
  EXPECT_THAT(cache->forget_about({copy_of(root.self_signed().der())}), FailsWith(ErrorCode::store_unavailable));
  EXPECT_EQ(cache->load().unwritten, 0U) << "changes that cannot be written are not heaped up";
}

}  // namespace
}  // namespace rakkan::service
