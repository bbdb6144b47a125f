// Whether a key store is run as content needs it: apart, durable, replicated, and with a history
// that ends.
#ifndef MAMORI_SERVICES_MAMORICTL_KEY_STORE_CHECK_H_
#define MAMORI_SERVICES_MAMORICTL_KEY_STORE_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/transaction.h"

namespace mamori::ctl {

// Longer than that nothing may be brought back that was erased.
inline constexpr absl::Duration kLongestKeyHistory = absl::Hours(7 * 24);

// How a database server is run.
struct ServerFacts {
  std::string place;  // host, port and data directory: one server's alone
  bool binlog = false;
  int64_t sync_binlog = 0;
  int64_t flush_log = 0;     // innodb_flush_log_at_trx_commit
  absl::Duration history;    // of the binary log; zero: kept for ever
  int64_t replicas = 0;      // that read the binary log now
  int64_t cluster_size = 0;  // of Galera; zero outside it
};

// Reads it. PERMISSION_DENIED or what else the database says: the user has to see the processes of
// others (PROCESS).
absl::StatusOr<ServerFacts> ReadServerFacts(db::Transactor& transactor, absl::Time deadline);

// What is wrong with `store` as the key store beside `database`, a sentence each. Pure.
std::vector<std::string> KeyStoreFaults(const ServerFacts& store, const ServerFacts& database);

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_KEY_STORE_CHECK_H_
