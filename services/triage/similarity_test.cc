// Similar reports on a real database: what is found, and what is not told.
#include "services/triage/similarity.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "services/triage/sql_actor_store.h"
#include "services/triage/sql_memory_rows.h"
#include "services/triage/sql_sketch_store.h"
#include "services/triage/test_triage_fixture.h"
#include "services/triage/text_grams.h"

namespace mamori::triage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::SizeIs;

constexpr auto kCustomer = mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT;
constexpr auto kInternal = mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT;
constexpr char kText[] =
    "11月3日の夜、監視アラートの一次対応中に、契約先の情報システム部長から電話。バックアップが一晩"
    "失敗していた件で"
    "「責任者を出せ、土下座しに来い」と約二時間にわたり怒鳴られ続けた。";
constexpr char kRetold[] =
    "先週のバックアップ失敗の件で、お客様の情報システム部長が夜の当番に二時間も怒鳴り、責任者の土下"
    "座を要求した。";

class SimilarityTest : public TriageFixture {
 protected:
  SimilarityTest()
      : actor_store_(database_.transactor(), clock_, seal_, keys_.sealer()),
        sketch_store_(database_.transactor()),
        index_(sketch_store_, clock_, {}),
        similarity_({index_, sketch_store_, actor_store_, access_store_, gate_, source_, memory_,
                     tokenizer_}) {}

  std::string Tell(const std::string& text, bool anonymous = false,
                   mamori::v1::ReportKind kind = kCustomer, const std::string& keep_out = "",
                   const std::string& organisation = "") {
    const mamori::v1::Event event = Receive(text, kind);
    mamori::v1::Report& report = source_.reports[{"t", event.subject_id()}];
    if (!anonymous) report.mutable_reporter()->set_person("Reporter");
    if (!keep_out.empty()) report.add_keep_out(keep_out);
    if (!organisation.empty()) report.add_actors()->set_organisation(organisation);
    EXPECT_THAT(Apply({event})[0], IsOk());
    return id::Name("reports", event.subject_id());
  }
  server::CallContext As(const std::string& person, std::vector<std::string> roles) const {
    server::CallContext call =
        Call("/mamori.triage.v1.SimilarityService/ListSimilarReports", person);
    call.roles = std::move(roles);
    return call;
  }
  absl::StatusOr<v1::ListSimilarReportsResponse> Ask(const std::string& report,
                                                     const server::CallContext& call) {
    v1::ListSimilarReportsRequest request;
    request.set_name(report);
    return similarity_.List(call, request);
  }
  std::vector<std::string> Similar(const std::string& report, const server::CallContext& call) {
    std::vector<std::string> names;
    const auto answer = Ask(report, call);
    EXPECT_THAT(answer, IsOk());
    if (!answer.ok()) return names;
    for (const v1::SimilarReport& one : answer->reports()) names.push_back(one.report());
    return names;
  }

  // The same sketch, of reports of these times.
  void Store(const Sketch& sketch, const std::vector<absl::Time>& times) {
    std::vector<db::Params> rows;
    for (const absl::Time time : times) {
      db::Params params;
      params.Add("t").Add(time).Add(ids_.NewId()).Add(ToBytes(sketch));
      rows.push_back(std::move(params));
    }
    const auto insert = [&](db::Tx& tx) {
      return tx.InsertRows(
          "INSERT INTO report_sketch (tenant, create_time, report_id, sketch) VALUES ", rows);
    };
    ASSERT_THAT(database_.transactor().Run({}, insert), IsOk());
  }

  SqlActorStore actor_store_;
  SqlSketchStore sketch_store_;
  SketchIndex index_;
  text::LazyTokenizer tokenizer_;
  Similarity similarity_;
  const server::CallContext desk_ = As("desk-1", {"desk"});
};

TEST_F(SimilarityTest, FindsCopiesAndRetellings) {
  const std::string one = Tell(kText, false, kCustomer, "", "サンプル商事");
  const std::string copy = Tell(std::string("転送します。") + kText);
  const std::string retold = Tell(kRetold, false, kCustomer, "", "サンプル商事(株)");
  const std::string other =
      Tell("請求書の金額が違うと言われ、訂正して再送した。", false, kCustomer, "", "サンプル商事");
  const auto answer = Ask(one, desk_);
  ASSERT_THAT(answer, IsOk());
  ASSERT_THAT(answer->reports(), SizeIs(2));
  EXPECT_EQ(answer->reports(0).report(), copy);
  EXPECT_EQ(answer->reports(0).likeness(), v1::LIKENESS_SAME_TEXT);
  EXPECT_GE(answer->reports(0).containment(), 0.95);
  EXPECT_EQ(answer->reports(1).report(), retold);
  EXPECT_EQ(answer->reports(1).likeness(), v1::LIKENESS_MAYBE_SAME_EVENT);
  EXPECT_TRUE(answer->reports(1).same_actor());
  EXPECT_EQ(answer->reports(0).case_name(), Get(copy).name());
  // Later ones are found too, and nothing was joined by itself.
  const std::string later = Tell(kText);
  EXPECT_THAT(Similar(copy, desk_), ::testing::UnorderedElementsAre(one, later, ::testing::_));
  EXPECT_NE(Get(one).name(), Get(copy).name());
}

TEST_F(SimilarityTest, WhatTheViewerMayNotSeeIsNotThere) {
  const std::string one = Tell(kText);
  const std::string hidden = Tell(kText, false, kCustomer, "desk-1");
  const std::string internal = Tell(kText, false, kInternal);
  EXPECT_THAT(Similar(one, desk_), IsEmpty());
  EXPECT_THAT(Similar(one, As("desk-2", {"desk"})), ElementsAre(hidden));
  for (const std::string& name : {hidden, internal, id::Name("reports", ids_.NewId())}) {
    EXPECT_EQ(Ask(name, desk_).status(), status::NotFound("report"));
  }
  server::CallContext stranger = desk_;
  stranger.tenant = "other";
  EXPECT_EQ(Ask(one, stranger).status(), status::NotFound("report"));
}

TEST_F(SimilarityTest, AnonymousReportsAreComparedWithNone) {
  const std::string one = Tell(kText, false, kCustomer, "", "Example");
  const std::string anonymous = Tell(kText, /*anonymous=*/true, kCustomer, "", "Example");
  EXPECT_THAT(database_.Query("SELECT 1 FROM report_sketch", {}), SizeIs(1));
  EXPECT_THAT(Similar(one, desk_), IsEmpty()) << "not by the actor either";
  const auto answer = Ask(anonymous, desk_);
  ASSERT_THAT(answer, IsOk());
  EXPECT_TRUE(answer->not_compared());
  EXPECT_THAT(answer->reports(), IsEmpty());
}

TEST_F(SimilarityTest, WhatIsErasedIsNotFound) {
  const std::string one = Tell(kText);
  const std::string copy = Tell(kText);
  EXPECT_THAT(Similar(one, desk_), ElementsAre(copy));
  const id::Id report_id = *id::FromName("reports", copy);
  ASSERT_THAT(
      database_.transactor().Run({}, [&](db::Tx& tx) { return EraseMemory(tx, "t", report_id); }),
      IsOk());
  EXPECT_THAT(Similar(one, desk_), IsEmpty()) << "though it was in memory";
}

TEST_F(SimilarityTest, ASketchTellsNothingOfTheText) {
  Tell(kText);
  const auto rows = database_.Query("SELECT sketch FROM report_sketch", {});
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_LE(rows[0].GetBytes(0).size(), 256u);
  // The same text under another key shares nothing with it.
  const MemoryKeys other(*crypto::KeyedHash::FromHex(std::string(64, 'c')));
  EXPECT_LE(
      Overlap(FromBytes(rows[0].GetBytes(0)), SketchOf(GramsOf(kText), other.GramHash("t"))).shared,
      1);
  EXPECT_GT(Overlap(FromBytes(rows[0].GetBytes(0)), SketchOf(GramsOf(kText), memory_.GramHash("t")))
                .shared,
            50);
}

TEST_F(SimilarityTest, TheIndexKeepsTheNewest) {
  SketchIndex small(sketch_store_, clock_, {.max_reports = 2048, .overlap = absl::Seconds(90)});
  const Sketch sketch = SketchOf(GramsOf(kText), memory_.GramHash("t"));
  std::vector<absl::Time> times;
  for (int i = 0; i < 5000; ++i) times.push_back(absl::FromUnixSeconds(1'000'000 + i));
  Store(sketch, times);
  for (int i = 0; i < 2; ++i) {
    const auto found = small.Find("t", id::Id(16, 'x'), sketch, 10'000, Deadline());
    ASSERT_THAT(found, IsOk());
    EXPECT_GT(found->size(), 1024u);
    EXPECT_LE(found->size(), 2048u);
  }
}

// Counts the rows that are read.
class CountedStore final : public SketchStore {
 public:
  explicit CountedStore(SketchStore& store) : store_(store) {}
  absl::StatusOr<std::vector<SketchRow>> ListSince(std::string_view tenant, absl::Time from,
                                                   const std::optional<Position>& after, int limit,
                                                   absl::Time deadline) override {
    auto rows = store_.ListSince(tenant, from, after, limit, deadline);
    if (rows.ok()) read += rows->size();
    return rows;
  }
  absl::StatusOr<std::map<id::Id, Place>> FindPlaces(std::string_view tenant,
                                                     const std::vector<id::Id>& report_ids,
                                                     absl::Time deadline) override {
    return store_.FindPlaces(tenant, report_ids, deadline);
  }
  size_t read = 0;

 private:
  SketchStore& store_;
};

TEST_F(SimilarityTest, TheIndexReadsAgainWhatMayStillComeAndNoMore) {
  time::FakeClock clock;
  CountedStore store(sketch_store_);
  SketchIndex index(store, clock, {});
  const Sketch sketch = SketchOf(GramsOf(kText), memory_.GramHash("t"));
  const auto find = [&] {
    store.read = 0;
    const auto found = index.Find("t", id::Id(16, 'x'), sketch, 10'000, Deadline());
    EXPECT_THAT(found, IsOk());
    return found.ok() ? found->size() : 0;
  };
  // Many at once, one of them by a clock that is a day ahead.
  const absl::Time now = clock.Now();
  Store(sketch, std::vector<absl::Time>(100, now - absl::Seconds(1)));
  Store(sketch, {now + absl::Hours(24)});
  EXPECT_EQ(find(), 101u);
  // Took its time before them, committed after.
  Store(sketch, {now - absl::Seconds(25)});
  EXPECT_EQ(find(), 102u);
  EXPECT_EQ(store.read, 102u);
  clock.Advance(absl::Seconds(29));
  Store(sketch, {now - absl::Seconds(2)});
  EXPECT_EQ(find(), 103u);
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(find(), 103u);
  EXPECT_EQ(find(), 103u);
  EXPECT_EQ(store.read, 1u) << "the one ahead alone";
  Store(sketch, {clock.Now()});
  EXPECT_EQ(find(), 104u) << "though another lies in the future";
}

}  // namespace
}  // namespace mamori::triage
