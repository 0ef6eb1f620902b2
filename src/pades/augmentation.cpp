#include "rakkan/pades/augmentation.hpp"

#include <algorithm>
#include <utility>

namespace rakkan::pades {

Result<pdf::Document> Augmentation::open() const {
  return pdf::Document::open(document_.bytes(), options_.pdf, options_.memory);
}

Result<void> Augmentation::add_revision(Bytes tail) {
  read_.reset();
  return place(std::move(tail));
}

Result<void> Augmentation::place(Bytes tail) {
  if (tail.size() > options_.max_added - bytes_added_) {
    return fail(ErrorCode::validation_data_too_large, "the document would grow by more than is allowed");
  }
  bytes_added_ += tail.size();
  tails_.push_back(std::move(tail));
  document_.append(tails_.back());
  return {};
}

Result<Augmentation::Added> Augmentation::add_validation_data(const ValidationData& data, RandomSource& random) {
  read_.reset();
  RAKKAN_TRY(pdf::Document document, open());
  const DssOptions options{
      .max_added = options_.max_added - bytes_added_, .iso_docmdp = options_.iso_docmdp, .limits = options_.dss};
  RAKKAN_TRY(DssRevision revision, write_dss(document, data, options, random));
  const Added added{revision.tail.size(), revision.streams_added, revision.streams_reused};
  if (revision.tail.empty()) {
    read_ = std::move(document);
    return added;
  }
  RAKKAN_CHECK(place(std::move(revision.tail)));
  note(revision.warnings);
  if (document.extend(tails_.back())) {  // else the next reading says why
    read_ = std::move(document);
  }
  return added;
}

Result<PreparedTimestamp> Augmentation::prepare_timestamp(DocumentTimestampSpec spec, RandomSource& random) {
  if (!read_) {
    RAKKAN_TRY(read_, open());
  }
  spec.iso_docmdp = options_.iso_docmdp;
  Result<PreparedTimestamp> prepared = pades::prepare_timestamp(*read_, document_, spec, random);
  read_.reset();
  return prepared;
}

Result<void> Augmentation::add_timestamp(PreparedTimestamp prepared, const tsp::TimestampToken& token) {
  if (prepared.revision.base_size() != document_.bytes().size()) {
    return fail(ErrorCode::internal, "the timestamp was prepared for another state of the document");
  }
  const std::vector<Warning> warnings = prepared.revision.warnings();
  RAKKAN_TRY(SignedRevision revision, embed_token(std::move(prepared), token));
  RAKKAN_CHECK(add_revision(std::move(revision).take_tail()));
  note(warnings);
  return {};
}

Bytes Augmentation::take_tail() && {
  if (tails_.size() == 1) {
    return std::move(tails_.front());
  }
  Bytes all;
  all.reserve(bytes_added_);
  for (const Bytes& tail : tails_) {
    append(all, tail);
  }
  return all;
}

void Augmentation::note(const std::vector<Warning>& warnings) {
  for (const Warning warning : warnings) {
    if (std::find(warnings_.begin(), warnings_.end(), warning) == warnings_.end()) {
      warnings_.push_back(warning);
    }
  }
}

}  // namespace rakkan::pades
