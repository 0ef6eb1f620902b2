// Signing over HTTP: answers, repeated answers, and refusals.
#include "rakkan/audit/proof.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "support/api_fixture.hpp"
#include "support/gate.hpp"
#include "support/pdf_builder.hpp"

namespace rakkan::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ApiSigning : public ApiFixture {
 protected:
  ApiSigning() { enrol_all(); }

  RawAnswer cms(const std::string& json, const std::string& idempotency_key = "", const std::string& query = "") {
    ApiRequest request = post_json("/v1/cms" + query, acme, json);
    if (!idempotency_key.empty()) {
      request.headers["Idempotency-Key"] = idempotency_key;
    }
    return ask(request);
  }
  std::string activation(const std::string& digests, const std::string& more = "") {
    const RawAnswer made =
        ask(post_json("/v1/activations", acme,
                      R"({"credential":"yamada","digests":)" + digests + "," + pin_member(kPin) + more + "}"));
    EXPECT_EQ(made.status, 201U) << made.body;
    return std::string(json(made).at("activation").as_string());
  }
  static std::string token(const std::string& activation) { return R"("activation":")" + activation + "\""; }

  Bytes document_ = sample_pdf();
  const Bytes content_ = copy_of(bytes_of("what is signed"));
};

TEST_F(ApiSigning, ADocumentComesBackWithItsSignatureAppended) {
  const RawAnswer answer = ask(form(acme, witness(document_, "B-T"), document_));
  ASSERT_EQ(answer.status, 200U) << answer.body;
  EXPECT_EQ(answer.field("Content-Type"), "application/pdf");
  EXPECT_THAT(answer.body, StartsWith(std::string(text_of(document_))));
  EXPECT_EQ(answer.field("Rakkan-Tail-Offset"), std::to_string(document_.size()));
  EXPECT_THAT(answer.field("Rakkan-Signature-Id"), StartsWith("sig_"));
  const auto verdict =
      run_command({"pdfsig", write_bytes(folder.path() / "signed.pdf", bytes_of(answer.body)).string()});
  EXPECT_THAT(verdict.output, HasSubstr("Signature is Valid"));
  EXPECT_THAT(verdict.output, HasSubstr("Total document signed"));
}

TEST_F(ApiSigning, TheTailAloneIsTheSameSignature) {
  ApiRequest request = form(acme, witness(document_), document_);
  request.headers["Accept"] = "application/vnd.rakkan.tail";
  const RawAnswer answer = ask(request);
  ASSERT_EQ(answer.status, 200U) << answer.body;
  EXPECT_EQ(answer.field("Content-Type"), "application/vnd.rakkan.tail");
  const RawAnswer again = ask({"GET",
                               "/v1/signatures/" + answer.field("Rakkan-Signature-Id"),
                               acme,
                               {{"Accept", "application/vnd.rakkan.tail"}}});
  EXPECT_EQ(again.status, 200U);
  EXPECT_EQ(again.body, answer.body);
  const auto described = json(ask({"GET", "/v1/signatures/" + answer.field("Rakkan-Signature-Id"), acme}));
  EXPECT_EQ(described.at("tail_size").as_int64(), static_cast<std::int64_t>(answer.body.size()));
  EXPECT_EQ(described.at("audit").at("outcome").as_int64(), std::stoll(answer.field("Rakkan-Audit-Outcome")));
}

TEST_F(ApiSigning, ADigestComesBackAsCmsThatOpensslVerifies) {
  const RawAnswer answer = cms(party_cms(content_, pin_member(kPin)));
  ASSERT_EQ(answer.status, 200U) << answer.body;
  const auto der = from_base64(std::string(json(answer).at("cms").as_string()));
  ASSERT_TRUE(der);
  const auto verdict = run_command(
      {"openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-purpose", "any", "-in",
       write_bytes(folder.path() / "s.p7s", *der), "-content", write_bytes(folder.path() / "content", content_),
       "-CAfile", write_bytes(folder.path() / "root.pem", bytes_of(authority.pem())), "-out", "/dev/null"});
  EXPECT_EQ(verdict.exit_code, 0) << verdict.output;
  ApiRequest binary = post_json("/v1/cms", acme, party_cms(content_, pin_member(kPin)));
  binary.headers["Accept"] = "application/pkcs7-signature";
  EXPECT_EQ(ask(binary).field("Content-Type"), "application/pkcs7-signature");
  binary.headers["Accept"] = "text/html";
  EXPECT_EQ(problem_of(ask(binary)), "not-acceptable");
}

TEST_F(ApiSigning, WaitingForTheProofBringsIt) {
  const RawAnswer answer = cms(party_cms(content_, pin_member(kPin)), "", "?proof=wait");
  ASSERT_EQ(answer.status, 200U) << answer.body;
  const std::string outcome = answer.field("Rakkan-Audit-Outcome");
  EXPECT_THAT(std::string(json(answer).at("proof").as_string()),
              StartsWith("c2sp.org/tlog-proof@v1\nindex " + outcome + "\n"));
  ApiRequest request = form(acme, witness(document_), document_);
  request.path += "?proof=wait";
  const RawAnswer pdf = ask(request);
  ASSERT_EQ(pdf.status, 200U);
  const auto proof = from_base64(pdf.field("Rakkan-Audit-Proof"));
  ASSERT_TRUE(proof) << pdf.head;
  EXPECT_THAT(std::string(text_of(*proof)), HasSubstr("index " + pdf.field("Rakkan-Audit-Outcome") + "\n"));
  EXPECT_EQ(ask({"GET", "/v1/audit/proofs/" + outcome, acme}).status, 200U);
  EXPECT_EQ(problem_of(cms(party_cms(content_, pin_member(kPin)), "", "?proof=now")), "invalid-request");
}

TEST_F(ApiSigning, TheSameRequestUnderItsKeyGetsTheSameAnswer) {
  const RawAnswer first = cms(party_cms(content_, pin_member(kPin)), "order-1");
  ASSERT_EQ(first.status, 200U) << first.body;
  EXPECT_EQ(first.field("Idempotency-Replayed"), "");
  const RawAnswer again = cms(party_cms(content_, pin_member(kPin)), "order-1");
  EXPECT_EQ(again.status, 200U);
  EXPECT_EQ(again.field("Idempotency-Replayed"), "true");
  EXPECT_EQ(json(again).at("cms"), json(first).at("cms"));
  EXPECT_EQ(json(again).at("signature_id"), json(first).at("signature_id"));
  const RawAnswer other_body = cms(party_cms(document_, pin_member(kPin)), "order-1");
  EXPECT_EQ(other_body.status, 422U);
  EXPECT_EQ(problem_of(other_body), "idempotency-key-reused");
  EXPECT_EQ(problem_of(cms(party_cms(content_, pin_member(kPin), R"(,"tsa":"internal")"), "order-1")),
            "idempotency-key-reused");
  const RawAnswer fresh = cms(party_cms(content_, pin_member(kPin)), "order-2");
  EXPECT_NE(json(fresh).at("signature_id"), json(first).at("signature_id"));
  EXPECT_EQ(problem_of(cms(party_cms(content_, pin_member(kPin)), std::string(256, 'x'))), "invalid-request");
}

TEST_F(ApiSigning, ADocumentUnderItsKeyIsSignedOnce) {
  ApiRequest request = form(acme, witness(document_), document_);
  request.headers["Idempotency-Key"] = "contract-7";
  const RawAnswer first = ask(request);
  ASSERT_EQ(first.status, 200U) << first.body;
  const RawAnswer again = ask(request);
  EXPECT_EQ(again.field("Idempotency-Replayed"), "true");
  EXPECT_EQ(again.body, first.body);
  const Bytes another = copy_of(bytes_of(first.body));
  ApiRequest reused = form(acme, witness(another), another);
  reused.headers["Idempotency-Key"] = "contract-7";
  EXPECT_EQ(problem_of(ask(reused)), "idempotency-key-reused");
}

TEST_F(ApiSigning, AnActivationIsWithdrawnByItsTenantAlone) {
  const std::string given = activation("[" + digest_json(content_) + "]");
  const std::string id = to_hex(crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(given)).view());
  EXPECT_EQ(problem_of(ask({"DELETE", "/v1/activations/" + id, other})), "activation-unknown");
  EXPECT_EQ(problem_of(ask({"DELETE", "/v1/activations/nothing", acme})), "activation-unknown");
  const RawAnswer withdrawn = ask({"DELETE", "/v1/activations/" + id, acme});
  ASSERT_EQ(withdrawn.status, 200U) << withdrawn.body;
  EXPECT_EQ(json(withdrawn).at("id").as_string(), id);
  EXPECT_TRUE(json(withdrawn).at("audit").at("entry").is_number());
  EXPECT_EQ(problem_of(cms(party_cms(content_, token(given)))), "activation-unknown");
  EXPECT_EQ(problem_of(ask({"DELETE", "/v1/activations/" + id, acme})), "activation-unknown");
}

TEST_F(ApiSigning, AWrongPinCountsUntilItIsLocked) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(problem_of(cms(party_cms(content_, pin_member("wrong-pin")))), "pin-incorrect");
  }
  const RawAnswer locked = cms(party_cms(content_, pin_member(kPin)));
  EXPECT_EQ(locked.status, 423U);
  EXPECT_EQ(problem_of(locked), "pin-locked");
}

TEST_F(ApiSigning, AnActivationSignsItsDigestsOnceEach) {
  const Bytes second = copy_of(bytes_of("another"));
  const std::string text = activation("[" + digest_json(content_) + "," + digest_json(second) + "]");
  EXPECT_EQ(cms(party_cms(content_, token(text))).status, 200U);
  EXPECT_EQ(problem_of(cms(party_cms(content_, token(text)))), "activation-used");
  EXPECT_EQ(problem_of(cms(party_cms(document_, token(text)))), "activation-digest-mismatch");
  EXPECT_EQ(cms(party_cms(second, token(text))).status, 200U);
  EXPECT_EQ(problem_of(cms(party_cms(content_, token(std::string(43, 'A'))))), "activation-unknown");
}

TEST_F(ApiSigning, AnActivationExpires) {
  const std::string text = activation("[" + digest_json(content_) + "]", R"(,"lifetime_seconds":10)");
  clock.advance(std::chrono::seconds(11));
  monotonic.milliseconds += 11'000;
  EXPECT_THAT(problem_of(cms(party_cms(content_, token(text)))),
              testing::AnyOf("activation-expired", "activation-unknown"));
  EXPECT_EQ(problem_of(ask(post_json("/v1/activations", acme,
                                     R"({"credential":"yamada","digests":[)" + digest_json(content_) + "]," +
                                         pin_member(kPin) + R"(,"lifetime_seconds":301})"))),
            "invalid-request");
}

TEST_F(ApiSigning, AnActivationIsItsTenantsAndItsCredentialsAlone) {
  const std::string text = activation("[" + digest_json(content_) + "]");
  const std::string as_sato = R"({"credential":"sato","type":"party","level":"B-B","digest":)" + digest_json(content_) +
                              "," + token(text) + "}";
  EXPECT_EQ(problem_of(ask(post_json("/v1/cms", other, as_sato))), "activation-unknown");
  EXPECT_EQ(problem_of(ask(post_json("/v1/cms", other, party_cms(content_, token(text))))), "credential-unknown");
  EXPECT_EQ(problem_of(ask(post_json("/v1/cms", acme, as_sato))), "credential-unknown");
  EXPECT_EQ(cms(party_cms(content_, token(text))).status, 200U) << "nobody used it up";
}

TEST_F(ApiSigning, OnePartysPinNeverSignsAsAnother) {
  const std::string as_sato = R"({"credential":"sato","type":"party","level":"B-B","digest":)" + digest_json(content_) +
                              "," + pin_member(kPin) + "}";
  EXPECT_EQ(problem_of(ask(post_json("/v1/cms", other, as_sato))), "pin-incorrect");
}

TEST_F(ApiSigning, ASignatureIsReadByItsTenantAlone) {
  const RawAnswer mine = cms(party_cms(content_, pin_member(kPin)));
  const std::string path = "/v1/signatures/" + mine.field("Rakkan-Signature-Id");
  EXPECT_EQ(ask({"GET", path, acme}).status, 200U);
  const RawAnswer foreign = ask({"GET", path, other});
  EXPECT_EQ(foreign.status, 404U);
  EXPECT_EQ(problem_of(foreign), "signature-unknown");
  EXPECT_EQ(problem_of(ask({"GET", "/v1/signatures/sig_nothing", acme})), "signature-unknown");
}

TEST_F(ApiSigning, TheEvidenceOfASignatureIsCheckedWithTheLogsKeyAlone) {
  const RawAnswer mine = cms(party_cms(content_, pin_member(kPin)), "", "?proof=wait");
  const std::string path = "/v1/signatures/" + mine.field("Rakkan-Signature-Id") + "/evidence";
  EXPECT_EQ(problem_of(ask({"GET", path, other})), "signature-unknown");
  const auto evidence = json(ask({"GET", path, acme}));
  const auto key = value_or_throw(audit::VerifierKey::parse(trail->verifier_key(audit::Journal::trail)));
  for (const auto& [name, event] : {std::pair{"intent", "signature.intent"}, {"outcome", "signature.made"}}) {
    const auto& proven = evidence.at(name).as_object();
    audit::EntryFile entry = value_or_throw(audit::EntryFile::parse(boost::json::serialize(proven.at("entry"))));
    const audit::Proof proof = value_or_throw(audit::Proof::parse(proven.at("proof").as_string()));
    const auto verified = audit::verify_proof(proof, entry, key);
    ASSERT_TRUE(verified.has_value()) << to_string(verified.error());
    EXPECT_EQ(verified->entry.event, event);
    EXPECT_EQ(std::to_string(verified->index),
              mine.field(name == std::string("intent") ? "Rakkan-Audit-Intent" : "Rakkan-Audit-Outcome"));
    ASSERT_TRUE(entry.record.has_value());
    EXPECT_THAT(entry.record->body, HasSubstr(mine.field("Rakkan-Signature-Id")));
    entry.record->body.insert(1, " ");
    EXPECT_FALSE(audit::verify_proof(proof, entry, key).has_value()) << "another record passes";
  }
}

TEST_F(ApiSigning, AnInstructionIsForItsDocumentAlone) {
  Bytes another = document_;
  append(another, "\n");
  EXPECT_EQ(problem_of(ask(form(acme, witness(another), document_))), "instruction-digest-mismatch");
  EXPECT_EQ(problem_of(ask(form(acme, R"({"credential":"operator","type":"witness","level":"B-B"})", document_))),
            "instruction-missing");
}

TEST_F(ApiSigning, AnInstructionIsOfItsTime) {
  const auto code_after = [&](std::chrono::milliseconds age) {
    const std::string request = witness_cms(content_);
    clock.advance(age);
    const RawAnswer answer = ask(post_json("/v1/cms", acme, request));
    const std::string line =
        ask({"POST", "/v1/cms:batch", acme, {{"Content-Type", "application/x-ndjson"}}, request}).body;
    clock.advance(-age);
    const std::string code = answer.status == 200 ? "signed" : problem_of(answer);
    EXPECT_THAT(line, HasSubstr(answer.status == 200 ? R"("status":200)" : R"("code":")" + code + "\""));
    return code;
  };
  EXPECT_EQ(code_after(std::chrono::hours(24 * 30)), "signed");
  EXPECT_EQ(code_after(std::chrono::hours(24 * 30) + std::chrono::milliseconds(1)), "instruction-too-old");
  EXPECT_EQ(code_after(-std::chrono::minutes(5)), "signed");
  EXPECT_EQ(code_after(-std::chrono::minutes(5) - std::chrono::milliseconds(1)), "instruction-from-future");
}

// POST /v1/cms and POST /v1/activations, as docs/api/openapi.yaml says it of them: description_test.cpp.
TEST_F(ApiSigning, ADigestIsOfTheCredentialsAlgorithm) {
  const auto digest_of = [&](crypto::DigestAlgorithm algorithm) {
    return R"({"alg":")" + std::string(crypto::info(algorithm).name) + R"(","value":")" +
           to_hex(crypto::digest(algorithm, content_).view()) + "\"}";
  };
  for (const auto algorithm : {crypto::DigestAlgorithm::sha384, crypto::DigestAlgorithm::sha512}) {
    const RawAnswer refused = cms(R"({"credential":"yamada","type":"party","level":"B-B","digest":)" +
                                  digest_of(algorithm) + "," + pin_member("not even looked at") + "}");
    EXPECT_EQ(refused.status, 422U);
    EXPECT_EQ(problem_of(refused), "digest-algorithm-mismatch");
    EXPECT_EQ(json(refused).at("where").as_string(), "digest.alg");
    EXPECT_THAT(refused.body, HasSubstr("the credential signs digests of SHA-256"));
    const RawAnswer no_activation =
        ask(post_json("/v1/activations", acme,
                      R"({"credential":"yamada","digests":[)" + digest_json(content_) + "," + digest_of(algorithm) +
                          "]," + pin_member("not even looked at") + "}"));
    EXPECT_EQ(problem_of(no_activation), "digest-algorithm-mismatch");
    EXPECT_EQ(json(no_activation).at("where").as_string(), "digests[1].alg");
  }
  EXPECT_EQ(cms(party_cms(content_, pin_member(kPin))).status, 200U);
}

TEST_F(ApiSigning, TypesAndCredentialsMustFit) {
  EXPECT_EQ(problem_of(ask(form(acme, R"({"credential":"nobody","type":"witness","level":"B-B"})", document_))),
            "credential-unknown");
  EXPECT_EQ(problem_of(ask(form(acme,
                                R"({"credential":"yamada","type":"witness","level":"B-B","instruction":)" +
                                    instruction(document_) + "}",
                                document_))),
            "credential-type-mismatch");
  EXPECT_EQ(problem_of(cms(R"({"credential":"operator","type":"party","level":"B-B","digest":)" +
                           digest_json(content_) + "," + pin_member(kPin) + "}")),
            "credential-type-mismatch");
  const auto level = json(ask(form(acme, witness(document_, "B-X"), document_)));
  EXPECT_EQ(level.at("code").as_string(), "invalid-request");
  EXPECT_EQ(level.at("where").as_string(), "level");
  // Nobody is trusted here, so nothing proves the certificate.
  EXPECT_EQ(problem_of(ask(form(acme, witness(document_, "B-LTA"), document_))), "evidence-incomplete");
}

TEST_F(ApiSigning, BodiesOfAnotherKindAreRefused) {
  EXPECT_EQ(problem_of(ask({"POST", "/v1/signatures", acme, {{"Content-Type", "application/pdf"}}, "%PDF"})),
            "media-type-unsupported");
  EXPECT_EQ(problem_of(ask({"POST", "/v1/cms", acme, {{"Content-Type", "text/json"}}, "{}"})),
            "media-type-unsupported");
  EXPECT_EQ(problem_of(ask(post_json("/v1/cms", acme, "{"))), "malformed-json");
  const Bytes no_pdf = copy_of(bytes_of("hello"));
  EXPECT_EQ(problem_of(ask(form(acme, witness(no_pdf), no_pdf))), "not-a-pdf");
  EXPECT_EQ(problem_of(ask(post_json("/v1/cms", acme, std::string(70'000, ' ')))), "input-too-large");
  EXPECT_EQ(problem_of(ask(form(acme, witness(document_), Bytes((8U << 20U) + 1, ' ')))), "input-too-large");
}

// The thread that received the document does not read so much of it; the cpu pool does.
TEST_F(ApiSigning, ASmallDocumentThatInflatesToMuchIsSigned) {
  const Bytes document = PdfBuilder()
                             .object_stream(5, {{1, "<</Type/Catalog/Pages 2 0 R>>"},
                                                {2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"},
                                                {3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"},
                                                {6, "(" + std::string(4U << 20U, 'x') + ")"}})
                             .xref_stream(7, "/Root 1 0 R")
                             .bytes();
  ASSERT_LT(document.size(), service->options().pools.inline_document);
  const RawAnswer answer = ask(form(acme, witness(document), document));
  EXPECT_EQ(answer.status, 200U) << answer.body;
}

TEST_F(ApiSigning, ADocumentThatInflatesToVeryManyTimesItsSizeIsRefused) {
  const Bytes document = PdfBuilder()
                             .object_stream(5, {{1, "<</Type/Catalog/Pages 2 0 R>>"},
                                                {2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"},
                                                {3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"},
                                                {6, "(" + std::string(20U << 20U, 'x') + ")"}})
                             .xref_stream(7, "/Root 1 0 R")
                             .bytes();
  EXPECT_EQ(problem_of(ask(form(acme, witness(document), document))), "pdf-limit-exceeded");
}

TEST_F(ApiSigning, ABatchAnswersEachLineInItsPlace) {
  std::string lines;
  for (int i = 0; i < 40; ++i) {
    const Bytes content = copy_of(bytes_of("content " + std::to_string(i)));
    lines += i == 7   ? party_cms(content, R"("activation":"nothing")", R"(,"reference":"r7")") + "\n"
             : i == 9 ? std::string("{broken\n")
                      : party_cms(content, pin_member(kPin), ",\"reference\":\"r" + std::to_string(i) + "\"") + "\n";
  }
  lines.pop_back();  // the last line may end without a line end
  const RawAnswer answer = ask({"POST", "/v1/cms:batch", acme, {{"Content-Type", "application/x-ndjson"}}, lines});
  ASSERT_EQ(answer.status, 200U) << answer.body;
  ASSERT_TRUE(answer.whole);
  std::istringstream in(answer.body);
  std::vector<boost::json::object> answers;
  for (std::string line; std::getline(in, line);) {
    answers.push_back(boost::json::parse(line).as_object());
  }
  ASSERT_EQ(answers.size(), 40U);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i].at("line").as_int64(), static_cast<std::int64_t>(i + 1));
    if (i != 9) {
      EXPECT_EQ(answers[i].at("reference").as_string(), "r" + std::to_string(i));
    }
    EXPECT_EQ(answers[i].at("status").as_int64(), i == 7 ? 403 : i == 9 ? 400 : 200) << answers[i];
  }
  EXPECT_EQ(answers[7].at("problem").at("code").as_string(), "activation-unknown");
  EXPECT_EQ(answers[9].at("problem").at("code").as_string(), "malformed-json");
}

TEST_F(ApiSigning, ABatchIsAnsweredWhileItIsSent) {
  RawHttpClient client(server->port());
  client.send("POST /v1/cms:batch HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer " + acme +
              "\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n");
  const auto send_line = [&](const std::string& line) {
    std::ostringstream chunk;
    chunk << std::hex << line.size() + 1 << "\r\n" << line << "\n\r\n";
    client.send(chunk.str());
  };
  send_line(party_cms(content_, pin_member(kPin), R"(,"idempotency_key":"line")"));
  const RawAnswer head = client.answer(true);
  ASSERT_EQ(head.status, 200U);
  send_line(party_cms(content_, pin_member(kPin), R"(,"idempotency_key":"line")"));
  client.send("0\r\n\r\n");
  const std::string lines = client.chunks().value_or("");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2) << lines;
  EXPECT_THAT(lines, testing::Not(HasSubstr("problem")));
}

TEST_F(ApiSigning, ABatchLeavesTheQueueToSingleRequests) {
  Gate gate;
  keys_in_memory.at("operator").before = [&gate](const crypto::Digest&) { gate.pass(); };
  const auto at_the_key = [this] {
    for (const auto& [name, load] : service->state().load().pools) {
      if (name == "hsm") {
        return load.running + load.waiting;
      }
    }
    return std::size_t{0};
  };
  const auto come_to = [&](std::size_t count) { return eventually([&] { return at_the_key() == count; }); };
  // More than there are threads, so that work stands.
  constexpr std::size_t kSingle = 8;
  std::vector<RawHttpClient> singles;
  for (std::size_t i = 0; i < kSingle; ++i) {
    singles.emplace_back(server->port()).send(text_of_request(post_json("/v1/cms", acme, witness_cms(content_))));
  }
  EXPECT_TRUE(come_to(kSingle));
  let_pass(std::chrono::milliseconds(50));  // so that it has stood long enough
  std::string lines;
  for (int i = 0; i < 20; ++i) {
    lines += witness_cms(content_) + "\n";
  }
  RawHttpClient batch(server->port());
  batch.send(text_of_request({"POST", "/v1/cms:batch", acme, {{"Content-Type", "application/x-ndjson"}}, lines}));
  EXPECT_TRUE(come_to(kSingle + 1));
  EXPECT_TRUE(stays([&] { return at_the_key() == kSingle + 1; }, std::chrono::milliseconds(100)))
      << "one line goes on, the others wait: " << at_the_key();
  gate.open();
  for (RawHttpClient& single : singles) {
    EXPECT_EQ(single.answer().status, 200U);
  }
  const RawAnswer answer = batch.answer();
  EXPECT_EQ(answer.status, 200U);
  std::size_t done = 0;
  for (std::size_t at = 0; (at = answer.body.find(R"("status":200)", at)) != std::string::npos; ++at) {
    ++done;
  }
  EXPECT_EQ(done, 20U);
}

TEST_F(ApiSigning, ABatchOfNothingButMalformedLinesIsEnded) {
  std::string lines;
  for (int i = 0; i < 100'000; ++i) {
    lines += "x\n";
  }
  const RawAnswer answer = ask({"POST", "/v1/cms:batch", acme, {{"Content-Type", "application/x-ndjson"}}, lines});
  ASSERT_EQ(answer.status, 200U);
  ASSERT_TRUE(answer.whole);
  EXPECT_EQ(std::count(answer.body.begin(), answer.body.end(), '\n'), 101);
  EXPECT_LT(answer.body.size(), 101U * 400);
  EXPECT_THAT(answer.body, HasSubstr(R"({"line":100,"status":400,)"));
  EXPECT_THAT(answer.body, HasSubstr(R"({"line":101,"status":400,)"));
  EXPECT_THAT(answer.body, HasSubstr("100 lines in a row were malformed"));
}

TEST_F(ApiSigning, AGoodLineNowAndThenKeepsABatchGoing) {
  std::string lines;
  for (int i = 0; i < 300; ++i) {
    lines += i % 60 == 59 ? party_cms(content_, R"("activation":"nothing")") + "\n" : std::string("x\n");
  }
  const RawAnswer answer = ask({"POST", "/v1/cms:batch", acme, {{"Content-Type", "application/x-ndjson"}}, lines});
  ASSERT_TRUE(answer.whole);
  EXPECT_EQ(std::count(answer.body.begin(), answer.body.end(), '\n'), 300);
}

TEST_F(ApiSigning, ABatchGivesItsAnswersAsTheyAreMade) {
  Gate gate;
  keys_in_memory.at("operator").before = [&gate](const crypto::Digest&) { gate.pass(); };
  std::string lines = "x\n";
  lines += witness_cms(content_) + "\n";  // waits at the gate
  RawHttpClient client(server->port());
  client.send(text_of_request({"POST", "/v1/cms:batch", acme, {{"Content-Type", "application/x-ndjson"}}, lines}));
  EXPECT_TRUE(client.receives(R"("line":1,"status":400)")) << "the second line is still worked on";
  gate.open();
  EXPECT_TRUE(client.receives(R"("line":2,"status":200)"));
}

TEST_F(ApiSigning, LinesOfABatchThatBrokeOffAreFinished) {
  Gate gate;
  keys_in_memory.at("operator").before = [&gate](const crypto::Digest&) { gate.pass(); };
  std::string lines;
  for (int i = 0; i < 3; ++i) {
    lines += witness_cms(content_) + "\n";
  }
  {
    RawHttpClient client(server->port());
    client.send(text_of_request({"POST", "/v1/cms:batch", acme, {{"Content-Type", "application/x-ndjson"}}, lines}));
    gate.wait_for_visitor();
  }
  gate.open();  // answers from now on have no reader
  EXPECT_TRUE(eventually([&] { return service->state().load().documents.signatures > 0; }));
  EXPECT_TRUE(eventually([&] { return server->load().connections == 0; }));
}

class ApiWithARate : public ApiFixture {
 protected:
  ApiWithARate() : ApiFixture(false, {1, 3}) { enrol_all(); }
};

TEST_F(ApiWithARate, LinesOfABatchCountForTheKeysRate) {
  std::string lines;
  for (int i = 0; i < 60; ++i) {
    lines += witness_cms(copy_of(bytes_of("content"))) + "\n";
  }
  const RawAnswer answer = ask({"POST", "/v1/cms:batch", acme, {{"Content-Type", "application/x-ndjson"}}, lines});
  ASSERT_EQ(answer.status, 200U);
  std::istringstream in(answer.body);
  std::vector<std::int64_t> statuses;
  for (std::string line; std::getline(in, line);) {
    const auto one = boost::json::parse(line).as_object();
    statuses.push_back(one.at("status").as_int64());
    if (statuses.back() == 429) {
      EXPECT_GT(one.at("problem").at("retry_after_ms").as_int64(), 0);
    }
  }
  ASSERT_EQ(statuses.size(), 60U);
  EXPECT_EQ(std::vector(statuses.begin(), statuses.begin() + 3), (std::vector<std::int64_t>{200, 200, 200}));
  EXPECT_GE(std::count(statuses.begin(), statuses.end(), 429), 1);
}

TEST_F(ApiSigning, ABatchTakesNoHeaderKeyAndNoProof) {
  EXPECT_EQ(
      problem_of(ask(
          {"POST", "/v1/cms:batch", acme, {{"Content-Type", "application/x-ndjson"}, {"Idempotency-Key", "k"}}, "{}"})),
      "invalid-request");
  EXPECT_EQ(
      problem_of(ask({"POST", "/v1/cms:batch?proof=wait", acme, {{"Content-Type", "application/x-ndjson"}}, "{}"})),
      "invalid-request");
}

}  // namespace
}  // namespace rakkan::test
