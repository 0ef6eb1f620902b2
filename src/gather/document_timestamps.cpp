#include "gather/document_timestamps.hpp"

#include <algorithm>
#include <utility>

#include "gather/signer_facts.hpp"

namespace rakkan::gather {
namespace {

void add_all(std::vector<Id>& to, const std::vector<Id>& from) { to.insert(to.end(), from.begin(), from.end()); }

void add_covered(const PdfSignature& each, const validation::Facts& facts, std::vector<Id>& covers) {
  add_all(covers, each.evidence.in_signed_attributes);
  add_all(covers, each.evidence.beside);
  add_all(covers, each.in_tokens);
  if (each.is_timestamp()) {
    covers.push_back(facts.timestamps[each.place].id);
    return;
  }
  const validation::SignatureFacts& signature = facts.signatures[each.place];
  covers.push_back(signature.id);
  for (const Id& id : signature.timestamps) {
    // The tokens inside of the signature; document timestamps are found by themselves.
    const auto found =
        std::find_if(facts.timestamps.begin(), facts.timestamps.end(), [&](const auto& one) { return one.id == id; });
    if (found != facts.timestamps.end() && found->kind != validation::TimestampKind::document) {
      covers.push_back(id);
    }
  }
}

// Those that cover a revision, in the order of their revisions.
std::vector<const PdfSignature*> document_timestamps(const std::vector<PdfSignature>& all) {
  std::vector<const PdfSignature*> stamps;
  for (const PdfSignature& each : all) {
    if (each.is_timestamp() && each.found.coverage.counts()) {
      stamps.push_back(&each);
    }
  }
  std::stable_sort(stamps.begin(), stamps.end(), [](const PdfSignature* a, const PdfSignature* b) {
    return a->found.coverage.end < b->found.coverage.end;
  });
  return stamps;
}

}  // namespace

Result<std::size_t> add_document_timestamp(const PdfSignature& one, SignedContents& contents,
                                           CoveredRevisions& revisions, Gathering& into) {
  validation::TimestampFacts facts;
  facts.id = into.next_timestamp_id();
  facts.kind = validation::TimestampKind::document;
  RAKKAN_TRY(facts.pdf, revisions.facts_of(one.found, facts.structure));
  RAKKAN_TRY(const cms::SignedContent content, contents.of(one));
  into.gathered().parts.push_back(part_of(one, facts.id, content));
  if (!one.token) {
    facts.structure.push_back(finding("token-malformed", "RFC 3161 §2.4.2", one.unreadable));
    facts.imprint = {"messageImprint", std::nullopt, validation::Match::mismatch};
    into.facts().timestamps.push_back(std::move(facts));
    return into.facts().timestamps.size() - 1;
  }
  return into.add_token(std::move(facts), *one.token, content);
}

// A document timestamp covers the revisions up to its own: the signatures and timestamps of them, the evidence inside
// of those, and the document security store as it was then.
void connect_document_timestamps(const std::vector<PdfSignature>& all, const DocumentStores& stores,
                                 validation::Facts& facts) {
  for (const PdfSignature* const each_stamp : document_timestamps(all)) {
    const PdfSignature& stamp = *each_stamp;
    validation::TimestampFacts& timestamp = facts.timestamps[stamp.place];
    for (const PdfSignature& each : all) {
      // One that covers no revision of its own may have been added later, whatever its ByteRange says.
      if (&each == &stamp || !each.found.coverage.counts() || each.found.coverage.end >= stamp.found.coverage.end) {
        continue;
      }
      add_covered(each, facts, timestamp.covers);
      if (!each.is_timestamp()) {
        facts.signatures[each.place].timestamps.push_back(timestamp.id);
      }
    }
    add_all(timestamp.covers, stores.of(stamp.found.coverage.revision.value_or(0)));
  }
}

}  // namespace rakkan::gather
