// StepLog collects the steps of a decision in their order, and the findings for people.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rakkan/validation/verdict.hpp"
#include "validation/conclusion.hpp"

namespace rakkan::validation {

class StepLog {
 public:
  static constexpr std::size_t kMostFindings = 1'000;

  void passed(std::string_view clause, std::string_view check, std::string_view object, std::string detail = {}) {
    add(clause, check, object, StepResult::passed, std::nullopt, std::move(detail));
  }
  void noted(std::string_view clause, std::string_view check, std::string_view object, std::string detail = {}) {
    add(clause, check, object, StepResult::noted, std::nullopt, std::move(detail));
  }
  void concluded(std::string_view clause, std::string_view check, std::string_view object,
                 const Conclusion& conclusion) {
    const StepResult result = conclusion.is_passed()                               ? StepResult::passed
                              : conclusion.indication == Indication::indeterminate ? StepResult::indeterminate
                                                                                   : StepResult::failed;
    add(clause, check, object, result, conclusion.sub_indication, conclusion.detail);
  }
  void find(Finding finding);  // once, when it occurs again; what is beyond kMostFindings is left out

  [[nodiscard]] std::vector<Step>& steps() noexcept { return steps_; }
  [[nodiscard]] std::vector<Finding>& findings() noexcept { return findings_; }

 private:
  void add(std::string_view clause, std::string_view check, std::string_view object, StepResult result,
           std::optional<SubIndication> sub, std::string detail) {
    steps_.push_back({std::string(clause), std::string(check), std::string(object), result, sub, std::move(detail)});
  }

  std::vector<Step> steps_;
  std::vector<Finding> findings_;
};

}  // namespace rakkan::validation
