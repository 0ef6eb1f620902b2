// `rakkan --server` against a real rakkand: the same answers, the same refusals, and the rights of keys.
#include <stdlib.h>

#include <fstream>
#include <optional>

#include "integration/cli/cli_fixture.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/base/time.hpp"
#include "support/eventually.hpp"
#include "support/free_port.hpp"
#include "support/server_process.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::optional<ServerProcess> the_server;
std::string the_url;
boost::json::object signed_here;  // what `sign` says without a server

std::vector<std::string> member_names(const boost::json::object& object) {
  std::vector<std::string> names;
  for (const auto& member : object) {
    names.emplace_back(member.key());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Server : public CliTest {
 protected:
  static void SetUpTestSuite() {
    CliTest::SetUpTestSuite();
    signed_here = answer(sign(contract(), path("here.pdf"), witness()));
    make_key("key", "acme", {"--scope", "sign", "--scope", "timestamp", "--scope", "audit"});
    make_key("admin.key", "acme", {"--scope", "admin", "--scope", "sign"});
    make_key("stamps.key", "acme", {"--scope", "timestamp"});
    make_key("other.key", "zebra", {"--scope", "sign", "--scope", "audit"});
    make_key("elsewhere.key", "acme", {"--scope", "sign", "--address", "192.0.2.0/24"});
    write("log.vkey", "# what the auditor was given\n\n" + witness_key() + "\n" + rakkan({"audit", "key"}).output);
    const Instant end_of_old_key = make_old_key();
    certify("acme-seal", {"--kind", "operator", "--key", "p-256", "--tenant", "acme"}, "CN=acme,C=JP",
            "keyUsage=critical,digitalSignature\n");
    const std::uint16_t port = free_port();
    ::setenv("RAKKAN_HTTP_PORT", std::to_string(port).c_str(), 1);
    ::setenv("RAKKAN_METRICS_PORT", "0", 1);
    auto started =
        ServerProcess::start(RAKKAND_PROGRAM, {"--config", path("data/rakkan.toml")}, port, path("rakkand.log"));
    ::unsetenv("RAKKAN_HTTP_PORT");
    ::unsetenv("RAKKAN_METRICS_PORT");
    ASSERT_TRUE(started.has_value()) << to_string(started.error());
    the_server.emplace(std::move(*started));
    the_url = "http://127.0.0.1:" + std::to_string(port);
    ASSERT_TRUE(eventually([&] { return SystemClock().now() > end_of_old_key; })) << "the old key does not expire";
  }
  static void TearDownTestSuite() {
    if (the_server) {
      EXPECT_EQ(the_server->stop(), 0);
      the_server.reset();
    }
  }

  static void make_key(const std::string& file, const std::string& tenant, std::vector<std::string> more) {
    std::vector<std::string> words{"keys", "create", "--tenant", tenant, "--label", file};
    words.insert(words.end(), more.begin(), more.end());
    words.insert(words.end(), {"-o", path(file)});
    const auto made = answer(words);
    EXPECT_FALSE(made.contains("key")) << "what goes to a file is not printed";
  }
  // Makes a key that expires soon and returns when. A slow machine has no time to make one that lives for a second.
  static Instant make_old_key() {
    for (std::chrono::seconds life{1};; life *= 2) {
      const Instant end = SystemClock().now() + life;
      const CommandOutcome made = rakkan({"keys", "create", "--tenant", "acme", "--label", "old", "--scope", "sign",
                                          "--expires", to_rfc3339(end), "-o", path("old.key")});
      if (made.exit_code == 0 || life > kPatience / 2) {
        EXPECT_EQ(made.exit_code, 0) << made.output;
        return end;
      }
    }
  }
  // A witness's key (C2SP tlog-cosignature), which signs no log.
  static std::string witness_key() {
    Bytes typed(33, Byte{0x41});
    typed.front() = 0x04;
    return "witness.example+01020304+" + to_base64(typed);
  }
  static std::vector<std::string> witness() {
    return {"--credential", "operator", "--type", "witness", "--instruction", instruction_for(contract()),
            "--level",      "B-T"};
  }
  // The same command with --server.
  static std::vector<std::string> there(std::vector<std::string> command, const std::string& key = "key") {
    command.insert(command.end(), {"--server", the_url, "--api-key-file", path(key)});
    return command;
  }
  static std::vector<std::string> party(const std::string& pin_file, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"--credential", "party-a", "--type", "party", "--pin-file", pin_file};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
};

TEST_F(Server, SigningThereSaysWhatSigningHereSays) {
  const auto made = answer(there(sign(contract(), path("there.pdf"), witness())));
  EXPECT_EQ(member_names(made), member_names(signed_here));
  for (const char* same : {"credential", "type", "level", "field", "document_digest", "base_size"}) {
    EXPECT_EQ(made.at(same), signed_here.at(same)) << same;
  }
  EXPECT_EQ(fs::file_size(path("there.pdf")),
            made.at("base_size").to_number<std::uintmax_t>() + made.at("bytes_added").to_number<std::uintmax_t>());
  const CommandOutcome seen = run_command({"pdfsig", "-nocert", path("there.pdf")});
  EXPECT_THAT(seen.output, HasSubstr("Signature Validation: Signature is Valid."));
}

TEST_F(Server, APdfLeadsToItsEntriesThereToo) {
  const auto made = answer(there(sign(contract(), path("led.pdf"), witness())));
  const auto found = answer(there({"audit", "find", path("led.pdf")}));
  const auto& signature = found.at("signatures").at(0);
  EXPECT_EQ(signature.at("recorded").as_string(), "matches");
  EXPECT_EQ(signature.at("signature_id"), made.at("signature"));
  EXPECT_EQ(signature.at("intent").at("index"), made.at("intent"));
  EXPECT_EQ(signature.at("outcome").at("index"), made.at("outcome"));
  const CommandOutcome others = rakkan(there({"audit", "find", path("led.pdf")}, "other.key"));
  EXPECT_EQ(others.exit_code, 2) << others.output;
  EXPECT_THAT(others.output, HasSubstr("knows no signature of that id"));
}

TEST_F(Server, TheEvidenceOfASignatureIsVerifiedAsItWasAnswered) {
  const auto made = answer(there(sign(contract(), path("proven.pdf"), witness())));
  const std::string id(made.at("signature").as_string());
  const std::string ask = "curl --silent --fail -o '" + path("evidence.json") + "' -H \"Authorization: Bearer $(cat '" +
                          path("key") + "')\" " + the_url + "/v1/signatures/" + id + "/evidence";
  ASSERT_TRUE(eventually([&] { return run_command({"sh", "-c", ask}).exit_code == 0; })) << "no checkpoint covers it";
  // Runs without the data folder's configuration, which is not needed.
  const auto verify = [](const std::string& evidence, const std::string& key) {
    return run_command({RAKKAN_PROGRAM, "audit", "verify", "--evidence", evidence, "--key", key, "--json"});
  };
  const CommandOutcome good = verify(path("evidence.json"), path("log.vkey"));
  ASSERT_EQ(good.exit_code, 0) << good.output;
  const auto json = boost::json::parse(good.output).as_object();
  EXPECT_EQ(json.at("signature_id").as_string(), id);
  EXPECT_EQ(json.at("intent").at("index"), made.at("intent"));
  EXPECT_EQ(json.at("outcome").at("index"), made.at("outcome"));
  EXPECT_EQ(json.at("outcome").at("event").as_string(), "signature.made");
  EXPECT_EQ(json.at("intent").at("record").at("instruction").at("who").at("id").as_string(), "u-1")
      << "JSON within JSON is JSON";

  const Bytes content = read_file(path("evidence.json"), 1U << 20U).value();
  const auto evidence = boost::json::parse(text_of(content));
  EXPECT_TRUE(evidence.at("intent").at("entry").at("body").at("instruction").is_object());
  EXPECT_EQ(evidence.at("outcome").at("entry").at("entry").at("event").as_string(), "signature.made");
  const CommandOutcome laid_out =
      run_command({"sh", "-c", "python3 -m json.tool '" + path("evidence.json") + "' '" + path("laid-out.json") + "'"});
  ASSERT_EQ(laid_out.exit_code, 0) << laid_out.output;
  EXPECT_EQ(verify(path("laid-out.json"), path("log.vkey")).exit_code, 0) << "another program may lay it out anew";

  auto old = evidence;  // as earlier releases answered
  for (const char* part : {"intent", "outcome"}) {
    auto& entry = old.as_object().at(part).at("entry").as_object();
    entry["v"] = 1;
    entry["entry"] = boost::json::serialize(entry.at("entry"));
    entry["body"] = boost::json::serialize(entry.at("body"));
  }
  EXPECT_EQ(verify(write("old.json", boost::json::serialize(old)), path("log.vkey")).exit_code, 0);

  auto changed = evidence;
  changed.at("intent").at("entry").at("body").at("instruction").at("who").as_object()["name"] = "somebody else";
  const CommandOutcome bad = verify(write("changed.json", boost::json::serialize(changed)), path("log.vkey"));
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.output, HasSubstr("digest-mismatch"));
  EXPECT_EQ(verify(path("evidence.json"), write("witness.vkey", witness_key())).exit_code, 3) << "no key of a log";
  EXPECT_EQ(verify(write("none.json", "{}"), path("log.vkey")).exit_code, 3);
}

TEST_F(Server, APartySignsThereWithItsPin) {
  answer(there(sign(contract(), path("party.pdf"), party(path("a.pin")))));
  EXPECT_THAT(run_command({"pdfsig", "-nocert", path("party.pdf")}).output,
              HasSubstr("Signature Validation: Signature is Valid."));
}

TEST_F(Server, RefusalsAreTheSameErrorsWithTheSameExitCodes) {
  const std::string output = path("never.pdf");
  const auto refused = [&](std::vector<std::string> more, int exit_code) {
    const std::string slug = refusal(there(sign(contract(), output, std::move(more))), exit_code);
    EXPECT_FALSE(fs::exists(output));
    return slug;
  };
  EXPECT_EQ(refused({"--credential", "operator", "--type", "witness"}, 4), "instruction-missing");
  EXPECT_EQ(refused({"--credential", "operator", "--type", "witness", "--instruction",
                     instruction_for(write("x.txt", "x"), "x.json")},
                    4),
            "instruction-digest-mismatch");
  EXPECT_EQ(refused({"--credential", "operator", "--type", "witness", "--instruction",
                     instruction_for(contract(), "old.json", "u-1", std::chrono::hours(24 * 31))},
                    4),
            "instruction-too-old");
  EXPECT_EQ(refusal(there({"cms", std::string(96, 'a'), "-o", output, "--credential", "party-a", "--type", "party",
                           "--pin-file", path("a.pin")}),
                    3),
            "digest-algorithm-mismatch");
  EXPECT_EQ(refused(party(path("b.pin")), 4), "pin-incorrect");
  EXPECT_EQ(refused({"--credential", "party-a", "--type", "party"}, 4), "activation-missing");
  EXPECT_EQ(refused({"--credential", "nobody", "--type", "party", "--pin-file", path("a.pin")}, 3),
            "credential-unknown");
  EXPECT_EQ(refused({"--credential", "operator", "--type", "party", "--pin-file", path("a.pin")}, 4),
            "credential-type-mismatch");
  const std::string text = write("text.pdf", "This is no PDF.");
  EXPECT_EQ(refusal(there(sign(text, output, party(path("a.pin")))), 3), "not-a-pdf");
}

TEST_F(Server, ACmsMadeThereVerifiesForOpenssl) {
  const std::string content = write("there.bin", "what is signed there\n");
  const std::string hex = run_command({"openssl", "dgst", "-sha256", "-r", content}).output.substr(0, 64);
  const auto made = answer(there({"cms", hex, "-o", path("there.p7s"), "--credential", "party-a", "--type", "party",
                                  "--pin-file", path("a.pin"), "--level", "B-T"}));
  EXPECT_EQ(made.at("cms_size").to_number<std::uintmax_t>(), fs::file_size(path("there.p7s")));
  const CommandOutcome accepted =
      run_command({"openssl", "cms", "-verify", "-cades", "-binary", "-purpose", "any", "-inform", "DER", "-in",
                   path("there.p7s"), "-CAfile", path("ca.pem"), "-out", "/dev/null", "-content", content});
  EXPECT_EQ(accepted.exit_code, 0) << accepted.output;
}

TEST_F(Server, ATimestampMadeThereVerifiesForOpenssl) {
  const std::string file = write("there.stamped", "stamped there\n");
  answer(there({"timestamp", file, "-o", path("there.tsr")}, "stamps.key"));
  EXPECT_THAT(
      run_command({"openssl", "ts", "-verify", "-in", path("there.tsr"), "-data", file, "-CAfile", path("ca.pem")})
          .output,
      HasSubstr("Verification: OK"));
}

TEST_F(Server, AnActivationSignsItsDocumentsOnceAndNoOther) {
  const std::string hex = run_command({"openssl", "dgst", "-sha256", "-r", contract()}).output.substr(0, 64);
  const std::string token = path("token");
  answer(there({"credentials", "activate", "party-a", "--digest", hex, "--pin-file", path("a.pin"), "-o", token}));
  const std::vector<std::string> with_token{"--credential", "party-a", "--type", "party", "--activation-file", token};
  EXPECT_EQ(refusal(there(sign(path("here.pdf"), path("never.pdf"), with_token)), 4), "activation-digest-mismatch");
  EXPECT_EQ(refusal(there(sign(contract(), path("never.pdf"), with_token), "other.key"), 4), "activation-unknown");
  answer(there(sign(contract(), path("activated.pdf"), with_token)));
  EXPECT_EQ(refusal(there(sign(contract(), path("never.pdf"), with_token)), 4), "activation-used");
}

TEST_F(Server, AKeyDoesWhatItsScopesAddressesAndTimesAllow) {
  const auto with = [](const std::string& key) { return there(sign(contract(), path("never.pdf"), witness()), key); };
  EXPECT_EQ(refusal(with("stamps.key"), 4), "scope-missing");
  EXPECT_EQ(refusal(with("elsewhere.key"), 4), "address-not-allowed");
  EXPECT_EQ(refusal(with("old.key"), 4), "api-key-expired");
  write("wrong.key", "rkn_0000000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", true);
  EXPECT_EQ(refusal(with("wrong.key"), 4), "api-key-unknown");
  std::vector<std::string> without = sign(contract(), path("never.pdf"), witness());
  without.insert(without.end(), {"--server", the_url});
  EXPECT_EQ(refusal(without, 4), "api-key-missing");
  EXPECT_FALSE(fs::exists(path("never.pdf")));
}

TEST_F(Server, ATenantsCredentialDoesNotExistForAnother) {
  const std::vector<std::string> seal{"--credential", "acme-seal",     "--type",
                                      "witness",      "--instruction", instruction_for(contract())};
  answer(there(sign(contract(), path("sealed.pdf"), seal)));
  EXPECT_EQ(refusal(there(sign(contract(), path("never.pdf"), seal), "other.key"), 3), "credential-unknown");
}

TEST_F(Server, KeysAreMadeAndRevokedThere) {
  const auto made = answer(there({"keys", "create", "--label", "made there", "--scope", "sign"}, "admin.key"));
  write("made.key", std::string(made.at("key").as_string()), true);
  answer(there(sign(contract(), path("made.pdf"), witness()), "made.key"));
  answer(there({"keys", "revoke", std::string(made.at("id").as_string())}, "admin.key"));
  EXPECT_EQ(refusal(there(sign(contract(), path("never.pdf"), witness()), "made.key"), 4), "api-key-expired");
  EXPECT_THAT(boost::json::serialize(answer(there({"keys", "list"}, "admin.key"))), HasSubstr("made there"));
  EXPECT_EQ(refusal(there({"keys", "list"}), 4), "scope-missing");
  EXPECT_EQ(made.at("maker").as_string().size(), 16U);
  EXPECT_EQ(refusal(there({"keys", "create", "--label", "more", "--scope", "timestamp"}, "admin.key"), 4),
            "key-exceeds-maker");
}

TEST_F(Server, TheDataFolderIsTheServersAndTheMessageSaysWhose) {
  const CommandOutcome outcome = rakkan(sign(contract(), path("never.pdf"), witness()));
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.output, HasSubstr("data-folder-in-use"));
  EXPECT_THAT(outcome.output, HasSubstr(std::to_string(the_server->pid())));
  EXPECT_THAT(outcome.output, HasSubstr("--server"));
}

}  // namespace
}  // namespace rakkan::test
