// The numbers of a month as a picture.
#ifndef MAMORI_SERVICES_MAMORICTL_STATISTICS_CHART_H_
#define MAMORI_SERVICES_MAMORICTL_STATISTICS_CHART_H_

#include <string>

#include "mamori/triage/v1/statistics_service.pb.h"

namespace mamori::ctl {

// An SVG document that needs nothing beside it: one group of bars for each table that has anything
// to show. A count that is not told is a hatched bar of the smallest that is, and says so.
std::string StatisticsChart(const triage::v1::Statistics& statistics);

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_STATISTICS_CHART_H_
