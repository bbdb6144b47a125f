// Asks triage to use up the act of two persons by which an identity is opened.
#ifndef MAMORI_SERVICES_INTAKE_ACT_USER_H_
#define MAMORI_SERVICES_INTAKE_ACT_USER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/client/on_behalf.h"
#include "common/server/caller.h"
#include "mamori/intake/v1/identity_service.pb.h"
#include "mamori/triage/v1/two_person_service.grpc.pb.h"

namespace mamori::intake {

class ActUser {
 public:
  virtual ~ActUser() = default;
  // For the person of `call`, whose right is decided there again. Whether the policy has the
  // reporter told; or the error of TwoPersonService. The same again is the same use. Thread safe.
  virtual absl::StatusOr<bool> Use(const server::CallContext& call,
                                   const v1::UnsealIdentityRequest& request) = 0;
};

class GrpcActUser final : public ActUser {
 public:
  GrpcActUser(const std::shared_ptr<grpc::Channel>& triage, client::OnBehalf on_behalf)
      : stub_(triage::v1::TwoPersonService::NewStub(triage)), on_behalf_(std::move(on_behalf)) {}

  absl::StatusOr<bool> Use(const server::CallContext& call,
                           const v1::UnsealIdentityRequest& request) override;

 private:
  const std::unique_ptr<triage::v1::TwoPersonService::Stub> stub_;
  const client::OnBehalf on_behalf_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_ACT_USER_H_
