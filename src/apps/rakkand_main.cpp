#include <unistd.h>

#include <span>

#include "arguments.hpp"
#include "rakkan/base/process.hpp"
#include "rakkan/base/standard_streams.hpp"
#include "rakkan/console/error_report.hpp"
#include "serve.hpp"

namespace {

using namespace rakkan;

Result<void> start(const apps::Arguments& arguments) {
  if (const auto* const say = std::get_if<apps::Say>(&arguments)) {
    return write_standard_output(say->text);
  }
  RAKKAN_CHECK(keep_to_ourselves());
  const ServiceManager manager;  // made before the first thread, which inherits the signals that it blocks
  const std::string& file = std::get<apps::Serve>(arguments).config_file;
  RAKKAN_TRY(config::Configuration configuration, config::load(file, config::environment_settings(environ), {}));
  return apps::serve(configuration, manager).map_error([&](Error error) {
    return config::located(configuration, std::move(error));
  });
}

}  // namespace

int main(int argc, char** argv) {
  rakkan::settle_standard_streams();
  const auto words = std::span(argv, static_cast<std::size_t>(argc)).subspan(argc > 0 ? 1 : 0);
  const auto arguments = rakkan::apps::parse(words);
  const auto ended = arguments ? start(*arguments) : rakkan::Result<void>(fail(arguments.error()));
  return ended ? 0 : rakkan::console::report("rakkand", ended.error(), rakkan::apps::asks_for_json(words));
}
