// The running server against docs/api/openapi.yaml: every route is described, every operation is asked, every answer is
// one that the description allows.
#include "rakkan/credentials/activation_book.hpp"
#include "support/api_fixture.hpp"

namespace rakkan::test {
namespace {

class ApiDescription : public ApiFixture {
 protected:
  // tests/tools/openapi_lint.py in the source folder.
  CommandOutcome lint(const std::string& option, const std::string& text) {
    const auto file = write_bytes(folder.path() / "lint-input", bytes_of(text));
    return run_command({"sh", "-c",
                        "cd '" RAKKAN_SOURCE_FOLDER "' && exec '" RAKKAN_PYTHON "' tests/tools/openapi_lint.py " +
                            option + " '" + file.string() + "'"});
  }

  void keep(const std::string& operation, const RawAnswer& answer) {
    boost::json::object headers;
    std::istringstream lines(answer.head);
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
      const std::size_t colon = line.find(": ");
      headers[line.substr(0, colon)] = line.substr(colon + 2, line.size() - colon - 3);
    }
    const bool text = answer.field("Content-Type").find("json") != std::string::npos ||
                      answer.field("Content-Type").starts_with("text/");
    answers_ += boost::json::serialize(boost::json::object{{"operation", operation},
                                                           {"status", answer.status},
                                                           {"headers", std::move(headers)},
                                                           {"body", text ? answer.body : "(bytes)"}}) +
                "\n";
  }

  // Keeps the answers about signatures whose timestamps cannot be had: completed, given up, and too late.
  void keep_pending(ByteView document) {
    const auto left_pending = [&](const std::string& once) {
      keys_in_memory.at("tsu").failure = ErrorCode::hsm_device_gone;
      ApiRequest request = form(acme, witness(document, "B-T"), document);
      request.headers["Idempotency-Key"] = once;
      const RawAnswer answer = ask(request);
      keep("signDocument", answer);
      keys_in_memory.at("tsu").failure.reset();
      return "/v1/signatures/" + std::string(json(answer).at("signature_id").as_string());
    };
    const std::string first = left_pending("p-1");
    keep("getSignature", ask({"GET", first, acme}));
    keep("listPendingSignatures", ask({"GET", "/v1/signatures:pending", acme}));
    keep("listPendingSignatures", ask_locally({"GET", "/v1/signatures:pending"}));
    keep("listPendingSignatures", ask({"GET", "/v1/signatures:pending"}));
    keep("finishSignature", ask({"POST", first + ":finish", other}));
    keep("finishSignature", ask({"POST", first + ":finish", acme}));
    keep("abandonSignature", ask({"POST", first + ":abandon", acme}));
    const std::string second = left_pending("p-2");
    keep("abandonSignature", ask({"POST", second + ":abandon", acme}));
    keys_in_memory.at("tsu").failure = ErrorCode::hsm_device_gone;
    const std::string line = witness_cms(document).replace(witness_cms(document).find("B-B"), 3, "B-T");
    keep("signDigest", ask(post_json("/v1/cms", acme, line)));
    keep("signDigests", ask({"POST", "/v1/cms:batch", acme, {{"Content-Type", "application/x-ndjson"}}, line + "\n"}));
    keys_in_memory.at("tsu").failure.reset();
  }

  // Keeps the answers about a credential from its key to its end, and about the log as its verifier reads it.
  void keep_administration() {
    keep("generateCredential", ask(post_json("/v1/credentials", acme,
                                             R"({"id":"tanaka","kind":"party","party":"田中","key_kind":"p-256"})")));
    keep("generateCredential",
         ask(post_json("/v1/credentials", acme, R"({"id":"tanaka","kind":"party","party":"田中"})")));
    keep("generateCredential",
         ask(post_json("/v1/credentials", acme, R"({"id":"x","kind":"operator","token":"operator"})")));
    const std::string twin = R"({"id":"twin","kind":"operator","token":"tanaka","key_label":"tanaka"})";
    keep("adoptCredential", ask(post_json("/v1/credentials:adopt", acme, twin)));
    keep("adoptCredential", ask_locally(post_json("/v1/credentials:adopt", "", twin)));
    keep("requestCertificate", ask(post_json("/v1/credentials/tanaka/csr", acme, R"({"subject":"CN=田中,C=JP"})")));
    keep("requestCertificate", ask(post_json("/v1/credentials/sato/csr", acme, R"({"subject":"CN=x"})")));
    const std::string pem = certificate_for("tanaka", credentials::CredentialKind::party);
    const auto import_with = [&](const std::string& type, const std::string& query) {
      return ask({"POST", "/v1/credentials/tanaka/certificate" + query, acme, {{"Content-Type", type}}, pem});
    };
    keep("importCertificate", import_with("text/plain", ""));
    keep("importCertificate", import_with("application/pem-certificate-chain", "?chain=broken"));
    keep("importCertificate", import_with("application/pem-certificate-chain", "?chain=whole"));
    keep("rotateKey", ask(post_json("/v1/credentials/tanaka/rotate", acme, R"({"token":"elsewhere"})")));
    keep("rotateKey", ask(post_json("/v1/credentials/tanaka/rotate", acme, R"({"suite":"ecdsa-sha384"})")));
    keep("rotateKey", ask(post_json("/v1/credentials/sato/rotate", acme, "{}")));
    keep("rotateKey", ask(post_json("/v1/credentials/tanaka/rotate", acme, R"({"key_kind":"rsa-2048"})")));
    keep("rotateKey", ask(post_json("/v1/credentials/tanaka/rotate", acme, "{}")));
    keep("requestCertificate", ask(post_json("/v1/credentials/tanaka/csr", acme, R"({"subject":"CN=田中,C=JP"})")));
    keep("importCertificate", import_with("application/pem-certificate-chain", "?at=2099-01-01T00:00:00Z"));
    keep("importCertificate", import_with("application/pem-certificate-chain", "?at=soon"));
    keep("getCredential", ask_locally({"GET", "/v1/credentials/tanaka"}));
    keep("getCredential", ask({"GET", "/v1/credentials/tanaka", acme}));
    keep("setPin", ask(post_json("/v1/credentials/tanaka/pin", acme, R"({"pin":"314159"})")));
    keep("setPin", ask_locally(post_json("/v1/credentials/tanaka/pin", "", R"({"pin":"314159"})")));
    keep("issuePinCode", ask({"POST", "/v1/credentials/tanaka/pin-code", acme}));
    const RawAnswer code = ask_locally({"POST", "/v1/credentials/tanaka/pin-code"});
    keep("issuePinCode", code);
    const auto put_pin = [&](const std::string& json) {
      return ask({"PUT", "/v1/credentials/tanaka/pin", acme, {{"Content-Type", "application/json"}}, json});
    };
    keep("changePin", put_pin(R"({"pin":"271828","code":"0000-0000-0000-0000-0000"})"));
    keep("changePin",
         put_pin(R"({"pin":"271828","code":")" + std::string(json(code).at("code").as_string()) + R"("})"));
    keep("changePin", put_pin(R"({"pin":"314159","old_pin":"271828"})"));
    keep("changePin", put_pin(R"({"pin":"314159"})"));
    keep("withdrawPinCode", ask_locally({"DELETE", "/v1/credentials/tanaka/pin-code"}));
    keep("issuePinCode", ask_locally({"POST", "/v1/credentials/tanaka/pin-code"}));
    keep("withdrawPinCode", ask({"DELETE", "/v1/credentials/tanaka/pin-code", acme}));
    keep("withdrawPinCode", ask_locally({"DELETE", "/v1/credentials/tanaka/pin-code"}));
    keep("resetPin", ask(post_json("/v1/credentials/tanaka/pin-reset", acme, "{}")));
    keep("resetPin", ask(post_json("/v1/credentials/operator/pin-reset", acme, "{}")));
    keep("checkEvidence", ask_locally({"POST", "/v1/evidence:check"}));
    keep("checkEvidence", ask({"POST", "/v1/evidence:check", acme}));
    keep("checkEvidence", ask({"POST", "/v1/evidence:check", ""}));
    keep("listTenants", ask({"GET", "/v1/tenants", acme}));
    keep("listTenants", ask_locally({"GET", "/v1/tenants"}));
    keep("listCredentials", ask_locally({"GET", "/v1/credentials"}));
    keep("listKeys", ask_locally({"GET", "/v1/keys"}));
    keep("createKey", ask_locally(post_json("/v1/keys", "", R"({"label":"x","scopes":["sign"]})")));
    keep("createKey", ask_locally(post_json("/v1/keys", "", R"({"tenant":"t","label":"x","scopes":["sign"]})")));
    keep("createKey", ask(post_json("/v1/keys", acme, R"({"tenant":"other","label":"x","scopes":["sign"]})")));
    keep("disableCredential", ask({"POST", "/v1/credentials/tanaka/disable", acme}));
    keep("disableCredential", ask({"POST", "/v1/credentials/operator/disable", acme}));
    keep("getAuditKeys", ask({"GET", "/v1/audit/key", acme}));
    keep("getEntry", ask({"GET", "/v1/audit/entries/0", acme}));
    keep("getEntry", ask_locally({"GET", "/v1/audit/entries/0?journal=trail"}));
    keep("getEntry", ask({"GET", "/v1/audit/entries/999999", acme}));
    keep("getLog", ask({"GET", "/v1/audit/logs/trail", acme}));
    keep("getLog", ask({"GET", "/v1/audit/logs/x", acme}));
    keep("getLogFile", ask({"GET", "/v1/audit/logs/trail/file?name=checkpoint", acme}));
    keep("getLogFile", ask({"GET", "/v1/audit/logs/trail/file?name=../rakkan.db", acme}));
    keep("getLogFile", ask({"GET", "/v1/audit/logs/trail/file?name=tile/0/999", acme}));
    keep("verifyLogs", ask(post_json("/v1/audit/verify", acme, "{}")));
    keep("verifyLogs", ask(post_json("/v1/audit/verify", acme, R"({"keys":["x"]})")));
    const std::string inside = R"({"folder":")" + (folder.path() / "backup").string() + "\"}";
    TemporaryFolder elsewhere;
    keep("makeBackup", ask(post_json("/v1/backup", acme, inside)));
    keep("makeBackup", ask_locally(post_json("/v1/backup", "", inside)));
    keep("makeBackup", ask_locally(post_json("/v1/backup", "", R"({"folder":"relative"})")));
    const std::string good = R"({"folder":")" + (elsewhere.path() / "backup").string() + "\"}";
    keep("makeBackup", ask_locally(post_json("/v1/backup", "", good)));
    keep("makeBackup", ask_locally(post_json("/v1/backup", "", good)));
    keep("eraseRecords", ask(post_json("/v1/audit/erase", acme, R"({"subject":"nobody"})")));
    keep("eraseRecords", ask(post_json("/v1/audit/erase", acme, "{}")));
  }

  std::string answers_;
};

TEST_F(ApiDescription, NamesTheRoutesOfTheRouter) {
  std::string routes;
  const http::Router router = api->router();
  for (const http::Route& route : router.routes()) {
    routes += std::string(name(route.method)) + " " + route.path + " " +
              (route.scope == http::Scope::none ? "none" : std::string(name(route.scope))) + " ";
    for (std::size_t i = 0; i < route.query.size(); ++i) {
      routes.append(i == 0 ? "" : ",").append(route.query[i]);
    }
    routes += route.query.empty() ? "-\n" : "\n";
  }
  const CommandOutcome outcome = lint("--routes", routes);
  if (outcome.exit_code == 77) {
    GTEST_SKIP() << "python3-yaml or python3-jsonschema is missing";
  }
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST_F(ApiDescription, HoldsForTheAnswersOfEveryOperation) {
  enrol_all();
  const Bytes content = copy_of(bytes_of("content"));
  const Bytes document = sample_pdf();

  ApiRequest form_request = form(acme, witness(document, "B-T"), document);
  form_request.headers["Idempotency-Key"] = "d";
  form_request.path += "?proof=wait";
  const RawAnswer signed_pdf = ask(form_request);
  keep("signDocument", signed_pdf);
  keep("signDocument", ask(form_request));
  keep("signDocument", ask(form(acme, witness(content), document)));
  keep("signDocument", ask(form(acme, witness(content), content)));
  keep("signDocument", ask({"POST", "/v1/signatures", acme, {{"Content-Type", "application/pdf"}}, "%PDF"}));

  const auto augmentation = [&](const std::string& json, const std::string& accept) {
    ApiRequest request = form(acme, json, bytes_of(signed_pdf.body));
    request.path = "/v1/augmentations";
    request.headers["Accept"] = accept;
    return ask(request);
  };
  for (const char* const accept : {"application/json", "application/pdf", "application/vnd.rakkan.tail"}) {
    keep("augmentDocument", augmentation(R"({"level":"B-T"})", accept));
  }
  keep("augmentDocument", augmentation(R"({"level":"B-LTA"})", "application/json"));  // nobody is trusted here
  keep("augmentDocument", augmentation(R"({"level":"B-B"})", "application/json"));
  keep("augmentDocument", augmentation(R"({"level":"B-T","only":"nobody"})", "application/json"));

  const RawAnswer cms = ask(post_json("/v1/cms?proof=wait", acme, party_cms(content, pin_member(kPin))));
  keep("signDigest", cms);
  keep("signDigest", ask(post_json("/v1/cms", acme, party_cms(content, pin_member("wrong")))));
  keep("signDigest", ask(post_json("/v1/cms", acme, "{")));
  const std::string sha384 =
      R"({"alg":"SHA-384","value":")" + to_hex(crypto::digest(crypto::DigestAlgorithm::sha384, content).view()) + "\"}";
  const RawAnswer other_digest = ask(post_json(
      "/v1/cms", acme,
      R"({"credential":"yamada","type":"party","level":"B-B","digest":)" + sha384 + "," + pin_member(kPin) + "}"));
  EXPECT_EQ(problem_of(other_digest), "digest-algorithm-mismatch");
  keep("signDigest", other_digest);
  const RawAnswer other_activation = ask(post_json(
      "/v1/activations", acme, R"({"credential":"yamada","digests":[)" + sha384 + "]," + pin_member(kPin) + "}"));
  EXPECT_EQ(problem_of(other_activation), "digest-algorithm-mismatch");
  keep("activate", other_activation);
  keep("signDigest", ask(post_json("/v1/cms", "", "{}")));
  keep("signDigests", ask({"POST",
                           "/v1/cms:batch",
                           acme,
                           {{"Content-Type", "application/x-ndjson"}},
                           party_cms(content, pin_member(kPin), R"(,"reference":"契約")") + "\n{}\n"}));
  const RawAnswer activation =
      ask(post_json("/v1/activations", acme,
                    R"({"credential":"yamada","digests":[)" + digest_json(content) + "]," + pin_member(kPin) + "}"));
  keep("activate", activation);
  const Bytes activation_id = credentials::activation_id(
      SecureBytes(bytes_of(std::string_view(json(activation).at("activation").as_string()))));
  keep("withdrawActivation", ask({"DELETE", "/v1/activations/" + to_hex(activation_id), acme}));
  keep("withdrawActivation", ask({"DELETE", "/v1/activations/" + to_hex(activation_id), acme}));
  keep("activate", ask(post_json("/v1/activations", acme, R"({"credential":"yamada","digests":[]})")));
  const std::string path = "/v1/signatures/" + cms.field("Rakkan-Signature-Id");
  keep("listSignatures", ask({"GET", "/v1/signatures", acme}));
  keep("listSignatures", ask({"GET", "/v1/signatures?limit=1&order=oldest", acme}));
  keep("listSignatures", ask({"GET", "/v1/signatures?limit=0", acme}));
  keep("listSignatures", ask({"GET", "/v1/signatures", ""}));
  keep("getSignature", ask({"GET", path, acme}));
  keep("getSignature", ask({"GET", path, acme, {{"Accept", "application/vnd.rakkan.tail"}}}));
  keep("getSignature", ask({"GET", path, other}));
  keep("getEvidence", ask({"GET", path + "/evidence", acme}));
  keep("getEvidence", ask({"GET", path + "/evidence", other}));
  keep("getProof", ask({"GET", "/v1/audit/proofs/" + cms.field("Rakkan-Audit-Outcome"), acme}));
  keep("getProof", ask({"GET", "/v1/audit/proofs/999999", acme}));
  keep("getProof", ask({"GET", "/v1/audit/proofs/x", acme}));
  keep("getCheckpoint", ask({"GET", "/v1/audit/checkpoint", acme}));
  keep("getCheckpoint", ask({"GET", "/v1/audit/checkpoint?journal=nothing", acme}));
  keep("timestamp", ask({"POST", "/tsa", acme, {{"Content-Type", "application/timestamp-query"}}, "no DER"}));
  keep("timestamp", ask({"POST", "/tsa", acme, {{"Content-Type", "text/plain"}}, "x"}));
  keep("listCredentials", ask({"GET", "/v1/credentials", acme}));
  keep("getCredential", ask({"GET", "/v1/credentials/operator", acme}));
  keep("getCredential", ask({"GET", "/v1/credentials/sato", acme}));
  const RawAnswer key =
      ask(post_json("/v1/keys", acme, R"({"label":"x","scopes":["sign"],"expires":"2099-01-01T00:00:00Z"})"));
  keep("createKey", key);
  keep("createKey", ask(post_json("/v1/keys", acme, R"({"label":"x","scopes":[]})")));
  const auto made = json(key);
  ASSERT_TRUE(made.contains("id")) << key.body;
  keep("revokeKey", ask({"DELETE", "/v1/keys/" + std::string(made.at("id").as_string()), acme}));
  keep("revokeKey", ask({"DELETE", "/v1/keys/0123456789abcdef", acme}));
  keep("listKeys", ask({"GET", "/v1/keys", acme}));
  keep("listKeys", ask({"GET", "/v1/keys?page=2", acme}));
  keep("listCredentials", ask({"GET", "/v1/credentials?page=2", acme}));
  keep_pending(document);
  keep_administration();
  keep("health", ask({"GET", "/healthz?verbose", ""}));
  keep("readiness", ask({"GET", "/readyz?verbose", ""}));
  keep("description", ask({"GET", "/openapi.json?x"}));
  keep("problemType", ask({"GET", "/problems/pin-locked?x"}));
  keep("index", ask({"GET", "/"}));
  keep("index", ask({"GET", "/", "", {{"Accept", "text/html"}}}));
  keep("index", ask({"GET", "/", "", {{"Accept", "image/png"}}}));
  keep("version", ask({"GET", "/v1/version"}));
  keep("descriptionSource", ask({"GET", "/openapi.yaml"}));
  keep("health", ask({"GET", "/healthz"}));
  keep("readiness", ask({"GET", "/readyz"}));
  api->begin_drain();
  keep("readiness", ask({"GET", "/readyz"}));
  keep("description", ask({"GET", "/openapi.json"}));
  keep("problemType", ask({"GET", "/problems/pin-locked"}));
  keep("problemType", ask({"GET", "/problems/no-such"}));

  const CommandOutcome outcome = lint("--answers", answers_);
  if (outcome.exit_code == 77) {
    GTEST_SKIP() << "python3-yaml or python3-jsonschema is missing";
  }
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

// The server refuses a digest of another algorithm than the credential's (signing_test.cpp), and its description says
// so for every operation that takes a digest.
TEST_F(ApiDescription, SaysThatADigestIsOfTheCredentialsAlgorithm) {
  const auto paths = json(ask({"GET", "/openapi.json"})).at("paths").as_object();
  for (const char* path : {"/v1/cms", "/v1/activations"}) {
    const auto& operation = paths.at(path).at("post").as_object();
    EXPECT_THAT(std::string(operation.at("description").as_string()),
                testing::HasSubstr("(422 `digest-algorithm-mismatch`)"))
        << path;
    EXPECT_TRUE(operation.at("responses").as_object().contains("422")) << path;
  }
}

TEST_F(ApiDescription, MetricsCountWhatWasAnswered) {
  enrol_all();
  EXPECT_EQ(ask({"GET", "/v1/credentials", acme}).status, 200U);
  EXPECT_EQ(ask({"GET", "/v1/credentials", ""}).status, 401U);
  const Bytes content = copy_of(bytes_of("content"));
  EXPECT_EQ(ask(post_json("/v1/cms", acme, party_cms(content, pin_member(kPin)))).status, 200U);
  const auto watches = api::watch(metrics, *server);
  EXPECT_EQ(ask({"GET", "/metrics"}).status, 404U) << "on a listener of its own";
  const std::vector<std::string> wanted{
      R"(rakkan_http_requests_total{method="GET",route="/v1/credentials",status="200"} 1)",
      R"(rakkan_http_requests_total{method="GET",route="/v1/credentials",status="401"} 1)",
      R"(rakkan_http_requests_total{method="other",route="none",status="404"} 1)",
      R"(rakkan_audit_healthy 1)",
      R"(rakkan_key_uses_total{of="documents",outcome="signed"} 1)",
      R"(rakkan_pool_waiting{pool="hsm"} 0)",
      R"(rakkan_certificate_days_left{credential="yamada"})",
      R"(rakkan_http_bytes_in_flight 0)"};
  // A request is counted a moment after its answer, and the metrics of all credentials may come in a later round.
  std::string text, missing;
  const auto is_complete = [&] {
    text = ask({"GET", "/metrics"}, metrics_server->port()).body;
    const auto found = std::find_if(wanted.begin(), wanted.end(),
                                    [&](const std::string& line) { return text.find(line) == std::string::npos; });
    missing = found == wanted.end() ? "" : *found;
    return missing.empty();
  };
  EXPECT_TRUE(eventually(is_complete)) << "without " << missing << ":\n" << text;
}

}  // namespace
}  // namespace rakkan::test
