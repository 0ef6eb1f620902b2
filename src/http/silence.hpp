// Silence knows which connections are silent, and since when: those that wait because they were refused
// (refusal_pace.hpp), those that never had a request, and those that rest after one. When connections are tight they
// give way in this order, of each kind the one that has been silent for longest; a connection whose request is under
// way is none of them. Belongs to its thread.
#pragma once

#include <array>
#include <cstdint>
#include <list>

namespace rakkan::http {

class Connection;

class Silence {
 public:
  enum class Kind : std::uint8_t { refused, never_heard, at_rest };

  // A connection's own place in it: begins and ends cost a few pointers.
  class Place {
   public:
    Place(Silence& of, Connection& connection) : of_(of), node_{&connection} {}
    ~Place() { end(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // Again is harmless: what is silent stays so since it began.
    void begin(Kind kind) noexcept;
    void end() noexcept;

   private:
    Silence& of_;
    std::list<Connection*> node_;  // its one element, while the connection is not silent
    std::list<Connection*>* in_ = nullptr;
    std::list<Connection*>::iterator at_;
  };

  // The connection that should give way first and of which nothing has arrived that is not read yet; null when none is
  // silent. It stays where it is until its place ends.
  [[nodiscard]] Connection* first_to_go() noexcept;

 private:
  std::array<std::list<Connection*>, 3> silent_;  // by kind
};

}  // namespace rakkan::http
