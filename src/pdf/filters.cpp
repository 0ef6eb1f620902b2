#include "pdf/filters.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "pdf/characters.hpp"
#include "pdf/predictor.hpp"
#include "rakkan/pdf/lexer.hpp"

namespace rakkan::pdf {
namespace {

tl::unexpected<Error> too_large() { return fail(ErrorCode::pdf_limit_exceeded, "streams inflate to too many bytes"); }

// Inflater owns zlib's state, which its destructor ends.
class Inflater {
 public:
  Inflater() { ready_ = inflateInit(&stream) == Z_OK; }
  ~Inflater() {
    if (ready_) {
      inflateEnd(&stream);
    }
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  [[nodiscard]] bool ready() const noexcept { return ready_; }

  z_stream stream{};

 private:
  bool ready_ = false;
};

// Flate (§7.4.4, RFC 1950). The stream must end; bytes after its end are ignored, as every reader does.
Result<Bytes> inflate_bytes(ByteView data, std::size_t max_output, MemoryUse& memory) {
  if (data.size() > std::numeric_limits<uInt>::max()) {
    return too_large();
  }
  Inflater inflater;
  if (!inflater.ready()) {
    return fail(ErrorCode::internal, "zlib cannot start");
  }
  inflater.stream.next_in = const_cast<Bytef*>(data.data());  // zlib does not write to its input
  inflater.stream.avail_in = static_cast<uInt>(data.size());
  Bytes out;
  std::size_t produced = 0;
  while (true) {
    if (produced == out.size()) {
      if (produced >= max_output) {
        return too_large();
      }
      const std::size_t wanted = out.empty() ? std::max<std::size_t>(data.size() * 4, 256) : out.size() * 2;
      const std::size_t size = std::min({wanted, max_output, std::size_t{1} << 30});
      RAKKAN_CHECK(memory.reach(memory.used() + size));
      out.resize(size);
    }
    const std::size_t room = out.size() - produced;
    inflater.stream.next_out = out.data() + produced;
    inflater.stream.avail_out = static_cast<uInt>(room);
    const int status = inflate(&inflater.stream, Z_NO_FLUSH);
    produced += room - inflater.stream.avail_out;
    if (status == Z_STREAM_END) {
      out.resize(produced);
      return out;
    }
    if (status != Z_OK || (inflater.stream.avail_in == 0 && inflater.stream.avail_out != 0)) {
      return fail(ErrorCode::pdf_malformed, "a Flate stream is damaged");
    }
  }
}

Result<Bytes> ascii_hex(ByteView data) {
  Bytes out;
  out.reserve(data.size() / 2);
  bool half = false;
  for (const Byte byte : data) {
    if (byte == '>') {
      return out;
    }
    if (const auto digit = hex_value(static_cast<char>(byte))) {
      if (half) {
        out.back() = static_cast<Byte>(out.back() | *digit);
      } else {
        out.push_back(static_cast<Byte>(*digit << 4));
      }
      half = !half;
    } else if (!is_white_space(byte)) {
      return fail(ErrorCode::pdf_malformed, "an ASCIIHex stream is damaged");
    }
  }
  return out;
}

Result<Bytes> ascii85(ByteView data) {
  const auto damaged = [] { return fail(ErrorCode::pdf_malformed, "an ASCII85 stream is damaged"); };
  Bytes out;
  std::array<std::uint32_t, 5> group{};
  std::size_t filled = 0;
  // §7.4.3: n digits of a last, partial group make n - 1 bytes.
  const auto flush = [&]() -> bool {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < group.size(); ++i) {
      value = value * 85 + (i < filled ? group[i] : 84);
    }
    for (std::size_t i = 0; i + 1 < filled; ++i) {
      out.push_back(static_cast<Byte>(value >> (24 - 8 * i)));
    }
    filled = 0;
    return value <= 0xffff'ffff;
  };
  for (const Byte byte : data) {
    if (byte == '~') {
      break;
    }
    if (is_white_space(byte)) {
      continue;
    }
    if (byte == 'z' && filled == 0) {
      out.insert(out.end(), 4, Byte{0});
      continue;
    }
    if (byte < '!' || byte > 'u') {
      return damaged();
    }
    group.at(filled++) = static_cast<std::uint32_t>(byte - '!');
    if (filled == group.size() && !flush()) {
      return damaged();
    }
  }
  if (filled == 1 || (filled > 1 && !flush())) {
    return damaged();
  }
  return out;
}

Result<Bytes> run_length(ByteView data, std::size_t max_output, MemoryUse& memory) {
  Bytes out;
  for (std::size_t at = 0; at < data.size();) {
    const Byte length = data[at++];
    if (length == 128) {
      return out;
    }
    if (length < 128) {
      const std::size_t count = std::size_t{length} + 1;
      if (count > data.size() - at) {
        return fail(ErrorCode::pdf_malformed, "a RunLength stream is damaged");
      }
      append(out, data.subspan(at, count));
      at += count;
    } else {
      if (at == data.size()) {
        return fail(ErrorCode::pdf_malformed, "a RunLength stream is damaged");
      }
      out.insert(out.end(), std::size_t{257} - length, data[at++]);
    }
    if (out.size() > max_output) {
      return too_large();
    }
    RAKKAN_CHECK(memory.reach(memory.used() + out.size()));
  }
  return out;
}

// LzwDecoder decodes LZW (§7.4.4.2): codes of 9 to 12 bits, 256 clears the table, 257 ends the data.
class LzwDecoder {
 public:
  LzwDecoder(ByteView data, bool early_change, std::size_t max_output, MemoryUse& memory)
      : data_(data), early_(early_change ? 1 : 0), max_output_(max_output), memory_(memory) {}

  Result<Bytes> decode() {
    while (const auto code = next_code()) {
      if (*code == kEnd) {
        return std::move(out_);
      }
      if (*code == kClear) {
        size_ = kFirst;
        has_previous_ = false;
        continue;
      }
      if (!emit(*code)) {
        return fail(ErrorCode::pdf_malformed, "an LZW stream is damaged");
      }
      if (out_.size() > max_output_) {
        return too_large();
      }
      RAKKAN_CHECK(memory_.reach(memory_.used() + out_.size()));
    }
    return std::move(out_);
  }

 private:
  static constexpr unsigned kClear = 256;
  static constexpr unsigned kEnd = 257;
  static constexpr unsigned kFirst = 258;
  // Word is the text of a code as a piece of the output: its position and its length.
  struct Word {
    std::size_t begin;
    std::size_t length;
  };

  std::optional<unsigned> next_code() noexcept {
    const unsigned next = size_ + early_;
    const unsigned width = next >= 2048 ? 12 : next >= 1024 ? 11 : next >= 512 ? 10 : 9;
    while (bits_ < width) {
      if (at_ == data_.size()) {
        return std::nullopt;
      }
      buffer_ = (buffer_ << 8 | data_[at_++]) & 0xff'ffff;
      bits_ += 8;
    }
    bits_ -= width;
    return (buffer_ >> bits_) & ((1U << width) - 1);
  }

  bool emit(unsigned code) {
    const std::size_t begin = out_.size();
    if (code < 256) {
      out_.push_back(static_cast<Byte>(code));
    } else {
      const bool just_made = code == size_ && has_previous_;
      if (code >= size_ && !just_made) {
        return false;
      }
      const Word word = just_made ? Word{previous_.begin, previous_.length + 1} : words_.at(code - kFirst);
      if (out_.capacity() - out_.size() < word.length) {
        out_.reserve(2 * out_.capacity() + word.length);  // growing by one word alone would copy everything for each
      }
      for (std::size_t i = 0; i < word.length; ++i) {
        out_.push_back(out_[word.begin + i]);
      }
    }
    if (has_previous_ && size_ < 4096) {
      words_.at(size_ - kFirst) = {previous_.begin, previous_.length + 1};
      ++size_;
    }
    previous_ = {begin, out_.size() - begin};
    has_previous_ = true;
    return true;
  }

  ByteView data_;
  unsigned early_;
  std::size_t max_output_;
  MemoryUse& memory_;
  Bytes out_;
  std::array<Word, 4096 - kFirst> words_{};
  unsigned size_ = kFirst;
  Word previous_{0, 0};
  bool has_previous_ = false;
  std::size_t at_ = 0;
  std::uint32_t buffer_ = 0;
  unsigned bits_ = 0;
};

}  // namespace

std::optional<Filter> filter_from_name(std::string_view name) noexcept {
  struct Row {
    std::string_view name;
    std::string_view abbreviation;
    Filter filter;
  };
  static constexpr std::array<Row, 5> kRows = {
      Row{"FlateDecode", "Fl", Filter::flate}, Row{"LZWDecode", "LZW", Filter::lzw},
      Row{"ASCIIHexDecode", "AHx", Filter::ascii_hex}, Row{"ASCII85Decode", "A85", Filter::ascii85},
      Row{"RunLengthDecode", "RL", Filter::run_length}};
  for (const Row& row : kRows) {
    if (row.name == name || row.abbreviation == name) {
      return row.filter;
    }
  }
  return std::nullopt;
}

Result<Bytes> apply_filter(Filter filter, ByteView data, const FilterParameters& parameters, std::size_t max_output,
                           MemoryUse& memory) {
  switch (filter) {
    case Filter::flate: {
      RAKKAN_TRY(Bytes inflated, inflate_bytes(data, max_output, memory));
      return undo_predictor(std::move(inflated), parameters);
    }
    case Filter::lzw: {
      RAKKAN_TRY(Bytes decoded, LzwDecoder(data, parameters.early_change != 0, max_output, memory).decode());
      return undo_predictor(std::move(decoded), parameters);
    }
    case Filter::ascii_hex:
      return ascii_hex(data);
    case Filter::ascii85:
      return data.size() > max_output ? too_large() : ascii85(data);
    case Filter::run_length:
      return run_length(data, max_output, memory);
  }
  return fail(ErrorCode::internal, "a filter without its row");
}

}  // namespace rakkan::pdf
