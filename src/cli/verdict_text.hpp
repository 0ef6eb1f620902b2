// A verdict for people, in Japanese or English: the answer first, then what it rests on. Text from the document is
// shown by visible() (visible_text.hpp).
#pragma once

#include <string>

#include "rakkan/console/language.hpp"
#include "rakkan/validation/facts.hpp"
#include "rakkan/validation/verdict.hpp"

namespace rakkan::cli {

[[nodiscard]] std::string verdict_text(const std::string& file, const validation::Verdict& verdict,
                                       const validation::Facts& facts, console::Language language);

// Each step of the decision in its order, with its clause.
[[nodiscard]] std::string steps_text(const validation::Verdict& verdict, console::Language language);

}  // namespace rakkan::cli
