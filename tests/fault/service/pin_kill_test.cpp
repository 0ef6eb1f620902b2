// A process is killed at every step of a change of a PIN. Afterwards log and store agree on all of it as one:
// the PIN, the code that set it, what the PIN before had activated, and its failures.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>

#include "rakkan/async/task.hpp"
#include "rakkan/audit/trail_writer.hpp"
#include "rakkan/credentials/activation.hpp"
#include "support/killing_file_system.hpp"
#include "support/test_authority.hpp"
#include "support/trail_fixture.hpp"

namespace rakkan::service {
namespace {

using test::IsOk;
using test::KillingFileSystem;
using test::TrailFixture;

const access::Principal kOperator{"local:0", TenantId(), true};
const access::Principal kParty{"key:k", TenantId("acme")};
const CredentialId kYamada{"yamada"};
constexpr std::string_view kOldPin = "the-old-pin";
constexpr std::string_view kNewPin = "the-new-pin";

enum class Way : std::uint8_t { issue, by_code, by_old_pin };

credentials::PinPolicy cheap_pins() {
  credentials::PinPolicy policy;
  policy.memory = 64 * 1024;
  policy.iterations = 1;
  policy.max_failures = 9;
  policy.first_wait = std::chrono::seconds(0);
  return policy;
}

async::Deadline soon() { return async::deadline_in(test::kPatience); }

// PINs over the trail and the store of the moment.
class Pins {
 public:
  explicit Pins(TrailFixture& fixture)
      : writer_(*fixture.trail),
        pool_({"pin", 1, 16}),
        activation_(*fixture.store, writer_, pool_, fixture.clock, fixture.random, cheap_pins()) {}

  Result<void> set(std::string_view pin) {
    const SecureBytes secret(bytes_of(pin));
    return async::block_on(activation_.set_pin(kOperator, kYamada, secret, soon()));
  }
  Result<void> verify(std::string_view pin) {
    const SecureBytes secret(bytes_of(pin));
    return async::block_on(activation_.verify_pin(kParty, kYamada, secret, soon()));
  }
  Result<std::string> issue() {
    auto code = async::block_on(activation_.issue_code(kOperator, kYamada, soon()));
    return std::move(code).map([](const credentials::PinCode& issued) { return std::string(issued.text.text()); });
  }
  Result<void> set_by_code(std::string_view code) {
    const SecureBytes secret_code(bytes_of(code));
    const SecureBytes pin(bytes_of(kNewPin));
    return async::block_on(activation_.set_pin_by_code(kParty, kYamada, secret_code, pin, soon())).map([](auto) {});
  }
  Result<void> change() {
    const SecureBytes old_pin(bytes_of(kOldPin));
    const SecureBytes pin(bytes_of(kNewPin));
    return async::block_on(activation_.change_pin(kParty, kYamada, old_pin, pin, soon())).map([](auto) {});
  }

 private:
  audit::AuditTrailWriter writer_;
  async::BoundedPool pool_;
  credentials::Activation activation_;
};

// A folder, and a process of its own that changes the PIN in it.
class Life {
 public:
  Life() : fixture_(files_) {
    fixture_.on_sqlite = true;
    EXPECT_THAT(fixture_.open(), IsOk());
    store::CredentialRow row;
    row.id = kYamada;
    row.kind = store::CredentialKind::party;
    EXPECT_THAT(fixture_.store->commit({.changes = {row}}), IsOk());
    {
      Pins pins(fixture_);
      EXPECT_THAT(pins.set(kOldPin), IsOk());
      EXPECT_THAT(pins.verify("a-wrong-pin"), test::FailsWith(ErrorCode::pin_incorrect));
      code_ = test::value_or_throw(pins.issue());
    }
    EXPECT_THAT(fixture_.store->commit(
                    {.changes = {store::ActivationRow{Bytes{1}, kParty.tenant, kYamada, Instant::max(), {"d"}, {}}}}),
                IsOk());
    issued_before_ = count("pin.code_issued");
    fixture_.trail->stop();
    fixture_.close();
  }

  // How many operations the change and the end took; 0 when it was killed.
  std::uint64_t live(Way way, std::uint64_t kill_at, KillingFileSystem::Moment moment) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      work(way, kill_at, moment, ends[1]);
    }
    ::close(ends[1]);
    std::uint64_t operations = 0;
    char word = 0;
    while (::read(ends[0], &word, 1) == 1) {
      answered_ = answered_ || word == 'a';
      if (word == 'n') {
        EXPECT_EQ(::read(ends[0], &operations, sizeof operations), static_cast<ssize_t>(sizeof operations));
      }
    }
    ::close(ends[0]);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    EXPECT_TRUE(killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) << status;
    return killed ? 0 : operations;
  }

  // After a restart.
  void expect_agreement(Way way, const std::string& when) {
    ASSERT_THAT(fixture_.open(), IsOk()) << when;
    const bool changed = count("pin.changed") == 1;
    const bool issued = count("pin.code_issued") == issued_before_ + 1;
    EXPECT_TRUE(!answered_ || (way == Way::issue ? issued : changed)) << "answered and lost " << when;
    const bool by_code = changed && way == Way::by_code;
    const auto attempt =
        fixture_.store->begin_pin_attempt(kYamada, kParty.tenant, {9, std::nullopt}, fixture_.clock.now());
    ASSERT_THAT(attempt, IsOk()) << when;
    // The old PIN, when it was right, has cleared them by itself before the change.
    EXPECT_TRUE(way == Way::by_old_pin ? !changed || attempt->failures == 1 : (attempt->failures == 1) == changed)
        << "a new PIN starts without failures, " << attempt->failures << " " << when;
    EXPECT_EQ(fixture_.store->activations(Instant())->empty(), by_code) << when;
    Pins pins(fixture_);
    EXPECT_THAT(pins.verify(changed ? kNewPin : kOldPin), IsOk()) << when;
    EXPECT_EQ(pins.set_by_code(code_).has_value(), !by_code && !issued)
        << "the code is used up with the change " << when;
    fixture_.trail->stop();
    fixture_.close();
  }

 private:
  // Never returns.
  void work(Way way, std::uint64_t kill_at, KillingFileSystem::Moment moment, int answer) {
    files_.kill_at(kill_at, moment);
    const auto tell = [&](const void* what, std::size_t size) {
      if (::write(answer, what, size) != static_cast<ssize_t>(size)) {
        ::_exit(2);
      }
    };
    if (!fixture_.open()) {
      ::_exit(3);
    }
    bool done = false;
    {
      Pins pins(fixture_);
      done = way == Way::issue     ? pins.issue().has_value()
             : way == Way::by_code ? pins.set_by_code(code_).has_value()
                                   : pins.change().has_value();
    }
    if (done) {
      tell("a", 1);
    }
    fixture_.trail->stop();
    fixture_.close();
    const std::uint64_t operations = files_.operations();
    tell("n", 1);
    tell(&operations, sizeof operations);
    ::_exit(done ? 0 : 4);
  }

  // Entries of the log of that event.
  std::size_t count(const std::string& event) {
    const std::uint64_t size = fixture_.trail->size(store::Journal::trail);
    EXPECT_TRUE(size == 0 || fixture_.wait_for_checkpoint(size - 1).has_value());
    std::size_t found = 0;
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto file = fixture_.trail->entry(store::Journal::trail, index);
      const auto entry = file ? audit::Entry::parse(bytes_of(file->entry)) : Result<audit::Entry>(fail(file.error()));
      EXPECT_THAT(entry, IsOk());
      found += entry && entry->event == event ? 1 : 0;
    }
    return found;
  }

  KillingFileSystem files_;
  TrailFixture fixture_;
  std::string code_;
  std::size_t issued_before_ = 0;
  bool answered_ = false;
};

class PinKill : public ::testing::TestWithParam<Way> {};

TEST_P(PinKill, LogAndStoreAgreeAtEveryStep) {
  std::uint64_t steps = 0;
  {
    Life whole;
    steps = whole.live(GetParam(), 0, KillingFileSystem::Moment::before);
    whole.expect_agreement(GetParam(), "without a kill");
  }
  ASSERT_GT(steps, 5U);
  int killed = 0;
  for (std::uint64_t step = 1; step <= steps; ++step) {
    for (const auto moment : {KillingFileSystem::Moment::before, KillingFileSystem::Moment::half_done}) {
      Life life;
      killed += life.live(GetParam(), step, moment) == 0 ? 1 : 0;
      life.expect_agreement(GetParam(), "after a kill at " + std::to_string(step) + " of " + std::to_string(steps) +
                                            (moment == KillingFileSystem::Moment::before ? "" : ", half of it done"));
      if (testing::Test::HasFailure()) {
        return;
      }
    }
  }
  // How often checkpoints come is the machine's: a life may have a step fewer than the first one.
  EXPECT_GT(killed, static_cast<int>(steps));
}

std::string name_of(const ::testing::TestParamInfo<Way>& one) {
  switch (one.param) {
    case Way::issue:
      return "IssuingACode";
    case Way::by_code:
      return "ByACode";
    case Way::by_old_pin:
      return "ByTheOldPin";
  }
  return "";
}

INSTANTIATE_TEST_SUITE_P(Ways, PinKill, ::testing::Values(Way::issue, Way::by_code, Way::by_old_pin), name_of);

}  // namespace
}  // namespace rakkan::service
