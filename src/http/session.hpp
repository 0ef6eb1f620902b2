// Session serves the requests of one connection, one after another, each from its head to its answer.
#pragma once

#include <cstdint>
#include <optional>

#include "http/stream.hpp"
#include "http/worker.hpp"
#include "rakkan/base/ip_address.hpp"

namespace rakkan::http {

// Peer is the other end of a connection.
struct Peer {
  IpAddress address;                        // of the socket; kLocalPeer of a Unix one
  std::optional<std::uint32_t> local_user;  // over the Unix socket
};

// Serves a connection until it ends, then gives its place back. Throws nothing. Runs on the worker's thread; the worker
// outlives the task.
[[nodiscard]] async::Task<void> serve_connection(Worker& worker, Stream stream, Peer peer, AddressCounts::Place place);

}  // namespace rakkan::http
