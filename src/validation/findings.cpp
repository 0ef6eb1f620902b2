#include "validation/findings.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rakkan::validation {
namespace {

struct Words {
  std::string_view code;
  std::string_view en;
  std::string_view ja;
};

// clang-format off
constexpr std::array kWords = {
    // The form of a PDF signature (rows 1 to 9 of the catalogue of attacks)
    Words{"signature-dictionary-unusable", "The signature dictionary has no usable /Contents or /ByteRange", "署名辞書の/Contentsまたは/ByteRangeが使用できません"},
    Words{"byte-range-malformed", "The /ByteRange is malformed", "/ByteRangeの形式が正しくありません"},
    Words{"byte-range-overlap", "The byte ranges of two signatures overlap", "二つの署名の/ByteRangeが重なっています"},
    Words{"contents-gap", "The gap in /ByteRange is not exactly the signature's own /Contents", "/ByteRangeの空きが署名自身の/Contentsと一致しません"},
    Words{"duplicate-key", "A dictionary names a key twice, so that readers disagree", "辞書に同じキーが二度あり、読み手により解釈が異なります"},
    Words{"contents-padding", "The padding behind the signature in /Contents is not zero", "/Contents内の署名の後ろの余白がゼロではありません"},
    Words{"unsigned-tail", "Bytes behind the signed revision belong to no revision", "署名された改訂の後ろに、どの改訂にも属さないデータがあります"},
    Words{"signature-dictionary-changed", "The signature dictionary differs from that of the revision it covers", "署名辞書が、署名対象の改訂のものと異なります"},
    Words{"signature-shared", "Two fields show one signature", "二つのフィールドが同じ署名を参照しています"},
    Words{"signature-copied", "The signature is a copy of another one", "署名が別の署名の複製です"},
    Words{"timestamp-copied", "The timestamp is a copy of another one", "タイムスタンプが別のタイムスタンプの複製です"},
    Words{"coverage-not-a-revision", "The signature covers no whole revision of the document", "署名の対象が文書の改訂全体ではありません"},
    Words{"xref-confusion", "The cross-reference of the document can be read in two ways", "文書の相互参照が二通りに解釈できます"},
    Words{"hybrid-xref-disagrees", "Cross-reference table and stream disagree", "相互参照表と相互参照ストリームが一致しません"},
    Words{"object-above-size", "An object lies above the trailer's /Size", "トレーラーの/Sizeを超える番号のオブジェクトがあります"},
    Words{"object-stream-index", "The index of an object stream names another object", "オブジェクトストリームの索引が別のオブジェクトを指しています"},
    Words{"modified-after-signing", "The document was changed after signing", "署名後に文書が変更されています"},
    Words{"permissions-violated", "A change after signing is not allowed by the certification or a lock", "署名後の変更が、証明またはロックで許可されていません"},
    Words{"page-difference", "Pages were added or removed after signing", "署名後にページが追加または削除されています"},
    Words{"annotation-overlap", "Annotations overlap", "注釈が重なっています"},
    Words{"visual-difference", "Pages look different after signing", "署名後にページの見た目が変わっています"},
    Words{"sub-filter-unknown", "The /SubFilter is not known", "/SubFilterが未知の値です"},
    Words{"type-absent", "The signature dictionary has no /Type", "署名辞書に/Typeがありません"},
    Words{"encryption-changed", "The encryption of the document changed between revisions", "改訂の間で文書の暗号化が変わっています"},
    Words{"header-offset", "Bytes stand before the header of the PDF", "PDFヘッダーの前に余分なデータがあります"},
    Words{"limit-exceeded", "The document exceeds a processing limit", "文書が処理上の制限を超えています"},
    // CMS (row 26)
    Words{"cms-malformed", "The signature is no CMS SignedData that can be read", "署名がCMS SignedDataとして読み取れません"},
    Words{"signer-info-count", "The CMS has not exactly one SignerInfo", "CMSのSignerInfoが一つではありません"},
    Words{"content-present", "The CMS holds a content of its own", "CMSが内容を内包しています"},
    Words{"content-type-mismatch", "The content type of the signature is wrong", "署名のcontent-typeが正しくありません"},
    Words{"message-digest-absent", "The signature has no message digest", "署名にmessageDigestがありません"},
    Words{"attribute-duplicated", "A signed attribute occurs twice", "署名属性が重複しています"},
    Words{"signed-attributes-not-der", "The signed attributes are not DER", "署名属性がDERではありません"},
    Words{"signed-attributes-absent", "The signature has no signed attributes", "署名に署名属性がありません"},
    Words{"not-der", "The signature is BER, not DER", "署名がDERではなくBERです"},
    Words{"digest-algorithm-mismatch", "The digest algorithms of the signature differ", "署名のハッシュアルゴリズムが一致しません"},
    Words{"algorithm-protection-mismatch", "The attribute CMSAlgorithmProtection contradicts the signature", "CMSAlgorithmProtectionが署名と矛盾しています"},
    Words{"content-is-attributes", "The signed content is itself a set of attributes", "署名対象が署名属性の集合そのものです"},
    Words{"unsupported-algorithm", "The algorithm of the signature cannot be verified here", "署名のアルゴリズムはこの環境では検証できません"},
    Words{"signing-time-twice", "The signing time is claimed in two places", "署名時刻が二か所に記載されています"},
    Words{"counter-signature-not-judged", "A counter-signature was not judged", "副署名は検証していません"},
    Words{"archive-timestamp-not-judged", "An archive timestamp of an old kind was not judged", "旧形式のアーカイブタイムスタンプは検証していません"},
    Words{"evidence-record-not-judged", "An evidence record was not judged", "エビデンスレコードは検証していません"},
    Words{"timestamps-left-out", "The signature holds more timestamps than are looked at", "署名に含まれるタイムスタンプが多すぎるため、一部は検証していません"},
    Words{"structure-invalid", "The structure of the signature does not conform to its schema", "署名の構造がスキーマに適合していません"},
    // Tokens
    Words{"timestamp-eku-not-critical", "The extended key usage of the timestamp's certificate is not critical", "タイムスタンプ証明書の拡張鍵用途がクリティカルではありません"},
    Words{"tsa-name-mismatch", "The TSA's name in the token is not that of its certificate", "トークンのTSA名が証明書の名前と異なります"},
    Words{"token-malformed", "The timestamp token does not have the form of RFC 3161", "タイムスタンプトークンがRFC 3161の形式ではありません"},
    Words{"content-timestamp-mismatch", "The content timestamp that was signed is not over the signed data", "署名されたコンテンツタイムスタンプが署名対象と一致しません"},
    Words{"hash-index-invalid", "The archive timestamp's hash index does not fit the signature", "アーカイブタイムスタンプのハッシュ索引が署名と一致しません"},
    // The document beside its signatures
    Words{"later-change", "A later revision changed something that no rule explains", "後の改訂に、許される変更に当たらない変更があります"},
    Words{"object-missing", "An object is not where the cross-reference says", "相互参照の示す位置にオブジェクトがありません"},
    Words{"form-damaged", "The form of the document cannot be read, so that signatures may be missed", "フォームを読み取れないため、署名を見落としている可能性があります"},
    Words{"dss-malformed", "The document security store cannot be read", "DSS(文書セキュリティストア)を読み取れません"},
    Words{"content-differs", "The message has another content than the one that was given", "CMSの内容が、指定された内容と異なります"},
    // The engine's own
    Words{"no-signature", "The document has no signature", "文書に署名がありません"},
    Words{"signing-certificate-reference-absent", "The signature does not protect the choice of its certificate", "署名が署名者証明書の参照を保護していません"},
    Words{"signing-certificate-reference-ambiguous", "The reference to the signing certificate is ambiguous", "署名者証明書の参照が一意ではありません"},
    Words{"signing-certificate-reference-mismatch", "The signature refers to another certificate", "署名が別の証明書を参照しています"},
    Words{"claimed-time-absent", "The signature claims no signing time", "署名に署名時刻の申告がありません"},
    Words{"claimed-time-outside-certificate", "The claimed signing time is outside the certificate's validity", "申告された署名時刻が証明書の有効期間外です"},
    Words{"claimed-time-after-proof", "The claimed signing time is later than the proven one", "申告された署名時刻が、証明された時刻より後です"},
    Words{"signature-policy-unavailable", "The signature policy that the signature names is not at hand", "署名が参照する署名ポリシーを参照できません"},
    Words{"signature-policy-mismatch", "The signature policy is not the one that was signed", "署名ポリシーが署名時のものと一致しません"},
    Words{"key-usage", "The certificate's key usage does not name this use", "証明書の鍵用途がこの用途を含みません"},
    Words{"extended-key-usage", "The certificate's extended key usage does not name this use", "証明書の拡張鍵用途がこの用途を含みません"},
    Words{"chain-finding", "Something about the certificate chain is noteworthy", "証明書チェーンに注意すべき点があります"},
    Words{"timestamp-order", "The timestamps contradict the order in which they were made", "タイムスタンプの時刻が作成順と矛盾しています"},
    Words{"timestamp-not-passed", "A timestamp did not pass and proves nothing", "タイムスタンプが検証に合格せず、時刻の証明になりません"},
    Words{"revocation-not-fresh", "Whether the timestamp's certificate was revoked since its newest revocation data is not known", "タイムスタンプ証明書が最新の失効情報より後に失効したかどうかは確認していません"},
    Words{"evidence-from-later", "Evidence from after the time of judgement was ignored", "検証時刻より後に作成された証拠は無視されました"},
    Words{"algorithm-ended", "An algorithm has ended, which this policy only notes", "アルゴリズムの使用期限が過ぎていますが、このポリシーでは注意に留めます"},
    Words{"signature-not-verifiable", "Whether the signature verifies cannot be found out here", "署名が正しいかどうかをこの環境では確認できません"},
    Words{"signed-data-not-found", "The signed data are not there, so that they cannot be compared with the signature", "署名対象のデータがないため、署名と照合できません"},
    Words{"operator-certificate", "The certificate is marked as the operator's", "証明書は立会人（サービス事業者）のものとして登録されています"},
};
// clang-format on

Severity severity_of(Weight weight) {
  switch (weight) {
    case Weight::fail:
    case Weight::indeterminate:
      return Severity::error;
    case Weight::warn:
      return Severity::warning;
    case Weight::inform:
    case Weight::ignore:
      break;
  }
  return Severity::information;
}

}  // namespace

void StepLog::find(Finding finding) {
  if (findings_.size() < kMostFindings && std::find(findings_.begin(), findings_.end(), finding) == findings_.end()) {
    findings_.push_back(std::move(finding));
  }
}

Finding finding_of(std::string_view code, Severity severity, std::string object, std::string detail) {
  const auto row = std::find_if(kWords.begin(), kWords.end(), [&](const Words& each) { return each.code == code; });
  Finding finding;
  finding.code = code;
  finding.severity = severity;
  finding.object = std::move(object);
  finding.en = row != kWords.end() ? std::string(row->en) : "A finding without a description: " + std::string(code);
  finding.ja = row != kWords.end() ? std::string(row->ja) : "説明のない指摘事項: " + std::string(code);
  finding.detail = std::move(detail);
  return finding;
}

void add_finding(StepLog& log, Weight weight, const StructureFinding& found, const Id& object) {
  if (weight == Weight::ignore) {
    return;
  }
  Finding finding =
      finding_of(found.code, severity_of(weight), found.object.empty() ? object : found.object, found.detail);
  finding.revision = found.revision;
  log.find(std::move(finding));
}

}  // namespace rakkan::validation
