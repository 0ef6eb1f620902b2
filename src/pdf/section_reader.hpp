// SectionReader reads the chain of cross-reference sections into a Document::Impl: startxref, tables, streams, hybrids,
// /Prev (ISO 32000-2 §7.5.4 to §7.5.8).
#pragma once

#include "pdf/document_impl.hpp"

namespace rakkan::pdf {

class SectionReader {
 public:
  explicit SectionReader(Document::Impl& document) noexcept : document_(document) {}

  // Fails with pdf_malformed, pdf_encrypted or pdf_limit_exceeded.
  [[nodiscard]] Result<void> read_chain();
  // Reads the one section of an update behind sections that are read already, to which its /Prev leads. Fails as
  // read_chain, and with pdf_malformed when it leads elsewhere.
  [[nodiscard]] Result<void> read_update();

 private:
  struct StartXref {
    std::uint64_t target;
    std::optional<std::uint64_t> end;  // one past its %%EOF and line end
  };
  void end_line(Section& before);
  void end_newest(const StartXref& start);
  [[nodiscard]] Result<void> check_trailer(Value trailer, std::uint64_t section);
  [[nodiscard]] Result<StartXref> last_startxref();
  [[nodiscard]] std::optional<StartXref> startxref_at(std::uint64_t offset);
  [[nodiscard]] Result<void> read_section(std::uint64_t offset);
  [[nodiscard]] Result<void> read_table_section(std::uint64_t xref_keyword_end, std::uint64_t offset);
  [[nodiscard]] Result<void> read_stream_section(std::uint64_t offset);
  struct StreamSection {
    std::unique_ptr<Object> object;
    XrefStream stream;
    std::uint64_t end_of_data;
  };
  [[nodiscard]] Result<StreamSection> read_stream(std::uint64_t offset);
  [[nodiscard]] Result<std::optional<std::uint64_t>> offset_entry(Value trailer, std::string_view key);

  // The bytes [begin, end) as one, good until the next call: around the keywords of a section a reading may cross from
  // one piece of the document into the next.
  [[nodiscard]] ByteView window(std::uint64_t begin, std::uint64_t end);

  Document::Impl& document_;
  Bytes crossing_;  // the window where pieces meet
};

}  // namespace rakkan::pdf
