// The factories of all commands; commands.cpp lists them.
#pragma once

#include <memory>

#include "cli/command.hpp"

namespace rakkan::cli {

std::unique_ptr<Command> make_init_command();
std::unique_ptr<Command> make_sign_command();
std::unique_ptr<Command> make_augment_command();
std::unique_ptr<Command> make_cms_command();
std::unique_ptr<Command> make_timestamp_command();
std::unique_ptr<Command> make_inspect_command();
std::unique_ptr<Command> make_verify_command();
std::unique_ptr<Command> make_decide_command();
std::unique_ptr<Command> make_backup_command();
std::unique_ptr<Command> make_data_show_command();
std::unique_ptr<Command> make_data_adopt_command();
std::unique_ptr<Command> make_config_check_command();
std::unique_ptr<Command> make_config_print_command();
std::unique_ptr<Command> make_credentials_generate_command();
std::unique_ptr<Command> make_credentials_adopt_command();
std::unique_ptr<Command> make_credentials_rotate_command();
std::unique_ptr<Command> make_credentials_csr_command();
std::unique_ptr<Command> make_credentials_import_command();
std::unique_ptr<Command> make_credentials_list_command();
std::unique_ptr<Command> make_credentials_show_command();
std::unique_ptr<Command> make_credentials_disable_command();
std::unique_ptr<Command> make_credentials_pin_command();
std::unique_ptr<Command> make_credentials_change_pin_command();
std::unique_ptr<Command> make_credentials_activate_command();
std::unique_ptr<Command> make_tenants_command();
std::unique_ptr<Command> make_keys_create_command();
std::unique_ptr<Command> make_keys_list_command();
std::unique_ptr<Command> make_keys_revoke_command();
std::unique_ptr<Command> make_signatures_list_command();
std::unique_ptr<Command> make_signatures_finish_command();
std::unique_ptr<Command> make_signatures_abandon_command();
std::unique_ptr<Command> make_audit_verify_command();
std::unique_ptr<Command> make_audit_key_command();
std::unique_ptr<Command> make_audit_prove_command();
std::unique_ptr<Command> make_audit_show_command();
std::unique_ptr<Command> make_audit_find_command();
std::unique_ptr<Command> make_audit_erase_command();
std::unique_ptr<Command> make_audit_export_command();

}  // namespace rakkan::cli
