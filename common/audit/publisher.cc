#include "common/audit/publisher.h"

#include <utility>

#include "common/audit/checkpointer.h"
#include "common/status/macros.h"

namespace mamori::audit {
namespace {

constexpr char kSelectLast[] = "SELECT MAX(number) FROM audit_delivery WHERE sink = ?";
constexpr char kInsert[] = "INSERT INTO audit_delivery (sink, number, time) VALUES ";
constexpr int kBatch = 64;
constexpr absl::Duration kTimeout = absl::Seconds(10);

}  // namespace

Publisher::Publisher(db::Transactor& transactor, std::string service,
                     std::vector<std::unique_ptr<Sink>> sinks, const time::Clock& clock,
                     telemetry::Telemetry& telemetry)
    : transactor_(transactor),
      service_(std::move(service)),
      sinks_(std::move(sinks)),
      clock_(clock),
      telemetry_(telemetry) {
  for (const auto& sink : sinks_) {
    telemetry_.Count("mamori_audit_sink_failures_total", {{"sink", sink->name()}}, 0);
  }
}

absl::StatusOr<bool> Publisher::RunOnce() {
  bool did = false;
  absl::Status failed;
  for (const auto& sink : sinks_) {
    const absl::StatusOr<bool> fed = Feed(*sink);
    if (fed.ok()) {
      did |= *fed;
    } else {
      telemetry_.Count("mamori_audit_sink_failures_total", {{"sink", sink->name()}});
      failed = fed.status();
    }
  }
  if (!failed.ok()) return failed;
  return did;
}

absl::StatusOr<int64_t> Publisher::LastNoted(const Sink& sink) {
  return transactor_.Run<int64_t>(
      {.deadline = clock_.Now() + kTimeout, .read_only = true},
      [&](db::Tx& tx) -> absl::StatusOr<int64_t> {
        ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kSelectLast, db::Params().Add(sink.name())));
        return rows[0].IsNull(0) ? -1 : rows[0].GetInt64(0);
      });
}

absl::StatusOr<bool> Publisher::Feed(Sink& sink) {
  ASSIGN_OR_RETURN(std::optional<int64_t> last, sink.Last());
  const bool knows = last.has_value();
  if (!knows) {
    ASSIGN_OR_RETURN(last, LastNoted(sink));
  }
  using Checkpoints = std::vector<v1::Checkpoint>;
  ASSIGN_OR_RETURN(const Checkpoints next,
                   transactor_.Run<Checkpoints>(
                       {.deadline = clock_.Now() + kTimeout, .read_only = true},
                       [&](db::Tx& tx) { return ReadCheckpoints(tx, service_, *last, kBatch); }));
  if (next.empty()) return false;
  RETURN_IF_ERROR(sink.Write(next));
  if (!knows) {
    const absl::Time now = clock_.Now();
    // Another replica may have written the same down.
    const absl::Status noted =
        transactor_.Run({.deadline = now + kTimeout}, [&](db::Tx& tx) -> absl::Status {
          std::vector<db::Params> rows;
          for (const v1::Checkpoint& one : next) {
            rows.push_back(db::Params().Add(sink.name()).Add(one.number()).Add(now));
          }
          return tx.InsertRows(kInsert, rows);
        });
    if (!noted.ok() && !absl::IsAlreadyExists(noted)) return noted;
  }
  return true;
}

}  // namespace mamori::audit
