#include "services/intake/contacts.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/authz/access_rules.h"
#include "common/id/id.h"
#include "common/idempotency/hash.h"
#include "common/sealing/sealed_answer.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/status/role_not_allowed.h"
#include "services/intake/methods.h"
#include "services/intake/page.h"
#include "services/intake/read_records.h"
#include "services/intake/records.h"
#include "services/intake/validate.h"

namespace mamori::intake {
namespace {

// Contacts of no report have no case, whose members could be asked: whoever works on cases may see
// them.
absl::Status CheckMayListAll(const server::CallContext& call) {
  using authz::Role;
  const bool works =
      authz::RolesOf(call.roles).Meets({Role::kDesk, Role::kConsultation, Role::kFirstReader});
  return works ? absl::OkStatus() : status::RoleNotAllowed();
}

Position PositionOf(const StoredContact& row) {
  return {.create_micros = absl::ToUnixMicros(row.create_time), .id = row.contact_id};
}

}  // namespace

absl::StatusOr<sealing::DataKey> Contacts::KeyFor(const server::CallContext& call,
                                                  const std::string& report) {
  if (report.empty()) {
    ASSIGN_OR_RETURN(const sealing::FreshKey fresh,
                     sealer_.Take(call.tenant, sealing::KeyUse::kNamed));
    RETURN_IF_ERROR(sealer_.MakeDurable({&fresh}, call.deadline));
    return sealer_.Open(fresh);
  }
  const std::string id = id::FromName("reports", report).value();
  ASSIGN_OR_RETURN(const ReportFacts facts, store_.GetFacts(call.tenant, id, call.deadline));
  auto key = sealer_.FetchKey(call.tenant, facts.heading, call.deadline);
  if (sealing::IsErased(key.status())) {
    sealer_.IsErasureDecided(sealing::Owner::kReport, id, call.deadline);
    return status::NotFound("report");
  }
  return key;
}

absl::StatusOr<mamori::v1::Contact> Contacts::Record(const server::CallContext& call,
                                                     const v1::RecordContactRequest& request) {
  const absl::Time now = clock_.Now();
  RETURN_IF_ERROR(ValidateRecordContact(request, now));
  if (!call.person.empty() && !request.contact().report().empty()) {
    RETURN_IF_ERROR(access_.Check(call, ReportAccess::Use::kSupplement,
                                  id::FromName("reports", request.contact().report()).value()));
  }
  ASSIGN_OR_RETURN(const sealing::DataKey key, KeyFor(call, request.contact().report()));
  const NewContact contact =
      MakeNewContact(key, call, request, {.subject = ids_.NewId(), .event = ids_.NewId()}, now);
  ASSIGN_OR_RETURN(const std::string sealed, store_.AddContact(contact, call.deadline));
  committed_();
  ASSIGN_OR_RETURN(const std::string answer,
                   sealing::OpenAnswer(sealer_, {call.tenant, contact.answer.key},
                                       DigestOf(request), sealed, call.deadline));
  mamori::v1::Contact response;
  if (!response.ParseFromString(answer)) {
    return absl::InternalError("a stored answer cannot be parsed");
  }
  return response;
}

absl::StatusOr<std::vector<StoredContact>> Contacts::ReadableRows(const server::CallContext& call,
                                                                  const ContactFilter& filter,
                                                                  Position& position, int limit) {
  std::vector<StoredContact> readable;
  bool more = !call.person.empty();
  while (more && readable.empty()) {
    ASSIGN_OR_RETURN(std::vector<StoredContact> rows,
                     store_.ListContacts(call.tenant, filter, position, limit, call.deadline));
    more = static_cast<int>(rows.size()) == limit;
    limit = kRowsPerRead;  // should all of these be left out
    std::vector<std::string> reports;
    for (const StoredContact& row : rows) {
      if (!row.report_id.empty()) reports.push_back(row.report_id);
    }
    ASSIGN_OR_RETURN(const std::set<std::string> admitted,
                     access_.Admitted(call, ReportAccess::Use::kRead, reports));
    for (StoredContact& row : rows) {
      position = PositionOf(row);
      if (row.report_id.empty() || admitted.contains(row.report_id)) {
        readable.push_back(std::move(row));
      }
    }
  }
  return readable;
}

absl::StatusOr<v1::ListContactsResponse> Contacts::List(const server::CallContext& call,
                                                        const v1::ListContactsRequest& request) {
  RETURN_IF_ERROR(ValidateListContacts(request));
  if (request.report().empty()) {
    RETURN_IF_ERROR(CheckMayListAll(call));
  } else {
    RETURN_IF_ERROR(access_.Check(call, ReportAccess::Use::kRead,
                                  id::FromName("reports", request.report()).value()));
  }
  const std::string digest =
      idempotency::Hash({kListContacts, request.company(), request.report()});
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(Position read, FromPageToken(tokens_, binding, request.page_token()));
  ContactFilter filter{.company = request.company()};
  if (!request.report().empty()) {
    filter.report_id = id::FromName("reports", request.report()).value();
  }
  const int page_size = PageSize(request.page_size());
  v1::ListContactsResponse response;
  RETURN_IF_ERROR(ReadPage(call, filter, binding, page_size, read, response));
  RETURN_IF_ERROR(RecordRead(call, response));
  return response;
}

absl::Status Contacts::RecordRead(const server::CallContext& call,
                                  const v1::ListContactsResponse& response) {
  // What belongs to no report has no chain that tells who read it.
  std::set<std::string> reports;
  for (const mamori::v1::Contact& contact : response.contacts()) {
    if (contact.report().empty()) continue;
    ASSIGN_OR_RETURN(id::Id id, id::FromName("reports", contact.report()));
    reports.insert(std::move(id));
  }
  ASSIGN_OR_RETURN(
      const auto anonymous,
      store_.AreAnonymous(call.tenant, {reports.begin(), reports.end()}, call.deadline));
  std::vector<ReadReport> read;
  for (const auto& [id, is_anonymous] : anonymous) read.push_back({id, is_anonymous});
  return RecordReads(reads_, call, {call.caller, call.person}, call.tenant, read);
}

absl::Status Contacts::ReadPage(const server::CallContext& call, const ContactFilter& filter,
                                const idempotency::TokenBinding& binding, int page_size,
                                Position& read, v1::ListContactsResponse& response) {
  size_t bytes = 0;
  Position shown = read;  // the token names nothing that was left out
  while (true) {
    const int limit = std::min(kRowsPerRead, page_size - response.contacts_size() + 1);
    ASSIGN_OR_RETURN(const std::vector<StoredContact> rows,
                     ReadableRows(call, filter, read, limit));
    if (rows.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const sealing::KeyRing keys,
                     FetchKeys(sealer_, rows, &StoredContact::body, call.deadline));
    for (const StoredContact& row : rows) {
      if (response.contacts_size() == page_size ||
          (bytes > 0 && bytes + row.body.size() > kMaxAnswerBytes)) {
        response.set_next_page_token(ToPageToken(tokens_, binding, shown));
        return absl::OkStatus();
      }
      bytes += row.body.size();
      const auto key = keys.KeyOf(call.tenant, row.body);
      if (sealing::IsErased(key.status())) {
        sealer_.IsErasureDecided(sealing::Owner::kReport, row.report_id, call.deadline);
        continue;
      }
      RETURN_IF_ERROR(key.status());
      shown = PositionOf(row);
      ASSIGN_OR_RETURN(*response.add_contacts(), ToContact(*key, call.tenant, row));
    }
  }
}

absl::StatusOr<v1::BatchGetContactsResponse> Contacts::BatchGet(
    const server::CallContext& call, const v1::BatchGetContactsRequest& request) {
  RETURN_IF_ERROR(ValidateBatchGetContacts(request));
  ASSIGN_OR_RETURN(const std::string tenant, server::TenantOf(call, request.tenant()));
  std::vector<std::string> ids;
  for (const std::string& name : request.names()) {
    ids.push_back(id::FromName("contacts", name).value());
  }
  ASSIGN_OR_RETURN(const std::vector<StoredContact> rows,
                   store_.GetContacts(tenant, ids, call.deadline));
  ASSIGN_OR_RETURN(const sealing::KeyRing keys,
                   FetchKeys(sealer_, rows, &StoredContact::body, call.deadline));
  std::map<std::string_view, const StoredContact*> by_id;
  for (const StoredContact& row : rows) by_id.emplace(row.contact_id, &row);
  v1::BatchGetContactsResponse response;
  size_t bytes = 0;
  for (int i = 0; i < request.names_size(); ++i) {
    const auto found = by_id.find(ids[i]);
    if (found == by_id.end()) continue;
    const auto key = keys.KeyOf(tenant, found->second->body);
    if (sealing::IsErased(key.status())) {
      sealer_.IsErasureDecided(sealing::Owner::kReport, found->second->report_id, call.deadline);
      continue;
    }
    RETURN_IF_ERROR(key.status());
    bytes += found->second->body.size();
    if (response.contacts_size() > 0 && bytes > kMaxAnswerBytes) {
      response.add_remaining(request.names(i));
      continue;
    }
    ASSIGN_OR_RETURN(*response.add_contacts(), ToContact(*key, tenant, *found->second));
  }
  return response;
}

}  // namespace mamori::intake
