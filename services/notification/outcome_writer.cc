#include "services/notification/outcome_writer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mamori::notification {
namespace {

constexpr size_t kMaxBatch = 128;
// So many outcomes that cannot be written one by one are not at fault themselves.
constexpr size_t kWitnesses = 3;
constexpr absl::Duration kAfterFailure = absl::Milliseconds(200);
// How long a pass may take, and at least when the time is over.
constexpr absl::Duration kBudget = absl::Seconds(10);
constexpr absl::Duration kLeastBudget = absl::Seconds(1);

bool MayPass(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsAborted(status) ||
         absl::IsDeadlineExceeded(status) || absl::IsResourceExhausted(status);
}

void Append(std::vector<Settlement>&& from, std::vector<Settlement>& to) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
  from.clear();
}

}  // namespace

OutcomeWriter::~OutcomeWriter() { Stop(-absl::InfiniteDuration()); }

void OutcomeWriter::Start() {
  thread_ = std::thread([this] { Loop(); });
}

void OutcomeWriter::Stop(absl::Duration give_up_at) {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
    give_up_at_ = give_up_at;
  }
  changed_.notify_all();
  thread_.join();
}

void OutcomeWriter::Add(Settlement settlement) {
  std::lock_guard lock(mu_);
  waiting_.push_back(std::move(settlement));
  if (waiting_.size() == 1) changed_.notify_all();
}

size_t OutcomeWriter::unwritten() const {
  std::lock_guard lock(mu_);
  return unwritten_;
}

void OutcomeWriter::Loop() {
  while (true) {
    {
      std::unique_lock lock(mu_);
      changed_.wait(lock, [this] { return !waiting_.empty() || stopping_; });
      if (waiting_.empty()) return;
      changed_.wait_for(lock, absl::ToChronoNanoseconds(linger_),
                        [this] { return stopping_ || waiting_.size() >= kMaxBatch; });
    }
    const absl::Duration begin = with_.clock.Monotonic();
    const absl::StatusOr<int> written = WriteOnce();
    if (written.ok()) continue;
    with_.telemetry.Log(telemetry::Level::kWarn, "delivery outcomes not written",
                        {{"code", absl::StatusCodeToString(written.status().code())}});
    if (!MayTryAgain(with_.clock.Monotonic() - begin)) return;
  }
}

bool OutcomeWriter::MayTryAgain(absl::Duration took) {
  std::unique_lock lock(mu_);
  changed_.wait_for(lock, absl::ToChronoNanoseconds(kAfterFailure), [] { return false; });
  if (!stopping_ || with_.clock.Monotonic() + took < give_up_at_) return true;
  with_.telemetry.Log(telemetry::Level::kError, "delivery outcomes left unknown",
                      {{"count", absl::StrCat(waiting_.size())}});
  return false;
}

std::vector<Settlement> OutcomeWriter::Take(absl::Time& deadline) {
  std::lock_guard lock(mu_);
  deadline =
      with_.clock.Now() + std::clamp(give_up_at_ - with_.clock.Monotonic(), kLeastBudget, kBudget);
  const auto end = waiting_.begin() + std::min(waiting_.size(), kMaxBatch);
  std::vector<Settlement> batch(std::make_move_iterator(waiting_.begin()),
                                std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return batch;
}

absl::StatusOr<int> OutcomeWriter::WriteOnce() {
  absl::Time deadline;
  std::vector<Settlement> batch = Take(deadline);
  if (batch.empty()) return 0;
  const size_t count = batch.size();
  std::vector<Settlement> done;
  absl::Status written = with_.store.Settle(batch, with_.clock.Now(), deadline).status();
  if (written.ok()) {
    Append(std::move(batch), done);
  } else if (!MayPass(written)) {
    written = WriteEach(deadline, batch, done);
    if (written.ok()) {
      with_.telemetry.Log(telemetry::Level::kError, "delivery outcomes dropped",
                          {{"count", absl::StrCat(batch.size())}});
      Append(std::move(batch), done);
    }
  }
  const bool others_wait = Keep(std::move(batch));
  if (!done.empty()) with_.done(done, others_wait);
  if (!written.ok()) return written;
  return static_cast<int>(count);
}

absl::Status OutcomeWriter::WriteEach(absl::Time deadline, std::vector<Settlement>& batch,
                                      std::vector<Settlement>& written) {
  std::vector<Settlement> failed;
  absl::Status error;
  bool told = false;  // what is only put off is written where nothing else can be
  auto next = batch.begin();
  for (; next != batch.end(); ++next) {
    const absl::Status one = with_.store.Settle({*next}, with_.clock.Now(), deadline).status();
    if (one.ok()) {
      told |= next->state != mamori::v1::DELIVERY_STATE_PENDING;
      written.push_back(std::move(*next));
      continue;
    }
    error = one;
    if (MayPass(one) || (!told && failed.size() + 1 >= kWitnesses)) break;
    failed.push_back(std::move(*next));
  }
  const bool all = next == batch.end();
  batch.erase(batch.begin(), next);
  // Behind the others, so that what fails by itself does not keep the rest from being tried.
  Append(std::move(failed), batch);
  return all && (told || batch.empty()) ? absl::OkStatus() : error;
}

bool OutcomeWriter::Keep(std::vector<Settlement> rest) {
  std::lock_guard lock(mu_);
  const bool waited = unwritten_ > 0;
  unwritten_ = rest.size();
  Append(std::move(rest), waiting_);
  return waited;
}

}  // namespace mamori::notification
