#include "common/outbox/relay.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/db/database_time.h"
#include "common/outbox/outbox.h"
#include "common/status/macros.h"
#include "common/worker/lease.h"
#include "common/worker/periodic.h"

namespace mamori::outbox {
namespace {

// One of these for each shard held, in one statement. Ordered by hand afterwards.
constexpr char kReadShard[] =
    "(SELECT shard, due_time, subject_id, subject_sequence, attempt_count, event FROM outbox"
    " WHERE shard = ? AND due_time <= " MAMORI_DATABASE_NOW
    " ORDER BY shard, due_time, subject_id, subject_sequence"
    " LIMIT ?)";
constexpr char kKey[] = "(shard = ? AND due_time = ? AND subject_id = ? AND subject_sequence = ?)";
constexpr char kDelete[] = "DELETE FROM outbox WHERE ";
constexpr char kPostpone[] = "UPDATE outbox SET due_time = " MAMORI_DATABASE_NOW
                             " + ?, attempt_count = attempt_count + 1, refused = ? WHERE ";

constexpr absl::Duration kFirstBackoff = absl::Milliseconds(50);
constexpr absl::Duration kMaxBackoff = absl::Seconds(30);
// Refused for good: kept for a person, looked at again once a day in case the receiver was mended.
constexpr absl::Duration kRefusedBackoff = absl::Hours(24);
constexpr size_t kSettleChunk = 64;

struct Waiting {
  int64_t shard = 0;
  int64_t due_micros = 0;
  std::string subject_id;
  int64_t sequence = 0;
  int64_t attempts = 0;
  v1::Event event;
  bool whole = true;  // its bytes are an event
};

std::string LeaseOf(int shard) { return absl::StrCat("relay/", shard); }

void AddKey(const Waiting& row, db::Params& params) {
  params.Add(row.shard).Add(row.due_micros).Add(row.subject_id).Add(row.sequence);
}

absl::Duration BackoffAfter(int64_t attempts) {
  const int64_t doublings = std::min<int64_t>(attempts, 10);
  return std::min(kMaxBackoff, kFirstBackoff * (int64_t{1} << doublings));
}

// The receiver's answer to one event, as the relay acts on it.
enum class Answer { kTaken, kLater, kRefused };

Answer Classify(const absl::Status& status) {
  if (status.ok()) return Answer::kTaken;
  return absl::IsInvalidArgument(status) ? Answer::kRefused : Answer::kLater;
}

class SqlRelay final : public Relay {
 public:
  SqlRelay(Dependencies dependencies, Publisher publisher, RelayOptions options)
      : d_(dependencies),
        publisher_(std::move(publisher)),
        options_(options),
        holder_(d_.ids.NewId()),
        periodic_({.name = "relay",
                   .interval = options.poll_interval,
                   .linger = options.linger,
                   .shortest_interval = options.poll_interval / 20},
                  d_.ids, d_.telemetry, [this] { return RunOnce(); }) {
    // From the start, so that its first step is one that monitoring sees.
    d_.telemetry.Count("mamori_outbox_refused_total", {}, 0);
  }

  ~SqlRelay() override { Stop(); }

  void Start() override {
    if (!options_.paused) periodic_.Start();
  }

  void Stop() override {
    periodic_.Stop();
    GiveBack();
  }

  void Wake() override { periodic_.Wake(); }

  bool Behind() const override { return behind_.load(std::memory_order_relaxed); }

  absl::StatusOr<bool> RunOnce() override {
    bool full = false;
    const absl::StatusOr<bool> published = PassOn(full);
    behind_.store(full && published.ok() && *published, std::memory_order_relaxed);
    return published;
  }

 private:
  // `full` becomes true when more may wait than was read.
  absl::StatusOr<bool> PassOn(bool& full) {
    RETURN_IF_ERROR(HoldLeases());
    ASSIGN_OR_RETURN(std::vector<Waiting> rows, Read());
    if (rows.empty()) return false;
    full = rows.size() >= Share() * leases_.size();
    // A subject's events go in their order whatever their due times became.
    std::sort(rows.begin(), rows.end(), [](const Waiting& a, const Waiting& b) {
      return std::tie(a.subject_id, a.sequence) < std::tie(b.subject_id, b.sequence);
    });
    // What is none cannot be sent, and holds up nothing else: it is refused as if by the receiver.
    const auto broken =
        std::stable_partition(rows.begin(), rows.end(), [](const auto& row) { return row.whole; });
    std::vector<v1::Event> events;
    events.reserve(rows.size());
    for (auto row = rows.begin(); row != broken; ++row) events.push_back(std::move(row->event));

    const absl::Duration begin = d_.clock.Monotonic();
    // Never beyond the leases: until then no other relay has these subjects in its hands.
    const absl::Time deadline =
        d_.clock.Now() + std::min(options_.publish_timeout, sure_until_ - begin);
    std::vector<absl::Status> answers;
    if (!events.empty()) {
      ASSIGN_OR_RETURN(answers, publisher_(events, deadline));
    }
    if (answers.size() != events.size()) {
      return absl::InternalError("the receiver answered another number of events than were sent");
    }
    answers.resize(rows.size(), absl::InvalidArgumentError("an outbox row that does not parse"));
    d_.telemetry.Observe("mamori_outbox_publish_seconds", d_.clock.Monotonic() - begin);
    RETURN_IF_ERROR(Settle(rows, answers));
    return std::any_of(answers.begin(), answers.end(), [](const auto& a) { return a.ok(); });
  }

  // Takes and renews the shards' leases at a third of their life; a shard whose lease could not be
  // renewed is not read any more.
  absl::Status HoldLeases() {
    const absl::Duration begin = d_.clock.Monotonic();
    if (begin < renew_at_) return absl::OkStatus();
    std::vector<worker::Lease> held;
    const absl::Status status = d_.transactor.Run(
        {.deadline = d_.clock.Now() + options_.lease / 3, .settles_unknown_commit = true},
        [&](db::Tx& tx) -> absl::Status {
          ASSIGN_OR_RETURN(held, Acquire(tx));
          return absl::OkStatus();
        });
    if (!status.ok()) {
      leases_.clear();
      return status;
    }
    leases_ = std::move(held);
    sure_until_ = begin + options_.lease;
    renew_at_ = begin + options_.lease / 3;
    return absl::OkStatus();
  }

  // Renews those held, nearly always by one statement, and tries for the others.
  absl::StatusOr<std::vector<worker::Lease>> Acquire(db::Tx& tx) {
    std::vector<worker::Lease> held = leases_;
    ASSIGN_OR_RETURN(const bool kept, worker::RenewAll(tx, held, options_.lease));
    if (!kept) held.clear();  // one by one, then
    for (int shard = 0; shard < kShards; ++shard) {
      const std::string name = LeaseOf(shard);
      if (std::any_of(held.begin(), held.end(), [&](const auto& l) { return l.name == name; })) {
        continue;
      }
      ASSIGN_OR_RETURN(auto lease, worker::TryAcquire(tx, name, holder_, options_.lease));
      if (lease) held.push_back(*std::move(lease));
    }
    return held;
  }

  // So that another takes over at once. If it fails they expire.
  void GiveBack() {
    if (leases_.empty()) return;
    const absl::Status given = d_.transactor.Run(
        {.deadline = d_.clock.Now() + absl::Seconds(1), .settles_unknown_commit = true},
        [&](db::Tx& tx) -> absl::Status {
          for (const worker::Lease& lease : leases_) {
            RETURN_IF_ERROR(worker::Release(tx, lease));
          }
          return absl::OkStatus();
        });
    if (!given.ok()) {
      d_.telemetry.Log(telemetry::Level::kWarn, "relay_leases_kept",
                       {{"code", absl::StatusCodeToString(given.code())}});
    }
    leases_.clear();
    renew_at_ = absl::ZeroDuration();
  }

  absl::StatusOr<std::vector<Waiting>> Read() {
    if (leases_.empty()) return std::vector<Waiting>();
    std::string sql;
    db::Params params;
    for (int shard = 0; shard < kShards; ++shard) {
      if (!Holds(shard)) continue;
      absl::StrAppend(&sql, sql.empty() ? "" : " UNION ALL ", kReadShard);
      params.Add(shard).Add(static_cast<int64_t>(Share()));
    }
    return d_.transactor.Run<std::vector<Waiting>>(
        {.deadline = d_.clock.Now() + options_.lease / 3, .read_only = true},
        [&](db::Tx& tx) -> absl::StatusOr<std::vector<Waiting>> {
          ASSIGN_OR_RETURN(const db::Rows found, tx.Query(sql, params));
          std::vector<Waiting> rows;
          rows.reserve(found.size());
          for (const db::Row& row : found) {
            Waiting& waiting = rows.emplace_back();
            waiting.shard = row.GetInt64(0);
            waiting.due_micros = row.GetInt64(1);
            waiting.subject_id = row.GetBytes(2);
            waiting.sequence = row.GetInt64(3);
            waiting.attempts = row.GetInt64(4);
            waiting.whole = waiting.event.ParseFromString(row.GetBytes(5));
          }
          return rows;
        });
  }

  // Of one pass, for each shard held.
  size_t Share() const { return std::max<size_t>(1, options_.batch / leases_.size()); }

  bool Holds(int shard) const {
    const std::string name = LeaseOf(shard);
    return std::any_of(leases_.begin(), leases_.end(),
                       [&](const worker::Lease& lease) { return lease.name == name; });
  }

  // Removes what was taken and postpones the rest, while the leases are still this relay's: the
  // fence is checked and locked in the same transaction, so a stale holder changes nothing.
  absl::Status Settle(const std::vector<Waiting>& rows, const std::vector<absl::Status>& answers) {
    std::vector<const Waiting*> taken, refused;
    std::map<int64_t, std::vector<const Waiting*>> later;  // by attempts so far
    for (size_t i = 0; i < rows.size(); ++i) {
      switch (Classify(answers[i])) {
        case Answer::kTaken:
          taken.push_back(&rows[i]);
          break;
        case Answer::kLater:
          later[rows[i].attempts].push_back(&rows[i]);
          break;
        case Answer::kRefused:
          refused.push_back(&rows[i]);
          break;
      }
    }
    const double jitter = d_.ids.NewFraction();
    RETURN_IF_ERROR(d_.transactor.Run(
        {.deadline = d_.clock.Now() + options_.lease, .settles_unknown_commit = true},
        [&](db::Tx& tx) -> absl::Status {
          RETURN_IF_ERROR(worker::CheckFences(tx, leases_));
          RETURN_IF_ERROR(ForChunks(taken, [&](const std::string& where, const db::Params& keys) {
            return tx.Execute(kDelete + where, keys).status();
          }));
          for (const auto& [attempts, group] : later) {
            const absl::Duration wait = BackoffAfter(attempts) * (0.5 + jitter / 2);
            RETURN_IF_ERROR(Postpone(tx, group, wait, false));
          }
          return Postpone(tx, refused, kRefusedBackoff, true);
        }));
    if (!refused.empty()) {
      d_.telemetry.Count("mamori_outbox_refused_total", {}, refused.size());
      d_.telemetry.Log(telemetry::Level::kError, "outbox_events_refused",
                       {{"count", absl::StrCat(refused.size())}});
    }
    return absl::OkStatus();
  }

  absl::Status Postpone(db::Tx& tx, const std::vector<const Waiting*>& rows, absl::Duration wait,
                        bool refused) {
    return ForChunks(rows, [&](const std::string& where, const db::Params& keys) {
      db::Params params;
      params.Add(absl::ToInt64Microseconds(wait)).Add(refused).Append(keys);
      return tx.Execute(kPostpone + where, params).status();
    });
  }

  // Calls `execute` with "key OR key …" for chunks of the rows, rounded up to a power of two by
  // repeating the last, so that few texts exist. OR of full keys, because MariaDB makes no range
  // access of (a, b) IN ((?, ?), …).
  template <typename Execute>
  static absl::Status ForChunks(const std::vector<const Waiting*>& rows, Execute execute) {
    for (size_t first = 0; first < rows.size(); first += kSettleChunk) {
      const size_t count = std::min(kSettleChunk, rows.size() - first);
      size_t size = 1;
      while (size < count) size *= 2;
      std::string where = kKey;
      for (size_t i = 1; i < size; ++i) absl::StrAppend(&where, " OR ", kKey);
      db::Params keys;
      for (size_t i = 0; i < size; ++i) AddKey(*rows[first + std::min(i, count - 1)], keys);
      RETURN_IF_ERROR(execute(where, keys));
    }
    return absl::OkStatus();
  }

  const Dependencies d_;
  const Publisher publisher_;
  const RelayOptions options_;
  const id::Id holder_;
  // Only the running thread (or the test that calls RunOnce) touches these.
  std::vector<worker::Lease> leases_;
  // Monotonic.
  absl::Duration renew_at_;
  absl::Duration sure_until_;
  std::atomic<bool> behind_ = false;
  worker::Periodic periodic_;
};

}  // namespace

std::unique_ptr<Relay> Relay::Create(Dependencies dependencies, Publisher publisher,
                                     RelayOptions options) {
  return std::make_unique<SqlRelay>(dependencies, std::move(publisher), options);
}

}  // namespace mamori::outbox
