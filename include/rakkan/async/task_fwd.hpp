// The declaration of Task, for headers that only return one. Asio's own header has 74,000 lines; a file that awaits or
// makes a task includes task.hpp.
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
