#include "services/triage/sql_actor_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/db/in_list.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/sql_case_rows.h"

namespace mamori::triage {
namespace {

constexpr char kMentions[] =
    "SELECT m.actor_id, m.kind, m.report_id, m.ordinal, r.case_id, m.create_time FROM ";
constexpr char kOfCase[] =
    "case_report r JOIN actor_mention m ON m.report_id = r.report_id AND m.tenant = r.tenant"
    " WHERE r.case_id = ? AND r.tenant = ? AND (m.report_id > ? OR (m.report_id = ? AND m.actor_id "
    "> ?))"
    " ORDER BY m.report_id, m.actor_id LIMIT ?";
constexpr char kOfAny[] =
    "actor_mention m JOIN case_report r ON r.report_id = m.report_id AND r.tenant = m.tenant WHERE "
    "m.tenant = ?";
constexpr char kOfOtherCases[] = " AND r.case_id <> ?";
constexpr char kAfter[] =
    " AND m.create_time <= ? AND (m.create_time < ? OR m.report_id < ? OR (m.report_id = ? AND "
    "m.actor_id < ?))";
constexpr char kNewestFirst[] =
    " ORDER BY m.create_time DESC, m.report_id DESC, m.actor_id DESC LIMIT ?";

constexpr char kJoins[] =
    "SELECT join_id, actor_id, report_id, other_actor_id, other_report_id, author, create_time, "
    "split_by, split_time"
    " FROM actor_join WHERE tenant = ?";
constexpr char kStanding[] = " AND split_time IS NULL AND ";
constexpr char kOfId[] = " AND join_id = ?";
constexpr int kMaxJoins = 500;
constexpr char kStandsInCase[] =
    "SELECT m.report_id FROM actor_mention m JOIN case_report r ON r.report_id = m.report_id AND "
    "r.tenant = m.tenant"
    " WHERE m.tenant = ? AND m.actor_id = ? AND r.case_id = ? ORDER BY m.create_time, m.report_id "
    "LIMIT 1";
constexpr char kSelectStanding[] =
    "SELECT 1 FROM actor_join WHERE tenant = ? AND split_time IS NULL AND actor_id = ? AND "
    "other_actor_id = ? LIMIT 1";
constexpr char kInsertJoin[] =
    "INSERT INTO actor_join (join_id, tenant, actor_id, report_id, other_actor_id, "
    "other_report_id, author,"
    " create_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kSplit[] =
    "UPDATE actor_join SET split_by = ?, split_time = ? WHERE join_id = ? AND tenant = ? AND "
    "split_time IS NULL";

JoinRow ReadJoin(const db::Row& row) {
  JoinRow join{.join_id = row.GetBytes(0),
               .actor = row.GetBytes(1),
               .report_id = row.GetBytes(2),
               .other_actor = row.GetBytes(3),
               .other_report_id = row.GetBytes(4),
               .author = row.GetBytes(5),
               .create_time = row.GetTime(6)};
  if (!row.IsNull(8)) {
    join.split_by = row.GetBytes(7);
    join.split_time = row.GetTime(8);
  }
  return join;
}

absl::StatusOr<JoinRow> SelectJoin(db::Tx& tx, std::string_view tenant, const id::Id& join_id,
                                   const char* lock) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(absl::StrCat(kJoins, kOfId, lock),
                                                 db::Params().Add(tenant).Add(join_id)));
  if (rows.empty()) return status::NotFound("join");
  return ReadJoin(rows[0]);
}

// The report by which an actor stands in a case; empty when it does not.
absl::StatusOr<id::Id> FindReport(db::Tx& tx, std::string_view tenant, const id::Id& actor,
                                  const id::Id& case_id) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kStandsInCase, db::Params().Add(tenant).Add(actor).Add(case_id)));
  return rows.empty() ? id::Id() : rows[0].GetBytes(0);
}

absl::Status CheckNotJoined(db::Tx& tx, std::string_view tenant, const id::Id& one,
                            const id::Id& other) {
  for (const auto& [a, b] : {std::pair(&one, &other), std::pair(&other, &one)}) {
    ASSIGN_OR_RETURN(const db::Rows rows,
                     tx.Query(kSelectStanding, db::Params().Add(tenant).Add(*a).Add(*b)));
    if (!rows.empty()) return status::StateNotAllowed("the two are joined already");
  }
  return absl::OkStatus();
}

absl::Status InsertJoin(db::Tx& tx, std::string_view tenant, const JoinRow& row) {
  db::Params params;
  params.Add(row.join_id).Add(tenant).Add(row.actor).Add(row.report_id);
  params.Add(row.other_actor).Add(row.other_report_id).Add(row.author).Add(row.create_time);
  return tx.ExecuteExpecting(1, kInsertJoin, params);
}

}  // namespace

v1::ActorJoin ToProto(const JoinRow& row) {
  v1::ActorJoin proto;
  proto.set_name(id::Name("joins", row.join_id));
  proto.set_actor(id::Name("actors", row.actor));
  proto.set_report(id::Name("reports", row.report_id));
  proto.set_other_actor(id::Name("actors", row.other_actor));
  proto.set_other_report(id::Name("reports", row.other_report_id));
  proto.set_author(row.author);
  *proto.mutable_create_time() = time::ToTimestamp(row.create_time);
  proto.set_split_by(row.split_by);
  if (row.split_time.has_value()) *proto.mutable_split_time() = time::ToTimestamp(*row.split_time);
  return proto;
}

absl::StatusOr<std::vector<MentionRow>> SqlActorStore::List(const std::string& sql,
                                                            const db::Params& params,
                                                            absl::Time deadline) {
  using Mentions = std::vector<MentionRow>;
  return transactor_.Run<Mentions>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<Mentions> {
        ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(sql, params));
        Mentions mentions;
        for (const db::Row& row : rows) {
          mentions.push_back({.actor = row.GetBytes(0),
                              .kind = static_cast<v1::ActorKind>(row.GetInt64(1)),
                              .report_id = row.GetBytes(2),
                              .index = static_cast<int>(row.GetInt64(3)),
                              .case_id = row.GetBytes(4),
                              .create_time = row.GetTime(5)});
        }
        return mentions;
      });
}

absl::StatusOr<std::vector<MentionRow>> SqlActorStore::ListOfCase(
    std::string_view tenant, const id::Id& case_id, const std::optional<MentionPosition>& after,
    int limit, absl::Time deadline) {
  const MentionPosition from = after.value_or(MentionPosition{});
  db::Params params;
  params.Add(case_id)
      .Add(tenant)
      .Add(from.report_id)
      .Add(from.report_id)
      .Add(from.actor)
      .Add(limit);
  return List(absl::StrCat(kMentions, kOfCase), params, deadline);
}

absl::StatusOr<std::vector<MentionRow>> SqlActorStore::ListOfActors(
    std::string_view tenant, const std::vector<id::Id>& actors, const id::Id& case_id,
    const std::optional<MentionPosition>& after, int limit, absl::Time deadline) {
  const std::vector<id::Id> list = db::InList(actors);
  db::Params params;
  params.Add(tenant).AddAll(list).Add(case_id);
  std::string sql = absl::StrCat(kMentions, kOfAny, " AND m.actor_id IN (",
                                 db::Placeholders(list.size()), ")", kOfOtherCases);
  if (after.has_value()) {
    absl::StrAppend(&sql, kAfter);
    params.Add(after->create_micros).Add(after->create_micros).Add(after->report_id);
    params.Add(after->report_id).Add(after->actor);
  }
  return List(sql + kNewestFirst, params.Add(limit), deadline);
}

absl::StatusOr<std::vector<MentionRow>> SqlActorStore::ListNewest(
    std::string_view tenant, const std::optional<MentionPosition>& after, int limit,
    absl::Time deadline) {
  std::string sql = absl::StrCat(kMentions, kOfAny);
  db::Params params;
  params.Add(tenant);
  if (after.has_value()) {
    sql += kAfter;
    params.Add(after->create_micros).Add(after->create_micros).Add(after->report_id);
    params.Add(after->report_id).Add(after->actor);
  }
  return List(sql + kNewestFirst, params.Add(limit), deadline);
}

absl::StatusOr<std::vector<JoinRow>> SqlActorStore::FindJoins(std::string_view tenant,
                                                              const std::vector<id::Id>& actors,
                                                              absl::Time deadline) {
  using Joins = std::vector<JoinRow>;
  const std::vector<id::Id> list = db::InList(actors);
  return transactor_.Run<Joins>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<Joins> {
        Joins joins;
        for (const char* column : {"actor_id", "other_actor_id"}) {
          ASSIGN_OR_RETURN(const db::Rows rows,
                           tx.Query(absl::StrCat(kJoins, kStanding, column, " IN (",
                                                 db::Placeholders(list.size()),
                                                 ") ORDER BY join_id LIMIT ", kMaxJoins),
                                    db::Params().Add(tenant).AddAll(list)));
          for (const db::Row& row : rows) joins.push_back(ReadJoin(row));
        }
        return joins;
      });
}

absl::StatusOr<JoinRow> SqlActorStore::GetJoin(std::string_view tenant, const id::Id& join_id,
                                               absl::Time deadline) {
  return transactor_.Run<JoinRow>({.deadline = deadline, .read_only = true},
                                  [&](db::Tx& tx) { return SelectJoin(tx, tenant, join_id, ""); });
}

absl::StatusOr<v1::ActorJoin> SqlActorStore::Join(const CallKey& call, std::string_view tenant,
                                                  const Joining& joining, DecideJoin decide) {
  using Answered = CaseContent::Answered<v1::ActorJoin>;
  return content_.RespondOnce<v1::ActorJoin>(
      transactor_, clock_, call, tenant, [&](db::Tx& tx) -> absl::StatusOr<Answered> {
        // In the order of their ids: two joins that cross do not wait for each other.
        const auto [low, high] = std::minmax(joining.case_id, joining.other_case_id);
        ASSIGN_OR_RETURN(CaseRow first, SelectCase(tx, seal_, tenant, low, /*for_update=*/true));
        CaseRow second = first;
        if (low != high) {
          ASSIGN_OR_RETURN(second, SelectCase(tx, seal_, tenant, high, /*for_update=*/true));
        }
        if (first.case_id != joining.case_id) std::swap(first, second);
        ASSIGN_OR_RETURN(JoinChange change, decide(first, second));
        ASSIGN_OR_RETURN(change.row.report_id,
                         FindReport(tx, tenant, joining.actor, joining.case_id));
        ASSIGN_OR_RETURN(change.row.other_report_id,
                         FindReport(tx, tenant, joining.other_actor, joining.other_case_id));
        if (change.row.report_id.empty() || change.row.other_report_id.empty())
          return status::NotFound("actor");
        RETURN_IF_ERROR(CheckNotJoined(tx, tenant, joining.actor, joining.other_actor));
        RETURN_IF_ERROR(content_.SealNote(tx, first, call.deadline, change.change));
        RETURN_IF_ERROR(UpdateCase(tx, seal_, first, change.change));
        if (change.other.has_value()) {
          RETURN_IF_ERROR(content_.SealNote(tx, second, call.deadline, *change.other));
          RETURN_IF_ERROR(UpdateCase(tx, seal_, second, *change.other));
        }
        RETURN_IF_ERROR(InsertJoin(tx, tenant, change.row));
        ASSIGN_OR_RETURN(sealing::DataKey key, content_.KeyOf(tx, first, call.deadline));
        return Answered{ToProto(change.row), std::move(key)};
      });
}

absl::StatusOr<v1::ActorJoin> SqlActorStore::Split(const CallKey& call, std::string_view tenant,
                                                   const id::Id& case_id, const id::Id& join_id,
                                                   std::string_view person, absl::Time now,
                                                   DecideSplit decide) {
  using Answered = CaseContent::Answered<v1::ActorJoin>;
  return content_.RespondOnce<v1::ActorJoin>(
      transactor_, clock_, call, tenant, [&](db::Tx& tx) -> absl::StatusOr<Answered> {
        ASSIGN_OR_RETURN(const CaseRow before,
                         SelectCase(tx, seal_, tenant, case_id, /*for_update=*/true));
        ASSIGN_OR_RETURN(CaseChange change, decide(before));
        ASSIGN_OR_RETURN(JoinRow join, SelectJoin(tx, tenant, join_id, " FOR UPDATE"));
        ASSIGN_OR_RETURN(const id::Id one, FindReport(tx, tenant, join.actor, case_id));
        ASSIGN_OR_RETURN(const id::Id other, FindReport(tx, tenant, join.other_actor, case_id));
        if (one.empty() && other.empty()) return status::NotFound("join");
        if (join.split_time.has_value())
          return status::StateNotAllowed("the join is undone already");
        RETURN_IF_ERROR(content_.SealNote(tx, before, call.deadline, change));
        RETURN_IF_ERROR(UpdateCase(tx, seal_, before, change));
        RETURN_IF_ERROR(tx.ExecuteExpecting(
            1, kSplit, db::Params().Add(person).Add(now).Add(join_id).Add(tenant)));
        join.split_by = std::string(person);
        join.split_time = now;
        ASSIGN_OR_RETURN(sealing::DataKey key, content_.KeyOf(tx, before, call.deadline));
        return Answered{ToProto(join), std::move(key)};
      });
}

}  // namespace mamori::triage
