#include "services/triage/subject_requests.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "common/server/step_up.h"
#include "common/status/macros.h"
#include "common/status/role_not_allowed.h"
#include "common/text/text_search.h"
#include "common/time/timestamp.h"
#include "services/triage/case_reads.h"
#include "services/triage/retained_record.h"
#include "services/triage/subject_request_rules.h"
#include "services/triage/tenant_records.h"
#include "services/triage/work_name.h"
#include "services/triage/work_text.h"

namespace mamori::triage {

using server::CallContext;
using v1::SubjectRequest;

namespace {

constexpr int kCasesPerRead = 32;
constexpr int kMostFindings = 1000;

// Of what was asked nothing but what the asker may say.
SubjectRequest AskedOf(const SubjectRequest& given) {
  SubjectRequest asked;
  asked.set_person(given.person());
  *asked.mutable_names() = given.names();
  asked.set_requester(given.requester());
  asked.set_requester_name(given.requester_name());
  asked.set_text(given.text());
  *asked.mutable_receive_time() = given.receive_time();
  asked.set_state(v1::DISCLOSURE_STATE_RECEIVED);
  return asked;
}

v1::SubjectFinding FindingOf(const v1::DisclosureRequest& disclosure) {
  v1::SubjectFinding finding;
  finding.set_disclosure(disclosure.name());
  finding.set_state(disclosure.state());
  finding.set_outcome(disclosure.outcome());
  return finding;
}

bool IsMatchedTo(const mamori::v1::CaseAccess& access, const std::string& person) {
  for (const auto& slot : access.slots()) {
    for (const auto& match : slot.matches()) {
      if (match.person() == person) return true;
    }
  }
  return false;
}

// A person by all names.
class NamesSearch {
 public:
  explicit NamesSearch(const SubjectRequest& asked) {
    Add(asked.person());
    for (const std::string& name : asked.names()) Add(name);
  }
  bool Find(const std::string& text) const {
    return std::any_of(searches_.begin(), searches_.end(), [&](const text::TextSearch& search) {
      return search.Find(text).has_value();
    });
  }

 private:
  void Add(const std::string& name) {
    if (auto search = text::TextSearch::Of(name)) searches_.push_back(*std::move(search));
  }
  std::vector<text::TextSearch> searches_;
};

}  // namespace

SubjectRequests::RequestOr SubjectRequests::Admit(const CallContext& call,
                                                  const std::string& name) const {
  ASSIGN_OR_RETURN(const id::Id record_id, id::FromName(kSubjectRequests.collection, name));
  ASSIGN_OR_RETURN(const TenantRecord record,
                   d_.store.Get(kSubjectRequests, call.tenant, record_id, call.deadline));
  ASSIGN_OR_RETURN(SubjectRequest request, MessageOf<SubjectRequest>(record));
  RETURN_IF_ERROR(CheckRecordAccess(ViewerOf(call), kSubjectRequests, request.person()));
  request.set_name(name);
  return request;
}

absl::StatusOr<SubjectRequests::Seen> SubjectRequests::See(const CallContext& call,
                                                           const std::string& name) {
  ASSIGN_OR_RETURN(SubjectRequest stored, Admit(call, name));
  Seen seen{.request = stored, .found = {}};
  seen.request.clear_findings();
  for (const v1::SubjectFinding& finding : stored.findings()) {
    absl::StatusOr<v1::DisclosureRequest> one = d_.disclosures.Get(call, finding.disclosure());
    if (IsOutOfSight(one.status())) continue;
    RETURN_IF_ERROR(one.status());
    *seen.request.add_findings() = FindingOf(*one);
    seen.found.push_back(*std::move(one));
  }
  seen.request.set_etag(EtagOfShown(seen.request));
  return seen;
}

SubjectRequests::RequestOr SubjectRequests::Receive(
    const CallContext& call, const v1::ReceiveSubjectRequestRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  const absl::Time now = d_.clock.Now();
  const bool may = MayHandleSubjectRequests(authz::RolesOf(call.roles));
  if (!may || request.subject_request().person() == call.person) return status::RoleNotAllowed();
  RETURN_IF_ERROR(CheckSubjectReceive(request.subject_request(), now));
  SubjectRequest asked = AskedOf(request.subject_request());
  *asked.mutable_create_time() = time::ToTimestamp(now);
  ASSIGN_OR_RETURN(const id::Id record_id,
                   d_.store.Add(KeyOf(call, request), AuditedCaller(call), kSubjectRequests,
                                {.record_id = d_.ids.NewId(),
                                 .tenant = call.tenant,
                                 .create_time = now,
                                 .body = asked.SerializeAsString()}));
  ASSIGN_OR_RETURN(Seen seen, See(call, id::Name(kSubjectRequests.collection, record_id)));
  return std::move(seen.request);
}

SubjectRequests::RequestOr SubjectRequests::Check(const CallContext& call,
                                                  const v1::CheckSubjectRequesterRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const Seen before, See(call, request.name()));
  RETURN_IF_ERROR(CheckEtagOfShown(request, before.request));
  ASSIGN_OR_RETURN(const id::Id record_id,
                   id::FromName(kSubjectRequests.collection, request.name()));
  RETURN_IF_ERROR(d_.store.Change(
      KeyOf(call, request), AuditedCaller(call), kSubjectRequests, call.tenant, record_id,
      [&](const TenantRecord& record, absl::Time) -> absl::StatusOr<std::string> {
        ASSIGN_OR_RETURN(SubjectRequest checked, MessageOf<SubjectRequest>(record));
        RETURN_IF_ERROR(CheckSubjectCheck(checked));
        checked.set_state(request.confirmed() ? v1::DISCLOSURE_STATE_CONFIRMED
                                              : v1::DISCLOSURE_STATE_NOT_CONFIRMED);
        checked.set_identity_check(request.identity_check());
        checked.set_checker(call.person);
        return checked.SerializeAsString();
      }));
  ASSIGN_OR_RETURN(Seen seen, See(call, request.name()));
  return std::move(seen.request);
}

absl::StatusOr<bool> SubjectRequests::TellsOf(const CallContext& call, const SubjectRequest& asked,
                                              const CaseRow& row, size_t& bytes) {
  const auto admit = [&](const CaseRow& one) {
    return d_.gate.Check(ViewerOf(call), one.access, authz::Action::kWork);
  };
  const NamesSearch search(asked);
  bool found = IsMatchedTo(row.access, asked.person());
  const auto look = [&](const std::string& text) {
    bytes += text.size();
    found = found || search.Find(text);
  };
  ASSIGN_OR_RETURN(const mamori::v1::Case shown,
                   d_.cases.Get(call.tenant, row.case_id, admit, call.deadline));
  for (const mamori::v1::CaseNote& note : shown.notes()) look(note.text());
  std::vector<id::Id> reports;
  for (const std::string& name : shown.reports()) {
    ASSIGN_OR_RETURN(id::Id report_id, id::FromName("reports", name));
    reports.push_back(std::move(report_id));
  }
  ASSIGN_OR_RETURN(const std::vector<mamori::v1::Report> read, d_.reports.Read(call, reports));
  for (const mamori::v1::Report& report : read) look(WordsIn(report));
  const auto file = d_.work.Read(call.tenant, row.case_id, admit, call.deadline);
  if (absl::IsNotFound(file.status())) return found;  // its content was erased
  RETURN_IF_ERROR(file.status());
  for (const WorkRow& record : file->work) look(WordsOf(record));
  return found;
}

absl::StatusOr<v1::SubjectFinding> SubjectRequests::Record(const CallContext& call,
                                                           const SubjectRequest& asked,
                                                           const id::Id& case_id) {
  v1::ReceiveDisclosureRequestRequest part;
  part.set_name(id::Name("cases", case_id));
  for (const v1::SubjectFinding& one : asked.findings()) {
    if (!absl::StartsWith(one.disclosure(), part.name() + "/")) continue;
    ASSIGN_OR_RETURN(const v1::DisclosureRequest before,
                     d_.disclosures.Get(call, one.disclosure()));
    return FindingOf(before);
  }
  part.set_request_id(PartOf(asked.name(), part.name()));
  v1::DisclosureRequest& disclosure = *part.mutable_disclosure();
  disclosure.set_person(asked.person());
  disclosure.set_requester(asked.requester());
  disclosure.set_requester_name(asked.requester_name());
  disclosure.set_text(asked.text());
  *disclosure.mutable_receive_time() = asked.receive_time();
  disclosure.set_subject_request(asked.name());
  disclosure.set_identity_check(asked.identity_check());
  disclosure.set_checker(asked.checker());
  ASSIGN_OR_RETURN(const v1::DisclosureRequest recorded, d_.disclosures.Gather(call, part));
  part.set_request_id(PartOf(asked.name(), recorded.name()));
  ASSIGN_OR_RETURN(const id::Id record_id, id::FromName(kSubjectRequests.collection, asked.name()));
  RETURN_IF_ERROR(d_.store.Change(
      KeyOf(call, part), AuditedCaller(call), kSubjectRequests, call.tenant, record_id,
      [&](const TenantRecord& record, absl::Time) -> absl::StatusOr<std::string> {
        ASSIGN_OR_RETURN(SubjectRequest request, MessageOf<SubjectRequest>(record));
        for (const v1::SubjectFinding& one : request.findings()) {
          if (one.disclosure() == recorded.name()) return record.body;
        }
        if (request.findings_size() >= kMostFindings) {
          return status::StateNotAllowed("more was found than one request holds");
        }
        request.add_findings()->set_disclosure(recorded.name());
        return request.SerializeAsString();
      }));
  return FindingOf(recorded);
}

absl::StatusOr<v1::GatherSubjectRequestResponse> SubjectRequests::Gather(
    const CallContext& call, const v1::GatherSubjectRequestRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const SubjectRequest asked, Admit(call, request.name()));
  RETURN_IF_ERROR(CheckSubjectGather(asked));
  CaseFilter filter;
  filter.tenant = call.tenant;
  filter.viewer = d_.gate.ListViewerOf(call);
  const std::string digest = idempotency::Hash({"gather", request.name()});
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(auto position, FromPageToken(d_.tokens, binding, request.page_token()));
  const absl::Duration end = d_.clock.Monotonic() + options_.time;
  v1::GatherSubjectRequestResponse response;
  std::map<id::Id, bool> opened;
  size_t bytes = 0;
  for (bool more = true; more && response.next_page_token().empty();) {
    ASSIGN_OR_RETURN(const std::vector<CaseRow> rows,
                     d_.cases.List(filter, position, kCasesPerRead, call.deadline));
    more = static_cast<int>(rows.size()) == kCasesPerRead;
    for (const CaseRow& row : rows) {
      position = CasePosition{.create_micros = absl::ToUnixMicros(row.create_time),
                              .case_id = row.case_id};
      if (!d_.gate.Check(ViewerOf(call), row.access, authz::Action::kWork).ok()) continue;
      const absl::StatusOr<bool> tells = TellsOf(call, asked, row, bytes);
      if (IsOutOfSight(tells.status())) continue;  // lost meanwhile
      RETURN_IF_ERROR(tells.status());
      opened[row.case_id] = row.anonymous;
      if (*tells) {
        ASSIGN_OR_RETURN(*response.add_findings(), Record(call, asked, row.case_id));
      }
      if (bytes < options_.bytes && d_.clock.Monotonic() < end) continue;
      response.set_next_page_token(ToPageToken(d_.tokens, binding, row));
      break;
    }
  }
  RETURN_IF_ERROR(RecordCaseReads(d_.reads, call, opened));
  return response;
}

SubjectRequests::RequestOr SubjectRequests::Get(const CallContext& call,
                                                const v1::GetSubjectRequestRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(Seen seen, See(call, request.name()));
  return std::move(seen.request);
}

absl::StatusOr<v1::ListSubjectRequestsResponse> SubjectRequests::List(
    const CallContext& call, const v1::ListSubjectRequestsRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  if (!MayHandleSubjectRequests(authz::RolesOf(call.roles))) return status::RoleNotAllowed();
  v1::ListSubjectRequestsResponse response;
  RETURN_IF_ERROR(ListTenantRecords<SubjectRequest>(
      d_.store, d_.tokens, kSubjectRequests, call, request,
      [&](const SubjectRequest& one) { return one.person() != call.person; },
      [&](const id::Id& record_id, SubjectRequest one) {
        one.clear_findings();
        one.set_name(id::Name(kSubjectRequests.collection, record_id));
        *response.add_subject_requests() = std::move(one);
      },
      [&](std::string token) { response.set_next_page_token(std::move(token)); }));
  return response;
}

absl::StatusOr<v1::SubjectAnswer> SubjectRequests::Compose(
    const CallContext& call, const v1::ComposeSubjectAnswerRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const Seen seen, See(call, request.name()));
  RETURN_IF_ERROR(server::RequireStepUp(call, d_.clock.Now()));
  RETURN_IF_ERROR(CheckSubjectCompose(seen.found));
  v1::SubjectAnswer answer;
  for (v1::ToldMatter& matter : ToldOf(seen.found)) *answer.add_matters() = std::move(matter);
  return answer;
}

SubjectRequests::RequestOr SubjectRequests::Answer(const CallContext& call,
                                                   const v1::AnswerSubjectRequestRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const Seen before, See(call, request.name()));
  RETURN_IF_ERROR(CheckEtagOfShown(request, before.request));
  // A repeat finds it answered: by the request id, it is the same answer.
  if (before.request.state() != v1::DISCLOSURE_STATE_ANSWERED) {
    RETURN_IF_ERROR(CheckSubjectAnswer(before.request, before.found, call.person,
                                       time::FromTimestamp(request.answer_time()), d_.clock.Now()));
  }
  for (const v1::DisclosureRequest& one : before.found) {
    if (one.state() != v1::DISCLOSURE_STATE_DECIDED) continue;
    v1::AnswerDisclosureRequest part;
    part.set_request_id(PartOf(request.request_id(), one.name()));
    part.set_name(one.name());
    part.set_answer(request.answer());
    *part.mutable_answer_time() = request.answer_time();
    RETURN_IF_ERROR(d_.disclosures.Answer(call, part).status());
  }
  ASSIGN_OR_RETURN(const id::Id record_id,
                   id::FromName(kSubjectRequests.collection, request.name()));
  RETURN_IF_ERROR(d_.store.Change(
      KeyOf(call, request), AuditedCaller(call), kSubjectRequests, call.tenant, record_id,
      [&](const TenantRecord& record, absl::Time now) -> absl::StatusOr<std::string> {
        ASSIGN_OR_RETURN(SubjectRequest answered, MessageOf<SubjectRequest>(record));
        RETURN_IF_ERROR(CheckSubjectAnswer(
            answered, {}, call.person, time::FromTimestamp(request.answer_time()), d_.clock.Now()));
        answered.set_state(v1::DISCLOSURE_STATE_ANSWERED);
        answered.set_answer(request.answer());
        answered.set_answerer(call.person);
        *answered.mutable_answer_time() = request.answer_time();
        *answered.mutable_close_time() = time::ToTimestamp(now);
        return answered.SerializeAsString();
      }));
  ASSIGN_OR_RETURN(Seen seen, See(call, request.name()));
  return std::move(seen.request);
}

}  // namespace mamori::triage
