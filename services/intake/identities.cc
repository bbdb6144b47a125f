#include "services/intake/identities.h"

#include <utility>

#include "common/sealing/fields.h"
#include "common/server/step_up.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/status/role_not_allowed.h"
#include "common/time/day.h"
#include "services/intake/identity_rules.h"

namespace mamori::intake {
namespace {

// For how long a call that lost its answer may come again: after that the reading is over. By a
// clock that is further behind than replicas differ it never is the same.
constexpr absl::Duration kSameReading = absl::Hours(1);
constexpr absl::Duration kReplicasDiffer = absl::Seconds(5);
constexpr char kNotice[] =
    "お預かりしているあなたの身元の情報を、担当者二名の承認のもとで開きました。理由はこの対話でお尋"
    "ねください。\n"
    "The identity that you entrusted to us was opened, by two persons together. You may ask here "
    "why.";

absl::Status Used() {
  return status::Error(absl::StatusCode::kFailedPrecondition,
                       mamori::v1::ERROR_REASON_ACT_NOT_READY,
                       "the act is not approved, or was used or withdrawn");
}

}  // namespace

NewMessage Identities::NoticeOf(const IdentityReading& reading, bool anonymous,
                                const sealing::DataKey& key) {
  v1::Message words;
  words.set_text(kNotice);
  words.set_language("mul");
  const std::string body = words.SerializeAsString();
  NewMessage notice;
  notice.row.report_id = reading.report_id;
  notice.row.tenant = reading.tenant;
  notice.row.message_id = d_.ids.NewId();
  notice.row.side = v1::MESSAGE_SIDE_SYSTEM;
  notice.row.create_time = reading.create_time;
  ContentSeal::Sealed sealed =
      ContentSeal::SealBody(key, sealing::MessageBody(reading.tenant, notice.row.message_id), body);
  notice.row.body = std::move(sealed.body);
  notice.commitment = std::move(sealed.commitment);
  // One for each reading.
  notice.request_key = d_.keys.RequestKey(reading.tenant, reading.report_id, "", reading.act_id);
  notice.anonymous = anonymous;
  notice.who.caller = "intake";
  return notice;
}

absl::StatusOr<std::optional<IdentityReading>> Identities::FindSame(const server::CallContext& call,
                                                                    const IdentityReading& wanted) {
  ASSIGN_OR_RETURN(auto before, d_.store.FindReading(wanted.tenant, wanted.act_id, call.deadline));
  if (!before.has_value()) return before;
  const absl::Duration passed = d_.clock.Now() - before->create_time;
  const bool same = before->request_key == wanted.request_key &&
                    before->report_id == wanted.report_id && passed < kSameReading &&
                    passed >= -kReplicasDiffer;
  if (same) return before;
  return Used();
}

absl::StatusOr<v1::UnsealedIdentity> Identities::Unseal(const server::CallContext& call,
                                                        const v1::UnsealIdentityRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id act_id, id::FromName("acts", request.act()));
  ASSIGN_OR_RETURN(const Party party, d_.parties.ByToken(call, request.report()));
  // The one who reported knows it already, and asks nobody.
  if (party.side != v1::MESSAGE_SIDE_DESK) return status::RoleNotAllowed();
  RETURN_IF_ERROR(server::RequireStepUp(call, d_.clock.Now()));
  ASSIGN_OR_RETURN(const DialogueFacts facts,
                   d_.messages.Facts(party.tenant, party.report_id, call.deadline));
  if (facts.withdrawn) return status::StateNotAllowed("the report was withdrawn");
  ASSIGN_OR_RETURN(const std::string sealed,
                   d_.store.FindIdentity(party.tenant, party.report_id, call.deadline));
  if (sealed.empty()) return status::StateNotAllowed("no identity stands sealed for the report");
  // Before the act is used up: what cannot be opened uses nothing up.
  const absl::StatusOr<sealing::DataKey> key =
      d_.seal.sealer().FetchKey(party.tenant, facts.sealed, call.deadline);
  if (sealing::IsErased(key.status())) {
    d_.seal.sealer().IsErasureDecided(sealing::Owner::kReport, party.report_id, call.deadline);
    return status::NotFound("report");
  }
  RETURN_IF_ERROR(key.status());
  ASSIGN_OR_RETURN(const std::string boxed,
                   key->Open(sealing::ReporterIdentity(party.tenant, party.report_id), sealed));
  ASSIGN_OR_RETURN(const std::string plain,
                   d_.box.Open({"identity", party.tenant, party.report_id}, boxed));
  v1::UnsealedIdentity unsealed;
  if (!unsealed.mutable_identity()->ParseFromString(plain)) {
    return absl::DataLossError("an identity cannot be parsed");
  }
  unsealed.set_report(request.report());

  IdentityReading reading{
      .act_id = act_id,
      .tenant = party.tenant,
      .report_id = party.report_id,
      .create_time = time::Told(d_.clock.Now(), facts.anonymous),
      .request_key = d_.keys.ReadingKey(party.tenant, party.person, request.request_id())};
  ASSIGN_OR_RETURN(const auto before, FindSame(call, reading));
  if (before.has_value()) {
    unsealed.set_reporter_told(before->told);
    return unsealed;
  }
  ASSIGN_OR_RETURN(reading.told, d_.acts.Use(call, request));
  std::optional<NewMessage> notice;
  if (reading.told) notice = NoticeOf(reading, facts.anonymous, *key);
  const absl::Status recorded = d_.store.Record(reading, {party.caller, party.person},
                                                facts.anonymous, notice, call.deadline);
  if (absl::IsAlreadyExists(recorded)) return Used();
  RETURN_IF_ERROR(recorded);
  unsealed.set_reporter_told(reading.told);
  return unsealed;
}

}  // namespace mamori::intake
