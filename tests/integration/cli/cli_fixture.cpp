#include "integration/cli/cli_fixture.hpp"

#include <chrono>
#include <memory>
#include <sstream>

#include "rakkan/base/hex.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "support/pdf_builder.hpp"

namespace rakkan::test {
namespace {

std::unique_ptr<TemporaryFolder> the_home;

Bytes read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream content;
  content << in.rdbuf();
  return copy_of(bytes_of(content.str()));
}

void must(std::vector<std::string> words) {
  const CommandOutcome outcome = run_command(words);
  ASSERT_EQ(outcome.exit_code, 0) << words.front() << ": " << outcome.output;
}

}  // namespace

TemporaryFolder& CliTest::home() { return *the_home; }

CommandOutcome CliTest::rakkan(std::vector<std::string> arguments) {
  std::vector<std::string> words{RAKKAN_PROGRAM, "--config", path("data/rakkan.toml")};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run_command(std::move(words));
}

boost::json::object CliTest::answer(std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  const CommandOutcome outcome = rakkan(std::move(arguments));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(outcome.output, error);
  EXPECT_TRUE(!error && value.is_object()) << outcome.output;
  return value.is_object() ? value.get_object() : boost::json::object{};
}

std::string CliTest::refusal(std::vector<std::string> arguments, int exit_code) {
  arguments.emplace_back("--json");
  const CommandOutcome outcome = rakkan(std::move(arguments));
  EXPECT_EQ(outcome.exit_code, exit_code) << outcome.output;
  // Standard error follows with a line for people; the first line is the document.
  boost::json::error_code error;
  const std::string first_line = outcome.output.substr(
      outcome.output.find('{'), outcome.output.find('\n', outcome.output.find('{')) - outcome.output.find('{'));
  const boost::json::value value = boost::json::parse(first_line, error);
  EXPECT_FALSE(error) << outcome.output;
  return error ? std::string() : std::string(value.at("error").at("code").as_string());
}

std::string CliTest::write(std::string_view name, std::string_view content, bool secret) {
  const auto file = write_bytes(folder() / name, bytes_of(content));
  if (secret) {
    std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  return file.string();
}

std::string CliTest::contract() {
  const auto file = folder() / "contract.pdf";
  if (!std::filesystem::exists(file)) {
    write_bytes(file, sample_pdf());
  }
  return file.string();
}

std::string CliTest::instruction_for(std::string_view document, std::string_view name, const std::string& who,
                                     std::chrono::seconds ago) {
  const std::string now = to_rfc3339(SystemClock().now() - ago);
  const std::string digest = to_hex(crypto::digest(crypto::DigestAlgorithm::sha256, read(document)).view());
  return write(name, R"({"who": {"id": ")" + who + R"(", "name": "山田太郎"}, "when": ")" + now +
                         R"(", "authenticated": [{"class": "mailbox", "method": "mail_link", "at": ")" + now +
                         R"("}], "document_digest": {"alg": "SHA-256", "value": ")" + digest + R"("}})");
}

std::vector<std::string> CliTest::sign(std::string document, std::string output, std::vector<std::string> more) {
  std::vector<std::string> words{"sign", std::move(document), "-o", std::move(output)};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

void CliTest::issue(const std::string& id, std::vector<std::string> generate, const std::string& subject,
                    const std::string& extensions, int issued_days_ago) {
  std::vector<std::string> words{"credentials", "generate", id};
  words.insert(words.end(), generate.begin(), generate.end());
  answer(words);
  answer({"credentials", "csr", id, "--subject", subject, "-o", path(id + ".csr")});
  write(id + ".cnf", extensions);
  // OpenSSL 3.5 makes no certificate that ends before it begins: an expired one is issued in the past.
  must({"faketime",
        "-f",
        issued_days_ago == 0 ? "+0d" : "-" + std::to_string(issued_days_ago) + "d",
        "openssl",
        "x509",
        "-req",
        "-in",
        path(id + ".csr"),
        "-CA",
        path("ca.pem"),
        "-CAkey",
        path("ca.key"),
        "-set_serial",
        std::to_string(std::hash<std::string>{}(id) % 100000 + 1),
        "-out",
        path(id + ".pem"),
        "-extfile",
        path(id + ".cnf"),
        "-days",
        "30"});
}

void CliTest::certify(const std::string& id, std::vector<std::string> generate, const std::string& subject,
                      const std::string& extensions) {
  issue(id, std::move(generate), subject, extensions, 0);
  answer({"credentials", "import", id, path(id + ".pem")});
}

void CliTest::SetUpTestSuite() {
  if (the_home) {
    return;  // one folder serves every suite of the program
  }
  the_home = std::make_unique<TemporaryFolder>();
  // A wrong PIN of one test lets no other wait; refusals_test.cpp looks at the wait.
  ::setenv("RAKKAN_PIN_FIRST_WAIT", "0s", 1);
  const CommandOutcome made = run_command({RAKKAN_PROGRAM, "init", path("data")});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  must({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path("ca.key"), "-out", path("ca.pem"),
        "-days", "60", "-subj", "/CN=Test CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign"});
  certify("operator", {"--kind", "operator", "--key", "rsa-2048"}, "CN=株式会社ラッカン 立会人,C=JP",
          "keyUsage=critical,digitalSignature\n");
  certify("party-a", {"--kind", "party", "--party", "a", "--key", "p-256"}, "CN=山田太郎,C=JP",
          "keyUsage=critical,digitalSignature\n");
  certify("party-b", {"--kind", "party", "--party", "b", "--key", "p-256"}, "CN=髙﨑美咲,C=JP",
          "keyUsage=critical,digitalSignature\n");
  certify("tsu", {"--kind", "tsu", "--key", "p-256"}, "CN=Test TSU,C=JP",
          "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n");
  answer({"credentials", "pin", "party-a", "--pin-file", write("a.pin", "135790\n", true)});
  answer({"credentials", "pin", "party-b", "--pin-file", write("b.pin", "246801\n", true)});
}

void CliTest::TearDownTestSuite() {}

}  // namespace rakkan::test
