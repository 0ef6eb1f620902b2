#include "rakkan/console/error_report.hpp"

#include <iostream>

#include "rakkan/base/standard_streams.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::console {
namespace {

std::string_view title(const ErrorRow& meaning, Language language) noexcept {
  return language == Language::ja ? meaning.title_ja : meaning.title_en;
}

// The error's detail in the language; in English where no translation is known, which is better than no detail.
std::string detail(const Error& error, Language language) {
  std::string translated = language == Language::ja ? japanese(error.detail) : std::string();
  return translated.empty() ? error.detail : translated;
}

std::string place_and_code(const Error& error) {
  std::string text = error.where.empty() ? std::string() : " (" + error.where + ")";
  return text.append(" [").append(row(error.code).slug).append("]\n");
}

void append_causes(std::string& to, const Error& error, Language language) {
  for (const Error& cause : error.causes) {
    to += language == Language::ja ? "  原因: " : "  because: ";
    to += cause.detail.empty() ? std::string(title(row(cause.code), language)) : detail(cause, language);
    to += place_and_code(cause);
    append_causes(to, cause, language);
  }
}

}  // namespace

std::string to_json(const Error& error, Language language) {
  const ErrorRow& meaning = row(error.code);
  json::ObjectWriter object;
  object.text("type", std::string("/problems/").append(meaning.slug))
      .text("title", title(meaning, language))
      .text("title_en", meaning.title_en)
      .text("title_ja", meaning.title_ja)
      .text("code", meaning.slug)
      .text("detail", error.detail);
  if (const std::string translated = language == Language::ja ? japanese(error.detail) : std::string();
      !translated.empty()) {
    object.text("detail_ja", translated);
  }
  object.flag("retryable", meaning.retryable);
  if (!error.where.empty()) {
    object.text("where", error.where);
  }
  for (const auto& [name, value] : error.facts) {
    object.text(name, value);
  }
  if (error.retry_after) {
    object.number("retry_after_ms", static_cast<std::uint64_t>(error.retry_after->count()));
  }
  if (!error.causes.empty()) {
    object.raw("causes", json::array_of(error.causes, [&](const Error& cause) { return to_json(cause, language); }));
  }
  return std::move(object).finish();
}

std::string to_text(std::string_view program, const Error& error, Language language) {
  std::string text(program);
  text.append(": ").append(title(row(error.code), language));
  if (!error.detail.empty()) {
    text.append(": ").append(detail(error, language));
  }
  text += place_and_code(error);
  append_causes(text, error, language);
  return text;
}

int report(std::string_view program, const Error& error, bool json) {
  const Language spoken = language();
  if (json) {
    // A failure to write is ignored: the exit status reports the error anyway.
    static_cast<void>(write_standard_output("{\"error\":" + to_json(error, spoken) + "}\n"));
  }
  std::cerr << to_text(program, error, spoken) << std::flush;
  return static_cast<int>(row(error.code).exit_code);
}

}  // namespace rakkan::console
