#include "services/mamorictl/report_flags.h"

#include <google/protobuf/util/time_util.h>

#include <functional>
#include <string>
#include <vector>

#include "services/mamorictl/enum_flag.h"
#include "services/mamorictl/text_source.h"

namespace mamori::ctl {
namespace {

using mamori::v1::ActorRelation;
using mamori::v1::Channel;
using mamori::v1::Report;
using mamori::v1::ReportKind;

// The one actor and the one occurrence that flags can tell of; more than one need a file.
mamori::v1::AllegedActor& Actor(Report& report) {
  return report.actors_size() == 0 ? *report.add_actors() : *report.mutable_actors(0);
}

mamori::v1::Occurrence& When(Report& report) {
  return report.occurrences_size() == 0 ? *report.add_occurrences()
                                        : *report.mutable_occurrences(0);
}

using Text = const std::string&;

}  // namespace

CLI::Option* AddTimeFlag(CLI::App& command, const std::string& flag, const std::string& help,
                         std::function<void(const google::protobuf::Timestamp&)> set) {
  return command
      .add_option_function<std::string>(
          flag,
          [flag, set](Text text) {
            google::protobuf::Timestamp time;
            if (!google::protobuf::util::TimeUtil::FromString(text, &time)) {
              throw CLI::ValidationError(flag, "want a time such as 2026-11-20T18:30:00+09:00");
            }
            set(time);
          },
          help)
      ->type_name("TIME");
}

std::shared_ptr<Report> AddReportFlags(CLI::App& command, CLI::Option& file) {
  auto made = std::make_shared<Report>();
  Report* report =
      made.get();  // the callbacks live as long as the returned message is kept by the command
  const auto add = [&](const char* flag, const char* help, std::function<void(Text)> set) {
    return command.add_option_function<std::string>(flag, std::move(set), help)->excludes(&file);
  };
  const auto number = [&](const char* flag, const char* help, std::function<void(int)> set) {
    command
        .add_option_function<int>(
            flag, [set](const int& value) { set(value); }, help)
        ->excludes(&file);
  };
  add("--company", "Company below the tenant", [=](Text t) { report->set_company(t); });
  AddEnumFlag<ReportKind>(command, "--kind", "What kind", [=](ReportKind kind) {
    report->set_kind(kind);
  })->excludes(&file);
  auto* narrative = add("--narrative", "What happened", [=](Text t) { report->set_narrative(t); });
  add("--narrative-file", "What happened, from a file; - reads standard input", [=](Text t) {
    if (!ReadText(t, *report->mutable_narrative())) {
      throw CLI::FileError::Missing(t);
    }
  })->excludes(narrative);
  report->set_language("ja");
  add("--language", "Language of the narrative, BCP 47. Default ja",
      [=](Text t) { report->set_language(t); });
  add("--wish", "What the reporter wishes", [=](Text t) { report->set_wish(t); });
  command
      .add_option_function<std::vector<std::string>>(
          "--affected",
          [=](const std::vector<std::string>& people) {
            for (const auto& person : people) report->add_affected()->set_person(person);
          },
          "Who is affected. May be repeated")
      ->allow_extra_args(false)
      ->excludes(&file);
  add("--actor-person", "Who is said to have acted", [=](Text t) { Actor(*report).set_person(t); });
  add("--actor-organisation", "The actor's organisation",
      [=](Text t) { Actor(*report).set_organisation(t); });
  add("--actor-handle", "The actor's account on a platform",
      [=](Text t) { Actor(*report).set_online_handle(t); });
  AddEnumFlag<ActorRelation>(command, "--actor-relation", "The actor's relation",
                             [=](ActorRelation relation) { Actor(*report).set_relation(relation); })
      ->excludes(&file);
  AddTimeFlag(command, "--start", "When it began", [=](const auto& time) {
    *When(*report).mutable_start_time() = time;
  })->excludes(&file);
  AddTimeFlag(command, "--end", "When it ended", [=](const auto& time) {
    *When(*report).mutable_end_time() = time;
  })->excludes(&file);
  AddEnumFlag<Channel>(command, "--channel", "The way it happened", [=](Channel channel) {
    When(*report).set_channel(channel);
  })->excludes(&file);
  add("--place", "Where", [=](Text t) { When(*report).set_place(t); });
  add("--url", "Where it can be seen", [=](Text t) { When(*report).add_urls(t); });
  number("--contact-count", "Contacts about the matter, this one included",
         [=](int n) { report->set_contact_count(n); });
  number("--total-minutes", "Minutes they took together",
         [=](int n) { report->set_total_minutes(n); });
  add("--reporter", "The reporter's name; none when left out",
      [=](Text t) { report->mutable_reporter()->set_person(t); });
  add("--reporter-contact", "How the reporter wants to be reached",
      [=](Text t) { report->mutable_reporter()->set_contact(t); });
  add("--existing-case", "cases/… that it belongs to",
      [=](Text t) { report->set_existing_case(t); });
  command
      .add_flag_callback(
          "--danger", [=] { report->set_immediate_danger(true); }, "Someone is in danger now")
      ->excludes(&file);
  return made;
}

}  // namespace mamori::ctl
