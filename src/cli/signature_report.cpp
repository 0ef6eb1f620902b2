#include "cli/signature_report.hpp"

#include "cli/certificate_facts.hpp"
#include "cli/output.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/pdf/text_string.hpp"

namespace rakkan::cli {
namespace {

namespace json = boost::json;
using pades::Check;

constexpr std::string_view kNotVerified =
    "未検証（証明書の信頼性は判断していません） / not verified: whether its certificate is to be trusted is not judged";
constexpr std::string_view kIntact =
    "改ざんは検出されませんでした / digest and signature match the certificate in the signature";
constexpr std::string_view kBroken = "署名が文書と一致しません / BROKEN";
constexpr std::string_view kUnchecked = "確認できません / NOT CHECKED";

std::string_view word(Check check) noexcept {
  switch (check) {
    case Check::passed:
      return "intact";
    case Check::failed:
      return "broken";
    case Check::not_done:
      return "unchecked";
  }
  return "unchecked";
}

json::object to_json(const pades::Checked& checked) {
  json::object object{{"outcome", pades::name(checked.outcome)}};
  if (checked.why) {
    object["why"] = checked.why->detail;
    object["code"] = row(checked.why->code).slug;
  }
  return object;
}

json::object to_json(const pades::TimestampIntegrity& timestamp) {
  json::object object{
      {"verified", false}, {"imprint", to_json(timestamp.imprint)}, {"signature", to_json(timestamp.signature)}};
  if (timestamp.token) {
    const tsp::TstInfo& info = timestamp.token->info();
    object["time"] = to_rfc3339(info.generation_time);
    object["serial_number"] = to_hex(info.serial_number);
    object["policy"] = info.policy.dotted();
  }
  if (timestamp.certificate) {
    object["tsa"] = certificate_facts(*timestamp.certificate);
  }
  return object;
}

// The number, from 1, of the revision that a ByteRange covers to its end, or up to two line-end bytes of it; nothing
// when it covers no whole revision.
std::optional<std::size_t> covered_revision(const pdf::Document& document, std::uint64_t end) {
  constexpr std::uint64_t kLineEnd = 2;
  const std::vector<pdf::Revision> revisions = document.revisions();
  for (std::size_t i = 0; i < revisions.size(); ++i) {
    const auto& last = revisions[i].end;
    if (last && end <= *last && *last - end <= kLineEnd) {
      return i + 1;
    }
  }
  return std::nullopt;
}

class Report {
 public:
  Report(const pdf::Document& document, const pdf::Signature& signature)
      : document_(document), signature_(signature), integrity_(pades::check_integrity(document, signature)) {}

  Result<SignatureReport> make(const std::vector<pdf::Signature>& all) && {
    RAKKAN_TRY(const auto level, pades::level_of_structure(document_, signature_, integrity_, all));
    describe_kind(level);
    describe_checks();
    describe_signer();
    describe_words();
    describe_timestamps();
    describe_range();
    return SignatureReport{std::move(json_), std::move(text_), integrity_.outcome()};
  }

 private:
  void line(std::string_view label, std::string_view value) {
    text_ += "    " + std::string(label) + std::string(14 - std::min<std::size_t>(label.size(), 13), ' ') +
             printable(value) + "\n";
  }

  void describe_kind(std::optional<pades::BaselineLevel> level) {
    json_["field"] = signature_.field_name;
    json_["type"] = signature_.type;
    json_["sub_filter"] = signature_.sub_filter;
    json_["level"] = level ? json::value(name(*level)) : json::value(nullptr);
    const std::string kind = pades::is_document_timestamp(signature_) ? "document timestamp"
                             : level                                  ? std::string(name(*level))
                                                                      : "no baseline level";
    text_ += "  signature       " + printable(signature_.field_name) + " (" + printable(signature_.sub_filter) + "), " +
             kind + "\n";
  }

  void describe_checks() {
    json_["verified"] = false;
    json_["integrity"] = word(integrity_.outcome());
    json_["checks"] = json::object{{"byte_range", to_json(integrity_.byte_range)},
                                   {"digest", to_json(integrity_.digest)},
                                   {"signature", to_json(integrity_.signature)}};
    line("trust", kNotVerified);
    switch (integrity_.outcome()) {
      case Check::passed:
        line("integrity", kIntact);
        break;
      case Check::failed:
        line("integrity", std::string(kBroken) + reasons(Check::failed));
        break;
      case Check::not_done:
        line("integrity", std::string(kUnchecked) + reasons(Check::not_done));
        break;
    }
  }

  [[nodiscard]] std::string reasons(Check outcome) const {
    std::string text;
    const auto add = [&](const char* what, const pades::Checked& checked) {
      if (checked.outcome == outcome && checked.why) {
        text += (text.empty() ? ": " : "; ") + std::string(what) + ": " + checked.why->detail;
      }
    };
    add("byte range", integrity_.byte_range);
    add("digest", integrity_.digest);
    add("signature", integrity_.signature);
    if (!pades::is_document_timestamp(signature_)) {
      for (const pades::TimestampIntegrity& timestamp : integrity_.timestamps) {
        add("timestamp's imprint", timestamp.imprint);
        add("timestamp", timestamp.signature);
      }
    }
    return text;
  }

  void describe_signer() {
    const auto& certificate = integrity_.certificate;
    json_["signer"] = certificate ? certificate->subject().text() : std::string();
    json_["certificate"] = certificate ? json::value(certificate_facts(*certificate)) : json::value(nullptr);
    json_["signing_certificate_v2"] = integrity_.has_signing_certificate_v2;
    if (certificate) {
      line("signer", certificate->subject().text());
      line("issuer", certificate->issuer().text());
      line("serial number", to_hex(certificate->serial_number()));
      line("valid",
           to_rfc3339(certificate->validity().not_before) + " to " + to_rfc3339(certificate->validity().not_after));
    } else {
      line("signer", "unknown");
    }
    const auto& digest = integrity_.digest_algorithm;
    json_["digest_algorithm"] = digest ? json::value(crypto::info(*digest).name) : json::value(nullptr);
    json_["suite"] = integrity_.suite != nullptr ? json::value(integrity_.suite->name) : json::value(nullptr);
    line("digest", digest ? crypto::info(*digest).name : "unknown");
    line("algorithm", integrity_.suite != nullptr ? integrity_.suite->name : "unknown");
  }

  // The texts of the signature dictionary: claims of the signer, which nothing proves.
  void describe_words() {
    struct Row {
      std::string_view key, member, label;
    };
    constexpr std::array kRows{Row{"Name", "name", "name"}, Row{"Reason", "reason", "reason"},
                               Row{"Location", "location", "location"}, Row{"ContactInfo", "contact_info", "contact"},
                               Row{"M", "claimed_time", "claimed time"}};
    for (const Row& row : kRows) {
      const auto value = document_.lookup(signature_.dictionary, row.key);
      const auto bytes = value ? value->string() : std::nullopt;
      if (bytes) {
        const std::string text = pdf::decode_text_string(*bytes);
        json_[row.member] = text;
        line(row.label, text);
      }
    }
    const std::string id = pades::signature_id(signature_);
    json_["signature_id"] = id.empty() ? json::value(nullptr) : json::value(id);
    line("id", id.empty() ? "none: not made by Rakkan, or before it wrote one" : id);
  }

  void describe_timestamps() {
    json::array timestamps;
    for (const pades::TimestampIntegrity& timestamp : integrity_.timestamps) {
      timestamps.push_back(to_json(timestamp));
      line("timestamp", timestamp.token ? to_rfc3339(timestamp.token->info().generation_time) + ", serial " +
                                              to_hex(timestamp.token->info().serial_number) + ", policy " +
                                              timestamp.token->info().policy.dotted() + ", " +
                                              std::string(word(timestamp.outcome()))
                                        : std::string("cannot be read"));
      if (timestamp.certificate) {
        line("TSA", timestamp.certificate->subject().text() + " (not verified)");
      }
    }
    if (integrity_.timestamps.empty()) {
      line("timestamp", "none");
    }
    json_["timestamps"] = std::move(timestamps);
  }

  void describe_range() {
    const json::array range(signature_.byte_range.begin(), signature_.byte_range.end());
    const auto end = pades::covered_end(signature_);
    const bool covers_all = end == document_.size();
    const auto revision = end ? covered_revision(document_, *end) : std::nullopt;
    json_["byte_range"] = range;
    json_["covers_file"] = covers_all;
    json_["covers_revision"] = revision ? json::value(*revision) : json::value(nullptr);
    if (signature_.contents_offset) {
      json_["contents"] = {{"offset", *signature_.contents_offset}, {"length", signature_.contents_length}};
    }
    line("byte range", json::serialize(range) + (covers_all ? ", to the end of the file"
                                                 : revision ? ", revision " + std::to_string(*revision)
                                                            : ", no whole revision"));
  }

  const pdf::Document& document_;
  const pdf::Signature& signature_;
  const pades::SignatureIntegrity integrity_;
  json::object json_;
  std::string text_;
};

}  // namespace

Result<SignatureReport> report_signature(const pdf::Document& document, const pdf::Signature& signature,
                                         const std::vector<pdf::Signature>& all) {
  return Report(document, signature).make(all);
}

}  // namespace rakkan::cli
