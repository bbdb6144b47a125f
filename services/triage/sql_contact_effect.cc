#include "services/triage/sql_contact_effect.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "common/authz/access_record.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/case_state.h"
#include "services/triage/sql_assessment_rows.h"
#include "services/triage/sql_case_rows.h"
#include "services/triage/sql_contact_rows.h"
#include "services/triage/sql_crossing_rows.h"

namespace mamori::triage {
namespace {

using mamori::v1::ContactThreshold;

constexpr char kSelectCaseOfReport[] =
    "SELECT case_id FROM case_report WHERE report_id = ? AND tenant = ?";
// The newest cases of an actor, by its reports and by what was opened for it without one.
constexpr char kCasesOfActor[] =
    "SELECT case_id FROM ((SELECT r.case_id AS case_id, m.create_time AS since FROM actor_mention m"
    " JOIN case_report r ON r.report_id = m.report_id AND r.tenant = m.tenant"
    " WHERE m.tenant = ? AND m.actor_id = ? ORDER BY m.create_time DESC LIMIT 20)"
    " UNION ALL (SELECT x.case_id, x.create_time FROM contact_crossing x"
    " WHERE x.tenant = ? AND x.actor_id = ? AND x.case_id IS NOT NULL ORDER BY x.create_time DESC "
    "LIMIT 20)) one"
    " ORDER BY since DESC";

// Counts one contact against the thresholds.
class Counter {
 public:
  Counter(db::Tx& tx, const AccessSeal& seal, const ContactEffect& contact, absl::Time now)
      : tx_(tx), seal_(seal), contact_(contact), now_(now) {}

  absl::Status Run() {
    absl::Duration longest;
    for (const ContactThreshold& threshold : contact_.thresholds) {
      longest = std::max(longest, WindowOf(threshold));
    }
    for (const ActorKey& key : contact_.actors) {
      ASSIGN_OR_RETURN(const std::vector<AudienceMark> marks,
                       SelectMarks(tx_, seal_, contact_, key.actor, contact_.start - longest,
                                   contact_.start + longest));
      ASSIGN_OR_RETURN(const std::vector<CrossingRow> past,
                       SelectCrossings(tx_, contact_, key.actor, contact_.start - 2 * longest,
                                       contact_.start + 2 * longest));
      for (size_t i = 0; i < contact_.thresholds.size(); ++i) {
        if (told_.count(i) == 0) RETURN_IF_ERROR(Count(i, key.actor, marks, past));
      }
    }
    return absl::OkStatus();
  }

 private:
  // The open contacts alone, for everyone; those of this contact's case too, for whoever sees that;
  // all of them, for first readers.
  absl::Status Count(size_t i, const id::Id& actor, const std::vector<AudienceMark>& marks,
                     const std::vector<CrossingRow>& past) {
    const ContactThreshold& threshold = contact_.thresholds[i];
    const auto mine = std::find_if(marks.begin(), marks.end(), [&](const AudienceMark& one) {
      return one.mark.contact == contact_.contact_id;
    });
    if (mine == marks.end()) return absl::OkStatus();
    const id::Id own_case = mine->open ? id::Id() : mine->case_id;
    for (const CrossingAudience audience :
         {CrossingAudience::kOpen, CrossingAudience::kCase, CrossingAudience::kFirstReaders}) {
      if (audience == CrossingAudience::kCase && own_case.empty()) continue;
      std::vector<WindowMark> counted;
      for (const AudienceMark& one : marks) {
        if (one.open || audience == CrossingAudience::kFirstReaders ||
            (audience == CrossingAudience::kCase && one.case_id == own_case)) {
          counted.push_back(one.mark);
        }
      }
      std::vector<PastCrossing> told;
      for (const CrossingRow& row : past) {
        const bool same_ears = row.audience < audience ||
                               (row.audience == audience &&
                                (audience != CrossingAudience::kCase || row.case_id == own_case));
        if (row.threshold == threshold.id() && same_ears)
          told.push_back({row.window_end, row.demand});
      }
      const auto crossing = FindCrossing(threshold, counted, contact_.start, told);
      if (!crossing.has_value()) continue;
      told_.insert(i);
      return Tell(i, actor, *crossing, audience, own_case);
    }
    return absl::OkStatus();
  }

  absl::Status Tell(size_t i, const id::Id& actor, const WindowCrossing& crossing,
                    CrossingAudience audience, const id::Id& own_case) {
    const ContactThreshold& threshold = contact_.thresholds[i];
    CrossingRow row{.crossing_id = contact_.crossing_ids[i],
                    .tenant = contact_.tenant,
                    .company = contact_.company,
                    .actor = actor,
                    .threshold = threshold.id(),
                    .policy_digest = contact_.policy_digest,
                    .value = crossing.value,
                    .demand = crossing.demand,
                    .window_end = crossing.time,
                    .contact_id = crossing.contact,
                    .audience = audience,
                    .create_time = now_};
    if (audience == CrossingAudience::kFirstReaders) {
      row.state = v1::CONTACT_SIGNAL_STATE_UNSEEN;
      return InsertCrossing(tx_, seal_, std::move(row));
    }
    ASSIGN_OR_RETURN(const std::optional<CaseRow> target, FindCase(actor, audience, own_case));
    row.state =
        target.has_value() ? v1::CONTACT_SIGNAL_STATE_SIGNALLED : v1::CONTACT_SIGNAL_STATE_PROPOSED;
    if (target.has_value()) {
      row.case_id = target->case_id;
      RETURN_IF_ERROR(UpdateCase(tx_, seal_, *target, contact_.signal(*target, threshold)));
    } else if (audience == CrossingAudience::kCase) {
      row.case_id = own_case;  // its work is done; it is told there all the same
      row.state = v1::CONTACT_SIGNAL_STATE_SIGNALLED;
    }
    return InsertCrossing(tx_, seal_, std::move(row));
  }

  // The case that the contact belongs to, else the newest that the actor has; only one that is
  // being worked on.
  absl::StatusOr<std::optional<CaseRow>> FindCase(const id::Id& actor, CrossingAudience audience,
                                                  const id::Id& own_case) {
    std::vector<id::Id> candidates;
    if (!own_case.empty()) candidates.push_back(own_case);
    if (audience == CrossingAudience::kOpen) {
      if (!contact_.report_id.empty()) {
        ASSIGN_OR_RETURN(const db::Rows own,
                         tx_.Query(kSelectCaseOfReport,
                                   db::Params().Add(contact_.report_id).Add(contact_.tenant)));
        for (const db::Row& one : own) candidates.push_back(one.GetBytes(0));
      }
      db::Params params;
      params.Add(contact_.tenant).Add(actor).Add(contact_.tenant).Add(actor);
      ASSIGN_OR_RETURN(const db::Rows rows, tx_.Query(kCasesOfActor, params));
      for (const db::Row& one : rows) candidates.push_back(one.GetBytes(0));
    }
    std::set<id::Id> looked_at;
    for (const id::Id& case_id : candidates) {
      if (!looked_at.insert(case_id).second) continue;
      // Only the one that takes it is locked; it is looked at again then.
      ASSIGN_OR_RETURN(const CaseRow seen,
                       SelectCase(tx_, seal_, contact_.tenant, case_id, /*for_update=*/false));
      if (!Takes(seen, audience)) continue;
      ASSIGN_OR_RETURN(CaseRow row,
                       SelectCase(tx_, seal_, contact_.tenant, case_id, /*for_update=*/true));
      if (Takes(row, audience)) return std::optional<CaseRow>(std::move(row));
    }
    return std::optional<CaseRow>();
  }

  bool Takes(const CaseRow& row, CrossingAudience audience) const {
    const bool worked_on = !IsFinal(row.state) && row.state != mamori::v1::CASE_STATE_CLOSED &&
                           row.company == contact_.company && row.access.version() > 0;
    if (audience == CrossingAudience::kCase) return worked_on;
    return worked_on && row.state != mamori::v1::CASE_STATE_CONSULTING &&
           authz::AudienceOf(row.access) ==
               authz::AudienceOfKind(mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT);
  }

  db::Tx& tx_;
  const AccessSeal& seal_;
  const ContactEffect& contact_;
  const absl::Time now_;
  std::set<size_t>
      told_;  // thresholds: one contact crosses each once, under whichever name of the actor
};

// What the contact log says of a report is part of its assessment.
absl::Status Reassess(db::Tx& tx, const AccessSeal& seal, const CaseContent& content,
                      const ContactEffect& contact, absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query(kSelectCaseOfReport, db::Params().Add(contact.report_id).Add(contact.tenant)));
  if (rows.empty()) return status::EventGap(0);
  const id::Id& case_id = rows[0].GetBytes(0);
  ASSIGN_OR_RETURN(const CaseRow row,
                   SelectCase(tx, seal, contact.tenant, case_id, /*for_update=*/true));
  ASSIGN_OR_RETURN(const ContactCount count,
                   CountContactsOf(tx, contact.tenant, contact.report_id));
  const ContactEffect::Reassessed result = contact.reassess(row, count);
  ASSIGN_OR_RETURN(const bool there,
                   UpdateAssessment(tx, seal, content, result.change, contact.report_id,
                                    result.assessment, deadline));
  if (!there) {
    return status::Error(absl::StatusCode::kAborted, mamori::v1::ERROR_REASON_CONFLICT,
                         "the report moved to another case meanwhile");
  }
  return UpdateCase(tx, seal, row, result.change);
}

}  // namespace

absl::Status ApplyContacts(db::Tx& tx, const AccessSeal& seal, const CaseContent& content,
                           const std::vector<const ContactEffect*>& contacts, absl::Time now,
                           absl::Time deadline) {
  RETURN_IF_ERROR(LockActors(tx, contacts));
  for (const ContactEffect* contact : contacts) {
    RETURN_IF_ERROR(InsertMarks(tx, *contact));
    if (!contact->report_id.empty()) {
      RETURN_IF_ERROR(Reassess(tx, seal, content, *contact, deadline));
    }
    RETURN_IF_ERROR(Counter(tx, seal, *contact, now).Run());
  }
  return absl::OkStatus();
}

}  // namespace mamori::triage
