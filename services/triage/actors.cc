#include "services/triage/actors.h"

#include <algorithm>
#include <set>

#include "common/idempotency/hash.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/actor_pages.h"
#include "services/triage/actor_request_rules.h"
#include "services/triage/call_key.h"
#include "services/triage/case_state.h"
#include "services/triage/page.h"

namespace mamori::triage {
namespace {

using authz::Action;
using server::CallContext;

// Of a case's own actors, and of those that joins lead to: more are not followed.
constexpr int kMaxOwn = 500;
constexpr size_t kMaxLeads = 1000;
constexpr int kMaxHops = 8;
constexpr int kRowsPerRead = 200;
// Older cases that one mention is linked to, and how many mentions of a page's actors are looked at
// for them.
constexpr int kMaxLinks = 10;
constexpr int kMaxOthers = 2000;

std::string DigestOf(const CallContext& call, std::string_view method, std::string_view name) {
  return idempotency::Hash({method, call.tenant, call.person, name});
}

struct Reason {
  v1::ActorReason reason;
  const char* ja;
  const char* en;
};

Reason ReasonOf(v1::ActorKind kind, bool joined) {
  if (joined)
    return {v1::ACTOR_REASON_JOINED, "担当者が同じ相手として結び付けた", "a person joined the two"};
  switch (kind) {
    case v1::ACTOR_KIND_ORGANISATION:
      return {v1::ACTOR_REASON_SAME_ORGANISATION, "表記を揃えると同じ組織名",
              "same organisation after normalisation"};
    case v1::ACTOR_KIND_ONLINE_HANDLE:
      return {v1::ACTOR_REASON_SAME_HANDLE, "表記を揃えると同じアカウント名",
              "same account after normalisation"};
    default:
      return {v1::ACTOR_REASON_SAME_PERSON_NAME, "表記を揃えると同じ人名(別人のこともある)",
              "same person's name after normalisation; it may be another person"};
  }
}

v1::ActorCandidate CandidateOf(const MentionRow& row, const id::Id& own, bool joined) {
  v1::ActorCandidate candidate;
  candidate.set_case_name(id::Name("cases", row.case_id));
  candidate.set_report(id::Name("reports", row.report_id));
  candidate.set_actor(id::Name("actors", own));
  candidate.set_other_actor(id::Name("actors", row.actor));
  candidate.set_kind(row.kind);
  const Reason reason = ReasonOf(row.kind, joined);
  candidate.set_reason(reason.reason);
  candidate.set_reason_ja(reason.ja);
  candidate.set_reason_en(reason.en);
  *candidate.mutable_create_time() = time::ToTimestamp(row.create_time);
  return candidate;
}

std::vector<id::Id> CasesOf(const std::vector<MentionRow>& rows) {
  std::vector<id::Id> cases;
  for (const MentionRow& row : rows) cases.push_back(row.case_id);
  return cases;
}

std::vector<id::Id> ActorsOf(const std::vector<MentionRow>& rows) {
  std::set<id::Id> actors;
  for (const MentionRow& row : rows) actors.insert(row.actor);
  return {actors.begin(), actors.end()};
}

absl::Status Allow(const CaseRow& row, const std::string& etag) {
  if (!etag.empty() && etag != EtagOf(row)) return status::EtagMismatch();
  if (Next(row.state, Verb::kAddNote).has_value()) return absl::OkStatus();
  return status::StateNotAllowed("the case's state does not allow it");
}

}  // namespace

absl::Status Actors::Admit(const CallContext& call, const id::Id& case_id, Action action) {
  ASSIGN_OR_RETURN(const CaseRow row, d_.cases.GetRow(call.tenant, case_id, call.deadline));
  return d_.gate.Check(ViewerOf(call), row.access, action);
}

absl::Status Actors::CheckWork(const CallContext& call, const CaseRow& row) const {
  return d_.gate.Check(ViewerOf(call), row.access, Action::kWork);
}

ChangeContext Actors::ContextOf(const CallContext& call) const {
  return {d_.clock.Now(),   call.traceparent, d_.ids,
          d_.gate.policy(), WhoOf(call),      server::ActionOf(call)};
}

absl::StatusOr<std::vector<JoinRow>> Actors::VisibleJoins(const CallContext& call,
                                                          const ViewerFilter& filter,
                                                          const std::vector<id::Id>& actors) {
  if (actors.empty()) return std::vector<JoinRow>();
  ASSIGN_OR_RETURN(std::vector<JoinRow> joins,
                   d_.store.FindJoins(call.tenant, actors, call.deadline));
  std::vector<id::Id> reports;
  for (const JoinRow& join : joins) {
    reports.push_back(join.report_id);
    reports.push_back(join.other_report_id);
  }
  ASSIGN_OR_RETURN(const std::vector<id::Id> readable, filter.ReadableReports(std::move(reports)));
  const std::set<id::Id> seen(readable.begin(), readable.end());
  joins.erase(std::remove_if(joins.begin(), joins.end(),
                             [&](const JoinRow& join) {
                               return seen.count(join.report_id) == 0 ||
                                      seen.count(join.other_report_id) == 0;
                             }),
              joins.end());
  return joins;
}

absl::StatusOr<v1::ListActorsResponse> Actors::List(const CallContext& call,
                                                    const v1::ListActorsRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  RETURN_IF_ERROR(Admit(call, case_id, Action::kRead));
  const std::string digest = DigestOf(call, "ListActors", request.name());
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(const auto after, MentionsAfter(d_.tokens, binding, request.page_token()));
  const int size = PageSize(request.page_size());
  ASSIGN_OR_RETURN(std::vector<MentionRow> rows,
                   d_.store.ListOfCase(call.tenant, case_id, after, size + 1, call.deadline));
  v1::ListActorsResponse response;
  if (rows.size() > static_cast<size_t>(size)) {
    rows.resize(size);
    response.set_next_page_token(ToPageToken(d_.tokens, binding, rows.back()));
  }
  const ViewerFilter filter(call, d_.records, d_.gate);
  ASSIGN_OR_RETURN(const std::vector<JoinRow> joins, VisibleJoins(call, filter, ActorsOf(rows)));
  for (const MentionRow& row : rows) {
    v1::ActorMention& mention = *response.add_actors();
    mention.set_actor(id::Name("actors", row.actor));
    mention.set_kind(row.kind);
    mention.set_report(id::Name("reports", row.report_id));
    mention.set_index(row.index);
    std::set<id::Id> added;  // a join of two of the page's actors was found from both
    for (const JoinRow& join : joins) {
      const bool of_it = join.actor == row.actor || join.other_actor == row.actor;
      if (of_it && added.insert(join.join_id).second) *mention.add_joins() = ToProto(join);
    }
  }
  return response;
}

// The case's own actors, and whoever people have joined with them, over several joins.
absl::StatusOr<Actors::Leads> Actors::LeadsOf(const CallContext& call, const ViewerFilter& filter,
                                              const id::Id& case_id) {
  ASSIGN_OR_RETURN(const std::vector<MentionRow> own,
                   d_.store.ListOfCase(call.tenant, case_id, std::nullopt, kMaxOwn, call.deadline));
  Leads leads;
  for (const MentionRow& row : own) leads[row.actor] = {.own = row.actor};
  std::vector<id::Id> frontier = ActorsOf(own);
  for (int hop = 0; hop < kMaxHops && !frontier.empty() && leads.size() < kMaxLeads; ++hop) {
    ASSIGN_OR_RETURN(const std::vector<JoinRow> joins, VisibleJoins(call, filter, frontier));
    frontier.clear();
    for (const JoinRow& join : joins) {
      for (const auto& [from, to] :
           {std::pair(join.actor, join.other_actor), std::pair(join.other_actor, join.actor)}) {
        const auto known = leads.find(from);
        if (known == leads.end() || leads.count(to) > 0) continue;
        leads[to] = {.own = known->second.own, .joined = true};
        frontier.push_back(to);
      }
    }
  }
  return leads;
}

absl::StatusOr<v1::ListActorCandidatesResponse> Actors::ListCandidates(
    const CallContext& call, const v1::ListActorCandidatesRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  RETURN_IF_ERROR(Admit(call, case_id, Action::kRead));
  const std::string digest = DigestOf(call, "ListActorCandidates", request.name());
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(auto after, MentionsAfter(d_.tokens, binding, request.page_token()));
  const ViewerFilter filter(call, d_.records, d_.gate);
  ASSIGN_OR_RETURN(const Leads leads, LeadsOf(call, filter, case_id));
  v1::ListActorCandidatesResponse response;
  if (leads.empty()) return response;
  std::vector<id::Id> actors;
  for (const auto& [actor, lead] : leads) actors.push_back(actor);
  const int size = PageSize(request.page_size());
  MentionRow last;
  for (;;) {
    ASSIGN_OR_RETURN(
        const std::vector<MentionRow> rows,
        d_.store.ListOfActors(call.tenant, actors, case_id, after, kRowsPerRead, call.deadline));
    ASSIGN_OR_RETURN(const std::vector<id::Id> readable, filter.ReadableCases(CasesOf(rows)));
    for (const MentionRow& row : rows) {
      if (!std::binary_search(readable.begin(), readable.end(), row.case_id)) continue;
      if (response.candidates_size() == size) {
        response.set_next_page_token(ToPageToken(d_.tokens, binding, last));
        return response;
      }
      const Lead& lead = leads.at(row.actor);
      *response.add_candidates() = CandidateOf(row, lead.own, lead.joined);
      last = row;
    }
    if (rows.size() < static_cast<size_t>(kRowsPerRead)) return response;
    after = PositionOf(rows.back());
  }
}

absl::StatusOr<v1::ActorJoin> Actors::Join(const CallContext& call,
                                           const v1::JoinActorsRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ActorStore::Joining joining;
  ASSIGN_OR_RETURN(joining.case_id, id::FromName("cases", request.name()));
  ASSIGN_OR_RETURN(joining.actor, id::FromName("actors", request.actor()));
  ASSIGN_OR_RETURN(joining.other_case_id, id::FromName("cases", request.other_case()));
  ASSIGN_OR_RETURN(joining.other_actor, id::FromName("actors", request.other_actor()));
  // Before the request id too: an old answer is not for one who has been kept out since.
  RETURN_IF_ERROR(Admit(call, joining.case_id, Action::kWork));
  RETURN_IF_ERROR(Admit(call, joining.other_case_id, Action::kWork));
  const ChangeContext context = ContextOf(call);
  auto result = d_.store.Join(
      KeyOf(call, request), call.tenant, joining,
      [&](const CaseRow& row, const CaseRow& other) -> absl::StatusOr<ActorStore::JoinChange> {
        RETURN_IF_ERROR(CheckWork(call, row));
        RETURN_IF_ERROR(CheckWork(call, other));
        RETURN_IF_ERROR(Allow(row, request.etag()));
        ChangeBuilder builder(row, context);
        builder.AddNote(call.person, request.reason());
        ActorStore::JoinChange change{.change = std::move(builder).Finish()};
        if (other.case_id != row.case_id) {
          RETURN_IF_ERROR(Allow(other, ""));
          change.other = ChangeBuilder(other, context).Finish();
        }
        change.row = {.join_id = d_.ids.NewId(),
                      .actor = joining.actor,
                      .other_actor = joining.other_actor,
                      .author = call.person,
                      .create_time = context.now};
        return change;
      });
  d_.committed();
  return result;
}

absl::StatusOr<v1::ActorJoin> Actors::Split(const CallContext& call,
                                            const v1::SplitActorsRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  ASSIGN_OR_RETURN(const id::Id join_id, id::FromName("joins", request.join()));
  RETURN_IF_ERROR(Admit(call, case_id, Action::kWork));
  // A join that leads to what the viewer may not see is none.
  ASSIGN_OR_RETURN(const JoinRow join, d_.store.GetJoin(call.tenant, join_id, call.deadline));
  const ViewerFilter filter(call, d_.records, d_.gate);
  ASSIGN_OR_RETURN(const auto readable,
                   filter.ReadableReports({join.report_id, join.other_report_id}));
  const size_t reports = join.report_id == join.other_report_id ? 1 : 2;
  if (readable.size() < reports) return status::NotFound("join");
  const ChangeContext context = ContextOf(call);
  auto result = d_.store.Split(KeyOf(call, request), call.tenant, case_id, join_id, call.person,
                               context.now, [&](const CaseRow& row) -> absl::StatusOr<CaseChange> {
                                 RETURN_IF_ERROR(CheckWork(call, row));
                                 RETURN_IF_ERROR(Allow(row, request.etag()));
                                 ChangeBuilder builder(row, context);
                                 builder.AddNote(call.person, request.reason());
                                 return std::move(builder).Finish();
                               });
  d_.committed();
  return result;
}

void Actors::AddLinks(const ViewerFilter& filter, const AccessStore::Records& records,
                      const MentionRow& mention, const std::vector<MentionRow>& others, int room,
                      v1::ListUnseenLinksResponse& response) const {
  const auto mine = records.find(mention.case_id);
  if (mine == records.end() || !filter.MayKnow(mine->second)) return;
  std::set<id::Id> linked = {mention.case_id};
  for (const MentionRow& other : others) {
    if (room == 0) return;
    const bool older = std::pair(other.create_time, other.report_id) <
                       std::pair(mention.create_time, mention.report_id);
    if (other.actor != mention.actor || !older || !linked.insert(other.case_id).second) continue;
    const auto theirs = records.find(other.case_id);
    if (theirs == records.end() || !filter.MayKnow(theirs->second) ||
        !AreApart(mine->second, theirs->second)) {
      continue;
    }
    v1::UnseenLink& link = *response.add_links();
    link.set_actor(id::Name("actors", mention.actor));
    link.set_kind(mention.kind);
    link.set_case_name(id::Name("cases", mention.case_id));
    link.set_other_case(id::Name("cases", other.case_id));
    *link.mutable_create_time() = time::ToTimestamp(mention.create_time);
    --room;
  }
}

absl::StatusOr<v1::ListUnseenLinksResponse> Actors::ListUnseen(
    const CallContext& call, const v1::ListUnseenLinksRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  const ViewerFilter filter(call, d_.records, d_.gate);
  RETURN_IF_ERROR(filter.RequireFirstReader());
  const std::string digest = DigestOf(call, "ListUnseenLinks", "");
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(const auto after, MentionsAfter(d_.tokens, binding, request.page_token()));
  const int size = PageSize(request.page_size());
  ASSIGN_OR_RETURN(const std::vector<MentionRow> rows,
                   d_.store.ListNewest(call.tenant, after, kRowsPerRead, call.deadline));
  v1::ListUnseenLinksResponse response;
  if (rows.empty()) return response;
  // Of another case than none: all.
  ASSIGN_OR_RETURN(const std::vector<MentionRow> others,
                   d_.store.ListOfActors(call.tenant, ActorsOf(rows), id::Id(), std::nullopt,
                                         kMaxOthers, call.deadline));
  std::vector<id::Id> cases = CasesOf(rows);
  for (const id::Id& one : CasesOf(others)) cases.push_back(one);
  ASSIGN_OR_RETURN(const AccessStore::Records records, filter.RecordsOf(std::move(cases)));
  size_t looked_at = 0;
  while (looked_at < rows.size() && response.links_size() < size) {
    AddLinks(filter, records, rows[looked_at++], others,
             std::min(kMaxLinks, size - response.links_size()), response);
  }
  if (looked_at < rows.size() || rows.size() == static_cast<size_t>(kRowsPerRead)) {
    response.set_next_page_token(ToPageToken(d_.tokens, binding, rows[looked_at - 1]));
  }
  return response;
}

}  // namespace mamori::triage
