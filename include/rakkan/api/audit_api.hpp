// AuditApi is the part of the API that only reads the audit log: its keys, entries and files, and its verification. It
// needs no key of a token, so that a damaged log, or one whose HSM is gone, can still be looked at.
#pragma once

#include <memory>

#include "rakkan/http/router.hpp"
#include "rakkan/service/archive.hpp"

namespace rakkan::api {

class AuditApi {
 public:
  // The archive outlives it.
  explicit AuditApi(const service::Archive& archive);
  ~AuditApi();

  // The routes for users of this machine alone (http::dispatch).
  [[nodiscard]] http::Router router();
  // Adds the same routes to those of a server, which has guards of its own.
  void add_routes(http::Router& router);

  struct Reading;  // the state that its endpoints share

 private:
  std::unique_ptr<Reading> reading_;
};

}  // namespace rakkan::api
