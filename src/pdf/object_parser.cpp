#include "pdf/object_parser.hpp"

#include <algorithm>
#include <limits>

namespace rakkan::pdf {
namespace {

constexpr std::size_t kMaxValues = 4'000'000;  // in one object
constexpr std::int64_t kMaxObjectNumber = 0xffff'fffe;
constexpr std::int64_t kMaxGeneration = 65'535;  // §7.5.4

std::string at_offset(std::uint64_t offset) { return "offset " + std::to_string(offset); }

}  // namespace

Result<std::unique_ptr<Object>> Object::parse_object(ByteView source, std::uint64_t offset, unsigned max_depth) {
  return ObjectParser(source, offset, max_depth).framed();
}

Result<std::unique_ptr<Object>> Object::parse_value(ByteView source, std::uint64_t offset, unsigned max_depth,
                                                    Reference id, Location location) {
  return ObjectParser(source, offset, max_depth).bare(id, location);
}

// A node holds offsets of 32 bits, so the input is read as if it ended 4 GiB behind the object's beginning.
ObjectParser::ObjectParser(ByteView source, std::uint64_t offset, unsigned max_depth)
    : lexer_(source.first(static_cast<std::size_t>(
                 std::min<std::uint64_t>(source.size(), offset + std::numeric_limits<std::uint32_t>::max()))),
             static_cast<std::size_t>(std::min<std::uint64_t>(source.size(), offset))),
      max_depth_(max_depth),
      object_(new Object) {
  object_->source_ = source;
  object_->origin_ = lexer_.position();
}

Result<std::unique_ptr<Object>> ObjectParser::framed() {
  const Token number = lexer_.next();
  const Token generation = lexer_.next();
  const Token keyword = lexer_.next();
  if (number.kind != TokenKind::integer || generation.kind != TokenKind::integer ||
      !lexer_.is_keyword(keyword, "obj")) {
    return malformed(number, "no object starts here");
  }
  if (number.integer < 1 || number.integer > kMaxObjectNumber || generation.integer < 0 ||
      generation.integer > kMaxGeneration) {
    return malformed(number, "object number or generation out of range");
  }
  object_->id_ = {static_cast<std::uint32_t>(number.integer), static_cast<std::uint32_t>(generation.integer)};
  object_->origin_ = number.begin;
  object_->location_.offset = number.begin;
  RAKKAN_CHECK(value());
  const Token end = lexer_.next();
  if (lexer_.is_keyword(end, "stream")) {
    if (!object_->value().is(Kind::dictionary)) {
      return malformed(end, "a stream without its dictionary");
    }
    RAKKAN_CHECK(stream_start());
  } else if (!lexer_.is_keyword(end, "endobj")) {
    return malformed(end, "endobj is missing");
  }
  object_->end_ = lexer_.position();
  return std::move(object_);
}

Result<std::unique_ptr<Object>> ObjectParser::bare(Reference id, Location location) {
  object_->id_ = id;
  object_->location_ = location;
  RAKKAN_CHECK(value());
  object_->end_ = lexer_.position();
  return std::move(object_);
}

// Skips the line end behind the keyword stream (§7.3.8.1: LF or CR LF). A CR alone is read too, as other readers do,
// unless data that begin with LF make it ambiguous.
Result<void> ObjectParser::stream_start() {
  const ByteView input = lexer_.input();
  std::size_t at = lexer_.position();
  if (at < input.size() && input[at] == '\r') {
    ++at;
    if (at < input.size() && input[at] == '\n') {
      ++at;
    }
  } else if (at < input.size() && input[at] == '\n') {
    ++at;
  } else {
    return fail(ErrorCode::pdf_malformed, "no line end after the stream keyword", at_offset(at));
  }
  lexer_.seek(at);
  object_->stream_offset_ = at;
  return {};
}

Result<void> ObjectParser::value() {
  do {
    const Token token = lexer_.next();
    RAKKAN_CHECK(step(token));
  } while (!open_.empty());
  // The whole object may be "12 0 R": only there can an integer on its own be the beginning of a reference.
  if (object_->nodes_.size() == 1 && object_->nodes_.front().kind == Kind::integer) {
    const std::size_t after = lexer_.position();
    const Token generation = lexer_.next();
    const Token keyword = lexer_.next();
    if (generation.kind == TokenKind::integer && lexer_.is_keyword(keyword, "R")) {
      RAKKAN_CHECK(leaf(generation, Kind::integer));
      RAKKAN_CHECK(collapse_reference(keyword));
    } else {
      lexer_.seek(after);
    }
  }
  return {};
}

Result<void> ObjectParser::step(const Token& token) {
  switch (token.kind) {
    case TokenKind::integer:
      return leaf(token, Kind::integer);
    case TokenKind::real:
      return leaf(token, Kind::real);
    case TokenKind::literal_string:
    case TokenKind::hex_string:
      return leaf(token, Kind::string);
    case TokenKind::name:
      return leaf(token, Kind::name);
    case TokenKind::array_open:
      return open(token, Kind::array);
    case TokenKind::dictionary_open:
      return open(token, Kind::dictionary);
    case TokenKind::array_close:
      return close(token, Kind::array);
    case TokenKind::dictionary_close:
      return close(token, Kind::dictionary);
    case TokenKind::keyword:
      return keyword(token);
    case TokenKind::end_of_input:
      return malformed(token, "the input ends inside an object");
    case TokenKind::invalid:
      return malformed(token, "a token that is no PDF syntax");
  }
  return malformed(token, "a token that is no PDF syntax");
}

Result<void> ObjectParser::leaf(const Token& token, Kind kind) {
  if (object_->nodes_.size() >= kMaxValues) {
    return fail(ErrorCode::pdf_limit_exceeded, "too many values in one object", at_offset(token.begin));
  }
  const auto position = static_cast<std::uint32_t>(object_->nodes_.size());
  object_->nodes_.push_back({.begin = static_cast<std::uint32_t>(token.begin - object_->origin_),
                             .end = static_cast<std::uint32_t>(token.end - object_->origin_),
                             .next = position + 1,
                             .kind = kind,
                             .flag = false,
                             .number = token.integer});
  integers_ = kind == Kind::integer ? integers_ + 1 : 0;
  return {};
}

Result<void> ObjectParser::open(const Token& token, Kind kind) {
  if (open_.size() >= max_depth_) {
    return fail(ErrorCode::pdf_limit_exceeded, "arrays and dictionaries are nested too deeply", at_offset(token.begin));
  }
  RAKKAN_CHECK(leaf(token, kind));
  open_.push_back(static_cast<std::uint32_t>(object_->nodes_.size() - 1));
  return {};
}

Result<void> ObjectParser::close(const Token& token, Kind kind) {
  if (open_.empty() || object_->nodes_[open_.back()].kind != kind) {
    return malformed(token, "a bracket that nothing opened");
  }
  const std::uint32_t node = open_.back();
  open_.pop_back();
  object_->nodes_[node].end = static_cast<std::uint32_t>(token.end - object_->origin_);
  object_->nodes_[node].next = static_cast<std::uint32_t>(object_->nodes_.size());
  integers_ = 0;
  return kind == Kind::dictionary ? check_dictionary(node) : Result<void>{};
}

// A dictionary has names and values in turn (§7.3.7).
Result<void> ObjectParser::check_dictionary(std::uint32_t node) const {
  const auto& nodes = object_->nodes_;
  std::uint32_t at = node + 1;
  while (at < nodes[node].next) {
    const std::uint32_t value = nodes[at].next;
    if (nodes[at].kind != Kind::name || value >= nodes[node].next) {
      return fail(ErrorCode::pdf_malformed, "a dictionary that is not made of keys and values",
                  at_offset(object_->origin_ + nodes[at].begin));
    }
    at = nodes[value].next;
  }
  return {};
}

Result<void> ObjectParser::keyword(const Token& token) {
  const std::string_view word = lexer_.text(token);
  if (word == "R") {
    return collapse_reference(token);
  }
  if (word == "null") {
    return leaf(token, Kind::null);
  }
  if (word == "true" || word == "false") {
    RAKKAN_CHECK(leaf(token, Kind::boolean));
    object_->nodes_.back().flag = word == "true";
    return {};
  }
  return malformed(token, "a keyword where a value should be");
}

// Makes a reference (§7.3.10) of two integers and R. The integers are the last two nodes, since nothing came between.
Result<void> ObjectParser::collapse_reference(const Token& token) {
  auto& nodes = object_->nodes_;
  if (integers_ < 2) {
    return malformed(token, "R without object number and generation");
  }
  const std::int64_t generation = nodes.back().number;
  nodes.pop_back();
  Object::Node& node = nodes.back();
  if (node.number < 0 || node.number > kMaxObjectNumber || generation < 0 || generation > kMaxGeneration) {
    return malformed(token, "a reference out of range");
  }
  node.kind = Kind::reference;
  node.number = static_cast<std::int64_t>((static_cast<std::uint64_t>(node.number) << 16) |
                                          static_cast<std::uint64_t>(generation));
  node.end = static_cast<std::uint32_t>(token.end - object_->origin_);
  integers_ = 0;
  return {};
}

tl::unexpected<Error> ObjectParser::malformed(const Token& token, std::string what) const {
  std::string where = at_offset(token.begin);
  if (object_ != nullptr && object_->id_.number != 0) {
    where =
        "object " + std::to_string(object_->id_.number) + " " + std::to_string(object_->id_.generation) + ", " + where;
  }
  return fail(ErrorCode::pdf_malformed, std::move(what), std::move(where));
}

}  // namespace rakkan::pdf
