// Against a real database and the checkpointer that services use.
#include "common/bundle/chain_reader.h"

#include <gmock/gmock.h>

#include <functional>

#include "common/audit/test_service.h"
#include "common/testing/matchers.h"
#include "common/time/day.h"

namespace mamori::bundle {
namespace {

using audit::Kind;
using ::testing::HasSubstr;

class ChainReaderTest : public ::testing::Test {
 protected:
  ChainReader NewReader() {
    return {service_.database_.transactor(), "intake", service_.clock_, sleeper_};
  }
  ChainReader::Resource Of(const id::Id& report) {
    const absl::Time now = service_.clock_.Now();
    return {id::Name("reports", report), now - absl::Hours(1), now};
  }
  // What the audit is told of a report, to the day or not, with nothing else written.
  id::Id Begin(bool by_day) {
    const id::Id report = service_.ids_.NewId();
    audit::Entry entry{.kind = Kind::kReport,
                       .resource_id = report,
                       .tenant = "t",
                       .action = "SubmitReport",
                       .by_day = by_day};
    EXPECT_THAT(service_.database_.transactor().Run(
                    {}, [&](db::Tx& tx) { return service_.journal_.Begin(tx, {entry}).status(); }),
                testing::IsOk());
    return report;
  }

  // Whether what was read proves itself, as a verifier sees it.
  void Check(const v1::AuditChain& chain, ChainReader& reader, size_t covered) {
    const auto proven = CheckChain(chain);
    ASSERT_THAT(proven, testing::IsOk());
    EXPECT_EQ(proven->covered, covered);
    const auto run = reader.ReadRun(absl::InfiniteFuture());
    ASSERT_THAT(run, testing::IsOk());
    EXPECT_THAT(CheckRun(*run, service_.key_.public_key()), testing::IsOk());
    EXPECT_THAT(CheckAgainst(*run, run->checkpoints().rbegin()->number(),
                             {service_.sink_.checkpoints}, service_.key_.public_key()),
                testing::IsOk());
    if (covered == 0) return;
    const v1::Checkpoint& covering = service_.sink_.checkpoints[proven->checkpoint];
    EXPECT_EQ(proven->root, covering.root());
  }

  audit::Service service_{"intake"};
  time::FakeSleeper sleeper_{service_.clock_};
};

TEST_F(ChainReaderTest, LeadsEveryChainToItsCheckpoint) {
  const auto with = service_.Submit(5, 3);
  const auto without = service_.Submit(4);
  for (int i = 0; i < 60; ++i) Begin(false);  // more groups than are read at once
  service_.Settle();
  for (const id::Id& report : with) {
    ChainReader reader = NewReader();
    const auto chain = reader.ReadChain(Of(report), absl::InfiniteFuture());
    ASSERT_THAT(chain, testing::IsOk());
    EXPECT_EQ(chain->entries_size(), 4);
    EXPECT_EQ(chain->told(1).action(), "SupplementReport");
    Check(*chain, reader, 4);
  }
  for (const id::Id& report : without) {
    ChainReader reader = NewReader();
    const auto chain = reader.ReadChain(Of(report), absl::InfiniteFuture());
    ASSERT_THAT(chain, testing::IsOk());
    EXPECT_TRUE(chain->has_group());
    Check(*chain, reader, 1);
  }
}

TEST_F(ChainReaderTest, WaitsForTheCheckpointAndGivesUp) {
  service_.Settle();
  const id::Id report = service_.Submit(1, 1)[0];
  ChainReader reader = NewReader();
  EXPECT_THAT(reader.ReadChain(Of(report), absl::InfiniteFuture()),
              testing::StatusIs(absl::StatusCode::kUnavailable));
  service_.Checkpoint();
  const auto chain = reader.ReadChain(Of(report), absl::InfiniteFuture());
  ASSERT_THAT(chain, testing::IsOk());
  Check(*chain, reader, 2);
}

// Does what others do while somebody waits.
class BusySleeper final : public time::Sleeper {
 public:
  explicit BusySleeper(std::function<void()> what) : what_(std::move(what)) {}
  void Sleep(absl::Duration) override { what_(); }

 private:
  const std::function<void()> what_;
};

TEST_F(ChainReaderTest, EndsWithTheLastEntryThatACheckpointCovers) {
  service_.Settle();
  const id::Id report = service_.Submit(1, 1)[0];
  BusySleeper sleeper([&] {
    service_.Supplement(report, "");
    service_.Checkpoint();
    service_.Supplement(report, "");
  });
  ChainReader reader(service_.database_.transactor(), "intake", service_.clock_, sleeper);
  const auto chain = reader.ReadChain(Of(report), absl::InfiniteFuture());
  ASSERT_THAT(chain, testing::IsOk());
  EXPECT_EQ(chain->entries_size(), 3);
  Check(*chain, reader, 3);
}

TEST_F(ChainReaderTest, HasWhatIsToldToTheDayBeforeAnyCheckpointHasIt) {
  const id::Id report = Begin(true);
  service_.Settle();
  ChainReader reader = NewReader();
  ChainReader::Resource of = Of(report);
  of.earliest = time::BeginOfDay(service_.clock_.Now());
  const auto chain = reader.ReadChain(of, absl::InfiniteFuture());
  ASSERT_THAT(chain, testing::IsOk());
  EXPECT_FALSE(chain->has_leaf());
  Check(*chain, reader, 0);
  // The next day it is covered; a run of before does not do for it then.
  service_.clock_.Set(time::BeginOfDay(service_.clock_.Now()) + time::kDay + absl::Minutes(1));
  service_.Checkpoint();
  EXPECT_THAT(reader.ReadRun(absl::InfiniteFuture()),
              testing::StatusIs(absl::StatusCode::kUnavailable));
  ChainReader later = NewReader();
  const auto covered = later.ReadChain(of, absl::InfiniteFuture());
  ASSERT_THAT(covered, testing::IsOk());
  Check(*covered, later, 1);
}

TEST_F(ChainReaderTest, SaysWhenThereIsNoChain) {
  service_.Settle();
  ChainReader reader = NewReader();
  EXPECT_THAT(reader.ReadChain(Of(service_.ids_.NewId()), absl::InfiniteFuture()),
              testing::StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(
      reader.ReadChain({"holds/x", absl::UnixEpoch(), absl::UnixEpoch()}, absl::InfiniteFuture()),
      testing::StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no bundle holds")));
}

}  // namespace
}  // namespace mamori::bundle
