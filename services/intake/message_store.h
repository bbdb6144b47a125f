// The dialogues about reports: messages in their order, and how far each side has read.
#ifndef MAMORI_SERVICES_INTAKE_MESSAGE_STORE_H_
#define MAMORI_SERVICES_INTAKE_MESSAGE_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/entry.h"
#include "mamori/intake/v1/dialogue_service.pb.h"
#include "mamori/v1/event.pb.h"

namespace mamori::intake {

struct MessageRow {
  std::string report_id;
  int64_t number = 0;  // from 1, given by the store
  std::string tenant;
  std::string message_id;
  v1::MessageSide side = v1::MESSAGE_SIDE_UNSPECIFIED;
  std::string author;  // of the desk
  absl::Time create_time;
  absl::Time due_time = absl::UnixEpoch();  // from when on it is streamed to the desk
  std::string body;                         // sealed, with the random bytes of its commitment
};

struct NewMessage {
  MessageRow row;
  // What makes it the same when it is sent again, with the same words.
  std::string request_key;  // 32 bytes
  std::string commitment;   // the audit's
  bool anonymous = false;   // the report is: told by day
  audit::Who who;
  mamori::v1::Event event;  // without a fact: none leaves
};

// Whether a message is for this side to read: the other side's, and for the reporter also what
// Mamori itself says.
inline bool IsFor(v1::MessageSide reader, v1::MessageSide author) {
  const bool by_reporter = author == v1::MESSAGE_SIDE_REPORTER;
  return reader == v1::MESSAGE_SIDE_REPORTER ? !by_reporter : by_reporter;
}

// What a dialogue needs of its report.
struct DialogueFacts {
  std::string sealed;  // the beginning of what the report's data key sealed
  absl::Time create_time;
  bool anonymous = false;
  bool withdrawn = false;
};

// Errors are those of common/db besides what is named. `deadline` bounds each call. Thread safe.
class MessageStore {
 public:
  virtual ~MessageStore() = default;

  // NOT_FOUND.
  virtual absl::StatusOr<DialogueFacts> Facts(const std::string& tenant,
                                              const std::string& report_id,
                                              absl::Time deadline) = 0;
  // The row as stored, with its number: of the first call with this request key, whose words
  // whoever calls compares. NOT_FOUND; FAILED_PRECONDITION when the report was withdrawn.
  virtual absl::StatusOr<MessageRow> Post(const NewMessage& message, absl::Time deadline) = 0;
  // At most `limit` after `after`, oldest first.
  virtual absl::StatusOr<std::vector<MessageRow>> List(const std::string& tenant,
                                                       const std::string& report_id, int64_t after,
                                                       int limit, absl::Time deadline) = 0;
  // How far `reader` has read: a person of the desk, or empty for the reporter's side.
  virtual absl::StatusOr<int64_t> ReadUpTo(const std::string& tenant, const std::string& report_id,
                                           const std::string& reader, absl::Time deadline) = 0;
  // How many that are for `reader` come after `number` (see IsFor).
  virtual absl::StatusOr<int64_t> CountAfter(const std::string& tenant,
                                             const std::string& report_id, v1::MessageSide reader,
                                             int64_t number, absl::Time deadline) = 0;
  // Never goes back, nor further than there are messages. Nothing for a report that is gone.
  virtual absl::Status MarkRead(const std::string& tenant, const std::string& report_id,
                                const std::string& reader, int64_t number, absl::Time deadline) = 0;
  // Forgets the requests of at most `limit` rows whose time for that has come (ForgetTime). Returns
  // of how many.
  virtual absl::StatusOr<int64_t> ForgetRequests(absl::Time now, int limit,
                                                 absl::Time deadline) = 0;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_MESSAGE_STORE_H_
