// Line is a piece of work under way that will record something in the trail. Callers announce it, so that the trail
// knows for whom a group may wait: it does while more lines are on their way than wait in it. When all of them wait,
// nobody can come, and the group is committed at once.
#pragma once

#include <memory>
#include <utility>

namespace rakkan::audit {

// A handle; copies are of the same line, which ends with the last of them. It may outlive the trail. Thread-safe as a
// shared_ptr is.
class Line {
 public:
  Line() noexcept = default;  // none: no group waits for it
  // The line will record nothing more, or not soon: it is about to wait for somebody else.
  void end() noexcept { announced_.reset(); }

 private:
  friend class GroupCommit;
  explicit Line(std::shared_ptr<const void> announced) noexcept : announced_(std::move(announced)) {}
  std::shared_ptr<const void> announced_;
};

}  // namespace rakkan::audit
