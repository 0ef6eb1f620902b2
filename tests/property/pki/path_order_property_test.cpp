// The verdict on a certificate depends on what is at hand and not on its order: certificates, CRLs, OCSP responses and
// anchors, of which some are constrained, revoked, expired or spoiled.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "rakkan/pki/path_builder.hpp"
#include "rakkan/pki/revocation_processing.hpp"
#include "support/revocation_world.hpp"

namespace rakkan::pki {
namespace {

using namespace test;

struct Given {
  std::vector<Certificate> certificates;
  std::vector<CertificateList> lists;
  std::vector<OcspResponse> responses;
  std::vector<TrustAnchor> anchors;
};

ExtensionTemplate extension_of(const HandmadeExtension& from) { return {from.id, from.critical, from.value}; }

// A CA with five certificates of itself under two anchors, an end entity below it, and evidence of every kind.
struct Crossed {
  Authority root{"Root"};
  Authority second{"Second"};
  Authority ca{"CA"};
  Authority responder{"Responder"};
  Certificate end =
      ca.certify("End", numbered(kLeaf, [](CertificateTemplate& content) {
                   content.other_extensions = {extension_of(subject_names_extension({general_text(2, "a.test")}))};
                 }));
  Certificate good = root.certify_ca(ca, numbered({0x01}));
  Certificate constrained = root.certify_ca(
      ca, numbered({0x02}, [](CertificateTemplate& content) {
        content.other_extensions = {extension_of(name_constraints_extension({general_text(2, "b.test")}, {}))};
      }));
  Certificate revoked = root.certify_ca(ca, numbered({0x03}));
  Certificate expired = second.certify_ca(
      ca, numbered({0x04}, [](CertificateTemplate& content) { content.validity.not_after = kControl - 1h; }));
  Certificate unknown = second.certify_ca(ca, numbered({0x05}));  // no CRL of its issuer is about it
  Certificate of_responder = RevocationWorld::responder_certificate(ca, responder);

  [[nodiscard]] std::vector<Certificate> crosses() const { return {good, constrained, revoked, expired, unknown}; }
  [[nodiscard]] Given given() {
    Given all{crosses(), {}, {}, {{root.self_signed()}, {second.self_signed()}}};
    all.certificates.push_back(of_responder);
    all.lists = {
        RevocationWorld::list(root, RevocationWorld::revoking({0x03})),
        RevocationWorld::list(root, [](CrlTemplate& content) { content.next_update = kControl - 1min; }),
        RevocationWorld::list(
            second, [](CrlTemplate& content) { content.scope = CrlScope{.only_some_reasons = std::uint16_t{0x006}}; }),
        RevocationWorld::list(ca, RevocationWorld::revoking(kLeaf, CrlReason::certificate_hold)),
        RevocationWorld::list(ca, [](CrlTemplate& content) {
          content.base_number = 5;
          content.number = 6;
          content.this_update = kControl - 30min;
          content.revoked = {RevocationWorld::entry(kLeaf, CrlReason::remove_from_crl)};
        })};
    all.responses = {RevocationWorld::response(end, good, of_responder, responder),
                     RevocationWorld::response(of_responder, good, good, ca),
                     RevocationWorld::response(end, good, good, ca, [](OcspResponseTemplate& content) {
                       content.responses[0].status = OcspCertificateStatus::unknown;
                     })};
    return all;
  }
};
Crossed& crossed() {
  static Crossed one;
  return one;
}

// All that is said about the end entity, as a text.
std::string words_of(const Given& given) {
  const RevocationSources sources(given.certificates, given.lists, given.responses);
  RevocationProcessor processor(sources);
  const CertificatePool pool(given.certificates);
  const auto search = find_path(crossed().end, pool, given.anchors,
                                {.at = always_at(kControl), .revocation = processor.check_at(always_at(kControl))});
  if (!search) {
    return to_string(search.error());
  }
  std::string words;
  const auto add_path = [&](const JudgedPath& judged) {
    words += "path";
    for (const Certificate& each : judged.path.certificates) {
      words += " " + std::to_string(each.serial_number()[0]);
    }
    for (const PathFinding& each : judged.verdict.findings) {
      words += "\n  " + std::to_string(each.index) + " " + std::string(to_string(each.refusal)) + " " + each.detail;
    }
    words += "\n";
    for (std::size_t i = 0; i < judged.path.certificates.size(); ++i) {
      const auto facts = processor.facts(judged.path, i);
      for (const RevocationFact& each : facts.value()) {
        words += "  " + std::to_string(each.object.view()[0]) + std::string(name(each.state)) +
                 (each.flaw() ? std::string(to_string(*each.flaw())) : "") + each.detail + "\n";
      }
    }
  };
  if (search->path) {
    add_path(*search->path);
  }
  std::for_each(search->refused.begin(), search->refused.end(), add_path);
  return words;
}

TEST(PathOrder, EveryOrderOfEveryChoiceOfCrossCertificatesHasOneVerdict) {
  Given all = crossed().given();
  const std::vector<Certificate> crosses = crossed().crosses();
  std::size_t orders = 0;
  for (unsigned choice = 0; choice < 1U << crosses.size(); ++choice) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < crosses.size(); ++i) {
      if ((choice >> i & 1U) != 0) {
        order.push_back(i);
      }
    }
    std::string first;
    do {
      all.certificates = {crossed().of_responder};
      for (const std::size_t each : order) {
        all.certificates.push_back(crosses[each]);
      }
      const std::string words = words_of(all);
      first = first.empty() ? words : first;
      ASSERT_EQ(words, first);
      ASSERT_EQ(words.find("path 1 17\n") == 0, (choice & 1U) != 0) << "accepted with the good one alone: " << words;
      ++orders;
    } while (std::next_permutation(order.begin(), order.end()));
  }
  EXPECT_EQ(orders, 326U);  // the arrangements of up to five
}

template <class Values>
void shuffle(Values& values) {
  for (std::size_t i = values.size(); i > 1; --i) {
    std::swap(values[i - 1], values[*rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, i))]);
  }
}
template <class Values>
void choose(Values& values) {
  Values chosen;
  for (const auto& each : values) {
    if (*rc::gen::inRange(0, 4) != 0) {
      chosen.push_back(each);
    }
  }
  values = chosen;
}

RC_GTEST_PROP(PathOrder, WhatIsAtHandCountsAndNotItsOrder, ()) {
  static const Given all = crossed().given();
  Given some = all;
  choose(some.certificates);
  choose(some.lists);
  choose(some.responses);
  choose(some.anchors);
  const std::string words = words_of(some);
  shuffle(some.certificates);
  shuffle(some.lists);
  shuffle(some.responses);
  shuffle(some.anchors);
  RC_ASSERT(words_of(some) == words);
  if (!some.lists.empty()) {
    some.lists.push_back(some.lists.front());  // nor do doubles
  }
  RC_ASSERT(words_of(some) == words);
}

}  // namespace
}  // namespace rakkan::pki
