// Between absl::Time, which code uses, and google.protobuf.Timestamp, which messages carry. To the
// microsecond, as times are stored.
#ifndef MAMORI_COMMON_TIME_TIMESTAMP_H_
#define MAMORI_COMMON_TIME_TIMESTAMP_H_

#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/time_util.h>

#include "absl/time/time.h"

namespace mamori::time {

inline google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  return google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(time));
}

inline absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixMicros(google::protobuf::util::TimeUtil::TimestampToMicroseconds(timestamp));
}

}  // namespace mamori::time

#endif  // MAMORI_COMMON_TIME_TIMESTAMP_H_
