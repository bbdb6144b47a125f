// Reports as people write them: Japanese narratives of 400 to 800 bytes with actors and
// occurrences.
#ifndef MAMORI_TESTS_LOAD_REPORTS_H_
#define MAMORI_TESTS_LOAD_REPORTS_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "mamori/v1/report.pb.h"

namespace mamori::load {

// `count` different reports of the company, the same ones for the same arguments. `now` dates them.
std::vector<v1::Report> MakeReports(int count, const std::string& company, absl::Time now);

}  // namespace mamori::load

#endif  // MAMORI_TESTS_LOAD_REPORTS_H_
