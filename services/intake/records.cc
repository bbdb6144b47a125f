#include "services/intake/records.h"

#include <google/protobuf/arena.h>

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "common/crypto/aead.h"
#include "common/id/id.h"
#include "common/idempotency/request_id.h"
#include "common/sealing/fields.h"
#include "common/sealing/sealed_answer.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "common/time/timestamp.h"
#include "services/intake/methods.h"

namespace mamori::intake {
namespace {

constexpr char kSource[] = "intake";

mamori::v1::Event MakeEvent(const server::CallContext& call, std::string subject, std::string id,
                            absl::Time now) {
  mamori::v1::Event event;
  event.set_event_id(std::move(id));
  event.set_tenant(call.tenant);
  event.set_source(kSource);
  event.set_subject_id(std::move(subject));
  *event.mutable_event_time() = time::ToTimestamp(now);
  event.set_traceparent(call.traceparent);
  return event;
}

// What a list shows. Takes the occurrences out of `report`, whose body is serialized already.
std::optional<std::string> Summarize(mamori::v1::Report& report) {
  // Beside the report, so that what is taken out of it is not copied.
  google::protobuf::Arena* const arena = report.GetArena();
  std::unique_ptr<mamori::v1::Report> owned;
  if (arena == nullptr) owned = std::make_unique<mamori::v1::Report>();
  mamori::v1::Report& summary =
      arena == nullptr ? *owned
                       : *google::protobuf::Arena::CreateMessage<mamori::v1::Report>(arena);
  summary.mutable_company()->swap(*report.mutable_company());
  summary.set_kind(report.kind());
  summary.mutable_language()->swap(*report.mutable_language());
  summary.mutable_occurrences()->Swap(report.mutable_occurrences());
  summary.set_contact_count(report.contact_count());
  summary.set_total_minutes(report.total_minutes());
  summary.set_immediate_danger(report.immediate_danger());
  summary.set_reporter_mode(report.reporter_mode());
  summary.mutable_existing_case()->swap(*report.mutable_existing_case());
  if (summary.ByteSizeLong() > kMaxSummaryBytes) return std::nullopt;
  return summary.SerializeAsString();
}

std::string KeyOf(const server::CallContext& call, std::string_view method,
                  const std::string& request_id) {
  return idempotency::RequestKey(call.tenant, call.caller, method, request_id);
}

// The answer `response`, which tells content, sealed with `key`. What it was given for is sealed in
// it.
template <typename Request, typename Response>
Answer SealedAnswer(const sealing::DataKey& key, const server::CallContext& call,
                    const Request& request, const Response& response) {
  Answer answer{.key = KeyOf(call, call.method, request.request_id()),
                .digest = sealing::NoDigest()};
  std::string bytes = response.SerializeAsString();
  answer.response = sealing::SealAnswer(key, {call.tenant, answer.key}, DigestOf(request), bytes);
  crypto::Wipe(bytes);
  return answer;
}

v1::SupplementReportRequest Clean(v1::SupplementReportRequest request) {
  request.mutable_supplement()->clear_name();
  request.mutable_supplement()->clear_create_time();
  return request;
}

v1::RecordContactRequest Clean(v1::RecordContactRequest request) {
  request.mutable_contact()->clear_name();
  request.mutable_contact()->clear_create_time();
  return request;
}

template <typename Message>
absl::StatusOr<Message> Parse(const std::string& body) {
  Message message;
  if (!message.ParseFromString(body)) return absl::InternalError("a stored body cannot be parsed");
  return message;
}

// Of opened content, which is wiped.
template <typename Message>
absl::StatusOr<Message> ParseNamed(absl::StatusOr<std::string> body, std::string_view collection,
                                   const std::string& id, absl::Time create_time) {
  RETURN_IF_ERROR(body.status());
  absl::StatusOr<Message> parsed = Parse<Message>(*body);
  crypto::Wipe(*body);
  ASSIGN_OR_RETURN(Message message, std::move(parsed));
  message.set_name(id::Name(collection, id));
  *message.mutable_create_time() = time::ToTimestamp(create_time);
  return message;
}

}  // namespace

std::string DigestOf(const v1::SupplementReportRequest& request) {
  return idempotency::BodyDigest(Clean(request));
}

std::string DigestOf(const v1::RecordContactRequest& request) {
  return idempotency::BodyDigest(Clean(request));
}

absl::StatusOr<NewReport> MakeNewReport(const ContentSeal& seal, const server::CallContext& call,
                                        std::string_view method, v1::SubmitReportRequest& request,
                                        NewIds ids, absl::Time now) {
  mamori::v1::Report& report = *request.mutable_report();
  // Ignored as the contract says, also in the digest: a client that sends them back differs in
  // nothing.
  report.clear_name();
  report.clear_create_time();
  report.clear_supplements();
  report.clear_withdrawn();

  NewReport row;
  // The report is the whole body, and has no map: its bytes are as good as the request's, and made
  // only once.
  std::string body = report.SerializeAsString();
  row.answer.key = KeyOf(call, method, request.request_id());
  row.answer.response = SubmitAnswer(ids.subject);
  row.tenant = call.tenant;
  row.company = report.company();
  row.kind = report.kind();
  row.immediate_danger = report.immediate_danger();
  row.create_time = now;
  std::optional<std::string> summary = Summarize(report);
  row.event = MakeEvent(call, ids.subject, std::move(ids.event), now);
  row.event.set_subject_sequence(1);
  mamori::v1::ReportReceived& fact = *row.event.mutable_report_received();
  fact.set_company(row.company);
  fact.set_kind(report.kind());
  fact.set_immediate_danger(row.immediate_danger);
  row.report_id = std::move(ids.subject);
  row.who.caller = call.caller;
  const auto use =
      method == kSubmitAnonymousReport ? sealing::KeyUse::kAnonymous : sealing::KeyUse::kNamed;
  RETURN_IF_ERROR(seal.SealReport(use, std::move(body), std::move(summary), row));
  return row;
}

std::string SubmitAnswer(const std::string& report_id) {
  v1::SubmitReportResponse response;
  response.set_name(id::Name("reports", report_id));
  return response.SerializeAsString();
}

std::string StatementAnswer(mamori::v1::EntryStatement statement) {
  v1::SubmitReportResponse response;
  response.mutable_statement()->Swap(&statement);
  return response.SerializeAsString();
}

NewSupplement MakeNewSupplement(const sealing::DataKey& key, const server::CallContext& call,
                                const v1::SupplementReportRequest& request, NewIds ids,
                                absl::Time now, bool anonymous) {
  now = time::Told(now, anonymous);
  v1::SupplementReportRequest clean = Clean(request);
  mamori::v1::Supplement& supplement = *clean.mutable_supplement();

  NewSupplement row;
  row.report_id = id::FromName("reports", request.name()).value();
  row.tenant = call.tenant;
  row.create_time = now;
  row.anonymous = anonymous;
  std::string body = supplement.SerializeAsString();
  ContentSeal::Sealed sealed =
      ContentSeal::SealBody(key, sealing::SupplementBody(call.tenant, ids.subject), body);
  crypto::Wipe(body);
  row.body = std::move(sealed.body);
  row.commitment = std::move(sealed.commitment);
  row.event = MakeEvent(call, row.report_id, std::move(ids.event), now);
  row.event.set_anonymous(anonymous);
  if (anonymous) row.event.clear_traceparent();
  row.event.mutable_report_supplemented()->set_supplement_id(ids.subject);
  supplement.set_name(id::Name("supplements", ids.subject));
  *supplement.mutable_create_time() = time::ToTimestamp(now);
  row.answer = SealedAnswer(key, call, request, supplement);
  row.supplement_id = std::move(ids.subject);
  row.who.caller = call.caller;
  return row;
}

NewContact MakeNewContact(const sealing::DataKey& key, const server::CallContext& call,
                          const v1::RecordContactRequest& request, NewIds ids, absl::Time now) {
  v1::RecordContactRequest clean = Clean(request);
  mamori::v1::Contact& contact = *clean.mutable_contact();

  NewContact row;
  row.tenant = call.tenant;
  row.company = contact.company();
  if (!contact.report().empty()) row.report_id = id::FromName("reports", contact.report()).value();
  row.start_time = absl::FromUnixSeconds(contact.start_time().seconds()) +
                   absl::Nanoseconds(contact.start_time().nanos());
  row.create_time = now;
  std::string body = contact.SerializeAsString();
  ContentSeal::Sealed sealed =
      ContentSeal::SealBody(key, sealing::ContactBody(call.tenant, ids.subject), body);
  crypto::Wipe(body);
  row.body = std::move(sealed.body);
  row.commitment = std::move(sealed.commitment);
  row.event = MakeEvent(call, ids.subject, std::move(ids.event), now);
  row.event.set_subject_sequence(1);
  mamori::v1::ContactRecorded& fact = *row.event.mutable_contact_recorded();
  fact.set_company(row.company);
  fact.set_report_id(row.report_id);
  fact.set_minutes(contact.minutes());
  *fact.mutable_start_time() = contact.start_time();
  contact.set_name(id::Name("contacts", ids.subject));
  *contact.mutable_create_time() = time::ToTimestamp(now);
  row.answer = SealedAnswer(key, call, request, contact);
  row.contact_id = std::move(ids.subject);
  row.who = {call.caller, call.person};
  return row;
}

absl::StatusOr<mamori::v1::Report> ToReport(const sealing::DataKey& key, std::string_view tenant,
                                            const StoredReport& row) {
  ASSIGN_OR_RETURN(mamori::v1::Report report,
                   ParseNamed<mamori::v1::Report>(ContentSeal::OpenReport(key, tenant, row),
                                                  "reports", row.report_id, row.create_time));
  report.clear_submitter_digest();
  return report;
}

absl::StatusOr<mamori::v1::Supplement> ToSupplement(const sealing::DataKey& key,
                                                    std::string_view tenant,
                                                    const StoredSupplement& row) {
  return ParseNamed<mamori::v1::Supplement>(
      ContentSeal::OpenBody(key, sealing::SupplementBody(tenant, row.supplement_id), row.body),
      "supplements", row.supplement_id, row.create_time);
}

absl::StatusOr<mamori::v1::Contact> ToContact(const sealing::DataKey& key, std::string_view tenant,
                                              const StoredContact& row) {
  return ParseNamed<mamori::v1::Contact>(
      ContentSeal::OpenBody(key, sealing::ContactBody(tenant, row.contact_id), row.body),
      "contacts", row.contact_id, row.create_time);
}

absl::StatusOr<std::optional<mamori::v1::Report>> ToListed(const sealing::DataKey& key,
                                                           std::string_view tenant,
                                                           const StoredHeading& row) {
  ASSIGN_OR_RETURN(std::optional<std::string> summary, ContentSeal::OpenSummary(key, tenant, row));
  if (!summary) return std::optional<mamori::v1::Report>();
  return ParseNamed<mamori::v1::Report>(*std::move(summary), "reports", row.report_id,
                                        row.create_time);
}

absl::StatusOr<mamori::v1::Report> ToListed(const sealing::DataKey& key, std::string_view tenant,
                                            const StoredReport& row) {
  ASSIGN_OR_RETURN(mamori::v1::Report report, ToReport(key, tenant, row));
  report.clear_narrative();
  report.clear_wish();
  report.clear_affected();
  report.clear_actors();
  report.clear_reporter();
  report.clear_keep_out();
  return report;
}

}  // namespace mamori::intake
