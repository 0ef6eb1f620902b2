#include "rakkan/async/turns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rakkan/async/task.hpp"

namespace rakkan::async {
namespace {

using testing::ElementsAre;

// Coroutines of several owners on one context; each waits for an answer and notes its name when it goes on.
class TurnsTest : public testing::Test {
 protected:
  using Answer = std::function<void(int)>;

  void wait(const std::string& name, Owner owner) {
    boost::asio::co_spawn(context_, wait_and_note(name, owner), boost::asio::detached);
    context_.poll();  // up to its wait
    context_.restart();
  }
  void answer_all() {
    for (const Answer& answer : answers_) {
      answer(1);
    }
    answers_.clear();
  }
  std::vector<std::string> run() {
    context_.run();
    return std::exchange(went_on_, {});
  }

  const Owner busy_ = Owner::of("busy");
  const Owner quiet_ = Owner::of("quiet");
  std::vector<Answer> answers_;
  std::vector<std::string> went_on_;
  boost::asio::io_context context_{1};

 private:
  Task<> wait_and_note(std::string name, Owner owner) {
    auto start = [this](Answer answer) { answers_.push_back(std::move(answer)); };
    const int value = co_await await_answer<int>(std::move(start), owner);
    went_on_.push_back(name + std::to_string(value));
  }
};

TEST_F(TurnsTest, AnOwnerDoesNotWaitBehindAllThatAnotherHasReady) {
  for (const char* name : {"a", "b", "c", "d"}) {
    wait(name, busy_);
  }
  wait("x", quiet_);
  wait("y", quiet_);
  answer_all();
  EXPECT_THAT(run(), ElementsAre("a1", "x1", "b1", "y1", "c1", "d1"));
}

TEST_F(TurnsTest, AnOwnerThatComesWaitsForOneTurnOfTheOther) {
  wait("a", busy_);
  wait("b", busy_);
  wait("c", busy_);
  wait("x", quiet_);
  answers_[0](1);
  answers_[1](1);
  answers_[2](1);
  EXPECT_EQ(context_.run_one(), 1U);
  answers_[3](1);
  answers_.clear();
  EXPECT_THAT(run(), ElementsAre("a1", "b1", "x1", "c1"));
}

TEST_F(TurnsTest, OwnersThatHaveNothingReadyAreForgotten) {
  for (int i = 0; i < 3'000; ++i) {
    wait(std::to_string(i) + " ", Owner::of(std::to_string(i)));
    answer_all();
    EXPECT_THAT(run(), ElementsAre(std::to_string(i) + " 1"));
    context_.restart();
  }
  EXPECT_LE(boost::asio::use_service<Turns>(context_).lanes(), 1'024U);
}

// A coroutine that is ready when its context ends never goes on, and gives back all that it owns.
TEST(TurnsEndTest, WhatIsReadyIsDroppedWithItsContext) {
  const auto owned = std::make_shared<int>(1);
  bool went_on = false;
  {
    boost::asio::io_context context{1};
    const auto body = [](std::shared_ptr<int> held, bool& done) -> Task<> {
      auto start = [](const std::function<void(int)>& answer) { answer(1); };
      co_await await_answer<int>(std::move(start));
      done = held != nullptr;
    };
    boost::asio::co_spawn(context, body(owned, went_on), boost::asio::detached);
    context.run_one();  // up to its answer, which is there at once
    EXPECT_GT(owned.use_count(), 1);
  }
  EXPECT_EQ(owned.use_count(), 1);
  EXPECT_FALSE(went_on);
}

}  // namespace
}  // namespace rakkan::async
