#include "cli/verification_inputs.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <deque>
#include <optional>
#include <system_error>
#include <utility>

#include "cli/input.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/base/standard_streams.hpp"
#include "rakkan/cms/certificate_bundle.hpp"
#include "rakkan/config/trust_file.hpp"
#include "rakkan/pki/trust_source.hpp"

namespace rakkan::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestTrustFile = 4ULL << 20;       // bytes
constexpr std::uint64_t kLargestEvidenceFile = 256ULL << 20;  // bytes: the largest CRLs of the world have some 100 MB
constexpr std::uint64_t kLargestPassword = 4096;              // bytes
constexpr std::size_t kMostTargets = 1'000'000;
constexpr std::size_t kMostEvidenceFiles = 100'000;

// True for a text with a table that only a trust file has; a trust file may have certificates in PEM inside.
bool is_trust_file(std::string_view text) {
  for (const std::string_view table : {"[[anchor]]", "[[certificate]]"}) {
    const std::size_t at = text.find(table);
    if (at != std::string_view::npos && (at == 0 || text[at - 1] == '\n' || text[at - 1] == ' ')) {
      return true;
    }
  }
  return false;
}

// A file that an option names: certificates, or a trust file.
class NamedFile final : public pki::TrustSource {
 public:
  NamedFile(const char* option, fs::path file) : option_(option), file_(std::move(file)) {}

  [[nodiscard]] Result<pki::TrustStore> read() const override {
    auto store = read_content();
    return store ? std::move(store) : fail(std::move(store).error().blamed_on(option_ + " " + file_.string()));
  }

 private:
  [[nodiscard]] Result<pki::TrustStore> read_content() const {
    RAKKAN_TRY(const Bytes content, read_input(file_, kLargestTrustFile));
    if (is_trust_file(text_of(content))) {
      const auto read_certificate = [this](std::string_view path) {
        return read_file(file_.parent_path() / path, kLargestTrustFile);
      };
      return config::parse_trust_file(text_of(content), file_.string(), read_certificate);
    }
    auto certificates = pki::parse_certificates(content);
    if (!certificates) {
      return fail(Error{ErrorCode::trust_file_invalid, "neither a certificate nor a trust file", {}, {}, {}}.because(
          std::move(certificates).error()));
    }
    return pki::TrustStore::from_certificates(*certificates);
  }

  std::string option_;
  fs::path file_;
};

Result<void> add_evidence(ByteView content, pki::EvidenceMaterial& into) {
  constexpr pki::Provenance kOutside{pki::EvidenceOrigin::folder};
  auto response = pki::OcspResponse::parse(content);
  if (response) {
    into.add(*response, kOutside);
    return {};
  }
  if (response.error().code == ErrorCode::ocsp_unsuccessful) {
    return fail(std::move(response).error());
  }
  if (const auto list = pki::decode_certificate_list(copy_of(content))) {
    into.add(*list, kOutside);
    return {};
  }
  const auto certificates = cms::parse_certificate_bundle(content);
  if (!certificates) {
    return fail(ErrorCode::malformed_certificate, "neither certificates nor a CRL nor an OCSP response");
  }
  for (const pki::Certificate& each : *certificates) {
    into.add(each, kOutside);
  }
  return {};
}

// The regular files of a folder itself, by name; those with names that begin with a dot are left out.
Result<std::vector<fs::path>> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored) && !at->path().filename().string().starts_with('.')) {
      files.push_back(at->path());
    }
    if (files.size() > kMostEvidenceFiles) {
      return fail(ErrorCode::input_too_large, "too many files in the folder", folder.string());
    }
  }
  if (error) {
    return fail(ErrorCode::file_unreadable, error.message(), folder.string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return path != kStandardStream && fs::is_directory(path, ignored);
}

// True for names of files that have signatures or are signatures.
bool is_signed_by_name(const fs::path& path) {
  constexpr std::array kEndings{".pdf", ".p7s", ".p7m", ".cms", ".tst", ".tsr"};
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

// Adds what is in one folder itself; the folders in it go into `below`.
void add_folder(const fs::path& folder, std::vector<Target>& targets, std::vector<fs::path>& below) {
  std::error_code error;
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    std::error_code ignored;
    const fs::path& path = at->path();
    if (at->is_directory(ignored) && !at->is_symlink(ignored)) {
      below.push_back(path);
    } else if (is_signed_by_name(path)) {
      targets.push_back({path});
    }
    if (targets.size() > kMostTargets) {
      return;
    }
  }
  if (error) {
    targets.push_back({folder, Error{ErrorCode::file_unreadable, error.message(), folder.string(), {}, {}}});
  }
}

}  // namespace

Result<pki::TrustStore> read_trust(std::span<const fs::path> trust, std::span<const fs::path> trust_tsa) {
  std::deque<NamedFile> files;  // a deque keeps its elements where they are
  std::vector<pki::AllowedSource> sources;
  const auto add = [&](std::span<const fs::path> named, const char* option, const pki::Purposes& allowed) {
    for (const fs::path& file : named) {
      sources.push_back({files.emplace_back(option, file), allowed});
    }
  };
  add(trust, "--trust", {true, trust_tsa.empty(), true});
  add(trust_tsa, "--trust-tsa", {false, true, true});
  return pki::united_trust(sources);
}

Result<pki::EvidenceMaterial> read_outside_evidence(std::span<const fs::path> files) {
  pki::EvidenceMaterial material;
  for (const fs::path& given : files) {
    std::vector<fs::path> each{given};
    if (is_folder(given)) {
      RAKKAN_TRY(each, files_in(given));
    }
    for (const fs::path& file : each) {
      RAKKAN_TRY(const Bytes content, read_input(file, kLargestEvidenceFile));
      if (Result<void> added = add_evidence(content, material); !added) {
        return fail(std::move(added).error().blamed_on("--evidence " + file.string()));
      }
    }
  }
  return material;
}

Result<SecureBytes> read_password(const fs::path& file) {
  RAKKAN_TRY(const Bytes content, read_input(file, kLargestPassword));
  std::string_view line = text_of(content);
  line = line.substr(0, line.find_first_of("\r\n"));
  return SecureBytes(bytes_of(line));
}

Result<std::vector<Target>> targets_of(std::span<const fs::path> arguments) {
  std::vector<Target> targets;
  for (const fs::path& argument : arguments) {
    if (!is_folder(argument)) {
      targets.push_back({argument});
      continue;
    }
    std::vector<Target> found;
    std::vector<fs::path> folders{argument};
    while (!folders.empty() && targets.size() + found.size() <= kMostTargets) {
      const fs::path folder = std::move(folders.back());
      folders.pop_back();
      add_folder(folder, found, folders);
    }
    std::sort(found.begin(), found.end(), [](const Target& a, const Target& b) { return a.path < b.path; });
    std::move(found.begin(), found.end(), std::back_inserter(targets));
  }
  if (targets.size() > kMostTargets) {
    return fail(ErrorCode::input_too_large, "too many files to verify at once");
  }
  if (targets.empty()) {
    return fail(ErrorCode::invalid_argument, "no signed file in the folder");
  }
  return targets;
}

}  // namespace rakkan::cli
