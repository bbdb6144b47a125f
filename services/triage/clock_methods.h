// The full names of the methods about deadlines and statistics, as authorization and metrics know
// them.
#ifndef MAMORI_SERVICES_TRIAGE_CLOCK_METHODS_H_
#define MAMORI_SERVICES_TRIAGE_CLOCK_METHODS_H_

#include <string>
#include <vector>

namespace mamori::triage {

inline constexpr char kListDeadlines[] = "/mamori.triage.v1.DeadlineService/ListDeadlines";
inline constexpr char kStartClock[] = "/mamori.triage.v1.DeadlineService/StartClock";
inline constexpr char kPauseDeadline[] = "/mamori.triage.v1.DeadlineService/PauseDeadline";
inline constexpr char kResumeDeadline[] = "/mamori.triage.v1.DeadlineService/ResumeDeadline";
inline constexpr char kCompleteDeadline[] = "/mamori.triage.v1.DeadlineService/CompleteDeadline";
inline constexpr char kGetStatistics[] = "/mamori.triage.v1.StatisticsService/GetStatistics";
inline constexpr char kListStatistics[] = "/mamori.triage.v1.StatisticsService/ListStatistics";

inline std::vector<std::string> ClockMethods() {
  return {kListDeadlines,    kStartClock,    kPauseDeadline, kResumeDeadline,
          kCompleteDeadline, kGetStatistics, kListStatistics};
}

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CLOCK_METHODS_H_
