// The one wrapper around every handler: identity, authorization, deadline, request id, log line,
// metric, error mapping, and a net for exceptions. A handler is validate, do, respond.
//
//   grpc::Status GetReport(grpc::ServerContext* context, const GetReportRequest* request,
//                          v1::Report* response) override {
//     return rpc_.Unary(context, kGetReport, *request, response,
//                       [&](const CallContext& call) { return reports_.Get(call, *request); });
//   }
#ifndef MAMORI_COMMON_SERVER_RPC_H_
#define MAMORI_COMMON_SERVER_RPC_H_

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/id/id.h"
#include "common/server/admission.h"
#include "common/server/authorizer.h"
#include "common/server/caller.h"
#include "common/server/hidden_moments.h"
#include "common/server/person_share.h"
#include "common/server/stream_slots.h"
#include "common/server/stream_watch.h"
#include "common/telemetry/telemetry.h"
#include "common/time/clock.h"

namespace mamori::server {

class Rpc {
 public:
  struct Options {
    absl::Duration default_deadline = absl::Seconds(10);
    absl::Duration max_deadline = absl::Minutes(10);
    // Who verifies people's tokens; null: nobody's are believed. Outlives the Rpc.
    authn::People* people = nullptr;
    // Authorities of client certificates, for the statements of services.
    std::string client_ca_file;
    // NOT_FOUND of a blocking handler, of a stream too, leaves at the next of moments that are this
    // far apart from the call's begin (HiddenMoments), so that what is hidden is not told from what
    // never was by how long it takes. Zero, or no sleeper: at once.
    absl::Duration hidden_quantum = absl::ZeroDuration();
    time::Sleeper* sleeper = nullptr;
    // Blocking handlers at once. One more is refused with Overloaded(), which says when to come
    // again, before anything else is asked of it; below the threads that gRPC has, whose own
    // refusal says nothing. One person has half of them at most (PersonShare).
    int max_blocking = std::numeric_limits<int>::max();
  };
  Rpc(const Authorizer& authorizer, const time::Clock& clock, id::IdSource& ids,
      telemetry::Telemetry& telemetry, Options options)
      : admission_(authorizer, options.people, options.client_ca_file, clock),
        clock_(clock),
        ids_(ids),
        telemetry_(telemetry),
        options_(std::move(options)) {}

  // What a refused call is told to, after its answer was made: PERMISSION_DENIED and
  // UNAUTHENTICATED, and what a person asked for and is not there, or hidden. It must not block.
  // `code` is the name of the code. Set before anything is served.
  using RefusalObserver = std::function<void(const CallContext& call, std::string_view code)>;
  void ObserveRefusals(RefusalObserver observer) { refused_ = std::move(observer); }

  // From now on calls are refused with UNAVAILABLE; those that began go on.
  void StartDraining() { draining_.store(true, std::memory_order_release); }
  // Calls whose handlers have not ended.
  int in_flight() const { return in_flight_.load(std::memory_order_acquire); }

  // A blocking handler of the sync API. `handler(call)` returns absl::StatusOr<Response>.
  template <typename Response, typename Handler>
  grpc::Status Unary(grpc::ServerContext* context, std::string_view method, Needs needs,
                     Response* response, Handler&& handler) {
    Call call = Begin(*context, method, needs, Handling::kBlocking);
    if (!call.status.ok()) return End(call, call.status);
    try {
      absl::StatusOr<Response> result = handler(static_cast<const CallContext&>(call.context));
      if (result.ok()) *response = *std::move(result);
      if (absl::IsNotFound(result.status())) AwaitQuantum(call);
      return End(call, result.status());
    } catch (...) {
      return End(call, CaughtException());
    }
  }

  // A handler of the callback API that does not block: it hands `done` to whoever finishes. `done`
  // is called exactly once, from any thread, with absl::StatusOr<Response>; a second call does
  // nothing. The request and the CallContext live until then and not longer.
  template <typename Response, typename Handler>
  grpc::ServerUnaryReactor* UnaryAsync(grpc::CallbackServerContext* context,
                                       std::string_view method, Needs needs, Response* response,
                                       Handler&& handler) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    auto call = std::make_shared<AsyncCall>(Begin(*context, method, needs, Handling::kAsync));
    if (!call->status.ok()) {
      reactor->Finish(End(*call, call->status));
      return reactor;
    }
    auto done = [this, call, reactor, response](absl::StatusOr<Response> result) {
      if (call->finished.test_and_set(std::memory_order_acq_rel)) return;
      if (result.ok()) *response = *std::move(result);
      reactor->Finish(End(*call, result.status()));
    };
    try {
      handler(static_cast<const CallContext&>(call->context), done);
    } catch (...) {
      done(CaughtException());  // unless the handler had handed it on before it threw
    }
    return reactor;
  }

  // What a stream asks besides its token, such as whether the person is still a member.
  using StreamCheck = std::function<absl::Status(const CallContext&)>;

  // How long a client stream may say nothing, and a client may take nothing of a server stream.
  static constexpr absl::Duration kMaxSilence = absl::Seconds(60);
  // How long a client stream may say nothing at all, while nobody knows what it is about.
  static constexpr absl::Duration kMaxFirstSilence = absl::Seconds(10);
  // Streams that have said nothing yet: one more ends the oldest of them, of the same application
  // where it has its share. They hold threads before anything else is asked of them.
  static constexpr StreamSlots::Options kUnspoken = {
      .most = 5, .most_per_holder = 3, .least_stay = absl::ZeroDuration(), .most_leaving = 5};

  // A blocking client stream. `handler(call, read)` returns absl::StatusOr<Response>;
  // `read(&request)` is false when the client has said all, is gone, has said nothing for
  // kMaxSilence, or as soon as the person's token or `check` no longer holds, also while it waits.
  // For its first message it waits for kMaxFirstSilence, and gives way to others (kUnspoken).
  // `check` is called from another thread. The stream then ends with that status, whatever the
  // handler returns, well within 5 s; a client that was waited for sees CANCELLED.
  template <typename Request, typename Response, typename Handler>
  grpc::Status ClientStream(grpc::ServerContext* context, std::string_view method, Needs needs,
                            grpc::ServerReader<Request>* reader, Response* response,
                            Handler&& handler, StreamCheck check = nullptr) {
    Call call = Begin(*context, method, needs, Handling::kStream);
    if (!call.status.ok()) return End(call, call.status);
    const auto cancel = [context] { context->TryCancel(); };
    const auto unspoken = unspoken_.Enter(call.context.caller, "", cancel);
    if (!unspoken.ok()) return End(call, unspoken.status());
    StreamWatch watch(
        clock_, [&] { return StillHolds(call, check); }, cancel);
    absl::Duration longest = kMaxFirstSilence;
    absl::Status ended;
    try {
      absl::StatusOr<Response> result =
          handler(static_cast<const CallContext&>(call.context),
                  std::function<bool(Request*)>([&](Request* request) {
                    const bool came = watch.Await(longest, [&] { return reader->Read(request); });
                    (*unspoken)->Leave();
                    longest = kMaxSilence;
                    return came;
                  }));
      if (result.ok()) *response = *std::move(result);
      ended = result.status();
    } catch (...) {
      ended = CaughtException();
    }
    watch.Stop();
    if (!watch.lost().ok()) ended = watch.lost();
    if (const absl::Status held = (*unspoken)->Holds(); !held.ok()) ended = held;
    if (absl::IsNotFound(ended)) AwaitQuantum(call);
    return End(call, ended);
  }

  // A blocking server stream. `handler(call, cancelled, write)` returns absl::Status;
  // `write(message)` is false once the client is gone; `cancelled()` is true then too.
  // Both are so as well once the person's token has expired, its key was withdrawn, or `check` no
  // longer holds, which is looked at about once a second, from another thread, also while `write`
  // waits for the client; or when it has taken nothing for kMaxSilence. The stream then ends with
  // that status, whatever the handler returns; a client that was waited for sees CANCELLED. A
  // handler that asks `cancelled()` every second or more often ends well within 5 s of it.
  template <typename Message, typename Handler>
  grpc::Status ServerStream(grpc::ServerContext* context, std::string_view method, Needs needs,
                            grpc::ServerWriter<Message>* writer, Handler&& handler,
                            StreamCheck check = nullptr) {
    Call call = Begin(*context, method, needs, Handling::kStream);
    if (!call.status.ok()) return End(call, call.status);
    StreamWatch watch(
        clock_, [&] { return StillHolds(call, check); }, [context] { context->TryCancel(); });
    absl::Status ended;
    try {
      ended = handler(static_cast<const CallContext&>(call.context), std::function<bool()>([&] {
                        return !watch.lost().ok() || context->IsCancelled();
                      }),
                      std::function<bool(const Message&)>([&](const Message& message) {
                        return watch.Await(kMaxSilence, [&] { return writer->Write(message); });
                      }));
    } catch (...) {
      ended = CaughtException();
    }
    watch.Stop();
    if (!watch.lost().ok()) ended = watch.lost();
    if (absl::IsNotFound(ended)) AwaitQuantum(call);
    return End(call, ended);
  }

 private:
  struct Call {
    CallContext context;
    absl::Status status;  // not OK: refused before the handler
    absl::Duration begin;
    std::shared_ptr<const authn::Identity> identity;  // null without a token
    bool anonymous = false;
    bool blocking = false;  // holds a thread
    bool shared = false;    // one that counts as its person's
  };
  enum class Handling { kAsync, kBlocking, kStream };
  struct AsyncCall : Call {
    explicit AsyncCall(Call&& call) : Call(std::move(call)) {}
    std::atomic_flag finished;
  };
  // Reads identity and metadata, authorizes, sets the deadline. A stream without a deadline keeps
  // none (CallContext::deadline is then 24 h away).
  Call Begin(const grpc::ServerContextBase& context, std::string_view method, Needs needs,
             Handling handling);
  // Whether a stream may go on.
  absl::Status StillHolds(const Call& call, const StreamCheck& check) const;
  // Holds the handler's thread, at most for one quantum and never past the deadline.
  void AwaitQuantum(const Call& call) const;
  // Maps the status, writes the log line and the metric.
  grpc::Status End(const Call& call, const absl::Status& status);
  // The status for the exception being caught.
  static absl::Status CaughtException();
  absl::Time DeadlineOf(const grpc::ServerContextBase& context, absl::Time now, bool stream) const;

  const Admission admission_;
  const time::Clock& clock_;
  id::IdSource& ids_;
  telemetry::Telemetry& telemetry_;
  const Options options_;
  mutable HiddenMoments moments_{options_.hidden_quantum};
  StreamSlots unspoken_{clock_, kUnspoken};
  RefusalObserver refused_;
  std::atomic<bool> draining_{false};
  std::atomic<int> in_flight_{0};
  std::atomic<int> blocking_{0};
  // Half of them: who asks for much that takes long keeps nobody else out.
  PersonShare shares_{std::max(1, options_.max_blocking / 2)};
};

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_RPC_H_
