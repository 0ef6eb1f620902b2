// ModificationAnalysis says what later revisions of a file did to a signed one (ISO 32000-2 §12.8.2). It walks the
// entries of each later revision, each against the signed one: a change is harmless when a rule explains it along every
// path on which the signed revision reaches the object; what no rule explains is `other`.
//
// The rules so far are those of `none` and `lta_updates`: form filling and annotations have none yet and are `other`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/pades/coverage.hpp"
#include "rakkan/pdf/history.hpp"

namespace rakkan::pades {

// In rising order.
enum class ModificationLevel : std::uint8_t {
  none,          // nothing was appended
  lta_updates,   // validation data and document timestamps (EN 319 142-1 §5.4), nothing that shows
  form_filling,  // fields filled, signatures added
  annotations,
  other,  // a change that no rule explains
};

[[nodiscard]] std::string_view to_string(ModificationLevel level) noexcept;  // "LTA_UPDATES", …

enum class ModificationFault : std::uint8_t {
  coverage,         // the signature does not cover a whole revision: nothing can be compared
  file_tail,        // bytes that belong to no revision stand at the end of the file
  structure,        // a revision's structure has more than one meaning
  unreadable,       // an object cannot be read
  object_changed,   // an object of the signed revision is defined anew, and no rule explains it
  object_freed,     // an object in use was freed
  object_added,     // a new object is in use where no rule expects one
  object_reused,    // the number of an object in use has got another generation, or is a stream of the file's form
  object_revealed,  // an object at or above its trailer's /Size, which a later trailer shows
  object_stream_changed,  // an object stream of an earlier revision is defined anew
  dangling_reference,     // the signed revision refers to a number that had no object then
  trailer_changed,        // /Root, /Encrypt or an identifier on which decryption depends
  signature_changed,      // a signature dictionary or its field
  catalog_changed,
  version_lowered,
  extensions_changed,
  dss_changed,
  form_changed,
  field_added,  // a new field that is no invisible document timestamp
  page_changed,
  annotation_changed,
  info_changed,
  metadata_changed,  // /Metadata that is no plain XMP
};

[[nodiscard]] std::string_view to_string(ModificationFault fault) noexcept;  // "object-changed", …

struct ModificationFinding {
  ModificationFault fault = ModificationFault::object_changed;
  std::size_t revision = 0;  // the later revision: index in History::revisions()
  std::uint32_t object = 0;  // the number of the object that changed; 0: none
  std::string path;          // where it is, from the catalog or from the object that holds it: "/Root/AcroForm/Fields"
  std::string detail;        // one line of English without document content
};

struct Modifications {
  ModificationLevel level = ModificationLevel::none;
  // The highest level that the signature, its locks and a certification before it permit: P 1 (§12.8.2.2)
  // lta_updates, P 2 form_filling, P 3 annotations; without any form_filling.
  ModificationLevel permitted = ModificationLevel::form_filling;
  std::optional<int> doc_mdp;                 // the lowest P that acts on later changes; nothing when there is none
  bool doc_mdp_ok = true;                     // level <= permitted
  std::vector<ModificationFinding> findings;  // why the level is `other`; at most kMaxFindings

  static constexpr std::size_t kMaxFindings = 100;
};

class ModificationAnalysis {
 public:
  // Views the history, which must outlive it. Its knowledge from one signature serves the next one.
  explicit ModificationAnalysis(const pdf::History& history);
  ModificationAnalysis(ModificationAnalysis&&) noexcept;
  ModificationAnalysis& operator=(ModificationAnalysis&&) noexcept;
  ~ModificationAnalysis();

  // The changes behind the revision that the signature covers. `other` with one finding when it covers none. Fails with
  // pdf_limit_exceeded or an error of the budget alone; damage is a finding.
  [[nodiscard]] Result<Modifications> after(const FileSignature& signature);
  // The same after any revision, with what `permitted` allows.
  [[nodiscard]] Result<Modifications> after(std::size_t revision, ModificationLevel permitted);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::pades
