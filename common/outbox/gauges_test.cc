#include "common/outbox/gauges.h"

#include <map>

#include "common/outbox/event_fixture.h"
#include "common/outbox/relay.h"

namespace mamori::outbox {
namespace {

// Keeps the gauges as they were set last and the counters' sums.
class Meters final : public telemetry::Telemetry {
 public:
  void Log(telemetry::Level, std::string_view, const telemetry::Labels&) override {}
  void RecordCall(std::string_view, std::string_view, absl::Duration, std::string_view,
                  std::string_view) override {}
  void Count(std::string_view name, const telemetry::Labels&, double by) override {
    values[std::string(name)] += by;
  }
  void Gauge(std::string_view name, double value, const telemetry::Labels&) override {
    values[std::string(name)] = value;
  }
  void Observe(std::string_view, absl::Duration, const telemetry::Labels&) override {}

  std::map<std::string, double> values;
};

class GaugesTest : public EventFixture {
 protected:
  Meters meters_;
};

TEST_F(GaugesTest, TellWhatWaitsAndHowLongApartFromWhatIsRefused) {
  Backlog seen;
  absl::Duration seen_age;
  Gauges gauges(MeasureWith(transactor()), clock_, meters_, 100,
                [&](const Backlog& backlog, absl::Duration age) {
                  seen = backlog;
                  seen_age = age;
                });
  AppendAll({EventOf(ids_.NewId(), 1), EventOf(ids_.NewId(), 2)});
  clock_.Advance(absl::Seconds(30));
  EXPECT_THAT(gauges.Sample(), IsOkAndHolds(false));
  EXPECT_EQ(meters_.values["mamori_outbox_depth"], 2);
  EXPECT_NEAR(meters_.values["mamori_outbox_age_seconds"], 30, 1);
  EXPECT_EQ(meters_.values["mamori_outbox_refused"], 0);
  EXPECT_EQ(seen.depth, 2);
  EXPECT_NEAR(absl::ToDoubleSeconds(seen_age), 30, 1);

  // One is taken, one refused for good: that one waits for a person and ages nothing.
  auto relay = Relay::Create({transactor(), clock_, ids_, meters_},
                             [](const std::vector<v1::Event>& events, absl::Time) {
                               std::vector<absl::Status> answers;
                               for (const v1::Event& event : events) {
                                 answers.push_back(event.subject_sequence() == 1
                                                       ? absl::OkStatus()
                                                       : absl::InvalidArgumentError("no"));
                               }
                               return absl::StatusOr<std::vector<absl::Status>>(answers);
                             },
                             {});
  EXPECT_EQ(meters_.values.count("mamori_outbox_refused_total"), 1u) << "from the start";
  EXPECT_THAT(relay->RunOnce(), IsOkAndHolds(true));
  EXPECT_THAT(gauges.Sample(), IsOkAndHolds(false));
  EXPECT_EQ(meters_.values["mamori_outbox_depth"], 0);
  EXPECT_EQ(meters_.values["mamori_outbox_age_seconds"], 0);
  EXPECT_EQ(meters_.values["mamori_outbox_refused"], 1);
  EXPECT_EQ(meters_.values["mamori_outbox_refused_total"], 1);
}

TEST_F(GaugesTest, KeepWhatTheyKnowWhileTheDatabaseIsAway) {
  absl::StatusOr<Backlog> answer = Backlog{.depth = 7};
  int observed = 0;
  Gauges gauges([&](int64_t, absl::Time) { return answer; }, clock_, meters_, 100,
                [&](const Backlog&, absl::Duration) { ++observed; });
  EXPECT_THAT(gauges.Sample(), IsOkAndHolds(false));
  answer = absl::UnavailableError("away");
  EXPECT_FALSE(gauges.Sample().ok());
  EXPECT_EQ(meters_.values["mamori_outbox_depth"], 7);
  EXPECT_EQ(observed, 1);
}

TEST_F(GaugesTest, AreTheRarerTheLongerACountTakes) {
  int measured = 0;
  Gauges gauges(
      [&](int64_t, absl::Time) -> absl::StatusOr<Backlog> {
        ++measured;
        clock_.Advance(absl::Milliseconds(100));
        return Backlog{};
      },
      clock_, meters_, 100, nullptr);
  EXPECT_THAT(gauges.Sample(), IsOkAndHolds(false));
  clock_.Advance(absl::Seconds(4));
  EXPECT_THAT(gauges.Sample(), IsOkAndHolds(false));
  EXPECT_EQ(measured, 1);
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(gauges.Sample(), IsOkAndHolds(false));
  EXPECT_EQ(measured, 2);
}

}  // namespace
}  // namespace mamori::outbox
