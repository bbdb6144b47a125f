// The gRPC face of dialogues; as intake_service.h. All methods are blocking ones.
#ifndef MAMORI_SERVICES_INTAKE_DIALOGUE_SERVICE_H_
#define MAMORI_SERVICES_INTAKE_DIALOGUE_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/intake/v1/dialogue_service.grpc.pb.h"
#include "services/intake/dialogue.h"
#include "services/intake/dialogue_parties.h"
#include "services/intake/flood_control.h"
#include "services/intake/party_slots.h"
#include "services/intake/sealing_keys.h"
#include "services/intake/stay_check.h"

namespace mamori::intake {

class DialogueService final : public v1::DialogueService::Service {
 public:
  struct Dependencies {
    server::Rpc& rpc;
    Dialogue& dialogue;
    DialogueParties& parties;
    // The same, which keeps no answer about access: what streams ask each second.
    DialogueParties& fresh_parties;
    FloodControl& flood;
    const SealingKeys& sealing;
    const time::Clock& clock;
  };
  explicit DialogueService(Dependencies dependencies) : d_(dependencies) {}

  // Streams at once; each holds a handler's thread.
  static constexpr server::StreamSlots::Options kWaitsByReceipt = {.most = 8};
  static constexpr server::StreamSlots::Options kWaitsByToken = {.most = 8, .most_per_holder = 4};

  grpc::Status PostAnonymousMessage(grpc::ServerContext* context,
                                    const v1::PostAnonymousMessageRequest* request,
                                    v1::Message* response) override;
  grpc::Status ListAnonymousMessages(grpc::ServerContext* context,
                                     const v1::ListAnonymousMessagesRequest* request,
                                     v1::ListMessagesResponse* response) override;
  grpc::Status MarkAnonymousMessagesRead(grpc::ServerContext* context,
                                         const v1::MarkAnonymousMessagesReadRequest* request,
                                         google::protobuf::Empty* response) override;
  grpc::Status WaitForAnonymousMessages(
      grpc::ServerContext* context, const v1::WaitForAnonymousMessagesRequest* request,
      grpc::ServerWriter<v1::WaitForMessagesResponse>* writer) override;
  grpc::Status PostMessage(grpc::ServerContext* context, const v1::PostMessageRequest* request,
                           v1::Message* response) override;
  grpc::Status ListMessages(grpc::ServerContext* context, const v1::ListMessagesRequest* request,
                            v1::ListMessagesResponse* response) override;
  grpc::Status MarkMessagesRead(grpc::ServerContext* context,
                                const v1::MarkMessagesReadRequest* request,
                                google::protobuf::Empty* response) override;
  grpc::Status WaitForMessages(grpc::ServerContext* context,
                               const v1::WaitForMessagesRequest* request,
                               grpc::ServerWriter<v1::WaitForMessagesResponse>* writer) override;

 private:
  // A stream's own deadline may be a day away.
  server::CallContext Soon(const server::CallContext& call) const;
  // Who asks by a receipt, within the receipt's own allowance.
  absl::StatusOr<Party> ByReceipt(const server::CallContext& call, const std::string& receipt);
  absl::StatusOr<v1::Message> PostAnonymous(const server::CallContext& call,
                                            const v1::PostAnonymousMessageRequest& request);
  absl::StatusOr<v1::ListMessagesResponse> ListAnonymous(
      const server::CallContext& call, const v1::ListAnonymousMessagesRequest& request);
  absl::Status MarkAnonymousRead(const server::CallContext& call,
                                 const v1::MarkAnonymousMessagesReadRequest& request);
  absl::Status WaitAnonymous(const server::CallContext& call,
                             const v1::WaitForAnonymousMessagesRequest& request, StayCheck& stay,
                             const std::function<bool()>& cancelled,
                             const std::function<bool(const v1::WaitForMessagesResponse&)>& write);
  absl::StatusOr<v1::Message> Post(const server::CallContext& call,
                                   const v1::PostMessageRequest& request);

  const Dependencies d_;
  PartySlots waits_{d_.clock, kWaitsByReceipt, kWaitsByToken};
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_DIALOGUE_SERVICE_H_
