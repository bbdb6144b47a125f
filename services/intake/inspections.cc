#include "services/intake/inspections.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/crypto/sha256.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "common/time/timestamp.h"
#include "services/intake/inspection_metrics.h"

namespace mamori::intake {
namespace {

constexpr char kLease[] = "evidence/inspect";
constexpr int kLooked = 50;
constexpr size_t kMaxTypeBytes = 127;
constexpr size_t kMaxReasonBytes = 200;

// What comes from the process that read the file is not believed further than this.
std::string Printable(std::string_view text, size_t limit) {
  std::string out(text.substr(0, limit));
  for (char& c : out) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return out;
}

v1::MalwareVerdict VerdictOf(inspection::Inspection::Malware malware) {
  switch (malware) {
    case inspection::Inspection::kClean:
      return v1::MALWARE_VERDICT_CLEAN;
    case inspection::Inspection::kInfected:
      return v1::MALWARE_VERDICT_INFECTED;
    case inspection::Inspection::kNotScanned:
      return v1::MALWARE_VERDICT_NOT_SCANNED;
  }
  return v1::MALWARE_VERDICT_NOT_SCANNED;
}

}  // namespace

// The original, whose reading keeps the lease.
class Inspections::Pulled final : public inspection::Source {
 public:
  Pulled(Inspections& owner, BlobReader& reader) : owner_(owner), reader_(reader) {}
  absl::StatusOr<std::string> Next() override {
    RETURN_IF_ERROR(owner_.Keep());
    return reader_.Next();
  }

 private:
  Inspections& owner_;
  BlobReader& reader_;
};

// The derivative, whose writing keeps the lease.
class Inspections::Pushed final : public inspection::Sink {
 public:
  Pushed(Inspections& owner, BlobWriter& writer) : owner_(owner), writer_(writer) {}
  absl::Status Write(std::string_view bytes) override {
    RETURN_IF_ERROR(owner_.Keep());
    hash_.Add(bytes);
    return writer_.Write(bytes);
  }
  std::string Hash() { return hash_.Finish(); }

 private:
  Inspections& owner_;
  BlobWriter& writer_;
  crypto::Sha256 hash_;
};

absl::StatusOr<bool> Inspections::Acquire() {
  const absl::Duration begin = d_.clock.Monotonic();
  ASSIGN_OR_RETURN(lease_,
                   d_.transactor.Run<std::optional<worker::Lease>>(
                       {.deadline = Soon(), .settles_unknown_commit = true}, [&](db::Tx& tx) {
                         return worker::TryAcquire(tx, kLease, holder_, options_.lease);
                       }));
  renew_at_ = begin + options_.lease / 2;
  return lease_.has_value();
}

void Inspections::Stop() {
  stopped_.store(true, std::memory_order_release);
  d_.inspector.Stop();
}

absl::Status Inspections::CheckGoesOn() const {
  if (!stopped_.load(std::memory_order_acquire)) return absl::OkStatus();
  return absl::AbortedError("the service is stopping");
}

absl::Status Inspections::Keep() {
  RETURN_IF_ERROR(CheckGoesOn());
  if (lease_ && d_.clock.Monotonic() < renew_at_) return absl::OkStatus();
  const int64_t fence = lease_ ? lease_->fence : 0;
  ASSIGN_OR_RETURN(const bool kept, Acquire());
  if (kept && lease_->fence == fence) return absl::OkStatus();
  return absl::AbortedError("another replica inspects");
}

void Inspections::Release() {
  if (!lease_) return;
  // Where this fails the lease's time ends it.
  (void)d_.transactor.Run({.deadline = Soon()},
                          [&](db::Tx& tx) { return worker::Release(tx, *lease_); });
  lease_.reset();
}

absl::StatusOr<std::optional<EvidenceRow>> Inspections::Next() {
  const std::string kFirst(16, '\0');
  for (std::string after = kFirst;;) {
    ASSIGN_OR_RETURN(std::vector<EvidenceRow> rows,
                     d_.store.ListUninspected(after, kLooked, Soon()));
    if (rows.empty() && after == kFirst) waiting_.clear();
    for (EvidenceRow& row : rows) {
      const auto found = waiting_.find(row.evidence_id);
      if (found == waiting_.end() || found->second.until <= d_.clock.Now()) {
        return std::optional<EvidenceRow>(std::move(row));
      }
    }
    if (static_cast<int>(rows.size()) < kLooked) return std::optional<EvidenceRow>();
    after = rows.back().evidence_id;
  }
}

absl::StatusOr<bool> Inspections::RunOnce() {
  if (!CheckGoesOn().ok()) return false;
  ASSIGN_OR_RETURN(const bool mine, Acquire());
  if (!mine) return false;
  ASSIGN_OR_RETURN(const std::optional<EvidenceRow> row, Next());
  if (!row) return false;
  // After a restore to before its erasure a file is there again, and nobody opens it.
  if (sealing::IsErased(d_.sealer.FetchKey(row->tenant, row->body, Soon()).status())) {
    Defer(*row, options_.max_wait);
    return true;
  }
  const absl::Status inspected = Inspect(*row);
  bool done = inspected.ok();
  if (absl::IsNotFound(inspected)) {
    ASSIGN_OR_RETURN(const bool there, IsThere(*row));
    done = !there;
  }
  if (done) {
    waiting_.erase(row->evidence_id);
    return true;
  }
  // Nothing failed: whoever comes next inspects it at once.
  if (!CheckGoesOn().ok()) return false;
  CountFailedInspection(d_.telemetry);
  Defer(*row, options_.first_wait);
  return inspected;
}

absl::StatusOr<bool> Inspections::IsThere(const EvidenceRow& row) {
  const absl::Status found =
      d_.store.Get(row.tenant, row.report_id, row.evidence_id, Soon()).status();
  if (absl::IsNotFound(found)) return false;
  RETURN_IF_ERROR(found);
  return true;
}

void Inspections::Defer(const EvidenceRow& row, absl::Duration first) {
  Wait& wait = waiting_.try_emplace(row.evidence_id, Wait{.next = first}).first->second;
  wait.until = d_.clock.Now() + wait.next;
  wait.next = std::min(options_.max_wait, wait.next * 2);
}

absl::Status Inspections::Inspect(const EvidenceRow& row) {
  const StoredFile original = OriginalOf(row);
  const StoredFile derivative = DerivativeOf(row, {});
  // What an inspection before left half written goes.
  const std::string writer = d_.ids.NewId();
  RETURN_IF_ERROR(d_.blobs.Open(derivative.blob, writer, Soon()).status());
  RETURN_IF_ERROR(d_.blobs.Truncate(derivative.blob, writer, Soon()));
  BlobReader reader(d_.blobs, d_.sealer, d_.clock, original);
  BlobWriter writing(d_.blobs, d_.sealer, d_.clock, derivative, writer, 0);
  Pulled pulled(*this, reader);
  Pushed pushed(*this, writing);
  const absl::Duration begin = d_.clock.Monotonic();
  ASSIGN_OR_RETURN(const inspection::Inspection found, d_.inspector.Inspect(pulled, pushed));
  const absl::Duration took = d_.clock.Monotonic() - begin;
  RETURN_IF_ERROR(Keep());

  v1::EvidenceAccess body;
  v1::EvidenceInspection& kept = *body.mutable_inspection();
  kept.set_media_type(Printable(found.media_type, kMaxTypeBytes));
  kept.set_malware(VerdictOf(found.malware));
  kept.set_malware_reason(Printable(found.malware_reason, kMaxReasonBytes));
  *kept.mutable_inspect_time() = time::ToTimestamp(time::Told(d_.clock.Now(), row.anonymous));
  const bool infected = found.malware == inspection::Inspection::kInfected;
  if (found.has_derivative && !infected && writing.size() > 0) {
    kept.set_derivative_size(writing.size());
    RETURN_IF_ERROR(writing.Finish());
    kept.set_derivative_sha256(pushed.Hash());
    kept.set_has_derivative(true);
  } else {
    RETURN_IF_ERROR(d_.blobs.Truncate(derivative.blob, writer, Soon()));
    kept.set_no_derivative_reason(infected ? "the file is infected"
                                  : found.has_derivative
                                      ? "nothing of it is left"
                                      : Printable(found.no_derivative_reason, kMaxReasonBytes));
  }
  EvidenceAccessRow access;
  access.access_id = d_.ids.NewId();
  access.kind = v1::EVIDENCE_ACCESS_KIND_INSPECTION;
  access.caller = "intake";
  access.create_time = time::Told(d_.clock.Now(), row.anonymous);
  NewEvidenceAccess sealed;
  {
    ASSIGN_OR_RETURN(const sealing::DataKey key, KeyOfEvidence(d_.sealer, row, Soon()));
    sealed = SealAccess(key, row, std::move(access), "InspectEvidence", body);
  }
  sealed.event = EventOfEvidence(row, d_.ids.NewId(), sealed.row.create_time);
  sealed.event.mutable_evidence_inspected()->set_evidence_id(row.evidence_id);
  ASSIGN_OR_RETURN(const bool settled, d_.store.Settle(sealed, *lease_, Soon()));
  if (!settled) return absl::OkStatus();
  CountInspection(d_.telemetry, found.malware, took);
  d_.settled();
  return absl::OkStatus();
}

}  // namespace mamori::intake
