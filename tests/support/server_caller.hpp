// ServerCaller asks a running rakkand of a ServerFolder with that folder's API key.
#pragma once

#include <string>
#include <utility>

#include "rakkan/fetch/http_client.hpp"
#include "rakkan/tsp/timestamp_request.hpp"
#include "support/server_folder.hpp"
#include "support/witness_request.hpp"

namespace rakkan::test {

class ServerCaller {
 public:
  explicit ServerCaller(const ServerFolder& folder) : folder_(&folder), client_(fetch::HttpOptions{}) {}

  [[nodiscard]] Result<fetch::HttpResponse> get(const std::string& path) const { return send("GET", path, {}, {}); }
  // Asks for the operator's detached CMS over the digest of `about`.
  [[nodiscard]] Result<fetch::HttpResponse> sign(const std::string& about) const {
    const std::string json = cms_request("operator-p256", digest_of(about), to_rfc3339(SystemClock{}.now()));
    return send("POST", "/v1/cms", "application/json", bytes_of(json));
  }
  // Asks for an activation: the right to have the party sign that digest once.
  [[nodiscard]] Result<fetch::HttpResponse> activate(const std::string& about) const {
    const std::string json = activation_request(kParty, digest_of(about), ServerFolder::party_pin());
    return send("POST", "/v1/activations", "application/json", bytes_of(json));
  }
  // Asks for the party's detached CMS over that digest.
  [[nodiscard]] Result<fetch::HttpResponse> sign_as_party(const std::string& about,
                                                          const std::string& activation) const {
    const std::string json = party_cms_request(kParty, digest_of(about), activation);
    return send("POST", "/v1/cms", "application/json", bytes_of(json));
  }
  [[nodiscard]] Result<fetch::HttpResponse> timestamp(const std::string& about) const {
    const auto digest = digest_of(about);
    const Bytes query = tsp::TimestampRequest::for_digest(digest, digest.view().first(8)).encode();
    return send("POST", "/tsa", "application/timestamp-query", query);
  }

 private:
  static constexpr const char* kParty = "party-takasaki";

  static crypto::Digest digest_of(const std::string& about) {
    return crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(about));
  }

  [[nodiscard]] Result<fetch::HttpResponse> send(const std::string& method, const std::string& path,
                                                 const std::string& content_type, ByteView body) const {
    fetch::HttpRequest request{method, folder_->url(path), {{"Authorization", "Bearer " + folder_->api_key()}}, {}};
    if (!content_type.empty()) {
      request.headers.push_back({"Content-Type", content_type});
      request.body.push_back(body);
    }
    return client_.send(request);
  }

  const ServerFolder* folder_;
  fetch::HttpClient client_;
};

}  // namespace rakkan::test
