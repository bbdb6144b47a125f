#include "services/intake/validate.h"

#include <string>
#include <string_view>

#include "common/text/search_request.h"
#include "mamori/v1/contact.pb.h"
#include "mamori/v1/report.pb.h"
#include "services/intake/field_rules.h"

namespace mamori::intake {
namespace {

using mamori::v1::AllegedActor;
using mamori::v1::Occurrence;
using mamori::v1::Report;

constexpr Presence kRequired = Presence::kRequired;
constexpr Presence kOptional = Presence::kOptional;
constexpr size_t kMaxNarrativeBytes = 64 * 1024;
// Of a whole report: a reader takes 4 MiB in one answer, with what was added to it.
constexpr size_t kMaxReportBytes = 1 << 20;
constexpr size_t kMaxNameCharacters = 200;
constexpr int kMaxBatch = 500;
constexpr size_t kMaxBatchBytes = 4 << 20;
constexpr int kMaxExported = 1000;
constexpr size_t kMaxPurposeBytes = 1 << 10;
constexpr size_t kMaxPageTokenBytes = 1024;
constexpr size_t kMaxEchoBytes = 1024;

void Name(FieldRules& rules, const Path& path, const std::string& text, Presence presence) {
  rules.Text(path, text, kMaxNameCharacters, Unit::kCharacters, presence);
}

void Actor(FieldRules& rules, const Path& path, const AllegedActor& actor) {
  if (actor.person().empty() && actor.organisation().empty() && actor.online_handle().empty()) {
    rules.Add(path, "no name, want at least one of person, organisation and online_handle");
  }
  Name(rules, Path(path, "person"), actor.person(), kOptional);
  Name(rules, Path(path, "organisation"), actor.organisation(), kOptional);
  rules.Enum(Path(path, "relation"), actor.relation(),
             mamori::v1::ActorRelation_IsValid(actor.relation()), kRequired);
  Name(rules, Path(path, "online_handle"), actor.online_handle(), kOptional);
}

void RequiredPastTime(FieldRules& rules, const Path& path, bool is_set,
                      const google::protobuf::Timestamp& time, bool& good) {
  good = is_set && rules.PastTime(path, time, kFutureTolerance);
  if (!is_set) rules.Add(path, "unset, want a time");
}

void OneOccurrence(FieldRules& rules, const Path& path, const Occurrence& occurrence) {
  bool started = false;
  RequiredPastTime(rules, Path(path, "start_time"), occurrence.has_start_time(),
                   occurrence.start_time(), started);
  if (occurrence.has_end_time()) {
    const Path end_path(path, "end_time");
    const auto& start = occurrence.start_time();
    const auto& end = occurrence.end_time();
    if (rules.Time(end_path, end) && started &&
        (end.seconds() < start.seconds() ||
         (end.seconds() == start.seconds() && end.nanos() < start.nanos()))) {
      rules.Add(end_path, "before start_time, want it not before");
    }
  }
  rules.Enum(Path(path, "channel"), occurrence.channel(),
             mamori::v1::Channel_IsValid(occurrence.channel()), kOptional);
  rules.Text(Path(path, "place"), occurrence.place(), 300, Unit::kCharacters, kOptional);
  rules.Count(Path(path, "urls"), occurrence.urls_size(), 0, 20);
  for (int i = 0; i < occurrence.urls_size() && i < 20; ++i) {
    rules.Url(Path(path, "urls", i), occurrence.urls(i));
  }
}

void People(FieldRules& rules, const Path& path, const Report& report) {
  rules.Count(Path(path, "affected"), report.affected_size(), 0, 50);
  for (int i = 0; i < report.affected_size() && i < 50; ++i) {
    const Path one(path, "affected", i);
    Name(rules, Path(one, "person"), report.affected(i).person(), kRequired);
    rules.Text(Path(one, "relation_to_reporter"), report.affected(i).relation_to_reporter(), 100,
               Unit::kCharacters, kOptional);
  }
  rules.Count(Path(path, "actors"), report.actors_size(), 0, 50);
  for (int i = 0; i < report.actors_size() && i < 50; ++i) {
    Actor(rules, Path(path, "actors", i), report.actors(i));
  }
  if (!report.has_reporter()) return;
  const Path reporter(path, "reporter");
  Name(rules, Path(reporter, "person"), report.reporter().person(), kRequired);
  rules.Text(Path(reporter, "contact"), report.reporter().contact(), 320, Unit::kCharacters,
             kOptional);
  Name(rules, Path(reporter, "department"), report.reporter().department(), kOptional);
}

}  // namespace

void CheckReport(FieldRules& rules, const Path& path, const Report& report) {
  if (report.ByteSizeLong() > kMaxReportBytes) {
    rules.Add(path, "too large, want at most 1 MiB altogether");
  }
  rules.Company(Path(path, "company"), report.company(), kRequired);
  rules.Enum(Path(path, "kind"), report.kind(), mamori::v1::ReportKind_IsValid(report.kind()),
             kRequired);
  rules.Text(Path(path, "narrative"), report.narrative(), kMaxNarrativeBytes, Unit::kBytes,
             kRequired);
  rules.Language(Path(path, "language"), report.language());
  People(rules, path, report);
  rules.Count(Path(path, "occurrences"), report.occurrences_size(), 0, 100);
  for (int i = 0; i < report.occurrences_size() && i < 100; ++i) {
    OneOccurrence(rules, Path(path, "occurrences", i), report.occurrences(i));
  }
  rules.Number(Path(path, "contact_count"), report.contact_count(), 0, 100'000);
  rules.Number(Path(path, "total_minutes"), report.total_minutes(), 0, 1'000'000);
  rules.Text(Path(path, "wish"), report.wish(), 4'000, Unit::kCharacters, kOptional);
  rules.Name(Path(path, "existing_case"), "cases", report.existing_case(), kOptional);
  rules.Count(Path(path, "keep_out"), report.keep_out_size(), 0, 20);
  for (int i = 0; i < report.keep_out_size() && i < 20; ++i) {
    rules.Text(Path(path, "keep_out", i), report.keep_out(i), 200, Unit::kBytes, kRequired);
  }
}

namespace {

void Page(FieldRules& rules, int page_size, const std::string& page_token) {
  if (page_size < 0) rules.Add(Path("page_size"), "negative, want 0 to 1000");
  if (page_token.size() > kMaxPageTokenBytes) {
    rules.Add(Path("page_token"), "too long, want one from a previous answer");
  }
}

// For requests without times.
FieldRules TimelessRules() { return FieldRules(absl::InfinitePast()); }

}  // namespace

absl::Status ValidateSubmitReport(const v1::SubmitReportRequest& request, absl::Time now) {
  FieldRules rules(now);
  rules.RequestId(request.request_id());
  if (!request.has_report()) {
    rules.Add(Path("report"), "unset, want a report");
  } else {
    CheckReport(rules, Path("report"), request.report());
  }
  return rules.Status();
}

absl::Status ValidateBatchSubmitReports(const v1::BatchSubmitReportsRequest& request) {
  FieldRules rules = TimelessRules();
  rules.Count(Path("requests"), request.requests_size(), 1, kMaxBatch);
  if (request.ByteSizeLong() > kMaxBatchBytes) {
    rules.Add(Path("requests"), "too large, want at most 4 MiB together");
  }
  return rules.Status();
}

absl::Status ValidateGetReport(const v1::GetReportRequest& request) {
  FieldRules rules = TimelessRules();
  rules.Name(Path("name"), "reports", request.name(), kRequired);
  return rules.Status();
}

absl::Status ValidateBatchGetReports(const v1::BatchGetReportsRequest& request) {
  FieldRules rules = TimelessRules();
  rules.Count(Path("names"), request.names_size(), 1, kMaxBatch);
  for (int i = 0; i < request.names_size() && i < kMaxBatch; ++i) {
    rules.Name(Path("names", i), "reports", request.names(i), kRequired);
  }
  return rules.Status();
}

absl::Status ValidateListReports(const v1::ListReportsRequest& request) {
  FieldRules rules = TimelessRules();
  Page(rules, request.page_size(), request.page_token());
  rules.Company(Path("company"), request.company(), kOptional);
  rules.Enum(Path("kind"), request.kind(), mamori::v1::ReportKind_IsValid(request.kind()),
             kOptional);
  return rules.Status();
}

absl::Status ValidateSupplementReport(const v1::SupplementReportRequest& request) {
  FieldRules rules = TimelessRules();
  rules.RequestId(request.request_id());
  rules.Name(Path("name"), "reports", request.name(), kRequired);
  const Path root("supplement");
  if (!request.has_supplement()) {
    rules.Add(root, "unset, want a supplement");
    return rules.Status();
  }
  const mamori::v1::Supplement& supplement = request.supplement();
  rules.Enum(Path(root, "kind"), supplement.kind(),
             mamori::v1::SupplementKind_IsValid(supplement.kind()), kRequired);
  rules.Text(Path(root, "text"), supplement.text(), kMaxNarrativeBytes, Unit::kBytes, kRequired);
  rules.Language(Path(root, "language"), supplement.language());
  return rules.Status();
}

absl::Status ValidateRecordContact(const v1::RecordContactRequest& request, absl::Time now) {
  FieldRules rules(now);
  rules.RequestId(request.request_id());
  const Path root("contact");
  if (!request.has_contact()) {
    rules.Add(root, "unset, want a contact");
    return rules.Status();
  }
  const mamori::v1::Contact& contact = request.contact();
  rules.Company(Path(root, "company"), contact.company(), kRequired);
  rules.Name(Path(root, "report"), "reports", contact.report(), kOptional);
  if (!contact.has_actor()) {
    rules.Add(Path(root, "actor"), "unset, want an actor");
  } else {
    Actor(rules, Path(root, "actor"), contact.actor());
  }
  bool started = false;
  RequiredPastTime(rules, Path(root, "start_time"), contact.has_start_time(), contact.start_time(),
                   started);
  rules.Number(Path(root, "minutes"), contact.minutes(), 0, 10'000);
  rules.Enum(Path(root, "channel"), contact.channel(),
             mamori::v1::Channel_IsValid(contact.channel()), kRequired);
  rules.Text(Path(root, "demand"), contact.demand(), 2'000, Unit::kCharacters, kOptional);
  return rules.Status();
}

absl::Status ValidateBatchGetContacts(const v1::BatchGetContactsRequest& request) {
  FieldRules rules = TimelessRules();
  rules.Count(Path("names"), request.names_size(), 1, kMaxBatch);
  for (int i = 0; i < request.names_size() && i < kMaxBatch; ++i) {
    rules.Name(Path("names", i), "contacts", request.names(i), kRequired);
  }
  return rules.Status();
}

absl::Status ValidateExportReports(const v1::ExportReportsRequest& request) {
  FieldRules rules = TimelessRules();
  rules.Count(Path("names"), request.names_size(), 1, kMaxExported);
  for (int i = 0; i < request.names_size() && i < kMaxExported; ++i) {
    rules.Name(Path("names", i), "reports", request.names(i), kRequired);
  }
  rules.Count(Path("join_times"), request.join_times_size(), request.names_size(),
              request.names_size());
  rules.Text(Path("purpose"), request.purpose(), kMaxPurposeBytes, Unit::kBytes, kRequired);
  return rules.Status();
}

absl::Status ValidateSearchReports(const v1::SearchReportsRequest& request) {
  FieldRules rules = TimelessRules();
  const std::string_view wrong = text::WrongWithQuery(request.query());
  if (!wrong.empty()) rules.Add(Path("query"), std::string(wrong));
  Page(rules, request.page_size(), request.page_token());
  return rules.Status();
}

absl::Status ValidateListContacts(const v1::ListContactsRequest& request) {
  FieldRules rules = TimelessRules();
  Page(rules, request.page_size(), request.page_token());
  rules.Name(Path("report"), "reports", request.report(), kOptional);
  rules.Company(Path("company"), request.company(), kOptional);
  return rules.Status();
}

absl::Status ValidateEcho(const v1::EchoRequest& request) {
  FieldRules rules = TimelessRules();
  rules.Text(Path("payload"), request.payload(), kMaxEchoBytes, Unit::kBytes, kOptional);
  return rules.Status();
}

}  // namespace mamori::intake
