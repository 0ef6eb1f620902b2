#include "pades/reverse_index.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

namespace rakkan::pades {
namespace {

using pdf::Value;

constexpr std::size_t kMaxEdges = 2'000'000;  // 24 MB
constexpr std::size_t kMaxHidden = 100'000;

// The parser bounds how deep values are nested, and so these recursions.
void collect(Value value, std::uint32_t number, std::vector<Value>& found) {
  if (const auto reference = value.reference()) {
    if (reference->number == number) {
      found.push_back(value);
    }
    return;
  }
  for (const Value element : value.elements()) {
    collect(element, number, found);
  }
  for (const pdf::Entry entry : value.entries()) {
    collect(entry.value, number, found);
  }
}

bool contains(Value value, Value place) {
  return value.object() == place.object() && value.offset() <= place.offset() &&
         place.end_offset() <= value.end_offset();
}

// The numbers to which an object refers, sorted. The dictionary of a cross-reference stream is a trailer (§7.5.8): the
// entries by which it leads into the document are no paths in the document.
std::vector<std::uint32_t> numbers_from(const pdf::Object& object) {
  std::vector<std::uint32_t> numbers = object.references_from(0);
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  if (!object.is_stream() || !object.value().find("Type").is_name("XRef")) {
    return numbers;
  }
  std::map<std::uint32_t, std::size_t> of_trailer;  // references by its entries alone
  for (const std::string_view key : {"Root", "Info", "Encrypt"}) {
    if (const auto reference = object.value().find(key).reference()) {
      ++of_trailer[reference->number];
    }
  }
  std::erase_if(numbers, [&](std::uint32_t number) {
    const auto found = of_trailer.find(number);
    return found != of_trailer.end() && references_to(object.value(), number).size() == found->second;
  });
  return numbers;
}

}  // namespace

bool same_place(const pdf::XrefEntry& a, const pdf::XrefEntry& b) noexcept {
  return a.type == b.type && a.offset == b.offset && a.generation == b.generation &&
         a.object_stream == b.object_stream && a.index == b.index;
}

std::vector<Value> references_to(Value value, std::uint32_t number) {
  std::vector<Value> found;
  collect(value, number, found);
  return found;
}

std::string path_to(Value value, Value place) {
  std::string path;
  while (value != place) {
    Value inner;
    std::string step;
    std::size_t index = 0;
    for (const Value element : value.elements()) {
      if (contains(element, place)) {
        inner = element;
        step = "[" + std::to_string(index) + "]";
        break;
      }
      ++index;
    }
    for (const pdf::Entry entry : value.entries()) {
      if (contains(entry.value, place)) {
        inner = entry.value;
        step = "/" + entry.key.name().value_or("");
        break;
      }
    }
    if (!inner) {
      break;
    }
    path += step;
    value = inner;
  }
  return path;
}

Result<ReverseIndex> ReverseIndex::build(const pdf::History& history) {
  ReverseIndex index(history);
  RAKKAN_CHECK(index.find_targets());
  RAKKAN_CHECK(index.find_edges());
  return index;
}

// The targets: what a revision declares anew. Updates that repeat the whole table declare nothing anew by that.
Result<void> ReverseIndex::find_targets() {
  const pdf::Document* before = nullptr;
  for (std::size_t revision = 0; revision < history_->revisions().size(); ++revision) {
    const auto take = [&](const pdf::DeclaredEntry& declared) -> Result<void> {
      if (declared.above_size && in_use(declared.entry)) {
        if (hidden_.size() >= kMaxHidden) {
          return fail(ErrorCode::pdf_limit_exceeded, "too many objects at or above /Size");
        }
        hidden_.push_back({declared.number, revision});
      }
      if (before == nullptr) {
        return {};
      }
      RAKKAN_TRY(const auto known, before->xref_entry(declared.number));
      if (known && same_place(*known, declared.entry)) {
        return {};
      }
      if (targets_.size() <= declared.number) {
        targets_.resize(declared.number + std::size_t{1});
      }
      targets_[declared.number] = true;
      return {};
    };
    RAKKAN_CHECK(history_->for_each_entry(revision, take));
    RAKKAN_TRY(before, history_->document(revision));
  }
  return {};
}

Result<void> ReverseIndex::find_edges() {
  for (std::size_t revision = 0; revision + 1 < history_->revisions().size(); ++revision) {
    const auto take = [&](const pdf::Object& object) -> Result<void> {
      for (const std::uint32_t number : numbers_from(object)) {
        if (number < targets_.size() && targets_[number]) {
          edges_.push_back({number, object.number(), static_cast<std::uint32_t>(revision)});
        }
      }
      return edges_.size() <= kMaxEdges ? Result<void>{}
                                        : fail(ErrorCode::pdf_limit_exceeded, "too many references to changed objects");
    };
    RAKKAN_CHECK(history_->for_each_object(revision, take));
  }
  std::sort(edges_.begin(), edges_.end(), [](const Edge& a, const Edge& b) {
    return std::tie(a.target, a.source, a.revision) < std::tie(b.target, b.source, b.revision);
  });
  return {};
}

Result<std::vector<std::uint32_t>> ReverseIndex::referrers(std::size_t revision, std::uint32_t target) const {
  std::vector<std::uint32_t> sources;
  auto edge = std::lower_bound(edges_.begin(), edges_.end(), target,
                               [](const Edge& one, std::uint32_t wanted) { return one.target < wanted; });
  RAKKAN_TRY(const pdf::Document* const document, history_->document(revision));
  while (edge != edges_.end() && edge->target == target) {
    const std::uint32_t source = edge->source;
    RAKKAN_TRY(const auto entry, document->xref_entry(source));
    bool refers = false;  // in the newest definition of the source, which alone counts
    for (; edge != edges_.end() && edge->target == target && edge->source == source; ++edge) {
      if (edge->revision <= revision && in_use(entry) && !refers) {
        RAKKAN_TRY(const pdf::Document* const declaring, history_->document(edge->revision));
        RAKKAN_TRY(const auto read, declaring->xref_entry(source));
        refers = read && same_place(*entry, *read);
      }
    }
    if (refers) {
      sources.push_back(source);
    }
  }
  return sources;
}

}  // namespace rakkan::pades
