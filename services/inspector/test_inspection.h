// What the tests of looking into files share: the worker, the scanner and the files.
#ifndef MAMORI_SERVICES_INSPECTOR_TEST_INSPECTION_H_
#define MAMORI_SERVICES_INSPECTOR_TEST_INSPECTION_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/inspection/inspector.h"
#include "common/inspection/process_inspector.h"
#include "common/time/clock.h"

namespace mamori::inspector {

namespace fs = std::filesystem;

inline int Shell(const std::string& command) { return std::system(command.c_str()); }

inline std::string ReadFile(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

// On a disk, where /tmp need not be.
class TestFolder {
 public:
  TestFolder() {
    std::string name = "/var/tmp/mamori-inspect.XXXXXX";
    path_ = mkdtemp(name.data());
    fs::permissions(path_, fs::perms::others_exec | fs::perms::others_read, fs::perm_options::add);
  }
  ~TestFolder() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

class BytesSource final : public inspection::Source {
 public:
  explicit BytesSource(std::string_view bytes, size_t piece = 100'000)
      : bytes_(bytes), piece_(piece) {}
  absl::StatusOr<std::string> Next() override {
    std::string next(bytes_.substr(0, piece_));
    bytes_.remove_prefix(next.size());
    return next;
  }

 private:
  std::string_view bytes_;
  const size_t piece_;
};

class StringSink final : public inspection::Sink {
 public:
  absl::Status Write(std::string_view bytes) override {
    text += bytes;
    return absl::OkStatus();
  }
  std::string text;
};

struct Looked {
  inspection::Inspection inspection;
  std::string copy;
};

inline Looked LookInto(inspection::Inspector& inspector, std::string_view bytes) {
  BytesSource source(bytes);
  StringSink sink;
  const absl::StatusOr<inspection::Inspection> found = inspector.Inspect(source, sink);
  EXPECT_TRUE(found.ok()) << found.status();
  return found.ok() ? Looked{*found, sink.text} : Looked{};
}

}  // namespace mamori::inspector

#endif  // MAMORI_SERVICES_INSPECTOR_TEST_INSPECTION_H_
