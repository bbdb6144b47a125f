// What a contact does in triage, worked out before the transaction as far as it can be.
#ifndef MAMORI_SERVICES_TRIAGE_CONTACT_EFFECT_H_
#define MAMORI_SERVICES_TRIAGE_CONTACT_EFFECT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "mamori/v1/policy.pb.h"
#include "services/triage/case_row.h"
#include "services/triage/report_memory.h"

namespace mamori::triage {

// What the contact log says of a report.
struct ContactCount {
  int64_t contacts = 0;
  int64_t minutes = 0;
};

struct ContactEffect {
  id::Id contact_id;
  std::string tenant;
  std::string company;
  absl::Time start;
  int64_t minutes = 0;
  id::Id demand;     // empty for none
  id::Id report_id;  // empty for none
  std::vector<ActorKey> actors;

  // The policy version in force, and an id for each of its thresholds.
  std::vector<mamori::v1::ContactThreshold> thresholds;
  std::string policy_digest;
  std::vector<id::Id> crossing_ids;

  // The report's new assessment and how its case changes by it. May be called several times, as the
  // next.
  struct Reassessed {
    std::string assessment;
    CaseChange change;
  };
  std::function<Reassessed(const CaseRow& row, const ContactCount& count)> reassess;
  // How the case changes on which a threshold's signal is put.
  std::function<CaseChange(const CaseRow& row, const mamori::v1::ContactThreshold& threshold)>
      signal;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CONTACT_EFFECT_H_
