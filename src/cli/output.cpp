#include "cli/output.hpp"

#include <unistd.h>

#include <iostream>

#include "rakkan/base/environment.hpp"

namespace rakkan::cli {
namespace {

// The Japanese title is shown beside the English one where the terminal's language is Japanese.
bool speaks_japanese() {
  for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (const std::string_view value = environment_variable(variable); !value.empty()) {
      return value.starts_with("ja");
    }
  }
  return false;
}

void print_causes(const Error& error) {
  for (const Error& cause : error.causes) {
    std::cerr << "  because: " << cause.detail << " [" << row(cause.code).slug << "]\n";
    print_causes(cause);
  }
}

}  // namespace

boost::json::object to_json(const Error& error) {
  const ErrorRow& facts = row(error.code);
  boost::json::object json{{"type", "urn:rakkan:problem:" + std::string(facts.slug)},
                           {"code", facts.slug},
                           {"title", facts.title_en},
                           {"title_ja", facts.title_ja},
                           {"detail", error.detail},
                           {"retryable", facts.retryable}};
  if (!error.where.empty()) {
    json["where"] = error.where;
  }
  if (error.retry_after) {
    json["retry_after_ms"] = error.retry_after->count();
  }
  if (!error.causes.empty()) {
    boost::json::array causes;
    for (const Error& cause : error.causes) {
      causes.push_back(to_json(cause));
    }
    json["causes"] = std::move(causes);
  }
  return json;
}

int print(const Outcome& outcome, bool json) {
  if (json) {
    std::cout << boost::json::serialize(outcome.json) << '\n';
  } else {
    std::cout << outcome.text;
  }
  std::cout.flush();
  return static_cast<int>(outcome.exit_code);
}

int print(const Error& error, bool json) {
  const ErrorRow& facts = row(error.code);
  if (json) {
    std::cout << boost::json::serialize(boost::json::object{{"error", to_json(error)}}) << '\n' << std::flush;
  }
  std::cerr << "rakkan: " << (speaks_japanese() ? facts.title_ja : facts.title_en) << ": " << error.detail;
  if (!error.where.empty()) {
    std::cerr << " (" << error.where << ')';
  }
  std::cerr << " [" << facts.slug << "]\n";
  print_causes(error);
  return static_cast<int>(facts.exit_code);
}

void progress(std::string_view what) {
  if (::isatty(STDERR_FILENO) != 0) {
    std::cerr << "rakkan: " << what << " ...\n";
  }
}

}  // namespace rakkan::cli
