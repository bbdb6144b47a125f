#include "services/triage/hearing_rules.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/role_not_allowed.h"
#include "common/time/timestamp.h"
#include "services/triage/work_checks.h"

namespace mamori::triage {
namespace {

using status::Violations;
using v1::Hearing;

constexpr char kHearings[] = "hearings";
constexpr size_t kMaxLanguageBytes = 35;
constexpr int kAnswerDays = 7;
// Within this a notice is recorded.
constexpr absl::Duration kWrittenDown = absl::Hours(24);
constexpr int kObjectionDays = 14;
constexpr int kMaxWordsOfOne = 20;

absl::Duration Days(int given, int otherwise) {
  return absl::Hours(24) * (given == 0 ? otherwise : given);
}

void CheckWords(Violations& violations, const std::string& path, const v1::AccusedWords& words) {
  CheckSize(violations, path + ".text", words.text(), 1, kMaxStatement);
  CheckSize(violations, path + ".language", words.language(), 1, kMaxLanguageBytes);
  CheckSize(violations, path + ".taker", words.taker(), 0, kMaxPersonBytes);
  CheckTime(violations, path + ".take_time", words.has_take_time(), words.take_time());
}

template <typename Request>
absl::Status ValidateWords(const Request& request) {
  Violations violations = CheckWorkVerb(request, kHearings);
  CheckWords(violations, "words", request.words());
  return violations.Status();
}

bool IsAccused(const std::string& person, const HearingFacts& facts) {
  return std::binary_search(facts.accused.begin(), facts.accused.end(), person);
}

const Hearing* Find(const std::string& person, const HearingFacts& facts) {
  for (const Hearing& one : facts.hearings) {
    if (one.person() == person) return &one;
  }
  return nullptr;
}

// What the policy wants first and is not there.
std::vector<std::string> MissingFor(const v1::HearingNotice& notice, const HearingFacts& facts) {
  std::vector<std::string> missing;
  for (const int need : facts.policy.notice_needs()) {
    switch (static_cast<mamori::v1::HearingNeed>(need)) {
      case mamori::v1::HEARING_NEED_AFFECTED_HEARD:
        if (!facts.affected_heard) missing.emplace_back("affected_heard");
        break;
      case mamori::v1::HEARING_NEED_EVIDENCE_SECURED:
        if (!facts.evidence_fixed && notice.evidence_secured().empty()) {
          missing.emplace_back("evidence_secured");
        }
        break;
      case mamori::v1::HEARING_NEED_RISK_ASSESSED:
        if (!facts.risk_assessed) missing.emplace_back("risk_assessed");
        break;
      default:
        // Of a newer policy: what is not understood is not there.
        missing.push_back(absl::StrCat("need_", need));
    }
  }
  return missing;
}

absl::Status TooEarly(const std::vector<std::string>& missing) {
  return status::Error(
      absl::StatusCode::kFailedPrecondition, mamori::v1::ERROR_REASON_HEARING_TOO_EARLY,
      "the policy wants more before the notice", {{"missing", absl::StrJoin(missing, ",")}});
}

// Of the person, or anybody whom the person is not.
absl::Status CheckTaken(const Hearing& hearing, const v1::AccusedWords& words,
                        const HearingFacts& facts) {
  Violations violations;
  if (words.taker() == hearing.person()) {
    violations.Add("words.taker", "nobody takes their own words");
  }
  const absl::Time taken = time::FromTimestamp(words.take_time());
  if (taken > facts.now) violations.Add("words.take_time", "is in the future");
  if (taken < time::FromTimestamp(hearing.notice().notify_time())) {
    violations.Add("words.take_time", "is before the person was told");
  }
  return violations.Status();
}

}  // namespace

absl::Status Validate(const v1::NotifyAccusedRequest& request) {
  Violations violations = CheckWorkVerb(request, "");
  CheckSize(violations, "person", request.person(), 1, kMaxPersonBytes);
  const v1::HearingNotice& notice = request.notice();
  CheckSize(violations, "notice.text", notice.text(), 1, kMaxWorkText);
  CheckSize(violations, "notice.evidence_secured", notice.evidence_secured(), 0, kMaxWords);
  CheckTime(violations, "notice.notify_time", notice.has_notify_time(), notice.notify_time());
  CheckTime(violations, "notice.answer_due_time", notice.has_answer_due_time(),
            notice.answer_due_time());
  return violations.Status();
}

absl::Status Validate(const v1::RecordAccusedStatementRequest& request) {
  return ValidateWords(request);
}

absl::Status Validate(const v1::RecordObjectionRequest& request) { return ValidateWords(request); }

absl::Status Validate(const v1::DecideObjectionRequest& request) {
  Violations violations = CheckWorkVerb(request, kHearings);
  CheckSize(violations, "decision", request.decision(), 1, kMaxWorkText);
  return violations.Status();
}

absl::Status Validate(const v1::WaiveHearingRequest& request) {
  Violations violations = CheckWorkVerb(request, "");
  CheckSize(violations, "person", request.person(), 1, kMaxPersonBytes);
  CheckSize(violations, "reason", request.reason(), 1, kMaxWords);
  return violations.Status();
}

absl::Status Validate(const v1::ListHearingsRequest& request) {
  Violations violations;
  CheckWorkName(violations, "", request.name());
  return violations.Status();
}

std::vector<std::string> AccusedOf(const mamori::v1::CaseAccess& access) {
  std::set<std::string> accused;
  for (const mamori::v1::ActorSlot& slot : access.slots()) {
    if (slot.kind() != mamori::v1::ACTOR_SLOT_KIND_SUBJECT) continue;
    for (const mamori::v1::ActorMatch& match : slot.matches()) accused.insert(match.person());
  }
  return {accused.begin(), accused.end()};
}

bool AreAccusedKnown(const mamori::v1::CaseAccess& access) {
  return std::all_of(access.slots().begin(), access.slots().end(),
                     [](const mamori::v1::ActorSlot& slot) {
                       return slot.kind() != mamori::v1::ACTOR_SLOT_KIND_SUBJECT || slot.closed();
                     });
}

absl::Status CheckNotify(const v1::NotifyAccusedRequest& request, authz::RoleSet roles,
                         const HearingFacts& facts) {
  if (facts.policy.notice_roles_size() > 0 &&
      !roles.Meets(authz::RolesOf(facts.policy.notice_roles()))) {
    return status::RoleNotAllowed();
  }
  if (!IsAccused(request.person(), facts)) {
    return status::StateNotAllowed("the case names nobody of ours like that as having acted");
  }
  const Hearing* before = Find(request.person(), facts);
  // One who was not to be heard may be heard after all.
  if (before != nullptr && before->state() != v1::HEARING_STATE_WAIVED) {
    return status::StateNotAllowed("the person was told before");
  }
  const auto missing = MissingFor(request.notice(), facts);
  if (!missing.empty()) return TooEarly(missing);
  Violations violations;
  const absl::Time told = time::FromTimestamp(request.notice().notify_time());
  if (told > facts.now) violations.Add("notice.notify_time", "is in the future");
  const absl::Duration least = Days(facts.policy.answer_days(), kAnswerDays);
  // What is written down late takes no time from the person.
  const absl::Time counted = std::max(told, facts.now - kWrittenDown);
  if (time::FromTimestamp(request.notice().answer_due_time()) < counted + least) {
    violations.Add("notice.answer_due_time",
                   absl::StrCat("want at least ", least / absl::Hours(24),
                                " days after the person was told, or the day before this is "
                                "recorded if that is later"));
  }
  return violations.Status();
}

absl::Status CheckWaive(const v1::WaiveHearingRequest& request, const HearingFacts& facts) {
  if (!IsAccused(request.person(), facts)) {
    return status::StateNotAllowed("the case names nobody of ours like that as having acted");
  }
  if (Find(request.person(), facts) == nullptr) return absl::OkStatus();
  return status::StateNotAllowed("the person was told, or it was said before");
}

absl::Status CheckStatement(const Hearing& hearing, const v1::AccusedWords& words,
                            const HearingFacts& facts) {
  if (hearing.state() == v1::HEARING_STATE_WAIVED) {
    return status::StateNotAllowed("the person was not told");
  }
  if (hearing.statements_size() >= kMaxWordsOfOne) {
    return status::StateNotAllowed("the record of the hearing is full");
  }
  return CheckTaken(hearing, words, facts);
}

absl::Status CheckObjection(const Hearing& hearing, const v1::AccusedWords& words,
                            const HearingFacts& facts) {
  if (hearing.state() == v1::HEARING_STATE_WAIVED) {
    return status::StateNotAllowed("the person was not told");
  }
  if (hearing.objections_size() >= kMaxWordsOfOne) {
    return status::StateNotAllowed("the record of the hearing is full");
  }
  if (absl::Status taken = CheckTaken(hearing, words, facts); !taken.ok()) return taken;
  const absl::Duration most = Days(facts.policy.objection_days(), kObjectionDays);
  // What counts is when the person said it, not when it was written down.
  if (facts.conclude_time.has_value() &&
      time::FromTimestamp(words.take_time()) > *facts.conclude_time + most) {
    return status::StateNotAllowed("the time to object is over");
  }
  return absl::OkStatus();
}

absl::Status CheckDecide(const Hearing& hearing, const std::string& decider) {
  if (hearing.objections().empty() || hearing.objections().rbegin()->has_decide_time()) {
    return status::StateNotAllowed("no objection waits for a decision");
  }
  bool involved = hearing.notice().sender() == decider;
  for (const v1::AccusedWords& words : hearing.statements()) {
    involved = involved || words.taker() == decider || words.recorder() == decider;
  }
  for (const v1::HearingObjection& one : hearing.objections()) {
    involved = involved || one.words().taker() == decider || one.words().recorder() == decider;
  }
  return involved ? status::RoleNotAllowed() : absl::OkStatus();
}

absl::Status CheckHeard(const HearingFacts& facts) {
  if (!facts.identified) {
    return status::Error(absl::StatusCode::kFailedPrecondition,
                         mamori::v1::ERROR_REASON_HEARING_MISSING,
                         "it is not known of everyone whom the case names who they are");
  }
  for (const std::string& person : facts.accused) {
    const Hearing* hearing = Find(person, facts);
    const bool heard = hearing != nullptr &&
                       (hearing->state() != v1::HEARING_STATE_NOTIFIED ||
                        time::FromTimestamp(hearing->notice().answer_due_time()) <= facts.now);
    if (heard) continue;
    return status::Error(absl::StatusCode::kFailedPrecondition,
                         mamori::v1::ERROR_REASON_HEARING_MISSING,
                         "somebody whom the case names was not heard");
  }
  return absl::OkStatus();
}

}  // namespace mamori::triage
