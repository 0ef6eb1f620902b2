// The files that `rakkan verify` judges by: whom to trust, evidence from outside, passwords, and the files to judge.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/pki/evidence_material.hpp"
#include "rakkan/pki/trust_store.hpp"

namespace rakkan::cli {

// Reads certificates in DER or PEM and trust files (docs/trust-file.md), told by their content. A certificate of
// `trust` is an anchor for every purpose, or, when there are files in `trust_tsa`, for signatures and revocation data
// alone; one of `trust_tsa` is an anchor for timestamps and revocation data. A trust file's own purposes are narrowed
// in the same way. A file named on the command line is its user's choice, so that permissions are not looked at. Fails
// with file_unreadable, input_too_large, malformed_certificate or trust_file_invalid, and names the option.
[[nodiscard]] Result<pki::TrustStore> read_trust(std::span<const std::filesystem::path> trust,
                                                 std::span<const std::filesystem::path> trust_tsa);

// Reads certificates (DER, PEM, PKCS#7), CRLs (DER, PEM) and OCSP responses (OCSPResponse, BasicOCSPResponse), told by
// their content. A folder stands for all of its files. Fails with file_unreadable, input_too_large,
// malformed_certificate for a file that is none of these, or ocsp_unsuccessful, and names the file.
[[nodiscard]] Result<pki::EvidenceMaterial> read_outside_evidence(std::span<const std::filesystem::path> files);

// The first line of a password file. Everybody who may read the document knows the password, so that permissions are
// not looked at, as they are with secrets of this machine. Fails with file_unreadable or input_too_large.
[[nodiscard]] Result<SecureBytes> read_password(const std::filesystem::path& file);

// A file to judge; `unreadable` says why it is a row without a verdict.
struct Target {
  std::filesystem::path path;
  std::optional<Error> unreadable = {};
};

// The files to judge: each file as it is given, and for a folder the signed files in it and below (PDF, CMS and
// timestamp tokens, told by their names), in the order of their paths. A folder that cannot be read is a row. Fails
// with invalid_argument when there is no file at all, or with input_too_large for more than a million.
[[nodiscard]] Result<std::vector<Target>> targets_of(std::span<const std::filesystem::path> arguments);

}  // namespace rakkan::cli
