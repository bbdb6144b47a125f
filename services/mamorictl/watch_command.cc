// case watch: changes as they happen, without a gap across restarts.
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/mamorictl/exit_code.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/session.h"
#include "services/mamorictl/text_source.h"

namespace mamori::ctl {
namespace {

using triage::v1::WatchCasesRequest;
using triage::v1::WatchCasesResponse;

struct Watch {
  std::string resume_token;
  std::string resume_file;
  int count = 0;
};

// "case_opened" for whatever fact is set.
std::string FactName(const mamori::v1::Event& event) {
  const auto* oneof = event.GetDescriptor()->FindOneofByName("fact");
  const auto* field = event.GetReflection()->GetOneofFieldDescriptor(event, oneof);
  return field == nullptr ? "-" : field->name();
}

void Print(Session& session, const WatchCasesResponse& response) {
  if (session.json()) {
    session.out() << Json(response, /*one_line=*/true) << std::flush;
    return;
  }
  const auto& event = response.event();
  session.out() << TimeText(event.has_event_time(), event.event_time()) << "  " << FactName(event)
                << "  cases/" << id::ToText(event.subject_id()) << std::endl;
}

int Run(Session& session, const Watch& watch) {
  WatchCasesRequest request;
  request.set_resume_token(watch.resume_token);
  std::string kept;
  if (!watch.resume_file.empty() && ReadText(watch.resume_file, kept)) {
    request.set_resume_token(std::string(absl::StripAsciiWhitespace(kept)));
  }
  const auto context = session.Call(/*stream=*/true);
  const auto stream = session.triage().WatchCases(context.get(), request);
  int seen = 0;
  for (WatchCasesResponse response; stream->Read(&response);) {
    if (response.has_event()) Print(session, response);
    // After it is handled, not before: a crash in between repeats it instead of losing it.
    if (!watch.resume_file.empty() &&
        !WriteText(watch.resume_file, response.resume_token() + "\n")) {
      return session.FailLocally(absl::StrCat("cannot write ", watch.resume_file));
    }
    if (response.has_event() && ++seen == watch.count) {
      context->TryCancel();
      return kOk;
    }
  }
  const auto status = stream->Finish();
  return status.ok() ? kOk : session.Fail(status);
}

}  // namespace

void AddWatchCommand(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("watch", "Print the changes of cases as they happen");
  auto watch = std::make_shared<Watch>();
  auto* token =
      command->add_option("--resume-token", watch->resume_token, "Go on after this answer");
  command
      ->add_option("--resume-file", watch->resume_file,
                   "Go on after the token in this file, and keep the newest there")
      ->excludes(token);
  command->add_option("--count", watch->count, "End after so many changes; 0 goes on for ever")
      ->check(CLI::Range(0, 1'000'000'000))
      ->capture_default_str();
  command->footer(
      "A change may come twice, never not at all: keep the token, and look at the event id.\n"
      "Exit code 24 when the service stops: start it again with the token.\n"
      "Example:\n"
      "  until mamorictl case watch --resume-file watch.resume -o json; do sleep 1; done");
  command->callback(
      [=, &choice] { choice.run = [=](Session& session) { return Run(session, *watch); }; });
}

}  // namespace mamori::ctl
