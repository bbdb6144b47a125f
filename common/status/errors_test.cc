#include "common/status/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/cord.h"
#include "common/status/macros.h"
#include "common/testing/matchers.h"
#include "google/rpc/error_details.pb.h"

namespace mamori::status {
namespace {

using ::mamori::testing::HasReason;
using ::mamori::testing::IsOk;
using ::mamori::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kRequestId[] = "request-0001";

template <typename Message>
Message Detail(const google::rpc::Status& status) {
  Message message;
  int found = 0;
  for (const auto& any : status.details()) found += any.UnpackTo(&message) ? 1 : 0;
  EXPECT_EQ(found, 1) << Message::descriptor()->full_name();
  return message;
}

bool HasDetail(const google::rpc::Status& status, const std::string& type) {
  for (const auto& any : status.details()) {
    if (any.type_url().ends_with(type)) return true;
  }
  return false;
}

struct CodeRow {
  absl::StatusCode code;
  grpc::StatusCode wire;
  v1::ErrorReason reason;
};

class EveryCode : public ::testing::TestWithParam<CodeRow> {};

TEST_P(EveryCode, LeavesWithItsCodeAndExactlyOneReason) {
  const auto& [code, wire, reason] = GetParam();
  const grpc::Status out = ToGrpcStatus(absl::Status(code, "text"), kRequestId);
  EXPECT_EQ(out.error_code(), wire);
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(out.error_details()));
  EXPECT_EQ(details.code(), wire);
  EXPECT_EQ(details.message(), out.error_message());
  const auto info = Detail<google::rpc::ErrorInfo>(details);
  EXPECT_EQ(info.domain(), "mamori");
  EXPECT_EQ("ERROR_REASON_" + info.reason(), v1::ErrorReason_Name(reason));
  EXPECT_EQ(HasDetail(details, "google.rpc.RetryInfo"), wire == grpc::RESOURCE_EXHAUSTED);
  EXPECT_THAT(FromGrpcStatus(out), HasReason(reason));
}

INSTANTIATE_TEST_SUITE_P(
    Codes, EveryCode,
    ::testing::Values(
        CodeRow{absl::StatusCode::kCancelled, grpc::CANCELLED, v1::ERROR_REASON_DEADLINE},
        CodeRow{absl::StatusCode::kUnknown, grpc::INTERNAL, v1::ERROR_REASON_INTERNAL},
        CodeRow{absl::StatusCode::kInvalidArgument, grpc::INVALID_ARGUMENT,
                v1::ERROR_REASON_INVALID_FIELDS},
        CodeRow{absl::StatusCode::kDeadlineExceeded, grpc::DEADLINE_EXCEEDED,
                v1::ERROR_REASON_DEADLINE},
        CodeRow{absl::StatusCode::kNotFound, grpc::NOT_FOUND, v1::ERROR_REASON_NOT_FOUND},
        CodeRow{absl::StatusCode::kAlreadyExists, grpc::ALREADY_EXISTS,
                v1::ERROR_REASON_ALREADY_EXISTS},
        CodeRow{absl::StatusCode::kPermissionDenied, grpc::PERMISSION_DENIED,
                v1::ERROR_REASON_CALLER_NOT_ALLOWED},
        CodeRow{absl::StatusCode::kResourceExhausted, grpc::RESOURCE_EXHAUSTED,
                v1::ERROR_REASON_OVERLOADED},
        CodeRow{absl::StatusCode::kFailedPrecondition, grpc::FAILED_PRECONDITION,
                v1::ERROR_REASON_STATE_NOT_ALLOWED},
        CodeRow{absl::StatusCode::kAborted, grpc::ABORTED, v1::ERROR_REASON_CONFLICT},
        CodeRow{absl::StatusCode::kOutOfRange, grpc::OUT_OF_RANGE, v1::ERROR_REASON_INVALID_FIELDS},
        CodeRow{absl::StatusCode::kUnimplemented, grpc::UNIMPLEMENTED, v1::ERROR_REASON_INTERNAL},
        CodeRow{absl::StatusCode::kInternal, grpc::INTERNAL, v1::ERROR_REASON_INTERNAL},
        CodeRow{absl::StatusCode::kUnavailable, grpc::UNAVAILABLE,
                v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE},
        CodeRow{absl::StatusCode::kDataLoss, grpc::INTERNAL, v1::ERROR_REASON_INTERNAL},
        CodeRow{absl::StatusCode::kUnauthenticated, grpc::UNAUTHENTICATED,
                v1::ERROR_REASON_UNKNOWN_CALLER}),
    [](const auto& info) { return absl::StatusCodeToString(info.param.code); });

TEST(ErrorsTest, EachBuilderHasItsCodeAndReason) {
  const struct {
    absl::Status status;
    absl::StatusCode code;
    v1::ErrorReason reason;
  } rows[] = {
      {NotFound("report"), absl::StatusCode::kNotFound, v1::ERROR_REASON_NOT_FOUND},
      {EtagMismatch(), absl::StatusCode::kAborted, v1::ERROR_REASON_ETAG_MISMATCH},
      {StateNotAllowed("closed"), absl::StatusCode::kFailedPrecondition,
       v1::ERROR_REASON_STATE_NOT_ALLOWED},
      {RequestIdReused(), absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_REQUEST_ID_REUSED},
      {PageTokenInvalid(), absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_PAGE_TOKEN},
      {Overloaded(absl::Seconds(2)), absl::StatusCode::kResourceExhausted,
       v1::ERROR_REASON_OVERLOADED},
      {Backlog(absl::Seconds(2)), absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_BACKLOG},
      {EventGap(7), absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_EVENT_GAP},
      {PolicyUnknown("ab"), absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_POLICY_UNKNOWN},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(row.status, StatusIs(row.code));
    EXPECT_THAT(row.status, HasReason(row.reason));
    EXPECT_THAT(FromProtoStatus(ToProtoStatus(row.status, kRequestId)), HasReason(row.reason));
  }
}

TEST(ErrorsTest, InternalLeavesWithTheRequestIdAlone) {
  absl::Status fault = absl::InternalError("Duplicate entry 'hanako' for key by_name");
  fault.SetPayload("type.googleapis.com/google.rpc.DebugInfo", absl::Cord("hanako"));
  const google::rpc::Status out = ToProtoStatus(fault, kRequestId);
  EXPECT_THAT(out.SerializeAsString(), Not(HasSubstr("hanako")));
  EXPECT_THAT(out.message(), HasSubstr(kRequestId));
  ASSERT_EQ(out.details_size(), 1);
  EXPECT_EQ(Detail<google::rpc::ErrorInfo>(out).metadata().at("request_id"), kRequestId);
}

TEST(ErrorsTest, PayloadsOfOurOwnStayInside) {
  absl::Status status = NotFound("report");
  status.SetPayload("mamori/sql", absl::Cord("SELECT"));
  EXPECT_EQ(ToProtoStatus(status, kRequestId).details_size(), 1);
}

TEST(ErrorsTest, RetryInfoSaysWhen) {
  const google::rpc::Status out = ToProtoStatus(Backlog(absl::Milliseconds(1500)), kRequestId);
  const auto retry = Detail<google::rpc::RetryInfo>(out);
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
}

TEST(ViolationsTest, OkWhenNothingIsWrong) { EXPECT_THAT(Violations().Status(), IsOk()); }

TEST(ViolationsTest, NamesPathGotAndWant) {
  Violations violations;
  violations.Add("report.evidence[3].sha256", "20 bytes, want 32");
  violations.Add("report.kind", "required");
  const absl::Status status = violations.Status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               "report.evidence[3].sha256: 20 bytes, want 32 (and 1 more)"));
  EXPECT_THAT(status, HasReason(v1::ERROR_REASON_INVALID_FIELDS));
  const auto detail = Detail<google::rpc::BadRequest>(ToProtoStatus(status, kRequestId));
  ASSERT_EQ(detail.field_violations_size(), 2);
  EXPECT_EQ(detail.field_violations(0).field(), "report.evidence[3].sha256");
  EXPECT_EQ(detail.field_violations(0).description(), "20 bytes, want 32");
}

TEST(ViolationsTest, StayBelowWhatMetadataCarries) {
  Violations violations;
  for (int i = 0; i < 100; ++i) violations.Add(std::string(500, 'p'), std::string(500, 'd'));
  const grpc::Status out = ToGrpcStatus(violations.Status(), kRequestId);
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(out.error_details()));
  EXPECT_EQ(Detail<google::rpc::BadRequest>(details).field_violations_size(), 20);
  // Base 64 on the wire, beside the message.
  EXPECT_LT(out.error_details().size() * 4 / 3 + out.error_message().size(), 7900u);
  EXPECT_THAT(std::string(out.error_message()), HasSubstr("(and 99 more)"));
}

TEST(ViolationsTest, CutsBetweenCharacters) {
  Violations violations;
  std::string path = "x";
  for (int i = 0; i < 100; ++i) path += "あ";
  violations.Add(path, "wrong");
  const auto detail = Detail<google::rpc::BadRequest>(ToProtoStatus(violations.Status(), ""));
  const std::string& field = detail.field_violations(0).field();
  EXPECT_EQ(field.size() % 3, 1u);
  EXPECT_LE(field.size(), 120u);
}

TEST(WireTest, OkIsOkBothWays) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus(), kRequestId).ok());
  EXPECT_THAT(FromGrpcStatus(grpc::Status::OK), IsOk());
  EXPECT_THAT(FromProtoStatus(google::rpc::Status()), IsOk());
  EXPECT_EQ(ToProtoStatus(absl::OkStatus(), kRequestId).ByteSizeLong(), 0u);
}

TEST(WireTest, CodesNobodyKnowsAreUnknown) {
  for (const int code : {-1, 17, 1 << 20}) {
    google::rpc::Status status;
    status.set_code(code);
    EXPECT_THAT(FromProtoStatus(status), StatusIs(absl::StatusCode::kUnknown)) << code;
  }
}

TEST(WireTest, DetailsThatAreNoProtoAreLeftOut) {
  EXPECT_THAT(FromGrpcStatus(grpc::Status(grpc::ABORTED, "text", "\xff\xff")),
              StatusIs(absl::StatusCode::kAborted, "text"));
}

absl::StatusOr<int> Half(int value) {
  if (value % 2 != 0) return absl::InvalidArgumentError("odd");
  return value / 2;
}

absl::StatusOr<int> Quarter(int value) {
  ASSIGN_OR_RETURN(const int half, Half(value));
  RETURN_IF_ERROR(Half(half).status());
  return half / 2;
}

TEST(MacrosTest, ReturnTheFirstError) {
  EXPECT_THAT(Quarter(8), ::mamori::testing::IsOkAndHolds(2));
  EXPECT_THAT(Quarter(6), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Quarter(3), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace mamori::status
