// The document security store (ISO 32000-2 §12.8.4.3, EN 319 142-1 §5.4.2): certificates, OCSP responses and CRLs for
// the validation of a document's signatures. Dss reads it as it stands; write_dss adds to it by one more update.
//
// Its contents are candidates, not facts: nothing protects a store but a later signature or document timestamp.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/pades/warning.hpp"
#include "rakkan/pdf/document.hpp"

namespace rakkan::pades {

struct DssLimits {
  std::size_t max_entries = 20'000;      // elements of all arrays, and entries of /VRI
  std::uint64_t max_bytes = 128U << 20;  // decoded, of all streams together
};

// DssStream is one stream of the store, whose object occurs once in Dss::streams however often it is referred to.
struct DssStream {
  pdf::Reference id;
  Bytes bytes;                      // decoded; empty when unreadable
  std::optional<Error> unreadable;  // pdf_malformed: it is no stream, or does not decode
};

// Vri is the validation data of one signature (§12.8.4.4 table 262). The numbers are indices in Dss::streams.
struct Vri {
  std::string name;  // the key: by the standard the SHA-1 of /Contents in upper-case hexadecimal
  pdf::Value dictionary;
  std::vector<std::size_t> certificates, ocsp_responses, crls;
  std::optional<std::size_t> timestamp;  // /TS
  std::string updated;                   // /TU, a date as it is spelled; empty: none
};

// Views the document, which must outlive it.
struct Dss {
  // Nothing when the catalog has no /DSS. Fails with pdf_malformed when it is no dictionary, with pdf_limit_exceeded,
  // or as the reader does. Elements of arrays that are no references are left out.
  [[nodiscard]] static Result<std::optional<Dss>> read(const pdf::Document& document, const DssLimits& limits = {});

  pdf::Value entry;       // the catalog's /DSS unresolved: direct, or a reference
  pdf::Value dictionary;  // the same, resolved
  std::vector<DssStream> streams;
  std::vector<std::size_t> certificates, ocsp_responses, crls;  // indices in streams, in the order of the arrays
  std::vector<Vri> vri;
};

// VriEntry is a new entry of /VRI. The numbers are indices in ValidationData's vectors.
struct VriEntry {
  std::string name;  // SHA-1 of the signature's /Contents, 40 upper-case hexadecimal digits
  std::vector<std::size_t> certificates = {}, ocsp_responses = {}, crls = {};
  std::optional<Instant> updated = {};  // /TU
};

// EncodedStreams are data as they stand in a store, encoded: for data that are written into many documents.
class EncodedStreams {
 public:
  void add(ByteView data);
  [[nodiscard]] const Bytes* find(const crypto::Digest& sha256) const;  // null when they are not there

 private:
  std::map<Bytes, Bytes> encoded_;  // by the SHA-256 of the data
};

// ValidationData are to be in the store: all in DER. Nobody looks at what they prove.
struct ValidationData {
  std::vector<ByteView> certificates = {};
  std::vector<ByteView> ocsp_responses = {};  // OCSPResponse (RFC 6960 §4.2.1), not the BasicOCSPResponse inside
  std::vector<ByteView> crls = {};
  std::vector<VriEntry> vri = {};                           // usually none: EN 319 142-1 makes it optional
  std::shared_ptr<const EncodedStreams> encoded = nullptr;  // of these data, as far as they are there
};

struct DssOptions {
  std::size_t max_added = 16UL << 20;  // bytes of the update
  bool iso_docmdp = false;             // as SignatureFieldSpec::iso_docmdp
  DssLimits limits = {};               // of the store that is there
};

struct DssRevision {
  Bytes tail;  // the bytes to append to the document; empty: the store has everything already
  std::size_t streams_added = 0;
  std::size_t streams_reused = 0;  // data that were there already: in the store, in its /VRI, or twice among the data
  std::vector<Warning> warnings;
};

// Writes the update that brings the data into the store, each as a Flate stream, or as a further reference to a stream
// of the store with the same decoded bytes. The store keeps what it has: streams, arrays, unknown keys, every entry of
// /VRI (a new entry of a name that is there is left out). In a document without signatures it declares /Extensions
// ESIC. Fails with invalid_argument (a name or index of `vri`), docmdp_acrobat, validation_data_too_large,
// pdf_malformed (a store that readers do not agree on), pdf_too_large_for_xref_table, or as the reader does.
[[nodiscard]] Result<DssRevision> write_dss(const pdf::Document& document, const ValidationData& data,
                                            const DssOptions& options, RandomSource& random);

}  // namespace rakkan::pades
