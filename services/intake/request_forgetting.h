// Forgets by which requests an anonymous report's messages and uploads came: what is kept of a
// request id is a keyed hash, and that not for long.
#ifndef MAMORI_SERVICES_INTAKE_REQUEST_FORGETTING_H_
#define MAMORI_SERVICES_INTAKE_REQUEST_FORGETTING_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/time/clock.h"

namespace mamori::intake {

class EvidenceStore;
class MessageStore;

// When the request of a row is forgotten that was made at `told`; never for who is not anonymous.
// An anonymous one is told by day, so that it is 24 h at least, and 48 h at most.
inline absl::Time ForgetTime(bool anonymous, absl::Time told) {
  return anonymous ? told + absl::Hours(48) : absl::UnixEpoch();
}

// Every replica may do it at once.
class RequestForgetting {
 public:
  struct Options {
    int batch = 200;  // rows of one transaction: short locks
  };
  RequestForgetting(MessageStore& messages, EvidenceStore& evidence, const time::Clock& clock,
                    Options options)
      : messages_(messages), evidence_(evidence), clock_(clock), options_(options) {}

  // One batch of each; true when there may be more. For a Periodic.
  absl::StatusOr<bool> RunOnce();

 private:
  MessageStore& messages_;
  EvidenceStore& evidence_;
  const time::Clock& clock_;
  const Options options_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_REQUEST_FORGETTING_H_
