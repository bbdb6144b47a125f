// For the tests of this room: a database with notification's migrations (it has outbox, inbox and
// lease) and events.
#ifndef MAMORI_COMMON_OUTBOX_EVENT_FIXTURE_H_
#define MAMORI_COMMON_OUTBOX_EVENT_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/id/id.h"
#include "common/outbox/outbox.h"
#include "common/telemetry/telemetry.h"
#include "common/testing/matchers.h"
#include "common/testing/test_database.h"
#include "common/time/clock.h"

namespace mamori::outbox {

using ::mamori::testing::IsOkAndHolds;

class EventFixture : public ::testing::Test {
 protected:
  db::Transactor& transactor() { return database_.transactor(); }

  v1::Event EventOf(const id::Id& subject, int64_t sequence) {
    v1::Event event;
    event.set_event_id(ids_.NewId());
    event.set_tenant("acme");
    event.set_source("intake");
    event.set_subject_id(subject);
    event.set_subject_sequence(sequence);
    event.mutable_event_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()));
    event.mutable_report_received()->set_company("acme-msp");
    return event;
  }

  void AppendAll(const std::vector<v1::Event>& events) {
    const absl::Status status =
        transactor().Run({}, [&](db::Tx& tx) { return Append(tx, events); });
    ASSERT_TRUE(status.ok()) << status;
  }

  // Time passes for the relays, and what waits by the database's clock has waited that long.
  void Pass(absl::Duration by) {
    clock_.Advance(by);
    const db::Params micros = db::Params().Add(absl::ToInt64Microseconds(by));
    database_.Execute("UPDATE lease SET expire_time = expire_time - ?", micros);
    database_.Execute("UPDATE outbox SET due_time = due_time - ?", micros);
  }

  template <typename T, typename Body>
  T Read(Body body) {
    absl::StatusOr<T> result = transactor().Run<T>({.read_only = true}, body);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *result : T();
  }

  mamori::testing::TestDatabase database_{"deploy/db/migrations/notification"};
  time::FakeClock clock_;
  id::RandomIdSource ids_;
  telemetry::NullTelemetry telemetry_;
};

}  // namespace mamori::outbox

#endif  // MAMORI_COMMON_OUTBOX_EVENT_FIXTURE_H_
