#include "validation/facts_references.hpp"

#include <string>
#include <string_view>
#include <unordered_set>

namespace rakkan::validation {
namespace {

class References {
 public:
  explicit References(const Facts& facts) : facts_(facts) {}

  Result<void> check() {
    RAKKAN_CHECK(collect());
    for (std::size_t index = 0; index < facts_.signatures.size(); ++index) {
      const std::string place = "signatures[" + std::to_string(index) + "]";
      RAKKAN_CHECK(check_signer(facts_.signatures[index].signer, place));
      for (const Id& each : facts_.signatures[index].timestamps) {
        RAKKAN_CHECK(require(timestamps_, each, place + ".timestamps"));
      }
    }
    for (std::size_t index = 0; index < facts_.timestamps.size(); ++index) {
      RAKKAN_CHECK(check_signer(facts_.timestamps[index].signer, "timestamps[" + std::to_string(index) + "]"));
    }
    for (std::size_t index = 0; index < facts_.anchors.size(); ++index) {
      RAKKAN_CHECK(require(certificates_, facts_.anchors[index].id, "anchors[" + std::to_string(index) + "].id"));
    }
    for (std::size_t index = 0; index < facts_.certificates.size(); ++index) {
      RAKKAN_CHECK(check_chains(facts_.certificates[index], "certificates[" + std::to_string(index) + "].chains"));
    }
    for (std::size_t index = 0; index < facts_.revocations.size(); ++index) {
      const std::string place = "revocations[" + std::to_string(index) + "]";
      const RevocationFacts& each = facts_.revocations[index];
      if (each.signer) {
        RAKKAN_CHECK(require(certificates_, *each.signer, place + ".signer"));
      }
      for (const RevocationEntry& entry : each.entries) {
        RAKKAN_CHECK(require(certificates_, entry.certificate, place + ".entries"));
      }
    }
    return {};
  }

 private:
  using Ids = std::unordered_set<std::string_view>;

  template <class Objects>
  Result<void> add(const Objects& objects, std::string_view name, Ids* kind) {
    for (std::size_t index = 0; index < objects.size(); ++index) {
      if (!all_.insert(objects[index].id).second) {
        return fail(ErrorCode::facts_invalid, "another object has this id",
                    std::string(name) + "[" + std::to_string(index) + "].id");
      }
      if (kind != nullptr) {
        kind->insert(objects[index].id);
      }
    }
    return {};
  }

  Result<void> collect() {
    RAKKAN_CHECK(add(facts_.signatures, "signatures", nullptr));
    RAKKAN_CHECK(add(facts_.timestamps, "timestamps", &timestamps_));
    RAKKAN_CHECK(add(facts_.certificates, "certificates", &certificates_));
    RAKKAN_CHECK(add(facts_.revocations, "revocations", nullptr));
    for (std::size_t index = 0; index < facts_.anchors.size(); ++index) {
      if (!anchors_.insert(facts_.anchors[index].id).second) {
        return fail(ErrorCode::facts_invalid, "another anchor has this id",
                    "anchors[" + std::to_string(index) + "].id");
      }
    }
    return {};
  }

  static Result<void> require(const Ids& ids, const Id& id, std::string place) {
    if (ids.count(id) == 0) {
      return fail(ErrorCode::facts_invalid, "names nothing among the facts", std::move(place));
    }
    return {};
  }

  Result<void> check_signer(const SignerFacts& signer, const std::string& place) const {
    return signer.certificate ? require(certificates_, *signer.certificate, place + ".signer.certificate")
                              : Result<void>{};
  }

  Result<void> check_chains(const CertificateFacts& certificate, const std::string& place) const {
    for (const Chain& each : certificate.chains) {
      RAKKAN_CHECK(require(anchors_, each.anchor, place));
      for (const Id& id : each.certificates) {
        RAKKAN_CHECK(require(certificates_, id, place));
      }
    }
    return {};
  }

  const Facts& facts_;
  Ids all_;
  Ids certificates_;
  Ids timestamps_;
  Ids anchors_;
};

}  // namespace

Result<void> check_references(const Facts& facts) { return References(facts).check(); }

}  // namespace rakkan::validation
