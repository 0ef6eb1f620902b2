#include "rakkan/audit/trail.hpp"

#include <atomic>
#include <future>
#include <optional>

#include "audit/group_commit.hpp"
#include "audit/publisher.hpp"
#include "audit/stamper.hpp"
#include "audit/text.hpp"
#include "rakkan/audit/entry.hpp"
#include "rakkan/base/hex.hpp"

namespace rakkan::audit {
namespace {

constexpr std::string_view kOriginFact = "audit.origin";
constexpr const char* kOriginKey = "audit.origin";  // in the configuration
constexpr std::string_view kKeyFact = "audit.vkey";
constexpr std::chrono::milliseconds kLongestWindow{5};
constexpr std::chrono::milliseconds kRetryCheckpoint{1'000};

Result<void> check_options(const Options& options) {
  const auto wrong = [](std::string what, std::string key) {
    return fail(ErrorCode::configuration_invalid, std::move(what), std::move(key));
  };
  if (options.commit_window < std::chrono::microseconds{0} || options.commit_window > kLongestWindow) {
    return wrong("must be from 0 to 5 ms", "audit.commit_window");
  }
  if (options.waiting == 0) {
    return wrong("must be at least 1", "audit.waiting");
  }
  if (options.checkpoint_interval <= std::chrono::milliseconds{0}) {
    return wrong("must be more than 0", "audit.checkpoint_interval");
  }
  if (options.timestamp_interval <= std::chrono::seconds{0}) {
    return wrong("must be more than 0", "audit.timestamp_interval");
  }
  if (options.longest_uncovered <= options.checkpoint_interval) {
    return wrong("must be more than audit.checkpoint_interval", "audit.longest_uncovered");
  }
  return {};
}

// Makes up a name that no other log has, under a domain that nobody can own (RFC 2606 §2).
Result<std::string> make_origin(RandomSource& random) {
  Bytes octets(16);
  RAKKAN_CHECK(random.fill(octets));
  return std::string(kDevelopmentOrigin) + to_hex(octets);
}

Result<void> check_name(const Options& options, const std::string& origin) {
  if (!options.origin.empty() && options.origin != origin) {
    return fail(ErrorCode::configuration_invalid, "is another name than the log's, which is " + origin, kOriginKey);
  }
  return {};
}

// The name and key with which the log began; they must be those of today. At the first start they are stored.
Result<VerifierKey> identity(const Options& options, const Environment& environment) {
  store::Ledger& ledger = environment.ledger;
  RAKKAN_TRY(std::optional<std::string> origin, ledger.fact(kOriginFact));
  if (!origin) {
    RAKKAN_TRY(origin, options.origin.empty() ? make_origin(environment.random) : Result<std::string>(options.origin));
    RAKKAN_CHECK(VerifierKey::create(*origin, environment.checkpoint_key->public_key()));
    RAKKAN_CHECK(ledger.set_fact(kOriginFact, *origin));
  }
  RAKKAN_CHECK(check_name(options, *origin));
  RAKKAN_TRY(VerifierKey key, VerifierKey::create(*origin, environment.checkpoint_key->public_key()));
  RAKKAN_TRY(const std::optional<std::string> known, ledger.fact(kKeyFact));
  if (!known) {
    RAKKAN_CHECK(ledger.set_fact(kKeyFact, key.text()));
  } else if (*known != key.text()) {
    return fail(ErrorCode::audit_log_corrupt, "the key of the checkpoints is not the one the log began with");
  }
  return key;
}

// The verifier key of a journal: its name is the log's name and the journal's, the key is the same for both.
Result<VerifierKey> journal_key(const VerifierKey& key, Journal journal) {
  return VerifierKey::create(key.name() + "/" + std::string(store::name(journal)), key.key());
}

// Adds the entries that the ledger still holds to the log, and checks that ledger and log belong together.
Result<void> replay(const std::vector<store::LogChunk>& chunks, Log& log) {
  const auto corrupt = [&](std::string what, std::uint64_t index) {
    return fail(ErrorCode::audit_log_corrupt, std::move(what), log.key().name() + ", entry " + std::to_string(index));
  };
  const std::uint64_t covered = log.size();
  std::uint64_t end = chunks.empty() ? 0 : chunks.front().first;
  for (const store::LogChunk& chunk : chunks) {
    if (chunk.first != end) {
      return corrupt("the store lacks entries", end);
    }
    for (const Bytes& entry : chunk.entries) {
      if (end > log.size()) {
        return corrupt("the log's files are older than the store", log.size());
      }
      if (end == log.size()) {
        log.append(entry);
      } else {
        RAKKAN_CHECK(log.check(end, entry));
      }
      ++end;
    }
  }
  if (end < covered) {
    return corrupt("the store is older than the log's files", end);
  }
  return {};
}

// Says when to come again where no checkpoint covers the entry yet.
Result<std::string> or_later(Result<std::string> read) {
  if (!read && read.error().code == ErrorCode::audit_not_checkpointed) {
    read.error().retry_after = kRetryCheckpoint;
  }
  return read;
}

}  // namespace

bool is_development_origin(std::string_view origin) noexcept { return origin.starts_with(kDevelopmentOrigin); }

struct Trail::Impl {
  Impl(Options with_options, Environment in, Logs logs, const JournalSizes& sizes)
      : options(std::move(with_options)),
        environment(std::move(in)),
        health([this] { publisher.wake(); }),
        publisher(options, environment, std::move(logs), health, [this] { notify_stamper(); }),
        commits(options, environment, sizes, health,
                [this](std::vector<store::LogChunk> chunks) { publisher.take(std::move(chunks)); }) {
    if (environment.stamper) {
      stamper = std::make_unique<Stamper>(options, environment, publisher, health);
      running_stamper = stamper.get();
      stamper->notify();  // a checkpoint may have been published before the stamper existed
    }
  }

  void notify_stamper() noexcept {
    if (Stamper* const running = running_stamper) {
      running->notify();
    }
  }

  void stop() noexcept {
    commits.stop();
    publisher.stop();
    if (stamper) {
      stamper->stop();
    }
  }

  const Options options;
  const Environment environment;
  std::atomic<Stamper*> running_stamper{nullptr};
  Health health;
  Publisher publisher;
  GroupCommit commits;
  std::unique_ptr<Stamper> stamper;
};

Result<std::optional<Record>> record_of(store::Ledger& ledger, std::uint64_t index) {
  Result<store::RecordRow> row = ledger.record(index);
  if (!row && row.error().code == ErrorCode::audit_index_unknown) {
    return std::nullopt;
  }
  if (!row) {
    return fail(std::move(row).error());
  }
  return Record{std::move(row->salt), std::move(row->body)};
}

Result<bool> Trail::has_begun(store::Ledger& ledger) {
  RAKKAN_TRY(const std::optional<std::string> key, ledger.fact(kKeyFact));
  return key.has_value();
}

Result<std::string> Trail::known_origin(store::Ledger& ledger) {
  RAKKAN_TRY(std::optional<std::string> origin, ledger.fact(kOriginFact));
  return std::move(origin).value_or("");
}

Result<void> check_origin(const Options& options, const std::string& begun, bool production) {
  if (!options.origin.empty() && !is_key_name(options.origin)) {
    return fail(ErrorCode::configuration_invalid, "the name of a log has no blanks and no '+'", kOriginKey);
  }
  RAKKAN_CHECK(begun.empty() ? Result<void>() : check_name(options, begun));
  const std::string& name = begun.empty() ? options.origin : begun;
  if (production && (name.empty() || is_development_origin(name))) {
    return fail(
        ErrorCode::configuration_invalid,
        (name.empty() ? "a log in production needs a name that belongs to you"
                      : "the log has a name for development, " + name +
                            ": a log in production has a name that belongs to you, and gets it when it begins") +
            std::string(" (`rakkan init --origin NAME`)"),
        kOriginKey);
  }
  return {};
}

Result<std::vector<VerifierKey>> Trail::known_keys(store::Ledger& ledger) {
  std::vector<VerifierKey> keys;
  RAKKAN_TRY(const std::optional<std::string> text, ledger.fact(kKeyFact));
  if (text) {
    RAKKAN_TRY(const VerifierKey key, VerifierKey::parse(*text));
    for (const Journal journal : store::kJournals) {
      RAKKAN_TRY(VerifierKey of_journal, journal_key(key, journal));
      keys.push_back(std::move(of_journal));
    }
  }
  return keys;
}

Result<std::unique_ptr<Trail>> Trail::open(Options options, Environment environment) {
  RAKKAN_CHECK(check_options(options));
  RAKKAN_TRY(const VerifierKey key, identity(options, environment));
  RAKKAN_CHECK(environment.files.make_folder(environment.folder));
  RAKKAN_CHECK(environment.files.sync_folder(environment.folder.parent_path()));
  Logs logs;
  JournalSizes sizes{};
  for (const Journal journal : store::kJournals) {
    const std::string journal_name(store::name(journal));
    RAKKAN_TRY(VerifierKey log_key, journal_key(key, journal));
    std::unique_ptr<Log>& log = logs.at(place(journal));
    RAKKAN_TRY(log, Log::open({environment.files, environment.folder / journal_name}, std::move(log_key)));
    RAKKAN_TRY(const std::vector<store::LogChunk> chunks, environment.ledger.unreleased_entries(journal));
    RAKKAN_CHECK(replay(chunks, *log));
    sizes.at(place(journal)) = log->size();
  }
  return std::unique_ptr<Trail>(
      new Trail(std::make_unique<Impl>(std::move(options), std::move(environment), std::move(logs), sizes)));
}

Trail::Trail(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}

Trail::~Trail() { stop(); }

void Trail::record(Submission submission, Done done) { impl_->commits.record(std::move(submission), std::move(done)); }

Line Trail::begin_line() { return impl_->commits.begin_line(); }

Result<Receipt> Trail::record_and_wait(Submission submission) {
  std::promise<Result<Receipt>> promise;
  std::future<Result<Receipt>> answer = promise.get_future();
  record(std::move(submission), [&](Result<Receipt> receipt) { promise.set_value(std::move(receipt)); });
  return answer.get();
}

bool Trail::healthy() const noexcept { return impl_->health.ok(); }

std::optional<Error> Trail::shortage() const { return impl_->health.shortage(); }

Result<void> Trail::ready() const {
  if (!impl_->health.ok()) {
    return fail(impl_->health.error());
  }
  return impl_->publisher.ready();
}

std::string Trail::checkpoint(Journal journal) const { return impl_->publisher.log(journal).checkpoint(); }

void Trail::when_checkpointed(Journal journal, std::uint64_t index, std::function<void(Result<void>)> done) {
  if (index >= size(journal)) {
    done(fail(ErrorCode::audit_index_unknown, "no such entry", "entry " + std::to_string(index)));
    return;
  }
  impl_->publisher.when_checkpointed(journal, index, std::move(done));
}

Result<std::string> Trail::prove(Journal journal, std::uint64_t index) {
  if (index >= size(journal)) {
    return fail(ErrorCode::audit_index_unknown, "no such entry", "entry " + std::to_string(index));
  }
  return or_later(impl_->publisher.log(journal).prove(index));
}

Result<EntryFile> Trail::entry(Journal journal, std::uint64_t index) {
  if (index >= size(journal)) {
    return fail(ErrorCode::audit_index_unknown, "no such entry", "entry " + std::to_string(index));
  }
  EntryFile file;
  RAKKAN_TRY(file.entry, or_later(impl_->publisher.log(journal).entry(index)));
  if (journal == Journal::trail) {
    RAKKAN_TRY(file.record, record_of(impl_->environment.ledger, index));
  }
  return file;
}

std::string Trail::verifier_key(Journal journal) const { return impl_->publisher.log(journal).key().text(); }

std::uint64_t Trail::size(Journal journal) const noexcept { return impl_->commits.size(journal); }

void Trail::stop() noexcept { impl_->stop(); }

Trail::Load Trail::load() const noexcept {
  Load load = impl_->publisher.load();
  const Load recorded = impl_->commits.load();
  load.entries = recorded.entries;
  load.commits = recorded.commits;
  load.waiting = recorded.waiting;
  if (impl_->stamper) {
    load.last_timestamp_error = impl_->stamper->last_error();
  }
  return load;
}

}  // namespace rakkan::audit
