#include "rakkan/der/ber.hpp"

#include <string>
#include <vector>

#include "rakkan/der/reader.hpp"
#include "rakkan/der/tag.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::der {
namespace {

constexpr std::size_t kMaxSize = std::size_t{1} << 20;
constexpr Byte kConstructed = 0x20;
constexpr Byte kNumberMask = 0x1F;
constexpr Byte kOctetString = static_cast<Byte>(Tag::octet_string);
constexpr Byte kOctetStringInPieces = kOctetString | kConstructed;
constexpr std::size_t kEndOfContents = 2;  // octets 00 00 (X.690 §8.1.5)

struct Header {
  Byte identifier = 0;
  std::size_t length = 0;
  bool indefinite = false;
};

// Piece is a part of the result, in order: bytes of the input as they are, or a header whose content are the next
// pieces.
struct Piece {
  ByteView bytes;
  Byte identifier = 0;
  std::size_t content = 0;
  bool is_header = false;
};

class Conversion {
 public:
  explicit Conversion(ByteView input) noexcept : input_(input), rest_(input) {}

  Result<Bytes> run() {
    RAKKAN_TRY(const Found whole, element(0));
    if (!rest_.empty()) {
      return malformed("octets after the element");
    }
    return write(whole.size);
  }

 private:
  struct Found {
    std::size_t size = 0;  // of the element as it is written
    bool changed = false;  // the written element differs from that in the input
  };

  Result<Header> read_header();
  Result<Found> element(unsigned depth);
  Result<Found> constructed(const Header& header, unsigned depth);
  Result<std::size_t> string_pieces(const Header& header, unsigned depth);
  template <class Read>
  Result<void> each_inside(const Header& header, Read read);
  [[nodiscard]] Bytes write(std::size_t size) const;

  [[nodiscard]] std::size_t offset() const noexcept { return static_cast<std::size_t>(rest_.data() - input_.data()); }
  [[nodiscard]] tl::unexpected<Error> malformed(std::string what) const {
    return fail(ErrorCode::malformed_der, std::move(what), "offset " + std::to_string(offset()));
  }

  ByteView input_;
  ByteView rest_;
  std::vector<Piece> pieces_;
};

// Reads and consumes identifier and length octets (X.690 §8.1.2, §8.1.3).
Result<Header> Conversion::read_header() {
  if (rest_.size() < 2) {
    return malformed("an element is missing or cut short");
  }
  Header header{rest_[0], rest_[1], rest_[1] == 0x80};
  if ((header.identifier & kNumberMask) == kNumberMask || header.identifier == 0) {
    return malformed("a tag that is not supported");
  }
  if (header.indefinite && (header.identifier & kConstructed) == 0) {
    return malformed("a primitive element of indefinite length");  // §8.1.3.2
  }
  rest_ = rest_.subspan(2);
  if (header.length > 0x80) {
    const std::size_t octets = header.length & 0x7FU;
    if (octets > sizeof(std::size_t) || octets > rest_.size()) {
      return malformed("a length that is too large or cut short");
    }
    header.length = 0;
    for (const Byte octet : rest_.first(octets)) {
      header.length = header.length << 8U | octet;
    }
    rest_ = rest_.subspan(octets);
  }
  if (!header.indefinite && header.length > rest_.size()) {
    return malformed("an element reaches beyond its container");
  }
  return header;
}

// Calls `read` for each element inside, and consumes the elements with the end-of-contents octets, if there are any.
template <class Read>
Result<void> Conversion::each_inside(const Header& header, Read read) {
  if (header.indefinite) {
    while (rest_.size() < kEndOfContents || rest_[0] != 0 || rest_[1] != 0) {
      RAKKAN_CHECK(read());
    }
    rest_ = rest_.subspan(kEndOfContents);
    return {};
  }
  const ByteView behind = rest_.subspan(header.length);
  rest_ = rest_.first(header.length);
  while (!rest_.empty()) {
    RAKKAN_CHECK(read());
  }
  rest_ = behind;
  return {};
}

Result<Conversion::Found> Conversion::element(unsigned depth) {
  if (depth > Reader::kMaxDepth) {
    return malformed("nested too deeply");
  }
  const ByteView from = rest_;
  RAKKAN_TRY(const Header header, read_header());
  if ((header.identifier & kConstructed) == 0) {
    rest_ = rest_.subspan(header.length);
    pieces_.push_back({from.first(from.size() - rest_.size())});
    return Found{pieces_.back().bytes.size(), false};
  }
  const std::size_t at = pieces_.size();
  RAKKAN_TRY(Found found, constructed(header, depth));
  if (!found.changed) {
    pieces_.resize(at);
    pieces_.push_back({from.first(from.size() - rest_.size())});
    found.size = pieces_.back().bytes.size();
  }
  return found;
}

Result<Conversion::Found> Conversion::constructed(const Header& header, unsigned depth) {
  const std::size_t at = pieces_.size();
  pieces_.push_back({{}, header.identifier, 0, true});
  std::size_t content = 0;
  bool changed = header.indefinite;
  if (header.identifier == kOctetStringInPieces) {
    RAKKAN_TRY(content, string_pieces(header, depth));
    pieces_[at].identifier = kOctetString;
    changed = true;
  } else {
    const auto read = [&]() -> Result<void> {
      RAKKAN_TRY(const Found inner, element(depth + 1));
      content += inner.size;
      changed = changed || inner.changed;
      return {};
    };
    RAKKAN_CHECK(each_inside(header, read));
  }
  pieces_[at].content = content;
  return Found{header_size(content) + content, changed};
}

// Takes over the contents of a string's pieces, which may be in pieces themselves (§8.7.3.2); returns the number of
// octets.
Result<std::size_t> Conversion::string_pieces(const Header& header, unsigned depth) {
  if (depth > Reader::kMaxDepth) {
    return malformed("nested too deeply");
  }
  std::size_t size = 0;
  const auto read = [&]() -> Result<void> {
    RAKKAN_TRY(const Header piece, read_header());
    if (piece.identifier == kOctetStringInPieces) {
      RAKKAN_TRY(const std::size_t inner, string_pieces(piece, depth + 1));
      size += inner;
      return {};
    }
    if (piece.identifier != kOctetString) {
      return malformed("an OCTET STRING with a piece of another type");
    }
    pieces_.push_back({rest_.first(piece.length)});
    rest_ = rest_.subspan(piece.length);
    size += piece.length;
    return {};
  };
  RAKKAN_CHECK(each_inside(header, read));
  return size;
}

Bytes Conversion::write(std::size_t size) const {
  Bytes result;
  result.reserve(size);
  for (const Piece& piece : pieces_) {
    if (piece.is_header) {
      append_header(result, static_cast<Tag>(piece.identifier), piece.content);
    } else {
      append(result, piece.bytes);
    }
  }
  return result;
}

}  // namespace

Result<Bytes> from_ber(ByteView ber) {
  if (ber.size() > kMaxSize) {
    return fail(ErrorCode::malformed_der, "longer than " + std::to_string(kMaxSize) + " bytes");
  }
  return Conversion(ber).run();
}

}  // namespace rakkan::der
