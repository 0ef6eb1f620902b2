// Revisions on revisions: a document from outside that can be signed gets validation data and a document timestamp over
// its tails, and the pieces and the whole stay one document.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "rakkan/pades/augmentation.hpp"
#include "support/document_facts.hpp"
#include "support/fixed_random.hpp"

namespace {

using namespace rakkan;

constexpr std::array kSha256{crypto::DigestAlgorithm::sha256};

[[noreturn]] void violated(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

// Appends the prepared revision with a /Contents that is none.
void add(pades::Augmentation& augmentation, pades::PreparedRevision prepared) {
  const Bytes contents{0x30, 0x00};
  auto revision = pades::SignedRevision::embed(std::move(prepared), contents);
  if (!revision || !augmentation.add_revision(std::move(*revision).take_tail())) {
    violated("a prepared revision is not appended");
  }
}

bool is_bound(const Error& error) { return error.code == ErrorCode::pdf_limit_exceeded; }

void check(const pades::Augmentation& augmentation, ByteView base) {
  const pdf::DocumentBytes& bytes = augmentation.document().bytes();
  Bytes whole;
  bytes.for_each(0, bytes.size(), [&whole](ByteView part) { append(whole, part); });
  if (!std::equal(base.begin(), base.end(), whole.begin())) {
    violated("the base is no prefix");
  }
  const auto pieces = augmentation.open();
  const auto joined = pdf::Document::open(whole);
  if (pieces.has_value() != joined.has_value() || (!pieces && !is_bound(pieces.error()))) {
    violated("the archived document does not open: " +
             (pieces ? to_string(joined.error()) : to_string(pieces.error())));
  }
  if (pieces && !test::disagreement(*pieces, *joined, 50).empty()) {
    violated("the pieces are another document than the whole: " + test::disagreement(*pieces, *joined, 50));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView base(data, size);
  pades::Augmentation augmentation(pades::HashedDocument::hash(pdf::DocumentBytes(base), kSha256), {});
  test::FixedRandom random;
  const auto document = augmentation.open();
  auto signature = document ? pades::prepare(*document, {}, 64, random)
                            : rakkan::Result<pades::PreparedRevision>(fail(document.error()));
  if (!signature) {
    return 0;
  }
  add(augmentation, *std::move(signature));

  const Bytes certificate{0x30, 0x01, 0x41};
  const pades::ValidationData evidence{{certificate}, {}, {}, {}};
  // A store from outside may be damaged: then it is refused, and the document is as it was.
  const std::size_t before = augmentation.bytes_added();
  if (const auto added = augmentation.add_validation_data(evidence, random);
      !added && augmentation.bytes_added() != before) {
    violated("a refused update was appended");
  }
  auto timestamp = augmentation.prepare_timestamp({.largest_token = 64, .field_name = {}}, random);
  if (timestamp) {
    add(augmentation, std::move(timestamp->revision));
  } else if (!is_bound(timestamp.error())) {
    violated("a document timestamp on a signature is refused: " + to_string(timestamp.error()));
  }
  check(augmentation, base);
  return 0;
}
