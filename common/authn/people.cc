#include "common/authn/people.h"

#include <utility>

#include "common/authn/hash.h"
#include "common/authn/people_config.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::authn {
namespace {

// Verified tokens remembered: of everyone at work in the last quarter of an hour.
constexpr size_t kMaxVerified = 20'000;
constexpr absl::Duration kLook = absl::Seconds(1);
constexpr absl::Duration kMaxBackoff = absl::Seconds(5);

absl::Status Invalid(const char* check) {
  return status::Error(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_TOKEN_INVALID, check);
}

absl::Status KeysUnknown() {
  return status::Error(absl::StatusCode::kUnavailable, v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE,
                       "the issuer's keys are not known now");
}

// Whether the key that verified the identity is still the issuer's.
absl::Status CheckKey(const Identity& identity, const KeySource& source) {
  const std::shared_ptr<const KeySet> keys = source.Current();
  if (keys == nullptr) return KeysUnknown();
  const Key* key = keys->Find(identity.key_id);
  if (key == nullptr || key->fingerprint != identity.key_fingerprint) {
    return Invalid("access token: its key was withdrawn");
  }
  return absl::OkStatus();
}

absl::Status Expired() {
  return status::Error(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_TOKEN_EXPIRED,
                       "access token: expired");
}

}  // namespace

absl::Status People::Check(const config::v1::People& config) { return CheckPeople(config); }

People::People(const config::v1::People& config, const time::Clock& clock, id::IdSource& ids,
               telemetry::Telemetry& telemetry, std::vector<KeySource::Fetch> fetches)
    : clock_(clock),
      clock_skew_(ClockSkewOf(config)),
      step_up_acr_(config.step_up_acr().begin(), config.step_up_acr().end()) {
  for (int i = 0; i < config.issuers_size(); ++i) {
    const config::v1::Issuer& given = config.issuers(i);
    Issuer& issuer = issuers_[given.issuer()];
    issuer.expectations = ExpectationsOf(config, given);
    issuer.keys = std::make_unique<KeySource>(
        i < static_cast<int>(fetches.size()) ? std::move(fetches[i]) : FetchOf(given), clock,
        KeySourceOptionsOf(given), [raw = &issuer] { raw->worker->Wake(); });
    issuer.worker = std::make_unique<worker::Periodic>(
        worker::PeriodicOptions{
            .name = "issuer_keys", .interval = kLook, .max_backoff = kMaxBackoff},
        ids, telemetry, [raw = issuer.keys.get()] { return raw->RunOnce(); });
  }
}

People::~People() { Stop(); }

void People::Start() {
  for (auto& [iss, issuer] : issuers_) {
    // A failure is told by the worker, which meets it again.
    issuer.keys->RunOnce().status().IgnoreError();
    issuer.worker->Start();
  }
}

void People::Stop() {
  for (auto& [iss, issuer] : issuers_) issuer.worker->Stop();
}

absl::StatusOr<std::shared_ptr<const Identity>> People::Verify(std::string_view token) {
  const std::string hash = Sha256(token);
  std::shared_ptr<const Identity> known;
  {
    std::lock_guard lock(mu_);
    if (const auto found = verified_.find(hash); found != verified_.end()) known = found->second;
  }
  if (known == nullptr) return VerifyNew(token);
  RETURN_IF_ERROR(StillHolds(*known));
  return known;
}

absl::StatusOr<std::shared_ptr<const Identity>> People::VerifyNew(std::string_view token) {
  if (token.size() > kMaxTokenBytes) return Invalid("access token: more than 8 KiB");
  const auto found = issuers_.find(UnverifiedIssuer(token));
  if (found == issuers_.end()) return Invalid("access token: not of an issuer known here");
  Issuer& issuer = found->second;
  const std::shared_ptr<const KeySet> keys = issuer.keys->Current();
  if (keys == nullptr) return KeysUnknown();
  const absl::Time now = clock_.Now();
  absl::StatusOr<Identity> identity = authn::Verify(token, *keys, issuer.expectations, now);
  if (absl::IsNotFound(identity.status())) {
    if (issuer.keys->MayBeNew(UnverifiedKeyId(token))) return KeysUnknown();
    return Invalid("access token: the issuer does not have its key");
  }
  RETURN_IF_ERROR(identity.status());
  auto verified = std::make_shared<const Identity>(*std::move(identity));
  Remember(verified, now);
  return verified;
}

absl::Status People::StillHolds(const Identity& identity) const {
  if (clock_.Now() >= identity.expiry) return Expired();
  const Issuer* issuer = IssuerOf(identity);
  return issuer == nullptr ? Invalid("access token: not of an issuer known here")
                           : CheckKey(identity, *issuer->keys);
}

const People::Issuer* People::IssuerOf(const Identity& identity) const {
  const auto found = issuers_.find(identity.issuer);
  return found == issuers_.end() ? nullptr : &found->second;
}

void People::Remember(const std::shared_ptr<const Identity>& identity, absl::Time now) {
  std::lock_guard lock(mu_);
  if (verified_.size() >= kMaxVerified) {
    std::erase_if(verified_, [&](const auto& entry) { return now >= entry.second->expiry; });
  }
  // All still valid: those forgotten are verified again, which costs time and nothing else.
  if (verified_.size() >= kMaxVerified) verified_.clear();
  verified_.emplace(identity->token_hash, identity);
}

}  // namespace mamori::authn
