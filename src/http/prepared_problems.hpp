// PreparedProblems answers refusals that come by the thousand: the same problem documents as problem() makes, written
// once and then only with another request's id and time to wait. Belongs to its thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/error.hpp"
#include "rakkan/http/request.hpp"
#include "rakkan/http/response.hpp"

namespace rakkan::http {

class PreparedProblems {
 public:
  // The most documents that are kept, of different codes, details and languages.
  static constexpr std::size_t kMost = 32;

  // The same answer as problem(error, request_id, language). `request_id` has only characters that JSON need not
  // escape.
  [[nodiscard]] Response answer(const Error& error, std::string_view request_id, Language language);

  [[nodiscard]] std::size_t size() const noexcept { return prepared_.size(); }

 private:
  struct Prepared {
    ErrorCode code;
    Language language;
    std::string detail;
    std::string fields;  // without Retry-After
    std::string before_id;
    std::string after_id;
  };
  [[nodiscard]] const Prepared* prepare(const Error& error, Language language);

  std::vector<Prepared> prepared_;
};

}  // namespace rakkan::http
