#include "common/server/authorizer.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "common/testing/matchers.h"

namespace mamori::server {
namespace {

using ::mamori::testing::HasReason;
using ::mamori::testing::StatusIs;
using ::testing::HasSubstr;

constexpr char kGet[] = "/mamori.intake.v1.IntakeService/GetReport";
constexpr char kList[] = "/mamori.intake.v1.IntakeService/ListReports";
const std::vector<std::string>& Known() {
  static const auto* const kKnown = new std::vector<std::string>{kGet, kList};
  return *kKnown;
}

config::v1::Authorization Table(const std::string& text) {
  config::v1::Authorization table;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &table));
  return table;
}

TEST(AuthorizerTest, DeniesByDefault) {
  const auto authorizer = Authorizer::Create(Table(R"pb(
                                               methods {
                                                 method: "/mamori.intake.v1.IntakeService/GetReport"
                                                 callers { id: "portal" asserts_people: true }
                                                 callers { id: "triage" }
                                               }
                                             )pb"),
                                             Known());
  ASSERT_TRUE(authorizer.ok());
  const struct {
    const char* name;
    const char* method;
    const char* caller;
    absl::StatusCode code;
    v1::ErrorReason reason;
    bool asserts_people;
  } rows[] = {
      {"trusted", kGet, "portal", absl::StatusCode::kOk, v1::ERROR_REASON_UNSPECIFIED, true},
      {"allowed", kGet, "triage", absl::StatusCode::kOk, v1::ERROR_REASON_UNSPECIFIED, false},
      {"caller without row", kGet, "load", absl::StatusCode::kPermissionDenied,
       v1::ERROR_REASON_CALLER_NOT_ALLOWED, false},
      {"longer name", kGet, "portal2", absl::StatusCode::kPermissionDenied,
       v1::ERROR_REASON_CALLER_NOT_ALLOWED, false},
      {"other case", kGet, "Portal", absl::StatusCode::kPermissionDenied,
       v1::ERROR_REASON_CALLER_NOT_ALLOWED, false},
      {"method without row", kList, "portal", absl::StatusCode::kPermissionDenied,
       v1::ERROR_REASON_CALLER_NOT_ALLOWED, false},
      {"no caller", kGet, "", absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_UNKNOWN_CALLER,
       false},
  };
  for (const auto& row : rows) {
    const auto grant = authorizer->Check(row.method, row.caller);
    EXPECT_THAT(grant, StatusIs(row.code)) << row.name;
    EXPECT_THAT(grant, HasReason(row.reason)) << row.name;
    EXPECT_EQ(grant.ok() && grant->asserts_people, row.asserts_people) << row.name;
  }
}

TEST(AuthorizerTest, RefusesTablesThatCannotBeMeant) {
  const struct {
    const char* name;
    const char* table;
    const char* want;
  } rows[] = {
      {"no such method", R"(methods { method: "/mamori.intake.v1.IntakeService/GetRepor" })",
       "methods[0].method: no such method"},
      {"no method", "methods {}", "methods[0].method: no such method"},
      {"no slash", R"(methods { method: "GetReport" })", "methods[0].method: no such method"},
      {"method twice",
       R"(methods { method: "/mamori.intake.v1.IntakeService/GetReport" }
          methods { method: "/mamori.intake.v1.IntakeService/GetReport" })",
       "methods[1].method: has a row already"},
      {"caller twice",
       R"(methods { method: "/mamori.intake.v1.IntakeService/GetReport"
                    callers { id: "a" } callers { id: "b" } callers { id: "a" } })",
       "methods[0].callers[2].id: is in the row already"},
      {"empty caller",
       R"(methods { method: "/mamori.intake.v1.IntakeService/GetReport" callers {} })",
       "methods[0].callers[0].id: empty"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(Authorizer::Create(Table(row.table), Known()),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(row.want)))
        << row.name;
  }
}

TEST(AuthorizerTest, RowsOfOtherServicesAreLetBe) {
  EXPECT_TRUE(Authorizer::Create(Table(R"pb(methods {
                                              method: "/mamori.triage.v1.TriageService/GetCase"
                                              callers { id: "portal" }
                                            })pb"),
                                 Known())
                  .ok());
}

}  // namespace
}  // namespace mamori::server
