// Consent to a case, and the identity that two persons open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/time/day.h"
#include "services/intake/test_reporter_fixture.h"

namespace mamori::intake {
namespace {

using absl::StatusCode;
using testing::HasReason;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr char kDesk[] = "test/desk-1";
constexpr char kReporter[] = "test/reporter";

// Triage as a test wants it: an act is used once.
class FakeActs final : public ActUser {
 public:
  absl::StatusOr<bool> Use(const server::CallContext& call,
                           const v1::UnsealIdentityRequest& request) override {
    ++asked;
    if (!next.ok()) return next;
    std::lock_guard lock(mu_);
    const std::string who = call.person + "/" + request.request_id();
    std::string& by = used_[request.act()];
    if (by.empty()) by = who;
    if (by == who) return tell;
    return status::Error(StatusCode::kFailedPrecondition, mamori::v1::ERROR_REASON_ACT_NOT_READY,
                         "used");
  }

  std::atomic<int> asked = 0;
  absl::Status next;
  bool tell = true;

 private:
  std::mutex mu_;
  std::map<std::string, std::string> used_;
};

class ReporterRightsTest : public ReporterTest {
 protected:
  ReporterRightsTest() { access_.Allow(kDesk); }

  std::string SubmitAs(mamori::v1::ReportKind kind, mamori::v1::ReporterMode mode,
                       const std::string& person = kReporter, const std::string& for_person = "",
                       bool says_who = true) {
    v1::SubmitIdentifiedReportRequest request;
    request.set_request_id(absl::StrCat("identified-", ++requests_));
    *request.mutable_report() = GoodSubmit().report();
    if (!says_who) request.mutable_report()->clear_reporter();
    request.mutable_report()->set_kind(kind);
    request.set_mode(mode);
    request.set_for_person(for_person);
    server::CallContext call = CallOf(person);
    if (!for_person.empty()) call.roles = {"manager"};
    const auto submitted = own_.Submit(call, request);
    EXPECT_THAT(submitted, IsOk());
    return submitted.ok() ? submitted->name() : "";
  }
  std::string Confidential() {
    return SubmitAs(mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT,
                    mamori::v1::REPORTER_MODE_CONFIDENTIAL);
  }
  Party Reporter(const std::string& report, const std::string& person = kReporter) {
    return *parties_.Reporter(CallOf(person), report);
  }
  server::CallContext Strong(const std::string& person) const {
    server::CallContext call = CallOf(person);
    call.strong = true;
    call.auth_time = clock_.Now();
    return call;
  }
  v1::UnsealIdentityRequest Unseal(const std::string& report) {
    v1::UnsealIdentityRequest request;
    request.set_request_id(absl::StrCat("unsealing-", ++requests_));
    request.set_report(report);
    request.set_act(id::Name("acts", ids_.NewId()));
    return request;
  }
  // The newest event that leaves.
  mamori::v1::Event LastEvent() {
    mamori::v1::Event last;
    for (const db::Row& row : database_.Query("SELECT event, subject_id FROM outbox")) {
      mamori::v1::Event event;
      EXPECT_TRUE(event.ParseFromString(row.GetBytes(0)));
      if (event.subject_sequence() > last.subject_sequence()) last = event;
    }
    return last;
  }
  int64_t Audited(const std::string& action) {
    int64_t count = 0;
    for (const db::Row& row :
         database_.Query("SELECT entry, kind FROM audit_entry WHERE kind = 1")) {
      const auto entry = audit::Decode(row.GetBytes(0));
      EXPECT_THAT(entry, IsOk());
      count += entry->action == action ? 1 : 0;
    }
    return count;
  }

  int requests_ = 0;
  FakeActs acts_;
  Identities identities_{{identity_store_, messages_, parties_, acts_, reporter_keys_, box_,
                          TestSeal(), clock_, ids_}};
};

TEST_F(ReporterRightsTest, ANamedReporterGivesConsentAndTakesItBack) {
  const std::string report =
      SubmitAs(mamori::v1::REPORT_KIND_CONSULTATION, mamori::v1::REPORTER_MODE_NAMED);
  const Party party = Reporter(report);
  EXPECT_EQ(consents_.Get(CallOf(kReporter), party)->version(), 0);
  for (int i = 0; i < 2; ++i) {  // the same again is the same decision
    const auto given = consents_.Give(CallOf(kReporter), party);
    ASSERT_THAT(given, IsOk());
    EXPECT_TRUE(given->given());
    EXPECT_EQ(given->version(), 1);
  }
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM outbox"), 2) << "told once";
  mamori::v1::Event event = LastEvent();
  ASSERT_TRUE(event.has_consent_decided());
  EXPECT_EQ(event.subject_sequence(), 2);
  EXPECT_EQ(event.consent_decided().version(), 1);
  EXPECT_TRUE(event.consent_decided().given());

  const auto withdrawn = consents_.Withdraw(CallOf(kReporter), party);
  ASSERT_THAT(withdrawn, IsOk());
  EXPECT_FALSE(withdrawn->consent().given());
  EXPECT_EQ(withdrawn->consent().version(), 2);
  EXPECT_THAT(withdrawn->remains(), SizeIs(4));
  event = LastEvent();
  EXPECT_FALSE(event.consent_decided().given());
  EXPECT_EQ(event.consent_decided().version(), 2);
  EXPECT_EQ(event.subject_sequence(), 3);
  EXPECT_FALSE(consents_.Get(CallOf(kReporter), party)->given());
  EXPECT_EQ(Audited("GiveConsent"), 1);
  EXPECT_EQ(Audited("WithdrawConsent"), 1);
}

TEST_F(ReporterRightsTest, AnAnonymousReporterConsentsByReceiptAndByDay) {
  const std::string receipt = NewReceipt();
  auto submit = Anonymous(receipt);
  submit.mutable_report()->set_kind(mamori::v1::REPORT_KIND_CONSULTATION);
  ASSERT_THAT(Submit(submit), IsOk());
  v1::GiveAnonymousConsentRequest give;
  give.set_receipt(receipt);
  v1::Consent consent;
  ASSERT_TRUE(stub_->GiveAnonymousConsent(Context().get(), give, &consent).ok());
  EXPECT_TRUE(consent.given());
  const auto event = LastEvent();
  ASSERT_TRUE(event.has_consent_decided());
  EXPECT_TRUE(event.anonymous());
  EXPECT_EQ(event.traceparent(), "");
  for (const char* times : {"SELECT create_time, version FROM consent"}) {
    const absl::Time time = database_.Query(times)[0].GetTime(0);
    EXPECT_EQ(time, time::BeginOfDay(time));
  }
  v1::WithdrawAnonymousConsentRequest withdraw;
  withdraw.set_receipt(receipt);
  v1::WithdrawConsentResponse withdrawn;
  ASSERT_TRUE(stub_->WithdrawAnonymousConsent(Context().get(), withdraw, &withdrawn).ok());
  EXPECT_FALSE(withdrawn.consent().given());
  // A receipt that nobody has opens nothing; a token is refused.
  give.set_receipt(NewReceipt());
  EXPECT_THAT(stub_->GiveAnonymousConsent(Context().get(), give, &consent),
              StatusIs(StatusCode::kNotFound));
  give.set_receipt("x");
  EXPECT_THAT(stub_->GiveAnonymousConsent(Context().get(), give, &consent),
              StatusIs(StatusCode::kInvalidArgument));
  const auto with_token = Context();
  with_token->AddMetadata("authorization", "Bearer x.y.z");
  give.set_receipt(receipt);
  EXPECT_THAT(stub_->GiveAnonymousConsent(with_token.get(), give, &consent),
              StatusIs(StatusCode::kPermissionDenied));
}

TEST_F(ReporterRightsTest, OnlyWhoseConsultationItIsDecides) {
  const std::string report = SubmitAs(mamori::v1::REPORT_KIND_CONSULTATION,
                                      mamori::v1::REPORTER_MODE_NAMED, "test/manager", kReporter);
  EXPECT_THAT(consents_.Give(CallOf("test/manager"), Reporter(report, "test/manager")),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  EXPECT_THAT(parties_.Reporter(CallOf(kDesk), report),
              HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(consents_.Give(CallOf(kReporter), Reporter(report)), IsOk());
  // What is no consultation asks for no consent.
  const std::string other =
      SubmitAs(mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT, mamori::v1::REPORTER_MODE_NAMED);
  EXPECT_THAT(consents_.Give(CallOf(kReporter), Reporter(other)),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  // A withdrawn one becomes no case.
  const std::string gone =
      SubmitAs(mamori::v1::REPORT_KIND_CONSULTATION, mamori::v1::REPORTER_MODE_NAMED);
  ASSERT_THAT(own_.Withdraw(CallOf(kReporter), Reporter(gone)), IsOk());
  EXPECT_THAT(consents_.Give(CallOf(kReporter), Reporter(gone)),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM consent"), 1);
}

TEST_F(ReporterRightsTest, AConsentThatTheDatabasesRootWritesIsNotBelieved) {
  const std::string report =
      SubmitAs(mamori::v1::REPORT_KIND_CONSULTATION, mamori::v1::REPORTER_MODE_NAMED);
  const Party party = Reporter(report);
  ASSERT_THAT(consents_.Give(CallOf(kReporter), party), IsOk());
  ASSERT_THAT(consents_.Withdraw(CallOf(kReporter), party), IsOk());
  database_.Run("UPDATE consent SET given = 1 WHERE version = 2");
  EXPECT_THAT(consents_.Get(CallOf(kReporter), party), StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(consents_.Give(CallOf(kReporter), party), StatusIs(StatusCode::kDataLoss));
  EXPECT_GE(telemetry_.counter("mamori_intake_reporter_refused_total"), 1);
}

TEST_F(ReporterRightsTest, ManyAtOnceAreOneDecision) {
  const std::string report =
      SubmitAs(mamori::v1::REPORT_KIND_CONSULTATION, mamori::v1::REPORTER_MODE_NAMED);
  const Party party = Reporter(report);
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] { EXPECT_THAT(consents_.Give(CallOf(kReporter), party), IsOk()); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM consent"), 1);
  EXPECT_EQ(database_.Number("SELECT event_sequence FROM report"), 2);
}

TEST_F(ReporterRightsTest, TwoPersonsOpenAnIdentityOnceAndTheReporterIsTold) {
  const std::string report = Confidential();
  const auto request = Unseal(report);
  for (int i = 0; i < 2; ++i) {  // whoever lost the answer asks again
    const auto unsealed = identities_.Unseal(Strong(kDesk), request);
    ASSERT_THAT(unsealed, IsOk());
    EXPECT_EQ(unsealed->identity().person(), GoodSubmit().report().reporter().person());
    EXPECT_TRUE(unsealed->reporter_told());
  }
  EXPECT_EQ(acts_.asked, 1);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM identity_reading"), 1);
  EXPECT_EQ(Audited("UnsealIdentity"), 1);
  // In the dialogue, unread until the reporter has seen it.
  const Party reporter = Reporter(report);
  const auto list = dialogue_.List(CallOf(kReporter), reporter, 0, 0);
  ASSERT_THAT(list, IsOk());
  ASSERT_THAT(list->messages(), SizeIs(1));
  EXPECT_EQ(list->messages(0).side(), v1::MESSAGE_SIDE_SYSTEM);
  EXPECT_TRUE(list->messages(0).unread());
  EXPECT_EQ(list->unread_count(), 1);
  ASSERT_THAT(dialogue_.MarkRead(CallOf(kReporter), reporter, 1), IsOk());
  EXPECT_EQ(dialogue_.List(CallOf(kReporter), reporter, 0, 0)->unread_count(), 0);
  EXPECT_EQ(
      dialogue_.List(CallOf(kDesk), *parties_.ByToken(CallOf(kDesk), report), 0, 0)->unread_count(),
      0);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM outbox"), 1) << "nothing is mailed about it";
  // Another call by the same act reads nothing, nor does another person with the same request.
  auto again = request;
  again.set_request_id("unsealing-again");
  EXPECT_THAT(identities_.Unseal(Strong(kDesk), again),
              HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY));
  access_.Allow("test/desk-2");
  EXPECT_THAT(identities_.Unseal(Strong("test/desk-2"), request),
              HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY));
}

TEST_F(ReporterRightsTest, WhoSaidNothingOfThemselvesIsKnownByTheToken) {
  const std::string report =
      SubmitAs(mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT, mamori::v1::REPORTER_MODE_CONFIDENTIAL,
               "test/manager", kReporter, /*says_who=*/false);
  acts_.tell = false;
  const auto unsealed = identities_.Unseal(Strong(kDesk), Unseal(report));
  ASSERT_THAT(unsealed, IsOk());
  EXPECT_EQ(unsealed->identity().person(), kReporter);
  EXPECT_FALSE(unsealed->reporter_told());
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM message"), 0) << "the policy forbids it";
  EXPECT_EQ(Audited("UnsealIdentity"), 1);
}

TEST_F(ReporterRightsTest, AnIdentityIsOpenedForNobodyElse) {
  const std::string report = Confidential();
  const auto request = Unseal(report);
  // Existence first: as for a report that is not there, whatever else is wrong.
  auto none = request;
  none.set_report(id::Name("reports", ids_.NewId()));
  EXPECT_EQ(identities_.Unseal(CallOf("test/out"), request).status(),
            identities_.Unseal(CallOf("test/out"), none).status());
  EXPECT_THAT(identities_.Unseal(CallOf("test/out"), request), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(identities_.Unseal(CallOf(kDesk), request),
              HasReason(mamori::v1::ERROR_REASON_STEP_UP_REQUIRED));
  EXPECT_THAT(identities_.Unseal(Strong(kReporter), request),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  // Where nothing is to be opened, no act is used up.
  const std::string named =
      SubmitAs(mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT, mamori::v1::REPORTER_MODE_NAMED);
  const std::string anonymous = Submit(Anonymous(NewReceipt()))->name();
  for (const std::string& other : {named, anonymous}) {
    EXPECT_THAT(identities_.Unseal(Strong(kDesk), Unseal(other)),
                HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  }
  const std::string gone = Confidential();
  ASSERT_THAT(own_.Withdraw(CallOf(kReporter), Reporter(gone)), IsOk());
  EXPECT_THAT(identities_.Unseal(Strong(kDesk), Unseal(gone)),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  EXPECT_EQ(acts_.asked, 0);
  // What triage refuses is refused, and nothing is recorded.
  acts_.next = status::Error(StatusCode::kFailedPrecondition, mamori::v1::ERROR_REASON_ACT_EXPIRED,
                             "lapsed");
  EXPECT_THAT(identities_.Unseal(Strong(kDesk), request),
              HasReason(mamori::v1::ERROR_REASON_ACT_EXPIRED));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM identity_reading"), 0);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM message"), 0);
}

TEST_F(ReporterRightsTest, ARaceForOneActOpensOneIdentity) {
  const std::string report = Confidential();
  const auto request = Unseal(report);
  std::atomic<int> opened = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      auto mine = request;
      mine.set_request_id(absl::StrCat("unsealing-race-", i));
      if (identities_.Unseal(Strong(kDesk), mine).ok()) ++opened;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM message"), 1);
  // Also when triage is deceived and lets each in: intake knows the act too.
  FakeActs deceived;
  Identities other{{identity_store_, messages_, parties_, deceived, reporter_keys_, box_,
                    TestSeal(), clock_, ids_}};
  auto again = request;
  again.set_request_id("unsealing-late");
  EXPECT_THAT(other.Unseal(Strong(kDesk), again),
              HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY));
  EXPECT_EQ(deceived.asked, 0);
}

TEST_F(ReporterRightsTest, AnIdentityThatTheDatabasesRootMovedIsNotOpened) {
  const std::string report = Confidential();
  const std::string other = SubmitAs(mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT,
                                     mamori::v1::REPORTER_MODE_CONFIDENTIAL, "test/another");
  // The act is about one report; its row gets the other's identity.
  database_.Execute(
      "UPDATE reporter_identity a, (SELECT identity FROM reporter_identity WHERE report_id = ?) b"
      " SET a.identity = b.identity WHERE a.report_id = ?",
      db::Params().Add(*id::FromName("reports", other)).Add(*id::FromName("reports", report)));
  EXPECT_THAT(identities_.Unseal(Strong(kDesk), Unseal(report)), StatusIs(StatusCode::kDataLoss));
  EXPECT_EQ(acts_.asked, 0);
}

}  // namespace
}  // namespace mamori::intake
