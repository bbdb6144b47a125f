// Streams of dialogues, of which only so many go on at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "services/intake/test_reporter_fixture.h"

namespace mamori::intake {
namespace {

using testing::IsOk;

class DialogueStreamsTest : public ReporterTest {
 protected:
  const std::unique_ptr<v1::DialogueService::Stub> dialogue_stub_ = v1::DialogueService::NewStub(
      client::CreateChannel(peer_, authority_.Issue("dialogue", {kPortal})));
};

TEST_F(DialogueStreamsTest, OneReceiptNeverHasAllStreams) {
  struct Waiting {
    Waiting(v1::DialogueService::Stub& stub, const std::string& receipt) {
      v1::WaitForAnonymousMessagesRequest request;
      request.set_receipt(receipt);
      request.set_after_number(-1);
      reader = stub.WaitForAnonymousMessages(&context, request);
      v1::WaitForMessagesResponse first;
      in = reader->Read(&first);
    }
    ~Waiting() {
      context.TryCancel();
      reader->Finish();
    }
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<v1::WaitForMessagesResponse>> reader;
    bool in = false;
  };
  const std::string many = NewReceipt(), other = NewReceipt();
  ASSERT_THAT(Submit(Anonymous(many)), IsOk());
  ASSERT_THAT(Submit(Anonymous(other)), IsOk());
  std::vector<std::unique_ptr<Waiting>> streams;
  for (int i = 0; i < DialogueService::kWaitsByReceipt.most; ++i) {
    streams.push_back(std::make_unique<Waiting>(*dialogue_stub_, many));
  }
  EXPECT_TRUE(Waiting(*dialogue_stub_, other).in);
}

}  // namespace
}  // namespace mamori::intake
