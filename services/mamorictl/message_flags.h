// Flags made from a request's fields, and its answer as text: for the many verbs that are a message
// in and a message out.
#ifndef MAMORI_SERVICES_MAMORICTL_MESSAGE_FLAGS_H_
#define MAMORI_SERVICES_MAMORICTL_MESSAGE_FLAGS_H_

#include <google/protobuf/message.h>
#include <grpcpp/grpcpp.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>
#include <string>
#include <vector>

#include "services/mamorictl/session.h"

namespace mamori::ctl {

// A flag for each of `fields`, which stand in `message` or in a message that it has, by their own
// names: "next_action" is --next-action. Enums take their names, times RFC 3339, bytes hex digits,
// repeated fields may be repeated, messages in repeated fields are JSON. `message` outlives the
// command.
void AddMessageFlags(CLI::App& command, google::protobuf::Message& message,
                     const std::vector<std::string>& fields);

// Field by field, one a line.
std::string MessageText(const google::protobuf::Message& message);

// A verb: positional name, --request-id and --etag where the request has them, and `fields`.
template <typename Stub, typename Request, typename Response>
CLI::App* AddMessageVerb(CLI::App& group, Choice& choice, const char* verb, const char* help,
                         const char* name_help, Stub& (Session::*stub)(),
                         grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                      Response*),
                         const std::vector<std::string>& fields) {
  auto* command = group.add_subcommand(verb, help);
  auto request = std::make_shared<Request>();
  command
      ->add_option_function<std::string>(
          "name", [=](const std::string& t) { request->set_name(t); }, name_help)
      ->required();
  const auto* id_field = Request::descriptor()->FindFieldByName("request_id");
  if (id_field != nullptr) {
    AddMessageFlags(*command, *request, {"request_id"});
    if (Request::descriptor()->FindFieldByName("etag") != nullptr) {
      AddMessageFlags(*command, *request, {"etag"});
    }
  }
  AddMessageFlags(*command, *request, fields);
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      if (id_field != nullptr) {
        const auto* reflection = Request::GetReflection();
        reflection->SetString(request.get(), id_field,
                              session.RequestId(reflection->GetString(*request, id_field)));
      }
      Response answer;
      const auto status = ((session.*stub)().*method)(session.Call().get(), *request, &answer);
      return status.ok() ? session.Show(answer, MessageText(answer)) : session.Fail(status);
    };
  });
  return command;
}

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_MESSAGE_FLAGS_H_
