#include "common/idempotency/request_id.h"

#include <gtest/gtest.h>

#include "common/idempotency/hash.h"
#include "mamori/intake/v1/intake_service.pb.h"
#include "mamori/triage/v1/triage_service.pb.h"

namespace mamori::idempotency {
namespace {

TEST(HashTest, TellsWhereOnePartEnds) {
  EXPECT_NE(Hash({"ab", "c"}), Hash({"a", "bc"}));
  EXPECT_NE(Hash({"a", ""}), Hash({"a"}));
  EXPECT_EQ(Hash({"a", "b"}), Hash({"a", "b"}));
  EXPECT_EQ(Hash({"a"}).size(), 32u);
  EXPECT_EQ(Hash({"a"}, 16).size(), 16u);
}

TEST(RequestKeyTest, DependsOnEverythingItIsScopedBy) {
  const std::string key = RequestKey("t", "c", "m", "request-1");
  EXPECT_EQ(key.size(), 32u);
  EXPECT_EQ(key, RequestKey("t", "c", "m", "request-1"));
  EXPECT_NE(key, RequestKey("u", "c", "m", "request-1"));
  EXPECT_NE(key, RequestKey("t", "d", "m", "request-1"));
  EXPECT_NE(key, RequestKey("t", "c", "n", "request-1"));
  EXPECT_NE(key, RequestKey("t", "c", "m", "request-2"));
}

TEST(BodyDigestTest, LeavesOutTheRequestIdAndNothingElse) {
  intake::v1::SubmitReportRequest request;
  request.mutable_report()->set_company("acme");
  const std::string without = BodyDigest(request);
  request.set_request_id("request-1");
  EXPECT_EQ(BodyDigest(request), without);
  request.set_request_id(std::string(200, 'x'));  // its length takes two bytes
  EXPECT_EQ(BodyDigest(request), without);
  request.mutable_report()->set_company("acmf");
  EXPECT_NE(BodyDigest(request), without);
}

TEST(BodyDigestTest, TakesAMessageWithoutARequestId) {
  triage::v1::GetCaseRequest request;
  const std::string empty = BodyDigest(request);
  request.set_name("cases/x");
  EXPECT_NE(BodyDigest(request), empty);
}

TEST(BodyDigestTest, NoBodyOfAnotherRequestCanStandForTheId) {
  intake::v1::SupplementReportRequest a;
  a.set_name("request_id");
  intake::v1::SupplementReportRequest b;
  b.set_request_id("request_id");
  EXPECT_NE(BodyDigest(a), BodyDigest(b));
}

struct IdRow {
  const char* name;
  std::string value;
  bool good;
};

class ValidateRequestIdTest : public testing::TestWithParam<IdRow> {};

TEST_P(ValidateRequestIdTest, Decides) {
  status::Violations violations;
  ValidateRequestId(violations, "request_id", GetParam().value);
  EXPECT_EQ(violations.empty(), GetParam().good);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ValidateRequestIdTest,
    testing::Values(IdRow{"empty", "", false}, IdRow{"seven", "abcdefg", false},
                    IdRow{"eight", "abcdefgh", true},
                    IdRow{"sixty_four", std::string(64, 'a'), true},
                    IdRow{"sixty_five", std::string(65, 'a'), false},
                    IdRow{"uuid", "3f2b0c1e-8d5a-4a30-9a55-0c2f6e3b7d11", true},
                    IdRow{"all_kinds", "aZ09_-aZ09", true}, IdRow{"space", "abcd efgh", false},
                    IdRow{"non_ascii", "あいうえお", false},
                    IdRow{"nul", std::string("abcdefg\0h", 9), false}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace mamori::idempotency
