#include "cli/verdict_text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/visible_text.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::cli {
namespace {

using console::Language;
using validation::Indication;
using validation::SubIndication;

struct Words {
  std::string_view en, ja;
  [[nodiscard]] std::string_view in(Language language) const noexcept { return language == Language::ja ? ja : en; }
};

Words words_of(Indication indication) noexcept {
  switch (indication) {
    case Indication::passed:
      return {"valid", "有効"};
    case Indication::indeterminate:
      return {"cannot be decided", "判定できません"};
    case Indication::failed:
      return {"not valid", "無効"};
  }
  return {};
}

// The meaning of a sub-indication (EN 319 102-1 §5.1.3, table 6) for people.
Words words_of(SubIndication sub) noexcept {
  switch (sub) {
    case SubIndication::format_failure:
      return {"the form of the signature is broken, or the document was changed in a way that is not permitted",
              "署名の形式が正しくないか、許されない変更が文書に加えられています"};
    case SubIndication::hash_failure:
      return {"the document is not what was signed", "文書が署名された内容と一致しません"};
    case SubIndication::sig_crypto_failure:
      return {"the signature value is not by the key of the certificate", "署名値が証明書の鍵によるものではありません"};
    case SubIndication::revoked:
      return {"the certificate was revoked when it signed", "署名時に証明書は失効していました"};
    case SubIndication::expired:
      return {"the certificate had expired when it signed", "署名時に証明書の有効期間は終わっていました"};
    case SubIndication::not_yet_valid:
      return {"the certificate was not valid yet when it signed", "署名時に証明書の有効期間は始まっていませんでした"};
    case SubIndication::sig_constraints_failure:
      return {"the signature does not meet the policy", "署名が検証ポリシーの条件を満たしません"};
    case SubIndication::chain_constraints_failure:
      return {"the chain of certificates does not meet the policy", "証明書チェーンが検証ポリシーの条件を満たしません"};
    case SubIndication::certificate_chain_general_failure:
      return {"the chain of certificates is not valid", "証明書チェーンが正しくありません"};
    case SubIndication::crypto_constraints_failure:
      return {"an algorithm was too weak when it was used", "使用時にアルゴリズムの強度が不足していました"};
    case SubIndication::policy_processing_error:
      return {"the signature policy cannot be processed", "署名ポリシーを処理できません"};
    case SubIndication::signature_policy_not_available:
      return {"the signature policy is not available", "署名ポリシーが入手できません"};
    case SubIndication::timestamp_order_failure:
      return {"the timestamps contradict each other", "タイムスタンプの順序が矛盾しています"};
    case SubIndication::no_signing_certificate_found:
      return {"the signer's certificate is missing", "署名者の証明書がありません"};
    case SubIndication::no_certificate_chain_found:
      return {"no chain leads to a trusted certificate", "信頼する証明書に至るチェーンがありません"};
    case SubIndication::no_certificate_chain_found_no_poe:
      return {"the trusted certificate is no longer trusted, and nothing proves that the signature is older",
              "トラストアンカーの信頼は終了しており、それ以前の署名であることの証明がありません"};
    case SubIndication::revoked_no_poe:
      return {"the certificate is revoked, and nothing proves that the signature is older",
              "証明書は失効しており、失効前の署名であることの証明がありません"};
    case SubIndication::revoked_ca_no_poe:
      return {"a certificate of the chain is revoked, and nothing proves that the signature is older",
              "認証局の証明書が失効しており、失効前の署名であることの証明がありません"};
    case SubIndication::out_of_bounds_not_revoked:
      return {"the certificate has expired; it was not revoked, and nothing proves that the signature is older",
              "証明書の有効期間外です(失効はしていません)。期間内の署名であることの証明がありません"};
    case SubIndication::out_of_bounds_no_poe:
      return {"the certificate has expired, and nothing proves that the signature is older",
              "証明書の有効期間外です。期間内の署名であることの証明がありません"};
    case SubIndication::revocation_out_of_bounds_no_poe:
      return {"the certificate behind the revocation data has expired, and nothing proves that the data are older",
              "失効情報の発行者の証明書が有効期間外であり、期間内の失効情報であることの証明がありません"};
    case SubIndication::crypto_constraints_failure_no_poe:
      return {"an algorithm is too weak by now, and nothing proves that the object is older",
              "アルゴリズムの強度が現在は不足しており、十分だった時点での存在の証明がありません"};
    case SubIndication::no_poe:
      return {"nothing proves when the signature existed", "署名の存在時刻の証明がありません"};
    case SubIndication::try_later:
      return {"revocation data that are new enough are missing", "十分に新しい失効情報がありません"};
    case SubIndication::signed_data_not_found:
      return {"the signed document is missing", "署名対象の文書がありません"};
  }
  return {};
}

std::string_view kind_of(validation::TimestampKind kind, Language language) noexcept {
  switch (kind) {
    case validation::TimestampKind::content:
      return Words{"content timestamp", "コンテンツタイムスタンプ"}.in(language);
    case validation::TimestampKind::signature:
      return Words{"signature timestamp", "署名タイムスタンプ"}.in(language);
    case validation::TimestampKind::archive:
      return Words{"archive timestamp", "アーカイブタイムスタンプ"}.in(language);
    case validation::TimestampKind::document:
      return Words{"document timestamp", "文書タイムスタンプ"}.in(language);
    case validation::TimestampKind::bare:
      return Words{"timestamp", "タイムスタンプ"}.in(language);
  }
  return {};
}

std::string_view name_of(validation::Coverage coverage, Language language) noexcept {
  switch (coverage) {
    case validation::Coverage::not_pdf:
      return {};
    case validation::Coverage::entire_file:
      return Words{"the whole file", "ファイル全体"}.in(language);
    case validation::Coverage::entire_revision:
      return Words{"a whole revision; later ones follow", "あるリビジョン全体(その後に更新あり)"}.in(language);
    case validation::Coverage::contiguous_block:
      return Words{"a part that is no revision", "リビジョンに当たらない一部"}.in(language);
    case validation::Coverage::unclear:
      return Words{"not clear", "不明"}.in(language);
  }
  return {};
}

std::string_view name_of(validation::ModificationLevel level, Language language) noexcept {
  switch (level) {
    case validation::ModificationLevel::none:
      return Words{"none", "なし"}.in(language);
    case validation::ModificationLevel::lta_updates:
      return Words{"validation data and document timestamps alone", "検証情報と文書タイムスタンプのみ"}.in(language);
    case validation::ModificationLevel::form_filling:
      return Words{"fields filled or signatures added", "フォーム入力または署名の追加"}.in(language);
    case validation::ModificationLevel::annotations:
      return Words{"annotations", "注釈"}.in(language);
    case validation::ModificationLevel::other:
      return Words{"not explained by any rule", "許される変更に当たらない変更"}.in(language);
    case validation::ModificationLevel::not_analysed:
      return Words{"not looked at", "未分析"}.in(language);
  }
  return {};
}

template <class Objects>
const typename Objects::value_type* find_by_id(const Objects& objects, const validation::Id& id) {
  const auto found = std::find_if(objects.begin(), objects.end(), [&](const auto& each) { return each.id == id; });
  return found == objects.end() ? nullptr : &*found;
}

// The columns that a text takes on a terminal, roughly: characters of East Asian scripts take two.
std::size_t width_of(std::string_view text) noexcept {
  std::size_t width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    width += byte < 0x80 ? 1U : byte >= 0xE0 ? 2U : 0U;
  }
  return width;
}

class Writer {
 public:
  Writer(const validation::Facts& facts, Language language) : facts_(facts), language_(language) {}

  void head(const std::string& file, const validation::Verdict& verdict) {
    text_ += visible(file) + ": " + overall(verdict) + "\n";
    if (verdict.sub_indication) {
      text_ += "  " + std::string(words_of(*verdict.sub_indication).in(language_)) + "\n";
    }
    line(1, {"judged at", "判定時刻"}, to_rfc3339(verdict.time));
    line(1, {"policy", "検証ポリシー"}, verdict.policy);
    for (const validation::Finding& finding : verdict.findings) {
      add(1, finding);
    }
  }

  void signature(const validation::SignatureVerdict& verdict) {
    const auto* const facts = find_by_id(facts_.signatures, verdict.id);
    const std::string name = verdict.field.empty() ? verdict.id : verdict.field;
    text_ += "  " + std::string(Words{"signature ", "署名 "}.in(language_)) + visible(name) + ": " +
             outcome(std::string(signature_word(verdict.indication)), verdict.indication, verdict.sub_indication) +
             "\n";
    if (verdict.sub_indication) {
      text_ += "    " + std::string(words_of(*verdict.sub_indication).in(language_)) + "\n";
    }
    certificate(verdict.signing_certificate, {"signer", "署名者"});
    if (verdict.anchor) {
      if (const auto* const anchor = find_by_id(facts_.anchors, *verdict.anchor)) {
        const auto* const its = find_by_id(facts_.certificates, anchor->id);
        line(2, {"trusted by", "信頼の起点"}, anchor->label.empty() && its != nullptr ? its->subject : anchor->label);
      }
    }
    line(2, {"proven since", "存在の証明"},
         verdict.best_signature_time ? to_rfc3339(*verdict.best_signature_time)
                                     : std::string(Words{"not proven", "なし"}.in(language_)));
    line(2, {"level", "レベル"}, to_string(verdict.level));
    line(2, {"cryptography", "暗号検証"},
         !verdict.cryptographically_valid   ? Words{"cannot be verified here", "検証できません"}.in(language_)
         : *verdict.cryptographically_valid ? Words{"digest and signature match", "一致"}.in(language_)
                                            : Words{"DOES NOT MATCH", "不一致"}.in(language_));
    if (facts != nullptr) {
      describe(*facts);
    }
    for (const validation::Finding& finding : verdict.findings) {
      add(2, finding);
    }
  }

  void timestamp(const validation::TimestampVerdict& verdict) {
    text_ += "  " + std::string(kind_of(verdict.kind, language_)) + " " + to_rfc3339(verdict.gen_time) + ": " +
             outcome(std::string(to_string(verdict.indication)), verdict.indication, verdict.sub_indication) + "\n";
    if (verdict.sub_indication) {
      text_ += "    " + std::string(words_of(*verdict.sub_indication).in(language_)) + "\n";
    }
    certificate(verdict.signing_certificate, {"unit", "発行者"});
    if (verdict.accreditation) {
      line(2, {"accreditation", "認定"}, verdict.accreditation->number);
    }
    for (const validation::Finding& finding : verdict.findings) {
      add(2, finding);
    }
  }

  [[nodiscard]] std::string finish() && { return std::move(text_); }

 private:
  [[nodiscard]] std::string overall(const validation::Verdict& verdict) const {
    if (!verdict.indication) {
      return std::string(Words{"no signature", "署名がありません"}.in(language_));
    }
    return outcome(
        std::string(verdict.is_timestamp_alone ? to_string(*verdict.indication) : signature_word(*verdict.indication)),
        *verdict.indication, verdict.sub_indication);
  }

  [[nodiscard]] std::string outcome(std::string word, Indication indication,
                                    const std::optional<SubIndication>& sub) const {
    if (sub) {
      word += " / " + std::string(to_string(*sub));
    }
    return std::string(words_of(indication).in(language_)) + " (" + word + ")";
  }

  void describe(const validation::SignatureFacts& facts) {
    if (facts.pdf.coverage != validation::Coverage::not_pdf) {
      line(2, {"covers", "署名の範囲"}, name_of(facts.pdf.coverage, language_));
      line(2, {"later changes", "その後の変更"}, name_of(facts.pdf.modification, language_));
    }
    if (facts.claimed_time) {
      line(2, {"claimed time", "申告時刻"}, to_rfc3339(*facts.claimed_time));
    }
    if (!facts.reason.empty()) {
      line(2, {"claimed reason", "申告理由"}, facts.reason);
    }
  }

  void certificate(const std::optional<validation::Id>& id, const Words& label) {
    const auto* const certificate = id ? find_by_id(facts_.certificates, *id) : nullptr;
    line(2, label, certificate != nullptr ? certificate->subject : Words{"unknown", "不明"}.in(language_));
    if (certificate != nullptr) {
      line(2, {"issuer", "証明書発行者"}, certificate->issuer);
      line(2, {"serial number", "シリアル番号"}, certificate->serial_number);
    }
  }

  void add(std::size_t depth, const validation::Finding& finding) {
    const Words label = finding.severity == validation::Severity::error     ? Words{"error", "エラー"}
                        : finding.severity == validation::Severity::warning ? Words{"warning", "警告"}
                                                                            : Words{"note", "情報"};
    std::string what = language_ == Language::ja ? finding.ja : finding.en;
    if (!finding.detail.empty()) {
      what += ": " + finding.detail;
    }
    if (finding.revision) {
      what += language_ == Language::ja ? "(リビジョン" + std::to_string(*finding.revision) + ")"
                                        : " (revision " + std::to_string(*finding.revision) + ")";
    }
    line(depth, label, what + " [" + finding.code + "]");
  }

  void line(std::size_t depth, const Words& label, std::string_view value) {
    constexpr std::size_t kColumn = 16;
    const std::string_view word = label.in(language_);
    const std::size_t width = width_of(word);
    text_ += std::string(depth * 2, ' ') + std::string(word) + std::string(width < kColumn ? kColumn - width : 1, ' ') +
             visible(value) + "\n";
  }

  const validation::Facts& facts_;
  Language language_;
  std::string text_;
};

void add_steps(std::string_view of, const std::vector<validation::Step>& steps, Language language, std::string& text) {
  text += std::string(of) + "\n";
  for (const validation::Step& step : steps) {
    text += "  " + std::string(to_string(step.result)) + "  " + step.check + "  " + visible(step.clause);
    if (step.sub_indication) {
      text += "  " + std::string(to_string(*step.sub_indication));
    }
    if (!step.object.empty()) {
      text += "  " + visible(step.object.substr(0, 16));
    }
    if (!step.detail.empty()) {
      text += "  " + visible(step.detail);
    }
    if (language == Language::ja && step.sub_indication) {
      text += "  " + std::string(words_of(*step.sub_indication).ja);
    }
    text += "\n";
  }
}

}  // namespace

std::string verdict_text(const std::string& file, const validation::Verdict& verdict, const validation::Facts& facts,
                         Language language) {
  Writer writer(facts, language);
  writer.head(file, verdict);
  for (const validation::SignatureVerdict& each : verdict.signatures) {
    writer.signature(each);
  }
  for (const validation::TimestampVerdict& each : verdict.timestamps) {
    writer.timestamp(each);
  }
  return std::move(writer).finish();
}

std::string steps_text(const validation::Verdict& verdict, Language language) {
  std::string text;
  for (const validation::TimestampVerdict& each : verdict.timestamps) {
    add_steps(std::string(kind_of(each.kind, language)) + " " + visible(each.id), each.steps, language, text);
  }
  for (const validation::SignatureVerdict& each : verdict.signatures) {
    add_steps(
        std::string(Words{"signature ", "署名 "}.in(language)) + visible(each.field.empty() ? each.id : each.field),
        each.steps, language, text);
  }
  return text;
}

}  // namespace rakkan::cli
