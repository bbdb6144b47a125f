#include "services/intake/group_commit.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "common/db/batch.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::intake {
namespace {

// One batch may not hold a writer for longer, whatever time its requests have.
constexpr absl::Duration kLongestWrite = absl::Seconds(10);
constexpr absl::Duration kRetryAfter = absl::Milliseconds(200);
// Nobody waits longer for a writer that rests.
constexpr absl::Duration kLongestRest = absl::Milliseconds(100);
// Runs that meet an existing key without finding its answer: its writer has not committed, or has
// rolled back.
constexpr int kBlindRuns = 3;

void Finish(Submission& submission, absl::StatusOr<std::string> answer) {
  submission.done(std::move(answer));
}

const std::string& KeyOf(const std::unique_ptr<Submission>& submission) {
  return submission->report.answer.key;
}

size_t BytesOf(const Submission& submission) {
  return submission.report.body.size() + submission.report.heading.size();
}

absl::Status Stopped() { return absl::UnavailableError("the service is stopping"); }

absl::Status NoTimeLeft() {
  return absl::DeadlineExceededError("the deadline passed while the request waited");
}

}  // namespace

GroupCommit::GroupCommit(Dependencies dependencies, Options options)
    : dependencies_(std::move(dependencies)), options_(options) {}

GroupCommit::~GroupCommit() { Stop(absl::ZeroDuration()); }

void GroupCommit::Start() {
  for (int i = 0; i < options_.writers; ++i) writers_.emplace_back([this] { Loop(); });
}

void GroupCommit::Stop(absl::Duration patience) {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
    give_up_at_ = dependencies_.clock.Monotonic() + patience;
  }
  filled_.notify_all();
  disturbed_.notify_all();
  for (std::thread& writer : writers_) writer.join();
  writers_.clear();
  // Only when no writer ever ran is something left.
  for (Batch batch = Take(); !batch.empty(); batch = Take()) {
    for (auto& submission : batch) Finish(*submission, Stopped());
  }
}

void GroupCommit::Submit(std::unique_ptr<Submission> submission) {
  absl::Status refused;
  const bool urgent = submission->report.immediate_danger;
  {
    std::lock_guard lock(mu_);
    const size_t limit = options_.max_queue + (urgent ? options_.max_queue / 8 + 1 : 0);
    const size_t limit_bytes =
        options_.max_queue_bytes + (urgent ? options_.max_queue_bytes / 8 : 0);
    const size_t bytes = BytesOf(*submission);
    if (stopping_) {
      refused = Stopped();
    } else if (urgent_.size() + normal_.size() >= limit || queued_bytes_ + bytes > limit_bytes) {
      refused = status::Overloaded(kRetryAfter);
    } else {
      queued_bytes_ += bytes;
      (urgent ? urgent_ : normal_).push_back(std::move(submission));
    }
  }
  if (refused.ok()) {
    filled_.notify_one();
    if (urgent) disturbed_.notify_all();
  } else {
    Finish(*submission, std::move(refused));
  }
}

size_t GroupCommit::waiting() const {
  std::lock_guard lock(mu_);
  return urgent_.size() + normal_.size();
}

void GroupCommit::Loop() {
  for (Batch batch = Take(); !batch.empty(); batch = Take()) {
    const absl::Duration begin = dependencies_.clock.Monotonic();
    if (GivesUp()) {
      for (auto& submission : batch) Finish(*submission, Stopped());
      continue;
    }
    Settle(std::move(batch));
    if (dependencies_.behind && dependencies_.behind()) {
      Rest(dependencies_.clock.Monotonic() - begin);
    }
  }
}

void GroupCommit::Rest(absl::Duration took) {
  const absl::Duration rest = std::min(took, kLongestRest);
  std::unique_lock lock(mu_);
  disturbed_.wait_for(lock, absl::ToChronoNanoseconds(rest),
                      [this] { return stopping_ || !urgent_.empty(); });
}

bool GroupCommit::GivesUp() const {
  std::lock_guard lock(mu_);
  return dependencies_.clock.Monotonic() >= give_up_at_;
}

GroupCommit::Batch GroupCommit::Take() {
  Batch batch;
  std::unique_lock lock(mu_);
  filled_.wait(lock, [this] { return stopping_ || !urgent_.empty() || !normal_.empty(); });
  const size_t most = static_cast<size_t>(options_.max_batch);
  for (auto* queue : {&urgent_, &normal_}) {
    const size_t count = std::min(queue->size(), most - batch.size());
    for (size_t i = 0; i < count; ++i) queued_bytes_ -= BytesOf(*(*queue)[i]);
    std::move(queue->begin(), queue->begin() + count, std::back_inserter(batch));
    queue->erase(queue->begin(), queue->begin() + count);
  }
  return batch;
}

void GroupCommit::Settle(Batch batch) {
  const absl::Time now = dependencies_.clock.Now();
  std::erase_if(batch, [now](const auto& submission) {
    if (submission->deadline > now) return false;
    Finish(*submission, NoTimeLeft());
    return true;
  });
  // Stable: of one key, the first stays the first.
  std::stable_sort(batch.begin(), batch.end(),
                   [](const auto& a, const auto& b) { return KeyOf(a) < KeyOf(b); });
  while (!batch.empty()) {
    Batch repeats;  // wait for the first with their key: its answer is theirs
    Batch firsts;
    firsts.reserve(batch.size());
    for (auto& submission : batch) {
      const bool repeat = !firsts.empty() && KeyOf(firsts.back()) == KeyOf(submission);
      (repeat ? repeats : firsts).push_back(std::move(submission));
    }
    // In the order in which the database keeps them each page is filled from its begin to its end.
    // Two batches that share several keys may then wait for each other in a circle: the database
    // ends one of them, which is rerun.
    std::sort(firsts.begin(), firsts.end(), [](const auto& a, const auto& b) {
      return a->report.create_time < b->report.create_time;
    });
    // What is written together with others can be told from them: anonymous reports stand alone.
    const auto named = std::stable_partition(firsts.begin(), firsts.end(), [](const auto& one) {
      return one->report.receipt.has_value();
    });
    Batch anonymous(std::make_move_iterator(firsts.begin()), std::make_move_iterator(named));
    firsts.erase(firsts.begin(), named);
    if (!anonymous.empty()) Write(std::move(anonymous));
    if (!firsts.empty()) Write(std::move(firsts));
    batch = std::move(repeats);
  }
}

void GroupCommit::Write(Batch batch) {
  absl::Time deadline = absl::InfinitePast();
  for (const auto& submission : batch) deadline = std::max(deadline, submission->deadline);
  deadline = std::min(deadline, dependencies_.clock.Now() + kLongestWrite);

  absl::Status status;
  std::vector<std::string> statements;
  for (int blind_runs = 0; !batch.empty();) {
    auto inserted = Insert(batch, deadline);
    status = inserted.status();
    if (inserted.ok()) statements = *std::move(inserted);
    if (!absl::IsAlreadyExists(status)) break;
    const absl::StatusOr<size_t> answered = AnswerStored(batch, deadline);
    if (!answered.ok()) {
      status = answered.status();
      break;
    }
    if (*answered == 0 && ++blind_runs == kBlindRuns) {
      // Not a request id: some other key that ought to be unique is not.
      status = absl::InternalError("a key exists without an answer");
      break;
    }
  }
  if (batch.empty()) {
    // Also when a COMMIT of unknown outcome had in fact taken effect.
    dependencies_.committed();
    return;
  }
  if (status.ok() || batch.size() == 1 || db::FailsWholeBatch(status)) {
    for (size_t i = 0; i < batch.size(); ++i) {
      if (status.ok()) {
        std::string& answer = batch[i]->report.answer.response;
        if (i < statements.size()) answer += statements[i];
        Finish(*batch[i], std::move(answer));
      } else {
        Finish(*batch[i], status);
      }
    }
    if (status.ok()) dependencies_.committed();
    return;
  }
  // One of them is at fault: halves, until it stands alone.
  Batch second(std::make_move_iterator(batch.begin() + batch.size() / 2),
               std::make_move_iterator(batch.end()));
  batch.resize(batch.size() / 2);
  Write(std::move(batch));
  Write(std::move(second));
}

absl::StatusOr<std::vector<std::string>> GroupCommit::Insert(const Batch& batch,
                                                             absl::Time deadline) {
  std::vector<const NewReport*> reports;
  reports.reserve(batch.size());
  for (const auto& submission : batch) reports.push_back(&submission->report);
  RETURN_IF_ERROR(dependencies_.seal.MakeDurable(reports, deadline));
  const absl::Duration begin = dependencies_.clock.Monotonic();
  auto statements = dependencies_.store.InsertReports(reports, deadline);
  dependencies_.telemetry.Observe("mamori_intake_commit_seconds",
                                  dependencies_.clock.Monotonic() - begin);
  if (statements.ok()) {
    dependencies_.telemetry.Count("mamori_intake_reports_total", {},
                                  static_cast<double>(batch.size()));
  }
  return statements;
}

absl::StatusOr<size_t> GroupCommit::AnswerStored(Batch& batch, absl::Time deadline) {
  std::vector<std::string> keys;
  keys.reserve(batch.size());
  for (const auto& submission : batch) keys.push_back(KeyOf(submission));
  ASSIGN_OR_RETURN(std::vector<StoredAnswer> stored,
                   dependencies_.store.FindAnswers(keys, deadline));
  return std::erase_if(batch, [&](const auto& submission) {
    const auto found = std::find_if(stored.begin(), stored.end(), [&](const Answer& answer) {
      return answer.key == KeyOf(submission);
    });
    if (found == stored.end()) return false;
    // After an unknown COMMIT this is the request's own row, with the answer that it would have
    // given.
    const absl::StatusOr<bool> same =
        dependencies_.seal.IsSame(*found, submission->report, deadline);
    if (!same.ok()) {
      Finish(*submission, same.status());
    } else if (*same) {
      Finish(*submission, std::move(found->response));
    } else {
      Finish(*submission, status::RequestIdReused());
    }
    return true;
  });
}

}  // namespace mamori::intake
