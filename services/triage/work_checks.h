// What the requests about the work on a case have in common, field by field. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_WORK_CHECKS_H_
#define MAMORI_SERVICES_TRIAGE_WORK_CHECKS_H_

#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "common/idempotency/request_id_rule.h"
#include "common/status/errors.h"
#include "services/triage/work_name.h"

namespace mamori::triage {

inline constexpr size_t kMaxWords = 4 << 10;       // a reason, an answer
inline constexpr size_t kMaxWorkText = 16 << 10;   // a finding, a measure
inline constexpr size_t kMaxStatement = 64 << 10;  // what a person said
inline constexpr size_t kMaxPersonBytes = 200;     // subjects, names, reference numbers
inline constexpr size_t kMaxResourceBytes = 500;   // where evidence lies
inline constexpr size_t kSha256Bytes = 32;
inline constexpr int kMaxCited = 50;

inline void CheckSize(status::Violations& violations, std::string path, std::string_view text,
                      size_t min, size_t max) {
  if (text.size() >= min && text.size() <= max) return;
  violations.Add(std::move(path), absl::StrCat(text.size(), " bytes, want ", min, " to ", max));
}

inline void CheckCount(status::Violations& violations, std::string path, int count, int min,
                       int max) {
  if (count >= min && count <= max) return;
  violations.Add(std::move(path), absl::StrCat(count, " entries, want ", min, " to ", max));
}

template <typename E>
void CheckEnum(status::Violations& violations, std::string path, E value, bool (*is_valid)(int)) {
  if (value == 0 || !is_valid(value)) violations.Add(std::move(path), "is required");
}

// A time of the proto's own range; `required` refuses one that is not set.
inline void CheckTime(status::Violations& violations, std::string path, bool is_set,
                      const google::protobuf::Timestamp& time, bool required = true) {
  constexpr int64_t kFirst = -62135596800, kLast = 253402300799;
  if (!is_set) {
    if (required) violations.Add(std::move(path), "is required");
  } else if (time.seconds() < kFirst || time.seconds() > kLast || time.nanos() < 0 ||
             time.nanos() > 999999999) {
    violations.Add(std::move(path), "is no time");
  }
}

inline void CheckSha256(status::Violations& violations, std::string path,
                        const std::string& sha256) {
  if (sha256.size() == kSha256Bytes) return;
  violations.Add(std::move(path), absl::StrCat(sha256.size(), " bytes, want ", kSha256Bytes));
}

// The name of a read: of a case when `collection` is empty.
inline void CheckWorkName(status::Violations& violations, std::string_view collection,
                          std::string_view name, std::string path = "name") {
  const bool is_name =
      collection.empty() ? id::FromName("cases", name).ok() : ParseWorkName(collection, name).ok();
  if (is_name) return;
  violations.Add(std::move(path), collection.empty()
                                      ? "want cases/{26 characters}"
                                      : absl::StrCat("want cases/{26 characters}/",
                                                     std::string(collection), "/{26 characters}"));
}

// What every verb has.
template <typename Request>
status::Violations CheckWorkVerb(const Request& request, std::string_view collection) {
  status::Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckWorkName(violations, collection, request.name());
  return violations;
}

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_WORK_CHECKS_H_
