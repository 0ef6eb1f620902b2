#include "rakkan/http/response.hpp"

#include <utility>

#include "rakkan/base/wiped_bytes.hpp"

namespace rakkan::http {

Response Response::text(std::string body, std::string_view media_type) {
  Response response(200);
  response.header("Content-Type", media_type).append(std::move(body));
  return response;
}

Response Response::json(std::string body, unsigned status) {
  Response response(status);
  response.header("Content-Type", "application/json").append(std::move(body));
  return response;
}

Response Response::secret_json(std::string body, unsigned status) {
  const auto wipe = [](std::string* text) {
    secure_wipe(*text);
    delete text;
  };
  const std::shared_ptr<std::string> owner(new std::string(std::move(body)), wipe);
  Response response(status);
  response.header("Content-Type", "application/json").header("Cache-Control", "no-store");
  response.append(owner, bytes_of(*owner));
  response.secret_ = true;
  return response;
}

Response& Response::header(std::string_view name, std::string_view value) {
  fields_.append(name).append(": ");
  for (const char c : value) {
    const auto octet = static_cast<unsigned char>(c);
    fields_ += octet < 0x20 || octet == 0x7F ? ' ' : c;  // a line break would begin another field
  }
  fields_.append("\r\n");
  return *this;
}

Response& Response::append(Bytes body) {
  auto owner = std::make_shared<const Bytes>(std::move(body));
  const ByteView view = *owner;
  return append(std::move(owner), view);
}

Response& Response::append(std::string body) {
  auto owner = std::make_shared<const std::string>(std::move(body));
  const ByteView view = bytes_of(*owner);
  return append(std::move(owner), view);
}

Response& Response::append(std::shared_ptr<const void> owner, ByteView body) {
  if (!body.empty()) {
    pieces_.push_back(body);
    owners_.push_back(std::move(owner));
    size_ += body.size();
  }
  return *this;
}

Response& Response::stream(Producer producer) {
  producer_ = std::move(producer);
  return *this;
}

}  // namespace rakkan::http
