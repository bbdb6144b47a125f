// Files as people send them, and as people send them who mean harm, through the real worker, the
// real mat2 and a real clamd.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/inspection/process_inspector.h"
#include "common/time/clock.h"
#include "services/inspector/test_inspection.h"

namespace mamori::inspector {
namespace {

using inspection::Inspection;
using inspection::ProcessInspector;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kAuthor[] = "Yamada Taro";

// One scanner and one set of files for the whole program.
class Stage final : public ::testing::Environment {
 public:
  void SetUp() override {
    folder = std::make_unique<TestFolder>();
    fs::create_directory(Files());
    ASSERT_EQ(Shell(absl::StrCat("/usr/bin/python3 " MAMORI_SAMPLES " ", Files().string())), 0);
    ASSERT_EQ(StartClamd("scanner", ""), 0);
  }
  void TearDown() override {
    for (const std::string& name : started_) {
      Shell(absl::StrCat(MAMORI_CLAMD " stop ", (folder->path() / name).string()));
    }
    folder.reset();
  }
  int StartClamd(const std::string& name, const std::string& options) {
    started_.push_back(name);
    return Shell(absl::StrCat(MAMORI_CLAMD " start ", (folder->path() / name).string(), " ",
                              options, " >/dev/null"));
  }
  fs::path Files() const { return folder->path() / "files"; }
  std::string Socket(const std::string& name) const {
    return (folder->path() / name / "socket").string();
  }
  std::unique_ptr<TestFolder> folder;

 private:
  std::vector<std::string> started_;
};

Stage* const stage = static_cast<Stage*>(::testing::AddGlobalTestEnvironment(new Stage));

std::string Sample(const std::string& name) { return ReadFile(stage->Files() / name); }

class InspectionTest : public ::testing::Test {
 protected:
  ProcessInspector::Options Standard() {
    ProcessInspector::Options options;
    options.worker.binary = MAMORI_INSPECT;
    options.clamd = inspection::ClamdOptions{.socket = stage->Socket("scanner")};
    return options;
  }
  Looked Look(std::string_view bytes) {
    ProcessInspector inspector(Standard(), clock_);
    return LookInto(inspector, bytes);
  }
  // What exiftool, which had no part in the cleaning of most, says of a copy.
  std::string Tells(const std::string& copy, const std::string& suffix) {
    const std::string file = (stage->folder->path() / ("copy" + suffix)).string();
    std::ofstream(file, std::ios::binary) << copy;
    EXPECT_EQ(Shell("exiftool -a -G " + file + " > " + file + ".told"), 0);
    return ReadFile(file + ".told");
  }
  time::SystemClock clock_;
};

TEST_F(InspectionTest, APictureLosesWhereAndByWhomItWasTaken) {
  for (const auto& [name, type, suffix] : {std::tuple("place.jpg", "image/jpeg", ".jpg"),
                                           std::tuple("author.png", "image/png", ".png"),
                                           std::tuple("author.tiff", "image/tiff", ".tiff")}) {
    SCOPED_TRACE(name);
    const std::string original = Sample(name);
    ASSERT_THAT(Tells(original, suffix), HasSubstr(kAuthor));
    const Looked looked = Look(original);
    EXPECT_EQ(looked.inspection.media_type, type);
    EXPECT_EQ(looked.inspection.malware, Inspection::kClean);
    EXPECT_THAT(looked.inspection.malware_reason, IsEmpty());
    ASSERT_TRUE(looked.inspection.has_derivative) << looked.inspection.no_derivative_reason;
    EXPECT_THAT(looked.inspection.no_derivative_reason, IsEmpty());
    const std::string told = Tells(looked.copy, suffix);
    EXPECT_THAT(told, Not(HasSubstr(kAuthor)));
    EXPECT_THAT(told, Not(HasSubstr("GPS")));
    EXPECT_THAT(told, Not(HasSubstr("123456")));
    EXPECT_THAT(told, HasSubstr("64x48"));
  }
}

TEST_F(InspectionTest, APictureThatItsMetadataTurnsStaysUpright) {
  ASSERT_THAT(Tells(Sample("turned.jpg"), ".jpg"), HasSubstr("64x48"));
  const Looked looked = Look(Sample("turned.jpg"));
  ASSERT_TRUE(looked.inspection.has_derivative) << looked.inspection.no_derivative_reason;
  EXPECT_THAT(Tells(looked.copy, ".jpg"), HasSubstr("48x64"));
  EXPECT_THAT(Tells(looked.copy, ".jpg"), Not(HasSubstr("Orientation")));
}

TEST_F(InspectionTest, APaperLosesItsAuthor) {
  ASSERT_THAT(Sample("author.pdf"), HasSubstr(kAuthor));
  const Looked looked = Look(Sample("author.pdf"));
  EXPECT_EQ(looked.inspection.media_type, "application/pdf");
  ASSERT_TRUE(looked.inspection.has_derivative) << looked.inspection.no_derivative_reason;
  EXPECT_THAT(looked.copy, StartsWith("%PDF-"));
  EXPECT_THAT(Tells(looked.copy, ".pdf"), Not(HasSubstr("Yamada")));
}

TEST_F(InspectionTest, ADocumentLosesItsAuthorAndRevisions) {
  for (const std::string name : {"author.docx", "author.odt"}) {
    SCOPED_TRACE(name);
    const Looked looked = Look(Sample(name));
    EXPECT_THAT(looked.inspection.media_type, HasSubstr("document"));
    ASSERT_TRUE(looked.inspection.has_derivative) << looked.inspection.no_derivative_reason;
    const std::string file = (stage->folder->path() / name).string();
    std::ofstream(file, std::ios::binary) << looked.copy;
    ASSERT_EQ(Shell("/usr/bin/python3 -c 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); "
                    "[sys.stdout.buffer.write(z.read(n)) for n in z.namelist()]' " +
                    file + " > " + file + ".all"),
              0);
    EXPECT_THAT(ReadFile(file + ".all"), Not(HasSubstr(kAuthor)));
    EXPECT_THAT(ReadFile(file + ".all"), Not(HasSubstr("00AB12CD")));
    if (name == "author.docx") {
      EXPECT_THAT(ReadFile(file + ".all"), HasSubstr("a statement"));
    }
  }
}

TEST_F(InspectionTest, WhatCannotBeCleanedHasNoCopyAndSaysWhy) {
  struct Case {
    const char* name;
    const char* type;
    const char* why;
  };
  for (const auto& [name, type, why] : {
           Case{"unknown_part.docx",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                "parts of the file cannot be cleaned"},
           Case{"cut.pdf", "application/pdf", "damaged"},
           Case{"page.html", "text/html", "of this type"},
           Case{"archive.zip", "application/zip", "of this type"},
           Case{"script.gif", "image/gif", "of this type"},
           Case{"noise.bin", "application/x-object", "of this type"},
           Case{"empty", "application/x-empty", "of this type"},
       }) {
    SCOPED_TRACE(name);
    const Looked looked = Look(Sample(name));
    EXPECT_EQ(looked.inspection.media_type, type);
    EXPECT_EQ(looked.inspection.malware, Inspection::kClean) << looked.inspection.malware_reason;
    EXPECT_FALSE(looked.inspection.has_derivative);
    EXPECT_THAT(looked.inspection.no_derivative_reason, HasSubstr(why));
  }
}

TEST_F(InspectionTest, TextIsItsOwnCopy) {
  const Looked looked = Look(Sample("letter.txt"));
  EXPECT_EQ(looked.inspection.media_type, "text/plain");
  EXPECT_TRUE(looked.inspection.has_derivative);
  EXPECT_EQ(looked.copy, Sample("letter.txt"));
}

TEST_F(InspectionTest, TheSecondFaceOfAFileIsNotInItsCopy) {
  ASSERT_THAT(Sample("paper_and_archive.pdf"), HasSubstr("setup.exe"));
  const Looked looked = Look(Sample("paper_and_archive.pdf"));
  EXPECT_EQ(looked.inspection.media_type, "application/pdf");
  ASSERT_TRUE(looked.inspection.has_derivative) << looked.inspection.no_derivative_reason;
  EXPECT_THAT(looked.copy, Not(HasSubstr("PK\x03\x04")));
  EXPECT_THAT(looked.copy, Not(HasSubstr("setup.exe")));
}

TEST_F(InspectionTest, MalwareIsFoundWhereverItIsAndNeverCopied) {
  const std::string eicar = Sample("eicar");
  for (const std::string& bytes : {eicar, std::string(20 << 20, '\0') + eicar, Sample("nested.zip"),
                                   Sample("encrypted_and_open.tar"), Sample("eicar.jpg")}) {
    const Looked looked = Look(bytes);
    EXPECT_EQ(looked.inspection.malware, Inspection::kInfected) << looked.inspection.malware_reason;
    EXPECT_THAT(looked.inspection.malware_reason, HasSubstr("Eicar"));
    EXPECT_FALSE(looked.inspection.has_derivative);
    EXPECT_THAT(looked.copy, IsEmpty());
    EXPECT_THAT(looked.inspection.no_derivative_reason, HasSubstr("infected"));
  }
}

TEST_F(InspectionTest, WhatWasNotReadToTheEndIsNotClean) {
  ASSERT_EQ(stage->StartClamd("small", "--set MaxFileSize 20M --set MaxScanSize 30M"), 0);
  ProcessInspector::Options options = Standard();
  options.clamd->socket = stage->Socket("small");
  ProcessInspector inspector(options, clock_);
  for (const auto& [name, why] :
       {std::pair("encrypted.zip", "encrypted"), std::pair("deep.gz", "MaxRecursion"),
        std::pair("bomb.gz", "MaxFileSize"), std::pair("bomb.zip", "MaxScanSize")}) {
    SCOPED_TRACE(name);
    const Looked looked = LookInto(inspector, Sample(name));
    EXPECT_EQ(looked.inspection.malware, Inspection::kNotScanned);
    EXPECT_THAT(looked.inspection.malware_reason, HasSubstr(why));
    EXPECT_FALSE(looked.inspection.has_derivative);
  }
}

// Zeros, then `tail`; each piece is made when it is asked for.
class LongSource final : public inspection::Source {
 public:
  LongSource(uint64_t zeros, std::string tail) : zeros_(zeros), tail_(std::move(tail)) {}
  absl::StatusOr<std::string> Next() override {
    if (zeros_ == 0) return std::exchange(tail_, "");
    const uint64_t piece = std::min<uint64_t>(zeros_, 1 << 20);
    zeros_ -= piece;
    return std::string(piece, '\0');
  }

 private:
  uint64_t zeros_;
  std::string tail_;
};

uint64_t PeakKilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6));
  }
  return 0;
}

TEST_F(InspectionTest, ALargeFilePassesThroughInConstantMemory) {
  ProcessInspector::Options options = Standard();
  options.worker.max_clean_bytes = 10 << 20;
  ProcessInspector inspector(options, clock_);
  LongSource source(150 << 20, Sample("eicar"));
  StringSink sink;
  // From here on the peak is this file's.
  std::ofstream("/proc/self/clear_refs") << "5";
  const uint64_t before = PeakKilobytes();
  const auto found = inspector.Inspect(source, sink);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->malware, Inspection::kInfected) << found->malware_reason;
  EXPECT_LT(PeakKilobytes() - before, 12 << 10);
}

TEST_F(InspectionTest, AFileAboveTheLimitIsScannedButNotCleaned) {
  ProcessInspector::Options options = Standard();
  options.worker.max_clean_bytes = 1000;
  ProcessInspector inspector(options, clock_);
  const Looked looked = LookInto(inspector, std::string(1001, 'a'));
  EXPECT_EQ(looked.inspection.media_type, "text/plain");
  EXPECT_EQ(looked.inspection.malware, Inspection::kClean);
  EXPECT_THAT(looked.inspection.no_derivative_reason, HasSubstr("too large"));
  EXPECT_TRUE(LookInto(inspector, std::string(1000, 'a')).inspection.has_derivative);
  options.worker.max_derivative_bytes = 999;
  ProcessInspector narrow(options, clock_);
  EXPECT_THAT(LookInto(narrow, std::string(1000, 'a')).inspection.no_derivative_reason,
              HasSubstr("copy is too large"));
}

TEST_F(InspectionTest, WithoutAScannerNothingIsClean) {
  ProcessInspector::Options options = Standard();
  options.clamd.reset();
  ProcessInspector none(options, clock_);
  const Looked looked = LookInto(none, Sample("place.jpg"));
  EXPECT_EQ(looked.inspection.malware, Inspection::kNotScanned);
  EXPECT_THAT(looked.inspection.malware_reason, HasSubstr("no scanner"));
  EXPECT_TRUE(looked.inspection.has_derivative);
  options.clamd = inspection::ClamdOptions{.socket = "/nonexistent/socket"};
  ProcessInspector away(options, clock_);
  BytesSource source("text");
  StringSink sink;
  EXPECT_TRUE(absl::IsUnavailable(away.Inspect(source, sink).status()));
}

TEST_F(InspectionTest, AScannerThatHangsOrDiesDoesNotClear) {
  ASSERT_EQ(stage->StartClamd("mortal", ""), 0);
  ProcessInspector::Options options = Standard();
  options.clamd->socket = stage->Socket("mortal");
  options.clamd->time_limit = absl::Seconds(1);
  const std::string pid = (stage->folder->path() / "mortal" / "pid").string();
  ProcessInspector inspector(options, clock_);
  ASSERT_EQ(Shell("kill -STOP $(cat " + pid + ")"), 0);
  const Looked hung = LookInto(inspector, "text");
  EXPECT_EQ(hung.inspection.malware, Inspection::kNotScanned);
  EXPECT_THAT(hung.inspection.malware_reason, HasSubstr("did not answer in time"));
  EXPECT_TRUE(hung.inspection.has_derivative);
  ASSERT_EQ(Shell("(sleep 0.3; kill -9 $(cat " + pid + ")) &"), 0);
  const Looked dead = LookInto(inspector, "text");
  EXPECT_EQ(dead.inspection.malware, Inspection::kNotScanned);
  EXPECT_THAT(dead.inspection.malware_reason, HasSubstr("broke off"));
}

TEST_F(InspectionTest, AScannerWithOldSignaturesFindsButDoesNotClear) {
  ASSERT_EQ(stage->StartClamd("old", "--age 864000"), 0);
  ProcessInspector::Options options = Standard();
  options.clamd->socket = stage->Socket("old");
  ProcessInspector inspector(options, clock_);
  const Looked looked = LookInto(inspector, "text");
  EXPECT_EQ(looked.inspection.malware, Inspection::kNotScanned);
  EXPECT_THAT(looked.inspection.malware_reason, HasSubstr("the signatures are of 20"));
  EXPECT_EQ(LookInto(inspector, Sample("eicar")).inspection.malware, Inspection::kInfected);
  options.clamd->max_signature_age = absl::Hours(24 * 11);
  ProcessInspector patient(options, clock_);
  EXPECT_EQ(LookInto(patient, "text").inspection.malware, Inspection::kClean);
}

TEST_F(InspectionTest, AScannerThatKeepsSilentAboutWhatItLeavesOutIsNotBelieved) {
  for (const std::string setting : {"AlertEncrypted", "AlertExceedsMax"}) {
    SCOPED_TRACE(setting);
    ASSERT_EQ(stage->StartClamd(setting, "--without " + setting), 0);
    ProcessInspector::Options options = Standard();
    options.clamd->socket = stage->Socket(setting);
    ProcessInspector inspector(options, clock_);
    const Looked looked = LookInto(inspector, "text");
    EXPECT_EQ(looked.inspection.malware, Inspection::kNotScanned);
    EXPECT_THAT(looked.inspection.malware_reason, HasSubstr("keeps silent"));
  }
}

}  // namespace
}  // namespace mamori::inspector
