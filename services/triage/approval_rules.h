// Who may approve a measure, which approvals count, and when they are enough. Pure: no I/O, no
// clock; what is known of people and time comes in as facts.
#ifndef MAMORI_SERVICES_TRIAGE_APPROVAL_RULES_H_
#define MAMORI_SERVICES_TRIAGE_APPROVAL_RULES_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "mamori/triage/v1/measure_service.pb.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::triage {

// A person who asks, or whom the policy's roster names.
struct ApprovalPerson {
  std::string person;
  std::vector<std::string> roles;
  std::string department;
};

// What holds around one measure now.
struct ApprovalFacts {
  const mamori::v1::ApprovalRule& rule;
  const v1::Measure& measure;  // as stored: proposers and approvals are read
  std::string digest;          // of the measure with what it cites, as that is now
  absl::Time now;              // no earlier than what was recorded: see ActTime
  std::vector<ApprovalPerson> roster;
  // Whether the case's access record keeps the person out.
  std::function<bool(const ApprovalPerson&)> is_out;
};

// The rule for a measure; null when the policy has none.
const mamori::v1::ApprovalRule* ApprovalRuleOf(const mamori::v1::Policy& policy,
                                               std::string_view measure);

// Why one of the measure's approvals does not count; UNSPECIFIED when it does.
v1::ApprovalFault FaultOf(const v1::MeasureApproval& approval, const ApprovalFacts& facts);

// The measure has what the rule wants, now: `approvals` people with all needed roles among them, or
// the outside approver.
bool IsApproved(const ApprovalFacts& facts);

// Who can still decide.
enum class Deciders {
  kEnough,   // those of the roster, with those who have approved
  kOutside,  // fewer than are needed: the outside approver alone
  kNobody,   // and none is named who could
};
struct WhoDecides {
  Deciders deciders = Deciders::kEnough;
  std::string outside;  // for kOutside
  int could = 0;        // how many could approve or have
};
WhoDecides DecidersOf(const ApprovalFacts& facts);

// Whether a person may approve, and why not. The first that holds.
enum class ApprovalAnswer {
  kMay,
  kMayOutside,    // as the outside approver, alone
  kProposer,      // has proposed or revised it
  kOut,           // is kept out of the case
  kComplete,      // it is approved already
  kAlready,       // the person's approval counts already
  kNobody,        // fewer than are needed could, and nobody is named
  kOnlyOutside,   // only the outside approver can decide
  kNoRole,        // lacks the rule's roles
  kOthersNeeded,  // the places that are left need roles that the person lacks
};
ApprovalAnswer MayApprove(const ApprovalPerson& person, const ApprovalFacts& facts);

// Whoever proposed it may drop it; whoever could approve it by role or name may refuse it.
bool MayReject(const ApprovalPerson& person, const ApprovalFacts& facts);

// How many approvals count now.
int CountOf(const ApprovalFacts& facts);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_APPROVAL_RULES_H_
