#include "rakkan/cms/embedded_evidence.hpp"

#include <string>
#include <utility>

#include "rakkan/der/ber.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::cms {
namespace {

using der::Element;
using der::Reader;
using der::Tag;

// Collector reads the evidence of one message into a material.
class Collector {
 public:
  Collector(const pki::Provenance& from, std::string_view place) : from_(from), place_(place) {}

  void add(const std::vector<Attribute>& attributes) {
    for (const Attribute& attribute : attributes) {
      for (const ByteView value : attribute.values) {
        if (attribute.type == kAdbeRevocationInfoArchival) {
          note_failure("adbe-revocationInfoArchival", add_archive(value, "adbe-revocationInfoArchival"));
        } else if (attribute.type == kIdAaEtsRevocationValues) {
          note_failure("revocation-values", add_archive(value, "revocation-values"));
        } else if (attribute.type == kIdAaEtsCertValues) {
          note_failure("certificate-values", add_certificates(value));
        }
      }
    }
  }

  // One of SignedData.crls, in BER where the message is.
  void add_choice(ByteView choice) {
    Reader reader(choice);
    if (reader.any()) {
      add_der_choice(choice);
    } else if (const auto der = der::from_ber_prefix(choice, {choice.size(), false})) {
      add_der_choice(der->der);
    } else {
      add_der_choice(choice);
    }
  }
  void add_der_choice(ByteView choice) {
    constexpr std::string_view kWhere = "SignedData.crls";
    Reader reader(choice);
    if (reader.peek() == Tag::sequence) {
      add_list(choice, kWhere);
    } else {
      note_failure(kWhere, add_other(reader, kWhere));
    }
  }

  [[nodiscard]] pki::EvidenceMaterial take() && { return std::move(material_); }

 private:
  using Adder = void (Collector::*)(ByteView, std::string_view);

  // RevocationInfoArchival, or the equally shaped RevocationValues.
  Result<void> add_archive(ByteView value, std::string_view where) {
    Reader top(value);
    RAKKAN_TRY(Reader fields, top.enter(Tag::sequence));
    RAKKAN_CHECK(top.end());
    RAKKAN_CHECK(add_sequence(fields, der::context_constructed(0), where, &Collector::add_list));
    RAKKAN_CHECK(add_sequence(fields, der::context_constructed(1), where, &Collector::add_response));
    RAKKAN_TRY(const auto other, fields.element_if(der::context_constructed(2)));
    RAKKAN_CHECK(fields.end());
    return other ? fail(ErrorCode::revocation_unsupported, "other formats than CRLs and OCSP responses are not read")
                 : Result<void>();
  }

  // [n] EXPLICIT SEQUENCE OF, or nothing.
  Result<void> add_sequence(Reader& fields, Tag tag, std::string_view where, Adder adder) {
    RAKKAN_TRY(auto wrapped, fields.enter_if(tag));
    if (!wrapped) {
      return {};
    }
    RAKKAN_TRY(Reader objects, wrapped->enter(Tag::sequence));
    RAKKAN_CHECK(wrapped->end());
    return add_all(objects, where, adder);
  }

  Result<void> add_all(Reader objects, std::string_view where, Adder adder) {
    while (!objects.at_end()) {
      RAKKAN_TRY(const Element object, objects.any());
      (this->*adder)(object.encoding, where);
    }
    return {};
  }

  Result<void> add_certificates(ByteView value) {
    Reader top(value);
    RAKKAN_TRY(const Reader certificates, top.enter(Tag::sequence));
    RAKKAN_CHECK(top.end());
    return add_all(certificates, "certificate-values", &Collector::add_certificate);
  }

  // OtherRevocationInfoFormat.
  Result<void> add_other(Reader& reader, std::string_view where) {
    RAKKAN_TRY(Reader fields, reader.enter(der::context_constructed(1)));
    RAKKAN_CHECK(reader.end());
    RAKKAN_TRY(const der::Oid format, fields.oid());
    RAKKAN_TRY(const Element info, fields.any());
    RAKKAN_CHECK(fields.end());
    if (format != kIdRiOcspResponse) {
      return fail(ErrorCode::revocation_unsupported, "revocation data of the format " + format.dotted());
    }
    add_response(info.encoding, where);
    return {};
  }

  void add_list(ByteView der, std::string_view where) {
    if (const auto number = count(lists_)) {
      take(pki::CertificateList::parse(copy_of(der)), where, "CRL " + *number);
    }
  }
  void add_response(ByteView der, std::string_view where) {
    if (const auto number = count(responses_)) {
      take(pki::OcspResponse::parse(der), where, "OCSP response " + *number);
    }
  }
  void add_certificate(ByteView der, std::string_view where) {
    if (const auto number = count(certificates_)) {
      take(pki::Certificate::parse(der), where, "certificate " + *number);
    }
  }

  // The number of the next object of its kind; nothing when there were too many.
  std::optional<std::string> count(std::size_t& kind) {
    const std::size_t before = lists_ + responses_ + certificates_;
    if (before > kMostEmbedded) {
      return std::nullopt;
    }
    ++kind;
    if (before == kMostEmbedded) {
      material_.note_unreadable(std::string(place_), Error{ErrorCode::malformed_cms,
                                                           "more than " + std::to_string(kMostEmbedded) +
                                                               " certificates, CRLs and OCSP responses",
                                                           {},
                                                           std::nullopt,
                                                           {}});
      return std::nullopt;
    }
    return std::to_string(kind);
  }

  template <class Object>
  void take(const Result<Object>& object, std::string_view where, const std::string& which) {
    if (object) {
      material_.add(*object, from_);
    } else {
      material_.note_unreadable(in_place(where) + ", " + which, object.error());
    }
  }

  void note_failure(std::string_view where, const Result<void>& read) {
    if (!read) {
      material_.note_unreadable(in_place(where), malformed_as_cms(read.error()));
    }
  }
  static Error malformed_as_cms(Error error) {
    error.code = error.code == ErrorCode::malformed_der ? ErrorCode::malformed_cms : error.code;
    return error;
  }
  [[nodiscard]] std::string in_place(std::string_view where) const {
    return std::string(place_) + ", " + std::string(where);
  }

  const pki::Provenance& from_;
  std::string_view place_;
  pki::EvidenceMaterial material_;
  std::size_t lists_ = 0, responses_ = 0, certificates_ = 0;
};

template <class Signers>
pki::EvidenceMaterial signed_evidence_of(const Signers& signers, const pki::Provenance& from, std::string_view place) {
  Collector collector(from, place);
  for (const auto& signer : signers) {
    collector.add(signer.signed_attributes);
  }
  return std::move(collector).take();
}

template <class Signers>
pki::EvidenceMaterial unsigned_evidence_of(const std::vector<ByteView>& choices, const Signers& signers,
                                           const pki::Provenance& from, std::string_view place) {
  Collector collector(from, place);
  for (const ByteView choice : choices) {
    collector.add_choice(choice);
  }
  for (const auto& signer : signers) {
    collector.add(signer.unsigned_attributes);
  }
  return std::move(collector).take();
}

template <class Data>
pki::EvidenceMaterial both(const Data& data, const pki::Provenance& from, std::string_view place) {
  pki::EvidenceMaterial material = signed_evidence(data, from, place);
  material.add(unsigned_evidence(data, from, place));
  return material;
}

}  // namespace

pki::EvidenceMaterial signed_evidence(const SignedData& data, const pki::Provenance& from, std::string_view place) {
  return signed_evidence_of(data.signer_infos(), from, place);
}

pki::EvidenceMaterial unsigned_evidence(const SignedData& data, const pki::Provenance& from, std::string_view place) {
  return unsigned_evidence_of(data.revocation_choices(), data.signer_infos(), from, place);
}

pki::EvidenceMaterial embedded_evidence(const SignedData& data, const pki::Provenance& from, std::string_view place) {
  return both(data, from, place);
}

pki::EvidenceMaterial signed_evidence(const Message& message, const pki::Provenance& from, std::string_view place) {
  return signed_evidence_of(message.signers(), from, place);
}

pki::EvidenceMaterial unsigned_evidence(const Message& message, const pki::Provenance& from, std::string_view place) {
  return unsigned_evidence_of(message.revocation_choices(), message.signers(), from, place);
}

pki::EvidenceMaterial embedded_evidence(const Message& message, const pki::Provenance& from, std::string_view place) {
  return both(message, from, place);
}

}  // namespace rakkan::cms
