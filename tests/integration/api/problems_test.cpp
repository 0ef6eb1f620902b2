// A caller who made a mistake is told where it is, and what would do. Every parser of requests, one by one.
#include "support/api_fixture.hpp"

namespace rakkan::test {
namespace {

using testing::HasSubstr;
using Allowed = std::vector<std::string>;

class ApiProblems : public ApiFixture {
 protected:
  ApiProblems() { enrol_all(); }

  struct Told {
    std::string code;
    std::string where;
    Allowed allowed;
    std::int64_t offset = -1;
    bool operator==(const Told&) const = default;
    friend void PrintTo(const Told& told, std::ostream* out) {
      *out << told.code << " at \"" << told.where << "\", offset " << told.offset << ", allowed:";
      for (const std::string& one : told.allowed) {
        *out << " " << one;
      }
    }
  };
  static Told told(const boost::json::object& problem) {
    Told told;
    const auto text = [&](const char* member) {
      const auto* value = problem.if_contains(member);
      return value == nullptr ? std::string() : std::string(value->as_string());
    };
    told.code = text("code");
    told.where = text("where");
    if (const auto* allowed = problem.if_contains("allowed")) {
      for (const auto& one : allowed->as_array()) {
        told.allowed.emplace_back(one.as_string());
      }
    }
    if (const auto* offset = problem.if_contains("offset")) {
      told.offset = offset->as_int64();
    }
    return told;
  }
  Told tell(const ApiRequest& request) const { return told(json(ask(request))); }
  Told tell_line(const std::string& line) const {
    const RawAnswer batch = ask({"POST", "/v1/cms:batch", acme, {{"Content-Type", "application/x-ndjson"}}, line});
    return told(boost::json::parse(batch.body).as_object().at("problem").as_object());
  }
  static std::string replaced(std::string text, std::string_view what, std::string_view with) {
    return text.replace(text.find(what), what.size(), with);
  }

  Bytes document_ = sample_pdf();
  const Bytes content_ = copy_of(bytes_of("what is signed"));
};

TEST_F(ApiProblems, ATextThatIsNoJsonSaysHowFarItWasRead) {
  const Told at_13{"malformed-json", "", {}, 13};
  const std::string broken = R"({"label":"x",})";  // the closing brace
  EXPECT_EQ(tell(post_json("/v1/keys", acme, broken)), at_13);
  EXPECT_EQ(tell(post_json("/v1/activations", acme, broken)), at_13);
  EXPECT_EQ(tell(post_json("/v1/cms", acme, broken)), at_13);
  EXPECT_EQ(tell(form(acme, broken, document_)), at_13) << "counted in the part";
  EXPECT_EQ(tell_line(broken), at_13) << "counted in the line";
}

TEST_F(ApiProblems, AWrongValueNamesItsMemberAndWhatWouldDo) {
  const auto invalid = [](const std::string& where, const Allowed& allowed) {
    return Told{"invalid-request", where, allowed};
  };
  const Allowed digests{"SHA-256", "SHA-384", "SHA-512"};
  const Allowed classes{"mailbox", "knowledge", "phone", "device", "identity_provider", "in_person"};
  const std::string cms = witness_cms(content_);
  const auto send_all = [&](const std::string& right, const std::string& wrong) {
    const std::string pdf = replaced(witness(document_), right, wrong);
    const std::string text = replaced(cms, right, wrong);
    const std::vector<Told> told{tell(form(acme, pdf, document_)), tell(post_json("/v1/cms", acme, text)),
                                 tell_line(text)};
    EXPECT_EQ(told.at(0), told.at(1)) << right;
    EXPECT_EQ(told.at(0), told.at(2)) << right;
    return told.at(0);
  };
  EXPECT_EQ(send_all(R"("witness")", R"("seal")"), invalid("type", {"witness", "party"}));
  EXPECT_EQ(send_all(R"("witness")", "7").where, "type");
  // The levels above B-T are for documents.
  EXPECT_EQ(tell(form(acme, replaced(witness(document_), R"("B-B")", R"("B-X")"), document_)),
            invalid("level", {"B-B", "B-T", "B-LT", "B-LTA"}));
  const std::string above = replaced(cms, R"("B-B")", R"("B-LTA")");
  EXPECT_EQ(tell(post_json("/v1/cms", acme, above)), invalid("level", {"B-B", "B-T"}));
  EXPECT_EQ(tell_line(above), invalid("level", {"B-B", "B-T"}));
  EXPECT_EQ(send_all(R"("mailbox")", R"("mail")"), invalid("instruction.authenticated[0].class", classes));
  EXPECT_EQ(send_all(R"("document_digest":{"alg":"SHA-256")", R"("document_digest":{"alg":"MD5")"),
            invalid("instruction.document_digest.alg", digests));
  EXPECT_EQ(send_all(R"("credential":"operator",)", R"("credential":"operator","type":"party",)").where, "type")
      << "the member occurs twice";
  const std::string stamped = replaced(witness(document_, "B-T"), R"("level":)", R"("tsa":"moon","level":)");
  EXPECT_EQ(tell(form(acme, stamped, document_)), invalid("tsa", {"internal"}));

  EXPECT_EQ(tell(post_json("/v1/cms", acme, replaced(cms, R"("digest":{"alg":"SHA-256")", R"("digest":{"alg":"x")"))),
            invalid("digest.alg", digests));
  EXPECT_EQ(tell_line(replaced(cms, R"({"credential")", R"({"idempotency_key":"\u9375","credential")")),
            invalid("idempotency_key", {}));
  EXPECT_EQ(tell(post_json("/v1/activations", acme,
                           R"({"credential":"yamada","pin":"x","digests":[)" + digest_json(content_) +
                               R"(,{"alg":"SHA-1","value":"aa"}]})")),
            invalid("digests[1].alg", digests));
  EXPECT_EQ(tell(post_json("/v1/activations", acme,
                           R"({"credential":"yamada","pin":"x","digests":[)" + digest_json(content_) + "," +
                               digest_json(content_) + "]}")),
            invalid("digests", {}))
      << "the use case's own check";
  EXPECT_EQ(tell(post_json("/v1/keys", acme, R"({"label":"x","scopes":["sign","all"]})")),
            invalid("scopes[1]", {"sign", "timestamp", "audit", "admin", "augment"}));
  EXPECT_EQ(tell(post_json("/v1/keys", acme, R"({"label":"x","scopes":["sign"],"addresses":["here"]})")),
            invalid("addresses", {}));
  EXPECT_EQ(tell(post_json("/v1/keys", acme, R"({"label":"x","scopes":["sign"],"expires":"2001-01-01T00:00:00Z"})")),
            invalid("expires", {}));
  EXPECT_EQ(tell(post_json("/v1/keys", acme, R"({"label":"x","scopes":["sign"],"colour":"red"})")),
            invalid("colour", {"tenant", "label", "scopes", "addresses", "expires"}));
  EXPECT_EQ(tell(post_json("/v1/keys", acme, "[]")), invalid("", {}));
}

TEST_F(ApiProblems, AWrongParameterNamesWhatWouldDo) {
  const auto invalid = [](const std::string& where, const Allowed& allowed) {
    return Told{"invalid-request", where, allowed};
  };
  EXPECT_EQ(tell({"GET", "/v1/audit/checkpoint?journal=x", acme}), invalid("journal", {"trail", "tokens"}));
  EXPECT_EQ(tell({"GET", "/v1/audit/checkpoint?colour=x", acme}), invalid("colour", {"journal"}));
  EXPECT_EQ(tell({"GET", "/v1/audit/proofs/x", acme}), invalid("index", {}));
  EXPECT_EQ(tell(post_json("/v1/cms?proof=now", acme, witness_cms(content_))), invalid("proof", {"wait"}));
  EXPECT_EQ(tell({"GET", "/v1/signatures?order=random", acme}), invalid("order", {"newest", "oldest"}));
  for (const std::string query :
       {"limit=0", "limit=201", "limit=x", "from=yesterday", "to=2026-02-30T00:00:00Z", "document_digest=abc",
        "cursor=x", "credential=", "cursor=ffffffffffffffff0000000000000000"}) {
    const Told told = tell({"GET", "/v1/signatures?" + query, acme});
    EXPECT_EQ(told, invalid(query.substr(0, query.find('=')), {})) << query;
  }
  EXPECT_EQ(tell({"GET", "/v1/signatures?from=%", acme}).code, "malformed-request");
  ApiRequest keyed = post_json("/v1/cms", acme, witness_cms(content_));
  keyed.headers["Idempotency-Key"] = std::string(256, 'k');
  EXPECT_EQ(tell(keyed), invalid("Idempotency-Key", {}));
  ApiRequest batch{"POST", "/v1/cms:batch", acme, {{"Content-Type", "application/x-ndjson"}, {"Idempotency-Key", "k"}}};
  EXPECT_EQ(tell(batch), invalid("Idempotency-Key", {}));
}

TEST_F(ApiProblems, AnotherTypeOfBodyOrAnswerNamesThoseThatWouldDo) {
  EXPECT_EQ(tell({"POST", "/v1/cms", acme, {{"Content-Type", "text/json"}}, "{}"}),
            (Told{"media-type-unsupported", "Content-Type", {"application/json"}}));
  EXPECT_EQ(tell({"POST", "/v1/signatures", acme, {{"Content-Type", "application/pdf"}}, "%PDF"}),
            (Told{"media-type-unsupported", "Content-Type", {"multipart/form-data"}}));
  ApiRequest request = post_json("/v1/cms", acme, witness_cms(content_));
  request.headers["Accept"] = "text/html";
  EXPECT_EQ(tell(request), (Told{"not-acceptable", "Accept", {"application/json", "application/pkcs7-signature"}}));
}

TEST_F(ApiProblems, PartsInAnotherOrderAreNamed) {
  const std::string body =
      "--b\r\nContent-Disposition: form-data; name=\"document\"\r\n\r\n" + std::string(text_of(document_)) +
      "\r\n--b\r\nContent-Disposition: form-data; name=\"request\"\r\n\r\n" + witness(document_) + "\r\n--b--\r\n";
  const RawAnswer refused =
      ask({"POST", "/v1/signatures", acme, {{"Content-Type", "multipart/form-data; boundary=b"}}, body});
  EXPECT_EQ(told(json(refused)), (Told{"malformed-multipart", "document", {"request", "document"}}));
  EXPECT_THAT(refused.body, HasSubstr("the parts are, in this order: request, document"));
}

TEST_F(ApiProblems, MethodsStandInAllowAlone) {
  const RawAnswer refused = ask({"DELETE", "/v1/signatures", acme});
  EXPECT_EQ(refused.status, 405U);
  EXPECT_EQ(refused.field("Allow"), "POST, GET, HEAD, OPTIONS");
  EXPECT_EQ(told(json(refused)), (Told{"method-not-allowed", "", {}}));
  EXPECT_THAT(refused.body, testing::Not(HasSubstr("POST")));
  const RawAnswer options = ask({"OPTIONS", "/v1/signatures", acme});
  EXPECT_EQ(options.status, 204U);
  EXPECT_EQ(options.field("Allow"), "POST, GET, HEAD, OPTIONS");
}

}  // namespace
}  // namespace rakkan::test
