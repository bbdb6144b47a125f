// The clocks of the policy versions of a process, with their calendars.
#ifndef MAMORI_SERVICES_TRIAGE_CLOCK_BOOKS_H_
#define MAMORI_SERVICES_TRIAGE_CLOCK_BOOKS_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/policy/policy_catalog.h"
#include "services/triage/clock_rules.h"

namespace mamori::triage {

// FAILED_PRECONDITION when this machine does not know a time zone of the policy.
absl::StatusOr<ClockBook> MakeClockBook(const mamori::v1::Policy& policy);

// Thread safe.
class ClockBooks {
 public:
  explicit ClockBooks(policy::PolicyCatalog& catalog) : catalog_(catalog) {}

  // Of the version that a case was opened under; null when it has no clocks. FAILED_PRECONDITION
  // with reason POLICY_UNKNOWN.
  absl::StatusOr<std::shared_ptr<const ClockBook>> Get(std::string_view digest);

 private:
  policy::PolicyCatalog& catalog_;
  std::mutex mu_;
  std::map<std::string, std::shared_ptr<const ClockBook>, std::less<>> books_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CLOCK_BOOKS_H_
