// The command line as scripts rely on it, without a server.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "common/id/id.h"
#include "common/time/clock.h"
#include "services/mamorictl/exit_code.h"
#include "services/mamorictl/report_flags.h"
#include "services/mamorictl/session.h"
#include "services/mamorictl/text_source.h"

namespace mamori::ctl {
namespace {

std::string ParseSettings(std::vector<std::string> arguments, Settings& settings) {
  CLI::App app;
  AddSettings(app, settings);
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(arguments);
    ApplyProfile(app, settings);
    return "";
  } catch (const CLI::Error& error) {
    return error.get_name();
  }
}

class FlagsTest : public testing::Test {
 protected:
  std::string Write(const std::string& text) {
    const std::string file = testing::TempDir() + "mamorictl_flags_test.profile";
    std::ofstream(file) << text;
    return file;
  }
  void TearDown() override { unsetenv("MAMORI_SERVER_NAME"); }
};

TEST_F(FlagsTest, FlagBeatsEnvironmentBeatsProfile) {
  const std::string profile = Write("server-name = \"profile\"\nintake = \"profile\"\n");
  Settings only_profile;
  EXPECT_EQ(ParseSettings({"--profile", profile}, only_profile), "");
  EXPECT_EQ(only_profile.server_name, "profile");
  setenv("MAMORI_SERVER_NAME", "environment", 1);
  Settings environment;
  EXPECT_EQ(ParseSettings({"--profile", profile}, environment), "");
  EXPECT_EQ(environment.server_name, "environment");
  EXPECT_EQ(environment.intake, "profile");
  Settings flag;
  EXPECT_EQ(ParseSettings({"--profile", profile, "--server-name", "flag"}, flag), "");
  EXPECT_EQ(flag.server_name, "flag");
}

TEST_F(FlagsTest, AnUnknownLineOfAProfileIsAnError) {
  Settings settings;
  EXPECT_NE(ParseSettings({"--profile", Write("tennant = \"typo\"\n")}, settings), "");
  EXPECT_NE(ParseSettings({"--profile", "/nonexistent"}, settings), "");
}

TEST_F(FlagsTest, OutputIsTableOrJson) {
  Settings settings;
  EXPECT_EQ(ParseSettings({"-o", "json"}, settings), "");
  EXPECT_TRUE(settings.json);
  EXPECT_EQ(ParseSettings({"--output", "table"}, settings), "");
  EXPECT_FALSE(settings.json);
  EXPECT_NE(ParseSettings({"-o", "xml"}, settings), "");
}

TEST_F(FlagsTest, MissingSettingsAreNamed) {
  Settings settings;
  settings.intake = settings.triage = settings.notification = "x";
  settings.cert_file = settings.key_file = "x";
  EXPECT_EQ(settings.Missing(), "--ca");
}

TEST_F(FlagsTest, AReportCanBeToldByFlags) {
  CLI::App app;
  std::string file;
  auto* file_option = app.add_option("file", file);
  const auto report = AddReportFlags(app, *file_option);
  std::vector<std::string> arguments = {"--company",        "acme",
                                        "--kind",           "customer-harassment",
                                        "--narrative",      "words",
                                        "--language",       "en",
                                        "--actor-relation", "customer",
                                        "--actor-person",   "X",
                                        "--affected",       "A",
                                        "--affected",       "B",
                                        "--start",          "2026-11-20T18:30:00+09:00",
                                        "--channel",        "phone",
                                        "--total-minutes",  "95",
                                        "--danger"};
  std::reverse(arguments.begin(), arguments.end());
  app.parse(arguments);
  EXPECT_EQ(report->kind(), mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT);
  ASSERT_EQ(report->actors_size(), 1);
  EXPECT_EQ(report->actors(0).relation(), mamori::v1::ACTOR_RELATION_CUSTOMER);
  EXPECT_EQ(report->affected_size(), 2);
  ASSERT_EQ(report->occurrences_size(), 1);
  EXPECT_EQ(report->occurrences(0).start_time().seconds(), 1'795'167'000);
  EXPECT_EQ(report->total_minutes(), 95);
  EXPECT_TRUE(report->immediate_danger());
  EXPECT_FALSE(report->has_reporter());
}

TEST_F(FlagsTest, WrongValuesAreUsageErrors) {
  for (const auto& [flag, value] : {std::pair{"--kind", "nonsense"},
                                    {"--start", "yesterday"},
                                    {"--narrative-file", "/nonexistent"}}) {
    CLI::App app;
    std::string file;
    const auto report = AddReportFlags(app, *app.add_option("file", file));
    std::vector<std::string> arguments = {value, flag};
    EXPECT_THROW(app.parse(arguments), CLI::ParseError) << flag;
  }
}

TEST_F(FlagsTest, AnImportNeedsRequestIds) {
  // A second run of an import without ids would double every report.
  const std::string file = Write("\n{\"report\":{\"company\":\"acme\"}}\n");
  CLI::App app;
  Choice choice;
  AddSubmitCommands(app, choice);
  std::vector<std::string> arguments = {file, "import"};
  app.parse(arguments);
  Settings settings;
  time::FakeClock clock;
  time::FakeSleeper sleeper(clock);
  id::SeededIdSource ids(1);
  std::ostringstream out;
  std::ostringstream err;
  Session session(settings, ids, clock, sleeper, out, err);
  EXPECT_EQ(choice.run(session), kUsage);
  EXPECT_NE(err.str().find(":2: requestId is missing"), std::string::npos) << err.str();
}

TEST_F(FlagsTest, TextIsReplacedAsAWhole) {
  const std::string file = Write("old");
  ASSERT_TRUE(WriteText(file, "new"));
  std::string text;
  ASSERT_TRUE(ReadText(file, text));
  EXPECT_EQ(text, "new");
  EXPECT_FALSE(ReadText(file + ".new", text));
  EXPECT_FALSE(WriteText("/nonexistent/file", "x"));
}

}  // namespace
}  // namespace mamori::ctl
