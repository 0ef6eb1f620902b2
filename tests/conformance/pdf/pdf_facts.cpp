// Prints the facts that the reader finds: a path a line on standard input, a JSON object a line on standard output.
#include <ctime>
#include <iostream>
#include <sstream>
#include <string>

#include "rakkan/base/file.hpp"
#include "rakkan/pdf/acro_form.hpp"
#include "rakkan/pdf/page_tree.hpp"

namespace {

using namespace rakkan;

std::string quoted(std::string_view text) {
  std::ostringstream out;
  out << '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out << '\\' << c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      out << "\\u00" << kDigits[static_cast<unsigned char>(c) >> 4] << kDigits[static_cast<unsigned char>(c) & 15];
    } else {
      out << c;
    }
  }
  out << '"';
  return out.str();
}

std::string_view kind_of(const pdf::Object& object) {
  if (object.is_stream()) {
    return "stream";
  }
  switch (object.value().kind()) {
    case pdf::Kind::null:
      return "null";
    case pdf::Kind::boolean:
      return "boolean";
    case pdf::Kind::integer:
    case pdf::Kind::real:
      return "number";
    case pdf::Kind::string:
      return "string";
    case pdf::Kind::name:
      return "name";
    case pdf::Kind::array:
      return "array";
    case pdf::Kind::dictionary:
      return "dictionary";
    case pdf::Kind::reference:
      return "reference";
  }
  return "unknown";
}

// [number, generation, kind] of every object that a reference finds, without nulls and cross-reference streams.
std::string objects(const pdf::Document& document) {
  std::ostringstream out;
  std::string_view comma;
  for (std::uint32_t number = 1; number < document.next_object_number(); ++number) {
    const auto object = document.load(number);
    if (!object) {
      out << comma << '[' << number << ",0,\"unreadable\"]";
    } else if (*object == nullptr || (*object)->value().is(pdf::Kind::null) ||
               ((*object)->is_stream() && (*object)->value().find("Type").is_name("XRef"))) {
      continue;
    } else {
      out << comma << '[' << number << ',' << (*object)->generation() << ',' << quoted(kind_of(**object)) << ']';
    }
    comma = ",";
  }
  return out.str();
}

std::string facts(ByteView bytes) {
  std::ostringstream out;
  const auto failure = [&](std::string_view step, const Error& error) {
    out << "\"failed\":" << quoted(step) << ",\"code\":" << quoted(row(error.code).slug)
        << ",\"error\":" << quoted(to_string(error));
    return out.str();
  };
  const auto document = pdf::Document::open(bytes);
  if (!document) {
    return failure("open", document.error());
  }
  const auto pages = pdf::page_count(*document);
  if (!pages) {
    return failure("pages", pages.error());
  }
  const auto form = pdf::AcroForm::read(*document);
  if (!form) {
    return failure("form", form.error());
  }
  out << "\"pages\":" << *pages << ",\"revisions\":" << document->revisions().size() << ",\"signatures\":[";
  if (*form) {
    const auto signatures = pdf::signatures(*document, **form);
    if (!signatures) {
      return failure("signatures", signatures.error());
    }
    std::string_view comma;
    for (const pdf::Signature& signature : *signatures) {
      out << comma << quoted(signature.field_name);
      comma = ",";
    }
  }
  out << "],\"objects\":[" << objects(*document) << "]";
  return out.str();
}

}  // namespace

int main() {
  std::string path;
  while (std::getline(std::cin, path)) {
    const auto file = MappedFile::open(path);
    if (!file) {
      std::cerr << to_string(file.error()) << '\n';
      return 3;
    }
    const std::clock_t begin = std::clock();  // CPU time: a busy machine is not a slow reader
    const std::string said = facts(file->view());
    const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    std::cout << "{\"file\":" << quoted(path) << ",\"seconds\":" << seconds << "," << said << "}" << std::endl;
  }
  return 0;
}
