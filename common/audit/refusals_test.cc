#include "common/audit/refusals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/audit/test_journal.h"
#include "common/testing/matchers.h"
#include "common/testing/test_database.h"

namespace mamori::audit {
namespace {

using ::testing::UnorderedElementsAre;

class Dropped final : public telemetry::Telemetry {
 public:
  void Log(telemetry::Level, std::string_view, const telemetry::Labels&) override { ++lines; }
  void RecordCall(std::string_view, std::string_view, absl::Duration, std::string_view,
                  std::string_view) override {}
  void Count(std::string_view name, const telemetry::Labels& labels, double by) override {
    EXPECT_EQ(name, "mamori_refusals_dropped_total");
    EXPECT_TRUE(labels.empty());
    dropped += by;
  }
  void Gauge(std::string_view, double, const telemetry::Labels&) override {}
  void Observe(std::string_view, absl::Duration, const telemetry::Labels&) override {}
  double dropped = 0;
  int lines = 0;
};

class RefusalsTest : public ::testing::Test {
 protected:
  static Refusal Of(const std::string& person, const std::string& action = "GetCase") {
    return {.action = action, .code = "NOT_FOUND", .tenant = "t", .who = {"portal", person}};
  }
  // "person action" of every refusal that the audit has.
  std::vector<std::string> Audited() {
    std::vector<std::string> found;
    for (const db::Row& row : database_.Query("SELECT entries FROM audit_group")) {
      const std::string joined = row.GetBytes(0);
      const auto encodings = Split(joined);
      EXPECT_THAT(encodings, testing::IsOk());
      for (const std::string_view one : *encodings) {
        const auto entry = Decode(one);
        EXPECT_THAT(entry, testing::IsOk());
        if (entry->kind != Kind::kRefusals) continue;
        EXPECT_EQ(entry->tenant, "t");
        EXPECT_EQ(entry->who.caller, "portal");
        found.push_back(absl::StrCat(entry->who.person, " ", entry->action));
      }
    }
    return found;
  }

  testing::TestDatabase database_{"deploy/db/migrations/triage"};
  time::SystemClock clock_;
  id::RandomIdSource ids_;
  Dropped telemetry_;
  const Journal journal_ = TestJournal("triage", clock_);
  Refusals refusals_{database_.transactor(), journal_, clock_, ids_, telemetry_};
};

TEST_F(RefusalsTest, AreInTheAuditOneEntryForThoseThatCameTogether) {
  EXPECT_FALSE(*refusals_.RunOnce());
  for (int i = 0; i < 300; ++i) refusals_.Record(Of("ann"));
  refusals_.Record(Of("ann", "ClaimCase"));
  refusals_.Record(Of("ben"));
  EXPECT_THAT(Audited(), UnorderedElementsAre());
  EXPECT_TRUE(*refusals_.RunOnce());
  EXPECT_THAT(Audited(), UnorderedElementsAre("ann GetCase NOT_FOUND x300",
                                              "ann ClaimCase NOT_FOUND", "ben GetCase NOT_FOUND"));
  refusals_.Record(Of("ann"));
  EXPECT_TRUE(*refusals_.RunOnce());
  EXPECT_EQ(Audited().size(), 4u);
  EXPECT_EQ(telemetry_.lines, 0);
}

TEST_F(RefusalsTest, WaitForADatabaseThatTakesNone) {
  database_.Execute("RENAME TABLE audit_group TO elsewhere");
  refusals_.Record(Of("ann"));
  EXPECT_FALSE(refusals_.RunOnce().ok());
  refusals_.Record(Of("ann"));
  database_.Execute("RENAME TABLE elsewhere TO audit_group");
  EXPECT_TRUE(*refusals_.RunOnce());
  EXPECT_THAT(Audited(), UnorderedElementsAre("ann GetCase NOT_FOUND x2"));
}

TEST_F(RefusalsTest, TakeNoMoreThanTheyHaveRoomFor) {
  for (size_t i = 0; i < Refusals::kMaxWaiting + 3; ++i) refusals_.Record(Of(absl::StrCat(i)));
  EXPECT_EQ(telemetry_.dropped, 3);
  refusals_.Record(Of("0"));
  EXPECT_EQ(telemetry_.dropped, 3);
  for (size_t i = 0; i < Refusals::kMaxWaiting / Refusals::kMaxPerGroup; ++i) {
    EXPECT_TRUE(*refusals_.RunOnce());
  }
  EXPECT_FALSE(*refusals_.RunOnce());
  EXPECT_EQ(Audited().size(), Refusals::kMaxWaiting);
}

}  // namespace
}  // namespace mamori::audit
