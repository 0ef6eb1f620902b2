// GET /v1/audit/key, /v1/audit/entries/{index}, /v1/audit/logs/{journal} and its files, POST /v1/audit/verify.
#include "rakkan/api/audit_api.hpp"

#include <algorithm>
#include <array>

#include "api/access.hpp"
#include "api/audit_parameters.hpp"
#include "api/json_request.hpp"
#include "api/media_type.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/audit/snapshot.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/base/error_table.hpp"
#include "rakkan/base/file_system.hpp"
#include "rakkan/json/reader.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::api {

struct AuditApi::Reading {
  const service::Archive& archive;
  // Verifying reads the whole log, so verifications run one after another, on a pool of their own.
  async::BoundedPool pool{{"audit", 1, 64}};
};

namespace {

using Reading = AuditApi::Reading;

constexpr std::string_view kNameParameter = "name";
constexpr std::uint64_t kLargestQuestion = 1UL << 20;  // bytes of a verification's request
constexpr std::size_t kKeys = 64;
constexpr std::size_t kKey = 512;
constexpr std::size_t kNote = 512 * 1'024;
constexpr std::array kJournals{audit::Journal::trail, audit::Journal::tokens};

template <class Fn>
async::Task<std::invoke_result_t<Fn>> read(Reading& reading, const Request& request, Fn fn) {
  co_return co_await async::run_on(reading.pool, std::move(fn), request.deadline, request.owner());
}

std::string describe(const Error& error) {
  json::ObjectWriter json;
  json.text("code", row(error.code).slug).text("detail", error.detail).text("where", error.where);
  return std::move(json).finish();
}

// --- Entries ---

// The reason why an answer has an entry without its record.
std::string_view standing_of(const audit::EntryFile& file, bool withheld) {
  if (withheld) {
    return "withheld";
  }
  if (file.record) {
    return "shown";
  }
  const auto entry = audit::Entry::parse(bytes_of(file.entry));
  return entry && entry->commitment() != nullptr ? "erased" : "none";
}

// Records name persons, so an API key is shown only its own tenant's.
Result<std::string> read_entry(const Reading& reading, const access::Principal& by, audit::Journal journal,
                               std::uint64_t index) {
  RAKKAN_TRY(audit::EntryFile file, reading.archive.entry(journal, index));
  bool withheld = false;
  if (file.record && !by.any_tenant) {
    RAKKAN_TRY(const TenantId tenant, reading.archive.tenant_of(*file.record));
    withheld = tenant != by.tenant;
  }
  const std::string_view standing = standing_of(file, withheld);
  if (withheld) {
    file.record.reset();
  }
  json::ObjectWriter json;
  json.number("index", index)
      .text("journal", name(journal))
      .text("record", standing)
      .raw("entry", file.encode().substr(0, file.encode().size() - 1));
  return std::move(json).finish() + "\n";
}

async::Task<Result<Response>> get_key(Reading& reading, Request& request) {
  const auto ask = [&] { return reading.archive.own_keys(); };
  RAKKAN_CO_TRY(const std::vector<audit::VerifierKey> keys, co_await read(reading, request, ask));
  json::ObjectWriter json;
  json.raw("keys", json::array_of(keys, [](const audit::VerifierKey& key) { return json::quote(key.text()); }));
  co_return Response::json(std::move(json).finish() + "\n");
}

async::Task<Result<Response>> get_entry(Reading& reading, Request& request) {
  RAKKAN_CO_TRY(const audit::Journal journal,
                journal_named(request.query_parameter(kJournalParameter).value_or("trail")));
  RAKKAN_CO_TRY(const std::uint64_t index, index_named(request.parameter("index")));
  const auto ask = [&] { return read_entry(reading, principal_of(request), journal, index); };
  RAKKAN_CO_TRY(std::string json, co_await read(reading, request, ask));
  co_return Response::json(std::move(json));
}

// --- Files ---

// True for names of a log's files ("tile/entries/x001/002.p/7", "timestamps/12.tst", "checkpoint"), none of which leads
// out of the log's folder.
bool is_name_of_a_log_file(std::string_view name) {
  const auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '/'; };
  return (name == "checkpoint" || name.starts_with("tile/") || name.starts_with("timestamps/")) && name.size() < 128 &&
         std::all_of(name.begin(), name.end(), good) && name.find("..") == std::string_view::npos &&
         name.find("//") == std::string_view::npos && !name.ends_with('/');
}

constexpr std::string_view kTimestamps = "timestamps";

Result<std::string> list_timestamps(const Reading& reading, audit::Journal journal) {
  const audit::LogFolder log = reading.archive.log(journal);
  RAKKAN_TRY(const std::vector<std::string> names, log.files.list(log.path / kTimestamps));
  RAKKAN_TRY(const bool begun, log.files.exists(log.path / "checkpoint"));
  json::ObjectWriter json;
  json.text("journal", name(journal))
      .flag("begun", begun)
      .raw("timestamps", json::array_of(names, [](const std::string& one) { return json::quote(one); }));
  return std::move(json).finish() + "\n";
}

Result<Bytes> read_file_of(const Reading& reading, audit::Journal journal, const std::string& file_name) {
  const audit::LogFolder log = reading.archive.log(journal);
  RAKKAN_TRY(const bool there, log.files.exists(log.path / file_name));
  if (!there) {
    return fail(ErrorCode::audit_index_unknown, "the log has no such file", file_name);
  }
  RAKKAN_TRY(const auto file, log.files.open(log.path / file_name, FileMode::read));
  RAKKAN_TRY(const std::uint64_t size, file->size());
  Bytes content(static_cast<std::size_t>(size));
  RAKKAN_TRY(const std::size_t got, file->read_at(0, content));
  content.resize(got);
  return content;
}

async::Task<Result<Response>> get_log(Reading& reading, Request& request) {
  RAKKAN_CO_TRY(const audit::Journal journal, journal_named(request.parameter("journal")));
  const auto ask = [&] { return list_timestamps(reading, journal); };
  RAKKAN_CO_TRY(std::string json, co_await read(reading, request, ask));
  co_return Response::json(std::move(json));
}

async::Task<Result<Response>> get_log_file(Reading& reading, Request& request) {
  RAKKAN_CO_TRY(const audit::Journal journal, journal_named(request.parameter("journal")));
  const std::string file_name = request.query_parameter(kNameParameter).value_or("");
  if (!is_name_of_a_log_file(file_name)) {
    co_return fail(ErrorCode::invalid_request, "must be the name of a file of the log, like tile/entries/000.p/7",
                   std::string(kNameParameter));
  }
  const auto ask = [&] { return read_file_of(reading, journal, file_name); };
  RAKKAN_CO_TRY(Bytes content, co_await read(reading, request, ask));
  Response response;
  response.header("Content-Type", "application/octet-stream").append(std::move(content));
  co_return response;
}

// --- Verification ---

struct Question {
  std::vector<audit::VerifierKey> keys;
  std::string against;
};

Result<Question> read_question(ByteView body) {
  RAKKAN_TRY(const json::Document document, parse_json(body));
  json::Members members = document.root();
  Question question;
  if (members.has("keys")) {
    RAKKAN_TRY(const std::vector<std::string> keys, members.texts("keys", kKeys, kKey));
    for (const std::string& text : keys) {
      RAKKAN_TRY(audit::VerifierKey key, audit::VerifierKey::parse(text));
      question.keys.push_back(std::move(key));
    }
  }
  RAKKAN_TRY(const std::optional<std::string> against, members.optional_text("against", kNote));
  if (against) {
    const auto note = from_base64(*against);
    if (!note) {
      return members.wrong("against", "must be a signed note in base64");
    }
    question.against = text_of(*note);
  }
  RAKKAN_CHECK(members.done());
  return question;
}

// True when the checkpoint's first line names this journal. Only its signature proves it.
bool is_of(std::string_view checkpoint, audit::Journal journal) {
  return checkpoint.substr(0, checkpoint.find('\n')).ends_with("/" + std::string(name(journal)));
}

// Chooses the key of a log by its name, the first line of its checkpoint. The name is not trusted: it only chooses the
// key.
Result<audit::VerifierKey> key_for(const audit::LogFolder& log, const std::vector<audit::VerifierKey>& keys) {
  RAKKAN_TRY(const auto file, log.files.open(log.path / "checkpoint", FileMode::read));
  Bytes note(audit::Note::kMaxSize);
  RAKKAN_TRY(const std::size_t size, file->read_at(0, note));
  const std::string_view text = text_of(note).substr(0, size);
  const std::string_view origin = text.substr(0, text.find('\n'));
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return key.name() == origin; });
  if (found == keys.end()) {
    return fail(ErrorCode::audit_log_mismatch,
                "this is the log \"" + std::string(origin) + "\", for which no key was given", log.path.string());
  }
  return *found;
}

Result<audit::VerifiedLog> verify(const Reading& reading, audit::Journal journal,
                                  const std::vector<audit::VerifierKey>& keys, const std::string& against) {
  const audit::LogFolder log = reading.archive.log(journal);
  audit::Verification how;
  how.against = is_of(against, journal) ? against : "";  // else `against` is a checkpoint of the other log
  if (journal == audit::Journal::trail) {
    how.record = [&](std::uint64_t index) { return reading.archive.record(index); };
  }
  RAKKAN_TRY(const bool begun, log.files.exists(log.path / "checkpoint"));
  if (!begun && how.against.empty()) {
    return audit::VerifiedLog{};
  }
  if (!begun) {
    return fail(ErrorCode::audit_log_mismatch, "there is no log, although a checkpoint of it was given",
                log.path.string());
  }
  RAKKAN_TRY(const audit::VerifierKey key, key_for(log, keys));
  return audit::verify_live_log(log, key, how);
}

std::string describe(const audit::VerifiedTimestamp& timestamp) {
  json::ObjectWriter json;
  json.number("size", timestamp.size)
      .text("time", to_rfc3339(timestamp.time))
      .text("authority", timestamp.authority)
      .flag("own", timestamp.own);
  return std::move(json).finish();
}

// Describes a verification. An error that says that the log is not as it was written is its verdict; any other error
// kept it from being verified.
Result<std::string> describe(audit::Journal journal, const Result<audit::VerifiedLog>& verified) {
  json::ObjectWriter json;
  json.text("journal", name(journal)).flag("verified", verified.has_value());
  if (!verified) {
    if (row(verified.error().code).exit_code != ExitCode::verification_failed) {
      return fail(verified.error());
    }
    json.raw("error", describe(verified.error()));
    return std::move(json).finish();
  }
  json.text("origin", verified->checkpoint.origin)
      .number("size", verified->checkpoint.tree.size)
      .text("root", to_base64(verified->checkpoint.tree.root))
      .text("checkpoint", verified->note)
      .number("records", verified->records)
      .raw("erased", json::array_of(verified->erased, [](std::uint64_t index) { return std::to_string(index); }))
      .raw("timestamps", json::array_of(verified->timestamps, [](const auto& one) { return describe(one); }));
  return std::move(json).finish();
}

Result<std::string> verify_all(const Reading& reading, Question question) {
  const bool given = !question.keys.empty();
  if (!given) {
    RAKKAN_TRY(question.keys, reading.archive.own_keys());
  }
  const std::string& against = question.against;
  if (!against.empty() && !is_of(against, audit::Journal::trail) && !is_of(against, audit::Journal::tokens)) {
    return fail(ErrorCode::malformed_note, "not a checkpoint of a trail or of tokens", "against");
  }
  bool whole = true;
  std::vector<std::string> logs;
  for (const audit::Journal journal : kJournals) {
    const auto verified = verify(reading, journal, question.keys, against);
    RAKKAN_TRY(logs.emplace_back(), describe(journal, verified));
    whole = whole && verified.has_value();
  }
  json::ObjectWriter json;
  json.flag("verified", whole)
      .text("key", given ? "given" : "data folder")
      .raw("logs", json::array_of(logs, [](const std::string& log) { return log; }));
  return std::move(json).finish() + "\n";
}

async::Task<Result<Response>> post_verify(Reading& reading, Request& request) {
  RAKKAN_CO_CHECK(require_media_type(request, "application/json"));
  RAKKAN_CO_TRY(const Bytes body, co_await read_all(*request.body, kLargestQuestion));
  RAKKAN_CO_TRY(const Question question, read_question(body));
  const auto ask = [&] { return verify_all(reading, question); };
  RAKKAN_CO_TRY(std::string json, co_await read(reading, request, ask));
  co_return Response::json(std::move(json));
}

}  // namespace

AuditApi::AuditApi(const service::Archive& archive) : reading_(new Reading{archive}) {}
AuditApi::~AuditApi() = default;

void AuditApi::add_routes(http::Router& router) {
  using Ask = async::Task<Result<Response>> (*)(Reading&, Request&);
  Reading& reading = *reading_;
  const auto add = [&](Method method, std::string path, std::uint64_t body, Ask ask,
                       std::vector<std::string_view> query = {}) {
    router.add({method, std::move(path), Scope::audit, body,
                [&reading, ask](Request& request) { return ask(reading, request); }, Needs::records, std::move(query)});
  };
  add(Method::get, "/v1/audit/key", 0, get_key);
  add(Method::get, "/v1/audit/entries/{index}", 0, get_entry, {kJournalParameter});
  add(Method::get, "/v1/audit/logs/{journal}", 0, get_log);
  add(Method::get, "/v1/audit/logs/{journal}/file", 0, get_log_file, {kNameParameter});
  add(Method::post, "/v1/audit/verify", kLargestQuestion, post_verify);
}

http::Router AuditApi::router() {
  http::Router router;
  add_routes(router);
  router.guard(
      [](const http::Route&, Request& request) -> async::Task<Result<void>> { co_return admit_local_user(request); });
  return router;
}

}  // namespace rakkan::api
