// notification, delivery, dead-letters: what was told to whom, and what did not arrive.
#include <memory>

#include "absl/strings/str_cat.h"
#include "services/mamorictl/enum_flag.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/paging.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

namespace notification_api = notification::v1;
using mamori::v1::Delivery;
using mamori::v1::Notification;
using Text = const std::string&;

template <typename Response>
int ShowDeliveries(Session& session, const Response& all) {
  Table table({"DELIVERY", "CASE", "CHANNEL", "RECEIVER", "STATE", "TRIES", "CREATED", "SENT",
               "LAST ERROR"});
  for (const auto& one : all.deliveries()) {
    table.AddRow({one.name(), one.case_name(), EnumText(one.channel()), one.receiver(),
                  EnumText(one.state()), absl::StrCat(one.attempt_count()),
                  TimeText(one.has_create_time(), one.create_time()),
                  TimeText(one.has_sent_time(), one.sent_time()), one.last_error()});
  }
  return session.Show(all, table.Text() + MoreText(all.next_page_token()));
}

int ListDeliveries(Session& session, const notification_api::ListDeliveriesRequest& request,
                   const Paging& paging) {
  notification_api::ListDeliveriesResponse all;
  const auto status = ListPages(
      paging, request, all,
      [&](const auto& page_request, auto* page) {
        return session.notification().ListDeliveries(session.Call().get(), page_request, page);
      },
      [](auto& response) { return response.mutable_deliveries(); });
  return status.ok() ? ShowDeliveries(session, all) : session.Fail(status);
}

int ListDeadLetters(Session& session, const Paging& paging) {
  notification_api::ListDeadLettersResponse all;
  const auto status = ListPages(
      paging, notification_api::ListDeadLettersRequest(), all,
      [&](const auto& page_request, auto* page) {
        return session.notification().ListDeadLetters(session.Call().get(), page_request, page);
      },
      [](auto& response) { return response.mutable_deliveries(); });
  return status.ok() ? ShowDeliveries(session, all) : session.Fail(status);
}

int ListNotifications(Session& session, const notification_api::ListNotificationsRequest& request,
                      const Paging& paging) {
  notification_api::ListNotificationsResponse all;
  const auto status = ListPages(
      paging, request, all,
      [&](const auto& page_request, auto* page) {
        return session.notification().ListNotifications(session.Call().get(), page_request, page);
      },
      [](auto& response) { return response.mutable_notifications(); });
  if (!status.ok()) return session.Fail(status);
  Table table({"NOTIFICATION", "CASE", "EVENT", "URGENCY", "GROUP", "STEP", "CREATED",
               "ACKNOWLEDGED", "BY"});
  for (const auto& one : all.notifications()) {
    table.AddRow({one.name(), one.case_name(), one.event_type(), EnumText(one.urgency()),
                  one.recipient_group(), absl::StrCat(one.escalation_step()),
                  TimeText(one.has_create_time(), one.create_time()),
                  TimeText(one.has_acknowledge_time(), one.acknowledge_time()),
                  one.acknowledger()});
  }
  return session.Show(all, table.Text() + MoreText(all.next_page_token()));
}

void AddRetry(CLI::App& group, Choice& choice) {
  auto* retry = group.add_subcommand("retry", "Send a DEAD or UNKNOWN delivery again, same id");
  auto request = std::make_shared<notification_api::RetryDeliveryRequest>();
  retry
      ->add_option_function<std::string>(
          "name", [=](Text t) { request->set_name(t); }, "deliveries/…")
      ->required();
  retry->add_option_function<std::string>(
      "--request-id", [=](Text t) { request->set_request_id(t); }, "Made when left out");
  retry->footer(
      "Example: send all dead letters again\n"
      "  mamorictl dead-letters --limit 0 -o json | jq -r '.deliveries[].name' |\n"
      "      xargs -n 1 mamorictl delivery retry");
  retry->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(request->request_id()));
      Delivery delivery;
      const auto status =
          session.notification().RetryDelivery(session.Call().get(), *request, &delivery);
      if (!status.ok()) return session.Fail(status);
      return session.Show(delivery,
                          absl::StrCat(delivery.name(), "  ", EnumText(delivery.state()), "\n"));
    };
  });
}

void AddAcknowledge(CLI::App& group, Choice& choice) {
  auto* ack = group.add_subcommand("ack", "Take notice, which stops the escalation");
  auto request = std::make_shared<notification_api::AcknowledgeNotificationRequest>();
  ack->add_option_function<std::string>(
         "name", [=](Text t) { request->set_name(t); }, "notifications/…")
      ->required();
  ack->add_option_function<std::string>(
      "--request-id", [=](Text t) { request->set_request_id(t); }, "Made when left out");
  ack->footer("Example:\n  mamorictl --person sato notification ack notifications/…");
  ack->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(request->request_id()));
      Notification one;
      const auto status =
          session.notification().AcknowledgeNotification(session.Call().get(), *request, &one);
      if (!status.ok()) return session.Fail(status);
      return session.Show(
          one, absl::StrCat(one.name(), "  acknowledged ",
                            TimeText(one.has_acknowledge_time(), one.acknowledge_time()), " by ",
                            one.acknowledger().empty() ? "-" : one.acknowledger(), "\n"));
    };
  });
}

}  // namespace

void AddDeliveryCommands(CLI::App& app, Choice& choice) {
  auto* notifications = app.add_subcommand("notification", "What people were told");
  notifications->require_subcommand(1);
  auto* list = notifications->add_subcommand("list", "List notifications, newest first");
  auto notification_request = std::make_shared<notification_api::ListNotificationsRequest>();
  list->add_option_function<std::string>(
      "--case", [=](Text t) { notification_request->set_case_name(t); }, "Only of this cases/…");
  auto notification_paging = AddPagingFlags(*list);
  list->callback([=, &choice] {
    choice.run = [=](Session& session) {
      return ListNotifications(session, *notification_request, *notification_paging);
    };
  });
  AddAcknowledge(*notifications, choice);

  auto* deliveries = app.add_subcommand("delivery", "Messages to receivers");
  deliveries->require_subcommand(1);
  auto* delivery_list = deliveries->add_subcommand("list", "List deliveries, newest first");
  auto delivery_request = std::make_shared<notification_api::ListDeliveriesRequest>();
  delivery_list->add_option_function<std::string>(
      "--case", [=](Text t) { delivery_request->set_case_name(t); }, "Only of this cases/…");
  AddEnumFlag<mamori::v1::DeliveryState>(*delivery_list, "--state", "Only in this state",
                                         [=](auto state) { delivery_request->set_state(state); });
  auto delivery_paging = AddPagingFlags(*delivery_list);
  delivery_list->footer("Example:\n  mamorictl delivery list --state pending");
  delivery_list->callback([=, &choice] {
    choice.run = [=](Session& session) {
      return ListDeliveries(session, *delivery_request, *delivery_paging);
    };
  });
  AddRetry(*deliveries, choice);

  auto* dead = app.add_subcommand("dead-letters", "List what a person has to look at");
  auto dead_paging = AddPagingFlags(*dead);
  dead->callback([=, &choice] {
    choice.run = [=](Session& session) { return ListDeadLetters(session, *dead_paging); };
  });
}

}  // namespace mamori::ctl
