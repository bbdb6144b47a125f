// What a worker that was taken over, or a scanner, answers about a file.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/inspection/frame.h"
#include "common/inspection/reasons.h"
#include "common/inspection/scan_answer.h"

namespace {

using namespace mamori::inspection;

void Require(bool holds) {
  if (!holds) std::abort();
}

void Printable(std::string_view text, size_t most) {
  Require(text.size() <= most);
  for (const char c : text) Require(c >= ' ' && c <= '~');
}

void Frames(std::string_view bytes) {
  int ends[2];
  if (bytes.size() > 4096 || pipe(ends) != 0) return;
  Require(write(ends[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  close(ends[1]);
  FrameChannel channel(ends[0]);
  size_t received = 0;
  for (auto message = channel.Receive(); message.ok(); message = channel.Receive()) {
    received += 5 + message->payload.size();
    if (const auto layers = DecodeLayers(message->payload); layers.ok()) {
      Require(EncodeLayers(*layers).size() == message->payload.size());
    }
  }
  Require(received <= bytes.size());
  close(ends[0]);
}

void Scanner(std::string_view answer) {
  const Verdict verdict = VerdictOf(answer);
  Require((verdict.malware == Inspection::kClean) == (answer == "stream: OK"));
  Require(verdict.reason.empty() == (verdict.malware == Inspection::kClean));
  Printable(verdict.reason, 200);
  (void)SignatureTime(answer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      Frames(text);
      break;
    case 1:
      Scanner(text);
      break;
    default:
      Printable(MediaTypeOr(text), 127);
  }
  return 0;
}
