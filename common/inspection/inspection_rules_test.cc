#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>

#include "common/inspection/config.h"
#include "common/inspection/frame.h"
#include "common/inspection/reasons.h"
#include "common/inspection/scan_answer.h"
#include "common/inspection/worker_process.h"
#include "common/testing/matchers.h"

namespace mamori::inspection {
namespace {

using mamori::testing::IsOk;
using mamori::testing::StatusIs;
using ::testing::HasSubstr;

TEST(VerdictTest, OnlyOkIsCleanAndWhatWasLeftOutIsNoMalware) {
  struct Case {
    const char* answer;
    Inspection::Malware malware;
    const char* reason;
  };
  for (const auto& [answer, malware, reason] : {
           Case{"stream: OK", Inspection::kClean, ""},
           Case{"stream: Win.Test.EICAR_HDB-1 FOUND", Inspection::kInfected,
                "Win.Test.EICAR_HDB-1"},
           Case{"stream: Heuristics.OLE2.ContainsMacros FOUND", Inspection::kInfected,
                "Heuristics.OLE2.ContainsMacros"},
           Case{"stream: Heuristics.Limits.Exceeded.MaxScanTime FOUND", Inspection::kNotScanned,
                "not read to the end: Heuristics.Limits.Exceeded.MaxScanTime"},
           Case{"stream: Heuristics.Encrypted.PDF FOUND", Inspection::kNotScanned,
                "encrypted: Heuristics.Encrypted.PDF"},
           Case{"INSTREAM size limit exceeded. ERROR", Inspection::kNotScanned,
                "the file is larger than the scanner reads"},
           Case{"stream: Can't allocate memory ERROR", Inspection::kNotScanned,
                "the scanner answered with an error"},
           Case{"stream: OK FOUND", Inspection::kInfected, "OK"},
           Case{"stream: FOUND", Inspection::kNotScanned, "the scanner answered with an error"},
           Case{"stream:  FOUND", Inspection::kNotScanned, "the scanner answered with an error"},
           Case{"stream: OKAY", Inspection::kNotScanned, "the scanner answered with an error"},
           Case{"OK", Inspection::kNotScanned, "the scanner answered with an error"},
           Case{"", Inspection::kNotScanned, "the scanner answered with an error"},
           Case{"stream: Bad\nName\xff FOUND", Inspection::kInfected, "Bad?Name?"},
       }) {
    SCOPED_TRACE(answer);
    const Verdict verdict = VerdictOf(answer);
    EXPECT_EQ(verdict.malware, malware);
    EXPECT_EQ(verdict.reason, reason);
  }
}

TEST(VerdictTest, TheAgeOfSignaturesIsReadOrNotKnown) {
  const auto time = SignatureTime("ClamAV 1.4.6/27845/Wed Nov 25 08:31:02 2026");
  ASSERT_THAT(time, IsOk());
  EXPECT_EQ(absl::FormatTime("%F %T", *time, absl::UTCTimeZone()), "2026-11-25 08:31:02");
  EXPECT_THAT(SignatureTime("ClamAV 1.4.6/27845/Tue Dec  1 08:31:02 2026"), IsOk());
  for (const char* none : {"ClamAV 1.4.6", "ClamAV 1.4.6/27845", "ClamAV 1.4.6/27845/today", ""}) {
    EXPECT_THAT(SignatureTime(none), StatusIs(absl::StatusCode::kNotFound)) << none;
  }
}

TEST(ReasonsTest, AMediaTypeIsOneInFormOrNotKnown) {
  EXPECT_EQ(MediaTypeOr("image/jpeg"), "image/jpeg");
  EXPECT_EQ(MediaTypeOr("Application/VND.Oasis.OpenDocument.text"),
            "application/vnd.oasis.opendocument.text");
  EXPECT_EQ(MediaTypeOr(std::string(120, 'a') + "/" + std::string(6, 'b')).size(), 127);
  for (const std::string& none :
       {std::string(), std::string("/"), std::string("image"), std::string("image/"),
        std::string("/jpeg"), std::string("a/b/c"), std::string("text/html; charset=x"),
        std::string("image/<b>"), std::string(121, 'a') + "/bbbbbb", std::string("a/b\0", 4)}) {
    EXPECT_EQ(MediaTypeOr(none), "application/octet-stream") << none;
  }
}

TEST(ReasonsTest, AReasonIsShortAndPrintable) {
  EXPECT_EQ(Reason("a\x01\xe3z"), "a??z");
  EXPECT_EQ(Reason(std::string(300, 'a')).size(), 200);
  for (unsigned char i = 1; i <= kLastTrouble; ++i) {
    EXPECT_FALSE(ReasonOf(static_cast<Trouble>(i)).empty()) << int{i};
  }
}

class FrameTest : public ::testing::Test {
 protected:
  FrameTest() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends_), 0); }
  ~FrameTest() override {
    close(ends_[0]);
    close(ends_[1]);
  }
  int ends_[2];
};

TEST_F(FrameTest, WhatIsSentIsReceived) {
  FrameChannel here(ends_[0]), there(ends_[1]);
  const std::string large(FrameChannel::kMaxPayload, 'x');
  std::thread sender([&] {
    EXPECT_THAT(here.Send(Frame::kData, large), IsOk());
    EXPECT_THAT(here.Send(Frame::kEnd), IsOk());
  });
  const auto data = there.Receive();
  const auto end = there.Receive();
  sender.join();
  ASSERT_THAT(data, IsOk());
  EXPECT_EQ(data->kind, Frame::kData);
  EXPECT_EQ(data->payload, large);
  ASSERT_THAT(end, IsOk());
  EXPECT_EQ(end->kind, Frame::kEnd);
  EXPECT_THAT(here.Send(Frame::kData, large + "x"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(FrameTest, NonsenseAndTheEndAreErrors) {
  FrameChannel there(ends_[1]);
  ASSERT_EQ(write(ends_[0], "X\0\0\0\0", 5), 5);
  EXPECT_THAT(there.Receive(), StatusIs(absl::StatusCode::kDataLoss));
  ASSERT_EQ(write(ends_[0], "D\0\x10\0\1", 5), 5);  // one byte above the most
  EXPECT_THAT(there.Receive(), StatusIs(absl::StatusCode::kDataLoss));
  ASSERT_EQ(write(ends_[0], "D\0\0", 3), 3);
  shutdown(ends_[0], SHUT_WR);
  EXPECT_THAT(there.Receive(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(FrameTest, NobodyWaitsBeyondTheDeadline) {
  const time::SystemClock clock;
  const Deadline deadline(clock, absl::Milliseconds(50), nullptr);
  FrameChannel here(ends_[0], [&](int fd, short events) { return deadline.Await(fd, events); });
  EXPECT_THAT(here.Receive(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  // Nobody reads: the socket fills.
  absl::Status sent;
  for (int i = 0; i < 100 && sent.ok(); ++i)
    sent = here.Send(Frame::kData, std::string(1 << 20, 'x'));
  EXPECT_THAT(sent, StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST(SweepTest, WhatADeadServiceLeftIsRemovedAndNothingElse) {
  namespace fs = std::filesystem;
  std::string folder = "/tmp/mamori-sweep.XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const fs::path root(folder);
  const std::string living = absl::StrCat("mamori-inspect.", getpid(), ".abcdef");
  // Above the kernel's greatest number of a process.
  for (const std::string& name : {std::string("mamori-inspect.99999999.abcdef"), living,
                                  std::string("mamori-inspect.x"), std::string("others")}) {
    fs::create_directories(root / name / "inside");
  }
  SweepWorkDir(folder);
  EXPECT_FALSE(fs::exists(root / "mamori-inspect.99999999.abcdef"));
  EXPECT_TRUE(fs::exists(root / living));
  EXPECT_TRUE(fs::exists(root / "mamori-inspect.x"));
  EXPECT_TRUE(fs::exists(root / "others"));
  fs::remove_all(root);
}

TEST(InspectorConfigTest, WhatIsWrongIsNamed) {
  struct Case {
    const char* text;
    const char* field;
  };
  for (const auto& [text, field] : {
           Case{"", "inspector.binary"},
           Case{"binary: 'mamori-inspect'", "inspector.binary"},
           Case{"binary: '/b' work_dir: 'shm'", "inspector.work_dir"},
           Case{"binary: '/b' at_once: -1", "inspector.at_once"},
           Case{"binary: '/b' at_once: 65", "inspector.at_once"},
           Case{"binary: '/b' max_clean_bytes: -1", "inspector.max_clean_bytes"},
           Case{"binary: '/b' max_derivative_bytes: -1", "inspector.max_derivative_bytes"},
           Case{"binary: '/b' max_memory_bytes: 1000", "inspector.max_memory_bytes"},
           Case{"binary: '/b' max_memory_bytes: -1", "inspector.max_memory_bytes"},
           Case{"binary: '/b' cpu_seconds: -1", "inspector.cpu_seconds"},
           Case{"binary: '/b' time_limit { seconds: -1 }", "inspector.time_limit"},
           Case{"binary: '/b' clamd_socket: 'clamd'", "inspector.clamd_socket"},
           Case{"binary: '/b' clamd_socket: '/s' max_signature_age {}",
                "inspector.max_signature_age"},
           Case{"binary: '/b' clamd_socket: '/s' scan_time_limit { seconds: 300 }",
                "inspector.scan_time_limit"},
       }) {
    config::v1::Inspector config;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
    const absl::Status status = CheckConfig(config);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument)) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(field)) << text;
  }
}

TEST(InspectorConfigTest, WhatIsNotSetHasItsDefault) {
  config::v1::Inspector config;
  config.set_binary("/b");
  EXPECT_THAT(CheckConfig(config), IsOk());
  const ProcessInspector::Options standard = OptionsOf(config);
  EXPECT_FALSE(standard.clamd.has_value());
  EXPECT_EQ(standard.worker.work_dir, "/dev/shm");
  EXPECT_EQ(standard.worker.uid, 65534u);
  EXPECT_EQ(standard.worker.max_clean_bytes, 64u << 20);
  EXPECT_EQ(standard.worker.time_limit, absl::Minutes(5));
  config.set_clamd_socket("/s");
  config.set_max_clean_bytes(5);
  config.mutable_max_signature_age()->set_seconds(60);
  EXPECT_THAT(CheckConfig(config), IsOk());
  EXPECT_EQ(OptionsOf(config).worker.max_clean_bytes, 5u);
  ASSERT_TRUE(OptionsOf(config).clamd.has_value());
  EXPECT_EQ(OptionsOf(config).clamd->max_signature_age, absl::Minutes(1));
  EXPECT_EQ(OptionsOf(config).clamd->time_limit, absl::Minutes(2));
}

}  // namespace
}  // namespace mamori::inspection
