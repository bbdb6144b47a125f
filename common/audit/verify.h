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
  void CheckRows();
  // What is said of a row unless its resource was disposed of after its chain was read.
  struct Suspect {
    Kind kind = Kind::kNone;
    std::string resource_id;
    std::string text;
  };
  void Suspects(Kind kind, std::string_view resource_id, std::string text) {
    suspects_.push_back({kind, std::string(resource_id), std::move(text)});
  }
  absl::Status ResolveSuspects();
  absl::StatusOr<bool> WasDisposedSince(const Suspect& suspect);
  // Whether a row that tells this time must be in the audit that was read.
  bool MustBeKnown(absl::Time told) const;
  struct Committed;
  absl::Status CheckCommitted(const Committed& table);
  // The keys of what stands in the column `content` from the byte `from` on; none without a sealer.
  absl::StatusOr<std::optional<sealing::KeyRing>> KeysOf(const db::Rows& rows, size_t content,
                                                         size_t from = 0);
  void CheckCommittedRow(const Committed& table, const db::Row& row,
                         const std::optional<sealing::KeyRing>& keys);
  void CheckErased(const id::Id& resource_id, const Chain& chain);
  // verify_evidence.cc
  absl::Status CheckEvidence();
  // DATA_LOSS says what is wrong with the file.
  absl::Status CheckFile(const db::Row& row);
  absl::Status CheckCases();
  void CheckCase(const db::Row& row);

  // verify_decisions.cc
  // Of an entry of a report or a hold: what it decided.
  void NoteDecision(const Entry& entry);
  // What reporters decided, a row each.
  absl::Status CheckDecisions();
  void CheckDecision(Kind table, const db::Row& row);
  // Whom and what holds name.
  absl::Status CheckHeld();

  // verify_records.cc
  struct Records;
  // Rows with a record that changes, of which the audit has the newest version.
  absl::Status CheckRecords(const Records& table);
  void CheckRecord(const Records& table, const db::Row& row,
                   const std::optional<sealing::KeyRing>& keys);
  absl::Status CheckEachRecord();
  // Lets be in `erased_records_` what went with a record that was disposed of, and finds the rest.
  absl::Status ResolveErasedRecords();
  absl::Status CheckAssessments();
  void CheckAssessment(const db::Row& row, const std::optional<sealing::KeyRing>& keys);
  // The last entry of a chain as the row's statement read it, when it is ours and was not known.
  std::optional<Entry> NewerHead(const Chain* chain, const db::Row& row, size_t entry,
                                 size_t mac) const;
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
  // Of a report, what its reporter decided, in which no row was found yet; by ChainKey.
  std::unordered_map<std::string, std::vector<std::string>> decisions_;
  // The holds on a case or a person, in which no row was found yet; by ChainKey.
  std::unordered_map<std::string, std::vector<id::Id>> held_;
  std::vector<Suspect> suspects_;
  // What is said of rows that no key opens any more and that are about no case, by the key's id.
  std::unordered_map<std::string, std::vector<std::string>> erased_records_;
};

// Said of content that no key opens any more, though its chain tells of no disposal.
inline constexpr char kErasedUndecided[] =
    ": no key opens it any more, though nobody decided to erase it";

// Longer than a report waits for its case: an anonymous one says the day alone, may leave with
// others hours later, and triage may have been away.
inline constexpr absl::Duration kCaseOpenedWithin = absl::Hours(48);

// Whether what the services say of one another holds at `now`: a case's report, a notification's
// case, and that each report got a case, so that none was taken out before triage heard of it.
std::vector<std::string> CheckReferences(const std::map<std::string, const Verified*>& services,
                                         absl::Time now);

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_VERIFY_H_
