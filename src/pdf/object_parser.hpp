// ObjectParser reads one value, or one framed object, into an Object (ISO 32000-2 §7.3). It works iteratively, so that
// depth costs no stack.
#pragma once

#include <vector>

#include "rakkan/pdf/lexer.hpp"
#include "rakkan/pdf/object.hpp"

namespace rakkan::pdf {

class ObjectParser {
 public:
  ObjectParser(ByteView source, std::uint64_t offset, unsigned max_depth);

  [[nodiscard]] Result<std::unique_ptr<Object>> framed();
  [[nodiscard]] Result<std::unique_ptr<Object>> bare(Reference id, Location location);

 private:
  [[nodiscard]] Result<void> value();
  [[nodiscard]] Result<void> step(const Token& token);
  [[nodiscard]] Result<void> open(const Token& token, Kind kind);
  [[nodiscard]] Result<void> close(const Token& token, Kind kind);
  [[nodiscard]] Result<void> keyword(const Token& token);
  [[nodiscard]] Result<void> collapse_reference(const Token& token);
  [[nodiscard]] Result<void> check_dictionary(std::uint32_t node) const;
  [[nodiscard]] Result<void> leaf(const Token& token, Kind kind);
  [[nodiscard]] Result<void> stream_start();
  [[nodiscard]] tl::unexpected<Error> malformed(const Token& token, std::string what) const;

  Lexer lexer_;
  unsigned max_depth_;
  std::unique_ptr<Object> object_;
  std::vector<std::uint32_t> open_;  // the containers around the current place
  unsigned integers_ = 0;            // the number of integers at the end of the current container so far
};

}  // namespace rakkan::pdf
