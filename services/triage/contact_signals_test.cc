// The contact log's counts on a real database: once per crossing, seen by those who may.
#include "services/triage/contact_signals.h"

#include <gmock/gmock.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "common/time/timestamp.h"
#include "services/triage/clock_books.h"
#include "services/triage/sql_contact_signal_store.h"
#include "services/triage/test_triage_fixture.h"

namespace mamori::triage {
namespace {

using ::testing::ElementsAre;
using testing::HasReason;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::IsSupersetOf;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr auto kInternal = mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT;
constexpr char kDemand[] = "担当者を交代させてください";

class ContactSignalsTest : public TriageFixture {
 protected:
  ContactSignalsTest()
      : signal_store_(database_.transactor(), clock_, seal_),
        signals_({signal_store_, case_store_, gate_, assessors_, clock_, ids_, [] {}, tokens_}) {}

  mamori::v1::Event Contact(const std::string& organisation, absl::Time start, int minutes,
                            const std::string& demand, const std::string& report = "") {
    const id::Id contact_id = ids_.NewId();
    mamori::v1::Contact& contact = contacts_.contacts[{"t", contact_id}];
    contact.set_company("acme");
    contact.mutable_actor()->set_organisation(organisation);
    contact.mutable_actor()->set_relation(mamori::v1::ACTOR_RELATION_CUSTOMER);
    *contact.mutable_start_time() = time::ToTimestamp(start);
    contact.set_minutes(minutes);
    contact.set_demand(demand);
    contact.set_report(report);
    mamori::v1::Event event = MakeEvent("intake", "t", contact_id, 1);
    auto& fact = *event.mutable_contact_recorded();
    fact.set_company("acme");
    if (!report.empty()) fact.set_report_id(*id::FromName("reports", report));
    return event;
  }
  // `count` contacts, a day apart, with the same demand.
  void Repeat(int count, const std::string& organisation = "サンプル商事",
              const std::string& report = "") {
    for (int i = 0; i < count; ++i) {
      ASSERT_THAT(Apply({Contact(organisation, start_ += absl::Hours(24), 10, kDemand, report)})[0],
                  IsOk());
    }
  }
  mamori::v1::Case OpenAbout(const std::string& organisation,
                             mamori::v1::ReportKind kind = kCustomer,
                             const std::string& keep_out = "") {
    const mamori::v1::Event event = Receive("x", kind);
    mamori::v1::Report& report = source_.reports[{"t", event.subject_id()}];
    report.add_actors()->set_organisation(organisation);
    report.mutable_actors(0)->set_relation(mamori::v1::ACTOR_RELATION_CUSTOMER);
    if (!keep_out.empty()) report.add_keep_out(keep_out);
    EXPECT_THAT(Apply({event})[0], IsOk());
    v1::GetCaseRequest request;
    request.set_name(id::Name("reports", event.subject_id()));
    return *cases_.Get(Call("Get", "opener"), request);
  }
  server::CallContext As(const std::string& person, std::vector<std::string> roles) const {
    server::CallContext call = Call("/mamori.triage.v1.ContactSignalService/Verb", person);
    call.roles = std::move(roles);
    return call;
  }
  std::vector<v1::ContactSignal> SignalsOf(const mamori::v1::Case& one,
                                           const server::CallContext& call) {
    v1::ListContactSignalsRequest request;
    request.set_name(one.name());
    const auto page = signals_.List(call, request);
    EXPECT_THAT(page, IsOk());
    return page.ok()
               ? std::vector<v1::ContactSignal>(page->signals().begin(), page->signals().end())
               : std::vector<v1::ContactSignal>();
  }
  std::vector<v1::ContactSignal> Proposals(
      v1::ContactSignalState state = v1::CONTACT_SIGNAL_STATE_UNSPECIFIED) {
    v1::ListCaseProposalsRequest request;
    request.set_state(state);
    const auto page = signals_.ListProposals(desk_, request);
    EXPECT_THAT(page, IsOk());
    return {page->proposals().begin(), page->proposals().end()};
  }
  std::vector<v1::ContactSignal> Unseen() {
    const auto page = signals_.ListUnseen(As("f", {"first_reader"}), {});
    EXPECT_THAT(page, IsOk());
    return {page->signals().begin(), page->signals().end()};
  }

  static constexpr auto kCustomer = mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT;
  SqlContactSignalStore signal_store_;
  ContactSignals signals_;
  absl::Time start_ = absl::FromUnixSeconds(1'800'000'000);
  const server::CallContext desk_ = As("desk-1", {"desk"});
};

TEST_F(ContactSignalsTest, ARepeatedDemandProposesACaseWhereThereIsNone) {
  Repeat(2);
  EXPECT_THAT(Proposals(), IsEmpty());
  Repeat(1);
  const auto proposals = Proposals();
  ASSERT_THAT(proposals, SizeIs(1));
  EXPECT_EQ(proposals[0].state(), v1::CONTACT_SIGNAL_STATE_PROPOSED);
  EXPECT_EQ(proposals[0].measure(), mamori::v1::CONTACT_MEASURE_SAME_DEMAND);
  EXPECT_EQ(proposals[0].value(), 3);
  EXPECT_EQ(proposals[0].category(), "REPEATED_DEMANDS");
  Repeat(3);
  EXPECT_THAT(Proposals(), SizeIs(1)) << "once per crossing";
  EXPECT_THAT(database_.Query("SELECT 1 FROM case_record", {}), IsEmpty())
      << "nothing is opened by itself";
}

TEST_F(ContactSignalsTest, MinutesOfRestraintSignalTheCaseThatIsThere) {
  const mamori::v1::Case one = OpenAbout("(株)サンプル商事");
  EXPECT_THAT(Apply({Contact("サンプル商事", start_, 70, "")})[0], IsOk());
  EXPECT_THAT(SignalsOf(one, desk_), IsEmpty());
  EXPECT_THAT(Apply({Contact("サンプル商事様", start_ + absl::Hours(2), 60, "")})[0], IsOk());
  const auto signals = SignalsOf(one, desk_);
  ASSERT_THAT(signals, SizeIs(1));
  EXPECT_EQ(signals[0].measure(), mamori::v1::CONTACT_MEASURE_MINUTES);
  EXPECT_EQ(signals[0].value(), 130);
  EXPECT_EQ(signals[0].case_name(), one.name());
  EXPECT_THAT(Proposals(), IsEmpty());
  const mamori::v1::Case after = Get(one.name());
  EXPECT_THAT(after.categories(), IsSupersetOf({"PROLONGED_RESTRAINT"}));
  EXPECT_GE(after.severity(), signals[0].severity());
  EXPECT_NE(after.etag(), one.etag());
  // Who may not see the case may not ask for its signals.
  v1::ListContactSignalsRequest request;
  request.set_name(one.name());
  EXPECT_EQ(signals_.List(As("a", {"auditor"}), request).status(), status::NotFound("case"));
}

TEST_F(ContactSignalsTest, ReDeliveriesCountOnce) {
  const mamori::v1::Event first = Contact("Example", start_, 10, kDemand);
  const mamori::v1::Event second = Contact("Example", start_ + absl::Hours(1), 10, kDemand);
  for (int i = 0; i < 3; ++i) Apply({first, second, first, second});
  EXPECT_THAT(Proposals(), IsEmpty());
  EXPECT_THAT(database_.Query("SELECT 1 FROM contact_mark", {}), SizeIs(2));
}

TEST_F(ContactSignalsTest, ReplicasThatCountAtOnceTellOnce) {
  // Each thread is a replica: same tables, own ingest.
  std::vector<mamori::v1::Event> events;
  for (int i = 0; i < 24; ++i)
    events.push_back(Contact("Example", start_ + absl::Hours(i), 10, kDemand));
  std::vector<std::thread> replicas;
  std::atomic<int> applied = 0;
  for (int r = 0; r < 3; ++r) {
    replicas.emplace_back([&, r] {
      Ingest ingest(
          {ingest_store_, gate_, source_, contacts_, assessors_, memory_, clock_, ids_, {}, [] {}});
      for (size_t i = 0; i < events.size(); ++i) {
        // Every replica is given every event, in another order.
        const mamori::v1::Event& event =
            events[(i * 7 + static_cast<size_t>(r) * 5) % events.size()];
        for (int attempt = 0; attempt < 50; ++attempt) {
          if (ingest.Apply({&event}, "intake", Deadline())[0].ok()) {
            ++applied;
            break;
          }
        }
      }
    });
  }
  for (std::thread& replica : replicas) replica.join();
  EXPECT_EQ(applied, 3 * 24);
  int demands = 0;
  for (const v1::ContactSignal& one : Proposals())
    demands += one.measure() == mamori::v1::CONTACT_MEASURE_SAME_DEMAND;
  EXPECT_EQ(demands, 1);
  EXPECT_THAT(database_.Query("SELECT 1 FROM contact_mark", {}), SizeIs(24));
}

TEST_F(ContactSignalsTest, AnotherCompanyAndAnotherActorDoNotCount) {
  Repeat(2, "Example");
  Repeat(2, "Another");
  mamori::v1::Event other = Contact("Example", start_, 10, kDemand);
  contacts_.contacts[{"t", other.subject_id()}].set_company("elsewhere");
  EXPECT_THAT(Apply({other})[0], IsOk());
  EXPECT_THAT(Proposals(), IsEmpty());
}

TEST_F(ContactSignalsTest, AProposalIsDecidedOnce) {
  Repeat(3);
  auto accept = Verb<v1::AcceptCaseProposalRequest>(Proposals()[0].name());
  const auto opened = signals_.Accept(desk_, accept);
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(signals_.Accept(desk_, accept)->name(), opened->name()) << "the same request again";
  const mamori::v1::Case one = Get(opened->name());
  EXPECT_EQ(one.state(), mamori::v1::CASE_STATE_RECEIVED);
  EXPECT_THAT(one.categories(), ElementsAre("REPEATED_DEMANDS"));
  EXPECT_THAT(one.reports(), IsEmpty());
  EXPECT_EQ(Outbox(one.name())[0].case_opened().company(), "acme");
  auto again = Verb<v1::AcceptCaseProposalRequest>(accept.name());
  EXPECT_THAT(signals_.Accept(desk_, again), StatusIs(absl::StatusCode::kFailedPrecondition));
  auto dismiss = Verb<v1::DismissCaseProposalRequest>(accept.name());
  dismiss.set_cause(v1::DISMISSAL_CAUSE_LEGITIMATE);
  EXPECT_THAT(signals_.Dismiss(desk_, dismiss), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Proposals(), IsEmpty());
  EXPECT_THAT(Proposals(v1::CONTACT_SIGNAL_STATE_ACCEPTED), SizeIs(1));
  // The next crossing is told on that case, though it has no report that names the actor.
  start_ += absl::Hours(24 * 60);
  Repeat(3);
  EXPECT_THAT(SignalsOf(one, desk_), SizeIs(2));
}

// Nobody reported, and the company's clocks run all the same: from the decision that opened it.
TEST_F(ContactSignalsTest, ACaseThatIsOpenedFromAProposalHasItsClocks) {
  ClockBooks clocks(catalog_);
  ContactSignals with_clocks({.store = signal_store_,
                              .cases = case_store_,
                              .gate = gate_,
                              .assessors = assessors_,
                              .clock = clock_,
                              .ids = ids_,
                              .committed = [] {},
                              .tokens = tokens_,
                              .clocks = &clocks});
  Repeat(3);
  const absl::Time before = clock_.Now();
  auto accept = Verb<v1::AcceptCaseProposalRequest>(Proposals()[0].name());
  const auto opened = with_clocks.Accept(desk_, accept);
  ASSERT_THAT(opened, IsOk());
  const auto rows = database_.Query(
      "SELECT clock, start_time, due_time, next_time FROM deadline WHERE case_id = ?",
      db::Params().Add(*id::FromName("cases", opened->name())));
  std::set<std::string> running;
  for (const db::Row& row : rows) {
    running.insert(row.GetBytes(0));
    EXPECT_GE(row.GetTime(1), before - absl::Microseconds(1)) << row.GetBytes(0);
    EXPECT_LE(row.GetTime(1), clock_.Now()) << row.GetBytes(0);
    EXPECT_GT(row.GetTime(2), row.GetTime(1)) << row.GetBytes(0);
    EXPECT_LE(row.GetTime(3), row.GetTime(2)) << row.GetBytes(0);
  }
  EXPECT_THAT(running, IsSupersetOf({"company.acknowledge", "company.decide"}));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM timer WHERE kind = 'deadline'"), 1);
  // The same request again begins none anew.
  ASSERT_THAT(with_clocks.Accept(desk_, accept), IsOk());
  EXPECT_THAT(database_.Query("SELECT clock FROM deadline", {}), SizeIs(rows.size()));
}

TEST_F(ContactSignalsTest, OnlyTheDeskDecides) {
  Repeat(3);
  auto dismiss = Verb<v1::DismissCaseProposalRequest>(Proposals()[0].name());
  EXPECT_THAT(signals_.Dismiss(desk_, dismiss), HasReason(mamori::v1::ERROR_REASON_INVALID_FIELDS));
  dismiss.set_cause(v1::DISMISSAL_CAUSE_OTHER_ACTOR);
  const auto auditor = As("a", {"auditor", "executive", "admin", "first_reader"});
  EXPECT_THAT(signals_.Dismiss(auditor, dismiss),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  EXPECT_THAT(signals_.ListProposals(auditor, {}),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  EXPECT_THAT(signals_.ListUnseen(desk_, {}), HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  server::CallContext stranger = desk_;
  stranger.tenant = "other";
  EXPECT_EQ(signals_.Dismiss(stranger, dismiss).status(), status::NotFound("signal"));
  const auto done = signals_.Dismiss(desk_, dismiss);
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->dismissal_cause(), v1::DISMISSAL_CAUSE_OTHER_ACTOR);
  EXPECT_EQ(done->decided_by(), "desk-1");
}

TEST_F(ContactSignalsTest, ContactsOfAHiddenCaseDoNotCountForTheDesk) {
  const mamori::v1::Case internal = OpenAbout("Example", kInternal);
  Repeat(2, "Example", internal.reports(0));
  Repeat(1, "Example");
  EXPECT_THAT(Proposals(), IsEmpty());
  const auto unseen = Unseen();
  ASSERT_THAT(unseen, SizeIs(1)) << "goes to the first reader";
  EXPECT_EQ(unseen[0].state(), v1::CONTACT_SIGNAL_STATE_UNSEEN);
  auto accept = Verb<v1::AcceptCaseProposalRequest>(unseen[0].name());
  EXPECT_EQ(signals_.Accept(desk_, accept).status(), status::NotFound("signal"));
  // Two more open ones: three that everyone may count.
  Repeat(2, "Example");
  EXPECT_THAT(Proposals(), SizeIs(1))
      << "that the first reader was told is no reason to keep silent";
}

TEST_F(ContactSignalsTest, ContactsOfACaseCountForThoseWhoSeeIt) {
  const mamori::v1::Case hidden = OpenAbout("Example", kCustomer, "desk-1");
  Repeat(3, "Example", hidden.reports(0));
  EXPECT_THAT(Proposals(), IsEmpty());
  EXPECT_THAT(Unseen(), IsEmpty());
  EXPECT_THAT(SignalsOf(hidden, As("desk-2", {"desk"})), SizeIs(1));
}

TEST_F(ContactSignalsTest, RecordedContactsSpeakInTheAssessment) {
  const mamori::v1::Case one = OpenAbout("Example");
  const auto signal = [&](const char* kind) {
    const mamori::v1::Case now = Get(one.name());
    for (const auto& each : now.assessments(0).signals()) {
      if (each.kind() == kind) return each.value();
    }
    return std::string();
  };
  EXPECT_EQ(signal("contact_count"), "");
  Repeat(2, "Example", one.reports(0));
  EXPECT_EQ(signal("contact_count"), "2");
  EXPECT_EQ(signal("total_minutes"), "20");
  // A supplement assesses anew and forgets nothing of it.
  mamori::v1::Event supplement =
      MakeEvent("intake", "t", *id::FromName("reports", one.reports(0)), 2);
  supplement.mutable_report_supplemented()->set_supplement_id(ids_.NewId());
  ASSERT_THAT(Apply({supplement})[0], IsOk());
  EXPECT_EQ(signal("contact_count"), "2");
}

TEST_F(ContactSignalsTest, AContactWaitsForItsReportsCase) {
  const mamori::v1::Event report = Receive("x");
  const mamori::v1::Event contact =
      Contact("Example", start_, 10, kDemand, id::Name("reports", report.subject_id()));
  EXPECT_THAT(Apply({contact})[0], HasReason(mamori::v1::ERROR_REASON_EVENT_GAP));
  EXPECT_THAT(Apply({report})[0], IsOk());
  EXPECT_THAT(Apply({contact})[0], IsOk());
}

TEST_F(ContactSignalsTest, NoDemandIsInTheDatabase) {
  Repeat(3);
  for (const char* column : {"demand_id", "actor_id"}) {
    for (const db::Row& row :
         database_.Query(absl::StrCat("SELECT ", column, " FROM contact_mark"), {})) {
      EXPECT_EQ(row.GetBytes(0).size(), 16u);
    }
  }
  EXPECT_EQ(
      database_.Query("SELECT 1 FROM outbox WHERE INSTR(event, ?) > 0", db::Params().Add("交代"))
          .size(),
      0u);
}

}  // namespace
}  // namespace mamori::triage
