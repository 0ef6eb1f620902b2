#include "rakkan/pki/path_builder.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <set>
#include <unordered_map>

namespace rakkan::pki {
namespace {

constexpr std::size_t kMostBrokenLinks = 16;
constexpr std::size_t kMostRefusedPaths = 8;
constexpr std::size_t kMostDeadEnds = 16;
constexpr std::size_t kUnreachable = std::numeric_limits<std::size_t>::max();

bool is_less(ByteView a, ByteView b) { return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end()); }

// The certificates without doubles, in an order that depends on them alone: the one that is valid longest first.
std::vector<Certificate> sorted(std::vector<Certificate> certificates) {
  std::sort(certificates.begin(), certificates.end(), [](const Certificate& a, const Certificate& b) {
    if (a.validity().not_after != b.validity().not_after) {
      return a.validity().not_after > b.validity().not_after;
    }
    return is_less(a.der(), b.der());
  });
  certificates.erase(std::unique(certificates.begin(), certificates.end()), certificates.end());
  return certificates;
}

// How well the key identifiers of a certificate and a candidate for its issuer agree. They are hints alone (RFC 4158
// §3.5.12): 0 for equal ones, 1 when one is absent, 2 for different ones.
unsigned key_identifier_rank(const Certificate& certificate, const Certificate& issuer) {
  const auto wanted = certificate.authority_key_identifier();
  const auto offered = issuer.subject_key_identifier();
  if (!wanted || !offered) {
    return 1;
  }
  return equal(*wanted, *offered) ? 0 : 2;
}

}  // namespace

CertificatePool::CertificatePool(std::vector<Certificate> certificates)
    : certificates_(sorted(std::move(certificates))) {
  for (std::size_t i = 0; i < certificates_.size(); ++i) {
    subject_keys_.push_back(certificates_[i].subject().comparison_key());
    issuer_keys_.push_back(certificates_[i].issuer().comparison_key());
    by_subject_.emplace(subject_keys_.back(), i);
  }
}

// Search goes depth first, with a bound on the length that grows by one when all shorter paths are done (iterative
// deepening), so that a tangle of cross-certificates hides no short path behind long ones.
class PathBuilder::Search {
 public:
  Search(Certificate target, const CertificatePool& pool, std::span<const TrustAnchor> anchors, PathInputs inputs,
         const PathLimits& limits, VerifiedSignatures* known)
      : target_(std::move(target)),
        target_issuer_key_(target_.issuer().comparison_key()),
        pool_(pool),
        inputs_(std::move(inputs)),
        limits_(limits),
        steps_left_(limits.steps),
        paths_left_(limits.paths),
        signatures_(limits.signature_checks, known) {
    for (const TrustAnchor& anchor : anchors) {
      anchors_.push_back({&anchor, anchor.certificate.subject().comparison_key()});
    }
    std::sort(anchors_.begin(), anchors_.end(), [](const Anchor& a, const Anchor& b) {
      return is_less(a.anchor->certificate.der(), b.anchor->certificate.der());
    });
    measure_distances();
    bound_ = distance_from(target_issuer_key_);
  }

  Result<std::optional<JudgedPath>> next() {
    if (exhausted_) {
      return fail(*exhausted_);
    }
    auto found = advance();
    if (!found && found.error().code == ErrorCode::certificate_path_limit) {
      exhausted_ = found.error();
    }
    return found;
  }

  [[nodiscard]] const std::vector<BrokenLink>& broken() const noexcept { return broken_; }
  [[nodiscard]] std::size_t signature_checks() const noexcept { return signatures_.made(); }

  // Every name above the target once: at the end of a way stands a certificate without an issuer in the pool, or a
  // root.
  [[nodiscard]] std::vector<DeadEnd> dead_ends() const {
    std::vector<DeadEnd> found;
    std::set<std::string> seen;
    std::deque<std::pair<const Certificate*, std::string>> waiting;
    waiting.emplace_back(&target_, target_issuer_key_);
    while (!waiting.empty() && found.size() < kMostDeadEnds) {
      const auto [certificate, issuer_key] = std::move(waiting.front());
      waiting.pop_front();
      if (!seen.insert(issuer_key).second) {
        continue;
      }
      const auto [first, last] = pool_.by_subject_.equal_range(issuer_key);
      bool leads_on = is_anchor_name(issuer_key);
      for (auto each = first; each != last; ++each) {
        const std::string& above = pool_.issuer_keys_[each->second];
        leads_on = leads_on || above != issuer_key;
        waiting.emplace_back(&pool_.certificates_[each->second], above);
      }
      if (!leads_on) {
        const bool is_root = first != last;
        found.push_back({is_root ? pool_.certificates_[first->second] : *certificate, is_root});
      }
    }
    return found;
  }

 private:
  struct Anchor {
    const TrustAnchor* anchor;
    std::string name_key;
  };
  // A candidate for the issuer of a certificate: an anchor or a certificate of the pool.
  struct Link {
    std::size_t index;
    enum class State : std::uint8_t { unknown, good, broken } state = State::unknown;
  };
  struct Links {
    std::vector<Link> anchors;
    std::vector<Link> issuers;
  };
  // A certificate on the way up, with the place among its candidates.
  struct Frame {
    std::size_t node;  // kTarget, or an index into the pool
    std::size_t next_anchor = 0;
    std::size_t next_issuer = 0;
  };
  static constexpr std::size_t kTarget = kUnreachable;

  [[nodiscard]] const Certificate& at(std::size_t node) const {
    return node == kTarget ? target_ : pool_.certificates_[node];
  }
  [[nodiscard]] const std::string& issuer_key(std::size_t node) const {
    return node == kTarget ? target_issuer_key_ : pool_.issuer_keys_[node];
  }
  [[nodiscard]] bool is_anchor_name(const std::string& key) const {
    return std::any_of(anchors_.begin(), anchors_.end(), [&](const Anchor& each) { return each.name_key == key; });
  }

  // The least number of certificates from an issuer of each name, inclusive, up to the one below an anchor: 1 for a
  // certificate that an anchor's name issued. Names alone decide, so this is a lower bound.
  void measure_distances() {
    std::unordered_multimap<std::string, const std::string*> issued;
    for (std::size_t i = 0; i < pool_.certificates_.size(); ++i) {
      issued.emplace(pool_.issuer_keys_[i], &pool_.subject_keys_[i]);
    }
    std::deque<std::string> waiting;
    for (const Anchor& anchor : anchors_) {
      if (distances_.emplace(anchor.name_key, 0).second) {
        waiting.push_back(anchor.name_key);
      }
    }
    while (!waiting.empty()) {
      const std::string issuer = std::move(waiting.front());
      waiting.pop_front();
      const std::size_t below = distances_.at(issuer) + 1;
      const auto [first, last] = issued.equal_range(issuer);
      for (auto each = first; each != last; ++each) {
        if (distances_.emplace(*each->second, below).second) {
          waiting.push_back(*each->second);
        }
      }
    }
  }
  // The least number of certificates of a path of which the certificate issued by that name is the target.
  [[nodiscard]] std::size_t distance_from(const std::string& issuer_name) const {
    const auto found = distances_.find(issuer_name);
    return found == distances_.end() ? kUnreachable : found->second + 1;
  }

  Result<void> take_steps(std::size_t count) {
    if (count > steps_left_) {
      return fail(ErrorCode::certificate_path_limit,
                  "the search for a path takes more than " + std::to_string(limits_.steps) + " steps");
    }
    steps_left_ -= count;
    return {};
  }

  // The candidates for the issuer of a certificate, the likeliest first; made once for each certificate.
  Result<Links*> links_of(std::size_t node) {
    if (const auto found = links_.find(node); found != links_.end()) {
      return &found->second;
    }
    const Certificate& certificate = at(node);
    const std::string& name = issuer_key(node);
    Links links;
    for (std::size_t i = 0; i < anchors_.size(); ++i) {
      if (anchors_[i].name_key == name) {
        links.anchors.push_back({i});
      }
    }
    const auto [first, last] = pool_.by_subject_.equal_range(name);
    struct Ranked {
      unsigned rank;
      std::size_t index;
    };
    std::vector<Ranked> ranked;
    for (auto each = first; each != last; ++each) {
      RAKKAN_CHECK(take_steps(1));
      const Certificate& issuer = pool_.certificates_[each->second];
      if (distance_from(pool_.issuer_keys_[each->second]) != kUnreachable && issuer != certificate) {
        ranked.push_back({rank(certificate, issuer), each->second});
      }
    }
    std::sort(ranked.begin(), ranked.end(),
              [](const Ranked& a, const Ranked& b) { return a.rank != b.rank ? a.rank < b.rank : a.index < b.index; });
    for (const Ranked& each : ranked) {
      links.issuers.push_back({each.index});
    }
    return &links_.emplace(node, std::move(links)).first->second;
  }

  [[nodiscard]] unsigned rank(const Certificate& certificate, const Certificate& issuer) const {
    const bool is_ca = issuer.basic_constraints() && issuer.basic_constraints()->is_ca &&
                       issuer.has_key_usage(KeyUsage::key_cert_sign);
    const Instant time = inputs_.at(issuer);
    const bool in_time = issuer.validity().not_before <= time && time <= issuer.validity().not_after;
    return key_identifier_rank(certificate, issuer) * 4 + (is_ca ? 0U : 2U) + (in_time ? 0U : 1U);
  }

  // True when `certificate` may have been issued with the issuer's key. A key that inherits its parameters is known
  // only from above: then the validator verifies.
  Result<bool> holds(Link& link, const Certificate& certificate, const Certificate& issuer) {
    if (link.state == Link::State::unknown && crypto::inherits_parameters(issuer.spki())) {
      link.state = Link::State::good;
    }
    if (link.state == Link::State::unknown) {
      const auto& key = issuer.verification_key();
      Result<void> verified = key ? signatures_.verify(*key, certificate) : Result<void>(fail(key.error()));
      if (!verified && verified.error().code == ErrorCode::certificate_path_limit) {
        return fail(std::move(verified).error());
      }
      link.state = verified ? Link::State::good : Link::State::broken;
      if (!verified && broken_.size() < kMostBrokenLinks) {
        broken_.push_back({certificate, issuer, std::move(verified).error()});
      }
    }
    return link.state == Link::State::good;
  }

  // True when a certificate of the way so far has the same name and key: going on would be a loop (RFC 4158 §2.4.2).
  [[nodiscard]] bool is_on_the_way(const Certificate& issuer, const std::string& name_key) const {
    return std::any_of(way_.begin(), way_.end(), [&](const Frame& frame) {
      const Certificate& each = at(frame.node);
      return equal(each.spki(), issuer.spki()) &&
             (frame.node == kTarget ? each.subject().comparison_key() : pool_.subject_keys_[frame.node]) == name_key;
    });
  }

  Result<std::optional<JudgedPath>> judged(const TrustAnchor& anchor) {
    if (paths_left_ == 0) {
      return fail(ErrorCode::certificate_path_limit,
                  "more than " + std::to_string(limits_.paths) + " paths are refused");
    }
    --paths_left_;
    CertificationPath path{anchor, {}};
    for (auto frame = way_.rbegin(); frame != way_.rend(); ++frame) {
      path.certificates.push_back(at(frame->node));
    }
    RAKKAN_TRY(PathVerdict verdict, validate_path(path, inputs_, signatures_));
    return JudgedPath{std::move(path), std::move(verdict)};
  }

  Result<std::optional<JudgedPath>> advance() {
    while (next_own_ < anchors_.size()) {  // the target may be an anchor itself
      const TrustAnchor& anchor = *anchors_[next_own_++].anchor;
      if (anchor.certificate == target_) {
        return judged(anchor);
      }
    }
    while (true) {
      if (way_.empty()) {
        if (bound_ == kUnreachable || bound_ > limits_.length) {
          return std::optional<JudgedPath>();
        }
        way_.push_back({kTarget});
        longer_ways_ = false;
      }
      RAKKAN_TRY(auto found, walk());
      if (found) {
        return found;
      }
      bound_ = longer_ways_ ? bound_ + 1 : kUnreachable;
    }
  }

  // Goes on from the way so far to the next path of exactly bound_ certificates; nothing when there is none left.
  Result<std::optional<JudgedPath>> walk() {
    while (!way_.empty()) {
      Frame& frame = way_.back();
      const Certificate& certificate = at(frame.node);
      RAKKAN_TRY(Links * links, links_of(frame.node));
      if (way_.size() == bound_ && frame.next_anchor < links->anchors.size()) {
        RAKKAN_CHECK(take_steps(1));
        Link& link = links->anchors[frame.next_anchor++];
        const TrustAnchor& anchor = *anchors_[link.index].anchor;
        if (is_on_the_way(anchor.certificate, anchors_[link.index].name_key)) {
          continue;
        }
        RAKKAN_TRY(const bool good, holds(link, certificate, anchor.certificate));
        if (good) {
          return judged(anchor);
        }
        continue;
      }
      if (frame.next_issuer == links->issuers.size()) {
        way_.pop_back();
        continue;
      }
      RAKKAN_CHECK(take_steps(1));
      Link& link = links->issuers[frame.next_issuer++];
      const std::size_t least = way_.size() + distance_from(pool_.issuer_keys_[link.index]);
      if (link.state == Link::State::broken ||
          is_on_the_way(pool_.certificates_[link.index], pool_.subject_keys_[link.index])) {
        continue;
      }
      if (least > bound_) {
        longer_ways_ = true;
        continue;
      }
      RAKKAN_TRY(const bool good, holds(link, certificate, pool_.certificates_[link.index]));
      if (good) {
        way_.push_back({link.index});
      }
    }
    return std::optional<JudgedPath>();
  }

  const Certificate target_;
  const std::string target_issuer_key_;
  const CertificatePool& pool_;
  std::vector<Anchor> anchors_;
  const PathInputs inputs_;
  const PathLimits limits_;
  std::size_t steps_left_;
  std::size_t paths_left_;
  SignatureChecks signatures_;
  std::unordered_map<std::string, std::size_t> distances_;
  std::unordered_map<std::size_t, Links> links_;
  std::vector<Frame> way_;  // from the target upwards
  std::size_t bound_ = kUnreachable;
  bool longer_ways_ = false;
  std::size_t next_own_ = 0;
  std::vector<BrokenLink> broken_;
  std::optional<Error> exhausted_;
};

PathBuilder::PathBuilder(Certificate target, const CertificatePool& pool, std::span<const TrustAnchor> anchors,
                         PathInputs inputs, const PathLimits& limits, VerifiedSignatures* known)
    : search_(std::make_unique<Search>(std::move(target), pool, anchors, std::move(inputs), limits, known)) {}
PathBuilder::~PathBuilder() = default;

Result<std::optional<JudgedPath>> PathBuilder::next() { return search_->next(); }
const std::vector<BrokenLink>& PathBuilder::broken_links() const noexcept { return search_->broken(); }
std::size_t PathBuilder::signature_checks() const noexcept { return search_->signature_checks(); }
std::vector<DeadEnd> PathBuilder::dead_ends() const { return search_->dead_ends(); }

Result<PathSearch> find_path(const Certificate& target, const CertificatePool& pool,
                             std::span<const TrustAnchor> anchors, const PathInputs& inputs, const PathLimits& limits,
                             VerifiedSignatures* known) {
  if (!inputs.at) {
    return fail(ErrorCode::invalid_argument, "no control time");
  }
  PathBuilder builder(target, pool, anchors, inputs, limits, known);
  PathSearch search;
  while (true) {
    RAKKAN_TRY(auto found, builder.next());
    if (!found) {
      break;
    }
    if (found->verdict.is_valid()) {
      return PathSearch{std::move(found), {}, {}, {}};
    }
    search.refused.push_back(*std::move(found));
  }
  std::stable_sort(search.refused.begin(), search.refused.end(), [](const JudgedPath& a, const JudgedPath& b) {
    return a.verdict.findings.size() < b.verdict.findings.size();
  });
  if (search.refused.size() > kMostRefusedPaths) {
    search.refused.erase(search.refused.begin() + kMostRefusedPaths, search.refused.end());
  }
  search.broken = builder.broken_links();
  search.dead_ends = builder.dead_ends();
  return search;
}

}  // namespace rakkan::pki
