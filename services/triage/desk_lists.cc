#include "services/triage/desk_lists.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/idempotency/hash.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/big_endian.h"
#include "services/triage/case_reads.h"
#include "services/triage/casework.h"
#include "services/triage/desk_rules.h"
#include "services/triage/page.h"
#include "services/triage/readable_page.h"
#include "services/triage/work_name.h"

namespace mamori::triage {

using server::CallContext;

namespace {

constexpr size_t kIdBytes = 16;

std::string DigestOf(const WorkListFilter& filter, bool overdue) {
  const int stage = filter.stage.has_value() ? static_cast<int>(*filter.stage) : 0;
  return idempotency::Hash({"open work", filter.tenant,
                            absl::StrCat(static_cast<int>(filter.kind), ",", stage, ",", overdue),
                            filter.owner, filter.viewer.person});
}

WorkListPosition PositionOf(const WorkListEntry& entry) {
  return {.due_micros = absl::ToUnixMicros(entry.due_time), .record_id = entry.work.record_id};
}

absl::StatusOr<std::optional<WorkListPosition>> FromToken(const idempotency::PageTokens& tokens,
                                                          const idempotency::TokenBinding& binding,
                                                          const std::string& token) {
  if (token.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string bytes, tokens.Open(binding, token));
  if (bytes.size() != kBigEndianBytes + kIdBytes) return status::PageTokenInvalid();
  return WorkListPosition{.due_micros = FromBigEndian(bytes),
                          .record_id = bytes.substr(kBigEndianBytes)};
}

v1::WorkCase CaseOf(const CaseRow& row) {
  v1::WorkCase of;
  of.set_name(id::Name("cases", row.case_id));
  of.set_company(row.company);
  of.set_severity(row.severity);
  of.set_state(row.state);
  of.set_assignee(row.assignee);
  return of;
}

}  // namespace

absl::Status DeskLists::RecordReads(const CallContext& call,
                                    const std::vector<WorkListEntry>& entries) const {
  std::map<id::Id, bool> cases;  // with whether they are anonymous
  for (const WorkListEntry& entry : entries) cases[entry.row.case_id] = entry.row.anonymous;
  return RecordCaseReads(d_.reads, call, cases);
}

template <typename Request>
absl::StatusOr<DeskLists::Page> DeskLists::Read(const CallContext& call, const Request& request,
                                                WorkKind kind, std::optional<WorkStage> stage) {
  const absl::Time now = d_.clock.Now();
  WorkListFilter filter{.tenant = call.tenant,
                        .kind = kind,
                        .stage = stage,
                        .owner = request.filter().mine() ? call.person : request.filter().owner(),
                        .viewer = d_.gate.ListViewerOf(call)};
  if (request.filter().overdue()) filter.due_by = now;
  const std::string digest = DigestOf(filter, request.filter().overdue());
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(const auto position, FromToken(d_.tokens, binding, request.page_token()));
  const authz::Viewer viewer = ViewerOf(call);
  const size_t size = PageSize(request.page_size());
  Page page{.now = now};
  // One more than asked for tells whether there is another page.
  ASSIGN_OR_RETURN(page.entries, ReadReadable<WorkListEntry>(
                                     position, size + 1,
                                     [&](const std::optional<WorkListPosition>& after, int want) {
                                       return d_.store.List(filter, after, want, call.deadline);
                                     },
                                     PositionOf,
                                     [&](std::vector<WorkListEntry>& entries) {
                                       std::erase_if(entries, [&](const WorkListEntry& entry) {
                                         return !d_.gate.MayRead(viewer, entry.row.access);
                                       });
                                       return absl::OkStatus();
                                     }));
  if (page.entries.size() > size) {
    page.entries.resize(size);
    const WorkListPosition last = PositionOf(page.entries.back());
    page.next_token = d_.tokens.Seal(binding, ToBigEndian(last.due_micros) + last.record_id);
  }
  RETURN_IF_ERROR(d_.store.Open(page.entries, call.deadline));
  RETURN_IF_ERROR(RecordReads(call, page.entries));
  return page;
}

absl::StatusOr<v1::ListOpenTasksResponse> DeskLists::Tasks(
    const CallContext& call, const v1::ListOpenTasksRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(Page page, Read(call, request, WorkKind::kTask, std::nullopt));
  v1::ListOpenTasksResponse response;
  for (const WorkListEntry& entry : page.entries) {
    v1::OpenTask& open = *response.add_tasks();
    ASSIGN_OR_RETURN(*open.mutable_task(), BodyOf<v1::Task>(entry.work));
    open.mutable_task()->set_name(NameOfWork("tasks", entry.row.case_id, entry.work.record_id));
    *open.mutable_case_of() = CaseOf(entry.row);
    open.set_overdue(entry.due_time <= page.now);
  }
  response.set_next_page_token(std::move(page.next_token));
  return response;
}

absl::StatusOr<v1::ListOpenPreventionResponse> DeskLists::Prevention(
    const CallContext& call, const v1::ListOpenPreventionRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  std::optional<WorkStage> stage;
  if (request.stage() != v1::PREVENTION_STAGE_UNSPECIFIED) {
    stage = static_cast<WorkStage>(request.stage());
  }
  ASSIGN_OR_RETURN(Page page, Read(call, request, WorkKind::kPrevention, stage));
  v1::ListOpenPreventionResponse response;
  for (const WorkListEntry& entry : page.entries) {
    v1::OpenPrevention& open = *response.add_prevention();
    ASSIGN_OR_RETURN(*open.mutable_prevention(), BodyOf<v1::PreventionAction>(entry.work));
    open.mutable_prevention()->set_name(
        NameOfWork("prevention", entry.row.case_id, entry.work.record_id));
    open.mutable_prevention()->set_etag(EtagOf(entry.work));
    *open.mutable_case_of() = CaseOf(entry.row);
    open.set_stage(static_cast<v1::PreventionStage>(entry.stage));
    open.set_overdue(entry.due_time <= page.now);
  }
  response.set_next_page_token(std::move(page.next_token));
  return response;
}

}  // namespace mamori::triage
