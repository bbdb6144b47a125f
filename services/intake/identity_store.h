// The identities of confidential reporters, and that they were opened.
#ifndef MAMORI_SERVICES_INTAKE_IDENTITY_STORE_H_
#define MAMORI_SERVICES_INTAKE_IDENTITY_STORE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/entry.h"
#include "services/intake/message_store.h"

namespace mamori::intake {

// That an identity was opened by an act of two persons.
struct IdentityReading {
  std::string act_id;
  std::string tenant;
  std::string report_id;
  absl::Time create_time;   // as closely as the report is told
  std::string request_key;  // 32 bytes: who asked, by which request id
  bool told = false;        // the reporter, in the dialogue
};

// Errors are those of common/db besides what is named. `deadline` bounds each call. Thread safe.
class IdentityStore {
 public:
  virtual ~IdentityStore() = default;

  // Sealed; empty where none is. DATA_LOSS when the row is not believed.
  virtual absl::StatusOr<std::string> FindIdentity(const std::string& tenant,
                                                   const std::string& report_id,
                                                   absl::Time deadline) = 0;
  // By which the act was used here; nothing when it was not.
  virtual absl::StatusOr<std::optional<IdentityReading>> FindReading(const std::string& tenant,
                                                                     const std::string& act_id,
                                                                     absl::Time deadline) = 0;
  // In one with the audit entry of `who` and the message, if there is one, that tells the reporter.
  // OK when just this reading is there. ALREADY_EXISTS when the act was used by another; NOT_FOUND;
  // FAILED_PRECONDITION when the report was withdrawn.
  virtual absl::Status Record(const IdentityReading& reading, const audit::Who& who, bool by_day,
                              const std::optional<NewMessage>& message, absl::Time deadline) = 0;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_IDENTITY_STORE_H_
