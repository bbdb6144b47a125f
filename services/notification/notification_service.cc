#include "services/notification/notification_service.h"

#include "common/authz/access_rules.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/status/role_not_allowed.h"
#include "services/notification/validate.h"

namespace mamori::notification {
namespace {

using server::CallContext;
using server::Needs;

constexpr char kIngestEvents[] = "/mamori.notification.v1.NotificationService/IngestEvents";
constexpr char kListNotifications[] =
    "/mamori.notification.v1.NotificationService/ListNotifications";
constexpr char kListDeliveries[] = "/mamori.notification.v1.NotificationService/ListDeliveries";
constexpr char kListDeadLetters[] = "/mamori.notification.v1.NotificationService/ListDeadLetters";
constexpr char kRetryDelivery[] = "/mamori.notification.v1.NotificationService/RetryDelivery";
constexpr char kAcknowledgeNotification[] =
    "/mamori.notification.v1.NotificationService/AcknowledgeNotification";
constexpr char kCreateWebhookEndpoint[] =
    "/mamori.notification.v1.NotificationService/CreateWebhookEndpoint";
constexpr char kGetWebhookEndpoint[] =
    "/mamori.notification.v1.NotificationService/GetWebhookEndpoint";
constexpr char kListWebhookEndpoints[] =
    "/mamori.notification.v1.NotificationService/ListWebhookEndpoints";
constexpr char kUpdateWebhookEndpoint[] =
    "/mamori.notification.v1.NotificationService/UpdateWebhookEndpoint";
constexpr char kDeleteWebhookEndpoint[] =
    "/mamori.notification.v1.NotificationService/DeleteWebhookEndpoint";
constexpr char kRotateWebhookSecret[] =
    "/mamori.notification.v1.NotificationService/RotateWebhookSecret";

// Whoever makes an endpoint learns that there are cases.
absl::Status CheckLooksAfterWebhooks(const CallContext& call) {
  const authz::RoleSet roles = authz::RolesOf(call.roles);
  if (roles.Meets({authz::Role::kDesk, authz::Role::kFirstReader, authz::Role::kAdmin})) {
    return absl::OkStatus();
  }
  return status::RoleNotAllowed();
}

}  // namespace

std::vector<std::string> MethodNames() {
  return {kIngestEvents,          kListNotifications,     kListDeliveries,
          kListDeadLetters,       kRetryDelivery,         kAcknowledgeNotification,
          kCreateWebhookEndpoint, kGetWebhookEndpoint,    kListWebhookEndpoints,
          kUpdateWebhookEndpoint, kDeleteWebhookEndpoint, kRotateWebhookSecret};
}

template <typename Response, typename Act>
grpc::Status NotificationGrpcService::Run(grpc::ServerContext* context, const char* method,
                                          Needs needs, Response* response,
                                          const absl::Status& valid, Act act,
                                          const std::function<void()>& woken) {
  return with_.rpc.Unary(context, method, needs, response,
                         [&](const CallContext& call) -> absl::StatusOr<Response> {
                           if (!valid.ok()) return valid;
                           absl::StatusOr<Response> answer = act(call);
                           if (answer.ok() && woken != nullptr) woken();
                           return answer;
                         });
}

template <typename Response, typename Act>
grpc::Status NotificationGrpcService::RunForDesk(grpc::ServerContext* context, const char* method,
                                                 Needs needs, Response* response,
                                                 const absl::Status& valid, Act act,
                                                 const std::function<void()>& woken) {
  return Run(
      context, method, needs, response, absl::OkStatus(),
      [&](const CallContext& call) -> absl::StatusOr<Response> {
        RETURN_IF_ERROR(CheckLooksAfterWebhooks(call));
        RETURN_IF_ERROR(valid);
        return act(call);
      },
      woken);
}

grpc::Status NotificationGrpcService::IngestEvents(grpc::ServerContext* context,
                                                   const v1::IngestEventsRequest* request,
                                                   v1::IngestEventsResponse* response) {
  return Run(context, kIngestEvents, Needs::kNothing, response, Validate(*request),
             [&](const CallContext& call) { return with_.ingestor.Ingest(call, *request); });
}

grpc::Status NotificationGrpcService::ListNotifications(grpc::ServerContext* context,
                                                        const v1::ListNotificationsRequest* request,
                                                        v1::ListNotificationsResponse* response) {
  return Run(context, kListNotifications, Needs::kTenant, response, Validate(*request),
             [&](const CallContext& call) {
               return with_.notifications.ListNotifications(call, *request);
             });
}

grpc::Status NotificationGrpcService::ListDeliveries(grpc::ServerContext* context,
                                                     const v1::ListDeliveriesRequest* request,
                                                     v1::ListDeliveriesResponse* response) {
  return Run(
      context, kListDeliveries, Needs::kTenant, response, Validate(*request),
      [&](const CallContext& call) { return with_.notifications.ListDeliveries(call, *request); });
}

grpc::Status NotificationGrpcService::ListDeadLetters(grpc::ServerContext* context,
                                                      const v1::ListDeadLettersRequest* request,
                                                      v1::ListDeadLettersResponse* response) {
  return Run(
      context, kListDeadLetters, Needs::kTenant, response, Validate(*request),
      [&](const CallContext& call) { return with_.notifications.ListDeadLetters(call, *request); });
}

grpc::Status NotificationGrpcService::RetryDelivery(grpc::ServerContext* context,
                                                    const v1::RetryDeliveryRequest* request,
                                                    mamori::v1::Delivery* response) {
  return Run(
      context, kRetryDelivery, Needs::kTenantAndPerson, response, Validate(*request),
      [&](const CallContext& call) { return with_.notifications.RetryDelivery(call, *request); },
      with_.wake_dispatcher);
}

grpc::Status NotificationGrpcService::AcknowledgeNotification(
    grpc::ServerContext* context, const v1::AcknowledgeNotificationRequest* request,
    mamori::v1::Notification* response) {
  return Run(
      context, kAcknowledgeNotification, Needs::kTenantAndPerson, response, Validate(*request),
      [&](const CallContext& call) { return with_.notifications.Acknowledge(call, *request); },
      with_.wake_relay);
}

grpc::Status NotificationGrpcService::CreateWebhookEndpoint(
    grpc::ServerContext* context, const v1::CreateWebhookEndpointRequest* request,
    mamori::v1::WebhookEndpoint* response) {
  return RunForDesk(context, kCreateWebhookEndpoint, Needs::kTenantAndPerson, response,
                    Validate(*request, with_.addresses),
                    [&](const CallContext& call) { return with_.webhooks.Create(call, *request); });
}

grpc::Status NotificationGrpcService::GetWebhookEndpoint(
    grpc::ServerContext* context, const v1::GetWebhookEndpointRequest* request,
    mamori::v1::WebhookEndpoint* response) {
  return RunForDesk(context, kGetWebhookEndpoint, Needs::kTenant, response, Validate(*request),
                    [&](const CallContext& call) { return with_.webhooks.Get(call, *request); });
}

grpc::Status NotificationGrpcService::ListWebhookEndpoints(
    grpc::ServerContext* context, const v1::ListWebhookEndpointsRequest* request,
    v1::ListWebhookEndpointsResponse* response) {
  return RunForDesk(context, kListWebhookEndpoints, Needs::kTenant, response, Validate(*request),
                    [&](const CallContext& call) { return with_.webhooks.List(call, *request); });
}

grpc::Status NotificationGrpcService::UpdateWebhookEndpoint(
    grpc::ServerContext* context, const v1::UpdateWebhookEndpointRequest* request,
    mamori::v1::WebhookEndpoint* response) {
  return RunForDesk(
      context, kUpdateWebhookEndpoint, Needs::kTenantAndPerson, response,
      Validate(*request, with_.addresses),
      [&](const CallContext& call) { return with_.webhooks.Update(call, *request); },
      with_.wake_dispatcher);
}

grpc::Status NotificationGrpcService::DeleteWebhookEndpoint(
    grpc::ServerContext* context, const v1::DeleteWebhookEndpointRequest* request,
    google::protobuf::Empty* response) {
  return RunForDesk(
      context, kDeleteWebhookEndpoint, Needs::kTenantAndPerson, response, Validate(*request),
      [&](const CallContext& call) { return with_.webhooks.Delete(call, *request); },
      with_.wake_dispatcher);
}

grpc::Status NotificationGrpcService::RotateWebhookSecret(
    grpc::ServerContext* context, const v1::RotateWebhookSecretRequest* request,
    mamori::v1::WebhookEndpoint* response) {
  return RunForDesk(context, kRotateWebhookSecret, Needs::kTenantAndPerson, response,
                    Validate(*request),
                    [&](const CallContext& call) { return with_.webhooks.Rotate(call, *request); });
}

}  // namespace mamori::notification
