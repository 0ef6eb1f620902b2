// A CMS SignedData put together by hand, so that a test can make any part of it wrong. The defaults are right.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/der/reader.hpp"
#include "rakkan/der/writer.hpp"
#include "support/test_authority.hpp"

namespace rakkan::test {

template <class Body>
Bytes encoded(Body&& body) {
  der::Writer writer;
  body(writer);
  return writer.take();
}

inline Bytes attribute(const der::Oid& type, const std::vector<Bytes>& values) {
  return encoded([&](der::Writer& w) {
    w.sequence([&] {
      w.oid(type);
      w.set([&] {
        for (const Bytes& value : values) {
          w.raw(value);
        }
      });
    });
  });
}

// The attributes of a SET OF, each as its complete encoding.
inline std::vector<Bytes> split(ByteView content) {
  std::vector<Bytes> elements;
  der::Reader reader(content);
  while (!reader.at_end()) {
    elements.push_back(copy_of(value_or_throw(reader.any()).encoding));
  }
  return elements;
}

struct HandmadeCms {
  // A detached signature of `content` by `signer`, all parts as cms::SignedAttributes makes them.
  HandmadeCms(const Identity& by, const crypto::AlgorithmSuite& with, ByteView signed_content,
              const der::Oid& type = cms::kIdData)
      : signer(by), suite(with), content_type(type), certificates{copy_of(by.certificate.der())} {
    const auto made =
        cms::SignedAttributes::make(type, crypto::digest(with.digest, signed_content), by.certificate, with);
    attributes = split(made.content());
    digest_algorithm = copy_of(with.digest_algorithm);
    signature_algorithm = copy_of(with.cms_signature_algorithm);
    signer_identifier = encoded([&](der::Writer& w) {
      w.sequence([&] {
        w.raw(by.certificate.issuer().der());
        w.integer(by.certificate.serial_number());
      });
    });
  }

  [[nodiscard]] Bytes attribute_set() const {
    return encoded([&](der::Writer& w) {
      w.set([&] {
        for (const Bytes& one : attributes) {
          w.raw(one);
        }
      });
    });
  }

  // Puts `replacement` in the place of the attribute of that type; nothing removes it.
  void replace_attribute(const der::Oid& type, std::optional<Bytes> replacement) {
    std::vector<Bytes> changed;
    for (Bytes& one : attributes) {
      der::Reader top(one);
      der::Reader fields = value_or_throw(top.enter(der::Tag::sequence));
      if (value_or_throw(fields.oid()) != type) {
        changed.push_back(std::move(one));
      } else if (replacement) {
        changed.push_back(*replacement);
      }
    }
    attributes = std::move(changed);
    if (sort_attributes) {
      std::sort(attributes.begin(), attributes.end());
    }
  }

  // Signs the attributes as they stand now.
  void sign() { signature = value_or_throw(signer.key->sign(suite, crypto::digest(suite.digest, attribute_set()))); }

  [[nodiscard]] Bytes signer_info() const {
    return encoded([&](der::Writer& w) {
      w.sequence([&] {
        w.small_unsigned(signer_version);
        w.raw(signer_identifier);
        w.raw(digest_algorithm);
        if (!attributes.empty()) {
          w.constructed(der::context_constructed(0), [&] {
            for (const Bytes& one : attributes) {
              w.raw(one);
            }
          });
        }
        w.raw(signature_algorithm);
        w.octet_string(signature);
        if (!unsigned_attributes.empty()) {
          w.constructed(der::context_constructed(1), [&] {
            for (const Bytes& one : unsigned_attributes) {
              w.raw(one);
            }
          });
        }
        w.raw(after_signer);
      });
    });
  }

  [[nodiscard]] Bytes encode() const {
    return encoded([&](der::Writer& w) {
      w.sequence([&] {
        w.oid(outer_type);
        w.constructed(der::context_constructed(0), [&] {
          w.sequence([&] {
            w.small_unsigned(version);
            w.set([&] { w.raw(digest_algorithm); });
            w.sequence([&] {
              w.oid(content_type);
              if (content) {
                w.constructed(der::context_constructed(0), [&] { w.raw(*content); });
              }
            });
            if (!certificates.empty()) {
              w.constructed(der::context_constructed(0), [&] {
                for (const Bytes& one : certificates) {
                  w.raw(one);
                }
              });
            }
            w.raw(revocation);
            w.set([&] {
              for (unsigned i = 0; i < signer_count; ++i) {
                w.raw(signer_info());
              }
              w.raw(more_signers);
            });
          });
        });
      });
    });
  }

  const Identity& signer;
  const crypto::AlgorithmSuite& suite;
  der::Oid outer_type = cms::kIdSignedData;
  std::uint64_t version = 1;
  der::Oid content_type;
  std::optional<Bytes> content;  // what stands in eContent's [0]: usually an OCTET STRING
  std::vector<Bytes> certificates;
  Bytes revocation;  // a complete crls [1]
  unsigned signer_count = 1;
  Bytes more_signers;  // complete SignerInfos behind those
  std::uint64_t signer_version = 1;
  Bytes signer_identifier;
  Bytes digest_algorithm;
  std::vector<Bytes> attributes;
  bool sort_attributes = true;
  Bytes signature_algorithm;
  Bytes signature{0x01};
  std::vector<Bytes> unsigned_attributes;
  Bytes after_signer;
};

}  // namespace rakkan::test
