#include "tests/load/serving.h"

#include <arpa/inet.h>
#include <grpcpp/generic/generic_stub.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace mamori::load {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(2);

bool Listens(const std::string& target) {
  const std::vector<std::string> parts = absl::StrSplit(target, ':');
  int port = 0;
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[1], &port) ||
      inet_pton(AF_INET, parts[0].c_str(), &address.sin_addr) != 1) {
    return false;
  }
  address.sin_port = htons(static_cast<uint16_t>(port));
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return connected;
}

// grpc.health.v1: an empty request asks for the whole server; SERVING is field 1 with value 1.
bool IsServing(grpc::GenericStub& stub) {
  grpc::ClientContext context;
  context.set_deadline(
      gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(1000, GPR_TIMESPAN)));
  grpc::CompletionQueue queue;
  grpc::ByteBuffer answer;
  grpc::Status status;
  auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check",
                                    grpc::ByteBuffer(nullptr, 0), &queue);
  call->StartCall();
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  if (!status.ok()) return false;
  grpc::Slice bytes;
  if (!answer.DumpToSingleSlice(&bytes).ok()) return false;
  return bytes.size() == 2 && bytes.begin()[0] == 0x08 && bytes.begin()[1] == 0x01;
}

}  // namespace

bool AwaitServing(const std::string& target,
                  const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                  absl::Duration timeout, const time::Clock& clock, time::Sleeper& sleeper) {
  const absl::Duration until = clock.Monotonic() + timeout;
  while (!Listens(target)) {
    if (clock.Monotonic() > until) return false;
    sleeper.Sleep(kPause);
  }
  grpc::GenericStub stub(grpc::CreateChannel(target, credentials));
  while (!IsServing(stub)) {
    if (clock.Monotonic() > until) return false;
    sleeper.Sleep(kPause);
  }
  return true;
}

}  // namespace mamori::load
