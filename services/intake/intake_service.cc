#include "services/intake/intake_service.h"

#include <string>
#include <utility>

#include "services/intake/methods.h"
#include "services/intake/validate.h"

namespace mamori::intake {

using server::CallContext;
using server::Needs;

namespace {

// What is serialized already leaves as it is.
template <typename Done>
auto AsBytes(Done done) {
  return [done = std::move(done)](absl::StatusOr<std::string> answer) {
    if (!answer.ok()) return done(answer.status());
    const grpc::Slice slice(*answer);
    done(grpc::ByteBuffer(&slice, 1));
  };
}

}  // namespace

grpc::ServerUnaryReactor* IntakeService::SubmitReport(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  return rpc_.UnaryAsync(context, kSubmitReport, Needs::kTenant, response,
                         [&](const CallContext& call, auto done) {
                           submitter_.Submit(call, *request, AsBytes(std::move(done)));
                         });
}

grpc::ServerUnaryReactor* IntakeService::Echo(grpc::CallbackServerContext* context,
                                              const v1::EchoRequest* request,
                                              v1::EchoResponse* response) {
  return rpc_.UnaryAsync(context, kEcho, Needs::kTenant, response,
                         [&](const CallContext&, auto done) {
                           if (absl::Status status = ValidateEcho(*request); !status.ok()) {
                             return done(std::move(status));
                           }
                           v1::EchoResponse echo;
                           echo.set_payload(request->payload());
                           done(std::move(echo));
                         });
}

grpc::Status IntakeService::BatchSubmitReports(grpc::ServerContext* context,
                                               const v1::BatchSubmitReportsRequest* request,
                                               v1::BatchSubmitReportsResponse* response) {
  return rpc_.Unary(
      context, kBatchSubmitReports, Needs::kTenant, response,
      [&](const CallContext& call) { return submitter_.SubmitBatch(call, *request); });
}

grpc::Status IntakeService::GetReport(grpc::ServerContext* context,
                                      const v1::GetReportRequest* request,
                                      mamori::v1::Report* response) {
  return rpc_.Unary(context, kGetReport, Needs::kTenant, response,
                    [&](const CallContext& call) { return reports_.Get(call, *request); });
}

grpc::Status IntakeService::BatchGetReports(grpc::ServerContext* context,
                                            const v1::BatchGetReportsRequest* request,
                                            v1::BatchGetReportsResponse* response) {
  return rpc_.Unary(context, kBatchGetReports, Needs::kTenantOrService, response,
                    [&](const CallContext& call) { return reports_.BatchGet(call, *request); });
}

grpc::Status IntakeService::ListReports(grpc::ServerContext* context,
                                        const v1::ListReportsRequest* request,
                                        v1::ListReportsResponse* response) {
  return rpc_.Unary(context, kListReports, Needs::kTenant, response,
                    [&](const CallContext& call) { return reports_.List(call, *request); });
}

grpc::Status IntakeService::SupplementReport(grpc::ServerContext* context,
                                             const v1::SupplementReportRequest* request,
                                             mamori::v1::Supplement* response) {
  return rpc_.Unary(context, kSupplementReport, Needs::kTenant, response,
                    [&](const CallContext& call) { return reports_.Supplement(call, *request); });
}

grpc::Status IntakeService::RecordContact(grpc::ServerContext* context,
                                          const v1::RecordContactRequest* request,
                                          mamori::v1::Contact* response) {
  return rpc_.Unary(context, kRecordContact, Needs::kTenant, response,
                    [&](const CallContext& call) { return contacts_.Record(call, *request); });
}

grpc::Status IntakeService::ListContacts(grpc::ServerContext* context,
                                         const v1::ListContactsRequest* request,
                                         v1::ListContactsResponse* response) {
  return rpc_.Unary(context, kListContacts, Needs::kTenant, response,
                    [&](const CallContext& call) { return contacts_.List(call, *request); });
}

}  // namespace mamori::intake
