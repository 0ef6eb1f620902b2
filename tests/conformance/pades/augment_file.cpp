// augment_file IN.pdf OUT.pdf: the worker of sign_corpus.py --archive. Signs one document, then appends validation data
// and a document timestamp, twice, and checks the result by our own reading. One line on standard output: "signed <ns
// of the validation data> <ns of preparing the timestamp> <SHA-256 of each datum>", "refused <slug> <detail>" or
// "violated <what>".
#include <chrono>
#include <cstdio>
#include <fstream>
#include <span>

#include "rakkan/base/file.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/pades/signature_integrity.hpp"
#include "support/archivist.hpp"
#include "support/document_facts.hpp"

namespace {

using namespace rakkan;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kObjectsCompared = 100;

long long ns(Clock::duration duration) {
  return static_cast<long long>(std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count());
}

int violated(const std::string& what) {
  std::printf("violated %s\n", what.c_str());
  return 0;
}
int violated(const std::string& what, const Error& error) { return violated(what + ": " + to_string(error)); }

// The outcomes of the checks of the signatures, by the names of their fields.
Result<std::vector<std::string>> outcomes(const pdf::Document& document) {
  RAKKAN_TRY(const auto form, pdf::AcroForm::read(document));
  std::vector<std::string> all;
  if (!form) {
    return all;
  }
  RAKKAN_TRY(const auto signatures, pdf::signatures(document, *form));
  const auto hashed = pades::HashedDocument::hash(document.bytes(), std::span(test::kAllDigests).first(1),
                                                  pades::covered_bytes(document, signatures));
  for (const pdf::Signature& signature : signatures) {
    const pades::SignatureIntegrity integrity = pades::check_integrity(document, signature, &hashed);
    all.push_back(signature.field_name + ": " + std::string(name(integrity.byte_range.outcome)) + ", " +
                  std::string(name(integrity.digest.outcome)) + ", " + std::string(name(integrity.signature.outcome)));
  }
  return all;
}

int check(const pades::Augmentation& augmentation, const std::vector<std::string>& before) {
  const auto document = augmentation.open();
  if (!document) {
    return violated("the archived document does not open", document.error());
  }
  const Bytes whole = test::Archivist::joined(augmentation);
  const auto joined = pdf::Document::open(whole);
  if (!joined) {
    return violated("the archived document does not open as a whole", joined.error());
  }
  if (const std::string fact = test::disagreement(*document, *joined, kObjectsCompared); !fact.empty()) {
    return violated("the pieces and the whole are two documents: " + fact.substr(0, 200));
  }
  const auto after = outcomes(*document);
  if (!after) {
    return violated("the signatures cannot be read", after.error());
  }
  if (after->size() != before.size() + 3) {
    return violated(std::to_string(before.size()) + " signatures became " + std::to_string(after->size()));
  }
  std::size_t intact = 0;
  for (const std::string& outcome : *after) {
    const bool earlier = std::find(before.begin(), before.end(), outcome) != before.end();
    intact += !earlier && outcome.ends_with(": passed, passed, passed") ? 1U : 0U;
  }
  for (const std::string& outcome : before) {
    if (std::find(after->begin(), after->end(), outcome) == after->end()) {
      return violated("an earlier signature was " + outcome);
    }
  }
  return intact == 3 ? -1 : violated(std::to_string(intact) + " of our three signatures are intact");
}

int augment(const char* from, const char* to) {
  const auto file = MappedFile::open(from);
  if (!file) {
    std::fprintf(stderr, "%s\n", to_string(file.error()).c_str());
    return 3;
  }
  test::Archivist archivist;
  pades::Augmentation augmentation = test::Archivist::start(file->view());
  std::vector<std::string> before;
  if (const auto base = augmentation.open()) {
    before = outcomes(*base).value_or(std::vector<std::string>{});
  }
  if (const auto done = archivist.sign(augmentation); !done) {
    std::printf("refused %s %s\n", std::string(row(done.error().code).slug).c_str(), to_string(done.error()).c_str());
    return 0;
  }
  std::string digests;
  Clock::duration best_data = Clock::duration::max();
  Clock::duration best_prepare = Clock::duration::max();
  for (const std::uint32_t round : {0U, 1U}) {
    const test::Evidence evidence = archivist.evidence(round);
    for (const auto* data : {&evidence.certificates, &evidence.ocsp_responses, &evidence.crls}) {
      for (const Bytes& bytes : *data) {
        digests += " " + to_hex(crypto::digest(crypto::DigestAlgorithm::sha256, bytes).view());
      }
    }
    const auto start = Clock::now();
    const auto added = augmentation.add_validation_data(evidence.data(), archivist.random);
    best_data = std::min(best_data, Clock::now() - start);
    if (!added) {
      return violated("validation data", added.error());
    }
    const auto ready = Clock::now();
    auto prepared = augmentation.prepare_timestamp(
        {.largest_token = archivist.tsu.tsu->max_token_size(), .field_name = {}}, archivist.random);
    best_prepare = std::min(best_prepare, Clock::now() - ready);
    if (!prepared) {
      return violated("preparing a timestamp", prepared.error());
    }
    const auto token = archivist.token_over(prepared->digest);
    if (const auto done = augmentation.add_timestamp(*std::move(prepared), test::value_or_throw(token)); !done) {
      return violated("adding a timestamp", done.error());
    }
  }
  if (const int code = check(augmentation, before); code >= 0) {
    return code;
  }
  std::ofstream out(to, std::ios::binary | std::ios::trunc);
  out << text_of(test::Archivist::joined(augmentation));
  out.close();
  if (!out) {
    std::fprintf(stderr, "cannot write %s\n", to);
    return 3;
  }
  std::printf("signed %lld %lld%s\n", ns(best_data), ns(best_prepare), digests.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() != 3) {
    std::fprintf(stderr, "usage: augment_file IN.pdf OUT.pdf\n");
    return 3;
  }
  return augment(arguments[1], arguments[2]);
}
