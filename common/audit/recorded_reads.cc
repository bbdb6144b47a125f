#include "common/audit/recorded_reads.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "common/audit/hash.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/day.h"

namespace mamori::audit {
namespace {

constexpr char kSelect[] =
    "SELECT group_id, time, count, root, mac, entries FROM audit_group"
    " WHERE time <= ? AND ((time = ? AND group_id > ?) OR time > ?)"
    " ORDER BY time, group_id LIMIT 500";

// Whether the row is one that the service wrote.
bool IsOurs(const Authenticator& authenticator, const db::Row& row,
            const std::vector<std::string_view>& entries) {
  std::vector<std::string> hashes;
  for (const std::string_view one : entries) hashes.push_back(HashOf(one));
  const std::string root = MerkleRoot(hashes);
  return root == row.GetBytes(3) &&
         authenticator.OfGroup(row.GetBytes(0), row.GetInt64(2), root) == row.GetBytes(4);
}

class Gathering {
 public:
  Gathering(const Authenticator& authenticator, const ReadsQuestion& question)
      : authenticator_(authenticator), question_(question) {}

  void Add(const db::Row& row) {
    const auto entries = Split(row.GetBytes(5));
    if (!entries.ok() || !IsOurs(authenticator_, row, *entries)) {
      ++unbelieved_;
      return;
    }
    for (const std::string_view encoded : *entries) {
      const absl::StatusOr<Entry> entry = Decode(encoded);
      if (entry.ok() && Matches(*entry)) Count(*entry);
    }
  }

  RecordedReads Finish() && {
    RecordedReads found{.unbelieved = unbelieved_};
    for (auto& [unused, read] : reads_) found.reads.push_back(std::move(read));
    return found;
  }

 private:
  bool Matches(const Entry& entry) const {
    // One that is told by day is of some moment of the day that ends then.
    const bool by_day = time::BeginOfDay(entry.time) == entry.time;
    return entry.kind == question_.kind && entry.tenant == question_.tenant &&
           entry.time >= question_.from && (by_day || entry.time <= question_.to) &&
           IsAskedFor(entry);
  }

  bool IsAskedFor(const Entry& entry) const {
    if (!question_.person.empty() && entry.who.person != question_.person) return false;
    if (!question_.person.empty() && question_.resources.empty()) return true;
    return question_.resources.contains(entry.resource_id);
  }

  void Count(const Entry& entry) {
    RecordedRead& read = reads_[{entry.resource_id, entry.who.person, entry.action}];
    if (read.count++ == 0) {
      read.resource_id = entry.resource_id;
      read.person = entry.who.person;
      read.action = entry.action;
      read.first = read.last = entry.time;
    }
    read.first = std::min(read.first, entry.time);
    read.last = std::max(read.last, entry.time);
  }

  const Authenticator& authenticator_;
  const ReadsQuestion& question_;
  std::map<std::tuple<id::Id, std::string, std::string>, RecordedRead> reads_;
  int64_t unbelieved_ = 0;
};

}  // namespace

absl::StatusOr<RecordedReads> FindReads(db::Transactor& transactor,
                                        const Authenticator& authenticator,
                                        const ReadsQuestion& question, absl::Time deadline) {
  Gathering gathering(authenticator, question);
  const absl::Time end = time::EndOfDay(question.to);
  absl::Time time = question.from;
  std::string group_id;  // before every id
  for (int64_t seen = 0;;) {
    db::Params params;
    params.Add(end).Add(time).Add(group_id).Add(time);
    ASSIGN_OR_RETURN(
        const db::Rows rows,
        transactor.Run<db::Rows>({.deadline = deadline, .read_only = true},
                                 [&](db::Tx& tx) { return tx.Query(kSelect, params); }));
    for (const db::Row& row : rows) gathering.Add(row);
    if (rows.empty()) return std::move(gathering).Finish();
    seen += static_cast<int64_t>(rows.size());
    if (seen > kMaxRowsOfReads) {
      return status::StateNotAllowed("more was read within the window than can be looked through");
    }
    time = rows.back().GetTime(1);
    group_id = rows.back().GetBytes(0);
  }
}

}  // namespace mamori::audit
