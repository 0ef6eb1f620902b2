// Silence is the list of silent connections, in two classes: those that never had a request, and those that rest after
// one. When connections are tight, those of the first class give way before those of the second, the one that has been
// silent for longest first; a connection whose request is under way is in neither. Belongs to its thread.
#pragma once

#include <list>

namespace rakkan::http {

class Connection;

class Silence {
 public:
  // Place is a connection's own place in the list: beginning and ending cost the change of a few pointers.
  class Place {
   public:
    Place(Silence& of, Connection& connection) : of_(of), node_{&connection} {}
    ~Place() { end(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // States that the connection is silent; a second call changes nothing. `had_request`: it rests after a request.
    void begin(bool had_request) noexcept;
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
  std::list<Connection*> never_heard_;
  std::list<Connection*> at_rest_;
};

}  // namespace rakkan::http
