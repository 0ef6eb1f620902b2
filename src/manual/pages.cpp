#include "rakkan/manual/pages.hpp"

#include "manual/roff.hpp"

namespace rakkan::manual {
namespace {

using cli::CommandFacts;
using cli::OptionFacts;

// An option as the tag of its paragraph: "-o, --output FILE".
std::string tag_of(const OptionFacts& option) {
  std::string tag;
  for (const std::string& name : option.names) {
    tag += (tag.empty() ? "" : ", ") + name;
  }
  const bool is_argument = !option.names.front().starts_with("-");
  return option.value.empty() || is_argument ? tag : tag + " " + option.value;
}

std::string values_of(const OptionFacts& option) {
  std::string text;
  for (const std::string& choice : option.choices) {
    text += (text.empty() ? "One of `" : "`, `") + choice;
  }
  text += text.empty() ? "" : "`. ";
  if (!option.default_value.empty()) {
    text += "Default: `" + option.default_value + "`. ";
  }
  if (option.required) {
    text += "Required. ";
  }
  if (!text.empty()) {
    text.pop_back();
  }
  return text;
}

void add_option(RoffPage& page, const OptionFacts& option) {
  page.item(tag_of(option), option.summary);
  if (const std::string values = values_of(option); !values.empty()) {
    page.more(values);
  }
}

bool is_help(const OptionFacts& option) { return option.names.back() == "--help"; }

// An option in the synopsis: "[-o FILE]", without brackets when it cannot be left out.
std::string in_synopsis(const OptionFacts& option) {
  const std::string name = option.names.front();
  const std::string word = option.value.empty() || !name.starts_with("-") ? name : name + " " + option.value;
  return option.required ? word : "[" + word + "]";
}

std::string synopsis(const std::string& words, const CommandFacts& command) {
  std::string text = words;
  for (const OptionFacts& argument : command.arguments) {
    text += " " + in_synopsis(argument);
  }
  for (const OptionFacts& option : command.options) {
    text += is_help(option) ? "" : " " + in_synopsis(option);
  }
  return text;
}

void add_command(RoffPage& page, const std::string& before, const CommandFacts& command) {
  const std::string words = before + " " + command.name;
  for (const CommandFacts& below : command.commands) {
    add_command(page, words, below);
  }
  if (!command.commands.empty()) {
    return;
  }
  page.subsection(words);
  page.paragraph(command.summary + ".");
  page.paragraph(synopsis(words, command));
  for (const OptionFacts& argument : command.arguments) {
    add_option(page, argument);
  }
  for (const OptionFacts& option : command.options) {
    if (!is_help(option)) {
      add_option(page, option);
    }
  }
  if (!command.more.empty()) {
    page.paragraph(command.more);
  }
}

void add_errors(RoffPage& page) {
  page.section("ERRORS");
  page.paragraph(
      "An error is a line on standard error: the program, the kind of error, its detail, in parentheses the place, in "
      "brackets its code; a line follows for each cause. With `--json` it is the document {\"error\": ...} on standard "
      "output as well, in the form of the server's problem documents (RFC 9457): type, title, code, detail, where, "
      "retryable, causes. The codes are listed in docs/errors.md.");
}

void add_language(RoffPage& page) {
  page.item("LC_ALL, LC_MESSAGES, LANG",
            "Errors are shown in Japanese where the first of these that is set names the language `ja`.");
}

}  // namespace

std::string commands_page(const CommandFacts& program, std::string_view version) {
  RoffPage page("RAKKAN", 1, version, "Rakkan");
  page.section("NAME");
  page.paragraph("rakkan - sign and timestamp electronic contracts with keys in an HSM");
  page.section("SYNOPSIS");
  page.lines("rakkan [OPTIONS] COMMAND [ARGUMENTS]\nrakkan COMMAND --help");
  page.section("DESCRIPTION");
  page.paragraph(
      "`rakkan` works on the data folder that its configuration names, or with `--server` asks a running rakkand(8) "
      "for "
      "the same. Where one file goes in or out, `-` is standard input or output.");
  page.section("OPTIONS");
  page.paragraph("These may stand before and behind each command.");
  for (const OptionFacts& option : program.options) {
    add_option(page, option);
  }
  page.section("COMMANDS");
  for (const CommandFacts& command : program.commands) {
    add_command(page, "rakkan", command);
  }
  page.section("EXIT STATUS");
  page.item("0", "The command was carried out.");
  page.item("1", "A verification failed.");
  page.item("2", "A verification could not decide.");
  page.item("3", "Usage, configuration, or local input and output.");
  page.item("4", "The network, a server, or Rakkan itself refused.");
  page.item("5", "The HSM.");
  add_errors(page);
  page.section("ENVIRONMENT");
  page.item("RAKKAN_CONFIG", "The configuration file, where `--config` does not name one.");
  page.item("RAKKAN_KEY", "Each option of the configuration, over the file: rakkan.toml(5).");
  add_language(page);
  page.section("FILES");
  page.item("./rakkan.toml, /etc/rakkan/rakkan.toml", "The configuration, where nothing else names one.");
  page.section("SEE ALSO");
  page.paragraph("rakkan.toml(5), rakkand(8)");
  return std::move(page).finish();
}

std::string server_page(const CommandFacts& program, std::string_view version) {
  RoffPage page("RAKKAND", 8, version, "Rakkan");
  page.section("NAME");
  page.paragraph("rakkand - the server that signs and timestamps electronic contracts over HTTP");
  page.section("SYNOPSIS");
  page.lines("rakkand --config FILE\nrakkand --help | --version");
  page.section("DESCRIPTION");
  page.paragraph(program.summary);
  page.paragraph(
      "It runs in the foreground until a signal stops it, writes its log where `log.output` says, and notifies systemd "
      "when it is ready, reloads and stops.");
  page.section("OPTIONS");
  for (const OptionFacts& option : program.options) {
    add_option(page, option);
  }
  page.section("SIGNALS");
  page.item("SIGTERM, SIGINT", "Refuses new work, finishes what was accepted, and ends.");
  page.item("SIGHUP", "Reads the certificate and the key of the listener again.");
  page.section("EXIT STATUS");
  page.item("0", "It was stopped by SIGTERM.");
  page.item("3", "Usage, configuration, data folder, or an address that is taken.");
  page.item("5", "The HSM.");
  add_errors(page);
  page.section("ENVIRONMENT");
  page.item("RAKKAN_KEY", "Each option of the configuration, over the file: rakkan.toml(5).");
  add_language(page);
  page.section("FILES");
  page.item("/etc/rakkan/rakkan.toml", "The configuration that the systemd unit names.");
  page.item("/var/lib/rakkan", "The data folder, unless `data_dir` names another.");
  page.section("SEE ALSO");
  page.paragraph("rakkan(1), rakkan.toml(5), systemd.service(5)");
  return std::move(page).finish();
}

std::string configuration_page(const std::vector<config::OptionRow>& options, std::string_view version) {
  RoffPage page("RAKKAN.TOML", 5, version, "Rakkan");
  page.section("NAME");
  page.paragraph("rakkan.toml - the configuration of rakkan(1) and rakkand(8)");
  page.section("DESCRIPTION");
  page.paragraph(
      "Every option has a working default. One TOML file sets the options that differ, environment variables go over "
      "it, "
      "and `--set KEY=VALUE` over those. `rakkan config check` reports every mistake with file, line and key; `rakkan "
      "config print` shows the values in force. An unknown key is an error.");
  page.paragraph(
      "The key `hsm.sessions` is `sessions` in the table `[hsm]` of the file and `RAKKAN_HSM_SESSIONS` in the "
      "environment. Durations are texts like \"500ms\", \"30s\", \"10m\", \"2h\", \"7d\"; sizes are bytes, or texts "
      "like "
      "\"64KiB\", \"16MiB\", \"2GiB\". Relative paths start from the file's folder. A secret is never a value: keys "
      "that "
      "have to do with secrets name files.");
  page.section("OPTIONS");
  std::string section;
  for (const config::OptionRow& option : options) {
    const std::string table = option.key.substr(0, option.key.find('.'));
    if (table != section) {
      section = table;
      page.subsection(section);
    }
    page.item(option.key, option.summary + ".");
    page.more("Value: " + option.expectation + ". Default: `" + option.default_value + "`.");
  }
  page.section("EXAMPLE");
  page.lines(
      "profile = \"production\"\ndata_dir = \"/var/lib/rakkan\"\n\n[http]\naddress = \"192.0.2.10\"\nport = 443\n\n"
      "[http.tls]\ncertificate = \"/etc/rakkan/tls/chain.pem\"\nkey = \"/etc/rakkan/tls/key.pem\"");
  page.section("SEE ALSO");
  page.paragraph("rakkan(1), rakkand(8)");
  return std::move(page).finish();
}

}  // namespace rakkan::manual
