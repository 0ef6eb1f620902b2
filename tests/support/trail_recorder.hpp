// A trail that is a list of submissions, for tests that need no log. It can be made to refuse.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "rakkan/audit/trail.hpp"

namespace rakkan::test {

class TrailRecorder {
 public:
  // The function that takes submissions; this object outlives it.
  [[nodiscard]] auto recorder() {
    return [this](audit::Submission submission, audit::Trail::Done done) {
      const std::scoped_lock lock(mutex_);
      if (broken) {
        done(fail(ErrorCode::audit_unavailable, "the disk is full"));
        return;
      }
      if (submission.condition != nullptr) {
        if (Result<void> holds = submission.condition->holds(at); !holds) {
          done(fail(std::move(holds).error()));
          return;
        }
      }
      for (const store::RowChange& change : submission.changes) {
        if (const Result<void> applied = apply ? apply(change) : Result<void>(); !applied) {
          done(fail(applied.error()));
          return;
        }
      }
      submissions.push_back(std::move(submission));
      done(audit::Receipt{submissions.size() - 1, {}});
    };
  }

  [[nodiscard]] boost::json::object body(std::size_t index) const {
    return boost::json::parse(submissions.at(index).body).as_object();
  }

  std::vector<audit::Submission> submissions;
  std::function<Result<void>(const store::RowChange&)> apply;  // to a store, if there is one
  bool broken = false;
  Instant at{};  // of every entry

 private:
  std::mutex mutex_;
};

}  // namespace rakkan::test
