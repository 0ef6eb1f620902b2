// ErrorCode names every failure Rakkan reports. Its meaning to people and protocols stands in error_table.hpp.
// To add one: a name here and a row at the same place in src/base/error_table.cpp; the compiler checks both.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rakkan {

enum class ErrorCode : std::uint8_t {
  // The caller's request, configuration and local files
  invalid_argument,
  configuration_invalid,
  file_unreadable,
  file_unwritable,
  output_unwritable,
  permissions_unsafe,
  input_too_large,
  already_exists,
  store_unavailable,
  store_corrupt,
  data_folder_in_use,
  data_folder_missing,
  data_folder_copied,
  data_folder_on_another_machine,
  // Encodings
  malformed_der,
  malformed_certificate,
  malformed_crl,
  malformed_cms,
  malformed_timestamp_request,
  malformed_timestamp_response,
  malformed_instruction,
  unsupported_algorithm,
  ed25519_document_key,
  // PDF documents
  not_a_pdf,
  pdf_malformed,
  pdf_limit_exceeded,
  pdf_encrypted,
  pdf_header_offset,
  pdf_xfa,
  pdf_certified_no_changes,
  pdf_locked,
  pdf_field_exists,
  pdf_field_not_found,
  pdf_field_signed,
  pdf_seed_value_unmet,
  pdf_too_large_for_xref_table,
  cms_larger_than_reserved,
  // Credentials, keys and certificates
  credential_unknown,
  credential_disabled,
  credential_not_ready,
  credential_type_mismatch,
  key_certificate_mismatch,
  key_attributes_unsafe,
  key_not_found,
  certificate_expired,
  certificate_not_yet_valid,
  certificate_unsuitable,
  // Authorization of one act
  instruction_missing,
  instruction_digest_mismatch,
  instruction_from_future,
  activation_missing,
  pin_incorrect,
  pin_wait,
  pin_locked,
  activation_unknown,
  activation_expired,
  activation_used,
  activation_digest_mismatch,
  // Verification
  signature_invalid,
  self_check_failed,
  digest_mismatch,
  // Timestamps
  tsa_unreachable,
  tsa_timeout,
  tsa_response_too_large,
  tsa_rejected,
  tsa_response_mismatch,
  bad_imprint_algorithm,
  bad_request_version,
  unaccepted_policy,
  unaccepted_extension,
  time_not_available,
  serial_unavailable,
  // HSM
  hsm_module_unusable,
  hsm_token_not_found,
  hsm_token_lost,
  hsm_pin_rejected,
  hsm_session_lost,
  hsm_device_gone,
  hsm_key_gone,
  hsm_pressure,
  hsm_operation_refused,
  hsm_failed,
  // The audit trail
  audit_unavailable,
  audit_log_corrupt,
  audit_log_mismatch,
  audit_index_unknown,
  audit_not_checkpointed,
  malformed_note,
  malformed_proof,
  // Access over HTTP
  api_key_missing,
  api_key_unknown,
  api_key_expired,
  scope_missing,
  key_exceeds_maker,
  address_not_allowed,
  signature_unknown,
  idempotency_key_reused,
  idempotency_in_flight,
  // HTTP itself
  malformed_request,
  malformed_json,
  malformed_multipart,
  route_unknown,
  method_not_allowed,
  media_type_unsupported,
  not_acceptable,
  request_header_too_large,
  request_timeout,
  rate_limited,
  server_unreachable,
  malformed_server_answer,
  // Load
  overloaded,
  deadline_exceeded,
  shutting_down,
  resource_shortage,
  // Ours
  internal,
};

inline constexpr std::size_t kErrorCodeCount = static_cast<std::size_t>(ErrorCode::internal) + 1;

}  // namespace rakkan
