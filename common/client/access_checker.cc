#include "common/client/access_checker.h"

#include <algorithm>
#include <utility>

#include "common/client/channel.h"
#include "common/status/errors.h"
#include "mamori/triage/v1/triage_service.grpc.pb.h"

namespace mamori::client {
namespace {

// What triage answers at once (services/triage/validate.h).
constexpr size_t kPerCall = 500;
constexpr size_t kMostKept = 16384;
// Triage answers in milliseconds or not at all.
constexpr absl::Duration kPatience = absl::Seconds(2);

}  // namespace

triage::v1::AccessQuestion QuestionOf(const server::CallContext& call, std::string resource) {
  triage::v1::AccessQuestion question;
  question.set_tenant(call.tenant);
  question.set_person(call.person);
  for (const std::string& role : call.roles) question.add_roles(role);
  question.set_department(call.department);
  question.set_resource(std::move(resource));
  return question;
}

TriageAccessChecker::TriageAccessChecker(std::shared_ptr<grpc::Channel> channel,
                                         const time::Clock& clock, absl::Duration keep)
    : TriageAccessChecker(
          [stub = std::shared_ptr(triage::v1::TriageService::NewStub(std::move(channel)))](
              auto* context, const auto& request, auto* response) {
            return stub->CheckAccess(context, request, response);
          },
          clock, keep) {}

absl::StatusOr<std::vector<Access>> TriageAccessChecker::Check(
    const std::vector<triage::v1::AccessQuestion>& questions, absl::Time deadline) {
  std::vector<std::string> keys;
  keys.reserve(questions.size());
  for (const auto& question : questions) keys.push_back(question.SerializeAsString());
  const absl::Duration asked = clock_.Monotonic();
  std::vector<Access> answers(questions.size(), Access::kDenied);
  const std::vector<size_t> open = Recall(keys, asked, answers);
  for (size_t from = 0; from < open.size(); from += kPerCall) {
    const size_t count = std::min(kPerCall, open.size() - from);
    triage::v1::CheckAccessRequest request;
    for (size_t i = 0; i < count; ++i) *request.add_questions() = questions[open[from + i]];
    triage::v1::CheckAccessResponse response;
    const auto context = MakeContext(std::min(deadline, clock_.Now() + kPatience));
    const grpc::Status status = ask_(context.get(), request, &response);
    // Whatever else went wrong is no fault of the caller's, who sees that it may pass.
    if (!status.ok() || response.answers_size() != static_cast<int>(count)) {
      return status::Error(absl::StatusCode::kUnavailable,
                           mamori::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE,
                           "it cannot be known now who may see what");
    }
    for (size_t i = 0; i < count; ++i) {
      const triage::v1::AccessAnswer& answer = response.answers(static_cast<int>(i));
      const size_t at = open[from + i];
      if (answer.allowed()) {
        answers[at] = Access::kAllowed;
        Remember(keys[at], asked);
      } else if (answer.no_case()) {
        answers[at] = Access::kNoCase;
      }
    }
  }
  return answers;
}

std::vector<size_t> TriageAccessChecker::Recall(const std::vector<std::string>& keys,
                                                absl::Duration now, std::vector<Access>& answers) {
  std::vector<size_t> open;
  std::lock_guard lock(mu_);
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto kept = allowed_.find(keys[i]);
    if (kept != allowed_.end() && now < kept->second) {
      answers[i] = Access::kAllowed;
    } else {
      open.push_back(i);
    }
  }
  return open;
}

void TriageAccessChecker::Remember(const std::string& key, absl::Duration asked) {
  if (keep_ <= absl::ZeroDuration()) return;
  std::lock_guard lock(mu_);
  if (allowed_.size() >= kMostKept) allowed_.clear();
  allowed_[key] = asked + keep_;
}

}  // namespace mamori::client
