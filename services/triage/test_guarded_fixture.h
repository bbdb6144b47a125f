// Triage with a clock that tests move, and what two persons are needed for.
#ifndef MAMORI_SERVICES_TRIAGE_TEST_GUARDED_FIXTURE_H_
#define MAMORI_SERVICES_TRIAGE_TEST_GUARDED_FIXTURE_H_

#include <string>
#include <vector>

#include "common/authz/access_record.h"
#include "services/triage/sql_act_store.h"
#include "services/triage/sql_hold_store.h"
#include "services/triage/sql_record_retention_store.h"
#include "services/triage/sql_retention_store.h"
#include "services/triage/test_triage_fixture.h"
#include "services/triage/two_person.h"

namespace mamori::triage {

class GuardedFixture : public TriageFixture {
 protected:
  GuardedFixture()
      : fake_(clock_.Now()),
        guarded_journal_(audit::TestJournal("triage", fake_)),
        guarded_seal_(*crypto::KeyedHash::FromHex(std::string(64, 'a')), guarded_journal_,
                      telemetry_),
        marks_(fake_, ids_, telemetry_, &fake_),
        act_store_(database_.transactor(), clock_, guarded_seal_, keys_.sealer(), marks_),
        acts_({act_store_, gate_, DefaultPolicy()->policy.two_person(),
               DefaultPolicy()->policy.retention(), fake_, ids_, [] {}, tokens_}),
        hold_store_(database_.transactor(), clock_, guarded_seal_, keys_.sealer(), marks_),
        eraser_(keys_.store, "", clock_),
        retention_store_(database_.transactor(), clock_, guarded_seal_, keys_.sealer(), eraser_,
                         marks_, ids_),
        record_retention_store_(database_.transactor(), clock_, guarded_seal_, keys_.sealer(),
                                eraser_, marks_) {}

  // Authenticated strongly, just now.
  server::CallContext As(const std::string& person,
                         std::vector<std::string> roles = {"first_reader"}) const {
    server::CallContext call = Call("/mamori.triage.v1.Test/Verb", person);
    call.roles = std::move(roles);
    call.strong = true;
    call.auth_time = fake_.Now();
    return call;
  }
  v1::RequestActRequest Ask(v1::ActKind kind, const std::string& resource) {
    v1::RequestActRequest request;
    request.set_request_id(absl::StrCat("request-", ++requests_));
    request.mutable_act()->set_kind(kind);
    request.mutable_act()->set_resource(resource);
    request.mutable_act()->set_reason("because");
    return request;
  }
  v1::RequestActRequest AskRemoval(const std::string& case_name, const std::string& person) {
    v1::RequestActRequest request = Ask(v1::ACT_KIND_REMOVE_EXCLUSION, case_name);
    v1::ActField& field = *request.mutable_act()->add_fields();
    field.set_name("person");
    field.set_value(person);
    return request;
  }
  TwoPerson::ActOr Approve(const std::string& person, const v1::TwoPersonAct& act) {
    auto request = Verb<v1::ApproveActRequest>(act.name());
    request.set_hash(act.hash());
    return acts_.Approve(As(person), request);
  }
  // Requested by "a" and approved by "b".
  v1::TwoPersonAct Approved(const v1::RequestActRequest& request) {
    const auto act = acts_.Request(As("a"), request);
    EXPECT_THAT(act, testing::IsOk());
    if (!act.ok()) return {};
    const auto approved = Approve("b", *act);
    EXPECT_THAT(approved, testing::IsOk());
    return approved.ok() ? *approved : v1::TwoPersonAct();
  }
  void WaitOver() { fake_.Advance(absl::Hours(1)); }

  absl::Status Exclude(const std::string& name, const std::string& person) {
    auto request = Verb<v1::ExcludePersonRequest>(name);
    request.set_person(person);
    return access_.Exclude(As("a"), request).status();
  }
  bool IsKeptOut(const std::string& name, const std::string& person) {
    v1::GetAccessRequest get;
    get.set_name(name);
    const auto access = access_.Get(As("a", {"admin"}), get);
    EXPECT_THAT(access, testing::IsOk());
    return access.ok() && authz::IsExcluded(person, *access);
  }

  time::FakeClock fake_;
  const audit::Journal guarded_journal_;
  const AccessSeal guarded_seal_;
  const TimeMarks marks_;
  SqlActStore act_store_;
  TwoPerson acts_;
  SqlHoldStore hold_store_;
  sealing::Eraser eraser_;
  SqlRetentionStore retention_store_;
  SqlRecordRetentionStore record_retention_store_;
};

// With a case from which one person is kept out.
class ExclusionFixture : public GuardedFixture {
 protected:
  ExclusionFixture() {
    case_ = Open("x").name();
    EXPECT_THAT(Exclude(case_, "out"), testing::IsOk());
  }
  absl::StatusOr<mamori::v1::CaseAccess> Remove(const server::CallContext& call,
                                                const v1::TwoPersonAct& act,
                                                const std::string& person = "out") {
    auto request = Verb<v1::RemoveExclusionRequest>(case_);
    request.set_act(act.name());
    request.set_person(person);
    return acts_.RemoveExclusion(call, request);
  }
  // As if no clock had run ahead before.
  void TearDownMarks() { database_.Execute("DELETE FROM time_mark", {}); }
  int64_t Entries(const v1::TwoPersonAct& act) {
    return database_
        .Query("SELECT COUNT(*) FROM audit_entry WHERE kind = 110 AND resource_id = ?",
               db::Params().Add(*id::FromName("acts", act.name())))[0]
        .GetInt64(0);
  }

  std::string case_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TEST_GUARDED_FIXTURE_H_
