#include "rakkan/fetch/evidence_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

namespace rakkan::fetch {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) noexcept : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) {
      ::close(value_);
    }
  }
  [[nodiscard]] int get() const noexcept { return value_; }

 private:
  int value_;
};

struct DirectoryCloser {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

tl::unexpected<Error> unreadable(const std::string& what) {
  return fail(ErrorCode::file_unreadable, what + ": " + std::generic_category().message(errno));
}

Result<std::vector<std::string>> names_in(const std::filesystem::path& folder, int descriptor, std::size_t most) {
  const int own = ::openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, DirectoryCloser> directory(own < 0 ? nullptr : ::fdopendir(own));
  if (!directory) {
    return unreadable("cannot list " + folder.string());
  }
  std::vector<std::string> names;
  while (const dirent* const entry =
             ::readdir(directory.get())) {  // NOLINT(concurrency-mt-unsafe): a stream of its own
    if (entry->d_name[0] == '.') {
      continue;
    }
    if (names.size() == most) {
      return fail(ErrorCode::input_too_large, "more than " + std::to_string(most) + " files", folder.string());
    }
    names.emplace_back(entry->d_name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

// O_NOFOLLOW refuses a link, O_NONBLOCK keeps a pipe from holding the reader up; fstat judges what was opened.
Result<Bytes> read_regular(int folder, const std::string& name, std::uint64_t limit) {
  const Descriptor file(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.get() < 0) {
    return errno == ELOOP ? fail(ErrorCode::file_unreadable, "links are not followed")
                          : unreadable("cannot open the file");
  }
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    return fail(ErrorCode::file_unreadable, "not a regular file");
  }
  Bytes content;
  Bytes part(64 * 1024);
  for (;;) {
    const ssize_t got = ::read(file.get(), part.data(), part.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return unreadable("cannot read the file");
    }
    if (got == 0) {
      return content;
    }
    append(content, ByteView(part).first(static_cast<std::size_t>(got)));
    if (content.size() > limit) {
      return fail(ErrorCode::input_too_large, "more than " + std::to_string(limit) + " bytes");
    }
  }
}

}  // namespace

Result<EvidenceFolder> EvidenceFolder::read(const std::filesystem::path& folder, const Classify& classify,
                                            const EvidenceFolderLimits& limits) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0) {
    return unreadable("cannot open " + folder.string());
  }
  RAKKAN_TRY(const std::vector<std::string> names, names_in(folder, opened.get(), limits.files));
  EvidenceFolder evidence;
  std::uint64_t total = 0;
  for (const std::string& name : names) {
    Result<Bytes> content = read_regular(opened.get(), name, limits.file);
    const Result<EvidenceKind> kind = content ? classify(*content) : Result<EvidenceKind>(fail(content.error()));
    if (!kind) {
      evidence.skipped.push_back({name, kind.error()});
      continue;
    }
    total += content->size();
    if (total > limits.total) {
      return fail(ErrorCode::input_too_large, "more than " + std::to_string(limits.total) + " bytes in all files",
                  folder.string());
    }
    evidence.files.push_back({name, *kind, *std::move(content)});
  }
  return evidence;
}

}  // namespace rakkan::fetch
