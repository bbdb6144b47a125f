// One call of the driver and the ways to make it.
#ifndef MAMORI_TESTS_LOAD_CALLS_H_
#define MAMORI_TESTS_LOAD_CALLS_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "mamori/v1/report.pb.h"

namespace mamori::load {

// Begun once; posts itself to the queue when it is done.
class Call {
 public:
  virtual ~Call() = default;
  virtual void Start(grpc::CompletionQueue* queue) = 0;
  // What a correct answer of this method says; empty when the answer is wrong. For SubmitReport the
  // name.
  virtual std::string Result() const = 0;

  grpc::ClientContext context;
  grpc::Status status;
  int64_t begin_micros = 0;  // monotonic; when it was due in the open mode
  int64_t sent_micros = 0;   // wall time
};

// Makes the call with this number over this channel.
using CallFactory =
    std::function<std::unique_ptr<Call>(const std::shared_ptr<grpc::Channel>&, uint64_t number)>;

// The driver's access token, read again from its file once a minute: whoever started the driver
// renews it there. Thread safe.
class TokenFile {
 public:
  explicit TokenFile(std::string file) : file_(std::move(file)) {}
  // Empty for no file.
  std::string Read() const;

 private:
  const std::string file_;
  mutable std::mutex mu_;
  mutable std::string token_;
  mutable absl::Time read_ = absl::InfinitePast();
};

struct CallOptions {
  const TokenFile* token = nullptr;
  std::string run_id;  // distinguishes the request ids of one run from those of another
  std::vector<grpc::Slice> reports;  // submit: serialized mamori.v1.Report
  std::vector<v1::Report> drafts;    // analyze
  std::vector<std::string> names;    // get_report, get_case; receipt: receipts
  std::vector<std::string> tokens;   // list_reports, list_cases
  int page_size = 50;
};

// echo, submit, get_report, get_case, list_reports, list_cases, analyze or receipt; empty for
// another method. `options` outlives the factory.
CallFactory MakeFactory(const std::string& method, const CallOptions& options);

// The driver's token, and a deadline as an application would set
// it.
void SetUp(const CallOptions& options, absl::Duration timeout, grpc::ClientContext& context);

}  // namespace mamori::load

#endif  // MAMORI_TESTS_LOAD_CALLS_H_
