// The values of PDF (ISO 32000-2 §7.3) with the bytes that spelled them.
//
// An Object is one indirect object, parsed once, and owned by its Document. A Value is a handle to a place in it: cheap
// to copy, valid while the Document lives. Nothing is decoded before it is asked for, so values that are not touched
// can be copied byte for byte into an update.
#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::pdf {

enum class Kind : std::uint8_t { null, boolean, integer, real, string, name, array, dictionary, reference };

struct Reference {
  std::uint32_t number = 0;
  std::uint32_t generation = 0;
  friend bool operator==(const Reference&, const Reference&) = default;
  friend auto operator<=>(const Reference&, const Reference&) = default;
};

class Decryption;
class Object;
class Elements;
class Entries;

class Value {
 public:
  // A null without a place in the document: the value of an absent key or an undefined object (§7.3.7, §7.3.10).
  Value() noexcept = default;

  // False for the null without a place.
  explicit operator bool() const noexcept { return object_ != nullptr; }
  [[nodiscard]] Kind kind() const noexcept;
  [[nodiscard]] bool is(Kind kind) const noexcept { return this->kind() == kind; }

  // The original spelling, first to last byte: "<<" to ">>", "12 0 R", "(text)".
  [[nodiscard]] ByteView bytes() const noexcept;
  // Position of its first byte (and one past its last) in the object's source: the file or an inflated object stream.
  [[nodiscard]] std::uint64_t offset() const noexcept;
  [[nodiscard]] std::uint64_t end_offset() const noexcept { return offset() + bytes().size(); }
  // The indirect object that it is in; null only for the null without a place.
  [[nodiscard]] const Object* object() const noexcept { return object_; }

  // Each of these answers for values of its kind; for other kinds with nothing.
  [[nodiscard]] std::optional<bool> boolean() const noexcept;
  [[nodiscard]] std::optional<std::int64_t> integer() const noexcept;
  [[nodiscard]] std::optional<double> number() const noexcept;  // integer or real
  [[nodiscard]] std::optional<Reference> reference() const noexcept;
  [[nodiscard]] std::optional<std::string> name() const;  // without '/', #-escapes decoded
  [[nodiscard]] std::optional<Bytes> string() const;      // literal and hexadecimal strings, decoded and decrypted
  [[nodiscard]] bool is_hex_string() const noexcept;      // "<…>" and not "(…)"
  [[nodiscard]] bool is_name(std::string_view name) const noexcept;

  // The number of elements of an array or entries of a dictionary; 0 for everything else.
  [[nodiscard]] std::size_t size() const noexcept;
  // A range over the elements of an array; empty for everything else.
  [[nodiscard]] Elements elements() const noexcept;
  // A range over the pairs {key, value} of a dictionary in the order of the file; empty for everything else.
  [[nodiscard]] Entries entries() const noexcept;
  // The value of the key in a dictionary, which may be a reference (see Document::resolve); of duplicate keys the last
  // one's.
  [[nodiscard]] Value find(std::string_view key) const noexcept;
  // How often the key occurs in a dictionary: when more than once, readers disagree on its value.
  [[nodiscard]] std::size_t count(std::string_view key) const noexcept;

  // Values are equal when they are the same place, not when they have the same content.
  friend bool operator==(const Value&, const Value&) noexcept = default;

 private:
  friend class Object;
  friend class Elements;
  friend class Entries;
  Value(const Object& object, std::uint32_t node) noexcept : object_(&object), node_(node) {}
  // The node that follows this value and everything in it.
  [[nodiscard]] std::uint32_t next() const noexcept;

  const Object* object_ = nullptr;
  std::uint32_t node_ = 0;
};

struct Entry {
  Value key;  // a name; key.bytes() is its original spelling
  Value value;
};

// Location is the place of an object in the file.
struct Location {
  std::uint64_t offset = 0;         // of "N G obj" in the file; of the value in the object stream
  std::uint32_t object_stream = 0;  // its number; 0: the object stands in the file itself
  std::uint32_t index = 0;          // in the object stream
};

class Object {
 public:
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  [[nodiscard]] Reference id() const noexcept { return id_; }
  [[nodiscard]] std::uint32_t number() const noexcept { return id_.number; }
  [[nodiscard]] std::uint32_t generation() const noexcept { return id_.generation; }
  [[nodiscard]] const Location& location() const noexcept { return location_; }
  [[nodiscard]] bool in_base() const noexcept { return location_.object_stream == 0; }
  [[nodiscard]] Value value() const noexcept { return nodes_.empty() ? Value{} : Value{*this, 0}; }
  // The object numbers from `lowest` on to which references in the object point.
  [[nodiscard]] std::vector<std::uint32_t> references_from(std::uint32_t lowest) const;
  // Strings of the object are decrypted when they are asked for, but for /Contents of signature dictionaries (§7.6.2).
  // The handler outlives the object; streams are decrypted by the Document.
  void decrypt_strings(const Decryption& decryption) noexcept;
  // True when stream data follow the dictionary; Document::stream_bytes and decoded_stream read them.
  [[nodiscard]] bool is_stream() const noexcept { return stream_offset_ != 0; }
  // Position of the first byte of stream data in the file; 0 when the object is no stream.
  [[nodiscard]] std::uint64_t stream_offset() const noexcept { return stream_offset_; }
  // How many values the object holds, its own included.
  [[nodiscard]] std::size_t value_count() const noexcept { return nodes_.size(); }
  // The position one past "endobj", or past "stream" and its line end; for an object in an object stream one past its
  // value.
  [[nodiscard]] std::uint64_t end_offset() const noexcept { return end_; }

  // parse_object reads "N G obj … endobj" or "N G obj … stream" at `offset` (§7.3.10).
  // parse_value reads one value at `offset` (§7.5.7: objects in object streams have no frame); bytes after it are not
  // looked at. Both view the source, whose first byte has the offset `source_begin`. Fail with pdf_malformed or
  // pdf_limit_exceeded.
  [[nodiscard]] static Result<std::unique_ptr<Object>> parse_object(ByteView source, std::uint64_t offset,
                                                                    unsigned max_depth, std::uint64_t source_begin = 0);
  [[nodiscard]] static Result<std::unique_ptr<Object>> parse_value(ByteView source, std::uint64_t offset,
                                                                   unsigned max_depth, Reference id, Location location,
                                                                   std::uint64_t source_begin = 0);

 private:
  friend class Value;
  friend class Elements;
  friend class Entries;
  friend class ObjectParser;
  // The values in the order of the file; a container is followed by what it holds.
  struct Node {
    std::uint32_t begin;  // relative to origin_
    std::uint32_t end;
    std::uint32_t next;  // the node after this one and its children
    Kind kind;
    bool flag;            // a boolean's value; of a string: it is not encrypted
    std::int64_t number;  // an integer's value; number and generation of a reference
  };
  Object() = default;

  Reference id_;
  Location location_;
  ByteView source_;
  std::uint64_t source_begin_ = 0;   // the offset of its first byte
  std::size_t origin_ = 0;           // in source_
  std::uint64_t stream_offset_ = 0;  // of the first byte of stream data
  std::uint64_t end_ = 0;            // one past "endobj" or "stream" and its line end
  std::vector<Node> nodes_;
  const Decryption* decryption_ = nullptr;
};

class Elements {
 public:
  class iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Value;
    using difference_type = std::ptrdiff_t;
    using pointer = const Value*;
    using reference = Value;
    iterator() noexcept = default;
    explicit iterator(Value at) noexcept : at_(at) {}
    Value operator*() const noexcept { return at_; }
    iterator& operator++() noexcept {
      at_.node_ = at_.next();
      return *this;
    }
    iterator operator++(int) noexcept {
      iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.at_ == b.at_; }

   private:
    Value at_;
  };
  [[nodiscard]] iterator begin() const noexcept { return iterator(first_); }
  [[nodiscard]] iterator end() const noexcept { return iterator(last_); }
  [[nodiscard]] bool empty() const noexcept { return begin() == end(); }

 private:
  friend class Value;
  Elements() noexcept = default;
  Elements(Value first, Value last) noexcept : first_(first), last_(last) {}
  Value first_;
  Value last_;
};

class Entries {
 public:
  class iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Entry;
    using difference_type = std::ptrdiff_t;
    using pointer = const Entry*;
    using reference = Entry;
    iterator() noexcept = default;
    explicit iterator(Value key) noexcept : key_(key) {}
    Entry operator*() const noexcept { return {key_, value()}; }
    iterator& operator++() noexcept {
      key_.node_ = value().next();
      return *this;
    }
    iterator operator++(int) noexcept {
      iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.key_ == b.key_; }

   private:
    [[nodiscard]] Value value() const noexcept {
      Value value = key_;
      value.node_ = key_.next();
      return value;
    }
    Value key_;
  };
  [[nodiscard]] iterator begin() const noexcept { return iterator(first_); }
  [[nodiscard]] iterator end() const noexcept { return iterator(last_); }
  [[nodiscard]] bool empty() const noexcept { return begin() == end(); }

 private:
  friend class Value;
  Entries() noexcept = default;
  Entries(Value first, Value last) noexcept : first_(first), last_(last) {}
  Value first_;
  Value last_;
};

}  // namespace rakkan::pdf
