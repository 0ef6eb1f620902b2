#include "rakkan/hsm/softhsm.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "rakkan/base/file.hpp"
#include "rakkan/base/trim.hpp"

namespace rakkan::hsm {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTokens = "tokens";
constexpr std::string_view kTokenPathKey = "directories.tokendir";
constexpr std::uint64_t kLargestConfiguration = 64 * 1024;  // bytes
constexpr std::string_view kTokenFile = "token.object";
constexpr std::string_view kTokenCopy = "token.kept";  // SoftHSM reads names that end with .object alone
constexpr std::uint64_t kLargestToken = 1024 * 1024;   // bytes

// Configuration is the file in three parts: the text before the path of the tokens, the path, and the rest.
struct Configuration {
  std::string before;
  fs::path tokens;
  std::string after;

  [[nodiscard]] std::string with(const fs::path& path) const { return before + path.string() + after; }
};

// Parses the file as SoftHSM does: each line is "key = value", and a comment begins with #.
std::optional<Configuration> parse(const std::string& text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line(text.data() + begin, std::min(text.find('#', begin), end) - begin);
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos && trimmed(line.substr(0, equals)) == kTokenPathKey) {
      const std::string_view value = trimmed(line.substr(equals + 1));
      const auto at = value.empty() ? begin + line.size() : static_cast<std::size_t>(value.data() - text.data());
      return Configuration{text.substr(0, at), fs::path(value), text.substr(at + value.size())};
    }
    begin = end + 1;
  }
  return std::nullopt;
}

// Reads the file; nothing when the folder has none.
Result<std::optional<Configuration>> read_configuration(const fs::path& file) {
  if (std::error_code ignored; !fs::exists(file, ignored)) {
    return std::nullopt;
  }
  RAKKAN_TRY(const Bytes content, read_file(file, kLargestConfiguration));
  std::optional<Configuration> found = parse(std::string(text_of(content)));
  if (!found || found->tokens.empty()) {
    return fail(ErrorCode::configuration_invalid, "does not say where the tokens are (directories.tokendir)",
                file.string());
  }
  return found;
}

bool is_same_folder(const fs::path& one, const fs::path& other) {
  std::error_code ignored;
  return fs::equivalent(one, other, ignored);
}

// The folder of tokens that the configuration means.
Result<fs::path> token_folder(const fs::path& folder, const Configuration& configuration, TokenPath path) {
  fs::path own = folder / kTokens;
  std::error_code ignored;
  const bool names_others = configuration.tokens.is_absolute() && fs::is_directory(own, ignored) &&
                            !is_same_folder(configuration.tokens, own);
  if (!names_others) {
    return (folder / configuration.tokens).lexically_normal();  // an absolute path stays what it is
  }
  if (path == TokenPath::own_whatever) {
    return own;
  }
  return fail(ErrorCode::data_folder_copied,
              "the file names the tokens of another folder, " + configuration.tokens.string() + ", and not those in " +
                  own.string() + ": `rakkan data adopt` goes on with its own",
              (folder / kSoftHsmConfiguration).string());
}

// MemoryFile is a nameless file that only this process has. SoftHSM opens it anew whenever it is initialised.
class MemoryFile {
 public:
  [[nodiscard]] static Result<MemoryFile> make(std::string_view text) {
    MemoryFile file(::memfd_create("softhsm2.conf", MFD_CLOEXEC));
    const auto size = static_cast<ssize_t>(text.size());
    if (file.descriptor_ < 0 || ::write(file.descriptor_, text.data(), text.size()) != size) {
      const int error = errno;
      return fail(ErrorCode::hsm_module_unusable,
                  "the configuration of SoftHSM cannot be kept in memory: " + std::system_category().message(error));
    }
    return file;
  }
  MemoryFile(MemoryFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  MemoryFile& operator=(MemoryFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  explicit MemoryFile(int descriptor) noexcept : descriptor_(descriptor) {}
  int descriptor_;
};

// InUse is the configuration that SOFTHSM2_CONF names now. It is kept while the process lives, since the module may be
// initialised again at any time.
struct InUse {
  std::mutex mutex;
  fs::path tokens;  // of a folder that keeps its own; else empty
  std::string text;
  std::optional<MemoryFile> file;
};

InUse& in_use() {
  static InUse& instance = *new InUse;
  return instance;
}

// The file's bytes; none when there is no such file.
Result<Bytes> read_if_there(const fs::path& file) {
  std::error_code ignored;
  return fs::exists(file, ignored) ? read_file(file, kLargestToken) : Result<Bytes>(Bytes());
}

Result<void> keep_token(const fs::path& token) {
  RAKKAN_TRY(const Bytes file, read_if_there(token / kTokenFile));
  RAKKAN_TRY(const Bytes copy, read_if_there(token / kTokenCopy));
  if (file == copy) {
    return {};
  }
  return file.empty() ? write_file_atomically(token / kTokenFile, {copy}, true)
                      : write_file_atomically(token / kTokenCopy, {file}, true);
}

Result<void> keep_tokens(const fs::path& tokens) {
  std::error_code error;
  for (fs::directory_iterator at(tokens, error), end; !error && at != end; at.increment(error)) {
    if (at->symlink_status(error).type() == fs::file_type::directory) {
      RAKKAN_CHECK(keep_token(at->path()));
    }
  }
  return {};  // SoftHSM says what is wrong with a folder that cannot be read
}

Result<void> hand_over(const fs::path& tokens, const std::string& text) {
  InUse& now = in_use();
  const std::scoped_lock lock(now.mutex);
  now.tokens = tokens;
  RAKKAN_CHECK(tokens.empty() ? Result<void>() : keep_tokens(tokens));
  if (!now.file || now.text != text) {
    RAKKAN_TRY(MemoryFile file, MemoryFile::make(text));
    now.file = std::move(file);
    now.text = text;
  }
  // Nothing else here changes the environment, and the module reads it on this thread.
  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  ::setenv("SOFTHSM2_CONF", now.file->path().c_str(), 1);
  return {};
}

}  // namespace

Result<void> make_softhsm_folder(const fs::path& folder) {
  RAKKAN_CHECK(make_private_folder(folder / kTokens));
  const std::string text =
      "# SoftHSM 2: where the tokens of this data folder are kept. The path is relative to the folder.\n" +
      std::string(kTokenPathKey) + " = " + std::string(kTokens) +
      "\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n";
  return write_file_atomically(folder / kSoftHsmConfiguration, {bytes_of(text)}, true);
}

Result<void> use_softhsm_folder(const fs::path& folder, TokenPath path) {
  const fs::path absolute = fs::absolute(folder).lexically_normal();
  RAKKAN_TRY(const std::optional<Configuration> configuration, read_configuration(absolute / kSoftHsmConfiguration));
  if (!configuration) {
    return {};
  }
  RAKKAN_TRY(const fs::path tokens, token_folder(absolute, *configuration, path));
  const bool own = is_same_folder(tokens, absolute / kTokens);
  return hand_over(own ? tokens : fs::path(), configuration->with(tokens));
}

Result<void> keep_softhsm_tokens() {
  InUse& now = in_use();
  const std::scoped_lock lock(now.mutex);
  return now.tokens.empty() ? Result<void>() : keep_tokens(now.tokens);
}

Result<void> make_token_path_relative(const fs::path& folder) {
  const fs::path file = folder / kSoftHsmConfiguration;
  RAKKAN_TRY(const std::optional<Configuration> configuration, read_configuration(file));
  std::error_code ignored;
  if (!configuration || configuration->tokens.is_relative() || !fs::is_directory(folder / kTokens, ignored)) {
    return {};
  }
  return write_file_atomically(file, {bytes_of(configuration->with(kTokens))}, true);
}

Result<std::optional<OwnTokens>> own_softhsm_tokens(const fs::path& folder) {
  const fs::path absolute = fs::absolute(folder).lexically_normal();
  RAKKAN_TRY(const std::optional<Configuration> configuration, read_configuration(absolute / kSoftHsmConfiguration));
  if (!configuration || !is_same_folder(absolute / configuration->tokens, absolute / kTokens)) {
    return std::nullopt;
  }
  return OwnTokens{absolute / kTokens, configuration->with(kTokens)};
}

}  // namespace rakkan::hsm
