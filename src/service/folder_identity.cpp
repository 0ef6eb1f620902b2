#include "service/folder_identity.hpp"

#include <charconv>
#include <system_error>
#include <utility>

#include "rakkan/base/hex.hpp"
#include "rakkan/json/reader.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::service {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIdFact = "folder.id";
constexpr std::string_view kPlaceFact = "folder.place";
constexpr std::string_view kTokenFacts = "folder.token.";  // the token's label follows; the value is its serial number

constexpr std::size_t kIdSize = 16;          // bytes of randomness
constexpr std::size_t kLongestPath = 4'096;  // bytes
constexpr std::size_t kLongestText = 256;    // bytes

// A time in nanoseconds and an inode's number may be larger than the numbers that every reader of JSON takes (RFC 8259
// §6), so both are written as text.
std::string text_of(const FileMark& mark) {
  json::ObjectWriter object;
  object.text("born", std::to_string(mark.born)).text("inode", std::to_string(mark.inode));
  return std::move(object).finish();
}

std::string text_of(const FolderPlace& place) {
  json::ObjectWriter object;
  if (!place.machine.empty()) {
    object.text("machine", place.machine);
  }
  object.text("path", place.path.string());
  object.raw("folder", text_of(place.folder));
  object.raw("database", text_of(place.database));
  return std::move(object).finish();
}

template <class Number>
Result<Number> number_in(json::Members& object, std::string_view name) {
  RAKKAN_TRY(const std::string text, object.text(name, kLongestText));
  Number number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || rest != text.data() + text.size()) {
    return object.wrong(name, "no number");
  }
  return number;
}

Result<FileMark> read_mark(json::Members& object, std::string_view name) {
  RAKKAN_TRY(json::Members members, object.object(name));
  FileMark mark;
  RAKKAN_TRY(mark.born, number_in<std::int64_t>(members, "born"));
  RAKKAN_TRY(mark.inode, number_in<std::uint64_t>(members, "inode"));
  return mark;
}

Result<FolderPlace> read_place(std::string_view text) {
  RAKKAN_TRY(const json::Document document, json::Document::parse(text, ErrorCode::store_corrupt));
  json::Members object = document.root();
  FolderPlace place;
  RAKKAN_TRY(std::optional<std::string> machine, object.optional_text("machine", kLongestText));
  place.machine = std::move(machine).value_or("");
  RAKKAN_TRY(place.path, object.text("path", kLongestPath));
  RAKKAN_TRY(place.folder, read_mark(object, "folder"));
  RAKKAN_TRY(place.database, read_mark(object, "database"));
  return place;
}

// A place as the record of an adoption names it: machine and path are enough to find it again.
std::string place_in_record(const FolderPlace& place) {
  json::ObjectWriter object;
  object.text("machine", place.machine).text("path", place.path.string());
  return std::move(object).finish();
}

tl::unexpected<Error> copied(const FolderPlace& made, bool original, const FolderPlace& here) {
  const std::string what =
      original
          ? "the folder is a copy of " + made.path.string() +
                ", which still exists, and both are one log under one name: use the original, or make the copy a "
                "folder of its own with `rakkan data adopt --beside-original`"
          : "the folder's files are not those that were made at " + made.path.string() +
                ": it is a restored backup or a copy. Make sure that no newer copy of the log exists (`rakkan audit "
                "verify --against`), then go on with `rakkan data adopt`";
  return fail(ErrorCode::data_folder_copied, what, here.path.string());
}

}  // namespace

Result<std::string> fresh_folder_id(RandomSource& random) {
  Bytes octets(kIdSize);
  RAKKAN_CHECK(random.fill(octets));
  return to_hex(octets);
}

Result<FolderIdentity> FolderIdentity::open(store::Ledger& ledger, RandomSource& random, const fs::path& data_dir,
                                            const fs::path& machine_id) {
  FolderIdentity identity;
  RAKKAN_TRY(identity.here_, place_of(data_dir, machine_id));
  RAKKAN_TRY(std::optional<std::string> place, ledger.fact(kPlaceFact));
  RAKKAN_TRY(std::optional<std::string> id, ledger.fact(kIdFact));
  if (!id) {
    RAKKAN_TRY(id, fresh_folder_id(random));
    RAKKAN_CHECK(ledger.set_fact(kIdFact, *id));
  }
  if (!place) {
    place = text_of(identity.here_);
    RAKKAN_CHECK(ledger.set_fact(kPlaceFact, *place));
  }
  identity.id_ = *std::move(id);
  RAKKAN_TRY(identity.made_, read_place(*place));
  return identity;
}

bool FolderIdentity::original_is_there() const { return is_still_there(made_, here_.path); }

Result<void> FolderIdentity::check() const {
  const bool other_machine = !made_.machine.empty() && !here_.machine.empty() && made_.machine != here_.machine;
  if (other_machine) {
    return fail(
        ErrorCode::data_folder_on_another_machine,
        "the folder was made on another machine, at " + made_.path.string() +
            ": it is a backup that was restored here, or a copy. Make sure that the other machine does not use it any "
            "more and has no newer log (`rakkan audit verify --against`), then go on with `rakkan data adopt`",
        here_.path.string());
  }
  const bool same_files = is_same_file(made_.folder, here_.folder) && is_same_file(made_.database, here_.database);
  const bool original = original_is_there();
  if (!same_files || original) {
    return copied(made_, original, here_);
  }
  return {};
}

Result<void> FolderIdentity::follow_rename(store::Ledger& ledger) const {
  FolderPlace now = here_;
  if (now.machine.empty()) {
    now.machine = made_.machine;
  }
  const std::string text = text_of(now);
  return text == text_of(made_) ? Result<void>() : ledger.set_fact(kPlaceFact, text);
}

Result<std::map<std::string, std::string>> FolderTokens::read(store::Ledger& ledger) {
  return ledger.facts_below(kTokenFacts);
}

Result<std::string> FolderTokens::serial_of(const std::string& token_label) {
  const std::scoped_lock lock(mutex_);
  const auto found = serials_.find(token_label);
  return found == serials_.end() ? std::string() : found->second;
}

Result<void> FolderTokens::remember(const std::string& token_label, const std::string& serial) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_CHECK(ledger_->set_fact(std::string(kTokenFacts) + token_label, serial));
  serials_[token_label] = serial;
  return {};
}

std::map<std::string, std::string> FolderTokens::all() const {
  const std::scoped_lock lock(mutex_);
  return serials_;
}

void FolderTokens::replace(std::map<std::string, std::string> serials) {
  const std::scoped_lock lock(mutex_);
  serials_ = std::move(serials);
}

std::vector<TokenStanding> compare(const std::map<std::string, std::string>& known,
                                   const std::vector<credentials::TokenSeen>& seen) {
  std::vector<TokenStanding> tokens;
  for (const auto& [label, serial] : known) {
    TokenStanding token{label, serial, {}};
    const hsm::TokenAddress address = credentials::token_address(label);
    for (const credentials::TokenSeen& one : seen) {
      const bool at_address = address.label.empty() ? one.slot == address.slot : one.label == address.label;
      if (at_address && (token.now.empty() || one.serial == serial)) {
        token.now = one.serial;
      }
    }
    tokens.push_back(std::move(token));
  }
  return tokens;
}

RecordedAdoption adoption(const FolderIdentity& identity, const std::vector<TokenStanding>& tokens,
                          const Adoption& adoption, const std::string& fresh_id) {
  const bool copy = identity.original_is_there();
  const std::string& id = copy ? fresh_id : identity.id();
  RecordedAdoption recorded;
  recorded.changes = {store::FactChange{std::string(kIdFact), id},
                      store::FactChange{std::string(kPlaceFact), text_of(identity.here())}};
  std::vector<TokenStanding> changed;
  for (const TokenStanding& token : tokens) {
    if (token.now != token.serial) {
      changed.push_back(token);
      recorded.changes.emplace_back(store::FactChange{std::string(kTokenFacts) + token.label,
                                                      token.now.empty() ? std::nullopt : std::optional(token.now)});
    }
  }
  const auto change = [](const TokenStanding& token) {
    json::ObjectWriter object;
    object.text("token", token.label).text("was", token.serial).text("is", token.now);
    return std::move(object).finish();
  };
  json::ObjectWriter body;
  body.text("by", adoption.by).text("folder", id);
  if (copy) {
    body.text("copy_of", identity.id());
  }
  body.raw("from", place_in_record(identity.made())).raw("to", place_in_record(identity.here()));
  body.raw("tokens", json::array_of(changed, change));
  if (!adoption.reason.empty()) {
    body.text("reason", adoption.reason);
  }
  recorded.body = std::move(body).finish();
  return recorded;
}

}  // namespace rakkan::service
