// sign_file IN.pdf OUT.pdf: the worker of sign_corpus.py. Signs one document with a CMS that is none and checks the
// round trip, twice in a row. One line on standard output: "signed <ns of open> <ns of prepare and embed>", "refused
// <slug> <detail>" or "violated <what>".
#include <chrono>
#include <cstdio>
#include <fstream>
#include <span>

#include "rakkan/base/file.hpp"
#include "support/sign_round_trip.hpp"

namespace {

using rakkan::test::RoundTrip;

// The own cost of opening and preparing, for the table: best of three.
void print_times(rakkan::ByteView base) {
  using Clock = std::chrono::steady_clock;
  Clock::duration best_open = Clock::duration::max();
  Clock::duration best_prepare = Clock::duration::max();
  rakkan::test::FixedRandom random;
  for (int i = 0; i < 3; ++i) {
    const auto start = Clock::now();
    const auto document = rakkan::pdf::Document::open(base);
    const auto opened = Clock::now();
    const auto prepared = rakkan::pades::prepare(*document, {}, 8192, random);
    const auto done = Clock::now();
    best_open = std::min(best_open, opened - start);
    best_prepare = std::min(best_prepare, done - opened);
  }
  const auto ns = [](Clock::duration d) {
    return static_cast<long long>(std::chrono::duration_cast<std::chrono::nanoseconds>(d).count());
  };
  std::printf("signed %lld %lld\n", ns(best_open), ns(best_prepare));
}

int sign(const char* from, const char* to) {
  const auto file = rakkan::MappedFile::open(from);
  if (!file) {
    std::fprintf(stderr, "%s\n", rakkan::to_string(file.error()).c_str());
    return 3;
  }
  const RoundTrip once = rakkan::test::sign_round_trip(file->view(), {}, 8192);
  if (once.refused) {
    std::printf("refused %s %s\n", std::string(rakkan::row(once.refused->code).slug).c_str(),
                to_string(*once.refused).c_str());
    return 0;
  }
  const RoundTrip twice = once.violation.empty() ? rakkan::test::sign_round_trip(once.document, {}, 8192) : once;
  if (!twice.violation.empty() || twice.refused) {
    std::printf("violated %s\n", twice.refused ? to_string(*twice.refused).c_str() : twice.violation.c_str());
    return 0;
  }
  std::ofstream out(to, std::ios::binary | std::ios::trunc);
  out << rakkan::text_of(once.document);
  out.close();
  if (!out) {
    std::fprintf(stderr, "cannot write %s\n", to);
    return 3;
  }
  print_times(file->view());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() != 3) {
    std::fprintf(stderr, "usage: sign_file IN.pdf OUT.pdf\n");
    return 3;
  }
  return sign(arguments[1], arguments[2]);
}
