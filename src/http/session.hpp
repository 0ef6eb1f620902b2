// Session: the requests of one connection, one after another, each from its head to its answer.
#pragma once

#include "http/stream.hpp"
#include "http/worker.hpp"
#include "rakkan/base/ip_address.hpp"

namespace rakkan::http {

// Ends with the connection, and gives its place back. Throws nothing. Runs on the worker's thread; the worker outlives
// it.
[[nodiscard]] async::Task<void> serve_connection(Worker& worker, Stream stream, IpAddress peer,
                                                 AddressCounts::Place place);

}  // namespace rakkan::http
