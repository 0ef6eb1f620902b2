#include "audit/timestamps.hpp"

#include <algorithm>
#include <array>

#include "audit/text.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/crypto/digest.hpp"

namespace rakkan::audit {
namespace {

constexpr std::array kEndings = {std::string_view(".checkpoint"), std::string_view(".json"), std::string_view(".tst")};

std::string file_name(std::uint64_t size, std::string_view ending) {
  return std::string(kTimestampFolder) + "/" + std::to_string(size) + std::string(ending);
}

std::string description(std::uint64_t size, const tsp::TimestampToken& token, bool own) {
  const crypto::Digest digest = crypto::digest(crypto::DigestAlgorithm::sha256, token.der());
  return R"({"v":1,"size":)" + std::to_string(size) + R"(,"time":")" + to_rfc3339(token.info().generation_time) +
         R"(","own":)" + (own ? "true" : "false") + R"(,"token":")" + to_base64(digest.view()) + "\"}\n";
}

std::optional<std::uint64_t> size_in(std::string_view name) {
  for (const std::string_view ending : kEndings) {
    if (name.ends_with(ending)) {
      return parse_decimal(name.substr(0, name.size() - ending.size()));
    }
  }
  return std::nullopt;
}

}  // namespace

Result<tsp::TimestampToken> open_timestamp(ByteView token, std::string_view note) {
  RAKKAN_TRY(tsp::TimestampToken parsed, tsp::TimestampToken::parse(token));
  RAKKAN_CHECK(parsed.verify_signature());
  const auto imprint = tsp::MessageImprint::of(crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(note)));
  if (!(parsed.info().message_imprint == imprint)) {
    return fail(ErrorCode::tsa_response_mismatch, "the timestamp is not over this checkpoint");
  }
  return parsed;
}

Result<void> write_timestamp(const LogFolder& log, std::uint64_t size, std::string_view note,
                             const tsp::TimestampToken& token, bool own) {
  FileBatch batch(log);
  // After a crash either all three files exist or none, since the verifier takes a single one for damage.
  const auto write = [&]() -> Result<void> {
    RAKKAN_CHECK(batch.write(file_name(size, ".checkpoint"), bytes_of(note)));
    RAKKAN_CHECK(batch.write(file_name(size, ".tst"), token.der()));
    RAKKAN_CHECK(batch.write(file_name(size, ".json"), bytes_of(description(size, token, own))));
    return batch.sync();
  };
  Result<void> written = write();
  if (!written && written.error().code == ErrorCode::resource_shortage) {
    for (const std::string& name : timestamp_files(size)) {
      RAKKAN_CHECK(batch.remove(name));
    }
  }
  return written;
}

std::vector<std::string> timestamp_files(std::uint64_t size) {
  std::vector<std::string> names;
  names.reserve(kEndings.size());
  for (const std::string_view ending : kEndings) {
    names.push_back(file_name(size, ending));
  }
  return names;
}

Result<std::vector<std::uint64_t>> timestamped_sizes(const LogFolder& log) {
  RAKKAN_TRY(const std::vector<std::string> names, log.files.list(log.path / kTimestampFolder));
  std::vector<std::uint64_t> sizes;
  for (const std::string& name : names) {
    const auto size = size_in(name);
    if (!size) {
      return fail(ErrorCode::audit_log_corrupt, "not a timestamp of this log",
                  std::string(kTimestampFolder) + "/" + name);
    }
    sizes.push_back(*size);
  }
  std::sort(sizes.begin(), sizes.end());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  return sizes;
}

Result<ReadTimestamp> read_timestamp(const LogFolder& log, std::uint64_t size) {
  RAKKAN_TRY(const Bytes note, read_log_file(log, file_name(size, ".checkpoint")));
  RAKKAN_TRY(const Bytes der, read_log_file(log, file_name(size, ".tst")));
  RAKKAN_TRY(const Bytes says, read_log_file(log, file_name(size, ".json")));
  const Result<tsp::TimestampToken> token = open_timestamp(der, text_of(note));
  if (!token) {
    return fail(
        Error{ErrorCode::audit_log_corrupt, "the timestamp does not verify", file_name(size, ".tst"), {}, {}}.because(
            token.error()));
  }
  const bool own = equal(says, bytes_of(description(size, *token, true)));
  if (!own && !equal(says, bytes_of(description(size, *token, false)))) {
    return fail(ErrorCode::audit_log_corrupt, "the file and the timestamp " + file_name(size, ".tst") + " differ",
                file_name(size, ".json"));
  }
  RAKKAN_TRY(const auto certificate, token->verify_signature());
  return ReadTimestamp{std::string(text_of(note)),
                       {size, token->info().generation_time, certificate.subject().text(), own}};
}

}  // namespace rakkan::audit
