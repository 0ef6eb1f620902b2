#include "augmentation.hpp"

#include <array>
#include <string>
#include <vector>

#include "identity.hpp"
#include "measure.hpp"
#include "must.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/pades/augmentation.hpp"
#include "rakkan/pades/existing_signatures.hpp"
#include "service/document_to_raise.hpp"
#include "support/bare_signing_line.hpp"

namespace rakkan::bench {
namespace {

constexpr std::array kSignatures{1U, 2U, 4U, 8U};
constexpr std::size_t kLargestToken = 6'000;
constexpr std::size_t kObject = 1'500;  // bytes of a certificate or a response
constexpr double kOnce = 1.2;           // digests of the document, for one that is large beside its signatures

credentials::SigningMaterial signer() {
  const Identity identity = must(issue_identity(
      std::make_shared<crypto::SoftwareSigner>(must(crypto::SoftwareSigner::generate(crypto::KeyKind::ec_p256)))));
  return must(credentials::SigningMaterial::create(identity.key, identity.certificate, identity.chain,
                                                   crypto::default_suite(crypto::KeyKind::ec_p256)));
}

// The document with so many signatures behind it, each over all before it.
Bytes signed_document(ByteView base, unsigned signatures, RandomSource& random) {
  Bytes whole = copy_of(base);
  for (unsigned i = 0; i < signatures; ++i) {
    const service::SignedPdf made = must(test::sign_pdf_line(whole, signer(), {}, random));
    append(whole, made.tail);
  }
  return whole;
}

service::AugmentCommand command_for(ByteView document) {
  return {.principal = {"benchmark"}, .document = document, .level = pades::BaselineLevel::b_lta};
}

// Everything that is done with the document: its signatures are checked, validation data are written behind it, and an
// archive timestamp is prepared over all of it.
void augment(ByteView document, const pades::ValidationData& data, RandomSource& random) {
  const service::AugmentCommand command = command_for(document);
  service::DocumentToRaise read = must(service::read_document_to_raise(command, {}, {}, nullptr));
  pades::Augmentation augmentation(std::move(read.hashed), {});
  static_cast<void>(must(augmentation.add_validation_data(data, random)));
  static_cast<void>(must(augmentation.prepare_timestamp({.largest_token = kLargestToken, .field_name = {}}, random)));
}

class AugmentationTable {
 public:
  AugmentationTable(const AugmentationOptions& options, Report& report) : options_(&options), report_(&report) {
    for (std::size_t i = 0; i < objects_.size(); ++i) {
      objects_.at(i).resize(kObject);
      must(random_.fill(objects_.at(i)));
      (i % 2 == 0 ? data_.certificates : data_.ocsp_responses).push_back(objects_.at(i));
    }
  }

  void rows(const std::string& name, bool is_large) {
    const MappedFile file = must(MappedFile::open(options_->documents / (name + ".pdf")));
    const MappedFile small = must(MappedFile::open(options_->documents / "20k.pdf"));
    for (const unsigned signatures : kSignatures) {
      const Bytes whole = signed_document(file.view(), signatures, random_);
      const Bytes little = signed_document(small.view(), signatures, random_);
      const std::vector<Cost> costs =
          interleave({{"all", [&] { augment(whole, data_, random_); }},
                      {"little", [&] { augment(little, data_, random_); }},
                      {"digest", [&] { static_cast<void>(crypto::digest(crypto::DigestAlgorithm::sha256, whole)); }}},
                     options_->rounds, options_->slice);
      const double all = costs.at(0).median_us, fixed = costs.at(1).median_us, digest = costs.at(2).median_us;
      const std::string table = name + ".pdf with " + std::to_string(signatures) + " signatures, augmented";
      Row row{table, "read, checked, written, ready for its timestamp", all, "us", "its digest", digest, {}, {}};
      if (is_large) {
        row.target_ratio = kOnce;
      }
      report_->add(row);
      report_->add({table, "of it what 20 KB with as many signatures take", fixed, "us", "", 0, {}, {}});
      report_->add({table, "the rest", all - fixed, "us", "its digest", digest, {}, {}});
    }
  }

 private:
  const AugmentationOptions* options_;
  Report* report_;
  crypto::SystemRandom random_;
  std::array<Bytes, 10> objects_;
  pades::ValidationData data_;
};

}  // namespace

void augmentation(const AugmentationOptions& options, Report& report) {
  AugmentationTable table(options, report);
  table.rows("2m", false);
  table.rows("50m", true);
}

}  // namespace rakkan::bench
