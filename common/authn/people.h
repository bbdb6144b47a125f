// From a token to a person: chooses the issuer, verifies by its keys, remembers what was verified.
#ifndef MAMORI_COMMON_AUTHN_PEOPLE_H_
#define MAMORI_COMMON_AUTHN_PEOPLE_H_

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/authn/key_source.h"
#include "common/authn/verifier.h"
#include "common/id/id.h"
#include "common/telemetry/telemetry.h"
#include "common/time/clock.h"
#include "common/worker/periodic.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::authn {

// Thread safe. Verifying never blocks: keys are fetched on a thread of its own.
class People {
 public:
  // INVALID_ARGUMENT, with the path of the field, for what config.v1.People does not allow.
  static absl::Status Check(const config::v1::People& config);

  // `config` has been checked. `fetches` stand in for the issuers' addresses, in tests.
  People(const config::v1::People& config, const time::Clock& clock, id::IdSource& ids,
         telemetry::Telemetry& telemetry, std::vector<KeySource::Fetch> fetches = {});
  // Stops.
  ~People();

  // Fetches every issuer's keys once, then starts to look at them again and again. An issuer that
  // cannot be reached only makes its tokens fail, and start take up to 5 s longer.
  void Start();
  void Stop();

  // What the token says. UNAUTHENTICATED (TOKEN_INVALID, TOKEN_EXPIRED); UNAVAILABLE while the
  // issuer's keys are not known, or its key may be a new one: call again soon. The same token is
  // not verified twice, unless its key went or changed.
  absl::StatusOr<std::shared_ptr<const Identity>> Verify(std::string_view token);

  // Whether a token that was verified is still to be believed: for calls that last. UNAUTHENTICATED
  // when it has expired or its key was withdrawn.
  absl::Status StillHolds(const Identity& identity) const;

  absl::Duration clock_skew() const { return clock_skew_; }
  const std::set<std::string, std::less<>>& step_up_acr() const { return step_up_acr_; }

 private:
  struct Issuer {
    Expectations expectations;
    std::unique_ptr<KeySource> keys;
    std::unique_ptr<worker::Periodic> worker;
  };
  const Issuer* IssuerOf(const Identity& identity) const;
  absl::StatusOr<std::shared_ptr<const Identity>> VerifyNew(std::string_view token);
  void Remember(const std::shared_ptr<const Identity>& identity, absl::Time now);

  const time::Clock& clock_;
  absl::Duration clock_skew_;
  std::set<std::string, std::less<>> step_up_acr_;
  std::map<std::string, Issuer, std::less<>> issuers_;  // by `iss`

  mutable std::mutex mu_;
  std::map<std::string, std::shared_ptr<const Identity>, std::less<>> verified_;  // by token hash
};

}  // namespace mamori::authn

#endif  // MAMORI_COMMON_AUTHN_PEOPLE_H_
