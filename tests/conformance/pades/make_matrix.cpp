// make_matrix FOLDER: writes a document for each kind of signature that we make, at each level, with a unit of each
// kind; roots.pem, and on standard output a list of them as JSON. For witness_matrix.py, which has foreign tools judge
// them.
#include <array>
#include <cstdio>
#include <exception>

#include "conformance/pades/archiving_service.hpp"

namespace rakkan::test {
namespace {

using crypto::KeyKind;
using pades::BaselineLevel;

struct Kind {
  KeyKind key{};
  std::string suite;
};
const std::array kKinds{Kind{KeyKind::rsa_2048, "rsa-pkcs1-sha256"}, Kind{KeyKind::rsa_2048, "rsa-pss-sha256"},
                        Kind{KeyKind::ec_p256, "ecdsa-sha256"}, Kind{KeyKind::ec_p384, "ecdsa-sha384"}};
constexpr std::array kLevels{BaselineLevel::b_b, BaselineLevel::b_t, BaselineLevel::b_lt, BaselineLevel::b_lta};

class Maker {
 public:
  explicit Maker(std::filesystem::path folder) : folder_(std::move(folder)) {
    write_bytes(folder_ / "roots.pem", bytes_of(archive_.root_pem()));
  }

  boost::json::array run() {
    for (const Kind& signer : kKinds) {
      const bool is_first = signer.suite == kKinds.front().suite;
      archive_.start(unit_of(kKinds[2]));
      if (is_first) {
        add_unit(kKinds[2]);
      }
      const auto seal =
          archive_.enrol(name_of(signer), credentials::CredentialKind::operator_seal, signer.key, signer.suite);
      for (const BaselineLevel level : kLevels) {
        make(seal, signer, kKinds[2], level);
      }
    }
    const auto seal = archive_.enrol("seal", credentials::CredentialKind::operator_seal);
    for (const Kind& unit : kKinds) {
      if (unit.suite != kKinds[2].suite) {
        archive_.start(unit_of(unit));
        add_unit(unit);
        make(seal, kKinds[2], unit, BaselineLevel::b_lta);
      }
    }
    return std::move(made_);
  }

 private:
  static std::string name_of(const Kind& kind) { return "seal-" + kind.suite; }
  static std::string unit_of(const Kind& kind) { return "tsu-" + kind.suite; }
  void add_unit(const Kind& kind) {
    archive_.add_unit("Unit " + kind.suite, kind.key, 1, now_ + 5 * kYear, kind.suite);
  }

  void make(const ArchivingService::Signer& signer, const Kind& kind, const Kind& unit, BaselineLevel level) {
    const std::string level_name(pades::name(level));
    const std::string file = kind.suite + "." + level_name + "." + unit.suite + ".pdf";
    write_bytes(folder_ / file, archive_.sign(signer, sample_pdf(), level).document);
    made_.push_back({{"file", file},
                     {"signature", std::string(crypto::name(kind.key)) + " " + kind.suite},
                     {"unit", std::string(crypto::name(unit.key)) + " " + unit.suite},
                     {"level", level_name}});
  }

  std::filesystem::path folder_;
  static constexpr std::chrono::days kYear{365};
  const Instant now_ = std::chrono::floor<std::chrono::seconds>(SystemClock{}.now());
  ArchivingService archive_{now_,
                            LoopbackPki::Status::crl_and_ocsp,
                            {.signing_authority = now_ + 10 * kYear,
                             .signers = now_ + 2 * kYear,
                             .first_stamping_authority = now_ + 10 * kYear,
                             .second_stamping_authority = now_ + 40 * kYear,
                             .root = now_ + 50 * kYear}};
  boost::json::array made_;
};

}  // namespace
}  // namespace rakkan::test

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: make_matrix FOLDER\n", stderr);
    return 3;
  }
  try {
    rakkan::test::Maker maker(argv[1]);
    const std::string made = boost::json::serialize(maker.run());
    if (std::puts(made.c_str()) < 0 || std::fflush(stdout) != 0) {
      return 1;
    }
    while (std::getchar() != EOF) {
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_matrix: %s\n", error.what());
    return 1;
  }
}
