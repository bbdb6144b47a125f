// One thing that happened to one resource, as the audit keeps it. Pure.
#ifndef MAMORI_COMMON_AUDIT_ENTRY_H_
#define MAMORI_COMMON_AUDIT_ENTRY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/id/id.h"

namespace mamori::audit {

// What has a chain of its own: the kind is part of the chain's name. Numbers are stored.
enum class Kind : uint8_t {
  kNone = 0,
  kReport = 1,
  kCase = 2,
  kNotification = 3,
  kContact = 4,
  kReportReads = 5,
  kCaseReads = 6,
  kRefusals = 40,
  kTwoPersonAct = 110,
  kLegalHold = 111,
  kDesignatedHandler = 150,
  kSubjectRequest = 210,
  kBreach = 211,
  kContactSignal = 70,
  // What was decided about something, in its own order: whoever relies on there being no decision
  // looks here for the newest one. The resource is the report.
  kSharing = 250,
  kWithdrawal = 251,
  kConsent = 252,
  // The assessment of a report, once for each after the first. The resource is the report.
  kAssessment = 253,
  // The versions of a measure, one entry each: with the number of the newest, what was taken back
  // is known to have been there. The resource is the record.
  kMeasure = 248,
  // The holds on a case, one entry each, which names it as its cause; and those on a person, whose
  // resource is the beginning of the keyed hash that the database has of them.
  kHeldCase = 254,
  kHeldPerson = 255,
  kHeldRecord = 249,  // of those on a subject request or a breach, which is the resource
};

inline constexpr size_t kHashBytes = 32;

// Actions after which a chain's earlier content is rightly gone: its rows must not be there any
// more.
inline constexpr char kDisposeCase[] = "DisposeCase";
inline constexpr char kDisposeReport[] = "DisposeReport";
inline constexpr char kDisposeRecord[] = "DisposeRecord";

// Who acted: the application or service, and the person for whom. Names, never content.
struct Who {
  std::string caller;
  std::string person;
};

struct Entry {
  Kind kind = Kind::kNone;
  id::Id resource_id;
  int64_t sequence = 0;  // from 1
  absl::Time time;       // to the microsecond
  std::string tenant;
  std::string action;  // a constant of the code: "SubmitReport"
  Who who;
  // Of the content: see Commit. Empty when there is none.
  std::string commitment;
  // A keyed hash of the mutable row as it is afterwards. Empty when there is none.
  std::string record;
  // Version and hash of the access record as it is afterwards; 0 and empty when there is none.
  int64_t access_version = 0;
  std::string access;
  // What caused it in another service.
  Kind cause_kind = Kind::kNone;
  id::Id cause_id;
  // HashOf the entry before; empty for the first.
  std::string previous;
  // Not part of the entry. It may not tell when within a day it happened: its time is the end of
  // the day (UTC), and only then a checkpoint covers it.
  bool by_day = false;
};

// Of what the entry is about: the act by which it was decided tells of the same action, and stays.
inline bool IsDisposal(const Entry& entry) {
  switch (entry.kind) {
    case Kind::kCase:
      return entry.action == kDisposeCase;
    case Kind::kReport:
      return entry.action == kDisposeReport;
    case Kind::kSubjectRequest:
    case Kind::kBreach:
      return entry.action == kDisposeRecord;
    default:
      return false;
  }
}

// The one encoding of an entry: every field in its order, each text with its length.
std::string Encode(const Entry& entry);
// As if it were the first of its chain, at this time.
std::string EncodeFirst(const Entry& entry, absl::Time time);
// DATA_LOSS for anything but what Encode gives.
absl::StatusOr<Entry> Decode(std::string_view encoded);
// What the next entry names as `previous`.
std::string HashOf(std::string_view encoded);

// What the audit says of content: nothing that tells it, and nothing else that it could have been.
// `random` is 32 random bytes, kept with the content and destroyed with it.
std::string Commit(std::string_view random, std::string_view content);
std::string NewRandom();
// Several at once, which costs about as much as one.
std::vector<std::string> NewRandoms(size_t count);

// Several encodings as one text, and back. DATA_LOSS.
std::string Join(const std::vector<std::string>& encodings);
absl::StatusOr<std::vector<std::string_view>> Split(std::string_view joined);

// "reports/<id>" of a chain, for people.
std::string NameOf(Kind kind, std::string_view resource_id);

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_ENTRY_H_
