// Loading one object of a Document: cross-reference entry, place, parse, cache; and the data of a stream.
#include <algorithm>

#include "pdf/document_impl.hpp"
#include "pdf/filters.hpp"
#include "rakkan/pdf/lexer.hpp"

namespace rakkan::pdf {
namespace {

constexpr unsigned kMaxNestedLoads = 16;                         // object → object stream → its /Length → …
constexpr unsigned kMaxReferenceChain = 16;                      // a reference to a reference to …
constexpr std::size_t kMaxFilters = 16;                          // on one stream
constexpr std::uint64_t kMaxComparisonsOfAHistory = 40'000'000;  // the same in all revisions together
constexpr std::uint64_t kMaxComparisons = 100'000'000;  // while looking up object numbers, about a second of work

constexpr std::uint64_t kValueSize = 24;  // in memory
constexpr std::uint64_t kValuesOfAnObject = 16;

constexpr std::uint32_t kDanglingWindow = 65'536;
constexpr std::size_t kMaxBlanksBeforeEndstream = 64;
constexpr std::string_view kEndstream = "endstream";

std::string name_of(std::uint32_t number) { return "object " + std::to_string(number); }

}  // namespace

Result<std::optional<XrefEntry>> SectionIndex::find(std::uint32_t number) const {
  std::optional<XrefEntry> found;
  if (table) {
    RAKKAN_TRY(found, table->find(number));
  }
  if (stream && (!found || found->type == XrefEntry::Type::free)) {
    if (const auto hidden = stream->find(number)) {
      found = hidden;
    }
  }
  return found;
}

Result<void> Document::Impl::compare(std::uint64_t more) {
  spending->comparisons += more;
  if (spending->comparisons > (validating != nullptr ? kMaxComparisonsOfAHistory : kMaxComparisons)) {
    return fail(ErrorCode::pdf_limit_exceeded, "looking up objects takes too long");
  }
  return {};
}

// The entry of a number. §7.5.6: the newest section that has the number decides.
Result<std::optional<XrefEntry>> Document::Impl::entry(std::uint32_t number) {
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    const SectionIndex& index = *indexes[i];
    RAKKAN_CHECK(compare(index.cost()));
    RAKKAN_TRY(std::optional<XrefEntry> found, index.find(number));
    if (found) {
      found->section = i;
      return found;
    }
  }
  return std::nullopt;
}

Result<const Object*> Document::Impl::load(std::uint32_t number) {
  if (const auto cached = objects.find(number); cached != objects.end()) {
    return cached->second.get();
  }
  RAKKAN_TRY(const auto found, entry(number));
  std::shared_ptr<const Object> object;
  if (found && found->type != XrefEntry::Type::free && number != 0) {
    if (nested_loads >= kMaxNestedLoads) {
      return fail(ErrorCode::pdf_malformed, "an object needs itself to be read", name_of(number));
    }
    ++nested_loads;
    auto read = obtain(number, *found);
    --nested_loads;
    RAKKAN_TRY(object, std::move(read));
    note_dangling(*object);
  }
  return objects.emplace(number, std::move(object)).first->second.get();
}

// Takes the object from what the revisions of the file share, or reads it.
Result<std::shared_ptr<const Object>> Document::Impl::obtain(std::uint32_t number, const XrefEntry& found) {
  RAKKAN_TRY(const auto place, shared_place(found));
  if (place) {
    const auto shared = validating->objects.find(*place);
    // An object that reaches beyond the end of this revision is none of it.
    if (shared != validating->objects.end() && shared->second->number() == number &&
        (!shared->second->in_base() ||
         (shared->second->generation() == found.generation && shared->second->end_offset() <= bytes.size()))) {
      return shared->second;
    }
  }
  RAKKAN_TRY(auto read, parse(number, found));
  // Where many revisions are read, the objects themselves count, too.
  const std::uint64_t values = read->value_count() + (validating != nullptr ? kValuesOfAnObject : 0);
  RAKKAN_CHECK(spend(read->end_offset() - read->location().offset, values));
  std::shared_ptr<const Object> object = std::move(read);
  if (place) {
    validating->objects.emplace(*place, object);
  }
  return object;
}

// The place at which an object is shared between revisions; nothing for a document on its own.
Result<std::optional<Validating::Place>> Document::Impl::shared_place(const XrefEntry& found) {
  if (validating == nullptr) {
    return std::nullopt;
  }
  if (found.type == XrefEntry::Type::in_base) {
    return Validating::Place(found.offset, 0);
  }
  RAKKAN_TRY(const auto container, entry(found.object_stream));
  RAKKAN_TRY(const ObjectStream* const stream, object_stream(found.object_stream));
  if (!container || found.index == 0xffff'ffff) {
    return std::nullopt;
  }
  const auto shared = validating->object_streams.find(container->offset);
  return shared != validating->object_streams.end() && shared->second.get() == stream
             ? std::optional(Validating::Place(container->offset, found.index + 1))
             : std::nullopt;
}

void Document::Impl::note_dangling(const Object& object) {
  if (next_object_number == 0) {
    return;  // the sections are still being read; count_objects visits the object later
  }
  for (const std::uint32_t number : object.references_from(next_object_number)) {
    const std::uint32_t beyond = number - next_object_number;
    if (beyond >= kDanglingWindow) {
      continue;
    }
    if (dangling.size() <= beyond) {
      dangling.resize(beyond + 1);
    }
    dangling[beyond] = true;
  }
}

// Takes from the budgets of bytes and values: objects can be made to share their bytes, so the size of the file alone
// bounds neither time nor memory.
Result<void> Document::Impl::spend(std::uint64_t more_parsed, std::uint64_t more_values) {
  spending->parsed += more_parsed;
  spending->values += more_values;
  if (spending->parsed > limits.max_parsed || spending->values > limits.max_values) {
    return fail(ErrorCode::pdf_limit_exceeded, "the objects read are too large");
  }
  return spending->memory.add(more_values * kValueSize);
}

Result<std::unique_ptr<Object>> Document::Impl::parse(std::uint32_t number, const XrefEntry& found) {
  if (found.type == XrefEntry::Type::in_object_stream) {
    RAKKAN_TRY(const ObjectStream* const stream, object_stream(found.object_stream));
    return parse_in(*stream, number, found);
  }
  if (found.offset >= bytes.size()) {
    return fail(ErrorCode::pdf_malformed, "an object lies outside the file", name_of(number));
  }
  const DocumentBytes::Piece& piece = bytes.piece_at(found.offset);
  RAKKAN_TRY(auto object, Object::parse_object(piece.bytes, found.offset, limits.max_depth, piece.begin));
  if (object->number() != number || object->generation() != found.generation) {
    return fail(ErrorCode::pdf_malformed, "another object stands where the cross-reference entry points",
                name_of(number) + " at offset " + std::to_string(found.offset));
  }
  if (decryption != nullptr && decryption->applies_to(*object)) {
    object->decrypt_strings(*decryption);
  }
  return object;
}

// Readers disagree on whether the number or the index of an entry counts when they name different objects.
Result<std::unique_ptr<Object>> Document::Impl::parse_in(const ObjectStream& stream, std::uint32_t number,
                                                         const XrefEntry& found) {
  std::uint32_t index = found.index;
  if (validating != nullptr && !stream.holds(number, index)) {
    RAKKAN_CHECK(compare(stream.size()));
    index = stream.index_of(number).value_or(index);
    validating->log.note(
        StructureFault::object_stream_index, sections[found.section].offset, number, 0,
        "object stream " + std::to_string(found.object_stream) + ", index " + std::to_string(found.index));
  }
  return stream.object(number, index, limits.max_depth);
}

// The object stream of a number, kept.
Result<const ObjectStream*> Document::Impl::object_stream(std::uint32_t number) {
  if (const auto cached = object_streams.find(number); cached != object_streams.end()) {
    return cached->second.get();
  }
  std::optional<std::uint64_t> place;
  if (validating != nullptr) {
    RAKKAN_TRY(const auto found, entry(number));
    RAKKAN_TRY(const Object* const object, load(number));
    // All that decides how the stream is decoded has to be in the object itself, or it may differ between revisions.
    const bool whole = object != nullptr && object->is_stream() && object->references_from(0).empty();
    if (found && found->type == XrefEntry::Type::in_base && whole) {
      place = found->offset;
      const auto shared = validating->object_streams.find(*place);
      if (shared != validating->object_streams.end()) {
        return object_streams.emplace(number, shared->second).first->second.get();
      }
    }
  }
  RAKKAN_TRY(ObjectStream stream, read_object_stream(number));
  RAKKAN_CHECK(spend(0, stream.size()));
  const auto kept = std::make_shared<const ObjectStream>(std::move(stream));
  if (place) {
    validating->object_streams.emplace(*place, kept);
  }
  return object_streams.emplace(number, kept).first->second.get();
}

// §7.5.7: an object stream must not be in an object stream itself.
Result<ObjectStream> Document::Impl::read_object_stream(std::uint32_t number) {
  RAKKAN_TRY(const auto found, entry(number));
  if (!found || found->type != XrefEntry::Type::in_base) {
    return fail(ErrorCode::pdf_malformed, "an object stream is missing", name_of(number));
  }
  RAKKAN_TRY(const Object* const object, load(number));
  if (object == nullptr || !object->is_stream()) {
    return fail(ErrorCode::pdf_malformed, "an object stream is no stream", name_of(number));
  }
  RAKKAN_TRY(Bytes data, decoded_stream(*object));
  return ObjectStream::read(*object, std::move(data));
}

Result<Value> Document::Impl::resolve(Value value) {
  for (unsigned i = 0; i < kMaxReferenceChain; ++i) {
    const auto reference = value.reference();
    if (!reference) {
      return value;
    }
    RAKKAN_TRY(const Object* const object, load(reference->number));
    value = object != nullptr && object->generation() == reference->generation ? object->value() : Value{};
  }
  return fail(ErrorCode::pdf_malformed, "a chain of references without an end");
}

Result<Value> Document::Impl::lookup(Value dictionary, std::string_view key) { return resolve(dictionary.find(key)); }

Result<ByteView> Document::Impl::stream_bytes(const Object& stream) {
  const auto malformed = [&](std::string what) {
    return fail(ErrorCode::pdf_malformed, std::move(what), name_of(stream.number()));
  };
  if (!stream.is_stream()) {
    return malformed("no stream where one is needed");
  }
  RAKKAN_TRY(const Value length_value, lookup(stream.value(), "Length"));
  const auto length = length_value.integer();
  if (!length || *length < 0) {
    return malformed("a stream without a /Length");
  }
  const DocumentBytes::Piece& piece = bytes.piece_at(stream.location().offset);
  if (static_cast<std::uint64_t>(*length) > piece.end() - stream.stream_offset()) {
    return malformed("a stream that reaches beyond the file, or beyond its update");
  }
  const ByteView base = piece.bytes;
  const auto begin = static_cast<std::size_t>(stream.stream_offset() - piece.begin);
  const auto size = static_cast<std::size_t>(*length);
  // §7.3.8.1: a line end precedes endstream; some writers leave it out, others write several.
  std::size_t end = begin + size;
  const std::size_t last = std::min(base.size(), end + kMaxBlanksBeforeEndstream);
  while (end < last && is_white_space(base[end])) {
    ++end;
  }
  if (text_of(base.subspan(end, std::min(base.size() - end, kEndstream.size()))) != kEndstream) {
    return malformed("/Length does not lead to endstream");
  }
  return base.subspan(begin, size);
}

// Decodes a stream. §7.4.1, §7.3.8.2: /Filter and /DecodeParms are single values or arrays of the same length.
Result<Bytes> Document::Impl::decoded_stream(const Object& stream) {
  RAKKAN_TRY(const ByteView raw, stream_bytes(stream));
  RAKKAN_TRY(const Value filters, lookup(stream.value(), "Filter"));
  RAKKAN_TRY(const Value parameters, lookup(stream.value(), "DecodeParms"));

  std::vector<Value> names;
  std::vector<Value> dictionaries;
  if (filters.is(Kind::array)) {
    for (const Value element : filters.elements()) {
      RAKKAN_TRY(const Value name, resolve(element));
      names.push_back(name);
      if (names.size() > kMaxFilters) {
        return fail(ErrorCode::pdf_limit_exceeded, "too many filters on a stream", name_of(stream.number()));
      }
    }
  } else if (!filters.is(Kind::null)) {
    names.push_back(filters);
  }
  if (parameters.is(Kind::array)) {
    for (const Value element : parameters.elements()) {
      RAKKAN_TRY(const Value dictionary, resolve(element));
      dictionaries.push_back(dictionary);
      if (dictionaries.size() > kMaxFilters) {
        break;
      }
    }
  } else {
    dictionaries.push_back(parameters);
  }

  Bytes data;
  Bytes decrypted;
  ByteView source = raw;
  std::size_t& inflated = spending->inflated;
  MemoryUse& memory = spending->memory;
  if (decryption != nullptr && decryption->applies_to(stream)) {
    // §7.4.10: a Crypt filter comes first, and names how the stream is encrypted.
    std::optional<std::string> crypt_filter;
    if (!names.empty() && names.front().is_name("Crypt")) {
      RAKKAN_TRY(const Value name, lookup(dictionaries.empty() ? Value{} : dictionaries.front(), "Name"));
      crypt_filter = name.name().value_or("Identity");
      names.erase(names.begin());
      dictionaries.erase(dictionaries.begin(), dictionaries.empty() ? dictionaries.end() : dictionaries.begin() + 1);
    }
    if (raw.size() > limits.max_inflated - inflated) {
      return fail(ErrorCode::pdf_limit_exceeded, "streams inflate to too many bytes", name_of(stream.number()));
    }
    inflated += raw.size();
    RAKKAN_CHECK(memory.add(raw.size()));
    RAKKAN_TRY(decrypted, decryption->stream(stream, crypt_filter, raw));
    source = decrypted;
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto filter = filter_from_name(names[i].name().value_or(""));
    if (!filter) {
      return fail(ErrorCode::pdf_malformed, "a filter that such a stream may not have", name_of(stream.number()));
    }
    FilterParameters settings;
    if (i < dictionaries.size()) {
      const auto read = [&](std::string_view key, std::int64_t& member) -> Result<void> {
        RAKKAN_TRY(const Value value, lookup(dictionaries[i], key));
        member = value.integer().value_or(member);
        return {};
      };
      RAKKAN_CHECK(read("Predictor", settings.predictor));
      RAKKAN_CHECK(read("Colors", settings.colors));
      RAKKAN_CHECK(read("BitsPerComponent", settings.bits_per_component));
      RAKKAN_CHECK(read("Columns", settings.columns));
      RAKKAN_CHECK(read("EarlyChange", settings.early_change));
    }
    RAKKAN_TRY(Bytes next, apply_filter(*filter, i == 0 ? source : ByteView(data), settings,
                                        limits.max_inflated - inflated, memory));
    inflated += next.size();
    RAKKAN_CHECK(memory.add(next.size()));
    data = std::move(next);
  }
  if (names.empty()) {
    if (source.size() > limits.max_inflated - inflated) {
      return fail(ErrorCode::pdf_limit_exceeded, "streams inflate to too many bytes", name_of(stream.number()));
    }
    inflated += source.size();
    RAKKAN_CHECK(memory.add(source.size()));
    data = copy_of(source);
  }
  return data;
}

}  // namespace rakkan::pdf
