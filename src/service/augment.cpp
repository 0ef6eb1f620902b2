#include <algorithm>
#include <utility>

#include "rakkan/access/principal_json.hpp"
#include "rakkan/access/refusals.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/audit/trail_writer.hpp"
#include "rakkan/json/writer.hpp"
#include "rakkan/service/augmentation.hpp"
#include "rakkan/service/options.hpp"
#include "service/document_to_raise.hpp"
#include "service/document_work.hpp"
#include "service/long_term.hpp"
#include "service/records.hpp"
#include "service/use_cases.hpp"

namespace rakkan::service {
namespace {

using json::ObjectWriter;

// The level that a signature has when its document was raised to `wanted`; nothing for one of another profile.
std::optional<pades::BaselineLevel> level_after(const SignatureBefore& signature, pades::BaselineLevel wanted) {
  if (!signature.level || !signature.is_wanted) {
    return signature.level;
  }
  return std::max(*signature.level, wanted);
}

void add_level(ObjectWriter& json, std::string_view member, std::optional<pades::BaselineLevel> level) {
  level ? json.text(member, pades::name(*level)) : json.null(member);
}

std::string signature_json(const SignatureBefore& signature, pades::BaselineLevel wanted) {
  ObjectWriter json;
  json.text("field", signature.field);
  add_level(json, "before", signature.level);
  add_level(json, "level", level_after(signature, wanted));
  if (signature.existed_at) {
    json.text("existed_at", to_rfc3339(*signature.existed_at));
  }
  return std::move(json).finish();
}

// The lowest level of all signatures: a file is worth no more than its weakest signature. Nothing when one has none.
std::optional<pades::BaselineLevel> level_of_file(const std::vector<SignatureBefore>& signatures,
                                                  pades::BaselineLevel wanted) {
  std::optional<pades::BaselineLevel> lowest = pades::BaselineLevel::b_lta;
  for (const SignatureBefore& signature : signatures) {
    if (!signature.is_document_timestamp) {
      const auto level = level_after(signature, wanted);
      lowest = lowest && level ? std::optional(std::min(*lowest, *level)) : std::nullopt;
    }
  }
  return lowest;
}

// Augmented is everything about a raised document, from which its answer and its record are made.
struct Augmented {
  const AugmentCommand& command;
  const std::vector<SignatureBefore>& signatures;
  const RaisedLevel& raised;
  const pades::Augmentation& document;

  [[nodiscard]] ObjectWriter common() const {
    ObjectWriter json;
    add_level(json, "level", level_of_file(signatures, command.level));
    json.raw("document_digest", records::digest_json(document.document().document_digest()))
        .raw("result_digest", records::digest_json(document.document().digest()))
        .number("bytes_added", document.bytes_added());
    return json;
  }
  [[nodiscard]] std::string facts() const {
    std::vector<SignatureBefore> rows;
    std::copy_if(signatures.begin(), signatures.end(), std::back_inserter(rows),
                 [](const SignatureBefore& each) { return !each.is_document_timestamp; });
    ObjectWriter json = common();
    json.raw("signatures", json::array_of(rows, [&](const auto& row) { return signature_json(row, command.level); }))
        .raw("warnings", json::array_of(document.warnings(),
                                        [](pades::Warning warning) { return json::quote(pades::name(warning)); }));
    records::add_raised(json, raised);
    return std::move(json).finish();
  }
  [[nodiscard]] std::string record() const {
    ObjectWriter json = common();
    json.raw("timestamps", json::array_of(raised.timestamps, records::timestamp_json))
        .raw("by", access::json_of(command.principal))
        .text("wanted", pades::name(command.level));
    if (!command.only.empty()) {
      json.text("only", command.only);
    }
    return std::move(json).finish();
  }
};

// The entry is about what was asked by a key that stood.
class KeyStands final : public audit::Condition {
 public:
  explicit KeyStands(const access::Principal& principal) noexcept : principal_(principal) {}
  [[nodiscard]] Result<void> holds(Instant at) const override { return principal_.still_stands(at); }

 private:
  const access::Principal& principal_;
};

async::Task<Result<AugmentedDocument>> record(const Augmenting& with, const AugmentCommand& command, std::string body,
                                              AugmentedDocument made) {
  audit::Submission submission;
  submission.event = "document.augmented";
  submission.body = std::move(body);
  const KeyStands condition(command.principal);
  submission.condition = &condition;
  if (command.claim) {
    submission.changes.emplace_back(store::IdempotencyRow{command.principal.tenant, command.claim->key,
                                                          command.claim->fingerprint, with.clock.now(), SignatureId(),
                                                          made.encode()});
  }
  const async::Owner owner = command.principal.owner();
  RAKKAN_CO_TRY(const audit::Receipt receipt, co_await with.trail.write(std::move(submission), owner));
  made.entry = receipt.index;
  co_return made;
}

async::Task<Result<AugmentedDocument>> line(const Augmenting& with, const AugmentCommand& command) {
  const async::Deadline deadline = deadline_of(command.deadline, with.time);
  const async::Owner owner = command.principal.owner();
  if (!pades::needs_timestamp(command.level)) {
    co_return fail(ErrorCode::invalid_argument, "a document is raised to B-T, B-LT or B-LTA", "level");
  }
  RAKKAN_CO_CHECK(with.trail.ready());
  RAKKAN_CO_CHECK(with.documents.check_size(command.document.size()));
  DocumentMemory::Part memory(with.documents.memory(), owner);
  const pki::FreshnessDemand demand = demand_of(with.evidence.freshness);
  const auto read = [&](const pdf::Limits& limits) { return read_document_to_raise(command, demand, limits, &memory); };
  RAKKAN_CO_TRY(DocumentToRaise document,
                co_await with.documents.compute(command.document.size(), read, deadline, owner));
  pades::AugmentationOptions options{.max_added = with.evidence.added, .iso_docmdp = command.iso_docmdp};
  options.pdf = with.documents.limits();
  options.memory = &memory;
  pades::Augmentation augmentation(std::move(document.hashed), options);
  RAKKAN_CO_TRY(const RaisedLevel raised, co_await raise_level(with.raising, augmentation, std::move(document.wanted),
                                                               command.principal, deadline));
  const Augmented augmented{command, document.signatures, raised, augmentation};
  AugmentedDocument made{{}, augmented.facts()};
  std::string body = augmented.record();
  made.tail = std::move(augmentation).take_tail();
  co_return co_await record(with, command, std::move(body), std::move(made));
}

}  // namespace

async::Task<Result<AugmentedDocument>> SigningService::augment(AugmentCommand command) {
  Result<AugmentedDocument> result = co_await line(use_cases_->augmenting, command);
  if (!result) {
    use_cases_->augmenting.refusals.add(result.error().code, "augment", command.principal, CredentialId());
  }
  co_return result;
}

}  // namespace rakkan::service
