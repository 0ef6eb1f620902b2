#include "rakkan/service/folder_standing.hpp"

#include <map>
#include <utility>

#include "rakkan/crypto/system_random.hpp"
#include "rakkan/hsm/softhsm.hpp"
#include "service/folder_check.hpp"
#include "service/open_folder.hpp"

namespace rakkan::service {
namespace {

void look_at_tokens(const EmbeddedOptions& options, RandomSource& random,
                    const std::map<std::string, std::string>& known, FolderStanding& standing) {
  if (auto own = hsm::use_softhsm_folder(options.data_dir); !own) {
    standing.findings.push_back(std::move(own).error());
  }
  if (auto own = hsm::use_softhsm_folder(options.data_dir, hsm::TokenPath::own_whatever); !own) {
    return;
  }
  const auto keys = credentials::make_hsm_keys(options.hsm, options.service.token, options.data_dir, random);
  Result<std::vector<credentials::TokenSeen>> seen = keys->tokens();
  if (!seen) {
    standing.findings.push_back(std::move(seen).error());
    seen = std::vector<credentials::TokenSeen>{};
  }
  standing.tokens = compare(known, *seen);
  for (const TokenStanding& token : standing.tokens) {
    if (token.now != token.serial) {
      const std::string what = token.now.empty() ? "the token with the serial number " + token.serial + " is not there"
                                                 : "another token is there, with the serial number " + token.now +
                                                       " instead of " + token.serial;
      standing.findings.push_back({ErrorCode::hsm_token_lost, what, "token " + token.label, std::nullopt, {}});
    }
  }
}

}  // namespace

Result<FolderStanding> standing_of(const EmbeddedOptions& options) {
  RAKKAN_CHECK(check_is_data_folder(options.data_dir));
  RAKKAN_TRY(const store::DataFolder lock, store::DataFolder::lock(options.data_dir));
  RAKKAN_CHECK(check_folder(options.data_dir));
  RAKKAN_TRY(const auto store, store::open_sqlite(options.data_dir, options.store));
  crypto::SystemRandom random;
  RAKKAN_TRY(const FolderIdentity identity, FolderIdentity::open(*store, random, options.data_dir));
  RAKKAN_TRY(const auto known, FolderTokens::read(*store));
  FolderStanding standing{identity.id(), identity.made(), identity.here(), identity.original_is_there(), {}, {}};
  if (auto belongs = identity.check(); !belongs) {
    standing.findings.push_back(std::move(belongs).error());
  }
  look_at_tokens(options, random, known, standing);
  return standing;
}

}  // namespace rakkan::service
