#include "pki/name_constraint_check.hpp"

#include <algorithm>
#include <string_view>

#include "rakkan/base/ip_address.hpp"

namespace rakkan::pki {
namespace {

using Kind = GeneralName::Kind;

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_host(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool ends_with_host(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && same_host(text.substr(text.size() - end.size()), end);
}

// "Any DNS name that can be constructed by simply adding zero or more labels to the left-hand side of the name
// satisfies the name constraint." A leading full stop, which only URIs know, asks for one label at least.
bool is_dns_within(std::string_view name, std::string_view subtree) noexcept {
  if (subtree.empty()) {
    return true;
  }
  if (!ends_with_host(name, subtree)) {
    return false;
  }
  return name.size() == subtree.size() || subtree.front() == '.' || name[name.size() - subtree.size() - 1] == '.';
}

// "*.example.com" stands for every name of one more label: it is excluded as soon as one of those is.
bool wildcard_reaches(std::string_view name, std::string_view subtree) noexcept {
  if (!name.starts_with("*.")) {
    return false;
  }
  const std::string_view parent = name.substr(1);  // ".example.com"
  return ends_with_host(subtree, parent) &&
         subtree.substr(0, subtree.size() - parent.size()).find('.') == std::string_view::npos;
}

// A host below a domain (".example.com"), or the host itself.
bool is_host_within(std::string_view host, std::string_view subtree) noexcept {
  if (subtree.starts_with('.')) {
    return host.size() > subtree.size() && ends_with_host(host, subtree);
  }
  return subtree.empty() || same_host(host, subtree);
}

// A mailbox, all mailboxes of a host, or those of the hosts of a domain. The part before the @ keeps its case (RFC 5280
// §7.5).
bool is_mailbox_within(std::string_view mailbox, std::string_view subtree) noexcept {
  const std::size_t at = mailbox.rfind('@');
  if (at == std::string_view::npos) {
    return false;
  }
  const std::size_t subtree_at = subtree.rfind('@');
  if (subtree_at != std::string_view::npos) {
    return mailbox.substr(0, at) == subtree.substr(0, subtree_at) &&
           same_host(mailbox.substr(at + 1), subtree.substr(subtree_at + 1));
  }
  return is_host_within(mailbox.substr(at + 1), subtree);
}

// The host of a URI with an authority (RFC 3986 §3.2); nothing when there is none.
std::optional<std::string_view> host_of(std::string_view uri) noexcept {
  const std::size_t scheme = uri.find("://");
  if (scheme == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view authority = uri.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const std::size_t user = authority.rfind('@'); user != std::string_view::npos) {
    authority.remove_prefix(user + 1);
  }
  if (authority.starts_with('[')) {
    return std::nullopt;  // an IP address
  }
  authority = authority.substr(0, authority.find(':'));
  if (authority.empty() || IpAddress::parse(authority)) {
    return std::nullopt;
  }
  return authority;
}

bool is_address_within(ByteView address, ByteView range) noexcept {
  if (range.size() != 2 * address.size()) {
    return false;  // of the other version of IP
  }
  for (std::size_t i = 0; i < address.size(); ++i) {
    const Byte mask = range[address.size() + i];
    if ((address[i] & mask) != (range[i] & mask)) {
      return false;
    }
  }
  return true;
}

// The kinds of names whose constraints we know. §4.2.1.10: with a constraint on another kind, a certificate with a name
// of that kind is refused.
constexpr bool is_processed(Kind kind) noexcept {
  switch (kind) {
    case Kind::rfc822:
    case Kind::dns:
    case Kind::directory:
    case Kind::uri:
    case Kind::ip_address:
      return true;
    case Kind::other:
    case Kind::x400:
    case Kind::edi_party:
    case Kind::registered_id:
      return false;
  }
  return false;
}

std::string words_of(const GeneralName& name) {
  std::string words(to_string(name.kind));
  if (name.kind == Kind::rfc822 || name.kind == Kind::dns || name.kind == Kind::uri) {
    words.append(" ").append(name.text());
  }
  return words;
}

bool has_kind(const std::vector<GeneralName>& subtrees, Kind kind) {
  return std::any_of(subtrees.begin(), subtrees.end(), [&](const GeneralName& each) { return each.kind == kind; });
}

}  // namespace

bool is_within(const GeneralName& name, const GeneralName& subtree) {
  switch (name.kind) {
    case Kind::rfc822:
      return is_mailbox_within(name.text(), subtree.text());
    case Kind::dns:
      return is_dns_within(name.text(), subtree.text());
    case Kind::directory:
      return name.directory_key.starts_with(subtree.directory_key);
    case Kind::uri: {
      const auto host = host_of(name.text());
      return host && is_host_within(*host, subtree.text());
    }
    case Kind::ip_address:
      return is_address_within(name.value, subtree.value);
    case Kind::other:
    case Kind::x400:
    case Kind::edi_party:
    case Kind::registered_id:
      break;
  }
  return false;
}

Result<std::optional<NameSpace::Violation>> NameSpace::check_name(const GeneralName& name) {
  for (const NameConstraints* each : constraints_) {
    const std::size_t cost = each->permitted.size() + each->excluded.size();
    if (cost > left_) {
      return fail(ErrorCode::certificate_path_limit, "the path's name constraints take too many comparisons");
    }
    left_ -= cost;
    const bool permits = has_kind(each->permitted, name.kind);
    const bool excludes = has_kind(each->excluded, name.kind);
    if (!permits && !excludes) {
      continue;
    }
    if (!is_processed(name.kind)) {
      return Violation{PathRefusal::name_kind, "a constraint on names of the kind " + words_of(name)};
    }
    if (name.kind == Kind::uri && !host_of(name.text())) {
      // §4.2.1.10: a URI without a host name is refused where names of URIs are constrained.
      return Violation{PathRefusal::name_not_permitted, words_of(name) + " names no host"};
    }
    const auto holds = [&](const GeneralName& subtree) {
      return subtree.kind == name.kind && is_within(name, subtree);
    };
    if (permits && std::none_of(each->permitted.begin(), each->permitted.end(), holds)) {
      return Violation{PathRefusal::name_not_permitted, words_of(name) + " is not permitted"};
    }
    const auto reaches = [&](const GeneralName& subtree) {
      return holds(subtree) ||
             (subtree.kind == name.kind && name.kind == Kind::dns && wildcard_reaches(name.text(), subtree.text()));
    };
    if (std::any_of(each->excluded.begin(), each->excluded.end(), reaches)) {
      return Violation{PathRefusal::name_excluded, words_of(name) + " is excluded"};
    }
  }
  return std::optional<Violation>();
}

Result<std::optional<NameSpace::Violation>> NameSpace::check(const PathExtensions& of_certificate) {
  if (constraints_.empty()) {
    return std::optional<Violation>();
  }
  if (!of_certificate.subject_key.empty()) {
    RAKKAN_TRY(auto violation, check_name({Kind::directory, {}, of_certificate.subject_key}));
    if (violation) {
      return violation;
    }
  }
  for (const std::string& address : of_certificate.subject_addresses) {
    RAKKAN_TRY(auto violation, check_name({Kind::rfc822, bytes_of(address), {}}));
    if (violation) {
      return violation;
    }
  }
  for (const GeneralName& name : of_certificate.subject_names) {
    RAKKAN_TRY(auto violation, check_name(name));
    if (violation) {
      return violation;
    }
  }
  return std::optional<Violation>();
}

}  // namespace rakkan::pki
