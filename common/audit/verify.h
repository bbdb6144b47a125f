// Whether a service's audit is what was written, as someone sees it who trusts nothing in the
// database: neither its rows nor their order, number and times.
#ifndef MAMORI_COMMON_AUDIT_VERIFY_H_
#define MAMORI_COMMON_AUDIT_VERIFY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/checkpoint.h"
#include "common/audit/journal.h"
#include "common/db/transaction.h"
#include "common/sealing/sealer.h"

namespace mamori::audit {

struct VerifyOptions {
  absl::Time now;
  // The newest checkpoint of every sink must be younger.
  absl::Duration max_age = absl::Minutes(1);
  // Entries this long before the last checkpoint may not be in it yet: Checkpointer's window.
  absl::Duration open = absl::Seconds(30);
  // Whether the rows that the audit tells of are compared with it too.
  bool content = true;
  // Opens their content. Without it what a row holds cannot be compared, only whether it is there
  // and, of a report, whether it is the one.
  const sealing::Sealer* sealer = nullptr;
  // Whether each file that was handed in is read through and hashed again, which `sealer` opens.
  bool evidence = false;
};

// A copy of a service's checkpoints that its database's owner could not change.
struct SinkCopy {
  std::string name;  // for findings
  std::vector<v1::Checkpoint> checkpoints;
};

// What is known of one chain after its rows were read.
struct Chain {
  Kind kind = Kind::kNone;
  std::string tenant;
  int64_t length = 0;
  std::string head;
  absl::Time begun;  // of the first entry
  absl::Time time;   // of the head
  std::vector<std::string> commitments;
  std::string record;
  int64_t access_version = 0;
  std::string access;
  Kind cause_kind = Kind::kNone;
  id::Id cause_id;
  int64_t content_rows = 0;  // found as committed to
  bool record_row = false;   // found at all
  bool disposed = false;     // what it committed to before is gone, and rightly
};
// By the kind's byte and the resource's id.
using Chains = std::unordered_map<std::string, Chain>;
std::string ChainKey(Kind kind, std::string_view resource_id);

struct Verified {
  std::string service;
  std::vector<std::string> findings;  // in the order in which they were met; the first is the first
                                      // bad entry
  Chains chains;
  int64_t entries = 0;
  int64_t checkpoints = 0;
  int64_t erased = 0;  // rows whose content no key opens any more
  int64_t files = 0;   // read through
  int64_t file_bytes = 0;
  int64_t open_entries = 0;  // after the last checkpoint: authentic, but whether any are missing
                             // cannot be said
};

class Verifier {
 public:
  Verifier(db::Transactor& transactor, Authenticator authenticator, std::string public_key,
           VerifyOptions options)
      : transactor_(transactor),
        authenticator_(std::move(authenticator)),
        public_key_(std::move(public_key)),
        options_(options) {}

  // Errors are the database's; whatever is wrong with the audit is a finding.
  absl::StatusOr<Verified> Run(const std::vector<SinkCopy>& sinks);

 private:
  // What a checkpoint says of a chain, or of a group (kind kNone).
  struct Claim {
    int64_t length = 0;
    std::string head;
    int64_t number = 0;
    bool met = false;
  };

  absl::Status ReadCheckpoints();
  void CheckSink(const SinkCopy& sink);
  absl::Status CheckLeaves();
  absl::Status CheckGroups();
  void CheckGroup(const db::Row& row);
  absl::Status CheckEntries();
  void CheckEntry(const db::Row& row);
  void CheckClaims();
  void Extend(Chain& chain, const Entry& entry, std::string hash);
  // True when it is older than what a checkpoint must cover.
  bool MustBeCovered(absl::Time time) const { return time < covered_until_; }
  void Find(std::string text);

  // verify_content.cc
  absl::Status CheckContent();
  struct Committed;
  absl::Status CheckCommitted(const Committed& table);
  absl::StatusOr<std::optional<sealing::KeyRing>> KeysOf(const db::Rows& rows);
  void CheckCommittedRow(const Committed& table, const db::Row& row,
                         const std::optional<sealing::KeyRing>& keys);
  // verify_evidence.cc
  absl::Status CheckEvidence();
  // DATA_LOSS says what is wrong with the file.
  absl::Status CheckFile(const db::Row& row);
  absl::Status CheckCases();
  void CheckCase(const db::Row& row);
  absl::Time genesis() const {
    return checkpoints_.empty() ? absl::InfinitePast()
                                : absl::FromUnixMicros(checkpoints_.front().time_micros());
  }
  absl::StatusOr<db::Rows> Read(const std::string& sql, const db::Params& params);

  db::Transactor& transactor_;
  const Authenticator authenticator_;
  const std::string public_key_;
  const VerifyOptions options_;
  Verified verified_;
  std::vector<v1::Checkpoint> checkpoints_;
  absl::Time covered_until_ = absl::InfinitePast();
  // By ChainKey; each in the order of the checkpoints.
  std::unordered_map<std::string, std::vector<Claim>> claims_;
};

// Longer than a report waits for its case: an anonymous one says the day alone, may leave with
// others hours later, and triage may have been away.
inline constexpr absl::Duration kCaseOpenedWithin = absl::Hours(48);

// Whether what the services say of one another holds at `now`: a case's report, a notification's
// case, and that each report got a case, so that none was taken out before triage heard of it.
std::vector<std::string> CheckReferences(const std::map<std::string, const Verified*>& services,
                                         absl::Time now);

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_VERIFY_H_
