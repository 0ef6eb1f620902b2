// rakkan keys create|list|revoke: the API keys of callers, on the data folder or by a running server.
#include <CLI/CLI.hpp>

#include "cli/input.hpp"
#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "cli/remote.hpp"
#include "cli/runtime.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::cli {
namespace {

// What is known of a key, in the server's words too.
boost::json::object to_json(const access::ApiKey& key) {
  boost::json::object json{{"id", key.id.value()},
                           {"tenant", key.tenant.value()},
                           {"label", key.label},
                           {"scopes", boost::json::value_from(key.scopes.names())},
                           {"addresses", boost::json::value_from(key.addresses)},
                           {"created", to_rfc3339(key.created)}};
  if (key.expires) {
    json["expires"] = to_rfc3339(*key.expires);
  }
  if (key.revoked) {
    json["revoked"] = to_rfc3339(*key.revoked);
  }
  if (!key.maker.empty()) {
    json["maker"] = key.maker.value();
  }
  return json;
}

std::string text_of_member(const boost::json::object& key, std::string_view name) {
  const boost::json::value* const value = key.if_contains(name);
  if (value == nullptr) {
    return {};
  }
  if (value->is_string()) {
    return std::string(value->get_string());
  }
  std::string list;
  if (value->is_array()) {
    for (const boost::json::value& entry : value->get_array()) {
      list += (list.empty() ? "" : ",") + (entry.is_string() ? std::string(entry.get_string()) : std::string());
    }
  }
  return list;
}

std::string line_of(const boost::json::object& key) {
  std::string line = text_of_member(key, "id") + "  " + text_of_member(key, "tenant") + "  " +
                     text_of_member(key, "scopes") + "  " + text_of_member(key, "label") + "\n";
  for (const char* name : {"addresses", "expires", "revoked", "maker"}) {
    if (const std::string value = text_of_member(key, name); !value.empty()) {
      line += "    " + std::string(name) + " " + value + "\n";
    }
  }
  return line;
}

class CreateKeyCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("--tenant", tenant_, "Whose key it is: [a-z0-9._-], at most 32; of a server: that of the key used");
    app.add_option("--label", label_, "What it is for, for people")->required();
    app.add_option("--scope", scopes_, "sign, timestamp, audit or admin; may be repeated")
        ->required()
        ->allow_extra_args(false)
        ->check(CLI::IsMember({"sign", "timestamp", "audit", "admin"}));
    app.add_option("--address", addresses_,
                   "Range that it works from, e.g. 192.0.2.0/24; may be repeated (default: any)")
        ->allow_extra_args(false);
    app.add_option("--expires", expires_, "When it ends, e.g. 2027-11-30T00:00:00Z (default: never)");
    app.add_option("-o,--output", output_,
                   "File for the key's text, its owner's alone, instead of printing it; - is standard output")
        ->type_name(kFile);
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    if (remote_.chosen() == !tenant_.empty()) {
      return fail(ErrorCode::invalid_argument,
                  remote_.chosen() ? "a server makes keys of the tenant of the key used" : "whose key is it? --tenant",
                  "--tenant");
    }
    return remote_.chosen() ? create_there() : create_here(global);
  }

 private:
  [[nodiscard]] Result<Outcome> create_here(const GlobalOptions& global) const {
    access::NewApiKey request;
    request.tenant = TenantId(tenant_);
    request.label = label_;
    request.addresses = addresses_;
    for (const std::string& scope : scopes_) {
      request.scopes.add(access::scope_from_name(scope).value());
    }
    if (!expires_.empty()) {
      request.expires = parse_rfc3339(expires_);
      if (!request.expires) {
        return fail(ErrorCode::invalid_argument, "not a time like 2027-11-30T00:00:00Z", expires_);
      }
    }
    RAKKAN_TRY(std::shared_ptr<Runtime> runtime, Runtime::open(global));
    RAKKAN_TRY(std::shared_ptr<access::ApiKeys> keys, runtime->open_api_keys());
    RAKKAN_TRY(const access::CreatedApiKey made, keys->create(runtime->principal(), request));
    boost::json::object json = to_json(made.key);
    json["key"] = made.text.text();
    const auto revoke = [runtime, keys, id = made.key.id] {
      return keys->revoke(runtime->principal(), id).map([&](const auto&) { return revoked_again(id.value()); });
    };
    return outcome(std::move(json), revoke);
  }

  [[nodiscard]] Result<Outcome> create_there() const {
    RAKKAN_TRY(Remote opened, Remote::open(remote_));
    const auto remote = std::make_shared<const Remote>(std::move(opened));
    boost::json::object request{{"label", label_}, {"scopes", boost::json::value_from(scopes_)}};
    if (!addresses_.empty()) {
      request["addresses"] = boost::json::value_from(addresses_);
    }
    if (!expires_.empty()) {
      request["expires"] = expires_;
    }
    RAKKAN_TRY(boost::json::object answer, remote->ask_json("POST", "/v1/keys", request, Repeat::never));
    const auto revoke = [remote, id = text_of_member(answer, "id")] {
      return remote->ask_json("DELETE", "/v1/keys/" + id).map([&](const auto&) { return revoked_again(id); });
    };
    return outcome(std::move(answer), revoke);
  }

  static std::string revoked_again(const std::string& id) { return "the key " + id + " was revoked again"; }

  // A key whose text nobody has got is nobody's: `revoke` is for that case.
  [[nodiscard]] Result<Outcome> outcome(boost::json::object json, std::function<Result<std::string>()> revoke) const {
    boost::json::value* const key = json.if_contains("key");
    if (key == nullptr || !key->is_string()) {
      return fail(ErrorCode::malformed_server_answer, "no key", remote_.server);
    }
    Outcome outcome{{}, line_of(json), ExitCode::ok, {}, std::move(revoke)};
    boost::json::string& secret = key->get_string();
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
    boost::json::array keys;
    if (remote_.chosen()) {
      RAKKAN_TRY(const Remote remote, Remote::open(remote_));
      RAKKAN_TRY(const boost::json::object answer, remote.ask_json("GET", "/v1/keys"));
      const boost::json::value* const listed = answer.if_contains("keys");
      if (listed == nullptr || !listed->is_array()) {
        return fail(ErrorCode::malformed_server_answer, "no list of keys", remote_.server);
      }
      keys = listed->get_array();
    } else {
      RAKKAN_TRY(const auto runtime, Runtime::open(global));
      RAKKAN_TRY(const auto known, runtime->open_api_keys());
      for (const access::ApiKey& key : known->list()) {
        keys.push_back(to_json(key));
      }
    }
    std::string text;
    for (const boost::json::value& key : keys) {
      text += key.is_object() ? line_of(key.get_object()) : std::string();
    }
    return Outcome{{{"keys", std::move(keys)}}, std::move(text), ExitCode::ok};
  }

 private:
  RemoteOptions remote_;
};

class RevokeKeyCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("id", id_, "The key's id: what stands between the first two underscores of its text")->required();
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    boost::json::object key;
    if (remote_.chosen()) {
      RAKKAN_TRY(const Remote remote, Remote::open(remote_));
      RAKKAN_TRY(key, remote.ask_json("DELETE", "/v1/keys/" + id_));
    } else {
      RAKKAN_TRY(const auto runtime, Runtime::open(global));
      RAKKAN_TRY(const auto keys, runtime->open_api_keys());
      RAKKAN_TRY(const access::ApiKey revoked, keys->revoke(runtime->principal(), ApiKeyId(id_)));
      key = to_json(revoked);
    }
    std::string text = line_of(key);
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
