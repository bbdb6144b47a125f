// The gRPC face of the contact log for the service that counts contacts.
#ifndef MAMORI_SERVICES_INTAKE_CONTACT_SERVICE_H_
#define MAMORI_SERVICES_INTAKE_CONTACT_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/intake/v1/contact_service.grpc.pb.h"
#include "services/intake/contacts.h"

namespace mamori::intake {

class ContactService final : public v1::ContactService::Service {
 public:
  ContactService(server::Rpc& rpc, Contacts& contacts) : rpc_(rpc), contacts_(contacts) {}

  grpc::Status BatchGetContacts(grpc::ServerContext* context,
                                const v1::BatchGetContactsRequest* request,
                                v1::BatchGetContactsResponse* response) override;

 private:
  server::Rpc& rpc_;
  Contacts& contacts_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_CONTACT_SERVICE_H_
