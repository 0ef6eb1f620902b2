// The worker of augment_foreign.py: raises one document that others signed, by the service's own use case, with a
// clock, anchors and evidence of the caller's and a timestamp unit of its own; then judges what came out.
//
//   augment_foreign IN.pdf OUT.pdf LEVEL TIME [--anchor FILE]… [--evidence FILE]… [--trust roots|services]
//
// TIME is RFC 3339, or "newest": a second after the newest timestamp in the document. With --trust certificates in the
// document are anchors as well: all self-issued ones, or the CAs that issued the signers' certificates and the units of
// the timestamps, as lists of single services name them. One line of JSON on standard output:
//
//   {"outcome":"raised","facts":{…}}        OUT.pdf was written, unless nothing had to be added
//   {"outcome":"refused","code":"…","where":"…","detail":"…","causes":[{…}, …]}
//   {"outcome":"skipped","why":"…"}         there is no such time
//   {"outcome":"violated","what":"…"}       the result does not keep its promises
//
// each with "embedded": how many objects of evidence are in the CMS of signatures and tokens.
//
// Promises: every earlier signature has the checks that it had, every new document timestamp is intact, every signature
// of the baseline profile has the level, and from B-LT on the document's store alone completes the evidence table
// again.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rakkan/async/task.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/json/writer.hpp"
#include "rakkan/pades/dss.hpp"
#include "rakkan/pades/existing_signatures.hpp"
#include "rakkan/pki/certificate_builder.hpp"
#include "rakkan/pki/trust_store.hpp"
#include "rakkan/service/assembly.hpp"
#include "rakkan/service/augmentation.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/service/signing_service.hpp"
#include "rakkan/store/store.hpp"
#include "service/document_to_raise.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_trail.hpp"
#include "support/pki_authority.hpp"
#include "support/scripted_timestamper.hpp"
#include "support/software_keys.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_tsu.hpp"

namespace {

using namespace rakkan;
using json::ObjectWriter;
using pades::BaselineLevel;
using pades::Check;
using pades::ExistingSignature;
using test::value_or_throw;

constexpr std::chrono::hours kYear{24 * 365};
// Data in these documents are as old as their makers liked.
constexpr std::chrono::hours kMaxAge = 400 * std::chrono::hours{24};

struct Arguments {
  std::string in, out, level, time;
  std::vector<std::string> anchors = {}, evidence = {};
  std::string trust = {};
};

std::optional<Arguments> parse(std::span<char*> all) {
  if (all.size() < 5) {
    return std::nullopt;
  }
  Arguments arguments{all[1], all[2], all[3], all[4]};
  for (std::size_t i = 5; i < all.size(); ++i) {
    const std::string_view name = all[i];
    if (name == "--trust" && i + 1 < all.size()) {
      arguments.trust = all[++i];
    } else if (i + 1 < all.size() && (name == "--anchor" || name == "--evidence")) {
      (name == "--anchor" ? arguments.anchors : arguments.evidence).emplace_back(all[++i]);
    } else {
      return std::nullopt;
    }
  }
  return arguments;
}

// The evidence in the CMS of signatures and tokens, for the answers.
std::string embedded = "{}";

int say(ObjectWriter line) {
  line.raw("embedded", embedded);
  std::printf("%s\n", std::move(line).finish().c_str());
  return 0;
}
int violated(const std::string& what) {
  return say(std::move(ObjectWriter().plain("outcome", "violated").text("what", what)));
}
int skipped(const std::string& why) {
  return say(std::move(ObjectWriter().plain("outcome", "skipped").text("why", why)));
}

std::string json_of(const Error& error) {
  ObjectWriter json;
  json.plain("code", row(error.code).slug).text("where", error.where).text("detail", error.detail);
  return std::move(json).finish();
}
int refused(const Error& error) {
  ObjectWriter line;
  line.plain("outcome", "refused")
      .plain("code", row(error.code).slug)
      .text("where", error.where)
      .text("detail", error.detail)
      .raw("causes", json::array_of(error.causes, json_of));
  return say(std::move(line));
}

Bytes content_of(const std::string& path) { return copy_of(value_or_throw(MappedFile::open(path)).view()); }

// The signatures as they can be read; none of a document that does not open.
std::vector<ExistingSignature> signatures_in(const Result<pdf::Document>& document) {
  return document ? pades::existing_signatures(*document).value_or(std::vector<ExistingSignature>{})
                  : std::vector<ExistingSignature>{};
}

std::optional<Instant> newest_time(const std::vector<ExistingSignature>& all) {
  std::optional<Instant> newest;
  for (const ExistingSignature& one : all) {
    for (const pades::TimestampIntegrity& timestamp : one.integrity.timestamps) {
      if (timestamp.outcome() == Check::passed) {
        newest = std::max(newest.value_or(Instant{}), timestamp.token->info().generation_time);
      }
    }
  }
  return newest;
}

// The certificates in signatures, tokens and the store.
std::vector<pki::Certificate> certificates_in(const Result<pdf::Document>& document,
                                              const std::vector<ExistingSignature>& all) {
  std::vector<pki::Certificate> found;
  const auto add = [&](const std::vector<pki::Certificate>& more) {
    found.insert(found.end(), more.begin(), more.end());
  };
  for (const ExistingSignature& one : all) {
    add(one.integrity.embedded);
    for (const pades::TimestampIntegrity& timestamp : one.integrity.timestamps) {
      if (timestamp.token) {
        add(cms::readable_certificates(timestamp.token->signed_data()));
      }
    }
    const pki::EvidenceMaterial evidence = pades::embedded_evidence(one, all);
    for (const auto& each : evidence.certificates()) {
      found.push_back(each.certificate);
    }
  }
  const auto store = document ? pades::Dss::read(*document) : Result<std::optional<pades::Dss>>();
  if (store && *store) {
    for (const std::size_t index : (*store)->certificates) {
      if (const auto certificate = pki::Certificate::parse((*store)->streams[index].bytes)) {
        found.push_back(*certificate);
      }
    }
  }
  return found;
}

std::string count_of_embedded(const std::vector<ExistingSignature>& all) {
  pki::EvidenceMaterial material;
  for (const ExistingSignature& one : all) {
    material.add(pades::embedded_evidence(one, all));
  }
  ObjectWriter json;
  json.number("CRLs", material.lists().size())
      .number("OCSP responses", material.responses().size())
      .number("unreadable", material.unreadable().size());
  return std::move(json).finish();
}

std::vector<pki::Certificate> roots_among(std::vector<pki::Certificate> certificates) {
  std::erase_if(certificates, [](const pki::Certificate& each) { return !each.is_self_issued(); });
  return certificates;
}

// As anchors of single services are: the CAs that issued the signers' certificates, and the units of the timestamps.
std::vector<pki::Certificate> services_among(const std::vector<pki::Certificate>& certificates,
                                             const std::vector<ExistingSignature>& all) {
  std::vector<pki::Certificate> services;
  for (const ExistingSignature& one : all) {
    for (const pades::TimestampIntegrity& timestamp : one.integrity.timestamps) {
      if (timestamp.certificate) {
        services.push_back(*timestamp.certificate);
      }
    }
    const auto& signer = one.integrity.certificate;
    std::copy_if(certificates.begin(), certificates.end(), std::back_inserter(services),
                 [&](const pki::Certificate& each) {
                   const auto& constraints = each.basic_constraints();
                   return signer && constraints && constraints->is_ca && signer->issuer().matches(each.subject());
                 });
  }
  return services;
}

// Unit is a timestamp unit below a root of its own, both valid for decades around `at`, with a CRL of that root.
class Unit {
 public:
  explicit Unit(Instant at) : at_(std::chrono::floor<std::chrono::seconds>(at)) {
    const auto lasting = [&](pki::CertificateTemplate& content) { content.validity = {at_ - kYear, at_ + 20 * kYear}; };
    root.emplace(authority_.self_signed(lasting));
    const pki::Certificate certificate =
        authority_.certify("Archive Unit", key_->public_key().spki(), [&](pki::CertificateTemplate& content) {
          lasting(content);
          content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuTimeStamping}, true};
        });
    gate_->time = at_;
    tsu_ = value_or_throw(tsp::Tsu::create(key_, crypto::default_suite(crypto::KeyKind::ec_p256), certificate, {*root},
                                           test::TestTsu::policy(), tsp::make_epoch_serial_source(1, random_), gate_));
    timestamper = std::make_shared<test::ScriptedTimestamper>(*tsu_);
  }
  [[nodiscard]] Bytes revocation_list() {
    pki::CrlTemplate content;
    content.issuer = authority_.name();
    content.this_update = at_ - std::chrono::hours{1};
    content.next_update = at_ + 7 * std::chrono::hours{24};
    content.authority_key_identifier = value_or_throw(pki::key_identifier(authority_.spki()));
    return value_or_throw(pki::issue_crl(content, authority_.suite(), authority_.signer()));
  }

  std::optional<pki::Certificate> root;
  std::shared_ptr<test::ScriptedTimestamper> timestamper;

 private:
  Instant at_;
  crypto::SystemRandom random_;
  pki::Authority authority_{"Rakkan Test Archive Root"};
  std::shared_ptr<crypto::SoftwareSigner> key_ =
      std::make_shared<crypto::SoftwareSigner>(pki::new_key(crypto::KeyKind::ec_p256));
  std::shared_ptr<test::BentClockGate> gate_ = std::make_shared<test::BentClockGate>();
  std::shared_ptr<tsp::Tsu> tsu_;
};

// Augmenter is a service in a closed network whose clock stands at `at`.
class Augmenter {
 public:
  Augmenter(Instant at, const std::vector<pki::Certificate>& anchors, const std::vector<std::string>& evidence)
      : clock_(at), unit_(at) {
    write("unit.crl", unit_.revocation_list());
    for (std::size_t i = 0; i < evidence.size(); ++i) {
      write(std::to_string(i), content_of(evidence[i]));
    }
    std::vector<pki::Certificate> all = anchors;
    all.push_back(*unit_.root);
    trust = std::make_shared<const pki::TrustStore>(pki::TrustStore::from_certificates(all));
    service::Options options;
    options.evidence.folder = evidence_folder_.path().string();
    options.evidence.freshness.max_age = std::chrono::duration_cast<std::chrono::seconds>(kMaxAge);
    options.tsa_lists.signature.profiles = {"archive"};
    service::Environment environment{
        .store = *store_, .keys = keys_, .clock = clock_, .random = random_, .trail = trail_};
    environment.timestampers.emplace("archive", unit_.timestamper);
    environment.trust = trust;
    assembly_ = value_or_throw(service::Assembly::create(std::move(options), std::move(environment)));
    assembly_->end_exchanges();  // the servers that the certificates name are real ones: none is asked
  }

  Result<service::AugmentedDocument> raise(ByteView document, BaselineLevel level) {
    service::AugmentCommand command{.principal = {"tester"}, .document = document, .level = level, .tsa = "archive"};
    return async::block_on(assembly_->signing().augment(std::move(command)));
  }
  [[nodiscard]] int timestamps() const { return unit_.timestamper->requests; }

  service::SharedTrust trust;

 private:
  void write(const std::string& name, const Bytes& content) {
    std::ofstream(evidence_folder_.path() / name, std::ios::binary) << text_of(content);
  }

  test::TemporaryFolder evidence_folder_, store_folder_;
  crypto::SystemRandom random_;
  test::SoftwareKeys keys_;
  test::FakeClock clock_;
  Unit unit_;
  std::unique_ptr<store::Store> store_ = value_or_throw(store::open_sqlite(store_folder_.path()));
  test::FakeTrail trail_{*store_, clock_};
  std::unique_ptr<service::Assembly> assembly_;
};

std::string checks_of(const ExistingSignature& one) {
  std::string text;
  for (const pades::Checked* each : {&one.integrity.byte_range, &one.integrity.digest, &one.integrity.signature}) {
    text += std::string(name(each->outcome)) + ", ";
  }
  return text + std::string(name(one.integrity.outcome()));
}

// The evidence table of the document's signatures, of nothing but its store. Empty: it is complete.
std::string gap_of_store(const Bytes& whole, const std::vector<ExistingSignature>& signatures,
                         const pki::TrustStore& trust, Instant at) {
  const service::AugmentCommand command{.principal = {}, .document = whole, .level = BaselineLevel::b_lt};
  auto read = service::read_document_to_raise(command, pki::FreshnessDemand::cached(kMaxAge), pdf::Limits(), nullptr);
  if (!read) {
    return "it cannot be read again: " + to_string(read.error());
  }
  const pdf::Document document = value_or_throw(pdf::Document::open(whole));
  const auto store = value_or_throw(pades::Dss::read(document));
  if (!store) {
    return "there is no store";
  }
  pki::EvidenceMaterial material;
  const auto from = [&](std::size_t index) -> pki::Provenance {
    const auto entry = value_or_throw(document.xref_entry(store->streams[index].id.number));
    const bool placed = entry && entry->type == pdf::XrefEntry::Type::in_base;
    return {pki::EvidenceOrigin::document, placed ? pades::existed_at(signatures, entry->offset) : std::nullopt};
  };
  const auto add = [&](const std::vector<std::size_t>& indices, const auto& parse) {
    for (const std::size_t index : indices) {
      if (const auto object = parse(store->streams[index].bytes)) {
        material.add(*object, from(index));
      }
    }
  };
  add(store->certificates, [](const Bytes& der) { return pki::Certificate::parse(der); });
  add(store->ocsp_responses, [](const Bytes& der) { return pki::OcspResponse::parse(der); });
  add(store->crls, [](const Bytes& der) { return pki::CertificateList::parse(der); });
  for (pki::EvidenceSubject& subject : read->wanted.subjects) {
    subject.certificates.clear();
  }
  const auto table = pki::make_evidence_table({.subjects = read->wanted.subjects,
                                               .material = material,
                                               .trust = trust,
                                               .algorithms = pki::AlgorithmPolicy::ts_119_312(),
                                               .now = at,
                                               .clock_tolerance = std::chrono::minutes{1}});
  if (!table) {
    return to_string(table.error());
  }
  for (const pki::EvidenceRow& row : table->rows) {
    if (!row.is_settled()) {
      return row.certificate.subject().text() + " is not proven by it: " + row.detail;
    }
  }
  return {};
}

// The promise that does not hold, or nothing.
std::string broken_promise(const std::vector<ExistingSignature>& before, const std::vector<ExistingSignature>& after,
                           std::size_t timestamps, BaselineLevel level) {
  if (after.size() != before.size() + timestamps) {
    return std::to_string(before.size()) + " signatures and " + std::to_string(timestamps) + " timestamps became " +
           std::to_string(after.size());
  }
  std::map<std::string, std::string> earlier;
  for (const ExistingSignature& one : before) {
    earlier[one.signature.field_name] = checks_of(one);
  }
  for (const ExistingSignature& one : after) {
    const auto known = earlier.find(one.signature.field_name);
    const std::string checks = checks_of(one);
    if (known != earlier.end() && known->second != checks) {
      return one.signature.field_name + " was " + known->second + " and is " + checks;
    }
    if (one.integrity.outcome() != Check::passed) {
      return one.signature.field_name + " is " + checks;
    }
    if (one.level && *one.level < level) {
      return one.signature.field_name + " has the level " + std::string(pades::name(*one.level));
    }
    if (!one.is_document_timestamp() && !one.existed_at) {
      return one.signature.field_name + " has no time";
    }
  }
  return {};
}

int augment(const Arguments& arguments) {
  const Bytes base = content_of(arguments.in);
  const auto level = pades::baseline_level_from_name(arguments.level);
  const auto document = pdf::Document::open(base);
  const std::vector<ExistingSignature> before = signatures_in(document);
  const auto newest = newest_time(before);
  const auto at = arguments.time != "newest" ? parse_rfc3339(arguments.time)
                  : newest                   ? std::optional(*newest + std::chrono::seconds{1})
                                             : std::nullopt;
  if (!level || (!at && arguments.time != "newest")) {
    std::fprintf(stderr, "no such level or time\n");
    return 3;
  }
  if (!at) {
    return skipped("no intact timestamp");
  }
  std::vector<pki::Certificate> anchors;
  for (const std::string& each : arguments.anchors) {
    anchors.push_back(value_or_throw(pki::Certificate::parse(content_of(each))));
  }
  embedded = count_of_embedded(before);
  const std::vector<pki::Certificate> known = certificates_in(document, before);
  const auto more = arguments.trust == "roots"      ? roots_among(known)
                    : arguments.trust == "services" ? services_among(known, before)
                                                    : std::vector<pki::Certificate>();
  anchors.insert(anchors.end(), more.begin(), more.end());
  Augmenter augmenter(*at, anchors, arguments.evidence);
  const auto made = augmenter.raise(base, *level);
  if (!made) {
    return refused(made.error());
  }
  Bytes whole = base;
  append(whole, made->tail);
  const auto open = pdf::Document::open(whole);
  if (!open) {
    return violated("the document does not open any more: " + to_string(open.error()));
  }
  const auto after = pades::existing_signatures(*open);
  if (!after) {
    return violated("its signatures cannot be read any more: " + to_string(after.error()));
  }
  if (const std::string what = broken_promise(before, *after, static_cast<std::size_t>(augmenter.timestamps()), *level);
      !what.empty()) {
    return violated(what);
  }
  if (pades::needs_validation_data(*level)) {
    if (const std::string gap = gap_of_store(whole, *after, *augmenter.trust, *at + std::chrono::seconds{1});
        !gap.empty()) {
      return violated("the store does not hold the evidence: " + gap);
    }
  }
  if (!made->tail.empty()) {
    std::ofstream out(arguments.out, std::ios::binary | std::ios::trunc);
    out << text_of(whole);
    out.close();
    if (!out) {
      std::fprintf(stderr, "cannot write %s\n", arguments.out.c_str());
      return 3;
    }
  }
  return say(std::move(ObjectWriter().plain("outcome", "raised").raw("facts", made->facts)));
}

}  // namespace

int main(int argc, char** argv) {
  const auto arguments = parse(std::span<char*>(argv, static_cast<std::size_t>(argc)));
  if (!arguments) {
    std::fprintf(stderr,
                 "usage: augment_foreign IN.pdf OUT.pdf LEVEL TIME [--anchor FILE]... [--evidence FILE]... "
                 "[--trust roots|services]\n");
    return 3;
  }
  return augment(*arguments);
}
