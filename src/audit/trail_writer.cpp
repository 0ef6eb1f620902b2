#include "rakkan/audit/trail_writer.hpp"

#include "rakkan/async/task.hpp"

#include <future>
#include <memory>
#include <utility>

namespace rakkan::audit {

async::Task<Result<audit::Receipt>> TrailWriter::write(audit::Submission submission, async::Owner owner) {
  auto start = [this, &submission](audit::Trail::Done done) { record(std::move(submission), std::move(done)); };
  co_return co_await async::await_answer<Result<audit::Receipt>>(std::move(start), owner);
}

Result<audit::Receipt> TrailWriter::write_and_wait(audit::Submission submission) {
  auto answer = std::make_shared<std::promise<Result<audit::Receipt>>>();
  auto receipt = answer->get_future();
  record(std::move(submission), [answer](Result<audit::Receipt> result) { answer->set_value(std::move(result)); });
  return receipt.get();
}

}  // namespace rakkan::audit
