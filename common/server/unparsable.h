// What a caller sees whose bytes are no message of the method's request type.
#ifndef MAMORI_COMMON_SERVER_UNPARSABLE_H_
#define MAMORI_COMMON_SERVER_UNPARSABLE_H_

#include <grpcpp/support/server_interceptor.h>

#include "common/telemetry/telemetry.h"

namespace mamori::server {

// gRPC answers such bytes before any handler is asked: INTERNAL in a method of the sync API, as if
// the fault were ours. From this interceptor the caller gets INVALID_ARGUMENT, and the call is
// recorded, without a caller's name.
//
// Methods of the callback API are left alone, since they are the fast ones: a raw one parses for
// itself, and any other answers UNIMPLEMENTED, as gRPC has it.
class UnparsableRequests final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit UnparsableRequests(telemetry::Telemetry& telemetry) : telemetry_(telemetry) {}
  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override;

 private:
  telemetry::Telemetry& telemetry_;
};

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_UNPARSABLE_H_
