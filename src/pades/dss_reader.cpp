// Reading a document security store: every stream once, bounded, nothing judged.
#include <unordered_map>

#include "rakkan/pades/dss.hpp"
#include "rakkan/pdf/text_string.hpp"

namespace rakkan::pades {
namespace {

using pdf::Kind;
using pdf::Value;

constexpr std::size_t kMaxDate = 64;  // bytes of a /TU

class DssReader {
 public:
  DssReader(const pdf::Document& document, const DssLimits& limits) noexcept : document_(document), limits_(limits) {}

  Result<Dss> read(Value entry, Value dictionary) && {
    dss_.entry = entry;
    dss_.dictionary = dictionary;
    RAKKAN_TRY(dss_.certificates, streams_of(dictionary, "Certs"));
    RAKKAN_TRY(dss_.ocsp_responses, streams_of(dictionary, "OCSPs"));
    RAKKAN_TRY(dss_.crls, streams_of(dictionary, "CRLs"));
    RAKKAN_TRY(const Value vri, document_.lookup(dictionary, "VRI"));
    for (const pdf::Entry named : vri.entries()) {
      RAKKAN_CHECK(count_entry());
      RAKKAN_TRY(const Value value, document_.resolve(named.value));
      if (value.is(Kind::dictionary)) {
        RAKKAN_TRY(Vri read, read_vri(named.key.name().value_or(""), value));
        dss_.vri.push_back(std::move(read));
      }
    }
    return std::move(dss_);
  }

 private:
  Result<Vri> read_vri(std::string name, Value dictionary) {
    Vri vri;
    vri.name = std::move(name);
    vri.dictionary = dictionary;
    RAKKAN_TRY(vri.certificates, streams_of(dictionary, "Cert"));
    RAKKAN_TRY(vri.ocsp_responses, streams_of(dictionary, "OCSP"));
    RAKKAN_TRY(vri.crls, streams_of(dictionary, "CRL"));
    if (const auto timestamp = dictionary.find("TS").reference()) {
      RAKKAN_TRY(vri.timestamp, stream(*timestamp));
    }
    RAKKAN_TRY(const Value updated, document_.lookup(dictionary, "TU"));
    if (updated.is(Kind::string) && updated.bytes().size() <= kMaxDate) {
      vri.updated = pdf::decode_text_string(updated.string().value_or(Bytes{}));
    }
    return vri;
  }

  Result<std::vector<std::size_t>> streams_of(Value dictionary, std::string_view key) {
    std::vector<std::size_t> indices;
    RAKKAN_TRY(const Value array, document_.lookup(dictionary, key));
    for (const Value element : array.elements()) {
      RAKKAN_CHECK(count_entry());
      if (const auto reference = element.reference()) {
        RAKKAN_TRY(const std::size_t index, stream(*reference));
        indices.push_back(index);
      }
    }
    return indices;
  }

  // The index of the stream with that object, read when it is met for the first time.
  Result<std::size_t> stream(pdf::Reference id) {
    const auto [known, added] =
        indices_.try_emplace(std::uint64_t{id.number} << 16 | id.generation, dss_.streams.size());
    if (added) {
      RAKKAN_TRY(DssStream read, read_stream(id));
      dss_.streams.push_back(std::move(read));
    }
    return known->second;
  }

  Result<DssStream> read_stream(pdf::Reference id) {
    DssStream stream{.id = id, .bytes = {}, .unreadable = {}};
    auto decoded = decode(id);
    if (!decoded && decoded.error().code != ErrorCode::pdf_malformed) {
      return fail(std::move(decoded).error());
    }
    if (!decoded) {
      stream.unreadable = std::move(decoded).error();
      return stream;
    }
    bytes_ += decoded->size();
    if (bytes_ > limits_.max_bytes) {
      return fail(ErrorCode::pdf_limit_exceeded, "the document security store is too large");
    }
    stream.bytes = *std::move(decoded);
    return stream;
  }

  Result<Bytes> decode(pdf::Reference id) {
    RAKKAN_TRY(const pdf::Object* const object, document_.load(id));
    if (object == nullptr || !object->is_stream()) {
      return fail(ErrorCode::pdf_malformed, "the document security store names something that is no stream",
                  "object " + std::to_string(id.number));
    }
    return document_.decoded_stream(*object);
  }

  Result<void> count_entry() {
    if (++entries_ > limits_.max_entries) {
      return fail(ErrorCode::pdf_limit_exceeded, "the document security store has too many entries");
    }
    return {};
  }

  const pdf::Document& document_;
  const DssLimits& limits_;
  Dss dss_;
  std::unordered_map<std::uint64_t, std::size_t> indices_;
  std::size_t entries_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace

Result<std::optional<Dss>> Dss::read(const pdf::Document& document, const DssLimits& limits) {
  const Value entry = document.catalog().value().find("DSS");
  RAKKAN_TRY(const Value dictionary, document.resolve(entry));
  if (dictionary.is(Kind::null)) {
    return std::nullopt;
  }
  if (!dictionary.is(Kind::dictionary)) {
    return fail(ErrorCode::pdf_malformed, "/DSS is no dictionary");
  }
  return DssReader(document, limits).read(entry, dictionary);
}

}  // namespace rakkan::pades
