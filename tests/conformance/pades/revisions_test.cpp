// Coverage and modifications beside what pyHanko's own tests recorded (corpora/pades/pyhanko-generated): the class of
// coverage, the level of later changes, and whether they are permitted. Rows of FORM_FILLING are open: there are no
// rules for them yet, so they must be OTHER. Rows are numbered from 1, as the lines of records.jsonl.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "rakkan/pades/modification.hpp"
#include "support/corpora.hpp"
#include "support/exclusions.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pades {
namespace {

namespace json = boost::json;

struct Record {
  std::size_t row = 0;
  std::string test, file, field, coverage, level;
  std::optional<bool> doc_mdp_ok;
};

std::string text(const json::object& object, std::string_view key) {
  const json::value* const value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::vector<Record> read_records(const std::filesystem::path& folder) {
  std::vector<Record> records;
  std::ifstream in(folder / "records.jsonl");
  std::size_t row = 0;
  for (std::string line; std::getline(in, line);) {
    const json::object object = json::parse(line).as_object();
    Record record{.row = ++row,
                  .test = text(object, "test"),
                  .file = text(object, "file"),
                  .field = text(object, "field"),
                  .coverage = {},
                  .level = {},
                  .doc_mdp_ok = {}};
    if (const json::value* const status = object.if_contains("status"); status != nullptr && status->is_object()) {
      record.coverage = text(status->as_object(), "coverage");
      record.level = text(status->as_object(), "modification_level");
      const json::value* const ok = status->as_object().if_contains("docmdp_ok");
      record.doc_mdp_ok = ok != nullptr && ok->is_bool() ? std::optional(ok->as_bool()) : std::nullopt;
    }
    records.push_back(std::move(record));
  }
  return records;
}

struct Judged {
  std::string coverage = "not read";
  std::string level = "not read";
  std::string doc_mdp_ok = "not read";
  std::string findings;
};

std::string describe(const FileSignature& signature, const Modifications& modifications) {
  std::ostringstream lines;
  for (const CoverageFinding& finding : signature.coverage.findings) {
    lines << "\n    " << to_string(finding.fault) << ": " << finding.detail;
  }
  for (const ModificationFinding& finding : modifications.findings) {
    lines << "\n    revision " << finding.revision << ", object " << finding.object << ", " << finding.path << ": "
          << to_string(finding.fault) << ", " << finding.detail;
  }
  return lines.str();
}

// The passwords of pyHanko's encrypted test documents.
Result<pdf::History> open(const Bytes& bytes) {
  pdf::HistoryOptions options;
  auto history = pdf::History::open(bytes, options);
  for (const char* const password : {"usersecret", "ownersecret", "secret"}) {
    if (history || (history.error().code != ErrorCode::pdf_password_needed &&
                    history.error().code != ErrorCode::pdf_password_wrong)) {
      break;
    }
    options.password = password;
    history = pdf::History::open(bytes, options);
  }
  return history;
}

Judged judge(const std::filesystem::path& file, const std::string& field) {
  const Bytes bytes = test::file_bytes(file);
  Judged judged;
  const auto history = open(bytes);
  if (!history) {
    judged.findings = to_string(history.error());
    return judged;
  }
  const auto signatures = file_signatures(*history);
  if (!signatures) {
    judged.findings = to_string(signatures.error());
    return judged;
  }
  for (const FileSignature& signature : *signatures) {
    if (signature.signature.field_name != field) {
      continue;
    }
    ModificationAnalysis analysis(*history);
    const auto modifications = analysis.after(signature);
    if (!modifications) {
      judged.findings = to_string(modifications.error());
      return judged;
    }
    judged.coverage = to_string(signature.coverage.coverage);
    judged.level = to_string(modifications->level);
    judged.doc_mdp_ok = modifications->doc_mdp_ok ? "yes" : "no";
    judged.findings = describe(signature, *modifications);
    return judged;
  }
  judged.findings = "no signature in the field";
  return judged;
}

TEST(Revisions, AgreeWithWhatPyhankoRecorded) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const std::filesystem::path folder = corpora / "pades" / "pyhanko-generated";
  test::Agreement agreement(RAKKAN_EXCLUSIONS, "pyhanko-revisions");
  std::map<std::pair<std::string, std::string>, Judged> known;
  std::map<std::string, int> open;
  for (const Record& record : read_records(folder)) {
    if (record.coverage.empty()) {
      continue;
    }
    const auto key = std::pair(record.file, record.field);
    if (!known.contains(key)) {
      known[key] = judge(folder / record.file, record.field);
    }
    const Judged& ours = known[key];
    const std::string row = std::to_string(record.row);
    SCOPED_TRACE(record.test + " " + record.file.substr(0, 16) + ours.findings);
    const bool block = record.coverage == "CONTIGUOUS_BLOCK_FROM_START";
    agreement.compare("coverage", row, ours.coverage, block ? "CONTIGUOUS_BLOCK" : record.coverage);
    // Levels were not looked for in records without one; rows of FORM_FILLING are open.
    if (record.level.empty()) {
      agreement.not_comparable("level", "without a level");
    } else if (record.level == "FORM_FILLING") {
      ++open[ours.level];
      agreement.not_comparable("level", "open (FORM_FILLING)");
    } else {
      agreement.compare("level", row, ours.level, record.level);
      if (record.doc_mdp_ok) {
        agreement.compare("docmdp", row, ours.doc_mdp_ok, *record.doc_mdp_ok ? "yes" : "no");
      }
    }
  }
  agreement.print_and_check();
  for (const auto& [level, count] : open) {
    std::cout << "FORM_FILLING there, " << level << " here: " << count << "\n";
    EXPECT_EQ(level, "OTHER");
  }
}

// Every file of the corpus is read to an end, whatever is wrong with it.
TEST(Revisions, OfEveryCorpusFileAreRead) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  std::map<std::string, int> outcomes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(corpora / "pades")) {
    if (entry.path().extension() != ".pdf") {
      continue;
    }
    const Bytes bytes = test::file_bytes(entry.path());
    const auto history = open(bytes);
    const auto signatures = history ? file_signatures(*history) : tl::make_unexpected(history.error());
    if (!signatures) {
      ++outcomes[to_string(signatures.error()).substr(0, 60)];
      continue;
    }
    ModificationAnalysis analysis(*history);
    for (const FileSignature& signature : *signatures) {
      const auto modifications = analysis.after(signature);
      EXPECT_THAT(modifications, test::IsOk()) << entry.path();
      ++outcomes[std::string(to_string(signature.coverage.coverage)) + " " +
                 (modifications ? std::string(to_string(modifications->level)) : "error") +
                 (signature.in_newest ? "" : " removed")];
    }
  }
  for (const auto& [outcome, count] : outcomes) {
    std::cout << count << " " << outcome << "\n";
  }
}

}  // namespace
}  // namespace rakkan::pades
