// Submits to a GroupCommit and collects the answers.
#ifndef MAMORI_SERVICES_INTAKE_GROUP_COMMIT_FIXTURE_H_
#define MAMORI_SERVICES_INTAKE_GROUP_COMMIT_FIXTURE_H_

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "common/id/id.h"
#include "services/intake/group_commit.h"
#include "services/intake/methods.h"
#include "services/intake/records.h"
#include "services/intake/test_content.h"
#include "services/intake/test_requests.h"

namespace mamori::intake {

using PendingAnswer = std::future<absl::StatusOr<std::string>>;

// The answer; a test that waits for one that never comes fails instead of hanging.
inline absl::StatusOr<std::string> Get(PendingAnswer& pending) {
  if (pending.wait_for(std::chrono::seconds(30)) != std::future_status::ready) {
    return absl::UnknownError("no answer in 30 s");
  }
  return pending.get();
}

// The name in an answer, or the status's text.
inline std::string NameIn(const absl::StatusOr<std::string>& answer) {
  if (!answer.ok()) return answer.status().ToString();
  v1::SubmitReportResponse response;
  response.ParseFromString(*answer);
  return response.name();
}

class Client {
 public:
  explicit Client(GroupCommit& writer) : writer_(writer) {}

  PendingAnswer Send(v1::SubmitReportRequest request, absl::Time deadline = absl::InfiniteFuture(),
                     absl::Time create_time = TestNow()) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<std::string>>>();
    auto submission = std::make_unique<Submission>();
    submission->report =
        MakeTestReport(TestCall(), kSubmitReport, request,
                       {.subject = ids_.NewId(), .event = ids_.NewId()}, create_time);
    submission->deadline = deadline;
    submission->done = [promise](absl::StatusOr<std::string> answer) {
      promise->set_value(std::move(answer));
    };
    PendingAnswer pending = promise->get_future();
    writer_.Submit(std::move(submission));
    return pending;
  }

 private:
  GroupCommit& writer_;
  id::RandomIdSource ids_;
};

inline v1::SubmitReportRequest Numbered(int i) {
  return GoodSubmit("request-" + std::to_string(10'000 + i));
}

inline v1::SubmitReportRequest WithNarrative(v1::SubmitReportRequest request,
                                             const std::string& narrative) {
  request.mutable_report()->set_narrative(narrative);
  return request;
}

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_GROUP_COMMIT_FIXTURE_H_
