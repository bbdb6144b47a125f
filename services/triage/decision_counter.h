// What was decided in a month, counted from the records of the work on cases. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_DECISION_COUNTER_H_
#define MAMORI_SERVICES_TRIAGE_DECISION_COUNTER_H_

#include <map>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mamori/triage/v1/measure_service.pb.h"
#include "services/triage/statistics_rules.h"
#include "services/triage/work_row.h"

namespace mamori::triage {

// Keeps of each case the last conclusion and judgement, and of each measure the newest version:
// what was said again in the month counts once, as it was said last.
class DecisionCounter {
 public:
  // Measures that were carried out or judged before `begin` are not counted again when something
  // else of them changes.
  explicit DecisionCounter(absl::Time begin) : begin_(begin) {}

  // An opened row, in whatever order; other kinds and erased ones are left out. DATA_LOSS.
  absl::Status Add(const WorkRow& row);
  Decisions Count() const;

 private:
  struct Said {
    int64_t sequence = 0;
    int value = 0;
  };
  struct Version {
    int64_t version = 0;
    id::Id of_case;
    std::string measure;
    bool carried_out = false;
    bool judged = false;
    bool effective = false;
  };
  static void Keep(const WorkRow& row, int value, std::map<id::Id, Said>& by_case);

  const absl::Time begin_;
  std::map<id::Id, Said> outcomes_;
  std::map<id::Id, Said> verdicts_;
  std::map<id::Id, Version> measures_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_DECISION_COUNTER_H_
