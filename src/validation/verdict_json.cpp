#include "rakkan/validation/verdict_json.hpp"

#include <algorithm>

#include "rakkan/json/writer.hpp"
#include "validation/json_texts.hpp"
#include "validation/words.hpp"

namespace rakkan::validation {
namespace {

using json::ObjectWriter;

void add_time(ObjectWriter& json, std::string_view name, const std::optional<Instant>& time) {
  if (time) {
    json.plain(name, to_rfc3339(*time));
  } else {
    json.null(name);
  }
}

void add_sub(ObjectWriter& json, std::string_view name, const std::optional<SubIndication>& sub) {
  if (sub) {
    json.plain(name, word(*sub));
  } else {
    json.null(name);
  }
}

void add_flag(ObjectWriter& json, std::string_view name, const std::optional<bool>& value) {
  if (value) {
    json.flag(name, *value);
  } else {
    json.null(name);
  }
}

void write_finding(ObjectWriter& json, const Finding& finding) {
  json.text("code", finding.code).plain("severity", word(finding.severity));
  if (finding.revision) {
    json.number("revision", *finding.revision);
  } else {
    json.null("revision");
  }
  json.text("object", clean(finding.object)).text("ja", finding.ja).text("en", finding.en);
  if (!finding.detail.empty()) {
    json.text("detail", clean(finding.detail));
  }
}

void write_step(ObjectWriter& json, const Step& step) {
  json.text("clause", step.clause).text("check", clean(step.check)).text("object", clean(step.object));
  json.plain("result", word(step.result));
  if (step.sub_indication) {
    json.plain("subIndication", word(*step.sub_indication));
  }
  if (!step.detail.empty()) {
    json.text("detail", clean(step.detail));
  }
}

// The names that other validators have for the same, as for the levels of modification.
std::string_view verdict_word(Coverage coverage) {
  switch (coverage) {
    case Coverage::not_pdf:
      return "NOT_PDF";
    case Coverage::entire_file:
      return "ENTIRE_FILE";
    case Coverage::entire_revision:
      return "ENTIRE_REVISION";
    case Coverage::contiguous_block:
      return "CONTIGUOUS_BLOCK_FROM_START";
    case Coverage::unclear:
      return "UNCLEAR";
  }
  return "UNCLEAR";
}

// Whether imprint, digests and signature value of a token are right; nothing: this cannot be found out here.
std::optional<bool> is_cryptographically_valid(const TimestampFacts& facts) {
  const auto is_wrong = [](const DigestFact& digest) { return digest.match == Match::mismatch; };
  if (is_wrong(facts.imprint) || std::any_of(facts.signer.digests.begin(), facts.signer.digests.end(), is_wrong) ||
      facts.signer.signature == Check::bad) {
    return false;
  }
  const bool is_known = facts.imprint.match == Match::match && facts.signer.signature == Check::good;
  return is_known ? std::optional(true) : std::nullopt;
}

const CertificateFacts* certificate_of(const Facts& facts, const Id& id) {
  const auto found = std::find_if(facts.certificates.begin(), facts.certificates.end(),
                                  [&](const CertificateFacts& each) { return each.id == id; });
  return found == facts.certificates.end() ? nullptr : &*found;
}

void add_certificate(ObjectWriter& json, std::string_view name, const Facts& facts, const std::optional<Id>& id) {
  const CertificateFacts* certificate = id ? certificate_of(facts, *id) : nullptr;
  if (certificate == nullptr) {
    json.null(name);
    return;
  }
  json.object(name, [&](ObjectWriter& to) {
    to.text("sha256", certificate->id)
        .text("subject", clean(certificate->subject))
        .text("issuer", clean(certificate->issuer))
        .text("serialNumber", certificate->serial_number);
    add_time(to, "notBefore", certificate->not_before);
    add_time(to, "notAfter", certificate->not_after);
  });
}

class Writer {
 public:
  Writer(const Facts& facts, const VerdictJsonOptions& options) : facts_(facts), options_(options) {}

  void write(ObjectWriter& json, const TimestampVerdict& verdict) const {
    json.text("id", verdict.id).plain("kind", word(verdict.kind));
    const auto facts = std::find_if(facts_.timestamps.begin(), facts_.timestamps.end(),
                                    [&](const TimestampFacts& each) { return each.id == verdict.id; });
    const bool is_in_pdf = verdict.kind == TimestampKind::document && facts != facts_.timestamps.end();
    if (is_in_pdf) {
      json.text("field", clean(facts->pdf.field));
    }
    json.plain("indication", word(verdict.indication));
    add_sub(json, "subIndication", verdict.sub_indication);
    if (facts != facts_.timestamps.end()) {
      add_flag(json, "cryptographicallyValid", is_cryptographically_valid(*facts));
    }
    if (is_in_pdf) {
      json.plain("coverage", verdict_word(facts->pdf.coverage))
          .plain("modificationLevel", word(facts->pdf.modification));
    }
    add_time(json, "genTime", verdict.gen_time);
    add_certificate(json, "signingCertificate", facts_, verdict.signing_certificate);
    if (verdict.accreditation) {
      json.text("accreditation", clean(verdict.accreditation->number));
    } else {
      json.null("accreditation");
    }
    add_notes(json, verdict.steps, verdict.findings);
  }

  void write(ObjectWriter& json, const SignatureVerdict& verdict, const Verdict& whole) const {
    json.text("id", verdict.id).text("field", clean(verdict.field));
    json.plain("indication", signature_word(verdict.indication));
    add_sub(json, "subIndication", verdict.sub_indication);
    json.plain("level", word(verdict.level));
    add_flag(json, "cryptographicallyValid", verdict.cryptographically_valid);
    add_pdf(json, verdict);
    json.object("signedRevision", [&](ObjectWriter& to) {
      to.number("number", facts_of(verdict.id) != nullptr ? facts_of(verdict.id)->pdf.revision : 0);
      to.plain("indication", signature_word(verdict.signed_revision_indication));
      add_sub(to, "subIndication", verdict.signed_revision_sub_indication);
    });
    add_time(json, "bestSignatureTime", verdict.best_signature_time);
    const SignatureFacts* facts = facts_of(verdict.id);
    add_time(json, "claimedSigningTime", facts != nullptr ? facts->claimed_time : std::nullopt);
    add_certificate(json, "signingCertificate", facts_, verdict.signing_certificate);
    add_certificate(json, "trustAnchor", facts_, verdict.anchor);
    json.raw("certificateChain", json::array_of(verdict.chain, [](const Id& id) { return json::quote(id); }));
    std::vector<const TimestampVerdict*> own;
    for (const Id& id : verdict.timestamps) {
      const auto found = std::find_if(whole.timestamps.begin(), whole.timestamps.end(),
                                      [&](const TimestampVerdict& each) { return each.id == id; });
      if (found != whole.timestamps.end()) {
        own.push_back(&*found);
      }
    }
    json.objects("timestamps", own, [&](ObjectWriter& to, const TimestampVerdict* each) { write(to, *each); });
    add_notes(json, verdict.steps, verdict.findings);
  }

 private:
  const SignatureFacts* facts_of(const Id& id) const {
    const auto found = std::find_if(facts_.signatures.begin(), facts_.signatures.end(),
                                    [&](const SignatureFacts& each) { return each.id == id; });
    return found == facts_.signatures.end() ? nullptr : &*found;
  }

  void add_pdf(ObjectWriter& json, const SignatureVerdict& verdict) const {
    const SignatureFacts* facts = facts_of(verdict.id);
    if (facts == nullptr || facts->pdf.coverage == Coverage::not_pdf) {
      json.null("coverage").null("modificationLevel").null("docMdpOk");
      return;
    }
    json.plain("coverage", verdict_word(facts->pdf.coverage)).plain("modificationLevel", word(facts->pdf.modification));
    add_flag(json, "docMdpOk", verdict.doc_mdp_ok);
  }

  void add_notes(ObjectWriter& json, const std::vector<Step>& steps, const std::vector<Finding>& findings) const {
    json.objects("findings", findings, write_finding);
    if (options_.steps) {
      json.objects("steps", steps, write_step);
    }
  }

  const Facts& facts_;
  const VerdictJsonOptions& options_;
};

}  // namespace

std::string to_json(const Verdict& verdict, const Facts& facts, const VerdictJsonOptions& options) {
  const Writer writer(facts, options);
  ObjectWriter json(std::size_t{8} * 1024);
  add_time(json, "time", verdict.time);
  json.text("policy", verdict.policy);
  if (verdict.indication) {
    json.plain("indication",
               verdict.is_timestamp_alone ? word(*verdict.indication) : signature_word(*verdict.indication));
  } else {
    json.null("indication");
  }
  add_sub(json, "subIndication", verdict.sub_indication);
  json.objects("findings", verdict.findings, write_finding);
  json.objects("signatures", verdict.signatures,
               [&](ObjectWriter& to, const SignatureVerdict& each) { writer.write(to, each, verdict); });
  json.objects("timestamps", verdict.timestamps,
               [&](ObjectWriter& to, const TimestampVerdict& each) { writer.write(to, each); });
  return std::move(json).finish();
}

}  // namespace rakkan::validation
