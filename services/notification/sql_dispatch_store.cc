#include "services/notification/sql_dispatch_store.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/db/database_time.h"
#include "common/db/in_list.h"
#include "common/outbox/outbox.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/notification/claim_share.h"
#include "services/notification/delivery_rows.h"
#include "services/notification/event_sequences.h"
#include "services/notification/settlement_event.h"

namespace mamori::notification {
namespace {

using mamori::v1::DeliveryChannel;
using mamori::v1::DeliveryState;

constexpr char kSelectDue[] =
    "SELECT delivery_id, tenant, case_id, notification_id, channel, receiver, urgency, event_type,"
    " escalation_step, policy_digest, attempt_count, fence, create_time, anonymous FROM delivery"
    " WHERE state = ? AND channel = ? AND urgency = ? AND due_time <= " MAMORI_DATABASE_NOW;
constexpr char kFirstDue[] = " ORDER BY due_time LIMIT ? FOR UPDATE SKIP LOCKED";
constexpr char kClaim[] =
    "UPDATE delivery SET state = ?, fence = fence + 1, attempt_count = attempt_count + ?,"
    " due_time = " MAMORI_DATABASE_NOW " + ?, claim_token = ? WHERE delivery_id IN (";
// Waits for a COMMIT that is still under way, unlike the search for what is due.
constexpr char kHeld[] =
    "SELECT delivery_id FROM delivery WHERE claim_token = ? AND state = ? AND delivery_id IN (";
constexpr char kLock[] = "SELECT delivery_id, fence, state FROM delivery WHERE delivery_id IN (";
constexpr char kSettleSentHead[] =
    "UPDATE delivery SET state = ?, due_time = ?, last_error = '', sent_time = CASE delivery_id";
constexpr char kSettleSentTail[] = " END WHERE fence = ? AND state = ? AND delivery_id IN (";
// 1: another attempt after a wait; 0: at rest, since then.
constexpr char kSettle[] =
    "UPDATE delivery SET state = ?, due_time = ? * " MAMORI_DATABASE_NOW
    " + ?,"
    " attempt_count = attempt_count - ?, last_error = CASE WHEN ? = '' THEN last_error ELSE ? END"
    " WHERE fence = ? AND state = ? AND delivery_id IN (";
constexpr char kLockFirst[] =
    "SELECT notification_id, audit_first FROM notification WHERE notification_id IN (";
constexpr char kEndpoints[] =
    "SELECT endpoint_id, url, disabled, secret, previous_secret, previous_expire_time"
    " FROM webhook_endpoint WHERE endpoint_id IN (";

// How long the transactions of the claiming thread may take before it looks again.
constexpr absl::Duration kBudget = absl::Seconds(10);
// Rows of one UPDATE.
constexpr size_t kChunk = 64;

constexpr int kPending = mamori::v1::DELIVERY_STATE_PENDING;
constexpr int kSending = mamori::v1::DELIVERY_STATE_SENDING;

Claim ReadClaim(const db::Row& row, bool counts, absl::Duration sure_until) {
  Claim claim;
  claim.delivery_id = row.GetBytes(0);
  claim.tenant = row.GetBytes(1);
  claim.case_id = row.GetBytes(2);
  claim.notification_id = row.GetBytes(3);
  claim.channel = static_cast<DeliveryChannel>(row.GetInt64(4));
  claim.receiver = row.GetBytes(5);
  claim.urgency = static_cast<mamori::v1::Urgency>(row.GetInt64(6));
  claim.event_type = row.GetBytes(7);
  claim.escalation_step = static_cast<int>(row.GetInt64(8));
  claim.policy_digest = row.GetBytes(9);
  claim.attempts = static_cast<int>(row.GetInt64(10)) + (counts ? 1 : 0);
  claim.fence = row.GetInt64(11) + 1;
  claim.create_time = row.GetTime(12);
  claim.anonymous = row.GetInt64(13) != 0;
  claim.sure_until = sure_until;
  return claim;
}

// The most urgent first.
constexpr mamori::v1::Urgency kUrgencies[] = {mamori::v1::URGENCY_PAGE, mamori::v1::URGENCY_HIGH,
                                              mamori::v1::URGENCY_NORMAL};

// One look for something to claim, which may take several runs of its transaction. What earlier
// runs claimed stays known: the COMMIT of one of them may have happened though nobody said so.
class ClaimRun {
 public:
  ClaimRun(id::Id token, absl::Duration monotonic, absl::Duration lease)
      : token_(std::move(token)), lease_(lease), sure_until_(monotonic + lease) {}

  // What an earlier run holds after all. A transaction claims all it found or nothing.
  absl::StatusOr<std::vector<Claim>> Held(db::Tx& tx) {
    for (const std::vector<Claim>& tried : tried_) {
      std::set<std::string> held;
      for (size_t first = 0; first < tried.size(); first += kChunk) {
        const std::vector<std::string> ids = ChunkOf(tried, first);
        db::Params params;
        params.Add(std::string_view(token_)).Add(kSending).AddAll(ids);
        ASSIGN_OR_RETURN(
            const db::Rows rows,
            tx.Query(absl::StrCat(kHeld, db::Placeholders(ids.size()), ") FOR UPDATE"), params));
        for (const db::Row& row : rows) held.insert(row.GetBytes(0));
      }
      if (held.empty()) continue;
      std::vector<Claim> claims;
      for (const Claim& claim : tried) {
        if (held.count(claim.delivery_id) > 0) claims.push_back(claim);
      }
      return claims;
    }
    return std::vector<Claim>();
  }

  // Up to `limit` in `state` of one channel, shared among the urgencies.
  absl::StatusOr<std::vector<Claim>> Take(db::Tx& tx, int state, DeliveryChannel channel, int limit,
                                          const std::vector<std::string>& except) {
    std::vector<Claim> claims;
    int less_urgent = static_cast<int>(std::size(kUrgencies));
    for (const mamori::v1::Urgency urgency : kUrgencies) {
      const int share = ClaimShare(limit, static_cast<int>(claims.size()), --less_urgent);
      if (share == 0) break;
      db::Params due;
      due.Add(state).Add(static_cast<int>(channel)).Add(static_cast<int>(urgency));
      std::string sql = kSelectDue;
      if (!except.empty()) {
        const std::vector<std::string> padded = db::InList(except);
        absl::StrAppend(&sql, " AND receiver NOT IN (", db::Placeholders(padded.size()), ")");
        due.AddAll(padded);
      }
      due.Add(share);
      ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(sql + kFirstDue, due));
      for (const db::Row& row : rows) {
        claims.push_back(ReadClaim(row, state == kPending, sure_until_));
      }
    }
    RETURN_IF_ERROR(Mark(tx, claims, state == kPending));
    if (!claims.empty()) tried_.push_back(claims);
    return claims;
  }

 private:
  static std::vector<std::string> ChunkOf(const std::vector<Claim>& claims, size_t first) {
    std::vector<std::string> ids;
    for (size_t i = first; i < std::min(first + kChunk, claims.size()); ++i) {
      ids.push_back(claims[i].delivery_id);
    }
    return db::InList(std::move(ids));
  }

  absl::Status Mark(db::Tx& tx, const std::vector<Claim>& claims, bool counts) {
    for (size_t first = 0; first < claims.size(); first += kChunk) {
      const std::vector<std::string> ids = ChunkOf(claims, first);
      db::Params params;
      params.Add(kSending).Add(counts ? 1 : 0).Add(absl::ToInt64Microseconds(lease_));
      params.Add(std::string_view(token_)).AddAll(ids);
      RETURN_IF_ERROR(tx.ExecuteExpecting(std::min(kChunk, claims.size() - first),
                                          absl::StrCat(kClaim, db::Placeholders(ids.size()), ")"),
                                          params));
    }
    return absl::OkStatus();
  }

  const id::Id token_;
  const absl::Duration lease_;
  const absl::Duration sure_until_;
  std::vector<std::vector<Claim>> tried_;
};

// Those that the case's members are told of: not that somebody may not be.
bool IsAtRest(DeliveryState state) {
  return state == mamori::v1::DELIVERY_STATE_SENT || state == mamori::v1::DELIVERY_STATE_DEAD ||
         state == mamori::v1::DELIVERY_STATE_UNKNOWN;
}

// The settlements whose claims are still theirs. Locks the rows in the order of their ids.
absl::StatusOr<std::vector<const Settlement*>> StillHeld(
    db::Tx& tx, const std::vector<Settlement>& settlements) {
  std::map<std::string, const Settlement*> by_id;
  for (const Settlement& settlement : settlements)
    by_id[settlement.claim.delivery_id] = &settlement;
  std::vector<std::string> ids;
  for (const auto& [id, settlement] : by_id) ids.push_back(id);
  const std::vector<std::string> padded = db::InList(std::move(ids));
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(absl::StrCat(kLock, db::Placeholders(padded.size()),
                                         ") ORDER BY delivery_id FOR UPDATE"),
                            db::Params().AddAll(padded)));
  std::vector<const Settlement*> held;
  for (const db::Row& row : rows) {
    const Settlement* settlement = by_id[row.GetBytes(0)];
    if (row.GetInt64(1) == settlement->claim.fence && row.GetInt64(2) == kSending) {
      held.push_back(settlement);
    }
  }
  return held;
}

// What is written of an outcome other than SENT: those that agree in it are one statement.
struct Written {
  DeliveryState state;
  int64_t micros;  // PENDING: the wait; otherwise the time
  bool begun;
  std::string error;
  int64_t fence;

  auto Key() const { return std::tie(state, micros, begun, error, fence); }
  bool operator<(const Written& other) const { return Key() < other.Key(); }
};

Written WrittenOf(const Settlement& settlement, absl::Time now) {
  return {.state = settlement.state,
          .micros = settlement.state == mamori::v1::DELIVERY_STATE_PENDING
                        ? absl::ToInt64Microseconds(settlement.wait)
                        : db::ToMicros(time::Told(now, settlement.claim.anonymous)),
          .begun = settlement.begun,
          .error = settlement.error,
          .fence = settlement.claim.fence};
}

absl::Status SettleOthers(db::Tx& tx, const Written& written, const std::vector<std::string>& ids) {
  const int after_now = written.state == mamori::v1::DELIVERY_STATE_PENDING ? 1 : 0;
  for (size_t first = 0; first < ids.size(); first += kChunk) {
    const size_t count = std::min(kChunk, ids.size() - first);
    const std::vector<std::string> padded =
        db::InList({ids.begin() + first, ids.begin() + first + count});
    db::Params params;
    params.Add(static_cast<int>(written.state)).Add(after_now).Add(written.micros);
    params.Add(written.begun ? 0 : 1);
    params.Add(written.error).Add(written.error).Add(written.fence).Add(kSending).AddAll(padded);
    RETURN_IF_ERROR(tx.ExecuteExpecting(
        count, absl::StrCat(kSettle, db::Placeholders(padded.size()), ")"), params));
  }
  return absl::OkStatus();
}

}  // namespace

db::TransactionOptions SqlDispatchStore::ClaimOptions() const {
  return {.deadline = clock_.Now() + kBudget, .settles_unknown_commit = true};
}

absl::StatusOr<std::vector<Claim>> SqlDispatchStore::ClaimDue(
    DeliveryChannel channel, int limit, const std::vector<std::string>& except,
    absl::Duration lease) {
  using Claims = std::vector<Claim>;
  ClaimRun run(ids_.NewId(), clock_.Monotonic(), lease);
  return transactor_.Run<Claims>(ClaimOptions(), [&](db::Tx& tx) -> absl::StatusOr<Claims> {
    ASSIGN_OR_RETURN(Claims held, run.Held(tx));
    if (!held.empty()) return held;
    return run.Take(tx, kPending, channel, limit, except);
  });
}

absl::StatusOr<std::vector<Claim>> SqlDispatchStore::ClaimExpired(int limit, absl::Duration lease) {
  using Claims = std::vector<Claim>;
  ClaimRun mail(ids_.NewId(), clock_.Monotonic(), lease);
  ClaimRun webhooks(ids_.NewId(), clock_.Monotonic(), lease);
  return transactor_.Run<Claims>(ClaimOptions(), [&](db::Tx& tx) -> absl::StatusOr<Claims> {
    ASSIGN_OR_RETURN(Claims claims, mail.Held(tx));
    ASSIGN_OR_RETURN(Claims others, webhooks.Held(tx));
    if (claims.empty() && others.empty()) {
      ASSIGN_OR_RETURN(claims,
                       mail.Take(tx, kSending, mamori::v1::DELIVERY_CHANNEL_MAIL, limit, {}));
      ASSIGN_OR_RETURN(
          others, webhooks.Take(tx, kSending, mamori::v1::DELIVERY_CHANNEL_WEBHOOK, limit, {}));
    }
    claims.insert(claims.end(), std::make_move_iterator(others.begin()),
                  std::make_move_iterator(others.end()));
    return claims;
  });
}

absl::StatusOr<std::map<std::string, EndpointTarget>> SqlDispatchStore::Endpoints(
    const std::vector<std::string>& receivers, absl::Time now) {
  using Targets = std::map<std::string, EndpointTarget>;
  std::vector<std::string> ids;
  for (const std::string& receiver : receivers) {
    ASSIGN_OR_RETURN(std::string id, id::FromName("webhookEndpoints", receiver));
    ids.push_back(std::move(id));
  }
  if (ids.empty()) return Targets();
  const std::vector<std::string> padded = db::InList(std::move(ids));
  const db::TransactionOptions options{.deadline = clock_.Now() + kBudget, .read_only = true};
  return transactor_.Run<Targets>(options, [&](db::Tx& tx) -> absl::StatusOr<Targets> {
    ASSIGN_OR_RETURN(const db::Rows rows,
                     tx.Query(absl::StrCat(kEndpoints, db::Placeholders(padded.size()), ")"),
                              db::Params().AddAll(padded)));
    Targets targets;
    for (const db::Row& row : rows) {
      EndpointTarget target;
      target.url = row.GetBytes(1);
      target.disabled = row.GetInt64(2) != 0;
      target.sealed_secret = row.GetBytes(3);
      if (!row.IsNull(5) && now < row.GetTime(5)) target.sealed_previous = row.GetBytes(4);
      targets[id::Name("webhookEndpoints", row.GetBytes(0))] = std::move(target);
    }
    return targets;
  });
}

absl::StatusOr<int> SqlDispatchStore::Settle(const std::vector<Settlement>& settlements,
                                             absl::Time now, absl::Time deadline) {
  if (settlements.empty()) return 0;
  db::TransactionOptions options{.deadline = deadline};
  // A run that committed has moved the rows out of SENDING: the next one finds nothing to do.
  options.settles_unknown_commit = true;
  return transactor_.Run<int>(options, [&](db::Tx& tx) -> absl::StatusOr<int> {
    ASSIGN_OR_RETURN(const std::vector<const Settlement*> held, StillHeld(tx, settlements));
    // By fence: most deliveries succeed at the first attempt, so one statement moves most of a
    // batch.
    std::map<std::pair<int64_t, bool>, std::vector<const Settlement*>> sent;
    std::map<Written, std::vector<std::string>> others;
    std::vector<const Settlement*> at_rest;
    std::vector<const Settlement*> suppressed;
    for (const Settlement* settlement : held) {
      if (IsAtRest(settlement->state)) at_rest.push_back(settlement);
      if (settlement->state == mamori::v1::DELIVERY_STATE_SUPPRESSED) {
        suppressed.push_back(settlement);
      }
      if (settlement->state == mamori::v1::DELIVERY_STATE_SENT) {
        sent[{settlement->claim.fence, settlement->claim.anonymous}].push_back(settlement);
      } else {
        others[WrittenOf(*settlement, now)].push_back(settlement->claim.delivery_id);
      }
    }
    for (const auto& [key, group] : sent) RETURN_IF_ERROR(SettleSent(tx, group));
    for (const auto& [written, ids] : others) RETURN_IF_ERROR(SettleOthers(tx, written, ids));
    RETURN_IF_ERROR(AppendEvents(tx, at_rest, now));
    RETURN_IF_ERROR(RecordSuppressed(tx, suppressed));
    return static_cast<int>(held.size());
  });
}

absl::Status SqlDispatchStore::SettleSent(db::Tx& tx, const std::vector<const Settlement*>& sent) {
  for (size_t first = 0; first < sent.size(); first += kChunk) {
    const size_t count = std::min(kChunk, sent.size() - first);
    std::vector<std::string> ids;
    for (size_t i = 0; i < count; ++i) ids.push_back(sent[first + i]->claim.delivery_id);
    const std::vector<std::string> padded = db::InList(std::move(ids));
    std::string sql = kSettleSentHead;
    db::Params params;
    params.Add(static_cast<int>(mamori::v1::DELIVERY_STATE_SENT)).Add(SentTime(*sent[first]));
    for (size_t i = 0; i < padded.size(); ++i) {
      sql += " WHEN ? THEN ?";
      params.Add(std::string_view(padded[i])).Add(SentTime(*sent[first + std::min(i, count - 1)]));
    }
    absl::StrAppend(&sql, kSettleSentTail, db::Placeholders(padded.size()), ")");
    params.Add(sent[first]->claim.fence).Add(kSending).AddAll(padded);
    RETURN_IF_ERROR(tx.ExecuteExpecting(count, sql, params));
  }
  return absl::OkStatus();
}

absl::Status SqlDispatchStore::RecordSuppressed(db::Tx& tx,
                                                const std::vector<const Settlement*>& suppressed) {
  if (suppressed.empty()) return absl::OkStatus();
  std::vector<std::string> ids;
  for (const Settlement* settlement : suppressed) ids.push_back(settlement->claim.notification_id);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  const std::vector<std::string> padded = db::InList(std::move(ids));
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(absl::StrCat(kLockFirst, db::Placeholders(padded.size()),
                                         ") ORDER BY notification_id FOR UPDATE"),
                            db::Params().AddAll(padded)));
  std::map<std::string, std::string> first;
  for (const db::Row& row : rows) first[row.GetBytes(0)] = row.IsNull(1) ? "" : row.GetBytes(1);
  std::vector<audit::Continuation> entries;
  for (const Settlement* settlement : suppressed) {
    // Of a notification that housekeeping has removed nothing is told any more.
    const auto found = first.find(settlement->claim.notification_id);
    if (found == first.end()) continue;
    audit::Entry& entry = entries.emplace_back().entry;
    entries.back().first = found->second;
    entry.kind = audit::Kind::kNotification;
    entry.resource_id = settlement->claim.notification_id;
    entry.tenant = settlement->claim.tenant;
    entry.action = "SuppressDelivery";
    entry.who.caller = "notification";
    entry.by_day = settlement->claim.anonymous;
  }
  return journal_.AppendEach(tx, std::move(entries));
}

absl::Status SqlDispatchStore::AppendEvents(db::Tx& tx,
                                            const std::vector<const Settlement*>& settled,
                                            absl::Time now) {
  if (settled.empty()) return absl::OkStatus();
  std::vector<std::string> subjects;
  for (const Settlement* one : settled) subjects.push_back(one->claim.notification_id);
  // A notification that housekeeping has removed states nothing any more.
  ASSIGN_OR_RETURN(const std::vector<int64_t> sequences, NextSequences(tx, subjects));
  std::vector<mamori::v1::Event> events;
  for (size_t i = 0; i < settled.size(); ++i) {
    if (sequences[i] == 0) continue;
    events.push_back(SettlementEvent(*settled[i], ids_.NewId(), sequences[i], now));
  }
  return outbox::Append(tx, events);
}

}  // namespace mamori::notification
