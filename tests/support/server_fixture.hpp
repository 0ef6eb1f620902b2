// A data folder, and a caller of the rakkand that a test starts on it as a process of its own.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "support/eventually.hpp"
#include "support/server_caller.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::test {

class ServerFixture : public ::testing::Test {
 protected:
  ServerFixture() : folder_(RAKKAN_PROGRAMS, temporary_.path() / "data") {}

  static fetch::HttpResponse arrived(Result<fetch::HttpResponse> answer) {
    EXPECT_TRUE(answer.has_value()) << to_string(answer.error());
    return answer ? std::move(*answer) : fetch::HttpResponse{};
  }
  fetch::HttpResponse get(const std::string& path) { return arrived(caller_.get(path)); }
  fetch::HttpResponse sign(const std::string& about) { return arrived(caller_.sign(about)); }

  // A text of the answer's JSON.
  static std::string member(const fetch::HttpResponse& answer, std::string_view name) {
    return std::string(boost::json::parse(text_of(answer.body)).as_object().at(name).as_string());
  }
  template <class Condition>
  [[nodiscard]] static bool soon(Condition condition) {
    return eventually(std::move(condition));
  }

  TemporaryFolder temporary_;
  ServerFolder folder_;
  ServerCaller caller_{folder_};
};

}  // namespace rakkan::test
