#include "common/server/rpc.h"

#include <algorithm>

#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::server {
namespace {

// A stream without a deadline lives on; this is only what its handler sees.
constexpr absl::Duration kStreamDeadline = absl::Hours(24);
constexpr absl::Duration kRetryAfter = absl::Seconds(1);  // a blocking call takes less

std::string_view CodeName(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::OK:
      return "OK";
    case grpc::StatusCode::CANCELLED:
      return "CANCELLED";
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::DO_NOT_USE:
      return "UNKNOWN";
    case grpc::StatusCode::INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return "DEADLINE_EXCEEDED";
    case grpc::StatusCode::NOT_FOUND:
      return "NOT_FOUND";
    case grpc::StatusCode::ALREADY_EXISTS:
      return "ALREADY_EXISTS";
    case grpc::StatusCode::PERMISSION_DENIED:
      return "PERMISSION_DENIED";
    case grpc::StatusCode::UNAUTHENTICATED:
      return "UNAUTHENTICATED";
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    case grpc::StatusCode::FAILED_PRECONDITION:
      return "FAILED_PRECONDITION";
    case grpc::StatusCode::ABORTED:
      return "ABORTED";
    case grpc::StatusCode::OUT_OF_RANGE:
      return "OUT_OF_RANGE";
    case grpc::StatusCode::UNIMPLEMENTED:
      return "UNIMPLEMENTED";
    case grpc::StatusCode::INTERNAL:
      return "INTERNAL";
    case grpc::StatusCode::UNAVAILABLE:
      return "UNAVAILABLE";
    case grpc::StatusCode::DATA_LOSS:
      return "DATA_LOSS";
  }
  return "UNKNOWN";
}

}  // namespace

absl::Time Rpc::DeadlineOf(const grpc::ServerContextBase& context, absl::Time now,
                           bool stream) const {
  const auto sent = context.deadline();
  if (sent == std::chrono::system_clock::time_point::max()) {
    return now + (stream ? kStreamDeadline : options_.default_deadline);
  }
  return std::min(absl::FromChrono(sent), now + (stream ? kStreamDeadline : options_.max_deadline));
}

Rpc::Call Rpc::Begin(const grpc::ServerContextBase& context, std::string_view method, Needs needs,
                     Handling handling) {
  Call call;
  call.blocking = handling != Handling::kAsync;
  const bool crowded =
      call.blocking && blocking_.fetch_add(1, std::memory_order_acq_rel) >= options_.max_blocking;
  in_flight_.fetch_add(1, std::memory_order_acq_rel);  // before draining_ is looked at
  call.begin = clock_.Monotonic();
  call.context.method = method;
  Metadata metadata = ReadMetadata(context.client_metadata());
  call.anonymous = needs == Needs::kAnonymous;
  if (call.anonymous) {
    metadata.request_id.clear();
    metadata.traceparent.clear();
  }
  call.context.request_id =
      metadata.request_id.empty() ? id::ToText(ids_.NewId()) : metadata.request_id;
  call.context.traceparent = metadata.traceparent;
  const absl::Time now = clock_.Now();
  call.context.deadline = DeadlineOf(context, now, handling == Handling::kStream);

  if (draining_.load(std::memory_order_acquire)) {
    call.status = absl::UnavailableError("the server is stopping");
    return call;
  }
  if (crowded) {
    call.status = status::Overloaded(kRetryAfter);
    return call;
  }
  call.status = admission_.Admit(context, metadata, needs, call.context, call.identity);
  if (!call.status.ok()) return call;
  if (call.blocking && !call.context.person.empty()) {
    call.shared = shares_.Enter(call.context.tenant, call.context.person);
    if (!call.shared) {
      call.status = status::Overloaded(kRetryAfter);
      return call;
    }
  }
  if (call.context.deadline <= now) {
    call.status = absl::DeadlineExceededError("the deadline passed before the call began");
  }
  return call;
}

namespace {

bool IsRefusal(const CallContext& call, grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::UNAUTHENTICATED:
      return true;
    case grpc::StatusCode::NOT_FOUND:
      return !call.person.empty();
    default:
      return false;
  }
}

}  // namespace

absl::Status Rpc::StillHolds(const Call& call, const StreamCheck& check) const {
  if (call.identity != nullptr) RETURN_IF_ERROR(admission_.StillHolds(*call.identity));
  return check == nullptr ? absl::OkStatus() : check(call.context);
}

void Rpc::AwaitQuantum(const Call& call) const {
  if (options_.sleeper == nullptr || options_.hidden_quantum <= absl::ZeroDuration()) return;
  const absl::Duration left = moments_.Left(clock_.Monotonic() - call.begin);
  options_.sleeper->Sleep(
      std::clamp(call.context.deadline - clock_.Now(), absl::ZeroDuration(), left));
}

grpc::Status Rpc::End(const Call& call, const absl::Status& status) {
  grpc::Status out = status::ToGrpcStatus(status, call.context.request_id);
  if (status::IsFault(status.code()) && !call.anonymous) {
    // The caller sees only the request id: what happened is found here by it.
    telemetry_.Log(telemetry::Level::kError, "call_failed",
                   {{"method", call.context.method},
                    {"request_id", call.context.request_id},
                    {"traceparent", call.context.traceparent},
                    {"message", std::string(status.message())}});
  }
  const absl::Duration took = clock_.Monotonic() - call.begin;
  if (call.anonymous) {
    telemetry_.MeasureCall(call.context.method, CodeName(out.error_code()), took);
  } else {
    telemetry_.RecordCall(call.context.method, CodeName(out.error_code()), took,
                          call.context.caller, call.context.request_id);
  }
  // Of an anonymous call nothing is kept, not even that it was refused.
  if (refused_ != nullptr && !call.anonymous && IsRefusal(call.context, out.error_code())) {
    refused_(call.context, CodeName(out.error_code()));
  }
  if (call.shared) shares_.Leave(call.context.tenant, call.context.person);
  if (call.blocking) blocking_.fetch_sub(1, std::memory_order_acq_rel);
  in_flight_.fetch_sub(1, std::memory_order_acq_rel);
  return out;
}

absl::Status Rpc::CaughtException() {
  // Called in a catch block. The text of an exception may hold values, so only its kind is told.
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return absl::InternalError("exception in a handler: bad_alloc");
  } catch (const std::logic_error&) {
    return absl::InternalError("exception in a handler: logic_error");
  } catch (const std::runtime_error&) {
    return absl::InternalError("exception in a handler: runtime_error");
  } catch (...) {
    return absl::InternalError("exception in a handler");
  }
}

}  // namespace mamori::server
