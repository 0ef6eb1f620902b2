// SignedSpans are the bytes of a file that the ByteRange of a signature names: before /Contents and behind it.
#pragma once

#include <array>
#include <vector>

#include "gather/pdf_signature.hpp"
#include "rakkan/pdf/history.hpp"

namespace rakkan::gather {

class SignedSpans {
 public:
  // None without a usable ByteRange. Views the file.
  SignedSpans(const pdf::History& history, const pades::FileSignature& found);
  SignedSpans(const SignedSpans&) = delete;
  SignedSpans& operator=(const SignedSpans&) = delete;

  [[nodiscard]] cms::SignedContent content() const;
  // The signature or document timestamp as it stands in the file, for whoever wants to look at it.
  [[nodiscard]] SignedPart part_of(const PdfSignature& one, const Id& id) const;

 private:
  std::array<Bytes, 2> storage_;  // of a span that is not one run of memory
  std::vector<ByteView> spans_;
};

}  // namespace rakkan::gather
