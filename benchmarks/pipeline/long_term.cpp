#include "long_term.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "free_key.hpp"
#include "hsm_keys.hpp"
#include "measure.hpp"
#include "must.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/crypto/self_check.hpp"
#include "service_in_process.hpp"

namespace rakkan::bench {
namespace {

using pades::BaselineLevel;

constexpr double kOwnUs = 300;  // the target of B-LTA

constexpr unsigned kWarmUp = 32;

struct Level {
  BaselineLevel level;
  int signatures;  // by keys: the signer's, the timestamps'
};
Level level_of(const std::string& name) {
  const auto level = pades::baseline_level_from_name(name);
  if (!level) {
    stop({ErrorCode::invalid_argument, "no level " + name, {}, {}, {}});
  }
  return {*level, 1 + (pades::needs_timestamp(*level) ? 1 : 0) + (pades::needs_document_timestamp(*level) ? 1 : 0)};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.at(values.size() / 2);
}

// The CPU time of signatures at one level, a value for each round.
struct Costs {
  std::vector<double> own;  // all threads but those of the log and of the authority
  std::vector<double> log;
};

class LongTerm {
 public:
  LongTerm(const LongTermOptions& options, Report& report)
      : options_(&options), report_(&report), document_(must(MappedFile::open(options.document))) {
    std::transform(options.levels.begin(), options.levels.end(), std::back_inserter(levels_), level_of);
  }

  void run() {
    measure(
        "a key that costs nothing", [] { return must(make_free_key()); },
        [this] {
          return interleave({{"free", [this] { sign_digest(*free_); }}}, 1, options_->slice).front().median_us;
        });
    if (options_->hsm) {
      const std::unique_ptr<HsmKeys> token = must(HsmKeys::create());
      const HsmKeys::Key raw = must(token->generate(crypto::KeyKind::ec_p256));
      measure(
          "SoftHSM",
          [&] { return must(token->generate(crypto::KeyKind::ec_p256, "key-" + std::to_string(++made_))).signer; },
          [&] {
            const auto before = process_cpu_time();
            const auto count = static_cast<double>(token->raw_signatures(raw, 1, options_->slice));
            return std::chrono::duration<double, std::micro>(process_cpu_time() - before).count() / count;
          });
    }
  }

 private:
  void sign_digest(crypto::Signer& key) const {
    static_cast<void>(must(key.sign(crypto::default_suite(crypto::KeyKind::ec_p256), digest_)));
  }

  // `key_us`: the CPU time of one signature by a key alone, taken anew in each round.
  void measure(const std::string& keys, const ServiceInProcess::MakeKey& make_key,
               const std::function<double()>& key_us) {
    EvidenceAuthority authority;
    ServiceInProcess service(authority, make_key);
    const ByteView document = document_.view();
    const crypto::AlgorithmSuite& suite = crypto::default_suite(crypto::KeyKind::ec_p256);
    crypto::SelfCheck self_check(free_->public_key());
    self_check.build_table();
    const Bytes value = must(free_->sign(suite, digest_));
    for (std::uint64_t made = 0; made <= crypto::SelfCheck::kChecksToATable; made += kWarmUp) {  // both keys get tables
      service.sign(document, BaselineLevel::b_t, kWarmUp);
    }
    for (const unsigned at_once : options_->at_once) {
      std::vector<std::size_t> tails(levels_.size());
      for (std::size_t i = 0; i < levels_.size(); ++i) {  // the cache gets warm
        tails.at(i) = service.sign(document, levels_.at(i).level, at_once);
      }
      const int asked = authority.requests();
      std::vector<Costs> costs(levels_.size());
      std::vector<double> digest_us, check_us, one_key_us;
      for (int round = 0; round < options_->rounds; ++round) {
        for (std::size_t i = 0; i < levels_.size(); ++i) {
          one_level(service, levels_.at(i).level, at_once, costs.at(i));
        }
        const auto limits = interleave(
            {{"digest", [&] { static_cast<void>(crypto::digest(crypto::DigestAlgorithm::sha256, document)); }},
             {"self-check", [&] { must(self_check.verify(suite, digest_, value)); }}},
            1, options_->slice / 4);
        digest_us.push_back(limits.at(0).median_us);
        check_us.push_back(limits.at(1).median_us);
        one_key_us.push_back(key_us());
      }
      if (authority.requests() != asked) {
        stop({ErrorCode::internal, "the cache of evidence was not warm", {}, {}, {}});
      }
      for (std::size_t i = 0; i < levels_.size(); ++i) {
        rows(levels_.at(i), keys, at_once, tails.at(i), costs.at(i),
             {median(one_key_us), median(digest_us) / static_cast<double>(document.size()), median(check_us)});
      }
    }
  }

  void one_level(ServiceInProcess& service, BaselineLevel level, unsigned at_once, Costs& to) const {
    const auto before = cpu_us_by_thread();
    const auto until = std::chrono::steady_clock::now() + options_->slice * 4;
    double made = 0;
    while (made == 0 || std::chrono::steady_clock::now() < until) {
      service.sign(document_.view(), level, at_once);
      made += at_once;
    }
    double own = 0, log = 0;
    for (const auto& [name, spent] : cpu_us_by_thread()) {
      const auto earlier = before.find(name);
      const double more = spent - (earlier == before.end() ? 0 : earlier->second);
      (name.starts_with("audit") ? log : name == EvidenceAuthority::kThread ? idle_ : own) += more;
    }
    to.own.push_back(own / made);
    to.log.push_back(log / made);
  }

  struct Limits {
    double key, digest_of_byte, check;
  };
  void rows(const Level& level, const std::string& keys, unsigned at_once, std::size_t tail, const Costs& costs,
            const Limits& limits) {
    const std::string table = "200k.pdf at " + std::string(pades::name(level.level)) + " by the service, " + keys +
                              " (P-256), " + std::to_string(at_once) + " at once";
    const double all = median(costs.own);
    // The updates are hashed too, since each stands under the next.
    const double hashed = static_cast<double>(document_.view().size() + tail);
    const double parts = level.signatures * (limits.key + limits.check) + hashed * limits.digest_of_byte;
    Row own{table, "own cost (without keys, digest, self-checks, log)", all - parts, "us", "", 0, {}, {}};
    if (level.level == BaselineLevel::b_lta) {
      own.target = kOwnUs;
    }
    report_->add(own);
    const double least = *std::min_element(costs.own.begin(), costs.own.end());
    report_->add({table, "the same in the calmest round", least - parts, "us", "", 0, {}, {}});
    report_->add({table, "the log", median(costs.log), "us", "", 0, {}, {}});
    report_->add({table, "all of it without the log", all, "us", "keys + digest + self-checks", parts, {}, {}});
    report_->add({table, "bytes added", static_cast<double>(tail) / 1'000, "KB", "", 0, {}, {}});
  }

  const LongTermOptions* options_;
  Report* report_;
  MappedFile document_;
  std::vector<Level> levels_;
  const crypto::Digest digest_ = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("a document"));
  const std::shared_ptr<crypto::Signer> free_ = must(make_free_key());
  int made_ = 0;
  mutable double idle_ = 0;
};

}  // namespace

void long_term(const LongTermOptions& options, Report& report) { LongTerm(options, report).run(); }

}  // namespace rakkan::bench
