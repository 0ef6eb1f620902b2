// ObjectStream is an object stream (ISO 32000-2 §7.5.7), inflated once; the objects in it are parsed when they are
// asked for.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pdf/object.hpp"

namespace rakkan::pdf {

class ObjectStream {
 public:
  // Reads the stream's header. `stream` is the stream's dictionary, `data` its decoded bytes. /N and /First must be
  // direct. Fails with pdf_malformed.
  [[nodiscard]] static Result<ObjectStream> read(const Object& stream, Bytes data);

  // The object at `index`, which views this stream. Fails with pdf_malformed when the header has another number there.
  [[nodiscard]] Result<std::unique_ptr<Object>> object(std::uint32_t number, std::uint32_t index,
                                                       unsigned max_depth) const;

  [[nodiscard]] bool holds(std::uint32_t number, std::uint32_t index) const noexcept {
    return index < rows_.size() && rows_[index].number == number;
  }
  // The first index with that number.
  [[nodiscard]] std::optional<std::uint32_t> index_of(std::uint32_t number) const noexcept;

  // The number of objects in the stream.
  [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }

 private:
  struct Row {
    std::uint32_t number;
    std::uint64_t offset;  // in data_
  };
  std::uint32_t number_ = 0;
  Bytes data_;
  std::vector<Row> rows_;
};

}  // namespace rakkan::pdf
