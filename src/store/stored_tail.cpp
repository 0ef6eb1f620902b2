#include "store/stored_tail.hpp"

#include <algorithm>
#include <limits>

#include "rakkan/base/hex.hpp"

namespace rakkan::store {
namespace {

using Form = CertificateStretch::Form;

constexpr std::uint64_t kMaxSize = std::uint64_t{1} << 31;  // of a tail; SQLite's values are smaller

tl::unexpected<Error> corrupt(std::string what) { return fail(ErrorCode::store_corrupt, std::move(what), "tail"); }

std::size_t width(Form form, std::size_t size) noexcept { return form == Form::hex ? 2 * size : size; }

void append_integer(Bytes& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) {
    to.push_back(static_cast<Byte>(value | 0x80));
  }
  to.push_back(static_cast<Byte>(value));
}

Result<std::uint64_t> take_integer(ByteView& from) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (from.empty()) {
      return corrupt("a stored tail ends in its head");
    }
    const Byte octet = from.front();
    from = from.subspan(1);
    if (shift == 63 && octet > 1) {
      break;
    }
    value |= std::uint64_t{octet & 0x7FU} << shift;
    if (octet < 0x80) {
      return value;
    }
  }
  return corrupt("a number in a stored tail is too large");
}

struct Reference {
  std::uint64_t gap = 0;
  std::uint64_t number = 0;
  Form form{};
};

struct Head {
  std::uint64_t size = 0;
  std::vector<Reference> references;
};

// Leaves the tail's own bytes in `stored`.
Result<Head> take_head(ByteView& stored) {
  Head head;
  RAKKAN_TRY(head.size, take_integer(stored));
  RAKKAN_TRY(const std::uint64_t count, take_integer(stored));
  if (head.size > kMaxSize || count > stored.size() / 2) {
    return corrupt("the head of a stored tail does not fit it");
  }
  head.references.reserve(static_cast<std::size_t>(count));
  while (head.references.size() < count) {
    RAKKAN_TRY(const std::uint64_t gap, take_integer(stored));
    RAKKAN_TRY(const std::uint64_t reference, take_integer(stored));
    head.references.push_back({gap, reference >> 1, (reference & 1) != 0 ? Form::hex : Form::der});
  }
  return head;
}

}  // namespace

std::uint64_t end_of(const CertificateStretch& stretch) noexcept {
  return stretch.at + width(stretch.form, stretch.certificate->der.size());
}

bool stands_in(ByteView tail, const CertificateStretch& stretch) noexcept {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const ByteView der = stretch.certificate->der;
  const std::size_t size = width(stretch.form, der.size());
  if (der.empty() || stretch.at > tail.size() || size > tail.size() - stretch.at) {
    return false;
  }
  const ByteView there = tail.subspan(static_cast<std::size_t>(stretch.at), size);
  if (stretch.form == Form::der) {
    return equal(there, der);
  }
  for (std::size_t i = 0; i < der.size(); ++i) {
    if (there[2 * i] != static_cast<Byte>(kDigits[der[i] >> 4]) ||
        there[2 * i + 1] != static_cast<Byte>(kDigits[der[i] & 0xF])) {
      return false;
    }
  }
  return true;
}

Bytes encode_tail(ByteView tail, const std::vector<StretchReference>& stretches) {
  Bytes stored;
  std::size_t shared = 0;
  for (const StretchReference& one : stretches) {
    shared += width(one.stretch.form, one.stretch.certificate->der.size());
  }
  stored.reserve(tail.size() - shared + 16 + 12 * stretches.size());
  append_integer(stored, tail.size());
  append_integer(stored, stretches.size());
  std::uint64_t end = 0;
  for (const auto& [stretch, number] : stretches) {
    append_integer(stored, stretch.at - end);
    append_integer(stored, 2 * number + (stretch.form == Form::hex ? 1 : 0));
    end = end_of(stretch);
  }
  std::size_t from = 0;
  for (const auto& [stretch, number] : stretches) {
    const auto at = static_cast<std::size_t>(stretch.at);
    append(stored, tail.subspan(from, at - from));
    from = static_cast<std::size_t>(end_of(stretch));
  }
  append(stored, tail.subspan(from));
  return stored;
}

Result<Bytes> decode_tail(ByteView stored, const CertificateReader& certificate) {
  RAKKAN_TRY(const Head head, take_head(stored));
  Bytes tail;
  tail.reserve(stored.size());
  for (const Reference& one : head.references) {
    if (one.gap > stored.size()) {
      return corrupt("a stored tail is shorter than its head says");
    }
    append(tail, stored.first(static_cast<std::size_t>(one.gap)));
    stored = stored.subspan(static_cast<std::size_t>(one.gap));
    RAKKAN_TRY(const Bytes der, certificate(one.number));
    if (one.form == Form::hex) {
      append(tail, std::string_view(to_hex(der)));
    } else {
      append(tail, der);
    }
  }
  append(tail, stored);
  if (tail.size() != head.size) {
    return corrupt("a stored tail does not have the size that it says");
  }
  return tail;
}

Result<std::vector<std::uint64_t>> certificates_of(ByteView stored) {
  RAKKAN_TRY(const Head head, take_head(stored));
  std::vector<std::uint64_t> numbers;
  numbers.reserve(head.references.size());
  for (const Reference& one : head.references) {
    numbers.push_back(one.number);
  }
  return numbers;
}

}  // namespace rakkan::store
