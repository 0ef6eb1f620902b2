// GET / (what this server is, with links to its API) and GET /v1/version.
#include <array>

#include "api/endpoints.hpp"
#include "api/media_type.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::api {
namespace {

constexpr std::string_view kJsonType = "application/json";
constexpr std::string_view kHtmlType = "text/html";
constexpr std::array kOffered{kJsonType, kHtmlType};

struct Place {
  std::string_view name;
  std::string_view path;
  std::string_view words;
};
constexpr std::array kPlaces{
    Place{"description", "/openapi.json", "the API, OpenAPI 3.1 in JSON"},
    Place{"description_yaml", "/openapi.yaml", "the same description in YAML"},
    Place{"version", "/v1/version", "version of the program"},
    Place{"health", "/healthz", "whether the process lives"},
    Place{"readiness", "/readyz", "whether it can sign right now"},
    Place{"signatures", "/v1/signatures", "signs a PDF; lists signatures"},
    Place{"digests", "/v1/cms", "signs a digest"},
    Place{"activations", "/v1/activations", "a party releases its key for some digests"},
    Place{"credentials", "/v1/credentials", "the keys that sign"},
    Place{"timestamps", "/tsa", "RFC 3161"},
    Place{"checkpoint", "/v1/audit/checkpoint", "the newest checkpoint of the audit log"},
    Place{"keys", "/v1/keys", "API keys"},
};

json::ObjectWriter about() {
  json::ObjectWriter json;
  json.text("name", "Rakkan").text("version", RAKKAN_VERSION).text("api", "v1");
  return json;
}

std::string as_json() {
  json::ObjectWriter places;
  for (const Place& place : kPlaces) {
    places.text(place.name, place.path);
  }
  json::ObjectWriter json = about();
  json.raw("paths", std::move(places).finish());
  return std::move(json).finish() + "\n";
}

std::string as_html() {
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Rakkan</title>\n<h1>Rakkan " RAKKAN_VERSION
      "</h1>\n<ul>\n";
  for (const Place& place : kPlaces) {
    html.append("<li><a href=\"").append(place.path).append("\">").append(place.path).append("</a> ");
    html.append(place.words).append("</li>\n");
  }
  return html + "</ul>\n</html>\n";
}

}  // namespace

async::Task<Result<Response>> get_index(Context& /*context*/, Request& request) {
  RAKKAN_CO_TRY(const std::string_view type, choose_media_type(request, kOffered));
  if (type == kJsonType) {
    co_return Response::json(as_json());
  }
  Response response = Response::text(as_html(), "text/html; charset=utf-8");
  response.header("Content-Security-Policy", "default-src 'none'");
  co_return response;
}

async::Task<Result<Response>> get_version(Context& /*context*/, Request& /*request*/) {
  co_return Response::json(about().finish() + "\n");
}

}  // namespace rakkan::api
