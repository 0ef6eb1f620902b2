// A CRL of 60 MB behind a signature of B-LTA.
#include "unit/service/misbehaviour.hpp"

namespace rakkan::service {
namespace {

using namespace std::chrono_literals;

// A list of 60 MB is read like any other; whether it may go into a document is the operator's choice.
class LargeList : public Misbehaviour {
 protected:
  LargeList() {
    fetch_.timeout = test::kPatience;
    evidence_.cache = {};
    more_anchors_ = {large_.self_signed()};
    certify("seal",
            large_.certify("Seal", certificate_of("seal").spki(),
                           [this](pki::CertificateTemplate& content) {
                             content.serial_number = {0x20};
                             content.crl_url = server_.url() + "/crl";
                           }),
            large_.self_signed());
  }
  void start(std::uint64_t added) {
    evidence_.added = added;
    restart([this](Options& options) { options.fetch.allowed_origins.push_back(server_.url()); });
  }

 private:
  static constexpr std::uint32_t kEntries = 1'600'000;

  Bytes make_list() {
    pki::CrlTemplate content;
    content.issuer = large_.name();
    content.this_update = fixture_.clock.time - 1h;
    content.next_update = fixture_.clock.time + 24h;
    content.authority_key_identifier = pki::key_identifier(large_.spki()).value();
    content.revoked.reserve(kEntries);
    for (std::uint32_t i = 0; i < kEntries; ++i) {
      Bytes serial(16, 0x10);
      for (unsigned octet = 0; octet < 4; ++octet) {
        serial[12 + octet] = static_cast<Byte>(i >> (24 - 8 * octet));
      }
      content.revoked.push_back({std::move(serial), content.this_update});
    }
    return pki::issue_crl(content, large_.suite(), large_.signer()).value();
  }

  pki::Authority large_{"Large"};

 protected:
  const Bytes list_ = make_list();

 private:
  test::ScriptedServer server_{[this](const auto& client) {
    client.send("HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\nContent-Length: " +
                std::to_string(list_.size()) + "\r\nConnection: close\r\n\r\n");
    client.send(text_of(list_));
  }};
};

TEST_F(LargeList, IsReadAndRefusedWhereADocumentMayNotGrowByIt) {
  ASSERT_GT(list_.size(), 55'000'000U);
  fetch_.crl = 32U << 20U;
  start(128U << 20U);
  expect_nothing_signed(sign(), ErrorCode::evidence_incomplete, ErrorCode::evidence_answer_invalid,
                        "too large to read");
  fetch_.crl = 64U << 20U;
  start(1U << 20U);
  const auto refused = sign();
  ASSERT_THAT(refused, test::FailsWith(ErrorCode::signature_pending));
  EXPECT_THAT(codes_in(refused.error()), ::testing::Contains(ErrorCode::validation_data_too_large));
  ASSERT_TRUE(pending());
  EXPECT_THAT(finish(pending()->id, document_), test::FailsWith(ErrorCode::signature_abandoned));
  EXPECT_EQ(kept(), 0U);
  start(128U << 20U);
  ASSERT_OK_AND_ASSIGN(const SignedDocument made, sign());
  expect_archived(document_, made.stored.tail);
}

}  // namespace
}  // namespace rakkan::service
