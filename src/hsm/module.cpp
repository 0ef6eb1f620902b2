#include "rakkan/hsm/module.hpp"

#include <algorithm>
#include <array>

#include "hsm/module_impl.hpp"
#include "rakkan/hsm/softhsm.hpp"

namespace rakkan::hsm {
namespace {

// The text of a fixed-size field without the blanks that pad it (PKCS#11 2.40 §2.1).
template <std::size_t size>
std::string unpadded(const unsigned char (&field)[size]) {
  const std::string_view text = text_of(field);
  const std::size_t end = text.find_last_not_of(std::string_view(" \0", 2));
  return std::string(text.substr(0, end == std::string_view::npos ? 0 : end + 1));
}

Outcome<std::vector<CK_SLOT_ID>> slots_with_tokens(const CK_FUNCTION_LIST& functions) {
  // Asking for the count alone also makes SoftHSM look for tokens that were made since.
  for (;;) {
    CK_ULONG count = 0;
    RAKKAN_HSM_CALL(functions, C_GetSlotList, CK_TRUE, nullptr, &count);
    std::vector<CK_SLOT_ID> slots(count);
    const CK_RV code = functions.C_GetSlotList(CK_TRUE, slots.data(), &count);
    if (code == CKR_BUFFER_TOO_SMALL) {
      continue;  // one more slot has come in between
    }
    RAKKAN_HSM_CHECK(check(code, "C_GetSlotList"));
    slots.resize(count);
    return slots;
  }
}

// OwnSession is a session that its destructor closes.
class OwnSession {
 public:
  [[nodiscard]] static Outcome<OwnSession> open(const CK_FUNCTION_LIST& functions, CK_SLOT_ID slot) {
    CK_SESSION_HANDLE handle = 0;
    RAKKAN_HSM_CALL(functions, C_OpenSession, slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &handle);
    return OwnSession(functions, handle);
  }
  OwnSession(OwnSession&& other) noexcept : functions_(other.functions_), handle_(std::exchange(other.handle_, 0)) {}
  OwnSession& operator=(OwnSession&&) = delete;
  OwnSession(const OwnSession&) = delete;
  OwnSession& operator=(const OwnSession&) = delete;
  ~OwnSession() {
    if (handle_ != 0) {
      functions_.C_CloseSession(handle_);
    }
  }
  [[nodiscard]] CK_SESSION_HANDLE handle() const noexcept { return handle_; }

 private:
  OwnSession(const CK_FUNCTION_LIST& functions, CK_SESSION_HANDLE handle) noexcept
      : functions_(functions), handle_(handle) {}

  const CK_FUNCTION_LIST& functions_;
  CK_SESSION_HANDLE handle_;
};

Outcome<void> initialise(const CK_FUNCTION_LIST& functions, const std::string& label, const SecureBytes& so_pin,
                         const SecureBytes& user_pin) {
  RAKKAN_HSM_TRY(const std::vector<FoundToken> before, list_tokens(functions));
  if (std::ranges::any_of(before, [&](const FoundToken& token) {
        return token.description.initialised && token.description.label == label;
      })) {
    return failed(
        Error{ErrorCode::already_exists, "a token of that label exists already", "token " + label, std::nullopt, {}});
  }
  const auto free =
      std::ranges::find_if(before, [](const FoundToken& token) { return !token.description.initialised; });
  if (free == before.end()) {
    return failed(
        Error{ErrorCode::hsm_token_not_found, "no slot has a token that is not initialised yet", {}, std::nullopt, {}});
  }
  std::array<unsigned char, 32> padded{};
  padded.fill(' ');
  std::ranges::copy(label, padded.begin());
  RAKKAN_HSM_CALL(functions, C_InitToken, free->slot, pin_pointer(so_pin), pin_length(so_pin), padded.data());

  // The token may have moved to another slot (SoftHSM numbers slots by the token's serial number).
  RAKKAN_HSM_TRY(const FoundToken token, find_token(functions, {label, std::nullopt}));
  RAKKAN_HSM_TRY(const OwnSession session, OwnSession::open(functions, token.slot));
  RAKKAN_HSM_CALL(functions, C_Login, session.handle(), CKU_SO, pin_pointer(so_pin), pin_length(so_pin));
  const Outcome<void> pin_set =
      check(functions.C_InitPIN(session.handle(), pin_pointer(user_pin), pin_length(user_pin)), "C_InitPIN");
  functions.C_Logout(session.handle());  // the security officer is logged out in any case
  return pin_set;
}

Error missing(const TokenAddress& address, const FoundToken* stranger) {
  std::string where =
      address.label.empty() ? "slot " + std::to_string(address.slot.value_or(0)) : "token " + address.label;
  if (address.serial.empty()) {
    return Error{ErrorCode::hsm_token_not_found, "no initialised token is at that address", where, std::nullopt, {}};
  }
  const std::string what = stranger == nullptr ? "the token with the serial number " + address.serial + " is not there"
                                               : "another token is there, with the serial number " +
                                                     stranger->description.serial + " instead of " + address.serial;
  return Error{ErrorCode::hsm_token_lost, what, std::move(where), std::nullopt, {}};
}

}  // namespace

Outcome<std::vector<FoundToken>> list_tokens(const CK_FUNCTION_LIST& functions) {
  RAKKAN_HSM_TRY(const std::vector<CK_SLOT_ID> slots, slots_with_tokens(functions));
  std::vector<FoundToken> tokens;
  for (const CK_SLOT_ID slot : slots) {
    FoundToken token;
    token.slot = slot;
    const CK_RV code = functions.C_GetTokenInfo(slot, &token.info);
    if (code == CKR_TOKEN_NOT_PRESENT || code == CKR_TOKEN_NOT_RECOGNIZED) {
      continue;  // the token was drawn, or is of a kind that cannot be read
    }
    RAKKAN_HSM_CHECK(check(code, "C_GetTokenInfo"));
    const CK_TOKEN_INFO& info = token.info;
    token.description = {unpadded(info.label),
                         unpadded(info.manufacturerID),
                         unpadded(info.model),
                         unpadded(info.serialNumber),
                         slot,
                         (info.flags & CKF_TOKEN_INITIALIZED) != 0};
    tokens.push_back(std::move(token));
  }
  return tokens;
}

Outcome<FoundToken> find_token(const CK_FUNCTION_LIST& functions, const TokenAddress& address) {
  RAKKAN_HSM_TRY(const std::vector<FoundToken> tokens, list_tokens(functions));
  const FoundToken* found = nullptr;
  const FoundToken* stranger = nullptr;  // a token at that address that is not the wanted one
  for (const FoundToken& token : tokens) {
    const bool wanted = address.label.empty() ? address.slot == token.slot : address.label == token.description.label;
    if (!wanted || !token.description.initialised) {
      continue;
    }
    if (!address.serial.empty() && address.serial != token.description.serial) {
      stranger = &token;
      continue;
    }
    if (found != nullptr) {
      return failed(Error{ErrorCode::hsm_token_not_found,
                          "several tokens have that label; address it by its slot",
                          "token " + address.label,
                          std::nullopt,
                          {}});
    }
    found = &token;
  }
  if (found == nullptr) {
    return failed(missing(address, stranger));
  }
  return *found;
}

Result<std::shared_ptr<Module>> Module::load(Options options) {
  RAKKAN_TRY(std::shared_ptr<Library> library, Library::load(options.module_path));
  return std::shared_ptr<Module>(new Module(std::make_shared<Impl>(Impl{std::move(options), std::move(library)})));
}

Module::~Module() = default;

Result<std::vector<Module::Description>> Module::tokens() const {
  Library& library = *impl_->library;
  if (!library.usable()) {
    return fail(unusable_after_fork());
  }
  const Library::Entry entry(library);
  Outcome<std::vector<FoundToken>> found = list_tokens(library.functions());
  if (!found) {
    return fail(to_error(std::move(found).error()));
  }
  std::vector<Description> descriptions;
  for (FoundToken& token : *found) {
    descriptions.push_back(std::move(token.description));
  }
  return descriptions;
}

Result<void> Module::initialise_token(const std::string& label, const SecureBytes& so_pin,
                                      const SecureBytes& user_pin) {
  if (label.empty() || label.size() > 32 || label.ends_with(' ')) {
    return fail(ErrorCode::invalid_argument, "a token's label has 1 to 32 bytes and no blank at its end");
  }
  Library& library = *impl_->library;
  if (!library.usable()) {
    return fail(unusable_after_fork());
  }
  const std::lock_guard one_at_a_time(library.administration());
  const Library::Entry entry(library);
  Outcome<void> initialised = initialise(library.functions(), label, so_pin, user_pin);
  if (!initialised) {
    return fail(to_error(std::move(initialised).error()));
  }
  return keep_softhsm_tokens();
}

}  // namespace rakkan::hsm
