#include "gather/document_stores.hpp"

#include "gather/pdf_words.hpp"
#include "gather/signer_facts.hpp"
#include "rakkan/pades/dss.hpp"

namespace rakkan::gather {
namespace {

// The objects that the streams hold, told by their content: some programs put an object into the wrong array.
std::vector<Id> take_streams(const pades::Dss& store, EvidencePool& pool) {
  std::vector<Id> ids;
  for (const pades::DssStream& stream : store.streams) {
    if (stream.unreadable) {
      continue;
    }
    if (const auto certificate = pki::Certificate::parse(stream.bytes)) {
      ids.push_back(pool.add(*certificate));
    } else if (const auto response = pki::OcspResponse::parse(stream.bytes)) {
      ids.push_back(pool.add(*response, validation::Source::dss));
    } else if (const auto list = pki::CertificateList::parse(stream.bytes)) {
      ids.push_back(pool.add(*list, validation::Source::dss));
    }
  }
  return ids;
}

}  // namespace

Result<void> DocumentStores::take(std::size_t revision) {
  const auto [place, is_new] = stores_.try_emplace(revision);
  if (!is_new) {
    return {};
  }
  RAKKAN_TRY(const pdf::Document* document, history_.document(revision));
  auto store = pades::Dss::read(*document);
  if (!store) {
    if (store.error().code == ErrorCode::pdf_limit_exceeded) {
      return fail(std::move(store).error());
    }
    validation::StructureFinding one = finding("dss-malformed", "ISO 32000-2 §12.8.4.3", store.error().detail);
    one.revision = number_of(revision);
    into_.facts().document.findings.push_back(std::move(one));
    return {};
  }
  if (*store) {
    place->second = take_streams(**store, into_.pool());
  }
  return {};
}

const std::vector<Id>& DocumentStores::of(std::size_t revision) const {
  static const std::vector<Id> kNone;
  const auto found = stores_.find(revision);
  return found == stores_.end() ? kNone : found->second;
}

}  // namespace rakkan::gather
