#include "common/outbox/inbox.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/db/in_list.h"
#include "common/status/macros.h"
#include "common/time/day.h"

namespace mamori::outbox {
namespace {

constexpr char kLock[] =
    "SELECT source, subject_id, last_sequence FROM inbox WHERE source = ? AND subject_id IN (";
constexpr char kInsert[] =
    "INSERT INTO inbox (source, subject_id, last_sequence, last_event_id, update_time) VALUES ";
constexpr char kUpdate[] =
    "UPDATE inbox SET last_sequence = ?, last_event_id = ?, update_time = ?"
    " WHERE source = ? AND subject_id = ? AND last_sequence = ?";
constexpr size_t kLockChunk = 64;

struct Subject {
  bool exists = false;
  int64_t stored = 0;  // last sequence in the table
  int64_t last = 0;    // last sequence after this batch
  std::string last_event_id;
  bool by_day = false;
};
// Ordered by key, so that concurrent batches lock in the same order.
using Subjects = std::map<std::pair<std::string, std::string>, Subject>;

absl::Status LockChunk(db::Tx& tx, const std::string& source, std::vector<std::string> ids,
                       Subjects& subjects) {
  ids = db::InList(std::move(ids));
  db::Params params;
  params.Add(source).AddAll(ids);
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(absl::StrCat(kLock, db::Placeholders(ids.size()),
                                         ") ORDER BY source, subject_id FOR UPDATE"),
                            params));
  for (const db::Row& row : rows) {
    Subject& subject = subjects[{row.GetBytes(0), row.GetBytes(1)}];
    subject.exists = true;
    subject.stored = subject.last = row.GetInt64(2);
  }
  return absl::OkStatus();
}

absl::Status Lock(db::Tx& tx, Subjects& subjects) {
  std::string source;
  std::vector<std::string> ids;
  std::vector<std::pair<std::string, std::vector<std::string>>> chunks;
  for (const auto& [key, unused] : subjects) {
    if (!ids.empty() && (key.first != source || ids.size() == kLockChunk)) {
      chunks.emplace_back(source, std::move(ids));
      ids.clear();
    }
    source = key.first;
    ids.push_back(key.second);
  }
  if (!ids.empty()) chunks.emplace_back(source, std::move(ids));
  for (auto& [chunk_source, chunk] : chunks) {
    RETURN_IF_ERROR(LockChunk(tx, chunk_source, std::move(chunk), subjects));
  }
  return absl::OkStatus();
}

absl::Status Store(db::Tx& tx, const Subjects& subjects, absl::Time now) {
  std::vector<db::Params> fresh;
  for (const auto& [key, subject] : subjects) {
    if (subject.last == subject.stored) continue;
    if (subject.exists) {
      db::Params params;
      params.Add(subject.last).Add(subject.last_event_id).Add(time::Told(now, subject.by_day));
      params.Add(key.first).Add(key.second).Add(subject.stored);
      RETURN_IF_ERROR(tx.ExecuteExpecting(1, kUpdate, params));
    } else {
      // A plain INSERT: if another batch was faster, this one has to fail as a whole and look
      // again.
      fresh.push_back(db::Params()
                          .Add(key.first)
                          .Add(key.second)
                          .Add(subject.last)
                          .Add(subject.last_event_id)
                          .Add(time::Told(now, subject.by_day)));
    }
  }
  return fresh.empty() ? absl::OkStatus() : tx.InsertRows(kInsert, fresh);
}

}  // namespace

absl::StatusOr<std::vector<Admission>> Admit(db::Tx& tx,
                                             const std::vector<const v1::Event*>& events,
                                             absl::Time now) {
  Subjects subjects;
  for (const v1::Event* event : events) subjects[{event->source(), event->subject_id()}];
  RETURN_IF_ERROR(Lock(tx, subjects));

  std::vector<Admission> admissions;
  admissions.reserve(events.size());
  for (const v1::Event* event : events) {
    Subject& subject = subjects[{event->source(), event->subject_id()}];
    if (event->subject_sequence() <= subject.last) {
      admissions.push_back(Admission::kDuplicate);
    } else if (event->subject_sequence() > subject.last + 1) {
      admissions.push_back(Admission::kGap);
    } else {
      subject.last = event->subject_sequence();
      subject.last_event_id = event->event_id();
      subject.by_day = event->anonymous();
      admissions.push_back(Admission::kApply);
    }
  }
  RETURN_IF_ERROR(Store(tx, subjects, now));
  return admissions;
}

}  // namespace mamori::outbox
