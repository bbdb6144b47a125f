// The gRPC face of evidence; as intake_service.h. All methods are blocking ones.
#ifndef MAMORI_SERVICES_INTAKE_EVIDENCE_SERVICE_H_
#define MAMORI_SERVICES_INTAKE_EVIDENCE_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/intake/v1/evidence_service.grpc.pb.h"
#include "services/intake/dialogue_parties.h"
#include "services/intake/evidences.h"
#include "services/intake/flood_control.h"
#include "services/intake/party_slots.h"
#include "services/intake/sealing_keys.h"
#include "services/intake/uploads.h"

namespace mamori::intake {

class EvidenceService final : public v1::EvidenceService::Service {
 public:
  struct Dependencies {
    server::Rpc& rpc;
    Uploads& uploads;
    Evidences& evidences;
    DialogueParties& parties;
    // The same, which keeps no answer about access: what streams ask each second.
    DialogueParties& fresh_parties;
    FloodControl& flood;
    const SealingKeys& sealing;
    const time::Clock& clock;
  };
  explicit EvidenceService(Dependencies dependencies) : d_(dependencies) {}

  // Streams at once; each holds a handler's thread.
  static constexpr server::StreamSlots::Options kUploadsByReceipt = {.most = 3};
  static constexpr server::StreamSlots::Options kUploadsByToken = {.most = 3, .most_per_holder = 2};
  static constexpr server::StreamSlots::Options kDownloads = {.most = 4, .most_per_holder = 2};

  grpc::Status StartUpload(grpc::ServerContext* context, const v1::StartUploadRequest* request,
                           v1::Upload* response) override;
  grpc::Status StartAnonymousUpload(grpc::ServerContext* context,
                                    const v1::StartAnonymousUploadRequest* request,
                                    v1::Upload* response) override;
  grpc::Status UploadEvidence(grpc::ServerContext* context,
                              grpc::ServerReader<v1::UploadEvidenceRequest>* reader,
                              v1::Upload* response) override;
  grpc::Status UploadAnonymousEvidence(
      grpc::ServerContext* context, grpc::ServerReader<v1::UploadAnonymousEvidenceRequest>* reader,
      v1::Upload* response) override;
  grpc::Status GetEvidence(grpc::ServerContext* context, const v1::GetEvidenceRequest* request,
                           v1::Evidence* response) override;
  grpc::Status ListEvidence(grpc::ServerContext* context, const v1::ListEvidenceRequest* request,
                            v1::ListEvidenceResponse* response) override;
  grpc::Status GetAnonymousEvidence(grpc::ServerContext* context,
                                    const v1::GetAnonymousEvidenceRequest* request,
                                    v1::Evidence* response) override;
  grpc::Status ListAnonymousEvidence(grpc::ServerContext* context,
                                     const v1::ListAnonymousEvidenceRequest* request,
                                     v1::ListEvidenceResponse* response) override;
  grpc::Status DownloadEvidence(grpc::ServerContext* context,
                                const v1::DownloadEvidenceRequest* request,
                                grpc::ServerWriter<v1::DownloadEvidenceResponse>* writer) override;
  grpc::Status DownloadOriginal(grpc::ServerContext* context,
                                const v1::DownloadOriginalRequest* request,
                                grpc::ServerWriter<v1::DownloadOriginalResponse>* writer) override;
  grpc::Status ListEvidenceAccess(grpc::ServerContext* context,
                                  const v1::ListEvidenceAccessRequest* request,
                                  v1::ListEvidenceAccessResponse* response) override;

 private:
  // Who asks by a receipt, within the receipt's own allowance.
  absl::StatusOr<Party> ByReceipt(const server::CallContext& call, const std::string& receipt);
  absl::StatusOr<v1::Upload> StartAnonymous(const server::CallContext& call,
                                            const v1::StartAnonymousUploadRequest& request);
  absl::StatusOr<v1::Evidence> GetAnonymous(const server::CallContext& call,
                                            const v1::GetAnonymousEvidenceRequest& request);
  absl::StatusOr<v1::ListEvidenceResponse> ListAnonymous(
      const server::CallContext& call, const v1::ListAnonymousEvidenceRequest& request);
  // Still the party of the file's report. What streams ask.
  absl::Status StillParty(const server::CallContext& call, const std::string& report);

  const Dependencies d_;
  PartySlots uploads_{d_.clock, kUploadsByReceipt, kUploadsByToken};
  PartySlots downloads_{d_.clock, kDownloads, kDownloads};
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_EVIDENCE_SERVICE_H_
