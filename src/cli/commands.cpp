#include <array>

#include "cli/command.hpp"
#include "cli/make_commands.hpp"

namespace rakkan::cli {
namespace {

constexpr std::array kGroups = {
    GroupRow{"credentials", "Keys in the token and their certificates"},
    GroupRow{"keys", "API keys of callers"},
    GroupRow{"signatures", "Signatures that wait for their timestamp"},
    GroupRow{"audit", "The log of everything that was signed and refused"},
    GroupRow{"data", "The data folder as a whole"},
    GroupRow{"config", "The configuration"},
};

constexpr std::array kCommands = {
    CommandRow{"", "init", "Make a data folder: configuration, store, tokens", make_init_command},
    CommandRow{"credentials", "generate", "Generate a key in its token", make_credentials_generate_command},
    CommandRow{"credentials", "adopt", "Use a key that is in its token already", make_credentials_adopt_command},
    CommandRow{"credentials", "rotate", "Generate a credential's next key beside the present one",
               make_credentials_rotate_command},
    CommandRow{"credentials", "csr", "Write a certificate request (PKCS #10) for a key", make_credentials_csr_command},
    CommandRow{"credentials", "import", "Take the certificate that a CA issued for a key",
               make_credentials_import_command},
    CommandRow{"credentials", "pin", "Give out a code for a party's PIN, set the PIN, or end a lock",
               make_credentials_pin_command},
    CommandRow{"credentials", "change-pin", "Set a party's PIN as the party, by the old one or a code",
               make_credentials_change_pin_command},
    CommandRow{"credentials", "list", "List keys and certificates", make_credentials_list_command},
    CommandRow{"credentials", "show", "Show a credential with all its keys and certificates",
               make_credentials_show_command},
    CommandRow{"credentials", "disable", "Disable a credential for good", make_credentials_disable_command},
    CommandRow{"credentials", "activate", "Turn a party's PIN into a token for some documents",
               make_credentials_activate_command},
    CommandRow{"keys", "create", "Make an API key; its text is shown once", make_keys_create_command},
    CommandRow{"keys", "list", "List API keys", make_keys_list_command},
    CommandRow{"keys", "revoke", "Revoke an API key", make_keys_revoke_command},
    CommandRow{"", "tenants", "List tenants with their API keys and credentials", make_tenants_command},
    CommandRow{"signatures", "list", "List signatures whose timestamp could not be had yet",
               make_signatures_list_command},
    CommandRow{"signatures", "finish", "Complete such a signature now, without its key",
               make_signatures_finish_command},
    CommandRow{"signatures", "abandon", "Give such a signature up and erase its value",
               make_signatures_abandon_command},
    CommandRow{"audit", "verify", "Check the whole log, an exported one, or one proof", make_audit_verify_command},
    CommandRow{"audit", "key", "Print the log's public keys", make_audit_key_command},
    CommandRow{"audit", "prove", "Write the proof of one entry", make_audit_prove_command},
    CommandRow{"audit", "show", "Show one entry with its record", make_audit_show_command},
    CommandRow{"audit", "find", "Find the entries of a PDF's signatures", make_audit_find_command},
    CommandRow{"audit", "erase", "Erase a person's records; the log still verifies", make_audit_erase_command},
    CommandRow{"audit", "export", "Copy the log for auditors and web servers", make_audit_export_command},
    CommandRow{"", "sign", "Sign a PDF (PAdES B-B or B-T)", make_sign_command},
    CommandRow{"", "augment", "Bring a signed PDF to B-T, B-LT or B-LTA, whoever signed it", make_augment_command},
    CommandRow{"", "cms", "Sign a digest: a detached CMS in the PAdES profile", make_cms_command},
    CommandRow{"", "timestamp", "Timestamp a file (RFC 3161)", make_timestamp_command},
    CommandRow{"", "inspect", "Show revisions and signatures of a PDF; check digests and signature values",
               make_inspect_command},
    CommandRow{"", "verify", "Judge the signatures of PDFs, CMS messages and timestamp tokens (EN 319 102-1)",
               make_verify_command},
    CommandRow{"", "decide", "Judge again from the facts of a verification alone, step by step", make_decide_command},
    CommandRow{"", "backup", "Copy the data folder, beside a running server too", make_backup_command},
    CommandRow{"data", "show", "Show a data folder's id, where it belongs, and its tokens", make_data_show_command},
    CommandRow{"data", "adopt", "Go on with a folder that was copied, restored or has lost a token",
               make_data_adopt_command},
    CommandRow{"config", "check", "Check the configuration", make_config_check_command},
    CommandRow{"config", "print", "Print the whole configuration in force, with its meaning",
               make_config_print_command},
};

}  // namespace

std::span<const CommandRow> commands() noexcept { return kCommands; }

std::span<const GroupRow> groups() noexcept { return kGroups; }

}  // namespace rakkan::cli
