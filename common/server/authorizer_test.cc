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
  const auto authorizer =
      Authorizer::Create(Table(R"pb(
                           methods {
                             method: "/mamori.intake.v1.IntakeService/GetReport"
                             callers { id: "portal" person: PERSON_RULE_REQUIRED }
                             callers { id: "triage" purpose: "assess" on_behalf: true }
                           }
                           applications { id: "portal" tenants: "acme" tenants: "other" }
                         )pb"),
                         Known());
  ASSERT_TRUE(authorizer.ok());
  const struct {
    const char* name;
    const char* method;
    const char* caller;
    absl::StatusCode code;
    v1::ErrorReason reason;
  } rows[] = {
      {"application", kGet, "portal", absl::StatusCode::kOk, v1::ERROR_REASON_UNSPECIFIED},
      {"service", kGet, "triage", absl::StatusCode::kOk, v1::ERROR_REASON_UNSPECIFIED},
      {"caller without row", kGet, "load", absl::StatusCode::kPermissionDenied,
       v1::ERROR_REASON_CALLER_NOT_ALLOWED},
      {"longer name", kGet, "portal2", absl::StatusCode::kPermissionDenied,
       v1::ERROR_REASON_CALLER_NOT_ALLOWED},
      {"other case", kGet, "Portal", absl::StatusCode::kPermissionDenied,
       v1::ERROR_REASON_CALLER_NOT_ALLOWED},
      {"method without row", kList, "portal", absl::StatusCode::kPermissionDenied,
       v1::ERROR_REASON_CALLER_NOT_ALLOWED},
      {"no caller", kGet, "", absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_UNKNOWN_CALLER},
  };
  for (const auto& row : rows) {
    const auto grant = authorizer->Check(row.method, row.caller);
    EXPECT_THAT(grant, StatusIs(row.code)) << row.name;
    EXPECT_THAT(grant, HasReason(row.reason)) << row.name;
  }
  const Authorizer::Grant& application = **authorizer->Check(kGet, "portal");
  EXPECT_FALSE(application.is_service());
  EXPECT_THAT(application.tenants, ::testing::ElementsAre("acme", "other"));
  const Authorizer::Grant& service = **authorizer->Check(kGet, "triage");
  EXPECT_TRUE(service.is_service() && service.on_behalf);
  EXPECT_EQ(service.purpose, "assess");
  EXPECT_THAT(service.tenants, ::testing::IsEmpty());
}

TEST(AuthorizerTest, RefusesTablesThatCannotBeMeant) {
  const std::string get = R"(methods { method: "/mamori.intake.v1.IntakeService/GetReport" )";
  const struct {
    const char* name;
    std::string table;
    const char* want;
  } rows[] = {
      {"no such method", R"(methods { method: "/mamori.intake.v1.IntakeService/GetRepor" })",
       "methods[0].method: no such method"},
      {"no method", "methods {}", "methods[0].method: no such method"},
      {"no slash", R"(methods { method: "GetReport" })", "methods[0].method: no such method"},
      {"method twice", get + "} " + get + "}", "methods[1].method: has a row already"},
      {"caller twice",
       get + R"(callers { id: "a" purpose: "relay" } callers { id: "a" purpose: "relay" } })",
       "methods[0].callers[1].id: is in the row already"},
      {"empty caller", get + "callers {} }", "methods[0].callers[0].id: empty"},
      {"neither person nor purpose", get + R"(callers { id: "a" } })",
       "methods[0].callers[0].person: want it"},
      {"person and purpose",
       get + R"(callers { id: "a" person: PERSON_RULE_ALLOWED purpose: "relay" } })",
       "methods[0].callers[0].person: want it"},
      {"unknown purpose", get + R"(callers { id: "a" purpose: "browse" } })",
       "methods[0].callers[0].purpose: want"},
      {"application without tenants listed",
       get + R"(callers { id: "a" person: PERSON_RULE_ALLOWED } })",
       "methods[0].callers[0].id: not among the applications"},
      {"application without tenants", R"(applications { id: "a" })",
       "applications[0].tenants: empty"},
      {"no such tenant", R"(applications { id: "a" tenants: "*" })",
       "applications[0].tenants: want"},
      {"application without a name", R"(applications { tenants: "acme" })",
       "applications[0].id: empty"},
      {"application twice",
       R"(applications { id: "a" tenants: "x" } applications { id: "a" tenants: "y" })",
       "applications[1].id: is there already"},
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
                                              callers { id: "x" purpose: "relay" }
                                            })pb"),
                                 Known())
                  .ok());
}

}  // namespace
}  // namespace mamori::server
