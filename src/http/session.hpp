// Session: the requests of one connection, one after another, each from its head to its answer.
#pragma once

#include <cstdint>
#include <optional>

#include "http/stream.hpp"
#include "http/worker.hpp"
#include "rakkan/base/ip_address.hpp"

namespace rakkan::http {

// Who is at the other end.
struct Peer {
  IpAddress address;                        // of the socket; kLocalPeer of a Unix one
  std::optional<std::uint32_t> local_user;  // over the Unix socket
};

// Ends with the connection, and gives its place back. Throws nothing. Runs on the worker's thread; the worker outlives
// it.
[[nodiscard]] async::Task<void> serve_connection(Worker& worker, Stream stream, Peer peer, AddressCounts::Place place);

}  // namespace rakkan::http
