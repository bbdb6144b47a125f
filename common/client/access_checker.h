// Asks triage who may see what. Keeps no answer longer than 5 s, and a "no" not at all.
#ifndef MAMORI_COMMON_CLIENT_ACCESS_CHECKER_H_
#define MAMORI_COMMON_CLIENT_ACCESS_CHECKER_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/triage/v1/triage_service.pb.h"

namespace mamori::client {

enum class Access {
  kDenied,
  kAllowed,
  kNoCase,  // there is no case of this name, or none yet of this report: the asker decides
};

class AccessChecker {
 public:
  virtual ~AccessChecker() = default;
  // One answer per question, in their order; none for none. UNAVAILABLE or DEADLINE_EXCEEDED when
  // it cannot be known: then nobody may. Thread safe.
  virtual absl::StatusOr<std::vector<Access>> Check(
      const std::vector<triage::v1::AccessQuestion>& questions, absl::Time deadline) = 0;
};

// The question whether the person of `call` may see `resource`, "cases/{id}" or "reports/{id}".
triage::v1::AccessQuestion QuestionOf(const server::CallContext& call, std::string resource);

// How long an allow is kept, from before it was asked for.
inline constexpr absl::Duration kKeepAllowed = absl::Seconds(5);

class TriageAccessChecker final : public AccessChecker {
 public:
  // Makes the call.
  using Ask =
      std::function<grpc::Status(grpc::ClientContext*, const triage::v1::CheckAccessRequest&,
                                 triage::v1::CheckAccessResponse*)>;
  // `keep` is how long an allow is kept: shorter for who asks again and again on purpose.
  TriageAccessChecker(Ask ask, const time::Clock& clock, absl::Duration keep = kKeepAllowed)
      : ask_(std::move(ask)), clock_(clock), keep_(keep) {}
  TriageAccessChecker(std::shared_ptr<grpc::Channel> channel, const time::Clock& clock,
                      absl::Duration keep = kKeepAllowed);

  absl::StatusOr<std::vector<Access>> Check(
      const std::vector<triage::v1::AccessQuestion>& questions, absl::Time deadline) override;

 private:
  // Answers what is remembered; the places of the other questions.
  std::vector<size_t> Recall(const std::vector<std::string>& keys, absl::Duration now,
                             std::vector<Access>& answers);
  void Remember(const std::string& key, absl::Duration asked);

  const Ask ask_;
  const time::Clock& clock_;
  const absl::Duration keep_;
  std::mutex mu_;
  // By question, until when (monotonic) it is allowed.
  std::unordered_map<std::string, absl::Duration> allowed_;
};

}  // namespace mamori::client

#endif  // MAMORI_COMMON_CLIENT_ACCESS_CHECKER_H_
