// How good the assessment is on labelled reports: the figures of the project's brief.
#ifndef MAMORI_SERVICES_TRIAGE_FIGURES_H_
#define MAMORI_SERVICES_TRIAGE_FIGURES_H_

#include <string>
#include <vector>

#include "common/policy/sample.h"
#include "mamori/v1/assessment.pb.h"

namespace mamori::triage {

// A labelled report and what was proposed for it.
struct Judged {
  policy::Sample sample;
  mamori::v1::Assessment assessment;
};

struct Figures {
  double micro_precision = 0;
  double micro_recall = 0;
  double micro_f1 = 0;
  double macro_f1 = 0;            // over all acts of `acts`
  double benign_flagged = 0;      // harmless reports for which something was proposed
  double harassment_missed = 0;   // others for which nothing was
  double severity_qwk = 0;        // quadratic weighted kappa
  int critical = 0;               // reports that are CRITICAL
  double critical_caught = 0;     // CRITICAL called HIGH or CRITICAL
  double critical_called = 0;     // CRITICAL called CRITICAL
  double evidence_recall = 0;     // labels some passage of which was touched
  double evidence_precision = 0;  // passages under right labels that touch one
  double evidence_byte_f1 = 0;
  std::vector<std::pair<std::string, double>> f1;  // by act

  // One line for people.
  std::string ToString() const;
};

Figures Measure(const std::vector<Judged>& judged, const std::vector<std::string>& acts);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_FIGURES_H_
