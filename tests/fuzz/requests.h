// A request of one of several kinds, which its first byte chooses, as a client sends it: read, or
// refused by the names of fields alone.
#ifndef MAMORI_TESTS_FUZZ_REQUESTS_H_
#define MAMORI_TESTS_FUZZ_REQUESTS_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <type_traits>

#include "absl/status/status.h"

namespace mamori::fuzz {

inline void Require(bool holds) {
  if (!holds) std::abort();
}

// What is said of a request: the same each time, with INVALID_ARGUMENT alone, and short enough to
// go back in a header, however much is wrong.
template <typename Request, typename Check>
void TryRequest(const std::string& bytes, Check check) {
  Request request;
  if (!request.ParseFromString(bytes)) return;
  const absl::Status status = check(request);
  Require(status.ok() || status.code() == absl::StatusCode::kInvalidArgument);
  size_t size = status.message().size();
  status.ForEachPayload(
      [&](absl::string_view, const absl::Cord& payload) { size += payload.size(); });
  Require(size <= 8000);
  Request again;
  Require(again.ParseFromString(request.SerializeAsString()));
  Require(check(again) == status);
}

// The same of a batch of events, each of which is judged by itself.
template <typename Request, typename Check, typename CheckEvent>
void TryEvents(const std::string& bytes, int most, Check check, CheckEvent check_event) {
  TryRequest<Request>(bytes, check);
  Request request;
  if (!request.ParseFromString(bytes) || !check(request).ok()) return;
  Require(request.events_size() <= most);
  for (const auto& event : request.events()) {
    TryRequest<std::decay_t<decltype(event)>>(event.SerializeAsString(), check_event);
  }
}

using Try = void (*)(const std::string& bytes);

template <size_t kKinds>
void TryOne(const Try (&kinds)[kKinds], const uint8_t* data, size_t size) {
  if (size == 0) return;
  kinds[data[0] % kKinds](std::string(reinterpret_cast<const char*>(data + 1), size - 1));
}

}  // namespace mamori::fuzz

#endif  // MAMORI_TESTS_FUZZ_REQUESTS_H_
