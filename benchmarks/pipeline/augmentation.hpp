// Augmenting a document that has signatures already: it is read once, whatever their number, with one hash for each
// algorithm.
#pragma once

#include <chrono>
#include <filesystem>

#include "report.hpp"

namespace rakkan::bench {

struct AugmentationOptions {
  std::filesystem::path documents;  // folder made by make_documents.py
  int rounds = 9;
  std::chrono::milliseconds slice{60};
};

void augmentation(const AugmentationOptions& options, Report& report);

}  // namespace rakkan::bench
