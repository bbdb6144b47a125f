#include "services/intake/request_forgetting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/time/day.h"
#include "services/intake/test_evidence_fixture.h"

namespace mamori::intake {
namespace {

using testing::IsOk;
using testing::IsOkAndHolds;

class RequestForgettingTest : public EvidenceTest {
 protected:
  absl::StatusOr<v1::Message> Post(const Party& party) {
    v1::Message words;
    words.set_text("It happened again.");
    words.set_language("en");
    return dialogue_.Post(CallOf(party.person), party, "message-0001", words);
  }
  int64_t Kept(const std::string& table) {
    return database_.Number("SELECT COUNT(request_key) FROM " + table);
  }

  time::FakeClock later_{clock_.Now()};
  RequestForgetting forgetting_{messages_, evidence_store_, later_, {.batch = 2}};
};

TEST_F(RequestForgettingTest, OfAnAnonymousReportAfterADayAndOfOthersNot) {
  const std::string receipt = NewReceipt();
  const Party nobody = (ReportBy(receipt), *parties_.ByReceipt(CallOf(""), receipt));
  const std::string named = ReportOf(mamori::v1::REPORTER_MODE_NAMED);
  const Party hanako = *parties_.ByToken(CallOf(kHanako), named);
  const v1::UploadedFile file = FileOf("x", "some bytes");
  const std::string message = Post(nobody)->name(), named_message = Post(hanako)->name();
  const std::string upload = StartBy(receipt, "upload-0001", file)->name();
  const std::string named_upload = StartAs("hanako", named, "upload-0001", file)->name();

  // Whenever within the day it was: told is only which day.
  const absl::Time over = time::BeginOfDay(clock_.Now()) + absl::Hours(48);
  later_.Set(over - absl::Seconds(1));
  EXPECT_THAT(forgetting_.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(Post(nobody)->name(), message);
  EXPECT_EQ(StartBy(receipt, "upload-0001", file)->name(), upload);
  EXPECT_EQ(Kept("message"), 2);
  EXPECT_EQ(Kept("evidence"), 2);

  later_.Set(over);
  EXPECT_THAT(forgetting_.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(Kept("message"), 1);
  EXPECT_EQ(Kept("evidence"), 1);
  EXPECT_EQ(Post(hanako)->name(), named_message);
  EXPECT_EQ(StartAs("hanako", named, "upload-0001", file)->name(), named_upload);
  // The same id is another request by now; what was made by the first is there all the same.
  EXPECT_NE(Post(nobody)->name(), message);
  EXPECT_THAT(GetBy(receipt, upload), IsOk());
  EXPECT_NE(StartBy(receipt, "upload-0001", file)->name(), upload);
}

TEST_F(RequestForgettingTest, FewAtATime) {
  const std::string receipt = NewReceipt();
  ReportBy(receipt);
  for (const char* request : {"upload-0001", "upload-0002", "upload-0003"}) {
    ASSERT_THAT(StartBy(receipt, request, FileOf("x", "some bytes")), IsOk());
  }
  later_.Advance(absl::Hours(72));
  EXPECT_THAT(forgetting_.RunOnce(), IsOkAndHolds(true));
  EXPECT_EQ(Kept("evidence"), 1);
  EXPECT_THAT(forgetting_.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(Kept("evidence"), 0);
}

}  // namespace
}  // namespace mamori::intake
