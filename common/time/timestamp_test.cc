#include "common/time/timestamp.h"

#include <gtest/gtest.h>

namespace mamori::time {
namespace {

TEST(Timestamp, HoldsEachMicrosecondBothWaysAlsoBefore1970) {
  for (const int64_t micros :
       {int64_t{0}, int64_t{1}, int64_t{1'800'000'000'123'456}, int64_t{-1}, int64_t{-1'500'000}}) {
    const absl::Time time = absl::FromUnixMicros(micros);
    const google::protobuf::Timestamp timestamp = ToTimestamp(time);
    EXPECT_GE(timestamp.nanos(), 0) << micros;  // what the message asks for
    EXPECT_EQ(timestamp.seconds() * 1'000'000 + timestamp.nanos() / 1000, micros);
    EXPECT_EQ(FromTimestamp(timestamp), time);
  }
}

}  // namespace
}  // namespace mamori::time
