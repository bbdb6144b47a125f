#include "services/notification/dispatcher.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status/macros.h"
#include "services/notification/claim_share.h"
#include "services/notification/dispatch_metrics.h"

namespace mamori::notification {
namespace {

using mamori::v1::DeliveryChannel;

// How often lost claims are looked for, and how long something waits that cannot be prepared now.
constexpr absl::Duration kLookForLost = absl::Seconds(1);
constexpr absl::Duration kPutOff = absl::Seconds(5);
constexpr absl::Duration kPutOffUndecided = absl::Seconds(2);
constexpr absl::Duration kAskBudget = absl::Seconds(2);
constexpr absl::Duration kPutOffDisabled = absl::Minutes(5);
// Attempts that waited too long are given back before their claims are too old to begin.
constexpr absl::Duration kBeginMargin = absl::Seconds(2);

// What is at fault when nothing goes through, and what has a circuit: the mail server, or a
// webhook endpoint.
constexpr char kMailServer[] = "mail";
std::string EndpointOf(const Claim& claim) {
  return claim.channel == mamori::v1::DELIVERY_CHANNEL_MAIL ? kMailServer : claim.receiver;
}

Outcome Fixed(Verdict verdict, const char* error) {
  Outcome outcome;
  outcome.verdict = verdict;
  outcome.error = error;
  return outcome;
}

}  // namespace

Dispatcher::Dispatcher(Dependencies dependencies, DispatcherOptions options)
    : with_(std::move(dependencies)),
      options_(options),
      // All mail goes to the one mail server.
      quotas_({{mamori::v1::DELIVERY_CHANNEL_MAIL,
                ClaimQuota(options.batch, std::numeric_limits<int>::max())},
               {mamori::v1::DELIVERY_CHANNEL_WEBHOOK,
                ClaimQuota(options.batch, options.per_endpoint)}}),
      circuits_(options.circuit),
      outcomes_({with_.store, with_.clock, with_.telemetry,
                 [this](const std::vector<Settlement>& settlements, bool others_wait) {
                   Forget(settlements, others_wait);
                 }},
                options.linger),
      claims_thread_({.name = "delivery_claims", .interval = options.poll_interval}, with_.ids,
                     with_.telemetry, [this] { return ClaimOnce(); }) {}

Dispatcher::~Dispatcher() { Stop(absl::ZeroDuration()); }

void Dispatcher::Start() {
  // From the start, so that the first dead letter is a step that monitoring sees.
  for (const auto channel :
       {mamori::v1::DELIVERY_CHANNEL_MAIL, mamori::v1::DELIVERY_CHANNEL_WEBHOOK}) {
    CountDeadLetter(with_.telemetry, channel, mamori::v1::DELIVERY_STATE_DEAD, 0);
    CountDeadLetter(with_.telemetry, channel, mamori::v1::DELIVERY_STATE_UNKNOWN, 0);
    CountSuppressed(with_.telemetry, channel, 0);
  }
  with_.transport.Start(*this);
  outcomes_.Start();
  claims_thread_.Start();
}

void Dispatcher::Stop(absl::Duration grace) {
  const absl::Duration begin = with_.clock.Monotonic();
  claims_thread_.Stop();
  GiveBackWaiting(absl::InfiniteDuration());
  with_.transport.Stop(std::max(absl::ZeroDuration(), begin + grace / 2 - with_.clock.Monotonic()));
  outcomes_.Stop(begin + grace);
}

void Dispatcher::GiveBackWaiting(absl::Duration begin_by) {
  for (const uint64_t ticket : with_.transport.Withdraw(begin_by)) {
    std::lock_guard lock(mu_);
    const auto found = in_hand_.find(ticket);
    if (found == in_hand_.end()) continue;
    GiveBack(found->second.claim, absl::ZeroDuration());
    in_hand_.erase(found);
  }
}

void Dispatcher::Wake() { claims_thread_.Wake(); }

absl::StatusOr<bool> Dispatcher::ClaimOnce() {
  const size_t unwritten = outcomes_.unwritten();
  if (unwritten > 1) {
    GiveBackWaiting(absl::InfiniteDuration());
    return false;
  }
  // A claim of ours whose outcome is known, though not written, is not lost.
  if (unwritten == 0 && with_.clock.Monotonic() >= next_look_for_lost_) {
    GiveBackWaiting(with_.clock.Monotonic());
    RETURN_IF_ERROR(ClaimLost());
    next_look_for_lost_ = with_.clock.Monotonic() + kLookForLost;
    // A circuit closes by time too, when nothing goes through it.
    std::lock_guard lock(mu_);
    with_.telemetry.Gauge("mamori_delivery_circuits_open", circuits_.open(with_.clock.Now()));
  }
  ASSIGN_OR_RETURN(const bool mail, ClaimChannel(mamori::v1::DELIVERY_CHANNEL_MAIL));
  ASSIGN_OR_RETURN(const bool webhooks, ClaimChannel(mamori::v1::DELIVERY_CHANNEL_WEBHOOK));
  return mail || webhooks;
}

absl::StatusOr<bool> Dispatcher::ClaimChannel(DeliveryChannel channel) {
  const absl::Time now = with_.clock.Now();
  int limit = options_.batch;
  std::vector<std::string> except;
  {
    std::lock_guard lock(mu_);
    const ClaimQuota& quota = quotas_.at(channel);
    if (!quota.HasRoom()) return false;
    if (outcomes_.unwritten() > 0) limit = 1;  // enough to tell whether any can be written
    if (channel == mamori::v1::DELIVERY_CHANNEL_MAIL) {
      // While the mail server is left alone, its deliveries wait where they are, then one is tried.
      if (!circuits_.WouldAllow(kMailServer, now)) return false;
      if (circuits_.IsOpen(kMailServer)) limit = 1;
    } else {
      except = quota.Full();
    }
  }
  ASSIGN_OR_RETURN(std::vector<Claim> claims,
                   with_.store.ClaimDue(channel, limit, except, options_.lease));
  if (claims.empty()) return false;
  const bool more = claims.size() >= static_cast<size_t>(ClaimShare(options_.batch, 0, 2));
  {
    std::lock_guard lock(mu_);
    for (const Claim& claim : claims) Take(claim);
  }
  RETURN_IF_ERROR(HandOver(channel, std::move(claims)));
  return more;
}

absl::Status Dispatcher::ClaimLost() {
  ASSIGN_OR_RETURN(const std::vector<Claim> claims,
                   with_.store.ClaimExpired(options_.batch, options_.lease));
  for (const Claim& claim : claims) {
    const absl::StatusOr<Policy> policy = PolicyOf(claim);
    // Without the policy nobody can say what it asks for: look again when this lease has run out
    // too.
    if (!policy.ok()) continue;
    std::lock_guard lock(mu_);
    Take(claim);
    outcomes_.Add(Conclude(claim, **policy, Fixed(Verdict::kUnknown, "attempt.lost")));
  }
  return absl::OkStatus();
}

absl::StatusOr<Dispatcher::Policy> Dispatcher::PolicyOf(const Claim& claim) {
  return with_.policies.Get(absl::BytesToHexString(claim.policy_digest));
}

absl::Status Dispatcher::Withhold(std::vector<Claim>& claims) {
  const absl::StatusOr<std::vector<bool>> may =
      with_.access.MayBeTold(claims, with_.clock.Now() + kAskBudget);
  std::lock_guard lock(mu_);
  if (!may.ok()) {
    // Nobody is told of what he may perhaps not know; it waits.
    for (const Claim& claim : claims) GiveBack(claim, kPutOffUndecided);
    return may.status();
  }
  std::vector<Claim> told;
  for (size_t i = 0; i < claims.size(); ++i) {
    if ((*may)[i]) {
      told.push_back(std::move(claims[i]));
    } else {
      Suppress(claims[i]);
    }
  }
  claims = std::move(told);
  return absl::OkStatus();
}

void Dispatcher::Suppress(const Claim& claim) {
  Settlement settlement;
  settlement.claim = claim;
  settlement.state = mamori::v1::DELIVERY_STATE_SUPPRESSED;
  settlement.error = "access.denied";
  settlement.begun = false;
  CountSuppressed(with_.telemetry, claim.channel, 1);
  outcomes_.Add(std::move(settlement));
}

absl::Status Dispatcher::HandOver(DeliveryChannel channel, std::vector<Claim> claims) {
  const absl::Duration asked = with_.clock.Monotonic();
  RETURN_IF_ERROR(Withhold(claims));
  std::map<std::string, EndpointTarget> endpoints;
  if (channel == mamori::v1::DELIVERY_CHANNEL_WEBHOOK) {
    std::set<std::string> receivers;
    for (const Claim& claim : claims) receivers.insert(claim.receiver);
    absl::StatusOr<std::map<std::string, EndpointTarget>> found =
        with_.store.Endpoints({receivers.begin(), receivers.end()}, with_.clock.Now());
    if (!found.ok()) {
      std::lock_guard lock(mu_);
      for (const Claim& claim : claims) GiveBack(claim, kPutOff);
      return found.status();
    }
    endpoints = *std::move(found);
  }
  std::vector<Attempt> attempts;
  attempts.reserve(claims.size());
  for (Claim& claim : claims) Prepare(std::move(claim), endpoints, asked, attempts);
  with_.transport.Send(std::move(attempts));
  return absl::OkStatus();
}

void Dispatcher::Prepare(Claim claim, const std::map<std::string, EndpointTarget>& endpoints,
                         absl::Duration asked, std::vector<Attempt>& attempts) {
  const absl::Time now = with_.clock.Now();
  const absl::StatusOr<Policy> policy = PolicyOf(claim);
  std::lock_guard lock(mu_);
  if (!policy.ok()) return GiveBack(claim, kPutOff);
  const uint64_t ticket = next_ticket_++;
  if (claim.channel == mamori::v1::DELIVERY_CHANNEL_MAIL) {
    attempts.push_back(with_.builder.Mail(claim, ticket));
  } else {
    const auto target = endpoints.find(claim.receiver);
    if (target == endpoints.end()) {
      Settlement settlement =
          Conclude(claim, **policy, Fixed(Verdict::kPermanent, "endpoint.deleted"));
      settlement.begun = false;
      return outcomes_.Add(std::move(settlement));
    }
    if (target->second.disabled) return GiveBack(claim, kPutOffDisabled);
    absl::StatusOr<Attempt> attempt = with_.builder.Webhook(claim, ticket, target->second, now);
    if (!attempt.ok()) {
      return outcomes_.Add(
          Conclude(claim, **policy, Fixed(Verdict::kTemporary, "secret.unreadable")));
    }
    attempts.push_back(*std::move(attempt));
  }
  attempts.back().begin_by = claim.sure_until - options_.attempt_budget - kBeginMargin;
  in_hand_[ticket] = InHand{std::move(claim), *policy, asked};
}

void Dispatcher::Take(const Claim& claim) { quotas_.at(claim.channel).Take(EndpointOf(claim)); }

bool Dispatcher::Begins(uint64_t ticket) {
  const absl::Time now = with_.clock.Now();
  std::lock_guard lock(mu_);
  const auto found = in_hand_.find(ticket);
  if (found == in_hand_.end()) return false;
  const Claim& claim = found->second.claim;
  absl::Duration wait = absl::ZeroDuration();
  const absl::Duration monotonic = with_.clock.Monotonic();
  const bool expired = monotonic + options_.attempt_budget > claim.sure_until ||
                       monotonic - found->second.asked >= client::kKeepAllowed;
  if (!expired) wait = circuits_.Ask(EndpointOf(claim), now);
  if (!expired && wait == absl::ZeroDuration()) return true;
  // Spread out, so that they do not all come back with the one try.
  GiveBack(claim, wait * (1 + with_.ids.NewFraction()));
  in_hand_.erase(found);
  return false;
}

void Dispatcher::Ended(uint64_t ticket, const Outcome& outcome) {
  const absl::Time now = with_.clock.Now();
  std::lock_guard lock(mu_);
  const auto found = in_hand_.find(ticket);
  if (found == in_hand_.end()) return;
  const Claim& claim = found->second.claim;
  if (outcome.endpoint_failed) {
    circuits_.Failed(EndpointOf(claim), now);
  } else {
    if (circuits_.IsOpen(EndpointOf(claim))) Wake();  // for those that waited meanwhile
    circuits_.Succeeded(EndpointOf(claim));
  }
  CountAttempt(with_.telemetry, claim.channel, outcome.verdict, now - claim.create_time);
  outcomes_.Add(Conclude(claim, *found->second.policy, outcome));
  in_hand_.erase(found);
}

Settlement Dispatcher::Conclude(const Claim& claim, const policy::PolicyVersion& policy,
                                const Outcome& outcome) {
  const absl::Time now = with_.clock.Now();
  const Decision decision =
      Decide(policy.policy, claim.urgency, claim.attempts, outcome, with_.ids.NewFraction());
  Settlement settlement;
  settlement.claim = claim;
  settlement.state = decision.state;
  settlement.wait = decision.wait;
  settlement.sent_time = now;
  settlement.error = outcome.error;
  if (IsDeadLetter(decision.state)) {
    CountDeadLetter(with_.telemetry, claim.channel, decision.state, 1);
  }
  return settlement;
}

void Dispatcher::GiveBack(const Claim& claim, absl::Duration wait) {
  Settlement settlement;
  settlement.claim = claim;
  settlement.state = mamori::v1::DELIVERY_STATE_PENDING;
  settlement.wait = wait;
  settlement.begun = false;
  outcomes_.Add(std::move(settlement));
}

void Dispatcher::Forget(const std::vector<Settlement>& settlements, bool room) {
  {
    std::lock_guard lock(mu_);
    for (const Settlement& settlement : settlements) {
      room |= quotas_.at(settlement.claim.channel).Return(EndpointOf(settlement.claim));
    }
  }
  if (room) Wake();
  with_.wake_relay();
}

}  // namespace mamori::notification
