#include "services/notification/sql_ingest_store.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/db/batch.h"
#include "common/outbox/inbox.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/notification/delivery_rows.h"
#include "services/notification/escalation_timers.h"
#include "services/notification/identity.h"

namespace mamori::notification {
namespace {

constexpr char kSelectEndpoints[] =
    "SELECT endpoint_id, event_types FROM webhook_endpoint WHERE tenant = ? AND company = ? AND "
    "disabled = 0"
    " ORDER BY endpoint_id LIMIT 1000";

struct Endpoint {
  std::string receiver;
  std::set<std::string> event_types;  // empty: all
};
using Company = std::pair<std::string, std::string>;  // with its tenant
using Endpoints = std::map<Company, std::vector<Endpoint>>;

// One query per company of the batch, which are few.
absl::StatusOr<Endpoints> FindEndpoints(db::Tx& tx, const std::vector<const RoutedEvent*>& events) {
  Endpoints endpoints;
  for (const RoutedEvent* event : events) {
    const Company company{event->event->tenant(), event->facts.company};
    if (event->facts.type.empty() || endpoints.count(company) > 0) continue;
    ASSIGN_OR_RETURN(const db::Rows rows,
                     tx.Query(kSelectEndpoints, db::Params()
                                                    .Add(std::string_view(company.first))
                                                    .Add(std::string_view(company.second))));
    std::vector<Endpoint>& found = endpoints[company];
    for (const db::Row& row : rows) {
      found.push_back(Endpoint{id::Name("webhookEndpoints", row.GetBytes(0)),
                               absl::StrSplit(row.GetBytes(1), '\n', absl::SkipEmpty())});
    }
  }
  return endpoints;
}

// The rows that a batch inserts.
struct Inserts {
  std::vector<NotificationRow> notifications;
  std::vector<db::Params> deliveries;
  std::vector<EscalationTimer> timers;
};

NotificationRow RowOf(const RoutedEvent& event, std::string_view route) {
  NotificationRow row;
  row.notification_id = NotificationId(event.event->event_id(), route);
  row.tenant = event.event->tenant();
  row.company = event.facts.company;
  row.case_id = event.event->subject_id();
  row.event_type = event.facts.type;
  row.route = std::string(route);
  row.policy_digest = event.policy_digest;
  row.anonymous = event.event->anonymous();
  return row;
}

void AddMail(const RoutedEvent& event, absl::Time now, Inserts& inserts) {
  for (const PlannedNotification& planned : event.notifications) {
    NotificationRow row = RowOf(event, planned.route);
    row.group = planned.group;
    row.urgency = planned.urgency;
    for (const std::string& address : planned.mail) {
      inserts.deliveries.push_back(DeliveryValues(row, mamori::v1::DELIVERY_CHANNEL_MAIL, address,
                                                  now, event.wait, event.apart));
    }
    if (planned.wait > absl::ZeroDuration()) {
      inserts.timers.push_back(EscalationTimer{.tenant = row.tenant,
                                               .notification_id = row.notification_id,
                                               .step = 1,
                                               .wait = planned.wait,
                                               .told_after = event.wait,
                                               .apart = event.apart});
    }
    inserts.notifications.push_back(std::move(row));
  }
}

// One notification carries all webhooks of an event, as urgent as the most urgent that people get.
void AddWebhooks(const RoutedEvent& event, const std::vector<Endpoint>& endpoints, absl::Time now,
                 Inserts& inserts) {
  NotificationRow row = RowOf(event, kWebhookRoute);
  if (!event.notifications.empty()) row.urgency = event.notifications.front().urgency;
  bool wanted = false;
  for (const Endpoint& endpoint : endpoints) {
    if (!endpoint.event_types.empty() && endpoint.event_types.count(event.facts.type) == 0)
      continue;
    wanted = true;
    inserts.deliveries.push_back(DeliveryValues(row, mamori::v1::DELIVERY_CHANNEL_WEBHOOK,
                                                endpoint.receiver, now, event.wait, event.apart));
  }
  if (wanted) inserts.notifications.push_back(std::move(row));
}

std::vector<audit::Entry> EntriesOf(const std::vector<NotificationRow>& rows) {
  std::vector<audit::Entry> entries;
  for (const NotificationRow& row : rows) {
    audit::Entry& entry = entries.emplace_back();
    entry.kind = audit::Kind::kNotification;
    entry.resource_id = row.notification_id;
    entry.tenant = row.tenant;
    entry.action = "IngestEvents";
    entry.who.caller = "notification";
    entry.cause_kind = audit::Kind::kCase;
    entry.cause_id = row.case_id;
    entry.by_day = row.anonymous;
  }
  return entries;
}

absl::Status StatusOf(outbox::Admission admission, const mamori::v1::Event& event) {
  switch (admission) {
    case outbox::Admission::kApply:
    case outbox::Admission::kDuplicate:
      return absl::OkStatus();
    case outbox::Admission::kGap:
      return status::EventGap(event.subject_sequence() - 1);
  }
  return absl::InternalError("an admission that there is not");
}

}  // namespace

std::vector<absl::Status> SqlIngestStore::Apply(absl::Span<const RoutedEvent> events,
                                                absl::Time now, absl::Time deadline) {
  std::vector<absl::Status> answers(events.size());
  db::TransactionOptions options;
  options.deadline = deadline;
  // The inbox of a run that did commit makes the next one find duplicates.
  options.settles_unknown_commit = true;
  using Admissions = std::vector<outbox::Admission>;
  std::vector<absl::Status> failures =
      db::ApplyRanges(events.size(), [&](size_t first, size_t count) {
        std::vector<const mamori::v1::Event*> facts;
        for (size_t i = 0; i < count; ++i) facts.push_back(events[first + i].event);
        const absl::StatusOr<Admissions> admissions =
            transactor_.Run<Admissions>(options, [&](db::Tx& tx) -> absl::StatusOr<Admissions> {
              ASSIGN_OR_RETURN(Admissions admitted, outbox::Admit(tx, facts, now));
              std::vector<const RoutedEvent*> applied;
              for (size_t i = 0; i < count; ++i) {
                if (admitted[i] == outbox::Admission::kApply) applied.push_back(&events[first + i]);
              }
              RETURN_IF_ERROR(ApplyEffects(tx, applied, now));
              return admitted;
            });
        if (!admissions.ok()) return admissions.status();
        for (size_t i = 0; i < count; ++i)
          answers[first + i] = StatusOf((*admissions)[i], *facts[i]);
        return absl::OkStatus();
      });
  for (size_t i = 0; i < events.size(); ++i) {
    if (!failures[i].ok()) answers[i] = std::move(failures[i]);
  }
  return answers;
}

absl::Status SqlIngestStore::ApplyEffects(db::Tx& tx, const std::vector<const RoutedEvent*>& events,
                                          absl::Time now) {
  ASSIGN_OR_RETURN(const Endpoints endpoints, FindEndpoints(tx, events));
  Inserts inserts;
  for (const RoutedEvent* event : events) {
    if (event->facts.type.empty()) continue;
    AddMail(*event, now, inserts);
    // No endpoint is the consultation desk's alone.
    if (IsConsulting(event->facts)) continue;
    AddWebhooks(*event, endpoints.at({event->event->tenant(), event->facts.company}), now, inserts);
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> firsts,
                   journal_.BeginEach(tx, EntriesOf(inserts.notifications)));
  RETURN_IF_ERROR(InsertNotifications(tx, inserts.notifications, firsts, now));
  RETURN_IF_ERROR(InsertDeliveries(tx, inserts.deliveries));
  return ScheduleEscalations(tx, inserts.timers, ids_);
}

}  // namespace mamori::notification
