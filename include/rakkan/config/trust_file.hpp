// The trust file: the trust anchors of a user and the marks on certificates below them, in TOML. docs/trust-file.md
// describes it. A text is read, no file: the caller says how the certificates that it names by path are read.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pki/trust_source.hpp"
#include "rakkan/pki/trust_store.hpp"

namespace rakkan::config {

// Reads the file at the path of `certificate_file`, as the trust file has it. The path is relative to the trust file's
// folder unless it begins with "/".
using CertificateReader = std::function<Result<Bytes>(std::string_view path)>;

// Parses a trust file of at most 4 MiB. `origin` names it in errors ("/etc/rakkan/trust.toml"); their place is
// "origin:line: member", and members of the n-th table are "anchor[n].sunset", counted from 1. Unknown members, members
// and certificates that occur twice, and values of another type are refused. Without a reader a certificate_file is
// refused. Fails with trust_file_invalid, malformed_certificate, and the errors of the reader.
[[nodiscard]] Result<pki::TrustStore> parse_trust_file(std::string_view text, const std::string& origin,
                                                       const CertificateReader& read_certificate = {});

// Reads a trust file and the certificates that it names. A user who may write one of these files decides whom to trust,
// so they must belong to this user or to root, and nobody else may write them. Fails as parse_trust_file, and with
// file_unreadable, permissions_unsafe, input_too_large.
[[nodiscard]] Result<pki::TrustStore> read_trust_file(const std::filesystem::path& file);

// TrustFile is a trust file at its path as a source of trust.
class TrustFile final : public pki::TrustSource {
 public:
  explicit TrustFile(std::filesystem::path file) : file_(std::move(file)) {}
  [[nodiscard]] Result<pki::TrustStore> read() const override { return read_trust_file(file_); }

 private:
  std::filesystem::path file_;
};

}  // namespace rakkan::config
