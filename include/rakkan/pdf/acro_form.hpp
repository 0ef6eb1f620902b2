// The interactive form (ISO 32000-2 §12.7): its fields with full names, and the signatures in it (§12.8).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rakkan/pdf/document.hpp"

namespace rakkan::pdf {

enum class FieldType : std::uint8_t { none, button, text, choice, signature };

// Field is a node of the field tree that is more than a widget (§12.7.4.2).
struct Field {
  std::string name;                    // full, UTF-8, partial names joined by '.'
  FieldType type = FieldType::none;    // /FT, inherited
  bool terminal = true;                // no kid is a field
  const Object* object = nullptr;      // its dictionary's object
  std::optional<std::size_t> parent;   // index in AcroForm::fields
  std::vector<const Object*> widgets;  // its widget annotations; the field's own object when merged (§12.7.4.1)
  Value value;                         // /V unresolved: possibly inherited, possibly a reference; none: absent
  Value lock;                          // /Lock of a signature field, unresolved
  Value seed_value;                    // /SV
};

struct AcroForm {
  // Nothing when the catalog has no /AcroForm. Fails with pdf_malformed or pdf_limit_exceeded.
  [[nodiscard]] static Result<std::optional<AcroForm>> read(const Document& document);

  [[nodiscard]] const Field* find(std::string_view full_name) const noexcept;

  Value entry;                // the catalog's /AcroForm unresolved: direct, or a reference
  Value dictionary;           // the same, resolved
  bool has_xfa = false;       // /XFA that is not null
  std::vector<Field> fields;  // in the order of the tree, parents first
};

// Signature is a signature dictionary (§12.8.1, table 255) with the positions of the values on which its validity
// depends. Nothing is judged here.
struct Signature {
  std::string field_name;
  const Object* field = nullptr;
  const Object* object = nullptr;  // the object that holds the dictionary: the field's own when /V is direct
  bool direct = false;             // /V is a direct dictionary
  Value dictionary;
  std::string type;  // /Type: "Sig", "DocTimeStamp" or empty
  std::string filter;
  std::string sub_filter;
  std::vector<std::int64_t> byte_range;  // the first 16 values; empty when one is no direct integer
  std::optional<std::uint64_t>
      contents_offset;                // of '<' in the base; nothing unless /Contents is a direct hex string in the base
  std::uint64_t contents_length = 0;  // with '<' and '>'
  bool duplicate_keys = false;        // one of /Contents /ByteRange /Filter /SubFilter /Type occurs twice
};

// The signatures of signature fields with a /V that is not null, in the order of the field tree. A /V that is no
// dictionary gives an entry without a dictionary, so that it does not vanish from a count.
[[nodiscard]] Result<std::vector<Signature>> signatures(const Document& document, const AcroForm& form);

// Certification is the entry of a certification signature (§12.8.2), which limits later changes. Its meaning, the
// signatures' own /Reference, and locks are judged by `pades`.
struct Certification {
  Value signature;      // the signature dictionary that /Perms /DocMDP names
  int permissions = 2;  // /P of its transform parameters
};
[[nodiscard]] Result<std::optional<Certification>> certification(const Document& document);

}  // namespace rakkan::pdf
