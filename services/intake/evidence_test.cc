// What is kept of files and given out again: to whom, how, and to whom not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/intake/test_evidence_fixture.h"

namespace mamori::intake {
namespace {

using testing::HasReason;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr int64_t kDayMicros = 86'400'000'000;

TEST_F(EvidenceTest, AnAnonymousFileIsKeptAndGivenAsIdentityAlone) {
  const std::string receipt = NewReceipt();
  const std::string report = ReportBy(receipt);
  const std::string bytes = TestBytes(2 * kChunkBytes + 17);
  const std::string name = Uploaded(receipt, bytes, "山田の録音 🎧.wav");
  EXPECT_THAT(name, HasSubstr(report + "/evidence/"));

  // The desk sees that it is there, and neither name nor hash.
  const auto seen = GetAs("taro", name);
  ASSERT_THAT(seen, IsOk());
  EXPECT_EQ(seen->state(), v1::EVIDENCE_STATE_STORED);
  EXPECT_EQ(seen->size(), static_cast<int64_t>(bytes.size()));
  EXPECT_TRUE(seen->identity());
  EXPECT_EQ(seen->file_name() + seen->sha256(), "");
  EXPECT_EQ(seen->inspection().malware(), v1::MALWARE_VERDICT_NOT_SCANNED);
  EXPECT_THAT(DerivativeAs("taro", name), HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));

  // The original is for who has just authenticated strongly, and in no other way.
  const auto step_up = HasReason(mamori::v1::ERROR_REASON_STEP_UP_REQUIRED);
  EXPECT_THAT(OriginalAs("taro", name, "low"), step_up);
  EXPECT_THAT(OriginalAs("taro", name, "higher"), step_up);
  EXPECT_THAT(OriginalAs("taro", name, "high", absl::Minutes(6)), step_up);
  EXPECT_THAT(CustodyOf(name)->accesses(), SizeIs(1)) << "what was refused is no access";
  EXPECT_THAT(OriginalAs("taro", name, "high", absl::ZeroDuration(), ""),
              HasReason(mamori::v1::ERROR_REASON_INVALID_FIELDS))
      << "without a purpose";
  const auto original = OriginalAs("taro", name);
  ASSERT_THAT(original, IsOk());
  EXPECT_TRUE(original->bytes == bytes);
  EXPECT_EQ(original->evidence.file_name(), "山田の録音 🎧.wav");
  EXPECT_EQ(original->evidence.sha256(), crypto::Sha256::Of(bytes));

  const auto chain = CustodyOf(name);
  ASSERT_THAT(chain, IsOk());
  ASSERT_THAT(chain->accesses(), SizeIs(2));
  EXPECT_EQ(chain->accesses(0).kind(), v1::EVIDENCE_ACCESS_KIND_ORIGINAL);
  EXPECT_EQ(chain->accesses(0).person(), kTaro);
  EXPECT_EQ(chain->accesses(0).purpose(), "to hear it");
  EXPECT_EQ(chain->accesses(1).kind(), v1::EVIDENCE_ACCESS_KIND_UPLOAD);
  EXPECT_EQ(chain->accesses(1).person() + chain->accesses(1).caller(), "");

  // Each of it is in the audit, by day; no row tells a time within it, nor a word.
  const db::Rows entries =
      database_.Query("SELECT entry, time FROM audit_entry WHERE resource_id = ? ORDER BY sequence",
                      db::Params().Add(*id::FromName("reports", report)));
  std::vector<std::string> actions;
  for (const db::Row& row : entries) {
    actions.push_back(audit::Decode(row.GetBytes(0))->action);
    EXPECT_EQ(row.GetInt64(1) % kDayMicros, 0);
  }
  EXPECT_THAT(actions, ::testing::ElementsAre("StartUpload", "AddEvidence", "UploadEvidence",
                                              "DownloadOriginal"));
  for (const db::Row& row : database_.Query(
           "SELECT e.create_time, e.complete_time, a.create_time, CONCAT(e.body, a.body), c.sealed"
           " FROM evidence e JOIN evidence_access a ON a.evidence_id = e.evidence_id"
           " JOIN evidence_chunk c ON c.blob_id = e.blob_id")) {
    for (const size_t time : {0, 1, 2}) EXPECT_EQ(row.GetInt64(time) % kDayMicros, 0);
    for (const std::string& told : {std::string("山田"), std::string("to hear it"),
                                    crypto::Sha256::Of(bytes), bytes.substr(100, 24)}) {
      EXPECT_EQ(row.GetBytes(3).find(told), std::string::npos);
      EXPECT_EQ(row.GetBytes(4).find(told), std::string::npos);
    }
    EXPECT_LE(row.GetBytes(4).size(), size_t{1} << 20);
  }
}

TEST_F(EvidenceTest, AnyFileNameIsTextAndNoPath) {
  const std::string report = ReportOf(mamori::v1::REPORTER_MODE_NAMED);
  int number = 0;
  for (const std::string& name :
       {std::string("../../etc/passwd"), std::string("/etc/shadow"), std::string("C:\\con.txt"),
        std::string("議事録（最終）.docx"), std::string("👩‍💻🇯🇵.png"),
        std::string("a\0b", 3), std::string("\x1b[2J\r\n.txt"), std::string("\xe2\x80\xae gpj.exe"),
        std::string("."), std::string(1024, 'x')}) {
    const auto upload = StartAs("hanako", report, absl::StrCat("upload-", 1000 + ++number),
                                FileOf(name, "some bytes"));
    ASSERT_THAT(upload, IsOk()) << number;
    ASSERT_THAT(SendAs("hanako", upload->name(), "some bytes"), IsOk());
    // A named report's file name is no secret from the desk.
    EXPECT_EQ(GetAs("taro", upload->name())->file_name(), name);
    EXPECT_EQ(OriginalAs("taro", upload->name())->evidence.file_name(), name);
  }
  // Pages, newest first, each file once.
  std::vector<std::string> names;
  v1::ListEvidenceRequest list;
  list.set_report(report);
  list.set_page_size(4);
  do {
    v1::ListEvidenceResponse page;
    ASSERT_THAT(evidence_->ListEvidence(As("taro").get(), list, &page), IsOk());
    for (const v1::Evidence& one : page.evidence()) names.push_back(one.name());
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::unique(names.begin(), names.end()) - names.begin(), number);
}

TEST_F(EvidenceTest, WhoReportedKnowsTheFileAndNotWhoReadsIt) {
  for (const auto mode :
       {mamori::v1::REPORTER_MODE_NAMED, mamori::v1::REPORTER_MODE_CONFIDENTIAL}) {
    const bool identity = mode == mamori::v1::REPORTER_MODE_CONFIDENTIAL;
    const std::string report = ReportOf(mode);
    const auto upload = StartAs("hanako", report, "upload-0001", FileOf("mine.txt", "words"));
    ASSERT_THAT(upload, IsOk());
    // Nobody else goes on with it, also who may see it.
    EXPECT_THAT(SendAs("taro", upload->name(), "words"), StatusIs(absl::StatusCode::kNotFound));
    ASSERT_TRUE(SendAs("hanako", upload->name(), "words")->complete());
    EXPECT_EQ(GetAs("hanako", upload->name())->file_name(), "mine.txt");
    EXPECT_EQ(GetAs("taro", upload->name())->file_name(), identity ? "" : "mine.txt");
    EXPECT_EQ(OriginalAs("taro", upload->name())->evidence.file_name(), "mine.txt");
    EXPECT_THAT(OriginalAs("taro", upload->name(), "low"),
                HasReason(mamori::v1::ERROR_REASON_STEP_UP_REQUIRED));
    const auto refused = HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED);
    EXPECT_THAT(OriginalAs("hanako", upload->name()), refused);
    EXPECT_THAT(DerivativeAs("hanako", upload->name()), refused);
    // The desk adds some too, under its own name: neither is the reporter's to know.
    const auto added = StartAs("taro", report, "upload-0001", FileOf("log.txt", "lines"));
    ASSERT_TRUE(SendAs("taro", added->name(), "lines")->complete());
    EXPECT_EQ(GetAs("taro", added->name())->author(), kTaro);
    EXPECT_THAT(GetAs("hanako", added->name()), StatusIs(absl::StatusCode::kNotFound));
    v1::ListEvidenceRequest list;
    list.set_report(report);
    v1::ListEvidenceResponse page;
    ASSERT_THAT(evidence_->ListEvidence(As("hanako").get(), list, &page), IsOk());
    ASSERT_THAT(page.evidence(), SizeIs(1));
    EXPECT_EQ(page.evidence(0).name(), upload->name());
    ASSERT_THAT(evidence_->ListEvidence(As("taro").get(), list, &page), IsOk());
    EXPECT_THAT(page.evidence(), SizeIs(2));
    EXPECT_EQ(CustodyOf(added->name())->accesses(0).person(), kTaro);
    EXPECT_EQ(CustodyOf(upload->name())->accesses(1).person(), "");
  }
}

TEST_F(EvidenceTest, WhoHasTheReceiptSeesWhatWasHandedInByIt) {
  const std::string receipt = NewReceipt(), other = NewReceipt();
  const std::string report = ReportBy(receipt);
  ReportBy(other);
  const std::string bytes = TestBytes(1000);
  std::vector<std::string> names;
  for (const char* name : {"山田の録音.wav", "two.txt", "three.txt"}) {
    names.push_back(Uploaded(receipt, bytes, name));
  }
  // What the desk adds is the desk's, and does not show by how full a page is.
  std::string added;
  for (const char* request : {"upload-0001", "upload-0002", "upload-0003"}) {
    added = StartAs("taro", report, request, FileOf("log.txt", "lines"))->name();
    ASSERT_TRUE(SendAs("taro", added, "lines")->complete());
  }

  const auto one = GetBy(receipt, names[0]);
  ASSERT_THAT(one, IsOk());
  EXPECT_EQ(one->file_name(), "山田の録音.wav");
  EXPECT_EQ(one->size(), 1000);
  EXPECT_EQ(one->state(), v1::EVIDENCE_STATE_STORED);
  EXPECT_EQ(one->create_time().seconds() % 86400, 0);
  EXPECT_EQ(one->complete_time().seconds() % 86400, 0);
  for (const int page_size : {1, 2, 3}) {
    std::vector<std::string> listed;
    std::string token;
    do {
      const auto page = ListBy(receipt, page_size, token);
      ASSERT_THAT(page, IsOk());
      token = page->next_page_token();
      const size_t left = names.size() - listed.size();
      EXPECT_THAT(page->evidence(), SizeIs(std::min<size_t>(page_size, left)));
      EXPECT_EQ(token.empty(), left <= static_cast<size_t>(page_size));
      for (const v1::Evidence& each : page->evidence()) listed.push_back(each.name());
      ASSERT_LE(listed.size(), names.size());
    } while (!token.empty());
    EXPECT_THAT(listed, ::testing::UnorderedElementsAreArray(names));
  }

  // Nothing of others, and nothing that was never there.
  EXPECT_THAT(ListBy(other)->evidence(), SizeIs(0));
  const auto not_found = StatusIs(absl::StatusCode::kNotFound);
  EXPECT_THAT(GetBy(other, names[0]), not_found);
  EXPECT_THAT(GetBy(receipt, added), not_found);
  EXPECT_THAT(GetBy(receipt, NameOfEvidence(*id::FromName("reports", report), ids_.NewId())),
              not_found);
  EXPECT_THAT(ListBy(NewReceipt()), not_found);
  // A page of one receipt is none of another.
  const auto first = ListBy(receipt, 1);
  EXPECT_THAT(ListBy(other, 1, first->next_page_token()),
              HasReason(mamori::v1::ERROR_REASON_PAGE_TOKEN));
}

// The answers to an outsider and to another tenant are those of what never was.
TEST_F(EvidenceTest, WhoMayNotSeeTheReportFindsNone) {
  const std::string receipt = NewReceipt();
  const std::string report = ReportBy(receipt);
  const std::string bytes = TestBytes(1000);
  const std::string name = Uploaded(receipt, bytes);
  const std::string never = NameOfEvidence(ids_.NewId(), ids_.NewId());
  const auto answers = [&](const std::string& of, v1::EvidenceService::Stub& stub,
                           const std::string& sub, const std::string& tenant) {
    std::vector<std::string> all;
    const auto add = [&](const grpc::Status& status) {
      all.push_back(absl::StrCat(status.error_code(), status.error_message()));
    };
    const auto as = [&] { return As(sub, "high", absl::ZeroDuration(), tenant); };
    const std::string of_report = ParseEvidenceName(of)->report;
    v1::GetEvidenceRequest get;
    get.set_name(of);
    v1::Evidence evidence;
    add(stub.GetEvidence(as().get(), get, &evidence));
    v1::ListEvidenceRequest list;
    list.set_report(of_report);
    v1::ListEvidenceResponse listed;
    add(stub.ListEvidence(as().get(), list, &listed));
    v1::ListEvidenceAccessRequest chain;
    chain.set_name(of);
    v1::ListEvidenceAccessResponse links;
    add(stub.ListEvidenceAccess(as().get(), chain, &links));
    v1::StartUploadRequest start;
    start.set_report(of_report);
    start.set_request_id("upload-0001");
    *start.mutable_file() = FileOf("x", bytes);
    v1::Upload upload;
    add(stub.StartUpload(as().get(), start, &upload));
    const auto upload_context = as();
    const auto sending = stub.UploadEvidence(upload_context.get(), &upload);
    v1::UploadEvidenceRequest message;
    message.mutable_target()->set_name(of);
    sending->Write(message);
    sending->WritesDone();
    add(sending->Finish());
    v1::DownloadEvidenceRequest derivative;
    derivative.set_name(of);
    derivative.set_purpose("x");
    const auto derivative_context = as();
    v1::DownloadEvidenceResponse part;
    const auto reading = stub.DownloadEvidence(derivative_context.get(), derivative);
    EXPECT_FALSE(reading->Read(&part));
    add(reading->Finish());
    v1::DownloadOriginalRequest original;
    original.set_name(of);
    original.set_purpose("x");
    const auto original_context = As(sub, "low", absl::ZeroDuration(), tenant);
    v1::DownloadOriginalResponse piece;
    const auto whole = stub.DownloadOriginal(original_context.get(), original);
    EXPECT_FALSE(whole->Read(&piece));
    add(whole->Finish());
    return all;
  };
  for (const std::string& one : answers(never, *evidence_, "jiro", "acme")) {
    EXPECT_THAT(one, HasSubstr("5no such report"));
  }
  EXPECT_EQ(answers(name, *evidence_, "jiro", "acme"), answers(never, *evidence_, "jiro", "acme"));
  EXPECT_EQ(answers(name, *evidence_elsewhere_, "taro", "other"),
            answers(never, *evidence_elsewhere_, "taro", "other"));
  // Evidence of another report by a name that mixes the two.
  const std::string second = NewReceipt();
  const std::string mixed = NameOfEvidence(*id::FromName("reports", ReportBy(second)),
                                           ParseEvidenceName(name)->evidence_id);
  EXPECT_THAT(GetAs("taro", mixed), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(OriginalAs("taro", mixed), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM evidence_access"), 1);
}

// A database administrator who exchanges, cuts or mixes rows gets no file out of it.
TEST_F(EvidenceTest, RowsThatWereMovedDoNotOpen) {
  const std::string receipt = NewReceipt();
  ReportBy(receipt);
  const std::string bytes = TestBytes(3 * kChunkBytes);
  const EvidenceRow row = RowOf(Uploaded(receipt, bytes));
  const EvidenceRow other = RowOf(Uploaded(receipt, TestBytes(3 * kChunkBytes, 7)));
  const std::string name = NameOfEvidence(row.report_id, row.evidence_id);
  const auto blob = [](const EvidenceRow& of) { return db::Params().Add(of.blob_id); };
  const auto sealed = [&](const EvidenceRow& of, int index) {
    return database_
        .Query("SELECT sealed FROM evidence_chunk WHERE blob_id = ? AND chunk_index = ?",
               blob(of).Add(index))[0]
        .GetBytes(0);
  };
  const auto put = [&](int index, const std::string& chunk) {
    database_.Execute("UPDATE evidence_chunk SET sealed = ? WHERE blob_id = ? AND chunk_index = ?",
                      db::Params().Add(chunk).Add(row.blob_id).Add(index));
  };
  const auto fails = [&](const char* what) {
    EXPECT_THAT(OriginalAs("taro", name), StatusIs(absl::StatusCode::kInternal)) << what;
  };
  const std::string first = sealed(row, 0), second = sealed(row, 1), last = sealed(row, 2);
  ASSERT_TRUE(OriginalAs("taro", name)->bytes == bytes);
  put(0, second);
  put(1, first);
  fails("swapped");
  put(0, first);
  put(1, second);
  put(1, sealed(other, 1));
  fails("of another file of the same report");
  put(1, second.substr(0, second.size() - 1) + static_cast<char>(second.back() ^ 1));
  fails("one bit");
  put(1, second);
  put(1, last);
  database_.Execute("DELETE FROM evidence_chunk WHERE blob_id = ? AND chunk_index = 2", blob(row));
  fails("the middle taken out");
  put(1, second);
  fails("the end missing");
  database_.Execute("UPDATE evidence_blob SET chunk_count = 2 WHERE blob_id = ?", blob(row));
  database_.Execute("UPDATE evidence SET chunk_count = 2 WHERE evidence_id = ?",
                    db::Params().Add(row.evidence_id));
  fails("cut, and the counts with it");
  // The other file's bytes under this one's name and the reverse.
  database_.Execute("UPDATE evidence SET chunk_count = 3, blob_id = ? WHERE evidence_id = ?",
                    db::Params().Add(other.blob_id).Add(row.evidence_id));
  database_.Execute("UPDATE evidence SET body = ? WHERE evidence_id = ?",
                    db::Params().Add(other.body).Add(row.evidence_id));
  EXPECT_THAT(GetAs("taro", name), StatusIs(absl::StatusCode::kInternal)) << "another file's body";
  database_.Execute("UPDATE evidence SET body = ? WHERE evidence_id = ?",
                    db::Params().Add(row.body).Add(row.evidence_id));
  fails("another file's bytes");
  database_.Execute("UPDATE evidence SET blob_id = ? WHERE evidence_id = ?",
                    db::Params().Add(row.blob_id).Add(row.evidence_id));
  database_.Execute(
      "INSERT INTO evidence_chunk (blob_id, chunk_index, tenant, sealed) VALUES (?, 2, 'acme', ?)",
      db::Params().Add(row.blob_id).Add(last));
  EXPECT_TRUE(OriginalAs("taro", name)->bytes == bytes) << "all as it was";
}

}  // namespace
}  // namespace mamori::intake
