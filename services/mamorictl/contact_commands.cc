// contact: the log of who made contact, when, how long, and what was demanded.
#include <memory>

#include "absl/strings/str_cat.h"
#include "services/mamorictl/enum_flag.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/paging.h"
#include "services/mamorictl/report_flags.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

using intake::v1::ListContactsRequest;
using intake::v1::ListContactsResponse;
using intake::v1::RecordContactRequest;
using mamori::v1::ActorRelation;
using mamori::v1::Contact;

std::string ActorName(const mamori::v1::AllegedActor& actor) {
  if (!actor.person().empty()) return actor.person();
  return actor.organisation().empty() ? actor.online_handle() : actor.organisation();
}

int List(Session& session, const ListContactsRequest& request, const Paging& paging) {
  ListContactsResponse all;
  const auto status = ListPages(
      paging, request, all,
      [&](const ListContactsRequest& page_request, ListContactsResponse* page) {
        return session.intake().ListContacts(session.Call().get(), page_request, page);
      },
      [](ListContactsResponse& response) { return response.mutable_contacts(); });
  if (!status.ok()) return session.Fail(status);
  Table table({"CONTACT", "START", "MINUTES", "CHANNEL", "ACTOR", "DEMAND"});
  for (const auto& contact : all.contacts()) {
    table.AddRow({contact.name(), TimeText(contact.has_start_time(), contact.start_time()),
                  absl::StrCat(contact.minutes()), EnumText(contact.channel()),
                  ActorName(contact.actor()), Shorten(contact.demand(), 50)});
  }
  return session.Show(all, table.Text() + MoreText(all.next_page_token()));
}

void AddRecord(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("record", "Record one contact of an actor");
  auto request = std::make_shared<RecordContactRequest>();
  Contact* contact = request->mutable_contact();
  auto request_id = std::make_shared<std::string>();
  using Text = const std::string&;
  const auto add = [&](const char* flag, const char* help, std::function<void(Text)> set) {
    return command->add_option_function<std::string>(flag, std::move(set), help);
  };
  add("--company", "The company that was contacted", [=](Text t) {
    contact->set_company(t);
  })->required();
  add("--report", "reports/… that it belongs to", [=](Text t) { contact->set_report(t); });
  add("--actor-person", "Who", [=](Text t) { contact->mutable_actor()->set_person(t); });
  add("--actor-organisation", "Of which organisation",
      [=](Text t) { contact->mutable_actor()->set_organisation(t); });
  add("--actor-handle", "By which account",
      [=](Text t) { contact->mutable_actor()->set_online_handle(t); });
  AddEnumFlag<ActorRelation>(*command, "--actor-relation", "The relation", [=](ActorRelation r) {
    contact->mutable_actor()->set_relation(r);
  })->required();
  AddTimeFlag(*command, "--start", "When it began", [=](const auto& time) {
    *contact->mutable_start_time() = time;
  })->required();
  command->add_option_function<int>(
      "--minutes", [=](const int& n) { contact->set_minutes(n); }, "How long");
  AddEnumFlag<mamori::v1::Channel>(*command, "--channel", "The way", [=](auto channel) {
    contact->set_channel(channel);
  })->required();
  add("--demand", "What was demanded", [=](Text t) { contact->set_demand(t); });
  command->add_option("--request-id", *request_id, "Made when left out");
  command->footer(
      "Example:\n"
      "  mamorictl contact record --company acme --actor-organisation 'Example Ltd' \\\n"
      "      --actor-relation customer --channel phone --minutes 95 \\\n"
      "      --start 2026-11-20T18:30:00+09:00 --demand 'Replace the engineer'");
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(*request_id));
      Contact recorded;
      const auto status = session.intake().RecordContact(session.Call().get(), *request, &recorded);
      return status.ok() ? session.Show(recorded, recorded.name() + "\n") : session.Fail(status);
    };
  });
}

}  // namespace

void AddContactCommands(CLI::App& app, Choice& choice) {
  auto* group = app.add_subcommand("contact", "The contact log");
  group->require_subcommand(1);
  AddRecord(*group, choice);
  auto* list = group->add_subcommand("list", "List contacts, newest first");
  auto report = std::make_shared<std::string>();
  auto company = std::make_shared<std::string>();
  list->add_option("--report", *report,
                   "Only contacts of this reports/…; without it the desk's roles are needed");
  list->add_option("--company", *company, "Only this company");
  auto paging = AddPagingFlags(*list);
  list->footer("Example:\n  mamorictl contact list --report reports/…");
  list->callback([=, &choice] {
    choice.run = [=](Session& session) {
      ListContactsRequest request;
      request.set_report(*report);
      request.set_company(*company);
      return List(session, request, *paging);
    };
  });
}

}  // namespace mamori::ctl
