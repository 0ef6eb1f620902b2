// The state of a Module, and reading slots and tokens.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hsm/library.hpp"
#include "rakkan/hsm/module.hpp"
#include "rakkan/hsm/token.hpp"

namespace rakkan::hsm {

struct Module::Impl {
  Options options;
  std::shared_ptr<Library> library;
};

struct FoundToken {
  CK_SLOT_ID slot = 0;
  Module::Description description;
  CK_TOKEN_INFO info{};
};

// Every slot with a token in it. To be called in an Entry.
[[nodiscard]] Outcome<std::vector<FoundToken>> list_tokens(const CK_FUNCTION_LIST& functions);
// The one initialised token at that address; hsm_token_not_found, hsm_token_lost. To be called in an Entry.
[[nodiscard]] Outcome<FoundToken> find_token(const CK_FUNCTION_LIST& functions, const TokenAddress& address);

// A PIN as the C API takes it.
[[nodiscard]] inline CK_UTF8CHAR_PTR pin_pointer(const SecureBytes& pin) noexcept {
  return const_cast<CK_UTF8CHAR_PTR>(pin.view().data());
}
[[nodiscard]] inline CK_ULONG pin_length(const SecureBytes& pin) noexcept { return pin.view().size(); }

[[nodiscard]] inline Error unusable_after_fork() {
  return Error{
      ErrorCode::hsm_module_unusable, "the process forked after the PKCS#11 module was loaded", {}, std::nullopt, {}};
}

}  // namespace rakkan::hsm
