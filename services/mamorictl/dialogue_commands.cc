// message: the dialogue about a report, by receipt or by token.
#include <memory>

#include "absl/strings/str_cat.h"
#include "services/mamorictl/client_seal.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/receipt_file.h"
#include "services/mamorictl/session.h"
#include "services/mamorictl/text_source.h"

namespace mamori::ctl {
namespace {

using intake::v1::ListMessagesResponse;
using intake::v1::Message;
using intake::v1::WaitForMessagesResponse;

// Whose dialogue: a receipt, or a report's name and a token.
struct Which {
  std::string receipt_file;
  std::string report;
  std::string receipt;
  bool sealed = false;
};

std::shared_ptr<Which> AddWhich(CLI::App& command) {
  auto which = std::make_shared<Which>();
  auto* report = command.add_option("report", which->report, "reports/…, by token");
  auto* receipt =
      command.add_option("--receipt-file", which->receipt_file, "In its place the receipt")
          ->excludes(report);
  command.add_flag("--sealed", which->sealed, kSealHelp)->needs(receipt);
  return which;
}

// Reads the receipt where there is one.
absl::Status Resolve(Which& which) {
  if (which.receipt_file.empty()) return absl::OkStatus();
  const auto receipt = ReadReceipt(which.receipt_file);
  if (receipt.ok()) which.receipt = *receipt;
  return receipt.status();
}

std::string LineOf(const Message& message) {
  return absl::StrCat(
      message.number(), "  ", TimeText(message.has_create_time(), message.create_time()), "  ",
      EnumText(message.side()), message.author().empty() ? "" : " ", message.author(),
      message.unread() ? " (unread)" : "", "\n", message.text(), "\n");
}

int Post(Session& session, Which which, const std::string& request_id, const Message& words) {
  Message message;
  grpc::Status status;
  if (which.receipt.empty()) {
    intake::v1::PostMessageRequest request;
    request.set_request_id(session.RequestId(request_id));
    request.set_report(which.report);
    *request.mutable_message() = words;
    status = session.dialogue().PostMessage(session.Call().get(), request, &message);
  } else {
    intake::v1::PostAnonymousMessageRequest request;
    request.set_request_id(session.RequestId(request_id));
    request.set_receipt(which.receipt);
    *request.mutable_message() = words;
    status = CallSealed(session, which.sealed, std::move(request), message,
                        [&](auto* context, const auto& sent, auto* answer) {
                          return session.dialogue().PostAnonymousMessage(context, sent, answer);
                        });
  }
  return status.ok() ? session.Show(message, LineOf(message)) : session.Fail(status);
}

int List(Session& session, const Which& which, int64_t after) {
  ListMessagesResponse response;
  grpc::Status status;
  if (which.receipt.empty()) {
    intake::v1::ListMessagesRequest request;
    request.set_report(which.report);
    request.set_after_number(after);
    status = session.dialogue().ListMessages(session.Call().get(), request, &response);
  } else {
    intake::v1::ListAnonymousMessagesRequest request;
    request.set_receipt(which.receipt);
    request.set_after_number(after);
    status = CallSealed(session, which.sealed, std::move(request), response,
                        [&](auto* context, const auto& sent, auto* answer) {
                          return session.dialogue().ListAnonymousMessages(context, sent, answer);
                        });
  }
  if (!status.ok()) return session.Fail(status);
  std::string text;
  for (const Message& message : response.messages()) text += LineOf(message);
  absl::StrAppend(&text, response.unread_count(), " unread\n");
  return session.Show(response, text);
}

int Mark(Session& session, const Which& which, int64_t number) {
  google::protobuf::Empty response;
  grpc::Status status;
  if (which.receipt.empty()) {
    intake::v1::MarkMessagesReadRequest request;
    request.set_report(which.report);
    request.set_number(number);
    status = session.dialogue().MarkMessagesRead(session.Call().get(), request, &response);
  } else {
    intake::v1::MarkAnonymousMessagesReadRequest request;
    request.set_receipt(which.receipt);
    request.set_number(number);
    status =
        CallSealed(session, which.sealed, std::move(request), response,
                   [&](auto* context, const auto& sent, auto* answer) {
                     return session.dialogue().MarkAnonymousMessagesRead(context, sent, answer);
                   });
  }
  return status.ok() ? session.Show(response, "") : session.Fail(status);
}

int Follow(Session& session, grpc::ClientReader<WaitForMessagesResponse>& stream,
           const ClientSeal& seal) {
  WaitForMessagesResponse response;
  while (stream.Read(&response)) {
    if (const auto opened = seal.Open(response); !opened.ok()) return session.Fail(opened);
    if (!response.has_message()) continue;
    session.out() << (session.json() ? Json(response.message(), /*one_line=*/true)
                                     : LineOf(response.message()))
                  << std::flush;
  }
  return session.Fail(stream.Finish());
}

int Wait(Session& session, const Which& which, int64_t after) {
  if (which.receipt.empty()) {
    intake::v1::WaitForMessagesRequest request;
    request.set_report(which.report);
    request.set_after_number(after);
    const auto context = session.Call(/*stream=*/true);
    return Follow(session, *session.dialogue().WaitForMessages(context.get(), request),
                  ClientSeal(false));
  }
  intake::v1::WaitForAnonymousMessagesRequest request;
  request.set_receipt(which.receipt);
  request.set_after_number(after);
  ClientSeal seal(which.sealed);
  if (const auto prepared = seal.Prepare(session); !prepared.ok()) return session.Fail(prepared);
  if (which.sealed) request.set_reply_key(seal.reply_key());
  if (const auto boxed = seal.Seal(request); !boxed.ok()) return session.Fail(boxed);
  const auto context = session.AnonymousCall(/*stream=*/true);
  return Follow(session, *session.dialogue().WaitForAnonymousMessages(context.get(), request),
                seal);
}

// A verb of the group that does `run` once it is known which dialogue is meant.
template <typename Run>
void SetRun(CLI::App& command, Choice& choice, std::shared_ptr<Which> which, Run run) {
  command.callback([which, run, &choice] {
    choice.run = [which, run](Session& session) {
      const absl::Status resolved = Resolve(*which);
      if (!resolved.ok()) return session.FailUsage(std::string(resolved.message()));
      return run(session, *which);
    };
  });
}

}  // namespace

void AddDialogueCommands(CLI::App& app, Choice& choice) {
  auto* group = app.add_subcommand("message", "The dialogue with whoever reported");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n"
      "  mamorictl message list reports/…\n"
      "  mamorictl message post --receipt-file ~/receipt --language en --text 'It happened "
      "again.'");

  auto* post = group->add_subcommand("post", "Write a message");
  auto post_which = AddWhich(*post);
  auto words = std::make_shared<Message>();
  auto request_id = std::make_shared<std::string>();
  post->add_option_function<std::string>(
          "--text", [=](const std::string& t) { words->set_text(t); }, "The words")
      ->required();
  post->add_option_function<std::string>(
          "--language", [=](const std::string& t) { words->set_language(t); }, "Such as ja or en")
      ->required();
  post->add_option("--request-id", *request_id, "Made when left out");
  SetRun(*post, choice, post_which, [=](Session& session, const Which& which) {
    return Post(session, which, *request_id, *words);
  });

  auto after = std::make_shared<int64_t>(-1);
  auto* list = group->add_subcommand("list", "The messages, oldest first");
  auto list_which = AddWhich(*list);
  list->add_option("--after", *after, "Only those after this number");
  SetRun(*list, choice, list_which,
         [=](Session& session, const Which& which) { return List(session, which, *after); });

  auto number = std::make_shared<int64_t>(0);
  auto* mark = group->add_subcommand("read", "Mark messages as read");
  auto mark_which = AddWhich(*mark);
  mark->add_option("--number", *number, "Up to and with this one")->required();
  SetRun(*mark, choice, mark_which,
         [=](Session& session, const Which& which) { return Mark(session, which, *number); });

  auto* wait = group->add_subcommand("wait", "Print messages as they come");
  auto wait_which = AddWhich(*wait);
  wait->add_option("--after", *after, "Only those after this number");
  SetRun(*wait, choice, wait_which,
         [=](Session& session, const Which& which) { return Wait(session, which, *after); });
}

}  // namespace mamori::ctl
