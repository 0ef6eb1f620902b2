#include "rakkan/manual/pages.hpp"

#include <gmock/gmock.h>

namespace rakkan::manual {
namespace {

using cli::CommandFacts;
using cli::OptionFacts;
using testing::HasSubstr;
using testing::Not;

CommandFacts program() {
  CommandFacts sign{"sign", "Sign a PDF"};
  sign.arguments = {{{"input"}, "FILE", {}, "PDF to sign", {}, true}};
  sign.options = {{{"-h", "--help"}, "", {}, "Help"},
                  {{"-o", "--output"}, "FILE", {}, "Signed PDF", {}, true},
                  {{"--level"}, "TEXT", {"B-B", "B-T"}, "Level", "B-T"}};
  CommandFacts audit{"audit", "The log"};
  audit.commands = {{"verify", "Check it"}};
  CommandFacts whole{"rakkan", "Signs"};
  whole.options = {{{"--json"}, "", {}, "JSON"}};
  whole.commands = {sign, audit};
  return whole;
}

TEST(CommandsPage, HasEachCommandWithItsOptions) {
  const std::string page = commands_page(program(), "1.2");
  EXPECT_THAT(page, HasSubstr(".TH \"RAKKAN\" 1 \"\" \"Rakkan 1.2\""));
  EXPECT_THAT(page, HasSubstr(".SS \"rakkan sign\"\n"));
  EXPECT_THAT(page, HasSubstr("rakkan sign input \\-o FILE [\\-\\-level TEXT]\n"));
  EXPECT_THAT(page, HasSubstr("\\fB\\-o, \\-\\-output FILE\\fR\nSigned PDF\n.br\nRequired.\n"));
  EXPECT_THAT(page, HasSubstr("One of \\fBB\\-B\\fR, \\fBB\\-T\\fR. Default: \\fBB\\-T\\fR.\n"));
  EXPECT_THAT(page, HasSubstr(".SS \"rakkan audit verify\"\n"));
  EXPECT_THAT(page, Not(HasSubstr(".SS \"rakkan audit\"\n"))) << "a group is no command";
}

TEST(ConfigurationPage, HasEachOptionUnderItsTable) {
  const std::string page = configuration_page({{"profile", "text", "\"development\"", "What for"},
                                               {"hsm.sessions", "integer, 0 to 9", "0", "Sessions"},
                                               {"hsm.module", "path", "\"\"", "Module"}},
                                              "1");
  EXPECT_THAT(page, HasSubstr(".SS \"hsm\"\n.TP\n\\fBhsm.sessions\\fR\nSessions.\n.br\nValue: integer, 0 to 9. "
                              "Default: \\fB0\\fR.\n"));
  EXPECT_EQ(page.find(".SS \"hsm\""), page.rfind(".SS \"hsm\""));
}

TEST(ServerPage, SaysSignalsAndStatuses) {
  CommandFacts server{"rakkand", "Serves"};
  server.options = {{{"--config"}, "FILE", {}, "Configuration file"}};
  const std::string page = server_page(server, "1");
  EXPECT_THAT(page, HasSubstr("\\fB\\-\\-config FILE\\fR"));
  EXPECT_THAT(page, HasSubstr("\\fBSIGHUP\\fR"));
  EXPECT_THAT(page, HasSubstr(".SH \"EXIT STATUS\""));
}

}  // namespace
}  // namespace rakkan::manual
