// What the verbs on records of a tenant have in common.
#ifndef MAMORI_SERVICES_TRIAGE_TENANT_RECORDS_H_
#define MAMORI_SERVICES_TRIAGE_TENANT_RECORDS_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "common/idempotency/hash.h"
#include "common/idempotency/page_token.h"
#include "common/server/caller.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/call_key.h"
#include "services/triage/page.h"
#include "services/triage/tenant_record_store.h"

namespace mamori::triage {

// The request id of a part of a call, in one of its cases: the same when the call comes again.
inline std::string PartOf(std::string_view request_id, std::string_view part) {
  return absl::BytesToHexString(idempotency::Hash({"part", request_id, part})).substr(0, 48);
}

// Changes with whatever the viewer is shown, and with nothing else.
template <typename Message>
std::string EtagOfShown(const Message& shown) {
  return absl::BytesToHexString(idempotency::Hash({"shown", shown.SerializeAsString()}))
      .substr(0, 16);
}

// OK, or ABORTED: the request is about another than `shown`, which has its etag.
template <typename Request, typename Message>
absl::Status CheckEtagOfShown(const Request& request, const Message& shown) {
  if (request.etag().empty() || request.etag() == shown.etag()) return absl::OkStatus();
  return status::EtagMismatch();
}

// Of a case of which the viewer is told nothing: it is hidden from him, or not his to work on.
inline bool IsOutOfSight(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsPermissionDenied(status);
}

// The message of a record. DATA_LOSS.
template <typename Message>
absl::StatusOr<Message> MessageOf(const TenantRecord& record) {
  Message message;
  if (message.ParseFromString(record.body)) return message;
  return absl::DataLossError("a stored record cannot be read");
}

inline ActCaller AuditedCaller(const server::CallContext& call) {
  return {WhoOf(call), server::ActionOf(call)};
}

// One page, newest first, of what `shown(message)` keeps, which it may change; further on where
// others' are left out, so that pages are full. `add(id, message)` is called for each, and
// `end(token)` where there is another page.
template <typename Message, typename Request, typename Shown, typename Add, typename End>
absl::Status ListTenantRecords(TenantRecordStore& store, const idempotency::PageTokens& tokens,
                               const RecordKind& kind, const server::CallContext& call,
                               const Request& request, Shown shown, Add add, End end) {
  const std::string digest = idempotency::Hash({"list", kind.purpose, call.tenant, call.person});
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(auto position, FromPageToken(tokens, binding, request.page_token()));
  const int size = PageSize(request.page_size());
  CaseRow last;
  for (int listed = 0;;) {
    const int want = size - listed + 1;
    ASSIGN_OR_RETURN(const std::vector<TenantRecord> page,
                     store.List(kind, call.tenant, position, want, call.deadline));
    for (const TenantRecord& one : page) {
      ASSIGN_OR_RETURN(Message message, MessageOf<Message>(one));
      position = CasePosition{.create_micros = absl::ToUnixMicros(one.create_time),
                              .case_id = one.record_id};
      if (!shown(message)) continue;
      if (listed == size) {
        end(ToPageToken(tokens, binding, last));
        return absl::OkStatus();
      }
      add(one.record_id, std::move(message));
      ++listed;
      last.create_time = one.create_time;
      last.case_id = one.record_id;
    }
    if (static_cast<int>(page.size()) < want) return absl::OkStatus();
  }
}

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TENANT_RECORDS_H_
