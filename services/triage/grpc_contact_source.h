// ContactSource over the intake service.
#ifndef MAMORI_SERVICES_TRIAGE_GRPC_CONTACT_SOURCE_H_
#define MAMORI_SERVICES_TRIAGE_GRPC_CONTACT_SOURCE_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "mamori/intake/v1/contact_service.grpc.pb.h"
#include "services/triage/contact_source.h"

namespace mamori::triage {

class GrpcContactSource final : public ContactSource {
 public:
  explicit GrpcContactSource(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(intake::v1::ContactService::NewStub(channel)) {}

  absl::StatusOr<std::map<id::Id, mamori::v1::Contact>> ReadContacts(const std::string& tenant,
                                                                     const std::vector<id::Id>& ids,
                                                                     absl::Time deadline) override;

 private:
  const std::unique_ptr<intake::v1::ContactService::StubInterface> stub_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_GRPC_CONTACT_SOURCE_H_
