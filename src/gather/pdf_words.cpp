#include "gather/pdf_words.hpp"

#include "rakkan/base/bytes.hpp"

namespace rakkan::gather {

std::uint32_t number_of(std::size_t revision) noexcept { return checked_cast<std::uint32_t>(revision + 1).value_or(0); }

std::string object_name(std::uint32_t number) {
  return number == 0 ? std::string() : std::to_string(number) + " 0 obj";
}

validation::Coverage coverage_of(pades::CoverageClass coverage) noexcept {
  switch (coverage) {
    case pades::CoverageClass::unclear:
      return validation::Coverage::unclear;
    case pades::CoverageClass::contiguous_block:
      return validation::Coverage::contiguous_block;
    case pades::CoverageClass::entire_revision:
      return validation::Coverage::entire_revision;
    case pades::CoverageClass::entire_file:
      return validation::Coverage::entire_file;
  }
  return validation::Coverage::unclear;
}

validation::ModificationLevel level_of(pades::ModificationLevel level) noexcept {
  switch (level) {
    case pades::ModificationLevel::none:
      return validation::ModificationLevel::none;
    case pades::ModificationLevel::lta_updates:
      return validation::ModificationLevel::lta_updates;
    case pades::ModificationLevel::form_filling:
      return validation::ModificationLevel::form_filling;
    case pades::ModificationLevel::annotations:
      return validation::ModificationLevel::annotations;
    case pades::ModificationLevel::other:
      return validation::ModificationLevel::other;
  }
  return validation::ModificationLevel::other;
}

validation::Permission permission_of(const std::optional<int>& doc_mdp) noexcept {
  switch (doc_mdp.value_or(0)) {
    case 1:
      return validation::Permission::no_changes;
    case 2:
      return validation::Permission::form_filling;
    case 3:
      return validation::Permission::annotations;
    default:
      return validation::Permission::no_certification;
  }
}

const char* code_of(pades::CoverageFault fault) noexcept {
  using Fault = pades::CoverageFault;
  switch (fault) {
    case Fault::no_dictionary:
    case Fault::contents_no_hex:
    case Fault::contents_digits:
    case Fault::contents_encoding:
      return "signature-dictionary-unusable";
    case Fault::duplicate_keys:
      return "duplicate-key";
    case Fault::byte_range_shape:
    case Fault::byte_range_outside:
      return "byte-range-malformed";
    case Fault::contents_padding:
      return "contents-padding";
    case Fault::gap:
      return "contents-gap";
    case Fault::revision_end:
    case Fault::sections_uncovered:
    case Fault::revision_structure:
      return "coverage-not-a-revision";
    case Fault::other_revision:
    case Fault::changed_later:
    case Fault::removed_later:
      return "signature-dictionary-changed";
    case Fault::shared_dictionary:
      return "signature-shared";
    case Fault::shared_byte_range:
      return "byte-range-overlap";
    case Fault::copied_contents:
      return "signature-copied";
    case Fault::file_tail:
      return "unsigned-tail";
    case Fault::header_offset:
      return "header-offset";
  }
  return "";
}

const char* code_of(pdf::StructureFault fault) noexcept {
  using Fault = pdf::StructureFault;
  switch (fault) {
    case Fault::header_offset:
      return "header-offset";
    case Fault::object_stream_index:
      return "object-stream-index";
    case Fault::entry_above_size:
      return "object-above-size";
    case Fault::hybrid_disagreement:
      return "hybrid-xref-disagrees";
    case Fault::object_missing:
      return "object-missing";
    case Fault::form_damaged:
      return "form-damaged";
    case Fault::duplicate_trailer_key:
    case Fault::entry_twice:
    case Fault::sections_out_of_order:
    case Fault::startxref_mismatch:
    case Fault::hybrid_stream_outside:
    case Fault::section_without_end:
    case Fault::object_outside:
      return "xref-confusion";
  }
  return "";
}

}  // namespace rakkan::gather
