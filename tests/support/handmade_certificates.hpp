// Certificates with any content for tests of certification paths: each extension is given as it stands, and the
// version, the signature and the signing key can be wrong.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/crypto/software_signer.hpp"
#include "rakkan/der/writer.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::test {

inline constexpr Instant kPathStart{std::chrono::milliseconds{1577836800000}};  // 2020-01-01
inline constexpr Instant kPathTime{std::chrono::milliseconds{1893456000000}};   // 2030-01-01
inline constexpr Instant kPathEnd{std::chrono::milliseconds{2208988800000}};    // 2040-01-01

struct HandmadeExtension {
  der::Oid id;
  bool critical = false;
  Bytes value;
};

template <class Body>
Bytes encoded(Body&& body) {
  der::Writer writer;
  std::forward<Body>(body)(writer);
  return writer.take();
}

// The extensions of path validation, each from its parts.
inline HandmadeExtension basic_constraints(bool is_ca, std::optional<std::uint64_t> path_length = std::nullopt) {
  return {{2, 5, 29, 19}, true, encoded([&](der::Writer& writer) {
            writer.sequence([&] {
              if (is_ca) {
                writer.boolean(true);
              }
              if (path_length) {
                writer.small_unsigned(*path_length);
              }
            });
          })};
}
inline HandmadeExtension key_usage_bits(std::uint32_t bits_msb_first) {
  return {{2, 5, 29, 15}, true, encoded([&](der::Writer& writer) { writer.named_bits(bits_msb_first, 9); })};
}
inline HandmadeExtension key_cert_sign() { return key_usage_bits(0b000001100); }
inline HandmadeExtension policies_extension(const std::vector<der::Oid>& policies) {
  return {{2, 5, 29, 32}, false, encoded([&](der::Writer& writer) {
            writer.sequence([&] {
              for (const der::Oid& each : policies) {
                writer.sequence([&] { writer.oid(each); });
              }
            });
          })};
}
inline HandmadeExtension policy_mappings_extension(const std::vector<std::pair<der::Oid, der::Oid>>& mappings) {
  return {{2, 5, 29, 33}, true, encoded([&](der::Writer& writer) {
            writer.sequence([&] {
              for (const auto& [issuer, subject] : mappings) {
                writer.sequence([&] {
                  writer.oid(issuer);
                  writer.oid(subject);
                });
              }
            });
          })};
}
inline HandmadeExtension policy_constraints_extension(std::optional<std::uint64_t> explicit_policy,
                                                      std::optional<std::uint64_t> inhibit_mapping) {
  return {{2, 5, 29, 36}, true, encoded([&](der::Writer& writer) {
            writer.sequence([&] {
              if (explicit_policy) {
                writer.small_unsigned(*explicit_policy, der::context(0));
              }
              if (inhibit_mapping) {
                writer.small_unsigned(*inhibit_mapping, der::context(1));
              }
            });
          })};
}
inline HandmadeExtension inhibit_any_policy_extension(std::uint64_t skip) {
  return {{2, 5, 29, 54}, true, encoded([&](der::Writer& writer) { writer.small_unsigned(skip); })};
}

// GeneralNames as complete elements.
inline Bytes general_text(unsigned kind, std::string_view text) {
  return encoded([&](der::Writer& writer) { writer.text(der::context(kind), text); });
}
inline Bytes general_octets(unsigned kind, ByteView octets) {
  return encoded([&](der::Writer& writer) { writer.primitive(der::context(kind), octets); });
}
inline Bytes general_directory(const pki::Name& name) {
  return encoded(
      [&](der::Writer& writer) { writer.constructed(der::context_constructed(4), [&] { writer.raw(name.der()); }); });
}
inline HandmadeExtension subject_names_extension(const std::vector<Bytes>& names) {
  return {{2, 5, 29, 17}, false, encoded([&](der::Writer& writer) {
            writer.sequence([&] {
              for (const Bytes& each : names) {
                writer.raw(each);
              }
            });
          })};
}
inline HandmadeExtension name_constraints_extension(const std::vector<Bytes>& permitted,
                                                    const std::vector<Bytes>& excluded) {
  const auto subtrees = [](der::Writer& writer, unsigned tag, const std::vector<Bytes>& bases) {
    if (!bases.empty()) {
      writer.constructed(der::context_constructed(tag), [&] {
        for (const Bytes& each : bases) {
          writer.sequence([&] { writer.raw(each); });
        }
      });
    }
  };
  return {{2, 5, 29, 30}, true, encoded([&](der::Writer& writer) {
            writer.sequence([&] {
              subtrees(writer, 0, permitted);
              subtrees(writer, 1, excluded);
            });
          })};
}

struct HandmadeContent {
  unsigned version = 3;
  std::uint64_t serial = 1;
  Instant not_before = kPathStart;
  Instant not_after = kPathEnd;
  std::vector<HandmadeExtension> extensions = {};
  bool spoil_signature = false;
};

// HandmadeCa is a name with a P-256 key.
class HandmadeCa {
 public:
  explicit HandmadeCa(const std::string& common_name)
      : name_(pki::Name::from_text("CN=" + common_name + ",O=Paths,C=JP").value()),
        key_(std::make_shared<crypto::SoftwareSigner>(
            crypto::SoftwareSigner::generate(crypto::KeyKind::ec_p256).value())) {}
  HandmadeCa(pki::Name name, const HandmadeCa& key_of) : name_(std::move(name)), key_(key_of.key_) {}

  [[nodiscard]] const pki::Name& name() const noexcept { return name_; }
  [[nodiscard]] ByteView spki() const noexcept { return key_->public_key().spki(); }
  [[nodiscard]] crypto::SoftwareSigner& key() const noexcept { return *key_; }

  // A certificate by this CA for the subject and its key.
  [[nodiscard]] pki::Certificate issue(const pki::Name& subject, ByteView spki, const HandmadeContent& content) const {
    const crypto::AlgorithmSuite& suite = crypto::default_suite(crypto::KeyKind::ec_p256);
    der::Writer tbs;
    tbs.sequence([&] {
      if (content.version != 1) {
        tbs.constructed(der::context_constructed(0), [&] { tbs.small_unsigned(content.version - 1); });
      }
      tbs.small_unsigned(content.serial);
      tbs.raw(suite.x509_signature_algorithm);
      tbs.raw(name_.der());
      tbs.sequence([&] {
        tbs.time(content.not_before);
        tbs.time(content.not_after);
      });
      tbs.raw(subject.der());
      tbs.raw(spki);
      if (!content.extensions.empty()) {
        tbs.constructed(der::context_constructed(3), [&] {
          tbs.sequence([&] {
            for (const HandmadeExtension& each : content.extensions) {
              tbs.sequence([&] {
                tbs.oid(each.id);
                if (each.critical) {
                  tbs.boolean(true);
                }
                tbs.octet_string(each.value);
              });
            }
          });
        });
      }
    });
    Bytes signature = key_->sign(suite, crypto::digest(suite.digest, tbs.view())).value();
    if (content.spoil_signature) {
      signature.back() ^= 1;
    }
    der::Writer writer;
    writer.sequence([&] {
      writer.raw(tbs.view());
      writer.raw(suite.x509_signature_algorithm);
      writer.bit_string(signature);
    });
    return pki::Certificate::parse(writer.view()).value();
  }
  // The certificate of a CA: basicConstraints and keyUsage, then the given extensions.
  [[nodiscard]] pki::Certificate certify(const HandmadeCa& subject, HandmadeContent content = {}) const {
    content.extensions.insert(content.extensions.begin(), {basic_constraints(true), key_cert_sign()});
    return issue(subject.name(), subject.spki(), content);
  }
  // The certificate of an end entity, with a key that all of them share.
  [[nodiscard]] pki::Certificate certify_end(const pki::Name& subject, const HandmadeContent& content = {}) const {
    static const crypto::SoftwareSigner end = crypto::SoftwareSigner::generate(crypto::KeyKind::ec_p256).value();
    return issue(subject, end.public_key().spki(), content);
  }
  [[nodiscard]] pki::Certificate certify_end(const std::string& common_name,
                                             const HandmadeContent& content = {}) const {
    return certify_end(pki::Name::from_text("CN=" + common_name + ",O=Paths,C=JP").value(), content);
  }
  [[nodiscard]] pki::Certificate self_signed() const { return certify(*this); }

 private:
  pki::Name name_;
  std::shared_ptr<crypto::SoftwareSigner> key_;
};

}  // namespace rakkan::test
