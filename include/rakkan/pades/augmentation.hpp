// Augmentation appends updates to a document until it has the level that is wanted (EN 319 142-1 §6): a signature's
// revision, validation data, document timestamps, in any order and as often as needed. The base is read once, by the
// HashedDocument that it starts from; each update is read once more, when it is appended. It asks nobody: tokens and
// data come from its caller.
//
//   Augmentation augmentation(std::move(hashed), options);
//   RAKKAN_CHECK(augmentation.add_validation_data(data, random));
//   RAKKAN_TRY(PreparedTimestamp prepared, augmentation.prepare_timestamp(spec, random));
//   …                                      // a token over prepared.digest
//   RAKKAN_CHECK(augmentation.add_timestamp(std::move(prepared), token));
//   Bytes tail = std::move(augmentation).take_tail();
#pragma once

#include <optional>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pades/document_timestamp.hpp"
#include "rakkan/pades/dss.hpp"
#include "rakkan/pades/hashed_document.hpp"
#include "rakkan/pades/warning.hpp"
#include "rakkan/pdf/document.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::pades {

struct AugmentationOptions {
  std::size_t max_added = 16UL << 20;  // bytes of all updates together
  bool iso_docmdp = false;             // as SignatureFieldSpec::iso_docmdp
  DssLimits dss = {};
  pdf::Limits pdf = {};
  pdf::MemoryBudget* memory = nullptr;  // outlives the augmentation; null: nothing is counted
};

// Not to be shared between threads.
class Augmentation {
 public:
  // The document's bytes outlive the augmentation. `document` was hashed with every algorithm that a timestamp is going
  // to have.
  Augmentation(HashedDocument document, AugmentationOptions options)
      : document_(std::move(document)), options_(options) {}

  // The document as it is now. Its bytes and the result do not outlive the augmentation.
  [[nodiscard]] const HashedDocument& document() const noexcept { return document_; }
  [[nodiscard]] Result<pdf::Document> open() const;

  // Appends a revision that was made on top of document(). validation_data_too_large when the updates have more bytes
  // than they may, as from the next two, which leave the document as it is when they fail.
  [[nodiscard]] Result<void> add_revision(Bytes tail);

  struct Added {
    std::size_t bytes = 0;  // 0: the store had everything already, and nothing was appended
    std::size_t streams_added = 0;
    std::size_t streams_reused = 0;
  };
  // Appends validation data (write_dss).
  [[nodiscard]] Result<Added> add_validation_data(const ValidationData& data, RandomSource& random);

  // The two phases of a document timestamp; nothing may be appended between them. spec.iso_docmdp is the options'.
  // Right after add_validation_data() nothing but its update is read.
  [[nodiscard]] Result<PreparedTimestamp> prepare_timestamp(DocumentTimestampSpec spec, RandomSource& random);
  // Fails as embed_token, and with internal when the timestamp was prepared for an earlier state.
  [[nodiscard]] Result<void> add_timestamp(PreparedTimestamp prepared, const tsp::TimestampToken& token);

  // The updates, in the order of the file.
  [[nodiscard]] const std::vector<Bytes>& tails() const noexcept { return tails_; }
  [[nodiscard]] std::size_t bytes_added() const noexcept { return bytes_added_; }
  [[nodiscard]] const std::vector<Warning>& warnings() const noexcept { return warnings_; }  // each once
  // All updates as one.
  [[nodiscard]] Bytes take_tail() &&;

 private:
  void note(const std::vector<Warning>& warnings);
  [[nodiscard]] Result<void> place(Bytes tail);

  HashedDocument document_;
  AugmentationOptions options_;
  std::vector<Bytes> tails_;  // document_ views them
  // The document as add_validation_data() left it. Not kept for longer, since a caller waits for an authority after
  // prepare_timestamp(), and what was read counts in the budget.
  std::optional<pdf::Document> read_;
  std::size_t bytes_added_ = 0;
  std::vector<Warning> warnings_;
};

}  // namespace rakkan::pades
