#include "rakkan/config/trust_file.hpp"

#include <algorithm>
#include <initializer_list>

#include "config/toml.hpp"

namespace rakkan::config {
namespace {

constexpr std::size_t kFileLimit = 4 << 20;
constexpr std::size_t kMostEntries = 4096;
constexpr std::size_t kLongestText = 1024;

// Table is a table of the file with the place of its members.
class Table {
 public:
  Table(const toml::table& table, std::string origin, std::string path)
      : table_(table), origin_(std::move(origin)), path_(std::move(path)) {}

  [[nodiscard]] const toml::node* find(std::string_view name) const { return table_.get(name); }
  [[nodiscard]] std::string path_of(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
  }
  [[nodiscard]] const std::string& origin() const noexcept { return origin_; }

  [[nodiscard]] tl::unexpected<Error> wrong(const toml::node& node, std::string_view name, std::string what,
                                            ErrorCode code = ErrorCode::trust_file_invalid) const {
    const std::string line = std::to_string(node.source().begin.line);
    return fail(code, std::move(what), origin_ + ":" + line + ": " + path_of(name));
  }
  [[nodiscard]] tl::unexpected<Error> missing(std::string what) const {
    const std::string line = std::to_string(table_.source().begin.line);
    return fail(ErrorCode::trust_file_invalid, std::move(what), origin_ + ":" + line + ": " + path_);
  }

  [[nodiscard]] Result<void> refuse_unknown(std::initializer_list<std::string_view> known) const {
    for (const auto& [key, node] : table_) {
      if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
        const std::string line = std::to_string(key.source().begin.line);
        return fail(ErrorCode::trust_file_invalid, "is not a member of the trust file",
                    origin_ + ":" + line + ": " + path_of(key.str()));
      }
    }
    return {};
  }

  [[nodiscard]] Result<std::string> text(std::string_view name, std::size_t longest) const {
    const toml::node* node = find(name);
    if (node == nullptr) {
      return std::string();
    }
    const auto* value = node->as_string();
    if (value == nullptr || value->get().empty() || value->get().size() > longest) {
      return wrong(*node, name, "must be a text of 1 to " + std::to_string(longest) + " bytes");
    }
    return value->get();
  }

  [[nodiscard]] Result<bool> flag(std::string_view name) const {
    const toml::node* node = find(name);
    if (node == nullptr) {
      return false;
    }
    const auto* value = node->as_boolean();
    if (value == nullptr) {
      return wrong(*node, name, "must be true or false");
    }
    return bool{value->get()};
  }

  // A date is the whole day in UTC: its first moment, or its last as an end. A time has an offset.
  [[nodiscard]] Result<std::optional<Instant>> moment(std::string_view name, bool is_end) const {
    const toml::node* node = find(name);
    if (node == nullptr) {
      return std::optional<Instant>();
    }
    std::optional<Instant> instant;
    if (const auto* date = node->as_date()) {
      const toml::date& day = date->get();
      instant = is_end ? instant_from_utc({day.year, day.month, day.day, 23, 59, 59, 999})
                       : instant_from_utc({day.year, day.month, day.day, 0, 0, 0, 0});
    } else if (const auto* date_time = node->as_date_time(); date_time != nullptr && date_time->get().offset) {
      const toml::date& day = date_time->get().date;
      const toml::time& time = date_time->get().time;
      instant = instant_from_utc({day.year, day.month, day.day, time.hour, time.minute, time.second,
                                  static_cast<int>(time.nanosecond / 1'000'000)});
      if (instant) {
        *instant -= std::chrono::minutes{date_time->get().offset->minutes};
      }
    }
    if (!instant) {
      return wrong(*node, name, "must be a date, or a time with its offset (2035-01-01T00:00:00Z)");
    }
    return instant;
  }

 private:
  const toml::table& table_;
  std::string origin_;
  std::string path_;
};

Result<pki::Certificate> read_certificate(const Table& table, const CertificateReader& reader) {
  const toml::node* inside = table.find("certificate");
  const toml::node* outside = table.find("certificate_file");
  if ((inside == nullptr) == (outside == nullptr)) {
    return table.missing("needs either certificate or certificate_file");
  }
  const std::string_view name = inside != nullptr ? "certificate" : "certificate_file";
  const toml::node& node = inside != nullptr ? *inside : *outside;
  RAKKAN_TRY(const std::string text, table.text(name, kFileLimit));
  Bytes encoding;
  if (inside != nullptr) {
    encoding = copy_of(bytes_of(text));
  } else {
    if (!reader) {
      return table.wrong(node, name, "a file cannot be named here");
    }
    auto read = reader(text);
    if (!read) {
      return fail(std::move(read).error().blamed_on(table.wrong(node, name, {}).value().where));
    }
    encoding = *std::move(read);
  }
  auto certificates = pki::parse_certificates(encoding);
  if (!certificates) {
    return table.wrong(node, name, certificates.error().detail, certificates.error().code);
  }
  if (certificates->size() != 1) {
    return table.wrong(node, name, "must be one certificate, not " + std::to_string(certificates->size()));
  }
  return std::move(certificates->front());
}

Result<std::optional<pki::Accreditation>> read_accreditation(const Table& table) {
  const toml::node* node = table.find("accreditation");
  if (node == nullptr) {
    return std::optional<pki::Accreditation>();
  }
  if (node->as_table() == nullptr) {
    return table.wrong(*node, "accreditation", "must be a table");
  }
  const Table inner(*node->as_table(), table.origin(), table.path_of("accreditation"));
  RAKKAN_CHECK(inner.refuse_unknown({"number", "from", "to"}));
  pki::Accreditation accreditation;
  RAKKAN_TRY(accreditation.number, inner.text("number", kLongestText));
  if (accreditation.number.empty()) {
    return inner.missing("needs a number");
  }
  RAKKAN_TRY(accreditation.from, inner.moment("from", false));
  RAKKAN_TRY(accreditation.to, inner.moment("to", true));
  if (accreditation.from && accreditation.to && *accreditation.to < *accreditation.from) {
    return inner.wrong(*inner.find("to"), "to", "is before from");
  }
  return accreditation;
}

Result<pki::Purposes> read_purposes(const Table& table) {
  const toml::node* node = table.find("purposes");
  if (node == nullptr) {
    return table.missing("needs purposes: signing, timestamping, revocation");
  }
  const toml::array* list = node->as_array();
  if (list == nullptr || list->empty()) {
    return table.wrong(*node, "purposes", "must be a list of signing, timestamping and revocation");
  }
  pki::Purposes purposes{false, false, false};
  for (const toml::node& element : *list) {
    const auto* word = element.as_string();
    bool* purpose = nullptr;
    if (word != nullptr && word->get() == to_string(pki::TrustPurpose::signing)) {
      purpose = &purposes.signing;
    } else if (word != nullptr && word->get() == to_string(pki::TrustPurpose::timestamping)) {
      purpose = &purposes.timestamping;
    } else if (word != nullptr && word->get() == to_string(pki::TrustPurpose::revocation)) {
      purpose = &purposes.revocation;
    }
    if (purpose == nullptr) {
      Error error = not_among(ErrorCode::trust_file_invalid, {"signing", "timestamping", "revocation"},
                              table.wrong(element, "purposes", {}).value().where);
      return fail(std::move(error));
    }
    if (*purpose) {
      return table.wrong(element, "purposes", "names " + word->get() + " twice");
    }
    *purpose = true;
  }
  return purposes;
}

Result<pki::TrustAnchor> read_anchor(const Table& table, const CertificateReader& reader) {
  RAKKAN_CHECK(table.refuse_unknown(
      {"label", "certificate", "certificate_file", "purposes", "accreditation", "from", "sunset", "operator"}));
  RAKKAN_TRY(pki::Certificate certificate, read_certificate(table, reader));
  pki::TrustAnchor anchor{.certificate = std::move(certificate)};
  RAKKAN_TRY(anchor.label, table.text("label", kLongestText));
  RAKKAN_TRY(anchor.purposes, read_purposes(table));
  RAKKAN_TRY(anchor.accreditation, read_accreditation(table));
  RAKKAN_TRY(anchor.from, table.moment("from", false));
  RAKKAN_TRY(anchor.sunset, table.moment("sunset", true));
  if (anchor.from && anchor.sunset && *anchor.sunset < *anchor.from) {
    return table.wrong(*table.find("sunset"), "sunset", "is before from");
  }
  RAKKAN_TRY(anchor.is_operator, table.flag("operator"));
  return anchor;
}

Result<pki::CertificateMark> read_mark(const Table& table, const CertificateReader& reader) {
  RAKKAN_CHECK(table.refuse_unknown({"label", "certificate", "certificate_file", "accreditation", "operator"}));
  RAKKAN_TRY(pki::Certificate certificate, read_certificate(table, reader));
  pki::CertificateMark mark{.certificate = std::move(certificate)};
  RAKKAN_TRY(mark.label, table.text("label", kLongestText));
  RAKKAN_TRY(mark.accreditation, read_accreditation(table));
  RAKKAN_TRY(mark.is_operator, table.flag("operator"));
  if (!mark.accreditation && !mark.is_operator) {
    return table.missing("needs accreditation or operator: else it says nothing");
  }
  return mark;
}

// The tables [[name]] of the file, each read by `read`.
template <class Entry, class Read>
Result<std::vector<Entry>> read_entries(const Table& root, std::string_view name, const CertificateReader& reader,
                                        const Read& read, std::vector<std::size_t>& lines) {
  std::vector<Entry> entries;
  const toml::node* node = root.find(name);
  if (node == nullptr) {
    return entries;
  }
  const toml::array* list = node->as_array();
  if (list == nullptr || list->size() > kMostEntries) {
    return root.wrong(*node, name,
                      "must be tables [[" + std::string(name) + "]], at most " + std::to_string(kMostEntries));
  }
  for (const toml::node& element : *list) {
    const std::string place = std::string(name) + "[" + std::to_string(entries.size() + 1) + "]";
    if (element.as_table() == nullptr) {
      return root.wrong(element, place, "must be a table");
    }
    RAKKAN_TRY(Entry entry, read(Table(*element.as_table(), root.origin(), place), reader));
    entries.push_back(std::move(entry));
    lines.push_back(element.source().begin.line);
  }
  return entries;
}

// Puts the line before the place of a table: TrustStore knows the number of an entry alone.
Error with_line(Error error, const std::string& origin, const std::vector<std::size_t>& anchors,
                const std::vector<std::size_t>& marks) {
  const std::size_t open = error.where.find('[');
  const std::size_t number = open == std::string::npos ? 0 : std::stoul(error.where.substr(open + 1));
  const auto& lines = error.where.starts_with("anchor") ? anchors : marks;
  if (number != 0 && number <= lines.size()) {
    error.where = origin + ":" + std::to_string(lines[number - 1]) + ": " + error.where;
  }
  return error;
}

}  // namespace

Result<pki::TrustStore> parse_trust_file(std::string_view text, const std::string& origin,
                                         const CertificateReader& read_certificate) {
  if (text.size() > kFileLimit) {
    return fail(ErrorCode::trust_file_invalid, "is larger than " + std::to_string(kFileLimit) + " bytes", origin);
  }
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return fail(ErrorCode::trust_file_invalid, std::string(error.description()),
                origin + ":" + std::to_string(error.source().begin.line));
  }
  const Table root(parsed.table(), origin, {});
  RAKKAN_CHECK(root.refuse_unknown({"anchor", "certificate"}));
  std::vector<std::size_t> anchor_lines;
  std::vector<std::size_t> mark_lines;
  RAKKAN_TRY(auto anchors, read_entries<pki::TrustAnchor>(root, "anchor", read_certificate, read_anchor, anchor_lines));
  RAKKAN_TRY(auto marks,
             read_entries<pki::CertificateMark>(root, "certificate", read_certificate, read_mark, mark_lines));
  if (anchors.empty()) {
    return fail(ErrorCode::trust_file_invalid, "has no [[anchor]]", origin);
  }
  auto store = pki::TrustStore::create(std::move(anchors), std::move(marks));
  if (!store) {
    return fail(with_line(std::move(store).error(), origin, anchor_lines, mark_lines));
  }
  return store;
}

}  // namespace rakkan::config
