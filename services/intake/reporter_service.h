// The gRPC face of what reporters do; as intake_service.h. All methods are blocking ones.
#ifndef MAMORI_SERVICES_INTAKE_REPORTER_SERVICE_H_
#define MAMORI_SERVICES_INTAKE_REPORTER_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/intake/v1/reporter_service.grpc.pb.h"
#include "services/intake/consents.h"
#include "services/intake/dialogue_parties.h"
#include "services/intake/flood_control.h"
#include "services/intake/own_reports.h"
#include "services/intake/reporters.h"
#include "services/intake/sealing_keys.h"

namespace mamori::intake {

class ReporterService final : public v1::ReporterService::Service {
 public:
  struct Dependencies {
    server::Rpc& rpc;
    Reporters& reporters;
    OwnReports& own;
    Consents& consents;
    DialogueParties& parties;
    FloodControl& flood;
    const SealingKeys& sealing;
  };
  explicit ReporterService(Dependencies dependencies) : d_(dependencies) {}

  grpc::Status SubmitAnonymousReport(grpc::ServerContext* context,
                                     const v1::SubmitAnonymousReportRequest* request,
                                     v1::SubmitAnonymousReportResponse* response) override;
  grpc::Status RotateReceipt(grpc::ServerContext* context, const v1::RotateReceiptRequest* request,
                             google::protobuf::Empty* response) override;
  grpc::Status GetSealingKey(grpc::ServerContext* context, const v1::GetSealingKeyRequest* request,
                             v1::SealingKey* response) override;
  grpc::Status SetAnonymousSharing(grpc::ServerContext* context,
                                   const v1::SetAnonymousSharingRequest* request,
                                   v1::Sharing* response) override;
  grpc::Status WithdrawAnonymousReport(grpc::ServerContext* context,
                                       const v1::WithdrawAnonymousReportRequest* request,
                                       v1::WithdrawReportResponse* response) override;
  grpc::Status SubmitIdentifiedReport(grpc::ServerContext* context,
                                      const v1::SubmitIdentifiedReportRequest* request,
                                      v1::SubmitReportResponse* response) override;
  grpc::Status SetSharing(grpc::ServerContext* context, const v1::SetSharingRequest* request,
                          v1::Sharing* response) override;
  grpc::Status GetSharing(grpc::ServerContext* context, const v1::GetSharingRequest* request,
                          v1::Sharing* response) override;
  grpc::Status WithdrawReport(grpc::ServerContext* context,
                              const v1::WithdrawReportRequest* request,
                              v1::WithdrawReportResponse* response) override;
  grpc::Status GiveAnonymousConsent(grpc::ServerContext* context,
                                    const v1::GiveAnonymousConsentRequest* request,
                                    v1::Consent* response) override;
  grpc::Status WithdrawAnonymousConsent(grpc::ServerContext* context,
                                        const v1::WithdrawAnonymousConsentRequest* request,
                                        v1::WithdrawConsentResponse* response) override;
  grpc::Status GiveConsent(grpc::ServerContext* context, const v1::GiveConsentRequest* request,
                           v1::Consent* response) override;
  grpc::Status WithdrawConsent(grpc::ServerContext* context,
                               const v1::WithdrawConsentRequest* request,
                               v1::WithdrawConsentResponse* response) override;
  grpc::Status GetConsent(grpc::ServerContext* context, const v1::GetConsentRequest* request,
                          v1::Consent* response) override;

 private:
  // Who asks by a receipt, within the receipt's own allowance.
  absl::StatusOr<Party> ByReceipt(const server::CallContext& call, const std::string& receipt);
  // `handler(request, party)` of whoever has the receipt that the request names, sealed or not.
  template <typename Response, typename Request, typename Handler>
  absl::StatusOr<Response> ForReporter(const server::CallContext& call, const Request& request,
                                       Handler&& handler);

  const Dependencies d_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_REPORTER_SERVICE_H_
