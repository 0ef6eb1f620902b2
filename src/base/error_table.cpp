#include "rakkan/base/error_table.hpp"

#include <algorithm>
#include <array>

namespace rakkan {
namespace {

using enum ErrorCode;
using F = PkiFailureInfo;
using X = ExitCode;
using L = LogLevel;

// clang-format off
constexpr std::array kRows = {
  ErrorRow{invalid_argument, 400, "invalid-argument", "The request is not valid", "リクエストが正しくありません", F::bad_request, X::usage, L::info, false},
  ErrorRow{configuration_invalid, 500, "configuration-invalid", "The configuration is not valid", "設定が正しくありません", F::system_failure, X::usage, L::error, false},
  ErrorRow{trust_file_invalid, 500, "trust-file-invalid", "The trust file is not valid", "トラストファイルが正しくありません", F::system_failure, X::usage, L::error, false},
  ErrorRow{algorithm_catalogue_invalid, 500, "algorithm-catalogue-invalid", "The algorithm catalogue is not valid", "アルゴリズムカタログが正しくありません", F::system_failure, X::usage, L::error, false},
  ErrorRow{validation_policy_invalid, 500, "validation-policy-invalid", "The validation policy is not valid", "検証ポリシーが正しくありません", F::system_failure, X::usage, L::error, false},
  ErrorRow{facts_invalid, 400, "facts-invalid", "The facts of a validation are not valid", "検証の事実データが正しくありません", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{address_in_use, 500, "address-in-use", "The address is in use", "このアドレスは使用中です", F::system_failure, X::usage, L::error, false},
  ErrorRow{file_unreadable, 500, "file-unreadable", "A file cannot be read", "ファイルを読み込めません", F::system_failure, X::usage, L::error, false},
  ErrorRow{file_unwritable, 500, "file-unwritable", "A file cannot be written", "ファイルを書き込めません", F::system_failure, X::usage, L::error, false},
  ErrorRow{output_unwritable, 500, "output-unwritable", "The result cannot be written", "結果を出力できません", F::system_failure, X::usage, L::error, false},
  ErrorRow{permissions_unsafe, 500, "permissions-unsafe", "A file or folder is open to others, or is not its user's own", "ファイルまたはフォルダーの所有者か権限が安全ではありません", F::system_failure, X::usage, L::critical, false},
  ErrorRow{input_too_large, 413, "input-too-large", "The input is larger than allowed", "入力が上限サイズを超えています", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{already_exists, 409, "already-exists", "It exists already", "既に存在します", F::bad_request, X::usage, L::info, false},
  ErrorRow{store_unavailable, 503, "store-unavailable", "The store cannot be used", "データストアを利用できません", F::system_failure, X::usage, L::critical, true},
  ErrorRow{store_corrupt, 500, "store-corrupt", "The store is damaged", "データストアが破損しています", F::system_failure, X::usage, L::critical, false},
  ErrorRow{data_folder_in_use, 503, "data-folder-in-use", "Another process uses the data folder", "別のプロセスがデータフォルダーを使用しています", F::system_failure, X::usage, L::error, true},
  ErrorRow{data_folder_missing, 500, "data-folder-missing", "There is no data folder", "データフォルダーがありません", F::system_failure, X::usage, L::critical, false},
  ErrorRow{data_folder_copied, 500, "data-folder-copied", "The data folder is a copy of another one", "データフォルダーは別のデータフォルダーの複製です", F::system_failure, X::usage, L::critical, false},
  ErrorRow{data_folder_on_another_machine, 500, "data-folder-on-another-machine", "The data folder is another machine's", "データフォルダーは別のマシンのものです", F::system_failure, X::usage, L::critical, false},

  ErrorRow{malformed_der, 400, "malformed-der", "The data is not valid DER", "DER形式として正しくありません", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{malformed_certificate, 400, "malformed-certificate", "The certificate is malformed", "証明書の形式が正しくありません", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{malformed_crl, 400, "malformed-crl", "The certificate revocation list is malformed", "証明書失効リストの形式が正しくありません", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{malformed_ocsp_request, 400, "malformed-ocsp-request", "The OCSP request is malformed", "OCSP要求の形式が正しくありません", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{malformed_ocsp_response, 502, "malformed-ocsp-response", "The OCSP response is malformed", "OCSP応答の形式が正しくありません", F::bad_data_format, X::refused, L::warning, true},
  ErrorRow{malformed_cms, 400, "malformed-cms", "The CMS structure is malformed", "CMS構造の形式が正しくありません", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{malformed_timestamp_request, 400, "malformed-timestamp-request", "The timestamp request is malformed", "タイムスタンプ要求の形式が正しくありません", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{malformed_timestamp_response, 502, "malformed-timestamp-response", "The timestamp response is malformed", "タイムスタンプ応答の形式が正しくありません", F::bad_data_format, X::refused, L::warning, true},
  ErrorRow{malformed_instruction, 400, "malformed-instruction", "The instruction record is not valid", "署名指示の記録が正しくありません", F::bad_request, X::usage, L::info, false},
  ErrorRow{unsupported_algorithm, 400, "unsupported-algorithm", "The algorithm is not supported", "対応していないアルゴリズムです", F::bad_alg, X::usage, L::info, false},
  ErrorRow{digest_algorithm_mismatch, 422, "digest-algorithm-mismatch", "The digest is of another algorithm than the credential signs", "ハッシュ値のアルゴリズムがクレデンシャルの署名方式と異なります", F::bad_alg, X::usage, L::info, false},
  ErrorRow{ed25519_document_key, 400, "ed25519-document-key", "Ed25519 keys cannot sign documents yet", "Ed25519鍵による文書署名にはまだ対応していません", F::bad_alg, X::usage, L::info, false},

  ErrorRow{not_a_pdf, 400, "not-a-pdf", "The document is not a PDF", "PDF文書ではありません", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{pdf_malformed, 422, "pdf-malformed", "The PDF is damaged", "PDFが破損しています", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{pdf_limit_exceeded, 422, "pdf-limit-exceeded", "The PDF exceeds a processing limit", "PDFが処理上の制限を超えています", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{pdf_encrypted, 422, "pdf-encrypted", "The PDF is encrypted", "PDFが暗号化されています", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{pdf_password_needed, 422, "pdf-password-needed", "The PDF opens with a password alone", "PDFを開くにはパスワードが必要です", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{pdf_password_wrong, 422, "pdf-password-wrong", "The password does not open the PDF", "PDFのパスワードが正しくありません", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{pdf_header_offset, 422, "pdf-header-offset", "The PDF has bytes before its header", "PDFヘッダーの前に余分なデータがあります", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{pdf_xfa, 422, "pdf-xfa", "The PDF holds an XFA form", "XFAフォームを含むPDFには署名できません", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{pdf_certified_no_changes, 422, "pdf-certified-no-changes", "The PDF is certified and allows no further signature", "証明済みのPDFで、追加の署名は許可されていません", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{pdf_locked, 422, "pdf-locked", "An earlier signature locks the PDF", "既存の署名によりPDFがロックされています", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{pdf_field_exists, 409, "pdf-field-exists", "A form field of that name exists", "同じ名前のフォームフィールドが存在します", F::bad_request, X::usage, L::info, false},
  ErrorRow{pdf_field_not_found, 404, "pdf-field-not-found", "There is no such signature field", "指定された署名フィールドがありません", F::bad_request, X::usage, L::info, false},
  ErrorRow{pdf_field_signed, 409, "pdf-field-signed", "The signature field is signed already", "署名フィールドは署名済みです", F::bad_request, X::usage, L::info, false},
  ErrorRow{pdf_seed_value_unmet, 422, "pdf-seed-value-unmet", "The signature field requires another kind of signature", "署名フィールドが要求する条件を満たしていません", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{pdf_too_large_for_xref_table, 422, "pdf-too-large-for-xref-table", "Offsets do not fit a cross-reference table", "相互参照表で表せるサイズを超えています", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{docmdp_acrobat, 422, "docmdp-acrobat", "The PDF is certified, and Acrobat would reject the addition", "証明済みのPDFで、追加するとAcrobatが証明を無効と判定します", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{validation_data_too_large, 422, "validation-data-too-large", "The validation data are larger than allowed", "検証データが上限サイズを超えています", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{cms_larger_than_reserved, 500, "cms-larger-than-reserved", "The signature does not fit its reserved space", "署名が予約領域に収まりません", F::system_failure, X::refused, L::error, false},

  ErrorRow{credential_unknown, 404, "credential-unknown", "There is no such credential", "指定されたクレデンシャルがありません", F::bad_request, X::usage, L::info, false},
  ErrorRow{credential_disabled, 403, "credential-disabled", "The credential is disabled", "クレデンシャルは無効化されています", F::bad_request, X::refused, L::warning, false},
  ErrorRow{credential_not_ready, 409, "credential-not-ready", "The credential has no certificate yet", "クレデンシャルに証明書がまだありません", F::bad_request, X::usage, L::warning, false},
  ErrorRow{credential_type_mismatch, 403, "credential-type-mismatch", "The credential is of another type than asked for", "クレデンシャルの種別が要求と異なります", F::bad_request, X::refused, L::warning, false},
  ErrorRow{key_certificate_mismatch, 500, "key-certificate-mismatch", "Key and certificate do not belong together", "鍵と証明書が対応していません", F::system_failure, X::usage, L::critical, false},
  ErrorRow{key_attributes_unsafe, 500, "key-attributes-unsafe", "The key's attributes in the token are not safe", "トークン内の鍵の属性が安全ではありません", F::system_failure, X::hsm, L::critical, false},
  ErrorRow{key_not_found, 500, "key-not-found", "The token does not hold the key", "トークンに鍵がありません", F::system_failure, X::hsm, L::critical, false},
  ErrorRow{certificate_expired, 422, "certificate-expired", "The certificate has expired", "証明書の有効期限が切れています", F::system_failure, X::refused, L::error, false},
  ErrorRow{certificate_not_yet_valid, 422, "certificate-not-yet-valid", "The certificate is not valid yet", "証明書の有効期間が始まっていません", F::system_failure, X::refused, L::error, false},
  ErrorRow{certificate_unsuitable, 422, "certificate-unsuitable", "The certificate does not allow this use", "証明書はこの用途に使用できません", F::system_failure, X::refused, L::error, false},
  ErrorRow{certificate_chain_incomplete, 422, "certificate-chain-incomplete", "The certificate's chain does not reach a root", "証明書チェーンがルート証明書に到達していません", F::system_failure, X::refused, L::warning, false},
  ErrorRow{certificate_path_limit, 422, "certificate-path-limit", "The certificates allow too many paths", "証明書パスの探索が処理上の制限を超えています", F::bad_data_format, X::refused, L::warning, false},
  ErrorRow{certificate_revoked, 422, "certificate-revoked", "The certificate is revoked", "証明書は失効しています", F::system_failure, X::refused, L::error, false},
  ErrorRow{algorithm_not_acceptable, 422, "algorithm-not-acceptable", "The algorithm is no longer acceptable", "このアルゴリズムは現在の基準では使用できません", F::bad_alg, X::refused, L::error, false},

  ErrorRow{instruction_missing, 403, "instruction-missing", "A witness signature needs an instruction record", "立会人型署名には署名指示の記録が必要です", F::bad_request, X::refused, L::warning, false},
  ErrorRow{instruction_digest_mismatch, 403, "instruction-digest-mismatch", "The instruction record is for another document", "署名指示の記録は別の文書に対するものです", F::bad_request, X::refused, L::warning, false},
  ErrorRow{instruction_from_future, 403, "instruction-from-future", "The instruction record is from the future", "署名指示の記録の日時が未来です", F::bad_request, X::refused, L::warning, false},
  ErrorRow{instruction_too_old, 403, "instruction-too-old", "The instruction record is too old", "署名指示の記録が古すぎます", F::bad_request, X::refused, L::warning, false},
  ErrorRow{activation_missing, 403, "activation-missing", "A party signature needs that party's PIN", "当事者型署名には本人のPINが必要です", F::bad_request, X::refused, L::warning, false},
  ErrorRow{pin_incorrect, 403, "pin-incorrect", "The PIN is not correct", "PINが正しくありません", F::bad_request, X::refused, L::warning, false},
  ErrorRow{pin_wait, 429, "pin-wait", "After a failure the PIN may be tried again only later", "PINの入力に失敗したため、再試行までお待ちください", F::bad_request, X::refused, L::warning, true},
  ErrorRow{pin_locked, 423, "pin-locked", "The PIN is locked after repeated failure", "PINは連続して失敗したためロックされています", F::bad_request, X::refused, L::error, false},
  ErrorRow{pin_not_set, 403, "pin-not-set", "No PIN was set for this party's key yet", "当事者の鍵にまだPINが設定されていません", F::bad_request, X::refused, L::warning, false},
  ErrorRow{pin_code_unknown, 403, "pin-code-unknown", "There is no such code for the PIN", "PIN設定コードが正しくありません", F::bad_request, X::refused, L::warning, false},
  ErrorRow{pin_code_expired, 403, "pin-code-expired", "The code for the PIN has expired", "PIN設定コードの有効期限が切れています", F::bad_request, X::refused, L::warning, false},
  ErrorRow{pin_code_exhausted, 403, "pin-code-exhausted", "Too many wrong codes were tried for the PIN", "誤ったPIN設定コードの入力回数が上限に達しました", F::bad_request, X::refused, L::error, false},
  ErrorRow{activation_unknown, 403, "activation-unknown", "There is no such activation", "有効化トークンが正しくありません", F::bad_request, X::refused, L::warning, false},
  ErrorRow{activation_expired, 403, "activation-expired", "The activation has expired", "有効化トークンの有効期限が切れています", F::bad_request, X::refused, L::warning, false},
  ErrorRow{activation_used, 403, "activation-used", "The activation was used already", "有効化トークンは使用済みです", F::bad_request, X::refused, L::warning, false},
  ErrorRow{activation_digest_mismatch, 403, "activation-digest-mismatch", "The activation is for another document", "有効化トークンは別の文書に対するものです", F::bad_request, X::refused, L::warning, false},

  ErrorRow{signature_invalid, 422, "signature-invalid", "The signature is not valid", "署名が正しくありません", F::bad_data_format, X::verification_failed, L::warning, false},
  ErrorRow{self_check_failed, 500, "self-check-failed", "A new signature failed its own check and was not released", "作成した署名が自己検査に失敗したため出力しませんでした", F::system_failure, X::hsm, L::critical, false},
  ErrorRow{digest_mismatch, 422, "digest-mismatch", "The digest does not match", "ハッシュ値が一致しません", F::bad_data_format, X::verification_failed, L::warning, false},

  ErrorRow{tsa_unreachable, 503, "tsa-unreachable", "The timestamp authority cannot be reached", "タイムスタンプ局に接続できません", F::system_failure, X::refused, L::error, true},
  ErrorRow{tsa_timeout, 504, "tsa-timeout", "The timestamp authority did not answer in time", "タイムスタンプ局が時間内に応答しませんでした", F::system_failure, X::refused, L::error, true},
  ErrorRow{tsa_response_too_large, 502, "tsa-response-too-large", "The timestamp authority's answer is too large", "タイムスタンプ局の応答が大きすぎます", F::system_failure, X::refused, L::error, false},
  ErrorRow{tsa_rejected, 502, "tsa-rejected", "The timestamp authority rejected the request", "タイムスタンプ局が要求を拒否しました", F::system_failure, X::refused, L::error, false},
  ErrorRow{tsa_response_mismatch, 502, "tsa-response-mismatch", "The timestamp token does not answer the request", "タイムスタンプトークンが要求に対応していません", F::system_failure, X::refused, L::error, false},
  ErrorRow{tsa_budget_spent, 503, "tsa-budget-spent", "The budget of requests to the timestamp authority is spent", "タイムスタンプ局への要求回数の上限に達しました", F::system_failure, X::refused, L::error, true},
  ErrorRow{tsa_not_accredited, 422, "tsa-not-accredited", "The timestamp authority is not marked as accredited", "タイムスタンプ局は認定局として設定されていません", F::system_failure, X::refused, L::warning, false},
  ErrorRow{bad_imprint_algorithm, 400, "bad-imprint-algorithm", "The imprint's hash algorithm is not accepted", "受け付けていないハッシュアルゴリズムです", F::bad_alg, X::usage, L::info, false},
  ErrorRow{bad_request_version, 400, "bad-request-version", "The request version is not supported", "対応していない要求バージョンです", F::bad_request, X::usage, L::info, false},
  ErrorRow{unaccepted_policy, 400, "unaccepted-policy", "The timestamp policy is not accepted", "受け付けていないタイムスタンプポリシーです", F::unaccepted_policy, X::usage, L::info, false},
  ErrorRow{unaccepted_extension, 400, "unaccepted-extension", "The request carries an unknown extension", "受け付けていない拡張が含まれています", F::unaccepted_extension, X::usage, L::info, false},
  ErrorRow{time_not_available, 503, "time-not-available", "No trusted time is available", "信頼できる時刻を利用できません", F::time_not_available, X::refused, L::critical, true},
  ErrorRow{serial_unavailable, 503, "serial-unavailable", "No unique serial number can be given", "一意なシリアル番号を発行できません", F::system_failure, X::refused, L::critical, true},

  ErrorRow{ocsp_unsuccessful, 502, "ocsp-unsuccessful", "The OCSP responder gave no answer about the certificate", "OCSPレスポンダーが証明書の状態を回答しませんでした", F::system_failure, X::refused, L::warning, true},
  ErrorRow{ocsp_nonce_mismatch, 502, "ocsp-nonce-mismatch", "The OCSP response does not answer the request", "OCSP応答が要求に対応していません", F::system_failure, X::refused, L::error, true},
  ErrorRow{ocsp_responder_unknown, 422, "ocsp-responder-unknown", "The certificate of the OCSP responder is missing", "OCSPレスポンダーの証明書がありません", F::system_failure, X::refused, L::warning, false},
  ErrorRow{revocation_mismatch, 422, "revocation-mismatch", "The CRL or OCSP response is not about the certificate", "CRLまたはOCSP応答は対象の証明書に関するものではありません", F::bad_data_format, X::refused, L::warning, false},
  ErrorRow{revocation_signer_unauthorized, 422, "revocation-signer-unauthorized", "The CRL or OCSP response is not signed by an authorised key", "CRLまたはOCSP応答の署名者にその権限がありません", F::bad_data_format, X::refused, L::error, false},
  ErrorRow{revocation_unsupported, 422, "revocation-unsupported", "The CRL or OCSP response is of a kind that is not used", "CRLまたはOCSP応答は利用できない種類です", F::bad_data_format, X::refused, L::warning, false},
  ErrorRow{revocation_out_of_date, 422, "revocation-out-of-date", "The CRL or OCSP response is not of the time that it is needed for", "CRLまたはOCSP応答の日時が必要な時点に対応していません", F::bad_data_format, X::refused, L::warning, false},

  ErrorRow{hsm_module_unusable, 503, "hsm-module-unusable", "The PKCS#11 module cannot be used", "PKCS#11モジュールを利用できません", F::system_failure, X::hsm, L::critical, false},
  ErrorRow{hsm_token_not_found, 503, "hsm-token-not-found", "The token is not there", "トークンが見つかりません", F::system_failure, X::hsm, L::critical, true},
  ErrorRow{hsm_token_lost, 503, "hsm-token-lost", "A token that the data folder knows is not there", "データフォルダーの使用するトークンがありません", F::system_failure, X::hsm, L::critical, true},
  ErrorRow{hsm_pin_rejected, 503, "hsm-pin-rejected", "The token rejected the PIN; it is not tried again", "トークンがPINを拒否しました。再試行は行いません", F::system_failure, X::hsm, L::critical, false},
  ErrorRow{hsm_session_lost, 503, "hsm-session-lost", "The session with the HSM was lost", "HSMとのセッションが失われました", F::system_failure, X::hsm, L::error, true},
  ErrorRow{hsm_device_gone, 503, "hsm-device-gone", "The HSM is gone", "HSMを利用できません", F::system_failure, X::hsm, L::critical, true},
  ErrorRow{hsm_key_gone, 503, "hsm-key-gone", "The token no longer shows a key that was in use", "使用中の鍵がトークンから見えなくなりました", F::system_failure, X::hsm, L::critical, true},
  ErrorRow{hsm_pressure, 503, "hsm-pressure", "The HSM is short of resources", "HSMの資源が不足しています", F::system_failure, X::hsm, L::warning, true},
  ErrorRow{hsm_operation_refused, 500, "hsm-operation-refused", "The HSM refused the operation", "HSMが操作を拒否しました", F::system_failure, X::hsm, L::error, false},
  ErrorRow{hsm_failed, 503, "hsm-failed", "The HSM failed", "HSMでエラーが発生しました", F::system_failure, X::hsm, L::error, true},

  ErrorRow{audit_unavailable, 503, "audit-unavailable", "The audit trail cannot be written, so nothing is signed", "監査証跡を記録できないため署名を停止しています", F::system_failure, X::usage, L::critical, true},
  ErrorRow{audit_log_corrupt, 500, "audit-log-corrupt", "The audit log is damaged", "監査ログが破損しています", F::system_failure, X::verification_failed, L::critical, false},
  ErrorRow{audit_log_mismatch, 422, "audit-log-mismatch", "The audit log does not continue that checkpoint", "監査ログがチェックポイントと一致しません", F::bad_data_format, X::verification_failed, L::critical, false},
  ErrorRow{audit_index_unknown, 404, "audit-index-unknown", "There is no such audit entry or record", "指定された監査記録がありません", F::bad_request, X::usage, L::info, false},
  ErrorRow{audit_not_checkpointed, 409, "audit-not-checkpointed", "No checkpoint covers the audit entry yet", "監査記録を含むチェックポイントがまだありません", F::bad_request, X::refused, L::info, true},
  ErrorRow{malformed_note, 400, "malformed-note", "The signed note is malformed", "署名付きノートの形式が正しくありません", F::bad_data_format, X::usage, L::info, false},
  ErrorRow{malformed_proof, 400, "malformed-proof", "The proof is malformed", "証明ファイルの形式が正しくありません", F::bad_data_format, X::usage, L::info, false},

  ErrorRow{api_key_missing, 401, "api-key-missing", "An API key is needed", "APIキーが必要です", F::bad_request, X::refused, L::warning, false},
  ErrorRow{api_key_unknown, 401, "api-key-unknown", "The API key is not known", "APIキーが正しくありません", F::bad_request, X::refused, L::warning, false},
  ErrorRow{api_key_expired, 401, "api-key-expired", "The API key has expired or was revoked", "APIキーは失効しています", F::bad_request, X::refused, L::warning, false},
  ErrorRow{scope_missing, 403, "scope-missing", "The API key does not have the scope for this", "APIキーにこの操作の権限がありません", F::bad_request, X::refused, L::warning, false},
  ErrorRow{key_exceeds_maker, 403, "key-exceeds-maker", "A key may not be allowed more than the key that makes it", "作成元のAPIキーの権限を超えるAPIキーは作成できません", F::bad_request, X::refused, L::warning, false},
  ErrorRow{address_not_allowed, 403, "address-not-allowed", "The API key is not allowed from this address", "このアドレスからのアクセスは許可されていません", F::bad_request, X::refused, L::warning, false},
  ErrorRow{local_user_refused, 403, "local-user-refused", "The Unix socket serves the server's own user and root alone", "このUnixソケットを利用できるのはサーバーの実行ユーザーとrootだけです", F::bad_request, X::refused, L::warning, false},
  ErrorRow{operator_only, 403, "operator-only", "Only the operator may do this, on the server's machine", "この操作はサーバー上の運用者だけに許可されています", F::bad_request, X::refused, L::warning, false},
  ErrorRow{signature_unknown, 404, "signature-unknown", "There is no such signature", "指定された署名がありません", F::bad_request, X::usage, L::info, false},
  ErrorRow{signature_pending, 503, "signature-pending", "The signature is made and is not complete yet", "署名は作成済みですが、まだ完成していません", F::system_failure, X::refused, L::warning, true},
  ErrorRow{signature_abandoned, 410, "signature-abandoned", "The signature was given up before it was complete", "署名は完成する前に取り消されました", F::bad_request, X::refused, L::warning, false},
  ErrorRow{idempotency_key_reused, 422, "idempotency-key-reused", "The Idempotency-Key was used for another request", "Idempotency-Keyは別の要求で使用済みです", F::bad_request, X::refused, L::warning, false},
  ErrorRow{idempotency_in_flight, 409, "idempotency-in-flight", "A request with this Idempotency-Key is being worked on", "同じIdempotency-Keyの要求を処理中です", F::bad_request, X::refused, L::info, true},

  ErrorRow{malformed_request, 400, "malformed-request", "The request is not valid", "要求が正しくありません", F::bad_request, X::usage, L::info, false},
  ErrorRow{invalid_request, 400, "invalid-request", "A value in the request is not allowed there", "要求に使用できない値があります", F::bad_request, X::usage, L::info, false},
  ErrorRow{malformed_json, 400, "malformed-json", "The JSON is not valid", "JSONが正しくありません", F::bad_request, X::usage, L::info, false},
  ErrorRow{malformed_multipart, 400, "malformed-multipart", "The multipart body is not valid", "マルチパート本文が正しくありません", F::bad_request, X::usage, L::info, false},
  ErrorRow{route_unknown, 404, "route-unknown", "There is nothing at this path", "指定されたパスは存在しません", F::bad_request, X::usage, L::info, false},
  ErrorRow{method_not_allowed, 405, "method-not-allowed", "The method is not allowed here", "このメソッドは許可されていません", F::bad_request, X::usage, L::info, false},
  ErrorRow{media_type_unsupported, 415, "media-type-unsupported", "The media type is not supported", "対応していないメディアタイプです", F::bad_request, X::usage, L::info, false},
  ErrorRow{not_acceptable, 406, "not-acceptable", "None of the accepted media types can be given", "要求された形式では応答できません", F::bad_request, X::usage, L::info, false},
  ErrorRow{request_header_too_large, 431, "request-header-too-large", "The request header is too large", "要求ヘッダーが大きすぎます", F::bad_request, X::usage, L::info, false},
  ErrorRow{request_timeout, 408, "request-timeout", "The request did not arrive in time", "要求が時間内に届きませんでした", F::bad_request, X::refused, L::info, true},
  ErrorRow{rate_limited, 429, "rate-limited", "Too many requests", "要求が多すぎます", F::system_failure, X::refused, L::warning, true},
  ErrorRow{server_unreachable, 502, "server-unreachable", "The server cannot be reached", "サーバーに接続できません", F::system_failure, X::refused, L::error, true},
  ErrorRow{malformed_server_answer, 502, "malformed-server-answer", "The server's answer is not valid", "サーバーの応答が正しくありません", F::system_failure, X::refused, L::error, false},
  ErrorRow{outside_address_refused, 502, "outside-address-refused", "A server is not asked at an address that is not public", "公開されていないアドレスのサーバーには接続しません", F::system_failure, X::refused, L::warning, false},

  ErrorRow{evidence_unreachable, 503, "evidence-unreachable", "A server of revocation data or certificates cannot be reached", "失効情報または証明書のサーバーに接続できません", F::system_failure, X::refused, L::error, true},
  ErrorRow{evidence_timeout, 504, "evidence-timeout", "A server of revocation data or certificates did not answer in time", "失効情報または証明書のサーバーが時間内に応答しませんでした", F::system_failure, X::refused, L::error, true},
  ErrorRow{evidence_answer_invalid, 502, "evidence-answer-invalid", "A server's revocation data or certificate is not acceptable", "取得した失効情報または証明書を受け入れられません", F::system_failure, X::refused, L::error, true},
  ErrorRow{evidence_incomplete, 503, "evidence-incomplete", "Revocation data or certificates that prove the signature are missing", "署名を証明する失効情報または証明書が不足しています", F::system_failure, X::refused, L::error, true},
  ErrorRow{evidence_pending, 503, "evidence-pending", "Revocation data that are recent enough do not exist yet", "必要な時点以降の失効情報がまだ発行されていません", F::system_failure, X::refused, L::info, true},

  ErrorRow{overloaded, 503, "overloaded", "Too much work is waiting", "処理が混み合っています", F::system_failure, X::refused, L::warning, true},
  ErrorRow{deadline_exceeded, 504, "deadline-exceeded", "The deadline passed before the work was done", "処理期限を過ぎました", F::system_failure, X::refused, L::warning, true},
  ErrorRow{shutting_down, 503, "shutting-down", "The service is shutting down", "サービスを終了しています", F::system_failure, X::refused, L::info, true},
  ErrorRow{resource_shortage, 503, "resource-shortage", "File descriptors or memory are short right now", "ファイル記述子またはメモリが一時的に不足しています", F::system_failure, X::refused, L::error, true},

  ErrorRow{internal, 500, "internal", "Internal error", "内部エラー", F::system_failure, X::usage, L::critical, false},
};
// clang-format on

constexpr bool complete_and_in_order() {
  if (kRows.size() != kErrorCodeCount) {
    return false;
  }
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    const ErrorRow& r = kRows.at(i);
    if (static_cast<std::size_t>(r.code) != i || r.slug.empty() || r.title_en.empty() || r.title_ja.empty()) {
      return false;
    }
  }
  return true;
}
static_assert(complete_and_in_order(), "every ErrorCode has its row, in the order of the enumeration");

}  // namespace

const ErrorRow& row(ErrorCode code) noexcept { return kRows[static_cast<std::size_t>(code)]; }

std::span<const ErrorRow> error_table() noexcept { return kRows; }

std::optional<ErrorCode> error_code_from_slug(std::string_view slug) noexcept {
  const auto found = std::find_if(kRows.begin(), kRows.end(), [&](const ErrorRow& r) { return r.slug == slug; });
  if (found == kRows.end()) {
    return std::nullopt;
  }
  return found->code;
}

std::string_view name(PkiFailureInfo info) noexcept {
  switch (info) {
    case PkiFailureInfo::bad_alg:
      return "badAlg";
    case PkiFailureInfo::bad_request:
      return "badRequest";
    case PkiFailureInfo::bad_data_format:
      return "badDataFormat";
    case PkiFailureInfo::time_not_available:
      return "timeNotAvailable";
    case PkiFailureInfo::unaccepted_policy:
      return "unacceptedPolicy";
    case PkiFailureInfo::unaccepted_extension:
      return "unacceptedExtension";
    case PkiFailureInfo::add_info_not_available:
      return "addInfoNotAvailable";
    case PkiFailureInfo::system_failure:
      return "systemFailure";
  }
  return "";
}

}  // namespace rakkan
