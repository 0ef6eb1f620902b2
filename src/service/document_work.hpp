// DocumentWork is where documents are read and prepared: on the thread that received a small one, else on the cpu pool,
// within limits of bytes, work and memory. Thread-safe.
#pragma once

#include <cstdint>
#include <type_traits>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pdf/document.hpp"
#include "rakkan/service/options.hpp"
#include "service/document_memory.hpp"

namespace rakkan::service {

class DocumentWork {
 public:
  // Limits and pool outlive it. `inline_document`: PoolsOptions.
  DocumentWork(const Limits& limits, std::uint64_t inline_document, async::BoundedPool& cpu)
      : limits_(limits),
        inline_limits_(little_of(limits.pdf)),
        inline_document_(inline_document),
        memory_(limits.reading),
        cpu_(&cpu) {}

  // input_too_large.
  [[nodiscard]] Result<void> check_size(std::uint64_t document) const;
  [[nodiscard]] DocumentMemory& memory() noexcept { return memory_; }
  [[nodiscard]] const pdf::Limits& limits() const noexcept { return limits_.pdf; }

  // Runs fn(limits): on the caller's thread when the document of `size` bytes is small and turns out to be little work,
  // else on the cpu pool.
  template <class Fn>
  [[nodiscard]] async::Task<std::invoke_result_t<Fn, const pdf::Limits&>> compute(std::uint64_t size, Fn fn,
                                                                                  async::Deadline deadline,
                                                                                  async::Owner owner) {
    using R = std::invoke_result_t<Fn, const pdf::Limits&>;
    if (size <= inline_document_) {
      R done = fn(inline_limits_);
      if (done || done.error().code != ErrorCode::pdf_limit_exceeded) {
        co_return done;
      }
    }
    const auto whole = [&] { return fn(limits_.pdf); };
    co_return co_await async::run_on(*cpu_, whole, deadline, owner);
  }

 private:
  // The limits of the work that an I/O thread can spare for a document.
  [[nodiscard]] static pdf::Limits little_of(pdf::Limits limits);

  const Limits& limits_;
  const pdf::Limits inline_limits_;
  const std::uint64_t inline_document_;
  DocumentMemory memory_;
  async::BoundedPool* cpu_;
};

}  // namespace rakkan::service
