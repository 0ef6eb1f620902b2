// The server refuses by name all that it does not know: query parameters, members of JSON at any depth, parts of a
// form.
#include "support/api_fixture.hpp"

namespace rakkan::test {
namespace {

namespace json = boost::json;

constexpr const char* kUnknown = "unexpected";

std::string where_of(const RawAnswer& answer) {
  const auto problem = ApiFixture::json(answer);
  const auto* where = problem.if_contains("where");
  return where == nullptr ? "(nowhere)" : std::string(where->as_string());
}

class ApiUnknown : public ApiFixture {
 protected:
  ApiUnknown() { enrol_all(); }

  // Sends the good request with one member more, once for each object in it, and expects that member to be refused.
  template <class Send>
  void expect_every_object_closed(const std::string& good, Send send) {
    json::value request = json::parse(good);
    visit(request, request, "", send);
  }

  Bytes document_ = sample_pdf();
  const Bytes content_ = copy_of(bytes_of("what is signed"));

 private:
  template <class Send>
  void visit(const json::value& whole, json::value& part, const std::string& path, Send send) {
    if (part.is_array()) {
      for (std::size_t i = 0; i < part.get_array().size(); ++i) {
        visit(whole, part.get_array()[i], path + "[" + std::to_string(i) + "]", send);
      }
    }
    if (!part.is_object()) {
      return;
    }
    json::object& object = part.get_object();
    const std::string before = path.empty() ? "" : path + ".";
    object[kUnknown] = 1;
    const RawAnswer answer = send(json::serialize(whole));
    EXPECT_EQ(answer.status, 400U) << json::serialize(whole) << "\n" << answer.body;
    EXPECT_EQ(problem_of(answer), "invalid-request");
    EXPECT_EQ(where_of(answer), before + kUnknown);
    object.erase(kUnknown);
    for (auto& member : object) {
      visit(whole, member.value(), before + std::string(member.key()), send);
    }
  }
};

TEST_F(ApiUnknown, AQueryParameterOfAnyRouteIsRefused) {
  const auto ask_with_query = [&](const http::Route& route, const std::string& query, std::uint16_t port) {
    std::string path = route.path;
    if (const std::size_t begin = path.find('{'); begin != std::string::npos) {
      path.replace(begin, path.find('}') - begin + 1, "1");
    }
    return ask({std::string(name(route.method)), path + "?" + query, acme}, port);
  };
  const auto expect_refused = [&](const http::Router& router, std::uint16_t port) {
    for (const http::Route& route : router.routes()) {
      const RawAnswer refused = ask_with_query(route, std::string(kUnknown) + "=1", port);
      EXPECT_EQ(refused.status, 400U) << route.path << "\n" << refused.body;
      EXPECT_EQ(problem_of(refused), "invalid-request") << route.path;
      EXPECT_EQ(where_of(refused), kUnknown) << route.path;
      for (const std::string_view known : route.query) {
        const std::string one = std::string(known) + "=x";
        EXPECT_EQ(where_of(ask_with_query(route, one + "&" + kUnknown, port)), kUnknown) << route.path;
        EXPECT_EQ(where_of(ask_with_query(route, one + "&" + one, port)), known) << route.path << " twice";
      }
    }
  };
  expect_refused(api->router(), server->port());
  expect_refused(api->metrics_router(), metrics_server->port());
}

TEST_F(ApiUnknown, WhoMayNotAskIsToldSoFirst) {
  EXPECT_EQ(ask({"GET", "/v1/keys?unexpected", ""}).status, 401U);
  EXPECT_EQ(ask({"GET", "/v1/keys?unexpected", key("acme", {access::Scope::sign})}).status, 403U);
}

TEST_F(ApiUnknown, AQueryIsReadAsItIsMeant) {
  EXPECT_EQ(ask({"GET", "/v1/credentials?", acme}).status, 200U);
  EXPECT_EQ(ask({"GET", "/v1/credentials?&&", acme}).status, 200U);
  EXPECT_EQ(ask({"GET", "/v1/credentials?=1", acme}).status, 400U);
  RawHttpClient head(server->port());
  head.send(text_of_request({"HEAD", "/v1/credentials?page=2", acme}));
  EXPECT_EQ(head.answer(true).status, 400U);
  EXPECT_EQ(where_of(ask({"GET", "/v1/audit/checkpoint?%6Aournal=nothing", acme})), "journal")
      << "the same name, encoded";
}

TEST_F(ApiUnknown, AMemberAtAnyDepthIsRefused) {
  const std::string whole =
      R"({"credential":"operator","type":"witness","level":"B-B","tsa":"internal","instruction":)" +
      instruction(document_) + R"(,"field":{"reason":"r"}})";
  expect_every_object_closed(whole, [&](const std::string& text) { return ask(form(acme, text, document_)); });
  const std::string cms = witness_cms(content_);
  expect_every_object_closed(cms, [&](const std::string& text) { return ask(post_json("/v1/cms", acme, text)); });
  const std::string activation = R"({"credential":"yamada","digests":[)" + digest_json(content_) + "," +
                                 digest_json(document_) + "]," + pin_member(kPin) + "}";
  expect_every_object_closed(activation,
                             [&](const std::string& text) { return ask(post_json("/v1/activations", acme, text)); });
  expect_every_object_closed(R"({"label":"x","scopes":["sign"],"addresses":["127.0.0.0/8"]})",
                             [&](const std::string& text) { return ask(post_json("/v1/keys", acme, text)); });
  const auto line = [&](const std::string& text) {
    const RawAnswer batch = ask({"POST", "/v1/cms:batch", acme, {{"Content-Type", "application/x-ndjson"}}, text});
    json::value answer = json::parse(batch.body);
    RawAnswer problem;
    problem.status = answer.at("status").to_number<unsigned>();
    problem.body = json::serialize(answer.at("problem"));
    return problem;
  };
  expect_every_object_closed(cms, line);
  EXPECT_EQ(ask(form(acme, whole, document_)).status, 200U) << "all of it is known but the member that was added";
}

TEST_F(ApiUnknown, APartOfAFormIsRefused) {
  const auto send = [&](const std::vector<std::string>& names) {
    std::string body;
    for (const std::string& name : names) {
      body += "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" +
              (name == "request" ? witness(document_) : std::string(text_of(document_))) + "\r\n";
    }
    return ask(
        {"POST", "/v1/signatures", acme, {{"Content-Type", "multipart/form-data; boundary=b"}}, body + "--b--\r\n"});
  };
  EXPECT_EQ(send({"request", "document"}).status, 200U);
  for (const auto& names : std::vector<std::vector<std::string>>{
           {kUnknown, "request", "document"}, {"request", kUnknown, "document"}, {"request", "document", kUnknown}}) {
    const RawAnswer refused = send(names);
    EXPECT_EQ(problem_of(refused), "malformed-multipart");
    EXPECT_EQ(where_of(refused), kUnknown);
  }
  EXPECT_EQ(where_of(send({"document", "request"})), "document") << "in another order";
  EXPECT_EQ(where_of(send({"request", "document", "document"})), "document") << "twice";
}

}  // namespace
}  // namespace rakkan::test
