#include "common/sealing/eraser.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/config/line_file.h"
#include "common/db/in_list.h"
#include "common/status/macros.h"

namespace mamori::sealing {
namespace {

constexpr char kInsert[] =
    "INSERT INTO erased_key (key_id, erase_time) SELECT ?, ? FROM DUAL"
    " WHERE NOT EXISTS (SELECT 1 FROM erased_key WHERE key_id = ?)";
constexpr char kSelectPage[] =
    "SELECT key_id FROM erased_key WHERE key_id > ? ORDER BY key_id LIMIT 500";
constexpr char kSelectListed[] = "SELECT key_id FROM erased_key WHERE key_id IN (";
constexpr size_t kPage = 500;
constexpr size_t kHexDigits = 2 * kKeyIdBytes;
constexpr absl::Duration kTimeout = absl::Seconds(10);

}  // namespace

absl::Status ListErased(db::Tx& tx, const std::vector<std::string>& key_ids, absl::Time now) {
  for (const std::string& id : key_ids) {
    RETURN_IF_ERROR(tx.Execute(kInsert, db::Params().Add(id).Add(now).Add(id)).status());
  }
  return absl::OkStatus();
}

absl::Status Eraser::Erase(const std::vector<std::string>& key_ids, absl::Time deadline) {
  if (key_ids.empty()) return absl::OkStatus();
  {
    std::lock_guard lock(mu_);
    for (const std::string& id : key_ids) waiting_.emplace(id, false);
  }
  RETURN_IF_ERROR(List(key_ids));
  RETURN_IF_ERROR(store_.Erase(key_ids, clock_.Now(), deadline));
  std::lock_guard lock(mu_);
  for (const std::string& id : key_ids) waiting_.erase(id);
  return absl::OkStatus();
}

absl::Status Eraser::FinishErasures(absl::Time deadline) {
  std::vector<std::string> key_ids;
  {
    std::lock_guard lock(mu_);
    for (const auto& [id, listed] : waiting_) key_ids.push_back(id);
  }
  return Erase(key_ids, deadline);
}

absl::Status Eraser::List(const std::vector<std::string>& key_ids) {
  std::vector<std::string> missing;
  {
    std::lock_guard lock(mu_);
    for (const std::string& id : key_ids) {
      const auto waiting = waiting_.find(id);
      if (waiting == waiting_.end() || !waiting->second) missing.push_back(id);
    }
  }
  if (missing.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(Append(missing));
  std::lock_guard lock(mu_);
  for (const std::string& id : missing) {
    const auto waiting = waiting_.find(id);
    if (waiting != waiting_.end()) waiting->second = true;
  }
  return absl::OkStatus();
}

absl::Status Eraser::Append(const std::vector<std::string>& key_ids) const {
  if (file_.empty()) return absl::OkStatus();
  std::string lines;
  for (const std::string& id : key_ids) {
    absl::StrAppend(&lines, absl::BytesToHexString(id), "\n");
  }
  return config::AppendLines(file_, lines, "sealing.erasure_file");
}

absl::StatusOr<std::vector<std::string>> Eraser::ReadFile() const {
  std::vector<std::string> ids;
  if (file_.empty() || access(file_.c_str(), F_OK) != 0) return ids;
  std::ifstream in(file_);
  if (!in) return absl::FailedPreconditionError("sealing.erasure_file cannot be read");
  for (std::string line; std::getline(in, line);) {
    // Of a line that was cut short the erasure was not answered, and stands in another one. Whoever
    // goes on in such a line, as others once did, ends it with an id that was answered.
    if (line.size() < kHexDigits) continue;
    const std::string id = line.substr(line.size() - kHexDigits);
    if (std::all_of(id.begin(), id.end(), absl::ascii_isxdigit)) {
      ids.push_back(absl::HexStringToBytes(id));
    }
  }
  return ids;
}

absl::Status Eraser::ListIn(db::Transactor& own, const std::vector<std::string>& key_ids) const {
  if (key_ids.empty()) return absl::OkStatus();
  const std::vector<std::string> list = db::InList(key_ids);
  const std::string sql = absl::StrCat(kSelectListed, db::Placeholders(list.size()), ")");
  return own.Run({.deadline = clock_.Now() + kTimeout, .settles_unknown_commit = true},
                 [&](db::Tx& tx) -> absl::Status {
                   ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(sql, db::Params().AddAll(list)));
                   std::set<std::string> missing(key_ids.begin(), key_ids.end());
                   for (const db::Row& row : rows) missing.erase(row.GetBytes(0));
                   return ListErased(tx, {missing.begin(), missing.end()}, clock_.Now());
                 });
}

absl::StatusOr<int64_t> Eraser::EraseAgain(const std::vector<std::string>& key_ids) {
  ASSIGN_OR_RETURN(const StoredKeys keys, store_.Find(key_ids, clock_.Now() + kTimeout));
  std::vector<std::string> there;
  for (const auto& [id, key] : keys) {
    if (key.wrapped.find_first_not_of('\0') != std::string::npos) there.push_back(id);
  }
  if (there.empty()) return 0;
  RETURN_IF_ERROR(store_.Erase(there, clock_.Now(), clock_.Now() + kTimeout));
  return static_cast<int64_t>(there.size());
}

absl::StatusOr<int64_t> Eraser::Replay(db::Transactor& own) {
  int64_t erased = 0;
  for (std::string after;;) {
    ASSIGN_OR_RETURN(const db::Rows rows,
                     own.Run<db::Rows>({.deadline = clock_.Now() + kTimeout, .read_only = true},
                                       [&](db::Tx& tx) {
                                         return tx.Query(kSelectPage, db::Params().Add(after));
                                       }));
    if (rows.empty()) break;
    std::vector<std::string> ids;
    for (const db::Row& row : rows) ids.push_back(row.GetBytes(0));
    ASSIGN_OR_RETURN(const int64_t more, EraseAgain(ids));
    erased += more;
    after = rows.back().GetBytes(0);
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> listed, ReadFile());
  for (size_t begin = 0; begin < listed.size(); begin += kPage) {
    const size_t end = std::min(begin + kPage, listed.size());
    const std::vector<std::string> ids(listed.begin() + begin, listed.begin() + end);
    ASSIGN_OR_RETURN(const int64_t more, EraseAgain(ids));
    erased += more;
    RETURN_IF_ERROR(ListIn(own, ids));
  }
  for (std::string after;;) {
    ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                     store_.ListErased(after, kPage, clock_.Now() + kTimeout));
    if (ids.empty()) return erased;
    RETURN_IF_ERROR(ListIn(own, ids));
    after = ids.back();
  }
}

}  // namespace mamori::sealing
