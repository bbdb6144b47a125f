#include "common/audit/sink.h"

#include <curl/curl.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/audit/checkpoint.h"
#include "common/config/line_file.h"
#include "common/config/textproto.h"
#include "common/https/https.h"
#include "common/status/macros.h"

namespace mamori::audit {
namespace {

class FileSink final : public Sink {
 public:
  explicit FileSink(std::string file) : file_(std::move(file)) {}

  std::string name() const override { return "file"; }

  absl::StatusOr<std::optional<int64_t>> Last() override {
    if (last_) return last_;
    auto there = ReadSinkFile(file_);
    if (!there.ok() && !absl::IsNotFound(there.status())) return there.status();
    last_ = there.ok() && !there->empty() ? there->back().number() : -1;
    return last_;
  }

  absl::Status Write(const std::vector<v1::Checkpoint>& checkpoints) override {
    std::string text;
    for (const v1::Checkpoint& one : checkpoints) absl::StrAppend(&text, ToJson(one), "\n");
    const absl::Status written = config::AppendLines(file_, text, "the sink's file");
    if (written.ok() && !checkpoints.empty()) last_ = checkpoints.back().number();
    if (!written.ok()) last_.reset();
    return written;
  }

 private:
  const std::string file_;
  std::optional<int64_t> last_;
};

size_t Ignore(const char*, size_t size, size_t count, void*) { return size * count; }

class WebhookSink final : public Sink {
 public:
  WebhookSink(std::string url, std::string ca_file)
      : url_(std::move(url)), ca_file_(std::move(ca_file)) {}

  std::string name() const override { return "webhook"; }
  absl::StatusOr<std::optional<int64_t>> Last() override { return std::optional<int64_t>(); }

  absl::Status Write(const std::vector<v1::Checkpoint>& checkpoints) override {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                   curl_easy_cleanup);
    for (const v1::Checkpoint& one : checkpoints) RETURN_IF_ERROR(Post(curl.get(), ToJson(one)));
    return absl::OkStatus();
  }

 private:
  absl::Status Post(CURL* handle, const std::string& body) const {
    const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
        curl_slist_append(nullptr, "Content-Type: application/json"), curl_slist_free_all);
    https::Prepare(handle, url_, ca_file_);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, Ignore);
    ASSIGN_OR_RETURN(const long status, https::Perform(handle, "the audit's sink"));
    if (status < 200 || status > 299) {
      return absl::UnavailableError(absl::StrCat("the audit's sink: HTTP ", status));
    }
    return absl::OkStatus();
  }

  const std::string url_;
  const std::string ca_file_;
};

}  // namespace

std::unique_ptr<Sink> MakeFileSink(const std::string& file) {
  return std::make_unique<FileSink>(file);
}

std::unique_ptr<Sink> MakeWebhookSink(const std::string& url, const std::string& ca_file) {
  return std::make_unique<WebhookSink>(url, ca_file);
}

absl::StatusOr<std::vector<v1::Checkpoint>> ReadSinkFile(const std::string& file) {
  ASSIGN_OR_RETURN(const std::string text, config::ReadFile(file));
  std::vector<v1::Checkpoint> checkpoints;
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    absl::StatusOr<v1::Checkpoint> one = FromJson(lines[i]);
    if (one.ok()) {
      checkpoints.push_back(*std::move(one));
    } else if (lines[i].ends_with('}')) {
      return absl::InvalidArgumentError(absl::StrCat(file, ":", i + 1, ": no checkpoint"));
    }
  }
  return checkpoints;
}

}  // namespace mamori::audit
