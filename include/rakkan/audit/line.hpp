// Line is a piece of work under way (a signing line, say) that will record something in the trail. Callers announce it,
// so that the trail knows whether waiting is worth it: a group waits while more lines are still on their way than
// entries wait in it. When all lines have their entries in it, no further one can come, and the group is committed at
// once.
#pragma once

#include <memory>
#include <utility>

namespace rakkan::audit {

// A Line is a handle; copies are of the same line, which ends with the last of them. It may outlive the trail.
// Thread-safe as a shared_ptr is.
class Line {
 public:
  Line() noexcept = default;  // no line: no group waits for it
  // States that the line will record nothing more, or not soon, because it is about to wait for somebody else.
  void end() noexcept { announced_.reset(); }

 private:
  friend class GroupCommit;
  explicit Line(std::shared_ptr<const void> announced) noexcept : announced_(std::move(announced)) {}
  std::shared_ptr<const void> announced_;
};

}  // namespace rakkan::audit
