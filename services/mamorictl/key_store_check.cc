#include "services/mamorictl/key_store_check.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/macros.h"

namespace mamori::ctl {
namespace {

constexpr char kPlace[] =
    "SELECT CONCAT(@@hostname, ':', @@port, ' ', @@datadir), @@log_bin, @@sync_binlog,"
    " @@innodb_flush_log_at_trx_commit";
// MariaDB and MySQL name it alike by now; the older name counts days.
constexpr char kHistory[] =
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('binlog_expire_logs_seconds',"
    " 'expire_logs_days')";
constexpr char kReplicas[] =
    "SELECT COUNT(*) FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'";
constexpr char kCluster[] = "SHOW GLOBAL STATUS LIKE 'wsrep_cluster_size'";

int64_t NumberOf(const std::string& text) {
  double number = 0;
  return absl::SimpleAtod(text, &number) ? static_cast<int64_t>(number) : 0;
}

absl::StatusOr<ServerFacts> Read(db::Tx& tx) {
  ServerFacts facts;
  ASSIGN_OR_RETURN(const db::Rows place, tx.Query(kPlace, {}));
  facts.place = place[0].GetBytes(0);
  facts.binlog = place[0].GetInt64(1) != 0;
  facts.sync_binlog = place[0].GetInt64(2);
  facts.flush_log = place[0].GetInt64(3);
  ASSIGN_OR_RETURN(const db::Rows history, tx.Query(kHistory, {}));
  for (const db::Row& row : history) {
    const bool days = row.GetBytes(0) == "expire_logs_days";
    const int64_t number = NumberOf(row.GetBytes(1));
    facts.history =
        std::max(facts.history, days ? absl::Hours(24 * number) : absl::Seconds(number));
  }
  ASSIGN_OR_RETURN(const db::Rows replicas, tx.Query(kReplicas, {}));
  facts.replicas = replicas[0].GetInt64(0);
  ASSIGN_OR_RETURN(const db::Rows cluster, tx.Query(kCluster, {}));
  if (!cluster.empty()) facts.cluster_size = NumberOf(cluster[0].GetBytes(1));
  return facts;
}

}  // namespace

absl::StatusOr<ServerFacts> ReadServerFacts(db::Transactor& transactor, absl::Time deadline) {
  return transactor.Run<ServerFacts>({.deadline = deadline, .read_only = true}, Read);
}

std::vector<std::string> KeyStoreFaults(const ServerFacts& store, const ServerFacts& database) {
  std::vector<std::string> faults;
  if (store.place == database.place) {
    faults.push_back("it is the server that has the content: a backup of one has the other");
  }
  if (!store.binlog) {
    faults.push_back("no binary log: keys made since its last backup are lost with its disk");
  } else if (store.sync_binlog != 1) {
    faults.push_back(absl::StrCat("sync_binlog is ", store.sync_binlog,
                                  ", want 1: a replica may lack keys after a crash"));
  }
  if (store.flush_log != 1) {
    faults.push_back(absl::StrCat("innodb_flush_log_at_trx_commit is ", store.flush_log,
                                  ", want 1: a crash loses keys that content is sealed with"));
  }
  if (store.binlog && store.history <= absl::ZeroDuration()) {
    faults.push_back(
        "its binary log is kept for ever, want 7 days at most: what was erased could "
        "be brought back from it");
  } else if (store.binlog && store.history > kLongestKeyHistory) {
    faults.push_back(absl::StrCat("its binary log is kept ", absl::ToInt64Hours(store.history),
                                  " hours, want 168 (7 days) at most: what was erased could be "
                                  "brought back from it"));
  }
  if (store.replicas == 0 && store.cluster_size < 2) {
    faults.push_back("nobody replicates it: with its disk all content is lost");
  }
  return faults;
}

}  // namespace mamori::ctl
