#include "services/intake/reporter_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/synchronization/notification.h"
#include "common/receipt/sealed.h"
#include "common/receipt/work.h"
#include "common/time/day.h"
#include "services/intake/records.h"
#include "services/intake/submitter.h"
#include "services/intake/test_reporter_fixture.h"

namespace mamori::intake {
namespace {

using absl::StatusCode;
using testing::HasReason;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;
using testing::StatusIs;

TEST_F(ReporterTest, TheReceiptMakesARetrySafe) {
  const std::string receipt = NewReceipt();
  const auto first = Submit(Anonymous(receipt));
  ASSERT_THAT(first, IsOk());
  // As it is typed from paper.
  for (const std::string& same : {receipt, receipt::Grouped(absl::AsciiStrToLower(receipt))}) {
    const auto again = Submit(Anonymous(same));
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(again->name(), first->name());
  }
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM report"), 1);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM receipt"), 1);
  auto another = Anonymous(receipt);
  another.mutable_report()->set_narrative("something else");
  EXPECT_THAT(Submit(another), HasReason(mamori::v1::ERROR_REASON_RECEIPT_USED));
  EXPECT_THAT(Submit(Anonymous(NewReceipt())), IsOk());
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM report"), 2);
}

TEST_F(ReporterTest, ManyAtOnceWithOneReceiptAreOneReport) {
  const auto request = Anonymous(NewReceipt());
  std::vector<std::string> names(8);
  std::vector<std::thread> threads;
  for (std::string& name : names) {
    threads.emplace_back([&] {
      const auto answer = Submit(request);
      if (answer.ok()) name = answer->name();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 1u);
  EXPECT_FALSE(names[0].empty());
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM report"), 1);
}

TEST_F(ReporterTest, APersonsTokenIsRefused) {
  const auto context = Context();
  context->AddMetadata("authorization", "Bearer x.y.z");
  v1::SubmitAnonymousReportResponse response;
  const auto request = Anonymous(NewReceipt());
  const grpc::Status status = stub_->SubmitAnonymousReport(context.get(), request, &response);
  EXPECT_THAT(status, StatusIs(StatusCode::kPermissionDenied));
  EXPECT_THAT(status, HasReason(mamori::v1::ERROR_REASON_CALLER_NOT_ALLOWED));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM report"), 0);
}

TEST_F(ReporterTest, WhatWouldTellWhoItIsIsRefusedWithAllElseThatIsWrong) {
  auto request = Anonymous("0000-0000");
  request.mutable_report()->mutable_reporter()->set_person("I");
  request.mutable_report()->set_existing_case(id::Name("cases", ids_.NewId()));
  request.mutable_report()->clear_narrative();
  const auto refused = Submit(request);
  EXPECT_THAT(refused, HasReason(mamori::v1::ERROR_REASON_INVALID_FIELDS));
  const std::string text = refused.status().ToString();
  for (const char* field :
       {"receipt", "report.reporter", "report.existing_case", "report.narrative"}) {
    EXPECT_THAT(text, HasSubstr(field));
  }
  EXPECT_THAT(text, Not(HasSubstr("0000-0000")));
}

TEST_F(ReporterTest, OnlyTheOldReceiptCanGetANewOneAndDies) {
  const std::string first = NewReceipt(), second = NewReceipt(), third = NewReceipt();
  const std::string name = Submit(Anonymous(first))->name();
  EXPECT_THAT(Rotate(NewReceipt(), second), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(Rotate(first, first), HasReason(mamori::v1::ERROR_REASON_INVALID_FIELDS));
  EXPECT_THAT(Rotate(first, second, other_.get()), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(Rotate(first, second), IsOk());
  EXPECT_THAT(Rotate(first, second), IsOk());  // the answer was lost
  EXPECT_THAT(Rotate(first, third), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(Rotate(second, third), IsOk());
  EXPECT_THAT(Rotate(first, second), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM receipt"), 1);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM audit_entry"), 2);
  // A successor brings no report of its own.
  EXPECT_THAT(Submit(Anonymous(third)), HasReason(mamori::v1::ERROR_REASON_RECEIPT_USED));
  const std::string taken = NewReceipt();
  ASSERT_THAT(Submit(Anonymous(taken)), IsOk());
  EXPECT_THAT(Rotate(third, taken), HasReason(mamori::v1::ERROR_REASON_RECEIPT_USED));
  EXPECT_THAT(Rotate(third, NewReceipt()), IsOk());  // and nothing was lost by that
}

// By the database's administrator.
TEST_F(ReporterTest, ARowThatIntakeDidNotWriteOpensNothing) {
  const std::string mine = NewReceipt(), theirs = NewReceipt();
  const auto id_of = [&](const std::string& receipt) {
    return *id::FromName("reports", Submit(Anonymous(receipt))->name());
  };
  const id::Id my_report = id_of(mine), their_report = id_of(theirs);
  const auto mine_in = db::Params().Add(keys_.HashOf("acme", mine));
  EXPECT_EQ(telemetry_.counter("mamori_intake_receipt_refused_total"), 0);
  int tried = 0;
  for (const std::string& change :
       {std::string("report_id = ?"), std::string("generation = generation + 1"),
        std::string("replaced_hash = 'x'"), std::string("tag = REPEAT('t', 32)")}) {
    database_.Run("CREATE TABLE backup AS SELECT * FROM receipt");
    db::Params params;
    if (change == "report_id = ?") {
      database_.Execute("DELETE FROM receipt WHERE report_id = ?", db::Params().Add(their_report));
      params.Add(their_report);
    }
    params.Append(mine_in);
    database_.Execute("UPDATE receipt SET " + change + " WHERE receipt_hash = ?", params);
    EXPECT_THAT(Rotate(mine, NewReceipt()), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND))
        << change;
    EXPECT_EQ(telemetry_.counter("mamori_intake_receipt_refused_total"), ++tried) << change;
    database_.Run("DELETE FROM receipt");
    database_.Run("INSERT INTO receipt SELECT * FROM backup");
    database_.Run("DROP TABLE backup");
  }
  database_.Execute("UPDATE receipt SET tenant = 'other' WHERE receipt_hash = ?", mine_in);
  EXPECT_THAT(Rotate(mine, NewReceipt(), other_.get()),
              HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_NE(my_report, their_report);
}

// By the database's administrator, who has kept the row of a receipt that others have seen.
TEST_F(ReporterTest, AnOlderRowOpensNothing) {
  const std::string seen = NewReceipt(), mine = NewReceipt();
  ASSERT_THAT(Submit(Anonymous(seen)), IsOk());
  database_.Run("CREATE TABLE backup AS SELECT * FROM receipt");
  ASSERT_THAT(Rotate(seen, mine), IsOk());
  database_.Run("CREATE TABLE newer AS SELECT * FROM receipt");
  EXPECT_EQ(telemetry_.counter("mamori_intake_receipt_refused_total"), 0);
  database_.Run("DELETE FROM receipt");
  database_.Run("INSERT INTO receipt SELECT * FROM backup");
  EXPECT_THAT(Rotate(seen, NewReceipt()), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(parties_.ByReceipt(TestCall(), *receipt::Parse(seen)).status(),
              HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_EQ(telemetry_.counter("mamori_intake_receipt_refused_total"), 2);
  database_.Run("DELETE FROM receipt");
  database_.Run("INSERT INTO receipt SELECT * FROM newer");
  EXPECT_THAT(Rotate(mine, NewReceipt()), IsOk());
  EXPECT_EQ(telemetry_.counter("mamori_intake_receipt_refused_total"), 2);
}

TEST_F(ReporterTest, NothingTellsWhenWithinTheDayNorByWhichWay) {
  const absl::Time before = time::BeginOfDay(clock_.Now());
  const auto context = Context();
  context->AddMetadata("mamori-request-id", "request-of-mine-0001");
  context->AddMetadata("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  v1::SubmitAnonymousReportResponse response;
  const auto request = Anonymous(NewReceipt());
  ASSERT_THAT(stub_->SubmitAnonymousReport(context.get(), request, &response), IsOk());
  const absl::Time after = time::BeginOfDay(clock_.Now());
  const auto rows = database_.Query("SELECT create_time FROM report");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_GE(rows[0].GetTime(0), before);
  EXPECT_LE(rows[0].GetTime(0), after);
  EXPECT_EQ(time::BeginOfDay(rows[0].GetTime(0)), rows[0].GetTime(0));
  const auto events = database_.Query("SELECT create_time, due_time, event FROM outbox");
  ASSERT_EQ(events.size(), 1u);
  mamori::v1::Event event;
  ASSERT_TRUE(event.ParseFromString(events[0].GetBytes(2)));
  EXPECT_TRUE(event.anonymous());
  EXPECT_EQ(event.traceparent(), "");
  EXPECT_EQ(events[0].GetTime(0), rows[0].GetTime(0));
  EXPECT_EQ(events[0].GetTime(1), rows[0].GetTime(0));
  const auto groups = database_.Query("SELECT time, entries FROM audit_group");
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(time::EndOfDay(groups[0].GetTime(0)), groups[0].GetTime(0));
  EXPECT_THAT(groups[0].GetBytes(1), Not(HasSubstr("portal")));
  for (const std::string& line : telemetry_.lines()) {
    EXPECT_THAT(line, Not(HasSubstr("Anonymous")));
    EXPECT_THAT(line, Not(HasSubstr("request-of-mine")));
  }
}

// The desk may add to it; that tells no more of when than the report itself does.
TEST_F(ReporterTest, WordsAddedToAnAnonymousReportAreToldByDay) {
  const auto submitted = Submit(Anonymous(NewReceipt()));
  ASSERT_THAT(submitted, IsOk());
  access_.Allow("desk-1");
  server::CallContext desk = CallOf("desk-1");
  desk.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto added = reports_.Supplement(desk, GoodSupplement(submitted->name()));
  ASSERT_THAT(added, IsOk());
  EXPECT_EQ(added->create_time().seconds() % 86400, 0);
  for (const char* const exact :
       {"supplement WHERE create_time % 86400000000 <> 0",
        "outbox WHERE create_time % 86400000000 <> 0 OR due_time % 86400000000 <> 0"}) {
    EXPECT_EQ(database_.Number(absl::StrCat("SELECT COUNT(*) FROM ", exact)), 0) << exact;
  }
  int told = 0;
  for (const db::Row& row : database_.Query("SELECT event FROM outbox")) {
    mamori::v1::Event event;
    ASSERT_TRUE(event.ParseFromString(row.GetBytes(0)));
    told += event.has_report_supplemented();
    EXPECT_TRUE(event.anonymous());
    EXPECT_TRUE(event.traceparent().empty());
    EXPECT_EQ(event.event_time().seconds() % 86400, 0);
  }
  EXPECT_EQ(told, 1);
  for (const db::Row& row : database_.Query("SELECT time FROM audit_entry")) {
    EXPECT_EQ(row.GetTime(0), time::EndOfDay(row.GetTime(0)));
  }
  // Whoever carries the reporter's own words has a receipt for it.
  EXPECT_THAT(reports_.Supplement(CallOf(""), GoodSupplement(submitted->name())),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
}

// A backlog is measured by rows that tell their time, so none of these closes the gate.
TEST_F(ReporterTest, AnEventToldByDayDoesNotLookOld) {
  ASSERT_THAT(Submit(Anonymous(NewReceipt())), IsOk());
  const auto backlog = database_.transactor().Run<outbox::Backlog>(
      {}, [](db::Tx& tx) { return outbox::MeasureBacklog(tx, 100); });
  ASSERT_THAT(backlog, IsOk());
  EXPECT_EQ(backlog->depth, 1);
  EXPECT_EQ(backlog->oldest_micros, 0);
}

// A named report that is written at the same moment shares nothing with an anonymous one.
TEST_F(ReporterTest, AnonymousReportsAreWrittenApartFromOthers) {
  writer_.Stop();
  GroupCommit writer{{store_, TestSeal(), clock_, telemetry_, [] {}}, {}};
  Reporters reporters{
      {writer, TestSeal(), gate_, receipts_, keys_, flood_, sealing_, clock_, ids_}};
  std::vector<std::thread> threads;
  server::CallContext call = TestCall();
  call.deadline = clock_.Now() + absl::Seconds(20);
  for (int i = 0; i < 4; ++i) {
    auto named = std::make_unique<Submission>();
    auto request = GoodSubmit(absl::StrCat("request-", 1000 + i));
    named->report =
        MakeTestReport(call, kSubmitReport, request, {ids_.NewId(), ids_.NewId()}, clock_.Now());
    named->deadline = call.deadline;
    named->done = [](absl::StatusOr<std::string> answer) { EXPECT_THAT(answer, IsOk()); };
    writer.Submit(std::move(named));
    threads.emplace_back(
        [&] { EXPECT_THAT(reporters.Submit(call, Anonymous(NewReceipt())), IsOk()); });
  }
  while (writer.waiting() < 8) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  writer.Start();
  for (std::thread& thread : threads) thread.join();
  writer.Stop();
  EXPECT_EQ(database_.Number("SELECT SUM(count) FROM audit_group"), 8);
  for (const db::Row& row : database_.Query("SELECT time, entries FROM audit_group")) {
    const bool by_day = time::EndOfDay(row.GetTime(0)) == row.GetTime(0);
    EXPECT_EQ(row.GetBytes(1).find("app/portal") == std::string::npos, by_day);
  }
}

// One client that sends as fast as it can through the same application takes nobody's place.
TEST_F(ReporterTest, AFloodIsAskedForWorkAndNobodyIsRefused) {
  int asked = 0;
  for (int i = 0; i < 60; ++i) {
    const auto answer = Submit(Anonymous(NewReceipt()));
    asked += status::HasReason(answer.status(), mamori::v1::ERROR_REASON_WORK_REQUIRED);
  }
  EXPECT_GE(asked, 30);
  auto mine = Anonymous(NewReceipt());
  const absl::Time begin = clock_.Now();
  auto answer = Submit(mine);
  for (int i = 0; i < 3 && !answer.ok(); ++i) {
    ASSERT_THAT(answer, StatusIs(StatusCode::kFailedPrecondition));
    mine.set_work(receipt::DoWork(mine.receipt(), 14));
    answer = Submit(mine);
  }
  EXPECT_THAT(answer, IsOk());
  EXPECT_THAT(Rotate(mine.receipt(), NewReceipt()), IsOk());
  EXPECT_LT(clock_.Now() - begin, absl::Seconds(10));
  // Somebody else's work does not count.
  auto theirs = Anonymous(NewReceipt());
  theirs.set_work(mine.work());
  EXPECT_THAT(Submit(theirs), HasReason(mamori::v1::ERROR_REASON_WORK_REQUIRED));
}

TEST_F(ReporterTest, AReceiptHasItsOwnAllowance) {
  const std::string mine = NewReceipt();
  ASSERT_THAT(Submit(Anonymous(mine)), IsOk());
  const std::string unknown = NewReceipt();
  int refused = 0;
  for (int i = 0; i < 60; ++i) {
    refused += status::HasReason(Rotate(unknown, NewReceipt()), mamori::v1::ERROR_REASON_FLOOD);
  }
  EXPECT_GE(refused, 15);
  EXPECT_THAT(Rotate(mine, NewReceipt()), IsOk());
}

TEST_F(ReporterTest, AReportMayComeSealed) {
  v1::SealingKey key;
  ASSERT_THAT(stub_->GetSealingKey(Context().get(), {}, &key), IsOk());
  auto open = Anonymous(NewReceipt());
  const receipt::ReplyKey reply;
  open.set_reply_key(reply.public_key());
  v1::SubmitAnonymousReportRequest sealed;
  sealed.set_sealed(*receipt::SealTo(key.public_key(), open.SerializeAsString()));
  EXPECT_EQ(sealed.sealed().size(), 4096u + 48);
  const auto answer = Submit(sealed);
  ASSERT_THAT(answer, IsOk());
  // The answer tells whoever carries it no more than the request.
  EXPECT_EQ(answer->sealed().size(), 4096u + 48);
  auto boxed = *answer;
  boxed.clear_sealed();
  EXPECT_EQ(boxed.ByteSizeLong(), 0u);
  v1::SubmitAnonymousReportResponse opened;
  ASSERT_TRUE(opened.ParseFromString(*reply.Open(answer->sealed())));
  EXPECT_THAT(opened.name(), ::testing::StartsWith("reports/"));
  open.clear_reply_key();
  EXPECT_EQ(Submit(open)->name(), opened.name());
  // Another tenant's key, a changed box, and what is no request.
  v1::SealingKey others;
  ASSERT_THAT(other_->GetSealingKey(Context().get(), {}, &others), IsOk());
  v1::SubmitAnonymousReportRequest wrong;
  wrong.set_sealed(*receipt::SealTo(others.public_key(), open.SerializeAsString()));
  EXPECT_THAT(Submit(wrong), HasReason(mamori::v1::ERROR_REASON_SEALING));
  sealed.mutable_sealed()->back() ^= 1;
  EXPECT_THAT(Submit(sealed), HasReason(mamori::v1::ERROR_REASON_SEALING));
  wrong.set_sealed(*receipt::SealTo(key.public_key(), "\xff\xff"));
  EXPECT_THAT(Submit(wrong), HasReason(mamori::v1::ERROR_REASON_SEALING));
  wrong.set_sealed("short");
  EXPECT_THAT(Submit(wrong), HasReason(mamori::v1::ERROR_REASON_SEALING));
  // Something beside it.
  open.set_reply_key(reply.public_key());
  wrong.set_sealed(*receipt::SealTo(key.public_key(), open.SerializeAsString()));
  wrong.set_receipt(open.receipt());
  EXPECT_THAT(Submit(wrong), HasReason(mamori::v1::ERROR_REASON_SEALING));
}

TEST_F(ReporterTest, WhatWasSealedIsJudgedAsInTheOpen) {
  v1::SealingKey key;
  ASSERT_THAT(stub_->GetSealingKey(Context().get(), {}, &key), IsOk());
  const auto sealed = [&](const v1::SubmitAnonymousReportRequest& open) {
    v1::SubmitAnonymousReportRequest request;
    request.set_sealed(*receipt::SealTo(key.public_key(), open.SerializeAsString()));
    return request;
  };
  auto wrong = Anonymous("nothing");
  wrong.mutable_report()->clear_company();
  wrong.mutable_report()->mutable_reporter()->set_person("Someone");
  wrong.set_reply_key(std::string(32, '\0'));
  const absl::Status in_the_open = Submit(wrong).status();
  EXPECT_THAT(in_the_open.ToString(), HasSubstr("reply_key"));
  EXPECT_EQ(Submit(sealed(wrong)).status(), in_the_open);
  // An answer in the open would undo it.
  EXPECT_THAT(Submit(sealed(Anonymous(NewReceipt()))),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("reply_key")));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM report"), 0);
}

}  // namespace
}  // namespace mamori::intake
