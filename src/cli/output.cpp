#include "cli/output.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <system_error>
#include <utility>

#include "cli/input.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/base/standard_streams.hpp"
#include "rakkan/console/error_report.hpp"

namespace rakkan::cli {
namespace {

bool is_for_standard_output(const Document& document) { return document.to == kStandardStream; }

Result<void> write(const Document& document) {
  return is_for_standard_output(document) ? write_standard_output(document.parts)
                                          : write_file_atomically(document.to, document.parts, document.secret);
}

// Writes the documents and the facts. Standard output takes one document, or the facts, which else go to standard
// error.
Result<void> give_out(const Outcome& outcome, bool json) {
  const auto& documents = outcome.documents;
  const auto streams = std::count_if(documents.begin(), documents.end(), is_for_standard_output);
  if (streams > 1) {
    return fail(ErrorCode::invalid_argument, "standard output takes one file: only one can be -");
  }
  for (const Document& document : documents) {
    RAKKAN_CHECK(write(document));
  }
  const std::string facts = outcome.written ? *outcome.written
                            : json          ? boost::json::serialize(outcome.json) + "\n"
                                            : outcome.text;
  if (streams == 0) {
    return write_standard_output(facts);
  }
  std::cerr << facts << std::flush;
  return {};
}

// Removes files with secrets of a command that was taken back, so that nobody takes them for valid ones.
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
  return boost::json::parse(console::to_json(error, console::language())).as_object();
}

Document Document::of(std::filesystem::path to, Bytes content) {
  auto owner = std::make_shared<const Bytes>(std::move(content));
  return {std::move(to), {ByteView(*owner)}, owner};
}

Document Document::of(std::filesystem::path to, std::shared_ptr<const InputFile> base, Bytes tail) {
  struct Whole {
    std::shared_ptr<const InputFile> base;
    Bytes tail;
  };
  const auto whole = std::make_shared<const Whole>(Whole{std::move(base), std::move(tail)});
  return {std::move(to), {whole->base->view(), whole->tail}, whole};
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
  line.reserve(text.size() + 1);  // the line is never moved, so no copy is left behind
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
  error.detail += "; the command could not be taken back";
  return fail(std::move(error).because(std::move(undone).error()));
}

int print(const Error& error, bool json) { return console::report("rakkan", error, json); }

void warn(std::string_view what) { std::cerr << "rakkan: " << what << '\n'; }

void progress(std::string_view what) {
  if (::isatty(STDERR_FILENO) != 0) {
    std::cerr << "rakkan: " << what << " ...\n";
  }
}

}  // namespace rakkan::cli
