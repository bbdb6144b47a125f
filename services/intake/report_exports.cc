#include "services/intake/report_exports.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "common/bundle/chain_reader.h"
#include "common/bundle/commitments.h"
#include "common/id/id.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "common/time/timestamp.h"
#include "services/intake/exported_content.h"
#include "services/intake/exported_evidence.h"
#include "services/intake/validate.h"

namespace mamori::intake {
namespace {

constexpr int kContactsPerRead = 200;
// What the audit calls what is opened here.
constexpr std::string_view kOpened[] = {
    "SubmitReport",   "SupplementReport", "RecordContact",    "PostMessage",      "AddEvidence",
    "UploadEvidence", "InspectEvidence",  "DownloadEvidence", "DownloadOriginal", "ExportEvidence"};
constexpr int kMaxStreams = 4;
constexpr absl::Duration kRetryAfter = absl::Seconds(5);
// A group of entries is written so soon after the report was accepted.
constexpr absl::Duration kUntilWritten = absl::Minutes(10);

struct ExportedReport {
  std::string name;
  id::Id id;
  bool withdrawn = false;
  std::optional<StoredReport> row;  // nothing when it was disposed of
  absl::Time join_time;
  std::vector<OpenedFile> files;  // that go out
};

struct ExportedContact {
  std::string name;
  StoredContact row;  // without its body
};

// Where the first entry of what was told at that time may stand. What is told to the day has the
// day alone.
bundle::ChainReader::Resource Around(std::string name, absl::Time time) {
  const bool by_day = time::BeginOfDay(time) == time;
  return {std::move(name), by_day ? time : time - absl::Minutes(1), time + kUntilWritten};
}

class Run {
 public:
  Run(const ReportExports::Dependencies& dependencies, const server::CallContext& call,
      const v1::ExportReportsRequest& request, const ReportExports::Write& write)
      : d_(dependencies),
        call_(call),
        write_(write),
        chains_(d_.transactor, "intake", d_.clock, d_.sleeper),
        opener_(d_.store, d_.messages, d_.sealer, call.tenant, call.deadline),
        evidence_({d_.evidence, d_.blobs, d_.sealer, d_.clock, d_.ids}, call, request.purpose(),
                  request.originals()) {}

  absl::Status Find(const v1::ExportReportsRequest& request);
  // Before anything is read.
  absl::Status Record();
  absl::Status WriteChains();
  absl::Status WriteCheckpoints();
  absl::Status WriteContents();
  absl::Status WriteFiles();

 private:
  absl::Status Write(const v1::ExportReportsResponse& item) const;
  absl::Status Withhold(const std::vector<mamori::v1::WithheldContent>& withheld) const;
  // What is not there though it is of a kind that is looked for is so for `reason`.
  absl::Status WithholdRest(const bundle::Commitments& open,
                            mamori::v1::WithheldReason reason) const;
  absl::Status WriteChain(mamori::v1::AuditChain chain);
  absl::Status FindContacts(const ExportedReport& report);
  absl::StatusOr<mamori::v1::AuditChain> ChainOf(const ExportedReport& report);
  absl::Status WriteContact(const ExportedContact& contact);
  absl::Status WriteReport(ExportedReport& report);

  const ReportExports::Dependencies& d_;
  const server::CallContext& call_;
  const ReportExports::Write& write_;
  bundle::ChainReader chains_;
  const ReportOpener opener_;
  ExportedEvidence evidence_;
  std::vector<ExportedReport> reports_;    // by name
  std::vector<ExportedContact> contacts_;  // by name
  std::map<std::string, bundle::Commitments> commitments_;
};

absl::Status Run::Write(const v1::ExportReportsResponse& item) const {
  return write_(item) ? absl::OkStatus() : absl::CancelledError("nobody reads the export");
}

absl::Status Run::Withhold(const std::vector<mamori::v1::WithheldContent>& withheld) const {
  for (const mamori::v1::WithheldContent& one : withheld) {
    v1::ExportReportsResponse item;
    *item.mutable_withheld() = one;
    RETURN_IF_ERROR(Write(item));
  }
  return absl::OkStatus();
}

absl::Status Run::WithholdRest(const bundle::Commitments& open,
                               mamori::v1::WithheldReason reason) const {
  return Withhold(open.Rest([&](const std::string& action) {
    const bool looked_for =
        std::find(std::begin(kOpened), std::end(kOpened), action) != std::end(kOpened);
    return looked_for ? reason : mamori::v1::WITHHELD_REASON_OTHER_KIND;
  }));
}

absl::Status Run::Find(const v1::ExportReportsRequest& request) {
  std::vector<std::string> ids;
  for (const std::string& name : request.names()) {
    ids.push_back(id::FromName("reports", name).value());
  }
  ASSIGN_OR_RETURN(const std::set<std::string> admitted,
                   d_.access.Admitted(call_, ReportAccess::Use::kRead, ids));
  ASSIGN_OR_RETURN(const ReporterGate::Withheld withheld,
                   d_.reporters.Find(call_.tenant, ids, call_.person, call_.deadline));
  for (int i = 0; i < request.names_size(); ++i) {
    const id::Id& id = ids[i];
    if (!admitted.contains(id) || withheld.hidden.contains(id)) {
      mamori::v1::WithheldContent one;
      one.set_service("intake");
      one.set_resource(request.names(i));
      one.set_reason(mamori::v1::WITHHELD_REASON_NOT_SHARED);
      RETURN_IF_ERROR(Withhold({one}));
      continue;
    }
    reports_.push_back({.name = request.names(i),
                        .id = id,
                        .withdrawn = withheld.withdrawn.contains(id),
                        .join_time = time::FromTimestamp(request.join_times(i))});
  }
  std::sort(reports_.begin(), reports_.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  for (ExportedReport& report : reports_) {
    ASSIGN_OR_RETURN(std::vector<StoredReport> rows,
                     d_.store.GetReports(call_.tenant, {report.id}, call_.deadline));
    if (rows.empty()) continue;
    report.row = std::move(rows[0]);
    report.row->body.clear();
    RETURN_IF_ERROR(FindContacts(report));
  }
  std::sort(contacts_.begin(), contacts_.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return absl::OkStatus();
}

absl::Status Run::FindContacts(const ExportedReport& report) {
  Position position;
  for (;;) {
    ASSIGN_OR_RETURN(std::vector<StoredContact> rows,
                     d_.store.ListContacts(call_.tenant, {.report_id = report.id}, position,
                                           kContactsPerRead, call_.deadline));
    for (StoredContact& row : rows) {
      position = {.create_micros = absl::ToUnixMicros(row.create_time), .id = row.contact_id};
      row.body.clear();
      std::string name = id::Name("contacts", row.contact_id);
      contacts_.push_back({std::move(name), std::move(row)});
    }
    if (static_cast<int>(rows.size()) < kContactsPerRead) return absl::OkStatus();
  }
}

absl::Status Run::Record() {
  for (const ExportedReport& report : reports_) {
    audit::Entry entry;
    entry.kind = audit::Kind::kReport;
    entry.resource_id = report.id;
    entry.tenant = call_.tenant;
    entry.action = server::ActionOf(call_);
    entry.who = {call_.caller, call_.person};
    // As the chain goes on: an anonymous report's is told to the day.
    entry.by_day =
        report.row && time::BeginOfDay(report.row->create_time) == report.row->create_time;
    RETURN_IF_ERROR(d_.exports.Record(entry, call_.deadline));
    if (report.row && !report.withdrawn) RETURN_IF_ERROR(evidence_.Record(report.id));
  }
  return absl::OkStatus();
}

absl::Status Run::WriteChain(mamori::v1::AuditChain chain) {
  ASSIGN_OR_RETURN(const audit::Entry first, audit::Decode(chain.entries(0)));
  if (first.tenant != call_.tenant) return status::NotFound("report");
  commitments_.emplace(chain.resource(), chain);
  v1::ExportReportsResponse item;
  *item.mutable_chain() = std::move(chain);
  return Write(item);
}

absl::StatusOr<mamori::v1::AuditChain> Run::ChainOf(const ExportedReport& report) {
  if (report.row) {
    return chains_.ReadChain(Around(report.name, report.row->create_time), call_.deadline);
  }
  // When it was told has gone with it: nearly always just before it came to its case.
  absl::StatusOr<mamori::v1::AuditChain> chain =
      chains_.ReadChain(Around(report.name, report.join_time), call_.deadline);
  for (const absl::Duration before : {absl::Hours(1), time::kDay, 7 * time::kDay}) {
    if (!absl::IsNotFound(chain.status())) break;
    chain = chains_.ReadChain({report.name, report.join_time - before, report.join_time},
                              call_.deadline);
  }
  return chain;
}

absl::Status Run::WriteChains() {
  for (const ExportedContact& contact : contacts_) {
    ASSIGN_OR_RETURN(
        mamori::v1::AuditChain chain,
        chains_.ReadChain(Around(contact.name, contact.row.create_time), call_.deadline));
    RETURN_IF_ERROR(WriteChain(std::move(chain)));
  }
  for (const ExportedReport& report : reports_) {
    ASSIGN_OR_RETURN(mamori::v1::AuditChain chain, ChainOf(report));
    RETURN_IF_ERROR(WriteChain(std::move(chain)));
  }
  return absl::OkStatus();
}

absl::Status Run::WriteCheckpoints() {
  ASSIGN_OR_RETURN(mamori::v1::CheckpointRun run, chains_.ReadRun(call_.deadline));
  v1::ExportReportsResponse item;
  *item.mutable_checkpoints() = std::move(run);
  return Write(item);
}

absl::Status Run::WriteContact(const ExportedContact& contact) {
  bundle::Commitments& open = commitments_.at(contact.name);
  ASSIGN_OR_RETURN(const std::vector<StoredContact> rows,
                   d_.store.GetContacts(call_.tenant, {contact.row.contact_id}, call_.deadline));
  auto reason = mamori::v1::WITHHELD_REASON_MISSING;
  if (!rows.empty()) {
    const auto key = d_.sealer.FetchKey(call_.tenant, rows[0].body, call_.deadline);
    if (sealing::IsErased(key.status())) {
      if (d_.sealer.IsErasureDecided(sealing::Owner::kReport, rows[0].report_id, call_.deadline)) {
        reason = mamori::v1::WITHHELD_REASON_ERASED;
      }
    } else {
      RETURN_IF_ERROR(key.status());
      v1::ExportReportsResponse item;
      ASSIGN_OR_RETURN(const bool is_it,
                       OpenContact(*key, call_.tenant, rows[0], open, *item.mutable_content()));
      if (is_it) RETURN_IF_ERROR(Write(item));
    }
  }
  return WithholdRest(open, reason);
}

absl::Status Run::WriteReport(ExportedReport& report) {
  bundle::Commitments& open = commitments_.at(report.name);
  if (report.withdrawn) return WithholdRest(open, mamori::v1::WITHHELD_REASON_WITHDRAWN);
  ASSIGN_OR_RETURN(OpenedReport opened, opener_.Open(report.id, open));
  RETURN_IF_ERROR(evidence_.Open(report.id, open, opened));
  for (const auto& [sequence, content] : opened.contents) {
    v1::ExportReportsResponse item;
    *item.mutable_content() = content;
    RETURN_IF_ERROR(Write(item));
  }
  RETURN_IF_ERROR(Withhold(opened.kept_back));
  report.files = std::move(opened.files);
  std::sort(report.files.begin(), report.files.end(),
            [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  return WithholdRest(open, opened.erased ? mamori::v1::WITHHELD_REASON_ERASED
                                          : mamori::v1::WITHHELD_REASON_MISSING);
}

absl::Status Run::WriteContents() {
  for (const ExportedContact& contact : contacts_) RETURN_IF_ERROR(WriteContact(contact));
  for (ExportedReport& report : reports_) RETURN_IF_ERROR(WriteReport(report));
  return absl::OkStatus();
}

absl::Status Run::WriteFiles() {
  for (const ExportedReport& report : reports_) {
    for (const OpenedFile& file : report.files) {
      v1::ExportReportsResponse item;
      item.mutable_file()->set_resource(report.name);
      item.mutable_file()->set_sequence(file.sequence);
      item.mutable_file()->set_media_type(file.media_type);
      item.mutable_file()->set_size(file.size);
      RETURN_IF_ERROR(Write(item));
      RETURN_IF_ERROR(evidence_.Send(file, [&](std::string bytes) {
        item.set_data(std::move(bytes));
        return Write(item);
      }));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReportExports::Export(const server::CallContext& call,
                                   const v1::ExportReportsRequest& request, const Write& write) {
  RETURN_IF_ERROR(ValidateExportReports(request));
  RETURN_IF_ERROR(server::RequireResource(call, {request.names().begin(), request.names().end()}));
  const absl::Cleanup leave = [this] { streams_.fetch_sub(1); };
  if (streams_.fetch_add(1) >= kMaxStreams) return status::Overloaded(kRetryAfter);
  Run run(d_, call, request, write);
  RETURN_IF_ERROR(run.Find(request));
  RETURN_IF_ERROR(run.Record());
  RETURN_IF_ERROR(run.WriteChains());
  RETURN_IF_ERROR(run.WriteCheckpoints());
  RETURN_IF_ERROR(run.WriteContents());
  return run.WriteFiles();
}

}  // namespace mamori::intake
