// RevisionComparison holds one later revision against the signed one. Rules (modification_rules.hpp) explain changes or
// refuse them; settle() judges what they left.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "pades/compared_before.hpp"
#include "pades/reverse_index.hpp"
#include "rakkan/pades/modification.hpp"
#include "rakkan/pdf/history.hpp"

namespace rakkan::pades {

// Change is an object number that the later revision declares otherwise than the signed one.
struct Change {
  pdf::XrefEntry entry;
  const pdf::Object* object = nullptr;  // as the later revision has it
  const pdf::Object* signed_object = nullptr;
  bool is_new = true;  // the signed revision has no object of that number

  // The rules' word. An explanation holds along every path, or along the places in the signed revision alone.
  bool explained = false;
  bool refused = false;
  std::vector<pdf::Value> places;
};

class RevisionComparison {
 public:
  // Everything outlives it. `earlier` is what comparisons of earlier updates with the same signed revision have found;
  // this one adds to it. `steps` are the values that all comparisons of the file have looked at.
  RevisionComparison(const pdf::History& history, const ReverseIndex& index, std::size_t signed_revision,
                     std::size_t later, ComparedBefore& earlier, std::uint64_t& steps, Modifications& result);

  // Reads what the later revision declares. Refuses what no rule can explain.
  [[nodiscard]] Result<void> read();
  // Judges what the rules have left: the paths of explained changes, new objects that nothing refers to.
  [[nodiscard]] Result<void> settle();

  // For the rules.
  [[nodiscard]] const pdf::Document& before() const noexcept { return *before_; }
  [[nodiscard]] const pdf::Document& after() const noexcept { return *after_; }
  [[nodiscard]] std::map<std::uint32_t, Change>& changes() noexcept { return changes_; }
  [[nodiscard]] const Change* change(std::uint32_t number) const noexcept;
  // True when the signed revision has no object of that number.
  [[nodiscard]] Result<bool> is_new(std::uint32_t number) const;
  [[nodiscard]] const ReverseIndex& index() const noexcept { return *index_; }
  [[nodiscard]] std::size_t signed_revision() const noexcept { return signed_revision_; }
  [[nodiscard]] ComparedBefore& earlier() noexcept { return *earlier_; }

  // The change of the number is harmless, whatever leads to it.
  void explain(std::uint32_t number, ModificationLevel level);
  // The same, as far as this reference in the signed revision leads to it.
  void explain_at(std::uint32_t number, pdf::Value place, ModificationLevel level);
  // Every new object to which the value leads, through new objects alone, is harmless.
  [[nodiscard]] Result<void> explain_new_below(pdf::Value value, ModificationLevel level);
  // A value of the signed revision became another one: when that is a reference, the object behind it may change, or be
  // new. False, and refused, when it refers to another object of the signed revision.
  [[nodiscard]] Result<bool> explain_container(pdf::Value signed_value, pdf::Value value, ModificationLevel level,
                                               ModificationFault fault, const std::string& path);
  // Counts values that are looked at: hostile files make few bytes cost much. Fails with pdf_limit_exceeded.
  [[nodiscard]] Result<void> spend(std::uint64_t values);
  void refuse(ModificationFault fault, std::uint32_t number, std::string path, std::string detail);

  // The widgets that rules have approved: they may join the annotations of a page.
  std::set<std::uint32_t> widgets;

 private:
  [[nodiscard]] Result<void> take(const pdf::DeclaredEntry& declared);
  [[nodiscard]] Result<void> take_free(const pdf::DeclaredEntry& declared, bool used);
  [[nodiscard]] Result<bool> settle_changed(std::uint32_t number, const Change& change);
  [[nodiscard]] Result<bool> settle_new(std::uint32_t number, const Change& change);
  [[nodiscard]] Result<void> settle_orphans(const std::set<std::uint32_t>& orphans);
  [[nodiscard]] Result<std::string> path_of(std::uint32_t number);
  void raise(ModificationLevel level);

  const pdf::History* history_;
  const ReverseIndex* index_;
  std::size_t signed_revision_;
  std::size_t later_;
  ComparedBefore* earlier_;
  std::uint64_t* steps_;
  Modifications* result_;
  const pdf::Document* before_ = nullptr;
  const pdf::Document* previous_ = nullptr;
  const pdf::Document* after_ = nullptr;
  std::map<std::uint32_t, Change> changes_;
  std::set<std::uint32_t> visited_;  // by explain_new_below
};

}  // namespace rakkan::pades
