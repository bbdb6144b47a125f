#include "common/config/textproto.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "common/testing/matchers.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::config {
namespace {

using ::mamori::testing::EqualsProto;
using ::mamori::testing::IsOk;
using ::mamori::testing::IsOkAndHolds;
using ::mamori::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

class TextProtoTest : public ::testing::Test {
 protected:
  TextProtoTest() {
    std::string pattern = ::testing::TempDir() + "textproto-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~TextProtoTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& content, mode_t mode = 0600) {
    const std::string file = folder_ + "/file.textproto";
    std::ofstream(file) << content;
    chmod(file.c_str(), mode);
    return file;
  }

  std::string folder_;
};

TEST_F(TextProtoTest, ReadsWhatIsRight) {
  v1::Authorization table;
  const std::string file = Write(R"(
    # who may call what
    methods { method: "/a/B" callers { id: "spiffe://x" on_behalf: true } }
  )");
  ASSERT_THAT(ReadTextProto(file, &table), IsOk());
  EXPECT_THAT(table, EqualsProto(R"pb(methods {
                                        method: "/a/B"
                                        callers { id: "spiffe://x" on_behalf: true }
                                      })pb"));
}

TEST_F(TextProtoTest, AnEmptyFileIsAnEmptyMessage) {
  v1::IntakeConfig config;
  EXPECT_THAT(ReadTextProto(Write(""), &config), IsOk());
}

TEST_F(TextProtoTest, SaysFileLineAndColumn) {
  const struct {
    const char* name;
    const char* text;
    const char* want;
  } rows[] = {
      {"unknown field", "server {\n  lissten: \"x\"\n}", ":2:10: "},
      {"unknown field in depth", "server { tls {\n\n cert: 1 } }", ":3:"},
      {"wrong type", "server {\n  max_threads: \"many\"\n}", ":2:16: "},
      {"number out of range", "group_commit { writers: 99999999999 }", ":1:25: "},
      {"field twice", "server { listen: \"a\"\n listen: \"b\" }", ":2:"},
      {"cut off", "server {\n  listen: \"x\"\n", ":3:1: "},
      {"not closed string", "server { listen: \"x }\n", ":1:"},
  };
  for (const auto& row : rows) {
    v1::IntakeConfig config;
    const std::string file = Write(row.text);
    const absl::Status status = ReadTextProto(file, &config);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(file + row.want)))
        << row.name;
  }
}

TEST_F(TextProtoTest, AMissingFileOrAFolderIsNotFound) {
  v1::IntakeConfig config;
  EXPECT_THAT(ReadTextProto(folder_ + "/none", &config), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(ReadTextProto(folder_, &config), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(TextProtoTest, LocationsNameTheLineOfAField) {
  v1::Authorization table;
  const std::string file = Write(
      "methods { method: \"/a/B\" }\n"
      "methods {\n"
      "  method: \"/a/C\"\n"
      "  callers { id: \"x\" }\n"
      "  callers {\n"
      "    id: \"y\" }\n"
      "}\n");
  Locations locations(file);
  ASSERT_THAT(ReadTextProto(file, &table, &locations), IsOk());
  const struct {
    const char* path;
    std::string want;
  } rows[] = {
      {"methods[0].method", ":1: "},
      {"methods[1]", ":2: "},
      {"methods[1].method", ":3: "},
      {"methods[1].callers[0].id", ":4: "},
      {"methods[1].callers[1].id", ":6: "},
      {"methods[1].callers[1].on_behalf", ":5: "},  // not there: its caller's line
      {"methods[0].callers[0].id", ":1: "},
      {"methods[7].method", ": "},
      {"no_such_field", ": "},
      {"methods[0].method.deeper", ":1: "},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(locations.Of(table, row.path), file + row.want + row.path);
  }
}

TEST_F(TextProtoTest, SecretsLoseTheirFinalNewline) {
  EXPECT_THAT(ReadSecret(Write("pass word\n")), IsOkAndHolds(std::string("pass word")));
  EXPECT_THAT(ReadSecret(Write("pass\r\n", 0640)), IsOkAndHolds(std::string("pass")));
  EXPECT_THAT(ReadSecret(Write("two\n\n", 0400)), IsOkAndHolds(std::string("two\n")));
}

TEST_F(TextProtoTest, SecretsOpenToOthersAreRefusedWithoutBeingTold) {
  for (const mode_t mode : {0644, 0604, 0602, 0601}) {
    const absl::Status status = ReadSecret(Write("hidden\n", mode)).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition, Not(HasSubstr("hidden"))));
  }
  EXPECT_THAT(ReadSecret(Write("\n")), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ReadSecret(folder_ + "/none"), StatusIs(absl::StatusCode::kNotFound));
}

TEST(ToDurationTest, UnsetIsTheDefault) {
  EXPECT_EQ(ToDuration(false, 5, 0, absl::Minutes(1)), absl::Minutes(1));
  EXPECT_EQ(ToDuration(true, 0, 0, absl::Minutes(1)), absl::ZeroDuration());
  EXPECT_EQ(ToDuration(true, 1, 500'000'000, absl::Minutes(1)), absl::Milliseconds(1500));
}

}  // namespace
}  // namespace mamori::config
