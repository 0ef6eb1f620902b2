#include "pki/crl_scope.hpp"

#include <algorithm>
#include <set>

#include "pki/distribution_points.hpp"
#include "rakkan/der/reader.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::pki {
namespace {

// Of a certificate with more distribution points the rest is not looked at.
constexpr std::size_t kMostPoints = 64;

using NameKeys = std::set<std::string>;

// A URI as far as §7.4 has it: scheme and host without regard to case.
std::string uri_key(std::string_view uri) {
  const std::size_t authority = uri.find("://");
  const std::size_t end = authority == std::string_view::npos ? 0 : std::min(uri.find('/', authority + 3), uri.size());
  std::string key = "uri ";
  for (std::size_t i = 0; i < uri.size(); ++i) {
    const char c = uri[i];
    key.push_back(i < end && c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return key;
}

// A text that is equal for GeneralNames that are the same name.
std::string general_name_key(ByteView encoding) {
  der::Reader reader(encoding);
  const auto name = read_general_name(reader);
  if (name && name->kind == GeneralName::Kind::directory) {
    return "directory " + name->directory_key;
  }
  if (name && name->kind == GeneralName::Kind::uri) {
    return uri_key(name->text());
  }
  return "other " + std::string(text_of(encoding));
}

// nameRelativeToCRLIssuer: the RelativeDistinguishedName behind the issuer's name (§4.2.1.13, §5.2.5).
std::optional<Name> full_name(ByteView relative_name, const Name& issuer) {
  der::Reader reader(issuer.der());
  const auto rdns = reader.content(der::Tag::sequence);
  if (!rdns) {
    return std::nullopt;
  }
  der::Writer writer;
  writer.sequence([&] {
    writer.raw(*rdns);
    writer.constructed(der::Tag::set, [&] { writer.raw(relative_name); });
  });
  const auto name = Name::parse(writer.view());
  return name ? std::optional(*name) : std::nullopt;
}

NameKeys keys_of(const std::vector<ByteView>& names) {
  NameKeys keys;
  for (const ByteView each : names) {
    keys.insert(general_name_key(each));
  }
  return keys;
}
NameKeys keys_of(const DistributionPointName& name, const Name& issuer) {
  if (name.relative_name.empty()) {
    return keys_of(name.full_name);
  }
  const auto full = full_name(name.relative_name, issuer);
  return full ? NameKeys{"directory " + full->comparison_key()} : NameKeys();
}

bool have_one_in_common(const NameKeys& a, const NameKeys& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& each) { return b.contains(each); });
}

std::vector<DistributionPoint> points_of(const Certificate& certificate) {
  auto points = crl_distribution_points(certificate).value_or(std::vector<DistributionPoint>());
  if (points.size() > kMostPoints) {
    points.resize(kMostPoints);
  }
  return points;
}

bool is_ca(const Certificate& certificate) {
  return certificate.basic_constraints() && certificate.basic_constraints()->is_ca;
}

ReasonFlags reasons_of(const std::optional<ReasonFlags>& flags) {
  return flags ? ReasonFlags{static_cast<std::uint16_t>(flags->bits & kAllReasons.bits)} : kAllReasons;
}

// Coverage compares one list with the points of one certificate.
class Coverage {
 public:
  Coverage(const CertificateList& list, const Certificate& certificate) : list_(list), certificate_(certificate) {
    if (const auto& point = list.issuing_distribution_point()) {
      scope_ = &*point;
      if (point->distribution_point) {
        list_names_ = keys_of(*point->distribution_point, list.issuer());
      }
    }
  }

  CrlCoverage result() {
    for (const DistributionPoint& point : points_of(certificate_)) {
      look_at(point);
    }
    look_at_issuer();
    if (coverage_.reasons.bits != 0) {
      coverage_.flaw.reset();
      coverage_.detail.clear();
    }
    return std::move(coverage_);
  }

 private:
  void look_at(const DistributionPoint& point) {  // §6.3.3 (b) (1)
    if (point.crl_issuer.empty()) {
      if (is_of_issuer()) {
        const NameKeys names = point.name ? keys_of(*point.name, certificate_.issuer()) : NameKeys();
        look_at_scope(names, reasons_of(point.reasons), false);
      }
      return;
    }
    const NameKeys issuers = keys_of(point.crl_issuer);
    if (!issuers.contains("directory " + list_.issuer().comparison_key())) {
      return;
    }
    if (scope_ == nullptr || !scope_->indirect_crl) {
      refuse(RevocationFlaw::not_indirect,
             "the certificate names the list's issuer, and the list is not an indirect one");
      return;
    }
    const NameKeys names = point.name ? keys_of(*point.name, list_.issuer()) : issuers;
    look_at_scope(names, reasons_of(point.reasons), true);
  }

  // The point that the standard assumes beside those of the certificate.
  void look_at_issuer() {
    if (!is_of_issuer()) {
      refuse(RevocationFlaw::crl_issuer_name,
             "the list is of " + list_.issuer().text() + ", the certificate of " + certificate_.issuer().text());
      return;
    }
    look_at_scope({"directory " + certificate_.issuer().comparison_key()}, kAllReasons, false);
  }

  void look_at_scope(const NameKeys& names, ReasonFlags reasons, bool by_crl_issuer) {
    if (scope_ != nullptr) {
      if (scope_->distribution_point && !have_one_in_common(list_names_, names)) {
        refuse(RevocationFlaw::distribution_point, "the list is about another distribution point");
        return;
      }
      if (scope_->only_contains_user_certificates && is_ca(certificate_)) {
        refuse(RevocationFlaw::only_user_certificates, "the list has no certificates of CAs");
        return;
      }
      if (scope_->only_contains_ca_certificates && !is_ca(certificate_)) {
        refuse(RevocationFlaw::only_ca_certificates, "the list has certificates of CAs alone");
        return;
      }
      if (scope_->only_contains_attribute_certificates) {
        refuse(RevocationFlaw::only_attribute_certificates, "the list has attribute certificates alone");
        return;
      }
      reasons.bits = static_cast<std::uint16_t>(reasons.bits & reasons_of(scope_->only_some_reasons).bits);
    }
    if (reasons.bits == 0) {
      refuse(RevocationFlaw::no_reasons, "the list is about no reason of the distribution point");
      return;
    }
    coverage_.reasons.bits = static_cast<std::uint16_t>(coverage_.reasons.bits | reasons.bits);
    coverage_.by_crl_issuer = coverage_.by_crl_issuer || by_crl_issuer;
  }

  [[nodiscard]] bool is_of_issuer() {
    if (!of_issuer_) {
      of_issuer_ = list_.issuer().matches(certificate_.issuer());
    }
    return *of_issuer_;
  }

  void refuse(RevocationFlaw flaw, std::string detail) {
    if (!coverage_.flaw || *coverage_.flaw < flaw) {
      coverage_.flaw = flaw;
      coverage_.detail = std::move(detail);
    }
  }

  const CertificateList& list_;
  const Certificate& certificate_;
  const IssuingDistributionPoint* scope_ = nullptr;
  NameKeys list_names_;
  std::optional<bool> of_issuer_;
  CrlCoverage coverage_;
};

// §6.3.3 (c) (2): both without issuingDistributionPoint, or with one that says the same.
bool have_same_scope(const CertificateList& a, const CertificateList& b) {
  const auto& left = a.issuing_distribution_point();
  const auto& right = b.issuing_distribution_point();
  if (!left || !right) {
    return !left && !right;
  }
  const auto names = [](const CertificateList& list) {
    const auto& name = list.issuing_distribution_point()->distribution_point;
    return name ? std::optional(keys_of(*name, list.issuer())) : std::nullopt;
  };
  return left->only_contains_user_certificates == right->only_contains_user_certificates &&
         left->only_contains_ca_certificates == right->only_contains_ca_certificates &&
         left->only_contains_attribute_certificates == right->only_contains_attribute_certificates &&
         left->indirect_crl == right->indirect_crl && left->only_some_reasons == right->only_some_reasons &&
         names(a) == names(b);
}

// Magnitudes without leading zero octets, as der::Reader gives them.
bool is_less(ByteView a, ByteView b) {
  return a.size() != b.size() ? a.size() < b.size()
                              : std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

CrlCoverage crl_coverage(const CertificateList& list, const Certificate& certificate) {
  if (const auto& unknown = list.unknown_critical_extension()) {
    return {RevocationFlaw::critical_extension, "the list has the unknown critical extension " + unknown->dotted(), {}};
  }
  return Coverage(list, certificate).result();
}

std::vector<Name> crl_issuers_of(const Certificate& certificate) {
  std::vector<Name> names;
  for (const DistributionPoint& point : points_of(certificate)) {
    const auto name = directory_name(point.crl_issuer);
    if (name && *name) {
      names.push_back(**name);
    }
  }
  return names;
}

bool continues(const CertificateList& delta, const CertificateList& complete) {
  const auto base = delta.base_crl_number();
  const auto number = delta.crl_number();
  const auto complete_number = complete.crl_number();
  if (!base || !number || !complete_number || complete.base_crl_number()) {
    return false;
  }
  const auto left = delta.authority_key_identifier();
  const auto right = complete.authority_key_identifier();
  return !is_less(*complete_number, *base) && is_less(*complete_number, *number) &&
         left.has_value() == right.has_value() && (!left || equal(*left, *right)) &&
         delta.issuer().matches(complete.issuer()) && have_same_scope(delta, complete);
}

}  // namespace rakkan::pki
