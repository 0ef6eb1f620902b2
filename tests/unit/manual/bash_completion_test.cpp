#include "rakkan/manual/bash_completion.hpp"

#include <gmock/gmock.h>

namespace rakkan::manual {
namespace {

using cli::CommandFacts;
using testing::HasSubstr;
using testing::Not;

TEST(BashCompletion, TheTablesSayWhatMayFollow) {
  CommandFacts sign{"sign", ""};
  sign.arguments = {{{"input"}, "FILE"}};
  sign.options = {{{"-h", "--help"}}, {{"-o", "--output"}, "FILE"}, {{"--type"}, "TEXT", {"witness", "party"}}};
  CommandFacts program{"demo", ""};
  program.options = {{{"-h", "--help"}}, {{"--set"}, "KEY=VALUE"}, {{"--json"}}};
  program.commands = {sign};
  const std::string script = bash_completion(program, {"hsm.module"});
  EXPECT_THAT(script, HasSubstr("'') words='sign' options='-h --help --set --json' ;;"));
  EXPECT_THAT(script, HasSubstr("'sign') words='' options='-h --help -o --output --type --set --json' kind=file ;;"));
  EXPECT_THAT(script, HasSubstr("'sign/-o' | 'sign/--output') kind=file ;;"));
  EXPECT_THAT(script, HasSubstr("'sign/--type') words='witness party' ;;"));
  EXPECT_THAT(script, HasSubstr("'sign/--set') words=$keys kind=key ;;"));
  EXPECT_THAT(script, HasSubstr("local keys='hsm.module='"));
  EXPECT_THAT(script, HasSubstr("complete -F _demo demo\n"));
  EXPECT_THAT(script, Not(HasSubstr("PROGRAM")));
  EXPECT_THAT(script, Not(HasSubstr("'sign/--json'"))) << "a flag takes nothing";
}

}  // namespace
}  // namespace rakkan::manual
