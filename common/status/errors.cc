#include "common/status/errors.h"

#include <algorithm>
#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"

namespace mamori::status {
namespace {

using mamori::v1::ErrorReason;

constexpr char kDomain[] = "mamori";
constexpr char kReasonPrefix[] = "ERROR_REASON_";
constexpr char kDetailPrefix[] = "type.googleapis.com/google.rpc.";
constexpr char kErrorInfoUrl[] = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr char kBadRequestUrl[] = "type.googleapis.com/google.rpc.BadRequest";
constexpr char kRetryInfoUrl[] = "type.googleapis.com/google.rpc.RetryInfo";

// Together they keep a full BadRequest, in base 64, below the 8 KB at which metadata is refused.
constexpr size_t kMaxViolations = 20;
constexpr size_t kMaxText = 120;
constexpr size_t kMaxMessage = 512;
constexpr size_t kMaxDetails = 5600;

constexpr absl::Duration kDefaultRetryAfter = absl::Seconds(1);

// Cut at a character's boundary: half a character is not a valid proto string.
std::string Cut(std::string_view text, size_t max) {
  if (text.size() <= max) return std::string(text);
  size_t end = max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end));
}

std::string ReasonText(ErrorReason reason) {
  return mamori::v1::ErrorReason_Name(reason).substr(sizeof(kReasonPrefix) - 1);
}

template <typename Message>
void SetDetail(absl::Status& status, const char* url, const Message& message) {
  status.SetPayload(url, absl::Cord(message.SerializeAsString()));
}

template <typename Message>
std::optional<Message> GetDetail(const absl::Status& status, const char* url) {
  const auto payload = status.GetPayload(url);
  Message message;
  if (!payload || !message.ParseFromString(std::string(*payload))) return std::nullopt;
  return message;
}

void SetReason(absl::Status& status, ErrorReason reason,
               const std::map<std::string, std::string>& metadata = {}) {
  google::rpc::ErrorInfo info;
  info.set_reason(ReasonText(reason));
  info.set_domain(kDomain);
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = value;
  SetDetail(status, kErrorInfoUrl, info);
}

void SetRetryInfo(absl::Status& status, absl::Duration after) {
  const absl::Duration delay = std::max(after, absl::ZeroDuration());
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(delay));
  info.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(delay % absl::Seconds(1))));
  SetDetail(status, kRetryInfoUrl, info);
}

// The reason of a status that brought none.
ErrorReason DefaultReason(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return v1::ERROR_REASON_UNSPECIFIED;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return v1::ERROR_REASON_INVALID_FIELDS;
    case absl::StatusCode::kCancelled:  // as after a deadline: nobody waits, and it may be sent
                                        // again
    case absl::StatusCode::kDeadlineExceeded:
      return v1::ERROR_REASON_DEADLINE;
    case absl::StatusCode::kNotFound:
      return v1::ERROR_REASON_NOT_FOUND;
    case absl::StatusCode::kAlreadyExists:
      return v1::ERROR_REASON_ALREADY_EXISTS;
    case absl::StatusCode::kPermissionDenied:
      return v1::ERROR_REASON_CALLER_NOT_ALLOWED;
    case absl::StatusCode::kUnauthenticated:
      return v1::ERROR_REASON_UNKNOWN_CALLER;
    case absl::StatusCode::kResourceExhausted:
      return v1::ERROR_REASON_OVERLOADED;
    case absl::StatusCode::kFailedPrecondition:
      return v1::ERROR_REASON_STATE_NOT_ALLOWED;
    case absl::StatusCode::kAborted:
      return v1::ERROR_REASON_CONFLICT;
    case absl::StatusCode::kUnavailable:
      return v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE;
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kDoNotUseReservedForFutureExpansionUseDefaultInSwitchInstead_:
      return v1::ERROR_REASON_INTERNAL;
  }
  return v1::ERROR_REASON_INTERNAL;
}

grpc::StatusCode ToGrpcCode(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return grpc::StatusCode::OK;
    case absl::StatusCode::kCancelled:
      return grpc::StatusCode::CANCELLED;
    case absl::StatusCode::kInvalidArgument:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case absl::StatusCode::kDeadlineExceeded:
      return grpc::StatusCode::DEADLINE_EXCEEDED;
    case absl::StatusCode::kNotFound:
      return grpc::StatusCode::NOT_FOUND;
    case absl::StatusCode::kAlreadyExists:
      return grpc::StatusCode::ALREADY_EXISTS;
    case absl::StatusCode::kPermissionDenied:
      return grpc::StatusCode::PERMISSION_DENIED;
    case absl::StatusCode::kResourceExhausted:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case absl::StatusCode::kFailedPrecondition:
      return grpc::StatusCode::FAILED_PRECONDITION;
    case absl::StatusCode::kAborted:
      return grpc::StatusCode::ABORTED;
    case absl::StatusCode::kOutOfRange:
      return grpc::StatusCode::OUT_OF_RANGE;
    case absl::StatusCode::kUnimplemented:
      return grpc::StatusCode::UNIMPLEMENTED;
    case absl::StatusCode::kInternal:
      return grpc::StatusCode::INTERNAL;
    case absl::StatusCode::kUnavailable:
      return grpc::StatusCode::UNAVAILABLE;
    case absl::StatusCode::kDataLoss:
      return grpc::StatusCode::DATA_LOSS;
    case absl::StatusCode::kUnauthenticated:
      return grpc::StatusCode::UNAUTHENTICATED;
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDoNotUseReservedForFutureExpansionUseDefaultInSwitchInstead_:
      return grpc::StatusCode::UNKNOWN;
  }
  return grpc::StatusCode::UNKNOWN;
}

absl::StatusCode FromGrpcCode(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::OK:
      return absl::StatusCode::kOk;
    case grpc::StatusCode::CANCELLED:
      return absl::StatusCode::kCancelled;
    case grpc::StatusCode::INVALID_ARGUMENT:
      return absl::StatusCode::kInvalidArgument;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return absl::StatusCode::kDeadlineExceeded;
    case grpc::StatusCode::NOT_FOUND:
      return absl::StatusCode::kNotFound;
    case grpc::StatusCode::ALREADY_EXISTS:
      return absl::StatusCode::kAlreadyExists;
    case grpc::StatusCode::PERMISSION_DENIED:
      return absl::StatusCode::kPermissionDenied;
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return absl::StatusCode::kResourceExhausted;
    case grpc::StatusCode::FAILED_PRECONDITION:
      return absl::StatusCode::kFailedPrecondition;
    case grpc::StatusCode::ABORTED:
      return absl::StatusCode::kAborted;
    case grpc::StatusCode::OUT_OF_RANGE:
      return absl::StatusCode::kOutOfRange;
    case grpc::StatusCode::UNIMPLEMENTED:
      return absl::StatusCode::kUnimplemented;
    case grpc::StatusCode::INTERNAL:
      return absl::StatusCode::kInternal;
    case grpc::StatusCode::UNAVAILABLE:
      return absl::StatusCode::kUnavailable;
    case grpc::StatusCode::DATA_LOSS:
      return absl::StatusCode::kDataLoss;
    case grpc::StatusCode::UNAUTHENTICATED:
      return absl::StatusCode::kUnauthenticated;
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::DO_NOT_USE:
      return absl::StatusCode::kUnknown;
  }
  return absl::StatusCode::kUnknown;
}

// What may leave: our faults masked, a reason always there, RESOURCE_EXHAUSTED never without a time
// to come again.
absl::Status Outgoing(const absl::Status& status, std::string_view request_id) {
  if (IsFault(status.code())) {
    const std::string id(request_id);
    absl::Status masked(absl::StatusCode::kInternal,
                        absl::StrCat("internal error, see request id ", id));
    SetReason(masked, v1::ERROR_REASON_INTERNAL, {{"request_id", id}});
    return masked;
  }
  absl::Status out = status;
  if (ReasonOf(out) == v1::ERROR_REASON_UNSPECIFIED) SetReason(out, DefaultReason(out.code()));
  if (out.code() == absl::StatusCode::kResourceExhausted && !out.GetPayload(kRetryInfoUrl)) {
    SetRetryInfo(out, kDefaultRetryAfter);
  }
  return out;
}

}  // namespace

bool IsFault(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

absl::Status Error(absl::StatusCode code, ErrorReason reason, std::string_view message,
                   const std::map<std::string, std::string>& metadata) {
  absl::Status status(code, absl::string_view(message.data(), message.size()));
  SetReason(status, reason, metadata);
  return status;
}

absl::Status NotFound(std::string_view collection) {
  return Error(absl::StatusCode::kNotFound, v1::ERROR_REASON_NOT_FOUND,
               absl::StrCat("no such ", std::string(collection)));
}

absl::Status EtagMismatch() {
  return Error(absl::StatusCode::kAborted, v1::ERROR_REASON_ETAG_MISMATCH,
               "etag is not the current one: read again, then decide again");
}

absl::Status StateNotAllowed(std::string_view message) {
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_STATE_NOT_ALLOWED, message);
}

absl::Status RequestIdReused() {
  return Error(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_REQUEST_ID_REUSED,
               "request_id: used before with another body");
}

absl::Status PageTokenInvalid() {
  return Error(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_PAGE_TOKEN,
               "page_token: malformed, or of another query");
}

absl::Status Overloaded(absl::Duration retry_after) {
  absl::Status status = Error(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_OVERLOADED,
                              "too many calls are waiting");
  SetRetryInfo(status, retry_after);
  return status;
}

absl::Status Backlog(absl::Duration retry_after) {
  absl::Status status = Error(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_BACKLOG,
                              "what was accepted waits to be passed on");
  SetRetryInfo(status, retry_after);
  return status;
}

absl::Status EventGap(int64_t want_sequence) {
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_EVENT_GAP,
               "an earlier event of the subject is missing",
               {{"want_sequence", absl::StrCat(want_sequence)}});
}

absl::Status PolicyUnknown(std::string_view digest) {
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_POLICY_UNKNOWN,
               "the policy version is not known here yet", {{"digest", std::string(digest)}});
}

void Violations::Add(std::string path, std::string description) {
  if (violations_.size() == kMaxViolations) {
    ++dropped_;
    return;
  }
  violations_.emplace_back(Cut(path, kMaxText), Cut(description, kMaxText));
}

absl::Status Violations::Status() const {
  if (violations_.empty()) return absl::OkStatus();
  std::string message = absl::StrCat(violations_[0].first, ": ", violations_[0].second);
  const size_t more = violations_.size() - 1 + static_cast<size_t>(dropped_);
  if (more > 0) absl::StrAppend(&message, " (and ", more, " more)");
  absl::Status status =
      Error(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_INVALID_FIELDS, message);
  google::rpc::BadRequest detail;
  for (const auto& [path, description] : violations_) {
    auto* violation = detail.add_field_violations();
    violation->set_field(path);
    violation->set_description(description);
  }
  SetDetail(status, kBadRequestUrl, detail);
  return status;
}

ErrorReason ReasonOf(const absl::Status& status) {
  const auto info = GetDetail<google::rpc::ErrorInfo>(status, kErrorInfoUrl);
  ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  if (info && info->domain() == kDomain) {
    mamori::v1::ErrorReason_Parse(absl::StrCat(kReasonPrefix, info->reason()), &reason);
  }
  return reason;
}

bool HasReason(const absl::Status& status, ErrorReason reason) {
  return ReasonOf(status) == reason;
}

google::rpc::Status ToProtoStatus(const absl::Status& status, std::string_view request_id) {
  google::rpc::Status proto;
  if (status.ok()) return proto;
  const absl::Status out = Outgoing(status, request_id);
  proto.set_code(static_cast<int>(ToGrpcCode(out.code())));
  proto.set_message(Cut(std::string_view(out.message().data(), out.message().size()), kMaxMessage));
  std::map<std::string, std::string> details;  // sorted, so that equal statuses are equal bytes
  out.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    if (url != kErrorInfoUrl && absl::StartsWith(url, kDetailPrefix)) {
      details.emplace(std::string(url), std::string(payload));
    }
  });
  const auto add = [&](const std::string& url, const std::string& value) {
    if (proto.ByteSizeLong() + url.size() + value.size() > kMaxDetails) return;
    auto* any = proto.add_details();
    any->set_type_url(url);
    any->set_value(value);
  };
  add(kErrorInfoUrl, std::string(*out.GetPayload(kErrorInfoUrl)));
  for (const auto& [url, value] : details) add(url, value);
  return proto;
}

absl::Status FromProtoStatus(const google::rpc::Status& status) {
  const bool known =
      status.code() >= grpc::StatusCode::OK && status.code() <= grpc::StatusCode::UNAUTHENTICATED;
  const absl::StatusCode code = known ? FromGrpcCode(static_cast<grpc::StatusCode>(status.code()))
                                      : absl::StatusCode::kUnknown;
  if (code == absl::StatusCode::kOk) return absl::OkStatus();
  absl::Status result(code, status.message());
  for (const auto& any : status.details()) {
    result.SetPayload(any.type_url(), absl::Cord(any.value()));
  }
  return result;
}

grpc::Status ToGrpcStatus(const absl::Status& status, std::string_view request_id) {
  if (status.ok()) return grpc::Status();
  const google::rpc::Status proto = ToProtoStatus(status, request_id);
  return grpc::Status(static_cast<grpc::StatusCode>(proto.code()), proto.message(),
                      proto.SerializeAsString());
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(FromGrpcCode(status.error_code()), status.error_message());
  google::rpc::Status proto;
  if (proto.ParseFromString(status.error_details())) {
    for (const auto& any : proto.details()) {
      result.SetPayload(any.type_url(), absl::Cord(any.value()));
    }
  }
  return result;
}

}  // namespace mamori::status
