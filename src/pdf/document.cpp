#include "rakkan/pdf/document.hpp"

#include <algorithm>

#include "pdf/document_impl.hpp"
#include "pdf/header.hpp"
#include "pdf/section_reader.hpp"

namespace rakkan::pdf {
namespace {

constexpr std::size_t kHeaderWindow = 1024;

// Reads the version "1.7" of "%PDF-1.7" or "/Version /1.7"; nothing when the text does not begin with one.
std::optional<Version> parse_version(std::string_view text) noexcept {
  const auto digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
  if (!digit(0) || text.substr(1, 1) != "." || !digit(2)) {
    return std::nullopt;
  }
  return Version{static_cast<unsigned>(text[0] - '0'), static_cast<unsigned>(text[2] - '0')};
}

// Readers count offsets from the header, or from the file's first byte, or try both: a file where these differ is not
// signed.
Result<Version> read_header(ByteView base) {
  RAKKAN_TRY(const Header header, find_header(base));
  if (header.offset != 0) {
    return fail(ErrorCode::pdf_header_offset, "bytes stand before %PDF-", "offset " + std::to_string(header.offset));
  }
  return header.version;
}

// An update begins on a line of its own, so that no token reaches over a cut: with that, the pieces read as the whole
// does, or not at all (an object, table or stream that reaches over a cut does not end in its piece).
Result<void> check_cuts(const DocumentBytes& bytes) {
  const auto is_line_end = [](Byte byte) { return byte == '\r' || byte == '\n'; };
  const DocumentBytes::Piece* before = &bytes.base();
  for (const DocumentBytes::Piece& update : bytes.updates()) {
    if (!is_line_end(before->bytes.back()) && !is_line_end(update.bytes.front())) {
      return fail(ErrorCode::pdf_malformed, "an update does not begin on a line of its own",
                  "offset " + std::to_string(update.begin));
    }
    before = &update;
  }
  return {};
}

// The bound of inflated bytes: a document that inflates to very many times its size is hostile.
std::size_t inflated_limit(std::uint64_t document, const Limits& limits) noexcept {
  const auto most = checked_multiply<std::uint64_t>(document, limits.max_inflation).value_or(limits.max_inflated);
  return std::min(limits.max_inflated, std::max(most, kAlwaysInflated));
}

// Forgets what was read of the numbers that the newest section has.
void forget_redefined(Document::Impl& document) {
  const SectionIndex& newest = *document.indexes.front();
  const auto is_redefined = [&newest](const auto& cached) {
    const auto row = newest.table ? newest.table->find(cached.first) : Result<std::optional<XrefEntry>>();
    return !row || row->has_value() || (newest.stream && newest.stream->find(cached.first).has_value());
  };
  std::erase_if(document.objects, is_redefined);
  std::erase_if(document.object_streams, is_redefined);
}

}  // namespace

Result<Header> find_header(ByteView base) {
  const std::size_t found = text_of(base).substr(0, kHeaderWindow).find("%PDF-");
  if (found == std::string_view::npos) {
    return fail(ErrorCode::not_a_pdf, "%PDF- is missing at the beginning");
  }
  const auto version = parse_version(text_of(base).substr(found + 5));
  if (!version && found == 0) {
    return fail(ErrorCode::pdf_malformed, "the header has no version");
  }
  return Header{found, version.value_or(Version{})};
}

Result<void> Document::Impl::read_catalog() {
  const auto root = sections.front().trailer.find("Root").reference();
  if (!root) {
    return fail(ErrorCode::pdf_malformed, "the trailer has no /Root reference");
  }
  RAKKAN_TRY(const Object* const found, load(root->number));
  if (found == nullptr || found->generation() != root->generation || !found->value().is(Kind::dictionary)) {
    return fail(ErrorCode::pdf_malformed, "the catalog is missing", "object " + std::to_string(root->number));
  }
  catalog = found;
  version = header_version;
  RAKKAN_TRY(const Value named, lookup(catalog->value(), "Version"));
  if (const auto name = named.name()) {
    version = std::max(version, parse_version(*name).value_or(header_version));
  }
  return {};
}

// Computes next_object_number. §7.5.5: /Size is one more than the highest number ever used; some files have a lower
// one, or forget the cross-reference stream.
Result<void> Document::Impl::count_objects() {
  std::uint64_t next = 1;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const SectionIndex& index = *indexes[i];
    next = std::max(next, index.table ? index.table->ranges().end() : 0);
    next = std::max(next, index.stream ? index.stream->ranges().end() : 0);
    const std::int64_t size = sections[i].trailer.find("Size").integer().value_or(0);
    next = std::max(next, static_cast<std::uint64_t>(std::max<std::int64_t>(size, 0)));
  }
  for (const auto& trailer : trailers) {
    next = std::max(next, trailer->number() + std::uint64_t{1});  // a cross-reference stream may not list itself
  }
  if (next > limits.max_objects + 1) {
    return fail(ErrorCode::pdf_limit_exceeded, "/Size is too large");
  }
  next_object_number = static_cast<std::uint32_t>(next);
  dangling.clear();
  for (const auto& trailer : trailers) {
    note_dangling(*trailer);
  }
  for (const auto& [number, object] : objects) {  // objects that the sections needed, as an indirect /Length
    if (object != nullptr) {
      note_dangling(*object);
    }
  }
  return {};
}

Result<void> Document::Impl::open() {
  RAKKAN_CHECK(check_cuts(bytes));
  RAKKAN_CHECK(SectionReader(*this).read_chain());
  RAKKAN_CHECK(open_encryption());
  RAKKAN_CHECK(count_objects());
  return read_catalog();
}

// Finds the key of an encrypted document (§7.6.2); SectionReader has refused one that is to be signed. All that was
// read so far was read as if nothing were encrypted.
Result<void> Document::Impl::open_encryption() {
  const Value entry = sections.front().trailer.find("Encrypt");
  if (entry.is(Kind::null)) {
    return {};
  }
  RAKKAN_TRY(const Value dictionary, resolve(entry));
  RAKKAN_TRY(const Decryption::Dictionary read, Decryption::read(dictionary));
  const Elements identifiers = sections.front().trailer.find("ID").elements();
  const Bytes identifier =
      identifiers.begin() == identifiers.end() ? Bytes{} : (*identifiers.begin()).string().value_or(Bytes{});
  const std::uint32_t own_object = entry.reference().value_or(Reference{}).number;
  RAKKAN_TRY(decryption, Decryption::open(read, identifier, validating->password, own_object));
  objects.clear();
  object_streams.clear();
  validating->objects.clear();
  validating->object_streams.clear();
  return {};
}

Result<std::unique_ptr<Document::Impl>> Document::Impl::earlier(std::size_t first_section, std::uint64_t end) const {
  auto impl = std::make_unique<Impl>(limits, spending);
  impl->bytes = bytes.prefix(end);
  impl->header_version = header_version;
  impl->validating = validating;
  impl->decryption = decryption;
  impl->sections.assign(sections.begin() + static_cast<std::ptrdiff_t>(first_section), sections.end());
  impl->indexes.assign(indexes.begin() + static_cast<std::ptrdiff_t>(first_section), indexes.end());
  for (const auto& trailer : trailers) {
    if (trailer->location().offset < end) {
      impl->trailers.push_back(trailer);
    }
  }
  RAKKAN_CHECK(impl->count_objects());
  RAKKAN_CHECK(impl->read_catalog());
  return impl;
}

Result<Document> Document::open(ByteView base, const Limits& limits, MemoryBudget* budget) {
  return open(DocumentBytes(base), limits, budget);
}

Result<Document> Document::open(DocumentBytes bytes, const Limits& limits, MemoryBudget* budget) {
  auto impl = std::make_unique<Impl>(limits, std::make_shared<Spending>(budget));
  impl->bytes = std::move(bytes);
  impl->limits.max_inflated = inflated_limit(impl->bytes.size(), limits);
  RAKKAN_TRY(impl->header_version, read_header(impl->bytes.base().bytes));
  RAKKAN_CHECK(impl->open());
  return Document(std::move(impl));
}

Result<void> Document::extend(ByteView update) {
  impl_->bytes.append(update);
  RAKKAN_CHECK(check_cuts(impl_->bytes));
  RAKKAN_CHECK(SectionReader(*impl_).read_update());
  forget_redefined(*impl_);
  RAKKAN_CHECK(impl_->count_objects());
  return impl_->read_catalog();
}

Document::Document(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

const DocumentBytes& Document::bytes() const noexcept { return impl_->bytes; }
const Limits& Document::limits() const noexcept { return impl_->limits; }
Version Document::header_version() const noexcept { return impl_->header_version; }
Version Document::version() const noexcept { return impl_->version; }
std::span<const Section> Document::sections() const noexcept { return impl_->sections; }
std::uint32_t Document::next_object_number() const noexcept { return impl_->next_object_number; }
bool Document::is_dangling(std::uint32_t number) const noexcept {
  const std::uint64_t beyond = std::uint64_t{number} - impl_->next_object_number;  // wraps around for a lower number
  return beyond < impl_->dangling.size() && impl_->dangling[static_cast<std::size_t>(beyond)];
}
const Object& Document::catalog() const noexcept { return *impl_->catalog; }

// Annex F: the first section of a linearized file is before the section that its /Prev names, and both are one
// revision.
std::vector<Revision> Document::revisions() const {
  const auto& all = impl_->sections;
  std::vector<Revision> revisions;
  for (std::size_t i = 0; i < all.size();) {
    Revision revision{.end = all[i].end, .first_section = i, .section_count = 1};
    while (i + 1 < all.size() && all[i].previous && *all[i].previous > all[i].offset) {
      ++i;
      ++revision.section_count;
      revision.end = std::max(revision.end, all[i].end);
    }
    revisions.push_back(revision);
    ++i;
  }
  std::reverse(revisions.begin(), revisions.end());
  return revisions;
}

Result<std::optional<XrefEntry>> Document::xref_entry(std::uint32_t number) const { return impl_->entry(number); }
Result<const Object*> Document::load(std::uint32_t number) const { return impl_->load(number); }

Result<const Object*> Document::load(Reference reference) const {
  RAKKAN_TRY(const Object* const object, impl_->load(reference.number));
  return object != nullptr && object->generation() == reference.generation ? object : nullptr;
}

Result<Value> Document::resolve(Value value) const { return impl_->resolve(value); }
Result<Value> Document::lookup(Value dictionary, std::string_view key) const { return impl_->lookup(dictionary, key); }
Result<ByteView> Document::stream_bytes(const Object& stream) const { return impl_->stream_bytes(stream); }
Result<Bytes> Document::decoded_stream(const Object& stream) const { return impl_->decoded_stream(stream); }

}  // namespace rakkan::pdf
