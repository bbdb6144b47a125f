// The actor registry on a real database: what is found, what is not told, and what people say about
// it.
#include "services/triage/actors.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "services/triage/sql_actor_store.h"
#include "services/triage/sql_memory_rows.h"
#include "services/triage/test_triage_fixture.h"

namespace mamori::triage {
namespace {

using ::testing::ElementsAre;
using testing::HasReason;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;
using ::testing::UnorderedElementsAre;

constexpr auto kCustomer = mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT;
constexpr auto kInternal = mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT;

class ActorsTest : public TriageFixture {
 protected:
  ActorsTest()
      : actor_store_(database_.transactor(), clock_, seal_, keys_.sealer()),
        actors_({actor_store_, case_store_, access_store_, gate_, clock_, ids_, [] {}, tokens_}) {}

  mamori::v1::Case OpenAbout(const std::string& person, const std::string& organisation,
                             mamori::v1::ReportKind kind = kCustomer,
                             const std::string& keep_out = "") {
    const mamori::v1::Event event = Receive("x", kind);
    mamori::v1::Report& report = source_.reports[{"t", event.subject_id()}];
    mamori::v1::AllegedActor& actor = *report.add_actors();
    actor.set_person(person);
    actor.set_organisation(organisation);
    actor.set_relation(mamori::v1::ACTOR_RELATION_CUSTOMER);
    if (!keep_out.empty()) report.add_keep_out(keep_out);
    EXPECT_THAT(Apply({event})[0], IsOk());
    v1::GetCaseRequest request;
    request.set_name(id::Name("reports", event.subject_id()));
    return *cases_.Get(Call("Get", "opener"), request);
  }
  server::CallContext As(const std::string& person, std::vector<std::string> roles) const {
    server::CallContext call = Call("/mamori.triage.v1.ActorService/Verb", person);
    call.roles = std::move(roles);
    return call;
  }
  std::vector<v1::ActorCandidate> Candidates(const std::string& name,
                                             const server::CallContext& call, int page_size = 2) {
    v1::ListActorCandidatesRequest request;
    request.set_name(name);
    request.set_page_size(page_size);
    std::vector<v1::ActorCandidate> all;
    for (;;) {
      const auto page = actors_.ListCandidates(call, request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) return all;
      all.insert(all.end(), page->candidates().begin(), page->candidates().end());
      if (page->next_page_token().empty()) return all;
      EXPECT_EQ(page->candidates_size(), page_size) << "pages are full whatever is hidden";
      request.set_page_token(page->next_page_token());
    }
  }
  std::vector<std::string> CandidateCases(const std::string& name,
                                          const server::CallContext& call) {
    std::vector<std::string> cases;
    for (const v1::ActorCandidate& one : Candidates(name, call)) cases.push_back(one.case_name());
    return cases;
  }
  std::string ActorOf(const std::string& name, v1::ActorKind kind) {
    v1::ListActorsRequest request;
    request.set_name(name);
    const auto list = actors_.List(desk_, request);
    EXPECT_THAT(list, IsOk());
    for (const v1::ActorMention& one : list->actors()) {
      if (one.kind() == kind) return one.actor();
    }
    return "";
  }
  v1::JoinActorsRequest JoinOf(const mamori::v1::Case& one, const mamori::v1::Case& other) {
    auto request = Verb<v1::JoinActorsRequest>(one.name());
    request.set_actor(ActorOf(one.name(), v1::ACTOR_KIND_ORGANISATION));
    request.set_other_case(other.name());
    request.set_other_actor(ActorOf(other.name(), v1::ACTOR_KIND_ORGANISATION));
    request.set_reason("the same switchboard");
    return request;
  }
  std::vector<std::string> Unseen(const server::CallContext& call) {
    std::vector<std::string> pairs;
    const auto page = actors_.ListUnseen(call, {});
    EXPECT_THAT(page, IsOk());
    for (const v1::UnseenLink& link : page->links())
      pairs.push_back(link.case_name() + " " + link.other_case());
    return pairs;
  }

  SqlActorStore actor_store_;
  Actors actors_;
  const server::CallContext desk_ = As("desk-1", {"desk"});
  const server::CallContext first_ = As("first-1", {"first_reader"});
};

TEST_F(ActorsTest, FindsOtherCasesWithTheReason) {
  const mamori::v1::Case one = OpenAbout("田中太郎 様", "株式会社サンプル商事");
  const mamori::v1::Case two = OpenAbout("", "ｻﾝﾌﾟﾙ商事(株)");
  const mamori::v1::Case three = OpenAbout("タナカ", "別の会社");
  const mamori::v1::Case four = OpenAbout("Mr. 田中　太郎", "");
  EXPECT_THAT(CandidateCases(one.name(), desk_), ElementsAre(four.name(), two.name()));
  EXPECT_THAT(Candidates(three.name(), desk_), IsEmpty());
  const auto found = Candidates(two.name(), desk_);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].reason(), v1::ACTOR_REASON_SAME_ORGANISATION);
  EXPECT_EQ(found[0].reason_en(), "same organisation after normalisation");
  EXPECT_EQ(found[0].report(), one.reports(0));
  EXPECT_EQ(found[0].actor(), found[0].other_actor());
}

TEST_F(ActorsTest, NoNameIsInTheDatabase) {
  OpenAbout("Tanaka Canary", "Canary Trading Ltd.");
  const auto tables_with = [&](const std::string& text) {
    std::vector<std::string> found;
    for (const db::Row& column :
         database_.Query("SELECT table_name, column_name FROM information_schema.columns WHERE "
                         "table_schema = DATABASE()",
                         {})) {
      const std::string sql =
          absl::StrCat("SELECT 1 FROM `", column.GetBytes(0), "` WHERE INSTR(LOWER(CONVERT(`",
                       column.GetBytes(1), "` USING latin1)), ?) > 0 LIMIT 1");
      if (!database_.Query(sql, db::Params().Add(text)).empty())
        found.push_back(column.GetBytes(0));
    }
    return found;
  };
  EXPECT_THAT(tables_with("canary"), IsEmpty());
  EXPECT_THAT(tables_with("tanaka"), IsEmpty());
  database_.Run("UPDATE case_record SET assignee = 'A Canary'");
  EXPECT_THAT(tables_with("canary"), ElementsAre("case_record")) << "it finds what is there";
  // Another key and another tenant make other hashes of the same name.
  const MemoryKeys other(*crypto::KeyedHash::FromHex(std::string(64, 'c')));
  const auto kind = v1::ACTOR_KIND_PERSON;
  EXPECT_NE(memory_.Actor("t", kind, "n"), other.Actor("t", kind, "n"));
  EXPECT_NE(memory_.Actor("t", kind, "n"), memory_.Actor("u", kind, "n"));
  EXPECT_NE(memory_.Actor("t", kind, "n"), memory_.Actor("t", v1::ACTOR_KIND_ORGANISATION, "n"));
}

TEST_F(ActorsTest, WhatTheViewerMayNotSeeDoesNotCount) {
  const mamori::v1::Case mine = OpenAbout("", "Example");
  const mamori::v1::Case hidden = OpenAbout("", "Example", kCustomer, "desk-1");
  const mamori::v1::Case internal = OpenAbout("", "Example", kInternal);
  const mamori::v1::Case seen = OpenAbout("", "Example");
  EXPECT_THAT(CandidateCases(mine.name(), desk_), ElementsAre(seen.name()));
  EXPECT_THAT(CandidateCases(mine.name(), As("desk-2", {"desk"})),
              ElementsAre(seen.name(), hidden.name()));
  // Nor can it be asked about.
  for (const mamori::v1::Case& one : {hidden, internal}) {
    v1::ListActorCandidatesRequest request;
    request.set_name(one.name());
    EXPECT_EQ(actors_.ListCandidates(desk_, request).status(), status::NotFound("case"));
    v1::ListActorsRequest list;
    list.set_name(one.name());
    EXPECT_EQ(actors_.List(desk_, list).status(), status::NotFound("case"));
    v1::JoinActorsRequest join = Verb<v1::JoinActorsRequest>(mine.name());
    join.set_actor(id::Name("actors", ids_.NewId()));
    join.set_other_case(one.name());
    join.set_other_actor(id::Name("actors", ids_.NewId()));
    join.set_reason("r");
    EXPECT_EQ(actors_.Join(desk_, join).status(), status::NotFound("case"));
  }
  // Another tenant has no part in it.
  server::CallContext stranger = As("desk-1", {"desk", "first_reader"});
  stranger.tenant = "other";
  v1::ListActorCandidatesRequest request;
  request.set_name(mine.name());
  EXPECT_EQ(actors_.ListCandidates(stranger, request).status(), status::NotFound("case"));
  EXPECT_THAT(Unseen(stranger), IsEmpty());
}

TEST_F(ActorsTest, WhatTheDeskMayNotSeeGoesToTheFirstReader) {
  const mamori::v1::Case mine = OpenAbout("", "Example");
  const mamori::v1::Case internal = OpenAbout("", "Example", kInternal);
  const mamori::v1::Case seen = OpenAbout("", "Example");
  EXPECT_THAT(Unseen(first_), UnorderedElementsAre(internal.name() + " " + mine.name(),
                                                   seen.name() + " " + internal.name()));
  EXPECT_THAT(actors_.ListUnseen(desk_, {}), HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  // A first reader who is kept out of one is told of none of its links.
  auto exclude = Verb<v1::ExcludePersonRequest>(internal.name());
  exclude.set_person("first-1");
  EXPECT_THAT(access_.Exclude(As("first-2", {"first_reader"}), exclude), IsOk());
  EXPECT_THAT(Unseen(first_), IsEmpty());
}

TEST_F(ActorsTest, AJoinLeadsOnAndCanBeUndone) {
  const mamori::v1::Case one = OpenAbout("", "サンプル商事");
  const mamori::v1::Case two = OpenAbout("", "サンプルHD");
  const mamori::v1::Case three = OpenAbout("", "三番目");
  EXPECT_THAT(Candidates(one.name(), desk_), IsEmpty());
  const auto request = JoinOf(one, two);
  const auto join = actors_.Join(desk_, request);
  ASSERT_THAT(join, IsOk());
  EXPECT_EQ(join->author(), "desk-1");
  EXPECT_THAT(actors_.Join(desk_, request), IsOk()) << "the same request again";
  EXPECT_THAT(actors_.Join(desk_, JoinOf(two, one)),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  ASSERT_THAT(actors_.Join(desk_, JoinOf(two, three)), IsOk());

  const auto found = Candidates(one.name(), desk_);
  ASSERT_THAT(found, SizeIs(2)) << "also over two joins";
  EXPECT_EQ(found[0].case_name(), three.name());
  EXPECT_EQ(found[1].case_name(), two.name());
  EXPECT_EQ(found[1].reason(), v1::ACTOR_REASON_JOINED);
  EXPECT_NE(found[1].actor(), found[1].other_actor());
  // Both cases' records tell of it, and the reason stands in the one.
  EXPECT_EQ(Get(one.name()).notes(0).text(), "the same switchboard");
  EXPECT_NE(Get(two.name()).etag(), two.etag());

  auto split = Verb<v1::SplitActorsRequest>(two.name());
  split.set_join(join->name());
  split.set_reason("another switchboard");
  const auto undone = actors_.Split(As("desk-2", {"desk"}), split);
  ASSERT_THAT(undone, IsOk());
  EXPECT_EQ(undone->split_by(), "desk-2");
  EXPECT_THAT(Candidates(one.name(), desk_), IsEmpty());
  auto again = Verb<v1::SplitActorsRequest>(two.name());
  again.set_join(join->name());
  again.set_reason("r");
  EXPECT_THAT(actors_.Split(desk_, again), StatusIs(absl::StatusCode::kFailedPrecondition));
  ASSERT_THAT(actors_.Join(desk_, JoinOf(one, two)), IsOk()) << "what was undone may be done again";
}

TEST_F(ActorsTest, AJoinWithWhatIsHiddenIsHidden) {
  const mamori::v1::Case one = OpenAbout("", "First");
  const mamori::v1::Case hidden = OpenAbout("", "Hidden", kCustomer, "desk-1");
  const mamori::v1::Case three = OpenAbout("", "Third");
  const auto other = As("desk-2", {"desk"});
  // As desk-2, who sees all three.
  const auto actor_of = [&](const mamori::v1::Case& of) {
    v1::ListActorsRequest list;
    list.set_name(of.name());
    return actors_.List(other, list)->actors(0).actor();
  };
  const auto join = [&](const mamori::v1::Case& a, const mamori::v1::Case& b) {
    auto request = Verb<v1::JoinActorsRequest>(a.name());
    request.set_actor(actor_of(a));
    request.set_other_case(b.name());
    request.set_other_actor(actor_of(b));
    request.set_reason("r");
    return actors_.Join(other, request);
  };
  const auto first = join(one, hidden);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(join(hidden, three), IsOk());
  EXPECT_THAT(CandidateCases(one.name(), other), ElementsAre(three.name(), hidden.name()));
  EXPECT_THAT(Candidates(one.name(), desk_), IsEmpty()) << "nor what lies behind it";
  v1::ListActorsRequest list;
  list.set_name(one.name());
  EXPECT_THAT(actors_.List(desk_, list)->actors(0).joins(), IsEmpty());
  auto split = Verb<v1::SplitActorsRequest>(one.name());
  split.set_join(first->name());
  split.set_reason("r");
  auto never = split;
  never.set_request_id("another-one");
  never.set_join(id::Name("joins", ids_.NewId()));
  EXPECT_EQ(actors_.Split(desk_, split).status(), actors_.Split(desk_, never).status());
}

TEST_F(ActorsTest, AnActorStandsInTheCaseItIsSaidToStandIn) {
  const mamori::v1::Case one = OpenAbout("", "First");
  const mamori::v1::Case two = OpenAbout("", "Second");
  auto request = JoinOf(one, two);
  std::string mine = request.actor();
  request.set_actor(request.other_actor());
  request.set_other_actor(mine);
  EXPECT_EQ(actors_.Join(desk_, request).status(), status::NotFound("actor"));
  request = JoinOf(one, two);
  request.set_etag("v99");
  EXPECT_THAT(actors_.Join(desk_, request), StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(actors_.Join(As("a", {"auditor", "lawyer"}), JoinOf(one, two)),
              StatusIs(absl::StatusCode::kNotFound));
  request.set_actor("actors/x");
  request.set_reason("");
  EXPECT_THAT(actors_.Join(desk_, request), HasReason(mamori::v1::ERROR_REASON_INVALID_FIELDS));
}

TEST_F(ActorsTest, AMergedCasesReportsAreFoundWhereTheyAre) {
  const mamori::v1::Case one = OpenAbout("", "Example");
  const mamori::v1::Case two = OpenAbout("", "Example");
  const mamori::v1::Case into = OpenAbout("", "Other");
  auto merge = Verb<v1::MergeCasesRequest>(two.name());
  merge.set_into(into.name());
  ASSERT_THAT(cases_.Merge(desk_, merge), IsOk());
  EXPECT_THAT(CandidateCases(one.name(), desk_), ElementsAre(into.name()));
}

TEST_F(ActorsTest, WhatIsErasedIsForgotten) {
  const mamori::v1::Case one = OpenAbout("", "First");
  const mamori::v1::Case two = OpenAbout("", "First");
  const mamori::v1::Case three = OpenAbout("", "Third");
  ASSERT_THAT(actors_.Join(desk_, JoinOf(one, three)), IsOk());
  const auto report_id = *id::FromName("reports", one.reports(0));
  ASSERT_THAT(database_.transactor().Run(
                  {}, [&](db::Tx& tx) { return EraseMemory(tx, "other", report_id); }),
              IsOk());
  EXPECT_THAT(Candidates(one.name(), desk_), SizeIs(2))
      << "another tenant's erasure changes nothing";
  ASSERT_THAT(
      database_.transactor().Run({}, [&](db::Tx& tx) { return EraseMemory(tx, "t", report_id); }),
      IsOk());
  EXPECT_THAT(Candidates(two.name(), desk_), IsEmpty());
  EXPECT_THAT(Candidates(three.name(), desk_), IsEmpty());
}

TEST_F(ActorsTest, AReDeliveredReportIsRememberedOnce) {
  const mamori::v1::Event event = Receive("x");
  source_.reports[{"t", event.subject_id()}].add_actors()->set_person("田中");
  EXPECT_THAT(Apply({event, event})[0], IsOk());
  EXPECT_THAT(Apply({event})[0], IsOk());
  EXPECT_THAT(database_.Query("SELECT 1 FROM actor_mention", {}), SizeIs(1));
}

}  // namespace
}  // namespace mamori::triage
