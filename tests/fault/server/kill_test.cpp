// rakkand is killed under load, again and again, at no particular moment: a while after some number of answers, so that
// it has done as much by then on a slow machine as on a fast one. All that it had answered must be there afterwards:
// the signature with its record, both entries with their proofs; no serial number twice, and no second signature on an
// activation that was used.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "rakkan/audit/proof.hpp"
#include "rakkan/audit/tiles.hpp"
#include "rakkan/audit/verify.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/base/file_system.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/tsp/timestamp_token.hpp"
#include "support/eventually.hpp"
#include "support/server_caller.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::test {
namespace {

constexpr unsigned kThreads = 4;

// The number of kills: RAKKAN_KILLS, or a default for every run.
int kills() {
  const char* text = std::getenv("RAKKAN_KILLS");
  return text != nullptr ? std::atoi(text) : 200;
}

// The length of the server's life: so many answers, and a while of the next.
struct Life {
  std::size_t promises = 0;
  std::chrono::microseconds more{};
};

struct Signature {
  std::string id;
  std::size_t cms_size = 0;
  std::uint64_t intent = 0;
  std::uint64_t outcome = 0;
};

// A party's consent that was used up.
struct Used {
  std::string about;
  std::string activation;
};

// The server's answers to all threads, over all its lives.
struct Acknowledged {
  std::mutex mutex;
  std::vector<Used> activations;
  std::vector<Signature> signatures;
  std::multiset<std::string> serials;
  std::map<std::string, std::set<std::string>> checkpoints;  // by journal
  std::vector<std::string> unexpected;                       // answers that are neither success nor a refusal

  std::size_t promises() {
    const std::scoped_lock lock(mutex);
    return activations.size() + signatures.size() + serials.size();
  }
};

// A caller that remembers the answers that it got.
class Caller {
 public:
  Caller(const ServerFolder& folder, Acknowledged& acknowledged) : server_(folder), acknowledged_(&acknowledged) {}

  void sign(const std::string& about) { keep_signature(judged("sign", server_.sign(about))); }

  void sign_as_party(const std::string& about) {
    const auto activated = judged("activate", server_.activate(about), 201);
    if (!activated) {
      return;
    }
    Used use{about, std::string(boost::json::parse(text_of(activated->body)).at("activation").as_string())};
    if (keep_signature(judged("sign as a party", server_.sign_as_party(use.about, use.activation)))) {
      const std::scoped_lock lock(acknowledged_->mutex);
      acknowledged_->activations.push_back(std::move(use));
    }
  }

  // An activation is used once, also when the use was in another life of the server.
  void expect_used(const Used& use) {
    const auto answer = server_.sign_as_party(use.about, use.activation);
    ASSERT_TRUE(answer.has_value()) << to_string(answer.error());
    EXPECT_EQ(answer->status, 403) << text_of(answer->body);
    EXPECT_EQ(boost::json::parse(text_of(answer->body)).at("code").as_string(), "activation-used");
  }
  void timestamp(const std::string& about) {
    const auto answer = judged("timestamp", server_.timestamp(about));
    if (!answer) {
      return;
    }
    const auto response = tsp::parse_response(answer->body);
    const auto* token = response ? std::get_if<tsp::TimestampToken>(&*response) : nullptr;
    const std::scoped_lock lock(acknowledged_->mutex);
    if (!response) {
      acknowledged_->unexpected.push_back("malformed: " + to_string(response.error()));
    }
    if (token == nullptr) {
      return;  // a rejection promises nothing: the clock, or the machine, is not well
    }
    acknowledged_->serials.insert(to_hex(token->info().serial_number));
  }

  void keep_checkpoint(const std::string& journal) {
    if (const auto answer = get("/v1/audit/checkpoint?journal=" + journal)) {
      const std::scoped_lock lock(acknowledged_->mutex);
      acknowledged_->checkpoints[journal].insert(std::string(text_of(answer->body)));
    }
  }

  std::optional<fetch::HttpResponse> get(const std::string& path) { return judged(path, server_.get(path)); }

 private:
  bool keep_signature(const std::optional<fetch::HttpResponse>& answer) {
    if (!answer) {
      return false;
    }
    const auto object = boost::json::parse(text_of(answer->body)).as_object();
    const auto& audit = object.at("audit").as_object();
    const std::scoped_lock lock(acknowledged_->mutex);
    acknowledged_->signatures.push_back(
        {std::string(object.at("signature_id").as_string()), from_base64(object.at("cms").as_string()).value().size(),
         audit.at("intent").to_number<std::uint64_t>(), audit.at("outcome").to_number<std::uint64_t>()});
    return true;
  }

  // An answer with this status; nothing when the server went away, or refused for a reason that it may have.
  std::optional<fetch::HttpResponse> judged(const std::string& what, Result<fetch::HttpResponse> answer,
                                            long status = 200) {
    if (!answer || answer->status == 503 || answer->status == 409) {
      return std::nullopt;
    }
    if (answer->status != status) {
      const std::scoped_lock lock(acknowledged_->mutex);
      acknowledged_->unexpected.push_back(what + ": " + std::to_string(answer->status) + " " +
                                          std::string(text_of(answer->body)));
      return std::nullopt;
    }
    return std::move(*answer);
  }

  ServerCaller server_;
  Acknowledged* acknowledged_;
};

// The roots of a log's beginnings; inner nodes are computed once.
class Tree {
 public:
  explicit Tree(std::vector<audit::TreeHash> leaves) : leaves_(std::move(leaves)) {}

  [[nodiscard]] const audit::TreeHash& leaf(std::uint64_t index) const { return leaves_.at(index); }
  audit::TreeHash root(std::uint64_t size) {
    return audit::tree_root(
               size,
               [this](unsigned level, std::uint64_t index) -> Result<audit::TreeHash> { return node(level, index); })
        .value();
  }

 private:
  audit::TreeHash node(unsigned level, std::uint64_t index) {
    if (level == 0) {
      return leaves_.at(index);
    }
    const auto known = nodes_.find({level, index});
    if (known != nodes_.end()) {
      return known->second;
    }
    return nodes_[{level, index}] = audit::node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1));
  }

  std::vector<audit::TreeHash> leaves_;
  std::map<std::pair<unsigned, std::uint64_t>, audit::TreeHash> nodes_;
};

class KillTest : public ::testing::Test {
 protected:
  // One life of the server: load from all threads until it is killed.
  void live_and_die(int round, const Life& life) {
    ServerProcess server = start();
    if (!acknowledged_.activations.empty()) {
      Caller(folder_, acknowledged_).expect_used(acknowledged_.activations.back());
    }
    const std::size_t before = acknowledged_.promises();
    std::atomic<bool> over{false};
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < kThreads; ++i) {
      threads.emplace_back([this, &over, round, i] {
        Caller caller(folder_, acknowledged_);
        for (int n = 0; !over; ++n) {
          const std::string about = std::to_string(round) + "/" + std::to_string(i) + "/" + std::to_string(n);
          switch ((n + static_cast<int>(i)) % 8) {
            case 0:
              caller.keep_checkpoint(n % 2 == 0 ? "trail" : "tokens");
              break;
            case 1:
            case 2:
            case 3:
              caller.timestamp(about);
              break;
            case 4:
              caller.sign_as_party(about);
              break;
            default:
              caller.sign(about);
          }
        }
      });
    }
    EXPECT_TRUE(eventually([&] { return acknowledged_.promises() >= before + life.promises; }))
        << "round " << round << ": the server answers nobody";
    let_pass(life.more);
    server.kill();
    over = true;
    for (std::thread& thread : threads) {
      thread.join();
    }
  }

  // Asks a last life of the server for everything, and keeps the proofs.
  void collect_signatures_and_proofs() {
    ServerProcess server = start();
    Caller caller(folder_, acknowledged_);
    caller.sign("the last");
    const std::uint64_t newest = acknowledged_.signatures.back().outcome;
    EXPECT_TRUE(eventually([&] { return keep_proof(caller, newest); })) << "no checkpoint covers the last signature";
    for (const std::string journal : {"trail", "tokens"}) {
      const auto answer = caller.get("/v1/audit/checkpoint?journal=" + journal);
      ASSERT_TRUE(answer.has_value());
      const auto key = audit::VerifierKey::parse(answer->header("rakkan-verifier-key").value_or(""));
      ASSERT_TRUE(key.has_value());
      keys_.emplace(journal, *key);
    }
    for (const Signature& signature : acknowledged_.signatures) {
      const auto stored = caller.get("/v1/signatures/" + signature.id);
      ASSERT_TRUE(stored.has_value()) << signature.id;
      const auto object = boost::json::parse(text_of(stored->body)).as_object();
      const auto& audit = object.at("audit").as_object();
      EXPECT_EQ(audit.at("intent").to_number<std::uint64_t>(), signature.intent);
      EXPECT_EQ(audit.at("outcome").to_number<std::uint64_t>(), signature.outcome);
      EXPECT_LT(signature.intent, signature.outcome);
      EXPECT_EQ(object.at("tail_size").to_number<std::size_t>(), signature.cms_size);
      EXPECT_TRUE(keep_proof(caller, signature.intent)) << signature.id;
      EXPECT_TRUE(keep_proof(caller, signature.outcome)) << signature.id;
    }
    EXPECT_EQ(server.stop(), 0);
  }

  bool keep_proof(Caller& caller, std::uint64_t entry) {
    const auto answer = caller.get("/v1/audit/proofs/" + std::to_string(entry));
    if (!answer) {
      return false;
    }
    auto proof = audit::Proof::parse(text_of(answer->body));
    if (!proof || proof->index != entry) {
      return false;
    }
    acknowledged_.checkpoints["trail"].insert(proof->checkpoint);
    proofs_.push_back(std::move(*proof));
    return true;
  }

  // The leaves of the log as they lie in its files.
  std::vector<audit::TreeHash> leaves(const std::string& journal, std::uint64_t size) {
    std::vector<audit::TreeHash> result;
    for (std::uint64_t number = 0; result.size() < size; ++number) {
      audit::Tile tile{audit::Tile::kEntries, number, audit::tile_width(audit::Tile::kEntries, number, size)};
      const auto bundle = read_file(folder_.path() / "audit" / journal / tile.path(), 64UL << 20);
      const auto entries = audit::parse_entries(bundle.value(), tile.width);
      for (const audit::BundledEntry& bundled : entries.value()) {
        result.push_back(audit::leaf_hash(bundled.entry));
      }
    }
    return result;
  }

  TemporaryFolder temporary_;
  // A kill while a PIN is judged leaves the failure that was counted before: nobody is to wait for it here, or be
  // locked out by some in a row.
  [[nodiscard]] ServerProcess start() const { return folder_.start({"pin.first_wait=0s", "pin.max_failures=50"}); }

  ServerFolder folder_{RAKKAN_PROGRAMS, temporary_.path() / "data"};
  Acknowledged acknowledged_;
  std::vector<audit::Proof> proofs_;
  std::map<std::string, audit::VerifierKey> keys_;
};

TEST_F(KillTest, NothingThatWasAcknowledgedIsLost) {
  std::mt19937 random(20'261'124);
  std::uniform_int_distribution<std::size_t> promises(0, 12);
  std::uniform_int_distribution<int> more(0, 20'000);
  const int rounds = kills();
  for (int round = 0; round < rounds; ++round) {
    const std::size_t first = promises(random);
    live_and_die(round, {first, std::chrono::microseconds(more(random))});
  }
  EXPECT_THAT(acknowledged_.unexpected, ::testing::IsEmpty());
  // There was a load; without one the rest proves nothing.
  ASSERT_GT(acknowledged_.signatures.size(), static_cast<std::size_t>(rounds / 10));
  ASSERT_GT(acknowledged_.serials.size(), static_cast<std::size_t>(rounds / 10));
  ASSERT_GT(acknowledged_.activations.size(), static_cast<std::size_t>(rounds / 10));

  const std::set<std::string> different(acknowledged_.serials.begin(), acknowledged_.serials.end());
  EXPECT_EQ(different.size(), acknowledged_.serials.size()) << "a serial number was given out twice";
  collect_signatures_and_proofs();

  std::map<std::string, Tree> trees;
  for (const auto& [journal, checkpoints] : acknowledged_.checkpoints) {
    const audit::LogFolder log{posix_file_system(), folder_.path() / "audit" / journal};
    const auto verified = audit::verify_log(log, keys_.at(journal));
    ASSERT_TRUE(verified.has_value()) << journal << ": " << to_string(verified.error());
    Tree& tree = trees.emplace(journal, Tree(leaves(journal, verified->checkpoint.tree.size))).first->second;
    for (const std::string& note : checkpoints) {
      const auto checkpoint = audit::open_checkpoint(note, keys_.at(journal));
      ASSERT_TRUE(checkpoint.has_value()) << journal << ": " << to_string(checkpoint.error());
      ASSERT_LE(checkpoint->tree.size, verified->checkpoint.tree.size) << journal;
      EXPECT_EQ(tree.root(checkpoint->tree.size), checkpoint->tree.root) << journal << ": another history";
    }
  }
  for (const audit::Proof& proof : proofs_) {
    const auto checkpoint = audit::open_checkpoint(proof.checkpoint, keys_.at("trail"));
    ASSERT_TRUE(checkpoint.has_value()) << to_string(checkpoint.error());
    const auto included =
        audit::verify_inclusion(trees.at("trail").leaf(proof.index), proof.index, checkpoint->tree, proof.path);
    EXPECT_TRUE(included.has_value()) << "entry " << proof.index;
  }
}

}  // namespace
}  // namespace rakkan::test
