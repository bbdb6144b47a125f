// The receivers of webhooks, on the tables webhook_endpoint and request_id. Secrets are sealed
// wherever they are stored, also in the stored answers: a secret is open only in the answers of
// Create and Rotate.
#ifndef MAMORI_SERVICES_NOTIFICATION_SQL_WEBHOOK_STORE_H_
#define MAMORI_SERVICES_NOTIFICATION_SQL_WEBHOOK_STORE_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/db/transaction.h"
#include "common/id/id.h"
#include "common/idempotency/page_token.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "google/protobuf/empty.pb.h"
#include "mamori/notification/v1/notification_service.pb.h"
#include "services/notification/secret_box.h"

namespace mamori::notification {

// How long messages carry signatures by both keys.
inline constexpr absl::Duration kSecretOverlap = absl::Hours(24);

class SqlWebhookStore {
 public:
  SqlWebhookStore(db::Transactor& transactor, const time::Clock& clock, id::IdSource& ids,
                  SecretBox secrets, const idempotency::PageTokens& tokens)
      : transactor_(transactor),
        clock_(clock),
        ids_(ids),
        secrets_(std::move(secrets)),
        tokens_(tokens) {}

  absl::StatusOr<mamori::v1::WebhookEndpoint> Create(
      const server::CallContext& call, const v1::CreateWebhookEndpointRequest& request);
  absl::StatusOr<mamori::v1::WebhookEndpoint> Get(const server::CallContext& call,
                                                  const v1::GetWebhookEndpointRequest& request);
  absl::StatusOr<v1::ListWebhookEndpointsResponse> List(
      const server::CallContext& call, const v1::ListWebhookEndpointsRequest& request);
  // Waiting deliveries are looked at again at once: they may be sendable now.
  absl::StatusOr<mamori::v1::WebhookEndpoint> Update(
      const server::CallContext& call, const v1::UpdateWebhookEndpointRequest& request);
  // Waiting deliveries become due at once, and dead when the dispatcher does not find their
  // endpoint.
  absl::StatusOr<google::protobuf::Empty> Delete(const server::CallContext& call,
                                                 const v1::DeleteWebhookEndpointRequest& request);
  absl::StatusOr<mamori::v1::WebhookEndpoint> Rotate(const server::CallContext& call,
                                                     const v1::RotateWebhookSecretRequest& request);

 private:
  using Endpoint = mamori::v1::WebhookEndpoint;
  absl::StatusOr<Endpoint> RespondOnce(const server::CallContext& call,
                                       const std::string& request_id,
                                       const google::protobuf::Message& request,
                                       absl::FunctionRef<absl::StatusOr<Endpoint>(db::Tx&)> body);
  // In a stored answer the secret stands sealed; opens it.
  absl::StatusOr<Endpoint> Opened(absl::StatusOr<Endpoint> answer) const;
  absl::StatusOr<Endpoint> InsertIn(db::Tx& tx, const server::CallContext& call,
                                    const Endpoint& wanted, const std::string& sealed);
  absl::StatusOr<Endpoint> UpdateIn(db::Tx& tx, const server::CallContext& call,
                                    const Endpoint& wanted, const id::Id& endpoint_id);
  absl::StatusOr<Endpoint> RotateIn(db::Tx& tx, const server::CallContext& call,
                                    const id::Id& endpoint_id, const std::string& sealed);

  db::Transactor& transactor_;
  const time::Clock& clock_;
  id::IdSource& ids_;
  const SecretBox secrets_;
  const idempotency::PageTokens& tokens_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_SQL_WEBHOOK_STORE_H_
