// PdfBuilder writes PDFs by hand: every form of cross-reference section, several revisions, and anything that is wrong.
//
//   Bytes pdf = PdfBuilder().object(1, "<</Type/Catalog/Pages 2 0 R>>").object(2, "<</Type/Pages/Kids[]/Count 0>>")
//                   .table("/Root 1 0 R").bytes();
//
// sample_pdf makes a whole small document in a form of choice.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rakkan/base/bytes.hpp"

namespace rakkan::test {

// RFC 1950, for FlateDecode.
inline std::string deflated(std::string_view data) {
  uLongf size = compressBound(static_cast<uLong>(data.size()));
  std::string out(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(data.data()),
                static_cast<uLong>(data.size()), Z_BEST_COMPRESSION) != Z_OK) {
    throw std::runtime_error("zlib failed");
  }
  out.resize(size);
  return out;
}

class PdfBuilder {
 public:
  // How the rows of a cross-reference stream are coded.
  enum class Coding { plain, flate, flate_png_up, ascii_hex };

  explicit PdfBuilder(std::string_view version = "1.7") {
    text_ = "%PDF-" + std::string(version) + "\n%\xe2\xe3\xcf\xd3\n";
  }
  // Goes on behind the bytes of a finished document.
  explicit PdfBuilder(ByteView base, std::uint64_t previous, std::uint32_t size)
      : text_(text_of(base)), previous_(previous), size_(size) {}

  PdfBuilder& raw(std::string_view bytes) {
    text_ += bytes;
    return *this;
  }

  // "N G obj BODY endobj", entered into the next section.
  PdfBuilder& object(std::uint32_t number, std::string_view body, std::uint32_t generation = 0) {
    enter(number, {1, text_.size(), generation});
    text_ += std::to_string(number) + " " + std::to_string(generation) + " obj\n" + std::string(body) + "\nendobj\n";
    return *this;
  }

  PdfBuilder& stream(std::uint32_t number, std::string_view entries, std::string_view data) {
    return object(number, "<<" + std::string(entries) + "/Length " + std::to_string(data.size()) + ">>\nstream\n" +
                              std::string(data) + "\nendstream");
  }

  PdfBuilder& free(std::uint32_t number, std::uint32_t generation = 1) {
    enter(number, {0, 0, generation});
    return *this;
  }

  // Any entry, also a wrong one. Type 0 free, 1 {offset, generation}, 2 {object stream, index}.
  PdfBuilder& entry(std::uint32_t number, unsigned type, std::uint64_t second, std::uint32_t third) {
    enter(number, {type, second, third});
    return *this;
  }

  // An object stream with these objects (§7.5.7).
  PdfBuilder& object_stream(std::uint32_t number, const std::vector<std::pair<std::uint32_t, std::string>>& objects,
                            bool compress = true) {
    std::string header;
    std::string body;
    for (std::uint32_t i = 0; i < objects.size(); ++i) {
      header += std::to_string(objects[i].first) + " " + std::to_string(body.size()) + " ";
      body += objects[i].second + "\n";
      enter(objects[i].first, {2, number, i});
    }
    const std::string entries = "/Type/ObjStm/N " + std::to_string(objects.size()) + "/First " +
                                std::to_string(header.size()) + (compress ? "/Filter/FlateDecode" : "");
    return stream(number, entries, compress ? deflated(header + body) : header + body);
  }

  // Closes the revision with a cross-reference table (§7.5.4). `trailer` holds entries beside /Size and /Prev.
  PdfBuilder& table(std::string_view trailer, std::string_view line_end = " \n") {
    const std::uint64_t offset = text_.size();
    write_table(entries_, line_end);
    write_trailer(trailer);
    return close(offset);
  }

  // Closes the revision with a cross-reference stream (§7.5.8), itself object `number`.
  PdfBuilder& xref_stream(std::uint32_t number, std::string_view trailer, Coding coding = Coding::flate) {
    const std::uint64_t offset = write_xref_stream(number, trailer, coding, previous_);
    return close(offset);
  }

  // Closes the revision as a hybrid (§7.5.8.4): what is in object streams is free in the table and stands in the
  // cross-reference stream `number`.
  PdfBuilder& hybrid(std::uint32_t number, std::string_view trailer) {
    std::map<std::uint32_t, Entry> visible = entries_;
    std::map<std::uint32_t, Entry> hidden;
    for (auto& [object, entry] : visible) {
      if (entry.type == 2) {
        hidden[object] = entry;
        entry = {0, 0, 0};
      }
    }
    entries_ = hidden;
    const std::uint64_t stream_offset = write_xref_stream(number, "", Coding::flate, std::nullopt);
    visible[number] = {1, stream_offset, 0};
    const std::uint64_t offset = text_.size();
    write_table(visible, " \n");
    write_trailer(std::string(trailer) + "/XRefStm " + std::to_string(stream_offset));
    return close(offset);
  }

  // "startxref OFFSET %%EOF".
  PdfBuilder& startxref(std::uint64_t offset) {
    text_ += "startxref\n" + std::to_string(offset) + "\n%%EOF\n";
    return *this;
  }

  [[nodiscard]] std::uint64_t position() const noexcept { return text_.size(); }
  // The offset of the newest section.
  [[nodiscard]] std::uint64_t last_section() const { return previous_.value(); }
  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] Bytes bytes() const { return copy_of(bytes_of(text_)); }

 private:
  struct Entry {
    unsigned type;
    std::uint64_t second;
    std::uint32_t third;
  };

  void enter(std::uint32_t number, Entry entry) {
    entries_[number] = entry;
    size_ = std::max(size_, number + 1);
  }

  static std::string digits(std::uint64_t value, std::size_t width) {
    const std::string text = std::to_string(value);
    return std::string(width > text.size() ? width - text.size() : 0, '0') + text;
  }

  // Runs of adjoining numbers: {first, count}.
  static std::vector<std::pair<std::uint32_t, std::uint32_t>> runs(const std::map<std::uint32_t, Entry>& entries) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> runs;
    for (const auto& [number, entry] : entries) {
      if (runs.empty() || runs.back().first + runs.back().second != number) {
        runs.emplace_back(number, 0);
      }
      ++runs.back().second;
    }
    return runs;
  }

  void write_table(std::map<std::uint32_t, Entry> entries, std::string_view line_end) {
    if (!previous_) {
      entries[0] = {0, 0, 65535};
    }
    text_ += "xref\n";
    for (const auto& [first, count] : runs(entries)) {
      text_ += std::to_string(first) + " " + std::to_string(count) + "\n";
      for (std::uint32_t number = first; number < first + count; ++number) {
        const Entry& entry = entries.at(number);
        text_ += digits(entry.second, 10) + " " + digits(entry.third, 5) + (entry.type == 1 ? " n" : " f");
        text_ += line_end;
      }
    }
  }

  void write_trailer(std::string_view trailer) {
    text_ += "trailer\n<<" + std::string(trailer) + "/Size " + std::to_string(size_);
    text_ += previous_ ? "/Prev " + std::to_string(*previous_) : "";
    text_ += ">>\n";
  }

  std::uint64_t write_xref_stream(std::uint32_t number, std::string_view trailer, Coding coding,
                                  std::optional<std::uint64_t> previous) {
    const std::uint64_t offset = text_.size();
    enter(number, {1, offset, 0});
    if (!previous_) {
      entries_[0] = {0, 0, 65535};
    }
    std::string rows;
    std::string index;
    for (const auto& [first, count] : runs(entries_)) {
      index += std::to_string(first) + " " + std::to_string(count) + " ";
    }
    std::string before(7, '\0');
    for (const auto& [object, entry] : entries_) {
      std::string row(1, static_cast<char>(entry.type));
      for (int shift = 24; shift >= 0; shift -= 8) {
        row += static_cast<char>(entry.second >> shift & 0xff);
      }
      row += static_cast<char>(entry.third >> 8 & 0xff);
      row += static_cast<char>(entry.third & 0xff);
      if (coding == Coding::flate_png_up) {
        rows += '\2';
        for (std::size_t i = 0; i < row.size(); ++i) {
          rows += static_cast<char>(row[i] - before[i]);
        }
      } else {
        rows += row;
      }
      before = row;
    }
    std::string entries =
        "/Type/XRef/W[1 4 2]/Index[" + index + "]/Size " + std::to_string(size_) + std::string(trailer);
    entries += previous ? "/Prev " + std::to_string(*previous) : "";
    switch (coding) {
      case Coding::plain:
        break;
      case Coding::flate:
        entries += "/Filter/FlateDecode";
        rows = deflated(rows);
        break;
      case Coding::flate_png_up:
        entries += "/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 7>>";
        rows = deflated(rows);
        break;
      case Coding::ascii_hex: {
        entries += "/Filter/ASCIIHexDecode";
        std::string hex;
        for (const char c : rows) {
          constexpr std::string_view kDigits = "0123456789abcdef";
          hex += kDigits[static_cast<unsigned char>(c) >> 4];
          hex += kDigits[static_cast<unsigned char>(c) & 15];
        }
        rows = hex + ">";
        break;
      }
    }
    text_ += std::to_string(number) + " 0 obj\n<<" + entries + "/Length " + std::to_string(rows.size()) +
             ">>\nstream\n" + rows + "\nendstream\nendobj\n";
    return offset;
  }

  PdfBuilder& close(std::uint64_t offset) {
    startxref(offset);
    previous_ = offset;
    entries_.clear();
    return *this;
  }

  std::string text_;
  std::map<std::uint32_t, Entry> entries_;
  std::optional<std::uint64_t> previous_;
  std::uint32_t size_ = 1;
};

enum class XrefForm { table, stream, object_streams, hybrid };
inline constexpr XrefForm kXrefForms[] = {XrefForm::table, XrefForm::stream, XrefForm::object_streams,
                                          XrefForm::hybrid};

struct SamplePdf {
  XrefForm form = XrefForm::table;
  std::string version = "1.7";
  std::uint32_t pages = 1;
  std::string catalog = {};  // further entries, e.g. "/AcroForm 10 0 R"
  std::string page = {};     // further entries of the first page, e.g. "/Annots[]"
  std::vector<std::pair<std::uint32_t, std::string>> objects =
      {};  // further objects; numbers from 10 + pages on are never in use
  std::string trailer = "/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]";
};

// Catalog 1, page tree 2, pages 10, 11, …; content stream 3 (in the first page). In the forms with object streams
// everything but the streams is in one.
inline PdfBuilder sample_builder(const SamplePdf& sample) {
  std::string kids;
  for (std::uint32_t i = 0; i < sample.pages; ++i) {
    kids += std::to_string(10 + i) + " 0 R ";
  }
  std::vector<std::pair<std::uint32_t, std::string>> objects = {
      {1, "<</Type/Catalog/Pages 2 0 R" + sample.catalog + ">>"},
      {2, "<</Type/Pages/Kids[" + kids + "]/Count " + std::to_string(sample.pages) + ">>"}};
  for (std::uint32_t i = 0; i < sample.pages; ++i) {
    objects.emplace_back(10 + i, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.303937007874 842]/Resources<<>>" +
                                     (i == 0 ? "/Contents 3 0 R" + sample.page : std::string()) + ">>");
  }
  objects.insert(objects.end(), sample.objects.begin(), sample.objects.end());

  PdfBuilder builder(sample.version);
  builder.stream(3, "", "0 0 m 10 10 l S");
  const std::string trailer = "/Root 1 0 R" + sample.trailer;
  const bool packed = sample.form == XrefForm::object_streams || sample.form == XrefForm::hybrid;
  if (packed) {
    builder.object_stream(4, objects);
  } else {
    for (const auto& [number, body] : objects) {
      builder.object(number, body);
    }
  }
  switch (sample.form) {
    case XrefForm::table:
      return builder.table(trailer);
    case XrefForm::stream:
    case XrefForm::object_streams:
      return builder.xref_stream(5, trailer);
    case XrefForm::hybrid:
      return builder.hybrid(5, trailer);
  }
  return builder;
}

inline Bytes sample_pdf(const SamplePdf& sample = {}) { return sample_builder(sample).bytes(); }

}  // namespace rakkan::test
