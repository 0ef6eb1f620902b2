#include "http/handlers/readiness_watch.hpp"

namespace rakkan::http {

ReadinessWatch::ReadinessWatch(Context& context)
    : context_(context),
      gauge_(context.environment.metrics.watch(telemetry::WatchedKind::gauge, "rakkan_ready",
                                               "1 while the service can sign and stamp",
                                               [this] { return ready_ ? 1.0 : 0.0; })) {}

void ReadinessWatch::look() {
  const std::vector<Error> troubles = async::block_on(context_.environment.signing.readiness());
  std::vector<ErrorCode> codes;
  for (const Error& trouble : troubles) {
    codes.push_back(trouble.code);
  }
  ready_ = codes.empty();
  const bool changed = codes != told_;
  if (!changed && (codes.empty() || ++looks_since_ < kLooksBetweenLines)) {
    return;
  }
  for (const Error& trouble : troubles) {
    context_.environment.log.failure("not ready", trouble);
  }
  if (codes.empty()) {
    context_.environment.log.write(LogLevel::warning, "ready again");
  }
  told_ = std::move(codes);
  looks_since_ = 0;
}

}  // namespace rakkan::http
