// A case and what belongs to it, as the stores keep them.
#ifndef MAMORI_SERVICES_TRIAGE_CASE_ROW_H_
#define MAMORI_SERVICES_TRIAGE_CASE_ROW_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/audit/entry.h"
#include "common/id/id.h"
#include "mamori/v1/access.pb.h"
#include "mamori/v1/case.pb.h"
#include "mamori/v1/event.pb.h"
#include "mamori/v1/policy.pb.h"
#include "services/triage/clock_rules.h"

namespace mamori::triage {

struct CaseRow {
  id::Id case_id;
  std::string tenant;
  std::string company;
  mamori::v1::CaseState state = mamori::v1::CASE_STATE_UNSPECIFIED;
  mamori::v1::ReportKind kind = mamori::v1::REPORT_KIND_UNSPECIFIED;
  mamori::v1::Severity severity = mamori::v1::SEVERITY_UNSPECIFIED;
  std::string assignee;
  std::vector<std::string> categories;  // alphabetical
  std::string policy_digest;
  id::Id merged_into;  // empty unless MERGED
  int64_t version = 0;
  int64_t event_sequence = 0;
  absl::Time create_time;
  absl::Time update_time;
  bool anonymous = false;  // an anonymous report is in it: times are told to the day
  int64_t access_version = 0;
  std::string audit_first;  // the hash of its chain's first entry; empty from before the audit
  // Who may see it. Empty, which admits nobody, when what is stored is not believed.
  mamori::v1::CaseAccess access;
};

struct CaseReportRow {
  id::Id report_id;
  std::string tenant;
  id::Id case_id;
  absl::Time join_time;
  std::string assessment;  // serialized mamori.v1.Assessment
};

struct NoteRow {
  id::Id note_id;
  std::string author;
  std::string text;  // of one that was read, sealed
  absl::Time create_time;
  // Of one that is written: see CaseContent.
  std::string sealed = {};
  std::string commitment = {};
};

// That a case was reopened, among the work on it.
struct ReopeningRow {
  id::Id row_id;
  id::Id record_id;
  std::string person;
  absl::Time time;  // as it is told
};

enum class Outcome { kSent = 1, kFailed = 2, kAcknowledged = 3 };

struct DeliveryRow {
  id::Id event_id;
  std::string tenant;
  id::Id case_id;
  id::Id subject_id;
  Outcome outcome = Outcome::kSent;
  absl::Time outcome_time;
};

// What a change is to the clocks of its case's policy version.
struct ClockChange {
  std::shared_ptr<const ClockBook> book;  // null: none
  ClockEvents events;
  bool reporter_named = false;
  bool joined = false;  // by a report
  // When counting begins; unset: with the change.
  std::optional<absl::Time> begin;
  id::IdSource* ids = nullptr;  // set with `book`
  // What people have done by their work on the case, beside the events: clocks of the policy that
  // they start, and those whose open deadlines they complete.
  struct Start {
    std::string clock;
    std::optional<absl::Time> time;
    std::string without;  // one that would come along and does not
  };
  std::vector<Start> starts;
  std::vector<std::string> completes;
  // Whoever has the case says so anew: what taking it stops is stopped, and nothing begins by it.
  bool taken = false;
  // What the case that is opened brings along from another one, as it is there.
  std::vector<DeadlineRow> carried;
};

// One change of one case, ready to be written: the row as it is afterwards, what it tells, and a
// note.
struct CaseChange {
  CaseRow row;
  // In their order. Those with a sequence leave through the outbox; all are streamed to watchers.
  std::vector<mamori::v1::Event> events;
  std::optional<NoteRow> note;
  std::optional<ReopeningRow> reopening;
  // From when on watchers may see it.
  absl::Time watch_due = absl::UnixEpoch();
  // For the audit: who did it, and what it is called there.
  audit::Who who;
  std::string action;
  ClockChange clocks;
  // By which it is judged whether the assignee may have it; null: the standard.
  const mamori::v1::DesignatedHandlerPolicy* handlers = nullptr;
};

// Opaque to clients.
std::string EtagOf(const CaseRow& row);

// The case without reports, assessments, notes and deliveries.
mamori::v1::Case ToProto(const CaseRow& row);
mamori::v1::CaseNote ToProto(const NoteRow& note);
mamori::v1::CaseDelivery ToProto(const DeliveryRow& delivery);
// As clients see it: with its etag, without the tenant.
mamori::v1::CaseAccess ToProto(const mamori::v1::CaseAccess& stored);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CASE_ROW_H_
