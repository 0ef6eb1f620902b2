// The return of a coroutine to its thread: by Asio's queue alone, and in turns of one or many owners. 64 are ready at
// once, as many as an I/O thread has at work.
#include <benchmark/benchmark.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <string>
#include <vector>

#include "rakkan/async/turns.hpp"

namespace rakkan::async {
namespace {

constexpr int kReady = 64;

void ReturnByTheQueue(benchmark::State& state) {
  boost::asio::io_context context{1};
  const boost::asio::any_io_executor executor = context.get_executor();
  std::size_t went_on = 0;
  for (auto _ : state) {
    for (int i = 0; i < kReady; ++i) {
      boost::asio::post(executor, std::function<void()>([&went_on] { ++went_on; }));
    }
    context.run();
    context.restart();
  }
  benchmark::DoNotOptimize(went_on);
  state.SetItemsProcessed(state.iterations() * kReady);
}
BENCHMARK(ReturnByTheQueue);

void ReturnInTurns(benchmark::State& state) {
  boost::asio::io_context context{1};
  const boost::asio::any_io_executor executor = context.get_executor();
  std::vector<Owner> owners;
  for (int i = 0; i < state.range(0); ++i) {
    owners.push_back(Owner::of("tenant " + std::to_string(i)));
  }
  std::size_t went_on = 0, next = 0;
  for (auto _ : state) {
    for (int i = 0; i < kReady; ++i) {
      auto& turns = boost::asio::use_service<Turns>(context);  // looked for at each wait
      turns.post(executor, owners[next++ % owners.size()], [&went_on] { ++went_on; });
    }
    context.run();
    context.restart();
  }
  benchmark::DoNotOptimize(went_on);
  state.SetItemsProcessed(state.iterations() * kReady);
}
BENCHMARK(ReturnInTurns)->ArgName("owners")->Arg(1)->Arg(32);

}  // namespace
}  // namespace rakkan::async
