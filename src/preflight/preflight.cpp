#include "rakkan/preflight/preflight.hpp"

#include <iterator>
#include <utility>

#include "rakkan/base/file.hpp"
#include "rakkan/config/trust_file.hpp"
#include "rakkan/http/server.hpp"
#include "rakkan/service/start_check.hpp"
#include "rakkan/telemetry/log.hpp"

namespace rakkan::preflight {
namespace {

constexpr std::uint64_t kLargestFile = 1ULL << 20;  // bytes of a configuration

void add(std::vector<Error>& to, std::vector<Error> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

Result<service::SharedTrust> read_trust(const std::string& file) {
  auto trust = config::TrustFile(file).read();
  if (!trust) {
    return fail(std::move(trust).error().blamed_on("trust.file"));
  }
  return std::make_shared<const pki::TrustStore>(*std::move(trust));
}

std::vector<Error> findings_of(const config::Configuration& configuration) {
  std::vector<Error> findings = http::check(configuration.http);
  if (const std::string& file = configuration.trust.file; !file.empty()) {
    if (auto trust = read_trust(file); !trust) {
      findings.push_back(std::move(trust).error());
    }
  }
  add(findings, service::check(configuration.service));
  if (auto log = telemetry::Log::check(configuration.telemetry.log); !log) {
    findings.push_back(std::move(log).error());
  }
  const auto socket = http::admin_socket(configuration.http, configuration.data_dir);
  if (auto wrong = http::check_admin_socket(socket); !wrong) {
    findings.push_back(std::move(wrong).error());
  }
  return findings;
}

}  // namespace

service::EmbeddedOptions embedded_options(const config::Configuration& configuration, std::string program) {
  service::EmbeddedOptions options{configuration.data_dir, configuration.hsm,   configuration.store,
                                   configuration.service,  configuration.audit, std::move(program)};
  options.production = configuration.in_production();
  if (const std::string& file = configuration.trust.file; !file.empty()) {
    options.read_trust = [file] { return read_trust(file); };
  }
  return options;
}

Result<std::string> configuration_of_copy(const config::Configuration& configuration) {
  const std::filesystem::path elsewhere = "/a copy";
  if (configuration.file.empty()) {
    return std::string("data_dir = \".\"\n");
  }
  RAKKAN_TRY(const Bytes content, read_file(configuration.file, kLargestFile));
  std::string text(text_of(content));
  const auto there = config::parse(text, (elsewhere / "rakkan.toml").string());
  if (there && (there->data_dir / "").lexically_normal() == elsewhere / "") {
    return text;
  }
  RAKKAN_TRY(config::Configuration here, config::parse(text, configuration.file));
  here.data_dir = ".";
  return config::print_changes(here);
}

Result<void> check_options(const config::Configuration& configuration) {
  std::optional<Error> wrong = config::summary(configuration, findings_of(configuration));
  return wrong ? Result<void>(fail(*std::move(wrong))) : Result<void>();
}

Report check(const config::Configuration& configuration) {
  Report report{findings_of(configuration), {}};
  service::FolderReport folder = service::check_folder_for_start(embedded_options(configuration, ""));
  add(report.findings, std::move(folder.findings));
  report.not_looked_at = std::move(folder.not_looked_at);
  return report;
}

}  // namespace rakkan::preflight
