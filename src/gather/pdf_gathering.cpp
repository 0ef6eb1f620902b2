#include "gather/pdf_gathering.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "gather/algorithm_facts.hpp"
#include "gather/pdf_date.hpp"
#include "gather/signer_facts.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/cms/bare_signature.hpp"
#include "rakkan/pades/coverage.hpp"
#include "rakkan/pades/dss.hpp"
#include "rakkan/pades/modification.hpp"
#include "rakkan/pdf/history.hpp"
#include "rakkan/pdf/text_string.hpp"

namespace rakkan::gather {
namespace {

using pades::FileSignature;

constexpr std::string_view kSignatureClause = "ISO 32000-2 §12.8.1";
constexpr std::size_t kLongestText = 4096;  // bytes of a text of the signature dictionary

std::uint32_t number_of(std::size_t revision) noexcept { return checked_cast<std::uint32_t>(revision + 1).value_or(0); }

std::string object_name(std::uint32_t number) {
  return number == 0 ? std::string() : std::to_string(number) + " 0 obj";
}

validation::Coverage coverage_of(pades::CoverageClass coverage) noexcept {
  switch (coverage) {
    case pades::CoverageClass::unclear:
      return validation::Coverage::unclear;
    case pades::CoverageClass::contiguous_block:
      return validation::Coverage::contiguous_block;
    case pades::CoverageClass::entire_revision:
      return validation::Coverage::entire_revision;
    case pades::CoverageClass::entire_file:
      return validation::Coverage::entire_file;
  }
  return validation::Coverage::unclear;
}

validation::ModificationLevel level_of(pades::ModificationLevel level) noexcept {
  switch (level) {
    case pades::ModificationLevel::none:
      return validation::ModificationLevel::none;
    case pades::ModificationLevel::lta_updates:
      return validation::ModificationLevel::lta_updates;
    case pades::ModificationLevel::form_filling:
      return validation::ModificationLevel::form_filling;
    case pades::ModificationLevel::annotations:
      return validation::ModificationLevel::annotations;
    case pades::ModificationLevel::other:
      return validation::ModificationLevel::other;
  }
  return validation::ModificationLevel::other;
}

validation::Permission permission_of(const std::optional<int>& doc_mdp) noexcept {
  switch (doc_mdp.value_or(0)) {
    case 1:
      return validation::Permission::no_changes;
    case 2:
      return validation::Permission::form_filling;
    case 3:
      return validation::Permission::annotations;
    default:
      return validation::Permission::no_certification;
  }
}

// The codes of policies (src/validation/policies).
const char* code_of(pades::CoverageFault fault) noexcept {
  using Fault = pades::CoverageFault;
  switch (fault) {
    case Fault::no_dictionary:
    case Fault::contents_no_hex:
    case Fault::contents_digits:
    case Fault::contents_encoding:
      return "signature-dictionary-unusable";
    case Fault::duplicate_keys:
      return "duplicate-key";
    case Fault::byte_range_shape:
    case Fault::byte_range_outside:
      return "byte-range-malformed";
    case Fault::contents_padding:
      return "contents-padding";
    case Fault::gap:
      return "contents-gap";
    case Fault::revision_end:
    case Fault::sections_uncovered:
    case Fault::revision_structure:
      return "coverage-not-a-revision";
    case Fault::other_revision:
    case Fault::changed_later:
    case Fault::removed_later:
      return "signature-dictionary-changed";
    case Fault::shared_dictionary:
      return "signature-shared";
    case Fault::shared_byte_range:
      return "byte-range-overlap";
    case Fault::copied_contents:
      return "signature-copied";
    case Fault::file_tail:
      return "unsigned-tail";
    case Fault::header_offset:
      return "header-offset";
  }
  return "";
}

const char* code_of(pdf::StructureFault fault) noexcept {
  using Fault = pdf::StructureFault;
  switch (fault) {
    case Fault::header_offset:
      return "header-offset";
    case Fault::object_stream_index:
      return "object-stream-index";
    case Fault::entry_above_size:
      return "object-above-size";
    case Fault::hybrid_disagreement:
      return "hybrid-xref-disagrees";
    case Fault::object_missing:
      return "object-missing";
    case Fault::form_damaged:
      return "form-damaged";
    case Fault::duplicate_trailer_key:
    case Fault::entry_twice:
    case Fault::sections_out_of_order:
    case Fault::startxref_mismatch:
    case Fault::hybrid_stream_outside:
    case Fault::section_without_end:
    case Fault::object_outside:
      return "xref-confusion";
  }
  return "";
}

// A SubFilter says how /Contents is to be read.
enum class Format : std::uint8_t { cades, pkcs7_detached, pkcs7_sha1, rsa_sha1, timestamp, unknown };

Format format_of(std::string_view sub_filter) noexcept {
  constexpr std::array kFormats{
      std::pair{std::string_view("ETSI.CAdES.detached"), Format::cades},
      std::pair{std::string_view("adbe.pkcs7.detached"), Format::pkcs7_detached},
      std::pair{std::string_view("adbe.pkcs7.sha1"), Format::pkcs7_sha1},
      std::pair{std::string_view("adbe.x509.rsa_sha1"), Format::rsa_sha1},
      std::pair{std::string_view("ETSI.RFC3161"), Format::timestamp},
  };
  const auto* const found =
      std::find_if(kFormats.begin(), kFormats.end(), [&](const auto& row) { return row.first == sub_filter; });
  return found == kFormats.end() ? Format::unknown : found->second;
}

const char* name_of(Format format) noexcept {
  switch (format) {
    case Format::cades:
      return "PAdES";
    case Format::pkcs7_detached:
    case Format::pkcs7_sha1:
      return "PKCS#7";
    case Format::rsa_sha1:
      return "PKCS#1";
    case Format::timestamp:
      return "RFC 3161";
    case Format::unknown:
      return "unknown";
  }
  return "unknown";
}

class PdfGathering {
 public:
  PdfGathering(const pdf::History& history, Gathering& into) : history_(history), into_(into), changes_(history) {}

  Result<void> run() {
    describe_file();
    RAKKAN_TRY(std::vector<FileSignature> found, pades::file_signatures(history_));
    if (found.size() > into_.inputs().limits.signatures) {
      return fail(ErrorCode::pdf_limit_exceeded, "too many signatures");
    }
    RAKKAN_CHECK(read(std::move(found)));
    RAKKAN_CHECK(take_stores());
    for (Read& each : read_) {
      RAKKAN_CHECK(each.is_timestamp ? add_document_timestamp(each) : add_signature(each));
    }
    connect();
    describe_structure();
    return {};
  }

 private:
  // A signature of the file whose /Contents has been read.
  struct Read {
    FileSignature found;
    bool is_timestamp = false;
    Format format = Format::unknown;
    std::optional<cms::Message> message;
    std::optional<tsp::TokenMessage> token;
    std::string unreadable;  // why there is neither
    MessageEvidence evidence;
    std::vector<Id> in_tokens;  // evidence inside of the tokens of the message
    std::size_t place = 0;      // in facts().signatures or timestamps
  };

  void describe_file() {
    validation::DocumentFacts& document = into_.facts().document;
    document.format = "PDF";
    document.size = history_.file().size();
    Bytes storage;
    document.sha256 = id_of(history_.file().joined(0, history_.file().size(), storage));
    for (std::size_t i = 0; i < history_.revisions().size(); ++i) {
      document.revisions.push_back({number_of(i), history_.revisions()[i].end + history_.header_offset()});
    }
  }

  // Findings are made while the file is read, so that they come last.
  void describe_structure() {
    for (const pdf::StructureFinding& each : history_.findings()) {
      validation::StructureFinding one =
          finding(code_of(each.fault), "ISO 32000-2 §7.5", std::string(to_string(each.fault)) + ": " + each.detail);
      one.revision = number_of(each.revision);
      one.object = object_name(each.object);
      into_.facts().document.findings.push_back(std::move(one));
    }
    // Each signature of the file says so too; without one, a file that was cut short may have lost it.
    if (read_.empty() && !history_.tail_is_blank()) {
      into_.facts().document.findings.push_back(
          finding("unsigned-tail", "ISO 32000-2 §7.5.5", "bytes that belong to no revision stand at the end"));
    }
  }

  Result<void> read(std::vector<FileSignature> found) {
    for (FileSignature& each : found) {
      Read one;
      one.format = format_of(each.signature.sub_filter);
      one.is_timestamp = one.format == Format::timestamp;
      one.found = std::move(each);
      read_contents(one);
      read_.push_back(std::move(one));
    }
    return {};
  }

  void read_contents(Read& one) {
    const std::string place = "signature " + one.found.signature.field_name;
    if (one.format == Format::rsa_sha1) {
      return;
    }
    if (one.is_timestamp) {
      auto token = tsp::TokenMessage::read(one.found.contents);
      if (!token) {
        one.unreadable = token.error().detail;
        return;
      }
      one.token = *std::move(token);
      one.evidence = into_.take(one.token->message(), true, place);
      return;
    }
    auto message = cms::Message::read(one.found.contents);
    if (!message) {
      one.unreadable = message.error().detail;
      return;
    }
    one.message = *std::move(message);
    one.evidence = into_.take(*one.message, false, place);
    one.in_tokens = into_.take_tokens(*one.message, place);
  }

  // The document security store, as the newest state has it and as every revision had it that a document timestamp
  // covers.
  Result<void> take_stores() {
    const std::size_t newest = history_.revisions().size() - 1;
    RAKKAN_CHECK(take_store(newest));
    for (const Read& each : read_) {
      if (each.is_timestamp && each.found.coverage.revision) {
        RAKKAN_CHECK(take_store(*each.found.coverage.revision));
      }
    }
    return {};
  }

  Result<void> take_store(std::size_t revision) {
    const auto [place, is_new] = stores_.try_emplace(revision);
    if (!is_new) {
      return {};
    }
    RAKKAN_TRY(const pdf::Document* document, history_.document(revision));
    auto store = pades::Dss::read(*document);
    if (!store) {
      if (store.error().code == ErrorCode::pdf_limit_exceeded) {
        return fail(std::move(store).error());
      }
      validation::StructureFinding one = finding("dss-malformed", "ISO 32000-2 §12.8.4.3", store.error().detail);
      one.revision = number_of(revision);
      into_.facts().document.findings.push_back(std::move(one));
      return {};
    }
    if (*store) {
      place->second = take_streams(**store);
    }
    return {};
  }

  // The objects that the streams hold, told by their content: some programs put an object into the wrong array.
  std::vector<Id> take_streams(const pades::Dss& store) {
    std::vector<Id> ids;
    for (const pades::DssStream& stream : store.streams) {
      if (stream.unreadable) {
        continue;
      }
      EvidencePool& pool = into_.pool();
      if (const auto certificate = pki::Certificate::parse(stream.bytes)) {
        ids.push_back(pool.add(*certificate));
      } else if (const auto response = pki::OcspResponse::parse(stream.bytes)) {
        ids.push_back(pool.add(*response, validation::Source::dss));
      } else if (const auto list = pki::CertificateList::parse(stream.bytes)) {
        ids.push_back(pool.add(*list, validation::Source::dss));
      }
    }
    return ids;
  }

  Result<validation::PdfFacts> pdf_facts(const FileSignature& found,
                                         std::vector<validation::StructureFinding>& structure) {
    validation::PdfFacts facts;
    facts.field = found.signature.field_name;
    facts.sub_filter = found.signature.sub_filter;
    facts.coverage = coverage_of(found.coverage.coverage);
    facts.revision = found.coverage.revision ? number_of(*found.coverage.revision) : 0;
    for (const pades::CoverageFinding& each : found.coverage.findings) {
      validation::StructureFinding one = finding(code_of(each.fault), std::string(kSignatureClause), each.detail);
      one.revision = number_of(found.revision);
      one.object = object_name(each.object);
      structure.push_back(std::move(one));
    }
    RAKKAN_TRY(const pades::Modifications changes, changes_.after(found));
    facts.modification = level_of(changes.level);
    facts.permission = permission_of(changes.doc_mdp);
    facts.permissions_kept = changes.doc_mdp_ok;
    for (const pades::ModificationFinding& each : changes.findings) {
      note_change(each);
    }
    return facts;
  }

  // A change is told once, whatever number of signatures stand before it.
  void note_change(const pades::ModificationFinding& change) {
    if (change.fault == pades::ModificationFault::coverage) {
      return;  // the coverage's own findings say more
    }
    validation::StructureFinding one = finding("later-change", "ISO 32000-2 §12.8.2.2",
                                               std::string(to_string(change.fault)) + ": " + change.detail +
                                                   (change.path.empty() ? "" : " (" + change.path + ")"));
    one.revision = number_of(change.revision);
    one.object = object_name(change.object);
    auto& findings = into_.facts().document.findings;
    if (std::find(findings.begin(), findings.end(), one) == findings.end()) {
      findings.push_back(std::move(one));
    }
  }

  // The covered bytes. Signatures with one ByteRange share what is computed of them, so that a crowd of them costs no
  // more than one; crowds of different ones have a limit.
  Result<cms::SignedContent> covered_by(const FileSignature& found) {
    const auto& range = found.coverage.byte_range;
    if (!range) {
      return cms::SignedContent();
    }
    const auto key = std::tuple(range->first_length, range->second_offset, range->second_length);
    if (const auto known = contents_.find(key); known != contents_.end()) {
      return known->second;
    }
    const Limits& limits = into_.inputs().limits;
    const ByteView file = history_.file().base().bytes;
    covered_ += range->first_length + range->second_length;
    if (covered_ > limits.always_covered + limits.covered_times * file.size()) {
      return fail(ErrorCode::pdf_limit_exceeded, "the signatures cover the file too many times");
    }
    const std::array<ByteView, 2> spans{
        file.first(static_cast<std::size_t>(range->first_length)),
        file.subspan(static_cast<std::size_t>(range->second_offset), static_cast<std::size_t>(range->second_length))};
    return contents_.emplace(key, cms::SignedContent::of(spans)).first->second;
  }

  Result<void> add_signature(Read& one) {
    validation::SignatureFacts facts;
    facts.id = into_.next_signature_id();
    facts.format = name_of(one.format);
    RAKKAN_TRY(facts.pdf, pdf_facts(one.found, facts.structure));
    RAKKAN_CHECK(describe_words(one, facts));
    RAKKAN_TRY(const cms::SignedContent document, covered_by(one.found));
    note_part(one, facts.id, document);
    if (one.found.signature.type.empty()) {
      facts.structure.push_back(finding("type-absent", std::string(kSignatureClause), "there is no /Type"));
    }
    if (one.format == Format::unknown) {
      facts.structure.push_back(finding("sub-filter-unknown", "ISO 32000-2 §12.8.3", "SubFilter is not known"));
    }
    if (one.format == Format::rsa_sha1) {
      add_bare_signature(one, std::move(facts), document);
      return {};
    }
    if (!one.message) {
      facts.structure.push_back(finding("cms-malformed", "RFC 5652 §5", one.unreadable));
      add_unreadable(one, std::move(facts));
      return {};
    }
    const cms::Message& message = *one.message;
    describe_message(one, facts);
    if (message.signers().empty()) {
      add_unreadable(one, std::move(facts));
      return {};
    }
    cms::SignedContent content = document;
    if (one.format == Format::pkcs7_sha1) {
      content = cms::SignedContent::of(message);
      facts.signer.digests.push_back(sha1_of_document(message, document));
    }
    one.place = into_.add_signature(std::move(facts), message, message.signers().front(), content, one.evidence);
    return {};
  }

  // adbe.pkcs7.sha1: the content of the CMS is the SHA-1 of the document.
  static validation::DigestFact sha1_of_document(const cms::Message& message, const cms::SignedContent& document) {
    const cms::AttributeFact fact = cms::encapsulated_sha1(message, document);
    return {"SHA-1 of the document", crypto::HashAlgorithm::sha1,
            fact == cms::AttributeFact::match        ? validation::Match::match
            : fact == cms::AttributeFact::no_content ? validation::Match::not_found
                                                     : validation::Match::mismatch};
  }

  void describe_message(const Read& one, validation::SignatureFacts& facts) const {
    const cms::Message& message = *one.message;
    if (message.signers().size() != 1) {
      facts.structure.push_back(finding("signer-info-count", "ISO 32000-2 §12.8.3.3.1",
                                        std::to_string(message.signers().size()) + " SignerInfos instead of one"));
    }
    if (!message.encoding().is_der) {
      facts.structure.push_back(finding("not-der", "ISO 32000-2 §12.8.3.3.1", "the CMS is BER and not DER"));
    }
    if (one.format != Format::pkcs7_sha1 && message.content()) {
      facts.structure.push_back(
          finding("content-present", "ISO 32000-2 §12.8.3.3.1", "the CMS has a content of its own"));
    }
  }

  void add_unreadable(Read& one, validation::SignatureFacts facts) {
    into_.facts().signatures.push_back(std::move(facts));
    one.place = into_.facts().signatures.size() - 1;
  }

  void add_bare_signature(Read& one, validation::SignatureFacts facts, const cms::SignedContent& document) {
    const std::vector<Bytes> certificates = certificates_of(one.found);
    const std::vector<ByteView> views(certificates.begin(), certificates.end());
    const auto bare = cms::bare_signature_facts(one.found.contents, views, document);
    facts.has_signed_attributes = false;
    if (!bare) {
      facts.structure.push_back(finding("cms-malformed", "ISO 32000-1 §12.8.3.2", bare.error().detail));
    } else {
      facts.signer = signer_facts(*bare, into_.pool());
    }
    add_unreadable(one, std::move(facts));
  }

  // /Cert: a string, or an array of strings.
  [[nodiscard]] std::vector<Bytes> certificates_of(const FileSignature& found) const {
    std::vector<Bytes> certificates;
    const auto document = history_.document(found.revision);
    if (!document) {
      return certificates;
    }
    const auto value = (*document)->lookup(found.signature.dictionary, "Cert");
    const auto add = [&](const pdf::Value& each) {
      if (auto bytes = each.string()) {
        certificates.push_back(*std::move(bytes));
      }
    };
    if (value && value->is(pdf::Kind::array)) {
      for (const pdf::Value& each : value->elements()) {
        if (const auto resolved = (*document)->resolve(each)) {
          add(*resolved);
        }
      }
    } else if (value) {
      add(*value);
    }
    return certificates;
  }

  // The texts of the signature dictionary: claims of the signer.
  Result<void> describe_words(const Read& one, validation::SignatureFacts& facts) const {
    if (!one.found.signature.dictionary.is(pdf::Kind::dictionary)) {
      return {};
    }
    RAKKAN_TRY(const pdf::Document* document, history_.document(one.found.revision));
    const auto text = [&](std::string_view key) -> std::string {
      const auto value = document->lookup(one.found.signature.dictionary, key);
      const auto bytes = value ? value->string() : std::nullopt;
      return bytes ? pdf::decode_text_string(ByteView(*bytes).first(std::min(bytes->size(), kLongestText)))
                   : std::string();
    };
    facts.reason = text("Reason");
    facts.claimed_time = parse_pdf_date(text("M"));
    return {};
  }

  Result<void> add_document_timestamp(Read& one) {
    validation::TimestampFacts facts;
    facts.id = into_.next_timestamp_id();
    facts.kind = validation::TimestampKind::document;
    RAKKAN_TRY(facts.pdf, pdf_facts(one.found, facts.structure));
    RAKKAN_TRY(const cms::SignedContent document, covered_by(one.found));
    note_part(one, facts.id, document);
    if (!one.token) {
      facts.structure.push_back(finding("token-malformed", "RFC 3161 §2.4.2", one.unreadable));
      facts.imprint = {"messageImprint", std::nullopt, validation::Match::mismatch};
      into_.facts().timestamps.push_back(std::move(facts));
      one.place = into_.facts().timestamps.size() - 1;
      return {};
    }
    one.place = into_.add_token(std::move(facts), *one.token, document);
    return {};
  }

  void note_part(const Read& one, const Id& id, const cms::SignedContent& document) {
    SignedPart part;
    part.id = id;
    part.field = one.found.signature.field_name;
    if (document.parts().size() == 2) {
      part.before = document.parts()[0];
      part.behind = document.parts()[1];
    }
    part.end = one.found.coverage.counts() ? one.found.coverage.end : 0;
    part.message = one.found.contents;
    if (one.message) {
      for (const cms::MessageSigner& signer : one.message->signers()) {
        for (const cms::EmbeddedToken& token : cms::embedded_timestamps(signer).tokens) {
          part.tokens.push_back(copy_of(token.encoding));
        }
      }
    }
    into_.gathered().parts.push_back(std::move(part));
  }

  // A document timestamp covers the revisions up to its own: the signatures and timestamps of them, the evidence inside
  // of those, and the document security store as it was then.
  void connect() {
    std::vector<const Read*> stamps;
    for (const Read& each : read_) {
      if (each.is_timestamp && each.found.coverage.counts()) {
        stamps.push_back(&each);
      }
    }
    std::stable_sort(stamps.begin(), stamps.end(),
                     [](const Read* a, const Read* b) { return a->found.coverage.end < b->found.coverage.end; });
    for (const Read* const each_stamp : stamps) {
      const Read& stamp = *each_stamp;
      validation::TimestampFacts& timestamp = into_.facts().timestamps[stamp.place];
      std::vector<Id>& covers = timestamp.covers;
      const std::uint64_t end = stamp.found.coverage.end;
      for (const Read& each : read_) {
        // One that covers no revision of its own may have been added later, whatever its ByteRange says.
        if (&each == &stamp || !each.found.coverage.counts() || each.found.coverage.end >= end) {
          continue;
        }
        add_covered(each, covers);
        if (!each.is_timestamp) {
          into_.facts().signatures[each.place].timestamps.push_back(timestamp.id);
        }
      }
      if (const auto store = stores_.find(stamp.found.coverage.revision.value_or(0)); store != stores_.end()) {
        covers.insert(covers.end(), store->second.begin(), store->second.end());
      }
    }
  }

  void add_covered(const Read& each, std::vector<Id>& covers) {
    const auto add = [&](const std::vector<Id>& ids) { covers.insert(covers.end(), ids.begin(), ids.end()); };
    add(each.evidence.in_signed_attributes);
    add(each.evidence.beside);
    add(each.in_tokens);
    if (each.is_timestamp) {
      covers.push_back(into_.facts().timestamps[each.place].id);
      return;
    }
    const validation::SignatureFacts& signature = into_.facts().signatures[each.place];
    covers.push_back(signature.id);
    for (const Id& id : signature.timestamps) {
      // The tokens inside of the signature; document timestamps are found by themselves.
      const auto& timestamps = into_.facts().timestamps;
      const auto found =
          std::find_if(timestamps.begin(), timestamps.end(), [&](const auto& one) { return one.id == id; });
      if (found != timestamps.end() && found->kind != validation::TimestampKind::document) {
        covers.push_back(id);
      }
    }
  }

  const pdf::History& history_;
  Gathering& into_;
  pades::ModificationAnalysis changes_;
  std::vector<Read> read_;
  std::map<std::size_t, std::vector<Id>> stores_;                                                   // by revision
  std::map<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>, cms::SignedContent> contents_;  // by ByteRange
  std::uint64_t covered_ = 0;                                                                       // bytes of these
};

}  // namespace

Result<void> gather_pdf(ByteView file, Gathering& into) {
  pdf::HistoryOptions options;
  options.password = into.inputs().password;
  RAKKAN_TRY(const pdf::History history, pdf::History::open(file, options));
  return PdfGathering(history, into).run();
}

}  // namespace rakkan::gather
