// The dialogue from both sides, and what reporters decide about their own report.
#include "services/intake/dialogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "common/sealing/fields.h"
#include "services/intake/reports.h"
#include "services/intake/sql_disposal_store.h"
#include "services/intake/test_reporter_fixture.h"

namespace mamori::intake {
namespace {

using testing::HasReason;
using testing::IsOk;
using ::testing::SizeIs;

constexpr char kDesk[] = "test/desk-1";
constexpr char kOther[] = "test/desk-2";
constexpr char kReporter[] = "test/reporter";

class DialogueTest : public ReporterTest {
 protected:
  DialogueTest() {
    access_.Allow(kDesk);
    access_.Allow(kOther);
    dialogue_stub_ = v1::DialogueService::NewStub(
        client::CreateChannel(peer_, authority_.Issue("dialogue", {kPortal})));
  }
  static v1::Message Words(const std::string& text) {
    v1::Message message;
    message.set_text(text);
    message.set_language("en");
    return message;
  }
  absl::StatusOr<v1::Message> Post(const Party& party, const std::string& id,
                                   const std::string& text) {
    return dialogue_.Post(CallOf(party.person), party, id, Words(text));
  }
  Party Desk(const std::string& report, const std::string& person = kDesk) {
    return *parties_.ByToken(CallOf(person), report);
  }
  absl::StatusOr<v1::Message> PostBy(const std::string& receipt, const std::string& id,
                                     const std::string& text) {
    v1::PostAnonymousMessageRequest request;
    request.set_receipt(receipt);
    request.set_request_id(id);
    *request.mutable_message() = Words(text);
    v1::Message message;
    const grpc::Status status =
        dialogue_stub_->PostAnonymousMessage(Context().get(), request, &message);
    if (!status.ok()) return status::FromGrpcStatus(status);
    return message;
  }
  absl::StatusOr<v1::ListMessagesResponse> ListBy(const std::string& receipt) {
    v1::ListAnonymousMessagesRequest request;
    request.set_receipt(receipt);
    request.set_after_number(-1);
    v1::ListMessagesResponse response;
    const grpc::Status status =
        dialogue_stub_->ListAnonymousMessages(Context().get(), request, &response);
    if (!status.ok()) return status::FromGrpcStatus(status);
    return response;
  }
  absl::StatusOr<v1::SubmitReportResponse> SubmitAs(const std::string& person,
                                                    mamori::v1::ReporterMode mode) {
    v1::SubmitIdentifiedReportRequest request;
    request.set_request_id("identified-0001");
    *request.mutable_report() = GoodSubmit().report();
    request.set_mode(mode);
    return own_.Submit(CallOf(person), request);
  }
  absl::StatusOr<v1::Sharing> Share(const Party& party, v1::SharingScope scope, int64_t version,
                                    const std::vector<std::string>& people = {}) {
    v1::Sharing sharing;
    sharing.set_version(version);
    sharing.set_scope(scope);
    for (const std::string& person : people) sharing.add_people(person);
    return own_.Share(CallOf(party.person), party, sharing);
  }

  absl::Time Deadline() const { return clock_.Now() + absl::Seconds(20); }

  std::unique_ptr<v1::DialogueService::Stub> dialogue_stub_;
};

TEST_F(DialogueTest, BothSidesWriteReadAndMark) {
  const std::string receipt = NewReceipt();
  const std::string report = Submit(Anonymous(receipt))->name();
  auto list = ListBy(receipt);
  ASSERT_THAT(list, IsOk());
  ASSERT_THAT(list->messages(), SizeIs(1));  // acknowledged by itself
  EXPECT_EQ(list->messages(0).side(), v1::MESSAGE_SIDE_SYSTEM);
  EXPECT_EQ(list->unread_count(), 0);

  const Party desk = Desk(report);
  const auto question = Post(desk, "message-0001", "When was it?");
  ASSERT_THAT(question, IsOk());
  EXPECT_EQ(question->number(), 1);
  EXPECT_EQ(question->author(), kDesk);
  const auto answer = PostBy(receipt, "message-0001", "On Monday.");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->number(), 2);
  EXPECT_EQ(PostBy(receipt, "message-0001", "On Monday.")->name(), answer->name());
  EXPECT_THAT(PostBy(receipt, "message-0001", "On Tuesday."),
              HasReason(mamori::v1::ERROR_REASON_REQUEST_ID_REUSED));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM message"), 2);
  EXPECT_EQ(database_.Number("SELECT event_sequence FROM report"), 2);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM outbox"), 2);  // the desk's tells nobody

  list = ListBy(receipt);
  ASSERT_THAT(list->messages(), SizeIs(3));
  EXPECT_EQ(list->messages(1).text(), "When was it?");
  EXPECT_EQ(list->messages(1).author(), "");  // who works on it is not the reporter's to know
  EXPECT_TRUE(list->messages(1).unread());
  EXPECT_FALSE(list->messages(2).unread());
  EXPECT_EQ(list->unread_count(), 1);
  v1::MarkAnonymousMessagesReadRequest mark;
  mark.set_receipt(receipt);
  mark.set_number(999);  // not further than there are messages
  google::protobuf::Empty nothing;
  ASSERT_THAT(dialogue_stub_->MarkAnonymousMessagesRead(Context().get(), mark, &nothing), IsOk());
  EXPECT_EQ(ListBy(receipt)->unread_count(), 0);
  EXPECT_EQ(dialogue_.List(CallOf(kDesk), desk, -1, 0)->unread_count(), 1);
  ASSERT_THAT(Post(desk, "message-0002", "Thank you."), IsOk());
  EXPECT_EQ(ListBy(receipt)->unread_count(), 1);
  // Each of the desk has an own mark.
  ASSERT_THAT(dialogue_.MarkRead(CallOf(kDesk), desk, 3), IsOk());
  ASSERT_THAT(dialogue_.MarkRead(CallOf(kDesk), desk, 1), IsOk());  // never back
  EXPECT_EQ(dialogue_.List(CallOf(kDesk), desk, -1, 0)->unread_count(), 0);
  EXPECT_EQ(dialogue_.List(CallOf(kOther), Desk(report, kOther), -1, 0)->unread_count(), 1);
  // What is stored is sealed, and none of it tells the time within the day.
  for (const db::Row& row : database_.Query("SELECT body, create_time FROM message")) {
    EXPECT_EQ(row.GetBytes(0).find("Monday"), std::string::npos);
    EXPECT_EQ(row.GetInt64(1) % 86'400'000'000, 0);
  }
}

TEST_F(DialogueTest, WhoMayNotSeeTheReportFindsNone) {
  const std::string receipt = NewReceipt();
  const std::string report = Submit(Anonymous(receipt))->name();
  access_.Deny(kOther);
  const auto refused = parties_.ByToken(CallOf(kOther), report);
  EXPECT_THAT(refused, HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_EQ(refused.status(),
            parties_.ByToken(CallOf(kOther), id::Name("reports", ids_.NewId())).status());
  EXPECT_THAT(ListBy(NewReceipt()), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  const std::string next = NewReceipt();
  ASSERT_THAT(Rotate(receipt, next), IsOk());
  EXPECT_THAT(ListBy(receipt), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(ListBy(next), IsOk());
}

TEST_F(DialogueTest, AStreamEndsWhenTheReceiptDies) {
  const std::string receipt = NewReceipt();
  const std::string report = Submit(Anonymous(receipt))->name();
  grpc::ClientContext context;
  v1::WaitForAnonymousMessagesRequest request;
  request.set_receipt(receipt);
  request.set_after_number(-1);
  auto stream = dialogue_stub_->WaitForAnonymousMessages(&context, request);
  v1::WaitForMessagesResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.message().side(), v1::MESSAGE_SIDE_SYSTEM);
  ASSERT_THAT(Post(Desk(report), "message-0001", "When was it?"), IsOk());
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.message().text(), "When was it?");
  ASSERT_THAT(Rotate(receipt, NewReceipt()), IsOk());
  const absl::Time begin = clock_.Now();
  while (stream->Read(&response)) {
  }
  EXPECT_LT(clock_.Now() - begin, absl::Seconds(5));
  EXPECT_THAT(stream->Finish(), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
}

// The desk's streams do not tell when an anonymous reporter wrote; lists show it at once.
TEST_F(DialogueTest, AnAnonymousMessageWaitsForTheDesksStreams) {
  const std::string receipt = NewReceipt();
  const Party desk = Desk(Submit(Anonymous(receipt))->name());
  ASSERT_THAT(PostBy(receipt, "message-0001", "It happened again."), IsOk());
  const absl::Time sent = clock_.Now();
  EXPECT_THAT(dialogue_.List(CallOf(kDesk), desk, 0, 0)->messages(), SizeIs(1));
  absl::Time seen;
  const absl::Status ended = dialogue_.Wait(
      CallOf(kDesk), desk, 0,
      [&] { return seen != absl::Time() || clock_.Now() > sent + absl::Seconds(10); },
      [&](const v1::WaitForMessagesResponse& response) {
        if (response.has_message()) seen = clock_.Now();
        return true;
      });
  EXPECT_TRUE(absl::IsCancelled(ended));
  EXPECT_GE(seen - sent, absl::Milliseconds(1000));
}

TEST_F(DialogueTest, AConfidentialReportersIdentityStandsApart) {
  const auto submitted = SubmitAs(kReporter, mamori::v1::REPORTER_MODE_CONFIDENTIAL);
  ASSERT_THAT(submitted, IsOk());
  const auto again = SubmitAs(kReporter, mamori::v1::REPORTER_MODE_CONFIDENTIAL);
  EXPECT_EQ(again->name(), submitted->name());
  EXPECT_THAT(SubmitAs(kOther, mamori::v1::REPORTER_MODE_CONFIDENTIAL),
              HasReason(mamori::v1::ERROR_REASON_REQUEST_ID_REUSED));
  v1::GetReportRequest get;
  get.set_name(submitted->name());
  const auto read = reports_.Get(CallOf(kDesk), get);
  ASSERT_THAT(read, IsOk());
  EXPECT_FALSE(read->has_reporter());
  EXPECT_EQ(read->reporter_mode(), mamori::v1::REPORTER_MODE_CONFIDENTIAL);
  for (const char* stored :
       {"SELECT body, summary FROM report", "SELECT identity, person_hash FROM reporter_identity",
        "SELECT event, subject_id FROM outbox", "SELECT entries, root FROM audit_group"}) {
    for (const db::Row& row : database_.Query(stored)) {
      for (size_t i : {0, 1}) {
        EXPECT_EQ(row.GetBytes(i).find(GoodSubmit().report().reporter().person()),
                  std::string::npos);
        EXPECT_EQ(row.GetBytes(i).find(kReporter), std::string::npos);
      }
    }
  }
  // The reporter is on the reporter's side, by nothing but the token.
  const auto party = parties_.ByToken(CallOf(kReporter), submitted->name());
  ASSERT_THAT(party, IsOk());
  EXPECT_EQ(party->side, v1::MESSAGE_SIDE_REPORTER);
  ASSERT_THAT(Post(*party, "message-0001", "I am here."), IsOk());
  EXPECT_EQ(dialogue_.List(CallOf(kDesk), Desk(submitted->name()), 0, 0)->messages(0).author(), "");
  EXPECT_THAT(parties_.Reporter(CallOf(kDesk), submitted->name()),
              HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  // Somebody whom the database's administrator makes the reporter is none.
  database_.Execute("UPDATE reporter_identity SET person_hash = ?",
                    db::Params().Add(reporter_keys_.PersonHash(
                        "acme", *id::FromName("reports", submitted->name()), kOther)));
  EXPECT_THAT(parties_.Reporter(CallOf(kOther), submitted->name()),
              HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_GE(telemetry_.counter("mamori_intake_reporter_refused_total"), 1);
}

TEST_F(DialogueTest, AReportIsSharedAsItsReporterDecides) {
  const std::string receipt = NewReceipt();
  const std::string report = Submit(Anonymous(receipt))->name();
  v1::GetReportRequest get;
  get.set_name(report);
  v1::BatchGetReportsRequest batch;
  batch.add_names(report);
  const auto reads = [&](const std::string& person) {
    const bool one = reports_.Get(CallOf(person), get).ok();
    EXPECT_EQ(reports_.BatchGet(CallOf(person), batch)->reports_size(), one);
    EXPECT_EQ(reports_.List(CallOf(person), {})->reports_size(), one);
    EXPECT_EQ(parties_.ByToken(CallOf(person), report).ok(), one);
    return one;
  };
  const Party party = *parties_.ByReceipt(CallOf(""), receipt);
  EXPECT_TRUE(reads(kDesk));
  EXPECT_EQ(Share(party, v1::SHARING_SCOPE_PEOPLE, 0, {kDesk})->version(), 1);
  EXPECT_EQ(Share(party, v1::SHARING_SCOPE_PEOPLE, 0, {kDesk})->version(), 1);  // the same again
  EXPECT_TRUE(reads(kDesk));
  EXPECT_FALSE(reads(kOther));
  EXPECT_THAT(Share(party, v1::SHARING_SCOPE_EVERYONE, 0),
              HasReason(mamori::v1::ERROR_REASON_ETAG_MISMATCH));
  EXPECT_EQ(Share(party, v1::SHARING_SCOPE_NOBODY, 1)->version(), 2);
  EXPECT_FALSE(reads(kDesk));
  // Mamori's own assessment is no person.
  server::CallContext assess = CallOf("");
  assess.purpose = "assess";
  assess.tenant.clear();
  batch.set_tenant("acme");
  EXPECT_EQ(reports_.BatchGet(assess, batch)->reports_size(), 1);
  batch.clear_tenant();
  // A decision that somebody wrote into the database shows nobody anything.
  database_.Run("UPDATE sharing SET scope = 1 WHERE version = 2");
  EXPECT_THAT(reports_.Get(CallOf(kDesk), get), testing::StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(DialogueTest, AWithdrawnReportIsShownNoMore) {
  const std::string receipt = NewReceipt();
  const std::string report = Submit(Anonymous(receipt))->name();
  const Party party = *parties_.ByReceipt(CallOf(""), receipt);
  for (int i = 0; i < 2; ++i) {
    const auto withdrawn = own_.Withdraw(CallOf(""), party);
    ASSERT_THAT(withdrawn, IsOk());
    EXPECT_THAT(withdrawn->remains(), SizeIs(4));
  }
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM outbox"), 2);  // told once
  v1::GetReportRequest get;
  get.set_name(report);
  const auto read = reports_.Get(CallOf(kDesk), get);
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(read->withdrawn());
  EXPECT_EQ(read->narrative() + read->wish(), "");
  EXPECT_EQ(read->actors_size() + read->occurrences_size() + read->affected_size(), 0);
  EXPECT_THAT(PostBy(receipt, "message-0001", "One more thing."),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  EXPECT_THAT(ListBy(receipt), IsOk());
}

// What a disposal deletes, and what of it opens when a backup is put back with all keys of now.
TEST_F(DialogueTest, ADisposedReportLeavesNothingOfItsReporter) {
  const std::string receipt = NewReceipt(), next = NewReceipt();
  const std::string anonymous = Submit(Anonymous(receipt))->name();
  ASSERT_THAT(PostBy(receipt, "message-0001", "It happened again."), IsOk());
  ASSERT_THAT(Post(Desk(anonymous), "message-0001", "When was it?"), IsOk());
  ASSERT_THAT(dialogue_.MarkRead(CallOf(kDesk), Desk(anonymous), 1), IsOk());
  ASSERT_THAT(Rotate(receipt, next), IsOk());
  ASSERT_THAT(Share(*parties_.ByReceipt(CallOf(""), next), v1::SHARING_SCOPE_PEOPLE, 0, {kDesk}),
              IsOk());
  const std::string confidential =
      SubmitAs(kReporter, mamori::v1::REPORTER_MODE_CONFIDENTIAL)->name();
  ASSERT_THAT(Post(Desk(confidential), "message-0001", "Thank you."), IsOk());
  ASSERT_THAT(own_.Withdraw(CallOf(kReporter), *parties_.Reporter(CallOf(kReporter), confidential)),
              IsOk());
  const std::vector<std::string> tables = {
      "report", "message", "message_read", "receipt", "reporter_identity", "sharing", "withdrawal"};
  for (const std::string& table : tables) {
    EXPECT_GT(database_.Number("SELECT COUNT(*) FROM " + table), 0) << table;
    database_.Run("CREATE TABLE saved_" + table + " AS SELECT * FROM " + table);
  }
  database_.Run("DELETE FROM outbox");

  // What stays sealed opens by both keys alone.
  const auto opens = [&] {
    std::vector<bool> opened;
    for (const db::Row& row : database_.Query(
             "SELECT report_id, identity FROM reporter_identity WHERE identity <> ''")) {
      const auto key = TestSeal().sealer().FetchKey("acme", row.GetBytes(1), Deadline());
      const auto boxed =
          key.ok() ? key->Open(sealing::ReporterIdentity("acme", row.GetBytes(0)), row.GetBytes(1))
                   : key.status();
      const auto identity =
          boxed.ok() ? box_.Open({"identity", "acme", row.GetBytes(0)}, *boxed) : boxed.status();
      opened.push_back(identity.ok() && identity->find(GoodSubmit().report().reporter().person()) !=
                                            std::string::npos);
    }
    for (const db::Row& row : database_.Query("SELECT message_id, body FROM message")) {
      const auto key = TestSeal().sealer().FetchKey("acme", row.GetBytes(1), Deadline());
      opened.push_back(key.ok() &&
                       ContentSeal::OpenBody(*key, sealing::MessageBody("acme", row.GetBytes(0)),
                                             row.GetBytes(1))
                           .ok());
    }
    return opened;
  };
  EXPECT_EQ(opens(), std::vector<bool>(4, true)) << "this test would see nothing";

  sealing::Eraser eraser(TestKeyStore(), "", clock_);
  SqlDisposalStore disposals(database_.transactor(), clock_, journal_, eraser);
  for (const std::string& name : {anonymous, confidential}) {
    mamori::v1::Event event;
    event.set_event_id(ids_.NewId());
    event.set_tenant("acme");
    event.set_source("triage");
    event.set_subject_id(*id::FromName("reports", name));
    event.set_subject_sequence(1);
    event.mutable_report_disposed()->set_case_id(ids_.NewId());
    ASSERT_THAT(disposals.Apply({&event}, Deadline())[0], IsOk());
  }
  for (const std::string& table : tables) {
    EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM " + table), 0) << table;
  }
  EXPECT_THAT(ListBy(next), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  ASSERT_THAT(dialogue_.MarkRead(CallOf(kDesk),
                                 {.tenant = "acme",
                                  .report_id = *id::FromName("reports", anonymous),
                                  .side = v1::MESSAGE_SIDE_DESK,
                                  .person = kDesk},
                                 1),
              IsOk());
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM message_read"), 0) << "a mark of nothing";

  for (const std::string& table : tables) {
    database_.Run("INSERT INTO " + table + " SELECT * FROM saved_" + table);
  }
  EXPECT_EQ(opens(), std::vector<bool>(4, false));
  EXPECT_THAT(ListBy(next), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
}

}  // namespace
}  // namespace mamori::intake
