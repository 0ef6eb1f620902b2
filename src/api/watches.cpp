#include "api/watches.hpp"

#include "rakkan/access/refusals.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace rakkan::api {
namespace {

using telemetry::Metrics;
using telemetry::Sample;
using telemetry::WatchedKind;

template <class Number>
double number(Number value) noexcept {
  return static_cast<double>(value);
}

double seconds(std::chrono::nanoseconds time) noexcept { return std::chrono::duration<double>(time).count(); }

class Watches {
 public:
  explicit Watches(Metrics& metrics) : metrics_(metrics) {}

  void one(WatchedKind kind, const char* name, const char* help, std::function<double()> read) {
    made_.push_back(metrics_.watch(kind, name, help, std::move(read)));
  }
  void each(WatchedKind kind, const char* name, const char* help, std::function<std::vector<Sample>()> read) {
    made_.push_back(metrics_.watch_each(kind, name, help, std::move(read)));
  }
  [[nodiscard]] std::vector<Metrics::Watch> take() && { return std::move(made_); }

 private:
  Metrics& metrics_;
  std::vector<Metrics::Watch> made_;
};

void watch_audit(Watches& watches, audit::Trail& trail) {
  watches.one(WatchedKind::counter, "rakkan_audit_entries_total", "Entries recorded in both logs",
              [&trail] { return number(trail.load().entries); });
  watches.one(WatchedKind::counter, "rakkan_audit_commits_total", "Commits (one sync each) that made them durable",
              [&trail] { return number(trail.load().commits); });
  watches.one(WatchedKind::gauge, "rakkan_audit_waiting", "Entries that wait for their commit",
              [&trail] { return number(trail.load().waiting); });
  watches.one(WatchedKind::gauge, "rakkan_audit_uncovered_seconds", "Age of the oldest entry that no checkpoint covers",
              [&trail] { return seconds(trail.load().uncovered); });
  watches.one(WatchedKind::gauge, "rakkan_audit_healthy", "1 while the logs can be written",
              [&trail] { return trail.healthy() ? 1.0 : 0.0; });
  watches.each(WatchedKind::gauge, "rakkan_audit_size", "Entries of a log", [&trail] {
    std::vector<Sample> samples;
    for (const audit::Journal journal : {audit::Journal::trail, audit::Journal::tokens}) {
      samples.push_back({{{"journal", std::string(name(journal))}}, number(trail.size(journal))});
    }
    return samples;
  });
}

void watch_pools(Watches& watches, const service::ServiceState& state) {
  const auto of_pools = [&state](auto read) {
    return [&state, read] {
      std::vector<Sample> samples;
      for (const auto& [pool, load] : state.load().pools) {
        samples.push_back({{{"pool", pool}}, number(read(load))});
      }
      return samples;
    };
  };
  using Load = async::BoundedPool::Load;
  watches.each(WatchedKind::gauge, "rakkan_pool_waiting", "Jobs that wait for a thread",
               of_pools([](const Load& load) { return load.waiting; }));
  watches.each(WatchedKind::gauge, "rakkan_pool_running", "Jobs that run",
               of_pools([](const Load& load) { return load.running; }));
  watches.each(WatchedKind::counter, "rakkan_pool_refused_total", "Jobs refused because the queue was full",
               of_pools([](const Load& load) { return load.refused; }));
  watches.each(WatchedKind::counter, "rakkan_pool_expired_total", "Jobs whose deadline passed before they began",
               of_pools([](const Load& load) { return load.expired; }));
}

void watch_keys(Watches& watches, const service::ServiceState& state) {
  watches.each(WatchedKind::counter, "rakkan_key_uses_total",
               "Signatures by keys of documents, and of the time-stamping unit", [&state] {
                 const auto load = state.load();
                 return std::vector<Sample>{
                     {{{"of", "documents"}, {"outcome", "signed"}}, number(load.documents.signatures)},
                     {{{"of", "documents"}, {"outcome", "failed"}}, number(load.documents.failures)},
                     {{{"of", "unit"}, {"outcome", "signed"}}, number(load.unit.signatures)},
                     {{{"of", "unit"}, {"outcome", "failed"}}, number(load.unit.failures)}};
               });
  const auto of_both = [&state](auto read) {
    return [&state, read] {
      const auto load = state.load();
      return std::vector<Sample>{{{{"of", "documents"}}, seconds(read(load.documents))},
                                 {{{"of", "unit"}}, seconds(read(load.unit))}};
    };
  };
  using KeyUses = service::ServiceState::KeyUses;
  watches.each(WatchedKind::counter, "rakkan_key_use_seconds_total", "Time that these signatures took, together",
               of_both([](const KeyUses& uses) { return uses.signing; }));
  watches.each(WatchedKind::counter, "rakkan_key_wait_seconds_total",
               "Time that these signatures waited for a thread, together",
               of_both([](const KeyUses& uses) { return uses.waited; }));
}

void watch_pending(Watches& watches, const service::ServiceState& state) {
  watches.each(WatchedKind::gauge, "rakkan_signatures_pending",
               "Signatures that have their value and wait for their timestamp", [&state] {
                 const auto pending = state.load().pending;
                 return std::vector<Sample>{{{{"state", "waiting"}}, number(pending.waiting)},
                                            {{{"state", "working"}}, number(pending.working)}};
               });
  watches.each(WatchedKind::counter, "rakkan_signatures_resumed_total",
               "Pending signatures that got their outcome, without another use of their key", [&state] {
                 const auto pending = state.load().pending;
                 return std::vector<Sample>{{{{"outcome", "made"}}, number(pending.finished)},
                                            {{{"outcome", "abandoned"}}, number(pending.abandoned)}};
               });
}

void watch_timestamps(Watches& watches, const service::ServiceState& state) {
  watches.each(
      WatchedKind::counter, "rakkan_tsa_rejections_total",
      "Timestamp requests that were rejected, by the failInfo of the answer and the error behind it", [&state] {
        std::vector<Sample> samples;
        for (const auto& [code, count] : state.load().rejections) {
          const ErrorRow& known = row(code);
          samples.push_back({{{"error", std::string(known.slug)}, {"fail_info", std::string(name(known.failure_info))}},
                             number(count)});
        }
        return samples;
      });
}

void watch_exchanges(Watches& watches, const service::ServiceState& state) {
  watches.each(WatchedKind::counter, "rakkan_fetch_exchanges_total",
               "Requests to other servers, by origin (of the operator; others together), purpose and outcome",
               [&state] {
                 std::vector<Sample> samples;
                 for (const auto& count : state.outside().exchanges.counts) {
                   samples.push_back({{{"kind", std::string(name(count.kind))},
                                       {"origin", count.origin},
                                       {"outcome", std::string(name(count.outcome))}},
                                      number(count.exchanges)});
                 }
                 return samples;
               });
  const auto of_origins = [&state](auto read) {
    return [&state, read] {
      std::vector<Sample> samples;
      for (const auto& origin : state.outside().exchanges.origins) {
        samples.push_back({{{"origin", origin.origin}}, number(read(origin))});
      }
      return samples;
    };
  };
  watches.each(WatchedKind::gauge, "rakkan_fetch_in_flight", "Requests to other servers that are under way",
               of_origins([](const auto& origin) { return origin.in_flight; }));
  watches.each(WatchedKind::gauge, "rakkan_fetch_breaker",
               "Whether an origin is asked: 0 yes, 1 by one probe, 2 not before a pause is over",
               of_origins([](const auto& origin) { return static_cast<int>(origin.breaker); }));
  watches.one(WatchedKind::gauge, "rakkan_fetch_waiting", "Requests to other servers that wait for their turn",
              [&state] { return number(state.outside().exchanges.waiting); });
  watches.each(WatchedKind::gauge, "rakkan_tsa_budget_left",
               "Requests that a TSA profile's budget leaves in this period", [&state] {
                 std::vector<Sample> samples;
                 for (const auto& [profile, left] : state.outside().budgets) {
                   samples.push_back({{{"tsa", profile}}, number(left)});
                 }
                 return samples;
               });
}

void watch_evidence_cache(Watches& watches, const service::ServiceState& state) {
  watches.each(WatchedKind::counter, "rakkan_evidence_cache_asked_total",
               "CRLs, OCSP responses and certificates looked for in the cache", [&state] {
                 const fetch::CacheLoad load = state.outside().cache.load;
                 return std::vector<Sample>{{{{"outcome", "hit"}}, number(load.hits)},
                                            {{{"outcome", "miss"}}, number(load.misses)}};
               });
  watches.one(WatchedKind::gauge, "rakkan_evidence_cache_entries", "Entries of the cache",
              [&state] { return number(state.outside().cache.load.entries); });
  watches.one(WatchedKind::gauge, "rakkan_evidence_cache_bytes", "Bytes of these entries together",
              [&state] { return number(state.outside().cache.load.bytes); });
  watches.one(WatchedKind::gauge, "rakkan_evidence_cache_unwritten",
              "Changes of the cache that are not on the disk yet",
              [&state] { return number(state.outside().cache.unwritten); });
  watches.one(WatchedKind::counter, "rakkan_evidence_cache_write_failures_total",
              "Batches of such changes that could not be written",
              [&state] { return number(state.outside().cache.write_failures); });
}

}  // namespace

std::vector<Metrics::Watch> watch(const ApiEnvironment& environment) {
  Watches watches(environment.metrics);
  telemetry::Log& log = environment.log;
  access::Refusals& refusals = environment.refusals;
  watches.one(WatchedKind::counter, "rakkan_log_dropped_total", "Log lines dropped for a slow output",
              [&log] { return number(log.dropped()); });
  watches.one(WatchedKind::counter, "rakkan_refusals_lost_total", "Refusals that the trail did not take",
              [&refusals] { return number(refusals.lost()); });
  watch_audit(watches, environment.trail);
  watch_pools(watches, environment.state);
  watch_keys(watches, environment.state);
  watch_pending(watches, environment.state);
  watch_timestamps(watches, environment.state);
  watch_exchanges(watches, environment.state);
  watch_evidence_cache(watches, environment.state);
  return std::move(watches).take();
}

std::vector<Metrics::Watch> watch(Metrics& metrics, const http::Server& server) {
  Watches watches(metrics);
  watches.one(WatchedKind::gauge, "rakkan_http_bytes_in_flight", "Bytes of request bodies in memory",
              [&server] { return number(server.load().in_flight); });
  watches.one(WatchedKind::gauge, "rakkan_http_bytes_kept", "Bytes of memory of earlier documents, for the next ones",
              [&server] { return number(server.load().kept); });
  watches.one(WatchedKind::counter, "rakkan_http_connections_refused_total",
              "Connections beyond a limit, of all or of one address",
              [&server] { return number(server.load().refused); });
  watches.one(WatchedKind::counter, "rakkan_http_connections_gave_way_total",
              "Silent connections closed for newer ones", [&server] { return number(server.load().gave_way); });
  return std::move(watches).take();
}

}  // namespace rakkan::api
