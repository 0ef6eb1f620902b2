#include "cli/output.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <system_error>
#include <utility>

#include "rakkan/base/environment.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/base/standard_streams.hpp"

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
    std::cerr << "  because: " << cause.detail;
    if (!cause.where.empty()) {
      std::cerr << " (" << cause.where << ')';
    }
    std::cerr << " [" << row(cause.code).slug << "]\n";
    print_causes(cause);
  }
}

bool is_for_standard_output(const Document& document) { return document.to == kStandardStream; }

Result<void> write(const Document& document) {
  return is_for_standard_output(document) ? write_standard_output(document.parts)
                                          : write_file_atomically(document.to, document.parts, document.secret);
}

// Standard output carries one document, or the facts.
Result<void> give_out(const Outcome& outcome, bool json) {
  const auto& documents = outcome.documents;
  const auto streams = std::count_if(documents.begin(), documents.end(), is_for_standard_output);
  if (streams > 1) {
    return fail(ErrorCode::invalid_argument, "standard output takes one file: only one can be -");
  }
  for (const Document& document : documents) {
    RAKKAN_CHECK(write(document));
  }
  const std::string facts = json ? boost::json::serialize(outcome.json) + "\n" : outcome.text;
  if (streams == 0) {
    return write_standard_output(facts);
  }
  std::cerr << facts << std::flush;
  return {};
}

// A file with a secret that is no good any more would only be taken for one that is.
void forget_secrets(const Outcome& outcome) {
  for (const Document& document : outcome.documents) {
    std::error_code ignored;
    if (document.secret && std::filesystem::is_regular_file(document.to, ignored)) {
      std::filesystem::remove(document.to, ignored);
    }
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
  if (error.offset) {
    json["offset"] = *error.offset;
  }
  if (!error.allowed.empty()) {
    json["allowed"] = boost::json::value_from(error.allowed);
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

Document Document::of(std::filesystem::path to, Bytes content) {
  auto owner = std::make_shared<const Bytes>(std::move(content));
  return {std::move(to), {ByteView(*owner)}, owner};
}

Document Document::of(std::filesystem::path to, std::string_view content) {
  return of(std::move(to), copy_of(bytes_of(content)));
}

Document Document::of(std::filesystem::path to, SecureBytes content) {
  auto owner = std::make_shared<const SecureBytes>(std::move(content));
  return {std::move(to), {owner->view()}, owner, true};
}

Document Document::secret_line(std::filesystem::path to, std::string_view text) {
  std::string line;
  line.reserve(text.size() + 1);  // never moved: no copy is left behind
  line.append(text).push_back('\n');
  Document document = of(std::move(to), SecureBytes(bytes_of(line)));
  secure_wipe({reinterpret_cast<Byte*>(line.data()), line.size()});
  return document;
}

Result<void> deliver(const Outcome& outcome, bool json) {
  Result<void> delivered = give_out(outcome, json);
  if (delivered || !outcome.take_back) {
    return delivered;
  }
  forget_secrets(outcome);
  Result<std::string> undone = outcome.take_back();
  Error error = std::move(delivered).error();
  if (undone) {
    error.detail += "; " + *undone;
    return fail(std::move(error));
  }
  error.detail += "; what was made could not be taken back";
  return fail(std::move(error).because(std::move(undone).error()));
}

int print(const Error& error, bool json) {
  const ErrorRow& facts = row(error.code);
  if (json) {
    // The exit code says that it failed, whether or not this can be read.
    static_cast<void>(
        write_standard_output(boost::json::serialize(boost::json::object{{"error", to_json(error)}}) + "\n"));
  }
  std::cerr << "rakkan: " << (speaks_japanese() ? facts.title_ja : facts.title_en) << ": " << error.detail;
  if (!error.where.empty()) {
    std::cerr << " (" << error.where << ')';
  }
  std::cerr << " [" << facts.slug << "]\n";
  print_causes(error);
  return static_cast<int>(facts.exit_code);
}

void warn(std::string_view what) { std::cerr << "rakkan: " << what << '\n'; }

void progress(std::string_view what) {
  if (::isatty(STDERR_FILENO) != 0) {
    std::cerr << "rakkan: " << what << " ...\n";
  }
}

}  // namespace rakkan::cli
