#include "rakkan/service/archive.hpp"

#include <boost/json.hpp>
#include <utility>

#include "rakkan/audit/snapshot.hpp"
#include "rakkan/store/data_folder.hpp"
#include "rakkan/store/store.hpp"
#include "service/folder_check.hpp"

namespace rakkan::service {
namespace {

namespace json = boost::json;

// The text object[outer][inner], or object[outer] where `inner` is empty; empty when there is no such text.
std::string text_at(const json::object& object, std::string_view outer, std::string_view inner = {}) {
  const json::value* value = object.if_contains(outer);
  if (value != nullptr && !inner.empty()) {
    value = value->is_object() ? value->get_object().if_contains(inner) : nullptr;
  }
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

Archive::Archive(store::Store& store, std::filesystem::path data_dir)
    : store_(&store), data_dir_(std::move(data_dir)) {}

Result<std::vector<audit::VerifierKey>> Archive::own_keys() const { return audit::Trail::known_keys(*store_); }

audit::LogFolder Archive::log(audit::Journal journal) const {
  return {posix_file_system(), log_folder(data_dir_, journal)};
}

Result<std::optional<audit::Record>> Archive::record(std::uint64_t index) const {
  return audit::record_of(*store_, index);
}

Result<SignatureEntries> Archive::signature(const SignatureId& id) const {
  RAKKAN_TRY(const store::SignatureRow row, store_->signature(id));
  return SignatureEntries{row.intent, row.outcome};
}

Result<audit::EntryFile> Archive::entry(audit::Journal journal, std::uint64_t index) const {
  audit::EntryFile file;
  RAKKAN_TRY(const audit::LogSnapshot snapshot, audit::LogSnapshot::take(log(journal)));
  RAKKAN_TRY(file.entry, audit::read_entry(snapshot.folder(), index));
  if (journal == audit::Journal::trail) {
    RAKKAN_TRY(file.record, record(index));
  }
  return file;
}

// A record names its tenant in one of three forms: {"by":{"id":…,"tenant":…}} for an act of the tenant, {"tenant":…}
// for a refusal or a change of its API keys, {"intent":N} for the outcome of an intent, whose record has the tenant.
Result<TenantId> Archive::tenant_of(const audit::Record& record) const {
  json::error_code broken;
  const json::value body = json::parse(record.body, broken);
  if (broken || !body.is_object()) {
    return TenantId();
  }
  const json::object& object = body.get_object();
  for (std::string tenant : {text_at(object, "by", "tenant"), text_at(object, "tenant")}) {
    if (!tenant.empty()) {
      return TenantId(std::move(tenant));
    }
  }
  const json::value* const closes = object.if_contains("intent");
  json::error_code no_index;
  const auto intent = closes != nullptr ? closes->to_number<std::uint64_t>(no_index) : 0;
  if (closes == nullptr || no_index) {
    return TenantId();
  }
  RAKKAN_TRY(const std::optional<audit::Record> of, this->record(intent));
  // Only an intent's record is followed, since it names no further intent: anything else could go round in circles.
  if (!of || of->body.find("\"intent_of\"") == std::string::npos) {
    return TenantId();
  }
  return tenant_of(*of);
}

Result<std::vector<std::uint64_t>> Archive::records_about(std::string_view subject) const {
  return store_->records_about(subject);
}

store::Ledger& Archive::ledger() const noexcept { return *store_; }

struct OpenArchive::Parts {
  store::DataFolder folder;
  std::unique_ptr<store::Store> store;
};

Result<std::unique_ptr<OpenArchive>> OpenArchive::open(const std::filesystem::path& data_dir,
                                                       const store::Options& options) {
  RAKKAN_CHECK(check_is_data_folder(data_dir));
  RAKKAN_TRY(store::DataFolder folder, store::DataFolder::lock(data_dir));
  RAKKAN_CHECK(check_folder(data_dir));
  RAKKAN_TRY(auto store, store::open_sqlite(data_dir, options));
  return std::unique_ptr<OpenArchive>(
      new OpenArchive(std::unique_ptr<Parts>(new Parts{std::move(folder), std::move(store)})));
}

OpenArchive::OpenArchive(std::unique_ptr<Parts> parts)
    : Archive(*parts->store, parts->folder.path()), parts_(std::move(parts)) {}
OpenArchive::~OpenArchive() = default;

std::filesystem::path log_folder(const std::filesystem::path& data_dir, audit::Journal journal) {
  return data_dir / "audit" / store::name(journal);
}

}  // namespace rakkan::service
