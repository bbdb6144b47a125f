// The gRPC face of intake: each method is one line of what is done, inside the wrapper of
// common/server.
#ifndef MAMORI_SERVICES_INTAKE_INTAKE_SERVICE_H_
#define MAMORI_SERVICES_INTAKE_INTAKE_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/intake/v1/intake_service.grpc.pb.h"
#include "services/intake/contacts.h"
#include "services/intake/reports.h"
#include "services/intake/submitter.h"

namespace mamori::intake {

// SubmitReport and Echo are callback methods that never block; all others are blocking ones.
using IntakeServiceBase = v1::IntakeService::WithRawCallbackMethod_SubmitReport<
    v1::IntakeService::WithCallbackMethod_Echo<v1::IntakeService::Service>>;

class IntakeService final : public IntakeServiceBase {
 public:
  IntakeService(server::Rpc& rpc, const Submitter& submitter, Reports& reports, Contacts& contacts)
      : rpc_(rpc), submitter_(submitter), reports_(reports), contacts_(contacts) {}

  grpc::ServerUnaryReactor* SubmitReport(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context,
                                 const v1::EchoRequest* request,
                                 v1::EchoResponse* response) override;

  grpc::Status BatchSubmitReports(grpc::ServerContext* context,
                                  const v1::BatchSubmitReportsRequest* request,
                                  v1::BatchSubmitReportsResponse* response) override;
  grpc::Status GetReport(grpc::ServerContext* context, const v1::GetReportRequest* request,
                         mamori::v1::Report* response) override;
  grpc::Status BatchGetReports(grpc::ServerContext* context,
                               const v1::BatchGetReportsRequest* request,
                               v1::BatchGetReportsResponse* response) override;
  grpc::Status ListReports(grpc::ServerContext* context, const v1::ListReportsRequest* request,
                           v1::ListReportsResponse* response) override;
  grpc::Status SupplementReport(grpc::ServerContext* context,
                                const v1::SupplementReportRequest* request,
                                mamori::v1::Supplement* response) override;
  grpc::Status RecordContact(grpc::ServerContext* context, const v1::RecordContactRequest* request,
                             mamori::v1::Contact* response) override;
  grpc::Status ListContacts(grpc::ServerContext* context, const v1::ListContactsRequest* request,
                            v1::ListContactsResponse* response) override;

 private:
  server::Rpc& rpc_;
  const Submitter& submitter_;
  Reports& reports_;
  Contacts& contacts_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_INTAKE_SERVICE_H_
