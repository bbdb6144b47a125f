#include "services/triage/sql_opinion_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/db/in_list.h"
#include "common/idempotency/hash.h"
#include "common/idempotency/request_id.h"
#include "common/sealing/fields.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/sql_act_rows.h"
#include "services/triage/sql_assessment_rows.h"
#include "services/triage/work_row.h"

namespace mamori::triage {
namespace {

constexpr char kColumns[] =
    "SELECT policy_digest, sequence, version, previous_version, act_id, create_time, model"
    " FROM opinion_model WHERE tenant = ?";
constexpr char kOfPolicy[] = " AND policy_digest = ? ORDER BY sequence DESC LIMIT 1";
constexpr char kOfVersion[] = " AND version = ? ORDER BY sequence LIMIT 1";
constexpr char kInsert[] =
    "INSERT INTO opinion_model (tenant, policy_digest, sequence, version, previous_version, act_id,"
    " create_time, model) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kSelectPolicy[] = "SELECT digest FROM policy_version WHERE digest LIKE ?";
constexpr char kSelectAssessments[] =
    "SELECT r.report_id, r.assessment, %V FROM case_report r WHERE r.tenant = ?"
    " AND r.report_id IN (";
constexpr char kListJudged[] =
    "SELECT DISTINCT case_id FROM case_work WHERE tenant = ? AND kind = ? AND case_id > ?"
    " ORDER BY case_id LIMIT ?";
constexpr size_t kInChunk = 64;

absl::StatusOr<OpinionRow> ReadRow(const db::Row& row, std::string_view tenant) {
  OpinionRow result{.tenant = std::string(tenant),
                    .policy_digest = row.GetBytes(0),
                    .sequence = row.GetInt64(1),
                    .version = row.GetBytes(2),
                    .previous_version = row.GetBytes(3),
                    .act_id = row.GetBytes(4),
                    .create_time = row.GetTime(5)};
  if (!result.model.ParseFromString(row.GetBytes(6)) ||
      VersionOf(result.policy_digest, result.model) != result.version) {
    return status::NotFound("opinion");
  }
  return result;
}

absl::StatusOr<std::optional<OpinionRow>> SelectNewest(db::Tx& tx, std::string_view tenant,
                                                       std::string_view policy_digest,
                                                       bool for_update) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(absl::StrCat(kColumns, kOfPolicy, for_update ? " FOR UPDATE" : ""),
                            db::Params().Add(tenant).Add(policy_digest)));
  if (rows.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(OpinionRow row, ReadRow(rows[0], tenant));
  return row;
}

absl::Status Insert(db::Tx& tx, const OpinionRow& row) {
  db::Params params;
  params.Add(row.tenant).Add(row.policy_digest).Add(row.sequence).Add(row.version);
  params.Add(row.previous_version).Add(row.act_id).Add(row.create_time);
  params.Add(row.model.SerializeAsString());
  return tx.ExecuteExpecting(1, kInsert, params);
}

}  // namespace

std::string VersionOf(std::string_view policy_digest, const mamori::v1::OpinionModel& model) {
  // No maps in it: its serialisation is its own canonical form.
  return absl::BytesToHexString(
      idempotency::Hash({"opinion_model", policy_digest, model.SerializeAsString()}));
}

std::string PolicyName(std::string_view digest) {
  return id::Name("policies",
                  absl::HexStringToBytes(std::string(digest.substr(0, digest.size() / 2))));
}

v1::Opinion ToProto(const OpinionRow& row) {
  v1::Opinion proto;
  proto.set_version(row.version);
  proto.set_policy(PolicyName(row.policy_digest));
  proto.set_previous_version(row.previous_version);
  *proto.mutable_create_time() = time::ToTimestamp(row.create_time);
  proto.set_act(id::Name("acts", row.act_id));
  *proto.mutable_model() = row.model;
  return proto;
}

absl::StatusOr<ActResource> SelectOpinionResource(db::Tx& tx, std::string_view tenant,
                                                  const std::string& resource, bool for_update) {
  ASSIGN_OR_RETURN(const id::Id half, id::FromName("policies", resource));
  ASSIGN_OR_RETURN(const db::Rows policies,
                   tx.Query(kSelectPolicy, db::Params().Add(absl::BytesToHexString(half) + "%")));
  if (policies.size() != 1) return status::NotFound("policy");
  ASSIGN_OR_RETURN(const auto newest,
                   SelectNewest(tx, tenant, policies[0].GetBytes(0), for_update));
  ActResource found;
  found.of_tenant = true;
  found.version = newest.has_value() ? newest->sequence : 0;
  return found;
}

absl::StatusOr<std::optional<OpinionRow>> SqlOpinionStore::Newest(std::string_view tenant,
                                                                  std::string_view policy_digest,
                                                                  absl::Time deadline) {
  return transactor_.Run<std::optional<OpinionRow>>(
      {.deadline = deadline, .read_only = true},
      [&](db::Tx& tx) { return SelectNewest(tx, tenant, policy_digest, /*for_update=*/false); });
}

absl::StatusOr<OpinionRow> SqlOpinionStore::Get(std::string_view tenant, std::string_view version,
                                                absl::Time deadline) {
  return transactor_.Run<OpinionRow>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<OpinionRow> {
        ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(absl::StrCat(kColumns, kOfVersion),
                                                       db::Params().Add(tenant).Add(version)));
        if (rows.empty()) return status::NotFound("opinion");
        return ReadRow(rows[0], tenant);
      });
}

absl::StatusOr<std::map<id::Id, std::string>> SqlOpinionStore::VersionsOf(
    std::string_view tenant, const std::vector<id::Id>& report_ids, absl::Time deadline) {
  std::vector<std::string> sealed_ids;
  std::vector<SealedAssessment> sealed;
  for (size_t from = 0; from < report_ids.size(); from += kInChunk) {
    const auto end = report_ids.begin() + std::min(report_ids.size(), from + kInChunk);
    const std::vector<std::string> chunk = db::InList({report_ids.begin() + from, end});
    ASSIGN_OR_RETURN(
        const db::Rows rows,
        transactor_.Run<db::Rows>({.deadline = deadline, .read_only = true}, [&](db::Tx& tx) {
          return tx.Query(
              absl::StrCat(absl::StrReplaceAll(kSelectAssessments, {{"%V", kAssessmentVersion}}),
                           db::Placeholders(chunk.size()), ")"),
              db::Params().Add(tenant).AddAll(chunk));
        }));
    for (const db::Row& row : rows) {
      if (row.GetBytes(1).empty()) continue;
      sealed_ids.push_back(row.GetBytes(0));
      sealed.push_back(ReadAssessment(row, 1));
    }
  }
  std::vector<std::string_view> bodies;
  for (const SealedAssessment& one : sealed) bodies.push_back(one.body);
  ASSIGN_OR_RETURN(const sealing::KeyRing keys, content_.sealer().Fetch(bodies, deadline));
  std::map<id::Id, std::string> versions;
  for (size_t i = 0; i < sealed.size(); ++i) {
    const absl::StatusOr<std::string> bytes = keys.Open(
        sealing::AssessmentBody(tenant, sealed_ids[i], sealed[i].version), sealed[i].body);
    if (sealing::IsErased(bytes.status())) continue;
    RETURN_IF_ERROR(bytes.status());
    mamori::v1::Assessment assessment;
    if (!assessment.ParseFromString(*bytes) || !assessment.has_second_opinion()) continue;
    versions[sealed_ids[i]] = assessment.second_opinion().model_version();
  }
  return versions;
}

absl::StatusOr<std::vector<id::Id>> SqlOpinionStore::ListJudged(std::string_view tenant,
                                                                const id::Id& after, int limit,
                                                                absl::Time deadline) {
  using Ids = std::vector<id::Id>;
  return transactor_.Run<Ids>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<Ids> {
        db::Params params;
        params.Add(tenant).Add(static_cast<int>(WorkKind::kJudgement)).Add(after).Add(limit);
        ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kListJudged, params));
        Ids ids;
        for (const db::Row& row : rows) ids.push_back(row.GetBytes(0));
        return ids;
      });
}

absl::StatusOr<v1::Opinion> SqlOpinionStore::Add(const CallKey& call, const ActCaller& caller,
                                                 std::string_view tenant,
                                                 std::string_view policy_digest,
                                                 const id::Id& act_id, const std::string& person,
                                                 Train train) {
  return idempotency::RespondOnce<v1::Opinion>(
      transactor_, clock_, call.deadline, call.key, call.digest,
      [&](db::Tx& tx) -> absl::StatusOr<v1::Opinion> {
        ASSIGN_OR_RETURN(const auto before, SelectNewest(tx, tenant, policy_digest, true));
        OpinionRow row{.tenant = std::string(tenant),
                       .policy_digest = std::string(policy_digest),
                       .sequence = before.has_value() ? before->sequence + 1 : 1,
                       .previous_version = before.has_value() ? before->version : "",
                       .act_id = act_id,
                       .create_time = clock_.Now()};
        const ActUse use{.tenant = row.tenant,
                         .act_id = act_id,
                         .kind = v1::ACT_KIND_TRAIN_OPINION,
                         .resource = PolicyName(policy_digest),
                         .resource_version = row.sequence - 1};
        RETURN_IF_ERROR(UseAct(tx, seal_, content_, marks_, use, person, {}, caller).status());
        ASSIGN_OR_RETURN(row.model, train());
        row.version = VersionOf(row.policy_digest, row.model);
        RETURN_IF_ERROR(Insert(tx, row));
        return ToProto(row);
      });
}

}  // namespace mamori::triage
