#include "cli/online_evidence.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "rakkan/async/task.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/cms/certificate_bundle.hpp"
#include "rakkan/fetch/evidence_client.hpp"
#include "rakkan/pki/distribution_point.hpp"
#include "rakkan/pki/ocsp_request.hpp"

namespace rakkan::cli {
namespace {

constexpr std::size_t kMostQuestions = 128;  // of one file in one round
constexpr pki::Provenance kFetched{pki::EvidenceOrigin::fetched};

std::string id_of(const pki::Certificate& certificate) { return to_hex(certificate.fingerprint().view()); }

bool is_web_url(const std::string& url) { return url.starts_with("http://") || url.starts_with("https://"); }

// True when the facts say at `time`, by an object that is current then, whether the certificate is revoked.
bool is_known(const validation::Facts& facts, const validation::Id& certificate, Instant time) {
  return std::any_of(facts.revocations.begin(), facts.revocations.end(), [&](const validation::RevocationFacts& each) {
    const bool is_current = each.this_update <= time && each.next_update && time <= *each.next_update;
    return is_current && each.signature == validation::Check::good &&
           std::any_of(each.entries.begin(), each.entries.end(), [&](const validation::RevocationEntry& entry) {
             return entry.certificate == certificate && entry.is_authorised && entry.unusable.empty();
           });
  });
}

bool needs_none(const validation::CertificateFacts& facts) {
  return facts.has_ocsp_no_check || facts.has_no_rev_avail || facts.has_validity_assured_short_term;
}

}  // namespace

struct OnlineEvidence::Network {
  explicit Network(const fetch::Options& with) : options(with) {}

  fetch::Options options;
  SystemClock clock;
  fetch::MemoryEvidenceCache cache;
  async::BoundedPool pool{async::PoolOptions{.name = "evidence", .threads = 1, .queue = 256}};
  std::unique_ptr<fetch::ExchangeLoop> loop;
  std::mutex mutex;             // of `asked`
  std::set<std::string> asked;  // URLs, those of OCSP with the certificate

  [[nodiscard]] fetch::EvidenceEnvironment environment() { return {options, *loop, cache, clock, pool}; }

  [[nodiscard]] bool is_new(const std::string& question) {
    const std::lock_guard lock(mutex);
    return asked.insert(question).second;
  }

  [[nodiscard]] fetch::EvidenceQuery query(std::string url, fetch::VerifyEvidence verify) const {
    fetch::EvidenceQuery asked_for;
    asked_for.url = std::move(url);
    asked_for.verify = std::move(verify);
    asked_for.deadline = async::deadline_in(options.timeout + options.connect_timeout);
    return asked_for;
  }
};

namespace {

// Round is one look at the facts of a file.
class Round {
 public:
  Round(const gather::Gathered& gathered, Instant time, pki::EvidenceMaterial& material)
      : gathered_(gathered), time_(time), material_(material) {
    for (const pki::Certificate& certificate : gathered.certificates) {
      by_id_.emplace(id_of(certificate), &certificate);
    }
  }

  // Asks by the network's clients.
  template <class Network>
  bool run(Network& network) {
    for (const pki::Certificate& certificate : gathered_.certificates) {
      if (!certificate.is_self_issued() && !has_issuer(certificate)) {
        ask_issuers(network, certificate);
      }
    }
    for (const validation::CertificateFacts& facts : gathered_.facts.certificates) {
      for (const validation::Chain& chain : facts.chains) {
        ask_about(network, chain);
      }
    }
    return added_;
  }

 private:
  [[nodiscard]] const pki::Certificate* find(const validation::Id& id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
  }

  [[nodiscard]] bool has_issuer(const pki::Certificate& certificate) const {
    return std::any_of(gathered_.certificates.begin(), gathered_.certificates.end(), [&](const auto& each) {
      return each.subject().comparison_key() == certificate.issuer().comparison_key();
    });
  }

  template <class Network>
  bool may_ask(Network& network, const std::string& question) {
    if (questions_ == kMostQuestions || !network.is_new(question)) {
      return false;
    }
    ++questions_;
    return true;
  }

  template <class Network>
  void ask_issuers(Network& network, const pki::Certificate& certificate) {
    const auto access = pki::authority_information_access(certificate);
    if (!access) {
      return;
    }
    for (const std::string& url : access->ca_issuers) {
      if (!is_web_url(url) || !may_ask(network, url)) {
        continue;
      }
      const auto verify = [now = network.clock.now()](ByteView answer, std::string_view) -> Result<fetch::Freshness> {
        RAKKAN_CHECK(cms::parse_certificate_bundle(answer).map([](const auto&) {}));
        return fetch::Freshness{now, std::nullopt};
      };
      const fetch::AiaClient client(network.environment());
      const auto answer = async::block_on(client.fetch(network.query(url, verify)));
      const auto found = answer ? cms::parse_certificate_bundle(*answer->bytes)
                                : Result<std::vector<pki::Certificate>>(fail(answer.error()));
      if (found) {
        for (const pki::Certificate& each : *found) {
          added_ = material_.add(each, kFetched) || added_;
        }
      }
    }
  }

  template <class Network>
  void ask_about(Network& network, const validation::Chain& chain) {
    for (std::size_t i = 0; i < chain.certificates.size(); ++i) {
      const validation::Id& id = chain.certificates[i];
      const pki::Certificate* const certificate = find(id);
      const pki::Certificate* const issuer =
          find(i + 1 < chain.certificates.size() ? chain.certificates[i + 1] : chain.anchor);
      const auto facts = std::find_if(gathered_.facts.certificates.begin(), gathered_.facts.certificates.end(),
                                      [&](const auto& each) { return each.id == id; });
      if (certificate == nullptr || issuer == nullptr || facts == gathered_.facts.certificates.end() ||
          needs_none(*facts) || is_known(gathered_.facts, id, time_)) {
        continue;
      }
      if (!ask_responders(network, *certificate, *issuer)) {
        ask_lists(network, *certificate);
      }
    }
  }

  template <class Network>
  bool ask_responders(Network& network, const pki::Certificate& certificate, const pki::Certificate& issuer) {
    const auto access = pki::authority_information_access(certificate);
    const auto request = pki::OcspRequest::create(certificate, issuer);
    if (!access || !request) {
      return false;
    }
    for (const std::string& url : access->ocsp) {
      if (!is_web_url(url) || !may_ask(network, url + " " + id_of(certificate))) {
        continue;
      }
      const auto verify = [&certificate, &issuer](ByteView answer, std::string_view) -> Result<fetch::Freshness> {
        RAKKAN_TRY(const pki::OcspResponse response, pki::OcspResponse::parse(answer));
        const pki::SingleResponse* const single = response.find(certificate, issuer);
        if (single == nullptr) {
          return fail(ErrorCode::revocation_mismatch, "the response is about another certificate");
        }
        return fetch::Freshness{single->this_update, single->next_update};
      };
      const fetch::OcspClient client(network.environment());
      const auto answer = async::block_on(client.fetch(copy_of(request->der()), network.query(url, verify)));
      const auto response =
          answer ? pki::OcspResponse::parse(*answer->bytes) : Result<pki::OcspResponse>(fail(answer.error()));
      if (response) {
        added_ = material_.add(*response, kFetched) || added_;
        return true;
      }
    }
    return false;
  }

  template <class Network>
  void ask_lists(Network& network, const pki::Certificate& certificate) {
    const auto points = pki::crl_distribution_points(certificate);
    if (!points) {
      return;
    }
    for (const pki::DistributionPoint& point : *points) {
      for (const std::string& url : point.name ? point.name->urls() : std::vector<std::string>{}) {
        if (!is_web_url(url) || !may_ask(network, url)) {
          continue;
        }
        const auto verify = [](ByteView answer, std::string_view) -> Result<fetch::Freshness> {
          RAKKAN_TRY(const pki::CertificateList list, pki::decode_certificate_list(copy_of(answer)));
          return fetch::Freshness{list.this_update(), list.next_update()};
        };
        const fetch::CrlClient client(network.environment());
        const auto answer = async::block_on(client.fetch(network.query(url, verify)));
        const auto list = answer ? pki::decode_certificate_list(copy_of(*answer->bytes))
                                 : Result<pki::CertificateList>(fail(answer.error()));
        if (list) {
          added_ = material_.add(*list, kFetched) || added_;
          break;  // the other URLs of a point have the same list
        }
      }
    }
  }

  const gather::Gathered& gathered_;
  Instant time_;
  pki::EvidenceMaterial& material_;
  std::map<validation::Id, const pki::Certificate*> by_id_;
  std::size_t questions_ = 0;
  bool added_ = false;
};

}  // namespace

Result<std::unique_ptr<OnlineEvidence>> OnlineEvidence::open(const fetch::Options& options) {
  auto network = std::make_unique<Network>(options);
  RAKKAN_TRY(network->loop, fetch::ExchangeLoop::create(network->options));
  return std::unique_ptr<OnlineEvidence>(new OnlineEvidence(std::move(network)));
}

OnlineEvidence::OnlineEvidence(std::unique_ptr<Network> network) : network_(std::move(network)) {}
OnlineEvidence::~OnlineEvidence() = default;

bool OnlineEvidence::complete(const gather::Gathered& gathered, Instant time, pki::EvidenceMaterial& material) {
  return Round(gathered, time, material).run(*network_);
}

}  // namespace rakkan::cli
