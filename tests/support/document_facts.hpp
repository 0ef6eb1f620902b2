// All that pdf::Document tells of a document, as one text: two readings that agree in it cannot be told apart.
#pragma once

#include <algorithm>
#include <string>

#include "rakkan/base/hex.hpp"
#include "rakkan/pdf/acro_form.hpp"
#include "rakkan/pdf/page_tree.hpp"

namespace rakkan::test {

namespace facts {

inline std::string text(std::optional<std::uint64_t> number) { return number ? std::to_string(*number) : "-"; }
inline std::string text(const Error& error) { return "error " + to_string(error); }

inline std::string text(pdf::Value value) {
  return std::to_string(value.offset()) + "+" + std::to_string(value.bytes().size()) + ":" + to_hex(value.bytes());
}

inline std::string text(const pdf::Document& document, std::uint32_t number) {
  const auto entry = document.xref_entry(number);
  if (!entry) {
    return text(entry.error());
  }
  std::string facts = !*entry ? "none"
                              : std::to_string(static_cast<int>((*entry)->type)) + "/" +
                                    std::to_string((*entry)->offset) + "/" + std::to_string((*entry)->section);
  const auto object = document.load(number);
  if (!object) {
    return facts + " " + text(object.error());
  }
  if (*object == nullptr) {
    return facts + " undefined";
  }
  const pdf::Object& found = **object;
  facts += " at " + std::to_string(found.location().offset) + "/" + std::to_string(found.location().object_stream) +
           "-" + std::to_string(found.end_offset()) + " stream " + std::to_string(found.stream_offset()) + " " +
           text(found.value());
  if (found.is_stream()) {
    const auto raw = document.stream_bytes(found);
    facts += raw ? " raw " + to_hex(*raw) : " " + text(raw.error());
    const auto decoded = document.decoded_stream(found);
    facts += decoded ? " decoded " + to_hex(*decoded) : " " + text(decoded.error());
  }
  return facts;
}

}  // namespace facts

inline std::string document_facts(const pdf::Document& document, std::uint32_t most_objects = 500) {
  std::string facts =
      "size " + std::to_string(document.size()) + " next " + std::to_string(document.next_object_number()) + "\n";
  for (const pdf::Section& section : document.sections()) {
    facts += std::string(to_string(section.kind)) + " " + std::to_string(section.offset) + " " +
             std::to_string(section.hybrid_stream) + " prev " + facts::text(section.previous) + " end " +
             facts::text(section.end) + " " + facts::text(section.trailer) + "\n";
  }
  for (const pdf::Revision& revision : document.revisions()) {
    facts += "revision " + facts::text(revision.end) + " " + std::to_string(revision.first_section) + "\n";
  }
  for (std::uint32_t number = 0; number < std::min(document.next_object_number(), most_objects); ++number) {
    facts += std::to_string(number) + ": " + facts::text(document, number) + "\n";
  }
  const auto pages = pdf::page_count(document);
  facts += "pages " + (pages ? std::to_string(*pages) : facts::text(pages.error())) + "\n";
  const auto form = pdf::AcroForm::read(document);
  if (!form) {
    return facts + "form " + facts::text(form.error());
  }
  for (std::size_t i = 0; *form && i < (*form)->fields.size(); ++i) {
    facts += "field " + (*form)->fields[i].name + "\n";
  }
  const auto signatures = *form ? pdf::signatures(document, **form) : std::vector<pdf::Signature>{};
  if (!signatures) {
    return facts + "signatures " + facts::text(signatures.error());
  }
  for (const pdf::Signature& signature : *signatures) {
    facts += "signature " + signature.field_name + " " + facts::text(signature.contents_offset) + " " +
             facts::text(signature.dictionary) + "\n";
  }
  return facts;
}

// The first fact in which a document in pieces is another one than the whole; empty when there is none. What the pieces
// refuse to read (a broken object of the base may go on into an update) is no other document, nor what the whole has no
// budget left for.
inline std::string disagreement(const pdf::Document& pieces, const pdf::Document& whole,
                                std::uint32_t most_objects = 500) {
  const std::string ours = document_facts(pieces, most_objects), theirs = document_facts(whole, most_objects);
  std::size_t at = 0, other = 0;
  while (at < ours.size() && other < theirs.size()) {
    const std::size_t end = std::min(ours.find('\n', at), ours.size());
    const std::size_t other_end = std::min(theirs.find('\n', other), theirs.size());
    const std::string fact = ours.substr(at, end - at);
    const std::string other_fact = theirs.substr(other, other_end - other);
    const bool refused = fact.find("error pdf-malformed") != std::string::npos ||
                         other_fact.find("error pdf-limit-exceeded") != std::string::npos;
    if (!refused && fact != other_fact) {
      return fact + " is not " + other_fact;
    }
    at = end + 1;
    other = other_end + 1;
  }
  return {};
}

}  // namespace rakkan::test
