// webhook: the endpoints that get signed webhooks.
#include <google/protobuf/empty.pb.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/paging.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

namespace notification_api = notification::v1;
using mamori::v1::WebhookEndpoint;
using Text = const std::string&;

std::string EndpointText(const WebhookEndpoint& endpoint) {
  Table facts({"WEBHOOK", endpoint.name()});
  facts.AddRow({"company", endpoint.company()});
  facts.AddRow({"url", endpoint.url()});
  facts.AddRow({"events", endpoint.event_types().empty()
                              ? "all"
                              : absl::StrJoin(endpoint.event_types(), ", ")});
  facts.AddRow({"disabled", endpoint.disabled() ? "yes" : "no"});
  facts.AddRow({"created", TimeText(endpoint.has_create_time(), endpoint.create_time())});
  facts.AddRow({"etag", endpoint.etag()});
  if (endpoint.has_previous_secret_expire_time()) {
    facts.AddRow({"also signed with the earlier key until",
                  TimeText(true, endpoint.previous_secret_expire_time())});
  }
  // Shown this once: nobody can read it again.
  if (!endpoint.secret().empty()) facts.AddRow({"secret", endpoint.secret()});
  return facts.Text();
}

template <typename Request>
void AddName(CLI::App& command, std::shared_ptr<Request> request) {
  command
      .add_option_function<std::string>(
          "name", [=](Text t) { request->set_name(t); }, "webhookEndpoints/…")
      ->required();
}

template <typename Request>
CLI::Option* AddRequestId(CLI::App& command, std::shared_ptr<Request> request) {
  return command.add_option_function<std::string>(
      "--request-id", [=](Text t) { request->set_request_id(t); }, "Made when left out");
}

// Sends `request` by `method` and shows the endpoint that comes back.
template <typename Request, typename Method>
void ShowAnswer(CLI::App& command, Choice& choice, std::shared_ptr<Request> request,
                Method method) {
  command.callback([=, &choice] {
    choice.run = [=](Session& session) {
      if constexpr (requires { request->request_id(); }) {
        request->set_request_id(session.RequestId(request->request_id()));
      }
      WebhookEndpoint endpoint;
      const auto status =
          (session.notification().*method)(session.Call().get(), *request, &endpoint);
      return status.ok() ? session.Show(endpoint, EndpointText(endpoint)) : session.Fail(status);
    };
  });
}

void AddEvents(CLI::App& command, WebhookEndpoint* endpoint) {
  command
      .add_option_function<std::vector<std::string>>(
          "--event",
          [=](const std::vector<std::string>& types) {
            for (const auto& type : types) endpoint->add_event_types(type);
          },
          "Event type wanted, such as case.opened; may be repeated; all when left out")
      ->allow_extra_args(false);
}

int Delete(Session& session, notification_api::DeleteWebhookEndpointRequest& request) {
  request.set_request_id(session.RequestId(request.request_id()));
  google::protobuf::Empty nothing;
  const auto status =
      session.notification().DeleteWebhookEndpoint(session.Call().get(), request, &nothing);
  return status.ok() ? session.Show(nothing, "deleted\n") : session.Fail(status);
}

int List(Session& session, const Paging& paging) {
  notification_api::ListWebhookEndpointsResponse all;
  const auto status = ListPages(
      paging, notification_api::ListWebhookEndpointsRequest(), all,
      [&](const auto& page_request, auto* page) {
        return session.notification().ListWebhookEndpoints(session.Call().get(), page_request,
                                                           page);
      },
      [](auto& response) { return response.mutable_webhook_endpoints(); });
  if (!status.ok()) return session.Fail(status);
  Table table({"WEBHOOK", "COMPANY", "URL", "EVENTS", "DISABLED"});
  for (const auto& one : all.webhook_endpoints()) {
    table.AddRow({one.name(), one.company(), one.url(), absl::StrJoin(one.event_types(), ","),
                  one.disabled() ? "yes" : "no"});
  }
  return session.Show(all, table.Text() + MoreText(all.next_page_token()));
}

// Update replaces all three fields: what no flag names is read first and kept.
int Update(Session& session, notification_api::UpdateWebhookEndpointRequest& request, bool keep_url,
           bool keep_events, bool keep_disabled) {
  notification_api::GetWebhookEndpointRequest get;
  get.set_name(request.webhook_endpoint().name());
  WebhookEndpoint now;
  auto status = session.notification().GetWebhookEndpoint(session.Call().get(), get, &now);
  if (!status.ok()) return session.Fail(status);
  auto& wanted = *request.mutable_webhook_endpoint();
  wanted.set_company(now.company());
  if (keep_url) wanted.set_url(now.url());
  if (keep_events) *wanted.mutable_event_types() = now.event_types();
  if (keep_disabled) wanted.set_disabled(now.disabled());
  if (wanted.etag().empty()) wanted.set_etag(now.etag());
  request.set_request_id(session.RequestId(request.request_id()));
  WebhookEndpoint after;
  status = session.notification().UpdateWebhookEndpoint(session.Call().get(), request, &after);
  return status.ok() ? session.Show(after, EndpointText(after)) : session.Fail(status);
}

void AddUpdate(CLI::App& group, Choice& choice) {
  auto* update = group.add_subcommand("update", "Change URL, events or whether it is disabled");
  auto request = std::make_shared<notification_api::UpdateWebhookEndpointRequest>();
  WebhookEndpoint* endpoint = request->mutable_webhook_endpoint();
  update
      ->add_option_function<std::string>(
          "name", [=](Text t) { endpoint->set_name(t); }, "webhookEndpoints/…")
      ->required();
  auto* url = update->add_option_function<std::string>(
      "--url", [=](Text t) { endpoint->set_url(t); }, "https URL");
  AddEvents(*update, endpoint);
  auto* disable = update->add_flag_callback(
      "--disable", [=] { endpoint->set_disabled(true); }, "Send nothing there");
  auto* enable = update->add_flag_callback(
      "--enable", [=] { endpoint->set_disabled(false); }, "Send there again");
  enable->excludes(disable);
  update->add_option_function<std::string>(
      "--etag", [=](Text t) { endpoint->set_etag(t); },
      "Exit code 20 when it has changed since this etag");
  AddRequestId(*update, request);
  update->callback([=, &choice] {
    const bool keep_disabled = disable->count() + enable->count() == 0;
    const bool keep_url = url->count() == 0;
    const bool keep_events = endpoint->event_types().empty();
    choice.run = [=](Session& session) {
      return Update(session, *request, keep_url, keep_events, keep_disabled);
    };
  });
}

}  // namespace

void AddWebhookCommands(CLI::App& app, Choice& choice) {
  using Stub = notification_api::NotificationService::Stub;
  auto* group = app.add_subcommand("webhook", "Receivers of signed webhooks");
  group->require_subcommand(1);

  auto* create = group->add_subcommand("create", "Make an endpoint; shows its secret this once");
  auto made = std::make_shared<notification_api::CreateWebhookEndpointRequest>();
  WebhookEndpoint* endpoint = made->mutable_webhook_endpoint();
  create
      ->add_option_function<std::string>(
          "--company", [=](Text t) { endpoint->set_company(t); }, "Whose events go there")
      ->required();
  create
      ->add_option_function<std::string>(
          "--url", [=](Text t) { endpoint->set_url(t); }, "https URL")
      ->required();
  AddEvents(*create, endpoint);
  AddRequestId(*create, made);
  create->footer(
      "Example:\n"
      "  mamorictl webhook create --company acme --url https://desk.example/hooks \\\n"
      "      --event case.opened --event case.severity_changed");
  ShowAnswer(*create, choice, made, &Stub::CreateWebhookEndpoint);

  auto* get = group->add_subcommand("get", "Show an endpoint, without its secret");
  auto got = std::make_shared<notification_api::GetWebhookEndpointRequest>();
  AddName(*get, got);
  ShowAnswer(*get, choice, got, &Stub::GetWebhookEndpoint);

  auto* list = group->add_subcommand("list", "List endpoints");
  auto paging = AddPagingFlags(*list);
  list->callback(
      [=, &choice] { choice.run = [=](Session& session) { return List(session, *paging); }; });

  AddUpdate(*group, choice);

  auto* rotate =
      group->add_subcommand("rotate", "Make a new key; for 24 hours messages are signed with both");
  auto rotated = std::make_shared<notification_api::RotateWebhookSecretRequest>();
  AddName(*rotate, rotated);
  AddRequestId(*rotate, rotated);
  ShowAnswer(*rotate, choice, rotated, &Stub::RotateWebhookSecret);

  auto* remove = group->add_subcommand("delete", "Delete an endpoint; what waits for it is dead");
  auto removed = std::make_shared<notification_api::DeleteWebhookEndpointRequest>();
  AddName(*remove, removed);
  AddRequestId(*remove, removed);
  remove->add_option_function<std::string>(
      "--etag", [=](Text t) { removed->set_etag(t); },
      "Exit code 20 when it has changed since this etag");
  remove->callback(
      [=, &choice] { choice.run = [=](Session& session) { return Delete(session, *removed); }; });
}

}  // namespace mamori::ctl
