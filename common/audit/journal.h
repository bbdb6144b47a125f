// Writes audit entries, in the transaction that does what they tell of.
#ifndef MAMORI_COMMON_AUDIT_JOURNAL_H_
#define MAMORI_COMMON_AUDIT_JOURNAL_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/entry.h"
#include "common/crypto/keyed_hash.h"
#include "common/db/tx.h"
#include "common/time/clock.h"

namespace mamori::audit {

// First entries of chains that were written together, as one row.
struct Group {
  id::Id group_id;
  std::vector<std::string> entries;  // Encode
  std::vector<std::string> hashes;   // HashOf each
  std::string root;
};

// What a chain goes on with, and the hash of its first entry as Journal::Append wants it.
struct Continuation {
  Entry entry;
  std::string first;
};

// Whether a row is one of ours: no database has the key. Thread safe.
class Authenticator {
 public:
  Authenticator(crypto::KeyedHash key, std::string service)
      : key_(std::move(key)), service_(std::move(service)) {}

  std::string OfEntry(std::string_view hash) const { return key_.Tag({"entry", service_, hash}); }
  std::string OfGroup(std::string_view group_id, int64_t count, std::string_view root) const;
  // Of a mutable row, for Entry::record: what a column held cannot be tried out without the key.
  std::string OfRecord(std::initializer_list<std::string_view> columns) const {
    return key_.Tag(columns);
  }
  const std::string& service() const { return service_; }

 private:
  const crypto::KeyedHash key_;
  const std::string service_;
};

// Stores call one of these as the last thing of their transactions. Sequence, time and previous of
// what they give are set here. Thread safe.
class Journal {
 public:
  Journal(crypto::KeyedHash key, std::string service, const time::Clock& clock)
      : authenticator_(std::move(key), std::move(service)), clock_(clock) {}

  // Begins chains: one row for all, and no lock. All are `by_day` or none. Whoever goes on with one
  // of them later needs the hash of its first entry, so it is stored with the resource. Also for
  // what has no second entry.
  absl::StatusOr<Group> Begin(db::Tx& tx, const std::vector<Entry>& entries) const;
  // As Begin, for entries of both kinds, each kind in a row of its own. The hash of each.
  absl::StatusOr<std::vector<std::string>> BeginEach(db::Tx& tx,
                                                     const std::vector<Entry>& entries) const;

  // Goes on with a chain, whose resource this transaction has locked. `first` is the hash that
  // Begin gave; empty for a resource from before the audit, whose chain begins here.
  absl::Status Append(db::Tx& tx, Entry entry, std::string_view first) const;
  // As Append for each of them in this order, in two statements. All are of one kind; several may
  // be of one resource, and then have the same `first`.
  absl::Status AppendEach(db::Tx& tx, std::vector<Continuation> entries) const;

  const Authenticator& authenticator() const { return authenticator_; }

 private:
  // The last entry of a chain; none has the sequence 0.
  struct Head {
    int64_t sequence = 0;
    std::string hash;
  };
  struct NewRow {
    Head head;
    db::Params values;
  };

  absl::Time TimeOf(bool by_day) const;
  // Of a chain that has no row of its own yet.
  static Head HeadOf(std::string_view first);
  NewRow RowOf(Entry entry, const Head& head) const;

  const Authenticator authenticator_;
  const time::Clock& clock_;
};

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_JOURNAL_H_
