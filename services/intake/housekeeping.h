// Forgets answers to request ids when their time is over, a few at a time.
#ifndef MAMORI_SERVICES_INTAKE_HOUSEKEEPING_H_
#define MAMORI_SERVICES_INTAKE_HOUSEKEEPING_H_

#include "absl/status/statusor.h"
#include "common/time/clock.h"
#include "services/intake/intake_store.h"

namespace mamori::intake {

class Housekeeping {
 public:
  struct Options {
    // Rows of one transaction, and what lies between two: short locks, less than a hundredth of the
    // time, so that the slowest hundredth of reports is not made of it. 20 million rows a day.
    int batch = 100;
    absl::Duration pause = absl::Milliseconds(400);
  };
  Housekeeping(IntakeStore& store, const time::Clock& clock, time::Sleeper& sleeper,
               Options options)
      : store_(store), clock_(clock), sleeper_(sleeper), options_(options) {}

  // Deletes one batch; true when there may be more. For a Periodic.
  absl::StatusOr<bool> RunOnce();

 private:
  IntakeStore& store_;
  const time::Clock& clock_;
  time::Sleeper& sleeper_;
  const Options options_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_HOUSEKEEPING_H_
