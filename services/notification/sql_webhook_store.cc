#include "services/notification/sql_webhook_store.h"

#include <algorithm>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/db/database_time.h"
#include "common/idempotency/hash.h"
#include "common/idempotency/request_id.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/notification/pages.h"
#include "services/notification/standard_webhooks.h"
#include "services/notification/validate.h"

namespace mamori::notification {
namespace {

constexpr char kCollection[] = "webhookEndpoints";
// Of one company. Far below what ingestion reads (sql_ingest_store.cc), so that two who create at
// the same time may overstep it.
constexpr int64_t kMaxEndpoints = 100;
constexpr char kColumns[] =
    "SELECT endpoint_id, company, url, event_types, disabled, version, previous_expire_time, "
    "create_time"
    " FROM webhook_endpoint";
constexpr char kCount[] = "SELECT COUNT(*) FROM webhook_endpoint WHERE tenant = ? AND company = ?";
constexpr char kByKey[] = " WHERE endpoint_id = ? AND tenant = ?";
constexpr char kPage[] =
    " FORCE INDEX (by_tenant) WHERE tenant = ? AND create_time <= ? AND (create_time < ? OR "
    "endpoint_id < ?)"
    " ORDER BY create_time DESC, endpoint_id DESC LIMIT ?";
constexpr char kInsert[] =
    "INSERT INTO webhook_endpoint (endpoint_id, tenant, company, url, event_types, disabled, "
    "secret, create_time)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kUpdate[] =
    "UPDATE webhook_endpoint SET url = ?, event_types = ?, disabled = ?, version = version + 1"
    " WHERE endpoint_id = ? AND tenant = ?";
constexpr char kRotate[] =
    "UPDATE webhook_endpoint SET previous_secret = secret, previous_expire_time = ?, secret = ?,"
    " version = version + 1 WHERE endpoint_id = ? AND tenant = ?";
constexpr char kDelete[] = "DELETE FROM webhook_endpoint WHERE endpoint_id = ? AND tenant = ?";
// What waits so that nobody tells by it when an anonymous person wrote goes on waiting.
constexpr char kNudge[] = "UPDATE delivery SET due_time = " MAMORI_DATABASE_NOW
                          " WHERE state = ? AND channel = ? AND receiver = ? AND tenant = ?"
                          " AND anonymous = 0";

std::string EtagOf(std::string_view endpoint_id, int64_t version) {
  return absl::BytesToHexString(idempotency::Hash({endpoint_id, absl::StrCat(version)}, 16));
}

mamori::v1::WebhookEndpoint Read(const db::Row& row, absl::Time now) {
  mamori::v1::WebhookEndpoint endpoint;
  endpoint.set_name(id::Name(kCollection, row.GetBytes(0)));
  endpoint.set_company(row.GetBytes(1));
  endpoint.set_url(row.GetBytes(2));
  for (absl::string_view type : absl::StrSplit(row.GetBytes(3), '\n', absl::SkipEmpty())) {
    endpoint.add_event_types(std::string(type));
  }
  endpoint.set_disabled(row.GetInt64(4) != 0);
  endpoint.set_etag(EtagOf(row.GetBytes(0), row.GetInt64(5)));
  if (!row.IsNull(6) && now < row.GetTime(6)) {
    *endpoint.mutable_previous_secret_expire_time() = time::ToTimestamp(row.GetTime(6));
  }
  *endpoint.mutable_create_time() = time::ToTimestamp(row.GetTime(7));
  return endpoint;
}

absl::StatusOr<mamori::v1::WebhookEndpoint> Find(db::Tx& tx, const server::CallContext& call,
                                                 const id::Id& endpoint_id, absl::Time now,
                                                 const char* lock) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query(absl::StrCat(kColumns, kByKey, lock),
               db::Params().Add(std::string_view(endpoint_id)).Add(std::string_view(call.tenant))));
  if (rows.empty()) return status::NotFound("webhook endpoint");
  return Read(rows[0], now);
}

absl::Status CheckEtag(const mamori::v1::WebhookEndpoint& stored, const std::string& etag) {
  return etag.empty() || etag == stored.etag() ? absl::OkStatus() : status::EtagMismatch();
}

// An endpoint that changed or went: its waiting deliveries are due.
absl::Status Nudge(db::Tx& tx, const server::CallContext& call, const id::Id& endpoint_id) {
  return tx
      .Execute(kNudge, db::Params()
                           .Add(static_cast<int>(mamori::v1::DELIVERY_STATE_PENDING))
                           .Add(static_cast<int>(mamori::v1::DELIVERY_CHANNEL_WEBHOOK))
                           .Add(id::Name(kCollection, endpoint_id))
                           .Add(std::string_view(call.tenant)))
      .status();
}

}  // namespace

absl::StatusOr<mamori::v1::WebhookEndpoint> SqlWebhookStore::RespondOnce(
    const server::CallContext& call, const std::string& request_id,
    const google::protobuf::Message& request,
    absl::FunctionRef<absl::StatusOr<Endpoint>(db::Tx&)> body) {
  return idempotency::RespondOnce<Endpoint>(
      transactor_, clock_, call.deadline,
      idempotency::RequestKey(call.tenant, call.caller, call.method, request_id),
      idempotency::BodyDigest(request), body);
}

absl::StatusOr<mamori::v1::WebhookEndpoint> SqlWebhookStore::Opened(
    absl::StatusOr<Endpoint> answer) const {
  if (!answer.ok()) return answer;
  std::string sealed;
  if (!absl::Base64Unescape(answer->secret(), &sealed)) {
    return absl::DataLossError("a stored answer without its sealed secret");
  }
  ASSIGN_OR_RETURN(*answer->mutable_secret(), secrets_.Open(sealed));
  return answer;
}

absl::StatusOr<mamori::v1::WebhookEndpoint> SqlWebhookStore::Create(
    const server::CallContext& call, const v1::CreateWebhookEndpointRequest& request) {
  const std::string sealed = secrets_.Seal(NewWebhookSecret());
  return Opened(RespondOnce(call, request.request_id(), request, [&](db::Tx& tx) {
    return InsertIn(tx, call, request.webhook_endpoint(), sealed);
  }));
}

absl::StatusOr<mamori::v1::WebhookEndpoint> SqlWebhookStore::InsertIn(
    db::Tx& tx, const server::CallContext& call, const Endpoint& wanted,
    const std::string& sealed) {
  db::Params company;
  company.Add(std::string_view(call.tenant)).Add(std::string_view(wanted.company()));
  ASSIGN_OR_RETURN(const db::Rows count, tx.Query(kCount, company));
  if (count[0].GetInt64(0) >= kMaxEndpoints) {
    return status::StateNotAllowed("the company has as many webhook endpoints as it may");
  }
  const id::Id endpoint_id = ids_.NewId();
  const absl::Time now = clock_.Now();
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsert,
                                      db::Params()
                                          .Add(std::string_view(endpoint_id))
                                          .Add(std::string_view(call.tenant))
                                          .Add(std::string_view(wanted.company()))
                                          .Add(std::string_view(wanted.url()))
                                          .Add(absl::StrJoin(wanted.event_types(), "\n"))
                                          .Add(wanted.disabled())
                                          .Add(std::string_view(sealed))
                                          .Add(now)));
  ASSIGN_OR_RETURN(Endpoint endpoint, Find(tx, call, endpoint_id, now, ""));
  endpoint.set_secret(absl::Base64Escape(sealed));
  return endpoint;
}

absl::StatusOr<mamori::v1::WebhookEndpoint> SqlWebhookStore::Get(
    const server::CallContext& call, const v1::GetWebhookEndpointRequest& request) {
  ASSIGN_OR_RETURN(const id::Id endpoint_id, id::FromName(kCollection, request.name()));
  db::TransactionOptions options;
  options.deadline = call.deadline;
  options.read_only = true;
  return transactor_.Run<Endpoint>(
      options, [&](db::Tx& tx) { return Find(tx, call, endpoint_id, clock_.Now(), ""); });
}

absl::StatusOr<v1::ListWebhookEndpointsResponse> SqlWebhookStore::List(
    const server::CallContext& call, const v1::ListWebhookEndpointsRequest& request) {
  const std::string filter = PageFilter({"webhook endpoints"});
  const idempotency::TokenBinding binding{call.tenant, call.person, filter};
  ASSIGN_OR_RETURN(const PagePosition position,
                   ReadPageToken(tokens_, binding, request.page_token()));
  const int size = PageSize(request.page_size());
  db::Params params;
  params.Add(std::string_view(call.tenant));
  AddPosition(position, params);
  params.Add(size + 1);
  db::TransactionOptions options;
  options.deadline = call.deadline;
  options.read_only = true;
  ASSIGN_OR_RETURN(const db::Rows rows, transactor_.Run<db::Rows>(options, [&](db::Tx& tx) {
    return tx.Query(absl::StrCat(kColumns, kPage), params);
  }));
  v1::ListWebhookEndpointsResponse response;
  const int count = std::min(size, static_cast<int>(rows.size()));
  for (int i = 0; i < count; ++i) *response.add_webhook_endpoints() = Read(rows[i], clock_.Now());
  if (static_cast<int>(rows.size()) > size) {
    const PagePosition last{rows[size - 1].GetTime(7), rows[size - 1].GetBytes(0)};
    response.set_next_page_token(WritePageToken(tokens_, binding, last));
  }
  return response;
}

absl::StatusOr<mamori::v1::WebhookEndpoint> SqlWebhookStore::Update(
    const server::CallContext& call, const v1::UpdateWebhookEndpointRequest& request) {
  ASSIGN_OR_RETURN(const id::Id endpoint_id,
                   id::FromName(kCollection, request.webhook_endpoint().name()));
  return RespondOnce(call, request.request_id(), request, [&](db::Tx& tx) {
    return UpdateIn(tx, call, request.webhook_endpoint(), endpoint_id);
  });
}

absl::StatusOr<mamori::v1::WebhookEndpoint> SqlWebhookStore::UpdateIn(
    db::Tx& tx, const server::CallContext& call, const Endpoint& wanted,
    const id::Id& endpoint_id) {
  const absl::Time now = clock_.Now();
  ASSIGN_OR_RETURN(const Endpoint stored, Find(tx, call, endpoint_id, now, " FOR UPDATE"));
  RETURN_IF_ERROR(CheckEtag(stored, wanted.etag()));
  if (!wanted.company().empty() && wanted.company() != stored.company()) {
    status::Violations violations;
    violations.Add("webhook_endpoint.company", "cannot be changed");
    return violations.Status();
  }
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kUpdate,
                                      db::Params()
                                          .Add(std::string_view(wanted.url()))
                                          .Add(absl::StrJoin(wanted.event_types(), "\n"))
                                          .Add(wanted.disabled())
                                          .Add(std::string_view(endpoint_id))
                                          .Add(std::string_view(call.tenant))));
  RETURN_IF_ERROR(Nudge(tx, call, endpoint_id));
  return Find(tx, call, endpoint_id, now, "");
}

absl::StatusOr<google::protobuf::Empty> SqlWebhookStore::Delete(
    const server::CallContext& call, const v1::DeleteWebhookEndpointRequest& request) {
  using google::protobuf::Empty;
  ASSIGN_OR_RETURN(const id::Id endpoint_id, id::FromName(kCollection, request.name()));
  return idempotency::RespondOnce<Empty>(
      transactor_, clock_, call.deadline,
      idempotency::RequestKey(call.tenant, call.caller, call.method, request.request_id()),
      idempotency::BodyDigest(request), [&](db::Tx& tx) -> absl::StatusOr<Empty> {
        const absl::Time now = clock_.Now();
        ASSIGN_OR_RETURN(const Endpoint stored, Find(tx, call, endpoint_id, now, " FOR UPDATE"));
        RETURN_IF_ERROR(CheckEtag(stored, request.etag()));
        RETURN_IF_ERROR(tx.ExecuteExpecting(
            1, kDelete,
            db::Params().Add(std::string_view(endpoint_id)).Add(std::string_view(call.tenant))));
        RETURN_IF_ERROR(Nudge(tx, call, endpoint_id));
        return Empty();
      });
}

absl::StatusOr<mamori::v1::WebhookEndpoint> SqlWebhookStore::Rotate(
    const server::CallContext& call, const v1::RotateWebhookSecretRequest& request) {
  ASSIGN_OR_RETURN(const id::Id endpoint_id, id::FromName(kCollection, request.name()));
  const std::string sealed = secrets_.Seal(NewWebhookSecret());
  return Opened(RespondOnce(call, request.request_id(), request,
                            [&](db::Tx& tx) { return RotateIn(tx, call, endpoint_id, sealed); }));
}

absl::StatusOr<mamori::v1::WebhookEndpoint> SqlWebhookStore::RotateIn(
    db::Tx& tx, const server::CallContext& call, const id::Id& endpoint_id,
    const std::string& sealed) {
  const absl::Time now = clock_.Now();
  RETURN_IF_ERROR(Find(tx, call, endpoint_id, now, " FOR UPDATE").status());
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kRotate,
                                      db::Params()
                                          .Add(now + kSecretOverlap)
                                          .Add(std::string_view(sealed))
                                          .Add(std::string_view(endpoint_id))
                                          .Add(std::string_view(call.tenant))));
  ASSIGN_OR_RETURN(Endpoint endpoint, Find(tx, call, endpoint_id, now, ""));
  endpoint.set_secret(absl::Base64Escape(sealed));
  return endpoint;
}

}  // namespace mamori::notification
