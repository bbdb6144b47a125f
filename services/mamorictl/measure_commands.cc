// case measure, case finding: what is found, and what is done about it.
#include "mamori/triage/v1/fact_finding_service.grpc.pb.h"
#include "mamori/triage/v1/measure_service.grpc.pb.h"
#include "services/mamorictl/message_flags.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

constexpr char kCase[] = "cases/…";

}  // namespace

void AddMeasureCommands(CLI::App& cases, Choice& choice) {
  using Stub = triage::v1::MeasureService::Stub;
  constexpr char kMeasure[] = "cases/…/measures/…";
  auto& group = *cases.add_subcommand("measure", "What is done: proposed, approved, carried out");
  group.require_subcommand(1);
  const auto stub = &Session::measures;
  AddMessageVerb(group, choice, "propose", "Propose a measure of the policy", kCase, stub,
                 &Stub::ProposeMeasure,
                 {"measure", "text", "findings", "evidence", "guard_answers"})
      ->footer(
          "Example:\n  mamorictl case measure propose cases/… --measure WARNING --text '…'\n"
          "  … --measure TERMINATE_CONTRACT --findings cases/…/findings/… \\\n"
          "    --guard-answers '{\"question\": \"contract_clause\", \"text\": \"…\"}'");
  AddMessageVerb(group, choice, "revise", "Say it anew: approvals so far are void", kMeasure, stub,
                 &Stub::ReviseMeasure,
                 {"measure", "text", "findings", "evidence", "guard_answers"});
  AddMessageVerb(group, choice, "show", "Show a measure as it stands now", kMeasure, stub,
                 &Stub::GetMeasure, {});
  AddMessageVerb(group, choice, "list", "List a case's measures", kCase, stub, &Stub::ListMeasures,
                 {"page_size", "page_token"});
  AddMessageVerb(group, choice, "approve", "Approve what --digest names", kMeasure, stub,
                 &Stub::ApproveMeasure, {"digest"})
      ->footer("The digest is the one that `show` showed you.");
  AddMessageVerb(group, choice, "revoke", "Take back your own approval", kMeasure, stub,
                 &Stub::RevokeApproval, {});
  AddMessageVerb(group, choice, "refer", "Let the outside approver decide: too few are left",
                 kMeasure, stub, &Stub::ReferMeasure, {});
  AddMessageVerb(group, choice, "reject", "Refuse or drop it", kMeasure, stub, &Stub::RejectMeasure,
                 {"reason"});
  AddMessageVerb(group, choice, "outcome", "Record that it was carried out", kMeasure, stub,
                 &Stub::RecordMeasureOutcome,
                 {"reference_number", "contact_person", "carry_out_time", "next_action"});
  AddMessageVerb(group, choice, "assess", "Judge whether it has helped", kMeasure, stub,
                 &Stub::AssessMeasureEffect, {"effective", "reason"});
}

void AddFindingCommands(CLI::App& cases, Choice& choice) {
  using Stub = triage::v1::FactFindingService::Stub;
  auto& group = *cases.add_subcommand("finding", "Statements, findings, and what they come to");
  group.require_subcommand(1);
  const auto stub = &Session::findings;
  AddMessageVerb(group, choice, "statement", "Record what a person said or wrote", kCase, stub,
                 &Stub::RecordStatement,
                 {"kind", "person", "role", "taker", "take_time", "form", "text", "corrects"});
  AddMessageVerb(group, choice, "record", "Record a finding with its sources", kCase, stub,
                 &Stub::RecordFinding, {"text", "sources", "outcome"})
      ->footer(
          "Example:\n  mamorictl case finding record cases/… --text '…' --outcome substantiated"
          " \\\n    --sources '{\"resource\": \"reports/…\"}'");
  AddMessageVerb(group, choice, "revise", "Say a finding anew", "cases/…/findings/…", stub,
                 &Stub::ReviseFinding, {"text", "sources", "outcome"});
  AddMessageVerb(group, choice, "conclude", "Say what the inquiry came to", kCase, stub,
                 &Stub::ConcludeFactFinding, {"outcome", "reason"});
  AddMessageVerb(group, choice, "show", "Show all of it", kCase, stub, &Stub::GetFactFinding, {});
}

}  // namespace mamori::ctl
