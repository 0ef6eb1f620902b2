// The name of a task, for headers that only say that they return one. Asio's own header has 74,000 lines; whoever waits
// for a task or makes one includes task.hpp.
#pragma once

namespace boost::asio {
class any_io_executor;
template <typename T, typename Executor>
class awaitable;
}  // namespace boost::asio

namespace rakkan::async {

template <class T = void>
using Task = boost::asio::awaitable<T, boost::asio::any_io_executor>;

}  // namespace rakkan::async
