// health: whether the three services are ready to work.
#include <grpcpp/generic/generic_stub.h>

#include "services/mamorictl/exit_code.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

// grpc.health.v1's two messages are an empty request and one enum: no generated code is worth its
// build time.
constexpr char kMethod[] = "/grpc.health.v1.Health/Check";
constexpr char kServing[] = "\x08\x01";

std::string Check(Session& session, const std::string& target) {
  grpc::GenericStub stub(session.Channel(target));
  grpc::CompletionQueue queue;
  const auto context = session.Call();
  const grpc::Slice nothing;
  const grpc::ByteBuffer request(&nothing, 1);
  auto call = stub.PrepareUnaryCall(context.get(), kMethod, request, &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, &call);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  if (!status.ok()) return status.error_message();
  grpc::Slice slice;
  if (!answer.DumpToSingleSlice(&slice).ok()) return "unreadable answer";
  const std::string bytes(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes == kServing ? "SERVING" : "NOT_SERVING";
}

int Run(Session& session) {
  Table table({"SERVICE", "HEALTH"});
  bool all = true;
  const auto add = [&](const char* service, const std::string& target) {
    const std::string health = Check(session, target);
    all = all && health == "SERVING";
    if (session.json()) {
      session.out() << "{\"service\":\"" << service
                    << "\",\"serving\":" << (health == "SERVING" ? "true" : "false") << "}\n";
    }
    table.AddRow({service, health});
  };
  add("intake", session.settings().intake);
  add("triage", session.settings().triage);
  add("notification", session.settings().notification);
  if (!session.json()) session.out() << table.Text();
  session.out() << std::flush;
  return all ? kOk : kStatusBase + static_cast<int>(grpc::StatusCode::UNAVAILABLE);
}

}  // namespace

void AddHealthCommand(CLI::App& app, Choice& choice) {
  auto* command =
      app.add_subcommand("health", "Whether the services are ready; exit code 24 if not");
  command->footer("Example:\n  until mamorictl --timeout 1 health; do sleep 1; done");
  command->callback([&choice] { choice.run = [](Session& session) { return Run(session); }; });
}

}  // namespace mamori::ctl
