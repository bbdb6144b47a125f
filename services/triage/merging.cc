#include "services/triage/merging.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/authz/access_record.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "mamori/triage/v1/care_service.pb.h"
#include "mamori/triage/v1/disclosure_service.pb.h"
#include "mamori/triage/v1/fact_finding_service.pb.h"
#include "mamori/triage/v1/hearing_service.pb.h"
#include "mamori/triage/v1/judgement_service.pb.h"
#include "mamori/triage/v1/measure_service.pb.h"
#include "mamori/triage/v1/prevention_service.pb.h"
#include "mamori/triage/v1/task_service.pb.h"
#include "services/triage/casework.h"
#include "services/triage/hearing_rules.h"
#include "services/triage/work_name.h"

namespace mamori::triage {
namespace {

constexpr size_t kMaxNames = 20;

bool IsOver(const v1::Task& task) { return task.has_complete_time(); }
bool IsOver(const v1::DisclosureRequest& disclosure) {
  return disclosure.state() == v1::DISCLOSURE_STATE_ANSWERED;
}
// Told and not answered yet, or an objection that nobody has decided on.
bool IsOver(const v1::Hearing& hearing) {
  return hearing.state() != v1::HEARING_STATE_NOTIFIED &&
         std::all_of(hearing.objections().begin(), hearing.objections().end(),
                     [](const v1::HearingObjection& one) { return one.has_decide_time(); });
}
bool IsOver(const v1::PreventionAction& action) { return action.has_reviewed_time(); }
bool IsOver(const v1::Measure& measure) {
  return !measure.rejecter().empty() || measure.has_effect();
}

// The body of a record of this kind that is not over.
template <typename Message>
absl::StatusOr<std::optional<Message>> OpenBody(const WorkRow& row) {
  ASSIGN_OR_RETURN(Message message, BodyOf<Message>(row));
  if (IsOver(message)) return std::nullopt;
  return message;
}

// Names of what cannot go on.
class Blocking {
 public:
  Blocking(const CaseRow& row, const GoingOn& into, const std::set<std::string>& heard)
      : row_(row), into_(into), heard_(heard) {}

  absl::Status Look(const WorkRow& row) {
    if (row.kind == WorkKind::kMeasure) {
      ASSIGN_OR_RETURN(const auto measure, OpenBody<v1::Measure>(row));
      if (measure.has_value()) Add("measures", row);
    } else if (row.kind == WorkKind::kTask) {
      ASSIGN_OR_RETURN(const auto task, OpenBody<v1::Task>(row));
      if (task.has_value() && IsKeptOut(task->owner())) Add("tasks", row);
    } else if (row.kind == WorkKind::kPrevention) {
      ASSIGN_OR_RETURN(const auto action, OpenBody<v1::PreventionAction>(row));
      if (action.has_value() && IsKeptOut(action->owner())) Add("prevention", row);
    } else if (row.kind == WorkKind::kDisclosure) {
      ASSIGN_OR_RETURN(const auto disclosure, OpenBody<v1::DisclosureRequest>(row));
      if (disclosure.has_value()) Add("disclosures", row);
    } else if (row.kind == WorkKind::kHearing) {
      ASSIGN_OR_RETURN(const auto hearing, OpenBody<v1::Hearing>(row));
      if (hearing.has_value() && heard_.count(hearing->person()) > 0) Add("hearings", row);
    }
    return absl::OkStatus();
  }
  void Add(std::string name) {
    if (names_.size() < kMaxNames) names_.push_back(std::move(name));
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  bool IsKeptOut(const std::string& owner) const {
    return !authz::MayBeGiven(owner, into_.access, into_.policy);
  }
  void Add(const char* collection, const WorkRow& row) {
    Add(NameOfWork(collection, row_.case_id, row.record_id));
  }

  const CaseRow& row_;
  const GoingOn& into_;
  const std::set<std::string>& heard_;  // in the case that goes on
  std::vector<std::string> names_;
};

// Whom a hearing is on file of.
absl::StatusOr<std::set<std::string>> HeardIn(const CaseFile& file) {
  std::set<std::string> heard;
  for (const WorkRow& row : file.work) {
    if (row.kind != WorkKind::kHearing) continue;
    ASSIGN_OR_RETURN(const auto hearing, BodyOf<v1::Hearing>(row));
    heard.insert(hearing.person());
  }
  return heard;
}

// Of what a case has one of.
const WorkRow* OneOf(const CaseFile& file, WorkKind kind) {
  const WorkRow* one = nullptr;
  for (const WorkRow& row : file.work) {
    if (row.kind == kind) one = &row;
  }
  return one;
}

absl::StatusOr<bool> IsHarassment(const WorkRow* row) {
  if (row == nullptr) return false;
  ASSIGN_OR_RETURN(const auto judgement, BodyOf<v1::Judgement>(*row));
  return judgement.verdict() == v1::VERDICT_HARASSMENT;
}

// Whether the case holds something true of those whom it names.
absl::StatusOr<bool> HoldsTrue(const CaseFile& file) {
  ASSIGN_OR_RETURN(const bool harassment, IsHarassment(OneOf(file, WorkKind::kJudgement)));
  if (harassment) return true;
  const WorkRow* row = OneOf(file, WorkKind::kConclusion);
  if (row == nullptr) return false;
  ASSIGN_OR_RETURN(const auto conclusion, BodyOf<v1::FactConclusion>(*row));
  return !conclusion.has_void_time() && NeedsHearing(conclusion.outcome());
}

// What either holds true is held true of everyone whom both name.
absl::Status CheckHeardTogether(const CaseStore::MergeFacts& facts,
                                const mamori::v1::CaseAccess& access, absl::Time now) {
  ASSIGN_OR_RETURN(const bool held, HoldsTrue(facts.from));
  ASSIGN_OR_RETURN(const bool other_held, HoldsTrue(facts.into));
  if (!held && !other_held) return absl::OkStatus();
  HearingFacts both;
  both.accused = AccusedOf(access);
  both.identified = AreAccusedKnown(access);
  both.now = now;
  // Where both have heard somebody, the one of the case that goes on counts.
  for (const CaseFile* file : {&facts.into, &facts.from}) {
    for (const WorkRow& row : file->work) {
      if (row.kind != WorkKind::kHearing) continue;
      ASSIGN_OR_RETURN(v1::Hearing hearing, BodyOf<v1::Hearing>(row));
      both.hearings.push_back(std::move(hearing));
    }
  }
  return CheckHeard(both);
}

// How grave an assessment is; none is the least.
absl::StatusOr<int> GravityOf(const WorkRow* row) {
  if (row == nullptr) return -1;
  ASSIGN_OR_RETURN(const auto risk, BodyOf<v1::DetrimentRisk>(*row));
  return risk.level() == v1::RISK_LEVEL_NOT_ASSESSED ? 0 : static_cast<int>(risk.level());
}

absl::StatusOr<bool> GoesOn(const WorkRow& row, const std::set<std::string>& heard) {
  switch (row.kind) {
    case WorkKind::kTask: {
      ASSIGN_OR_RETURN(const auto task, OpenBody<v1::Task>(row));
      return task.has_value();
    }
    case WorkKind::kPrevention: {
      ASSIGN_OR_RETURN(const auto action, OpenBody<v1::PreventionAction>(row));
      return action.has_value();
    }
    case WorkKind::kHearing: {
      ASSIGN_OR_RETURN(const auto hearing, BodyOf<v1::Hearing>(row));
      return heard.count(hearing.person()) == 0;
    }
    case WorkKind::kCare:
    case WorkKind::kRetaliation:
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::Status CheckMergeable(const CaseStore::MergeFacts& facts, const GoingOn& into,
                            absl::Time now) {
  RETURN_IF_ERROR(CheckHeardTogether(facts, into.access, now));
  ASSIGN_OR_RETURN(const std::set<std::string> heard, HeardIn(facts.into));
  Blocking blocking(facts.from.row, into, heard);
  for (const WorkRow& row : facts.from.work) RETURN_IF_ERROR(blocking.Look(row));
  for (const v1::TwoPersonAct& act : facts.acts) {
    if (now < time::FromTimestamp(act.expire_time())) blocking.Add(act.name());
  }
  if (blocking.names().empty()) return absl::OkStatus();
  const std::string names = absl::StrJoin(blocking.names(), ",");
  return status::Error(absl::StatusCode::kFailedPrecondition, mamori::v1::ERROR_REASON_WORK_OPEN,
                       absl::StrCat("to be finished before the merge: ", names), {{"open", names}});
}

absl::StatusOr<std::vector<WorkRow>> CarryOver(const CaseStore::MergeFacts& facts,
                                               const Carrier& carrier, id::IdSource& ids) {
  std::vector<WorkRow> carried;
  const auto carry = [&](const WorkRow& row) -> WorkRow& {
    return carried.emplace_back(WorkRow{.row_id = ids.NewId(),
                                        .record_id = ids.NewId(),
                                        .kind = row.kind,
                                        .version = 1,
                                        .author = carrier.person,
                                        .create_time = carrier.time,
                                        .body = row.body});
  };
  // The next version of what the case that goes on has one of.
  const auto replace = [&](const WorkRow& row, const WorkRow* other) -> WorkRow& {
    WorkRow& next = carry(row);
    if (other != nullptr) {
      next.record_id = other->record_id;
      next.version = other->version + 1;
    }
    return next;
  };
  ASSIGN_OR_RETURN(const std::set<std::string> heard, HeardIn(facts.into));
  for (const WorkRow& row : facts.from.work) {
    ASSIGN_OR_RETURN(const bool goes_on, GoesOn(row, heard));
    if (goes_on) carry(row);
  }
  const WorkRow* judgement = OneOf(facts.from, WorkKind::kJudgement);
  const WorkRow* other_judgement = OneOf(facts.into, WorkKind::kJudgement);
  ASSIGN_OR_RETURN(const bool harassment, IsHarassment(judgement));
  ASSIGN_OR_RETURN(const bool other_harassment, IsHarassment(other_judgement));
  if (harassment && !other_harassment) replace(*judgement, other_judgement);
  const WorkRow* risk = OneOf(facts.from, WorkKind::kDetrimentRisk);
  const WorkRow* other = OneOf(facts.into, WorkKind::kDetrimentRisk);
  ASSIGN_OR_RETURN(const int gravity, GravityOf(risk));
  ASSIGN_OR_RETURN(const int other_gravity, GravityOf(other));
  if (gravity > other_gravity) {
    ASSIGN_OR_RETURN(auto body, BodyOf<v1::DetrimentRisk>(*risk));
    body.set_name(id::Name("cases", facts.into.row.case_id));
    replace(*risk, other).body = body.SerializeAsString();
  }
  return carried;
}

}  // namespace mamori::triage
