// A report as one line of JSON, with or without what a person says of it: what `mamorictl analyze`
// reads, and what the assessment is measured by.
#ifndef MAMORI_COMMON_POLICY_SAMPLE_H_
#define MAMORI_COMMON_POLICY_SAMPLE_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "mamori/v1/assessment.pb.h"
#include "mamori/v1/report.pb.h"

namespace mamori::policy {

struct Sample {
  struct Passage {
    std::string label;
    int begin = 0;  // bytes of the narrative
    int end = 0;
  };
  std::string id;
  mamori::v1::Report report;
  // What a person says of it; empty and LOW when the line does not tell.
  std::set<std::string> labels;  // acts; empty for NONE
  mamori::v1::Severity severity = mamori::v1::SEVERITY_LOW;
  std::vector<Passage> evidence;
};

// {"id", "lang", "text", "facts": {"channel", "contact_count", "total_minutes", "urls",
// "actor_kind"}, "labels", "severity", "evidence": [{"label", "byte_start", "byte_end"}]}; all but
// id and text may be missing. INVALID_ARGUMENT says what is wrong, never what the text says.
absl::StatusOr<Sample> ParseSample(std::string_view line);

// {"id", "labels", "severity", "evidence", …} of an assessment, one line without its end. Labels
// are ["NONE"] when no rule matched; "rules", "measures", "dangers" and "no_rule_matched" say more.
std::string PredictionLine(const std::string& id, const mamori::v1::Assessment& assessment);

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_SAMPLE_H_
