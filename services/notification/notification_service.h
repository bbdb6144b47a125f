// The RPCs: validate, do, respond.
#ifndef MAMORI_SERVICES_NOTIFICATION_NOTIFICATION_SERVICE_H_
#define MAMORI_SERVICES_NOTIFICATION_NOTIFICATION_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <string>
#include <vector>

#include "common/server/rpc.h"
#include "mamori/notification/v1/notification_service.grpc.pb.h"
#include "services/notification/address.h"
#include "services/notification/ingest.h"
#include "services/notification/sql_notification_store.h"
#include "services/notification/sql_webhook_store.h"

namespace mamori::notification {

// Full names of all methods, for the authorization table.
std::vector<std::string> MethodNames();

class NotificationGrpcService final : public v1::NotificationService::Service {
 public:
  struct Dependencies {
    server::Rpc& rpc;
    Ingestor& ingestor;
    SqlNotificationStore& notifications;
    SqlWebhookStore& webhooks;
    const AddressPolicy& addresses;
    std::function<void()> wake_dispatcher;  // deliveries may have become due
    std::function<void()> wake_relay;       // an event may wait
  };
  explicit NotificationGrpcService(Dependencies dependencies) : with_(std::move(dependencies)) {}

  grpc::Status IngestEvents(grpc::ServerContext* context, const v1::IngestEventsRequest* request,
                            v1::IngestEventsResponse* response) override;
  grpc::Status ListNotifications(grpc::ServerContext* context,
                                 const v1::ListNotificationsRequest* request,
                                 v1::ListNotificationsResponse* response) override;
  grpc::Status ListDeliveries(grpc::ServerContext* context,
                              const v1::ListDeliveriesRequest* request,
                              v1::ListDeliveriesResponse* response) override;
  grpc::Status ListDeadLetters(grpc::ServerContext* context,
                               const v1::ListDeadLettersRequest* request,
                               v1::ListDeadLettersResponse* response) override;
  grpc::Status RetryDelivery(grpc::ServerContext* context, const v1::RetryDeliveryRequest* request,
                             mamori::v1::Delivery* response) override;
  grpc::Status AcknowledgeNotification(grpc::ServerContext* context,
                                       const v1::AcknowledgeNotificationRequest* request,
                                       mamori::v1::Notification* response) override;
  grpc::Status CreateWebhookEndpoint(grpc::ServerContext* context,
                                     const v1::CreateWebhookEndpointRequest* request,
                                     mamori::v1::WebhookEndpoint* response) override;
  grpc::Status GetWebhookEndpoint(grpc::ServerContext* context,
                                  const v1::GetWebhookEndpointRequest* request,
                                  mamori::v1::WebhookEndpoint* response) override;
  grpc::Status ListWebhookEndpoints(grpc::ServerContext* context,
                                    const v1::ListWebhookEndpointsRequest* request,
                                    v1::ListWebhookEndpointsResponse* response) override;
  grpc::Status UpdateWebhookEndpoint(grpc::ServerContext* context,
                                     const v1::UpdateWebhookEndpointRequest* request,
                                     mamori::v1::WebhookEndpoint* response) override;
  grpc::Status DeleteWebhookEndpoint(grpc::ServerContext* context,
                                     const v1::DeleteWebhookEndpointRequest* request,
                                     google::protobuf::Empty* response) override;
  grpc::Status RotateWebhookSecret(grpc::ServerContext* context,
                                   const v1::RotateWebhookSecretRequest* request,
                                   mamori::v1::WebhookEndpoint* response) override;

 private:
  // Runs `act` when the request is valid, and `woken` when it succeeded.
  template <typename Response, typename Act>
  grpc::Status Run(grpc::ServerContext* context, const char* method, server::Needs needs,
                   Response* response, const absl::Status& valid, Act act,
                   const std::function<void()>& woken = nullptr);

  // The same for those who look after webhooks; PERMISSION_DENIED for others, before the request is
  // looked at.
  template <typename Response, typename Act>
  grpc::Status RunForDesk(grpc::ServerContext* context, const char* method, server::Needs needs,
                          Response* response, const absl::Status& valid, Act act,
                          const std::function<void()>& woken = nullptr);

  Dependencies with_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_NOTIFICATION_SERVICE_H_
