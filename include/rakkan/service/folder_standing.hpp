// FolderStanding is a data folder's view of itself: its id, the place where it was made, the serial numbers of the
// tokens that it uses, and how all that agrees with the place and the tokens of today. A folder is opened for work only
// where it belongs (EmbeddedService::open): a copy beside the original would go on with the same log under the same
// name, and sign with the same keys. To go on with a folder somewhere else, or without a token, is an operator's
// decision, and an entry of the trail (folder.adopted).
#pragma once

#include <string>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/service/folder_place.hpp"

namespace rakkan::service {

struct EmbeddedOptions;

struct TokenStanding {
  std::string label;   // as credentials name it
  std::string serial;  // serial number of the token that the folder knows
  std::string now;     // serial number of the token that the module shows; empty: it shows none of that label
};

struct FolderStanding {
  std::string id;         // 32 hexadecimal digits
  FolderPlace made;       // where the folder was made or adopted: where it belongs
  FolderPlace here;       // where it is now
  bool original = false;  // whether another folder of the same id is still at `made`
  std::vector<TokenStanding> tokens;
  // Everything that keeps the folder from being used as it is: data_folder_copied, data_folder_on_another_machine,
  // hsm_token_lost, and hsm_ codes when the tokens cannot be looked at.
  std::vector<Error> findings;
};

// Finds out how a folder stands. Locks it meanwhile, and changes nothing in it but what an older version of Rakkan left
// to be done (the store's schema, the folder's id). data_folder_missing, data_folder_in_use, permissions_unsafe,
// store_unavailable, store_corrupt.
[[nodiscard]] Result<FolderStanding> standing_of(const EmbeddedOptions& options);

// The decision with which an EmbeddedService adopts its folder.
struct Adoption {
  std::string by;                // the person or program that decided, as the trail names it
  std::string reason;            // may be empty
  bool beside_original = false;  // also when the original is still there; the copy gets an id of its own then
};

}  // namespace rakkan::service
