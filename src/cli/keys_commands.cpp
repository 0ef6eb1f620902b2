// The commands `rakkan keys create|list|revoke`, for the API keys of callers.
#include <CLI/CLI.hpp>

#include "cli/administration.hpp"
#include "cli/input.hpp"
#include "cli/key_line.hpp"
#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "rakkan/access/api_keys.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::cli {
namespace {

namespace json = boost::json;

class CreateKeyCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("--tenant", tenant_,
                   "Tenant of the key: [a-z0-9._-], at most 32; of a server: that of the key used");
    app.add_option("--label", label_, "Purpose of the key, for people")->required();
    app.add_option("--scope", scopes_, "sign, timestamp, audit, admin or augment; may be repeated")
        ->required()
        ->allow_extra_args(false)
        ->check(CLI::IsMember(access::scope_names()));
    app.add_option("--address", addresses_,
                   "Address range from which the key works, e.g. 192.0.2.0/24; may be repeated (default: any)")
        ->allow_extra_args(false);
    app.add_option("--expires", expires_, "End of the key, e.g. 2027-11-30T00:00:00Z (default: none)");
    app.add_option("-o,--output", output_,
                   "File for the key's text, readable by its owner alone, instead of printing it; - is standard output")
        ->type_name(kFile);
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    if (remote_.chosen() == !tenant_.empty()) {
      return fail(ErrorCode::invalid_argument,
                  remote_.chosen() ? "a server makes keys of the tenant of the key used"
                                   : "the key's tenant is missing: --tenant",
                  "--tenant");
    }
    if (!expires_.empty() && !parse_rfc3339(expires_)) {
      return fail(ErrorCode::invalid_argument, "not a time like 2027-11-30T00:00:00Z", expires_);
    }
    json::object request{{"label", label_}, {"scopes", json::value_from(scopes_)}};
    if (!tenant_.empty()) {
      request["tenant"] = tenant_;
    }
    if (!addresses_.empty()) {
      request["addresses"] = json::value_from(addresses_);
    }
    if (!expires_.empty()) {
      request["expires"] = expires_;
    }
    RAKKAN_TRY(std::unique_ptr<Administration> opened, Administration::open(global, remote_));
    const std::shared_ptr<Administration> administration = std::move(opened);
    RAKKAN_TRY(json::object answer, administration->change("/v1/keys", json::serialize(request)));
    const auto revoke = [administration, id = text_member(answer, "id")] {
      return administration->ask_json("DELETE", "/v1/keys/" + id).map([&](const auto&) { return revoked_again(id); });
    };
    return outcome(std::move(answer), revoke);
  }

 private:
  static std::string revoked_again(const std::string& id) { return "the key " + id + " was revoked again"; }

  // `revoke` takes the key back when its text could not be given to anybody.
  [[nodiscard]] Result<Outcome> outcome(json::object json, std::function<Result<std::string>()> revoke) const {
    json::value* const key = json.if_contains("key");
    if (key == nullptr || !key->is_string()) {
      return fail(ErrorCode::malformed_server_answer, "no key", remote_.server);
    }
    Outcome outcome{{}, line_of_key(json), ExitCode::ok, {}, std::move(revoke)};
    json::string& secret = key->get_string();
    if (output_.empty()) {
      outcome.text += "The key, shown this once:\n" + std::string(secret) + "\n";
    } else {
      outcome.documents.push_back(Document::secret_line(output_, secret));
      secure_wipe({reinterpret_cast<Byte*>(secret.data()), secret.size()});
      json.erase("key");
      json["output"] = output_.string();
      outcome.text += "    the key is in " + shown(output_) + " and nowhere else\n";
    }
    outcome.json = std::move(json);
    return outcome;
  }

  std::string tenant_;
  std::string label_;
  std::vector<std::string> scopes_;
  std::vector<std::string> addresses_;
  std::string expires_;
  std::filesystem::path output_;
  RemoteOptions remote_;
};

class ListKeysCommand final : public Command {
 public:
  void declare(CLI::App& app) override { remote_.declare(app); }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_));
    RAKKAN_TRY(const json::object answer, administration->ask_json("GET", "/v1/keys"));
    json::array keys = array_member(answer, "keys");
    std::string text;
    for (const json::value& key : keys) {
      text += key.is_object() ? line_of_key(key.get_object()) : std::string();
    }
    return Outcome{{{"keys", std::move(keys)}}, std::move(text), ExitCode::ok};
  }

 private:
  RemoteOptions remote_;
};

class RevokeKeyCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("id", id_, "The key's id: the part between the first two underscores of its text")->required();
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_));
    RAKKAN_TRY(json::object key, administration->ask_json("DELETE", "/v1/keys/" + percent_encoded(id_)));
    std::string text = line_of_key(key);
    return Outcome{std::move(key), std::move(text), ExitCode::ok};
  }

 private:
  std::string id_;
  RemoteOptions remote_;
};

}  // namespace

std::unique_ptr<Command> make_keys_create_command() { return std::make_unique<CreateKeyCommand>(); }
std::unique_ptr<Command> make_keys_list_command() { return std::make_unique<ListKeysCommand>(); }
std::unique_ptr<Command> make_keys_revoke_command() { return std::make_unique<RevokeKeyCommand>(); }

}  // namespace rakkan::cli
