// For blocking handlers: hands a report to the writer and waits for its answer.
#ifndef MAMORI_SERVICES_INTAKE_AWAIT_COMMIT_H_
#define MAMORI_SERVICES_INTAKE_AWAIT_COMMIT_H_

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "services/intake/group_commit.h"

namespace mamori::intake {

// Blocks until the report is on disk or refused: GroupCommit answers every submission.
inline absl::StatusOr<std::string> AwaitCommit(GroupCommit& writer,
                                               std::unique_ptr<Submission> submission) {
  // Shared: who sets it may still be in there when the waiter has gone on.
  auto answer = std::make_shared<std::promise<absl::StatusOr<std::string>>>();
  auto answered = answer->get_future();
  submission->done = [answer](absl::StatusOr<std::string> result) {
    answer->set_value(std::move(result));
  };
  writer.Submit(std::move(submission));
  return answered.get();
}

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_AWAIT_COMMIT_H_
