#include "rakkan/pdf/incremental_writer.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "rakkan/pdf/lexer.hpp"

namespace rakkan::pdf {
namespace {

// The largest offset in a cross-reference table (ISO 32000-2 §7.5.4): ten digits.
constexpr std::uint64_t kMaxTableOffset = 9'999'999'999;
constexpr std::uint32_t kMaxTableGeneration = 65'535;

// The first number beyond the base is not taken: documents whose producer never wrote their last object (3 in 1000 of
// the test corpus) refer to it, and a reference that is null to every reader would become an object of ours.
constexpr std::uint32_t kNumbersLeftOut = 1;

// Keys of a trailer that belong to a section and its form, not to the document (§7.5.5 table 15, §7.5.8.2 table 17,
// §7.3.8.2 table 5).
constexpr std::array<std::string_view, 13> kSectionKeys = {"Size",    "Prev",         "ID",     "XRefStm",     "Type",
                                                           "W",       "Index",        "Length", "DecodeParms", "F",
                                                           "FFilter", "FDecodeParms", "Filter"};

bool is_regular(Byte byte) { return character_class(byte) == CharacterClass::regular; }

std::string indirect(Reference reference) {
  return std::to_string(reference.number) + ' ' + std::to_string(reference.generation) + " R";
}

// The value in at least `width` decimal digits.
std::string digits(std::uint64_t value, std::size_t width) {
  const std::string text = std::to_string(value);
  return std::string(text.size() < width ? width - text.size() : 0, '0') + text;
}

// Writes the value in `width` bytes, the most significant first (§7.5.8.3).
void put_field(ObjectWriter& out, std::uint64_t value, unsigned width) {
  std::array<Byte, 8> bytes{};
  for (unsigned i = 0; i < width; ++i) {
    bytes.at(i) = static_cast<Byte>(value >> (8 * (width - 1 - i)));
  }
  out.raw(ByteView(bytes).first(width));
}

unsigned bytes_needed(std::uint64_t value) {
  unsigned bytes = 1;
  while (bytes < 8 && value >> (8 * bytes) != 0) {
    ++bytes;
  }
  return bytes;
}

}  // namespace

IncrementalWriter::IncrementalWriter(const Document& document, std::size_t capacity)
    : document_(document), out_(capacity), next_number_(document.next_object_number() + kNumbersLeftOut) {
  // The first token of the update must not run into the last one of the document.
  const ByteView base = document.bytes().last().bytes;
  if (!base.empty() && base.back() != '\n' && base.back() != '\r') {
    out_.raw("\n");
  }
}

Result<Reference> IncrementalWriter::allocate() {
  while (document_.is_dangling(next_number_)) {
    ++next_number_;
  }
  if (next_number_ > document_.limits().max_objects) {
    return fail(ErrorCode::pdf_limit_exceeded, "the document has no free object number");
  }
  return Reference{next_number_++, 0};
}

ObjectWriter& IncrementalWriter::begin_object(Reference id) {
  written_.push_back({id, offset()});
  return out_.integer(id.number).integer(id.generation).raw(" obj\n");
}

void IncrementalWriter::end_object() { out_.raw("\nendobj\n"); }

Result<void> IncrementalWriter::set(Value dictionary, std::string_view key, std::string_view syntax) {
  if (dictionary.count(key) > 1) {
    return fail(ErrorCode::pdf_malformed, "a key to change stands twice in its dictionary: /" + std::string(key));
  }
  if (const Value present = dictionary.find(key)) {
    return replace(present, syntax);
  }
  ObjectWriter entry;
  entry.key(key).raw(" ").raw(syntax);
  const std::size_t before_end = dictionary.end_offset() - 2;
  return splice(dictionary, before_end, before_end, text_of(entry.view()));
}

Result<void> IncrementalWriter::set(Value dictionary, std::string_view key, Reference reference) {
  return set(dictionary, key, indirect(reference));
}

Result<void> IncrementalWriter::replace(Value value, std::string_view syntax) {
  return splice(value, value.offset(), value.end_offset(), syntax);
}

Result<void> IncrementalWriter::append(Value array, Reference element) {
  const std::size_t before_end = array.end_offset() - 1;
  return splice(array, before_end, before_end, ' ' + indirect(element));
}

Result<void> IncrementalWriter::splice(Value at, std::size_t begin, std::size_t end, std::string_view syntax) {
  const Object* object = at.object();
  if (object == nullptr || object->number() == 0 || object->is_stream()) {
    return fail(ErrorCode::pdf_malformed, "a value to change stands in no plain object");
  }
  auto edit = std::find_if(edits_.begin(), edits_.end(), [object](const Edit& e) { return e.object == object; });
  if (edit == edits_.end()) {
    edit = edits_.insert(edit, Edit{object, {}});
  }
  const std::size_t origin = object->value().offset();
  Splice splice{begin - origin, end - origin, copy_of(bytes_of(syntax))};
  const auto overlaps = [&splice](const Splice& other) { return splice.begin < other.end && other.begin < splice.end; };
  if (std::any_of(edit->splices.begin(), edit->splices.end(), overlaps)) {
    return fail(ErrorCode::internal, "a value was to be changed twice", "object " + std::to_string(object->number()));
  }
  edit->splices.push_back(std::move(splice));
  return {};
}

void IncrementalWriter::write_edited(Edit& edit) {
  // Additions at one place keep their order. They are sorted by insertion, since there are only a few, and
  // std::stable_sort of GCC 12's library does not compile with Clang 19 without a warning.
  for (auto at = edit.splices.begin(); at != edit.splices.end(); ++at) {
    const auto place = std::upper_bound(edit.splices.begin(), at, *at,
                                        [](const Splice& a, const Splice& b) { return a.begin < b.begin; });
    std::rotate(place, at, std::next(at));
  }
  const ByteView original = edit.object->value().bytes();
  ObjectWriter& out = begin_object(edit.object->id());
  std::size_t copied = 0;
  for (const Splice& splice : edit.splices) {
    out.raw(original.subspan(copied, splice.begin - copied));
    if (is_regular(out.view().back()) && is_regular(splice.syntax.front())) {
      out.raw(" ");  // "/SigFlags[]" may not become "/SigFlags3"
    }
    out.raw(splice.syntax);
    if (is_regular(splice.syntax.back()) && is_regular(original[splice.end])) {
      out.raw(" ");
    }
    copied = splice.end;
  }
  out.raw(original.subspan(copied));
  end_object();
}

Result<Bytes> IncrementalWriter::finish(RandomSource& random) && {
  std::sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) { return a.object->id() < b.object->id(); });
  for (Edit& edit : edits_) {
    write_edited(edit);
  }
  // §7.5.8.4: an update of a hybrid file is a table; this one hides nothing in an /XRefStm.
  if (document_.newest().kind == SectionKind::stream) {
    RAKKAN_CHECK(write_stream(random));
  } else {
    RAKKAN_CHECK(write_table(random));
  }
  return std::move(out_).take();
}

Result<void> IncrementalWriter::write_table(RandomSource& random) {
  std::sort(written_.begin(), written_.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  const std::uint64_t section = offset();
  out_.raw("xref\n");
  for (auto first = written_.begin(); first != written_.end();) {
    auto last = first;
    while (last + 1 != written_.end() && (last + 1)->id.number == last->id.number + 1) {
      ++last;
    }
    out_.integer(first->id.number).integer(last - first + 1).raw("\n");
    for (; first <= last; ++first) {
      if (first->offset > kMaxTableOffset) {
        return fail(ErrorCode::pdf_too_large_for_xref_table, "an offset has more than ten digits");
      }
      if (first->id.generation > kMaxTableGeneration) {
        return fail(ErrorCode::pdf_malformed, "a generation number is larger than 65535");
      }
      // §7.5.4: exactly 20 bytes, the line end included.
      out_.raw(digits(first->offset, 10)).raw(" ").raw(digits(first->id.generation, 5)).raw(" n \n");
    }
  }
  out_.raw("trailer\n").begin_dictionary();
  RAKKAN_CHECK(write_trailer_entries(random));
  out_.end_dictionary().raw("\n");
  write_end(section);
  return {};
}

Result<void> IncrementalWriter::write_stream(RandomSource& random) {
  RAKKAN_TRY(const Reference id, allocate());
  const std::uint64_t section = offset();
  begin_object(id).begin_dictionary().key("Type").name("XRef");
  std::sort(written_.begin(), written_.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  std::uint32_t max_generation = 0;
  for (const WrittenObject& object : written_) {
    max_generation = std::max(max_generation, object.id.generation);
  }
  // The stream itself is behind everything that it lists (§7.5.8.2: it lists itself too).
  const unsigned offset_width = bytes_needed(section);
  const unsigned generation_width = bytes_needed(max_generation);
  out_.key("W").begin_array().integer(1).integer(offset_width).integer(generation_width).end_array();
  out_.key("Index").begin_array();
  for (auto first = written_.begin(); first != written_.end();) {
    auto last = first;
    while (last + 1 != written_.end() && (last + 1)->id.number == last->id.number + 1) {
      ++last;
    }
    out_.integer(first->id.number).integer(last - first + 1);
    first = last + 1;
  }
  out_.end_array();
  RAKKAN_CHECK(write_trailer_entries(random));
  const std::size_t length = written_.size() * (1U + offset_width + generation_width);
  out_.key("Length").integer(static_cast<std::int64_t>(length)).end_dictionary().raw("\nstream\n");
  for (const WrittenObject& object : written_) {
    put_field(out_, 1, 1);
    put_field(out_, object.offset, offset_width);
    put_field(out_, object.id.generation, generation_width);
  }
  out_.raw("\nendstream");
  end_object();
  write_end(section);
  return {};
}

Result<void> IncrementalWriter::write_trailer_entries(RandomSource& random) {
  const Value trailer = document_.trailer();
  for (const Entry& entry : trailer.entries()) {
    const std::optional<std::string> key = entry.key.name();
    if (!key || std::find(kSectionKeys.begin(), kSectionKeys.end(), *key) != kSectionKeys.end()) {
      continue;
    }
    out_.raw("\n").raw(entry.key.bytes()).raw(" ").raw(entry.value.bytes());
  }
  out_.key("Size").integer(next_number_);
  out_.key("Prev").integer(static_cast<std::int64_t>(document_.newest().offset));
  // §14.4: the first half of /ID stays the same for ever, the second one is this revision's.
  std::array<Byte, 16> fresh{};
  RAKKAN_CHECK(random.fill(fresh));
  RAKKAN_TRY(const Value id, document_.lookup(trailer, "ID"));
  RAKKAN_TRY(const Value first, document_.resolve(id.size() == 2 ? *id.elements().begin() : Value{}));
  out_.key("ID").begin_array();
  if (first.is(Kind::string)) {
    out_.raw(first.bytes());
  } else {
    out_.hex_string(fresh);
  }
  out_.hex_string(fresh).end_array();
  return {};
}

void IncrementalWriter::write_end(std::uint64_t section_offset) {
  out_.raw("startxref\n").raw(std::to_string(section_offset)).raw("\n%%EOF\n");
}

}  // namespace rakkan::pdf
