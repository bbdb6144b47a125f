#include "services/triage/bundles.h"

#include <algorithm>
#include <string>
#include <vector>

#include "common/bundle/chain_reader.h"
#include "common/bundle/documents.h"
#include "common/bundle/names.h"
#include "common/bundle/writer.h"
#include "common/server/step_up.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "common/time/timestamp.h"
#include "services/triage/bundle_rules.h"
#include "services/triage/call_key.h"
#include "services/triage/case_documents.h"
#include "services/triage/case_reads.h"

namespace mamori::triage {
namespace {

using mamori::v1::BundleManifest;
using mamori::v1::CheckpointRun;
using server::CallContext;

constexpr size_t kPiece = 64 * 1024;
constexpr int kFormat = 1;

// Sends what is written in pieces of one size.
class Pieces {
 public:
  explicit Pieces(const Bundles::Write& write) : write_(write) {}

  absl::Status Put(std::string_view bytes) {
    while (!bytes.empty()) {
      const size_t count = std::min(bytes.size(), kPiece - piece_.data().size());
      piece_.mutable_data()->append(bytes.substr(0, count));
      bytes.remove_prefix(count);
      if (piece_.data().size() == kPiece) RETURN_IF_ERROR(Flush());
    }
    return absl::OkStatus();
  }
  absl::Status Flush() {
    if (piece_.data().empty()) return absl::OkStatus();
    if (!write_(piece_)) return absl::CancelledError("nobody reads the bundle");
    piece_.mutable_data()->clear();
    return absl::OkStatus();
  }

 private:
  const Bundles::Write& write_;
  v1::ExportEvidenceBundleResponse piece_;
};

void AddAsOf(const CheckpointRun& run, BundleManifest& manifest) {
  mamori::v1::BundleAsOf& as_of = *manifest.add_as_of();
  as_of.set_service(run.service());
  as_of.set_checkpoint(run.checkpoints().rbegin()->number());
}

// One document of intake's.
absl::Status Take(intake::v1::ExportReportsResponse& item, bundle::Writer& writer,
                  BundleManifest& manifest) {
  using Item = intake::v1::ExportReportsResponse;
  switch (item.item_case()) {
    case Item::kChain:
      return writer.AddDocument(bundle::ChainName(item.chain().service(), item.chain().resource()),
                                item.chain());
    case Item::kCheckpoints:
      if (item.checkpoints().checkpoints().empty()) {
        return absl::InternalError("intake has no checkpoint");
      }
      AddAsOf(item.checkpoints(), manifest);
      return writer.AddDocument(bundle::CheckpointsName(item.checkpoints().service()),
                                item.checkpoints());
    case Item::kContent: {
      mamori::v1::CommittedContent& content = *item.mutable_content();
      RETURN_IF_ERROR(bundle::Tell(content));
      return writer.AddDocument(
          bundle::ContentName(content.service(), content.resource(), content.sequence()), content);
    }
    case Item::kFile:
      return writer.Begin(bundle::FileName(item.file().resource(), item.file().sequence()),
                          item.file().media_type(), static_cast<uint64_t>(item.file().size()));
    case Item::kData:
      return writer.Append(item.data());
    case Item::kWithheld:
      *manifest.add_withheld() = item.withheld();
      return absl::OkStatus();
    case Item::ITEM_NOT_SET:
      break;
  }
  return absl::InternalError("intake sent something unknown");
}

// Between which times the first entry of the case's audit was written.
bundle::ChainReader::Resource AuditOf(const CaseRow& row, std::string name) {
  const bool by_day = time::BeginOfDay(row.create_time) == row.create_time;
  // Of a case that got an anonymous report later only the day is left of when it was opened.
  return {std::move(name), by_day ? row.create_time : row.create_time - absl::Minutes(1),
          row.create_time + (by_day ? time::kDay : absl::Minutes(10))};
}

}  // namespace

absl::Status Bundles::Check(const CallContext& call, const CaseRow& row) const {
  return d_.gate.Check(ViewerOf(call), row.access, authz::Action::kRead);
}

absl::Status Bundles::Export(const CallContext& call,
                             const v1::ExportEvidenceBundleRequest& request, const Write& write) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  ASSIGN_OR_RETURN(const CaseRow found, d_.cases.GetRow(call.tenant, case_id, call.deadline));
  RETURN_IF_ERROR(Check(call, found));
  RETURN_IF_ERROR(CheckMergedInto(d_.gate, d_.cases, call, found));
  const absl::Time now = d_.clock.Now();
  RETURN_IF_ERROR(server::RequireStepUp(call, now));
  const absl::Time told = time::Told(now, found.anonymous);
  const auto admit = [&](const CaseRow& row) { return Check(call, row); };
  ASSIGN_OR_RETURN(const CaseRow row,
                   d_.store.Record(call.tenant, case_id, WhoOf(call), server::ActionOf(call),
                                   NoteRow{.note_id = d_.ids.NewId(),
                                           .author = call.person,
                                           .text = request.purpose(),
                                           .create_time = told},
                                   admit, call.deadline));
  BundleManifest manifest;
  manifest.set_format(kFormat);
  manifest.set_case_name(request.name());
  manifest.set_tenant(call.tenant);
  manifest.set_person(call.person);
  manifest.set_caller(call.caller);
  manifest.set_purpose(request.purpose());
  *manifest.mutable_create_time() = time::ToTimestamp(told);
  Pieces pieces(write);
  bundle::Writer writer([&](std::string_view bytes) { return pieces.Put(bytes); });

  ASSIGN_OR_RETURN(const std::vector<JoinedReport> reports,
                   d_.store.ListReports(row, call.deadline));
  if (!reports.empty()) {
    RETURN_IF_ERROR(d_.reports.Export(
        call, reports, {.purpose = request.purpose(), .originals = request.originals()},
        [&](auto& item) { return Take(item, writer, manifest); }));
  }

  ASSIGN_OR_RETURN(mamori::v1::Case proto,
                   d_.cases.Get(call.tenant, case_id, admit, call.deadline));
  // They stand among what the audit commits to.
  proto.clear_notes();
  RETURN_IF_ERROR(writer.AddDocument(bundle::kCase, proto));
  bundle::ChainReader chains(d_.transactor, "triage", d_.clock, d_.sleeper);
  ASSIGN_OR_RETURN(const mamori::v1::AuditChain chain,
                   chains.ReadChain(AuditOf(row, request.name()), call.deadline));
  RETURN_IF_ERROR(writer.AddDocument(bundle::ChainName("triage", request.name()), chain));
  ASSIGN_OR_RETURN(const CheckpointRun run, chains.ReadRun(call.deadline));
  RETURN_IF_ERROR(writer.AddDocument(bundle::CheckpointsName("triage"), run));
  AddAsOf(run, manifest);

  bundle::Commitments open(chain);
  ASSIGN_OR_RETURN(const std::vector<CommittedRow> committed,
                   d_.store.ListCommitted(row, call.deadline));
  ASSIGN_OR_RETURN(
      const std::vector<mamori::v1::WithheldContent> withheld,
      WriteCommitted(d_.sealer, call.tenant, request.name(), committed, open, call.deadline,
                     [&](const mamori::v1::CommittedContent& content) {
                       return writer.AddDocument(
                           bundle::ContentName("triage", request.name(), content.sequence()),
                           content);
                     }));
  manifest.mutable_withheld()->Add(withheld.begin(), withheld.end());
  RETURN_IF_ERROR(writer.Finish(std::move(manifest), [&](std::string_view text) {
    return bundle::SignManifest(d_.key, text);
  }));
  return pieces.Flush();
}

}  // namespace mamori::triage
