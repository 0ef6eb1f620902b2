// A data folder knows which one it is: its id, the place where it was made, and the serial numbers of the tokens that
// it uses. It is opened for work only where it belongs (EmbeddedService::open): a copy beside the original would go on
// with the same log under the same name, and sign with the same keys. To go on with a folder somewhere else, or without
// a token, is a decision that somebody takes, and an entry of the trail (folder.adopted).
#pragma once

#include <string>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/service/folder_place.hpp"

namespace rakkan::service {

struct EmbeddedOptions;

struct TokenStanding {
  std::string label;   // as credentials name it
  std::string serial;  // of the token that the folder knows
  std::string now;     // of the token that is there; empty: none is
};

struct FolderStanding {
  std::string id;         // 32 hexadecimal digits
  FolderPlace made;       // or adopted: where it belongs
  FolderPlace here;       // where it is
  bool original = false;  // and at `made` there is another one of the same id still
  std::vector<TokenStanding> tokens;
  // Everything that keeps it from being used as it is: data_folder_copied, data_folder_on_another_machine,
  // hsm_token_lost, and hsm_ codes when the tokens cannot be looked at.
  std::vector<Error> findings;
};

// Locks the folder, and changes nothing but what an older version left undone. data_folder_missing,
// data_folder_in_use, permissions_unsafe, store_unavailable, store_corrupt.
[[nodiscard]] Result<FolderStanding> standing_of(const EmbeddedOptions& options);

// With what an EmbeddedService adopts its folder. Where it is elsewhere than it belongs it gets an id of its own, and
// the trail says of which folder it is a copy.
struct Adoption {
  std::string by;                // who, as the trail says it
  std::string reason;            // may be empty
  bool beside_original = false;  // also when the original is still there
};

}  // namespace rakkan::service
