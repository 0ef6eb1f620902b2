#include "listing.hpp"

#include <boost/json.hpp>

#include "rakkan/base/hex.hpp"

namespace rakkan::certs {
namespace {

namespace json = boost::json;

json::object certificate_row(const ListedCertificate& listed) {
  const std::string name(listed.description.name);
  json::object row;
  row["name"] = name;
  row["profile"] = certs::name(listed.description.profile);
  row["subject"] = listed.certificate.subject().text();
  row["issuer"] = listed.certificate.issuer().text();
  row["serial_number"] = to_hex(listed.certificate.serial_number());
  row["not_before"] = to_rfc3339(listed.certificate.validity().not_before);
  row["not_after"] = to_rfc3339(listed.certificate.validity().not_after);
  row["certificate"] = "certificates/" + name + ".pem";
  if (listed.description.profile != Profile::root) {
    row["chain"] = "certificates/" + name + ".chain.pem";
  }
  row["token"] = name;
  row["pin"] = "pins/" + name + ".pin";
  row["key"] =
      json::object{{"label", name}, {"id", to_hex(listed.key_id)}, {"kind", crypto::name(listed.description.key)}};
  row["lie"] =
      listed.description.lie == Lie::none ? json::value(nullptr) : json::value(certs::name(listed.description.lie));
  return row;
}

json::object crl_row(std::string_view issuer) {
  const std::string name(issuer);
  return {{"issuer", name}, {"der", "crls/" + name + ".crl"}, {"pem", "crls/" + name + ".pem"}};
}

}  // namespace

std::string listing_json(const std::vector<ListedCertificate>& certificates, Instant made,
                         const std::string& authority) {
  json::object listing;
  listing["made"] = to_rfc3339(made);
  listing["authority"] = authority;
  listing["softhsm_configuration"] = "softhsm2.conf";
  listing["trust_anchors"] = json::array{"trust/" + std::string(kRoot) + ".pem"};
  json::array rows;
  for (const ListedCertificate& listed : certificates) {
    rows.push_back(certificate_row(listed));
  }
  listing["certificates"] = std::move(rows);
  listing["crls"] = json::array{crl_row(kRoot), crl_row(kIssuingCa)};
  return json::serialize(listing) + "\n";
}

}  // namespace rakkan::certs
