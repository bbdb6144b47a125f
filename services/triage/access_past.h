// Who could see a case before: its superseded access records.
#ifndef MAMORI_SERVICES_TRIAGE_ACCESS_PAST_H_
#define MAMORI_SERVICES_TRIAGE_ACCESS_PAST_H_

#include <vector>

#include "absl/time/time.h"
#include "mamori/v1/access.pb.h"

namespace mamori::triage {

struct PastAccess {
  mamori::v1::CaseAccess access;
  absl::Time end;  // when the next version took its place
};

struct AccessPast {
  std::vector<PastAccess> records;  // of each case, ascending by version
  // Every version since the first that was kept is there and believed. Otherwise somebody took
  // something away, and what is not there may be what matters.
  bool whole = true;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ACCESS_PAST_H_
