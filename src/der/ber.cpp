#include "rakkan/der/ber.hpp"

#include <string>
#include <vector>

#include "rakkan/der/reader.hpp"
#include "rakkan/der/tag.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::der {
namespace {

constexpr std::size_t kMaxPieces = std::size_t{1} << 19;
constexpr Byte kConstructed = 0x20;
constexpr Byte kNumberMask = 0x1F;
constexpr Byte kOctetString = static_cast<Byte>(Tag::octet_string);
constexpr Byte kOctetStringInPieces = kOctetString | kConstructed;
constexpr std::size_t kEndOfContents = 2;  // octets 00 00 (X.690 §8.1.5)

struct Header {
  Byte identifier = 0;
  std::size_t length = 0;
  bool indefinite = false;
  bool minimal = true;  // the length is in its shortest form
};

tl::unexpected<Error> malformed_at(std::size_t offset, std::string what) {
  return fail(ErrorCode::malformed_der, std::move(what), "offset " + std::to_string(offset));
}

// Reads identifier and length octets (X.690 §8.1.2, §8.1.3) and takes them off `rest`, which begins at `start` +
// offset.
Result<Header> read_header(ByteView& rest, const Byte* start) {
  const auto malformed = [&](const char* what) {
    return malformed_at(static_cast<std::size_t>(rest.data() - start), what);
  };
  if (rest.size() < 2) {
    return malformed("an element is missing or cut short");
  }
  Header header{rest[0], rest[1], rest[1] == 0x80};
  if ((header.identifier & kNumberMask) == kNumberMask || header.identifier == 0) {
    return malformed("a tag that is not supported");
  }
  if (header.indefinite && (header.identifier & kConstructed) == 0) {
    return malformed("a primitive element of indefinite length");  // §8.1.3.2
  }
  rest = rest.subspan(2);
  if (header.length > 0x80) {
    const std::size_t octets = header.length & 0x7FU;
    if (octets > sizeof(std::size_t) || octets > rest.size()) {
      return malformed("a length that is too large or cut short");
    }
    header.length = 0;
    for (const Byte octet : rest.first(octets)) {
      header.length = header.length << 8U | octet;
    }
    header.minimal = header.length >= 0x80 && rest.front() != 0;
    rest = rest.subspan(octets);
  }
  if (!header.indefinite && header.length > rest.size()) {
    return malformed("an element reaches beyond its container");
  }
  return header;
}

bool at_end_of_contents(ByteView rest) noexcept {
  return rest.size() >= kEndOfContents && rest[0] == 0 && rest[1] == 0;
}

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
  Conversion(ByteView input, bool minimal_lengths) noexcept
      : input_(input), rest_(input), minimal_lengths_(minimal_lengths) {}

  Result<BerPrefix> run() {
    RAKKAN_TRY(const Found whole, element(0));
    return BerPrefix{write(whole.size), offset()};
  }

 private:
  struct Found {
    std::size_t size = 0;  // of the element as it is written
    bool changed = false;  // the written element differs from that in the input
  };

  Result<Found> element(unsigned depth);
  Result<Found> constructed(const Header& header, unsigned depth);
  Result<std::size_t> string_pieces(const Header& header, unsigned depth);
  template <class Read>
  Result<void> each_inside(const Header& header, Read read);
  [[nodiscard]] Bytes write(std::size_t size) const;
  Result<void> push(const Piece& piece);
  [[nodiscard]] Result<Header> next_header() { return read_header(rest_, input_.data()); }
  // True when the element needs another header than it has.
  [[nodiscard]] bool needs_header(const Header& header) const noexcept {
    return header.indefinite || (minimal_lengths_ && !header.minimal);
  }

  [[nodiscard]] std::size_t offset() const noexcept { return static_cast<std::size_t>(rest_.data() - input_.data()); }
  [[nodiscard]] tl::unexpected<Error> malformed(std::string what) const {
    return malformed_at(offset(), std::move(what));
  }

  ByteView input_;
  ByteView rest_;
  bool minimal_lengths_;
  std::vector<Piece> pieces_;
};

// Calls `read` for each element inside, and consumes the elements with the end-of-contents octets, if there are any.
template <class Read>
Result<void> Conversion::each_inside(const Header& header, Read read) {
  if (header.indefinite) {
    while (!at_end_of_contents(rest_)) {
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
  RAKKAN_TRY(const Header header, next_header());
  const std::size_t at = pieces_.size();
  Found found{0, needs_header(header)};
  if ((header.identifier & kConstructed) != 0) {
    RAKKAN_TRY(found, constructed(header, depth));
  } else {
    rest_ = rest_.subspan(header.length);
    if (found.changed) {
      RAKKAN_CHECK(push({{}, header.identifier, header.length, true}));
      RAKKAN_CHECK(push({from.subspan(from.size() - rest_.size() - header.length, header.length)}));
      found.size = header_size(header.length) + header.length;
    }
  }
  if (!found.changed) {
    pieces_.resize(at);
    found.size = from.size() - rest_.size();
    RAKKAN_CHECK(push({from.first(found.size)}));
  }
  return found;
}

Result<Conversion::Found> Conversion::constructed(const Header& header, unsigned depth) {
  const std::size_t at = pieces_.size();
  RAKKAN_CHECK(push({{}, header.identifier, 0, true}));
  std::size_t content = 0;
  bool changed = needs_header(header);
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
    RAKKAN_TRY(const Header piece, next_header());
    if (piece.identifier == kOctetStringInPieces) {
      RAKKAN_TRY(const std::size_t inner, string_pieces(piece, depth + 1));
      size += inner;
      return {};
    }
    if (piece.identifier != kOctetString) {
      return malformed("an OCTET STRING with a piece of another type");
    }
    RAKKAN_CHECK(push({rest_.first(piece.length)}));
    rest_ = rest_.subspan(piece.length);
    size += piece.length;
    return {};
  };
  RAKKAN_CHECK(each_inside(header, read));
  return size;
}

// Bytes that follow each other in the input are one piece: what needs no change takes no memory.
Result<void> Conversion::push(const Piece& piece) {
  if (!piece.is_header && !pieces_.empty() && !pieces_.back().is_header) {
    const ByteView last = pieces_.back().bytes;
    if (last.data() + last.size() == piece.bytes.data()) {
      pieces_.back().bytes = {last.data(), last.size() + piece.bytes.size()};
      return {};
    }
  }
  if (pieces_.size() == kMaxPieces) {
    return malformed("too many elements and pieces");
  }
  pieces_.push_back(piece);
  return {};
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

// Every element, with a bound on the depth.
bool every_level_has_der_form(Reader reader, unsigned depth) {
  while (!reader.at_end()) {
    Reader again = reader;
    const auto element = reader.any();
    if (!element || depth > Reader::kMaxDepth) {
      return false;
    }
    if ((static_cast<Byte>(element->tag) & kConstructed) != 0) {
      if (!every_level_has_der_form(Reader(element->content), depth + 1)) {
        return false;
      }
    } else if ((element->tag == Tag::integer && !again.integer()) ||
               (element->tag == Tag::boolean && !again.boolean())) {
      return false;
    }
  }
  return true;
}

}  // namespace

Result<Bytes> from_ber(ByteView ber) {
  RAKKAN_TRY(BerPrefix prefix, from_ber_prefix(ber, {}));
  if (prefix.size != ber.size()) {
    return malformed_at(prefix.size, "octets after the element");
  }
  return std::move(prefix.der);
}

Result<BerPrefix> from_ber_prefix(ByteView input, const BerOptions& options) {
  if (input.size() > options.max_size) {
    return fail(ErrorCode::malformed_der, "longer than " + std::to_string(options.max_size) + " bytes");
  }
  return Conversion(input, options.minimal_lengths).run();
}

Result<BerElement> take_ber(ByteView& rest) {
  const ByteView from = rest;
  RAKKAN_TRY(const Header header, read_header(rest, from.data()));
  const ByteView inside = rest;
  std::size_t end = header.length;  // of the content
  if (!header.indefinite) {
    rest = rest.subspan(header.length);
  } else {
    // Elements of indefinite length are gone through, others passed over, until the outermost one ends.
    for (unsigned open = 1; open != 0;) {
      if (at_end_of_contents(rest)) {
        end = inside.size() - rest.size();
        rest = rest.subspan(kEndOfContents);
        --open;
        continue;
      }
      RAKKAN_TRY(const Header inner, read_header(rest, from.data()));
      if (!inner.indefinite) {
        rest = rest.subspan(inner.length);
      } else if (++open > Reader::kMaxDepth) {
        return malformed_at(static_cast<std::size_t>(rest.data() - from.data()), "nested too deeply");
      }
    }
  }
  return BerElement{static_cast<Tag>(header.identifier), inside.first(end), from.first(from.size() - rest.size())};
}

bool has_der_form(ByteView elements) { return every_level_has_der_form(Reader(elements), 0); }

}  // namespace rakkan::der
