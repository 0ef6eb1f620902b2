// rakkand is killed while keys are made, rotated and revoked, at no particular moment. The log and the store agree
// afterwards: a key that the log calls revoked does not work, and one that works was made.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <cstdlib>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "rakkan/audit/entry.hpp"
#include "rakkan/audit/verify.hpp"
#include "rakkan/base/file_system.hpp"
#include "rakkan/fetch/http_client.hpp"
#include "rakkan/store/store.hpp"
#include "support/killed_server.hpp"
#include "support/result_matchers.hpp"
#include "support/server_fixture.hpp"

namespace rakkan::test {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kThreads = 3;

// The number of kills: RAKKAN_KILLS, or a default for every run.
int kills() {
  const char* text = std::getenv("RAKKAN_KILLS");
  return text != nullptr ? std::atoi(text) : 20;
}

class AdministrationKillTest : public ServerFixture {
 protected:
  AdministrationKillTest() {
    const std::string said = folder_.rakkan(
        {"keys", "create", "--tenant", "load", "--label", "admin", "--scope", "admin", "--scope", "sign"});
    const std::size_t begin = said.find("rkn_");
    admin_ = said.substr(begin, said.find_first_of(" \n\"", begin) - begin);
  }

  [[nodiscard]] Result<fetch::HttpResponse> ask(const std::string& method, const std::string& path,
                                                const std::string& json = {}) const {
    fetch::HttpRequest request{method, folder_.url(path), {{"Authorization", "Bearer " + admin_}}, {}};
    if (!json.empty()) {
      request.headers.push_back({"Content-Type", "application/json"});
      request.body.push_back(bytes_of(json));
    }
    return fetch::HttpClient(fetch::HttpOptions{}).send(request);
  }

  // Makes a key, makes its successor, revokes the first: until the server is gone.
  void administer(const std::atomic<bool>& over) {
    const auto make = [&]() -> std::string {
      const auto answer = ask("POST", "/v1/keys", R"({"label":"of the test","scopes":["sign"]})");
      return answer && answer->status == 201 ? member(*answer, "id") : std::string();
    };
    while (!over) {
      const std::string old_key = make();
      const std::string new_key = make();
      for (const std::string& id : {old_key, new_key}) {
        if (!id.empty()) {
          const std::scoped_lock lock(mutex_);
          made_.insert(id);
        }
      }
      if (!old_key.empty() && !new_key.empty()) {
        const auto answer = ask("DELETE", "/v1/keys/" + old_key);
        if (answer && answer->status == 200) {
          const std::scoped_lock lock(mutex_);
          revoked_.insert(old_key);
        }
      }
    }
  }

  std::size_t promises() {
    const std::scoped_lock lock(mutex_);
    return made_.size() + revoked_.size();
  }

  void live_and_die(std::size_t how_many, std::chrono::microseconds more) {
    ServerProcess server = folder_.start();
    const std::vector<CallerUntilKilled> callers(kThreads, [this](const std::atomic<bool>& over) { administer(over); });
    kill_while_serving(server, callers, [this] { return promises(); }, how_many, more);
  }

  std::string admin_;
  std::mutex mutex_;
  std::set<std::string> made_;     // acknowledged
  std::set<std::string> revoked_;  // likewise
};

TEST_F(AdministrationKillTest, LogAndStoreAgreeWheneverItIsKilled) {
  std::mt19937 random(20'261'129);
  std::uniform_int_distribution<std::size_t> how_many(0, 40);
  std::uniform_int_distribution<int> more(0, 20'000);
  for (int round = 0; round < kills(); ++round) {
    const std::size_t first = how_many(random);
    live_and_die(first, std::chrono::microseconds(more(random)));
  }
  ASSERT_GT(revoked_.size(), 5U) << "the load was none";
  EXPECT_EQ(folder_.start().stop(), 0);  // the last checkpoint covers everything

  ASSERT_OK_AND_ASSIGN(const auto store, store::open_sqlite(folder_.path()));
  const audit::LogFolder log{posix_file_system(), folder_.path() / "audit" / "trail"};
  std::set<std::string> created_in_log, revoked_in_log;
  for (std::uint64_t index = 0;; ++index) {
    const auto line = audit::read_entry(log, index);
    if (!line) {
      ASSERT_THAT(line, FailsWith(ErrorCode::audit_index_unknown));
      ASSERT_GT(index, made_.size());
      break;
    }
    ASSERT_OK_AND_ASSIGN(const audit::Entry entry, audit::Entry::parse(bytes_of(*line)));
    if (entry.event != "key.created" && entry.event != "key.revoked") {
      continue;
    }
    ASSERT_OK_AND_ASSIGN(const store::RecordRow record, store->record(index));
    const std::string key(boost::json::parse(record.body).at("key").as_string());
    (entry.event == "key.created" ? created_in_log : revoked_in_log).insert(key);
  }
  std::set<std::string> created, revoked;
  ASSERT_OK_AND_ASSIGN(const auto rows, store->api_keys());
  for (const store::ApiKeyRow& row : rows) {
    created.insert(row.id.value());
    if (row.revoked) {
      revoked.insert(row.id.value());
    }
  }
  EXPECT_EQ(created, created_in_log);
  EXPECT_EQ(revoked, revoked_in_log);
  EXPECT_TRUE(std::includes(created.begin(), created.end(), made_.begin(), made_.end()))
      << "an acknowledged key is gone";
  EXPECT_TRUE(std::includes(revoked.begin(), revoked.end(), revoked_.begin(), revoked_.end()))
      << "an acknowledged revocation is gone";
}

}  // namespace
}  // namespace rakkan::test
