#include "description.hpp"

#include <array>

namespace rakkan::certs {
namespace {

using crypto::KeyKind;
using std::chrono::days;

constexpr days years(int count) { return days(365 * count); }

// Persons and companies are invented. 髙, 﨑 and 𠮷 (outside the basic plane) are in Japanese names and break careless
// programs.
// clang-format off
constexpr std::array kDescriptions = {
  Description{kRoot, "CN=ラッカン開発用ルート認証局,O=株式会社ラッカン,C=JP", Profile::root, KeyKind::rsa_4096, years(20)},
  Description{kIssuingCa, "CN=ラッカン開発用発行認証局,O=株式会社ラッカン,C=JP", Profile::issuing_ca, KeyKind::rsa_3072, years(15)},

  Description{"operator", "CN=株式会社ラッカン 立会人,O=株式会社ラッカン,C=JP", Profile::document, KeyKind::rsa_2048, years(3)},
  Description{"operator-p256", "CN=株式会社ラッカン 立会人,OU=P-256,O=株式会社ラッカン,C=JP", Profile::document, KeyKind::ec_p256, years(3)},
  Description{"party-yamada", "CN=山田 太郎,O=株式会社みなと電子,C=JP", Profile::document, KeyKind::rsa_2048, years(2)},
  Description{"party-takasaki", "CN=髙﨑 美咲,O=合同会社髙﨑設計事務所,C=JP", Profile::document, KeyKind::ec_p256, years(2)},
  Description{"party-yoshino", "CN=𠮷野 花子,O=有限会社𠮷野商店,C=JP", Profile::document, KeyKind::rsa_3072, years(2)},
  Description{"tsu", "CN=ラッカン開発用タイムスタンプ局 TSU 1,O=株式会社ラッカン,C=JP", Profile::timestamp, KeyKind::ec_p256, years(11)},
  Description{"tsu-rsa", "CN=ラッカン開発用タイムスタンプ局 TSU 2,O=株式会社ラッカン,C=JP", Profile::timestamp, KeyKind::rsa_2048, years(11)},
  Description{"ocsp", "CN=ラッカン開発用OCSPレスポンダ,O=株式会社ラッカン,C=JP", Profile::ocsp, KeyKind::ec_p256, years(1)},

  Description{"lie-expired", "CN=期限 切太,O=株式会社みなと電子,C=JP", Profile::document, KeyKind::ec_p256, years(1), Lie::expired},
  Description{"lie-wrong-eku", "CN=ラッカン開発用タイムスタンプ局 TSU 9,O=株式会社ラッカン,C=JP", Profile::timestamp, KeyKind::ec_p256, years(11), Lie::wrong_eku},
  Description{"lie-mismatched-key", "CN=鍵野 違子,O=株式会社みなと電子,C=JP", Profile::document, KeyKind::ec_p256, years(2), Lie::mismatched_key},
  Description{"lie-revoked", "CN=失効 済太,O=株式会社みなと電子,C=JP", Profile::document, KeyKind::ec_p256, years(2), Lie::revoked},
};
// clang-format on

}  // namespace

std::span<const Description> descriptions() noexcept { return kDescriptions; }

std::string_view name(Profile profile) noexcept {
  switch (profile) {
    case Profile::root:
      return "root";
    case Profile::issuing_ca:
      return "issuing-ca";
    case Profile::document:
      return "document";
    case Profile::timestamp:
      return "timestamp";
    case Profile::ocsp:
      return "ocsp";
  }
  return {};
}

std::string_view name(Lie lie) noexcept {
  switch (lie) {
    case Lie::none:
      return {};
    case Lie::expired:
      return "expired";
    case Lie::wrong_eku:
      return "wrong-eku";
    case Lie::mismatched_key:
      return "mismatched-key";
    case Lie::revoked:
      return "revoked";
  }
  return {};
}

}  // namespace rakkan::certs
