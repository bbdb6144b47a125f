// Matchers for statuses and protos: EXPECT_THAT(result, StatusIs(absl::StatusCode::kNotFound)).
#ifndef MAMORI_COMMON_TESTING_MATCHERS_H_
#define MAMORI_COMMON_TESTING_MATCHERS_H_

#include <gmock/gmock.h>
#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <grpcpp/support/status.h>

#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/status/errors.h"
#include "mamori/v1/error_reason.pb.h"

namespace mamori::testing {

inline absl::Status StatusOf(const absl::Status& status) { return status; }
inline absl::Status StatusOf(const grpc::Status& status) { return status::FromGrpcStatus(status); }
template <typename T>
absl::Status StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// For absl::Status, absl::StatusOr and grpc::Status alike.
MATCHER(IsOk, negation ? "is not OK" : "is OK") {
  const absl::Status status = StatusOf(arg);
  *result_listener << "which is " << status.ToString();
  return status.ok();
}

MATCHER_P(StatusIs, code,
          std::string(negation ? "has not" : "has") + " the code " +
              absl::StatusCodeToString(code)) {
  const absl::Status status = StatusOf(arg);
  *result_listener << "which is " << status.ToString();
  return status.code() == code;
}

MATCHER_P2(StatusIs, code, message_matcher,
           std::string(negation ? "has not" : "has") + " the code " +
               absl::StatusCodeToString(code) + " and such a message") {
  const absl::Status status = StatusOf(arg);
  *result_listener << "which is " << status.ToString();
  return status.code() == code &&
         ::testing::ExplainMatchResult(message_matcher, std::string(status.message()),
                                       result_listener);
}

// The reason of its google.rpc.ErrorInfo.
MATCHER_P(HasReason, reason,
          std::string(negation ? "has not" : "has") + " the reason " +
              mamori::v1::ErrorReason_Name(reason)) {
  const absl::Status status = StatusOf(arg);
  *result_listener << "which is " << status.ToString() << " with the reason "
                   << mamori::v1::ErrorReason_Name(status::ReasonOf(status));
  return status::ReasonOf(status) == reason;
}

// IsOkAndHolds(matcher) for absl::StatusOr.
MATCHER_P(IsOkAndHolds, value_matcher,
          negation ? "is not OK with such a value" : "is OK with such a value") {
  if (!arg.ok()) {
    *result_listener << "which is " << arg.status().ToString();
    return false;
  }
  return ::testing::ExplainMatchResult(value_matcher, *arg, result_listener);
}

// Equal field by field; what differs is listed. The expected message may be given as text of the
// same type.
class EqualsProtoMatcher {
 public:
  explicit EqualsProtoMatcher(const google::protobuf::Message& expected)
      : expected_(expected.New()), text_(expected.ShortDebugString()) {
    expected_->CopyFrom(expected);
  }
  explicit EqualsProtoMatcher(std::string_view text) : text_(text) {}

  template <typename Message>
  bool MatchAndExplain(const Message& actual, ::testing::MatchResultListener* listener) const {
    std::unique_ptr<google::protobuf::Message> expected(actual.New());
    if (expected_ != nullptr) {
      if (expected_->GetDescriptor() != actual.GetDescriptor()) {
        *listener << "which is a " << actual.GetTypeName();
        return false;
      }
      expected->CopyFrom(*expected_);
    } else if (!google::protobuf::TextFormat::ParseFromString(text_, expected.get())) {
      *listener << "the expected text is no " << actual.GetTypeName();
      return false;
    }
    std::string diff;
    google::protobuf::util::MessageDifferencer differencer;
    differencer.ReportDifferencesToString(&diff);
    if (differencer.Compare(*expected, actual)) return true;
    *listener << "with the difference:\n" << diff;
    return false;
  }
  void DescribeTo(std::ostream* os) const { *os << "equals the proto " << text_; }
  void DescribeNegationTo(std::ostream* os) const { *os << "differs from the proto " << text_; }

 private:
  std::shared_ptr<google::protobuf::Message> expected_;
  std::string text_;
};

inline ::testing::PolymorphicMatcher<EqualsProtoMatcher> EqualsProto(
    const google::protobuf::Message& expected) {
  return ::testing::MakePolymorphicMatcher(EqualsProtoMatcher(expected));
}
inline ::testing::PolymorphicMatcher<EqualsProtoMatcher> EqualsProto(std::string_view text) {
  return ::testing::MakePolymorphicMatcher(EqualsProtoMatcher(text));
}

}  // namespace mamori::testing

#endif  // MAMORI_COMMON_TESTING_MATCHERS_H_
