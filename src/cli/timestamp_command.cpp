// The command `rakkan timestamp FILE -o FILE.tsr`, which obtains an RFC 3161 timestamp of a file, or answers a request
// that another program made.
#include <CLI/CLI.hpp>
#include <array>

#include "cli/administration.hpp"
#include "cli/input.hpp"
#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "cli/remote.hpp"
#include "cli/runtime.hpp"
#include "cli/signing_options.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/fetch/tsa_client.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::cli {
namespace {

constexpr std::uint64_t kLargestRequest = 64 * 1024;  // bytes; the unit itself rejects requests of more than 4 KiB

class TimestampCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("file", file_, "File to timestamp, or with --query a TimeStampReq; - is standard input")
        ->type_name(kFile)
        ->required();
    app.add_option("-o,--output", output_, "TimeStampResp in DER; - is standard output")->type_name(kFile)->required();
    app.add_flag("--query", is_query_, "FILE is an RFC 3161 request: answer it by the internal unit");
    app.add_option("--digest", algorithm_, "SHA-256, SHA-384 or SHA-512")->capture_default_str();
    app.add_option("--tsa", tsa_, "Timestamp authority's profile (default: the configured one)");
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const config::Configuration configuration, load_configuration(global));
    RAKKAN_TRY(const std::optional<Remote> server, find_server(global, remote_));
    if (server) {
      RAKKAN_CHECK(check_is_by_unit(configuration));
    }
    return is_query_ ? answer(global, server) : stamp(global, configuration, server);
  }

 private:
  // A server gives timestamps of its own unit alone; by which profile an operator's server does so, its configuration
  // tells.
  [[nodiscard]] Result<void> check_is_by_unit(const config::Configuration& configuration) const {
    if (remote_.chosen()) {
      return tsa_.empty() ? Result<void>()
                          : fail(ErrorCode::invalid_argument,
                                 "a server stamps by its own unit: --tsa and --server exclude each other");
    }
    const auto& names = configuration.service.tsa_lists.signature.profiles;
    const std::string name = tsa_.empty() && !names.empty() ? names.front() : tsa_;
    const auto profile = configuration.service.tsa.find(name);
    const bool by_unit = profile != configuration.service.tsa.end() && profile->second.internal();
    return by_unit || is_query_
               ? Result<void>()
               : fail(ErrorCode::invalid_argument,
                      "a running server stamps by its own unit, and that profile is another one", "tsa." + name);
  }

  [[nodiscard]] Result<Outcome> stamp(const GlobalOptions& global, const config::Configuration& configuration,
                                      const std::optional<Remote>& server) {
    const auto algorithm = crypto::digest_algorithm_from_name(algorithm_);
    if (!algorithm) {
      return fail(ErrorCode::invalid_argument, "unknown digest algorithm", algorithm_);
    }
    RAKKAN_TRY(const auto file, InputFile::open(file_, configuration.service.limits.document));
    const crypto::Digest digest = crypto::digest(*algorithm, file->view());
    RAKKAN_TRY(const tsp::TimestampToken token, server ? stamp_there(*server, digest) : stamp_here(global, digest));
    boost::json::object json = describe(token);
    json["digest"] = to_json(digest);
    return Outcome{
        std::move(json), line(token), ExitCode::ok, {Document::of(output_, tsp::encode_granted(token.der()))}};
  }

  [[nodiscard]] Result<tsp::TimestampToken> stamp_here(const GlobalOptions& global,
                                                       const crypto::Digest& digest) const {
    RAKKAN_TRY(const auto runtime, Runtime::open(global));
    service::IssueTimestampCommand command{runtime->principal(), digest, tsa_, std::nullopt};
    return async::block_on(runtime->signing().issue_timestamp(std::move(command)));
  }

  [[nodiscard]] Result<tsp::TimestampToken> stamp_there(const Remote& server, const crypto::Digest& digest) const {
    std::array<Byte, 8> nonce{};
    crypto::SystemRandom random;
    RAKKAN_CHECK(random.fill(nonce));
    const auto request = tsp::TimestampRequest::for_digest(digest, nonce);
    RAKKAN_TRY(const Bytes response, answer_there(server, request.encode()));
    return fetch::granted_token(response, request);
  }

  [[nodiscard]] static Result<Bytes> answer_there(const Remote& server, const Bytes& query) {
    RAKKAN_TRY(
        fetch::HttpResponse response,
        server.ask(
            {"POST", "/tsa", "application/timestamp-query", "application/timestamp-reply", {query}, Repeat::harmless}));
    return std::move(response.body);
  }

  [[nodiscard]] static Result<Bytes> answer_here(const GlobalOptions& global, Bytes query) {
    RAKKAN_TRY(const auto runtime, Runtime::open(global));
    service::TimestampAnswer answer = async::block_on(
        runtime->signing().answer_timestamp_request(runtime->principal(), std::move(query), std::nullopt));
    return std::move(answer.response);
  }

  // Answers a request. A rejection is an answer too: it is written, and the exit code says that no token was granted.
  [[nodiscard]] Result<Outcome> answer(const GlobalOptions& global, const std::optional<Remote>& server) {
    RAKKAN_TRY(Bytes query, read_input(file_, kLargestRequest));
    RAKKAN_TRY(Bytes response, server ? answer_there(*server, query) : answer_here(global, std::move(query)));
    RAKKAN_TRY(const auto parsed, tsp::parse_response(response));
    Outcome outcome;
    outcome.documents.push_back(Document::of(output_, std::move(response)));
    if (const auto* rejection = std::get_if<tsp::Rejection>(&parsed)) {
      outcome.json = {{"output", output_.string()}, {"granted", false}, {"text", rejection->text}};
      outcome.text = shown(output_) + ": rejected: " + rejection->text + "\n";
      outcome.exit_code = ExitCode::refused;
      return outcome;
    }
    const auto& token = std::get<tsp::TimestampToken>(parsed);
    outcome.json = describe(token);
    outcome.text = line(token);
    return outcome;
  }

  [[nodiscard]] boost::json::object describe(const tsp::TimestampToken& token) const {
    boost::json::object json =
        to_json(service::TokenFacts{token.info().generation_time, token.info().serial_number, token.info().policy});
    json["output"] = output_.string();
    json["granted"] = true;
    return json;
  }

  [[nodiscard]] std::string line(const tsp::TimestampToken& token) const {
    return shown(output_) + ": timestamped " + to_rfc3339(token.info().generation_time) + ", serial " +
           to_hex(token.info().serial_number) + "\n";
  }

  std::filesystem::path file_;
  std::filesystem::path output_;
  bool is_query_ = false;
  std::string algorithm_ = "SHA-256";
  std::string tsa_;
  RemoteOptions remote_;
};

}  // namespace

std::unique_ptr<Command> make_timestamp_command() { return std::make_unique<TimestampCommand>(); }

}  // namespace rakkan::cli
