#include "services/mamorictl/command_line.h"

#include "services/mamorictl/exit_code.h"
#include "services/mamorictl/session.h"
#include "services/mamorictl/settings.h"

namespace mamori::ctl {
namespace {

constexpr char kFooter[] =
    "Examples:\n"
    "  mamorictl health\n"
    "  mamorictl submit report.json\n"
    "  mamorictl overview --wait 30\n"
    "  mamorictl case list --min-severity high -o json | jq -r '.cases[].name'\n"
    "  mamorictl COMMAND --help\n"
    "Exit codes:\n"
    "  0 done   1 a local file failed   2 wrong usage   3 --wait ended too early\n"
    "  10 + gRPC code: 13 invalid argument, 14 deadline exceeded (send again with the same\n"
    "  --request-id), 15 not found, 17 permission denied, 18 overloaded, 19 not in this state,\n"
    "  20 changed by someone else, 23 internal, 24 unavailable, 25 the audit is not whole, or a\n"
    "  bundle not genuine, 26 "
    "unauthenticated";

}  // namespace

int RunCommandLine(int argc, char** argv, const time::Clock& clock, time::Sleeper& sleeper,
                   id::IdSource& ids, std::ostream& out, std::ostream& err) {
  Settings settings;
  Choice choice;
  CLI::App app(
      "Mamori from the command line: reports in, cases worked on, deliveries looked after.");
  app.name("mamorictl");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough();
  AddSettings(app, settings);
  for (auto* add :
       {AddHealthCommand,   AddSubmitCommands,   AddReporterCommands,   AddDialogueCommands,
        AddReportCommands,  AddContactCommands,  AddAnalyzeCommand,     AddOverviewCommand,
        AddCaseCommands,    AddDeadlineCommands, AddStatisticsCommands, AddAccessCommands,
        AddPeopleCommands,  AddTenantCommands,   AddActCommands,        AddHoldCommands,
        AddOpinionCommands, AddActorCommands,    AddMemoryCommands,     AddDeliveryCommands,
        AddWebhookCommands, AddMigrateCommand,   AddAuditCommands,      AddBundleCommands,
        AddKeysCommand,     AddEvidenceCommands, AddDeskCommands,       AddTimelineCommand,
        AddSearchCommands}) {
    add(app, choice);
  }
  try {
    app.parse(argc, argv);
    ApplyProfile(app, settings);
  } catch (const CLI::Error& error) {
    return app.exit(error, out, err) == 0 ? kOk : kUsage;
  }
  Session session(settings, ids, clock, sleeper, out, err);
  if (choice.needs_services && !settings.Missing().empty()) {
    return session.FailUsage("missing: " + settings.Missing() +
                             " (or set the environment, or give a --profile)");
  }
  return choice.run(session);
}

}  // namespace mamori::ctl
