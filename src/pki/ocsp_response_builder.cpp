#include "rakkan/pki/ocsp_response_builder.hpp"

#include <algorithm>
#include <chrono>

#include "pki/object_identifiers.hpp"
#include "pki/ocsp_extensions.hpp"
#include "pki/ocsp_names.hpp"
#include "pki/signed_object.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::pki {
namespace {

using der::Tag;
using der::Writer;

tl::unexpected<Error> invalid(std::string what) { return fail(ErrorCode::invalid_argument, std::move(what)); }

void write_time(Writer& writer, Instant time) {
  writer.generalized_time(std::chrono::floor<std::chrono::seconds>(time));
}

Result<void> check_template(const OcspResponseTemplate& content) {
  if (content.responses.empty()) {
    return invalid("an OCSP response is about one certificate at least");
  }
  for (const SingleResponseTemplate& single : content.responses) {
    if (single.revocation_time.has_value() != (single.status == OcspCertificateStatus::revoked)) {
      return invalid("a revoked certificate has a revocation time, and no other has");
    }
    if (single.reason && !single.revocation_time) {
      return invalid("a reason is for a revoked certificate");
    }
    if (single.next_update && *single.next_update < single.this_update) {
      return invalid("an OCSP response's next update comes before it");
    }
  }
  return {};
}

// CertStatus (ocsp_response.hpp).
void write_status(Writer& writer, const SingleResponseTemplate& single) {
  switch (single.status) {
    case OcspCertificateStatus::good:
      writer.primitive(der::context(0), {});
      return;
    case OcspCertificateStatus::revoked:
      writer.constructed(der::context_constructed(1), [&] {
        write_time(writer, *single.revocation_time);
        if (single.reason) {
          writer.constructed(der::context_constructed(0), [&] {
            writer.small_unsigned(static_cast<std::uint64_t>(*single.reason), Tag::enumerated);
          });
        }
      });
      return;
    case OcspCertificateStatus::unknown:
      writer.primitive(der::context(2), {});
      return;
  }
}

void write_cert_hash(Writer& writer, const crypto::Digest& digest) {
  writer.sequence([&] {
    writer.sequence([&] { writer.oid(crypto::info(digest.algorithm()).oid); });
    writer.octet_string(digest.view());
  });
}

void write_single_extensions(Writer& writer, const SingleResponseTemplate& single) {
  if (!single.archive_cutoff && !single.cert_hash && single.other_extensions.empty()) {
    return;
  }
  writer.constructed(der::context_constructed(1), [&] {
    writer.sequence([&] {
      if (single.archive_cutoff) {
        write_extension(writer, kOcspArchiveCutoff, false, [&] { write_time(writer, *single.archive_cutoff); });
      }
      if (single.cert_hash) {
        write_extension(writer, kCertHash, false, [&] { write_cert_hash(writer, *single.cert_hash); });
      }
      write_other_extensions(writer, single.other_extensions);
    });
  });
}

void write_single_response(Writer& writer, const SingleResponseTemplate& single) {
  writer.sequence([&] {
    writer.raw(single.certificate_id);
    write_status(writer, single);
    write_time(writer, single.this_update);
    if (single.next_update) {
      writer.constructed(der::context_constructed(0), [&] { write_time(writer, *single.next_update); });
    }
    write_single_extensions(writer, single);
  });
}

Result<void> write_responder_id(Writer& writer, ResponderIdForm form, const Certificate& responder) {
  if (form == ResponderIdForm::by_name) {
    writer.constructed(der::context_constructed(1), [&] { writer.raw(responder.subject().der()); });
    return {};
  }
  RAKKAN_TRY(const Bytes hash, responder_key_hash(responder.spki()));
  writer.constructed(der::context_constructed(2), [&] { writer.octet_string(hash); });
  return {};
}

void write_response_extensions(Writer& writer, const OcspResponseTemplate& content) {
  if (!content.nonce && content.other_extensions.empty()) {
    return;
  }
  writer.constructed(der::context_constructed(1), [&] {
    writer.sequence([&] {
      if (content.nonce) {
        write_ocsp_nonce(writer, *content.nonce);
      }
      write_other_extensions(writer, content.other_extensions);
    });
  });
}

// ResponseData (ocsp_response.hpp).
Result<Bytes> encode_response_data(const OcspResponseTemplate& content, const Certificate& responder) {
  Writer writer(512);
  Result<void> named;
  writer.sequence([&] {
    named = write_responder_id(writer, content.responder_id, responder);
    write_time(writer, content.produced_at);
    writer.sequence([&] {
      for (const SingleResponseTemplate& single : content.responses) {
        write_single_response(writer, single);
      }
    });
    write_response_extensions(writer, content);
  });
  RAKKAN_CHECK(named);
  return writer.take();
}

Bytes encode_certificates(const std::vector<Certificate>& certificates) {
  Writer writer(2048);
  if (!certificates.empty()) {
    writer.constructed(der::context_constructed(0), [&] {
      writer.sequence([&] {
        for (const Certificate& certificate : certificates) {
          writer.raw(certificate.der());
        }
      });
    });
  }
  return writer.take();
}

}  // namespace

Bytes wrap_basic_response(ByteView basic) {
  Writer writer(basic.size() + 64);
  writer.sequence([&] {
    writer.small_unsigned(static_cast<std::uint64_t>(OcspResponseStatus::successful), Tag::enumerated);
    writer.constructed(der::context_constructed(0), [&] {
      writer.sequence([&] {
        writer.oid(kOcspBasic);
        writer.octet_string(basic);
      });
    });
  });
  return writer.take();
}

Result<Bytes> issue_ocsp_response(const OcspResponseTemplate& content, const Certificate& responder,
                                  const crypto::AlgorithmSuite& suite, crypto::Signer& signer) {
  RAKKAN_CHECK(check_template(content));
  RAKKAN_TRY(const Bytes data, encode_response_data(content, responder));
  RAKKAN_TRY(const Bytes basic, sign_object(data, suite, signer, encode_certificates(content.certificates)));
  return wrap_basic_response(basic);
}

Bytes ocsp_error_response(OcspResponseStatus status) {
  Writer writer;
  writer.sequence([&] { writer.small_unsigned(static_cast<std::uint64_t>(status), Tag::enumerated); });
  return writer.take();
}

}  // namespace rakkan::pki
