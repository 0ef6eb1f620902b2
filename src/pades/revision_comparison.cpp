#include "pades/revision_comparison.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "pades/value_equality.hpp"

namespace rakkan::pades {
namespace {

using pdf::Kind;
using pdf::Object;
using pdf::Value;

constexpr std::uint64_t kMaxSteps = 20'000'000;  // of all comparisons of one file, about a second of work
constexpr std::uint64_t kStepsOfAChange = 20;
constexpr std::size_t kMaxChanges = 100'000;  // in one update

bool is_damage(const Error& error) noexcept { return error.code == ErrorCode::pdf_malformed; }

// True when both objects have the same content: a revision that writes an object again as it was changes nothing.
Result<bool> same_object(const pdf::Document& before, const Object& a, const pdf::Document& after, const Object& b) {
  if (a.id() != b.id() || a.is_stream() != b.is_stream() || !same_value(a.value(), b.value())) {
    return false;
  }
  if (!a.is_stream()) {
    return true;
  }
  const auto left = before.stream_bytes(a);
  const auto right = after.stream_bytes(b);
  if (!left || !right) {
    const Error& error = left ? right.error() : left.error();
    return is_damage(error) ? Result<bool>(false) : fail(error);
  }
  return equal(*left, *right);
}

bool is_object_stream(const Object* object) {
  return object != nullptr && object->is_stream() && object->value().find("Type").is_name("ObjStm");
}

// True for a signature dictionary, or the field that holds one.
bool belongs_to_signature(const Object& object) {
  const Value value = object.value();
  return value.find("ByteRange") || (value.find("FT").is_name("Sig") && value.find("V"));
}

}  // namespace

RevisionComparison::RevisionComparison(const pdf::History& history, const ReverseIndex& index,
                                       std::size_t signed_revision, std::size_t later, ComparedBefore& earlier,
                                       std::uint64_t& steps, Modifications& result)
    : history_(&history),
      index_(&index),
      signed_revision_(signed_revision),
      later_(later),
      earlier_(&earlier),
      steps_(&steps),
      result_(&result) {}

Result<void> RevisionComparison::spend(std::uint64_t values) {
  *steps_ += values;
  return *steps_ <= kMaxSteps ? Result<void>{}
                              : fail(ErrorCode::pdf_limit_exceeded, "comparing the revisions takes too long");
}

const Change* RevisionComparison::change(std::uint32_t number) const noexcept {
  const auto found = changes_.find(number);
  return found == changes_.end() ? nullptr : &found->second;
}

Result<bool> RevisionComparison::is_new(std::uint32_t number) const {
  if (const Change* const known = change(number)) {
    return known->is_new;
  }
  RAKKAN_TRY(const auto entry, before_->xref_entry(number));
  return !in_use(entry);
}

void RevisionComparison::raise(ModificationLevel level) { result_->level = std::max(result_->level, level); }

void RevisionComparison::refuse(ModificationFault fault, std::uint32_t number, std::string path, std::string detail) {
  raise(ModificationLevel::other);
  if (const auto found = changes_.find(number); found != changes_.end()) {
    found->second.refused = true;
  }
  if (result_->findings.size() < Modifications::kMaxFindings) {
    result_->findings.push_back({fault, later_, number, std::move(path), std::move(detail)});
  }
}

void RevisionComparison::explain(std::uint32_t number, ModificationLevel level) {
  if (const auto found = changes_.find(number); found != changes_.end()) {
    found->second.explained = true;
    raise(level);
  }
}

void RevisionComparison::explain_at(std::uint32_t number, Value place, ModificationLevel level) {
  if (const auto found = changes_.find(number); found != changes_.end()) {
    found->second.places.push_back(place);
    raise(level);
  }
}

Result<void> RevisionComparison::explain_new_below(Value value, ModificationLevel level) {
  std::vector<Value> open{value};
  while (!open.empty()) {
    const Value next = open.back();
    open.pop_back();
    if (const auto reference = next.reference()) {
      RAKKAN_TRY(const bool added, is_new(reference->number));
      if (!added || earlier_->explained.contains(reference->number) || !visited_.insert(reference->number).second) {
        continue;
      }
      explain(reference->number, level);
      earlier_->live.insert(reference->number);
      const auto object = after_->load(*reference);
      if (!object && !is_damage(object.error())) {
        return fail(object.error());
      }
      if (object && *object != nullptr) {
        RAKKAN_CHECK(spend((*object)->value_count()));
        open.push_back((*object)->value());
      }
      continue;
    }
    for (const Value element : next.elements()) {
      open.push_back(element);
    }
    for (const pdf::Entry entry : next.entries()) {
      open.push_back(entry.value);
    }
  }
  return {};
}

Result<bool> RevisionComparison::explain_container(Value signed_value, Value value, ModificationLevel level,
                                                   ModificationFault fault, const std::string& path) {
  const auto reference = value.reference();
  if (!reference) {
    return true;
  }
  if (signed_value.reference() == reference) {
    explain_at(reference->number, signed_value, level);
    return true;
  }
  RAKKAN_TRY(const bool added, is_new(reference->number));
  if (!added) {
    refuse(fault, reference->number, path, "it leads to another object of the signed revision");
    return false;
  }
  explain(reference->number, level);
  earlier_->live.insert(reference->number);
  return true;
}

Result<void> RevisionComparison::read() {
  RAKKAN_TRY(before_, history_->document(signed_revision_));
  RAKKAN_TRY(previous_, history_->document(later_ - 1));
  RAKKAN_TRY(after_, history_->document(later_));
  RAKKAN_CHECK(history_->for_each_entry(later_, [this](const pdf::DeclaredEntry& declared) { return take(declared); }));
  earlier_->forget_what_changed(changes_);
  return {};
}

Result<void> RevisionComparison::take(const pdf::DeclaredEntry& declared) {
  const std::uint32_t number = declared.number;
  const pdf::XrefEntry& entry = declared.entry;
  RAKKAN_TRY(const auto in_signed, before_->xref_entry(number));
  RAKKAN_TRY(const auto in_previous, previous_->xref_entry(number));
  if (!in_use(entry)) {
    return take_free(declared, in_use(in_signed) || in_use(in_previous));
  }
  if (number == 0 || (in_signed && same_place(*in_signed, entry))) {
    return {};
  }
  if (changes_.size() >= kMaxChanges) {
    return fail(ErrorCode::pdf_limit_exceeded, "an update declares too many objects anew");
  }
  RAKKAN_CHECK(spend(kStepsOfAChange));
  Change change;
  change.entry = entry;
  change.is_new = !in_use(in_signed);
  const bool repeats = in_previous && same_place(*in_previous, entry);
  if (!change.is_new) {
    const auto loaded = before_->load(number);
    if (!loaded && !is_damage(loaded.error())) {
      return fail(loaded.error());
    }
    change.signed_object = loaded ? *loaded : nullptr;
  }
  const auto loaded = after_->load(number);
  if (!loaded && !is_damage(loaded.error())) {
    return fail(loaded.error());
  }
  change.object = loaded ? *loaded : nullptr;
  const bool readable = change.object != nullptr;
  changes_.emplace(number, change);
  if (!readable) {
    refuse(ModificationFault::unreadable, number, "", loaded ? "no object stands there" : loaded.error().detail);
    return {};
  }
  if (repeats) {
    return {};
  }
  const pdf::FileRevision& window = history_->revisions()[later_];
  if (entry.type == pdf::XrefEntry::Type::in_base && (entry.offset < window.begin || entry.offset >= window.end)) {
    refuse(ModificationFault::structure, number, "", "it stands outside the revision that declares it");
    return {};
  }
  if (entry.type == pdf::XrefEntry::Type::in_object_stream) {
    RAKKAN_TRY(const auto container, after_->xref_entry(entry.object_stream));
    if (!in_use(container) || container->offset < window.begin || container->offset >= window.end) {
      refuse(ModificationFault::structure, number, "", "it stands in an object stream of an earlier revision");
      return {};
    }
  }
  // Objects of earlier revisions that stand in the stream would change, too, and no entry would say so.
  if (in_use(in_previous)) {
    const auto earlier = previous_->load(number);
    if (!earlier && !is_damage(earlier.error())) {
      return fail(earlier.error());
    }
    if (!earlier) {
      refuse(ModificationFault::unreadable, number, "", "what it was before cannot be read");
      return {};
    }
    if (is_object_stream(*earlier)) {
      refuse(ModificationFault::object_stream_changed, number, "", "an object stream is defined anew");
    }
  }
  return {};
}

// Freeing a number that was never used changes nothing.
Result<void> RevisionComparison::take_free(const pdf::DeclaredEntry& declared, bool used) {
  if (declared.number != 0 && used) {
    RAKKAN_TRY(std::string path, path_of(declared.number));
    refuse(ModificationFault::object_freed, declared.number, std::move(path), "an object in use was freed");
  }
  return {};
}

Result<void> RevisionComparison::settle() {
  earlier_->explained.merge(visited_);
  std::set<std::uint32_t> orphans;
  for (const auto& [number, change] : changes_) {
    if (change.refused) {
      continue;
    }
    if (change.is_new) {
      RAKKAN_TRY(const bool orphan, settle_new(number, change));
      if (orphan) {
        orphans.insert(number);
      } else {
        earlier_->live.insert(number);
      }
      continue;
    }
    RAKKAN_TRY(const bool unchanged, settle_changed(number, change));
    if (!unchanged) {
      earlier_->live.insert(number);
    }
  }
  return settle_orphans(orphans);
}

// A new object that nothing in the signed revision refers to. True when no rule explains it: nothing may refer to it.
Result<bool> RevisionComparison::settle_new(std::uint32_t number, const Change& change) {
  RAKKAN_TRY(const auto sources, index_->referrers(signed_revision_, number));
  if (!sources.empty()) {
    RAKKAN_TRY(std::string path, path_of(number));
    refuse(ModificationFault::dangling_reference, number, std::move(path),
           "the signed revision refers to it, but had no such object");
    return false;
  }
  return !change.explained;
}

// An object of the signed revision. True when it is as it was.
Result<bool> RevisionComparison::settle_changed(std::uint32_t number, const Change& change) {
  if (change.signed_object == nullptr) {
    refuse(ModificationFault::unreadable, number, "", "the signed revision's object cannot be read");
    return false;
  }
  RAKKAN_CHECK(spend(change.signed_object->value_count() + change.object->value_count()));
  RAKKAN_TRY(const bool same, same_object(*before_, *change.signed_object, *after_, *change.object));
  if (same) {
    return true;
  }
  if (change.object->generation() != change.signed_object->generation()) {
    RAKKAN_TRY(std::string path, path_of(number));
    refuse(ModificationFault::object_reused, number, std::move(path), "the number has got another generation");
    return false;
  }
  if (change.explained) {
    return false;
  }
  const auto unexplained = [&](std::string where) {
    const bool signature = belongs_to_signature(*change.signed_object);
    refuse(signature ? ModificationFault::signature_changed : ModificationFault::object_changed, number,
           std::move(where), "an object of the signed revision is defined anew, and no rule explains it");
    return false;
  };
  if (change.places.empty()) {
    RAKKAN_TRY(std::string path, path_of(number));
    return unexplained(std::move(path));
  }
  // Each path that leads to the object must be one along which a rule has explained it.
  const auto is_cleared = [&change](Value place) {
    return std::find(change.places.begin(), change.places.end(), place) != change.places.end();
  };
  std::vector<Value> holders{before_->trailer()};
  RAKKAN_TRY(const auto sources, index_->referrers(signed_revision_, number));
  for (const std::uint32_t source : sources) {
    RAKKAN_TRY(const Object* const holder, before_->load(source));
    if (holder != nullptr) {
      RAKKAN_CHECK(spend(holder->value_count()));
      holders.push_back(holder->value());
    }
  }
  for (const Value holder : holders) {
    for (const Value place : references_to(holder, number)) {
      if (!is_cleared(place)) {
        return unexplained("object " + std::to_string(holder.object()->number()) + path_to(holder, place));
      }
    }
  }
  return false;
}

// New objects to which nothing leads show nothing.
Result<void> RevisionComparison::settle_orphans(const std::set<std::uint32_t>& orphans) {
  if (orphans.empty()) {
    return {};
  }
  const auto refuse_referred = [&](const Object& holder) {
    for (const std::uint32_t number : holder.references_from(0)) {
      if (orphans.contains(number) && !changes_.at(number).refused &&
          result_->findings.size() < Modifications::kMaxFindings) {
        const auto places = references_to(holder.value(), number);
        refuse(ModificationFault::object_added, number,
               "object " + std::to_string(holder.number()) +
                   (places.empty() ? std::string() : path_to(holder.value(), places.front())),
               "a new object, and no rule explains it");
      }
    }
  };
  refuse_referred(*after_->trailer().object());
  for (const std::uint32_t number : earlier_->live) {
    const auto object = after_->load(number);
    if (!object && !is_damage(object.error())) {
      return fail(object.error());
    }
    if (object && *object != nullptr) {
      RAKKAN_CHECK(spend((*object)->value_count()));
      refuse_referred(**object);
    }
  }
  return {};
}

// One of the paths on which the signed revision reaches the object.
Result<std::string> RevisionComparison::path_of(std::uint32_t number) {
  if (result_->findings.size() >= Modifications::kMaxFindings) {
    return std::string();  // nobody will read it
  }
  for (const Value place : references_to(before_->trailer(), number)) {
    return "/Trailer" + path_to(before_->trailer(), place);
  }
  RAKKAN_TRY(const auto sources, index_->referrers(signed_revision_, number));
  for (const std::uint32_t source : sources) {
    RAKKAN_TRY(const Object* const holder, before_->load(source));
    for (const Value place : references_to(holder != nullptr ? holder->value() : Value{}, number)) {
      return "object " + std::to_string(source) + path_to(holder->value(), place);
    }
  }
  return std::string();
}

}  // namespace rakkan::pades
