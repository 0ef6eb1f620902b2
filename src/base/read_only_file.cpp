#include "rakkan/base/read_only_file.hpp"

#include <algorithm>

namespace rakkan {

Result<std::size_t> ReadOnlyFile::read_at(std::uint64_t offset, ByteSpan out) {
  const auto begin = static_cast<std::size_t>(std::min<std::uint64_t>(offset, content_->size()));
  const std::size_t size = std::min(out.size(), content_->size() - begin);
  std::copy_n(content_->begin() + static_cast<std::ptrdiff_t>(begin), size, out.begin());
  return size;
}

tl::unexpected<Error> ReadOnlyFile::refused() const {
  return fail(ErrorCode::internal, "a log that comes from elsewhere is not written to", path_.string());
}

}  // namespace rakkan
