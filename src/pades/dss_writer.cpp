// Writing validation data into a document security store: nothing twice, everything that is there kept.
#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <memory>
#include <utility>

#include "pades/extensions.hpp"
#include "pades/update_base.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/pades/dss.hpp"
#include "rakkan/pdf/flate.hpp"
#include "rakkan/pdf/incremental_writer.hpp"

namespace rakkan::pades {
namespace {

using pdf::Kind;
using pdf::ObjectWriter;
using pdf::Reference;
using pdf::Value;

constexpr std::size_t kNameDigits = 40;  // of a SHA-1

// Sort is a kind of validation data: its array in the store, and its array in an entry of /VRI.
struct Sort {
  std::string_view key, vri_key;
  std::vector<ByteView> ValidationData::* data;
  std::vector<std::size_t> Dss::* present;
  std::vector<std::size_t> VriEntry::* named;
};
constexpr std::array<Sort, 3> kSorts{{
    {"Certs", "Cert", &ValidationData::certificates, &Dss::certificates, &VriEntry::certificates},
    {"OCSPs", "OCSP", &ValidationData::ocsp_responses, &Dss::ocsp_responses, &VriEntry::ocsp_responses},
    {"CRLs", "CRL", &ValidationData::crls, &Dss::crls, &VriEntry::crls},
}};

Result<void> check_vri(const ValidationData& data) {
  for (const VriEntry& entry : data.vri) {
    const auto is_upper_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
    if (entry.name.size() != kNameDigits || !std::all_of(entry.name.begin(), entry.name.end(), is_upper_hex)) {
      return fail(ErrorCode::invalid_argument, "the name in /VRI is not 40 upper-case hexadecimal digits");
    }
    for (const Sort& sort : kSorts) {
      const auto& named = entry.*sort.named;
      const std::size_t count = (data.*sort.data).size();
      if (std::any_of(named.begin(), named.end(), [count](std::size_t index) { return index >= count; })) {
        return fail(ErrorCode::invalid_argument, "an entry of /VRI names data that are not there");
      }
    }
  }
  return {};
}

std::string array_of(const std::vector<Reference>& references) {
  ObjectWriter syntax;
  syntax.begin_array();
  for (const Reference reference : references) {
    syntax.reference(reference);
  }
  syntax.end_array();
  return std::string(text_of(syntax.view()));
}

// DssWriter reads the store and what must not be changed, then writes the update.
class DssWriter {
 public:
  DssWriter(const pdf::Document& document, const ValidationData& data, const DssOptions& options)
      : document_(document), data_(data), options_(options), writer_(document, expected_size(data, options)) {}

  Result<DssRevision> write(RandomSource& random) && {
    RAKKAN_CHECK(check_vri(data_));
    RAKKAN_TRY(const UpdateBase base, UpdateBase::read(document_));
    RAKKAN_TRY(revision_.warnings, base.check_additions(document_, options_.iso_docmdp));
    RAKKAN_TRY(dss_, Dss::read(document_, options_.limits));
    RAKKAN_CHECK(check_store());
    note_present_streams();
    for (std::size_t i = 0; i < kSorts.size(); ++i) {
      RAKKAN_CHECK(place(kSorts.at(i), placed_.at(i)));
    }
    choose_vri();
    if (revision_.streams_added == 0 && vri_.empty() && is_placed()) {
      return std::move(revision_);
    }
    if (base.signatures.empty()) {
      RAKKAN_CHECK(declare_esic(document_, writer_));
    }
    RAKKAN_CHECK(dss_ ? grow_store() : make_store());
    RAKKAN_TRY(revision_.tail, std::move(writer_).finish(random));
    if (revision_.tail.size() > options_.max_added) {
      return too_large();
    }
    return std::move(revision_);
  }

 private:
  // Placed is where the data of one sort are: the objects of the data, one by one, and those of them that the store's
  // array does not have yet.
  struct Placed {
    std::vector<Reference> objects;
    std::vector<Reference> missing;
  };

  static std::size_t expected_size(const ValidationData& data, const DssOptions& options) {
    std::size_t size = 0;
    for (const Sort& sort : kSorts) {
      for (const ByteView bytes : data.*sort.data) {
        size += bytes.size();
      }
    }
    return std::min(size, options.max_added) + 4096;
  }

  [[nodiscard]] static tl::unexpected<Error> too_large() {
    return fail(ErrorCode::validation_data_too_large, "the document would grow by more than is allowed");
  }

  // A store must mean the same to every reader, and growing one array must not grow another one with it.
  Result<void> check_store() {
    if (document_.catalog().value().count("DSS") > 1) {
      return fail(ErrorCode::pdf_malformed, "the catalog has two document security stores");
    }
    if (!dss_) {
      return {};
    }
    std::vector<Value> arrays;
    for (const Sort& sort : kSorts) {
      if (dss_->dictionary.count(sort.key) > 1) {
        return fail(ErrorCode::pdf_malformed, "the store has two arrays /" + std::string(sort.key));
      }
      RAKKAN_TRY(const Value array, document_.lookup(dss_->dictionary, sort.key));
      if (!array.is(Kind::array) && !array.is(Kind::null)) {
        return fail(ErrorCode::pdf_malformed, "/" + std::string(sort.key) + " of the store is no array");
      }
      arrays.push_back(array);
    }
    RAKKAN_TRY(const Value entries, document_.lookup(dss_->dictionary, "VRI"));
    if (dss_->dictionary.count("VRI") > 1 || (!entries.is(Kind::dictionary) && !entries.is(Kind::null))) {
      return fail(ErrorCode::pdf_malformed, "/VRI of the store is not one dictionary");
    }
    for (const Vri& vri : dss_->vri) {
      for (const Sort& sort : kSorts) {
        RAKKAN_TRY(const Value array, document_.lookup(vri.dictionary, sort.vri_key));
        arrays.push_back(array);
      }
    }
    for (std::size_t i = 0; i < kSorts.size(); ++i) {
      const Value array = arrays.at(i);
      shared_.at(i) = array && std::count(arrays.begin(), arrays.end(), array) > 1;
    }
    return {};
  }

  void note_present_streams() {
    if (!dss_) {
      return;
    }
    for (const DssStream& stream : dss_->streams) {
      if (!stream.unreadable) {
        known_.emplace(key_of(digest_of(stream.bytes)), stream.id);
      }
    }
  }

  static crypto::Digest digest_of(ByteView bytes) { return crypto::digest(crypto::DigestAlgorithm::sha256, bytes); }
  static std::string key_of(const crypto::Digest& digest) { return std::string(text_of(digest.view())); }

  // Finds or writes the object of each of the data.
  Result<void> place(const Sort& sort, Placed& placed) {
    std::vector<Reference> listed;
    if (dss_) {
      for (const std::size_t index : (*dss_).*sort.present) {
        listed.push_back(dss_->streams.at(index).id);
      }
    }
    std::sort(listed.begin(), listed.end());
    for (const ByteView bytes : data_.*sort.data) {
      RAKKAN_TRY(const Reference object, object_of(bytes));
      placed.objects.push_back(object);
      const bool is_missing = !std::binary_search(listed.begin(), listed.end(), object) &&
                              std::find(placed.missing.begin(), placed.missing.end(), object) == placed.missing.end();
      if (is_missing) {
        placed.missing.push_back(object);
      }
    }
    return {};
  }

  Result<Reference> object_of(ByteView bytes) {
    const crypto::Digest digest = digest_of(bytes);
    const auto [known, is_new] = known_.try_emplace(key_of(digest), Reference{});
    if (!is_new) {
      ++revision_.streams_reused;
      return known->second;
    }
    const std::size_t room = options_.max_added - std::min(options_.max_added, written_);
    const Bytes* encoded = data_.encoded ? data_.encoded->find(digest) : nullptr;
    std::optional<Bytes> fresh;
    if (encoded == nullptr) {
      if (!encoder_) {
        encoder_ = std::make_unique<pdf::FlateEncoder>();
      }
      fresh = encoder_->encode(bytes, room);
      encoded = fresh ? &*fresh : nullptr;
    }
    if (encoded == nullptr || encoded->size() > room) {
      return too_large();
    }
    written_ += encoded->size();
    RAKKAN_TRY(known->second, writer_.allocate());
    writer_.begin_object(known->second)
        .raw("<</Filter/FlateDecode/Length ")
        .raw(std::to_string(encoded->size()))
        .raw(">>\nstream\n")
        .raw(*encoded)
        .raw("\nendstream");
    writer_.end_object();
    ++revision_.streams_added;
    return known->second;
  }

  [[nodiscard]] bool is_placed() const {
    return std::all_of(placed_.begin(), placed_.end(), [](const Placed& placed) { return placed.missing.empty(); });
  }

  // An entry that is there stays as it is.
  void choose_vri() {
    for (const VriEntry& entry : data_.vri) {
      const auto has_name = [&entry](const auto& other) { return other.name == entry.name; };
      const bool present = dss_ && std::any_of(dss_->vri.begin(), dss_->vri.end(), has_name);
      const bool twice = std::any_of(vri_.begin(), vri_.end(), [&](const VriEntry* other) { return has_name(*other); });
      if (!present && !twice) {
        vri_.push_back(&entry);
      }
    }
  }

  Result<Reference> write_vri(const VriEntry& entry) {
    RAKKAN_TRY(const Reference id, writer_.allocate());
    ObjectWriter& out = writer_.begin_object(id).begin_dictionary().key("Type").name("VRI");
    for (std::size_t i = 0; i < kSorts.size(); ++i) {
      const Sort& sort = kSorts.at(i);
      std::vector<Reference> objects;
      for (const std::size_t index : entry.*sort.named) {
        objects.push_back(placed_.at(i).objects.at(index));
      }
      if (!objects.empty()) {
        out.key(sort.vri_key).raw(array_of(objects));
      }
    }
    if (entry.updated) {
      out.key("TU").raw(" ").date(*entry.updated);
    }
    out.end_dictionary();
    writer_.end_object();
    return id;
  }

  // The entries of the new /VRI, "<</name 12 0 R …>>".
  Result<std::string> vri_syntax() {
    ObjectWriter syntax;
    syntax.begin_dictionary();
    for (const VriEntry* entry : vri_) {
      RAKKAN_TRY(const Reference id, write_vri(*entry));
      syntax.key(entry->name).raw(" ").reference(id);
    }
    syntax.end_dictionary();
    return std::string(text_of(syntax.view()));
  }

  Result<void> make_store() {
    std::string vri;
    if (!vri_.empty()) {
      RAKKAN_TRY(vri, vri_syntax());
    }
    RAKKAN_TRY(const Reference id, writer_.allocate());
    ObjectWriter& out = writer_.begin_object(id).begin_dictionary().key("Type").name("DSS");
    for (std::size_t i = 0; i < kSorts.size(); ++i) {
      if (!placed_.at(i).missing.empty()) {
        out.key(kSorts.at(i).key).raw(array_of(placed_.at(i).missing));
      }
    }
    if (!vri.empty()) {
      out.key("VRI").raw(vri);
    }
    out.end_dictionary();
    writer_.end_object();
    return writer_.set(document_.catalog().value(), "DSS", id);
  }

  Result<void> grow_store() {
    for (std::size_t i = 0; i < kSorts.size(); ++i) {
      RAKKAN_CHECK(grow_array(kSorts.at(i).key, placed_.at(i).missing, shared_.at(i)));
    }
    return vri_.empty() ? Result<void>{} : grow_vri();
  }

  // An array in an object of its own is written again alone. One that something else in the store is, too, is left to
  // it: the store gets an array of its own.
  Result<void> grow_array(std::string_view key, const std::vector<Reference>& missing, bool shared) {
    if (missing.empty()) {
      return {};
    }
    const Value store = dss_->dictionary;
    RAKKAN_TRY(const Value array, document_.lookup(store, key));
    if (array.is(Kind::null)) {
      return writer_.set(store, key, array_of(missing));
    }
    if (shared) {
      std::string elements(text_of(array.bytes()));
      elements.pop_back();
      return writer_.set(store, key, elements + " " + array_of(missing).substr(1));
    }
    for (const Reference reference : missing) {
      RAKKAN_CHECK(writer_.append(array, reference));
    }
    return {};
  }

  Result<void> grow_vri() {
    const Value store = dss_->dictionary;
    RAKKAN_TRY(const Value vri, document_.lookup(store, "VRI"));
    if (vri.is(Kind::null)) {
      RAKKAN_TRY(const std::string syntax, vri_syntax());
      return writer_.set(store, "VRI", syntax);
    }
    for (const VriEntry* entry : vri_) {
      RAKKAN_TRY(const Reference id, write_vri(*entry));
      RAKKAN_CHECK(writer_.set(vri, entry->name, id));
    }
    return {};
  }

  const pdf::Document& document_;
  const ValidationData& data_;
  const DssOptions& options_;
  pdf::IncrementalWriter writer_;
  std::unique_ptr<pdf::FlateEncoder> encoder_;  // once something has to be encoded: its tables take long to make
  std::optional<Dss> dss_;
  std::array<bool, kSorts.size()> shared_{};  // the store's array is another one of its arrays, or one of /VRI
  std::map<std::string, Reference> known_;    // by the SHA-256 of decoded bytes
  std::array<Placed, kSorts.size()> placed_;
  std::vector<const VriEntry*> vri_;
  std::size_t written_ = 0;  // bytes of encoded streams
  DssRevision revision_;
};

}  // namespace

void EncodedStreams::add(ByteView data) {
  if (auto encoded = pdf::FlateEncoder().encode(data, std::numeric_limits<std::size_t>::max())) {
    encoded_.emplace(copy_of(crypto::digest(crypto::DigestAlgorithm::sha256, data).view()), *std::move(encoded));
  }
}

const Bytes* EncodedStreams::find(const crypto::Digest& sha256) const {
  const auto found = encoded_.find(copy_of(sha256.view()));
  return found == encoded_.end() ? nullptr : &found->second;
}

Result<DssRevision> write_dss(const pdf::Document& document, const ValidationData& data, const DssOptions& options,
                              RandomSource& random) {
  return DssWriter(document, data, options).write(random);
}

}  // namespace rakkan::pades
