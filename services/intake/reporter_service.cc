#include "services/intake/reporter_service.h"

#include "common/receipt/receipt.h"
#include "common/server/caller.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/intake/methods.h"
#include "services/intake/reporter_rules.h"
#include "services/intake/sealed_calls.h"

namespace mamori::intake {

using google::protobuf::Empty;
using server::CallContext;
using server::Needs;

grpc::Status ReporterService::SubmitAnonymousReport(grpc::ServerContext* context,
                                                    const v1::SubmitAnonymousReportRequest* request,
                                                    v1::SubmitAnonymousReportResponse* response) {
  return d_.rpc.Unary(context, kSubmitAnonymousReport, Needs::kAnonymous, response,
                      [&](const CallContext& call) { return d_.reporters.Submit(call, *request); });
}

grpc::Status ReporterService::RotateReceipt(grpc::ServerContext* context,
                                            const v1::RotateReceiptRequest* request,
                                            Empty* response) {
  return d_.rpc.Unary(context, kRotateReceipt, Needs::kAnonymous, response,
                      [&](const CallContext& call) {
                        return UnsealedDone(d_.sealing, call.tenant, *request,
                                            [&](const v1::RotateReceiptRequest& opened) {
                                              return d_.reporters.RotateReceipt(call, opened);
                                            });
                      });
}

absl::StatusOr<Party> ReporterService::ByReceipt(const CallContext& call,
                                                 const std::string& receipt) {
  ASSIGN_OR_RETURN(const std::string text, receipt::Parse(receipt));
  RETURN_IF_ERROR(d_.flood.AdmitReceipt(text));
  return d_.parties.ByReceipt(call, text);
}

template <typename Response, typename Request, typename Handler>
absl::StatusOr<Response> ReporterService::ForReporter(const CallContext& call,
                                                      const Request& request, Handler&& handler) {
  return Unsealed<Response>(
      d_.sealing, call.tenant, request, [&](const Request& opened) -> absl::StatusOr<Response> {
        RETURN_IF_ERROR(Validate(opened));
        ASSIGN_OR_RETURN(const Party party, ByReceipt(call, opened.receipt()));
        return handler(opened, party);
      });
}

grpc::Status ReporterService::GetSealingKey(grpc::ServerContext* context,
                                            const v1::GetSealingKeyRequest*,
                                            v1::SealingKey* response) {
  return d_.rpc.Unary(context, kGetSealingKey, Needs::kAnonymous, response,
                      [&](const CallContext& call) -> absl::StatusOr<v1::SealingKey> {
                        v1::SealingKey key;
                        ASSIGN_OR_RETURN(SealingKeys::PublishedKey published,
                                         d_.sealing.Published(call.tenant));
                        key.mutable_public_key()->swap(published.key);
                        *key.mutable_expire_time() = time::ToTimestamp(published.expire_time);
                        return key;
                      });
}

grpc::Status ReporterService::SetAnonymousSharing(grpc::ServerContext* context,
                                                  const v1::SetAnonymousSharingRequest* request,
                                                  v1::Sharing* response) {
  return d_.rpc.Unary(
      context, kSetAnonymousSharing, Needs::kAnonymous, response, [&](const CallContext& call) {
        return ForReporter<v1::Sharing>(
            call, *request, [&](const v1::SetAnonymousSharingRequest& opened, const Party& party) {
              return d_.own.Share(call, party, opened.sharing());
            });
      });
}

grpc::Status ReporterService::WithdrawAnonymousReport(
    grpc::ServerContext* context, const v1::WithdrawAnonymousReportRequest* request,
    v1::WithdrawReportResponse* response) {
  return d_.rpc.Unary(
      context, kWithdrawAnonymousReport, Needs::kAnonymous, response, [&](const CallContext& call) {
        return ForReporter<v1::WithdrawReportResponse>(
            call, *request, [&](const v1::WithdrawAnonymousReportRequest&, const Party& party) {
              return d_.own.Withdraw(call, party);
            });
      });
}

grpc::Status ReporterService::SubmitIdentifiedReport(
    grpc::ServerContext* context, const v1::SubmitIdentifiedReportRequest* request,
    v1::SubmitReportResponse* response) {
  return d_.rpc.Unary(context, kSubmitIdentifiedReport, Needs::kTenantAndPerson, response,
                      [&](const CallContext& call) -> absl::StatusOr<v1::SubmitReportResponse> {
                        if (!request->report().immediate_danger()) {
                          RETURN_IF_ERROR(d_.flood.AdmitNamed(call));
                        }
                        return d_.own.Submit(call, *request);
                      });
}

grpc::Status ReporterService::SetSharing(grpc::ServerContext* context,
                                         const v1::SetSharingRequest* request,
                                         v1::Sharing* response) {
  return d_.rpc.Unary(context, kSetSharing, Needs::kTenantAndPerson, response,
                      [&](const CallContext& call) -> absl::StatusOr<v1::Sharing> {
                        RETURN_IF_ERROR(Validate(*request));
                        ASSIGN_OR_RETURN(const Party party,
                                         d_.parties.Reporter(call, request->report()));
                        return d_.own.Share(call, party, request->sharing());
                      });
}

grpc::Status ReporterService::GetSharing(grpc::ServerContext* context,
                                         const v1::GetSharingRequest* request,
                                         v1::Sharing* response) {
  // Triage asks on behalf of a person whether a report is their own: the table lets nobody call it
  // without one.
  return d_.rpc.Unary(context, kGetSharing, Needs::kTenantOrService, response,
                      [&](const CallContext& call) -> absl::StatusOr<v1::Sharing> {
                        RETURN_IF_ERROR(Validate(*request));
                        RETURN_IF_ERROR(server::RequireResource(call, {request->report()}));
                        ASSIGN_OR_RETURN(const Party party,
                                         d_.parties.Reporter(call, request->report()));
                        return d_.own.GetSharing(call, party);
                      });
}

grpc::Status ReporterService::WithdrawReport(grpc::ServerContext* context,
                                             const v1::WithdrawReportRequest* request,
                                             v1::WithdrawReportResponse* response) {
  return d_.rpc.Unary(context, kWithdrawReport, Needs::kTenantAndPerson, response,
                      [&](const CallContext& call) -> absl::StatusOr<v1::WithdrawReportResponse> {
                        RETURN_IF_ERROR(Validate(*request));
                        ASSIGN_OR_RETURN(const Party party,
                                         d_.parties.Reporter(call, request->report()));
                        return d_.own.Withdraw(call, party);
                      });
}

grpc::Status ReporterService::GiveAnonymousConsent(grpc::ServerContext* context,
                                                   const v1::GiveAnonymousConsentRequest* request,
                                                   v1::Consent* response) {
  return d_.rpc.Unary(
      context, kGiveAnonymousConsent, Needs::kAnonymous, response, [&](const CallContext& call) {
        return ForReporter<v1::Consent>(
            call, *request, [&](const v1::GiveAnonymousConsentRequest&, const Party& party) {
              return d_.consents.Give(call, party);
            });
      });
}

grpc::Status ReporterService::WithdrawAnonymousConsent(
    grpc::ServerContext* context, const v1::WithdrawAnonymousConsentRequest* request,
    v1::WithdrawConsentResponse* response) {
  return d_.rpc.Unary(context, kWithdrawAnonymousConsent, Needs::kAnonymous, response,
                      [&](const CallContext& call) {
                        return ForReporter<v1::WithdrawConsentResponse>(
                            call, *request,
                            [&](const v1::WithdrawAnonymousConsentRequest&, const Party& party) {
                              return d_.consents.Withdraw(call, party);
                            });
                      });
}

grpc::Status ReporterService::GiveConsent(grpc::ServerContext* context,
                                          const v1::GiveConsentRequest* request,
                                          v1::Consent* response) {
  return d_.rpc.Unary(context, kGiveConsent, Needs::kTenantAndPerson, response,
                      [&](const CallContext& call) -> absl::StatusOr<v1::Consent> {
                        RETURN_IF_ERROR(Validate(*request));
                        ASSIGN_OR_RETURN(const Party party,
                                         d_.parties.Reporter(call, request->report()));
                        return d_.consents.Give(call, party);
                      });
}

grpc::Status ReporterService::WithdrawConsent(grpc::ServerContext* context,
                                              const v1::WithdrawConsentRequest* request,
                                              v1::WithdrawConsentResponse* response) {
  return d_.rpc.Unary(context, kWithdrawConsent, Needs::kTenantAndPerson, response,
                      [&](const CallContext& call) -> absl::StatusOr<v1::WithdrawConsentResponse> {
                        RETURN_IF_ERROR(Validate(*request));
                        ASSIGN_OR_RETURN(const Party party,
                                         d_.parties.Reporter(call, request->report()));
                        return d_.consents.Withdraw(call, party);
                      });
}

grpc::Status ReporterService::GetConsent(grpc::ServerContext* context,
                                         const v1::GetConsentRequest* request,
                                         v1::Consent* response) {
  return d_.rpc.Unary(context, kGetConsent, Needs::kTenantAndPerson, response,
                      [&](const CallContext& call) -> absl::StatusOr<v1::Consent> {
                        RETURN_IF_ERROR(Validate(*request));
                        ASSIGN_OR_RETURN(const Party party,
                                         d_.parties.Reporter(call, request->report()));
                        return d_.consents.Get(call, party);
                      });
}

}  // namespace mamori::intake
