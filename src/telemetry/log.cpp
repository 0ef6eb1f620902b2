#include "rakkan/telemetry/log.hpp"

#include <spdlog/details/log_msg.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <exception>
#include <filesystem>
#include <system_error>

#include "telemetry/json_line.hpp"
#include "telemetry/line_writer.hpp"

namespace rakkan::telemetry {
namespace {

constexpr std::array<std::string_view, 5> kLevelNames{"debug", "info", "warning", "error", "critical"};
constexpr std::size_t kUsualLine = 512;

// Milliseconds of the steady clock between two lines that report dropped lines.
constexpr std::int64_t kDropReportInterval = 1'000;

Result<spdlog::sink_ptr> open_sink(const std::string& output) {
  if (output == "stderr") {
    return std::make_shared<spdlog::sinks::stderr_sink_st>();
  }
  if (output == "stdout") {
    return std::make_shared<spdlog::sinks::stdout_sink_st>();
  }
  try {
    return std::make_shared<spdlog::sinks::basic_file_sink_st>(output);
  } catch (const spdlog::spdlog_ex& error) {
    return fail(ErrorCode::file_unwritable, error.what(), output);
  }
}

}  // namespace

std::string_view name(LogLevel level) noexcept { return kLevelNames[static_cast<std::size_t>(level)]; }

std::optional<LogLevel> log_level_from_name(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kLevelNames.size(); ++i) {
    if (kLevelNames[i] == name) {
      return static_cast<LogLevel>(i);
    }
  }
  return std::nullopt;
}

struct Log::Impl {
  Impl(const Clock& wall, std::size_t queue, spdlog::sink_ptr sink)
      : clock(wall), writer([sink = std::move(sink)](std::string_view lines) { write_to(*sink, lines); }, queue) {}

  // Writes lines; the sink's pattern ends the last one. The sink is flushed each time, so that written lines survive a
  // crash.
  static void write_to(spdlog::sinks::sink& sink, std::string_view lines) {
    lines.remove_suffix(1);
    sink.log({"rakkan", spdlog::level::info, spdlog::string_view_t(lines.data(), lines.size())});
    sink.flush();
  }

  template <class Fill>
  void line(LogLevel level, std::string_view message, const Fill& fill) noexcept {
    try {
      thread_local std::string text;
      text.clear();
      text.reserve(kUsualLine);
      JsonLine json(text);
      const std::string at = to_rfc3339(clock.now());
      json.add({"ts", std::string_view(at)}).add({"level", name(level)}).add({"msg", message});
      fill(json);
      json.close();
      // A line that may be the last before a crash does not wait for others.
      writer.add(text, level >= LogLevel::error ? LineWriter::Haste::urgent : LineWriter::Haste::none);
    } catch (const std::exception&) {
      lost.fetch_add(1, std::memory_order_relaxed);  // no memory for a line is no reason to fail a request
    }
  }

  void report_drops() noexcept {
    const auto now =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
            .count();
    std::int64_t due = next_report.load(std::memory_order_relaxed);
    if (now < due || !next_report.compare_exchange_strong(due, now + kDropReportInterval)) {
      return;
    }
    const std::uint64_t dropped = this->dropped();
    const std::uint64_t before = reported.exchange(dropped);
    if (dropped != before) {
      line(LogLevel::warning, "log lines were dropped", [&](JsonLine& json) { json.add({"lines", dropped - before}); });
    }
  }

  [[nodiscard]] std::uint64_t dropped() const noexcept {
    return writer.dropped() + lost.load(std::memory_order_relaxed);
  }

  const Clock& clock;
  LineWriter writer;
  std::atomic<std::uint64_t> lost{0};
  std::atomic<std::uint64_t> reported{0};
  std::atomic<std::int64_t> next_report{0};
};

Log::Log(std::unique_ptr<Impl> impl, LogLevel least) noexcept : impl_(std::move(impl)), least_(least) {}
Log::~Log() = default;

Result<void> Log::check(const LogOptions& options) {
  if (!log_level_from_name(options.level)) {
    return fail(ErrorCode::configuration_invalid, "must be debug, info, warning, error or critical", "log.level");
  }
  if (options.output == "stderr" || options.output == "stdout") {
    return {};
  }
  // The log appends to an existing file, or makes one in its folder; the sink makes the folder, too.
  std::filesystem::path path = options.output;
  std::error_code ignored;
  while (!std::filesystem::exists(path, ignored) && path.has_parent_path() && path != path.parent_path()) {
    path = path.parent_path();
  }
  const std::filesystem::path& nearest = std::filesystem::exists(path, ignored) ? path : ".";
  const bool is_file_or_missing = path == options.output || std::filesystem::is_directory(nearest, ignored);
  if (std::filesystem::is_directory(options.output, ignored) || !is_file_or_missing ||
      ::access(nearest.c_str(), W_OK) != 0) {
    return fail(ErrorCode::file_unwritable, "cannot write " + options.output, "log.output");
  }
  return {};
}

Result<std::unique_ptr<Log>> Log::open(const LogOptions& options, const Clock& clock) {
  const auto least = log_level_from_name(options.level);
  if (!least) {
    return fail(ErrorCode::configuration_invalid, "must be debug, info, warning, error or critical", "log.level");
  }
  RAKKAN_TRY(spdlog::sink_ptr sink, open_sink(options.output));
  sink->set_pattern("%v");
  return std::unique_ptr<Log>(new Log(std::make_unique<Impl>(clock, options.queue, std::move(sink)), *least));
}

void Log::write(LogLevel level, std::string_view message, std::initializer_list<Field> fields) noexcept {
  if (!writes(level)) {
    return;
  }
  impl_->line(level, message, [&](JsonLine& json) {
    for (const Field& field : fields) {
      json.add(field);
    }
  });
  impl_->report_drops();
}

void Log::request(const RequestLine& line) noexcept {
  const LogLevel level = line.error ? row(*line.error).log_level : LogLevel::info;
  if (!writes(level)) {
    return;
  }
  impl_->line(level, "request", [&](JsonLine& json) {
    json.add_unless_empty("request_id", line.request_id)
        .add_unless_empty("trace_id", line.trace_id)
        .add_unless_empty("method", line.method)
        .add_unless_empty("route", line.route)
        .add({"status", std::uint64_t{line.status}})
        .add({"duration_us", std::int64_t{line.duration.count()}})
        .add_unless_empty("peer", line.peer)
        .add_unless_empty("key_id", line.key_id)
        .add_unless_empty("tenant", line.tenant);
    if (line.error) {
      json.add({"error", row(*line.error).slug});
    }
  });
  impl_->report_drops();
}

void Log::failure(std::string_view message, const Error& error, std::string_view request_id) noexcept {
  const LogLevel level = row(error.code).log_level;
  if (!writes(level)) {
    return;
  }
  impl_->line(level, message, [&](JsonLine& json) {
    json.add_unless_empty("request_id", request_id)
        .add({"error", row(error.code).slug})
        .add_unless_empty("detail", to_string(error));
  });
}

std::uint64_t Log::dropped() const noexcept { return impl_->dropped(); }

void Log::flush() noexcept { impl_->writer.flush(); }

}  // namespace rakkan::telemetry
