#include "rakkan/json/reader.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <new>
#include <set>
#include <utility>

#include "rakkan/base/wiped_stack.hpp"

namespace rakkan::json {
namespace {

namespace json = boost::json;

// WipingMemory overwrites memory that the library gives back. The library asks for a key's memory with one alignment
// and gives it back with another; neither is above the alignment of every allocation.
class WipingMemory final : public json::memory_resource {
 private:
  void* do_allocate(std::size_t size, std::size_t alignment) override {
    if (alignment > __STDCPP_DEFAULT_NEW_ALIGNMENT__) {
      throw std::bad_alloc();
    }
    return ::operator new(size);
  }
  void do_deallocate(void* memory, std::size_t size, std::size_t /*alignment*/) override {
    secure_wipe({static_cast<Byte*>(memory), size});
    ::operator delete(memory);
  }
  bool do_is_equal(const json::memory_resource& other) const noexcept override { return this == &other; }
};

// MemberCounter counts the members of a text, which reveals repeated ones: Boost.JSON keeps the last of two members
// with one name. It also finds numbers that are no integers of 64 bits, which Boost.JSON rounds: a record would not
// have the number that was handed in.
struct MemberCounter {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using Code = boost::system::error_code;

  std::size_t members = 0;
  bool rounded = false;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) { return true; }
  bool on_object_end(std::size_t, Code&) { return true; }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t, Code&) { return true; }
  bool on_key_part(json::string_view, std::size_t, Code&) { return true; }
  bool on_key(json::string_view, std::size_t, Code&) {
    ++members;
    return true;
  }
  bool on_string_part(json::string_view, std::size_t, Code&) { return true; }
  bool on_string(json::string_view, std::size_t, Code&) { return true; }
  bool on_number_part(json::string_view, Code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, Code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, Code&) { return true; }
  bool on_double(double, json::string_view, Code&) {
    rounded = true;
    return true;
  }
  bool on_bool(bool, Code&) { return true; }
  bool on_null(Code&) { return true; }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }
};

std::string shown(std::string_view name);

// FaultFinder finds the position of the first member that its object has already, or of the first number that is no
// integer of 64 bits, in a second reading of a text that is refused anyway.
struct FaultFinder {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using Code = boost::system::error_code;

  struct Level {
    bool is_array = false;
    std::size_t elements = 0;
    std::set<std::string> names = {};  // a set, since there may be too many for comparing them one by one
    std::string last = {};             // the last name
  };
  std::vector<Level> levels;
  std::string name;   // the next member's name, as far as it was read
  std::string where;  // place of the fault
  std::string_view what;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) { return begin({}); }
  bool on_object_end(std::size_t, Code&) { return end(); }
  bool on_array_begin(Code&) { return begin({true}); }
  bool on_array_end(std::size_t, Code&) { return end(); }
  bool on_key_part(json::string_view part, std::size_t, Code&) {
    name.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, Code& code) {
    name.append(part.data(), part.size());
    Level& object = levels.back();
    object.last = std::exchange(name, {});
    return object.names.insert(object.last).second || stop("occurs twice", code);
  }
  bool on_string_part(json::string_view, std::size_t, Code&) { return true; }
  bool on_string(json::string_view, std::size_t, Code&) { return value(); }
  bool on_number_part(json::string_view, Code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, Code&) { return value(); }
  bool on_uint64(std::uint64_t, json::string_view, Code&) { return value(); }
  bool on_double(double, json::string_view, Code& code) {
    value();
    return stop("must be an integer of at most 64 bits", code);
  }
  bool on_bool(bool, Code&) { return value(); }
  bool on_null(Code&) { return value(); }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }

 private:
  bool value() {
    if (!levels.empty()) {
      ++levels.back().elements;
    }
    return true;
  }
  bool begin(Level level) {
    value();
    levels.push_back(std::move(level));
    return true;
  }
  bool end() {
    levels.pop_back();
    return true;
  }
  bool stop(std::string_view fault, Code& code) {
    what = fault;
    for (const Level& level : levels) {
      if (level.is_array) {
        where += "[" + std::to_string(level.elements - 1) + "]";
      } else {
        where.append(where.empty() ? "" : ".").append(shown(level.last));
      }
    }
    code = json::make_error_code(json::error::exception);
    return false;
  }
};

std::size_t members_of(const json::value& value) {
  std::size_t members = 0;
  if (const auto* object = value.if_object()) {
    members = object->size();
    for (const auto& member : *object) {
      members += members_of(member.value());
    }
  }
  if (const auto* array = value.if_array()) {
    for (const auto& element : *array) {
      members += members_of(element);
    }
  }
  return members;
}

bool is_control(unsigned char octet) noexcept { return octet < 0x20 || octet == 0x7F; }

// The text of a member, which must have 1 to `longest` bytes and no control characters.
Result<std::string_view> acceptable(const json::value& value, std::size_t longest, bool line_ends = false) {
  const auto* text = value.if_string();
  if (text == nullptr || text->empty() || text->size() > longest) {
    return fail(ErrorCode::invalid_argument, "must be a text of 1 to " + std::to_string(longest) + " bytes");
  }
  const bool controls = std::any_of(text->begin(), text->end(), [line_ends](char c) {
    return is_control(static_cast<unsigned char>(c)) && (!line_ends || c != '\n');
  });
  if (controls) {
    return fail(ErrorCode::invalid_argument, "holds control characters");
  }
  return std::string_view(text->data(), text->size());
}

const json::object& object_at(const void* object) noexcept { return *static_cast<const json::object*>(object); }
const json::value& value_at(const void* value) noexcept { return *static_cast<const json::value*>(value); }

std::string element_path(std::string_view name, std::size_t index) {
  return std::string(name) + "[" + std::to_string(index) + "]";
}

// The name of an unknown member for an error: shortened, and without odd characters, since the sender chose it freely.
std::string shown(std::string_view name) {
  constexpr std::size_t kLongest = 64;
  std::size_t size = std::min(name.size(), kLongest);
  while (size < name.size() && size > 0 && (static_cast<unsigned char>(name[size]) & 0xC0U) == 0x80) {
    --size;  // a character of several octets is not cut
  }
  std::string text(name.substr(0, size));
  std::replace_if(text.begin(), text.end(), [](char c) { return is_control(static_cast<unsigned char>(c)); }, '?');
  return size < name.size() ? text + "..." : text;
}

}  // namespace

bool Members::has(std::string_view name) {
  know(name);
  return object_at(object_).if_contains(name) != nullptr;
}

void Members::know(std::string_view name) {
  if (std::find(known_.begin(), known_.end(), name) == known_.end()) {
    known_.push_back(name);
  }
}

std::string Members::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

tl::unexpected<Error> Members::wrong(std::string_view name, std::string what) const {
  return fail(code_, std::move(what), path_of(name));
}

tl::unexpected<Error> Members::not_among(std::string_view name, std::vector<std::string> allowed) const {
  return fail(rakkan::not_among(code_, std::move(allowed), path_of(name)));
}

Result<const void*> Members::member(std::string_view name) {
  know(name);
  const json::value* value = object_at(object_).if_contains(name);
  if (value == nullptr) {
    return wrong(name, "is missing");
  }
  read_.push_back(name);
  return value;
}

Result<std::string> Members::text(std::string_view name, std::size_t longest) {
  RAKKAN_TRY(const void* value, member(name));
  const auto text = acceptable(value_at(value), longest);
  if (!text) {
    return wrong(name, text.error().detail);
  }
  return std::string(*text);
}

Result<std::string> Members::lines(std::string_view name, std::size_t longest) {
  RAKKAN_TRY(const void* value, member(name));
  const auto text = acceptable(value_at(value), longest, true);
  if (!text) {
    return wrong(name, text.error().detail);
  }
  return std::string(*text);
}

Result<SecureBytes> Members::secret(std::string_view name, std::size_t longest) {
  RAKKAN_TRY(const void* value, member(name));
  const auto text = acceptable(value_at(value), longest);
  if (!text) {
    return wrong(name, text.error().detail);
  }
  return SecureBytes(bytes_of(*text));
}

Result<std::int64_t> Members::integer(std::string_view name, std::int64_t least, std::int64_t most) {
  RAKKAN_TRY(const void* value, member(name));
  const std::int64_t* number = value_at(value).if_int64();
  if (number == nullptr || *number < least || *number > most) {
    return wrong(name, "must be an integer, " + std::to_string(least) + " to " + std::to_string(most));
  }
  return *number;
}

Result<bool> Members::flag(std::string_view name) {
  RAKKAN_TRY(const void* value, member(name));
  const bool* flag = value_at(value).if_bool();
  if (flag == nullptr) {
    return wrong(name, "must be true or false");
  }
  return *flag;
}

Result<Members> Members::object(std::string_view name) {
  RAKKAN_TRY(const void* value, member(name));
  const json::object* object = value_at(value).if_object();
  if (object == nullptr) {
    return wrong(name, "must be an object");
  }
  return Members(object, path_of(name), code_);
}

Result<std::vector<std::string>> Members::texts(std::string_view name, std::size_t most, std::size_t longest) {
  RAKKAN_TRY(const void* value, member(name));
  const json::array* array = value_at(value).if_array();
  if (array == nullptr || array->empty() || array->size() > most) {
    return wrong(name, "must be an array of 1 to " + std::to_string(most) + " texts");
  }
  std::vector<std::string> texts;
  texts.reserve(array->size());
  for (const json::value& element : *array) {
    const auto text = acceptable(element, longest);
    if (!text) {
      return wrong(element_path(name, texts.size()), text.error().detail);
    }
    texts.emplace_back(*text);
  }
  return texts;
}

Result<std::vector<Members>> Members::objects(std::string_view name, std::size_t most) {
  RAKKAN_TRY(const void* value, member(name));
  const json::array* array = value_at(value).if_array();
  if (array == nullptr || array->empty() || array->size() > most) {
    return wrong(name, "must be an array of 1 to " + std::to_string(most) + " objects");
  }
  std::vector<Members> objects;
  objects.reserve(array->size());
  for (const json::value& element : *array) {
    const std::string path = element_path(name, objects.size());
    const json::object* object = element.if_object();
    if (object == nullptr) {
      return wrong(path, "must be an object");
    }
    objects.push_back(Members(object, path_of(path), code_));
  }
  return objects;
}

Result<std::optional<std::string>> Members::optional_text(std::string_view name, std::size_t longest) {
  if (!has(name)) {
    return std::nullopt;
  }
  return text(name, longest);
}

Result<std::optional<SecureBytes>> Members::optional_secret(std::string_view name, std::size_t longest) {
  if (!has(name)) {
    return std::nullopt;
  }
  RAKKAN_TRY(SecureBytes value, secret(name, longest));
  return std::optional<SecureBytes>(std::move(value));
}

Result<void> Members::done() const {
  for (const auto& member : object_at(object_)) {
    const std::string_view name(member.key().data(), member.key().size());
    if (std::find(read_.begin(), read_.end(), name) == read_.end()) {
      Error error{code_, "is unknown", path_of(shown(name)), std::nullopt, {}};
      error.allowed.assign(known_.begin(), known_.end());
      return fail(std::move(error));
    }
  }
  return {};
}

std::string Members::to_json() const { return json::serialize(object_at(object_)); }

// FirstRoom is memory for a usual request, which its destructor wipes.
class FirstRoom {
 public:
  FirstRoom() = default;
  ~FirstRoom() { secure_wipe(room_); }
  FirstRoom(const FirstRoom&) = delete;
  FirstRoom& operator=(const FirstRoom&) = delete;
  [[nodiscard]] unsigned char* data() noexcept { return room_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return room_.size(); }

 private:
  std::array<Byte, 4'096> room_;
};

struct Document::Impl {
  // The order matters: each member outlives those that are in its memory.
  FirstRoom room;
  WipingMemory memory;
  json::monotonic_resource arena{room.data(), room.size(), json::storage_ptr(&memory)};
  std::optional<json::value> root;
  ErrorCode code{};
};

Document::Document(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

namespace {

tl::unexpected<Error> not_json(ErrorCode code, const boost::system::error_code& why, std::size_t offset) {
  Error error{code, "not JSON: " + why.message(), {}, std::nullopt, {}};
  error.offset = offset;
  return fail(std::move(error));
}

tl::unexpected<Error> fault_of(ErrorCode code, std::string_view text, const json::parse_options& options) {
  json::basic_parser<FaultFinder> finder(options);
  boost::system::error_code stopped;
  finder.write_some(false, text.data(), text.size(), stopped);
  FaultFinder& found = finder.handler();
  return fail(code, found.what.empty() ? "a member occurs twice" : std::string(found.what), std::move(found.where));
}

}  // namespace

Result<Document> Document::parse(std::string_view text, const Codes& codes, const Limits& limits) {
  const WipedStack after;
  return parse_text(text, codes, limits);
}

Result<Document> Document::parse_text(std::string_view text, const Codes& codes, const Limits& limits) {
  if (text.size() > limits.bytes) {
    return fail(codes.value, "JSON of more than " + std::to_string(limits.bytes) + " bytes");
  }
  json::parse_options options;
  options.max_depth = limits.depth;
  auto impl = std::make_unique<Impl>();
  impl->code = codes.value;
  FirstRoom room;
  json::parser parser(json::storage_ptr(&impl->memory), options, room.data(), room.size());
  boost::system::error_code error;
  parser.reset(json::storage_ptr(&impl->arena));
  const std::size_t taken = parser.write(text.data(), text.size(), error);
  if (error) {
    return not_json(codes.syntax, error, taken);
  }
  const json::value& parsed = impl->root.emplace(parser.release());
  if (!parsed.is_object()) {
    return fail(codes.value, "must be a JSON object");
  }
  json::basic_parser<MemberCounter> counter(options);
  counter.write_some(false, text.data(), text.size(), error);
  if (error || counter.handler().rounded || counter.handler().members != members_of(parsed)) {
    return fault_of(codes.value, text, options);
  }
  return Document(std::move(impl));
}

Members Document::root() const { return Members(&impl_->root->as_object(), {}, impl_->code); }

}  // namespace rakkan::json
