// Silence is the list of silent connections, in three classes: those that wait for their turn after a refusal
// (refusal_pace.hpp), those that never had a request, and those that rest after one. When connections are tight, those
// of an earlier class give way before those of a later one, the one that has been silent for longest first; a
// connection whose request is under way is in none. Belongs to its thread.
#pragma once

#include <array>
#include <cstdint>
#include <list>

namespace rakkan::http {

class Connection;

class Silence {
 public:
  enum class Kind : std::uint8_t { refused, never_heard, at_rest };

  // Place is a connection's own place in the list: beginning and ending cost the change of a few pointers.
  class Place {
   public:
    Place(Silence& of, Connection& connection) : of_(of), node_{&connection} {}
    ~Place() { end(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // States that the connection is silent; a second call changes nothing.
    void begin(Kind kind) noexcept;
    void end() noexcept;

   private:
    Silence& of_;
    std::list<Connection*> node_;  // holds the place's one element while the connection is not silent
    std::list<Connection*>* in_ = nullptr;
    std::list<Connection*>::iterator at_;
  };

  // The connection that should give way first, and from which no unread bytes have arrived; null when none is silent.
  // It stays in the list until its place ends.
  [[nodiscard]] Connection* first_to_go() noexcept;

 private:
  std::array<std::list<Connection*>, 3> silent_;  // by kind
};

}  // namespace rakkan::http
