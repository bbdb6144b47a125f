#include "common/outbox/inbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "common/db/batch.h"
#include "common/outbox/event_fixture.h"

namespace mamori::outbox {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

class InboxTest : public EventFixture {
 protected:
  absl::StatusOr<std::vector<Admission>> AdmitAll(const std::vector<v1::Event>& events) {
    return transactor().Run<std::vector<Admission>>(
        {}, [&](db::Tx& tx) { return Admit(tx, Pointers(events), clock_.Now()); });
  }
  static std::vector<const v1::Event*> Pointers(const std::vector<v1::Event>& events) {
    std::vector<const v1::Event*> pointers;
    for (const v1::Event& event : events) pointers.push_back(&event);
    return pointers;
  }
};

TEST_F(InboxTest, AppliesOnceAndInOrder) {
  const id::Id subject = ids_.NewId();
  struct Row {
    const char* name;
    std::vector<int64_t> sequences;
    std::vector<Admission> want;
  };
  const Admission A = Admission::kApply, D = Admission::kDuplicate, G = Admission::kGap;
  // Each row goes on from the one before.
  const Row rows[] = {
      {"a gap before anything came", {2}, {G}},
      {"the first two", {1, 2}, {A, A}},
      {"both again", {1, 2}, {D, D}},
      {"the next with a copy", {3, 3}, {A, D}},
      {"a gap within the batch", {4, 6}, {A, G}},
      {"what was missing", {5, 6}, {A, A}},
  };
  for (const Row& row : rows) {
    std::vector<v1::Event> events;
    for (int64_t sequence : row.sequences) events.push_back(EventOf(subject, sequence));
    EXPECT_THAT(AdmitAll(events), IsOkAndHolds(row.want)) << row.name;
  }
}

TEST_F(InboxTest, SourcesDoNotDisturbEachOther) {
  const id::Id subject = ids_.NewId();
  v1::Event other = EventOf(subject, 1);
  other.set_source("notification");
  EXPECT_THAT(AdmitAll({EventOf(subject, 1), other}),
              IsOkAndHolds(ElementsAre(Admission::kApply, Admission::kApply)));
}

TEST_F(InboxTest, ManySubjectsInOneBatch) {
  std::vector<v1::Event> events;
  for (int i = 0; i < 500; ++i) events.push_back(EventOf(ids_.NewId(), 1));
  EXPECT_THAT(AdmitAll(events), IsOkAndHolds(Each(Admission::kApply)));
  EXPECT_THAT(AdmitAll(events), IsOkAndHolds(Each(Admission::kDuplicate)));
}

TEST_F(InboxTest, NothingIsRememberedWhenTheEffectFails) {
  const v1::Event event = EventOf(ids_.NewId(), 1);
  const absl::Status status = transactor().Run({}, [&](db::Tx& tx) -> absl::Status {
    EXPECT_TRUE(Admit(tx, {&event}, clock_.Now()).ok());
    return absl::InternalError("the effect failed");
  });
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(AdmitAll({event}), IsOkAndHolds(ElementsAre(Admission::kApply)));
}

// Four threads deliver the same 200 events at once, again and again, in batches: each is applied
// exactly once.
TEST_F(InboxTest, AppliesOnceUnderConcurrentDelivery) {
  std::vector<v1::Event> events;
  for (int i = 0; i < 200; ++i) events.push_back(EventOf(ids_.NewId(), 1));
  std::atomic<int> applied = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int round = 0; round < 3; ++round) {
        for (size_t first = 0; first < events.size(); first += 50) {
          db::ApplyRanges(50, [&](size_t offset, size_t count) -> absl::Status {
            std::vector<const v1::Event*> batch;
            for (size_t i = 0; i < count; ++i) batch.push_back(&events[first + offset + i]);
            int fresh = 0;
            const absl::Status status = transactor().Run({}, [&](db::Tx& tx) -> absl::Status {
              absl::StatusOr<std::vector<Admission>> admissions = Admit(tx, batch, clock_.Now());
              if (!admissions.ok()) return admissions.status();
              fresh = std::count(admissions->begin(), admissions->end(), Admission::kApply);
              return absl::OkStatus();
            });
            if (status.ok()) applied += fresh;
            return status;
          });
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(applied, 200);
}

}  // namespace
}  // namespace mamori::outbox
