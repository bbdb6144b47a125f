#include "services/triage/watch.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/big_endian.h"

namespace mamori::triage {
namespace {

constexpr int kBatch = 200;
constexpr absl::Duration kReadBudget = absl::Seconds(5);
constexpr absl::Duration kRetryAfter = absl::Seconds(5);

// As long as the log is kept.
constexpr absl::Duration kTokenLifetime = absl::Hours(24 * 7);

idempotency::TokenBinding BindingOf(const authz::Viewer& viewer) {
  return {viewer.tenant, viewer.person, "WatchCases"};
}

// The cases that an event tells of.
std::vector<id::Id> CasesOf(const mamori::v1::Event& event) {
  std::vector<id::Id> cases = {event.subject_id()};
  if (event.has_case_merged()) cases.push_back(event.case_merged().into_case_id());
  return cases;
}

}  // namespace

absl::Status Watch::Run(const server::CallContext& call, const v1::WatchCasesRequest& request,
                        const std::function<bool()>& cancelled,
                        const std::function<bool(const v1::WatchCasesResponse&)>& write) {
  if (streams_.fetch_add(1) >= options_.max_streams) {
    streams_.fetch_sub(1);
    return status::Overloaded(kRetryAfter);
  }
  const absl::Cleanup leave = [this] { streams_.fetch_sub(1); };
  const authz::Viewer viewer = ViewerOf(call);
  ASSIGN_OR_RETURN(const int64_t position, Begin(viewer, request.resume_token()));
  Stream stream{.viewer = viewer, .write = write, .position = position};
  // A first heartbeat tells the client that it is in, and from where.
  RETURN_IF_ERROR(Send(position, "", stream));
  return Follow(call, stream, cancelled);
}

absl::StatusOr<int64_t> Watch::Begin(const authz::Viewer& viewer, const std::string& resume_token) {
  ASSIGN_OR_RETURN(const WatchHead head, store_.Head(clock_.Now() + kReadBudget));
  if (resume_token.empty()) return head.position;
  ASSIGN_OR_RETURN(const std::string bytes, tokens_.Open(BindingOf(viewer), resume_token));
  if (bytes.size() != kBigEndianBytes) return status::PageTokenInvalid();
  const int64_t position = FromBigEndian(bytes);
  if (position < head.floor || position > head.position) return status::PageTokenInvalid();
  return position;
}

absl::Status Watch::Follow(const server::CallContext& call, Stream& stream,
                           const std::function<bool()>& cancelled) {
  while (!stream.gone && !cancelled()) {
    const WatchHead head = hub_.WaitAbove(stream.position, options_.poll);
    if (hub_.stopped()) {
      return status::Error(absl::StatusCode::kUnavailable,
                           mamori::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE,
                           "the service stops; come again with the last resume token");
    }
    if (clock_.Now() >= call.deadline) {
      return absl::DeadlineExceededError("the call's deadline passed");
    }
    RETURN_IF_ERROR(SendUpTo(head.position, stream));
    if (clock_.Monotonic() - stream.last_sent >= options_.heartbeat) {
      RETURN_IF_ERROR(Send(stream.position, "", stream));
    }
  }
  return absl::CancelledError("the client is gone");
}

// Everything up to `head` has been committed, so when less than a whole batch is left, the stream
// stands at it.
absl::Status Watch::SendUpTo(int64_t head, Stream& stream) {
  while (stream.position < head && !stream.gone) {
    ASSIGN_OR_RETURN(const std::vector<WatchEntry> entries,
                     store_.Read(stream.viewer.tenant, stream.position, head, kBatch,
                                 clock_.Now() + kReadBudget));
    ASSIGN_OR_RETURN(const std::vector<WatchEntry> readable, KeepReadable(entries, stream));
    for (const WatchEntry& entry : readable) {
      RETURN_IF_ERROR(Send(entry.position, entry.event, stream));
      if (stream.gone) return absl::OkStatus();
    }
    // Also past what was left out.
    stream.position = entries.size() < kBatch ? head : entries.back().position;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<WatchEntry>> Watch::KeepReadable(const std::vector<WatchEntry>& entries,
                                                            const Stream& stream) {
  std::set<id::Id> cases;
  std::vector<std::vector<id::Id>> cases_of;
  for (const WatchEntry& entry : entries) {
    mamori::v1::Event event;
    if (!event.ParseFromString(entry.event)) {
      return absl::DataLossError("a stored event cannot be read");
    }
    cases_of.push_back(CasesOf(event));
    cases.insert(cases_of.back().begin(), cases_of.back().end());
  }
  ASSIGN_OR_RETURN(const AccessStore::Records records,
                   access_.store.ReadByCase(stream.viewer.tenant, {cases.begin(), cases.end()},
                                            clock_.Now() + kReadBudget));
  std::vector<WatchEntry> readable;
  for (size_t i = 0; i < entries.size(); ++i) {
    const bool all = std::all_of(cases_of[i].begin(), cases_of[i].end(), [&](const id::Id& one) {
      const auto record = records.find(one);
      return record != records.end() && access_.gate.MayRead(stream.viewer, record->second);
    });
    if (all) readable.push_back(entries[i]);
  }
  return readable;
}

absl::Status Watch::Send(int64_t position, const std::string& event, Stream& stream) {
  v1::WatchCasesResponse response;
  response.set_resume_token(
      tokens_.Seal(BindingOf(stream.viewer), ToBigEndian(position), kTokenLifetime));
  *response.mutable_send_time() = time::ToTimestamp(clock_.Now());
  if (!event.empty() && !response.mutable_event()->ParseFromString(event)) {
    return absl::DataLossError("a stored event cannot be read");
  }
  stream.gone = !stream.write(response);
  if (stream.gone) return absl::OkStatus();
  stream.position = position;
  stream.last_sent = clock_.Monotonic();
  return absl::OkStatus();
}

}  // namespace mamori::triage
