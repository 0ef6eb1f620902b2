// The material of an evidence table: each object once, with the better of what is known about where it came from.
#include "rakkan/pki/evidence_material.hpp"

#include <gmock/gmock.h>

#include "rakkan/pki/evidence_json.hpp"
#include "support/evidence_world.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pki {
namespace {

using test::kSigned;

struct Materials : testing::Test {
  test::EvidenceWorld world;
  const CertificateList list = test::EvidenceWorld::crl(world.root, kSigned);
  const OcspResponse response = world.ocsp(kSigned);
  const Provenance early{EvidenceOrigin::fetched, kSigned};
  const Provenance in_document{EvidenceOrigin::document, kSigned + std::chrono::hours{1}};
};

TEST_F(Materials, OneIsAddedToAnotherWithTheBetterProvenance) {
  EvidenceMaterial first;
  first.add(list, early);
  first.note_unreadable("here", Error{ErrorCode::malformed_crl, "no list", {}, std::nullopt, {}});
  EvidenceMaterial second;
  second.add(list, in_document);
  second.add(response, in_document);
  second.add(world.leaf, in_document);
  second.note_unreadable("there", Error{ErrorCode::malformed_crl, "no list either", {}, std::nullopt, {}});
  first.add(second);

  ASSERT_EQ(first.lists().size(), 1U);
  EXPECT_EQ(first.lists()[0].from, (Provenance{EvidenceOrigin::document, kSigned}));
  ASSERT_EQ(first.responses().size(), 1U);
  EXPECT_EQ(first.responses()[0].from, in_document);
  EXPECT_EQ(first.lists_of(world.root_certificate.subject()).size(), 1U);
  EXPECT_EQ(first.responses_about(world.leaf.serial_number()).size(), 1U);
  ASSERT_NE(first.find(world.leaf), nullptr);
  ASSERT_NE(first.find(world.responder.certificate()), nullptr) << "it is in the response";
  ASSERT_EQ(first.unreadable().size(), 2U);
  EXPECT_EQ(first.unreadable()[0].where, "here");
  EXPECT_EQ(first.unreadable()[1].where, "there");
}

TEST_F(Materials, CopiesOfFrozenMaterialShareItUntilTheyAreChanged) {
  EvidenceMaterial material;
  material.add(list, early);
  material.freeze();
  EvidenceMaterial copy = material;
  EXPECT_EQ(copy.lists().data(), material.lists().data());
  copy.add(list, in_document);
  copy.add(response, early);
  EXPECT_EQ(material.lists()[0].from, early);
  EXPECT_TRUE(material.responses().empty());
  EXPECT_EQ(copy.lists()[0].from, (Provenance{EvidenceOrigin::document, kSigned}));
  EXPECT_EQ(copy.responses().size(), 1U);

  EvidenceMaterial of_copy = copy;
  of_copy.add(world.leaf, early);
  EXPECT_EQ(copy.find(world.leaf), nullptr);
  material.freeze();
  EXPECT_EQ(material.lists().size(), 1U) << "frozen twice";
}

TEST_F(Materials, WhatCannotBeReadIsKeptUpToALimitAndTold) {
  EvidenceMaterial material;
  const Error why{ErrorCode::malformed_ocsp_response, "not \"this\"", "offset 3", std::nullopt, {}};
  for (std::size_t i = 0; i < EvidenceMaterial::kMostUnreadable + 3; ++i) {
    material.note_unreadable("place " + std::to_string(i), why);
  }
  EXPECT_EQ(material.unreadable().size(), EvidenceMaterial::kMostUnreadable);
  EXPECT_EQ(to_json(material.unreadable().first(1)),
            R"([{"where":"place 0","code":"malformed-ocsp-response","detail":"not \"this\""}])");
}

}  // namespace
}  // namespace rakkan::pki
