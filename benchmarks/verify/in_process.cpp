#include "in_process.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "judge.hpp"
#include "measure.hpp"
#include "must.hpp"
#include "openssl_calls.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/validation/verdict_json.hpp"
#include "raw_verify.hpp"
#include "signed_documents.hpp"

namespace rakkan::bench {
namespace {

using crypto::KeyKind;
using validation::Level;

// The targets (README.md).
constexpr double kNewUs = 300;   // B-B, RSA-2048, without the digest
constexpr double kWarmUs = 150;  // the same with known CA and responder
constexpr double kArchivedRsaUs = 2'000;
constexpr double kArchivedP256Us = 3'000;
constexpr double kVerifications = 1.5;  // other keys: times the verifications
constexpr double kDigests = 1.1;        // of a large document

// The certificates above a signer's, which a process knows after it has judged another signer's file.
class KnownAuthority {
 public:
  explicit KnownAuthority(const EvidenceAuthority& authority)
      : root_(key_of(authority.root())),
        ca_(key_of(authority.ca())),
        ca_certificate_(authority.ca().fingerprint()),
        responder_(authority.responder().fingerprint()) {}

  void tell(pki::VerifiedSignatures& known) const {
    known.insert(root_, ca_certificate_);
    known.insert(ca_, responder_);
  }
  static constexpr std::uint64_t kVerifications = 2;

 private:
  static crypto::VerificationKey key_of(const pki::Certificate& certificate) {
    return must(crypto::VerificationKey::from_spki(certificate.spki()));
  }

  crypto::VerificationKey root_, ca_;
  crypto::Digest ca_certificate_, responder_;
};

struct Subject {
  std::string document;  // "20k"
  Level level = Level::b_b;
  KeyKind kind{};
  Bytes file;
};

class Judgements {
 public:
  Judgements(const Options& options, KeyKind kind, Report& report)
      : options_(&options),
        report_(&report),
        kind_(kind),
        signed_(kind),
        judge_(signed_.trust(), signed_.given(), SignedDocuments::judged_at()),
        authority_(signed_.authority()),
        raw_(signed_.key()) {}

  void run() {
    measure(b_b("20k"));
    if (kind_ == KeyKind::rsa_2048) {
      for (const char* document : {"200k", "200k-streams", "2m", "50m"}) {
        measure(b_b(document));
      }
    }
    const MappedFile base = open("20k");
    measure({"20k", Level::b_lta, kind_, signed_.b_lta(base.view())});
  }

 private:
  [[nodiscard]] MappedFile open(const std::string& document) const {
    return must(MappedFile::open(options_->documents / (document + ".pdf")));
  }
  [[nodiscard]] Subject b_b(const std::string& document) {
    const MappedFile base = open(document);
    return {document, Level::b_b, kind_, signed_.b_b(base.view())};
  }

  void judge_new(const Subject& subject) const {
    pki::VerifiedSignatures known;
    static_cast<void>(judge_.judge(subject.file, known));
  }
  void judge_warm(const Subject& subject) const {
    pki::VerifiedSignatures known;
    authority_.tell(known);
    static_cast<void>(judge_.judge(subject.file, known));
  }

  // The calls of OpenSSL in one judgement.
  template <class Body>
  static OpensslCalls calls_of(Body body) {
    const OpensslCalls before = openssl_calls();
    body();
    return openssl_calls() - before;
  }

  struct Figures {
    double all_new, warm, again, decision, json, digest, raw;  // us
    OpensslCalls new_calls, warm_calls, again_calls;
  };

  [[nodiscard]] Figures figures_of(const Subject& subject) const {
    judge_.must_pass(subject.file, subject.level);
    pki::VerifiedSignatures known;
    const Judged judged = judge_.judge(subject.file, known);
    const auto again = [&] { static_cast<void>(judge_.judge(subject.file, known)); };
    Figures figures{};
    figures.new_calls = calls_of([&] { judge_new(subject); });
    figures.warm_calls = calls_of([&] { judge_warm(subject); });
    figures.again_calls = calls_of(again);
    if (figures.new_calls.verifications - figures.warm_calls.verifications != KnownAuthority::kVerifications) {
      stop({ErrorCode::internal, "CA and responder were verified although they are known", {}, {}, {}});
    }
    const std::vector<Cost> costs = interleave(
        {{"new", [&] { judge_new(subject); }},
         {"warm", [&] { judge_warm(subject); }},
         {"again", again},
         {"decision", [&] { static_cast<void>(judge_.decide(judged.gathered)); }},
         {"json", [&] { static_cast<void>(validation::to_json(judged.verdict, judged.gathered.facts)); }},
         {"digest", [&] { static_cast<void>(crypto::digest(crypto::DigestAlgorithm::sha256, subject.file)); }},
         {"raw", [&] { raw_.once(); }}},
        options_->rounds, options_->slice());
    figures.all_new = costs.at(0).median_us;
    figures.warm = costs.at(1).median_us;
    figures.again = costs.at(2).median_us;
    figures.decision = costs.at(3).median_us;
    figures.json = costs.at(4).median_us;
    figures.digest = costs.at(5).median_us;
    figures.raw = costs.at(6).median_us;
    return figures;
  }

  // The target of a judgement as a whole: of a large document its digests, of an archived one a time.
  static void set_target(const Subject& subject, Row& row) {
    if (subject.document == "50m") {
      row.target_ratio = kDigests;
    } else if (subject.level == Level::b_lta && subject.kind == KeyKind::rsa_2048) {
      row.target = kArchivedRsaUs;
    } else if (subject.level == Level::b_lta && subject.kind == KeyKind::ec_p256) {
      row.target = kArchivedP256Us;
    }
  }
  // The target of what is left without the digest: a time for one signature by RSA-2048 in a small document; for the
  // other kinds of key the verifications, unless the whole has a target.
  static void set_target_without_digest(const Subject& subject, double us, bool whole_has_target, Row& row) {
    if (subject.kind == KeyKind::rsa_2048 && subject.document == "20k" && subject.level == Level::b_b) {
      row.target = us;
    } else if (subject.kind != KeyKind::rsa_2048 && !whole_has_target) {
      row.target_ratio = kVerifications;
    }
  }

  void measure(const Subject& subject) {
    const Figures all = figures_of(subject);
    const std::string table =
        subject.document + ".pdf" +
        (subject.level == Level::b_lta ? ", " + std::to_string(SignedDocuments::kSigners) + " signatures at B-LTA, "
                                       : " at B-B, ") +
        std::string(crypto::name(subject.kind)) + ", judged";
    const auto verifications = [&](const std::string& name, double us, const OpensslCalls& calls) {
      return Row{table,
                 name,
                 us,
                 "us",
                 std::to_string(calls.verifications) + " raw verifications",
                 all.raw * static_cast<double>(calls.verifications),
                 {},
                 {}};
    };
    Row whole{table, "everything new", all.all_new, "us", "its digest", all.digest, {}, {}};
    set_target(subject, whole);
    const bool whole_has_target = whole.met().has_value();
    report_->add(std::move(whole));
    Row fresh = verifications("everything new, without the digest", all.all_new - all.digest, all.new_calls);
    set_target_without_digest(subject, kNewUs, whole_has_target, fresh);
    report_->add(std::move(fresh));
    Row warm = verifications("CA and responder known, without the digest", all.warm - all.digest, all.warm_calls);
    set_target_without_digest(subject, kWarmUs, whole_has_target, warm);
    report_->add(std::move(warm));
    report_->add(verifications("the same file again, without the digest", all.again - all.digest, all.again_calls));
    report_->add({table, "of it the decision", all.decision, "us", "", 0, {}, {}});
    report_->add({table, "the verdict as JSON, beside", all.json, "us", "", 0, {}, {}});
    constexpr double kKb = 1'000;
    report_->add({table,
                  "bytes digested",
                  static_cast<double>(all.new_calls.digested) / kKb,
                  "KB",
                  "the file",
                  static_cast<double>(subject.file.size()) / kKb,
                  {},
                  {}});
  }

  const Options* options_;
  Report* report_;
  KeyKind kind_;
  SignedDocuments signed_;
  Judge judge_;
  KnownAuthority authority_;
  RawVerify raw_;
};

}  // namespace

void in_process(const Options& options, Report& report) {
  for (const std::string& key : options.keys) {
    const std::optional<KeyKind> kind = crypto::key_kind_from_name(key);
    if (!kind) {
      stop({ErrorCode::invalid_argument, "no kind of key " + key, {}, {}, {}});
    }
    Judgements(options, *kind, report).run();
  }
}

}  // namespace rakkan::bench
