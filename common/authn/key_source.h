// Keeps an issuer's keys: looks at them again and again, forgets them when it cannot.
#ifndef MAMORI_COMMON_AUTHN_KEY_SOURCE_H_
#define MAMORI_COMMON_AUTHN_KEY_SOURCE_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/authn/key_set.h"
#include "common/time/clock.h"

namespace mamori::authn {

// A key that its issuer has withdrawn works for `max_age` at the longest, also when the issuer
// cannot be reached: older keys than that are not used at all. Thread safe.
class KeySource {
 public:
  struct Options {
    absl::Duration refresh = absl::Seconds(60);
    // Between two fetches that unknown key ids or failures cause.
    absl::Duration min_interval = absl::Seconds(10);
    absl::Duration max_age = absl::Minutes(5);
  };
  // The text of a JWK Set. May block; called from RunOnce alone.
  using Fetch = std::function<absl::StatusOr<std::string>()>;
  // `wake` makes RunOnce be called soon.
  KeySource(Fetch fetch, const time::Clock& clock, Options options, std::function<void()> wake)
      : fetch_(std::move(fetch)), clock_(clock), options_(options), wake_(std::move(wake)) {}

  // Null when there are none that may still be used.
  std::shared_ptr<const KeySet> Current() const;

  // A token came whose key is not in Current(). True: a fetch was not made since such a token came
  // first, and will be; ask again then. False: it was, and the issuer does not have the key.
  bool MayBeNew(const std::string& key_id);

  // Fetches when it is time to. The failure of the last fetch until one succeeds; else false: there
  // is never more to do at once. For a worker::Periodic.
  absl::StatusOr<bool> RunOnce();

 private:
  bool Due(absl::Duration now) const;

  const Fetch fetch_;
  const time::Clock& clock_;
  const Options options_;
  const std::function<void()> wake_;

  mutable std::mutex mu_;
  std::shared_ptr<const KeySet> keys_;
  absl::Duration fetched_;  // monotonic, of the last fetch that succeeded, when it began
  absl::Duration tried_ = -absl::InfiniteDuration();
  absl::Status last_ = absl::UnavailableError("the keys were not fetched yet");
  bool wanted_ = false;                          // an unknown key id asks for a fetch
  std::map<std::string, absl::Duration> asked_;  // unknown key id to when it came first
};

// Fetches by HTTPS: verified by `ca_file` (the system's authorities when it is empty), no
// redirects, 5 s at most, 256 KiB at most. UNAVAILABLE when there is no answer or not 200.
KeySource::Fetch HttpsFetch(const std::string& url, const std::string& ca_file);
KeySource::Fetch FileFetch(const std::string& file);

}  // namespace mamori::authn

#endif  // MAMORI_COMMON_AUTHN_KEY_SOURCE_H_
