#include "services/intake/submitter.h"

#include <google/protobuf/arena.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/intake/methods.h"
#include "services/intake/records.h"
#include "services/intake/validate.h"

namespace mamori::intake {
namespace {

// Enough for the messages of an ordinary report, so that parsing one allocates little.
constexpr size_t kArenaBytes = 4096;
// Reports of a batch that count as one of its person's.
constexpr int kOfOneAct = 50;

absl::Status Unreadable() {
  status::Violations violations;
  violations.Add("report", "malformed or with text that is not UTF-8, want a SubmitReportRequest");
  return violations.Status();
}

bool Parse(const grpc::ByteBuffer& bytes, v1::SubmitReportRequest& request) {
  grpc::ByteBuffer shared(bytes);  // the reader wants it mutable; the slices are not copied
  grpc::ProtoBufferReader reader(&shared);
  return reader.status().ok() && request.ParseFromZeroCopyStream(&reader);
}

// The answers of a batch, and whether all are there.
class Answers {
 public:
  explicit Answers(size_t size) : statuses_(size), names_(size), missing_(size) {}

  void Set(size_t i, absl::StatusOr<std::string> answer) {
    std::lock_guard lock(mu_);
    v1::SubmitReportResponse response;
    if (!answer.ok()) {
      statuses_[i] = answer.status();
    } else if (response.ParseFromString(*answer)) {
      names_[i] = response.name();
    } else {
      statuses_[i] = absl::InternalError("a stored answer cannot be parsed");
    }
    // Under the lock: the waiter owns this object and may be gone as soon as the lock is free.
    if (--missing_ == 0) complete_.notify_one();
  }

  v1::BatchSubmitReportsResponse Wait(const std::string& request_id) {
    std::unique_lock lock(mu_);
    complete_.wait(lock, [this] { return missing_ == 0; });
    v1::BatchSubmitReportsResponse response;
    for (size_t i = 0; i < names_.size(); ++i) {
      v1::BatchSubmitReportsResult& result = *response.add_results();
      *result.mutable_status() = status::ToProtoStatus(statuses_[i], request_id);
      result.set_name(std::move(names_[i]));
    }
    return response;
  }

 private:
  std::mutex mu_;
  std::condition_variable complete_;
  std::vector<absl::Status> statuses_;
  std::vector<std::string> names_;
  size_t missing_;
};

}  // namespace

void Submitter::SubmitParsed(const server::CallContext& call, v1::SubmitReportRequest& request,
                             Done done) const {
  const absl::Time now = clock_.Now();
  absl::Status status = ValidateSubmitReport(request, now);
  if (status.ok()) status = gate_.Admit(request.report().immediate_danger());
  if (!status.ok()) return done(std::move(status));
  request.mutable_report()->clear_reporter_mode();
  request.mutable_report()->clear_submitter_digest();
  absl::StatusOr<NewReport> report = MakeNewReport(
      seal_, call, kSubmitReport, request, {.subject = ids_.NewId(), .event = ids_.NewId()}, now);
  if (!report.ok()) return done(report.status());
  auto submission = std::make_unique<Submission>();
  submission->report = *std::move(report);
  submission->deadline = call.deadline;
  submission->done = std::move(done);
  writer_.Submit(std::move(submission));
}

void Submitter::Submit(const server::CallContext& call, const grpc::ByteBuffer& request,
                       Done done) const {
  alignas(8) char block[kArenaBytes];
  const absl::Cleanup wipe = [&block] { explicit_bzero(block, sizeof(block)); };
  google::protobuf::Arena arena(block, sizeof(block));
  auto& parsed = *google::protobuf::Arena::CreateMessage<v1::SubmitReportRequest>(&arena);
  if (!Parse(request, parsed)) return done(Unreadable());
  // However many came before: danger is never refused.
  if (flood_ != nullptr && !parsed.report().immediate_danger()) {
    if (absl::Status admitted = flood_->AdmitNamed(call); !admitted.ok()) {
      return done(std::move(admitted));
    }
  }
  SubmitParsed(call, parsed, std::move(done));
}

absl::StatusOr<v1::BatchSubmitReportsResponse> Submitter::SubmitBatch(
    const server::CallContext& call, const v1::BatchSubmitReportsRequest& request) const {
  RETURN_IF_ERROR(ValidateBatchSubmitReports(request));
  if (flood_ != nullptr) {
    // As many reports of its application; of its person one for each kOfOneAct begun, so that an
    // import is possible and a flood by imports is not.
    server::CallContext application = call;
    application.person.clear();
    const auto danger = std::count_if(
        request.requests().begin(), request.requests().end(),
        [](const v1::SubmitReportRequest& one) { return one.report().immediate_danger(); });
    const int calm = request.requests_size() - static_cast<int>(danger);
    const int acts = (calm + kOfOneAct - 1) / kOfOneAct;
    RETURN_IF_ERROR(flood_->AdmitNamed(call, acts));
    RETURN_IF_ERROR(flood_->AdmitNamed(application, calm - acts));
  }
  Answers answers(request.requests_size());
  for (int i = 0; i < request.requests_size(); ++i) {
    v1::SubmitReportRequest one = request.requests(i);
    SubmitParsed(call, one, [&answers, i](absl::StatusOr<std::string> answer) {
      answers.Set(i, std::move(answer));
    });
  }
  return answers.Wait(call.request_id);
}

}  // namespace mamori::intake
