#include "pki/distribution_points.hpp"

#include <algorithm>

#include "pki/object_identifiers.hpp"

namespace rakkan::pki {
namespace {

using der::Reader;
using der::Tag;

constexpr unsigned kDirectoryName = 4;
constexpr unsigned kUri = 6;

// The URL of a GeneralName uniformResourceIdentifier [6] IA5String; nothing for other names, and for text that no URL
// has: blanks, controls and characters that are not ASCII (RFC 3986 §2).
std::optional<std::string> url_of(ByteView general_name) {
  Reader reader(general_name);
  const auto element = reader.element(der::context(kUri));
  if (!element || element->content.empty() ||
      std::any_of(element->content.begin(), element->content.end(), [](Byte c) { return c <= 0x20 || c >= 0x7F; })) {
    return std::nullopt;
  }
  return std::string(text_of(element->content));
}

// DistributionPoint (distribution_point.hpp). RFC 5280 §4.2.1.13: it does not consist of reasons alone.
Result<DistributionPoint> parse_distribution_point(Reader& points) {
  RAKKAN_TRY(Reader fields, points.enter(Tag::sequence));
  DistributionPoint point;
  RAKKAN_TRY(point.name, parse_distribution_point_name(fields));
  RAKKAN_TRY(point.reasons, parse_reason_flags(fields, 1));
  RAKKAN_TRY(const auto issuer, fields.enter_if(der::context_constructed(2)));
  if (issuer) {
    RAKKAN_TRY(point.crl_issuer, parse_general_names(*issuer));
  }
  RAKKAN_CHECK(fields.end());
  if (!point.name && point.crl_issuer.empty()) {
    return fields.malformed("a distribution point without name and issuer");
  }
  return point;
}

Error of_certificate(Error error, const der::Oid& id) {
  error.code = ErrorCode::malformed_certificate;
  error.where += (error.where.empty() ? "extension " : ", extension ") + id.dotted();
  return error;
}

Result<std::vector<DistributionPoint>> points_of(const Certificate& certificate, const der::Oid& id) {
  const Extension* extension = certificate.find_extension(id);
  if (extension == nullptr) {
    return std::vector<DistributionPoint>();
  }
  return parse_distribution_points(extension->value).map_error([&](Error error) {
    return of_certificate(std::move(error), id);
  });
}

// AuthorityInfoAccessSyntax ::= SEQUENCE SIZE (1..MAX) OF AccessDescription { accessMethod OBJECT IDENTIFIER,
//      accessLocation GeneralName } (RFC 5280 §4.2.2.1)
Result<AuthorityInformationAccess> parse_authority_information_access(ByteView value) {
  Reader top(value);
  RAKKAN_TRY(Reader descriptions, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  AuthorityInformationAccess access;
  do {
    RAKKAN_TRY(Reader description, descriptions.enter(Tag::sequence));
    RAKKAN_TRY(const der::Oid method, description.oid());
    RAKKAN_TRY(const der::Element location, description.any());
    RAKKAN_CHECK(description.end());
    auto url = url_of(location.encoding);
    if (url && method == kAccessMethodOcsp) {
      access.ocsp.push_back(*std::move(url));
    } else if (url && method == kAccessMethodCaIssuers) {
      access.ca_issuers.push_back(*std::move(url));
    }
  } while (!descriptions.at_end());
  return access;
}

}  // namespace

Result<std::vector<ByteView>> parse_general_names(Reader names) {
  std::vector<ByteView> result;
  do {
    RAKKAN_TRY(const der::Element name, names.any());
    if ((static_cast<Byte>(name.tag) & 0xC0U) != 0x80) {
      return names.malformed("not a GeneralName");
    }
    result.push_back(name.encoding);
  } while (!names.at_end());
  return result;
}

Result<std::optional<Name>> directory_name(const std::vector<ByteView>& names) {
  for (const ByteView encoding : names) {
    Reader reader(encoding);
    RAKKAN_TRY(const auto name, reader.enter_if(der::context_constructed(kDirectoryName)));  // EXPLICIT: a CHOICE
    if (name) {
      RAKKAN_TRY(Name parsed, Name::parse(name->rest()));
      return parsed;
    }
  }
  return std::nullopt;
}

Result<std::optional<DistributionPointName>> parse_distribution_point_name(Reader& reader) {
  RAKKAN_TRY(auto choice, reader.enter_if(der::context_constructed(0)));
  if (!choice) {
    return std::nullopt;
  }
  DistributionPointName name;
  RAKKAN_TRY(const auto full_name, choice->enter_if(der::context_constructed(0)));
  if (full_name) {
    RAKKAN_TRY(name.full_name, parse_general_names(*full_name));
  } else {
    RAKKAN_TRY(name.relative_name, choice->content(der::context_constructed(1)));
    if (name.relative_name.empty()) {
      return choice->malformed("a RelativeDistinguishedName is empty");
    }
  }
  RAKKAN_CHECK(choice->end());
  return name;
}

Result<std::optional<ReasonFlags>> parse_reason_flags(Reader& reader, unsigned number) {
  const Reader at = reader;
  RAKKAN_TRY(const auto element, reader.element_if(der::context(number)));
  if (!element) {
    return std::nullopt;
  }
  // The content of a BIT STRING: the count of unused bits, then the bits.
  const ByteView content = element->content;
  if (content.empty() || content[0] > 7 || (content.size() == 1 && content[0] != 0)) {
    return at.malformed("reasons are no BIT STRING");
  }
  const der::BitString bits{content.subspan(1), content[0]};
  ReasonFlags flags;
  for (unsigned bit = 0; bit <= 8; ++bit) {
    flags.bits = static_cast<std::uint16_t>(flags.bits | (bits.bit(bit) ? 1U << bit : 0U));
  }
  return flags;
}

Result<std::vector<DistributionPoint>> parse_distribution_points(ByteView value) {
  Reader top(value);
  RAKKAN_TRY(Reader points, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  std::vector<DistributionPoint> result;
  do {
    RAKKAN_TRY(DistributionPoint point, parse_distribution_point(points));
    result.push_back(std::move(point));
  } while (!points.at_end());
  return result;
}

std::vector<std::string> DistributionPointName::urls() const {
  std::vector<std::string> result;
  for (const ByteView name : full_name) {
    if (auto url = url_of(name)) {
      result.push_back(*std::move(url));
    }
  }
  return result;
}

Result<std::vector<DistributionPoint>> crl_distribution_points(const Certificate& certificate) {
  return points_of(certificate, kCrlDistributionPoints);
}
Result<std::vector<DistributionPoint>> freshest_crl(const Certificate& certificate) {
  return points_of(certificate, kFreshestCrl);
}

Result<AuthorityInformationAccess> authority_information_access(const Certificate& certificate) {
  const Extension* extension = certificate.find_extension(kAuthorityInfoAccess);
  if (extension == nullptr) {
    return AuthorityInformationAccess();
  }
  return parse_authority_information_access(extension->value).map_error([](Error error) {
    return of_certificate(std::move(error), kAuthorityInfoAccess);
  });
}

}  // namespace rakkan::pki
