#include "services/triage/deadlines.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "common/time/timestamp.h"
#include "services/triage/call_key.h"
#include "services/triage/case_change.h"
#include "services/triage/case_reads.h"
#include "services/triage/case_state.h"
#include "services/triage/deadline_page.h"
#include "services/triage/deadline_text.h"
#include "services/triage/page.h"
#include "services/triage/readable_page.h"
#include "services/triage/validate_deadlines.h"

namespace mamori::triage {

using server::CallContext;

ClockFacts FactsOf(const CaseRow& row) {
  return {.tenant = row.tenant,
          .case_id = row.case_id,
          .company = row.company,
          .kind = row.kind,
          .severity = row.severity,
          .open_time = row.create_time};
}

template <typename Request>
Deadlines::DeadlineOr Deadlines::Do(const CallContext& call, const Request& request,
                                    Effect effect) {
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  const authz::Viewer viewer = ViewerOf(call);
  // Before the request id too: an old answer is not for one who has been kept out since.
  ASSIGN_OR_RETURN(const CaseRow first, d_.cases.GetRow(call.tenant, case_id, call.deadline));
  RETURN_IF_ERROR(d_.gate.Check(viewer, first.access, authz::Action::kWork));
  ASSIGN_OR_RETURN(const std::shared_ptr<const ClockBook> book, d_.clocks.Get(first.policy_digest));
  ChangeContext context{d_.clock.Now(),   call.traceparent, d_.ids,
                        d_.gate.policy(), WhoOf(call),      server::ActionOf(call)};
  context.handlers = &d_.gate.handlers();
  DeadlineOr result = d_.store.Change(
      KeyOf(call, request), call.tenant, case_id,
      [&](const CaseRow& row,
          const std::vector<DeadlineRow>& deadlines) -> absl::StatusOr<DeadlineChange> {
        RETURN_IF_ERROR(d_.gate.Check(viewer, row.access, authz::Action::kWork));
        if (!request.etag().empty() && request.etag() != EtagOf(row)) {
          return status::EtagMismatch();
        }
        // Those of a merged case are those of the case that goes on.
        if (!Next(row.state, Verb::kAddNote).has_value()) {
          return status::StateNotAllowed("the case was merged into another");
        }
        if (book == nullptr) {
          return status::Error(absl::StatusCode::kFailedPrecondition,
                               mamori::v1::ERROR_REASON_CLOCK_NOT_ALLOWED,
                               "the case's policy has no clocks");
        }
        DeadlineChange change;
        ASSIGN_OR_RETURN(
            change.deadlines,
            effect(Scene{*book,
                         FactsOf(row),
                         deadlines,
                         {context.now, call.person, time::Told(context.now, row.anonymous)},
                         row.anonymous}));
        const DeadlineRow& asked = change.deadlines.changed.empty()
                                       ? change.deadlines.started.front()
                                       : change.deadlines.changed.front();
        ChangeBuilder builder(row, context);
        if (HasWhistleblower(change.deadlines.started)) builder.KeepForHandlers();
        builder.AddNote(call.person, absl::StrCat(asked.clock, ": ", request.reason()));
        change.change = std::move(builder).Finish();
        change.answer = ToProto(asked, row, book.get(), context.now);
        return change;
      });
  d_.committed();
  return result;
}

template <typename Request>
Deadlines::DeadlineOr Deadlines::DoToOne(const CallContext& call, const Request& request,
                                         OneEffect effect) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id deadline_id, id::FromName("deadlines", request.deadline()));
  return Do(call, request, [&](const Scene& scene) -> absl::StatusOr<DeadlineChanges> {
    for (const DeadlineRow& row : scene.deadlines) {
      if (row.deadline_id == deadline_id) return effect(scene, row);
    }
    return status::NotFound("deadline");
  });
}

Deadlines::DeadlineOr Deadlines::Start(const CallContext& call,
                                       const v1::StartClockRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  std::optional<absl::Time> start;
  if (request.has_start_time()) {
    start = time::FromTimestamp(request.start_time());
    RETURN_IF_ERROR(CheckStart(*start, d_.clock.Now()));
  }
  return Do(call, request, [&](const Scene& scene) -> absl::StatusOr<DeadlineChanges> {
    std::optional<absl::Time> told = start;
    if (told.has_value()) {
      told = time::Told(*told, scene.anonymous);
      RETURN_IF_ERROR(scene.book.CheckStart(scene.facts, request.clock(), *told));
    }
    return scene.book.Start(scene.facts, request.clock(), told, scene.act, d_.ids);
  });
}

Deadlines::DeadlineOr Deadlines::Pause(const CallContext& call,
                                       const v1::PauseDeadlineRequest& request) {
  return DoToOne(call, request, [](const Scene& scene, const DeadlineRow& row) {
    return scene.book.Pause(row, scene.act);
  });
}

Deadlines::DeadlineOr Deadlines::Resume(const CallContext& call,
                                        const v1::ResumeDeadlineRequest& request) {
  return DoToOne(call, request, [](const Scene& scene, const DeadlineRow& row) {
    return scene.book.Resume(row, scene.act);
  });
}

Deadlines::DeadlineOr Deadlines::Complete(const CallContext& call,
                                          const v1::CompleteDeadlineRequest& request) {
  return DoToOne(call, request, [&](const Scene& scene, const DeadlineRow& row) {
    return scene.book.Complete(scene.facts, row, scene.deadlines, scene.act, d_.ids);
  });
}

Deadlines::ListOr Deadlines::List(const CallContext& call,
                                  const v1::ListDeadlinesRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  return request.case_name().empty() ? ListQueue(call, request) : ListOfCase(call, request);
}

// A case has few, so they are read at once.
Deadlines::ListOr Deadlines::ListOfCase(const CallContext& call,
                                        const v1::ListDeadlinesRequest& request) {
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.case_name()));
  ASSIGN_OR_RETURN(const CaseRow row, d_.cases.GetRow(call.tenant, case_id, call.deadline));
  RETURN_IF_ERROR(d_.gate.Check(ViewerOf(call), row.access, authz::Action::kRead));
  RETURN_IF_ERROR(CheckMergedInto(d_.gate, d_.cases, call, row));
  const std::string digest = DigestOfCase(call.tenant, case_id, request.state());
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(const auto position, FromQueueToken(d_.tokens, binding, request.page_token()));
  ASSIGN_OR_RETURN(const auto book, d_.clocks.Get(row.policy_digest));
  ASSIGN_OR_RETURN(const std::vector<DeadlineRow> rows,
                   d_.store.ListOfCase(call.tenant, case_id, call.deadline));
  RETURN_IF_ERROR(RecordCaseRead(d_.reads, call, case_id, row.anonymous));
  v1::ListDeadlinesResponse response;
  const DeadlineRow* last = nullptr;
  for (const DeadlineRow& one : rows) {
    if (request.state() != v1::DEADLINE_STATE_UNSPECIFIED && one.state != request.state()) continue;
    if (position.has_value() && !IsAfter(one, *position)) continue;
    if (response.deadlines_size() == PageSize(request.page_size())) {
      response.set_next_page_token(ToQueueToken(d_.tokens, binding, 0, *last));
      break;
    }
    last = &one;
    *response.add_deadlines() = ToProto(one, row, book.get(), d_.clock.Now());
  }
  return response;
}

absl::StatusOr<std::vector<QueueEntry>> Deadlines::ReadableQueue(
    const CallContext& call, const QueueFilter& filter, std::optional<QueuePosition> position,
    size_t limit) {
  const authz::Viewer viewer = ViewerOf(call);
  return ReadReadable<QueueEntry>(
      position, limit,
      [&](const std::optional<QueuePosition>& after, int want) {
        return d_.store.ListQueue(filter, after, want, call.deadline);
      },
      [](const QueueEntry& entry) { return PositionOf(entry.deadline); },
      [&](std::vector<QueueEntry>& entries) {
        std::erase_if(entries, [&](const QueueEntry& entry) {
          return !d_.gate.MayRead(viewer, entry.row.access);
        });
        return absl::OkStatus();
      });
}

Deadlines::ListOr Deadlines::ListQueue(const CallContext& call,
                                       const v1::ListDeadlinesRequest& request) {
  QueueFilter filter{
      .tenant = call.tenant, .company = request.company(), .viewer = d_.gate.ListViewerOf(call)};
  if (request.state() != v1::DEADLINE_STATE_UNSPECIFIED) filter.state = request.state();
  const std::string digest = DigestOf(filter);
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(const auto position, FromQueueToken(d_.tokens, binding, request.page_token()));
  const size_t size = PageSize(request.page_size());
  // One more than asked for tells whether there is another page.
  ASSIGN_OR_RETURN(std::vector<QueueEntry> entries,
                   ReadableQueue(call, filter, position, size + 1));
  v1::ListDeadlinesResponse response;
  if (entries.size() > size) {
    entries.resize(size);
    const DeadlineRow& last = entries.back().deadline;
    response.set_next_page_token(ToQueueToken(d_.tokens, binding, PositionOf(last).rank, last));
  }
  for (const QueueEntry& entry : entries) {
    ASSIGN_OR_RETURN(const auto book, d_.clocks.Get(entry.row.policy_digest));
    *response.add_deadlines() = ToProto(entry.deadline, entry.row, book.get(), d_.clock.Now());
  }
  return response;
}

}  // namespace mamori::triage
