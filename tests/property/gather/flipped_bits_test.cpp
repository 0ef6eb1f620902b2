// One bit of a signed file is flipped, at many places of each part that it is made of. The verdict is never better than
// on the file as it was, and never TOTAL-PASSED when something was flipped that is signed. Places come from a seed, so
// that each run has the same ones.
#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "rakkan/der/reader.hpp"
#include "rakkan/gather/gather.hpp"
#include "rakkan/pades/coverage.hpp"
#include "rakkan/validation/decide.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"
#include "support/signed_world.hpp"

namespace rakkan::gather {
namespace {

using test::IsOk;
using test::kDay;
using test::kSigned;
using test::SamplePdf;
using test::SignedWorld;
using test::Stamped;
using test::XrefForm;
using testing::IsEmpty;
using validation::Indication;
using validation::SignatureVerdict;

constexpr std::uint32_t kSeed = 20260401;
constexpr std::size_t kPlaces = 48;              // of each part of a file
constexpr std::size_t kOfEachField = 8;          // of a CMS, beside those
constexpr std::size_t kFewestPasses = 1;         // of a field that is named as an exception, so that it is one
const Instant kFirstEnds = kSigned + 30 * kDay;  // of the signer and of the unit that stamped the signature
const Instant kLongAfter = kSigned + 60 * kDay;
constexpr std::string_view kBlanks = "\n \r\n \t\n";

// When an archived file is judged, the certificates of its signer and of its first unit have ended: the verdict needs
// the archive timestamp, which is a second unit's, and everything that it covers.
class World : public SignedWorld {
 public:
  World() {
    signer =
        ca.certify("Signer", signer_key.public_key().spki(), numbered({0x12}, [](pki::CertificateTemplate& content) {
                     content.key_usage = {pki::KeyUsage::digital_signature, pki::KeyUsage::content_commitment};
                     content.validity.not_after = kFirstEnds;
                   }));
  }
  void use_first_unit() { use_unit("First TSU", {0x32}, kFirstEnds); }
  void use_second_unit() { use_unit("Second TSU", {0x33}, pki::kNotAfter); }

 private:
  void use_unit(const std::string& name, Bytes serial, Instant end) {
    const crypto::KeyKind kind = crypto::KeyKind::ec_p256;
    unit_key = std::make_shared<crypto::SoftwareSigner>(pki::new_key(kind));
    unit_certificate = tsa_root.certify(
        name, unit_key->public_key().spki(), numbered(std::move(serial), [end](pki::CertificateTemplate& content) {
          content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuTimeStamping}, true};
          content.validity.not_after = end;
        }));
    unit = test::value_or_throw(tsp::Tsu::create(unit_key, crypto::default_suite(kind), unit_certificate,
                                                 {tsa_root_certificate}, test::TestTsu::policy(),
                                                 tsp::make_epoch_serial_source(1, serial_random), clock));
  }
};

struct Span {
  std::uint64_t begin = 0, end = 0;
  [[nodiscard]] std::uint64_t size() const noexcept { return end - begin; }
};

// A field of a CMS message (RFC 5652 §5).
struct Field {
  std::string name;
  Span span;
};

std::vector<Field> fields_of(ByteView cms) {
  std::vector<Field> fields;
  const auto add = [&](const char* name, const der::Element& element) {
    const auto begin = static_cast<std::uint64_t>(element.encoding.data() - cms.data());
    fields.push_back({name, {begin, begin + element.encoding.size()}});
  };
  const auto enter = [](der::Reader& reader, der::Tag tag) { return test::value_or_throw(reader.enter(tag)); };
  der::Reader top(cms);
  der::Reader info = enter(top, der::Tag::sequence);
  add("contentType", info.any().value());
  der::Reader content = enter(info, der::context_constructed(0));
  der::Reader data = enter(content, der::Tag::sequence);
  add("version", data.any().value());
  add("digestAlgorithms", data.any().value());
  add("encapContentInfo", data.any().value());
  if (data.peek() == der::context_constructed(0)) {
    add("certificates", data.any().value());
  }
  der::Reader signers = enter(data, der::Tag::set);
  der::Reader signer = enter(signers, der::Tag::sequence);
  for (const char* const name : {"version of the signer", "sid", "digestAlgorithm", "signedAttrs", "signatureAlgorithm",
                                 "signature", "unsignedAttrs"}) {
    if (!signer.at_end()) {
      add(name, signer.any().value());
    }
  }
  return fields;
}

// The name of the field in which the byte stands; "a header" for those around fields.
std::string field_at(const std::vector<Field>& fields, std::uint64_t place) {
  const auto found = std::find_if(fields.begin(), fields.end(), [place](const Field& each) {
    return each.span.begin <= place && place < each.span.end;
  });
  return found == fields.end() ? "a header" : found->name;
}

// A signature or document timestamp of a file.
struct Signed {
  Span before, behind;  // the covered bytes
  Span digits;          // the hexadecimal digits of /Contents
  Bytes cms;
};

// A file with everything that it is judged by.
struct Subject {
  std::string name;
  Bytes file;
  Instant time;
  pki::EvidenceMaterial given;
  std::vector<Signed> all;             // in the order of the file
  std::vector<Span> cross_references;  // of each revision, to its end
  Span unsigned_update, tail;
};

struct Outcome {
  std::optional<Indication> indication;  // nothing: not read, or nothing is signed
  std::vector<SignatureVerdict> signatures;
  std::size_t passed_timestamps = 0;
  std::multiset<std::string> findings;

  [[nodiscard]] bool passes() const {
    const auto passed = [](const SignatureVerdict& each) { return each.indication == Indication::passed; };
    return indication == Indication::passed || std::any_of(signatures.begin(), signatures.end(), passed);
  }
};

// True when something is found that was not found before. An earlier failure may leave out findings of later steps.
bool finds_more(const Outcome& now, const Outcome& before) {
  return std::any_of(now.findings.begin(), now.findings.end(),
                     [&](const std::string& code) { return now.findings.count(code) > before.findings.count(code); });
}

int rank(const std::optional<Indication>& indication) {
  constexpr int kNoVerdict = 3;
  return indication ? static_cast<int>(*indication) : kNoVerdict;
}

// The claim that is better than before; empty when none is.
std::string improvement(const Outcome& now, const Outcome& before) {
  if (rank(now.indication) < rank(before.indication)) {
    return "the verdict on the file";
  }
  if (now.passed_timestamps > before.passed_timestamps) {
    return "a timestamp";
  }
  const SignatureVerdict& honest = before.signatures.at(0);
  for (const SignatureVerdict& each : now.signatures) {
    if (rank(each.indication) < rank(honest.indication) ||
        rank(each.signed_revision_indication) < rank(honest.signed_revision_indication)) {
      return "the verdict on the signature";
    }
    if (each.level > honest.level) {
      return "the level";
    }
    if (each.cryptographically_valid.value_or(false) && !honest.cryptographically_valid.value_or(false)) {
      return "cryptographicallyValid";
    }
    if (each.best_signature_time && honest.best_signature_time &&
        *each.best_signature_time < *honest.best_signature_time) {
      return "the best signature time";
    }
  }
  return {};
}

class FlippedBits : public testing::Test {
 protected:
  static World& world() {
    static World one;
    return one;
  }
  static const Subject& basic(XrefForm form = XrefForm::table) {
    static const Subject table = make_basic(XrefForm::table);
    static const Subject stream = make_basic(XrefForm::stream);
    return form == XrefForm::table ? table : stream;
  }
  static const Subject& archived(XrefForm form = XrefForm::table) {
    static const Subject table = make_archived(XrefForm::table);
    static const Subject stream = make_archived(XrefForm::stream);
    return form == XrefForm::table ? table : stream;
  }
  static std::vector<const Subject*> all() {
    return {&basic(), &basic(XrefForm::stream), &archived(), &archived(XrefForm::stream)};
  }

  static Outcome judge(ByteView file, const Subject& subject) {
    static pki::VerifiedSignatures known;
    Outcome outcome;
    const auto gathered = facts_of(file, {.trust = &world().everybody, .given = &subject.given, .known = &known});
    if (!gathered) {
      outcome.findings.insert("refused");
      return outcome;
    }
    const validation::Verdict verdict = validation::decide(gathered->facts, validation::Policy::rakkan(), subject.time);
    outcome.indication = verdict.indication;
    outcome.signatures = verdict.signatures;
    const auto add = [&](const std::vector<validation::Finding>& findings) {
      for (const validation::Finding& each : findings) {
        outcome.findings.insert(each.code);
      }
    };
    add(verdict.findings);
    for (const SignatureVerdict& each : verdict.signatures) {
      add(each.findings);
    }
    for (const validation::TimestampVerdict& each : verdict.timestamps) {
      add(each.findings);
      outcome.passed_timestamps += each.indication == Indication::passed ? 1U : 0U;
    }
    return outcome;
  }
  static const Outcome& untouched(const Subject& subject) {
    static std::map<std::string, Outcome> known;
    const auto found = known.find(subject.name);
    return found != known.end() ? found->second
                                : known.emplace(subject.name, judge(subject.file, subject)).first->second;
  }

  // Bits of the spans, the same in each run: all of them, when they are no more than `most`.
  struct Bit {
    std::uint64_t byte;
    unsigned number;
  };
  static std::vector<Bit> bits_of(const std::vector<Span>& spans, std::size_t most = kPlaces) {
    std::uint64_t size = 0;
    for (const Span& each : spans) {
      size += 8 * each.size();
    }
    const auto bit_at = [&](std::uint64_t place) {
      for (const Span& each : spans) {
        if (place < 8 * each.size()) {
          return Bit{each.begin + place / 8, static_cast<unsigned>(place % 8)};
        }
        place -= 8 * each.size();
      }
      throw std::out_of_range("no such bit");
    };
    std::vector<Bit> bits;
    std::mt19937 random(kSeed);
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(size, most); ++i) {
      bits.push_back(bit_at(size <= most ? i : random() % size));
    }
    return bits;
  }

  static Bytes flipped(const Subject& subject, const Bit& bit) {
    Bytes file = subject.file;
    file.at(bit.byte) = static_cast<Byte>(file.at(bit.byte) ^ (1U << bit.number));
    return file;
  }
  // The bit of a byte of the CMS itself, spelled again in the digits of /Contents.
  static Bytes flipped_in_cms(const Subject& subject, const Signed& one, const Bit& bit) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const Byte value = static_cast<Byte>(one.cms.at(bit.byte) ^ (1U << bit.number));
    Bytes file = subject.file;
    file.at(one.digits.begin + 2 * bit.byte) = static_cast<Byte>(kDigits[value >> 4U]);
    file.at(one.digits.begin + 2 * bit.byte + 1) = static_cast<Byte>(kDigits[value & 0x0FU]);
    return file;
  }
  static std::string place(const Subject& subject, const Bit& bit) {
    return subject.name + ", byte " + std::to_string(bit.byte) + ", bit " + std::to_string(bit.number);
  }

 private:
  static Subject finished(std::string name, const Bytes& file, Instant time, pki::EvidenceMaterial given) {
    Subject subject;
    subject.name = std::move(name);
    subject.file = file;
    subject.time = time;
    subject.given = std::move(given);
    subject.tail = {file.size(), file.size() + kBlanks.size()};
    append(subject.file, bytes_of(kBlanks));
    const pdf::History history = test::value_or_throw(pdf::History::open(subject.file));
    std::uint64_t last = 0;
    for (const pades::FileSignature& each : test::value_or_throw(pades::file_signatures(history))) {
      const pdf::ByteRange& range = each.coverage.byte_range.value();
      subject.all.push_back({{0, range.first_length},
                             {range.second_offset, range.second_offset + range.second_length},
                             {range.first_length + 1, range.second_offset - 1},
                             each.contents});
      last = std::max(last, subject.all.back().behind.end);
    }
    std::sort(subject.all.begin(), subject.all.end(),
              [](const Signed& a, const Signed& b) { return a.behind.end < b.behind.end; });
    const auto sections = history.newest().sections();
    for (const pdf::FileRevision& each : history.revisions()) {
      subject.cross_references.push_back({sections[each.first_section].offset, each.end});
    }
    subject.unsigned_update = {last, file.size()};
    return subject;
  }
  static std::string in(XrefForm form) { return form == XrefForm::table ? " in tables" : " in streams"; }

  static Subject make_basic(XrefForm form) {
    const Bytes file = world().sign(test::sample_pdf({.form = form}), kSigned, Stamped::no).bytes();
    return finished("B-B" + in(form), file, kSigned + kDay, world().outside(kSigned + kDay));
  }
  // With an update behind the archive timestamp that nothing covers.
  static Subject make_archived(XrefForm form) {
    world().use_first_unit();
    SignedWorld::Draft draft = world().sign(test::sample_pdf({.form = form}), kSigned, Stamped::yes);
    world().add_evidence(draft, kSigned + kDay);
    world().use_second_unit();
    world().add_timestamp(draft, kSigned + kDay);
    world().add_evidence(draft, kSigned + 2 * kDay);
    pki::EvidenceMaterial given;
    given.add(SignedWorld::crl(world().tsa_root, kLongAfter), {pki::EvidenceOrigin::folder});
    return finished("B-LTA" + in(form), draft.bytes(), kLongAfter, std::move(given));
  }
};

TEST_F(FlippedBits, NothingIsWrongBeforehand) {
  for (const Subject* const subject : all()) {
    const Outcome& outcome = untouched(*subject);
    EXPECT_EQ(outcome.indication, Indication::passed) << subject->name;
    ASSERT_EQ(outcome.signatures.size(), 1U) << subject->name;
    const bool is_archived = subject->name.starts_with("B-LTA");
    EXPECT_EQ(outcome.signatures.front().level, is_archived ? validation::Level::b_lta : validation::Level::b_b);
    EXPECT_EQ(outcome.passed_timestamps, is_archived ? 2U : 0U);
    EXPECT_EQ(subject->all.size(), is_archived ? 2U : 1U);
    EXPECT_EQ(subject->cross_references.size(), is_archived ? 5U : 2U);
    EXPECT_EQ(subject->unsigned_update.size() != 0, is_archived);
  }
}

TEST_F(FlippedBits, OfCoveredBytesNeverPass) {
  std::vector<std::string> wrong;
  for (const Subject* const subject : all()) {
    for (const Signed& one : subject->all) {
      for (const Bit& bit : bits_of({one.before, one.behind})) {
        const Outcome outcome = judge(flipped(*subject, bit), *subject);
        if (outcome.passes() || !improvement(outcome, untouched(*subject)).empty()) {
          wrong.push_back(place(*subject, bit));
        }
      }
    }
  }
  EXPECT_THAT(wrong, IsEmpty());
}

// The fields of a CMS that its signature does not protect, and that say nothing: another value is none of the signer's.
// The signature in an archived file has none of them, as the timestamp covers all of its CMS.
struct Exception {
  const char* field;
  const char* why;
};
constexpr Exception kVersion{"version", "RFC 5652 §5.1: it follows from the parts that are there"};
constexpr Exception kDigestAlgorithms{"digestAlgorithms", "RFC 5652 §5.1: a hint for one-pass processing"};
constexpr Exception kSignerVersion{"version of the signer", "RFC 5652 §5.3: it follows from the form of sid"};
constexpr Exception kSid{"sid", "RFC 5035 §3: signingCertificateV2 names the certificate"};
constexpr Exception kCertificates{"certificates", "the unit's certificate is in the document security store as well"};

void expect_exceptions(const std::map<std::string, std::size_t>& passed, std::span<const Exception> exceptions) {
  for (const auto& [field, times] : passed) {
    EXPECT_TRUE(std::any_of(exceptions.begin(), exceptions.end(),
                            [&field = field](const Exception& each) { return field == each.field; }))
        << times << " bits of " << field << " were flipped, and the file passes";
  }
  for (const Exception& each : exceptions) {
    EXPECT_GE(passed.contains(each.field) ? passed.at(each.field) : 0, kFewestPasses)
        << each.field << " is no exception (" << each.why << ")";
  }
}

class FlippedBitsOfCms : public FlippedBits {
 protected:
  // How often the file passes after a bit of each field was flipped; only fields that pass.
  static std::map<std::string, std::size_t> passes(const Subject& subject, const Signed& one) {
    const std::vector<Field> fields = fields_of(one.cms);
    std::vector<Bit> bits = bits_of({{0, one.cms.size()}});
    for (const Field& field : fields) {
      const std::vector<Bit> more = bits_of({field.span}, kOfEachField);
      bits.insert(bits.end(), more.begin(), more.end());
    }
    std::map<std::string, std::size_t> passed;
    for (const Bit& bit : bits) {
      const Outcome outcome = judge(flipped_in_cms(subject, one, bit), subject);
      EXPECT_EQ(improvement(outcome, untouched(subject)), "") << place(subject, bit);
      if (outcome.passes()) {
        ++passed[field_at(fields, bit.byte)];
      }
    }
    return passed;
  }
};

TEST_F(FlippedBitsOfCms, NeverPassOutsideOfTheFieldsThatSayNothing) {
  constexpr std::array kExceptions{kVersion, kDigestAlgorithms, kSignerVersion, kSid};
  expect_exceptions(passes(basic(), basic().all.at(0)), kExceptions);
}

TEST_F(FlippedBitsOfCms, NeverPassInASignatureThatATimestampCovers) {
  expect_exceptions(passes(archived(), archived().all.at(0)), {});
}

TEST_F(FlippedBitsOfCms, NeverPassInATimestampOutsideOfTheFieldsThatSayNothing) {
  constexpr std::array kExceptions{kVersion, kDigestAlgorithms, kSignerVersion, kSid, kCertificates};
  expect_exceptions(passes(archived(), archived().all.at(1)), kExceptions);
}

// Of a digit in another case the value is the same one.
TEST_F(FlippedBits, OfADigitOfContentsPassInAnotherCaseAlone) {
  const Subject& subject = basic();
  const Signed& one = subject.all.at(0);
  std::vector<std::string> wrong;
  std::size_t same = 0;
  const std::uint64_t end = one.digits.begin + 2 * one.cms.size();
  for (const Bit& bit : bits_of({{one.digits.begin, end}}, 2 * kPlaces)) {
    const Byte before = subject.file.at(bit.byte);
    const bool is_case = before >= 'a' && bit.number == 5;
    same += is_case ? 1U : 0U;
    const std::string field = field_at(fields_of(one.cms), (bit.byte - one.digits.begin) / 2);
    const bool says_nothing = field == kVersion.field || field == kDigestAlgorithms.field ||
                              field == kSignerVersion.field || field == kSid.field;
    const Outcome outcome = judge(flipped(subject, bit), subject);
    if (!improvement(outcome, untouched(subject)).empty() || (is_case && !outcome.passes()) ||
        (!is_case && !says_nothing && outcome.passes())) {
      wrong.push_back(place(subject, bit) + " of " + field);
    }
  }
  EXPECT_THAT(wrong, IsEmpty());
  EXPECT_GT(same, 0U);
}

TEST_F(FlippedBits, OfThePaddingAreFindings) {
  std::vector<std::string> wrong;
  for (const Subject* const subject : {&basic(), &archived()}) {
    for (const Signed& one : subject->all) {
      const Span padding{one.digits.begin + 2 * one.cms.size(), one.digits.end};
      for (const Bit& bit : bits_of({padding})) {
        const Outcome outcome = judge(flipped(*subject, bit), *subject);
        if (!finds_more(outcome, untouched(*subject)) || !improvement(outcome, untouched(*subject)).empty()) {
          wrong.push_back(place(*subject, bit));
        }
      }
    }
  }
  EXPECT_THAT(wrong, IsEmpty());
}

TEST_F(FlippedBits, OfCrossReferencesNeverImproveAndNeverPassWhereTheyAreCovered) {
  std::vector<std::string> wrong;
  for (const Subject* const subject : all()) {
    for (const Span& section : subject->cross_references) {
      const bool is_covered = section.begin < subject->all.back().behind.end;
      for (const Bit& bit : bits_of({section}, kPlaces / 2)) {
        const Outcome outcome = judge(flipped(*subject, bit), *subject);
        if (!improvement(outcome, untouched(*subject)).empty() || (is_covered && outcome.passes())) {
          wrong.push_back(place(*subject, bit));
        }
      }
    }
  }
  EXPECT_THAT(wrong, IsEmpty());
}

TEST_F(FlippedBits, OfAnUpdateThatNothingCoversNeverImprove) {
  std::vector<std::string> wrong;
  std::size_t not_passed = 0;
  for (const Subject* const subject : {&archived(), &archived(XrefForm::stream)}) {
    for (const Bit& bit : bits_of({subject->unsigned_update})) {
      const Outcome outcome = judge(flipped(*subject, bit), *subject);
      not_passed += outcome.passes() ? 0U : 1U;
      if (const std::string better = improvement(outcome, untouched(*subject)); !better.empty()) {
        wrong.push_back(place(*subject, bit) + ": " + better);
      }
    }
  }
  EXPECT_THAT(wrong, IsEmpty());
  EXPECT_GT(not_passed, 0U) << "none of the flips was noticed";
}

// White space may stand behind the last revision, and nothing else.
TEST_F(FlippedBits, OfTheTailPassAsWhiteSpaceAlone) {
  std::vector<std::string> wrong;
  constexpr std::string_view kWhite("\0\t\n\f\r ", 6);
  for (const Subject* const subject : all()) {
    for (const Bit& bit : bits_of({subject->tail})) {
      const Bytes file = flipped(*subject, bit);
      const bool is_white = kWhite.find(static_cast<char>(file.at(bit.byte))) != std::string_view::npos;
      const Outcome outcome = judge(file, *subject);
      if (outcome.passes() != is_white || finds_more(outcome, untouched(*subject)) == is_white ||
          !improvement(outcome, untouched(*subject)).empty()) {
        wrong.push_back(place(*subject, bit));
      }
    }
  }
  EXPECT_THAT(wrong, IsEmpty());
}

}  // namespace
}  // namespace rakkan::gather
