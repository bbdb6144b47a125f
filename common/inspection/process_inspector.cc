#include "common/inspection/process_inspector.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/inspection/frame.h"
#include "common/inspection/reasons.h"
#include "common/status/macros.h"

namespace mamori::inspection {
namespace {

constexpr std::string_view kUnknownType = "application/octet-stream";

absl::StatusOr<Trouble> TroubleIn(const Message& message) {
  if (message.payload.empty() || static_cast<unsigned char>(message.payload[0]) > kLastTrouble) {
    return absl::DataLossError("no trouble of ours");
  }
  return static_cast<Trouble>(message.payload[0]);
}

uint64_t BigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

// One file's way through one worker. After the first failure the worker is gone, and `failure()`
// says why.
class Examination {
 public:
  Examination(WorkerProcess& worker, uint64_t max_derivative_bytes)
      : worker_(worker), max_derivative_bytes_(max_derivative_bytes) {}

  void Send(std::string_view bytes) {
    while (failure_.empty() && !bytes.empty()) {
      const std::string_view piece = bytes.substr(0, FrameChannel::kMaxPayload);
      bytes.remove_prefix(piece.size());
      Check(worker_.channel().Send(Frame::kData, piece));
    }
  }

  // The media type, when it could be told.
  std::string EndAndTellType() {
    if (failure_.empty()) Check(worker_.channel().Send(Frame::kEnd));
    const absl::StatusOr<std::string> type = failure_.empty() ? ReceiveType() : std::string();
    Check(type.status());
    return failure_.empty() ? *type : std::string(kUnknownType);
  }

  void Quit() {
    if (failure_.empty()) Check(worker_.channel().Send(Frame::kQuit));
  }

  // Whether `derivative` took the whole copy. An error is the derivative's.
  absl::StatusOr<bool> Clean(Sink& derivative) {
    if (failure_.empty()) Check(worker_.channel().Send(Frame::kClean));
    uint64_t size = 0;
    while (failure_.empty()) {
      const absl::StatusOr<Message> message = worker_.channel().Receive();
      Check(message.status());
      if (!failure_.empty()) break;
      if (message->kind == Frame::kEnd) return EndsAt(message->payload, size);
      if (message->kind != Frame::kData) {
        TakeReason(*message);
        break;
      }
      size += message->payload.size();
      if (size > max_derivative_bytes_) {
        Check(absl::DataLossError("more than agreed"));
        break;
      }
      RETURN_IF_ERROR(derivative.Write(message->payload));
    }
    return false;
  }

  const std::string& failure() const { return failure_; }

 private:
  absl::StatusOr<std::string> ReceiveType() {
    ASSIGN_OR_RETURN(const Message message, worker_.channel().Receive());
    if (message.kind != Frame::kType) return absl::DataLossError("no type");
    ASSIGN_OR_RETURN(const Trouble trouble, TroubleIn(message));
    if (trouble == Trouble::kNone) return MediaTypeOr(std::string_view(message.payload).substr(1));
    failure_ = Reason(absl::StrCat("the type is not known: ", std::string(ReasonOf(trouble))));
    return std::string(kUnknownType);
  }

  // A copy that was cut short is none.
  bool EndsAt(std::string_view told, uint64_t size) {
    if (told.size() == 8 && BigEndian(told) == size) return true;
    Check(absl::DataLossError("not the size that was told"));
    return false;
  }

  void TakeReason(const Message& message) {
    const absl::StatusOr<Trouble> trouble =
        message.kind == Frame::kNone ? TroubleIn(message) : absl::DataLossError("not an answer");
    const bool told = trouble.ok() && *trouble != Trouble::kNone;
    if (told) {
      failure_ = ReasonOf(*trouble);
    } else {
      Check(absl::DataLossError("no reason"));
    }
  }

  void Check(const absl::Status& status) {
    if (!status.ok() && failure_.empty()) failure_ = Reason(worker_.Failed(status));
  }

  WorkerProcess& worker_;
  const uint64_t max_derivative_bytes_;
  std::string failure_;
};

absl::Status Pull(Source& original, const Interrupt& interrupt, Examination& examination,
                  Clamd::Scan* scan) {
  for (;;) {
    RETURN_IF_ERROR(interrupt.Check());
    ASSIGN_OR_RETURN(const std::string bytes, original.Next());
    if (bytes.empty()) return absl::OkStatus();
    examination.Send(bytes);
    if (scan != nullptr) scan->Send(bytes);
  }
}

Verdict VerdictWith(Clamd::Scan* scan) {
  if (scan != nullptr) return scan->Finish();
  return {.malware = Inspection::kNotScanned, .reason = "no scanner is configured"};
}

}  // namespace

ProcessInspector::ProcessInspector(const Options& options, const time::Clock& clock)
    : worker_(options.worker),
      clock_(clock),
      clamd_(options.clamd ? std::make_unique<Clamd>(*options.clamd, clock, interrupt_) : nullptr),
      slots_(options.at_once) {
  SweepWorkDir(worker_.work_dir);
}

absl::StatusOr<Inspection> ProcessInspector::Inspect(Source& original, Sink& derivative) {
  const Slots::Held slot(slots_);
  RETURN_IF_ERROR(interrupt_.Check());
  std::unique_ptr<Clamd::Scan> scan;
  if (clamd_ != nullptr) {
    ASSIGN_OR_RETURN(scan, clamd_->Begin());
  }
  ASSIGN_OR_RETURN(const auto worker, WorkerProcess::Start(worker_, clock_, interrupt_));
  Examination examination(*worker, worker_.max_derivative_bytes);
  RETURN_IF_ERROR(Pull(original, interrupt_, examination, scan.get()));
  Inspection inspection;
  inspection.media_type = examination.EndAndTellType();
  const Verdict verdict = VerdictWith(scan.get());
  inspection.malware = verdict.malware;
  inspection.malware_reason = verdict.reason;
  if (verdict.malware == Inspection::kInfected) {
    examination.Quit();
    inspection.no_derivative_reason = "no copy is made of what is infected";
    return inspection;
  }
  ASSIGN_OR_RETURN(inspection.has_derivative, examination.Clean(derivative));
  inspection.no_derivative_reason = examination.failure();
  // What was broken off says nothing of the file.
  RETURN_IF_ERROR(interrupt_.Check());
  return inspection;
}

absl::StatusOr<Layers> ProcessInspector::TryWorker() {
  const Slots::Held slot(slots_);
  ASSIGN_OR_RETURN(const auto worker, WorkerProcess::Start(worker_, clock_, interrupt_));
  return worker->layers();
}

}  // namespace mamori::inspection
