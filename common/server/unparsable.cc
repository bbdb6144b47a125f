#include "common/server/unparsable.h"

#include <grpcpp/server_context.h>

#include <atomic>
#include <string_view>

#include "common/status/errors.h"

namespace mamori::server {
namespace {

using grpc::experimental::InterceptionHookPoints;

grpc::Status Unparsable() {
  return status::ToGrpcStatus(
      status::Error(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_INVALID_FIELDS,
                    "the request is malformed or has text that is not UTF-8"),
      "");
}

class Interceptor final : public grpc::experimental::Interceptor {
 public:
  Interceptor(std::string_view method, telemetry::Telemetry& telemetry)
      : method_(method), telemetry_(telemetry) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE)) {
      if (methods->GetRecvMessage() != nullptr) received_ = true;
    }
    // No handler has run, so nobody but gRPC's own parser says INTERNAL. Without a free thread
    // there is no message either, but another code.
    if (!received_ &&
        methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS) &&
        methods->GetSendStatus().error_code() == grpc::StatusCode::INTERNAL) {
      methods->ModifySendStatus(Unparsable());
      telemetry_.RecordCall(method_, "INVALID_ARGUMENT", absl::ZeroDuration(), "", "");
    }
    methods->Proceed();
  }

 private:
  const std::string_view method_;
  telemetry::Telemetry& telemetry_;
  std::atomic<bool> received_ = false;  // a stream that is cancelled is told so by another thread
};

}  // namespace

grpc::experimental::Interceptor* UnparsableRequests::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* info) {
  if (dynamic_cast<grpc::CallbackServerContext*>(info->server_context()) != nullptr) return nullptr;
  return new Interceptor(info->method(), telemetry_);
}

}  // namespace mamori::server
