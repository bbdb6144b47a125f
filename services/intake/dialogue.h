// The dialogue about a report, from either side. Blocking.
#ifndef MAMORI_SERVICES_INTAKE_DIALOGUE_H_
#define MAMORI_SERVICES_INTAKE_DIALOGUE_H_

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/reads.h"
#include "common/id/id.h"
#include "common/policy/notice_wait.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/intake/v1/dialogue_service.pb.h"
#include "services/intake/content_seal.h"
#include "services/intake/dialogue_parties.h"
#include "services/intake/message_store.h"
#include "services/intake/reporter_keys.h"

namespace mamori::intake {

class Dialogue {
 public:
  struct Options {
    absl::Duration poll = absl::Milliseconds(400);
    absl::Duration heartbeat = absl::Seconds(20);
    // When the desk's streams tell of an anonymous reporter's message.
    policy::NoticeTimes notices;
  };
  struct Dependencies {
    MessageStore& messages;
    const ReporterKeys& keys;
    const ContentSeal& seal;
    const time::Clock& clock;
    time::Sleeper& sleeper;
    id::IdSource& ids;
    std::function<void()> committed;  // there may be new events
    audit::ReadLog* reads;            // null records nothing, for tests
  };
  Dialogue(Dependencies dependencies, Options options)
      : d_(std::move(dependencies)), options_(options) {}

  absl::StatusOr<v1::Message> Post(const server::CallContext& call, const Party& party,
                                   const std::string& request_id, const v1::Message& message);
  absl::StatusOr<v1::ListMessagesResponse> List(const server::CallContext& call, const Party& party,
                                                int64_t after, int page_size);
  absl::Status MarkRead(const server::CallContext& call, const Party& party, int64_t number);
  // Until `cancelled` or Stop.
  absl::Status Wait(const server::CallContext& call, const Party& party, int64_t after,
                    const std::function<bool()>& cancelled,
                    const std::function<bool(const v1::WaitForMessagesResponse&)>& write);
  // A deadline for what a stream asks in passing.
  absl::Time Soon() const { return d_.clock.Now() + absl::Seconds(2); }
  // Ends the streams.
  void Stop() { stopping_.store(true, std::memory_order_release); }

 private:
  // The key of the report that the dialogue is about. NOT_FOUND when it was erased.
  absl::StatusOr<sealing::DataKey> KeyOf(const Party& party, const DialogueFacts& facts,
                                         absl::Time deadline) const;
  // At most as many as make `size` of them and a page's bytes.
  absl::Status AddMessages(const std::vector<MessageRow>& rows, const Party& party,
                           const DialogueFacts& facts, int64_t read, int size, absl::Time deadline,
                           v1::ListMessagesResponse& response) const;
  absl::Status RecordRead(const server::CallContext& call, const Party& party, bool anonymous);

  const Dependencies d_;
  const Options options_;
  std::atomic<bool> stopping_{false};
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_DIALOGUE_H_
