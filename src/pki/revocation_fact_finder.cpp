#include "pki/revocation_fact_finder.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "pki/crl_unions.hpp"
#include "pki/ocsp_facts.hpp"
#include "pki/revocation_question.hpp"

namespace rakkan::pki {
namespace {

// Usable facts first, newer before older ones; the rest makes the order depend on nothing else.
bool comes_before(const RevocationFact& a, const RevocationFact& b) {
  const auto rank = [](const RevocationFact& each) {
    return std::tuple(!each.is_usable(), -each.times.this_update.time_since_epoch().count(),
                      each.source == RevocationSource::crl, !each.delta.has_value(), each.others.size(), each.index,
                      each.single, each.delta.value_or(0));
  };
  return rank(a) != rank(b) ? rank(a) < rank(b) : a.others < b.others;
}

void add_in_order(std::vector<RevocationFact>& to, std::vector<RevocationFact> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  std::sort(to.begin(), to.end(), comes_before);
}

}  // namespace

Result<const std::vector<RevocationFact>*> RevocationFactFinder::facts(const CertificationPath& path,
                                                                       std::size_t index) {
  const std::string key = key_of(path, index);
  if (const auto known = facts_.find(key); known != facts_.end()) {
    return &known->second;
  }
  RAKKAN_TRY(std::vector<RevocationFact> found, find(path, index));
  return &facts_.emplace(key, std::move(found)).first->second;
}

Result<std::vector<RevocationFact>> RevocationFactFinder::find(const CertificationPath& path, std::size_t index) {
  const RevocationQuestion about = question_about(path, index);
  RAKKAN_TRY(std::vector<RevocationFact> found, ocsp_facts(means_, about));
  RAKKAN_TRY(std::vector<RevocationFact> of_lists, crl_facts_.find(about));
  add_in_order(found, std::move(of_lists));
  add_in_order(found, crl_unions(found));
  return found;
}

}  // namespace rakkan::pki
