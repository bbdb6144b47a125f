// How the access record of a case changes. Pure: each takes the record as it is and leaves the one
// to be stored; the version is the caller's. None lets anybody in whom an exclusion names.
#ifndef MAMORI_COMMON_AUTHZ_ACCESS_RECORD_H_
#define MAMORI_COMMON_AUTHZ_ACCESS_RECORD_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "mamori/v1/access.pb.h"
#include "mamori/v1/policy.pb.h"
#include "mamori/v1/report.pb.h"

namespace mamori::authz {

// The record of the case that a report opens. `consulting` says whether it waits for consent.
v1::CaseAccess OpenRecord(std::string_view tenant, std::string_view case_name, bool consulting,
                          const v1::Report& report, const v1::AccessPolicy& policy, absl::Time now);

// A further report: whom it tells of and wants kept out counts from now on, also for those who see
// the case already.
void AddReport(const v1::Report& report, const v1::AccessPolicy& policy, absl::Time now,
               v1::CaseAccess& record);

// What `from` keeps out and still asks for is kept out and asked for in `into`; nobody of its
// members comes along.
void MergeRecord(const v1::CaseAccess& from, const v1::AccessPolicy& policy, absl::Time now,
                 v1::CaseAccess& into);

void Exclude(std::string_view person, std::string_view by, const v1::AccessPolicy& policy,
             absl::Time now, v1::CaseAccess& record);
// Ends what people said by hand and what the reporter wished. False, and nothing done, for one who
// is not kept out, and for one who is kept out for another cause too: a subject, a witness or who
// follows from one stays out.
bool RemoveExclusion(std::string_view person, const v1::AccessPolicy& policy, absl::Time now,
                     v1::CaseAccess& record);
// Remembers who has the case no longer; nothing for nobody.
void AddPastAssignee(std::string_view person, v1::CaseAccess& record);

// False, and nothing done, for one who is kept out.
bool AddMember(std::string_view person, std::string_view by, absl::Time now,
               v1::CaseAccess& record);
void RemoveMember(std::string_view person, const v1::AccessPolicy& policy, absl::Time now,
                  v1::CaseAccess& record);
// `match` is null for nobody. A slot is closed only when all that the policy's rules on related
// people need is known of everyone in it. False, and nothing done, when there is no such slot.
bool Match(std::string_view slot, const v1::ActorMatch* match, bool closed, std::string_view by,
           const v1::AccessPolicy& policy, absl::Time now, v1::CaseAccess& record);
// The case leaves its own desk. Whether it may is told by HasConsent.
void Consent(const v1::AccessPolicy& policy, absl::Time now, v1::CaseAccess& record);
// Nobody who can be asked about this consultation is missing: every report whose reporter can
// decide has given consent. True also where nobody can: the desk's own record is all there is.
bool HasConsent(const v1::CaseAccess& record);
// What the reporter of a report of the case decided last. False, and nothing done, for an older
// decision than the one that is there.
bool DecideConsent(const v1::ReportConsent& decision, v1::CaseAccess& record);
// The report was withdrawn, and so is what was consented to for it.
void EndConsent(std::string_view report, v1::CaseAccess& record);

// Everyone whom the reports tell of is known, or they tell of nobody of ours.
bool IsIdentified(const v1::CaseAccess& record);

// Whether an exclusion names the person. Departments are not asked.
bool IsExcluded(std::string_view person, const v1::CaseAccess& record);
// Whether the person may be given the case, or work on it, by somebody else: no exclusion names
// them, nor does the policy's roster say that their department is kept out, or not which it is. Of
// those whom it does not name their own token says it, as whenever they look.
bool MayBeGiven(std::string_view person, const v1::CaseAccess& record,
                const v1::AccessPolicy& policy);

// By which roles a case is seen, as a number that an index can hold; it depends on the record
// alone, so that a new policy needs no new index.
enum class Audience { kConsultation = 1, kFirstReaders = 2, kOfKind = 16 };
// What is added for a case that designated handlers alone read.
inline constexpr int kOfHandlers = 64;
int AudienceOf(const v1::CaseAccess& record);
inline int AudienceOfKind(v1::ReportKind kind) {
  return static_cast<int>(Audience::kOfKind) + static_cast<int>(kind);
}

}  // namespace mamori::authz

#endif  // MAMORI_COMMON_AUTHZ_ACCESS_RECORD_H_
